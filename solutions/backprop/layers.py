"""Layers with parameters: `*_forward(x, ...) -> (out, cache)`, `*_backward(dout, cache)`.

Rows are examples: N examples, D inputs, H outputs.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = [
    "linear_backward",
    "linear_backward_input",
    "linear_backward_weight",
    "linear_forward",
]

Array = NDArray[np.float64]
LinearCache = tuple[Array, Array]


def linear_forward(x: ArrayLike, W: ArrayLike, b: ArrayLike) -> tuple[Array, LinearCache]:
    """Compute weighted sums of the inputs plus a bias, for every example at once.

    x: (N, D) inputs, W: (D, H) weights, b: (H,) biases.
    Returns (out, cache): out float64 (N, H); the cache is for `linear_backward`.
    Book: chapter 2, "A layer".
    """
    x, W = np.asarray(x, dtype=float), np.asarray(W, dtype=float)
    return x @ W + b, (x, W)


def linear_backward(dout: ArrayLike, cache: LinearCache) -> tuple[Array, Array, Array]:
    """Compute the gradients of the loss with respect to the three inputs of `linear_forward`.

    dout: (N, H) upstream gradient. Returns (dx, dW, db), float64: (N, D), (D, H), (H,).
    Book: chapter 3, "The gradient of each part".
    """
    dout = np.asarray(dout, dtype=float)
    x, W = cache
    dx = dout @ W.T
    dW = x.T @ dout
    db = dout.sum(axis=0)  # b was added to every row, so the gradients of all rows add up
    return dx, dW, db


def linear_backward_input(dout: ArrayLike, cache: LinearCache) -> Array:
    """Compute only dx: the half of `linear_backward` that the layer before needs.

    dout: (N, H) upstream gradient; cache: that of `linear_forward`. Returns dx, float64 (N, D).
    Book: chapter 6, "Two halves of a backward pass".
    """
    dout = np.asarray(dout, dtype=float)
    x, W = cache
    return dout @ W.T


def linear_backward_weight(dout: ArrayLike, cache: LinearCache) -> tuple[Array, Array]:
    """Compute only dW and db: the half of `linear_backward` that can wait until the update.

    dout: (N, H) upstream gradient; cache: what `linear_forward` returned.
    Returns (dW, db), float64: (D, H), (H,). Book: chapter 6, "Two halves of a backward pass".
    """
    dout = np.asarray(dout, dtype=float)
    x, W = cache
    return x.T @ dout, dout.sum(axis=0)
