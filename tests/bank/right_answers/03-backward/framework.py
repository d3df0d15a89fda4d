"""Style "framework": someone who comes from PyTorch. Modules with forward and backward that keep saved tensors (the
module is the cache), float masks, reductions with keepdims, an SGD class that updates clones in place."""

import numpy as np


def tensor(a):
    """An own float64 copy, free to be written into."""
    return np.array(a, dtype=np.float64, order="C")


class Module:
    def __call__(self, *args):
        return self.forward(*args)

    def save_for_backward(self, *tensors):
        self.saved_tensors = tensors


class Linear(Module):
    def __init__(self, W, b):
        self.weight, self.bias = tensor(W), tensor(b)

    def forward(self, x):
        x = tensor(x)
        self.save_for_backward(x)
        out = x @ self.weight
        out += self.bias
        return out

    def backward(self, grad_output):
        (x,) = self.saved_tensors
        grad_output = tensor(grad_output)
        grad_input = np.empty_like(x)
        grad_weight = np.zeros_like(self.weight)
        grad_bias = np.zeros((1, self.weight.shape[1]))
        block = 4
        for start in range(0, x.shape[0], block):
            rows = slice(start, start + block)
            np.matmul(grad_output[rows], self.weight.T, out=grad_input[rows])
            grad_weight += x[rows].T @ grad_output[rows]
            grad_bias += grad_output[rows].sum(axis=0, keepdims=True)
        return grad_input, grad_weight, grad_bias.reshape(-1)


class ReLU(Module):
    def forward(self, x):
        x = tensor(x)
        mask = (x > 0).astype(np.float64)
        self.save_for_backward(mask)
        return x * mask

    def backward(self, grad_output):
        (mask,) = self.saved_tensors
        return mask * grad_output


class Sigmoid(Module):
    def forward(self, x):
        x = tensor(x)
        e = np.exp(-np.abs(x))
        out = np.where(x >= 0, 1.0, e) / (1.0 + e)
        self.save_for_backward(out)
        return out.copy()

    def backward(self, grad_output):
        (out,) = self.saved_tensors
        grad = tensor(grad_output)
        grad *= out
        grad *= 1.0 - out
        return grad


class Tanh(Module):
    def forward(self, x):
        out = tensor(x)
        np.tanh(out, out=out)
        self.save_for_backward(out)
        return out.copy()

    def backward(self, grad_output):
        (out,) = self.saved_tensors
        grad = -out
        grad *= out
        grad += 1.0
        return grad * np.asarray(grad_output, dtype=np.float64)


class MSELoss(Module):
    def forward(self, pred, y):
        pred, y = tensor(pred), tensor(y)
        if pred.shape != y.shape:
            raise ValueError(f"shapes differ: {tuple(pred.shape)} and {tuple(y.shape)}")
        pred -= y
        self.save_for_backward(pred)
        return np.square(pred).mean()

    def backward(self):
        (diff,) = self.saved_tensors
        return diff * (2.0 / diff.size)


class CrossEntropyLoss(Module):
    def forward(self, logits, y):
        log_p = tensor(logits)
        index = np.asarray(y).astype(np.int64).reshape(-1, 1)
        log_p -= log_p.max(axis=1, keepdims=True)
        log_p -= np.log(np.exp(log_p).sum(axis=1, keepdims=True))
        self.save_for_backward(log_p, index)
        return -np.take_along_axis(log_p, index, axis=1).mean()

    def backward(self):
        log_p, index = self.saved_tensors
        grad = np.exp(log_p)
        rows = np.arange(len(grad)).reshape(-1, 1)
        grad[rows, index] -= 1.0
        grad /= grad.shape[0]
        return grad


class MultiMarginLoss(Module):
    def __init__(self, margin):
        self.margin = float(margin)

    def forward(self, scores, y):
        scores = tensor(scores)
        rows, y = np.arange(len(scores)), np.asarray(y).astype(np.int64)
        margins = scores - scores[rows, y].reshape(-1, 1) + self.margin
        margins[rows, y] = 0.0
        mask = (margins > 0).astype(np.float64)
        self.save_for_backward(mask, rows, y)
        return (margins * mask).sum() / len(scores)

    def backward(self):
        mask, rows, y = self.saved_tensors
        grad = mask.copy()
        grad[rows, y] -= mask.sum(axis=1)
        grad /= len(rows)
        return grad


class MLP(Module):
    """Linear, ReLU, Linear, ..., Linear: parameters() and gradients in the order of the layers."""

    def __init__(self, params):
        self.layers = []
        for W, b in params:
            self.layers += [Linear(W, b), ReLU()]
        self.layers.pop()

    def parameters(self):
        return [[m.weight, m.bias] for m in self.layers if isinstance(m, Linear)]

    def forward(self, x):
        for m in self.layers:
            x = m(x)
        return x

    def backward(self, grad_output):
        grads = []
        for m in reversed(self.layers):
            if isinstance(m, Linear):
                grad_output, dW, db = m.backward(grad_output)
                grads.insert(0, [dW, db])
            else:
                grad_output = m.backward(grad_output)
        return grads

    def penalty(self, reg):
        return 0.5 * reg * sum(np.square(W).sum() for W, _ in self.parameters())


class SGD:
    def __init__(self, params, lr):
        self.params, self.lr = params, lr

    def step(self, grads):
        for pair, grad_pair in zip(self.params, grads):
            for p, g in zip(pair, grad_pair):
                p -= self.lr * np.asarray(g, dtype=np.float64)
        return self.params


def clone(params):
    return [[tensor(W), tensor(b)] for W, b in params]


def numerical_gradient(f, x, h=1e-5):
    x = tensor(x)
    flat = x.reshape(-1)  # a view: x is contiguous
    grad = np.zeros_like(x)
    grad_flat = grad.reshape(-1)

    def at(i, value):
        old = flat[i]
        flat[i] = value
        result = np.asarray(f(x), dtype=np.float64).item()
        flat[i] = old
        return result

    for i in range(flat.size):
        grad_flat[i] = (at(i, flat[i] + h) - at(i, flat[i] - h)) / (2 * h)
    return grad


def linear_forward(x, W, b):
    module = Linear(W, b)
    return module(x), module


def linear_backward(dout, cache):
    return cache.backward(dout)


def relu_forward(x):
    module = ReLU()
    return module(x), module


def relu_backward(dout, cache):
    return cache.backward(dout)


def sigmoid_forward(x):
    module = Sigmoid()
    return module(x), module


def sigmoid_backward(dout, cache):
    return cache.backward(dout)


def tanh_forward(x):
    module = Tanh()
    return module(x), module


def tanh_backward(dout, cache):
    return cache.backward(dout)


def mse_loss(pred, y):
    criterion = MSELoss()
    return criterion(pred, y), criterion.backward()


def softmax_cross_entropy(logits, y):
    criterion = CrossEntropyLoss()
    loss = criterion(logits, y)
    return [loss, criterion.backward()]


def hinge_loss(scores, y, margin):
    criterion = MultiMarginLoss(margin)
    return criterion(scores, y), criterion.backward()


def mlp_forward(params, x):
    model = MLP(params)
    return model(x), model


def mlp_backward(dlogits, cache):
    return cache.backward(dlogits)


def mlp_loss(params, x, y, reg):
    model = MLP(params)
    loss, dlogits = softmax_cross_entropy(model(x), y)
    grads = model.backward(dlogits)
    for (dW, _), (W, _) in zip(grads, model.parameters()):
        dW += reg * W
    loss += model.penalty(reg)
    return loss, grads


def sgd_step(params, grads, lr):
    return SGD(clone(params), lr).step(grads)


def train_step(params, x, y, lr, reg):
    loss, grads = mlp_loss(params, x, y, reg)
    return sgd_step(params, grads, lr), loss


def train(params, x, y, steps, lr, reg):
    params = clone(params)
    optimizer = SGD(params, lr)
    losses = np.zeros(steps)
    for step in range(steps):
        losses[step], grads = mlp_loss(params, x, y, reg)
        optimizer.step(grads)
    return params, losses
