"""Style "framework": someone who comes from PyTorch. Functions with a context, SimpleNamespace caches, buffers filled
in place, blocked attention, gates stacked in one matrix, reductions with keepdims, results as tuples or lists."""

from types import SimpleNamespace

import numpy as np


def tensor(a):
    """An own float64 copy, free to be written into."""
    return np.array(a, dtype=np.float64, order="C")


def vector_norm(arrays):
    """Length of all arrays as one long vector, without overflow or underflow of the squares."""
    flat = [np.abs(np.asarray(a, dtype=np.float64)).reshape(-1) for a in arrays]
    scale = max((a.max(initial=0.0) for a in flat), default=0.0)
    if scale == 0:
        return 0.0
    return float(scale * np.sqrt(sum(np.square(a / scale).sum() for a in flat)))


def logistic(x):
    e = np.exp(-np.abs(x))
    return np.where(x >= 0, 1.0, e) / (1.0 + e)


class Sigmoid:
    def forward(self, x):
        self.e = np.exp(-np.abs(x))
        return logistic(x)

    def backward(self, grad):
        return grad * (self.e / np.square(1.0 + self.e))


class Tanh:
    def forward(self, x):
        self.e = np.exp(-2.0 * np.abs(x))
        return np.tanh(x)

    def backward(self, grad):
        return grad * (4.0 * self.e / np.square(1.0 + self.e))


class ReLU:
    def forward(self, x):
        self.mask = x > 0
        return np.where(self.mask, x, 0.0)

    def backward(self, grad):
        return np.where(self.mask, grad, 0.0)


ACTIVATIONS = {"sigmoid": Sigmoid, "tanh": Tanh, "relu": ReLU}


def gradient_norms(weights, activation, x, dout):
    weights = [tensor(W) for W in weights]
    out, tape = tensor(x), []
    for W in weights:
        module = ACTIVATIONS[activation]()
        tape.append((out, W, module))
        out = module.forward(out @ W)

    grad = tensor(dout)
    norms = []
    while tape:
        a, W, module = tape.pop()
        grad = module.backward(grad)
        norms.append(vector_norm([a.T @ grad]))
        grad = grad @ W.T
    return norms[::-1]


def clip_by_global_norm(grads, max_norm):
    total_norm = vector_norm(grads)
    clipped = [tensor(g) for g in grads]
    if total_norm > max_norm:
        for g in clipped:
            g *= max_norm / total_norm
    return clipped, total_norm


def residual_forward(x, W1, W2):
    x, W1, W2 = tensor(x), tensor(W1), tensor(W2)
    relu = ReLU()
    hidden = relu.forward(x @ W1)
    out = hidden @ W2
    out += x
    return out, SimpleNamespace(x=x, W1=W1, W2=W2, hidden=hidden, relu=relu)


def residual_backward(dout, cache):
    dx = tensor(dout)
    grad_hidden = cache.relu.backward(dx @ cache.W2.T)
    dW2 = cache.hidden.T @ dx
    dW1 = cache.x.T @ grad_hidden
    dx += grad_hidden @ cache.W1.T
    return [dx, dW1, dW2]


def linear_forward(x, W, b):
    ctx = SimpleNamespace(saved_tensors=(tensor(x), tensor(W)))
    out = ctx.saved_tensors[0] @ ctx.saved_tensors[1]
    out += np.asarray(b, dtype=np.float64)
    return out, ctx


def linear_backward_input(dout, cache):
    _, W = cache.saved_tensors
    dout = np.asarray(dout, dtype=np.float64)
    grad_input = np.empty((dout.shape[0], W.shape[0]))
    np.matmul(dout, W.T, out=grad_input)
    return grad_input


def linear_backward_weight(dout, cache):
    x, W = cache.saved_tensors
    dout = np.asarray(dout, dtype=np.float64)
    # the bias is a weight of an input that is always 1
    augmented = np.concatenate([x, np.ones((x.shape[0], 1))], axis=1)
    stacked = augmented.T @ dout
    return [stacked[:-1].copy(), stacked[-1].reshape(-1)]


def checkpointed_gradient(layers, x, dout, every):
    layers = list(layers)
    starts = list(range(0, len(layers), every))

    def run(first, last, a):
        for layer in layers[first:last]:
            a = layer.forward(a)
        return a

    def checkpoints():
        kept = [x]
        for first, last in zip(starts, starts[1:]):
            kept.append(run(first, last, kept[-1]))
        return kept

    def backward_segment(first, a, grad):
        segment = layers[first : first + every]
        inputs = [a]
        del a
        for layer in segment[:-1]:
            inputs.append(layer.forward(inputs[-1]))
        segment_grads = []
        while segment:
            grad, dW = segment.pop().backward(grad, inputs.pop())
            segment_grads.append(dW)
        return grad, segment_grads

    grads, grad = [], dout
    kept = checkpoints()
    for first in reversed(starts):
        grad, segment_grads = backward_segment(first, kept.pop(), grad)
        grads.extend(segment_grads)
    return grad, grads[::-1]


class RNNCell:
    def __init__(self, Wx, Wh, b):
        self.Wx, self.Wh, self.b = tensor(Wx), tensor(Wh), tensor(b)

    def forward(self, x_projected, h, out):
        np.matmul(h, self.Wh, out=out)
        out += x_projected
        np.tanh(out, out=out)

    def backward(self, h_new, grad_h, out):
        np.multiply(h_new, h_new, out=out)
        np.subtract(1.0, out, out=out)
        out *= grad_h
        return out @ self.Wh.T


def rnn_forward(x, h0, Wx, Wh, b):
    x, h0 = tensor(x), tensor(h0)
    cell = RNNCell(Wx, Wh, b)
    N, T, _ = x.shape
    states = np.zeros((T + 1, N, h0.shape[1]))  # time first, as nn.RNN does
    states[0] = h0
    projected = x @ cell.Wx + cell.b
    for t in range(T):
        cell.forward(projected[:, t], states[t], out=states[t + 1])
    return states[1:].transpose(1, 0, 2).copy(), SimpleNamespace(x=x, states=states, cell=cell)


def rnn_backward(dh, cache):
    cell, states = cache.cell, cache.states
    dh = np.asarray(dh, dtype=np.float64).transpose(1, 0, 2)
    T, N, H = dh.shape
    D = cache.x.shape[2]
    dz = np.empty((T, N, H))
    carry = np.zeros((N, H))
    for t in reversed(range(T)):
        carry += dh[t]
        carry = cell.backward(states[t + 1], carry, out=dz[t])
    flat = dz.reshape(-1, H)
    dx = (dz @ cell.Wx.T).transpose(1, 0, 2)
    dWx = cache.x.transpose(1, 0, 2).reshape(-1, D).T @ flat
    dWh = states[:-1].reshape(-1, H).T @ flat
    db = flat.sum(axis=0, keepdims=True).reshape(-1)
    return dx, carry, dWx, dWh, db


class ScaledDotProduct:
    """Queries in blocks; only the running maximum's log-sum is saved and the weights are computed again."""

    block = 2

    def forward(self, Q, K, V):
        self.Q, self.K, self.V = tensor(Q), tensor(K), tensor(V)
        self.scale = float(self.Q.shape[1]) ** -0.5
        out = np.empty((self.Q.shape[0], self.V.shape[1]))
        for rows in self.blocks():
            np.matmul(self.weights(rows), self.V, out=out[rows])
        return out

    def blocks(self):
        for start in range(0, self.Q.shape[0], self.block):
            yield slice(start, start + self.block)

    def weights(self, rows):
        scores = self.Q[rows] @ self.K.T
        scores *= self.scale
        scores -= scores.max(axis=1, keepdims=True)
        np.exp(scores, out=scores)
        scores /= scores.sum(axis=1, keepdims=True)
        return scores

    def backward(self, grad):
        dQ, dK, dV = np.zeros_like(self.Q), np.zeros_like(self.K), np.zeros_like(self.V)
        for rows in self.blocks():
            P = self.weights(rows)
            dV += P.T @ grad[rows]
            dS = grad[rows] @ self.V.T
            dS -= (dS * P).sum(axis=1, keepdims=True)
            dS *= P
            dS *= self.scale
            dQ[rows] = dS @ self.K
            dK += dS.T @ self.Q[rows]
        return dQ, dK, dV


def attention_forward(Q, K, V):
    module = ScaledDotProduct()
    return module.forward(Q, K, V), module


def attention_backward(dout, cache):
    return cache.backward(tensor(dout))


def lstm_step_forward(x, h, c, Wx, Wh, b):
    x, h, c = tensor(x), tensor(h), tensor(c)
    H = h.shape[1]
    W = np.concatenate([tensor(Wx), tensor(Wh)], axis=0)  # one matrix for [x, h]
    xh = np.concatenate([x, h], axis=1)
    gates = xh @ W
    gates += np.asarray(b, dtype=np.float64)
    gates[:, : 3 * H] = logistic(gates[:, : 3 * H])
    np.tanh(gates[:, 3 * H :], out=gates[:, 3 * H :])
    i, f, o, g = np.split(gates, 4, axis=1)
    c_new = f * c + i * g
    tanh_c = np.tanh(c_new)
    cache = SimpleNamespace(xh=xh, W=W, gates=gates, c=c, tanh_c=tanh_c, D=x.shape[1])
    return o * tanh_c, c_new, cache


def lstm_step_backward(dh, dc, cache):
    i, f, o, g = np.split(cache.gates, 4, axis=1)
    dh = np.asarray(dh, dtype=np.float64)
    dc = tensor(dc)
    dc += dh * o * (1.0 - np.square(cache.tanh_c))
    dz = np.concatenate([dc * g, dc * cache.c, dh * cache.tanh_c, dc * i], axis=1)
    H = dc.shape[1]
    slope = np.concatenate(
        [cache.gates[:, : 3 * H] * (1 - cache.gates[:, : 3 * H]), 1 - g * g], axis=1
    )
    dz *= slope
    dW = cache.xh.T @ dz
    dxh = dz @ cache.W.T
    D = cache.D
    return dxh[:, :D], dxh[:, D:], dc * f, dW[:D], dW[D:], dz.sum(axis=0)


def feedback_alignment_grads(W1, W2, B, x, y):
    class FeedbackLinear:
        """A linear layer whose backward pass goes through another matrix."""

        def __init__(self, weight, feedback):
            self.weight, self.feedback = tensor(weight), tensor(feedback)

        def forward(self, a):
            self.a = a
            return a @ self.weight

        def backward(self, grad):
            return grad @ self.feedback, self.a.T @ grad

    first, second = FeedbackLinear(W1, np.transpose(W1)), FeedbackLinear(W2, B)
    h = np.tanh(first.forward(tensor(x)))
    grad = second.forward(h)
    grad -= y
    grad /= grad.shape[0]
    grad, dW2 = second.backward(grad)
    grad *= 1.0 - h * h
    _, dW1 = first.backward(grad)
    return dW1, dW2


def forward_forward_loss(W, b, x_pos, x_neg, theta):
    x = np.concatenate([tensor(x_pos), tensor(x_neg)], axis=0)  # torch.cat
    n_pos, n_neg = len(x_pos), len(x_neg)
    sign = np.repeat([-1.0, 1.0], [n_pos, n_neg]).reshape(-1, 1)
    weight = np.repeat([1.0 / n_pos, 1.0 / n_neg], [n_pos, n_neg]).reshape(-1, 1)
    relu = ReLU()
    h = relu.forward(x @ tensor(W) + tensor(b))
    u = sign * (np.square(h).sum(axis=1, keepdims=True) - theta)
    softplus = np.maximum(u, 0.0) + np.log1p(np.exp(-np.abs(u)))
    loss = (weight * softplus).sum()
    dgoodness = weight * sign * logistic(u)
    dz = relu.backward(2.0 * h * dgoodness)
    return loss, x.T @ dz, dz.sum(axis=0)


def hessian_vector_product(grad, x, v, h=1e-5):
    x, v = tensor(x), tensor(v)

    def grad_at(step):
        return tensor(grad(x + step * v))

    product = grad_at(h)
    product -= grad_at(-h)
    product /= 2 * h
    return product
