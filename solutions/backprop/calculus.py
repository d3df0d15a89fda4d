"""The calculus behind backward passes: chains, Jacobians, the deltas of layers, broadcasting."""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .activations import sigmoid_forward

__all__ = [
    "chain_rule_toy",
    "einsum_backward",
    "jacobian",
    "layer_deltas",
    "softmax_backward",
    "softmax_jacobian",
    "unbroadcast",
]

Array = NDArray[np.float64]
Params = list[tuple[Array, Array]]


def chain_rule_toy(params: ArrayLike, x: float, y: float) -> tuple[float, Array]:
    """Compute the squared error of a chain of four functions, and its slope along each parameter.

    params: (8,), in the order w1, b1, w2, b2, w3, b3, w4, b4; x, y: numbers. The chain:
    h1 = tanh(w1 x + b1), h2 = exp(w2 h1 + b2), h3 = sin(w3 h2 + b3), yhat = w4 h3 + b4. The loss
    is (yhat - y)^2.
    Returns (loss, grads): a float, and float64 (8,) in the order of params.
    Book: chapter 4, "A chain by hand".
    """
    w1, b1, w2, b2, w3, b3, w4, b4 = np.asarray(params, dtype=float)
    h1 = np.tanh(w1 * x + b1)
    h2 = np.exp(w2 * h1 + b2)
    z3 = w3 * h2 + b3
    h3 = np.sin(z3)
    error = w4 * h3 + b4 - y

    d4 = 2.0 * error
    d3 = d4 * w4 * np.cos(z3)
    d2 = d3 * w3 * h2
    d1 = d2 * w2 * (1.0 - h1**2)
    return float(error**2), np.array([d1 * x, d1, d2 * h1, d2, d3 * h2, d3, d4 * h3, d4])


def jacobian(f: Callable[[Array], ArrayLike], x: ArrayLike, h: float = 1e-5) -> Array:
    """Estimate the Jacobian of f at x from central differences.

    f takes an array (n,) and returns an array (m,); x: (n,), may be integers; h: the shift.
    Returns (m, n), float64: row i, column j is the slope of output i along input j. x itself is
    not changed. Book: chapter 4, "The derivative is a linear map".
    """
    x = np.asarray(x, dtype=float)
    columns = []
    for step in h * np.eye(len(x)):
        above = np.array(f(x + step), dtype=float)
        below = np.array(f(x - step), dtype=float)
        columns.append((above - below) / (2.0 * h))
    return np.stack(columns, axis=1)


def softmax_jacobian(s: ArrayLike) -> Array:
    """Compute the Jacobian of softmax with respect to its logits, from an output of softmax.

    s: (C,), one row of probabilities. Returns float64 (C, C): row i, column j is the slope of
    s_i along logit j. Book: chapter 4, "The Jacobian of softmax".
    """
    s = np.asarray(s, dtype=float)
    return np.diag(s) - np.outer(s, s)


def softmax_backward(dout: ArrayLike, s: ArrayLike) -> Array:
    """Compute the gradient of the loss with respect to the logits of softmax.

    dout: (N, C) upstream gradient; s: (N, C), what softmax returned. Returns dlogits,
    float64 (N, C). This is possible without the Jacobian.
    Book: chapter 4, "The Jacobian of softmax".
    """
    dout, s = np.asarray(dout, dtype=float), np.asarray(s, dtype=float)
    mean = np.sum(dout * s, axis=1, keepdims=True)  # of dout, weighted with the probabilities
    return s * (dout - mean)


def layer_deltas(params: Params, x: ArrayLike, y: ArrayLike) -> tuple[list[Array], Params]:
    """Compute every delta and every gradient of a network with a sigmoid after each layer.

    params: list of (W, b), one pair per layer; x: (N, D); y: (N, C) targets. The loss is
    sum((a - y)^2) / (2 N), where a are the activations of the last layer.
    Returns (deltas, grads), both in the order of params. deltas: the gradient with respect to z of
    each layer, (N, H_l), with the factor 1/N. grads: list of (dW, db). All are float64.
    Raises ValueError if y has another shape than the output of the network.
    Book: chapter 4, "The four equations".
    """
    activations, y = [np.asarray(x, dtype=float)], np.asarray(y, dtype=float)
    for W, b in params:
        activations.append(sigmoid_forward(activations[-1] @ W + b)[0])
    if y.shape != activations[-1].shape:
        raise ValueError(
            f"layer_deltas: y has shape {y.shape}, but the network gives {activations[-1].shape}; "
            "reshape y"
        )

    da = (activations[-1] - y) / len(activations[-1])
    deltas: list[Array] = []
    for (W, _), a in zip(params[::-1], activations[:0:-1], strict=True):
        deltas.insert(0, da * a * (1.0 - a))
        da = deltas[0] @ W.T
    grads = [(a.T @ d, d.sum(axis=0)) for a, d in zip(activations[:-1], deltas, strict=True)]
    return deltas, grads


def unbroadcast(grad: ArrayLike, shape: tuple[int, ...]) -> Array:
    """Return the gradient before broadcasting: add up the gradients of all copies of an entry.

    grad: the gradient with respect to the array after broadcasting; shape: the shape before it.
    Returns float64 of that shape.
    Book: chapter 4, "What was copied is added up".
    """
    grad = np.asarray(grad, dtype=float)
    added = grad.ndim - len(shape)
    stretched = [added + i for i, n in enumerate(shape) if n == 1]
    return grad.sum(axis=(*range(added), *stretched), keepdims=True).reshape(shape)


def einsum_backward(
    dout: ArrayLike, subscripts: str, a: ArrayLike, b: ArrayLike
) -> tuple[Array, Array]:
    """Compute the gradients of the loss with respect to a and b of np.einsum(subscripts, a, b).

    dout: upstream gradient, the shape of the result; subscripts: such as "nd,dh->nh", with an
    arrow, and with no letter twice in one array. Letters that only one of the arrays has may be
    missing in the result; they are summed. Returns (da, db), float64, of the shapes of a and b.
    Book: chapter 4, "What was copied is added up".
    """
    dout, a, b = (np.asarray(array, dtype=float) for array in (dout, a, b))
    inputs, of_out = subscripts.replace(" ", "").split("->")
    of_a, of_b = inputs.split(",")
    # The ones copy the gradient along letters that only this array has, because these were summed.
    da = np.einsum(f"{of_out},{of_b},{of_a}->{of_a}", dout, b, np.ones(a.shape))
    db = np.einsum(f"{of_out},{of_a},{of_b}->{of_b}", dout, a, np.ones(b.shape))
    return da, db
