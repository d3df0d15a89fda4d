"""Textbook style: formulas translated from mathematics, with column vectors, one-hot matrices, the
log-sum-exp, the hyperbolic tangent by its exponentials, and small classes as caches."""


class LinearCache:
    def __init__(self, X, W):
        self.X = X  # one example in each column
        self.W = W


class PointwiseCache:
    def __init__(self, z):
        self.z = z


class LayerCache:
    def __init__(self, A, W, Z):
        self.A = A  # input, one example in each column
        self.W = W
        self.Z = Z  # W^T A + b


def linear_forward(x, W, b):
    # z_n = W^T x_n + b for each column x_n
    X = np.array(x, dtype=float).T
    W = np.array(W, dtype=float)
    b = np.array(b, dtype=float).reshape(-1, 1)
    Z = W.T @ X + b
    return Z.T, LinearCache(X, W)


def relu_forward(x):
    # relu(z) = H(z) z with Heaviside's function
    z = np.array(x, dtype=float)
    return np.heaviside(z, 0.0) * z, PointwiseCache(z)


def sigmoid_forward(x):
    # sigma(z) = e^min(z, 0) / (1 + e^-|z|)
    z = np.array(x, dtype=float)
    return np.exp(np.minimum(z, 0.0)) / (1.0 + np.exp(-np.abs(z))), PointwiseCache(z)


def tanh_forward(x):
    # tanh |z| = (1 - e^-2|z|) / (1 + e^-2|z|) = -t / (2 + t) with t = e^-2|z| - 1, and tanh is odd
    z = np.array(x, dtype=float)
    t = np.expm1(-2.0 * np.abs(z))
    return np.sign(z) * -t / (2.0 + t), PointwiseCache(z)


def log_probabilities(z):
    # log p = u - log(1^T e^u), u = z - max z
    U = np.array(z, dtype=float).T
    U = U - np.max(U, axis=0)
    ones = np.ones((1, U.shape[0]))
    return (U - np.log(ones @ np.exp(U))).T


def softmax(z):
    return np.exp(log_probabilities(z))


def mse(pred, y):
    # (1/M) e^T e, e = vec(pred - y)
    pred, y = np.asarray(pred, dtype=float), np.asarray(y, dtype=float)
    if pred.shape != y.shape:
        raise ValueError(f"shapes {pred.shape} and {y.shape} differ")
    e = (pred - y).reshape(-1, 1)
    return (e.T @ e).item() / e.size


def one_hot(y, C):
    return np.eye(C)[np.asarray(y)]


def cross_entropy(logits, y):
    # L = -(1/N) tr(Y^T log P)
    log_p = log_probabilities(logits)
    N, C = log_p.shape
    return -np.trace(one_hot(y, C).T @ log_p) / N


def mlp_forward(params, x):
    A = np.array(x, dtype=float).T
    cache = []
    L = len(params)
    for l, (W, b) in enumerate(params, start=1):
        W = np.array(W, dtype=float)
        Z = W.T @ A + np.array(b, dtype=float).reshape(-1, 1)
        cache.append(LayerCache(A, W, Z))
        A = Z if l == L else np.heaviside(Z, 0.0) * Z
    return A.T, cache


def count_evaluations(widths):
    # naive = sum_{l=1}^L prod_{k=l}^L n_k, layered = sum_{l=1}^L n_l
    n = [int(width) for width in widths]
    L = len(n) - 1

    def product(l):
        result = 1
        for k in range(l, L + 1):
            result *= n[k]
        return result

    return sum(product(l) for l in range(1, L + 1)), sum(n[l] for l in range(1, L + 1))
