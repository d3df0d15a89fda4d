"""Answers to catch_the_bugs that test nothing earn no points."""

import numpy as np

import backprop as bp
from autograder.bank import QUESTIONS
from autograder.marking.driver import Outcome
from autograder.marking.judge import judge
from support.answers import REFERENCE, key, marked

GUESSES = 500


def points_of(answer, seed):
    return marked("catch_the_bugs", seed, {**REFERENCE, "catch_the_bugs": answer}).score


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


def test_guesses_earn_nothing(any_seed):
    """Each guess accepts four or five layers in every case, as somebody does who knows the rule."""
    asked = key("catch_the_bugs", any_seed)
    rng = np.random.default_rng(any_seed)
    for i in range(GUESSES):
        wrong = np.arange(16) >= 4 + i % 2
        guess = [
            Outcome("answer", {"caught": rng.permutation(wrong).tolist()}, case.inputs)
            for case in asked.cases
        ]
        assert judge(asked, guess).score == 0


def judged(change, seed=1):
    """Return the points for the right judgements after `change(caught, wrong)` in every case."""
    asked = key("catch_the_bugs", seed)
    outcomes = []
    for case in asked.cases:
        wrong = case.held_back["wrong"]
        caught = list(wrong)
        change(caught, wrong)
        outcomes.append(Outcome("answer", {"caught": caught}, case.inputs))
    return judge(asked, outcomes).score


def test_one_missed_bug_is_forgiven_and_two_are_not(any_seed):
    def miss(count):
        def change(caught, wrong):
            for i in np.flatnonzero(wrong)[:count]:
                caught[i] = False

        return change

    full = QUESTIONS["catch_the_bugs"].points
    assert [judged(miss(count), any_seed) for count in (0, 1, 2)] == [full, full, 0]


def test_a_right_layer_that_is_called_wrong_costs_all_points(any_seed):
    def accuse(caught, wrong):
        caught[wrong.index(False)] = True

    assert judged(accuse, any_seed) == 0


def test_the_numbers_of_a_layer_hold_no_label_and_the_order_comes_from_the_seed():
    orders = []
    for seed in (1, 2):
        for case in key("catch_the_bugs", seed).cases:
            assert case.inputs.keys() == {"layers"}
            kinds = {frozenset(layer) for layer in case.inputs["layers"]}
            assert len(kinds) == 1  # right and wrong layers are described by the same names
            assert sum(case.held_back["wrong"]) == 12
            orders.append(case.held_back["wrong"])
    assert len({*map(tuple, orders)}) == len(orders)
