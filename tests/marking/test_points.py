"""A question with other points keeps the shares of its parts, and all of them add up exactly."""

import random

import pytest

from autograder.bank import MANUAL_QUESTIONS, QUESTIONS
from autograder.marking.question import shared_out


@pytest.mark.parametrize("points", [0.1, 0.5, 1, 3, 7, 8, 10.25, 100])
def test_all_parts_of_any_question_add_up_to_its_points(points):
    for question in (QUESTIONS | MANUAL_QUESTIONS).values():
        assert question.worth(points).points == points
    for question in QUESTIONS.values():
        assert min(question.worth(points).parts.values()) > 0


def test_the_sum_is_exact_in_whatever_order_the_parts_are_added():
    parts = {str(i): float(i + 1) for i in range(7)}
    shared = list(shared_out(parts, 10).values())
    draw = random.Random(1)
    for _ in range(20):
        draw.shuffle(shared)
        assert sum(shared) == 10


def test_shares_are_those_of_the_course_up_to_an_eighth():
    assert shared_out({"dx": 4, "dgamma": 1, "dbeta": 1}, 12) == {"dx": 8, "dgamma": 2, "dbeta": 2}
    assert shared_out({"dx": 4, "dgamma": 1, "dbeta": 1}, 8) == {
        "dx": 5.375,
        "dgamma": 1.25,
        "dbeta": 1.375,
    }
