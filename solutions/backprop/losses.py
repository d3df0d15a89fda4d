"""Losses: `mse` and `cross_entropy` return a number, the others `(loss, dinput)`."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .labels import class_labels

__all__ = [
    "cross_entropy",
    "hinge_loss",
    "mse",
    "mse_loss",
    "softmax_cross_entropy",
]

Array = NDArray[np.float64]


def mse(pred: ArrayLike, y: ArrayLike) -> float:
    """Compute the mean squared error over all entries.

    pred, y: any shape, the same for both. Returns a float.
    Raises ValueError if the shapes differ. Book: chapter 2, "From logits to a loss".
    """
    pred, y = np.asarray(pred, dtype=float), np.asarray(y, dtype=float)
    if pred.shape != y.shape:
        raise ValueError(
            f"mse: pred has shape {pred.shape}, but y has {y.shape}; reshape one of them"
        )
    return float(np.mean((pred - y) ** 2))


def mse_loss(pred: ArrayLike, y: ArrayLike) -> tuple[float, Array]:
    """Compute the mean squared error over all entries, and its gradient with respect to pred.

    pred, y: any shape, the same for both. Returns (loss, dpred): a float, and float64 of that
    shape. Raises ValueError if the shapes differ. Book: chapter 3, "The gradient of each part".
    """
    pred, y = np.asarray(pred, dtype=float), np.asarray(y, dtype=float)
    if pred.shape != y.shape:
        raise ValueError(
            f"mse_loss: pred has shape {pred.shape}, but y has {y.shape}; reshape one of them"
        )
    error = pred - y
    return float(np.mean(error**2)), 2.0 * error / error.size


# cross_entropy repeats log_probabilities on purpose: each body is one complete exercise solution.
def cross_entropy(logits: ArrayLike, y: ArrayLike) -> float:
    """Compute the mean negative log-likelihood of the right classes.

    logits: (N, C), y: (N,) integer labels from 0 to C - 1. Returns a float, which is finite for
    any finite logits, also of 1e4 and more, and inf if the logit of a right class is -inf.
    Raises ValueError if y has another shape, is not of integers, or has a label out of range.
    Book: chapter 2, "From logits to a loss".
    """
    logits, y = np.asarray(logits, dtype=float), class_labels(y, logits, "cross_entropy")
    shifted = logits - logits.max(axis=1, keepdims=True)
    # Not the log of softmax, because a probability that underflows would give log(0).
    log_probs = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return float(-log_probs[np.arange(len(y)), y].mean())


def softmax_cross_entropy(logits: ArrayLike, y: ArrayLike) -> tuple[float, Array]:
    """Compute softmax and mean cross-entropy in one, and the gradient with respect to the logits.

    logits: (N, C), y: (N,) integer labels from 0 to C - 1.
    Returns (loss, dlogits): a float, and float64 (N, C).
    Raises ValueError if y has another shape, is not of integers, or has a label out of range.
    Book: chapter 3, "The gradient of each part".
    """
    logits, y = np.asarray(logits, dtype=float), class_labels(y, logits, "softmax_cross_entropy")
    N = len(y)
    shifted = logits - logits.max(axis=1, keepdims=True)
    exp = np.exp(shifted)
    total = exp.sum(axis=1, keepdims=True)
    loss = np.mean(np.log(total[:, 0]) - shifted[np.arange(N), y])
    dlogits = exp / total
    dlogits[np.arange(N), y] -= 1.0
    return float(loss), dlogits / N


def hinge_loss(scores: ArrayLike, y: ArrayLike, margin: float) -> tuple[float, Array]:
    """Compute the multiclass hinge loss and its gradient with respect to the scores.

    Every wrong class should stay below the right one by the margin.
    scores: (N, C), y: (N,) integer labels from 0 to C - 1, margin: a positive number.
    Returns (loss, dscores): the mean over the examples of the sum over the wrong classes j of
    max(0, s_j - s_y + margin), a float, and its gradient, float64 (N, C).
    Raises ValueError if y has another shape, is not of integers, or has a label out of range.
    Book: chapter 3, "The gradient of each part".
    """
    scores, y = np.asarray(scores, dtype=float), class_labels(y, scores, "hinge_loss")
    rows = np.arange(len(y))
    right = scores[rows, y][:, None]
    excess = np.maximum(scores - right + margin, 0.0)
    excess[rows, y] = 0.0
    dscores = (excess > 0.0).astype(float)
    # The score of the right class appears in every term of its row that is above 0.
    dscores[rows, y] = -dscores.sum(axis=1)
    return float(excess.sum() / len(rows)), dscores / len(rows)
