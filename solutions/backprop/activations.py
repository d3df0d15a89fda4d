"""Activation functions: `*_forward(x) -> (out, cache)` and `*_backward(dout, cache) -> dx`.

Activations work on an array of any shape, entry by entry, and return float64 arrays of that shape.
`dout` is the upstream gradient, that is, the derivative of the loss with respect to each entry of
`out`. A cache is for the backward function of the same name only.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = [
    "gelu_backward",
    "gelu_forward",
    "log_probabilities",
    "relu_backward",
    "relu_forward",
    "sigmoid_backward",
    "sigmoid_forward",
    "softmax",
    "tanh_backward",
    "tanh_forward",
]

Array = NDArray[np.float64]


def sigmoid_forward(x: ArrayLike) -> tuple[Array, Array]:
    """Squash every entry of x into (0, 1), without overflow for any finite x.

    x: any shape. Returns (out, cache), out float64 of x's shape; the cache is for
    `sigmoid_backward`.
    Book: chapter 2, "Activations".
    """
    # logaddexp computes log(1 + e^-x), because e^-x alone overflows for x below -709.
    out = np.exp(-np.logaddexp(0.0, -np.asarray(x, dtype=float)))
    return out, out


def sigmoid_backward(dout: ArrayLike, cache: Array) -> Array:
    """Compute the gradient of the loss with respect to the input of `sigmoid_forward`.

    dout: upstream gradient, the shape of out. Returns dx, float64 of the same shape.
    Book: chapter 3, "The gradient of each part".
    """
    dout = np.asarray(dout, dtype=float)
    out = cache
    return dout * out * (1.0 - out)


def tanh_forward(x: ArrayLike) -> tuple[Array, Array]:
    """Squash every entry of x into (-1, 1).

    x: any shape. Returns (out, cache), out float64 of x's shape; the cache is for `tanh_backward`.
    Book: chapter 2, "Activations".
    """
    out = np.tanh(np.asarray(x, dtype=float))
    return out, out


def tanh_backward(dout: ArrayLike, cache: Array) -> Array:
    """Compute the gradient of the loss with respect to the input of `tanh_forward`.

    dout: upstream gradient, the shape of out. Returns dx, float64 of the same shape.
    Book: chapter 3, "The gradient of each part".
    """
    dout = np.asarray(dout, dtype=float)
    out = cache
    return dout * (1.0 - out**2)


def relu_forward(x: ArrayLike) -> tuple[Array, NDArray[np.bool_]]:
    """Keep the positive entries of x and replace the others by 0.

    x: any shape. Returns (out, cache), out float64 of x's shape; the cache is for `relu_backward`.
    Book: chapter 2, "Activations".
    """
    x = np.asarray(x, dtype=float)
    return np.maximum(x, 0.0), x > 0.0


def relu_backward(dout: ArrayLike, cache: NDArray[np.bool_]) -> Array:
    """Compute the gradient of the loss with respect to the input of `relu_forward`.

    dout: upstream gradient, the shape of out. Returns dx, float64 of the same shape. The
    slope of ReLU at 0 is 0 by convention.
    Book: chapter 3, "The gradient of each part".
    """
    dout = np.asarray(dout, dtype=float)
    positive = cache
    return dout * positive


def gelu_forward(x: ArrayLike) -> tuple[Array, tuple[Array, Array]]:
    """Compute GELU in its tanh form: 0.5 x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))).

    x: any shape. Returns (out, cache), out float64 of x's shape; the cache is for `gelu_backward`.
    Book: "From this course to PyTorch and JAX", "A transformer block", after Hendrycks and Gimpel
    (2016).
    """
    x = np.asarray(x, dtype=float)
    t = np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x**3))
    return 0.5 * x * (1 + t), (x, t)


def gelu_backward(dout: ArrayLike, cache: tuple[Array, Array]) -> Array:
    """Compute the gradient of the loss with respect to the input of `gelu_forward`.

    dout: upstream gradient, the shape of out. Returns dx, float64 of the same shape.
    Book: chapter 3, "The gradient of each part".
    """
    dout = np.asarray(dout, dtype=float)
    x, t = cache
    du = np.sqrt(2 / np.pi) * (1 + 3 * 0.044715 * x**2)
    return dout * (0.5 * (1 + t) + 0.5 * x * (1 - t**2) * du)


def softmax(z: ArrayLike) -> Array:
    """Turn each row of logits into probabilities, stable for any finite logits.

    z: (N, C) logits. Returns float64 (N, C): rows of numbers from 0 to 1 that sum to 1. A logit of
    -inf gets the probability 0. A row that has no other logits, or an inf or a NaN, becomes NaN.
    Book: chapter 2, "From logits to a loss".
    """
    z = np.asarray(z, dtype=float)
    # Softmax does not change if a row is shifted, and if its largest logit is 0 nothing overflows.
    exp = np.exp(z - z.max(axis=1, keepdims=True))
    return exp / exp.sum(axis=1, keepdims=True)


def log_probabilities(z: ArrayLike) -> Array:
    """Compute the logarithms of the probabilities that `softmax` gives.

    z: (N, C) logits. Returns float64 (N, C), finite for any finite logits, and -inf for a logit of
    -inf. A row that has no other logits, or an inf or a NaN, becomes NaN.
    Book: chapter 2, "From logits to a loss".
    """
    z = np.asarray(z, dtype=float)
    shifted = z - z.max(axis=1, keepdims=True)
    # Not the log of softmax, because a probability that underflows would give log(0).
    return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
