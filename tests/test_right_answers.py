"""No false alarm: right answers in other people's styles get full marks."""

import pytest
from answers import CORE, marked, right_answers

STYLES = 4
ANSWERS = {assignment: right_answers(assignment) for assignment in CORE}


@pytest.mark.parametrize("assignment", CORE)
def test_every_core_question_has_enough_independent_right_answers(assignment):
    for question in CORE[assignment]:
        assert len(ANSWERS[assignment]) >= STYLES, question


@pytest.mark.parametrize(
    ("assignment", "style", "question"),
    [(a, style, q) for a, styles in ANSWERS.items() for style in styles for q in CORE[a]],
)
def test_a_right_answer_gets_full_marks(assignment, style, question, any_seed):
    verdict = marked(question, any_seed, ANSWERS[assignment][style])
    assert verdict.verdict == "correct", verdict.message
