"""A check of class labels, because wrong labels can give a wrong loss without an error."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["class_labels"]


def class_labels(y: ArrayLike, scores: ArrayLike, caller: str) -> NDArray[np.int64]:
    """Return y as an array if it holds one class label for each row of scores.

    y: (N,) integers from 0 to C - 1. scores: (N, C), logits or other scores. caller: the name of
    the function that needs the labels, for the messages.
    Raises ValueError if scores is not (N, C), or if y has another shape, holds anything but
    integers, or has a label below 0 or above C - 1.
    Book: chapter 2, "The trap of (N, 1) and (N,)".
    """
    y, shape = np.asarray(y), np.shape(scores)
    if len(shape) != 2:
        problem = f"the scores have shape {shape}, but they need rows and columns, (N, C)"
        remedy = "for one example, use scores[None, :]"
    elif y.shape != shape[:1]:
        problem = f"y has shape {y.shape}, but {shape[0]} rows of scores need {shape[:1]}"
        remedy = "for a column use y.ravel(), for one-hot rows y.argmax(axis=1)"
    elif y.dtype.kind not in "iu":
        problem = f"y holds {y.dtype}, but labels are integers"
        remedy = "if every label is a whole number, use y.astype(int)"
    elif np.any(outside := (y < 0) | (y >= shape[1])):
        i = np.argmax(outside)
        problem = f"y[{i}] is {y[i]}, but {shape[1]} classes have labels from 0 to {shape[1] - 1}"
        remedy = "number the classes from 0"
    else:
        return y
    raise ValueError(f"{caller}: {problem}; {remedy}")
