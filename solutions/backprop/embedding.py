"""Embedding: a table with one row of weights for each word."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["embedding_backward", "embedding_forward"]

Array = NDArray[np.float64]
EmbeddingCache = tuple[NDArray[np.int64], tuple[int, ...]]


def embedding_forward(ids: ArrayLike, E: ArrayLike) -> tuple[Array, EmbeddingCache]:
    """Look up the row of E for every id.

    ids: (N, T) integers from 0 to V - 1, E: (V, D), a row for each word of the vocabulary.
    Returns (out, cache): out float64 (N, T, D); the cache is for `embedding_backward`.
    Raises ValueError if the ids are not integers, or if one is below 0 or above V - 1.
    Book: chapter 5, "Embeddings".
    """
    ids, E = np.array(ids), np.asarray(E, dtype=float)
    if ids.dtype.kind not in "iu":
        raise ValueError(
            f"embedding_forward: ids hold {ids.dtype}, but the rows of E are numbered by integers; "
            "if every id is a whole number, use ids.astype(int)"
        )
    if np.any((ids < 0) | (ids >= len(E))):
        raise ValueError(
            f"embedding_forward: ids go from {ids.min()} to {ids.max()}, but E has rows 0 to "
            f"{len(E) - 1}; use other ids or a larger table"
        )
    return E[ids], (ids, E.shape)


def embedding_backward(dout: ArrayLike, cache: EmbeddingCache) -> Array:
    """Compute the gradient of the loss with respect to the table of `embedding_forward`.

    dout: (N, T, D) upstream gradient. Returns dE, float64 (V, D); ids have no gradient.
    Book: chapter 5, "Embeddings".
    """
    dout = np.asarray(dout, dtype=float)
    ids, shape = cache
    dE = np.zeros(shape)
    np.add.at(dE, ids, dout)  # dE[ids] += dout would count a repeated id once only
    return dE
