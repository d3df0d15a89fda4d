"""Style "framework": someone who comes from PyTorch. Autograd with Functions and contexts, optimiser classes whose
state is changed in place, unfold and fold for convolution and pooling, modules with saved tensors, float32 training."""

import math
from types import SimpleNamespace

import numpy as np


def tensor(a):
    """An own float64 copy, free to be written into."""
    return np.array(a, dtype=np.float64, order="C")


# ---------------------------------------------------------------- autograd


def topological_order(root):
    order, seen, stack = [], {id(root)}, [(root, iter(root.parents))]

    def push(node):
        seen.add(id(node))
        stack.append((node, iter(node.parents)))

    while stack:
        node, remaining = stack[-1]
        for parent in remaining:
            if id(parent) not in seen:
                push(parent)
                break
        else:
            stack.pop()
            order.append(node)
    return order


class Function:
    """forward(ctx, *numbers) -> number; backward(ctx, grad_output) -> one gradient for each number."""

    @classmethod
    def apply(cls, *inputs, **settings):
        parents = tuple(v if isinstance(v, Value) else Value(v) for v in inputs)
        ctx = SimpleNamespace(saved=None, **settings)
        out = Value(cls.forward(ctx, *(p.data for p in parents)))
        out.parents = parents
        out.grad_fn = (cls, ctx)
        return out


class Add(Function):
    @staticmethod
    def forward(ctx, a, b):
        return a + b

    @staticmethod
    def backward(ctx, grad_output):
        return grad_output, grad_output


class Mul(Function):
    @staticmethod
    def forward(ctx, a, b):
        ctx.saved = a, b
        return a * b

    @staticmethod
    def backward(ctx, grad_output):
        a, b = ctx.saved
        return grad_output * b, grad_output * a


class Div(Function):
    @staticmethod
    def forward(ctx, a, b):
        ctx.saved = a, b
        return a / b

    @staticmethod
    def backward(ctx, grad_output):
        a, b = ctx.saved
        return grad_output / b, -grad_output * (a / b) / b


class Pow(Function):
    @staticmethod
    def forward(ctx, a):
        ctx.saved = (a,)
        return a**ctx.exponent

    @staticmethod
    def backward(ctx, grad_output):
        (a,), n = ctx.saved, ctx.exponent
        return (grad_output * n * a ** (n - 1) if n != 0 else 0.0,)


class Exp(Function):
    @staticmethod
    def forward(ctx, a):
        ctx.saved = np.exp(a)
        return ctx.saved

    @staticmethod
    def backward(ctx, grad_output):
        return (grad_output * ctx.saved,)


class Tanh(Function):
    @staticmethod
    def forward(ctx, a):
        ctx.saved = math.tanh(a)
        return ctx.saved

    @staticmethod
    def backward(ctx, grad_output):
        return (grad_output * (1.0 - ctx.saved * ctx.saved),)


class ReLU(Function):
    @staticmethod
    def forward(ctx, a):
        ctx.saved = 1.0 if a > 0 else 0.0
        return max(a, 0.0)

    @staticmethod
    def backward(ctx, grad_output):
        return (grad_output * ctx.saved,)


class Value:
    __array_ufunc__ = None  # a NumPy number on the left leaves the work to us

    def __init__(self, data):
        self.data = float(data)
        self.grad = 0.0
        self.parents = ()
        self.grad_fn = None

    def __add__(self, other):
        return Add.apply(self, other)

    def __radd__(self, other):
        return Add.apply(other, self)

    def __mul__(self, other):
        return Mul.apply(self, other)

    def __rmul__(self, other):
        return Mul.apply(other, self)

    def __truediv__(self, other):
        return Div.apply(self, other)

    def __rtruediv__(self, other):
        return Div.apply(other, self)

    def __neg__(self):
        return Mul.apply(self, -1.0)

    def __sub__(self, other):
        return Add.apply(self, -other)

    def __rsub__(self, other):
        return Add.apply(other, -self)

    def __pow__(self, exponent):
        return Pow.apply(self, exponent=exponent)

    def exp(self):
        return Exp.apply(self)

    def tanh(self):
        return Tanh.apply(self)

    def relu(self):
        return ReLU.apply(self)

    def backward(self, gradient=1.0):
        # What belongs to this call travels in `incoming`; .grad only collects.
        incoming = {id(self): float(gradient)}
        for node in reversed(topological_order(self)):
            grad_output = incoming.pop(id(node))
            node.grad += float(grad_output)
            if node.grad_fn is None:
                continue
            function, ctx = node.grad_fn
            for parent, grad in zip(node.parents, function.backward(ctx, grad_output)):
                incoming[id(parent)] = incoming.get(id(parent), 0.0) + grad

    def __repr__(self):
        return f"Value({self.data}, grad={self.grad})"


# ---------------------------------------------------------------- training


def initialise(widths, rng, scheme):
    def std(fan_in, fan_out):
        if scheme == "he":
            return math.sqrt(2.0 / fan_in)
        if scheme == "xavier":
            return math.sqrt(2.0 / (fan_in + fan_out))
        raise ValueError(scheme)

    params = []
    for fan_in, fan_out in zip(widths[:-1], widths[1:]):
        W = rng.standard_normal((fan_in, fan_out))
        W *= std(fan_in, fan_out)
        params.append([W, np.zeros(fan_out)])
    return params


class Optimizer:
    """Buffers live in the state of one parameter and are changed in place; the parameter is not."""

    def __init__(self, state, w, *names):
        if not state:
            state["step"] = 0
            state.update({name: np.zeros(np.shape(w)) for name in names})
        state["step"] += 1
        self.state = state

    def ema_(self, name, value, decay):
        buffer = self.state[name]
        buffer *= decay
        buffer += (1.0 - decay) * value
        return buffer


def momentum_step(w, dw, state, lr, mu):
    optimizer = Optimizer(state, w, "velocity")
    v = optimizer.state["velocity"]
    v *= mu
    v -= lr * np.asarray(dw, dtype=np.float64)
    return np.add(w, v), state


def rmsprop_step(w, dw, state, lr, decay, eps):
    dw = np.asarray(dw, dtype=np.float64)
    square_avg = Optimizer(state, w, "square_avg").ema_("square_avg", dw * dw, decay)
    denominator = np.sqrt(square_avg) + eps
    return [w - lr * dw / denominator, state]


def adam_step(w, dw, state, lr, beta1, beta2, eps):
    dw = np.asarray(dw, dtype=np.float64)
    optimizer = Optimizer(state, w, "exp_avg", "exp_avg_sq")
    m = optimizer.ema_("exp_avg", dw, beta1)
    v = optimizer.ema_("exp_avg_sq", dw * dw, beta2)
    t = state["step"]
    m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
    return w - lr * m_hat / (np.sqrt(v_hat) + eps), state


class Dropout:
    def __init__(self, p_keep, rng):
        self.p_keep, self.rng = p_keep, rng

    def forward(self, x):
        x = np.asarray(x, dtype=np.float64)
        self.mask = np.asarray(self.rng.random(x.shape) < self.p_keep).astype(np.float64)
        self.mask /= self.p_keep
        return x * self.mask

    def backward(self, grad):
        return self.mask * grad


def dropout_forward(x, p_keep, rng):
    module = Dropout(p_keep, rng)
    return module.forward(x), module


def dropout_backward(dout, cache):
    return cache.backward(dout)


# ---------------------------------------------------------------- convolution


class Unfold:
    """Windows of (N, C, H, W) as columns (N, C, HH * WW, L), and their adjoint."""

    def __init__(self, kernel, stride, pad=0):
        self.kernel, self.stride, self.pad = kernel, stride, pad

    def places(self):
        """Position in the window, and the slice of the padded picture that it sees in all windows."""
        s = self.stride
        for k in range(self.kernel[0] * self.kernel[1]):
            i, j = divmod(k, self.kernel[1])
            rows = slice(i, i + s * (self.out_shape[0] - 1) + 1, s)
            columns = slice(j, j + s * (self.out_shape[1] - 1) + 1, s)
            yield k, (slice(None), slice(None), rows, columns)

    def forward(self, x):
        p = self.pad
        N, C, H, W = x.shape
        padded = np.zeros((N, C, H + 2 * p, W + 2 * p))
        padded[:, :, p : p + H, p : p + W] = x
        self.shape = x.shape
        self.out_shape = tuple(
            (n + 2 * p - k) // self.stride + 1 for n, k in zip((H, W), self.kernel)
        )
        cols = np.empty((N, C, self.kernel[0] * self.kernel[1]) + self.out_shape)
        for k, place in self.places():
            cols[:, :, k] = padded[place]
        return cols.reshape(N, C, cols.shape[2], -1)

    def backward(self, cols):
        p = self.pad
        N, C, H, W = self.shape
        cols = cols.reshape((N, C, -1) + self.out_shape)
        padded = np.zeros((N, C, H + 2 * p, W + 2 * p))
        for k, place in self.places():
            padded[place] += cols[:, :, k]
        return padded[:, :, p : p + H, p : p + W].copy()


def conv2d_forward(x, w, b, stride, pad):
    x, w = tensor(x), tensor(w)
    F = w.shape[0]
    unfold = Unfold(w.shape[2:], stride, pad)
    cols = unfold.forward(x)
    N, L = cols.shape[0], cols.shape[3]
    cols = cols.reshape(N, -1, L)
    out = np.matmul(w.reshape(F, -1), cols)
    out += np.asarray(b, dtype=np.float64).reshape(1, F, 1)
    return out.reshape((N, F) + unfold.out_shape), SimpleNamespace(cols=cols, w=w, unfold=unfold)


def conv2d_backward(dout, cache):
    cols, w, unfold = cache.cols, cache.w, cache.unfold
    N, F = cols.shape[0], w.shape[0]
    grad = np.asarray(dout, dtype=np.float64).reshape(N, F, -1)
    db = grad.sum(axis=(0, 2))
    dw = np.zeros((F, cols.shape[1]))
    for n in range(N):  # one picture at a time, to save memory
        dw += grad[n] @ cols[n].T
    dx = unfold.backward(np.matmul(w.reshape(F, -1).T, grad))
    return dx, dw.reshape(w.shape), db


def maxpool2d_forward(x, size, stride):
    unfold = Unfold((size, size), stride)
    cols = unfold.forward(tensor(x))
    index = cols.argmax(axis=2, keepdims=True)  # the first of several
    out = np.take_along_axis(cols, index, axis=2)
    return out.reshape(cols.shape[:2] + unfold.out_shape), (index, cols.shape, unfold)


def maxpool2d_backward(dout, cache):
    index, shape, unfold = cache
    cols = np.zeros(shape)
    np.put_along_axis(cols, index, np.asarray(dout, dtype=np.float64).reshape(index.shape), axis=2)
    return unfold.backward(cols)


def embedding_forward(ids, E):
    ids, E = np.array(ids), tensor(E)
    return E[ids], SimpleNamespace(ids=ids.reshape(-1), shape=E.shape)


def embedding_backward(dout, cache):
    weight_grad = np.zeros(cache.shape)
    rows = np.asarray(dout, dtype=np.float64).reshape(-1, cache.shape[1])
    np.add.at(weight_grad, cache.ids, rows)  # index_add_
    return weight_grad


# ---------------------------------------------------------------- the mended program


def make_batches(x, y, size, rng):
    order = rng.permutation(len(x))
    starts = range(0, len(x), size)
    return [(x[order[s : s + size]], y[order[s : s + size]]) for s in starts]


def classifier_loss(params, x, y, reg):
    W1, b1, W2, b2 = params
    h = np.tanh(x @ W1 + b1)
    log_p = h @ W2 + b2
    log_p -= log_p.max(axis=1, keepdims=True)
    log_p -= np.log(np.exp(log_p).sum(axis=1, keepdims=True))
    loss = -np.mean(log_p[np.arange(len(y)), y])
    loss += 0.5 * reg * (np.sum(W1**2) + np.sum(W2**2))
    return loss, (x, h, np.exp(log_p), y)


def classifier_gradients(params, cache, reg):
    W1, b1, W2, b2 = params
    x, h, p, y = cache
    dlogits = p.copy()
    dlogits[np.arange(len(y)), y] -= 1
    dlogits /= len(y)
    dz = dlogits @ W2.T
    dz *= 1 - h**2
    return [x.T @ dz + reg * W1, dz.sum(axis=0), h.T @ dlogits + reg * W2, dlogits.sum(axis=0)]


def momentum_update(params, grads, velocities, lr, mu):
    velocities = [mu * v - lr * dw for v, dw in zip(velocities, grads)]
    return [w + v for w, v in zip(params, velocities)], velocities


# ---------------------------------------------------------------- digits


class Net:
    """64 - hidden - 10 with ReLU and dropout, in float32, trained by AdamW with a falling learning rate."""

    def __init__(self, rng, inputs, hidden, classes):
        self.rng = rng
        self.params = [
            (np.asarray(p)).astype(np.float32)
            for pair in initialise([inputs, hidden, classes], rng, "he")
            for p in pair
        ]
        self.m = [np.zeros_like(p) for p in self.params]
        self.v = [np.zeros_like(p) for p in self.params]
        self.t = 0

    def forward(self, x, p_keep=None):
        W1, b1, W2, b2 = self.params
        h = x @ W1
        h += b1
        scale = (h > 0).astype(np.float32)
        if p_keep is not None:
            scale *= (self.rng.random(h.shape) < p_keep) / np.float32(p_keep)
        h *= scale
        self.saved = x, h, scale
        return h @ W2 + b2

    def backward(self, grad):
        x, h, scale = self.saved
        dz = grad @ self.params[2].T
        dz *= scale
        return [x.T @ dz, dz.sum(axis=0), h.T @ grad, grad.sum(axis=0)]

    def step(self, grads, lr, decay=0.02, beta1=0.9, beta2=0.99):
        self.t += 1
        for p, g, m, v in zip(self.params, grads, self.m, self.v):
            m += (1 - beta1) * (g - m)
            v += (1 - beta2) * (g * g - v)
            if p.ndim == 2:
                p *= 1 - lr * decay
            update = np.sqrt(v / (1 - beta2**self.t))
            update += 1e-8
            np.divide(m, update, out=update)
            update *= lr / (1 - beta1**self.t)
            p -= update


def probabilities(logits):
    p = np.exp(logits - logits.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    return p


def train_digits(x_train, y_train, x_test, seed):
    rng = np.random.default_rng(seed)
    mean = np.mean(x_train, dtype=np.float64)
    x = (np.asarray(x_train) - mean).astype(np.float32)
    x_new = (np.asarray(x_test) - mean).astype(np.float32)
    y = np.asarray(y_train).astype(np.int64).reshape(-1)
    epochs, size, members = 40, 32, 3
    votes = np.zeros((len(x_new), 10))
    for _ in range(members):
        net = Net(rng, x.shape[1], 128, 10)
        for epoch in range(epochs):
            lr = 3e-3 * 0.5 * (1 + math.cos(math.pi * epoch / epochs))
            for x_batch, y_batch in make_batches(x, y, size, rng):
                grad = probabilities(net.forward(x_batch, p_keep=0.7))
                grad[np.arange(len(y_batch)), y_batch] -= 1
                grad /= len(y_batch)
                net.step(net.backward(grad), lr)
        votes += probabilities(net.forward(x_new))
    return votes.argmax(axis=1)
