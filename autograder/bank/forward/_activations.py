"""Inputs for activation functions."""

import numpy as np

from autograder.bank.inputs import OF_THE_BOOK, WHOLE_NUMBERS, Rng, normal, whole
from autograder.marking.question import Case


def cases(rng: Rng) -> list[Case]:
    """Return cases with small and large arguments and several shapes, and advice on integers."""
    return [
        Case({"x": np.array([-6.0, -1.0, 0.5, 2.0, 6.0])}, OF_THE_BOOK),
        Case({"x": normal(rng, 3)}),
        Case({"x": 2 * normal(rng, 3, 4)}),
        Case({"x": normal(rng, 2, 3, 5)}, "three axes"),
        Case({"x": np.array([-1000.0, -40.0, 40.0, 1000.0])}, "very large arguments"),
        Case({"x": 3 * normal(rng, 9, 9)}, "nine rows and nine columns"),
        Case({"x": whole(rng, 4, 3)}, advice=WHOLE_NUMBERS),
    ]
