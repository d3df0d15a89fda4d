"""Inputs for the training of a multilayer perceptron."""

from typing import Any

from autograder.bank.inputs import Rng, labels, mlp_params, normal


def network_inputs(rng: Rng, N: int, *widths: int, **more: Any) -> dict[str, Any]:
    """Return parameters for layers of the given widths, N examples with labels, and `more`."""
    params, x = mlp_params(rng, *widths), normal(rng, N, widths[0])
    return {"params": params, "x": x, "y": labels(rng, N, widths[-1]), **more}
