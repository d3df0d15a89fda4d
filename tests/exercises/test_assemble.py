"""The committed notebooks are the ones that the texts, the bank and the reference produce."""

import nbformat
import pytest

from autograder.assemble import solved_notebook, student_notebook
from autograder.grading.assignment import course_assignments
from autograder.marking import book_links
from support.notebooks import released, released_file, solved_file
from support.places import BOOK, EXERCISES

ASSIGNMENTS = course_assignments()


@pytest.mark.parametrize("name", ASSIGNMENTS)
def test_committed_notebooks_are_fresh(name):
    solved = solved_notebook((EXERCISES / f"{name}.md").read_text())
    for file, notebook in (
        (solved_file(name), solved),
        (released_file(name), student_notebook(solved)),
    ):
        committed = file.read_text()
        assert committed == nbformat.writes(notebook) + "\n", "out of date: run `make assemble`"


@pytest.mark.parametrize("name", ASSIGNMENTS)
def test_every_question_has_its_check_and_no_solution_is_shown(name):
    notebook = nbformat.read(released_file(name), 4)
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
        text = (BOOK / f"{page}.md").read_text()
        assert f"({label})=\n" in text, label
        assert title in text, title


def test_every_notebook_says_in_its_first_cell_how_long_cells_may_compute():
    for name in ASSIGNMENTS:
        first = "".join(released(name)["cells"][0]["source"])
        assert "each cell may compute for 10 seconds" in first
        assert "the cells that you add may compute for 40 seconds together" in first
