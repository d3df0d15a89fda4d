"""The committed notebooks are what text, bank and reference make."""

import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from autograder.assemble import solved_notebook, student_notebook
from autograder.grading.assignment import course_assignments
from autograder.marking import book_links

ASSIGNMENTS = course_assignments()

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
    cells = [cell for cell in notebook.cells if "nbgrader" in cell.metadata]
    points = {
        c.metadata.nbgrader.grade_id: c.metadata.nbgrader.points
        for c in cells
        if c.metadata.nbgrader.grade
    }
    assert points == {
        q.id: q.points for q in (*ASSIGNMENTS[name].questions, ASSIGNMENTS[name].manual[0])
    }
    answers = [c for c in cells if c.metadata.nbgrader.solution]
    assert len(answers) == 1 + sum(bool(q.writes) for q in ASSIGNMENTS[name].questions)
    for answer in answers:
        stub = "raise NotImplementedError()" if answer.cell_type == "code" else "YOUR ANSWER HERE"
        assert stub in answer.source
        assert "SOLUTION" not in answer.source


def test_every_label_stands_in_the_book():
    for label, (page, title) in book_links.LABELS.items():
        text = (ROOT / "book" / f"{page}.md").read_text()
        assert f"({label})=\n" in text, label
        assert title in text, title


@pytest.mark.parametrize("name", ASSIGNMENTS)
def test_solved_notebooks_pass_nbgrader_validate(name):
    notebook = ROOT / "solutions" / "notebooks" / name / f"{name}.ipynb"
    command = [sys.executable, "-m", "nbgrader", "validate", str(notebook)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    assert "Success! Your notebook passes all the tests." in done.stdout + done.stderr
