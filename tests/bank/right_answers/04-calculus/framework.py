"""Style "framework": someone who comes from PyTorch. A tape of small nodes for the chain, SimpleNamespace contexts, own
copies changed in place, keepdims everywhere, one normalisation module with an axis for batch and layer."""

import math
from types import SimpleNamespace

import numpy as np


def tensor(a):
    """An own float64 copy, free to be written into."""
    return np.array(a, dtype=np.float64, order="C")


def chain_rule_toy(params, x, y):
    w1, b1, w2, b2, w3, b3, w4, b4 = (
        float(p) for p in np.asarray(params, dtype=np.float64).reshape(-1)
    )
    tape = []

    def link(w, b, a, activation, slope):
        z = w * a + b
        out = activation(z)
        tape.append(SimpleNamespace(w=w, a=a, slope=slope(z, out)))
        return out

    def sech2(z, _):
        e = np.exp(-2.0 * abs(z))
        return 4.0 * e / (1.0 + e) ** 2

    h = link(w1, b1, float(x), np.tanh, sech2)
    h = link(w2, b2, h, np.exp, lambda z, out: out)
    h = link(w3, b3, h, np.sin, lambda z, out: np.cos(z))
    yhat = link(w4, b4, h, lambda z: z, lambda z, out: 1.0)
    diff = yhat - float(y)

    grads, grad = np.zeros((4, 2)), 2.0 * diff
    for i in reversed(range(4)):
        node = tape.pop()
        grad = grad * node.slope
        grads[i] += (grad * node.a, grad)
        grad = grad * node.w
    return diff**2, grads.reshape(-1)


def jacobian(f, x, h=1e-5):
    x = tensor(x)

    def column(i):
        up, down = x.copy(), x.copy()
        up[i] += h
        down[i] -= h
        high, low = tensor(f(up)), tensor(f(down))
        high -= low
        high /= 2 * h
        return high.reshape(-1)

    return np.stack([column(i) for i in range(x.size)], axis=1)


def softmax_jacobian(s):
    s = np.asarray(s, dtype=np.float64)
    J = np.eye(s.size)
    J -= s.reshape(1, -1)
    J *= s.reshape(-1, 1)
    return J


def softmax_backward(dout, s):
    grad, s = tensor(dout), np.asarray(s, dtype=np.float64)
    grad -= (grad * s).sum(axis=1, keepdims=True)
    grad *= s
    return grad


class Sigmoid:
    def forward(self, z):
        self.e = np.exp(-np.abs(z))
        return np.where(z >= 0, 1.0, self.e) / (1.0 + self.e)

    def backward(self, grad):
        return grad * (self.e / np.square(1.0 + self.e))


class Linear:
    def __init__(self, W, b):
        self.weight, self.bias = tensor(W), tensor(b)

    def forward(self, a):
        self.saved = a
        return a @ self.weight + self.bias

    def backward(self, delta):
        self.grads = (self.saved.T @ delta, delta.sum(axis=0, keepdims=True).reshape(-1))
        return delta @ self.weight.T


def layer_deltas(params, x, y):
    model = [(Linear(W, b), Sigmoid()) for W, b in params]
    a = tensor(x)
    for linear, sigmoid in model:
        a = sigmoid.forward(linear.forward(a))
    grad = a - np.asarray(y, dtype=np.float64)
    grad /= grad.shape[0]
    deltas = [None] * len(model)
    for i in reversed(range(len(model))):
        linear, sigmoid = model[i]
        deltas[i] = sigmoid.backward(grad)
        grad = linear.backward(deltas[i])
    return deltas, [linear.grads for linear, _ in model]


def unbroadcast(grad, shape):
    grad = tensor(grad)
    shape = tuple(shape)
    padded = (1,) * (grad.ndim - len(shape)) + shape
    axes = tuple(i for i, size in enumerate(padded) if size == 1)
    return grad.sum(axis=axes, keepdims=True).reshape(shape)


def grad_check(f, params, grads, h=1e-5):
    def central(p, i):
        old = p.flat[i]
        try:
            p.flat[i] = old + h
            high = float(f())
            p.flat[i] = old - h
            low = float(f())
        finally:
            p.flat[i] = old
        return (high - low) / (2 * h)

    worst = [0.0]
    for p, g in zip(params, grads):
        a = tensor(g).reshape(-1)
        n = np.array([central(p, i) for i in range(p.size)])
        with np.errstate(all="ignore"):
            error = np.abs(a - n) / np.maximum(1e-8, np.abs(a) + np.abs(n))
        worst.extend(error.tolist())
    worst = np.array(worst)
    return math.inf if np.isnan(worst).any() else float(worst.max())


class Normalise:
    """Mean and variance over `axis`: 0 for a batch, 1 for a layer. The context is what backward needs."""

    @staticmethod
    def forward(x, gamma, beta, eps, axis):
        x_hat = tensor(x)
        gamma = tensor(gamma).reshape(1, -1)
        x_hat -= x_hat.mean(axis=axis, keepdims=True)
        var = np.square(x_hat).mean(axis=axis, keepdims=True)
        inv_std = 1.0 / np.sqrt(var + eps)
        x_hat *= inv_std
        out = x_hat * gamma
        out += np.asarray(beta, dtype=np.float64)
        return out, SimpleNamespace(x_hat=x_hat, inv_std=inv_std, gamma=gamma, axis=axis)

    @staticmethod
    def backward(ctx, dout):
        dout = np.asarray(dout, dtype=np.float64)
        dgamma = (dout * ctx.x_hat).sum(axis=0)
        dbeta = dout.sum(axis=0)
        dx = dout * ctx.gamma
        along = (dx * ctx.x_hat).mean(axis=ctx.axis, keepdims=True)
        dx -= dx.mean(axis=ctx.axis, keepdims=True)
        dx -= ctx.x_hat * along
        dx *= ctx.inv_std
        return dx, dgamma, dbeta


def batchnorm_forward(x, gamma, beta, eps):
    return Normalise.forward(x, gamma, beta, eps, axis=0)


def batchnorm_backward(dout, cache):
    return Normalise.backward(cache, dout)


def layernorm_forward(x, gamma, beta, eps):
    return Normalise.forward(x, gamma, beta, eps, axis=1)


def layernorm_backward(dout, cache):
    return Normalise.backward(cache, dout)


def batchnorm_eval_forward(x, gamma, beta, mean, var, eps):
    x_hat = tensor(x)
    x_hat -= mean
    inv_std = 1.0 / np.sqrt(np.asarray(var, dtype=np.float64) + eps)
    x_hat *= inv_std
    gamma = tensor(gamma)
    return x_hat * gamma + beta, SimpleNamespace(x_hat=x_hat, scale=gamma * inv_std)


def batchnorm_eval_backward(dout, cache):
    dout = np.asarray(dout, dtype=np.float64)
    dgamma = np.einsum("nd,nd->d", dout, cache.x_hat)
    return [dout * cache.scale, dgamma, dout.sum(axis=0)]


class Dual:
    __array_ufunc__ = None  # a NumPy number on the left leaves the work to us

    def __init__(self, value, slope=0.0):
        self.value, self.slope = float(value), float(slope)

    @staticmethod
    def lift(other):
        return other if isinstance(other, Dual) else Dual(other)

    def apply(self, value, local_slope):
        return Dual(value, local_slope * self.slope)

    def __add__(self, other):
        other = Dual.lift(other)
        return Dual(self.value + other.value, self.slope + other.slope)

    def __mul__(self, other):
        other = Dual.lift(other)
        return Dual(self.value * other.value, self.slope * other.value + self.value * other.slope)

    def __truediv__(self, other):
        other = Dual.lift(other)
        quotient = self.value / other.value
        return Dual(quotient, (self.slope - quotient * other.slope) / other.value)

    def __pow__(self, n):
        local = n * self.value ** (n - 1) if n != 0 else 0.0
        return self.apply(self.value**n, local)

    __radd__, __rmul__ = __add__, __mul__

    def __neg__(self):
        return self.apply(-self.value, -1.0)

    def __sub__(self, other):
        return self + (-Dual.lift(other))

    def __rsub__(self, other):
        return (-self) + other

    def __rtruediv__(self, other):
        return Dual.lift(other) / self

    def exp(self):
        out = np.exp(self.value)
        return self.apply(out, out)

    def tanh(self):
        out = math.tanh(self.value)
        return self.apply(out, 1.0 - out * out)

    def relu(self):
        mask = float(self.value > 0)
        return self.apply(self.value if mask else 0.0, mask)

    def __repr__(self):
        return f"Dual({self.value}, {self.slope})"
