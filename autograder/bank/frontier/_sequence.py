"""Inputs for recurrent layers."""

from typing import Any

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
