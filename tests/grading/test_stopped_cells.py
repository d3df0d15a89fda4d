"""The verdict on a missing answer says why, from the cells of the notebook that was handed in."""

import json

import pytest

from autograder.grading.assignment import course_assignments
from autograder.grading.grade import Grader
from autograder.grading.submission import parse
from autograder.sandbox.client import Sandbox
from autograder.sandbox.policy import Limits
from support.notebooks import released, solved

pytestmark = pytest.mark.sandbox

ASSIGNMENT = "02-forward"
ASKED = course_assignments()[ASSIGNMENT]
LIMITS = Limits(cell_seconds=0.5, cells_seconds=20)
RIGHT = (
    "def softmax(z):\n"
    "    e = np.exp(z - z.max(1, keepdims=True))\n"
    "    return e / e.sum(1, keepdims=True)\n"
)
STUB = next(
    "".join(cell["source"])
    for cell in released(ASSIGNMENT)["cells"]
    if cell["metadata"].get("nbgrader", {}).get("grade_id") == "softmax-answer"
)


def id_of(cell):
    return cell["metadata"].get("nbgrader", {}).get("grade_id")


def code(source):
    return {"cell_type": "code", "metadata": {}, "source": source}


def verdict(sandbox, answer, before=(), after=()):
    """Return the verdict on softmax. answer: the source of its cell, or None to remove the cell."""
    cells = []
    for cell in solved(ASSIGNMENT)["cells"]:
        if id_of(cell) != "softmax-answer":
            cells.append(cell)
            continue
        own = [] if answer is None else [{**cell, "source": answer}]
        cells += [*map(code, before), *own, *map(code, after)]
    return next(q for q in verdicts(sandbox, cells) if q.id == "softmax")


def verdicts(sandbox, cells):
    """Return the verdicts on all questions of a notebook with these cells."""
    content = json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})
    submitted = parse(content.encode(), f"{ASSIGNMENT}.ipynb")
    return Grader(ASKED, 0, sandbox, show=False).grade(submitted, "ada").questions


WHY = [
    (STUB, "Not attempted: the cell of `softmax` is as it was handed out"),
    (f"{STUB}# my idea", "`softmax` still contains the line `raise NotImplementedError`"),
    ("", "Not attempted: the cell of `softmax` holds no code."),
    ("# def softmax(z): ...", "Not attempted: the cell of `softmax` holds no code."),
    (None, "Its cell is gone from the notebook"),
    (RIGHT.replace("softmax", "soft_max"), "There is a `soft_max`: did you mean that?"),
    (RIGHT.replace("softmax", "shares"), "Its cell defines `shares`"),
    (f"{RIGHT}del softmax", "although its cell ran without an error"),
    (f"{RIGHT}\nprint('open\n", "Python cannot read line 5 of its cell, `print('open`."),
    (f"print(“a”)\n{RIGHT}", 'The character “ comes from a word processor, so type " instead.'),
    (f"<<<<<<< HEAD\n{RIGHT}", "merge conflict"),
    (f"The softmax is a function\n{RIGHT}", "The line is text"),
    (f"from scipy.special import x\n{RIGHT}", "The package scipy cannot be used. Only NumPy and"),
    (f"import my_layers\n{RIGHT}", "If my_layers.py is a file of yours, hand it in"),
    (f"x = np.load('rows.npy')\n{RIGHT}", "The file rows.npy was not handed in"),
    (f"x = 1 / 0\n{RIGHT}", "stopped in the line `x = 1 / 0`. Python says: ZeroDivisionError"),
    (f"plt.style.use('seaborn-darkgrid')\n{RIGHT}", "seaborn-darkgrid"),
    (f"n = input('How many? ')\n{RIGHT}", "`input()` gets no reply"),
    ("while True: pass\nsoftmax = len(RIGHT)", "because its cell was stopped after"),
]


@pytest.mark.parametrize(("answer", "words"), WHY, ids=[words[:40] for _, words in WHY])
def test_it_says_why_and_never_only_that_it_is_not_defined(sandbox, answer, words):
    found = verdict(sandbox, answer)
    assert (found.verdict, found.score) == ("missing", 0)
    assert words in found.headline


def test_an_answer_in_another_cell_that_stopped_is_told_too(sandbox):
    for answer in (STUB, None):
        found = verdict(sandbox, answer, after=[f"import math\nx = 1 / 0\n{RIGHT}"])
        assert "stopped in the line `x = 1 / 0`" in found.headline


def test_a_helper_whose_cell_stopped_is_told(sandbox):
    helper = "x = 1 / 0\ndef shifted(z):\n    return z - z.max(1, keepdims=True)"
    answer = "def softmax(z):\n    e = np.exp(shifted(z))\n    return e / e.sum(1, keepdims=True)"
    found = verdict(sandbox, answer, before=["1", helper])
    assert found.verdict == "error"
    assert any("`shifted` stopped before the definition: ZeroDivision" in h for h in found.hints)


def test_a_cell_for_which_no_time_was_left_is_told():
    slow = "while True: pass\n"
    with Sandbox(Limits(cell_seconds=1, cells_seconds=1)) as sandbox:
        cells = solved(ASSIGNMENT)["cells"]
        for cell in cells:
            if id_of(cell) == "linear_forward-answer":
                cell["source"] = slow
            if id_of(cell) == "softmax-answer":
                cell["source"] = "softmax = max(1, 2)"
        found = next(q for q in verdicts(sandbox, cells) if q.id == "softmax")
    assert "was not run: the 0.95 seconds for all cells are used up" in found.headline


def test_what_the_set_up_cell_lost_is_still_there(sandbox):
    broken = [
        "import pandas as pd",
        "%matplotlib widget",
        "from google.colab import drive",
        "1 / 0",
    ]
    for line in broken:
        cells = solved(ASSIGNMENT)["cells"]
        first = next(cell for cell in cells if cell["cell_type"] == "code")
        first["source"] = line + "\n" + "".join(first["source"])
        assert {q.verdict for q in verdicts(sandbox, cells)} == {"correct", "manual"}


def test_what_the_course_gives_is_there_if_its_cell_is_gone(sandbox):
    assignment = "03-backward"
    asked = course_assignments()[assignment]
    whole = solved(assignment)["cells"]
    cells = [c for c in whole if "def linear_forward" not in "".join(c["source"])]
    assert len(cells) == len(whole) - 1
    content = json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})
    submitted = parse(content.encode(), f"{assignment}.ipynb")
    questions = Grader(asked, 0, sandbox, show=False).grade(submitted, "ada").questions
    assert {q.verdict for q in questions} == {"correct", "manual"}


def test_no_answer_is_given():
    for asked in course_assignments().values():
        answers = {name for question in asked.questions for name in question.writes}
        assert not answers & asked.given.keys()
    assert "linear_forward" in course_assignments()["03-backward"].given
