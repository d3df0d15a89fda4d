"""Pairs of bits as inputs of gates."""

import numpy as np

from autograder.bank.inputs import Rng
from autograder.marking.question import Case

CORNERS = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])


def cases(rng: Rng) -> list[Case]:
    """Return cases with all four pairs of bits in random order, more rows, one row, and floats."""

    def rows(n: int) -> np.ndarray:
        return CORNERS[rng.permutation(np.arange(n) % 4)]

    return [
        Case({"x": CORNERS[rng.permutation(4)]}),
        Case({"x": rows(7)}, "rows that repeat"),
        Case({"x": CORNERS[rng.integers(1, 3, 1)]}, "one row"),
        Case({"x": rows(6).astype(float)}, "0.0 and 1.0"),
    ]
