"""No false alarm: right answers in other people's styles get full marks."""

import pytest

from autograder.grading.assignment import course_assignments
from support.answers import marked, right_answers

ASSIGNMENTS = course_assignments()

STYLES = 4
ANSWERS = {assignment: right_answers(assignment) for assignment in ASSIGNMENTS}


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_every_assignment_has_been_answered_in_four_styles(assignment):
    assert len(ANSWERS[assignment]) >= STYLES


@pytest.mark.parametrize(
    ("assignment", "style", "question"),
    [
        (assignment, style, question.id)
        for assignment, styles in ANSWERS.items()
        for style in styles
        for question in ASSIGNMENTS[assignment].questions
    ],
)
def test_a_right_answer_gets_full_marks(assignment, style, question, any_seed):
    verdict = marked(question, any_seed, ANSWERS[assignment][style])
    assert verdict.verdict == "correct", verdict.message
