"""Right answers that only arrays of integers break: full marks, and a remark with the cure.

Students write these often, because `np.zeros_like(x)` and `-=` on a copy are right for floats.
"""

import numpy as np
import pytest

from autograder.bank.inputs import WHOLE_NUMBERS
from support.answers import REFERENCE, marked


def adam_step(w, dw, state, lr, beta1, beta2, eps):
    w = w.copy()
    t = state.get("t", 0) + 1
    m = beta1 * state.get("m", 0.0) + (1 - beta1) * dw
    v = beta2 * state.get("v", 0.0) + (1 - beta2) * dw**2
    w -= lr * (m / (1 - beta1**t)) / (np.sqrt(v / (1 - beta2**t)) + eps)
    return w, {"t": t, "m": m, "v": v}


def momentum_step(w, dw, state, lr, mu):
    v = state.get("v", np.zeros_like(w)).copy()
    v *= mu
    v -= lr * dw
    return w + v, {"v": v}


def rmsprop_step(w, dw, state, lr, decay, eps):
    c = np.zeros_like(w)
    c[...] = decay * state.get("c", c) + (1 - decay) * dw**2
    return w - lr * dw / (np.sqrt(c) + eps), {"c": c}


def dropout_forward(x, p_keep, rng):
    keep = rng.random(x.shape) < p_keep
    out = np.zeros_like(x)
    out[keep] = x[keep] / p_keep
    return out, keep / p_keep


def clip_by_global_norm(grads, max_norm):
    norm = np.sqrt(sum(np.sum(g**2) for g in grads))
    clipped = [np.empty_like(g) for g in grads]
    for new, g in zip(clipped, grads, strict=True):
        new[...] = g * min(1.0, max_norm / norm) if norm > 0 else g
    return clipped, norm


def rnn_forward(x, h0, Wx, Wh, b):
    states = [h0]
    for t in range(x.shape[1]):
        h = np.empty_like(h0)
        h[...] = np.tanh(x[:, t] @ Wx + states[-1] @ Wh + b)
        states.append(h)
    return np.stack(states[1:], axis=1), (x, Wx, Wh, np.stack(states, axis=1))


def rnn_backward(dh, cache):
    x, Wx, Wh, states = cache
    dx, dWx, dWh, db = np.zeros_like(x), np.zeros_like(Wx), np.zeros_like(Wh), np.zeros(len(Wh))
    carried = np.zeros_like(states[:, 0])
    for t in reversed(range(x.shape[1])):
        dz = (dh[:, t] + carried) * (1 - states[:, t + 1] ** 2)
        dx[:, t] = dz @ Wx.T
        dWx += x[:, t].T @ dz
        dWh += states[:, t].T @ dz
        db += dz.sum(axis=0)
        carried = dz @ Wh.T
    return dx, carried, dWx, dWh, db


ANSWERS = (
    adam_step,
    momentum_step,
    rmsprop_step,
    dropout_forward,
    clip_by_global_norm,
    rnn_forward,
    rnn_backward,
)


@pytest.mark.parametrize("answer", ANSWERS, ids=lambda answer: answer.__name__)
def test_an_answer_that_only_integers_break_gets_full_marks_and_a_remark(answer, any_seed):
    code = {**REFERENCE, "rnn_forward": rnn_forward, answer.__name__: answer}
    verdict = marked(answer.__name__, any_seed, code)
    assert (verdict.verdict, verdict.remarks) == ("correct", (WHOLE_NUMBERS,))


def test_the_same_answer_without_its_copy_loses_marks():
    def in_place(w, dw, state, lr, mu):
        v = mu * state.get("v", 0.0) - lr * dw
        w += v
        return w, {"v": v}

    assert marked("momentum_step", 0, {**REFERENCE, "momentum_step": in_place}).score == 0
