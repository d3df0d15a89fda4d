"""The points of an answer do not depend on the seed, although the inputs do."""

import pytest

from autograder.bank import QUESTIONS
from support.answers import answers_to, points

pytestmark = pytest.mark.slow

SEED = 1  # the one to compare with; not the first of `any_seed`


@pytest.mark.parametrize("question", QUESTIONS)
def test_an_answer_gets_the_same_points_with_every_seed(question, any_seed):
    answers = answers_to(question)
    now = {answer: points(question, any_seed, code) for answer, code in answers.items()}
    assert now == {answer: points(question, SEED, code) for answer, code in answers.items()}
