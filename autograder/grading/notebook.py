"""Read and write notebooks of format 4 as plain JSON, make cells, and read nbgrader's metadata.

We do not use the classes of nbformat, because they copy and validate at every step, which would
take longer than the marking.
"""

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

NotebookCell = dict[str, Any]
Notebook = dict[str, Any]


def read_notebook(path: Path) -> Notebook:
    """Return a notebook of this course. The source of every cell becomes one text."""
    notebook: Notebook = json.loads(path.read_text(encoding="utf-8"))
    for cell in notebook["cells"]:
        cell["source"] = "".join(cell["source"])
    return notebook


def write_notebook(notebook: Notebook) -> str:
    """Return the text of a notebook file."""
    return json.dumps(notebook, ensure_ascii=False) + "\n"


MAX_REMEMBERED = 5000  # for longer cells, in characters, the result is not cached


def nbgrader_mark(cell: NotebookCell) -> dict[str, Any]:
    """Return nbgrader's metadata of a cell, or an empty dict if there is none."""
    mark: dict[str, Any] = cell["metadata"].get("nbgrader", {})
    return mark


def grade_id(cell: NotebookCell) -> str:
    """Return nbgrader's name for a cell, or an empty text if it has none."""
    return str(nbgrader_mark(cell).get("grade_id", ""))


def is_check(cell: NotebookCell) -> bool:
    """True for a check cell. We never run it, but write the marks into it."""
    return cell["cell_type"] == "code" and bool(nbgrader_mark(cell).get("grade"))


def is_answer(cell: NotebookCell) -> bool:
    """True for a cell in which the student writes code."""
    return cell["cell_type"] == "code" and bool(nbgrader_mark(cell).get("solution"))


def is_student_code(cell: NotebookCell) -> bool:
    """True for every code cell except the check cells."""
    return cell["cell_type"] == "code" and not is_check(cell)


def is_try_out(source: str) -> bool:
    """True for the code of a cell that tries out answers, if they are written."""
    return source.startswith("try:\n") and "\nexcept NotImplementedError:\n" in source


def plain(source: str) -> str:
    """Return a source without differences that editors make on their own.

    These are other line ends, and white space at the end of a line or of the cell.
    """
    return _plain(source) if len(source) <= MAX_REMEMBERED else _plain.__wrapped__(source)


@lru_cache(maxsize=1000)  # all submissions share most of their cells
def _plain(source: str) -> str:
    lines = source.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(line.rstrip() for line in lines).strip("\n")


def sources_by_id(cells: list[NotebookCell]) -> dict[str, str]:
    """Return the sources of all cells for answers, in code or in words, by grade id."""
    return {grade_id(c): c["source"] for c in cells if nbgrader_mark(c).get("solution")}


def code_cell(source: str, cell_id: str) -> NotebookCell:
    """Return a code cell without outputs."""
    return {
        "cell_type": "code",
        "execution_count": None,
        "id": cell_id,
        "metadata": {},
        "outputs": [],
        "source": source,
    }


def markdown_cell(source: str, cell_id: str) -> NotebookCell:
    """Return a text cell."""
    return {"cell_type": "markdown", "id": cell_id, "metadata": {}, "source": source}


def stream(name: str, text: str) -> dict[str, Any]:
    """Return an output that holds plain text. name: stdout or stderr."""
    return {"output_type": "stream", "name": name, "text": text}


def display(kind: str, data: dict[str, str]) -> dict[str, Any]:
    """Return an output that holds data by MIME type. kind: display_data or execute_result."""
    output: dict[str, Any] = {"output_type": kind, "data": data, "metadata": {}}
    return {**output, "execution_count": None} if kind == "execute_result" else output
