"""The figures of the course are shown, although a job does not draw them again."""

import pytest

from autograder.grading.assignment import Assignment
from autograder.grading.drawing import cells_without_drawing, undrawn_cells, without_drawing
from autograder.grading.grade import Grader
from autograder.grading.notebook import is_try_out
from autograder.sandbox.client import QuestionSet
from support.notebooks import solved_cells

ASSIGNMENT = Assignment.of_course("03-backward")
CELLS = [cell for cell in solved_cells(ASSIGNMENT.name) if not is_try_out(cell)]
IMPORTS = CELLS[:2]  # that of `check`, and those of NumPy and Matplotlib
DRAWS = [i for i, cell in enumerate(CELLS) if "plt.show()" in cell]
THICK = "plt.rcParams['lines.linewidth'] = 9"


def drawn_by_a_job(sandbox, cells):
    with sandbox.job(cells, QuestionSet([])) as job:
        return [run.pictures for run in job.cells()]


def shown(sandbox, cells):
    """Return the pictures that a marked notebook shows, by cell."""
    _, runs = Grader(ASSIGNMENT, 1, sandbox, only="linear_backward").mark_code(cells)
    return [run.pictures for run in runs]


@pytest.mark.sandbox
def test_the_figures_of_the_course_are_those_that_the_notebook_would_draw(sandbox):
    pictures = shown(sandbox, CELLS)
    assert pictures == drawn_by_a_job(sandbox, CELLS)
    assert all(pictures[i] for i in DRAWS)
    assert len(DRAWS) == 2


@pytest.mark.sandbox
@pytest.mark.parametrize("cell", [THICK, "from matplotlib import rc; rc('lines', linewidth=9)"])
def test_a_student_who_may_have_changed_the_figures_sees_what_the_notebook_draws(sandbox, cell):
    cells = [*IMPORTS, cell, *CELLS[len(IMPORTS) :]]
    pictures = shown(sandbox, cells)
    assert pictures == drawn_by_a_job(sandbox, cells)
    assert pictures[DRAWS[0] + 1] != shown(sandbox, CELLS)[DRAWS[0]]


@pytest.mark.sandbox
def test_a_cell_of_the_course_that_fails_shows_no_figure(sandbox):
    first = DRAWS[0]
    cells = [*CELLS[:first], "np = None", *CELLS[first:]]
    assert shown(sandbox, cells)[first + 1] == []


def test_a_changed_cell_of_the_course_draws():
    first, second = DRAWS
    changed = {**dict(enumerate(CELLS)), first: CELLS[first].replace("grey", "red")}
    assert set(undrawn_cells(ASSIGNMENT, CELLS)) == {first, second}
    assert undrawn_cells(ASSIGNMENT, list(changed.values())) == {}


@pytest.mark.parametrize("name", ["03-backward", "05-network"])
def test_every_cell_of_the_course_that_draws_can_do_without(name):
    """If one could not, each job would start Matplotlib, although nobody looks at the figure."""
    assignment = Assignment.of_course(name)
    draw = [cell for cell in assignment.given_cells if "plt.show()" in cell]
    assert len(cells_without_drawing(assignment)) == len(draw) == 2


def test_a_cell_without_its_drawing_computes_the_same():
    source = (
        "x = [1]\nfor i in range(3):\n    plt.plot(x.append(i), label=f(i)).grid(f('é'))\ny = 2"
    )
    told = []
    names = {"f": told.append}
    exec(without_drawing(source), names)
    assert (names["x"], names["y"], names["i"]) == ([1, 0, 1, 2], 2, 2)
    assert told == [0, "é", 1, "é", 2, "é"]


@pytest.mark.parametrize(
    "source",
    [
        "x = 1",
        "%matplotlib inline\nplt.plot(x)",
        "figure = plt.figure()\nplt.show()",
        "plt.plot(\n    x\n)",
        "line, = plt.plot(x)",
        "if plt.get_fignums():\n    x = 1\nplt.show()",
        "def draw():\n    return plt.plot(x)\ndraw()\nplt.show()",
    ],
)
def test_a_cell_that_draws_in_another_way_stays_as_it_is(source):
    assert without_drawing(source) == ""
