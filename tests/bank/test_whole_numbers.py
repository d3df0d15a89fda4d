"""Right answers that only arrays of integers break: full marks, and a remark with the cure.

Students write these often, because `np.zeros_like(x)` and `-=` on a copy are right for floats.
"""

import numpy as np
import pytest

import backprop as bp
from autograder.bank import QUESTIONS
from autograder.bank.inputs import WHOLE_NUMBERS
from support.answers import REFERENCE, key, marked


def neuron(x, w, b):
    products = np.zeros_like(x)
    for k in range(x.shape[0]):
        products[k] = x[k] * w[k]
    return bp.sigmoid(products.sum() + b)


def layer(x, W, b):
    z = np.zeros((len(x), W.shape[1]), dtype=x.dtype)
    for n in range(len(x)):
        z[n] = x[n] @ W + b
    return bp.sigmoid(z)


def perceptron_update(w, b, x, y, lr):
    s = 0
    for j in range(len(w)):
        s += w[j] * x[j]
    s += b
    out = 1 if s > 0 else 0
    new = w.copy()
    for j in range(len(w)):
        new[j] = w[j] + lr * (y - out) * x[j]
    return new, b + lr * (y - out)


def linear_forward(x, W, b):
    x = np.array(x)
    scores = np.empty((x.shape[0], W.shape[1]), dtype=x.dtype)
    for row in range(x.shape[0]):
        scores[row] = x[row].dot(W) + b
    return scores, (x, W)


def sigmoid_forward(x):
    x = np.asarray(x)
    s = np.zeros_like(x)
    pos = x >= 0
    neg = np.logical_not(pos)
    s[pos] = 1 / (1 + np.exp(-x[pos]))
    tmp = np.exp(x[neg])
    s[neg] = tmp / (1 + tmp)
    return s, s


def tanh_forward(x):
    x = np.asarray(x)
    out = np.empty_like(x)
    for pos in np.ndindex(x.shape):
        out[pos] = np.tanh(x[pos])
    return out, x


def softmax(z):
    p = np.copy(z)
    for i in range(p.shape[0]):
        top = np.exp(p[i] - max(p[i]))
        p[i] = top / np.sum(top)
    return p


def mse(pred, y):
    errors = np.zeros_like(pred)
    flat = errors.ravel()
    for i, (a, b) in enumerate(zip(np.ravel(pred), np.ravel(y), strict=True)):
        flat[i] = a - b
    return float((errors * errors).sum()) / errors.size


def linear_backward(dout, cache):
    x, W = cache
    N, D = x.shape
    dx = np.zeros((N, D), dtype=dout.dtype)
    dW = np.zeros(W.shape, dtype=dout.dtype)
    db = np.zeros(W.shape[1], dtype=dout.dtype)
    for j in range(W.shape[1]):
        db[j] = sum(dout[:, j])
        for i in range(D):
            dW[i, j] = sum(x[:, i] * dout[:, j])
    for n in range(N):
        dx[n] = W.dot(dout[n])
    return dx, dW, db


def sigmoid_backward(dout, cache):
    dx = np.zeros_like(dout)
    for pos, s in np.ndenumerate(cache):
        dx[pos] = dout[pos] * s * (1 - s)
    return dx


def mse_loss(pred, y):
    dpred = np.zeros_like(pred)
    total = 0.0
    for i in np.ndindex(pred.shape):
        e = pred[i] - y[i]
        total += e**2
        dpred[i] = 2 * e / pred.size
    return total / pred.size, dpred


def softmax_cross_entropy(logits, y):
    loss = 0.0
    grad = np.zeros_like(logits)
    N, C = logits.shape
    for n in range(N):
        z = logits[n] - logits[n].max()
        total = np.exp(z).sum()
        loss += np.log(total) - z[y[n]]
        for c in range(C):
            grad[n, c] = (np.exp(z[c]) / total - (c == y[n])) / N
    return loss / N, grad


def sgd_step(params, grads, lr):
    fresh = []
    for pair, dpair in zip(params, grads, strict=True):
        layer = []
        for p, dp in zip(pair, dpair, strict=True):
            q = np.empty_like(p)
            q[...] = p - lr * dp
            layer.append(q)
        fresh.append(tuple(layer))
    return fresh


def hinge_loss(scores, y, margin):
    d = np.zeros_like(scores)
    loss = 0.0
    n, k = scores.shape
    for i in range(n):
        missed = 0
        for j in range(k):
            gap = scores[i, j] - scores[i, y[i]] + margin
            if j != y[i] and gap > 0:
                loss += gap / n
                d[i, j] = 1 / n
                missed += 1
        d[i, y[i]] = -missed / n
    return loss, d


def chain_rule_toy(params, x, y):
    w1, b1, w2, b2, w3, b3, w4, b4 = params
    h1 = np.tanh(w1 * x + b1)
    h2 = np.exp(w2 * h1 + b2)
    z3 = w3 * h2 + b3
    h3 = np.sin(z3)
    pred = w4 * h3 + b4
    grads = np.zeros_like(params)
    d = 2 * (pred - y)
    grads[6], grads[7] = d * h3, d
    d = d * w4 * np.cos(z3)
    grads[4], grads[5] = d * h2, d
    d = d * w3 * h2
    grads[2], grads[3] = d * h1, d
    d = d * w2 * (1 - h1**2)
    grads[0], grads[1] = d * x, d
    return (pred - y) ** 2, grads


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
    neuron,
    layer,
    perceptron_update,
    linear_forward,
    sigmoid_forward,
    tanh_forward,
    softmax,
    mse,
    linear_backward,
    sigmoid_backward,
    mse_loss,
    softmax_cross_entropy,
    sgd_step,
    hinge_loss,
    chain_rule_toy,
    adam_step,
    momentum_step,
    rmsprop_step,
    dropout_forward,
    clip_by_global_norm,
    rnn_forward,
    rnn_backward,
)


# Arguments that are integers by their nature, and the questions whose texts speak of integers.
LABELS_IDS_AND_BITS = {"y", "y_train", "ids", "edges"}
GATES = {"gate_weights", "xor_network", "half_adder"}
TAUGHT = {"sigmoid", "numerical_gradient", "jacobian"}


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


def holds_integers(value):
    if isinstance(value, list | tuple):
        return any(map(holds_integers, value))
    return isinstance(value, np.ndarray) and value.dtype.kind in "iu"


@pytest.mark.parametrize("question", [id for id in QUESTIONS if id not in GATES | TAUGHT])
def test_cases_with_arrays_of_integers_cost_nothing(question):
    for case in key(question, 0).cases:
        found = {name for name, value in case.inputs.items() if holds_integers(value)}
        assert found <= LABELS_IDS_AND_BITS or case.advice, case.note


def sigmoid(z):
    out = np.zeros_like(z)
    out[...] = bp.sigmoid(z)
    return out if np.ndim(z) else out.item()


def numerical_gradient(f, x, h=1e-5):
    grad = np.zeros_like(x)
    for i in np.ndindex(x.shape):
        e = np.zeros(x.shape)
        e[i] = h
        grad[i] = (f(x + e) - f(x - e)) / (2 * h)
    return grad


def jacobian(f, x, h=1e-5):
    shifted, columns = x.copy(), []
    for j in range(len(x)):
        shifted[j] += h
        above = f(shifted)
        shifted[j] = x[j] - h
        columns.append((above - f(shifted)) / (2 * h))
        shifted[j] = x[j]
    return np.stack(columns, axis=1)


@pytest.mark.parametrize(
    ("answer", "points"), [(sigmoid, 1), (numerical_gradient, 3), (jacobian, 1)]
)
def test_integers_cost_one_part_where_the_text_speaks_of_them(answer, points, any_seed):
    name = answer.__name__
    verdict = marked(name, any_seed, {**REFERENCE, name: answer})
    assert (verdict.score, verdict.misconception) == (points, "integers-truncated")
