"""The solved notebooks get full marks everywhere: stock nbgrader and our grader agree on them."""

import json
import shutil
import subprocess
import sys

import pytest
from nbgrader.api import Gradebook

from autograder.grading.assignment import course_assignments
from support.places import SOLUTIONS

pytestmark = pytest.mark.sandbox

ASSIGNMENTS = course_assignments()


def run(*command):
    done = subprocess.run([sys.executable, "-m", *command], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]


@pytest.fixture(params=ASSIGNMENTS)
def assignment(request):
    return request.param


@pytest.fixture
def course(tmp_path, assignment):
    """A course folder in which one student hands in the solved notebook."""
    shutil.copytree(SOLUTIONS / assignment, tmp_path / "submitted" / "ada" / assignment)
    shutil.copytree(SOLUTIONS / assignment, tmp_path / "source" / assignment)
    return tmp_path


def gradebook_says(course, assignment):
    """(points of the checks, whether a person still has something to mark)."""
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as gradebook:
        submission = gradebook.find_submission(assignment, "ada")
        return submission.score, submission.needs_manual_grade


def test_the_solved_notebook_gets_full_marks_here(course, assignment):
    file = course / "results.jsonl"
    run("autograder.cli", "grade", assignment, "--course", str(course), "--json", str(file))
    record = json.loads(file.read_text())
    lost = [q for q in record["questions"] if q["verdict"] not in ("correct", "manual")]
    assert lost == []
    full = sum(q.points for q in ASSIGNMENTS[assignment].questions)
    assert record["score"] == full
    assert record["max_score"] == full + ASSIGNMENTS[assignment].manual[0].points
    assert gradebook_says(course, assignment) == (full, True)


def test_the_solved_notebook_gets_full_marks_from_stock_nbgrader(course, assignment):
    folder = f"--course-dir={course}"
    run("nbgrader", "generate_assignment", assignment, folder)
    run("nbgrader", "autograde", assignment, "--create", folder)
    full = sum(q.points for q in ASSIGNMENTS[assignment].questions)
    assert gradebook_says(course, assignment) == (full, True)
