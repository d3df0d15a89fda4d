"""Scaled dot-product attention: one head, a head that cannot look ahead, and several heads.

There are M queries and N keys of size d. Each key has a value of size D.
"""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .activations import softmax

__all__ = [
    "attention_backward",
    "attention_forward",
    "causal_attention_backward",
    "causal_attention_forward",
    "flash_attention_backward",
    "multi_head_backward",
    "multi_head_forward",
]

Array = NDArray[np.float64]
AttentionCache = tuple[Array, Array, Array, Array]
Arrays = tuple[Array, ...]


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


def causal_attention_forward(
    Q: ArrayLike, K: ArrayLike, V: ArrayLike
) -> tuple[Array, AttentionCache]:
    """Compute attention in which position t sees only the keys and values of positions 0 to t.

    Q, K: (T, d) queries and keys, V: (T, D) values, one of each for every position.
    Returns (out, cache): out float64 (T, D); the cache is for `causal_attention_backward`.
    Book: chapter 6, "Who looks at whom", after Vaswani et al. (2017).
    """
    Q, K, V = (np.asarray(v, dtype=float) for v in (Q, K, V))
    S = Q @ K.T / np.sqrt(K.shape[1])
    future = np.triu(np.ones(S.shape, dtype=bool), k=1)
    P = softmax(np.where(future, -np.inf, S))  # a score of -inf gets the weight 0
    return P @ V, (Q, K, V, P)


def causal_attention_backward(dout: ArrayLike, cache: AttentionCache) -> Arrays:
    """Compute the gradients of the loss with respect to the inputs of `causal_attention_forward`.

    dout: (T, D) upstream gradient. Returns (dQ, dK, dV), float64: (T, d), (T, d), (T, D).
    Book: chapter 6, "Attention, backward".
    """
    # The weight of a hidden key is 0, and the gradient of softmax has it as a factor.
    return attention_backward(dout, cache)


def multi_head_forward(
    x: ArrayLike, Wq: ArrayLike, Wk: ArrayLike, Wv: ArrayLike, Wo: ArrayLike, heads: int
) -> tuple[Array, tuple[Any, ...]]:
    """Compute self-attention with several heads, each of which works on its own D / heads columns.

    x: (T, D), one row for each position; Wq, Wk, Wv, Wo: (D, D); heads divides D.
    Returns (out, cache): out float64 (T, D); the cache is for `multi_head_backward`.
    Book: chapter 6, "Who looks at whom", after Vaswani et al. (2017).
    """
    x, Wq, Wk, Wv, Wo = (np.asarray(v, dtype=float) for v in (x, Wq, Wk, Wv, Wo))
    Q, K, V = (np.split(x @ W, heads, axis=1) for W in (Wq, Wk, Wv))
    pairs = [attention_forward(*of_head) for of_head in zip(Q, K, V, strict=True)]
    joined = np.concatenate([out for out, _ in pairs], axis=1)
    return joined @ Wo, (x, Wq, Wk, Wv, Wo, joined, [cache for _, cache in pairs])


def multi_head_backward(dout: ArrayLike, cache: tuple[Any, ...]) -> Arrays:
    """Compute the gradients of the loss with respect to the arrays of `multi_head_forward`.

    dout: (T, D) upstream gradient. Returns (dx, dWq, dWk, dWv, dWo), float64: (T, D), and (D, D)
    for each of the weights. Book: chapter 6, "Attention, backward".
    """
    dout = np.asarray(dout, dtype=float)
    x, Wq, Wk, Wv, Wo, joined, caches = cache
    douts = np.split(dout @ Wo.T, len(caches), axis=1)
    of_heads = [attention_backward(*pair) for pair in zip(douts, caches, strict=True)]
    dQ, dK, dV = (np.concatenate(parts, axis=1) for parts in zip(*of_heads, strict=True))
    dx = dQ @ Wq.T + dK @ Wk.T + dV @ Wv.T
    return dx, x.T @ dQ, x.T @ dK, x.T @ dV, joined.T @ dout


def flash_attention_backward(
    dout: ArrayLike,
    Q: ArrayLike,
    K: ArrayLike,
    V: ArrayLike,
    out: ArrayLike,
    logsumexp: ArrayLike,
) -> Arrays:
    """Compute the gradients of attention for some of its keys, from one number for each query.

    dout, out: (M, D) upstream gradient and output, Q: (M, d) queries; K: (N, d) and V: (N, D) keys
    and values, all of them or a block; logsumexp: (M,), for each query the logarithm of the sum of
    e^score over all keys, of this block and of others. Returns (dQ, dK, dV), float64, of the
    shapes of Q, K, V; dQ is the share of these keys.
    Book: chapter 6, "Attention, backward", after Dao et al. (2022).
    """
    dout, Q, K, V, out, lse = (np.asarray(v, dtype=float) for v in (dout, Q, K, V, out, logsumexp))
    scale = 1 / np.sqrt(K.shape[1])
    P = np.exp(scale * (Q @ K.T) - lse[:, None])
    mean = np.sum(dout * out, axis=1, keepdims=True)  # of dP, weighted by P, over all keys
    dS = scale * P * (dout @ V.T - mean)
    return dS @ K, dS.T @ Q, P.T @ dout
