"""Style "framework": someone who comes from PyTorch. A Function has a static forward that writes what backward needs
into a context (the cache); in-place arithmetic on own copies, out=, keepdims everywhere, blocked products."""

from types import SimpleNamespace

import numpy as np


def tensor(a):
    """An own float64 copy, free to be written into."""
    return np.array(a, dtype=np.float64)


class Function:
    @classmethod
    def apply(cls, *args):
        ctx = SimpleNamespace(saved_tensors=(), name=cls.__name__)
        return cls.forward(ctx, *args), ctx


class Linear(Function):
    @staticmethod
    def forward(ctx, x, W, b):
        x, W, b = tensor(x), tensor(W), tensor(b)
        ctx.saved_tensors = (x, W)
        out = np.empty((x.shape[0], W.shape[1]))
        block = 4
        for start in range(0, x.shape[0], block):
            np.matmul(x[start : start + block], W, out=out[start : start + block])
        out += b
        return out


class ReLU(Function):
    @staticmethod
    def forward(ctx, x):
        x = tensor(x)
        mask = (x > 0).astype(np.float64)
        ctx.saved_tensors = (mask,)
        return np.where(mask == 1, x, 0.0)


class Sigmoid(Function):
    @staticmethod
    def forward(ctx, x):
        x = tensor(x)
        # sigmoid(x) = (1 + tanh(x / 2)) / 2 is off by rounding only, and tanh never overflows
        out = np.asarray(np.tanh(x * 0.5))
        out += 1.0
        out *= 0.5
        ctx.saved_tensors = (out,)
        return out


class Tanh(Function):
    @staticmethod
    def forward(ctx, x):
        out = tensor(x)
        np.tanh(out, out=out)
        ctx.saved_tensors = (out,)
        return out


def linear_forward(x, W, b):
    return Linear.apply(x, W, b)


def relu_forward(x):
    return ReLU.apply(x)


def sigmoid_forward(x):
    return Sigmoid.apply(x)


def tanh_forward(x):
    return Tanh.apply(x)


def logsumexp(z, axis=1):
    """Returns z shifted by the maximum along axis, and the log of the sum of its exponentials, axis kept."""
    with np.errstate(over="ignore"):  # -inf is as good as any other very negative number here
        shifted = z - z.max(axis=axis, keepdims=True)
    return shifted, np.log(np.exp(shifted).sum(axis=axis, keepdims=True))


def softmax(z):
    shifted, lse = logsumexp(tensor(z))
    out = np.exp(shifted - lse)
    out /= out.sum(axis=1, keepdims=True)
    return out


def log_probabilities(z):
    shifted, lse = logsumexp(tensor(z))
    np.maximum(shifted, -np.finfo(np.float64).max, out=shifted)
    shifted -= lse
    return shifted


class MSELoss:
    def __call__(self, pred, y):
        pred, y = tensor(pred), tensor(y)
        if pred.shape != y.shape:
            raise ValueError(f"shapes differ: {pred.shape} and {y.shape}")
        diff = pred.reshape(-1)
        diff -= y.reshape(-1)
        return diff.dot(diff) / diff.size


class CrossEntropyLoss:
    def __call__(self, logits, y):
        log_p = log_probabilities(logits)
        y = np.asarray(y).astype(np.int64).reshape(-1, 1)
        nll = -np.take_along_axis(log_p, y, axis=1)  # torch.gather
        return nll.mean(keepdims=True).reshape(-1)[0]


def mse(pred, y):
    return MSELoss()(pred, y)


def cross_entropy(logits, y):
    return CrossEntropyLoss()(logits, y)


class Sequential:
    """Linear layers with ReLU between them."""

    def __init__(self, params):
        self.params = list(params)

    def forward(self, x):
        tape = []

        def run(function, *args):
            out, ctx = function.apply(*args)
            tape.append(ctx)
            return out

        out = tensor(x)
        for i, (W, b) in enumerate(self.params):
            if i > 0:
                out = run(ReLU, out)
            out = run(Linear, out, W, b)
        return out, tape


def mlp_forward(params, x):
    return Sequential(params).forward(x)


def count_evaluations(widths):
    widths = [int(width) for width in widths]

    def walk(layers):
        one = 0
        for fan_in, _ in layers:
            one = 1 + fan_in * one
        return one

    layers = list(zip(widths[:-1], widths[1:]))
    return widths[-1] * walk(layers), sum(fan_out for _, fan_out in layers)
