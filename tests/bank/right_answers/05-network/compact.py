"""Dense and vectorised: sliding windows, einsum, bincount and add.at; caches hold the inputs, backward computes the rest."""

_f = lambda a: np.asarray(a, float)
_w = np.lib.stride_tricks.sliding_window_view


def topological_order(root):
    o, seen, S = [], {id(root)}, [(root, iter(root.parents))]
    while S:
        n, it = S[-1]
        p = next((p for p in it if id(p) not in seen), None)
        if p is None:
            o.append(n)
            S.pop()
        else:
            seen.add(id(p))
            S.append((p, iter(p.parents)))
    return o


class Value:
    __array_ufunc__ = None

    def __init__(self, data, parents=(), slopes=()):
        self.data, self.grad, self.parents, self.slopes = (
            float(data),
            0.0,
            tuple(parents),
            tuple(slopes),
        )

    def __repr__(self):
        return f"Value({self.data}, {self.grad})"

    def __add__(a, b):
        b = _v(b)
        return Value(a.data + b.data, (a, b), (1.0, 1.0))

    def __mul__(a, b):
        b = _v(b)
        return Value(a.data * b.data, (a, b), (b.data, a.data))

    def __truediv__(a, b):
        b = _v(b)
        q = a.data / b.data
        return Value(q, (a, b), (1 / b.data, -q / b.data))

    def __pow__(a, n):
        x, n = np.float64(a.data), float(n)
        with np.errstate(all="ignore"):
            return Value(x**n, (a,), (float(n * x ** (n - 1)) if n else 0.0,))

    def exp(a):
        e = float(np.exp(a.data))
        return Value(e, (a,), (e,))

    def tanh(a):
        s = lambda x: np.exp(-np.logaddexp(0.0, -2 * x))
        return Value(np.tanh(a.data), (a,), (float(4 * s(a.data) * s(-a.data)),))

    def relu(a):
        return Value(max(a.data, 0.0), (a,), (float(a.data > 0),))

    __radd__, __rmul__ = __add__, __mul__
    __neg__ = lambda a: Value(-a.data, (a,), (-1.0,))
    __sub__ = lambda a, b: a + -_v(b)
    __rsub__ = lambda a, b: _v(b) - a
    __rtruediv__ = lambda a, b: _v(b) / a

    def backward(self):
        g, o = {id(self): 1.0}, topological_order(self)
        for n in o[::-1]:
            for p, s in zip(n.parents, n.slopes):
                g[id(p)] = g.get(id(p), 0.0) + s * g[id(n)]
        for n in o:
            n.grad += g[id(n)]


_v = lambda a: a if isinstance(a, Value) else Value(a)


def initialise(widths, rng, scheme):
    s = {"he": lambda i, o: i / 2, "xavier": lambda i, o: (i + o) / 2}[scheme]
    return [
        (rng.standard_normal((i, o)) / np.sqrt(s(i, o)), np.zeros(o))
        for i, o in zip(widths, widths[1:])
    ]


def momentum_step(w, dw, state, lr, mu):
    v = mu * state.get("v", 0.0) - lr * _f(dw)
    return _f(w) + v, {"v": v}


def _ema(s, d, r):
    return r * s + (1 - r) * d


def _ratio(a, b):
    return np.divide(a, b, out=np.zeros(np.shape(b)), where=b != 0)


def rmsprop_step(w, dw, state, lr, decay, eps):
    c = _ema(state.get("c", 0.0), _f(dw) ** 2, decay)
    return _f(w) - lr * _ratio(_f(dw), np.sqrt(c) + eps), {"c": c}


def adam_step(w, dw, state, lr, beta1, beta2, eps):
    t, m, v = state.get("tmv", (0, 0.0, 0.0))
    t, m, v = s = t + 1, _ema(m, _f(dw), beta1), _ema(v, _f(dw) ** 2, beta2)
    return _f(w) - lr * _ratio(m / (1 - beta1**t), np.sqrt(v / (1 - beta2**t)) + eps), {"tmv": s}


def dropout_forward(x, p_keep, rng):
    k = rng.random(np.shape(x)) < p_keep
    return np.where(k, _f(x) / p_keep, 0.0), (k, p_keep)


def dropout_backward(dout, cache):
    k, p = cache
    return np.where(k, _f(dout) / p, 0.0)


_pad = lambda x, p: np.pad(x, [(0, 0), (0, 0), (p, p), (p, p)])
_win = lambda x, k, t: _w(x, k, (2, 3))[:, :, ::t, ::t]
# which flat entry of an array of this shape lies at each place of each window
_idx = lambda S, k, t: _win(np.arange(np.prod(S)).reshape(S), k, t)
_scatter = lambda i, g, S: np.bincount(np.ravel(i), np.ravel(g), int(np.prod(S))).reshape(S)


def conv2d_forward(x, w, b, stride, pad):
    x, w, b = _f(x), _f(w), _f(b)
    o = np.einsum("ncrsij,fcij->nfrs", _win(_pad(x, pad), w.shape[2:], stride), w, optimize=True)
    return o + b[:, None, None], (x, w, b, stride, pad)


def conv2d_backward(dout, cache):
    d, (x, w, _, t, p) = _f(dout), cache
    X, k, (H, W) = _pad(x, p), w.shape[2:], x.shape[2:]
    g = np.einsum("nfrs,fcij->ncrsij", d, w, optimize=True)
    dX = _scatter(_idx(X.shape, k, t), g, X.shape)
    dw = np.einsum("nfrs,ncrsij->fcij", d, _win(X, k, t), optimize=True)
    return dX[:, :, p : p + H, p : p + W], dw, np.einsum("nfrs->f", d)


def maxpool2d_forward(x, size, stride):
    x = _f(x)
    return _win(x, (size, size), stride).max((4, 5)), (x, size, stride)


def maxpool2d_backward(dout, cache):
    x, k, t = cache
    flat = lambda v: v.reshape(*v.shape[:4], -1)
    X, I = flat(_win(x, (k, k), t)), flat(_idx(x.shape, (k, k), t))
    return _scatter(np.take_along_axis(I, X.argmax(4)[..., None], 4), _f(dout), x.shape)


def embedding_forward(ids, E):
    return _f(E)[np.asarray(ids)], (np.asarray(ids), _f(E))


def embedding_backward(dout, cache):
    i, E = cache
    g = np.zeros_like(E)
    np.add.at(g, i, _f(dout))
    return g


def make_batches(x, y, size, rng):
    o = rng.permutation(len(x))
    return [(x[i], y[i]) for i in (o[k : k + size] for k in range(0, len(o), size))]


def _lsm(z):
    z = z - np.maximum.reduce(z, -1, keepdims=True)
    return z - np.logaddexp.reduce(z, -1, keepdims=True)


def _net(P, x):
    U, b, V, c = map(_f, P)
    h = np.tanh(_f(x) @ U + b)
    return h, _lsm(h @ V + c)


def classifier_loss(params, x, y, reg):
    c = x, y = _f(x), np.asarray(y)
    r = 0.5 * reg * sum(np.einsum("ij,ij", W, W) for W in map(_f, params[::2]))
    return r - _net(params, x)[1][np.arange(len(y)), y].mean(), c


def classifier_gradients(params, cache, reg):
    (U, _, V, _), (x, y) = map(_f, params), cache
    h, l = _net(params, x)
    k = y[:, None] == np.arange(l.shape[1])
    e = np.where(k, np.expm1(l), np.exp(l)) / len(y)
    d = e @ V.T * (1 - h * h)
    return [x.T @ d + reg * U, d.sum(0), h.T @ e + reg * V, e.sum(0)]


def momentum_update(params, grads, velocities, lr, mu):
    V = [mu * _f(v) - lr * _f(g) for v, g in zip(velocities, grads)]
    return [_f(w) + v for w, v in zip(params, V)], V


def train_digits(x_train, y_train, x_test, seed):
    # four networks at once, stacked along the first axis; they vote with their mean log-probabilities
    x, y, t, r = (
        _f(x_train),
        np.asarray(y_train).astype(int),
        _f(x_test),
        np.random.default_rng(seed),
    )
    m, K, H, B, E = x.mean(0), 4, 128, 64, 60
    x, t, Y = x - m, t - m, np.eye(10)[y]
    P = [
        p
        for S in zip(*(initialise([x.shape[1], H, 10], r, "he") for _ in range(K)))
        for p in map(np.stack, zip(*S))
    ]
    S = [{} for _ in P]
    for e in range(E):
        o = r.permuted(np.tile(np.arange(len(x)), (K, 1)), axis=1)
        for i in (o[:, k : k + B] for k in range(0, len(x), B)):
            (U, b, V, c), (a, M) = P, dropout_forward(x[i], 0.9, r)
            z = a @ U + b[:, None]
            h, M = dropout_forward(np.maximum(z, 0.0), 0.7, r)
            d = (np.exp(_lsm(h @ V + c[:, None])) - Y[i]) / i.shape[1]
            q = dropout_backward(np.einsum("knc,khc->knh", d, V, optimize=True), M) * (z > 0)
            T = lambda a: a.swapaxes(1, 2)
            G = [T(a) @ q + 1e-4 * U, q.sum(1), T(h) @ d + 1e-4 * V, d.sum(1)]
            lr = 3e-3 * (1 - e / E)
            P, S = map(
                list, zip(*(adam_step(w, g, s, lr, 0.9, 0.999, 1e-8) for w, g, s in zip(P, G, S)))
            )
    U, b, V, c = P
    return _lsm(np.maximum(t @ U + b[:, None], 0.0) @ V + c[:, None]).mean(0).argmax(1)


def adamw_step(w, dw, state, lr, beta1, beta2, eps, decay):
    new, state = adam_step(w, dw, state, lr, beta1, beta2, eps)
    return new - lr * decay * _f(w), state


def accumulate_gradients(loss_and_grads, params, batches):
    n = np.array([len(x) for x, _ in batches]) / sum(len(x) for x, _ in batches)
    L, G = zip(*(loss_and_grads(params, *b) for b in batches))
    return n @ L, [np.tensordot(n, np.stack(g), 1) for g in zip(*G)]


def catch_wrong_steps(step, loss, params, x, y):
    # a directional derivative for each parameter, and the same step with half the rate
    r, P = np.random.default_rng(3), [_f(p).copy() for p in params]
    (N, L), (M, _) = step(params, x, y, 0.4), step([p.copy() for p in P], x, y, 0.2)
    if any((_f(p) != q).any() for p, q in zip(params, P)) or abs(L / loss(P, x, y) - 1) > 1e-6:
        return True
    for i, (p, n, m) in enumerate(zip(P, N, M)):
        g = (p - n) / 0.4
        if not np.allclose(g, (p - m) / 0.2, rtol=1e-6, atol=1e-6 * np.abs(g).max()):
            return True
        for _ in range(2):
            v = r.normal(size=p.shape)
            f = lambda t: loss([*P[:i], p + t * v, *P[i + 1 :]], x, y)
            if not abs((f(1e-5) - f(-1e-5)) / 2e-5 - np.sum(g * v)) <= 1e-5 * np.sum(np.abs(g * v)):
                return True
    return False
