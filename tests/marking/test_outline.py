"""The outlines of answers: they rule out a match only where the comparison itself finds none."""

from itertools import product

import numpy as np
import pytest

from autograder.marking.compare import converted, difference
from autograder.marking.hint_factors import off_by_a_factor
from autograder.marking.outline import (
    MAX_ENTRIES,
    SMALLEST,
    may_be_a_multiple,
    may_be_equal,
    may_have_one_factor,
    outline,
)
from autograder.marking.pairs import Answers, coarse
from autograder.marking.question import Case

pytestmark = pytest.mark.filterwarnings("ignore:overflow", "ignore:invalid")

TOLERANCES = [0.0, 1e-15, 1e-9, 1e-6, 1e-3, 0.05, 0.3, 2.0]
SCALES = [1e-322, 1e-300, 1e-160, SMALLEST, 1e-20, 1.0, 1e20, 1e149, 1e160, 1e300, 2e307]
SHAPES = [(), (1,), (3,), (2, 5), (7, 1, 11), (0, 3)]
INTEGERS = [np.array([n, 1]) for n in (-(2**63), 2**53, 2**53 + 1, 2**63 - 1, 2**63)]
SPECIAL = [
    *(np.array(values) for values in ([np.nan, 1.0], [1.0, np.nan], [np.inf, 1.0], [-np.inf, 1.0])),
    *(np.array([1, 0], code) for code in ("int8", "uint64", "float16", "float32", ">f8")),
    *(np.array([60000, 1], "float16"), np.array([-128, 127], "int8"), np.array([0.0, 5e-324])),
    *INTEGERS,
    *([1.0, 2], (1, 2), [np.ones(2), np.zeros(3)], {"W": np.ones(2)}, [], {}),
    *(np.zeros(2), np.zeros(3), np.zeros(0), np.zeros((0, 2)), np.array(2.0), np.array(2)),
    *(0, 1, 2, -2, 10**400, 2**63, 0.0, -0.0, 2.0, np.inf, np.nan, True, False, None, "2", 1e-310),
    *(np.array([True, False]), np.array([1j, 1])),
]


def errors(rng, shape):
    """Return signs and sizes of errors, relative to the tolerance, that entries can have."""
    yield np.ones(shape)
    yield -np.ones(shape)
    yield rng.choice([-1.0, 1.0], shape)
    yield rng.uniform(-1, 1, shape)


def test_a_value_that_the_comparison_accepts_is_never_ruled_out():
    rng, accepted = np.random.default_rng(0), 0
    for shape, scale, tolerance in product(SHAPES, SCALES, TOLERANCES):
        expected = scale * rng.standard_normal(shape) * rng.choice([1.0, 1e-9], shape)
        reach = tolerance * (np.abs(expected) + np.abs(expected).max(initial=0.0))
        for error in errors(rng, shape):
            observed = np.asarray(expected + error * reach * (1 - 1e-14))
            if difference(expected, observed, tolerance) is None:
                accepted += 1
                assert may_be_equal(outline(expected), outline(observed), tolerance)
    assert accepted > 1000


def test_the_order_in_which_numbers_are_summed_rules_nothing_out():
    value = np.random.default_rng(2).standard_normal((50, 70))
    by_columns = np.asfortranarray(value)
    assert difference(value, by_columns, 0.0) is None
    assert outline(value).total != outline(by_columns).total  # else this test shows nothing
    assert may_be_equal(outline(value), outline(by_columns), 0.0)


@pytest.mark.parametrize("tolerance", TOLERANCES)
def test_special_values_that_the_comparison_accepts_are_never_ruled_out(tolerance):
    values = [converted(value) for value in SPECIAL]
    for expected, observed in product(values, values):
        if difference(expected, observed, tolerance) is None:
            outlined = outline(expected), outline(observed)
            assert may_be_equal(*outlined, tolerance), (expected, observed)


def test_a_multiple_that_the_rules_accept_is_never_ruled_out():
    rng, accepted = np.random.default_rng(1), 0
    for scale, tolerance, pattern in product(SCALES, TOLERANCES, range(8)):
        rows = [3, 4, 7]
        right = [scale * rng.standard_normal((n, 2)) for n in rows]
        right[1] *= 1e3
        constants = [rng.choice([-2.5, 1e9, 1e-9, 1e-322])] * 3
        factors = [constants, [-1] * 3, rows, [2 * n for n in rows]][pattern % 4]
        factors = 1 / np.array(factors) if pattern > 3 else factors
        found = []
        for value, factor in zip(right, factors, strict=True):
            error = rng.uniform(-1, 1, value.shape)
            # The part of the error that would change the factor is taken away.
            error -= value / scale * (np.vdot(value, error) / np.vdot(value, value / scale))
            found.append(factor * (value + coarse(tolerance) * np.abs(value).max() * error))
        if factor_found(right, found, rows, tolerance):
            accepted += 1
            assert not_ruled_out(right, found, rows, tolerance), (scale, tolerance, factors)
    assert accepted > 100


def factor_found(right, found, rows, tolerance):
    cases = [Case({"x": np.zeros((n, 1))} if n else {}) for n in rows]
    return off_by_a_factor(Answers(cases, right, found, tolerance))


def not_ruled_out(right, found, rows, tolerance):
    pairs = zip(map(outline, right), map(outline, found), rows, strict=True)
    return may_have_one_factor(pairs, coarse(tolerance))


@pytest.mark.parametrize("special", SPECIAL, ids=repr)
def test_a_case_with_special_values_rules_out_no_factor_that_the_rules_accept(special):
    usual = np.array([1.0, 2.0, 4.0])
    accepted = 0
    for other, factor in product(SPECIAL, [2.0, -1.0, 1e-9]):
        right, found = [usual, usual, special], [factor * usual, factor * usual, other]
        for tolerance in (1e-6, 0.3):
            if factor_found(right, found, [0, 3, 2], tolerance):
                accepted += 1
                assert not_ruled_out(right, found, [0, 3, 2], tolerance), (other, factor)
    assert accepted or special is None


@pytest.mark.parametrize(
    ("right", "observed"),
    [
        (np.array([1.0, 2.0]), np.array([1.0, 2.1])),
        (np.array([1.0, 2.0]), np.array([2.0, 2.0])),
        (np.array([1.0, 2.0]), np.array([[1.0, 2.0]])),
        (np.array([1.0, 2.0]), np.array([1.0, np.nan])),
        (np.array([1.0, np.inf]), np.array([1.0, 2.0])),
        (np.zeros(2), np.array([0.0, 1.0])),
        (3, 4),
        (0.5, 0.25),
    ],
    ids=repr,
)
def test_values_that_clearly_differ_are_ruled_out(right, observed):
    assert not may_be_equal(outline(right), outline(observed), 1e-6)


def test_what_is_clearly_no_multiple_is_ruled_out():
    value = np.array([1.0, 2.0, 4.0])
    for other in (np.array([2.0, 4.0, 7.9]), np.array([2.0, 4.0]), np.zeros(3), value * np.nan):
        assert not may_be_a_multiple(outline(value), outline(other), 1e-6)
    assert not not_ruled_out([value, value], [2 * value, 5 * value], [0, 0], 1e-6)
    assert not not_ruled_out([1.0, 2.0], [1.0, 6.0], [0, 0], 1e-6)


def test_a_large_array_gets_no_outline_because_that_would_take_memory():
    assert outline(np.zeros(MAX_ENTRIES)) is not None
    assert outline(np.zeros(MAX_ENTRIES + 1)) is None
