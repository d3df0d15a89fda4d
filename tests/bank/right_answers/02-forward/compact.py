"""Dense and vectorised: einsum, ufunc.reduce, logaddexp; caches are tuples of the inputs and nothing else."""

_f = lambda a: np.asarray(a, float)
_s = lambda x: np.exp(-np.logaddexp(0.0, -x))


def _err(p, y):
    p, y = _f(p), _f(y)
    if p.shape != y.shape:
        raise ValueError(f"{p.shape} and {y.shape}")
    return p - y


def linear_forward(x, W, b):
    x, W, b = c = _f(x), _f(W), _f(b)
    return np.einsum("nd,dh->nh", x, W) + b, c


def relu_forward(x):
    return np.maximum(_f(x), 0.0), (_f(x),)


def sigmoid_forward(x):
    return _s(_f(x)), (_f(x),)


def tanh_forward(x):
    return np.tanh(_f(x)), (_f(x),)


def log_probabilities(z):
    z = _f(z)
    with np.errstate(over="ignore"):
        z = z - np.maximum.reduce(z, 1, keepdims=True)
    return z - np.logaddexp.reduce(z, 1, keepdims=True)


def softmax(z):
    return np.exp(log_probabilities(z))


def mse(pred, y):
    e = _err(pred, y).ravel()
    return np.einsum("i,i", e, e) / e.size


def cross_entropy(logits, y):
    return -np.take_along_axis(log_probabilities(logits), np.asarray(y)[:, None], 1).mean()


def mlp_forward(params, x):
    c = tuple(params), _f(x)
    a, L = c[1], len(params)
    for l, (W, b) in enumerate(params):
        a = np.maximum(np.einsum("nd,dh->nh", a, _f(W)) + b, -np.inf if l == L - 1 else 0.0)
    return a, c


def count_evaluations(widths):
    n = [*map(int, widths)]
    c = np.frompyfunc(lambda c, m: 1 + m * c, 2, 1).reduce(np.array([0, *n[:-1]], object))
    return int(c * n[-1]), sum(n[1:])
