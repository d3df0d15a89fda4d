"""The solved notebooks get full marks, both from unmodified nbgrader and from our grader."""

import json
import shutil

import pytest
from nbgrader.validator import Validator

from autograder.cli import main
from autograder.grading.assignment import course_assignments
from support.notebooks import solved_file
from support.places import SOLUTIONS
from support.stock import autograde, generate, gradebook

pytestmark = pytest.mark.sandbox

ASSIGNMENTS = course_assignments()
STUDENT = "ada"

every_assignment = pytest.mark.parametrize("assignment", ASSIGNMENTS)


def handed_in(course):
    """Hand in every solved notebook as one student, and return the course folder."""
    shutil.copytree(SOLUTIONS, course / "submitted" / STUDENT)
    return course


@pytest.fixture(scope="module")
def ours(tmp_path_factory):
    return handed_in(tmp_path_factory.mktemp("ours"))


@pytest.fixture(scope="module")
def stock(tmp_path_factory):
    course = handed_in(tmp_path_factory.mktemp("stock"))
    shutil.copytree(SOLUTIONS, course / "source")
    return course


def gradebook_says(course, assignment):
    """Return the points of the checks, and True if a person still has to mark something."""
    with gradebook(course) as opened:
        submission = opened.find_submission(assignment, STUDENT)
        return submission.score, submission.needs_manual_grade


def full(assignment):
    return sum(q.points for q in ASSIGNMENTS[assignment].questions)


@every_assignment
def test_the_solved_notebook_gets_full_marks_here(ours, assignment):
    file = ours / "results.jsonl"
    assert main(["grade", assignment, "--course", str(ours), "--json", str(file)]) == 0
    record = json.loads(file.read_text())
    lost = [q for q in record["questions"] if q["verdict"] not in ("correct", "manual")]
    assert lost == []
    assert record["score"] == full(assignment)
    manual = ASSIGNMENTS[assignment].manual[0].points
    assert record["max_score"] == full(assignment) + manual
    assert gradebook_says(ours, assignment) == (full(assignment), True)


@every_assignment
def test_the_solved_notebook_gets_full_marks_from_stock_nbgrader(stock, assignment):
    generate(stock, assignment)
    autograde(stock, assignment, STUDENT)
    assert gradebook_says(stock, assignment) == (full(assignment), True)


@every_assignment
def test_the_solved_notebook_passes_nbgraders_validation(assignment):
    assert Validator().validate(str(solved_file(assignment))) == {}
