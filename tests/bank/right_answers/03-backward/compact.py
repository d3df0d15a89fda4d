"""Dense and vectorised: caches are tuples of the inputs, and every backward pass computes what it needs again."""

_f = lambda a: np.asarray(a, float)
_s = lambda x: np.exp(-np.logaddexp(0.0, -x))
_lin = lambda x, W, b: np.einsum("nd,dh->nh", x, W) + b


def _err(p, y):
    p, y = _f(p), _f(y)
    if p.shape != y.shape:
        raise ValueError(f"{p.shape} and {y.shape}")
    return p - y


def _lsm(z):
    z = _f(z)
    with np.errstate(over="ignore"):
        z = z - np.maximum.reduce(z, 1, keepdims=True)
    return z - np.logaddexp.reduce(z, 1, keepdims=True)


def linear_forward(x, W, b):
    c = _f(x), _f(W), _f(b)
    return _lin(*c), c


def relu_forward(x):
    return np.maximum(_f(x), 0.0), (_f(x),)


def sigmoid_forward(x):
    return _s(_f(x)), (_f(x),)


def tanh_forward(x):
    return np.tanh(_f(x)), (_f(x),)


def softmax(z):
    return np.exp(_lsm(z))


def _acts(params, x):
    # inputs of all layers, then the logits
    A, L = [x], len(params)
    for l, (W, b) in enumerate(params, 1):
        A.append(np.maximum(_lin(A[-1], W, b), 0.0 if l < L else -np.inf))
    return A


def mlp_forward(params, x):
    c = tuple((_f(W), _f(b)) for W, b in params), _f(x)
    return _acts(*c)[-1], c


def numerical_gradient(f, x, h=1e-5):
    x = _f(x)
    i = np.arange(x.size).reshape(x.shape)
    q = lambda k: float(f(x + h * (i == k))) - float(f(x - h * (i == k)))
    return np.array([q(k) for k in range(x.size)], float).reshape(x.shape) / (2 * h)


def linear_backward(dout, cache):
    d, (x, W, _) = _f(dout), cache
    return np.einsum("nh,dh->nd", d, W), np.einsum("nd,nh->dh", x, d), np.add.reduce(d, 0)


def relu_backward(dout, cache):
    return np.where(cache[0] > 0, _f(dout), 0.0)


def sigmoid_backward(dout, cache):
    (x,) = cache
    return _f(dout) * _s(x) * _s(-x)


def tanh_backward(dout, cache):
    (x,) = cache
    return 4 * _f(dout) * _s(2 * x) * _s(-2 * x)


def mse_loss(pred, y):
    e = _err(pred, y)
    return np.einsum("i,i", e.ravel(), e.ravel()) / e.size, 2 * e / e.size


def softmax_cross_entropy(logits, y):
    l = _lsm(logits)
    k = np.asarray(y)[:, None] == np.arange(l.shape[1])
    return -l[k].mean(), np.where(k, np.expm1(l), np.exp(l)) / len(l)


def mlp_backward(dlogits, cache):
    (P, x), d, g = cache, _f(dlogits), []
    A = _acts(P, x)
    for (W, _), a in zip(P[::-1], A[-2::-1]):
        g.append((np.einsum("nd,nh->dh", a, d), np.add.reduce(d, 0)))
        d = np.einsum("nh,dh->nd", d, W) * (a > 0)
    return g[::-1]


def mlp_loss(params, x, y, reg):
    z, c = mlp_forward(params, x)
    l, d = softmax_cross_entropy(z, y)
    l = l + 0.5 * reg * sum(np.einsum("dh,dh", W, W) for W, _ in c[0])
    return l, [(dW + reg * W, db) for (dW, db), (W, _) in zip(mlp_backward(d, c), c[0])]


def sgd_step(params, grads, lr):
    return [tuple(_f(p) - lr * _f(g) for p, g in zip(P, G)) for P, G in zip(params, grads)]


def train_step(params, x, y, lr, reg):
    l, g = mlp_loss(params, x, y, reg)
    return sgd_step(params, g, lr), l


def train(params, x, y, steps, lr, reg):
    L = np.empty(steps)
    for t in range(steps):
        params, L[t] = train_step(params, x, y, lr, reg)
    return [*params], L


def hinge_loss(scores, y, margin):
    s, y = _f(scores), np.asarray(y)[:, None]
    m = s - np.take_along_axis(s, y, 1) + margin
    np.put_along_axis(m, y, 0.0, 1)
    d = np.heaviside(m, 0.0)
    np.put_along_axis(d, y, -np.add.reduce(d, 1, keepdims=True), 1)
    return np.maximum(m, 0.0).sum() / len(s), d / len(s)


_gu = lambda x: 2 * np.sqrt(2 / np.pi) * np.polyval([0.044715, 0, 1, 0], x)


def gelu_forward(x):
    # (1 + tanh u) / 2 is the sigmoid of 2u
    return _f(x) * _s(_gu(_f(x))), (_f(x),)


def gelu_backward(dout, cache):
    (x,) = cache
    slope = 2 * np.sqrt(2 / np.pi) * np.polyval([3 * 0.044715, 0, 1], x)
    return _f(dout) * _s(_gu(x)) * (1 + x * _s(-_gu(x)) * slope)
