"""The points of an answer do not depend on the seed, although the inputs do."""

import numpy as np
import pytest

from autograder.bank import QUESTIONS
from support.answers import REFERENCE, answers_to, marked, points

SEED = 1  # the one to compare with; not the first of `any_seed`


@pytest.mark.slow
@pytest.mark.parametrize("question", QUESTIONS)
def test_an_answer_gets_the_same_points_with_every_seed(question, any_seed):
    answers = answers_to(question)
    now = {answer: points(question, any_seed, code) for answer, code in answers.items()}
    assert now == {answer: points(question, SEED, code) for answer, code in answers.items()}


def first_formula(z):
    return 1 / (1 + np.exp(-np.asarray(z)))


def both_forms_everywhere(z):
    z = np.asarray(z)
    return np.where(z >= 0, 1 / (1 + np.exp(-z)), np.exp(z) / (1 + np.exp(z)))


@pytest.mark.parametrize("answer", [first_formula, both_forms_everywhere])
def test_a_sigmoid_that_overflows_and_is_right_earns_half_in_both_assignments(answer, any_seed):
    names = {"sigmoid": answer, "sigmoid_forward": lambda x: (answer(x), None)}
    for question in names:
        verdict = marked(question, any_seed, {**REFERENCE, **names})
        assert verdict.score == verdict.max_score / 2
        assert verdict.misconception == "exp-overflow"
