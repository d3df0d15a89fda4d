"""Curvature without the matrix of second derivatives."""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["hessian_vector_product"]

Array = NDArray[np.float64]


def hessian_vector_product(
    grad: Callable[[Array], Array], x: ArrayLike, v: ArrayLike, h: float = 1e-5
) -> Array:
    """Estimate the Hessian at x times v, the change of the gradient along v, from two gradients.

    grad: a function of an array of the shape of x that returns a gradient of that shape;
    x, v: any shape, the same for both; h: the length of the shift, so the two points are
    x - h v / |v| and x + h v / |v|, whatever the length of v is.
    Returns float64 of the shape of x. Book: chapter 6, "Curvature in one direction".
    """
    x, v = np.asarray(x, dtype=float), np.asarray(v, dtype=float)
    length = np.hypot.reduce(v.ravel())  # the norm of v, which cannot overflow in this way
    if length == 0.0:
        return np.zeros_like(x)
    step = h * (v / length)
    return (np.asarray(grad(x + step)) - grad(x - step)) / (2.0 * h) * length
