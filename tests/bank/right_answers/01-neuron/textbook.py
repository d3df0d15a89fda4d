"""Textbook style: formulas translated from mathematics, with column vectors, explicit matrices and
identities (the sigmoid as a shifted tanh, NAND as the negative of AND)."""


def column(v):
    """The vector v as a matrix with one column."""
    return np.asarray(v, dtype=float).reshape(-1, 1)


def sigmoid(z):
    # sigma(z) = (1 + tanh(z / 2)) / 2
    return 0.5 * (1.0 + np.tanh(0.5 * np.asarray(z, dtype=float)))


def neuron(x, w, b):
    # a = sigma(w^T x + b)
    z = column(w).T @ column(x) + b
    return sigmoid(z).item()


def layer(x, W, b):
    # One example is one column: A = sigma(W^T X + b 1^T)
    X = np.asarray(x, dtype=float).T
    Z = np.asarray(W, dtype=float).T @ X + column(b) @ np.ones((1, X.shape[1]))
    return sigmoid(Z).T


def gate_weights():
    # x1 + x2 > 3/2, x1 + x2 > 1/2, and not (x1 + x2 > 3/2)
    ones = np.ones(2)
    return {"AND": (ones, -1.5), "OR": (ones, -0.5), "NAND": (-ones, 1.5)}


def heaviside(z):
    return np.heaviside(z, 0.0).astype(int)


def xor_network(x):
    # h = H(V^T x + c) with the columns OR and NAND, then y = H(u^T h + d)
    gates = gate_weights()
    V = np.column_stack([gates["OR"][0], gates["NAND"][0]])
    c = column([gates["OR"][1], gates["NAND"][1]])
    u, d = column(gates["AND"][0]), gates["AND"][1]
    hidden = heaviside(V.T @ np.asarray(x, dtype=float).T + c)
    return heaviside(u.T @ hidden + d)[0]


def perceptron_update(w, b, x, y, lr):
    # theta <- theta + eta (y - a) (x, 1), with the bias as one more weight
    theta = np.append(np.asarray(w, dtype=float), b)
    extended = np.append(np.asarray(x, dtype=float), 1.0)
    a = heaviside(theta @ extended)
    theta = theta + lr * (y - a) * extended
    return theta[:-1], theta[-1]


def half_adder(x):
    w, b = gate_weights()["AND"]
    carry = heaviside(column(w).T @ np.asarray(x, dtype=float).T + b)[0]
    return np.column_stack([xor_network(x), carry])
