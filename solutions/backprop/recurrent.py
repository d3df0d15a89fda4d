"""Networks that read sequences: a plain recurrent layer, and one step of an LSTM.

N examples, T steps, D inputs at each step, H units. All steps use the same weights.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .activations import sigmoid_backward, sigmoid_forward, tanh_backward, tanh_forward

__all__ = [
    "lstm_step_backward",
    "lstm_step_forward",
    "rnn_backward",
    "rnn_forward",
]

Array = NDArray[np.float64]
RnnCache = tuple[Array, Array, Array, Array]
LstmCache = tuple[Array, ...]


def rnn_forward(
    x: ArrayLike, h0: ArrayLike, Wx: ArrayLike, Wh: ArrayLike, b: ArrayLike
) -> tuple[Array, RnnCache]:
    """Read a sequence step by step: h_t = tanh(x_t Wx + h_(t-1) Wh + b).

    x: (N, T, D) inputs, h0: (N, H) first state, Wx: (D, H), Wh: (H, H), b: (H,).
    Returns (h, cache): h float64 (N, T, H), the states h_1 to h_T; the cache is for `rnn_backward`.
    Book: chapter 6, "The same weights at every step".
    """
    x, h0, Wx, Wh = (np.asarray(v, dtype=float) for v in (x, h0, Wx, Wh))
    states = [h0]
    for t in range(x.shape[1]):
        states.append(np.tanh(x[:, t] @ Wx + states[-1] @ Wh + b))
    return np.stack(states[1:], axis=1), (x, Wx, Wh, np.stack(states, axis=1))


def rnn_backward(dh: ArrayLike, cache: RnnCache) -> tuple[Array, Array, Array, Array, Array]:
    """Compute the gradients of the loss with respect to the five inputs of `rnn_forward`.

    This is backpropagation through time.
    dh: (N, T, H) upstream gradient, without what each state gets from the states after it.
    Returns (dx, dh0, dWx, dWh, db), float64: (N, T, D), (N, H), (D, H), (H, H), (H,).
    Book: chapter 6, "Back through time".
    """
    dh = np.asarray(dh, dtype=float)
    x, Wx, Wh, states = cache
    dx, dWx, dWh, db = np.zeros_like(x), np.zeros_like(Wx), np.zeros_like(Wh), np.zeros(len(Wh))
    dh_next = np.zeros_like(states[:, 0])  # no gradient comes from after the last state
    for t in reversed(range(x.shape[1])):
        before, after = states[:, t], states[:, t + 1]
        dz = (dh[:, t] + dh_next) * (1.0 - after**2)
        dx[:, t] = dz @ Wx.T
        dWx += x[:, t].T @ dz
        dWh += before.T @ dz
        db += dz.sum(axis=0)
        dh_next = dz @ Wh.T
    return dx, dh_next, dWx, dWh, db


def lstm_step_forward(
    x: ArrayLike, h: ArrayLike, c: ArrayLike, Wx: ArrayLike, Wh: ArrayLike, b: ArrayLike
) -> tuple[Array, Array, LstmCache]:
    """Compute one step of a long short-term memory.

    x: (N, D) input, h: (N, H) state, c: (N, H) cell, Wx: (D, 4H), Wh: (H, 4H), b: (4H,), with the
    columns of the gates i, f, o and of the candidate g in this order.
    Returns (h, c, cache): the new state and the new cell, float64 (N, H) each; the cache is
    for `lstm_step_backward`.
    Book: chapter 6, "A cell that remembers", after Hochreiter and Schmidhuber (1997).
    """
    x, h, c, Wx, Wh = (np.asarray(v, dtype=float) for v in (x, h, c, Wx, Wh))
    z_i, z_f, z_o, z_g = np.split(x @ Wx + h @ Wh + b, 4, axis=1)
    i, _ = sigmoid_forward(z_i)
    f, _ = sigmoid_forward(z_f)
    o, _ = sigmoid_forward(z_o)
    g, _ = tanh_forward(z_g)
    c_new = f * c + i * g
    tanh_c, _ = tanh_forward(c_new)
    return o * tanh_c, c_new, (x, h, c, Wx, Wh, i, f, o, g, tanh_c)


def lstm_step_backward(dh: ArrayLike, dc: ArrayLike, cache: LstmCache) -> tuple[Array, ...]:
    """Compute the gradients of the loss with respect to the six inputs of `lstm_step_forward`.

    dh, dc: (N, H) upstream gradients with respect to the new state and to the new cell.
    Returns (dx, dh, dc, dWx, dWh, db), float64: (N, D), (N, H), (N, H), (D, 4H), (H, 4H), (4H,).
    Book: chapter 6, "A cell that remembers".
    """
    dh, dc = np.asarray(dh, dtype=float), np.asarray(dc, dtype=float)
    x, h, c, Wx, Wh, i, f, o, g, tanh_c = cache
    dc = dc + tanh_backward(dh * o, tanh_c)  # the new cell acts on the loss on two paths
    dz_i = sigmoid_backward(dc * g, i)
    dz_f = sigmoid_backward(dc * c, f)
    dz_o = sigmoid_backward(dh * tanh_c, o)
    dz_g = tanh_backward(dc * i, g)
    dz = np.hstack([dz_i, dz_f, dz_o, dz_g])
    return dz @ Wx.T, dz @ Wh.T, dc * f, x.T @ dz, h.T @ dz, dz.sum(axis=0)
