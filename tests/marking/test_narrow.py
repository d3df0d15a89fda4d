"""The sentences about wrong answers without a named mistake: each is true of the numbers."""

import numpy as np
import pytest

from autograder.marking.hints import hint_from_numbers

RNG = np.random.default_rng(3)
RIGHT = [RNG.normal(size=(3, 4)), RNG.normal(size=(5, 2))]
ROWS = [3, 5]
SQUARE = [RNG.normal(size=(n, n)) for n in (3, 4)]


def said(wrong, right=RIGHT, rows=ROWS):
    hint = hint_from_numbers(right, [wrong(r) for r in right], rows, 1e-6)
    return hint.words if hint else ""


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (lambda r: r, ""),
        (lambda r: -r, "The sign is wrong"),
        (lambda r: 2 * r, "a constant factor: 2 times"),
        (lambda r: r * len(r), "too large by a factor: the number of examples"),
        (lambda r: r / len(r), "too small by a factor: the number of examples"),
        (lambda r: r / r.size, "too small by a factor: the number of its entries"),
        (lambda r: r * r.std(), "by a factor, another one in every example"),
        (lambda r: r.T, "the transpose"),
        (lambda r: r[None], "The numbers are right; the shape is not"),
        (lambda r: np.stack([r, r]) / 2, "Axis 0 of your answer still has to be summed"),
        (lambda r: r.sum(axis=0), "Too much is summed"),
        (lambda r: np.trunc(r), "cut to whole ones"),
        (lambda r: np.abs(r), "some entries have the wrong sign"),
        (lambda r: np.where(np.arange(len(r))[:, None] == 0, r, 7), "the first entry along axis 0"),
        (lambda r: np.where(r > 0, r, 9), "Only the positive entries are right"),
        (lambda r: r[::-1], "in another order"),
        (lambda r: r + 0.5, "one number that is added"),
        (lambda r: r * np.arange(2.0, len(r) + 2)[:, None], "Each row is off"),
        (lambda r: r * np.arange(1.0, r.shape[1] + 1), "Each column is off"),
        (lambda r: np.where(r > 1, np.nan, r), "right wherever it is finite"),
        (lambda r: 0 * r, "Every entry is 0"),
        (lambda r: r * (1 + 1e-4 * np.cos(np.arange(r.size).reshape(r.shape))), "nearly right"),
        (lambda r: r**2 + 3, "Where it goes wrong, none of 22 entries are right"),
        (lambda r: np.zeros((9, 9)) + 1, "The shape is wrong: (3, 4) belongs there, not (9, 9)"),
    ],
)
def test_says_how_it_is_wrong(wrong, words):
    assert words in said(wrong)
    assert bool(words) == bool(said(wrong))


@pytest.mark.parametrize("finite", [lambda r: -r, lambda r: r + 1, lambda r: np.zeros_like(r)])
def test_a_wrong_finite_entry_is_never_called_right_wherever_it_is_finite(finite):
    words = said(lambda r: np.where(r > 1, np.nan, finite(r)))
    assert words
    assert "wherever it is finite" not in words
    assert "by inf or nan only" not in words


def test_one_number_is_no_evidence_of_a_factor():
    assert "factor" not in said(lambda r: 3 * r, [np.array(0.7)], [0])
    assert hint_from_numbers([np.array(0.7)], [np.array(0.9)], [0], 1e-6).words.startswith(
        "It is always too high"
    )


def test_says_that_only_the_diagonal_is_right():
    assert "Only the diagonal is" in said(lambda r: np.diag(np.diag(r)), SQUARE)


def test_a_sentence_must_hold_in_every_case():
    one_case_twice_as_large = hint_from_numbers(RIGHT, [2 * RIGHT[0], 3 * RIGHT[1]], ROWS, 1e-6)
    assert "2 times" not in one_case_twice_as_large.words


def test_looks_into_lists_of_pairs():
    params = [[(r, r[0]) for r in RIGHT]]
    doubled = [[(2 * r, 2 * r[0]) for r in RIGHT]]
    assert "2 times" in hint_from_numbers(params, doubled, [0], 1e-6).words


@pytest.mark.parametrize("nonsense", [None, "text", [1, "a"], {}, np.zeros((0, 3)), object()])
def test_says_nothing_of_what_is_no_array(nonsense):
    assert hint_from_numbers(RIGHT, [nonsense, nonsense], ROWS, 1e-6) is None
