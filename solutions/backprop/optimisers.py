"""Optimisers with a memory: `*_step(w, dw, state, lr, ...) -> (w, state)`.

A state belongs to one parameter. It starts as {}, and each step returns the next state. Its content
is private to the optimiser. No step changes w, dw or the state that it gets.
"""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = [
    "adam_step",
    "adamw_step",
    "momentum_step",
    "rmsprop_step",
]

Array = NDArray[np.float64]
State = dict[str, Any]


def momentum_step(
    w: ArrayLike, dw: ArrayLike, state: State, lr: float, mu: float
) -> tuple[Array, State]:
    """Take one step of gradient descent with momentum: v = mu v - lr dw, then w + v.

    w: a parameter of any shape, dw: its gradient, state: from the step before, {} at first,
    lr: learning rate, mu: the share of the velocity that is kept.
    Returns (w, state), both new, w float64. Book: chapter 5, "Momentum", after Polyak (1964).
    """
    w, dw = np.asarray(w, dtype=float), np.asarray(dw, dtype=float)
    v = mu * state.get("v", 0.0) - lr * dw
    return w + v, {"v": v}


def rmsprop_step(
    w: ArrayLike, dw: ArrayLike, state: State, lr: float, decay: float, eps: float
) -> tuple[Array, State]:
    """Take one step of RMSProp: c = decay c + (1 - decay) dw^2, then w - lr dw / (sqrt(c) + eps).

    w: a parameter of any shape, dw: its gradient, state: from the step before, {} at first,
    lr: learning rate, decay: the share of the old average that is kept, eps: a small number that
    keeps the denominator from 0. Returns (w, state), both new, w float64.
    Book: chapter 5, "RMSProp", after Tieleman and Hinton (2012).
    """
    w, dw = np.asarray(w, dtype=float), np.asarray(dw, dtype=float)
    c = decay * state.get("c", 0.0) + (1 - decay) * dw**2
    return w - lr * dw / (np.sqrt(c) + eps), {"c": c}


def adam_step(
    w: ArrayLike, dw: ArrayLike, state: State, lr: float, beta1: float, beta2: float, eps: float
) -> tuple[Array, State]:
    """Take one step of Adam: the mean gradient divided by the root of the mean squared gradient.

    Both are running means, corrected for their start at 0.

    w: a parameter of any shape, dw: its gradient, state: from the step before, {} at first,
    lr: learning rate, beta1, beta2: the shares that the two averages keep, eps: added to the root.
    Returns (w, state), both new, w float64. Book: chapter 5, "Adam", after Kingma and Ba (2015).
    """
    w, dw = np.asarray(w, dtype=float), np.asarray(dw, dtype=float)
    t = state.get("t", 0) + 1
    m = beta1 * state.get("m", 0.0) + (1 - beta1) * dw
    v = beta2 * state.get("v", 0.0) + (1 - beta2) * dw**2
    m_hat = m / (1 - beta1**t)
    v_hat = v / (1 - beta2**t)
    return w - lr * m_hat / (np.sqrt(v_hat) + eps), {"t": t, "m": m, "v": v}


def adamw_step(
    w: ArrayLike,
    dw: ArrayLike,
    state: State,
    lr: float,
    beta1: float,
    beta2: float,
    eps: float,
    decay: float,
) -> tuple[Array, State]:
    """Take one step of AdamW: shrink w by the factor 1 - lr decay, then take a step of Adam.

    w: a parameter of any shape, dw: its gradient, state: from the step before, {} at first,
    lr: learning rate, beta1, beta2, eps: as in `adam_step`, decay: the strength of the decay.
    Returns (w, state), both new, w float64.
    Book: chapter 5, "Adam", after Loshchilov and Hutter (2019).
    """
    w = (1 - lr * decay) * np.asarray(w, dtype=float)
    return adam_step(w, dw, state, lr, beta1, beta2, eps)
