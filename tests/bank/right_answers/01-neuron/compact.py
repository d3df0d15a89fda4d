"""Dense and vectorised: lambdas, ufuncs, one matrix of weights for all gates at once."""

_f = lambda a: np.asarray(a, float)
_H = lambda z: np.heaviside(z, 0.0).astype(int)
# columns: AND, OR, NAND; the last row holds the biases
_G = np.array([[2, 2, -2], [2, 2, -2], [-3, -1, 3.0]])
_gates = lambda x: _H(np.einsum("nd,dg->ng", np.c_[x, np.ones(len(x))], _G))


def sigmoid(z):
    return np.exp(-np.logaddexp(0.0, -_f(z)))


def neuron(x, w, b):
    return sigmoid(np.einsum("d,d", _f(x), _f(w)) + b)


def layer(x, W, b):
    return sigmoid(np.einsum("nd,dh->nh", _f(x), _f(W)) + b)


def gate_weights():
    return {k: (g[:2].copy(), g[2]) for k, g in zip(("AND", "OR", "NAND"), _G.T)}


def xor_network(x):
    return _gates(_gates(x)[:, 1:])[:, 0]


def perceptron_update(w, b, x, y, lr):
    w, x = _f(w), _f(x)
    e = lr * (float(y) - _H(np.dot(x, w) + b))
    return w + e * x, b + e


def half_adder(x):
    return np.stack([xor_network(x), _gates(x)[:, 0]], -1)
