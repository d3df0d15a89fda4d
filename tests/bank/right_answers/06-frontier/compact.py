"""Dense and vectorised: einsum, accumulate, stable ufuncs; caches are tuples of the inputs, backward computes the rest again."""

from itertools import accumulate

_f = lambda a: np.asarray(a, float)
_F = lambda *a: tuple(map(_f, a))
_s = lambda x: np.exp(-np.logaddexp(0.0, -x))
_sech2 = lambda x: 4 * _s(2 * x) * _s(-2 * x)
_g = {
    "tanh": (np.tanh, _sech2),
    "relu": (lambda z: np.maximum(z, 0.0), lambda z: np.heaviside(z, 0.0)),
    "sigmoid": (_s, lambda z: _s(z) * _s(-z)),
}


def _norm(*G):
    # scaled by the largest entry: the squares neither overflow nor vanish
    v = np.concatenate([np.zeros(1), *map(np.ravel, G)])
    m = np.abs(v).max()
    return m * np.linalg.norm(v / m) if m else 0.0


def gradient_norms(weights, activation, x, dout):
    (g, s), Ws = _g[activation], _F(*weights)
    A = [*accumulate(Ws, lambda a, W: g(a @ W), initial=_f(x))]
    d, r = _f(dout), np.empty(len(Ws))
    for l in range(len(Ws))[::-1]:
        d = d * s(A[l] @ Ws[l])
        r[l] = _norm(np.einsum("ni,nj->ij", A[l], d))
        d = np.einsum("nj,ij->ni", d, Ws[l])
    return r


def clip_by_global_norm(grads, max_norm):
    G = _F(*grads)
    n = _norm(*G)
    return [g / n * max_norm if n > max_norm else g.copy() for g in G], n


def residual_forward(x, W1, W2):
    x, W1, W2 = c = _F(x, W1, W2)
    return x + np.maximum(x @ W1, 0.0) @ W2, c


def residual_backward(dout, cache):
    d, (x, U, V) = _f(dout), cache
    z = x @ U
    e = np.einsum("nd,hd->nh", d, V) * (z > 0)
    return (
        d + np.einsum("nh,dh->nd", e, U),
        np.einsum("nd,nh->dh", x, e),
        np.einsum("nh,nd->hd", np.maximum(z, 0.0), d),
    )


def linear_forward(x, W, b):
    x, W, b = c = _F(x, W, b)
    return np.einsum("nd,dh->nh", x, W) + b, c


def linear_backward_input(dout, cache):
    return np.einsum("nh,dh->nd", _f(dout), cache[1])


def linear_backward_weight(dout, cache):
    return np.einsum("nd,nh->dh", cache[0], _f(dout)), np.add.reduce(_f(dout), 0)


def checkpointed_gradient(layers, x, dout, every):
    n, k, F = len(layers), every, lambda a, l: l.forward(a)
    C = [
        a
        for i, a in enumerate(accumulate(layers[: max(n - 1, 0) // k * k], F, initial=_f(x)))
        if i % k == 0
    ]
    g, d = [None] * n, np.array(dout, float)
    for i in range(0, n, k)[::-1]:
        S = [*accumulate(layers[i : min(i + k, n) - 1], F, initial=C.pop())]
        for j in range(i, i + len(S))[::-1]:
            d, g[j] = layers[j].backward(d, S.pop())
    return d, g


def _states(x, h, Wx, Wh, b):
    # (N, T + 1, H): the first state, then all others
    h = np.concatenate([h[:, None], np.einsum("ntd,dh->nth", x, Wx) + b], 1)
    for t in range(1, h.shape[1]):
        h[:, t] = np.tanh(h[:, t] + h[:, t - 1] @ Wh)
    return h


def rnn_forward(x, h0, Wx, Wh, b):
    c = _F(x, h0, Wx, Wh, b)
    return _states(*c)[:, 1:], c


def rnn_backward(dh, cache):
    x, _, U, V, b = cache
    h = _states(*cache)[:, :-1]
    e = _f(dh) * 1
    s = _sech2(np.einsum("ntd,dh->nth", x, U) + h @ V + b)
    r = np.zeros_like(h[:, 0])
    for t in range(e.shape[1])[::-1]:
        e[:, t] = (e[:, t] + r) * s[:, t]
        r = e[:, t] @ V.T
    return (
        e @ U.T,
        r,
        np.einsum("ntd,nth->dh", x, e),
        np.einsum("ntk,nth->kh", h, e),
        np.einsum("nth->h", e),
    )


def _lstm(x, h, c, Wx, Wh, b):
    z = np.split(x @ Wx + h @ Wh + b, 4, 1)
    i, f, o, g = *map(_s, z[:3]), np.tanh(z[3])
    return z, i, f, o, g, f * c + i * g


def lstm_step_forward(x, h, c, Wx, Wh, b):
    k = _F(x, h, c, Wx, Wh, b)
    *_, o, _, C = _lstm(*k)
    return o * np.tanh(C), C, k


def lstm_step_backward(dh, dc, cache):
    (x, h, c, U, V, _), (z, i, f, o, g, C) = cache, _lstm(*cache)
    dh, dc = _F(dh, dc)
    dc = dc + dh * o * _sech2(C)
    e = np.concatenate([dc * g, dc * c, dh * np.tanh(C), dc * i], 1)
    e = e * np.concatenate([*(_s(v) * _s(-v) for v in z[:3]), _sech2(z[3])], 1)
    return e @ U.T, e @ V.T, dc * f, x.T @ e, h.T @ e, e.sum(0)


def softmax(z):
    z = z - np.maximum.reduce(z, 1, keepdims=True)
    return np.exp(z - np.logaddexp.reduce(z, 1, keepdims=True))


_P = lambda Q, K: softmax(np.einsum("md,nd->mn", Q, K) / np.sqrt(Q.shape[1]))


def attention_forward(Q, K, V):
    Q, K, V = c = _F(Q, K, V)
    return _P(Q, K) @ V, c


def attention_backward(dout, cache):
    d, (Q, K, V) = _f(dout), cache
    P, G = _P(Q, K), np.einsum("md,nd->mn", d, V)
    S = P * (G - np.einsum("mn,mn->m", P, G)[:, None]) / np.sqrt(Q.shape[1])
    return S @ K, S.T @ Q, P.T @ d


def feedback_alignment_grads(W1, W2, B, x, y):
    W1, W2, B, x, y = _F(W1, W2, B, x, y)
    z = x @ W1
    e = (np.tanh(z) @ W2 - y) / len(x)
    return np.einsum("nd,nc,ch,nh->dh", x, e, B, _sech2(z), optimize=True), np.tanh(z).T @ e


def forward_forward_loss(W, b, x_pos, x_neg, theta):
    W, b, p, q = _F(W, b, x_pos, x_neg)
    x, n = np.concatenate([p, q]), np.repeat([len(p), len(q)], [len(p), len(q)])
    t = np.repeat([-1.0, 1.0], [len(p), len(q)])
    h = np.maximum(x @ W + b, 0.0)
    u = t * (np.einsum("nh,nh->n", h, h) - theta)
    e = (2 * t * _s(u) / n)[:, None] * h
    return np.sum(np.logaddexp(0.0, u) / n), x.T @ e, e.sum(0)


def hessian_vector_product(grad, x, v, h=1e-5):
    x, v = _F(x, v)
    return np.subtract(*(np.array(grad(x + s * h * v), float) for s in (1, -1))) / (2 * h)


def causal_attention_forward(Q, K, V):
    Q, K, V = _F(Q, K, V)
    S = np.einsum("md,nd->mn", Q, K) / np.sqrt(Q.shape[1])
    P = softmax(S + np.log(np.tri(len(Q)), where=np.tri(len(Q)) > 0, out=np.full(S.shape, -np.inf)))
    return P @ V, (Q, K, V, P)


def causal_attention_backward(dout, cache):
    d, (Q, K, V, P) = _f(dout), cache
    G = P * np.einsum("md,nd->mn", d, V)
    S = (G - P * G.sum(1)[:, None]) / np.sqrt(Q.shape[1])
    return np.einsum("mn,nd->md", S, K), np.einsum("mn,md->nd", S, Q), np.einsum("mn,md->nd", P, d)


def multi_head_forward(x, Wq, Wk, Wv, Wo, heads):
    x, *W = _F(x, Wq, Wk, Wv, Wo)
    q, k, v = (np.einsum("td,de->te", x, w).reshape(len(x), heads, -1).swapaxes(0, 1) for w in W[:3])
    S = np.einsum("htd,hsd->hts", q, k) / np.sqrt(q.shape[2])
    P = np.stack([softmax(s) for s in S])
    o = np.einsum("hts,hsd->thd", P, v).reshape(x.shape)
    return o @ W[3], (x, W, q, k, v, P, o)


def multi_head_backward(dout, cache):
    d, (x, W, q, k, v, P, o) = _f(dout), cache
    g = (d @ W[3].T).reshape(len(x), len(q), -1)
    G = P * np.einsum("thd,hsd->hts", g, v)
    S = (G - P * G.sum(2, keepdims=True)) / np.sqrt(q.shape[2])
    back = "hts,hsd->thd", "hts,htd->shd", "hts,thd->shd"
    D = [np.einsum(e, a, b).reshape(x.shape) for e, a, b in zip(back, (S, S, P), (k, q, g))]
    return (sum(e @ w.T for e, w in zip(D, W)), *(x.T @ e for e in D), o.T @ d)


def flash_attention_backward(dout, Q, K, V, out, logsumexp):
    d, Q, K, V, o, L = _F(dout, Q, K, V, out, logsumexp)
    r = Q.shape[1] ** -0.5
    P = np.exp(np.einsum("md,nd->mn", Q, K) * r - L[:, None])
    S = P * np.einsum("mj,mnj->mn", d, V[None] - o[:, None]) * r
    return S @ K, S.T @ Q, P.T @ d
