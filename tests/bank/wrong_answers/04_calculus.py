"""Wrong answers to 04-calculus, written without sight of the bank."""

RIGHT = dict(globals())


def at_once(block):
    """Run a block, so that the names in it stay its own."""
    block()


# ---------------------------------------------------------------- chain_rule_toy


@wrong("chain_rule_toy", "the 2 of the square is lost")
def chain_rule_toy(params, x, y):
    w1, b1, w2, b2, w3, b3, w4, b4 = params
    h1 = np.tanh(w1 * x + b1)
    h2 = np.exp(w2 * h1 + b2)
    z3 = w3 * h2 + b3
    h3 = np.sin(z3)
    err = w4 * h3 + b4 - y
    loss = err**2
    g4 = err
    g3 = g4 * w4 * np.cos(z3)
    g2 = g3 * w3 * h2
    g1 = g2 * w2 * (1 - h1**2)
    return loss, np.array([g1 * x, g1, g2 * h1, g2, g3 * h2, g3, g4 * h3, g4])


@wrong("chain_rule_toy", "the cosine is taken of h3, after the sine")
def chain_rule_toy(params, x, y):
    w1, b1, w2, b2, w3, b3, w4, b4 = params
    h1 = np.tanh(w1 * x + b1)
    h2 = np.exp(w2 * h1 + b2)
    h3 = np.sin(w3 * h2 + b3)
    yhat = w4 * h3 + b4
    L = (yhat - y) ** 2
    dyhat = 2 * (yhat - y)
    dw4, db4, dh3 = dyhat * h3, dyhat, dyhat * w4
    dz3 = dh3 * np.cos(h3)
    dw3, db3, dh2 = dz3 * h2, dz3, dz3 * w3
    dz2 = dh2 * h2
    dw2, db2, dh1 = dz2 * h1, dz2, dz2 * w2
    dz1 = dh1 * (1 - h1 * h1)
    dw1, db1 = dz1 * x, dz1
    return L, np.array([dw1, db1, dw2, db2, dw3, db3, dw4, db4])


@wrong("chain_rule_toy", "the exponential counts as its own slope and is then left out")
def chain_rule_toy(params, x, y):
    w = params[0::2]
    b = params[1::2]
    z1 = w[0] * x + b[0]
    h1 = np.tanh(z1)
    z2 = w[1] * h1 + b[1]
    h2 = np.exp(z2)
    z3 = w[2] * h2 + b[2]
    h3 = np.sin(z3)
    out = w[3] * h3 + b[3]
    grads = np.zeros(8)
    grads[7] = 2 * (out - y)
    grads[6] = grads[7] * h3
    grads[5] = grads[7] * w[3] * np.cos(z3)
    grads[4] = grads[5] * h2
    grads[3] = grads[5] * w[2]
    grads[2] = grads[3] * h1
    grads[1] = grads[3] * w[1] * (1 - h1**2)
    grads[0] = grads[1] * x
    return (out - y) ** 2, grads


@wrong("chain_rule_toy", "all weights first, then all biases")
def chain_rule_toy(params, x, y):
    w1, b1, w2, b2, w3, b3, w4, b4 = params
    h1 = np.tanh(w1 * x + b1)
    h2 = np.exp(w2 * h1 + b2)
    u = w3 * h2 + b3
    h3 = np.sin(u)
    r = w4 * h3 + b4 - y
    d4 = 2 * r
    d3 = d4 * w4 * np.cos(u)
    d2 = d3 * w3 * h2
    d1 = d2 * w2 / np.cosh(w1 * x + b1) ** 2
    return r * r, np.array([d1 * x, d2 * h1, d3 * h2, d4 * h3, d1, d2, d3, d4])


@wrong("chain_rule_toy", "measured with central differences")
def chain_rule_toy(params, x, y):
    def f(p):
        h = np.tanh(p[0] * x + p[1])
        h = np.exp(p[2] * h + p[3])
        h = np.sin(p[4] * h + p[5])
        return (p[6] * h + p[7] - y) ** 2

    p = np.array(params, dtype=float)
    grads = np.zeros(8)
    for i in range(8):
        up, down = p.copy(), p.copy()
        up[i] += 1e-5
        down[i] -= 1e-5
        grads[i] = (f(up) - f(down)) / 2e-5
    return f(p), grads


@wrong("chain_rule_toy", "the slope of tanh is taken at its input, and w1 does not get x")
def chain_rule_toy(params, x, y):
    w1, b1, w2, b2, w3, b3, w4, b4 = params
    a1 = w1 * x + b1
    h1 = np.tanh(a1)
    a2 = w2 * h1 + b2
    h2 = np.exp(a2)
    a3 = w3 * h2 + b3
    h3 = np.sin(a3)
    yh = w4 * h3 + b4
    s = 2 * (yh - y)
    s_a3 = s * w4 * np.cos(a3)
    s_a2 = s_a3 * w3 * h2
    s_a1 = s_a2 * w2 * (1 - a1**2)
    return (yh - y) ** 2, np.array([s_a1, s_a1, s_a2 * h1, s_a2, s_a3 * h2, s_a3, s * h3, s])


@wrong(
    "chain_rule_toy", "the weights get their own value in place of what they were multiplied with"
)
def chain_rule_toy(params, x, y):
    w1, b1, w2, b2, w3, b3, w4, b4 = params
    h1 = np.tanh(w1 * x + b1)
    h2 = np.exp(w2 * h1 + b2)
    z3 = w3 * h2 + b3
    h3 = np.sin(z3)
    d4 = 2 * (w4 * h3 + b4 - y)
    d3 = d4 * w4 * np.cos(z3)
    d2 = d3 * w3 * h2
    d1 = d2 * w2 * (1 - h1**2)
    return (d4 / 2) ** 2, np.array([d1 * w1, d1, d2 * w2, d2, d3 * w3, d3, d4 * w4, d4])


@wrong("chain_rule_toy", "the loss is half the square, to get rid of the 2")
def chain_rule_toy(params, x, y):
    w1, b1, w2, b2, w3, b3, w4, b4 = params
    h1 = np.tanh(w1 * x + b1)
    h2 = np.exp(w2 * h1 + b2)
    h3 = np.sin(w3 * h2 + b3)
    d = w4 * h3 + b4 - y
    loss = d * d / 2
    back = d * w4 * np.cos(w3 * h2 + b3)
    back2 = back * w3 * h2
    back1 = back2 * w2 * (1 - h1**2)
    return loss, np.array([back1 * x, back1, back2 * h1, back2, back * h2, back, d * h3, d])


@wrong("chain_rule_toy", "the cosine is rebuilt from the sine as sqrt(1 - h3^2), always positive")
def chain_rule_toy(params, x, y):
    w1, b1, w2, b2, w3, b3, w4, b4 = params
    h1 = np.tanh(w1 * x + b1)
    h2 = np.exp(w2 * h1 + b2)
    h3 = np.sin(w3 * h2 + b3)
    e = w4 * h3 + b4 - y
    g = 2 * e
    gw4, gb4 = g * h3, g
    g = g * w4 * np.sqrt(1 - h3**2)
    gw3, gb3 = g * h2, g
    g = g * w3 * h2
    gw2, gb2 = g * h1, g
    g = g * w2 * (1 - h1**2)
    gw1, gb1 = g * x, g
    return e**2, np.array([gw1, gb1, gw2, gb2, gw3, gb3, gw4, gb4])


# ---------------------------------------------------------------- jacobian


@wrong("jacobian", "a row for each input")
def jacobian(f, x, h=1e-5):
    rows = []
    for i in range(len(x)):
        e = np.zeros(len(x))
        e[i] = h
        rows.append((f(x + e) - f(x - e)) / (2 * h))
    return np.array(rows)


@wrong("jacobian", "one-sided differences")
def jacobian(f, x, h=1e-5):
    x = np.array(x, dtype=float)
    f0 = np.asarray(f(x))
    J = np.zeros((f0.size, x.size))
    for j in range(x.size):
        xh = x.copy()
        xh[j] += h
        J[:, j] = (f(xh) - f0) / h
    return J


@wrong("jacobian", "whole numbers are shifted in an array of whole numbers")
def jacobian(f, x, h=1e-5):
    m = len(f(x))
    J = np.zeros((m, len(x)))
    for j in range(len(x)):
        plus = x.copy()
        minus = x.copy()
        plus[j] = plus[j] + h
        minus[j] = minus[j] - h
        J[:, j] = (f(plus) - f(minus)) / (2 * h)
    return J


@wrong("jacobian", "axes of length one are squeezed away")
def jacobian(f, x, h=1e-5):
    x = x.astype(float)
    eye = np.eye(len(x)) * h
    cols = [(f(x + d) - f(x - d)) / (2 * h) for d in eye]
    return np.squeeze(np.stack(cols, axis=-1))


@wrong("jacobian", "the results of f may be views of the array that is shifted on")
def jacobian(f, x, h=1e-5):
    x = np.array(x, dtype=float)
    columns = []
    for j in range(x.size):
        keep = x[j]
        x[j] = keep + h
        above = f(x)
        x[j] = keep - h
        below = f(x)
        x[j] = keep
        columns.append((above - below) / (2 * h))
    return np.column_stack(columns)


@wrong("jacobian", "h is written down as 1e-5 whatever was given")
def jacobian(f, x, h=1e-5):
    n = len(x)
    out = None
    for k in range(n):
        step = np.zeros(n)
        step[k] = 1e-5
        slope = (np.asarray(f(x + step)) - np.asarray(f(x - step))) / 2e-5
        if out is None:
            out = np.zeros((len(slope), n))
        out[:, k] = slope
    return out


@wrong("jacobian", "the shifts of the earlier inputs are not taken back")
def jacobian(f, x, h=1e-5):
    J = []
    hoch = np.array(x, dtype=float)
    tief = np.array(x, dtype=float)
    for j in range(len(x)):
        hoch[j] += h
        tief[j] -= h
        J.append((f(hoch.copy()) - f(tief.copy())) / (2 * h))
    return np.array(J).T


@wrong("jacobian", "divided by h although the two points are 2h apart")
def jacobian(f, x, h=1e-5):
    x = np.asarray(x, dtype=np.float64)
    y = np.asarray(f(x))
    J = np.empty((y.shape[0], x.shape[0]))
    for i in range(y.shape[0]):
        for j in range(x.shape[0]):
            e = np.zeros_like(x)
            e[j] = h
            J[i, j] = (f(x + e)[i] - f(x - e)[i]) / h
    return J


@wrong("jacobian", "as many outputs as inputs are taken for granted")
def jacobian(f, x, h=1e-5):
    n = len(x)
    J = np.zeros((n, n))
    for i in range(n):
        for j in range(n):
            e = np.zeros(n)
            e[j] = h
            J[i, j] = (f(x + e)[i] - f(x - e)[i]) / (2 * h)
    return J


# ---------------------------------------------------------------- softmax_jacobian


@wrong("softmax_jacobian", "s @ s is a number for a single row")
def softmax_jacobian(s):
    return np.diag(s) - s @ s.T


@wrong("softmax_jacobian", "only the diagonal, as for a sigmoid")
def softmax_jacobian(s):
    return np.diag(s * (1 - s))


@wrong(
    "softmax_jacobian", "the rows of the product are missing: s * s in place of the outer product"
)
def softmax_jacobian(s):
    return np.diag(s) - s * s


@wrong("softmax_jacobian", "plus beside the diagonal")
def softmax_jacobian(s):
    C = len(s)
    J = np.zeros((C, C))
    for i in range(C):
        for j in range(C):
            if i == j:
                J[i, j] = s[i] * (1 - s[j])
            else:
                J[i, j] = s[i] * s[j]
    return J


@wrong("softmax_jacobian", "softmax is applied once more")
def softmax_jacobian(s):
    p = softmax(s[None, :])[0]
    return np.diag(p) - np.outer(p, p)


@wrong("softmax_jacobian", "both signs turned round")
def softmax_jacobian(s):
    ergebnis = []
    for i, si in enumerate(s):
        zeile = []
        for j, sj in enumerate(s):
            delta = 1 if i == j else 0
            zeile.append(si * (sj - delta))
        ergebnis.append(zeile)
    return np.array(ergebnis)


@wrong(
    "softmax_jacobian",
    "measured at log s, which does not exist where s is 0 and loses digits elsewhere",
)
def softmax_jacobian(s):
    z = np.log(s)
    C = len(s)
    J = np.zeros((C, C))
    for j in range(C):
        e = np.zeros(C)
        e[j] = 1e-5
        J[:, j] = (softmax((z + e)[None])[0] - softmax((z - e)[None])[0]) / 2e-5
    return J


@wrong(
    "softmax_jacobian",
    "the delta is multiplied to the wrong factor: 1 - s_i beside the diagonal too",
)
def softmax_jacobian(s):
    J = np.outer(s, 1 - s)
    return J


@wrong("softmax_jacobian", "the two triangles are filled from one loop that forgets the last class")
def softmax_jacobian(s):
    n = len(s)
    J = np.diag(s - s**2)
    for i in range(n - 1):
        for j in range(i + 1, n - 1):
            J[i, j] = J[j, i] = -s[i] * s[j]
    return J


# ---------------------------------------------------------------- softmax_backward


@wrong("softmax_backward", "each class for itself: dout s (1 - s)")
def softmax_backward(dout, s):
    return dout * s * (1.0 - s)


@wrong("softmax_backward", "sums down the examples")
def softmax_backward(dout, s):
    dot = np.sum(dout * s, axis=0, keepdims=True)
    return s * (dout - dot)


@wrong("softmax_backward", "the summed axis is not kept")
def softmax_backward(dout, s):
    total = (dout * s).sum(axis=1)
    return s * (dout - total)


@wrong("softmax_backward", "the average of dout is not weighted with s")
def softmax_backward(dout, s):
    dz = np.zeros(s.shape)
    for n in range(len(s)):
        mittel = dout[n].mean()
        for j in range(s.shape[1]):
            dz[n, j] = s[n, j] * (dout[n, j] - mittel)
    return dz


@wrong("softmax_backward", "the Jacobian of the first example is used for all")
def softmax_backward(dout, s):
    J = np.diag(s[0]) - np.outer(s[0], s[0])
    return dout @ J


@wrong("softmax_backward", "one sum over the whole batch")
def softmax_backward(dout, s):
    return s * dout - s * np.sum(dout * s)


@wrong("softmax_backward", "s is missing before the sum")
def softmax_backward(dout, s):
    t = dout * s
    return t - t.sum(axis=1, keepdims=True)


@wrong("softmax_backward", "divided by the number of examples")
def softmax_backward(dout, s):
    N, C = s.shape
    dz = np.empty((N, C))
    for i in range(N):
        J = np.diag(s[i]) - s[i].reshape(-1, 1) * s[i].reshape(1, -1)
        dz[i] = dout[i] @ J
    return dz / N


@wrong("softmax_backward", "dout is changed on the way")
def softmax_backward(dout, s):
    for n in range(dout.shape[0]):
        dout[n] -= np.dot(dout[n], s[n])
    return dout * s


# ---------------------------------------------------------------- layer_deltas


def squash(z):
    return 0.5 * (1 + np.tanh(0.5 * z))


@wrong("layer_deltas", "the last delta has no slope of the sigmoid, as with cross-entropy")
def layer_deltas(params, x, y):
    acts = [x]
    for W, b in params:
        acts.append(squash(acts[-1] @ W + b))
    deltas = [None] * len(params)
    deltas[-1] = (acts[-1] - y) / len(x)
    for l in range(len(params) - 2, -1, -1):
        deltas[l] = deltas[l + 1] @ params[l + 1][0].T * acts[l + 1] * (1 - acts[l + 1])
    grads = [(acts[l].T @ deltas[l], deltas[l].sum(axis=0)) for l in range(len(params))]
    return deltas, grads


@wrong("layer_deltas", "the number of examples enters a second time in the gradients")
def layer_deltas(params, x, y):
    N = x.shape[0]
    a = [x]
    for W, b in params:
        a.append(squash(a[-1] @ W + b))
    delta = (a[-1] - y) * a[-1] * (1 - a[-1]) / N
    deltas, grads = [], []
    for l in reversed(range(len(params))):
        deltas.insert(0, delta)
        grads.insert(0, (a[l].T @ delta / N, delta.mean(axis=0)))
        if l > 0:
            delta = (delta @ params[l][0].T) * a[l] * (1 - a[l])
    return deltas, grads


@wrong(
    "layer_deltas",
    "a hidden delta gets the slope of the layer after it, where shapes allow, or else none",
)
def layer_deltas(params, x, y):
    outs = []
    h = x
    for W, b in params:
        h = squash(h @ W + b)
        outs.append(h)
    L = len(params)
    deltas = {L - 1: (h - y) * h * (1 - h) / len(x)}
    for l in range(L - 2, -1, -1):
        W_next = params[l + 1][0]
        nxt = outs[l + 1]
        deltas[l] = (deltas[l + 1] * nxt * (1 - nxt)) @ W_next.T
    ins = [x, *outs[:-1]]
    grads = [(ins[l].T @ deltas[l], deltas[l].sum(0)) for l in range(L)]
    return [deltas[l] for l in range(L)], grads


@wrong("layer_deltas", "both lists begin with the last layer")
def layer_deltas(params, x, y):
    acts = [x]
    for W, b in params:
        acts.append(squash(acts[-1].dot(W) + b))
    out = acts[-1]
    delta = (out - y) * out * (1 - out) / x.shape[0]
    deltas, grads = [], []
    for i in range(len(params) - 1, -1, -1):
        deltas.append(delta)
        grads.append((acts[i].T.dot(delta), delta.sum(axis=0)))
        delta = delta.dot(params[i][0].T) * acts[i] * (1 - acts[i])
    return deltas, grads


@wrong("layer_deltas", "averaged over outputs as well as examples")
def layer_deltas(params, x, y):
    acts = [x]
    for W, b in params:
        acts.append(squash(acts[-1] @ W + b))
    deltas = [(acts[-1] - y) / y.size * acts[-1] * (1 - acts[-1])]
    for (W, b), a in zip(params[:0:-1], acts[-2:0:-1]):
        deltas.append(deltas[-1] @ W.T * a * (1 - a))
    deltas = deltas[::-1]
    return deltas, [(a.T @ d, d.sum(axis=0)) for a, d in zip(acts, deltas)]


@wrong("layer_deltas", "the slope of the sigmoid is z (1 - z)")
def layer_deltas(params, x, y):
    acts, zs = [x], []
    for W, b in params:
        zs.append(acts[-1] @ W + b)
        acts.append(squash(zs[-1]))
    delta = (acts[-1] - y) / len(y) * zs[-1] * (1 - zs[-1])
    deltas = [delta]
    for l in range(2, len(params) + 1):
        delta = (delta @ params[-l + 1][0].T) * zs[-l] * (1 - zs[-l])
        deltas.insert(0, delta)
    return deltas, [(acts[l].T @ deltas[l], deltas[l].sum(axis=0)) for l in range(len(params))]


@wrong("layer_deltas", "dW uses what comes out of the layer, and db is a whole sum")
def layer_deltas(params, x, y):
    acts = []
    a = x
    for W, b in params:
        a = squash(a @ W + b)
        acts.append(a)
    d = (a - y) * a * (1 - a) / len(x)
    ds = [d]
    for l in range(len(params) - 1, 0, -1):
        d = d @ params[l][0].T * acts[l - 1] * (1 - acts[l - 1])
        ds = [d, *ds]
    grads = []
    for l in range(len(params)):
        dW = np.zeros(params[l][0].shape)
        voll = acts[l].T @ ds[l]
        k = min(dW.shape[0], voll.shape[0])
        dW[:k] = voll[:k]
        grads.append((dW, np.full(params[l][1].shape, ds[l].sum())))
    return ds, grads


@wrong("layer_deltas", "the error is y minus a, and the sum over examples is not divided")
def layer_deltas(params, x, y):
    acts = [x]
    for W, b in params:
        acts.append(squash(acts[-1] @ W + b))
    error = y - acts[-1]
    deltas = []
    for l in range(len(params), 0, -1):
        d = error * acts[l] * (1 - acts[l])
        deltas.insert(0, d)
        error = d @ params[l - 1][0].T
    return deltas, [(acts[i].T @ deltas[i], np.sum(deltas[i], axis=0)) for i in range(len(params))]


@wrong("layer_deltas", "1/N is put in again at every layer on the way back")
def layer_deltas(params, x, y):
    N = len(x)
    acts = [x]
    for W, b in params:
        acts.append(squash(acts[-1] @ W + b))
    deltas = [None for _ in params]
    grads = [None for _ in params]
    back = acts[-1] - y
    for l in reversed(range(len(params))):
        slope = acts[l + 1] * (1 - acts[l + 1])
        deltas[l] = back * slope / N
        grads[l] = (acts[l].T @ deltas[l], deltas[l].sum(axis=0))
        back = deltas[l] @ params[l][0].T
    return deltas, grads


# ---------------------------------------------------------------- unbroadcast


@wrong("unbroadcast", "new axes are summed, stretched ones are not")
def unbroadcast(grad, shape):
    while grad.ndim > len(shape):
        grad = grad.sum(axis=0)
    return grad


@wrong("unbroadcast", "stretched axes vanish instead of staying with length 1")
def unbroadcast(grad, shape):
    extra = grad.ndim - len(shape)
    g = grad.sum(axis=tuple(range(extra)))
    axes = tuple(i for i, n in enumerate(shape) if n == 1)
    return g.sum(axis=axes)


@wrong("unbroadcast", "a mean, since all copies are equal")
def unbroadcast(grad, shape):
    extra = grad.ndim - len(shape)
    g = grad.mean(axis=tuple(range(extra)))
    for i, n in enumerate(shape):
        if n == 1:
            g = g.mean(axis=i, keepdims=True)
    return g


@wrong("unbroadcast", "shapes are lined up from the left")
def unbroadcast(grad, shape):
    g = grad
    while g.ndim > len(shape):
        g = g.sum(axis=-1)
    for i in range(len(shape)):
        if shape[i] == 1 and g.shape[i] != 1:
            g = g.sum(axis=i, keepdims=True)
    return g


@wrong("unbroadcast", "for an empty shape there is nothing to sum over, it says")
def unbroadcast(grad, shape):
    if not shape:
        return grad
    n_new = len(grad.shape) - len(shape)
    out = grad
    for _ in range(n_new):
        out = out.sum(0)
    for ax, length in enumerate(shape):
        if length == 1:
            out = out.sum(ax, keepdims=True)
    return out


@wrong("unbroadcast", "the first copy stands for all")
def unbroadcast(grad, shape):
    g = grad
    while g.ndim > len(shape):
        g = g[0]
    for i, n in enumerate(shape):
        if n == 1:
            g = np.take(g, [0], axis=i)
    return g


@wrong("unbroadcast", "everything behind is summed in one go and put into shape by resize")
def unbroadcast(grad, shape):
    size = int(np.prod(shape))
    return grad.reshape(size, -1).sum(axis=1).reshape(shape)


@wrong("unbroadcast", "axes are numbered before the new ones are gone")
def unbroadcast(grad, shape):
    axes = []
    for i in range(grad.ndim - len(shape)):
        axes.append(i)
    for i, n in enumerate(shape):
        if n == 1:
            axes.append(i)
    return grad.sum(axis=tuple(set(axes))).reshape(shape)


@wrong("unbroadcast", "returns at once if the number of axes agrees")
def unbroadcast(grad, shape):
    if grad.ndim == len(shape):
        return grad
    front = tuple(range(grad.ndim - len(shape)))
    ones = tuple(len(front) + i for i, n in enumerate(shape) if n == 1)
    return np.sum(grad, axis=front + ones).reshape(shape)


# ---------------------------------------------------------------- grad_check


@wrong("grad_check", "max(worst, error) lets NaN through as if nothing had happened")
def grad_check(f, params, grads, h=1e-5):
    worst = 0.0
    for p, g in zip(params, grads):
        for i in np.ndindex(p.shape):
            keep = p[i]
            p[i] = keep + h
            up = f()
            p[i] = keep - h
            down = f()
            p[i] = keep
            n = (up - down) / (2 * h)
            worst = max(worst, abs(g[i] - n) / max(1e-8, abs(g[i]) + abs(n)))
    return worst


@wrong("grad_check", "reshape(-1) of a transpose is a copy, so f sees no shift")
def grad_check(f, params, grads, h=1e-5):
    errors = []
    for p, g in zip(params, grads):
        flat = p.reshape(-1)
        gflat = g.reshape(-1)
        for k in range(flat.size):
            old = flat[k]
            flat[k] = old + h
            fp = f()
            flat[k] = old - h
            fm = f()
            flat[k] = old
            num = (fp - fm) / (2 * h)
            errors.append(abs(num - gflat[k]) / np.maximum(1e-8, abs(num) + abs(gflat[k])))
    return np.max(errors)


@wrong("grad_check", "the plain difference, not in proportion")
def grad_check(f, params, grads, h=1e-5):
    diffs = []
    for p, g in zip(params, grads):
        it = np.nditer(p, flags=["multi_index"])
        while not it.finished:
            ix = it.multi_index
            v = p[ix]
            p[ix] = v + h
            fx1 = f()
            p[ix] = v - h
            fx2 = f()
            p[ix] = v
            diffs.append(abs((fx1 - fx2) / (2 * h) - g[ix]))
            it.iternext()
    return np.max(diffs)


@wrong("grad_check", "the ratio of the lengths of whole vectors, as in another course")
def grad_check(f, params, grads, h=1e-5):
    approx, exact = [], []
    for p, g in zip(params, grads):
        for i in np.ndindex(*p.shape):
            v = p[i]
            p[i] = v + h
            J_plus = f()
            p[i] = v - h
            J_minus = f()
            p[i] = v
            approx.append((J_plus - J_minus) / (2 * h))
            exact.append(g[i])
    approx, exact = np.array(approx), np.array(exact)
    return np.linalg.norm(exact - approx) / max(
        1e-8, np.linalg.norm(exact) + np.linalg.norm(approx)
    )


@wrong(
    "grad_check", "the worst error is counted from 0 again for each array, so the last one decides"
)
def grad_check(f, params, grads, h=1e-5):
    for p, g in zip(params, grads):
        worst = 0.0
        num = np.zeros(p.shape)
        for i in np.ndindex(p.shape):
            v = p[i]
            p[i] = v + h
            hi = f()
            p[i] = v - h
            lo = f()
            p[i] = v
            num[i] = (hi - lo) / (2 * h)
        rel = np.abs(g - num) / np.maximum(1e-8, np.abs(g) + np.abs(num))
        worst = np.maximum(worst, rel.max())
    return worst


@wrong("grad_check", "forgets to put the shifted entry back")
def grad_check(f, params, grads, h=1e-5):
    worst = 0.0
    for p, g in zip(params, grads):
        for i in np.ndindex(p.shape):
            p[i] += h
            hi = f()
            p[i] -= 2 * h
            lo = f()
            num = (hi - lo) / (2 * h)
            err = abs(g[i] - num) / max(1e-8, abs(g[i]) + abs(num))
            if not err <= worst:
                worst = err
    return worst


@wrong("grad_check", "the larger of the two in the denominator, and no guard against zeros")
def grad_check(f, params, grads, h=1e-5):
    worst = -np.inf
    for k in range(len(params)):
        for i in np.ndindex(params[k].shape):
            v = params[k][i]
            params[k][i] = v + h
            hi = f()
            params[k][i] = v - h
            lo = f()
            params[k][i] = v
            num = (hi - lo) / 2 / h
            a = grads[k][i]
            worst = np.maximum(worst, np.abs(a - num) / np.maximum(np.abs(a), np.abs(num)))
    return worst


@wrong("grad_check", "ten entries picked at random of each array")
def grad_check(f, params, grads, h=1e-5):
    rng = np.random.default_rng(0)
    found = [0.0]
    for p, g in zip(params, grads):
        places = list(np.ndindex(p.shape))
        for t in rng.choice(len(places), 10):
            i = places[t]
            v = p[i]
            p[i] = v + h
            hi = f()
            p[i] = v - h
            lo = f()
            p[i] = v
            n = (hi - lo) / (2 * h)
            found.append(abs(g[i] - n) / max(1e-8, abs(g[i]) + abs(n)))
    return np.max(found)


@wrong("grad_check", "forward differences are compared")
def grad_check(f, params, grads, h=1e-5):
    base = f()
    errs = []
    for p, g in zip(params, grads):
        for i in np.ndindex(p.shape):
            v = p[i]
            p[i] = v + h
            n = (f() - base) / h
            p[i] = v
            errs.append(np.abs(g[i] - n) / np.maximum(1e-8, np.abs(g[i]) + np.abs(n)))
    return np.max(errs)


@wrong("grad_check", "the sum in the denominator without bars, so opposite signs cancel")
def grad_check(f, params, grads, h=1e-5):
    errs = []
    for p, g in zip(params, grads):
        for i in np.ndindex(p.shape):
            v = p[i]
            p[i] = v + h
            hi = f()
            p[i] = v - h
            lo = f()
            p[i] = v
            n = (hi - lo) / (2 * h)
            errs.append(np.abs(g[i] - n) / np.maximum(1e-8, g[i] + n))
    return np.max(errs)


@wrong("grad_check", "the average of the errors, where one bad entry drowns")
def grad_check(f, params, grads, h=1e-5):
    total, count = 0.0, 0
    for p, g in zip(params, grads):
        for i in np.ndindex(p.shape):
            v = p[i]
            p[i] = v + h
            hi = f()
            p[i] = v - h
            lo = f()
            p[i] = v
            n = (hi - lo) / (2 * h)
            total += abs(g[i] - n) / max(1e-8, abs(g[i]) + abs(n))
            count += 1
    return total / count


# ---------------------------------------------------------------- batchnorm_forward


@wrong("batchnorm_forward", "the variance is divided by N - 1")
def batchnorm_forward(x, gamma, beta, eps):
    mu = x.mean(axis=0)
    var = x.var(axis=0, ddof=1)
    xhat = (x - mu) / np.sqrt(var + eps)
    return gamma * xhat + beta, (xhat, gamma, var, eps)


@wrong("batchnorm_forward", "each example is normalised for itself")
def batchnorm_forward(x, gamma, beta, eps):
    mu = x.mean(axis=1, keepdims=True)
    var = x.var(axis=1, keepdims=True)
    xhat = (x - mu) / np.sqrt(var + eps)
    return gamma * xhat + beta, (xhat, gamma, var, eps)


@wrong("batchnorm_forward", "eps is added after the root")
def batchnorm_forward(x, gamma, beta, eps):
    N, D = x.shape
    mu = np.zeros(D)
    for zeile in x:
        mu += zeile / N
    var = np.zeros(D)
    for zeile in x:
        var += (zeile - mu) ** 2 / N
    xhat = (x - mu) / (np.sqrt(var) + eps)
    return xhat * gamma + beta, (xhat, gamma, var, eps)


@wrong("batchnorm_forward", "divided by the variance, gamma and beta have changed roles")
def batchnorm_forward(x, gamma, beta, eps):
    centred = x - np.mean(x, axis=0)
    v = np.mean(centred**2, axis=0)
    norm = centred / (v + eps)
    return beta * norm + gamma, (norm, gamma, v, eps)


@wrong(
    "batchnorm_forward",
    "mean of squares minus square of the mean, which loses all digits far from 0",
)
def batchnorm_forward(x, gamma, beta, eps):
    m = x.mean(axis=0)
    var = (x**2).mean(axis=0) - m**2
    inv = 1 / np.sqrt(np.maximum(var, 0) + eps)
    xhat = (x - m) * inv
    return gamma * xhat + beta, (xhat, gamma, var, eps)


@wrong("batchnorm_forward", "one mean and one variance for the whole batch")
def batchnorm_forward(x, gamma, beta, eps):
    xhat = (x - np.mean(x)) / np.sqrt(np.var(x) + eps)
    return gamma * xhat + beta, (xhat, gamma, np.var(x), eps)


@wrong("batchnorm_forward", "x is centred in place")
def batchnorm_forward(x, gamma, beta, eps):
    x = np.asarray(x, dtype=float)
    x -= x.mean(axis=0)
    var = (x**2).mean(axis=0)
    xhat = x / np.sqrt(var + eps)
    return gamma * xhat + beta, (xhat, gamma, var, eps)


# ---------------------------------------------------------------- batchnorm_backward


def bn_fwd(x, gamma, beta, eps):
    mu = np.mean(x, axis=0)
    xc = x - mu
    var = np.mean(xc**2, axis=0)
    std = np.sqrt(var + eps)
    xhat = xc / std
    return gamma * xhat + beta, (xc, xhat, std, gamma)


@wrong("batchnorm_backward", "mean and variance are taken for constants", batchnorm_forward=bn_fwd)
def batchnorm_backward(dout, cache):
    xc, xhat, std, gamma = cache
    dx = dout * gamma / std
    dgamma = np.sum(dout * xhat, axis=0)
    dbeta = np.sum(dout, axis=0)
    return dx, dgamma, dbeta


@wrong("batchnorm_backward", "the way through the variance is forgotten", batchnorm_forward=bn_fwd)
def batchnorm_backward(dout, cache):
    xc, xhat, std, gamma = cache
    dxhat = dout * gamma
    dxc = dxhat / std
    dmu = -dxc.sum(axis=0)
    dx = dxc + dmu / dout.shape[0]
    return dx, (dout * xhat).sum(axis=0), dout.sum(axis=0)


@wrong("batchnorm_backward", "the way through the mean is forgotten", batchnorm_forward=bn_fwd)
def batchnorm_backward(dout, cache):
    xc, xhat, std, gamma = cache
    N = len(dout)
    dxhat = dout * gamma
    dvar = np.sum(dxhat * xc * -0.5 * std**-3, axis=0)
    dx = dxhat / std + dvar * 2 * xc / N
    return dx, (dout * xhat).sum(axis=0), dout.sum(axis=0)


@wrong("batchnorm_backward", "gamma does not reach dx", batchnorm_forward=bn_fwd)
def batchnorm_backward(dout, cache):
    xc, xhat, std, gamma = cache
    N = dout.shape[0]
    dgamma = np.sum(dout * xhat, axis=0)
    dbeta = np.sum(dout, axis=0)
    dx = (N * dout - dbeta - xhat * dgamma) / (N * std)
    return dx, dgamma, dbeta


@wrong(
    "batchnorm_backward",
    "dgamma is taken with the centred x, before the division",
    batchnorm_forward=bn_fwd,
)
def batchnorm_backward(dout, cache):
    xc, xhat, std, gamma = cache
    dgamma = np.zeros(gamma.shape)
    dbeta = np.zeros(gamma.shape)
    for n in range(len(dout)):
        dgamma += dout[n] * xc[n]
        dbeta += dout[n]
    g = dout * gamma
    dx = (g - g.mean(axis=0) - xhat * (g * xhat).mean(axis=0)) / std
    return dx, dgamma, dbeta


@wrong("batchnorm_backward", "the means are plain sums: N is missing", batchnorm_forward=bn_fwd)
def batchnorm_backward(dout, cache):
    xc, xhat, std, gamma = cache
    dy = dout * gamma
    dx = (dy - dy.sum(axis=0) - xhat * (dy * xhat).sum(axis=0)) / std
    return dx, np.einsum("nd,nd->d", dout, xhat), np.einsum("nd->d", dout)


@wrong(
    "batchnorm_backward",
    "a half has been lost on the way through the root",
    batchnorm_forward=bn_fwd,
)
def batchnorm_backward(dout, cache):
    xc, xhat, std, gamma = cache
    N = dout.shape[0]
    dbeta = dout.sum(axis=0)
    dgamma = (dout * xhat).sum(axis=0)
    dxhat = dout * gamma
    dinv = (dxhat * xc).sum(axis=0)
    dstd = -dinv / std**2
    dvar = dstd / std
    dsq = dvar / N * np.ones_like(xc)
    dxc = dxhat / std + 2 * xc * dsq
    return dxc - dxc.mean(axis=0), dgamma, dbeta


@wrong("batchnorm_backward", "the cached xhat is multiplied in place", batchnorm_forward=bn_fwd)
def batchnorm_backward(dout, cache):
    xc, xhat, std, gamma = cache
    g = dout * gamma
    dgamma = (dout * xhat).sum(axis=0)
    mean_g = g.mean(axis=0)
    share = (g * xhat).mean(axis=0)
    xhat *= share
    dx = (g - mean_g - xhat) / std
    return dx, dgamma, dout.sum(axis=0)


@wrong(
    "batchnorm_backward",
    "dgamma and dbeta are averages, and come in the other order",
    batchnorm_forward=bn_fwd,
)
def batchnorm_backward(dout, cache):
    xc, xhat, std, gamma = cache
    g = dout * gamma
    dx = (g - g.mean(axis=0) - xhat * (g * xhat).mean(axis=0)) / std
    return dx, dout.mean(axis=0), (dout * xhat).mean(axis=0)


@wrong(
    "batchnorm_backward", "the share along xhat is added, not taken off", batchnorm_forward=bn_fwd
)
def batchnorm_backward(dout, cache):
    xc, xhat, std, gamma = cache
    g = dout * gamma / std
    dx = g - g.mean(0) + xhat * (g * xhat).mean(0)
    return dx, (dout * xhat).sum(0), dout.sum(0)


# ---------------------------------------------------------------- layernorm_backward


def ln_fwd(x, gamma, beta, eps):
    xc = x - x.mean(axis=1, keepdims=True)
    std = np.sqrt((xc**2).mean(axis=1, keepdims=True) + eps)
    xhat = xc / std
    return xhat * gamma + beta, (xhat, std, gamma)


@wrong(
    "layernorm_backward",
    "gamma is multiplied on at the end, as with batches",
    layernorm_forward=ln_fwd,
)
def layernorm_backward(dout, cache):
    xhat, std, gamma = cache
    m1 = dout.mean(axis=1, keepdims=True)
    m2 = (dout * xhat).mean(axis=1, keepdims=True)
    dx = gamma / std * (dout - m1 - xhat * m2)
    return dx, (dout * xhat).sum(axis=0), dout.sum(axis=0)


@wrong("layernorm_backward", "means down the batch are taken off", layernorm_forward=ln_fwd)
def layernorm_backward(dout, cache):
    xhat, std, gamma = cache
    g = dout * gamma
    dx = (g - g.mean(axis=0) - xhat * (g * xhat).mean(axis=0)) / std
    return dx, (dout * xhat).sum(axis=0), dout.sum(axis=0)


@wrong("layernorm_backward", "dgamma and dbeta are kept for each example", layernorm_forward=ln_fwd)
def layernorm_backward(dout, cache):
    xhat, std, gamma = cache
    g = dout * gamma
    dx = (g - g.mean(axis=1, keepdims=True) - xhat * (g * xhat).mean(axis=1, keepdims=True)) / std
    return dx, dout * xhat, dout


@wrong("layernorm_backward", "mean and variance are taken for constants", layernorm_forward=ln_fwd)
def layernorm_backward(dout, cache):
    xhat, std, gamma = cache
    dx = np.zeros(dout.shape)
    for n in range(len(dout)):
        for d in range(dout.shape[1]):
            dx[n, d] = dout[n, d] * gamma[d] / std[n, 0]
    return dx, (dout * xhat).sum(axis=0), dout.sum(axis=0)


@wrong(
    "layernorm_backward",
    "divided by the number of examples where the number of features belongs",
    layernorm_forward=ln_fwd,
)
def layernorm_backward(dout, cache):
    xhat, std, gamma = cache
    N, D = dout.shape
    g = dout * gamma
    s1 = g.sum(axis=1, keepdims=True)
    s2 = (g * xhat).sum(axis=1, keepdims=True)
    dx = (N * g - s1 - xhat * s2) / (N * std)
    return dx, (dout * xhat).sum(axis=0), dout.sum(axis=0)


@wrong("layernorm_backward", "gamma is counted twice in dgamma", layernorm_forward=ln_fwd)
def layernorm_backward(dout, cache):
    xhat, std, gamma = cache
    dout = dout * gamma
    dx = (
        dout - dout.mean(axis=1, keepdims=True) - xhat * (dout * xhat).mean(axis=1, keepdims=True)
    ) / std
    return dx, (dout * xhat).sum(axis=0), dout.sum(axis=0)


@wrong("layernorm_backward", "the way through the variance is left out", layernorm_forward=ln_fwd)
def layernorm_backward(dout, cache):
    xhat, std, gamma = cache
    h = dout * gamma / std
    dx = h - np.mean(h, axis=1)[:, None]
    return dx, np.sum(dout * xhat, 0), np.sum(dout, 0)


@at_once
def layernorm_with_its_own_forward():
    def layernorm_forward(x, gamma, beta, eps):
        mu = x.mean(axis=1, keepdims=True)
        var = x.var(axis=1, ddof=1, keepdims=True)
        xhat = (x - mu) / np.sqrt(var + eps)
        return xhat * gamma + beta, (xhat, np.sqrt(var + eps), gamma)

    @wrong(
        "layernorm_backward",
        "forward with D - 1, backward as if with D",
        layernorm_forward=layernorm_forward,
    )
    def layernorm_backward(dout, cache):
        xhat, std, gamma = cache
        g = dout * gamma
        dx = (
            g - g.mean(axis=1, keepdims=True) - xhat * (g * xhat).mean(axis=1, keepdims=True)
        ) / std
        return dx, (dout * xhat).sum(axis=0), dout.sum(axis=0)


@at_once
def layernorm_by_transposing():
    def layernorm_forward(x, gamma, beta, eps):
        xt = x.T
        mu, var = xt.mean(axis=0), xt.var(axis=0)
        xhat = ((xt - mu) / np.sqrt(var + eps)).T
        return xhat * gamma + beta, (xhat, gamma, var, eps)

    @wrong(
        "layernorm_backward",
        "transposed for the batch formula, and dgamma comes out as one for each example",
        layernorm_forward=layernorm_forward,
    )
    def layernorm_backward(dout, cache):
        xhat, gamma, var, eps = cache
        d = (dout * gamma).T
        xt = xhat.T
        D = d.shape[0]
        dx = (D * d - d.sum(axis=0) - xt * (d * xt).sum(axis=0)) / (D * np.sqrt(var + eps))
        dgamma = (dout.T * xt).sum(axis=0)
        dbeta = dout.T.sum(axis=0)
        return dx.T, dgamma, dbeta


# ---------------------------------------------------------------- batchnorm_eval


def eval_fwd(x, gamma, beta, mean, var, eps):
    std = np.sqrt(var + eps)
    xhat = (x - mean) / std
    return gamma * xhat + beta, (xhat, std, gamma)


def eval_bwd(dout, cache):
    xhat, std, gamma = cache
    return dout * gamma / std, (dout * xhat).sum(axis=0), dout.sum(axis=0)


@wrong(
    "batchnorm_eval",
    "the backward pass of training, with all the paths",
    batchnorm_eval_forward=eval_fwd,
)
def batchnorm_eval_backward(dout, cache):
    xhat, std, gamma = cache
    N = len(dout)
    g = dout * gamma
    dx = (N * g - g.sum(axis=0) - xhat * (g * xhat).sum(axis=0)) / (N * std)
    return dx, (dout * xhat).sum(axis=0), dout.sum(axis=0)


@wrong(
    "batchnorm_eval",
    "the statistics of the batch are used all the same",
    batchnorm_eval_backward=eval_bwd,
)
def batchnorm_eval_forward(x, gamma, beta, mean, var, eps):
    std = np.sqrt(x.var(axis=0) + eps)
    xhat = (x - x.mean(axis=0)) / std
    return gamma * xhat + beta, (xhat, std, gamma)


@wrong(
    "batchnorm_eval",
    "the stored variance is taken for a standard deviation",
    batchnorm_eval_backward=eval_bwd,
)
def batchnorm_eval_forward(x, gamma, beta, mean, var, eps):
    xhat = (x - mean) / (var + eps)
    return gamma * xhat + beta, (xhat, var + eps, gamma)


@wrong("batchnorm_eval", "eps after the root", batchnorm_eval_backward=eval_bwd)
def batchnorm_eval_forward(x, gamma, beta, mean, var, eps):
    scale = np.sqrt(var) + eps
    xhat = (x - mean) / scale
    return gamma * xhat + beta, (xhat, scale, gamma)


@wrong(
    "batchnorm_eval",
    "the stored mean moves on with the batch, in place",
    batchnorm_eval_backward=eval_bwd,
)
def batchnorm_eval_forward(x, gamma, beta, mean, var, eps):
    mean *= 0.9
    mean += 0.1 * x.mean(axis=0)
    std = np.sqrt(var + eps)
    xhat = (x - mean) / std
    return gamma * xhat + beta, (xhat, std, gamma)


@wrong(
    "batchnorm_eval",
    "nothing is trained any more, so dgamma and dbeta are zeros",
    batchnorm_eval_forward=eval_fwd,
)
def batchnorm_eval_backward(dout, cache):
    xhat, std, gamma = cache
    return dout * (gamma / std), np.zeros(gamma.shape), np.zeros(gamma.shape)


@wrong("batchnorm_eval", "the path through the mean is left in", batchnorm_eval_forward=eval_fwd)
def batchnorm_eval_backward(dout, cache):
    xhat, std, gamma = cache
    d = dout * gamma / std
    return d - d.mean(axis=0), np.sum(dout * xhat, axis=0), np.sum(dout, axis=0)


@wrong("batchnorm_eval", "dgamma is multiplied by gamma once more", batchnorm_eval_forward=eval_fwd)
def batchnorm_eval_backward(dout, cache):
    xhat, std, gamma = cache
    dgamma = np.zeros(len(gamma))
    dbeta = np.zeros(len(gamma))
    dx = np.zeros(dout.shape)
    for n in range(dout.shape[0]):
        for d in range(dout.shape[1]):
            dbeta[d] += dout[n, d]
            dgamma[d] += dout[n, d] * gamma[d] * xhat[n, d]
            dx[n, d] = dout[n, d] * gamma[d] / std[d]
    return dx, dgamma, dbeta


# ---------------------------------------------------------------- Dual


class PairOfNumbers:
    """What several answers share: dual numbers whose rules are right."""

    def __init__(self, value, slope=0.0):
        self.value = value
        self.slope = slope

    def pair(self, other):
        return (other.value, other.slope) if isinstance(other, PairOfNumbers) else (other, 0.0)

    def __add__(self, other):
        v, s = self.pair(other)
        return type(self)(self.value + v, self.slope + s)

    __radd__ = __add__

    def __mul__(self, other):
        v, s = self.pair(other)
        return type(self)(self.value * v, self.slope * v + self.value * s)

    __rmul__ = __mul__

    def __neg__(self):
        return type(self)(-self.value, -self.slope)

    def __sub__(self, other):
        return self + (-1) * other

    def __rsub__(self, other):
        return other + (-1) * self

    def __truediv__(self, other):
        v, s = self.pair(other)
        return type(self)(self.value / v, (self.slope * v - self.value * s) / v**2)

    def __rtruediv__(self, other):
        return type(self)(other / self.value, -other * self.slope / self.value**2)

    def __pow__(self, n):
        return type(self)(self.value**n, n * self.value ** (n - 1) * self.slope)

    def exp(self):
        e = np.exp(self.value)
        return type(self)(e, e * self.slope)

    def tanh(self):
        t = np.tanh(self.value)
        return type(self)(t, (1 - t * t) * self.slope)

    def relu(self):
        on = self.value > 0
        return type(self)(self.value if on else 0.0, self.slope if on else 0.0)


@wrong("Dual", "the slope of a product is the product of the slopes")
class Dual(PairOfNumbers):
    def __mul__(self, other):
        v, s = self.pair(other)
        if isinstance(other, PairOfNumbers):
            return type(self)(self.value * v, self.slope * s)
        return type(self)(self.value * v, self.slope * v)

    __rmul__ = __mul__


@wrong("Dual", "a plain number gets the slope 1")
class Dual(PairOfNumbers):
    def pair(self, other):
        if isinstance(other, (int, float)):
            return other, 1.0
        return other.value, other.slope


@wrong("Dual", "functions give their own slope, the incoming one is not multiplied on")
class Dual(PairOfNumbers):
    def exp(self):
        return type(self)(np.exp(self.value), np.exp(self.value))

    def tanh(self):
        return type(self)(np.tanh(self.value), 1 - np.tanh(self.value) ** 2)

    def relu(self):
        return type(self)(max(0.0, self.value), 1.0 if self.value > 0 else 0.0)


@wrong("Dual", "number minus Dual and number by Dual are turned round")
class Dual(PairOfNumbers):
    def __rsub__(self, other):
        return self - other

    def __rtruediv__(self, other):
        return self / other


@wrong("Dual", "the quotient rule with plus, and not divided by the square")
class Dual(PairOfNumbers):
    def __truediv__(self, other):
        v, s = self.pair(other)
        zaehler = self.slope * v + self.value * s
        return type(self)(self.value / v, zaehler / v)


@wrong("Dual", "the power rule forgets the inner slope and keeps the exponent")
class Dual(PairOfNumbers):
    def __pow__(self, n):
        return type(self)(self.value**n, n * self.value**n)


@wrong("Dual", "powers by repeated multiplication, so only whole positive exponents work")
class Dual(PairOfNumbers):
    def __pow__(self, n):
        result = type(self)(1.0)
        for _ in range(int(n)):
            result = result * self
        return result


@wrong("Dual", "sums are collected in the left operand")
class Dual(PairOfNumbers):
    def __add__(self, other):
        v, s = self.pair(other)
        self.value = self.value + v
        self.slope = self.slope + s
        return self

    __radd__ = __add__


@wrong("Dual", "relu looks at the slope instead of the value")
class Dual(PairOfNumbers):
    def relu(self):
        return type(self)(max(self.value, 0.0), max(self.slope, 0.0))


@wrong("Dual", "numbers work on the right only")
class Dual(PairOfNumbers):
    __radd__ = None
    __rmul__ = None

    def __rsub__(self, other):
        return NotImplemented

    def __rtruediv__(self, other):
        return NotImplemented

    def __sub__(self, other):
        v, s = self.pair(other)
        return type(self)(self.value - v, self.slope - s)


@wrong("Dual", "the slope of tanh is taken at the output once more")
class Dual(PairOfNumbers):
    def tanh(self):
        y = type(self)(np.tanh(self.value))
        y.slope = self.slope / np.cosh(y.value) ** 2
        return y


@at_once
def dual_of_ones():
    @wrong("Dual", "every Dual starts with the slope 1, as if it were the input")
    class Dual(PairOfNumbers):
        def __init__(self, value, slope=1.0):
            self.value = value
            self.slope = slope


@wrong("Dual", "a minus before a Dual turns the value and leaves the slope")
class Dual(PairOfNumbers):
    def __sub__(self, other):
        v, s = self.pair(other)
        return type(self)(self.value - v, self.slope + s)

    def __rsub__(self, other):
        return type(self)(other - self.value, self.slope)


@wrong("Dual", "whole numbers are divided as whole numbers")
class Dual(PairOfNumbers):
    def __init__(self, value, slope=0.0):
        self.value = int(value) if value == int(value) else value
        self.slope = slope

    def __truediv__(self, other):
        v, s = self.pair(other)
        if isinstance(self.value, int) and isinstance(v, int):
            return type(self)(self.value // v, (self.slope * v - self.value * s) / v**2)
        return type(self)(self.value / v, (self.slope * v - self.value * s) / v**2)


# ---------------------------------------------------------------- afterthoughts


@wrong("jacobian", "the table has the type of f(x), whole numbers if x is whole")
def jacobian(f, x, h=1e-5):
    y0 = np.asarray(f(x))
    J = np.zeros((y0.size, x.size), dtype=y0.dtype)
    for j in range(x.size):
        d = np.zeros(x.size)
        d[j] = h
        J[:, j] = (f(x + d) - f(x - d)) / (2 * h)
    return J


@wrong("softmax_backward", "measured at log s, which does not exist where s is 0")
def softmax_backward(dout, s):
    z = np.log(s)
    dz = np.zeros(s.shape)
    for j in range(s.shape[1]):
        e = np.zeros(s.shape[1])
        e[j] = 1e-5
        dz[:, j] = np.sum(dout * (softmax(z + e) - softmax(z - e)), axis=1) / 2e-5
    return dz


@wrong("layer_deltas", "e^z / (1 + e^z), which is NaN for large z")
def layer_deltas(params, x, y):
    acts = [x]
    for W, b in params:
        ez = np.exp(acts[-1] @ W + b)
        acts.append(ez / (1 + ez))
    delta = (acts[-1] - y) * acts[-1] * (1 - acts[-1]) / len(x)
    deltas = [delta]
    for l in range(len(params) - 1, 0, -1):
        delta = delta @ params[l][0].T * acts[l] * (1 - acts[l])
        deltas.insert(0, delta)
    return deltas, [(a.T @ d, d.sum(axis=0)) for a, d in zip(acts, deltas)]


@wrong("layer_deltas", "the list of params is turned round and stays so")
def layer_deltas(params, x, y):
    acts = [x]
    for W, b in params:
        acts.append(squash(acts[-1] @ W + b))
    acts.reverse()
    params.reverse()
    deltas, grads = [], []
    d = (acts[0] - y) / x.shape[0]
    for k, (W, b) in enumerate(params):
        d = d * acts[k] * (1 - acts[k])
        deltas.append(d)
        grads.append((acts[k + 1].T @ d, d.sum(axis=0)))
        d = d @ W.T
    return deltas[::-1], grads[::-1]


@wrong("layer_deltas", "one example at a time, and the deltas of the last one are returned for all")
def layer_deltas(params, x, y):
    N = len(x)
    sums = [(np.zeros(W.shape), np.zeros(b.shape)) for W, b in params]
    for n in range(N):
        acts = [x[n]]
        for W, b in params:
            acts.append(squash(acts[-1] @ W + b))
        d = (acts[-1] - y[n]) / N
        deltas = []
        for l in range(len(params) - 1, -1, -1):
            d = d * acts[l + 1] * (1 - acts[l + 1])
            deltas.insert(0, np.tile(d, (N, 1)))
            sums[l] = (sums[l][0] + np.outer(acts[l], d), sums[l][1] + d)
            d = params[l][0] @ d
    return deltas, sums


@wrong("grad_check", "walks through memory for the parameter and through rows for the gradient")
def grad_check(f, params, grads, h=1e-5):
    errors = []
    for p, g in zip(params, grads):
        values = np.nditer(p, op_flags=["readwrite"])
        for entry, a in zip(values, g.flat):
            old = float(entry)
            entry[...] = old + h
            up = f()
            entry[...] = old - h
            down = f()
            entry[...] = old
            n = (up - down) / (2 * h)
            errors.append(np.abs(a - n) / np.maximum(1e-8, np.abs(a) + np.abs(n)))
    return np.max(errors)


@wrong("grad_check", "two loops for matrices, a bias has one axis")
def grad_check(f, params, grads, h=1e-5):
    worst = 0.0
    for p, g in zip(params, grads):
        for i in range(p.shape[0]):
            for j in range(p.shape[1]):
                keep = p[i, j]
                p[i, j] = keep + h
                a = f()
                p[i, j] = keep - h
                b = f()
                p[i, j] = keep
                n = (a - b) / (2 * h)
                worst = np.maximum(worst, abs(g[i, j] - n) / max(1e-8, abs(g[i, j]) + abs(n)))
    return worst


@wrong("grad_check", "1e-8 is added to the denominator")
def grad_check(f, params, grads, h=1e-5):
    errors = []
    for p, g in zip(params, grads):
        for i in np.ndindex(p.shape):
            keep = p[i]
            p[i] = keep + h
            up = f()
            p[i] = keep - h
            down = f()
            p[i] = keep
            n = (up - down) / (2 * h)
            errors.append(abs(g[i] - n) / (abs(g[i]) + abs(n) + 1e-8))
    return np.max(errors)


@wrong("grad_check", "the given h is not used")
def grad_check(f, params, grads, h=1e-5):
    eps = 1e-4
    worst = 0.0
    for p, g in zip(params, grads):
        for i in np.ndindex(p.shape):
            keep = p[i]
            p[i] = keep + eps
            up = f()
            p[i] = keep - eps
            down = f()
            p[i] = keep
            n = (up - down) / (2 * eps)
            worst = np.maximum(worst, abs(g[i] - n) / max(1e-8, abs(g[i]) + abs(n)))
    return worst


@wrong("batchnorm_forward", "in single precision")
def batchnorm_forward(x, gamma, beta, eps):
    x32 = x.astype(np.float32)
    mu = x32.mean(axis=0)
    var = x32.var(axis=0)
    xhat = ((x32 - mu) / np.sqrt(var + eps)).astype(float)
    return gamma * xhat + beta, (xhat, gamma, var, eps)


@at_once
def batchnorm_without_eps():
    def batchnorm_forward(x, gamma, beta, eps):
        mu = x.mean(axis=0)
        var = x.var(axis=0)
        xhat = (x - mu) / np.sqrt(var + eps)
        return gamma * xhat + beta, (xhat, var, gamma)

    @wrong(
        "batchnorm_backward",
        "eps is forgotten on the way back",
        batchnorm_forward=batchnorm_forward,
    )
    def batchnorm_backward(dout, cache):
        xhat, var, gamma = cache
        N = len(dout)
        g = dout * gamma
        dx = (N * g - g.sum(axis=0) - xhat * (g * xhat).sum(axis=0)) / (N * np.sqrt(var))
        return dx, (dout * xhat).sum(axis=0), dout.sum(axis=0)


@at_once
def batchnorm_from_out():
    def batchnorm_forward(x, gamma, beta, eps):
        std = np.sqrt(x.var(axis=0) + eps)
        out = gamma * (x - x.mean(axis=0)) / std + beta
        return out, (out, gamma, beta, std)

    @wrong(
        "batchnorm_backward",
        "xhat is found again as (out - beta) / gamma, and gamma may be 0",
        batchnorm_forward=batchnorm_forward,
    )
    def batchnorm_backward(dout, cache):
        out, gamma, beta, std = cache
        xhat = (out - beta) / gamma
        g = dout * gamma
        dx = (g - g.mean(axis=0) - xhat * np.mean(g * xhat, axis=0)) / std
        return dx, np.sum(dout * xhat, axis=0), np.sum(dout, axis=0)


@at_once
def batchnorm_from_x():
    def batchnorm_forward(x, gamma, beta, eps):
        mu, var = x.mean(axis=0), x.var(axis=0)
        return gamma * (x - mu) / np.sqrt(var + eps) + beta, (x, mu, var, gamma, eps)

    @wrong(
        "batchnorm_backward",
        "the variance moves the mean too, it says, with a term that should be 0 and is not",
        batchnorm_forward=batchnorm_forward,
    )
    def batchnorm_backward(dout, cache):
        x, mu, var, gamma, eps = cache
        N = x.shape[0]
        ivar = 1 / np.sqrt(var + eps)
        dxhat = dout * gamma
        dvar = np.sum(dxhat * (x - mu), axis=0) * -0.5 * ivar**3
        dmu = -np.sum(dxhat, axis=0) * ivar + dvar * np.sum(-2 * x, axis=0) / N
        dx = dxhat * ivar + dvar * 2 * (x - mu) / N + dmu / N
        dgamma = np.sum(dout * (x - mu) * ivar, axis=0)
        return dx, dgamma, np.sum(dout, axis=0)


@wrong("Dual", "powers by exp and log, so negative numbers have none")
class Dual(PairOfNumbers):
    def __pow__(self, n):
        out = np.exp(n * np.log(self.value))
        return type(self)(out, out * n * self.slope / self.value)


@wrong("Dual", "the slope of a power is n out / value, which does not exist at 0")
class Dual(PairOfNumbers):
    def __pow__(self, n):
        out = self.value**n
        return type(self)(out, n * out / self.value * self.slope)




# ---------------------------------------------------------------- rmsnorm_backward


def rms_by_norm(x, gamma, eps):
    x = np.array(x, dtype=float)
    length = np.linalg.norm(x, axis=1, keepdims=True)
    return gamma * x / (length + eps), (x, gamma, length + eps)


@wrong("rmsnorm_backward", "the length in place of the root mean square", rmsnorm_forward=rms_by_norm)
def rmsnorm_backward(dout, cache):
    x, gamma, length = cache
    g = dout * gamma
    dx = g / length - x * (g * x).sum(axis=1, keepdims=True) / length**3
    return dx, (dout * x / length).sum(axis=0)


def rms_plain(x, gamma, eps):
    x = np.array(x, dtype=float)
    r = np.sqrt(np.mean(x * x, axis=1, keepdims=True) + eps)
    return gamma * (x / r), (x, gamma, r)


@wrong("rmsnorm_backward", "the path through the root is not added", rmsnorm_forward=rms_plain)
def rmsnorm_backward(dout, cache):
    x, gamma, r = cache
    dn = dout * gamma
    dgamma = np.sum(dout * x / r, axis=0)
    return dn / r, dgamma


@wrong("rmsnorm_backward", "the half of the root is lost on the way back", rmsnorm_forward=rms_plain)
def rmsnorm_backward(dout, cache):
    x, gamma, r = cache
    dn = dout * gamma
    dr = np.sum(-dn * x / r**2, axis=1, keepdims=True)
    dmean = dr / r
    dx = dn / r + dmean * 2 * x / x.shape[1]
    return dx, np.sum(dout * x / r, axis=0)


@wrong("rmsnorm_backward", "gamma acts twice on its own gradient", rmsnorm_forward=rms_plain)
def rmsnorm_backward(dout, cache):
    x, gamma, r = cache
    dn = dout * gamma
    dgamma = (dn * x / r).sum(0)
    dx = dn / r - x / r**3 * np.mean(dn * x, axis=1, keepdims=True)
    return dx, dgamma


# ---------------------------------------------------------------- catch_the_bugs


@wrong("catch_the_bugs", "every output counts the same in the loss")
def catch_the_bugs(forward, backward, inputs):
    out, cache = forward(*inputs)
    grads = backward(np.ones_like(out), cache)
    error = grad_check(lambda: np.sum(forward(*inputs)[0]), inputs, list(grads))
    return bool(error > 1e-5)


@wrong("catch_the_bugs", "the differences themselves are compared with a millionth")
def catch_the_bugs(forward, backward, inputs):
    out, cache = forward(*inputs)
    dout = np.random.default_rng(5).normal(size=out.shape)
    grads = backward(dout, cache)
    for k in range(len(inputs)):
        def f(v):
            args = list(inputs)
            args[k] = v
            return np.sum(forward(*args)[0] * dout)

        if np.abs(numerical_gradient(f, inputs[k]) - grads[k]).max() > 1e-6:
            return True
    return False


@wrong("catch_the_bugs", "says whether the layer is fine")
def catch_the_bugs(forward, backward, inputs):
    out, cache = forward(*inputs)
    dout = np.random.default_rng(5).normal(size=out.shape)
    grads = backward(dout, cache)
    return bool(grad_check(lambda: np.sum(forward(*inputs)[0] * dout), inputs, list(grads)) < 1e-5)


@wrong("catch_the_bugs", "tests the gradient that goes to the layer before, and no other")
def catch_the_bugs(forward, backward, inputs):
    x, W, b = inputs
    out, cache = forward(x, W, b)
    dout = np.random.default_rng(5).normal(size=out.shape)
    dx = backward(dout, cache)[0]
    numeric = numerical_gradient(lambda v: np.sum(forward(v, W, b)[0] * dout), x)
    return not np.allclose(dx, numeric, rtol=1e-4, atol=1e-4 * np.abs(numeric).max())


@wrong("catch_the_bugs", "the loss is the sum of the outputs while dout is random")
def catch_the_bugs(forward, backward, inputs):
    out, cache = forward(*inputs)
    dout = np.random.default_rng(5).normal(size=out.shape)
    grads = backward(dout, cache)
    return bool(grad_check(lambda: np.sum(forward(*inputs)[0]), inputs, list(grads)) > 1e-5)


# ---------------------------------------------------------------- einsum_backward


@wrong("einsum_backward", "letters of one array alone end in an error that is caught with zeros")
def einsum_backward(dout, subscripts, a, b):
    left, out = subscripts.replace(" ", "").split("->")
    p, q = left.split(",")
    try:
        return np.einsum(out + "," + q + "->" + p, dout, b), np.einsum(p + "," + out + "->" + q, a, dout)
    except ValueError:
        return np.zeros_like(a), np.zeros_like(b)


@wrong("einsum_backward", "the matrix product and nothing else")
def einsum_backward(dout, subscripts, a, b):
    return dout @ b.T, a.T @ dout


@wrong("einsum_backward", "both gradients are made from the other's array")
def einsum_backward(dout, subscripts, a, b):
    left, out = subscripts.replace(" ", "").split("->")
    p, q = left.split(",")
    da = np.einsum(f"{out},{p}->{p}", dout, a) if set(out) <= set(p) else np.zeros_like(a)
    db = np.einsum(f"{out},{q}->{q}", dout, b) if set(out) <= set(q) else np.zeros_like(b)
    return da, db


@wrong("einsum_backward", "shares the gradient out along letters that were summed")
def einsum_backward(dout, subscripts, a, b):
    left, out = subscripts.replace(" ", "").split("->")
    p, q = left.split(",")
    da = np.einsum(f"{out},{q},{p}->{p}", dout, b, np.ones_like(a))
    db = np.einsum(f"{out},{p},{q}->{q}", dout, a, np.ones_like(b))
    for n, c in enumerate(p):
        if c not in out + q:
            da = da / a.shape[n]
    for n, c in enumerate(q):
        if c not in out + p:
            db = db / b.shape[n]
    return da, db


globals().update(RIGHT)
