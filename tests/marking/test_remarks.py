"""Remarks: what is worth saying about an answer and costs no points."""

from dataclasses import replace

import numpy as np
import pytest

import backprop
from autograder.marking.driver import Outcome
from autograder.marking.explain import mark
from autograder.marking.judge import SINGLE
from autograder.marking.question import DIGITS_LOST
from support.answers import REFERENCE, key, marked

SEED = 5
ADVICE = "with large numbers this is slow"


def with_advice(question, i):
    """Return the answer key of a question in which case i only gives advice."""
    asked = key(question, SEED)
    order = [*(j for j in range(len(asked.cases)) if j != i), i]
    cases = [asked.cases[j] for j in order[:-1]] + [replace(asked.cases[i], advice=ADVICE)]
    return replace(asked, cases=cases, expected=[asked.expected[j] for j in order], mistakes=[])


@pytest.mark.parametrize("kind", ["error", "timeout", "lost", "missing", "answer"])
def test_a_case_of_advice_gives_a_remark_and_costs_nothing(kind):
    asked = with_advice("softmax", 0)
    outcomes = asked.observe(REFERENCE)
    assert mark(asked, outcomes).remarks == ()
    outcomes[-1] = Outcome(kind, answer={"out": np.zeros(1)} if kind == "answer" else None)
    verdict = mark(asked, outcomes)
    assert (verdict.score, verdict.remarks) == (asked.points, (ADVICE,))


def test_a_wrong_answer_loses_its_points_whatever_a_case_of_advice_says():
    asked = with_advice("softmax", 0)
    outcomes = asked.observe({**REFERENCE, "softmax": lambda z: z})
    assert mark(asked, outcomes).score == 0


def linear_backward(dout, cache):
    dout, x, W = (np.asarray(a, dtype=np.float32) for a in (dout, *cache[:2]))
    return dout @ W.T, x.T @ dout, dout.sum(axis=0)


def test_32_bit_numbers_cost_nothing_and_give_a_remark():
    verdict = marked("linear_backward", SEED, {**REFERENCE, "linear_backward": linear_backward})
    assert (verdict.verdict, verdict.remarks) == ("correct", (SINGLE,))


def test_32_bit_numbers_lose_points_in_a_case_that_needs_64_bits():
    asked = key("tanh_backward", SEED)
    needy = [i for i, case in enumerate(asked.cases) if case.note == DIGITS_LOST]
    outcomes = asked.observe(REFERENCE)
    for i in needy:
        answer = {part: np.float32(value) for part, value in outcomes[i].answer.items()}
        outcomes[i] = replace(outcomes[i], answer=answer)
    assert needy
    assert mark(asked, outcomes).score == asked.points  # 32 bits still tell these numbers

    def tanh_backward(dout, cache):
        dout, out = dout.astype(np.float32), cache.astype(np.float32)
        return dout * (1 - out**2)

    verdict = marked("tanh_backward", SEED, {**REFERENCE, "tanh_backward": tanh_backward})
    assert (verdict.score, verdict.misconception) == (0, "single-precision")


@pytest.mark.parametrize("kind", [np.longdouble, ">f8"])
def test_right_numbers_of_other_types_are_right(kind):
    code = {**REFERENCE, "softmax": lambda z: backprop.softmax(z).astype(kind)}
    assert marked("softmax", SEED, code).verdict == "correct"


def test_an_argument_that_is_shifted_and_shifted_back_is_unchanged():
    def numerical_gradient(f, x, h=1e-5):
        shifted = x if x.dtype == float else x.astype(float)
        grad = np.zeros(x.shape)
        for i in np.ndindex(x.shape):
            shifted[i] += h
            above = f(shifted)
            shifted[i] -= 2 * h
            below = f(shifted)
            shifted[i] += h
            grad[i] = (above - below) / (2 * h)
        return grad

    code = {**REFERENCE, "numerical_gradient": numerical_gradient}
    for seed in range(5):
        assert marked("numerical_gradient", seed, code).verdict == "correct"


def test_a_mistake_is_named_beside_an_argument_that_is_shifted_back():
    def numerical_gradient(f, x, h=1e-5):
        grad = np.zeros(x.shape)
        shifted = x if x.dtype == float else x.astype(float)
        for i in np.ndindex(x.shape):
            shifted[i] += h
            above = f(shifted)
            shifted[i] -= h
            grad[i] = (above - f(shifted)) / h
        return grad

    code = {**REFERENCE, "numerical_gradient": numerical_gradient}
    for seed in range(5):
        assert marked("numerical_gradient", seed, code).misconception == "one-sided-difference"
