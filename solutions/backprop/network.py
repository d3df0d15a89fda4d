"""A multilayer perceptron and its training, with a function for each step of the algorithm.

`params` is a list of (W, b), one pair per layer: W float64 (fan_in, fan_out), b (fan_out,). ReLU
stands between the layers, but not after the last. `grads` is a list of (dW, db) in the same order.
"""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .activations import relu_backward, relu_forward
from .layers import linear_backward, linear_backward_weight, linear_forward
from .losses import softmax_cross_entropy

__all__ = [
    "mlp_backward",
    "mlp_forward",
    "mlp_loss",
    "sgd_step",
    "train",
    "train_step",
]

Array = NDArray[np.float64]
Params = list[tuple[Array, Array]]


def mlp_forward(params: Params, x: ArrayLike) -> tuple[Array, list[Any]]:
    """Run x through every layer: linear, with ReLU between the layers and none after the last.

    params: list of (W, b), one pair per layer; one layer is allowed. x: (N, D).
    Returns (logits, cache): logits float64 (N, C); the cache is for `mlp_backward`.
    Book: chapter 3, "Step 1: the forward pass".
    """
    cache = []
    out = np.asarray(x, dtype=float)
    for i, (W, b) in enumerate(params):
        out, linear_cache = linear_forward(out, W, b)
        relu_cache = None
        if i < len(params) - 1:
            out, relu_cache = relu_forward(out)
        cache.append((linear_cache, relu_cache))
    return out, cache


def mlp_backward(dlogits: ArrayLike, cache: list[Any]) -> Params:
    """Compute the gradients of all layers from the gradient with respect to the logits.

    dlogits: (N, C) upstream gradient; cache: what `mlp_forward` returned.
    Returns grads, a list of (dW, db) in the order of params, float64.
    Book: chapter 3, "Step 3: the gradients".
    """
    grads = []
    dout = dlogits
    for i, (linear_cache, relu_cache) in reversed(list(enumerate(cache))):
        if relu_cache is not None:
            dout = relu_backward(dout, relu_cache)
        if i > 0:
            dout, dW, db = linear_backward(dout, linear_cache)
        else:  # the gradient with respect to the data is not needed, and often the most expensive
            dW, db = linear_backward_weight(dout, linear_cache)
        grads.append((dW, db))
    return grads[::-1]


def mlp_loss(params: Params, x: ArrayLike, y: ArrayLike, reg: float) -> tuple[float, Params]:
    """Compute the loss of the network on a batch, and its gradient with respect to every parameter.

    The loss is the mean cross-entropy plus 0.5 * reg * (sum of all squared weights); biases
    have no penalty. params: list of (W, b), x: (N, D), y: (N,) integer labels from 0 to C - 1, reg:
    a number.
    Returns (loss, grads): a float, and a list of (dW, db) in the order of params, float64.
    Raises ValueError if y has another shape, is not of integers, or has a label out of range.
    Book: chapter 3, "Step 3: the gradients".
    """
    logits, cache = mlp_forward(params, x)
    loss, dlogits = softmax_cross_entropy(logits, y)
    grads = mlp_backward(dlogits, cache)
    loss += 0.5 * reg * sum(float(np.vdot(W, W)) for W, b in params)
    grads = [(dW + reg * W, db) for (dW, db), (W, b) in zip(grads, params, strict=True)]
    return loss, grads


def sgd_step(params: Params, grads: Params, lr: float) -> Params:
    """Take one step of gradient descent on every weight and bias.

    params: list of (W, b), grads: list of (dW, db), lr: learning rate.
    Returns new params, float64; the old arrays stay as they are. Raises ValueError if params and
    grads differ in number.
    Book: chapter 3, "Step 4: the update".
    """
    return [(W - lr * dW, b - lr * db) for (W, b), (dW, db) in zip(params, grads, strict=True)]


def train_step(
    params: Params, x: ArrayLike, y: ArrayLike, lr: float, reg: float
) -> tuple[Params, float]:
    """Take one complete step: forward, loss, gradients, update.

    params: list of (W, b), x: (N, D), y: (N,) integer labels, lr: learning rate, reg: as in
    `mlp_loss`. Returns (params, loss): the new params, float64, and the loss before the step, a
    float, penalty included. Raises ValueError for wrong labels, as `mlp_loss` does.
    Book: chapter 3, "Step 4: the update".
    """
    loss, grads = mlp_loss(params, x, y, reg)
    return sgd_step(params, grads, lr), loss


def train(
    params: Params, x: ArrayLike, y: ArrayLike, steps: int, lr: float, reg: float
) -> tuple[Params, list[float]]:
    """Repeat `train_step` on the whole batch.

    params, x, y, lr, reg: as in `train_step`. steps: how many times. Returns (params, losses): the
    last params, float64, and a list with the loss before each step, so its length is steps.
    Raises ValueError for wrong labels, as `mlp_loss` does. Book: chapter 3, "Step 5: iterate".
    """
    losses = []
    for _ in range(steps):
        params, loss = train_step(params, x, y, lr, reg)
        losses.append(loss)
    return params, losses
