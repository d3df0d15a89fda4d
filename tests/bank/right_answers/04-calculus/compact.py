"""Dense and vectorised: einsum, stacked differences; caches are tuples of the inputs, backward computes the rest again."""

_f = lambda a: np.asarray(a, float)
_s = lambda x: np.exp(-np.logaddexp(0.0, -x))
_sech2 = lambda x: 4 * _s(2 * x) * _s(-2 * x)


def chain_rule_toy(params, x, y):
    (u, p), (v, q), (w, r), (k, t) = _f(params).reshape(4, 2)
    i = [float(x), np.tanh(u * x + p)]
    i += [np.exp(v * i[1] + q)]
    i += [np.sin(w * i[2] + r)]
    e = k * i[3] + t - y
    # running product of the slopes, last link first
    s = np.multiply.accumulate([2 * e, k * np.cos(w * i[2] + r), w * i[2], v * _sech2(u * x + p)])[
        ::-1
    ]
    return e * e, np.stack([s * i, s], 1).ravel()


def jacobian(f, x, h=1e-5):
    x = _f(x)
    q = lambda e: np.array(f(x + e), float).ravel() - np.array(f(x - e), float).ravel()
    return np.stack([q(e) for e in h * np.eye(x.size)], -1) / (2 * h)


def softmax_jacobian(s):
    s = _f(s)
    return np.einsum("i,ij->ij", s, np.eye(s.size) - s)


def softmax_backward(dout, s):
    d, s = _f(dout), _f(s)
    return s * (d - np.einsum("nc,nc->n", d, s)[:, None])


def layer_deltas(params, x, y):
    P, a, x = [(_f(W), _f(b)) for W, b in params], [_f(x)], []
    for W, b in P:
        x.append(a[-1] @ W + b)
        a.append(_s(x[-1]))
    d, e = [], (a[-1] - _f(y)) / len(a[0])
    for (W, _), z in zip(P[::-1], x[::-1]):
        d.append(e * _s(z) * _s(-z))
        e = np.einsum("nh,dh->nd", d[-1], W)
    return d[::-1], [(np.einsum("nd,nh->dh", v, u), u.sum(0)) for v, u in zip(a, d[::-1])]


def unbroadcast(grad, shape):
    g, shape = _f(grad), tuple(shape)
    k = g.ndim - len(shape)
    return np.add.reduce(
        g, (*range(k), *(i + k for i, n in enumerate(shape) if n == 1)), keepdims=True
    ).reshape(shape)


def grad_check(f, params, grads, h=1e-5):
    r = [0.0]
    for p, g in zip(params, grads):
        for i in np.ndindex(p.shape):
            v = p[i].copy()
            try:
                q = []
                for s in (h, -h):
                    p[i] = v + s
                    q.append(float(f()))
            finally:
                p[i] = v
            a, n = float(np.asarray(g)[i]), (q[0] - q[1]) / (2 * h)
            r.append(abs(a - n) / max(1e-8, abs(a) + abs(n)))
    return np.max(r)


def _hat(x, eps, k):
    for _ in "12":  # twice: the first mean is rounded where numbers are large
        x = x - x.mean(k, keepdims=True)
    s = np.sqrt(np.mean(x * x, k, keepdims=True) + eps)
    return x / s, s


def _back(g, x, eps, k):
    (u, s), m = _hat(x, eps, k), lambda a: a.mean(k, keepdims=True)
    return (g - m(g) - u * m(g * u)) / s


_red = lambda a: a.reshape(-1, a.shape[-1]).sum(0)


def _norms(k):
    def forward(x, gamma, beta, eps):
        x, g, b, _ = c = _f(x), _f(gamma), _f(beta), eps
        return g * _hat(x, eps, k)[0] + b, c

    def backward(dout, cache):
        d, (x, g, _, e) = _f(dout), cache
        return _back(d * g, x, e, k), _red(d * _hat(x, e, k)[0]), _red(d)

    return forward, backward


batchnorm_forward, batchnorm_backward = _norms(0)
layernorm_forward, layernorm_backward = _norms(-1)


def batchnorm_eval_forward(x, gamma, beta, mean, var, eps):
    x, g, b, m, v = map(_f, (x, gamma, beta, mean, var))
    return g * (x - m) / np.sqrt(v + eps) + b, (x, g, m, v, eps)


def batchnorm_eval_backward(dout, cache):
    d, (x, g, m, v, e) = _f(dout), cache
    r = 1 / np.sqrt(v + e)
    return d * g * r, np.einsum("nd,nd,d->d", d, x - m, r), d.sum(0)


class Dual:
    __array_ufunc__ = None

    def __init__(self, value, slope=0.0):
        self.value, self.slope = float(value), float(slope)

    def __repr__(self):
        return f"Dual({self.value}, {self.slope})"

    def __add__(a, b):
        b = _d(b)
        return Dual(a.value + b.value, a.slope + b.slope)

    def __mul__(a, b):
        b = _d(b)
        return Dual(a.value * b.value, a.slope * b.value + a.value * b.slope)

    def __truediv__(a, b):
        b = _d(b)
        q = a.value / b.value
        return Dual(q, (a.slope - q * b.slope) / b.value)

    def __pow__(a, n):
        x, n = np.float64(a.value), float(n)
        with np.errstate(all="ignore"):
            return Dual(x**n, n * x ** (n - 1) * a.slope if n and a.slope else 0.0)

    __radd__, __rmul__ = __add__, __mul__
    __neg__ = lambda a: Dual(-a.value, -a.slope)
    __sub__ = lambda a, b: a + -_d(b)
    __rsub__ = lambda a, b: _d(b) - a
    __rtruediv__ = lambda a, b: _d(b) / a
    exp = lambda a: Dual(np.exp(a.value), np.exp(a.value) * a.slope)
    tanh = lambda a: Dual(np.tanh(a.value), _sech2(a.value) * a.slope)
    relu = lambda a: Dual(max(a.value, 0.0), (a.value > 0) * a.slope)


_d = lambda a: a if isinstance(a, Dual) else Dual(a)


def rmsnorm_forward(x, gamma, eps):
    x, g = c = _f(x), _f(gamma)
    return g * x / np.sqrt(np.einsum("nd,nd->n", x, x) / x.shape[1] + eps)[:, None], (*c, eps)


def rmsnorm_backward(dout, cache):
    d, (x, g, eps) = _f(dout), cache
    r = (np.einsum("nd,nd->n", x, x) / x.shape[1] + eps)[:, None] ** -0.5
    e = d * g * r
    return e - x * r**2 * np.mean(e * x, 1, keepdims=True), np.einsum("nd,nd->d", d, x * r)


def catch_the_bugs(forward, backward, inputs):
    # one directional derivative for each input, in two random directions
    r, X = np.random.default_rng(7), [_f(a) for a in inputs]
    o, c = forward(*X)
    d = r.normal(size=o.shape)
    for i, g in enumerate(backward(d, c)):
        for _ in range(2):
            v = r.normal(size=X[i].shape)
            f = lambda t: np.sum(forward(*X[:i], X[i] + t * v, *X[i + 1 :])[0] * d)
            n, a = (f(1e-5) - f(-1e-5)) / 2e-5, np.sum(g * v)
            if not abs(n - a) <= 1e-6 * (np.sum(np.abs(g * v))):
                return True
    return False


def einsum_backward(dout, subscripts, a, b):
    i, o = subscripts.replace(" ", "").split("->")
    i = i.split(",")

    def g(k, x, y):
        have = [c for c in i[k] if c in o + i[1 - k]]
        part = np.einsum(f"{o},{i[1 - k]}->{''.join(have)}", _f(dout), _f(y))
        lone = tuple(n for n, c in enumerate(i[k]) if c not in have)
        return np.broadcast_to(np.expand_dims(part, lone), np.shape(x)).copy()

    return g(0, a, b), g(1, b, a)
