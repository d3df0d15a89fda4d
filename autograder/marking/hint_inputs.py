"""Recognise an input that was added or multiplied once too often, or forgotten."""

from collections.abc import Callable, Sequence

import numpy as np

from .compare import as_numbers
from .pairs import Hint, Pair, at_path, evidence

MIN_EVIDENCE = 3  # a hint needs at least so many different numbers as evidence


def input_involved(wrong: Sequence[Pair]) -> Hint | None:
    """Return the first thing that can be said of an input and is true of all wrong numbers."""
    if not all(p.same_shape for p in wrong) or evidence(p.right for p in wrong) < MIN_EVIDENCE:
        return None
    first, *others = wrong
    for name in first.case.inputs:
        value = _input_like(first, name)
        if value is None or not value.any():
            continue
        for words, combined in COMBINATIONS:
            # The first pair rules out nearly all combinations.
            if first.like(*combined(first.right, first.observed, value)) and all(
                _holds(combined, p, name) for p in others
            ):
                return Hint(words.format(name))
    return None


Sides = tuple[np.ndarray, np.ndarray]
Combined = Callable[[np.ndarray, np.ndarray, np.ndarray], Sides]


def _holds(combined: Combined, p: Pair, name: str) -> bool:
    """True if both sides are equal for this input."""
    value = _input_like(p, name)
    return value is not None and p.like(*combined(p.right, p.observed, value))


def _sigmoid(a: np.ndarray) -> np.ndarray:
    return np.asarray(1 / (1 + np.exp(-a)))


# What can be said of an input v, as two sides of an equation with the right and the observed array.
COMBINATIONS: tuple[tuple[str, Combined], ...] = (
    ("It is {} itself.", lambda right, found, v: (v, found)),
    ("It is the right answer plus {}.", lambda right, found, v: (right + v, found)),
    ("It is the right answer minus {}.", lambda right, found, v: (right - v, found)),
    ("It is {} minus the right answer.", lambda right, found, v: (v - right, found)),
    ("It is the right answer times {}.", lambda right, found, v: (right * v, found)),
    ("It still has to be multiplied by {}.", lambda right, found, v: (right, found * v)),
    (
        "It still has to be multiplied by ({} > 0).",
        lambda right, found, v: (right, found * (v > 0)),
    ),
    (
        "It still has to be multiplied by sigmoid({}).",
        lambda right, found, v: (right, found * _sigmoid(v)),
    ),
    (
        "It still has to be multiplied by 1 - sigmoid({}).",
        lambda right, found, v: (right, found * _sigmoid(-v)),
    ),
    (
        "It still has to be multiplied by 1 - tanh({})**2.",
        lambda right, found, v: (right, found * (1 - np.tanh(v) ** 2)),
    ),
)


def _input_like(p: Pair, name: str) -> np.ndarray | None:
    """Return an input that can be combined with the right answer entry by entry, or None.

    A vector counts as the same number for all entries of a row, or of a column.
    """
    value = p.case.inputs.get(name)
    found = as_numbers(at_path(value, p.path) if isinstance(value, list) else value)
    if found is None or found.ndim > p.right.ndim:
        return None
    by_row = found.ndim == 1 and p.right.ndim == 2 and len(found) == len(p.right)
    if by_row and len(found) != p.right.shape[1]:
        found = found[:, None]
    try:
        return np.broadcast_to(found, p.right.shape).astype(float)
    except ValueError:
        return None
