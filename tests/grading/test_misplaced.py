"""A person sees what a student has written in another place than the one for it."""

import pytest

from autograder.grading.assignment import course_assignments
from autograder.grading.misplaced import Notes
from autograder.grading.restore import restore
from autograder.grading.submission import SubmittedCell
from autograder.grading.wrong_notebook import wrong_notebook
from autograder.marking.verdict import Verdict
from support.accidents import WRITTEN
from support.notebooks import solved

ASSIGNMENTS = course_assignments()
ASKED = ASSIGNMENTS["02-forward"]
RELEASED = ASKED.released["cells"]
IDS = [cell["metadata"].get("nbgrader", {}).get("grade_id", "") for cell in RELEASED]
AT = IDS.index(WRITTEN)
WORDS = "The factor exp(c) cancels, so the shift changes nothing."
UNTOUCHED = [
    SubmittedCell(cell["cell_type"], cell["source"], id)
    for cell, id in zip(RELEASED, IDS, strict=True)
]


def notes(cells, message=""):
    return Notes(restore(cells, ASKED.released), ASKED, message)


def text(source):
    return SubmittedCell("markdown", source, "")


def code(source):
    return SubmittedCell("code", source, "")


def inserted(place, *new):
    return [*UNTOUCHED[:place], *new, *UNTOUCHED[place:]]


def has_words(cells):
    return notes(cells).has_words_beside(WRITTEN)


@pytest.mark.parametrize(
    "cell",
    [
        text(WORDS),
        text("No."),
        text("$e^{z-c}$"),
        code("# The factor exp(c) cancels,\n# so the shift changes nothing."),
        code(f'"""{WORDS}"""'),
        code(f"'''\n{WORDS}\n'''\nx = 1"),
        code(WORDS),
        code("x = 1\n# 因为 exp(c) 消掉了"),
        code("Because it cancels: exp(c) is in both."),
    ],
)
@pytest.mark.parametrize("place", [AT, AT + 1, len(IDS)])
def test_words_beside_the_cell_for_them_are_found(cell, place):
    assert has_words(inserted(place, cell))


def test_an_answer_in_the_text_of_the_question_is_found():
    cells = list(UNTOUCHED)
    cells[AT - 1] = text(f"{cells[AT - 1].source}\r\n\r\n{WORDS}")
    assert has_words(cells)


def test_words_are_found_when_their_cell_was_deleted():
    without = [*UNTOUCHED[:AT], text(WORDS), *UNTOUCHED[AT + 1 :]]
    assert has_words(without)
    assert has_words([text(WORDS)])


@pytest.mark.parametrize(
    "cell",
    [
        text(""),
        text("\n---\n"),
        text(RELEASED[AT - 1]["source"] + "  \r\n"),
        code(""),
        code("x = softmax(z)  # here"),
        code("# test\nprint(softmax(np.zeros((2, 3))))"),
        code("Layer = 3 if a is not None else 4\nValue(2) + Value(3)"),
        code(RELEASED[1]["source"]),
    ],
)
def test_what_has_no_words_of_the_student_is_not_taken_for_an_answer(cell):
    assert not has_words(inserted(AT + 1, cell))


def test_words_beside_another_question_are_not_taken_for_this_one():
    assert not has_words(inserted(IDS.index("mse"), text(WORDS)))
    assert not has_words(inserted(0, text(WORDS), code(WORDS)))
    assert not has_words(UNTOUCHED)


def test_such_an_answer_is_told_and_flagged():
    found = notes(inserted(AT + 1, text(WORDS)))
    verdict = Verdict(WRITTEN, 0, 3, "manual", "A person marks this.")
    assert "beside the cell" in found.on(verdict).message
    assert found.flagged([verdict]) == [WRITTEN]


@pytest.mark.parametrize(
    "source", ["def mse(pred, y):\n    return 0", "My code:\n\n    mse = lambda pred, y: 0"]
)
def test_code_in_a_text_cell_is_told_and_flagged_if_its_question_is_missing(source):
    found = notes(inserted(AT, text(source)))
    missing = Verdict("mse", 0, 3, "missing", "mse is not defined.")
    assert "A text cell contains code for mse." in found.on(missing).message
    assert found.flagged([missing]) == ["mse", WRITTEN]
    right = Verdict("mse", 3, 3, "correct", "All right.")
    assert found.on(right) == right
    assert found.flagged([right]) == [WRITTEN]


def test_a_picture_that_is_left_out_is_named_in_its_verdict():
    picture = {"page.heic": "AAAA"}
    cells = list(UNTOUCHED)
    cells[AT] = SubmittedCell("markdown", "On paper.", WRITTEN, picture)
    below = inserted(AT + 1, SubmittedCell("markdown", "", "", picture))
    for submitted in (cells, below):
        found = notes(submitted)
        verdict = Verdict(WRITTEN, 0, 3, "manual", "A person marks this.")
        assert "The picture `page.heic` is not shown, because" in found.on(verdict).message
        assert found.flagged([verdict]) == [WRITTEN]


def test_a_picture_that_belongs_to_no_question_is_named_for_the_whole_notebook():
    found = notes(inserted(0, SubmittedCell("markdown", "", "", {"page.heic": "AAAA"})))
    assert "`page.heic`" in found.message
    assert found.flagged([]) == ["linear_forward"]


def solved_cells(assignment):
    return [
        SubmittedCell(
            cell["cell_type"],
            "".join(cell["source"]),
            cell["metadata"].get("nbgrader", {}).get("grade_id", ""),
        )
        for cell in solved(assignment)["cells"]
    ]


@pytest.mark.parametrize("handed_in", ASSIGNMENTS)
@pytest.mark.parametrize("asked", ASSIGNMENTS)
def test_the_notebook_of_another_assignment_is_said_to_be_one(handed_in, asked):
    said = wrong_notebook(solved_cells(handed_in), ASSIGNMENTS[asked])
    if handed_in == asked:
        assert said == ""
    else:
        assert f"the notebook of {handed_in}" in said
        assert f"Hand in {asked}.ipynb" in said


def test_a_foreign_notebook_is_said_to_be_one():
    foreign = [text("# Titanic"), code("import pandas as pd\ndf = pd.read_csv('titanic.csv')")]
    assert "another notebook" in wrong_notebook(foreign, ASKED)
    used = code("from somewhere import *\nsoftmax(x)\nif mse == 3: softmax")
    assert "another notebook" in wrong_notebook([used], ASKED)
    assert "another notebook" in wrong_notebook([], ASKED)


def test_a_notebook_that_has_lost_its_ids_is_not_foreign():
    without = [SubmittedCell(c.kind, c.source, "") for c in solved_cells("02-forward")]
    assert wrong_notebook(without, ASKED) == ""
    assert wrong_notebook(UNTOUCHED, ASKED) == ""


def test_a_foreign_notebook_is_flagged():
    found = notes([], "This looks like another notebook.")
    assert found.message == "This looks like another notebook."
    assert found.flagged([]) == ["linear_forward"]
