"""Gradients from central differences, a check with them, and gradients summed over batches."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = [
    "accumulate_gradients",
    "catch_the_bugs",
    "catch_wrong_steps",
    "grad_check",
    "numerical_gradient",
]

Array = NDArray[np.float64]


def numerical_gradient(f: Callable[[Array], float], x: ArrayLike, h: float = 1e-5) -> Array:
    """Estimate the gradient of f at x, entry by entry, from central differences.

    f takes an array of x's shape and returns a number; x: any shape, may be integers; h: the shift.
    Returns a float64 array of x's shape. x itself is not changed.
    Book: chapter 3, "How do we know that it works?".
    """
    x = np.array(x, dtype=float)  # a float copy, because integers cannot be shifted by h
    grad = np.zeros_like(x)
    for i in np.ndindex(x.shape):
        old = x[i]
        x[i] = old + h
        above = f(x)
        x[i] = old - h
        below = f(x)
        x[i] = old
        grad[i] = (above - below) / (2.0 * h)
    return grad


def grad_check(
    f: Callable[[], float], params: Sequence[Array], grads: Sequence[Array], h: float = 1e-5
) -> float:
    """Compare analytic gradients with central differences.

    f takes no argument, reads the float64 arrays in params and returns a number; the arrays are
    shifted in place and restored. grads: the analytic gradients, in the order of params. h: the
    shift. Returns the largest |a - n| / max(1e-8, |a| + |n|) over all entries, a float: about 1e-7
    or less if the gradients are right. Raises ValueError if params and grads differ in number.
    Book: chapter 3, "How do we know that it works?".
    """
    errors = []
    for param, grad in zip(params, grads, strict=True):
        numeric = np.empty_like(param)
        for i in np.ndindex(param.shape):
            old = param[i]
            param[i] = old + h
            above = f()
            param[i] = old - h
            below = f()
            param[i] = old
            numeric[i] = (above - below) / (2.0 * h)
        scale = np.maximum(1e-8, np.abs(grad) + np.abs(numeric))
        errors.append(np.max(np.abs(grad - numeric) / scale, initial=0.0))
    return float(np.max(errors, initial=0.0))  # any NaN makes this NaN, so the check cannot pass


def accumulate_gradients(
    loss_and_grads: Callable[..., tuple[float, list[Array]]],
    params: Sequence[Array],
    batches: Sequence[tuple[Any, Any]],
) -> tuple[float, list[Array]]:
    """Compute the mean loss over all examples and its gradients, one small batch at a time.

    loss_and_grads(params, x, y): returns the mean loss over the examples of one batch, and the
    gradients of this mean, a list of arrays in the order of params. params: a list of arrays.
    batches: a list of pairs (x, y); the batches may have different numbers of examples.
    Returns (loss, grads): a float, and a list of float64 arrays in the order of params.
    Book: chapter 2, "Shapes and batches".
    """
    total = sum(len(x) for x, y in batches)
    loss, grads = 0.0, [np.zeros(np.shape(param)) for param in params]
    for x, y in batches:
        batch_loss, batch_grads = loss_and_grads(params, x, y)
        share = len(x) / total
        loss += share * batch_loss
        grads = [grad + share * new for grad, new in zip(grads, batch_grads, strict=True)]
    return loss, grads


def catch_the_bugs(
    forward: Callable[..., tuple[Array, Any]],
    backward: Callable[[Array, Any], Sequence[Array]],
    inputs: Sequence[Array],
) -> bool:
    """Return True if a backward pass is wrong, and False if it is right.

    forward(*inputs): returns (out, cache). backward(dout, cache): returns the gradients in the
    order of the inputs. inputs: a list of float64 arrays, at which we compare the gradients with
    central differences.
    Book: chapter 3, "How do we know that it works?".
    """
    inputs = [np.array(array, dtype=float) for array in inputs]
    out, cache = forward(*inputs)
    rng = np.random.default_rng(0)
    dout = rng.normal(size=out.shape)

    def loss() -> float:
        return float(np.sum(forward(*inputs)[0] * dout))  # its gradient with respect to out is dout

    grads = list(backward(dout, cache))
    error = grad_check(loss, inputs, grads)
    return not error < 1e-4  # a NaN counts as a bug too


def catch_wrong_steps(
    step: Callable[..., tuple[Sequence[Array], float]],
    loss: Callable[..., float],
    params: Sequence[Array],
    x: Array,
    y: Array,
) -> bool:
    """Return True if a training step is wrong, and False if it is right.

    step(params, x, y, lr): returns the list of new parameters and the loss before the step.
    loss(params, x, y): the right loss, a float. params: a list of float64 arrays; x, y: a batch.
    Book: chapter 5, "Finding bugs".
    """
    lr, before = 0.3, [param.copy() for param in params]
    new, reported = step(params, x, y, lr)
    if any(np.any(param != old) for param, old in zip(params, before, strict=True)):
        return True
    right = loss(before, x, y)
    moved = [(old - now) / lr for old, now in zip(before, new, strict=True)]
    error = grad_check(lambda: loss(before, x, y), before, moved)
    return not max(error, abs(reported - right) / right) < 1e-4  # a NaN counts as a mistake too
