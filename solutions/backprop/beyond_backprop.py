"""Two ways to train a network without backpropagation."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .activations import relu_backward, relu_forward, sigmoid_forward, tanh_backward, tanh_forward

__all__ = ["feedback_alignment_grads", "forward_forward_loss"]

Array = NDArray[np.float64]


def feedback_alignment_grads(
    W1: ArrayLike, W2: ArrayLike, B: ArrayLike, x: ArrayLike, y: ArrayLike
) -> tuple[Array, Array]:
    """Compute directions for the weights of a network with one hidden layer by feedback alignment.

    The network is x W1 -> tanh -> W2, its loss 0.5 * sum((yhat - y)^2) / N. The error reaches the
    hidden layer through the fixed matrix B, where backpropagation would use the transposed W2.
    x: (N, D), y: (N, C), W1: (D, H), W2: (H, C), B: (C, H).
    Returns (dW1, dW2), float64: (D, H), (H, C).
    Raises ValueError if y has another shape than the output of the network.
    Book: "Learning without backpropagation", "Another way back", after Lillicrap et al. (2016).
    """
    W1, W2, B, x, y = (np.asarray(v, dtype=float) for v in (W1, W2, B, x, y))
    if y.shape != (len(x), W2.shape[1]):
        raise ValueError(
            f"feedback_alignment_grads: y has shape {y.shape}, but the network gives "
            f"{(len(x), W2.shape[1])}; reshape y"
        )
    hidden, cache = tanh_forward(x @ W1)
    error = (hidden @ W2 - y) / len(x)
    return x.T @ tanh_backward(error @ B, cache), hidden.T @ error


def forward_forward_loss(
    W: ArrayLike, b: ArrayLike, x_pos: ArrayLike, x_neg: ArrayLike, theta: float
) -> tuple[float, Array, Array]:
    """Compute the loss of a layer that should be active for real examples and quiet for false ones.

    The goodness of an example is the sum of its squared activations relu(x W + b). The loss is the
    mean of softplus(theta - goodness) over the real examples, plus the mean of
    softplus(goodness - theta) over the false ones, with softplus(s) = log(1 + e^s).
    W: (D, H), b: (H,), x_pos: (N, D), x_neg: (M, D), theta: a number.
    Returns (loss, dW, db): a float, and float64 (D, H), (H,).
    Book: "Learning without backpropagation", "A loss for each layer", after Hinton (2022).
    """
    W, b = np.asarray(W, dtype=float), np.asarray(b, dtype=float)
    loss, dW, db = 0.0, np.zeros_like(W), np.zeros_like(b)
    for x, sign in ((x_pos, -1.0), (x_neg, 1.0)):
        x = np.asarray(x, dtype=float)
        h, cache = relu_forward(x @ W + b)
        s = sign * (np.sum(h**2, axis=1, keepdims=True) - theta)
        loss += float(np.mean(np.logaddexp(0.0, s)))  # softplus without overflow
        slope, _ = sigmoid_forward(s)
        dz = relu_backward(sign * slope / len(x) * 2.0 * h, cache)
        dW += x.T @ dz
        db += dz.sum(axis=0)
    return loss, dW, db
