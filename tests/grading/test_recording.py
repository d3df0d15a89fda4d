"""The records of a batch: each result is stored once, complete and for the right student."""

from datetime import datetime

import pytest
import sqlalchemy
from nbgrader.api import Gradebook

from autograder.grading.assignment import Assignment
from autograder.grading.gradebook import Writer
from autograder.sandbox import bubblewrap
from autograder.sandbox.policy import Limits
from support.gradebook_rows import rows
from support.here import autograded, grade_here, hand_in, lines_of_results, new_gradebook, url
from support.limited import largest_file
from support.notebooks import read, released, solved
from support.places import NO_NAMESPACES

pytestmark = pytest.mark.sandbox

ASSIGNMENT = "01-neuron"


@pytest.fixture
def course(tmp_path):
    """A course in which ada has handed in a notebook without answers."""
    (tmp_path / "gradebook.db").write_bytes(new_gradebook(ASSIGNMENT))
    hand_in(tmp_path, "ada", ASSIGNMENT, released(ASSIGNMENT))
    return tmp_path


def keys(course):
    """Return the recorded key of each student who has been graded."""
    writer = Writer(url(course), ASSIGNMENT)
    try:
        return writer.known()
    finally:
        writer.close()


def state(course):
    """Return the rows and the keys in the gradebook, and the text of results.jsonl."""
    return rows(url(course), ASSIGNMENT), keys(course), lines_of_results(course, ASSIGNMENT)


def test_a_submission_of_which_only_the_time_changed_is_graded_again(course):
    folder = hand_in(course, "ada", ASSIGNMENT, released(ASSIGNMENT))
    for day in (3, 4):
        (folder / "timestamp.txt").write_text(f"2026-02-0{day} 04:05:06 UTC")
        assert list(grade_here(course, ASSIGNMENT)) == ["ada"]
        with Gradebook(url(course)) as gradebook:
            noted = gradebook.find_submission(ASSIGNMENT, "ada").timestamp
        assert noted == datetime(2026, 2, day, 4, 5, 6)
    assert grade_here(course, ASSIGNMENT) == {}


@pytest.mark.parametrize("linked", ["the folder of the student", "the folder of the assignment"])
def test_a_link_to_another_students_folder_is_rejected(course, linked):
    hand_in(course, "bao", ASSIGNMENT, solved(ASSIGNMENT))
    folder = course / "submitted" / "eve"
    if linked == "the folder of the student":
        folder.symlink_to(course / "submitted" / "bao")
    else:
        folder.mkdir()
        (folder / ASSIGNMENT).symlink_to(course / "submitted" / "bao" / ASSIGNMENT)
    results = grade_here(course, ASSIGNMENT)
    assert results["bao"].score > 0
    assert (results["eve"].status, results["eve"].score) == ("rejected", 0)
    assert "a link to another folder is not read" in results["eve"].message


def test_a_failure_of_ours_leaves_no_row_and_no_key(course, monkeypatch):
    fails = str(NO_NAMESPACES)
    with monkeypatch.context() as locked_down:
        locked_down.setattr(bubblewrap, "_bubblewrap", lambda: fails)
        results = grade_here(course, ASSIGNMENT, Limits(text=9_999))
    assert results["ada"].status == "failed"
    cells, known, lines = state(course)
    assert [row for row in cells if row[0] == "ada"] == []
    assert (known, lines) == ({}, "")
    assert not autograded(course, "ada", ASSIGNMENT).exists()
    assert grade_here(course, ASSIGNMENT)["ada"].status == "graded"


def test_a_notebook_that_cannot_be_written_whole_leaves_the_old_one_and_its_row(course):
    grade_here(course, ASSIGNMENT)
    file = autograded(course, "ada", ASSIGNMENT)
    before, notebook = state(course), read(file)
    hand_in(course, "ada", ASSIGNMENT, solved(ASSIGNMENT))
    with largest_file(file.stat().st_size // 2):
        assert grade_here(course, ASSIGNMENT)["ada"].status == "failed"
    assert (state(course), read(file)) == (before, notebook)
    assert grade_here(course, ASSIGNMENT)["ada"].score > 0


def test_a_notebook_that_was_never_written_is_not_on_record(course):
    (course / "autograded").mkdir()
    in_the_way = course / "autograded" / "ada"
    in_the_way.write_text("a file where a folder belongs")
    assert grade_here(course, ASSIGNMENT)["ada"].status == "failed"
    cells, known, lines = state(course)
    assert [row for row in cells if row[0] == "ada"] == []
    assert (known, lines) == ({}, "")
    in_the_way.unlink()
    assert grade_here(course, ASSIGNMENT)["ada"].status == "graded"


def test_scores_and_records_are_written_together_or_not_at_all(course):
    grade_here(course, ASSIGNMENT)
    before = state(course)
    hand_in(course, "ada", ASSIGNMENT, solved(ASSIGNMENT))
    hand_in(course, "bao", ASSIGNMENT, solved(ASSIGNMENT))
    refuse = (
        "CREATE TRIGGER refuse BEFORE INSERT ON autograder_result "
        "BEGIN SELECT RAISE(ABORT, 'killed here'); END"
    )
    execute(course, refuse)
    results = grade_here(course, ASSIGNMENT)
    assert {r.status for r in results.values()} == {"failed"}
    assert state(course) == before
    execute(course, "DROP TRIGGER refuse")
    assert {r.status for r in grade_here(course, ASSIGNMENT).values()} == {"graded"}


def execute(course, statement):
    engine = sqlalchemy.create_engine(url(course))
    with engine.begin() as connection:
        connection.execute(sqlalchemy.text(statement))
    engine.dispose()


def test_a_written_answer_for_a_person_waits_for_a_mark(course):
    notebook, manual = solved(ASSIGNMENT), Assignment.of_course(ASSIGNMENT).manual[0].id
    for cell in notebook["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("grade_id") == manual:
            cell["source"] = "In my own words."
    hand_in(course, "bao", ASSIGNMENT, notebook)
    grade_here(course, ASSIGNMENT)
    assert marks_of_a_person(course, "bao", manual) == (None, None, True)
    assert marks_of_a_person(course, "ada", manual) == (0, None, False)


def marks_of_a_person(course, student, question):
    with Gradebook(url(course)) as gradebook:
        found = gradebook.find_grade(question, ASSIGNMENT, ASSIGNMENT, student)
        return found.auto_score, found.manual_score, found.needs_manual_grade
