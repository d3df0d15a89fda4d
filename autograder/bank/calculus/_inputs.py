"""Inputs that several questions of this assignment share."""

import numpy as np

from autograder.bank.inputs import Rng, normal


def moderate(rng: Rng, *shape: int) -> np.ndarray:
    """Numbers of either sign from 0.3 to 1.5: no slope on a chain is lost in rounding."""
    return np.round(rng.choice([-1, 1], size=shape) * rng.uniform(0.3, 1.5, size=shape), 2)


def probabilities(rng: Rng, N: int, C: int) -> np.ndarray:
    """Rows of probabilities."""
    e = np.exp(normal(rng, N, C))
    return e / e.sum(axis=1, keepdims=True)


def decided(rng: Rng, N: int, C: int) -> np.ndarray:
    """Probabilities so close to 0 and 1 that a shift of the logits is lost in rounding."""
    z = np.round(rng.uniform(-20.2, -19.4, size=(N, C)), 2)
    z[np.arange(N), rng.integers(C, size=N)] = 0.0
    e = np.exp(z)
    return e / e.sum(axis=1, keepdims=True)
