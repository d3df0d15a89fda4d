"""The comparison of answers for extreme numbers and unusual containers."""

import sys

import numpy as np
import pytest

from autograder.marking.compare import difference

TOLERANCE = 1e-6
LARGEST = sys.float_info.max


def is_right(expected, observed):
    return difference(expected, observed, TOLERANCE) is None


@pytest.mark.parametrize("wrong", [np.inf, -np.inf, np.nan])
def test_what_is_not_finite_is_wrong_beside_the_largest_number(wrong):
    expected = np.array([LARGEST, 1.0])
    assert is_right(expected, expected.copy())
    assert not is_right(expected, np.array([LARGEST, wrong]))
    assert not is_right(expected, np.array([wrong, 1.0]))


@pytest.mark.parametrize("special", [np.inf, -np.inf, np.nan])
def test_an_expected_inf_or_nan_widens_no_tolerance_for_the_other_entries(special):
    expected = np.array([special, 1e-9])
    assert is_right(expected, np.array([special, 1e-9 * (1 + TOLERANCE)]))
    assert not is_right(expected, np.array([special, 2e-9]))
    assert not is_right(expected, np.array([0.0, 1e-9]))


@pytest.mark.parametrize("wrong", [True, 1.0, np.float64(1), np.array(1.0), "1", [1], None])
def test_only_a_whole_number_is_an_answer_where_a_whole_number_belongs(wrong):
    assert is_right(1, 1)
    assert is_right(1, np.array(1))
    assert not is_right(1, wrong)


def test_a_dict_with_a_key_too_many_or_too_few_is_wrong():
    expected = {"W": np.ones(2), "b": 0.5}
    assert is_right(expected, {"b": 0.5, "W": [1.0, 1.0]})
    assert not is_right(expected, {**expected, "c": 0.5})
    assert not is_right(expected, {"W": np.ones(2)})


def test_a_list_that_is_longer_or_shorter_is_wrong():
    expected = [np.ones(2), np.zeros(3)]
    assert is_right(expected, tuple(expected))
    assert not is_right(expected, [*expected, np.zeros(3)])
    assert not is_right(expected, expected[:1])


LARGE = (-(2**63), 1 - 2**63, -1, 0, 1, 2**53, 2**53 + 1, 2**63 - 1, 2**63, 2**64 - 1)


def fitting(code):
    """Return the numbers of LARGE that an integer type can hold."""
    limits = np.iinfo(code)
    return [n for n in LARGE if limits.min <= n <= limits.max]


@pytest.mark.parametrize("observed_type", ["int64", "uint64"])
@pytest.mark.parametrize("expected_type", ["int64", "uint64"])
def test_integers_are_right_only_if_they_are_equal_however_large(expected_type, observed_type):
    for right in fitting(expected_type):
        for found in fitting(observed_type):
            expected = np.array([1, right], expected_type)
            observed = np.array([1, found], observed_type)
            assert is_right(expected, observed) == (right == found), (right, found)
            alone = np.array(right, expected_type), np.array(found, observed_type)
            assert is_right(*alone) == (right == found), (right, found)


def test_integers_that_differ_by_one_are_shown_in_full():
    found = difference(np.array([2**53]), np.array([2**53 + 1]), TOLERANCE)
    right, wrong = 9007199254740992, 9007199254740993
    assert found.words == f"the entry at [0] should be {right}, and yours is {wrong}"


@pytest.mark.parametrize("wrong", [[2**70, 0], [True, False], np.array([True, False]), ["1", "0"]])
def test_integers_too_large_for_an_array_bools_and_texts_are_no_numbers(wrong):
    assert is_right(np.array([1, 0]), [1, 0])
    assert not is_right(np.array([1, 0]), wrong)
    assert not is_right(np.array([1.0, 0.0]), wrong)


def test_floats_where_integers_are_expected_may_be_off_by_the_tolerance():
    expected = np.array([-(2**63), 2**62])
    assert is_right(expected, expected.astype(float) * (1 + TOLERANCE))
    assert not is_right(expected, expected.astype(float) * (1 + 3 * TOLERANCE))
    assert not is_right(expected, np.array([0.0, 2.0**62]))
    for wrong in (np.inf, -np.inf, np.nan):
        assert not is_right(expected, np.array([-(2.0**63), wrong]))


def test_integers_may_stand_where_floats_are_expected():
    assert is_right(np.array([1.0, -3.0]), np.array([1, -3]))
    assert not is_right(np.array([1.0, -3.0]), np.array([1 - 2**63, -3]))
