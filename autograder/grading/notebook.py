"""Notebooks of format 4 as plain JSON: their cells, what nbgrader says of them, and new ones.

nbformat's own classes copy and validate at every step, which takes longer than marking does.
"""

import json
from pathlib import Path
from typing import Any

NotebookCell = dict[str, Any]
Notebook = dict[str, Any]


def read_notebook(path: Path) -> Notebook:
    """A notebook of ours, with every source as one text."""
    notebook: Notebook = json.loads(path.read_text(encoding="utf-8"))
    for cell in notebook["cells"]:
        cell["source"] = "".join(cell["source"])
    return notebook


def write_notebook(notebook: Notebook) -> str:
    """The text of a notebook."""
    return json.dumps(notebook, ensure_ascii=False) + "\n"


def nbgrader_mark(cell: NotebookCell) -> dict[str, Any]:
    """What nbgrader says of a cell; nothing for a cell that it does not know."""
    mark: dict[str, Any] = cell["metadata"].get("nbgrader", {})
    return mark


def grade_id(cell: NotebookCell) -> str:
    """The name under which nbgrader knows a cell, "" where it does not."""
    return str(nbgrader_mark(cell).get("grade_id", ""))


def is_check(cell: NotebookCell) -> bool:
    """Whether a cell is one that marks, which is never run as it stands."""
    return cell["cell_type"] == "code" and bool(nbgrader_mark(cell).get("grade"))


def is_answer(cell: NotebookCell) -> bool:
    """Whether a cell is one for an answer in code."""
    return cell["cell_type"] == "code" and bool(nbgrader_mark(cell).get("solution"))


def is_run(cell: NotebookCell) -> bool:
    """Whether a cell is the student's to run."""
    return cell["cell_type"] == "code" and not is_check(cell)


def sources_by_id(cells: list[NotebookCell]) -> dict[str, str]:
    """The sources of the cells for answers, in code or words, by grade id."""
    return {grade_id(c): c["source"] for c in cells if nbgrader_mark(c).get("solution")}


def code_cell(source: str, cell_id: str) -> NotebookCell:
    """A code cell that has shown nothing yet."""
    return {
        "cell_type": "code",
        "execution_count": None,
        "id": cell_id,
        "metadata": {},
        "outputs": [],
        "source": source,
    }


def markdown_cell(source: str, cell_id: str) -> NotebookCell:
    """A cell of text."""
    return {"cell_type": "markdown", "id": cell_id, "metadata": {}, "source": source}


def stream(name: str, text: str) -> dict[str, Any]:
    """An output of plain text. name: stdout or stderr."""
    return {"output_type": "stream", "name": name, "text": text}


def display(kind: str, data: dict[str, str]) -> dict[str, Any]:
    """An output by MIME types. kind: display_data or execute_result."""
    output: dict[str, Any] = {"output_type": kind, "data": data, "metadata": {}}
    return {**output, "execution_count": None} if kind == "execute_result" else output
