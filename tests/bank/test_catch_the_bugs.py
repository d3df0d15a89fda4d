"""Answers that test nothing earn no points where students write the test."""

import numpy as np
import pytest

import backprop as bp
from autograder.bank import QUESTIONS
from autograder.marking.driver import Outcome
from autograder.marking.judge import judge
from support.answers import REFERENCE, key, marked

GUESSES = 500
NAMES = {"catch_the_bugs": "layers", "catch_wrong_steps": "programs"}  # and what they judge


@pytest.fixture(params=NAMES)
def name(request):
    return request.param


def points_of(answer, seed, name="catch_the_bugs"):
    return marked(name, seed, {**REFERENCE, name: answer}).score


def with_given_functions(activation_forward, activation_backward, close):
    """Return an answer that compares with what the functions of the notebook give."""

    def answer(forward, backward, inputs):
        x, W, b = inputs
        out, cache = forward(x, W, b)
        dout = np.random.default_rng(1).normal(size=out.shape)
        z, linear_cache = bp.linear_forward(x, W, b)
        dz = activation_backward(dout, activation_forward(z)[1])
        expected = bp.linear_backward(dz, linear_cache)
        return not all(map(close, expected, backward(dout, cache)))

    return answer


def are_equal(a, b):
    return np.allclose(a, b, rtol=1e-4)


def are_parallel(a, b):
    """True if one array is a multiple of the other, as if only a factor were unknown."""
    product = abs(np.sum(a * b))
    return product > (1 - 1e-6) * np.linalg.norm(a) * np.linalg.norm(b)


def test_a_comparison_with_the_given_functions_earns_nothing(any_seed):
    for passes in (
        (bp.tanh_forward, bp.tanh_backward),
        (bp.sigmoid_forward, bp.sigmoid_backward),
        (lambda z: (z, None), lambda dout, cache: dout),
    ):
        for close in (are_equal, are_parallel):
            assert points_of(with_given_functions(*passes, close), any_seed) == 0


def test_guesses_earn_nothing(name, any_seed):
    """Each guess accepts four or five things in every case, as somebody does who knows the rule."""
    asked = key(name, any_seed)
    rng = np.random.default_rng(any_seed)
    for i in range(GUESSES):
        wrong = np.arange(16) >= 4 + i % 2
        guess = [
            Outcome("answer", {"caught": rng.permutation(wrong).tolist()}, case.inputs)
            for case in asked.cases
        ]
        assert judge(asked, guess).score == 0


def judged(name, change, seed):
    """Return the points for the right judgements after `change(caught, wrong)` in every case."""
    asked = key(name, seed)
    outcomes = []
    for case in asked.cases:
        wrong = case.held_back["wrong"]
        caught = list(wrong)
        change(caught, wrong)
        outcomes.append(Outcome("answer", {"caught": caught}, case.inputs))
    return judge(asked, outcomes).score


def test_one_missed_bug_is_forgiven_and_two_are_not(name, any_seed):
    def miss(count):
        def change(caught, wrong):
            for i in np.flatnonzero(wrong)[:count]:
                caught[i] = False

        return change

    full = QUESTIONS[name].points
    assert [judged(name, miss(count), any_seed) for count in (0, 1, 2)] == [full, full, 0]


def test_a_right_one_that_is_called_wrong_costs_all_points(name, any_seed):
    def accuse(caught, wrong):
        caught[wrong.index(False)] = True

    assert judged(name, accuse, any_seed) == 0


def test_the_numbers_hold_no_label_and_the_order_comes_from_the_seed(name):
    orders = []
    for seed in (1, 2):
        for case in key(name, seed).cases:
            assert case.inputs.keys() == {NAMES[name]}
            kinds = {frozenset(numbers) for numbers in case.inputs[NAMES[name]]}
            assert len(kinds) == 1  # right and wrong ones are described by the same names
            assert sum(case.held_back["wrong"]) == 12
            orders.append(case.held_back["wrong"])
    assert len({*map(tuple, orders)}) == len(orders)


def test_random_answers_and_one_answer_for_all_earn_nothing(name, any_seed):
    rng = np.random.default_rng(any_seed)
    for answer in (lambda *_: True, lambda *_: False, lambda *_: bool(rng.random() < 0.75)):
        assert points_of(answer, any_seed, name) == 0


def test_a_comparison_with_a_step_of_plain_code_earns_nothing(any_seed):
    """The models scale their inputs and outputs, so the step of a tanh layer is another one."""

    def answer(step, loss, params, x, y):
        W, b = (param.copy() for param in params)
        new, _ = step(params, x, y, 0.1)
        z, linear_cache = bp.linear_forward(x, W, b)
        a, tanh_cache = bp.tanh_forward(z)
        dz = bp.tanh_backward(2 * (a - y) / len(x), tanh_cache)
        _, dW, db = bp.linear_backward(dz, linear_cache)
        return not all(map(are_equal, new, (W - 0.1 * dW, b - 0.1 * db)))

    assert points_of(answer, any_seed, "catch_wrong_steps") == 0
