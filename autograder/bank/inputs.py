"""Random inputs for the cases of many questions.

All sizes of an array should differ, and no number should be 0. Otherwise a mistake such as a wrong
axis could give the right answer by chance.
"""

from itertools import pairwise
from typing import Any

import numpy as np

from autograder.marking.question import DIGITS_LOST as DIGITS_LOST

Rng = np.random.Generator
# The advice of cases with arrays of integers, where the exercise text does not speak of them.
WHOLE_NUMBERS = (
    "with arrays of whole numbers this code gives something else, because a new array takes over "
    "their type and cuts off what comes after the point. Make new arrays with np.zeros(x.shape), "
    "or begin with x = np.asarray(x, dtype=float)"
)


def normal(rng: Rng, *shape: int) -> np.ndarray:
    """Return random numbers of about size 1, with few digits, so that examples are short."""
    return np.round(rng.normal(size=shape), 2) + 0.005  # never 0, because ReLU has a kink there


def whole(rng: Rng, *shape: int) -> np.ndarray:
    """Return random integers from -3 to 3, but never 0."""
    return rng.choice([-3, -2, -1, 1, 2, 3], size=shape)


def mlp_params(rng: Rng, *widths: int) -> list[Any]:
    """Return (W, b) for each layer of a network. widths: from the inputs to the last layer."""
    pairs = pairwise(widths)
    return [(normal(rng, fan_in, fan_out), normal(rng, fan_out)) for fan_in, fan_out in pairs]


def labels(rng: Rng, n: int, classes: int) -> np.ndarray:
    """Return n labels in random order, as evenly spread over the classes as possible."""
    return rng.permutation(np.arange(n) % classes)
