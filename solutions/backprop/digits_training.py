"""A network that learns to read digits: a training program made of parts of the course."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .initialisation import initialise
from .network import mlp_forward, mlp_loss
from .optimisers import momentum_step

__all__ = ["train_digits"]


def train_digits(
    x_train: ArrayLike, y_train: ArrayLike, x_test: ArrayLike, seed: int
) -> NDArray[np.int64]:
    """Train a network on labelled pictures, then predict the labels of other pictures.

    x_train: (N, D) pixels from 0 to 1, y_train: (N,) labels from 0 to C - 1, x_test: (M, D)
    pixels, seed: for every random draw. Returns the labels for x_test, (M,) integers.
    Raises ValueError if y_train has another shape, is not of integers, or has a negative label.
    Book: chapter 5, "Reading real digits".
    """
    epochs, size, lr, noise = 40, 32, 0.1, 0.3
    rng = np.random.default_rng(seed)
    x, y = np.asarray(x_train, dtype=float), np.asarray(y_train)
    if y.shape != x.shape[:1]:
        raise ValueError(f"train_digits: y_train has shape {y.shape}, but it needs {x.shape[:1]}")
    params = initialise([x.shape[1], 128, int(y.max()) + 1], rng, "he")
    W_states: list[dict] = [{} for _ in params]
    b_states: list[dict] = [{} for _ in params]
    for epoch in range(epochs):
        rate = lr * (1 - epoch / epochs)
        for rows in np.array_split(rng.permutation(len(x)), max(1, len(x) // size)):
            seen = x[rows] + rng.normal(scale=noise, size=x[rows].shape)  # against overfitting
            _, grads = mlp_loss(params, seen, y[rows], 1e-3)
            for i, ((W, b), (dW, db)) in enumerate(zip(params, grads, strict=True)):
                W, W_states[i] = momentum_step(W, dW, W_states[i], rate, 0.9)
                b, b_states[i] = momentum_step(b, db, b_states[i], rate, 0.9)
                params[i] = (W, b)
    logits, _ = mlp_forward(params, x_test)
    return logits.argmax(axis=1)
