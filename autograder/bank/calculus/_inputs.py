"""Inputs that several questions of this assignment share."""

import numpy as np

from autograder.bank.inputs import Rng, normal


def moderate(rng: Rng, *shape: int) -> np.ndarray:
    """Return numbers of either sign with sizes from 0.3 to 1.5.

    They are so near to 1 that no slope in a chain of functions is lost in rounding.
    """
    return np.round(rng.choice([-1, 1], size=shape) * rng.uniform(0.3, 1.5, size=shape), 2)


def probabilities(rng: Rng, N: int, C: int) -> np.ndarray:
    """Return rows of probabilities."""
    e = np.exp(normal(rng, N, C))
    return e / e.sum(axis=1, keepdims=True)


def decided(rng: Rng, N: int, C: int) -> np.ndarray:
    """Return rows of probabilities so near to 0 and 1 that finite differences lose all digits."""
    z = np.round(rng.uniform(-20.2, -19.4, size=(N, C)), 2)
    z[np.arange(N), rng.integers(C, size=N)] = 0.0
    e = np.exp(z)
    return e / e.sum(axis=1, keepdims=True)
