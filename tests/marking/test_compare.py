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
