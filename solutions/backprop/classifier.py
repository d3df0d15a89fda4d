"""A classifier with one hidden layer of tanh: the repaired program of the exercise on bugs.

params, gradients and velocities are lists of four float64 arrays: W1 (D, H), b1 (H,), W2 (H, C),
b2 (C,).
The penalty is 0.5 * reg * (sum of all squared weights); biases have none. This file
repeats formulas of other modules on purpose, because students repair it as one complete program.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "classifier_gradients",
    "classifier_loss",
    "make_batches",
    "momentum_update",
]

Array = NDArray[np.float64]
Cache = tuple[Array, Array, Array, NDArray[Any]]


def make_batches(
    x: Array, y: NDArray[Any], size: int, rng: np.random.Generator
) -> list[tuple[Array, NDArray[Any]]]:
    """Shuffle the examples and cut them into batches; the last batch may be smaller.

    x: (N, D), y: (N,) integer labels, size: examples in a batch, rng: the random generator to use.
    Returns a list of (x, y); every example is in one batch. Book: chapter 5, "Finding bugs".
    """
    order = rng.permutation(len(x))
    chosen = [order[start : start + size] for start in range(0, len(x), size)]
    return [(x[rows], y[rows]) for rows in chosen]


def classifier_loss(
    params: list[Array], x: Array, y: NDArray[Any], reg: float
) -> tuple[float, Cache]:
    """Compute the mean cross-entropy of a batch plus the penalty, for logits of any size.

    params: four arrays, x: (N, D), y: (N,) integer labels from 0 to C - 1, reg: the factor of the
    penalty. Returns (loss, cache): a float, and what `classifier_gradients` needs.
    Raises ValueError if y has another shape, is not of integers, or has a label out of range.
    Book: chapter 5, "Finding bugs".
    """
    W1, b1, W2, b2 = params
    h = np.tanh(x @ W1 + b1)
    logits = h @ W2 + b2
    if y.shape != (len(x),) or y.dtype.kind not in "iu" or np.any((y < 0) | (y >= len(b2))):
        raise ValueError(
            f"classifier_loss: y must hold {len(x)} integers from 0 to {len(b2) - 1}, one for each "
            f"row of x, but it has shape {y.shape}, type {y.dtype} and entries such as {y.flat[:3]}"
        )
    shifted = logits - logits.max(axis=1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    loss = -np.mean(log_p[np.arange(len(y)), y])
    loss += 0.5 * reg * (np.sum(W1**2) + np.sum(W2**2))
    return float(loss), (x, h, np.exp(log_p), y)


def classifier_gradients(params: list[Array], cache: Cache, reg: float) -> list[Array]:
    """Compute the gradients of `classifier_loss` with respect to W1, b1, W2 and b2, in this order.

    params: four arrays, cache: what `classifier_loss` returned, reg: as there.
    Returns [dW1, db1, dW2, db2], float64 of the shapes of params. Book: chapter 5, "Finding bugs".
    """
    W1, b1, W2, b2 = params
    x, h, p, y = cache
    dlogits = p.copy()
    dlogits[np.arange(len(y)), y] -= 1
    dlogits /= len(y)
    dW2 = h.T @ dlogits + reg * W2
    db2 = dlogits.sum(axis=0)
    dz = (dlogits @ W2.T) * (1 - h**2)
    dW1 = x.T @ dz + reg * W1
    db1 = dz.sum(axis=0)
    return [dW1, db1, dW2, db2]


def momentum_update(
    params: list[Array], grads: list[Array], velocities: list[Array], lr: float, mu: float
) -> tuple[list[Array], list[Array]]:
    """Take one step for all parameters: v = mu v - lr dw, then w + v.

    params, grads, velocities: four arrays each, lr: learning rate, mu: the share of the velocity
    that is kept. Returns (params, velocities), both new, float64. Book: chapter 5, "Finding bugs".
    """
    faster = [mu * v - lr * dw for v, dw in zip(velocities, grads, strict=True)]
    return [w + v for w, v in zip(params, faster, strict=True)], faster
