"""Scaled dot-product attention, one head.

There are M queries and N keys of size d. Each key has a value of size D.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .activations import softmax

__all__ = ["attention_backward", "attention_forward"]

Array = NDArray[np.float64]
AttentionCache = tuple[Array, Array, Array, Array]


def attention_forward(Q: ArrayLike, K: ArrayLike, V: ArrayLike) -> tuple[Array, AttentionCache]:
    """Compute for every query a weighted mean of the values: softmax(Q Kᵀ / sqrt(d)) V.

    Q: (M, d) queries, K: (N, d) keys, V: (N, D) values; the softmax runs over the keys.
    Returns (out, cache): out float64 (M, D); the cache is for `attention_backward`.
    Book: chapter 6, "Who looks at whom", after Vaswani et al. (2017).
    """
    Q, K, V = (np.asarray(v, dtype=float) for v in (Q, K, V))
    P = softmax(Q @ K.T / np.sqrt(K.shape[1]))
    return P @ V, (Q, K, V, P)


def attention_backward(dout: ArrayLike, cache: AttentionCache) -> tuple[Array, Array, Array]:
    """Compute the gradients of the loss with respect to the three inputs of `attention_forward`.

    dout: (M, D) upstream gradient. Returns (dQ, dK, dV), float64: (M, d), (N, d), (N, D).
    Book: chapter 6, "Attention, backward".
    """
    dout = np.asarray(dout, dtype=float)
    Q, K, V, P = cache
    dV = P.T @ dout
    dP = dout @ V.T
    dS = P * (dP - np.sum(dP * P, axis=1, keepdims=True))  # the gradient of softmax, row by row
    dS /= np.sqrt(K.shape[1])
    return dS @ K, dS.T @ Q, dV
