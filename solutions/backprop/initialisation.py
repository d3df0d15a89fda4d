"""First weights: random, with a size that fits the layer."""

import numpy as np
from numpy.typing import NDArray

__all__ = ["initialise"]

Array = NDArray[np.float64]


def initialise(
    widths: list[int], rng: np.random.Generator, scheme: str
) -> list[tuple[Array, Array]]:
    """Draw normal weights for layers of the given widths, and set their biases to zero.

    widths: [n0, ..., nL], inputs first. rng: the random generator to use. scheme: "he" for
    a standard deviation of sqrt(2 / fan_in), "xavier" for sqrt(2 / (fan_in + fan_out)).
    Returns a list of (W, b), float64, W (fan_in, fan_out), b (fan_out,). Raises ValueError for
    another scheme. Book: chapter 5, "How large should the first weights be?", after He et al.
    (2015) and Glorot and Bengio (2010).
    """
    if scheme not in ("he", "xavier"):
        raise ValueError(f"initialise: unknown scheme {scheme!r}")
    params = []
    for i in range(len(widths) - 1):
        fan_in, fan_out = widths[i], widths[i + 1]
        variance = 2 / fan_in if scheme == "he" else 2 / (fan_in + fan_out)
        W = rng.normal(scale=np.sqrt(variance), size=(fan_in, fan_out))
        params.append((W, np.zeros(fan_out)))
    return params
