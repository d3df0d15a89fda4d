"""Dropout: during training, units are set to 0 at random."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["dropout_backward", "dropout_forward"]

Array = NDArray[np.float64]


def dropout_forward(x: ArrayLike, p_keep: float, rng: np.random.Generator) -> tuple[Array, Array]:
    """Keep each entry of x with probability p_keep, independently; the others become 0.

    x: any shape. p_keep: above 0, at most 1. rng: the random generator to use. Entries that
    are kept are divided by p_keep, so that the mean stays the same ("inverted" dropout).
    Returns (out, cache), out float64 of x's shape; the cache is for `dropout_backward`.
    Book: chapter 5, "Dropout", after Srivastava et al. (2014).
    """
    x = np.asarray(x, dtype=float)
    mask = (rng.random(x.shape) < p_keep) / p_keep
    return x * mask, mask


def dropout_backward(dout: ArrayLike, cache: Array) -> Array:
    """Compute the gradient of the loss with respect to the input of `dropout_forward`.

    dout: upstream gradient, the shape of out. Returns dx, float64 of the same shape.
    Book: chapter 5, "Dropout".
    """
    dout = np.asarray(dout, dtype=float)
    mask = cache
    return dout * mask
