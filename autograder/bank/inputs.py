"""Inputs that hide nothing: sizes all different, no zeros, never square."""

from itertools import pairwise
from typing import Any

import numpy as np

from autograder.marking.question import DIGITS_LOST as DIGITS_LOST

Rng = np.random.Generator


def normal(rng: Rng, *shape: int) -> np.ndarray:
    """Random numbers of about size 1, rounded so that an example is short to read."""
    return np.round(rng.normal(size=shape), 2) + 0.005  # never exactly 0, where ReLU has a kink


def whole(rng: Rng, *shape: int) -> np.ndarray:
    """Random whole numbers from -3 to 3 without 0, as integers."""
    return rng.choice([-3, -2, -1, 1, 2, 3], size=shape)


def mlp_params(rng: Rng, *widths: int) -> list[Any]:
    """Weights and non-zero biases for layers of the given widths, inputs first."""
    pairs = pairwise(widths)
    return [(normal(rng, fan_in, fan_out), normal(rng, fan_out)) for fan_in, fan_out in pairs]


def labels(rng: Rng, n: int, classes: int) -> np.ndarray:
    """n labels, not all the same."""
    return rng.permutation(np.arange(n) % classes)
