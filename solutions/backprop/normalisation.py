"""Batch, layer and RMS normalisation: `*_forward(x, gamma, ...)` and `*_backward(dout, cache)`.

Rows are examples: N examples, D features. All results are float64. gamma is the scale and beta the
shift of each feature.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = [
    "batchnorm_backward",
    "batchnorm_eval_backward",
    "batchnorm_eval_forward",
    "batchnorm_forward",
    "layernorm_backward",
    "layernorm_forward",
    "rmsnorm_backward",
    "rmsnorm_forward",
]

Array = NDArray[np.float64]
NormCache = tuple[Array, Array, Array]


def batchnorm_forward(
    x: ArrayLike, gamma: ArrayLike, beta: ArrayLike, eps: float
) -> tuple[Array, NormCache]:
    """Bring every feature to mean 0 and variance 1 over the batch, then scale and shift it.

    x: (N, D), gamma: (D,), beta: (D,), eps: a number above 0 that is added to the variance, which
    is the mean of the squares (divided by N).
    Returns (out, cache): out float64 (N, D); the cache is for `batchnorm_backward`.
    Book: chapter 4, "Normalising a batch", after Ioffe and Szegedy (2015).
    """
    x, gamma, beta = (np.asarray(array, dtype=float) for array in (x, gamma, beta))
    std = np.sqrt(x.var(axis=0) + eps)
    x_hat = (x - x.mean(axis=0)) / std
    return gamma * x_hat + beta, (x_hat, std, gamma)


def batchnorm_backward(dout: ArrayLike, cache: NormCache) -> tuple[Array, Array, Array]:
    """Compute the gradients of the loss with respect to x, gamma and beta of `batchnorm_forward`.

    x acts on the loss also through mean and variance. dout: (N, D) upstream gradient.
    Returns (dx, dgamma, dbeta), float64: (N, D), (D,), (D,).
    Book: chapter 4, "Batch normalisation, backward".
    """
    dout = np.asarray(dout, dtype=float)
    x_hat, std, gamma = cache
    dx_hat = dout * gamma
    # An entry of x acts on the loss directly, through the mean and through the variance.
    by_mean = dx_hat.mean(axis=0)
    by_variance = x_hat * (dx_hat * x_hat).mean(axis=0)
    dx = (dx_hat - by_mean - by_variance) / std
    return dx, (dout * x_hat).sum(axis=0), dout.sum(axis=0)


def batchnorm_eval_forward(
    x: ArrayLike,
    gamma: ArrayLike,
    beta: ArrayLike,
    mean: ArrayLike,
    var: ArrayLike,
    eps: float,
) -> tuple[Array, NormCache]:
    """Normalise as after training, with stored statistics instead of those of the batch.

    x: (N, D), N may be 1; gamma, beta, mean, var: (D,); eps: a number above 0, added to var.
    Returns (out, cache): out float64 (N, D); the cache is for `batchnorm_eval_backward`.
    Book: chapter 4, "Batch normalisation after training".
    """
    x, gamma, beta, mean, var = (np.asarray(a, dtype=float) for a in (x, gamma, beta, mean, var))
    std = np.sqrt(var + eps)
    x_hat = (x - mean) / std
    return gamma * x_hat + beta, (x_hat, std, gamma)


def batchnorm_eval_backward(dout: ArrayLike, cache: NormCache) -> tuple[Array, Array, Array]:
    """Compute the gradients of the loss with respect to x, gamma, beta of `batchnorm_eval_forward`.

    dout: (N, D) upstream gradient. Returns (dx, dgamma, dbeta), float64: (N, D), (D,), (D,).
    Book: chapter 4, "Batch normalisation after training".
    """
    dout = np.asarray(dout, dtype=float)
    x_hat, std, gamma = cache
    dx = dout * gamma / std  # the stored statistics do not depend on x
    return dx, (dout * x_hat).sum(axis=0), dout.sum(axis=0)


def layernorm_forward(
    x: ArrayLike, gamma: ArrayLike, beta: ArrayLike, eps: float
) -> tuple[Array, NormCache]:
    """Bring every example to mean 0 and variance 1 over its features, then scale and shift.

    x: (N, D), gamma: (D,), beta: (D,), eps: a number above 0 that is added to the variance, which
    is the mean of the squares (divided by D).
    Returns (out, cache): out float64 (N, D); the cache is for `layernorm_backward`.
    Book: chapter 4, "Layer normalisation".
    """
    x, gamma, beta = (np.asarray(array, dtype=float) for array in (x, gamma, beta))
    std = np.sqrt(x.var(axis=1, keepdims=True) + eps)
    x_hat = (x - x.mean(axis=1, keepdims=True)) / std
    return gamma * x_hat + beta, (x_hat, std, gamma)


def layernorm_backward(dout: ArrayLike, cache: NormCache) -> tuple[Array, Array, Array]:
    """Compute the gradients of the loss with respect to x, gamma and beta of `layernorm_forward`.

    x acts on the loss also through mean and variance. dout: (N, D) upstream gradient.
    Returns (dx, dgamma, dbeta), float64: (N, D), (D,), (D,).
    Book: chapter 4, "Layer normalisation".
    """
    dout = np.asarray(dout, dtype=float)
    x_hat, std, gamma = cache
    dx_hat = dout * gamma
    by_mean = dx_hat.mean(axis=1, keepdims=True)
    by_variance = x_hat * (dx_hat * x_hat).mean(axis=1, keepdims=True)
    dx = (dx_hat - by_mean - by_variance) / std
    return dx, (dout * x_hat).sum(axis=0), dout.sum(axis=0)


def rmsnorm_forward(x: ArrayLike, gamma: ArrayLike, eps: float) -> tuple[Array, NormCache]:
    """Divide every example by the root of the mean of its squares, then scale each feature.

    x: (N, D), gamma: (D,), eps: a number above 0 that is added to the mean of the squares.
    Returns (out, cache): out float64 (N, D); the cache is for `rmsnorm_backward`.
    Book: chapter 4, "Layer normalisation", after Zhang and Sennrich (2019).
    """
    x, gamma = np.asarray(x, dtype=float), np.asarray(gamma, dtype=float)
    rms = np.sqrt((x**2).mean(axis=1, keepdims=True) + eps)
    x_hat = x / rms
    return gamma * x_hat, (x_hat, rms, gamma)


def rmsnorm_backward(dout: ArrayLike, cache: NormCache) -> tuple[Array, Array]:
    """Compute the gradients of the loss with respect to x and gamma of `rmsnorm_forward`.

    x acts on the loss also through the mean of the squares. dout: (N, D) upstream gradient.
    Returns (dx, dgamma), float64: (N, D), (D,).
    Book: chapter 4, "Layer normalisation".
    """
    dout = np.asarray(dout, dtype=float)
    x_hat, rms, gamma = cache
    dx_hat = dout * gamma
    by_rms = x_hat * (dx_hat * x_hat).mean(axis=1, keepdims=True)
    dx = (dx_hat - by_rms) / rms
    return dx, (dout * x_hat).sum(axis=0)
