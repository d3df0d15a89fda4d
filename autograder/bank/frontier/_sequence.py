"""Inputs of a recurrent layer."""

from typing import Any

from autograder.bank.inputs import Rng, normal


def sequence(rng: Rng, N: int, T: int, D: int, H: int, draw: Any = normal) -> dict[str, Any]:
    """Return inputs of a recurrent layer, with weights small enough not to saturate tanh."""
    return {
        "x": draw(rng, N, T, D),
        "h0": draw(rng, N, H),
        "Wx": 0.5 * normal(rng, D, H),
        "Wh": 0.5 * normal(rng, H, H),
        "b": 0.5 * normal(rng, H),
    }
