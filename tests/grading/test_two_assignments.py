"""Two assignments of one class share a gradebook and do not touch each other's results."""

import pytest

from autograder.grading.gradebook import Writer
from support.gradebook_rows import rows
from support.here import grade_here, hand_in, lines_of_results, url
from support.notebooks import released, solved

pytestmark = pytest.mark.sandbox

FIRST, SECOND = "01-neuron", "02-forward"
STUDENTS = ["ada", "bao"]


@pytest.fixture
def course(tmp_path):
    """A course in which both students handed in both assignments."""
    for assignment in (FIRST, SECOND):
        hand_in(tmp_path, "ada", assignment, solved(assignment))
        hand_in(tmp_path, "bao", assignment, released(assignment))
    return tmp_path


def state(course, assignment):
    """Return all that is recorded for one assignment: rows, keys, records and lines of results."""
    writer = Writer(url(course), assignment)
    try:
        kept = writer.known(), list(writer.records(STUDENTS))
    finally:
        writer.close()
    return rows(url(course), assignment), kept, lines_of_results(course, assignment)


def test_grading_one_assignment_leaves_the_other_as_it_was(course):
    assert sorted(grade_here(course, FIRST)) == STUDENTS
    before = state(course, FIRST)
    assert sorted(before[1][0]) == STUDENTS
    assert sorted(grade_here(course, SECOND)) == STUDENTS
    assert state(course, FIRST) == before


def test_a_second_run_of_each_of_two_assignments_does_nothing(course):
    for assignment in (FIRST, SECOND):
        assert sorted(grade_here(course, assignment)) == STUDENTS
    for assignment in (FIRST, SECOND):
        assert grade_here(course, assignment) == {}
