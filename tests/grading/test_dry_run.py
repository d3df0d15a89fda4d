"""`autograder grade --dry-run` tells whose marks would change, and leaves the course as it was."""

import json

import pytest
import sqlalchemy

from autograder.cli import main
from autograder.grading.gradebook import RESULTS, connect
from support.here import hand_in, new_gradebook, url
from support.notebooks import released, solved

pytestmark = pytest.mark.sandbox

ASSIGNMENT = "01-neuron"


@pytest.fixture
def course(tmp_path):
    (tmp_path / "gradebook.db").write_bytes(new_gradebook(ASSIGNMENT))
    hand_in(tmp_path, "ada", ASSIGNMENT, solved(ASSIGNMENT))
    hand_in(tmp_path, "bao", ASSIGNMENT, released(ASSIGNMENT))
    assert main(["grade", ASSIGNMENT, "--course", str(tmp_path)]) == 0
    return tmp_path


def dry_run(course, *more):
    return main(["grade", ASSIGNMENT, "--course", str(course), "--dry-run", *more])


def record_points(course, student, question, points):
    """Change the recorded points, as if an earlier version of the grader had given them."""
    ours = RESULTS.c.student == student
    with connect(url(course)).begin() as connection:
        record = json.loads(connection.scalar(sqlalchemy.select(RESULTS.c.record).where(ours)))
        for asked in record["questions"]:
            if asked["id"] == question:
                asked["score"] = points
        changed = RESULTS.update().where(ours).values(record=json.dumps(record))
        connection.execute(changed)


def contents(course):
    return {p: p.read_bytes() for p in sorted(course.rglob("*")) if p.is_file()}


def test_says_whose_marks_would_change_and_why_and_changes_nothing(course, capsys):
    record_points(course, "ada", "neuron", 0.0)
    record_points(course, "bao", "layer", 2.0)
    hand_in(course, "eve", ASSIGNMENT, released(ASSIGNMENT))
    before = contents(course)
    capsys.readouterr()
    assert dry_run(course) == 0
    text = capsys.readouterr().out
    assert "ada: neuron: 0 -> 1: All right." in text
    assert "bao: layer: 2 -> 0: " in text
    assert len(text.splitlines()) == 3
    assert "the marks of 2 of 3 submissions would change, 0 stay the same, 1 have no" in text
    assert contents(course) == before


def test_with_one_question_only_its_marks_are_compared(course, capsys):
    record_points(course, "ada", "neuron", 0.0)
    record_points(course, "bao", "layer", 2.0)
    capsys.readouterr()
    assert dry_run(course, "--regrade", "layer") == 0
    text = capsys.readouterr().out
    assert "bao: layer" in text
    assert "ada:" not in text


def test_without_earlier_marks_one_line_says_so_and_no_file_appears(tmp_path, capsys):
    hand_in(tmp_path, "ada", ASSIGNMENT, solved(ASSIGNMENT))
    before = contents(tmp_path)
    assert dry_run(tmp_path) == 2
    assert "nothing has been graded here yet" in capsys.readouterr().err
    assert contents(tmp_path) == before
