"""Inputs for recurrent layers."""

from typing import Any

import numpy as np

from autograder.bank.inputs import Rng, normal


def sequence(rng: Rng, sizes: tuple[int, int, int, int], draw: Any = normal) -> dict[str, Any]:
    """Return inputs for a recurrent layer. The weights are so small that tanh does not saturate.

    sizes: N, T, D, H.
    """
    N, T, D, H = sizes
    return {
        "x": draw(rng, N, T, D),
        "h0": draw(rng, N, H),
        "Wx": 0.5 * normal(rng, D, H),
        "Wh": 0.5 * normal(rng, H, H),
        "b": 0.5 * normal(rng, H),
    }


def sequence_of_the_book() -> dict[str, Any]:
    """Return the inputs of the two steps that the book works out. The states are 0.6 and 0.8."""
    return {
        "x": np.array([[[np.log(2.0) - 0.5], [np.log(3.0) - 0.3]]]),
        "h0": np.array([[1.0]]),
        "Wx": np.array([[1.0]]),
        "Wh": np.array([[0.5]]),
        "b": np.array([0.0]),
    }
