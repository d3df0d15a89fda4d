"""The committed notebooks are what text, bank and reference make."""

import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from autograder import book
from autograder.assemble import solved_notebook, student_notebook
from autograder.bank import ASSIGNMENTS

ROOT = Path(__file__).parent.parent


@pytest.mark.parametrize("name", ASSIGNMENTS)
def test_committed_notebooks_are_fresh(name):
    solved = solved_notebook((ROOT / "exercises" / f"{name}.md").read_text())
    for folder, notebook in (
        (ROOT / "solutions" / "notebooks", solved),
        (ROOT / "exercises", student_notebook(solved)),
    ):
        committed = (folder / name / f"{name}.ipynb").read_text()
        assert committed == nbformat.writes(notebook) + "\n", "stale: run `make assemble`"


@pytest.mark.parametrize("name", ASSIGNMENTS)
def test_every_question_has_its_check_and_no_solution_is_shown(name):
    notebook = nbformat.read(ROOT / "exercises" / name / f"{name}.ipynb", 4)
    marks = [cell.metadata.nbgrader for cell in notebook.cells if "nbgrader" in cell.metadata]
    points = {m.grade_id: m.points for m in marks if m.grade}
    assert points == {q.id: q.points for q in ASSIGNMENTS[name]}
    answers = [c for c in notebook.cells if c.metadata.get("nbgrader", {}).get("solution")]
    assert len(answers) == len(points)
    assert all("raise NotImplementedError()" in answer.source for answer in answers)


def test_every_label_stands_in_the_book():
    for label, (page, title) in book.LABELS.items():
        text = (ROOT / "book" / f"{page}.md").read_text()
        assert f"({label})=\n" in text, label
        assert title in text, title


@pytest.mark.parametrize("name", ASSIGNMENTS)
def test_solved_notebooks_pass_nbgrader_validate(name):
    notebook = ROOT / "solutions" / "notebooks" / name / f"{name}.ipynb"
    command = [sys.executable, "-m", "nbgrader", "validate", str(notebook)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    assert "Success! Your notebook passes all the tests." in done.stdout + done.stderr
