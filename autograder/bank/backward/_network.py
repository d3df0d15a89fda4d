"""Inputs for the training of a multilayer perceptron."""

from typing import Any

from autograder.bank.inputs import Rng, labels, mlp_inputs


def network_inputs(rng: Rng, N: int, *widths: int, **more: Any) -> dict[str, Any]:
    """Return parameters for layers of the given widths, N examples with labels, and `more`."""
    return {**mlp_inputs(rng, N, *widths), "y": labels(rng, N, widths[-1]), **more}
