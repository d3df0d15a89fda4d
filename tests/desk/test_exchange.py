"""An assignment goes through nbgrader's exchange and back, between two accounts of this machine."""

import json
from functools import partial

import pytest

from support.accounts import INSTRUCTOR, STUDENT, accounts, started, well
from support.notebooks import solved

pytestmark = [pytest.mark.sandbox, pytest.mark.slow]

NAME, COURSE = "hw1", "course101"
CHECK = """
import json
import numpy as np
import autograder
print(autograder.__file__)
for cell in json.load(open("hw1.ipynb"))["cells"]:
    source = "".join(cell["source"])
    if cell["cell_type"] == "code" and ("def sigmoid" in source or source == 'check("sigmoid")'):
        exec("from autograder import check\\n" + source)
"""


@pytest.fixture(scope="module")
def place():
    with accounts() as folder:
        yield folder


@pytest.fixture
def teacher(place):
    return partial(well, place / INSTRUCTOR)


@pytest.fixture
def student(place):
    return partial(well, place / STUDENT)


def solve(place):
    """Write right answers into the notebook that the student has fetched."""
    answers = {c["id"]: c["source"] for c in solved("01-neuron")["cells"]}
    path = place / STUDENT / NAME / f"{NAME}.ipynb"
    notebook = json.loads(path.read_text())
    for cell in notebook["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("solution"):
            cell["source"] = answers[cell["metadata"]["nbgrader"]["grade_id"]]
    path.write_text(json.dumps(notebook))


def test_an_assignment_goes_through_the_exchange_and_its_feedback_comes_back(
    place, teacher, student
):
    course = place / INSTRUCTOR / COURSE
    options = ("--assignment", "01-neuron", "--name", NAME, "--due", "2100-01-01")
    teacher("-m", "autograder.cli", "course", COURSE, *options)
    teacher("-m", "nbgrader", "generate_assignment", NAME, cwd=COURSE)
    teacher("-m", "nbgrader", "release_assignment", NAME, cwd=COURSE)

    student("-m", "nbgrader", "fetch_assignment", NAME, "--course", COURSE)
    said = student("-c", CHECK, cwd=NAME).splitlines()
    assert said[0] == str(place / STUDENT / NAME / "autograder" / "__init__.py")
    assert said[1].startswith("sigmoid: 0 of 2 points")
    solve(place)
    said = student("-c", CHECK, cwd=NAME).splitlines()
    assert said[1].startswith("sigmoid: 2 of 2 points")
    student("-m", "nbgrader", "submit", NAME, "--course", COURSE)

    teacher("-m", "nbgrader", "collect", NAME, cwd=COURSE)
    assert (course / "submitted" / STUDENT / NAME / "timestamp.txt").exists()
    said = teacher("-m", "autograder.cli", "grade", NAME, "--workers", "1", cwd=COURSE)
    assert f"{NAME}: 1 submission: 1 graded, 0 as before, 0 rejected, 0 late, 0 failed" in said
    teacher("-m", "nbgrader", "generate_feedback", NAME, cwd=COURSE)
    teacher("-m", "nbgrader", "release_feedback", NAME, cwd=COURSE)

    student("-m", "nbgrader", "fetch_feedback", NAME, "--course", COURSE)
    (page,) = (place / STUDENT / NAME / "feedback").rglob("*.html")
    assert "14.0 / 17.0" in " ".join(page.read_text().split())


def test_another_account_cannot_read_the_secret(place, teacher):
    teacher("-m", "autograder.cli", "course", "other", "--assignment", "01-neuron")
    secret = place / INSTRUCTOR / "other" / ".autograder-seed"
    done = started(place / STUDENT, "-c", f"open({str(secret)!r}).read()")
    assert "PermissionError" in done.stderr
