"""In a notebook `check` shows the verdict as HTML, and its plain text is the number of points."""

import nbformat
import pytest
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_notebook

from autograder.grading.notebook import grade_id
from support.notebooks import solved_file
from support.places import SOLUTIONS
from support.stock import autograde, generate, gradebook

pytestmark = pytest.mark.sandbox  # a kernel needs seconds

IMPORTS = "import numpy as np\nfrom autograder import check\n"
HALF_RIGHT = """\
def linear_backward(dout, cache):
    x, W = cache
    return dout @ W.T, x.T @ dout, dout.mean(axis=0)
"""
MSE = "def mse(pred, y):\n    return ((pred - y) ** 2).sum()\n"


@pytest.fixture(scope="module")
def cells():
    """The cells of a notebook after a kernel has run them."""
    sources = (
        IMPORTS + MSE,
        'check("mse")',
        'for question in ("mse", "mse"):\n    check(question)',
        'check("softmax");\nprint("done")',
    )
    notebook = new_notebook(cells=[new_code_cell(source) for source in sources])
    NotebookClient(notebook, timeout=60).execute()
    return notebook.cells


def printed(cell):
    return "".join(o.text for o in cell.outputs if o.output_type == "stream")


def test_the_result_is_shown_as_the_verdict_and_reads_as_the_points(cells):
    (result,) = (o for o in cells[1].outputs if o.output_type == "execute_result")
    assert result.data["text/plain"] == "0.0"
    assert "Sum for mean" in result.data["text/html"]
    assert "mse: 0 of 3 points" in result.data["text/html"]
    assert printed(cells[1]).startswith("mse: 0 of 3 points")
    assert "Example" not in printed(cells[1])  # the HTML shows it


@pytest.mark.parametrize(("i", "times"), [(2, 2), (3, 1)])
def test_a_verdict_that_the_notebook_does_not_show_is_printed(cells, i, times):
    assert not any(o.output_type == "execute_result" for o in cells[i].outputs)
    assert printed(cells[i]).count("\nRead chapter") == times


def test_stock_nbgrader_gives_a_half_right_answer_half_of_the_points(tmp_path):
    notebook = nbformat.read(solved_file("03-backward"), as_version=4)
    for cell in notebook.cells:
        if grade_id(cell) == "linear_backward-answer":
            cell.source = HALF_RIGHT
    folder = tmp_path / "submitted" / "ada" / "03-backward"
    folder.mkdir(parents=True)
    source = tmp_path / "source" / "03-backward"
    source.parent.mkdir()
    source.symlink_to(SOLUTIONS / "03-backward")
    nbformat.write(notebook, folder / "03-backward.ipynb")
    generate(tmp_path, "03-backward")
    autograde(tmp_path, "03-backward", "ada")
    with gradebook(tmp_path) as opened:
        found = opened.find_submission_notebook("03-backward", "03-backward", "ada")
        points = {grade.name: grade.auto_score for grade in found.grades}
    assert points["linear_backward"] == 4
