"""Deep networks: the size of their gradients, a limit for the size, and a layer with a bypass.

Rows are examples. `residual_forward` returns `(out, cache)`, and `residual_backward` returns the
gradients in the order of the inputs.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .activations import (
    relu_backward,
    relu_forward,
    sigmoid_backward,
    sigmoid_forward,
    tanh_backward,
    tanh_forward,
)

__all__ = [
    "clip_by_global_norm",
    "gradient_norms",
    "residual_backward",
    "residual_forward",
]

Array = NDArray[np.float64]
ResidualCache = tuple[Array, Array, Array, Array, NDArray[np.bool_]]


def gradient_norms(
    weights: Sequence[Array], activation: str, x: ArrayLike, dout: ArrayLike
) -> NDArray[np.float64]:
    """Compute the norm of the gradient in every layer of a deep network without biases.

    weights: L matrices; that of layer l is (n_l, n_l+1). activation: "tanh", "relu" or "sigmoid",
    after every layer, also the last. x: (N, n_0); dout: (N, n_L), the gradient of the loss with
    respect to the last output. Returns float64 (L,): the Euclidean norm of dL/dW of each
    layer, first layer first.
    Raises KeyError for another activation. Book: chapter 6, "A gradient that fades".
    """
    pairs: dict[str, tuple] = {
        "tanh": (tanh_forward, tanh_backward),
        "relu": (relu_forward, relu_backward),
        "sigmoid": (sigmoid_forward, sigmoid_backward),
    }
    forward, backward = pairs[activation]
    inputs, caches = [], []
    out, dout = np.asarray(x, dtype=float), np.asarray(dout, dtype=float)
    for W in weights:
        inputs.append(out)
        out, cache = forward(out @ W)
        caches.append(cache)
    norms = []
    for W, a, cache in reversed(list(zip(weights, inputs, caches, strict=True))):
        dz = backward(dout, cache)
        norms.append(np.linalg.norm(a.T @ dz))
        dout = dz @ W.T
    return np.array(norms[::-1])


def clip_by_global_norm(grads: Sequence[ArrayLike], max_norm: float) -> tuple[list[Array], float]:
    """Scale all gradients down by the same factor if their common norm is larger than max_norm.

    grads: arrays of any shapes, read as one long vector; max_norm: a positive number.
    Returns (clipped, norm): float64 arrays of the same shapes, whose common Euclidean norm is at
    most max_norm, and that norm before clipping. If an entry is inf or NaN, norm is not finite and
    the gradients come back as they are, because no factor can mend them: skip that update.
    Book: chapter 6, "Cut to a length", after Pascanu et al. (2013).
    """
    arrays = [np.asarray(g, dtype=float) for g in grads]
    # The largest entry is taken out first, because the square of 1e200 is too large for a float.
    largest = float(np.max([np.abs(g).max(initial=0.0) for g in arrays], initial=0.0))
    if largest == 0.0 or not np.isfinite(largest):
        return arrays, largest
    units = [g / largest for g in arrays]
    length = float(np.sqrt(sum(np.vdot(u, u) for u in units)))
    norm = length * largest
    if norm <= max_norm:
        return arrays, norm
    return [u * (max_norm / length) for u in units], norm


def residual_forward(x: ArrayLike, W1: ArrayLike, W2: ArrayLike) -> tuple[Array, ResidualCache]:
    """Compute the input plus a correction: x + relu(x W1) W2.

    x: (N, D), W1: (D, H), W2: (H, D).
    Returns (out, cache): out float64 (N, D); the cache is for `residual_backward`.
    Book: chapter 6, "A way around", after He et al. (2016).
    """
    x, W1, W2 = (np.asarray(v, dtype=float) for v in (x, W1, W2))
    hidden, relu_cache = relu_forward(x @ W1)
    return x + hidden @ W2, (x, W1, W2, hidden, relu_cache)


def residual_backward(dout: ArrayLike, cache: ResidualCache) -> tuple[Array, Array, Array]:
    """Compute the gradients of the loss with respect to the three inputs of `residual_forward`.

    dout: (N, D) upstream gradient. Returns (dx, dW1, dW2), float64: (N, D), (D, H), (H, D).
    Book: chapter 6, "A way around".
    """
    dout = np.asarray(dout, dtype=float)
    x, W1, W2, hidden, relu_cache = cache
    dz = relu_backward(dout @ W2.T, relu_cache)
    dx = dout + dz @ W1.T  # x reaches the output on two paths, so two gradients add up
    dW1 = x.T @ dz
    dW2 = hidden.T @ dout
    return dx, dW1, dW2
