"""Textbook style: formulas translated from mathematics. Column vectors, explicit Jacobian matrices
times upstream gradients, sums of outer products over the examples, slopes by hyperbolic functions,
deltas named as in the four equations, and small classes as caches."""


class LinearCache:
    def __init__(self, x, W):
        self.x = x
        self.W = W


class PointwiseCache:
    def __init__(self, z):
        self.z = z


class LayerCache:
    def __init__(self, A, W, Z):
        self.A = A  # input, one example in each column
        self.W = W
        self.Z = Z  # W^T A + b


def sech(u):
    # 1 / cosh u = 2 e^-|u| / (1 + e^-2|u|)
    return 2.0 * np.exp(-np.abs(u)) / (1.0 + np.exp(-2.0 * np.abs(u)))


def linear_forward(x, W, b):
    x = np.array(x, dtype=float)
    W = np.array(W, dtype=float)
    b = np.asarray(b, dtype=float)
    return np.stack([W.T @ x_n + b for x_n in x]), LinearCache(x, W)


def relu_forward(x):
    z = np.array(x, dtype=float)
    return np.heaviside(z, 0.0) * z, PointwiseCache(z)


def sigmoid_forward(x):
    z = np.array(x, dtype=float)
    return np.exp(np.minimum(z, 0.0)) / (1.0 + np.exp(-np.abs(z))), PointwiseCache(z)


def tanh_forward(x):
    z = np.array(x, dtype=float)
    t = np.expm1(-2.0 * np.abs(z))
    return np.sign(z) * -t / (2.0 + t), PointwiseCache(z)


def log_softmax(z):
    u = np.array(z, dtype=float)
    u = u - u.max(axis=1, keepdims=True)
    return u - np.log(np.exp(u).sum(axis=1, keepdims=True))


def softmax(z):
    return np.exp(log_softmax(z))


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


def numerical_gradient(f, x, h=1e-5):
    # df/dx_i = (f(x + h e_i) - f(x - h e_i)) / 2h with the unit vectors e_i
    x = np.array(x, dtype=float)
    gradient = np.zeros(x.size)
    for i in range(x.size):
        e = np.zeros(x.size)
        e[i] = 1.0
        e = e.reshape(x.shape)
        gradient[i] = (f(x + h * e) - f(x - h * e)) / (2.0 * h)
    return gradient.reshape(x.shape)


def linear_backward(dout, cache):
    # z = W^T x + b: dz/dx = W^T, dz/db = I, and dL/dW = x delta^T
    D, H = cache.W.shape
    deltas = np.asarray(dout, dtype=float)
    J_x, J_b = cache.W.T, np.eye(H)
    dx = np.zeros((len(deltas), D))
    dW = np.zeros((D, H))
    db = np.zeros(H)
    for n, delta in enumerate(deltas):
        dx[n] = J_x.T @ delta
        dW = dW + np.outer(cache.x[n], delta)
        db = db + J_b.T @ delta
    return dx, dW, db


def pointwise_backward(dout, slopes):
    # The Jacobian of a function of each entry is diagonal: one such matrix for each row.
    rows = slopes.reshape(-1, slopes.shape[-1] if slopes.ndim else 1)
    deltas = np.asarray(dout, dtype=float).reshape(rows.shape)
    dx = np.zeros(rows.shape)
    for n in range(len(rows)):
        dx[n] = np.diag(rows[n]).T @ deltas[n]
    return dx.reshape(slopes.shape)


def relu_backward(dout, cache):
    return pointwise_backward(dout, np.heaviside(cache.z, 0.0))


def sigmoid_backward(dout, cache):
    # sigma'(z) = 1 / (4 cosh^2(z / 2))
    return pointwise_backward(dout, 0.25 * sech(0.5 * cache.z) ** 2)


def tanh_backward(dout, cache):
    # tanh'(z) = 1 / cosh^2 z
    return pointwise_backward(dout, sech(cache.z) ** 2)


def mse_loss(pred, y):
    # L = (1/M) e^T e, dL/de = (2/M) e
    pred, y = np.asarray(pred, dtype=float), np.asarray(y, dtype=float)
    if pred.shape != y.shape:
        raise ValueError(f"shapes {pred.shape} and {y.shape} differ")
    e = (pred - y).reshape(-1, 1)
    M = e.size
    return (e.T @ e).item() / M, ((2.0 / M) * e).reshape(pred.shape)


def softmax_cross_entropy(logits, y):
    # L = -(1/N) sum_n y_n^T l_n with l = log softmax z, and dl/dz = I - 1 p^T
    log_p = log_softmax(logits)
    N, C = log_p.shape
    Y = np.eye(C)[np.asarray(y)]
    loss = -np.trace(Y.T @ log_p) / N
    dlogits = np.zeros((N, C))
    for n in range(N):
        J = np.eye(C) - np.outer(np.ones(C), np.exp(log_p[n]))
        dlogits[n] = J.T @ (-Y[n] / N)
    return loss, dlogits


def mlp_backward(dlogits, cache):
    # delta^L = dL/dz^L, delta^l = (W^{l+1} delta^{l+1}) * H(z^l), dW^l = sum_n a_n delta_n^T
    delta = np.asarray(dlogits, dtype=float).T
    grads = []
    for l in reversed(range(len(cache))):
        dW = np.einsum("dn,hn->dh", cache[l].A, delta)
        db = delta @ np.ones(delta.shape[1])
        grads.insert(0, (dW, db))
        if l > 0:
            delta = (cache[l].W @ delta) * np.heaviside(cache[l - 1].Z, 0.0)
    return grads


def mlp_loss(params, x, y, reg):
    logits, cache = mlp_forward(params, x)
    data_loss, dlogits = softmax_cross_entropy(logits, y)
    penalty = 0.5 * reg * sum(np.trace(layer.W.T @ layer.W) for layer in cache)
    grads = mlp_backward(dlogits, cache)
    return data_loss + penalty, [(dW + reg * layer.W, db) for (dW, db), layer in zip(grads, cache)]


def flatten(pairs):
    """All parameters as one vector theta."""
    return np.concatenate([np.asarray(p, dtype=float).ravel() for pair in pairs for p in pair])


def unflatten(theta, pairs):
    """The vector theta cut into pairs with the shapes of the given ones."""
    result, start = [], 0
    for W, b in pairs:
        middle = start + np.size(W)
        end = middle + np.size(b)
        result.append(
            (theta[start:middle].reshape(np.shape(W)), theta[middle:end].reshape(np.shape(b)))
        )
        start = end
    return result


def sgd_step(params, grads, lr):
    # theta <- theta - eta grad L
    return unflatten(flatten(params) - lr * flatten(grads), params)


def train_step(params, x, y, lr, reg):
    loss, grads = mlp_loss(params, x, y, reg)
    return sgd_step(params, grads, lr), loss


def train(params, x, y, steps, lr, reg):
    losses = np.zeros(steps)
    for t in range(steps):
        params, losses[t] = train_step(params, x, y, lr, reg)
    return params, losses


def hinge_loss(scores, y, margin):
    # M = S - (S * Y) 1 1^T + m, I = H(M) * (1 - Y), dS = (I - diag(I 1) Y) / N
    S = np.asarray(scores, dtype=float)
    N, C = S.shape
    Y = np.eye(C)[np.asarray(y)]
    M = S - ((S * Y) @ np.ones((C, C))) + margin
    on = np.heaviside(M, 0.0) * (1.0 - Y)
    return np.sum(on * M) / N, (on - np.diag(on @ np.ones(C)) @ Y) / N
