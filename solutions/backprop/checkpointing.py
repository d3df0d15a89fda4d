"""The gradient of a deep network with less memory: store some activations, recompute the rest."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["checkpointed_gradient"]

Array = NDArray[np.float64]


def checkpointed_gradient(
    layers: Sequence[Any], x: ArrayLike, dout: ArrayLike, every: int
) -> tuple[Array, list[Array]]:
    """Compute the gradients of a chain of layers while storing only some of their inputs.

    layers: objects with `forward(a) -> out` and `backward(dout, a) -> (da, dW)`, where a is the
    input of that layer. x: (N, D), the input of the first layer; dout: the gradient with
    respect to the output of the last. every: a positive integer; the inputs of layers 0, every,
    2 * every, ... are stored, and the others are computed again, one segment at a time.
    Returns (dx, grads): dx float64 (N, D), grads a list of dW in the order of the layers.
    Book: chapter 6, "Keep some, recompute the rest", after Chen et al. (2016).
    """
    checkpoints = []
    a, da = np.asarray(x, dtype=float), np.asarray(dout, dtype=float)
    for i, layer in enumerate(layers):
        if i % every == 0:
            checkpoints.append(a)
        a = layer.forward(a)
    grads = []
    for start in reversed(range(0, len(layers), every)):
        segment = layers[start : start + every]
        inputs = [checkpoints.pop()]
        for layer in segment[:-1]:
            inputs.append(layer.forward(inputs[-1]))
        for layer in reversed(segment):
            da, dW = layer.backward(da, inputs.pop())
            grads.append(dW)
    return da, grads[::-1]
