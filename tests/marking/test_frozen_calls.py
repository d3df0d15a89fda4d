"""Stand-ins return what the reference has returned for the same arguments."""

import numpy as np

from autograder.marking.frozen_calls import MAX_CALLS, calls_of, stand_ins

X = np.array([[1.0, -2.0], [3.0, 4.0]])


def scaled(x, factor):
    return np.asarray(x) * factor, {"cache": x}


def test_a_call_is_found_by_its_arguments_up_to_rounding():
    calls = calls_of({"scaled": scaled}, [lambda: scaled(X, 2.0)])
    again = stand_ins(calls, {"scaled": lambda x, factor: "own"})["scaled"]
    for x in (X, X.tolist(), X * 3.0 / 3.0, X.T.copy().T):
        np.testing.assert_array_equal(again(x, 2)[0], 2 * X)
    np.testing.assert_array_equal(again(factor=2, x=X)[0], 2 * X)
    for other in (X.T, X[::-1], X + 1e-6, X.ravel(), X[:1], [*X, X]):
        assert again(other, 2.0) == "own"


def test_a_result_that_is_changed_in_place_is_whole_the_next_time():
    calls = calls_of({"scaled": scaled}, [lambda: scaled(X, 2.0)])
    again = stand_ins(calls, {})["scaled"]
    again(X, 2.0)[0][:] = 0
    np.testing.assert_array_equal(again(X, 2.0)[0], 2 * X)


def test_a_run_with_too_many_calls_adds_none():
    few = [lambda: scaled(X, 1.0)]
    many = [lambda: [scaled(X, i) for i in range(MAX_CALLS + 1)]]
    assert len(calls_of({"scaled": scaled}, few + many + few)) == 1


def test_calls_that_fail_or_return_objects_are_left_out():
    def both(x):
        return 1 / x if x < 2 else object()

    def run():
        both(1.0)
        both(2.0)
        both(0.0)

    calls = calls_of({"both": both}, [lambda: np.testing.assert_raises(ZeroDivisionError, run)])
    assert [call.result for call in calls] == [1.0]
