"""Style "framework": someone who comes from PyTorch. Small modules with forward behind the functions, flattened
copies with in-place writes, boolean masks, gates stacked in one matrix."""

import numpy as np


class Module:
    def __call__(self, *args):
        return self.forward(*args)


class Sigmoid(Module):
    def forward(self, z):
        z = np.array(z, dtype=np.float64, order="C")
        flat = z.reshape(-1)
        out = np.empty_like(flat)
        positive = flat >= 0
        out[positive] = 1.0 / (1.0 + np.exp(-flat[positive]))
        e = np.exp(flat[~positive])
        out[~positive] = e / (1.0 + e)
        out = out.reshape(z.shape)
        return out if out.ndim else out.item()


class Linear(Module):
    def __init__(self, weight, bias):
        self.weight = np.asarray(weight, dtype=np.float64)
        self.bias = np.asarray(bias, dtype=np.float64)

    def forward(self, x):
        out = np.asarray(x, dtype=np.float64) @ self.weight
        return out + self.bias


class Step(Module):
    def forward(self, z):
        return (z > 0).astype(np.int64)


class Sequential(Module):
    def __init__(self, *modules):
        self.modules = list(modules)

    def forward(self, x):
        for module in self.modules:
            x = module(x)
        return x


def sigmoid(z):
    return Sigmoid()(z)


def neuron(x, w, b):
    # nn.Linear(D, 1) on a batch of one
    net = Sequential(Linear(np.reshape(w, (-1, 1)), np.reshape(b, (1,))), Sigmoid())
    return net(np.reshape(x, (1, -1))).item()


def layer(x, W, b):
    x = np.asarray(x, dtype=np.float64)
    net = Sequential(Linear(W, b), Sigmoid())
    out = np.empty((x.shape[0], np.shape(W)[1]))
    chunk = 3
    for start in range(0, x.shape[0], chunk):
        out[start : start + chunk] = net(x[start : start + chunk])
    return out


def gate_weights():
    return {"AND": ([1, 1], -1.5), "OR": ([1, 1], -0.5), "NAND": ([-1, -1], 1.5)}


def stacked(*names):
    """Several gates as one layer: one column for each."""
    gates = gate_weights()
    weight = np.stack([gates[name][0] for name in names], axis=1)
    bias = np.array([gates[name][1] for name in names])
    return Sequential(Linear(weight, bias), Step())


def xor_network(x):
    net = Sequential(stacked("OR", "NAND"), stacked("AND"))
    return net(x).squeeze(1)


def perceptron_update(w, b, x, y, lr):
    w = np.array(w, dtype=np.float64)
    x = np.asarray(x, dtype=np.float64)
    b = float(b)
    answer = float(w @ x + b > 0)
    delta = lr * (float(y) - answer)
    w += delta * x
    b += delta
    return [w, b]


def half_adder(x):
    sum_digit = xor_network(x).reshape(-1, 1)
    carry = stacked("AND")(x)
    return np.concatenate([sum_digit, carry], axis=1)
