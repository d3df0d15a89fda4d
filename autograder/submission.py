"""A submission as data: read with suspicion, and put together again on the released notebook."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from nbformat.notebooknode import NotebookNode

MOST_BYTES = 20_000_000
MOST_CELLS = 1000


class RejectedError(ValueError):
    """A submission that cannot be read; the text says why, in one line."""


@dataclass(frozen=True)
class Cell:
    """One cell of a submission: its kind, its source, and its grade id where it has one."""

    kind: str
    source: str
    grade_id: str


def read_submission(path: Path) -> list[Cell]:
    """The cells of a notebook file. Tags, outputs and other metadata are ignored.

    Raises RejectedError where the file is no notebook that can be read.
    """
    if not path.is_file() or path.is_symlink():
        raise RejectedError(f"{path.name}: there is no such file")
    if path.stat().st_size > MOST_BYTES:
        raise RejectedError(f"{path.name}: larger than {MOST_BYTES // 1_000_000} MB")
    try:
        notebook = json.loads(path.read_bytes())
    except (ValueError, RecursionError) as error:
        raise RejectedError(f"{path.name}: not a notebook: {error}"[:200]) from None
    cells = notebook.get("cells") if isinstance(notebook, dict) else None
    if not isinstance(cells, list) or len(cells) > MOST_CELLS:
        raise RejectedError(
            f"{path.name}: not a notebook of format 4 with at most {MOST_CELLS} cells"
        )
    return [_cell(cell) for cell in cells if isinstance(cell, dict)]


def restore(submitted: list[Cell], released: NotebookNode) -> list[NotebookNode]:
    """The submission's cells in their order, on what the student cannot have written.

    Check cells are the released ones, wherever they stand; answer cells keep the student's source;
    what is missing is put at the end. A second cell with the same id is an ordinary cell.
    """
    known = {
        cell.metadata.nbgrader.grade_id: cell
        for cell in released.cells
        if "nbgrader" in cell.metadata
    }
    cells = []
    for cell in submitted:
        if cell.grade_id in known:
            own = nbformat.from_dict(dict(known.pop(cell.grade_id)))
            if own.metadata.nbgrader.solution:
                own.source = cell.source
            cells.append(own)
        elif cell.kind == "code":
            cells.append(nbformat.v4.new_code_cell(cell.source))
        else:
            cells.append(nbformat.v4.new_markdown_cell(cell.source))
    return cells + [nbformat.from_dict(dict(cell)) for cell in known.values()]


def _cell(cell: dict[str, Any]) -> Cell:
    source = cell.get("source", "")
    if isinstance(source, list):
        source = "".join(part for part in source if isinstance(part, str))
    metadata = cell.get("metadata")
    mark = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    grade_id = mark.get("grade_id") if isinstance(mark, dict) else None
    return Cell(
        "code" if cell.get("cell_type") == "code" else "markdown",
        source.encode("utf-8", "replace").decode() if isinstance(source, str) else "",
        grade_id if isinstance(grade_id, str) else "",
    )
