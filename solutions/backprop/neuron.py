"""Single neurons: the step neuron and its gates, Rosenblatt's rule, and the smooth neuron."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = [
    "gate_weights",
    "half_adder",
    "layer",
    "neuron",
    "perceptron_update",
    "sigmoid",
    "step_neuron",
    "xor_network",
]

Array = NDArray[np.float64]
Bits = NDArray[np.int64]


# sigmoid repeats sigmoid_forward on purpose: each body is one complete exercise solution.
def sigmoid(z: ArrayLike) -> Array:
    """Squash every entry of z into (0, 1), without overflow for any finite z.

    z: a number or an array of any shape, may be integers. Returns floats of z's shape.
    Book: chapter 1, "A softer neuron".
    """
    # logaddexp computes log(1 + e^-z), because e^-z alone overflows for z below -709.
    return np.exp(-np.logaddexp(0.0, -np.asarray(z, dtype=float)))


def neuron(x: ArrayLike, w: ArrayLike, b: float) -> float:
    """Compute the output of one sigmoid neuron for one example.

    x: (D,) inputs, w: (D,) weights, b: bias, a number. Returns a float.
    Book: chapter 1, "A softer neuron".
    """
    return float(sigmoid(np.dot(x, w) + b))


def layer(x: ArrayLike, W: ArrayLike, b: ArrayLike) -> Array:
    """Compute the outputs of a layer of sigmoid neurons for every example.

    x: (N, D) inputs, W: (D, H) weights, b: (H,) biases. Returns float64 (N, H).
    Book: chapter 1, "A softer neuron".
    """
    return sigmoid(np.asarray(x) @ np.asarray(W) + b)


def step_neuron(x: ArrayLike, w: ArrayLike, b: float) -> Bits:
    """Return 1 if the weighted sum of the inputs plus the bias is above 0, otherwise 0.

    x: (N, D) examples or (D,) for one, w: (D,) weights, b: bias, a number.
    Returns (N,) integers, or one integer. Book: chapter 1, "From one neuron to a network".
    """
    return np.asarray(np.dot(x, w) + b > 0, dtype=int)


def gate_weights() -> dict[str, tuple[Array, float]]:
    """Return weights and a bias that make a step neuron compute AND, OR and NAND.

    Returns a dict with the keys "AND", "OR" and "NAND"; each value is (w, b), w float64
    (2,), b a float.
    Book: chapter 1, "From one neuron to a network".
    """
    both = np.array([1.0, 1.0])
    return {"AND": (both, -1.5), "OR": (both, -0.5), "NAND": (-both, 1.5)}


def xor_network(x: ArrayLike) -> Bits:
    """Return 1 for every row with exactly one 1, with two hidden neurons and an output neuron.

    x: (N, 2) of 0 and 1. Returns (N,) integers. Book: chapter 1, "What one neuron cannot do".
    """
    gates = gate_weights()
    hidden = [step_neuron(x, *gates["OR"]), step_neuron(x, *gates["NAND"])]
    return step_neuron(np.stack(hidden, axis=1), *gates["AND"])


def perceptron_update(
    w: ArrayLike, b: float, x: ArrayLike, y: int, lr: float
) -> tuple[Array, float]:
    """Apply Rosenblatt's rule to one example: take a step if the answer is wrong.

    w: (D,) weights, b: bias, x: (D,) inputs, y: label, 0 or 1, lr: learning rate.
    Returns the new (w, b), w float64 (D,); the old ones stay as they are.
    Raises ValueError for another label.
    Book: chapter 1, "A neuron that learns from its mistakes", after Rosenblatt (1958).
    """
    if np.ndim(y) != 0 or y not in (0, 1):
        raise ValueError(f"perceptron_update: the label y is {y}, but it must be 0 or 1")
    error = y - int(step_neuron(x, w, b))
    return np.asarray(w, dtype=float) + lr * error * np.asarray(x), b + lr * error


def half_adder(x: ArrayLike) -> Bits:
    """Add two binary digits with gates.

    x: (N, 2) of 0 and 1. Returns (N, 2) integers: the digit of the sum, and the carry.
    Book: chapter 1, "Adding with neurons".
    """
    carry = step_neuron(x, *gate_weights()["AND"])
    return np.stack([xor_network(x), carry], axis=1)
