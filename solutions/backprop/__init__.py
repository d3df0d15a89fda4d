"""Backpropagation in plain NumPy: the reference that the book reads and the exercises ask for.

One shape everywhere: `thing_forward(x, ...) -> (out, cache)`, `thing_backward(dout, cache)` gives
the gradients in the order of the inputs, losses give `(loss, dinput)`. Rows are examples. No
function changes its arguments or a cache.
"""

from .activations import (
    relu_backward,
    relu_forward,
    sigmoid_backward,
    sigmoid_forward,
    softmax,
    tanh_backward,
    tanh_forward,
)
from .counting import count_evaluations
from .data import Digits, load_digits
from .gradients import grad_check, numerical_gradient
from .layers import linear_backward, linear_forward
from .losses import cross_entropy, mse, mse_loss, softmax_cross_entropy
from .network import mlp_backward, mlp_forward, mlp_loss, sgd_step, train, train_step

__all__ = [
    "Digits",
    "count_evaluations",
    "cross_entropy",
    "grad_check",
    "linear_backward",
    "linear_forward",
    "load_digits",
    "mlp_backward",
    "mlp_forward",
    "mlp_loss",
    "mse",
    "mse_loss",
    "numerical_gradient",
    "relu_backward",
    "relu_forward",
    "sgd_step",
    "sigmoid_backward",
    "sigmoid_forward",
    "softmax",
    "softmax_cross_entropy",
    "tanh_backward",
    "tanh_forward",
    "train",
    "train_step",
]
