"""Right answers in different programming styles get full marks.

A core question has answers in four styles, and a bonus question has at least one. A file of
right answers answers the questions whose functions it defines.
"""

import pytest

from autograder.bank import QUESTIONS
from autograder.grading.assignment import course_assignments
from support.answers import REFERENCE, marked, right_answers

ASSIGNMENTS = course_assignments()

STYLES, STYLES_OF_BONUS = 4, 1
ANSWERS = {assignment: right_answers(assignment) for assignment in ASSIGNMENTS}


def answered_in(assignment, question):
    """Return the styles in which the answers to a question are written."""
    names = question.writes or question.uses
    styles = ANSWERS[assignment]
    return [style for style in styles if all(name in styles[style] for name in names)]


ASKED = [(assignment, q) for assignment, a in ASSIGNMENTS.items() for q in a.questions]


@pytest.mark.parametrize(("assignment", "question"), ASKED, ids=[q.id for _, q in ASKED])
def test_every_question_has_been_answered_in_enough_styles(assignment, question):
    least = STYLES_OF_BONUS if question.bonus else STYLES
    found = answered_in(assignment, question)
    assert len(found) >= least, (
        f"{question.id} has {len(found)} right answers ({', '.join(found)}) and needs {least}: "
        f"write the missing ones into tests/bank/right_answers/{assignment}/"
    )


@pytest.mark.parametrize(
    ("assignment", "style", "question"),
    [
        (assignment, style, question.id)
        for assignment, question in ASKED
        for style in answered_in(assignment, question)
    ],
)
def test_a_right_answer_gets_full_marks(assignment, style, question, any_seed):
    verdict = marked(question, any_seed, ANSWERS[assignment][style])
    assert verdict.verdict == "correct", verdict.message


def test_a_backward_pass_of_an_unusual_mask_is_right_whatever_is_drawn(any_seed):
    """The forward pass is wrong, because all rows share a mask, but its gradient is right."""

    def dropout_forward(x, p_keep, rng):
        mask = (rng.random((1, x.shape[-1])) < p_keep) / p_keep
        return x * mask, mask

    code = {
        **REFERENCE,
        "dropout_forward": dropout_forward,
        "dropout_backward": lambda dout, mask: dout * mask,
    }
    verdict = marked("dropout_backward", any_seed, code)
    assert verdict.score == QUESTIONS["dropout_backward"].points, verdict.message
