"""Read a submission as untrusted data, and put its cells into the released notebook."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..sandbox.printable import printable
from .notebook import (
    Notebook,
    NotebookCell,
    code_cell,
    grade_id,
    markdown_cell,
    nbgrader_mark,
)

MAX_BYTES = 20_000_000
MAX_CELLS = 1000
MAX_BRACKETS = 1_000_000  # because a pair of two bytes can become 200 bytes in memory


class RejectedError(ValueError):
    """An error for a submission that cannot be read. The text is one line that says why."""


@dataclass(frozen=True)
class SubmittedCell:
    """One cell of a submission. kind: code or markdown. grade_id: an empty text if it has none."""

    kind: str
    source: str
    grade_id: str


def read_submission(path: Path) -> list[SubmittedCell]:
    """Return the cells of a notebook file. Raises the errors of read_file and parse."""
    return parse(read_file(path), path.name)


def read_file(path: Path) -> bytes:
    """Return the bytes of a submitted file.

    Raises RejectedError if it is not a file or is too large. Raises OSError if this machine cannot
    read it; that is not the student's fault, so the caller must treat it as a failure of ours.
    """
    if path.is_symlink() or not path.is_file():
        raise _rejected(path.name, "there is no such file")
    if path.stat().st_size > MAX_BYTES:
        raise _rejected(path.name, f"it is larger than {MAX_BYTES // 1_000_000} MB")
    return path.read_bytes()


def parse(content: bytes, name: str) -> list[SubmittedCell]:
    """Return the cells in the bytes of a notebook, without tags, outputs and other metadata.

    Raises RejectedError if the bytes are not a notebook that can be read.
    """
    if content.count(b"[") + content.count(b"{") > MAX_BRACKETS:
        raise _rejected(name, f"it has more than {MAX_BRACKETS} brackets")
    try:
        notebook = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise _rejected(name, str(error)) from None
    return cells_of(notebook, name)


def cells_of(notebook: Any, name: str) -> list[SubmittedCell]:
    """Return the cells of a notebook given as parsed JSON. Raises RejectedError as `parse` does."""
    cells = notebook.get("cells") if isinstance(notebook, dict) else None
    if not isinstance(cells, list) or len(cells) > MAX_CELLS:
        raise _rejected(name, f"it is not of format 4 with at most {MAX_CELLS} cells")
    return [_cell(cell) for cell in cells if isinstance(cell, dict)]


def restore(submitted: list[SubmittedCell], released: Notebook) -> list[NotebookCell]:
    """Return the cells of a submission after restoring all that a student must not change.

    The cells keep their order. Check cells are replaced by the released ones; answer cells keep the
    student's source; missing cells are added at the end. If two cells have the same id, the second
    becomes an ordinary cell without marks.
    """
    known = {grade_id(cell): dict(cell) for cell in released["cells"] if grade_id(cell)}
    cells = []
    for i, cell in enumerate(submitted):
        if cell.grade_id in known:
            own = known.pop(cell.grade_id)
            if nbgrader_mark(own).get("solution"):
                own["source"] = cell.source
            cells.append(own)
        elif cell.kind == "code":
            cells.append(code_cell(cell.source, f"own-{i}"))
        else:
            cells.append(markdown_cell(cell.source, f"own-{i}"))
    return [*cells, *known.values()]


def _rejected(name: str, reason: str) -> RejectedError:
    words = f"{name}: cannot be read as a notebook: {reason}"
    return RejectedError(printable(words)[:200])


def _cell(cell: dict[str, Any]) -> SubmittedCell:
    source = cell.get("source", "")
    if isinstance(source, list):
        source = "".join(part for part in source if isinstance(part, str))
    metadata = cell.get("metadata")
    mark = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    grade_id = mark.get("grade_id") if isinstance(mark, dict) else None
    return SubmittedCell(
        "code" if cell.get("cell_type") == "code" else "markdown",
        source.encode("utf-8", "replace").decode() if isinstance(source, str) else "",
        grade_id if isinstance(grade_id, str) else "",
    )
