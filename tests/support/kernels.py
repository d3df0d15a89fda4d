"""Run cells in a real kernel, and recognise notebooks that a kernel has run."""

import json

import nbformat
from nbclient import NotebookClient

from autograder.grading.notebook import is_check


def not_run_by_a_kernel(course, assignment):
    """Return the students whose check cells have not been executed by a kernel.

    A kernel numbers the cells that it executes. Our plugin starts no kernel and numbers nothing,
    and nbgrader removes the numbers that a submission brings along.
    """
    paths = course.glob(f"autograded/*/{assignment}/{assignment}.ipynb")
    return sorted(path.parts[-3] for path in paths if not _has_numbers(path))


def _has_numbers(path):
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return all(cell["execution_count"] for cell in cells if is_check(cell))


def shown_by_a_kernel(cells, folder):
    """Return the error's name and the text of each cell, as a real kernel in this folder shows it.

    All cells run in one kernel, in their order. A picture is shown as nothing.
    """
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    resources = {"metadata": {"path": str(folder)}}
    NotebookClient(
        notebook, kernel_name="python3", allow_errors=True, resources=resources
    ).execute()
    return [_shown(cell.outputs) for cell in notebook.cells]


def _shown(outputs):
    error, text = "", ""
    for output in outputs:
        if output.output_type == "error":
            error = output.ename
        elif output.output_type == "stream":
            text += output.text
        elif "image/png" not in output.data:
            text += output.data.get("text/plain", "") + "\n"
    return error, text
