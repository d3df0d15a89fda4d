"""Rosenblatt's rule, run until it stops, and points to run it on.

The first chapter and its appendix use these two functions.
"""

import numpy as np
from numpy.typing import NDArray

from backprop import perceptron_update

Weights = NDArray[np.float64]


def cloud(margin: float, count: int, seed: int) -> tuple[NDArray[np.float64], NDArray[np.int_]]:
    """Return points that keep a margin from a line, and the label 1 for those on its far side."""
    rng = np.random.default_rng(seed)
    points = rng.uniform(-1, 1, size=(20 * count, 2))
    side = points @ np.array([0.6, 0.8]) - 0.1  # (0.6, 0.8) has length 1
    points, side = points[abs(side) > margin], side[abs(side) > margin]
    return points[:count], (side[:count] > 0).astype(int)


def run_perceptron(
    points: NDArray[np.float64], labels: NDArray[np.int_], lr: float = 1.0, rounds: int = 2000
) -> list[tuple[Weights, float, int]]:
    """Apply Rosenblatt's rule until a round passes without a mistake.

    Returns (w, b, index of the example) after each mistake.
    """
    w, b = np.zeros(points.shape[1]), 0.0
    history: list[tuple[Weights, float, int]] = []
    for _ in range(rounds):
        before = len(history)
        for i, (example, label) in enumerate(zip(points, labels, strict=True)):
            if (example @ w + b > 0) != label:
                w, b = perceptron_update(w, b, example, label, lr)
                history.append((w, b, i))
        if len(history) == before:
            break
    return history
