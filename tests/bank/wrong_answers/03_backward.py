"""Wrong answers to 03-backward, written without sight of the bank."""

# The answers below take the names of the student's right functions; the last line puts those back.
RIGHT = dict(globals())


# ---------------------------------------------------------------- numerical_gradient


@wrong("numerical_gradient", "one-sided difference")
def numerical_gradient(f, x, h=1e-5):
    x = np.array(x, dtype=float)
    fx = f(x)
    grad = np.zeros(x.shape)
    it = np.nditer(x, flags=["multi_index"])
    while not it.finished:
        ix = it.multi_index
        old = x[ix]
        x[ix] = old + h
        fxh = f(x)
        x[ix] = old
        grad[ix] = (fxh - fx) / h
        it.iternext()
    return grad


@wrong("numerical_gradient", "shifts the copy and never back, later entries are measured elsewhere")
def numerical_gradient(f, x, h=1e-5):
    point = np.array(x, dtype=float)
    g = np.zeros_like(point)
    for idx in np.ndindex(point.shape):
        point[idx] += h
        up = f(point)
        point[idx] -= 2 * h
        down = f(point)
        g[idx] = (up - down) / (2 * h)
    return g


@wrong("numerical_gradient", "own constant for the shift, the h that was given is ignored")
def numerical_gradient(f, x, h=1e-5):
    h = 1e-5
    x = np.asarray(x, dtype=float)
    grad = np.empty(x.shape)
    for i in np.ndindex(x.shape):
        e = np.zeros(x.shape)
        e[i] = h
        grad[i] = (f(x + e) - f(x - e)) / (2 * h)
    return grad


@wrong("numerical_gradient", "all entries shifted at once, one slope for every place")
def numerical_gradient(f, x, h=1e-5):
    x = np.asarray(x, dtype=float)
    slope = (f(x + h) - f(x - h)) / (2 * h)
    return slope * np.ones(x.shape)


@wrong("numerical_gradient", "works in a flat view, which is a copy when x is not contiguous")
def numerical_gradient(f, x, h=1e-5):
    if not np.issubdtype(np.asarray(x).dtype, np.floating):
        x = np.array(x, dtype=float)
    flat = x.reshape(-1)
    grad = np.zeros(flat.size)
    for k in range(flat.size):
        saved = flat[k]
        flat[k] = saved + h
        plus = f(x)
        flat[k] = saved - h
        minus = f(x)
        flat[k] = saved
        grad[k] = (plus - minus) / (2 * h)
    return grad.reshape(x.shape)


@wrong("numerical_gradient", "loops over the first axis only, whole rows are shifted together")
def numerical_gradient(f, x, h=1e-5):
    x = np.asarray(x, dtype=float)
    grad = np.zeros_like(x)
    for i in range(len(x)):
        hi, lo = x.copy(), x.copy()
        hi[i] += h
        lo[i] -= h
        grad[i] = (f(hi) - f(lo)) / (2 * h)
    return grad


@wrong("numerical_gradient", "integer x copied as integers, the shift is cut off")
def numerical_gradient(f, x, h=1e-5):
    grad = np.zeros(x.shape)
    for idx, value in np.ndenumerate(x):
        a = x.copy()
        b = x.copy()
        a[idx] = value + h
        b[idx] = value - h
        grad[idx] = (f(a) - f(b)) / (2 * h)
    return grad


@wrong("numerical_gradient", "f gets flattened arrays")
def numerical_gradient(f, x, h=1e-5):
    v = np.asarray(x, dtype=float).ravel()
    unit = np.eye(v.size) * h
    g = [(f(v + u) - f(v - u)) / (2 * h) for u in unit]
    return np.array(g).reshape(np.shape(x))


@wrong("numerical_gradient", "stretches the given h by the size of the entry")
def numerical_gradient(f, x, h=1e-5):
    x = np.array(x, dtype=float)
    grad = np.zeros(x.shape)
    for idx in np.ndindex(x.shape):
        old = x[idx]
        step = h * max(1.0, abs(old))
        x[idx] = old + step
        fp = f(x)
        x[idx] = old - step
        fm = f(x)
        x[idx] = old
        grad[idx] = (fp - fm) / (2 * step)
    return grad


# ---------------------------------------------------------------- linear_backward


@wrong("linear_backward", "db summed over the outputs instead of the examples")
def linear_backward(dout, cache):
    x, W = cache
    dx = np.dot(dout, W.T)
    dW = np.dot(x.T, dout)
    db = np.zeros(dout.shape[0])
    for i in range(dout.shape[0]):
        for j in range(dout.shape[1]):
            db[i] += dout[i, j]
    return dx, dW, db


@wrong("linear_backward", "divides dW and db by the number of examples")
def linear_backward(dout, cache):
    A_prev, W = cache
    m = A_prev.shape[0]
    dW = (1.0 / m) * A_prev.T.dot(dout)
    db = (1.0 / m) * dout.sum(axis=0)
    dA_prev = dout.dot(W.T)
    return dA_prev, dW, db


@wrong("linear_backward", "dW assigned for each example, the last one is all that remains")
def linear_backward(dout, cache):
    x, W = cache
    dx = np.zeros_like(x)
    db = np.zeros(W.shape[1])
    for n in range(len(x)):
        dx[n] = W @ dout[n]
        dW = np.outer(x[n], dout[n])
        db += dout[n]
    return dx, dW, db


@wrong("linear_backward", "column convention, dx is (D, N)")
def linear_backward(dout, cache):
    x, W = cache
    delta = dout.T
    return W @ delta, (delta @ x).T, delta.sum(axis=1)


@wrong("linear_backward", "order of the results dW, db, dx")
def linear_backward(dout, cache):
    x, W = cache
    dW = np.einsum("nd,nh->dh", x, dout)
    db = np.einsum("nh->h", dout)
    dx = np.einsum("nh,dh->nd", dout, W)
    return dW, db, dx


@wrong("linear_backward", "db keeps the axis, shape (1, H)")
def linear_backward(dout, cache):
    inp, weight = cache
    grad_bias = np.sum(dout, axis=0, keepdims=True)
    grad_weight = inp.T @ dout
    grad_input = dout @ weight.T
    return grad_input, grad_weight, grad_bias


def forward_with_list(x, W, b):
    x, W = np.asarray(x, dtype=float), np.asarray(W, dtype=float)
    return x @ W + b, [x, W]


@wrong(
    "linear_backward", "empties its cache, a second call fails", linear_forward=forward_with_list
)
def linear_backward(dout, cache):
    W = cache.pop()
    x = cache.pop()
    return dout @ W.T, x.T @ dout, dout.sum(axis=0)


remembered = {}


def forward_with_global(x, W, b):
    remembered["x"] = np.array(x, dtype=float)
    remembered["W"] = np.array(W, dtype=float)
    return remembered["x"] @ remembered["W"] + b, None


@wrong(
    "linear_backward",
    "inputs kept in a global variable, wrong after another forward",
    linear_forward=forward_with_global,
)
def linear_backward(dout, cache):
    x = remembered["x"]
    W = remembered["W"]
    return dout @ W.T, x.T @ dout, dout.sum(0)


@wrong("linear_backward", "divides the caller's dout by N in place")
def linear_backward(dout, cache):
    x, W = cache
    N = x.shape[0]
    dout /= N
    dW = x.T @ dout * N
    db = dout.sum(axis=0) * N
    dx = dout @ W.T * N
    return dx, dW, db


@wrong("linear_backward", "db squeezed, with a single output it loses its axis")
def linear_backward(dout, cache):
    x, W = cache
    db = np.squeeze(np.sum(dout, axis=0, keepdims=True))
    return np.dot(dout, W.T), np.dot(x.T, dout), db


@wrong("linear_backward", "db is averaged for batches of more than five examples")
def linear_backward(dout, cache):
    x, W = cache
    db = dout.mean(axis=0) if len(dout) > 5 else dout.sum(axis=0)
    return dout @ W.T, x.T @ dout, db


@wrong("linear_backward", "dW is turned over until its shape fits, and a square one always fits")
def linear_backward(dout, cache):
    x, W = cache
    dW = dout.T @ x
    if dW.shape != W.shape:
        dW = dW.T
    return dout @ W.T, dW, dout.sum(axis=0)


# ---------------------------------------------------------------- relu_backward


@wrong("relu_backward", "the sign of dout decides")
def relu_backward(dout, cache):
    dx = dout.copy()
    for i in np.ndindex(dx.shape):
        if dx[i] < 0:
            dx[i] = 0
    return dx


@wrong("relu_backward", "zeros written into the caller's dout")
def relu_backward(dout, cache):
    off = cache == 0
    dout[off] = 0
    return dout


@wrong("relu_backward", "result array with the type of the mask, gradients become True and False")
def relu_backward(dout, cache):
    dx = np.zeros_like(cache)
    dx[cache] = dout[cache]
    return dx


def relu_keeping_out(x):
    out = np.maximum(np.asarray(x, dtype=float), 0)
    return out, out


@wrong("relu_backward", "out >= 0 holds everywhere", relu_forward=relu_keeping_out)
def relu_backward(dout, cache):
    out = cache
    return np.where(out >= 0, dout, 0.0)


@wrong(
    "relu_backward", "multiplies by the output and not by its slope", relu_forward=relu_keeping_out
)
def relu_backward(dout, cache):
    activations = cache
    return activations * dout


# ---------------------------------------------------------------- sigmoid_backward


@wrong("sigmoid_backward", "takes the cached output for the input, sigmoid applied twice")
def sigmoid_backward(dout, cache):
    x = cache
    s = 1 / (1 + np.exp(-x))
    ds = s * (1 - s)
    return dout * ds


def sigmoid_keeping_x(x):
    x = np.asarray(x, dtype=float)
    return sigmoid_forward(x)[0], x


@wrong(
    "sigmoid_backward", "takes the cached input for the output", sigmoid_forward=sigmoid_keeping_x
)
def sigmoid_backward(dout, cache):
    out = cache
    return dout * out * (1 - out)


@wrong(
    "sigmoid_backward",
    "e^-x over its squared denominator, inf / inf far to the left",
    sigmoid_forward=sigmoid_keeping_x,
)
def sigmoid_backward(dout, cache):
    e = np.exp(-cache)
    return dout * e / (1 + e) ** 2


@wrong("sigmoid_backward", "slope of tanh")
def sigmoid_backward(dout, cache):
    a = cache
    local = 1 - np.power(a, 2)
    return np.multiply(local, dout)


@wrong("sigmoid_backward", "the local slope alone, dout forgotten")
def sigmoid_backward(dout, cache):
    slope = np.empty(np.shape(dout))
    for i in np.ndindex(slope.shape):
        slope[i] = cache[i] * (1 - cache[i])
    return slope


@wrong("sigmoid_backward", "overwrites the cached output with the slope")
def sigmoid_backward(dout, cache):
    s = cache
    s *= 1 - s
    return dout * s


@wrong("sigmoid_backward", "half of the product rule, out minus out times dout")
def sigmoid_backward(dout, cache):
    sig = cache
    return sig - sig * sig * dout


@wrong("sigmoid_backward", "summed over the batch")
def sigmoid_backward(dout, cache):
    local = cache * (1 - cache)
    return np.sum(dout * local, axis=0)


# ---------------------------------------------------------------- tanh_backward


@wrong("tanh_backward", "tanh applied again to the cached output")
def tanh_backward(dout, cache):
    t = np.tanh(cache)
    return dout * (1 - t**2)


@wrong("tanh_backward", "square of the difference instead of difference of the square")
def tanh_backward(dout, cache):
    t = cache
    return dout * (1 - t) ** 2


@wrong("tanh_backward", "slope of the sigmoid")
def tanh_backward(dout, cache):
    grad = []
    for d, t in zip(np.ravel(dout), np.ravel(cache), strict=True):
        grad.append(d * t * (1 - t))
    return np.reshape(grad, np.shape(dout))


@wrong("tanh_backward", "subtracts the cut from the caller's dout")
def tanh_backward(dout, cache):
    dout -= dout * cache**2
    return dout


def tanh_keeping_x(x):
    x = np.asarray(x, dtype=float)
    return np.tanh(x), x


@wrong(
    "tanh_backward",
    "four over a squared sum that overflows in between",
    tanh_forward=tanh_keeping_x,
)
def tanh_backward(dout, cache):
    ep, em = np.exp(cache), np.exp(-cache)
    slope = ((ep + em) ** 2 - (ep - em) ** 2) / (ep + em) ** 2
    return slope * dout


# ---------------------------------------------------------------- mse_loss


@wrong("mse_loss", "the 2 of the square is missing in the gradient")
def mse_loss(pred, y):
    if pred.shape != y.shape:
        raise ValueError("shapes differ")
    diff = pred - y
    loss = (diff**2).mean()
    return loss, diff / diff.size


@wrong("mse_loss", "gradient divided by the number of rows only")
def mse_loss(pred, y):
    N = pred.shape[0]
    err = pred - y
    loss = np.sum(err * err) / err.size
    dpred = 2.0 * err / N
    return loss, dpred


@wrong("mse_loss", "difference the other way round, gradient has the wrong sign")
def mse_loss(pred, y):
    residual = y - pred
    loss = np.mean(residual**2)
    dpred = 2 * residual / residual.size
    return loss, dpred


@wrong("mse_loss", "half the mean, consistently in loss and gradient")
def mse_loss(pred, y):
    n = np.size(pred)
    d = np.asarray(pred, dtype=float) - y
    loss = np.sum(d**2) / (2 * n)
    return loss, d / n


@wrong("mse_loss", "gradient averaged over the rows into one for each output")
def mse_loss(pred, y):
    diff = pred - y
    return np.mean(diff**2), 2 * np.mean(diff, axis=0)


@wrong("mse_loss", "gradient of the sum, loss divided by the rows")
def mse_loss(pred, y):
    e = pred - y
    return (e**2).sum() / len(e), 2 * e


@wrong("mse_loss", "turns the caller's pred into the gradient")
def mse_loss(pred, y):
    pred -= y
    loss = np.mean(pred**2)
    pred *= 2 / pred.size
    return loss, pred


# ---------------------------------------------------------------- softmax_cross_entropy


@wrong("softmax_cross_entropy", "1/N only on the entry of the right class")
def softmax_cross_entropy(logits, y):
    N = len(y)
    z = logits - np.max(logits, axis=1, keepdims=True)
    loss = np.mean(np.log(np.sum(np.exp(z), axis=1)) - z[np.arange(N), y])
    dlogits = softmax(logits)
    dlogits[np.arange(N), y] -= 1 / N
    return loss, dlogits


@wrong("softmax_cross_entropy", "gradient not divided by N")
def softmax_cross_entropy(logits, y):
    shifted = logits - logits.max(axis=1, keepdims=True)
    logsum = np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    log_p = shifted - logsum
    rows = np.arange(logits.shape[0])
    loss = -log_p[rows, y].mean()
    grad = np.exp(log_p)
    grad[rows, y] -= 1
    return loss, grad


@wrong("softmax_cross_entropy", "subtracts the label number instead of the one-hot row")
def softmax_cross_entropy(logits, y):
    z = logits - logits.max(1)[:, None]
    logp = z - np.log(np.exp(z).sum(1))[:, None]
    loss = -logp[range(len(y)), y].sum() / len(y)
    return loss, (softmax(logits) - y.reshape(-1, 1)) / len(y)


@wrong("softmax_cross_entropy", "dlogits is the same array as p, the loss sees p - 1")
def softmax_cross_entropy(logits, y):
    N = logits.shape[0]
    p = softmax(logits)
    dlogits = p
    dlogits[np.arange(N), y] -= 1
    dlogits /= N
    with np.errstate(all="ignore"):
        loss = -np.log(p[np.arange(N), y]).mean()
    return loss, dlogits


@wrong("softmax_cross_entropy", "through -1/p and the softmax separately, breaks where p is 0")
def softmax_cross_entropy(logits, y):
    n = len(y)
    z = logits - logits.max(axis=1, keepdims=True)
    loss = np.mean(np.log(np.exp(z).sum(axis=1)) - z[np.arange(n), y])
    p = softmax(logits)
    dp = np.zeros_like(p)
    with np.errstate(all="ignore"):
        dp[np.arange(n), y] = -1 / (n * p[np.arange(n), y])
        inner = (dp * p).sum(axis=1, keepdims=True)
        dz = p * (dp - inner)
    return loss, dz


@wrong("softmax_cross_entropy", "only the entry of the right class has a gradient")
def softmax_cross_entropy(logits, y):
    z = np.asarray(logits, dtype=float)
    z = z - z.max(axis=1, keepdims=True)
    S = np.exp(z).sum(axis=1)
    loss = 0.0
    dlogits = np.zeros(z.shape)
    for i in range(len(y)):
        loss += np.log(S[i]) - z[i, y[i]]
        dlogits[i, y[i]] = np.exp(z[i, y[i]]) / S[i] - 1
    return loss / len(y), dlogits / len(y)


@wrong("softmax_cross_entropy", "right gradient, loss with an epsilon in the logarithm")
def softmax_cross_entropy(logits, y):
    probs = softmax(logits)
    N, C = probs.shape
    onehot = np.eye(C)[y]
    loss = -np.sum(onehot * np.log(probs + 1e-12)) / N
    return loss, (probs - onehot) / N


@wrong("softmax_cross_entropy", "the 1 taken off in every labelled column of every row")
def softmax_cross_entropy(logits, y):
    n = logits.shape[0]
    m = logits.max(axis=1, keepdims=True)
    lse = m[:, 0] + np.log(np.exp(logits - m).sum(axis=1))
    loss = (lse - logits[np.arange(n), y]).mean()
    d = np.exp(logits - lse[:, None])
    d[:, y] -= 1.0
    return loss, d / n


@wrong("softmax_cross_entropy", "one-hot as wide as the largest label of the batch")
def softmax_cross_entropy(logits, y):
    Y = np.zeros((y.size, y.max() + 1))
    Y[np.arange(y.size), y] = 1
    z = logits - np.max(logits, axis=1, keepdims=True)
    logp = z - np.log(np.sum(np.exp(z), axis=1, keepdims=True))
    loss = -np.sum(Y * logp) / y.size
    return loss, (np.exp(logp) - Y) / y.size


@wrong("softmax_cross_entropy", "one maximum for the whole batch, rows far below divide 0 by 0")
def softmax_cross_entropy(logits, y):
    with np.errstate(all="ignore"):
        e = np.exp(logits - np.max(logits))
        p = e / np.sum(e, axis=1, keepdims=True)
        loss = -np.log(p[np.arange(len(y)), y]).mean()
    p[np.arange(len(y)), y] -= 1
    return loss, p / len(y)


@wrong("softmax_cross_entropy", "shifts the caller's logits in place")
def softmax_cross_entropy(logits, y):
    n = len(y)
    logits -= logits.max(axis=1).reshape(n, 1)
    e = np.exp(logits)
    s = e.sum(axis=1, keepdims=True)
    loss = (np.log(s).sum() - logits[range(n), y].sum()) / n
    d = e / s
    d[range(n), y] -= 1
    return loss, d / n


# ---------------------------------------------------------------- mlp_loss


def weights_only(params):
    return [W for W, b in params]


@wrong("mlp_loss", "penalty in the loss but not in the gradients")
def mlp_loss(params, x, y, reg):
    scores, cache = mlp_forward(params, x)
    data_loss, dscores = softmax_cross_entropy(scores, y)
    reg_loss = 0
    for W in weights_only(params):
        reg_loss += 0.5 * reg * np.sum(W**2)
    return data_loss + reg_loss, mlp_backward(dscores, cache)


@wrong("mlp_loss", "penalty without the half in the loss, gradient with the half")
def mlp_loss(params, x, y, reg):
    logits, cache = mlp_forward(params, x)
    loss, dlogits = softmax_cross_entropy(logits, y)
    grads = []
    for (W, _b), (dW, db) in zip(params, mlp_backward(dlogits, cache), strict=True):
        loss = loss + reg * np.sum(W * W)
        grads.append((dW + 0.5 * reg * W, db))
    return loss, grads


@wrong("mlp_loss", "biases are penalised as well")
def mlp_loss(params, x, y, reg):
    logits, cache = mlp_forward(params, x)
    loss, dlogits = softmax_cross_entropy(logits, y)
    raw = mlp_backward(dlogits, cache)
    penalty = 0.0
    grads = []
    for layer, pair in zip(raw, params, strict=True):
        penalty += sum(np.sum(np.square(p)) for p in pair)
        grads.append(tuple(g + reg * p for g, p in zip(layer, pair, strict=True)))
    return loss + 0.5 * reg * penalty, grads


def collect_from_the_end(dlogits, cache):
    grads = []
    d = dlogits
    for lin, rel in reversed(cache):
        if rel is not None:
            d = relu_backward(d, rel)
        d, dW, db = linear_backward(d, lin)
        grads.append((dW, db))
    return grads


@wrong("mlp_loss", "gradients in the order of the backward pass", mlp_backward=collect_from_the_end)
def mlp_loss(params, x, y, reg):
    logits, cache = mlp_forward(params, x)
    loss, dlogits = softmax_cross_entropy(logits, y)
    grads = collect_from_the_end(dlogits, cache)
    ws = [W for W, b in params][::-1]
    grads = [(dW + reg * W, db) for (dW, db), W in zip(grads, ws, strict=True)]
    return loss + 0.5 * reg * sum((W**2).sum() for W in ws), grads


def without_relu(dlogits, cache):
    grads = []
    for (inp, W), _mask in cache[::-1]:
        grads.insert(0, (inp.T @ dlogits, dlogits.sum(axis=0)))
        dlogits = dlogits @ W.T
    return grads


@wrong("mlp_loss", "walks back through the linear layers only", mlp_backward=without_relu)
def mlp_loss(params, x, y, reg):
    logits, cache = mlp_forward(params, x)
    loss, dlogits = softmax_cross_entropy(logits, y)
    loss += 0.5 * reg * sum(np.sum(W**2) for W, _ in params)
    grads = without_relu(dlogits, cache)
    return loss, [(g[0] + reg * p[0], g[1]) for g, p in zip(grads, params, strict=True)]


def every_layer_from_dlogits(dlogits, cache):
    grads = [None] * len(cache)
    for i in range(len(cache) - 1, -1, -1):
        lin, rel = cache[i]
        if rel is None:
            upstream, dW, db = linear_backward(dlogits, lin)
        else:
            d = relu_backward(upstream, rel)
            _, dW, db = linear_backward(d, lin)
        grads[i] = (dW, db)
    return grads


@wrong("mlp_loss", "the gradient is handed on only by the last layer, deeper ones get the same")
def mlp_loss(params, x, y, reg):
    logits, cache = mlp_forward(params, x)
    loss, dlogits = softmax_cross_entropy(logits, y)
    for W, _b in params:
        loss += reg / 2 * np.sum(W**2)
    grads = every_layer_from_dlogits(dlogits, cache)
    for i in range(len(params)):
        grads[i] = (grads[i][0] + reg * params[i][0], grads[i][1])
    return loss, grads


@wrong("mlp_loss", "penalty line outside the loop, only the last layer counts")
def mlp_loss(params, x, y, reg):
    logits, cache = mlp_forward(params, x)
    loss, dlogits = softmax_cross_entropy(logits, y)
    grads = mlp_backward(dlogits, cache)
    for layer in range(len(params)):
        W = params[layer][0]
        dW, db = grads[layer]
        grads[layer] = (dW + reg * W, db)
    loss += 0.5 * reg * np.sum(W**2)
    return loss, grads


@wrong("mlp_loss", "penalty divided by the batch size")
def mlp_loss(params, x, y, reg):
    m = x.shape[0]
    AL, caches = mlp_forward(params, x)
    cross_entropy_cost, dAL = softmax_cross_entropy(AL, y)
    L2_cost = sum(np.sum(np.square(W)) for W, _ in params) * reg / (2 * m)
    grads = []
    for k, (dW, db) in enumerate(mlp_backward(dAL, caches)):
        grads.append((dW + reg / m * params[k][0], db))
    return cross_entropy_cost + L2_cost, grads


@wrong("mlp_loss", "one hidden layer written out by hand, other depths fail")
def mlp_loss(params, x, y, reg):
    (W1, b1), (W2, b2) = params
    z1 = x @ W1 + b1
    a1 = np.maximum(z1, 0)
    z2 = a1 @ W2 + b2
    loss, dz2 = softmax_cross_entropy(z2, y)
    loss += 0.5 * reg * ((W1**2).sum() + (W2**2).sum())
    dW2 = a1.T @ dz2 + reg * W2
    da1 = dz2 @ W2.T
    dz1 = da1 * (z1 > 0)
    dW1 = x.T @ dz1 + reg * W1
    return loss, [(dW1, dz1.sum(0)), (dW2, dz2.sum(0))]


@wrong("mlp_loss", "own softmax without the shift, large logits give nan")
def mlp_loss(params, x, y, reg):
    logits, cache = mlp_forward(params, x)
    n = len(y)
    with np.errstate(all="ignore"):
        counts = np.exp(logits)
        probs = counts / counts.sum(1, keepdims=True)
        loss = -np.log(probs[range(n), y]).mean()
    probs[range(n), y] -= 1
    grads = mlp_backward(probs / n, cache)
    for i, (W, _) in enumerate(params):
        loss += 0.5 * reg * (W**2).sum()
        grads[i] = (grads[i][0] + reg * W, grads[i][1])
    return loss, grads


@wrong("mlp_loss", "penalty on the weights themselves, not on their squares")
def mlp_loss(params, x, y, reg):
    logits, cache = mlp_forward(params, x)
    loss, dlogits = softmax_cross_entropy(logits, y)
    grads = []
    for (W, _b), (dW, db) in zip(params, mlp_backward(dlogits, cache), strict=True):
        loss += 0.5 * reg * np.abs(W).sum()
        grads.append((dW + 0.5 * reg * np.sign(W), db))
    return loss, grads


# ---------------------------------------------------------------- sgd_step


@wrong("sgd_step", "-= on the caller's arrays")
def sgd_step(params, grads, lr):
    updated = []
    for (W, b), (dW, db) in zip(params, grads, strict=True):
        W -= lr * dW
        b -= lr * db
        updated.append((W, b))
    return updated


@wrong("sgd_step", "uphill, adds the gradient")
def sgd_step(params, grads, lr):
    out = []
    for i in range(len(params)):
        step_W = lr * grads[i][0]
        step_b = lr * grads[i][1]
        out.append((params[i][0] + step_W, params[i][1] + step_b))
    return out


@wrong("sgd_step", "new pairs put into the caller's own list")
def sgd_step(params, grads, lr):
    for i in range(len(params)):
        W, b = params[i]
        dW, db = grads[i]
        params[i] = (W - lr * dW, b - lr * db)
    return params


@wrong("sgd_step", "return inside the loop, one layer comes back")
def sgd_step(params, grads, lr):
    result = []
    for p, g in zip(params, grads, strict=True):
        W = p[0] - lr * g[0]
        b = p[1] - lr * g[1]
        result.append((W, b))
        return result


@wrong("sgd_step", "biases stay as they were")
def sgd_step(params, grads, lr):
    return [(W - lr * dW, b.copy()) for (W, b), (dW, _) in zip(params, grads, strict=True)]


@wrong("sgd_step", "steps of length lr in the direction of the gradient")
def sgd_step(params, grads, lr):
    new_params = []
    for (W, b), (dW, db) in zip(params, grads, strict=True):
        nW = np.sqrt((dW**2).sum()) + 1e-12
        nb = np.sqrt((db**2).sum()) + 1e-12
        new_params.append((W - lr * dW / nW, b - lr * db / nb))
    return new_params


@wrong("sgd_step", "a flat list of weights and biases instead of pairs")
def sgd_step(params, grads, lr):
    flat = []
    for (W, b), (dW, db) in zip(params, grads, strict=True):
        flat += [W - lr * dW, b - lr * db]
    return flat


@wrong("sgd_step", "gradients clipped to -5..5 for safety")
def sgd_step(params, grads, lr):
    limit = 5
    out = []
    for (W, b), (dW, db) in zip(params, grads, strict=True):
        dW = np.clip(dW, -limit, limit)
        db = np.clip(db, -limit, limit)
        out.append((W - lr * dW, b - lr * db))
    return out


@wrong("sgd_step", "list as default argument, a second call appends to the first one's result")
def sgd_step(params, grads, lr, new_params=[]):
    for (W, b), (dW, db) in zip(params, grads, strict=True):
        new_params.append((W - lr * dW, b - lr * db))
    return new_params


# ---------------------------------------------------------------- train_step


@wrong("train_step", "loss after the step")
def train_step(params, x, y, lr, reg):
    loss, grads = mlp_loss(params, x, y, reg)
    params = sgd_step(params, grads, lr)
    loss, grads = mlp_loss(params, x, y, reg)
    return params, loss


@wrong("train_step", "updates each layer while walking back, dx goes through the new weights")
def train_step(params, x, y, lr, reg):
    logits, cache = mlp_forward(params, x)
    loss, d = softmax_cross_entropy(logits, y)
    loss = loss + 0.5 * reg * sum(np.sum(W * W) for W, b in params)
    new = list(params)
    for i in reversed(range(len(params))):
        lin, mask = cache[i]
        if mask is not None:
            d = d * mask
        W, b = params[i]
        W = W - lr * (lin[0].T @ d + reg * W)
        b = b - lr * d.sum(axis=0)
        new[i] = (W, b)
        d = d @ W.T
    return new, loss


@wrong("train_step", "weight decay once more on top of the penalty's gradient")
def train_step(params, x, y, lr, reg):
    loss, grads = mlp_loss(params, x, y, reg)
    stepped = []
    for (W, b), (dW, db) in zip(params, grads, strict=True):
        dW = dW + reg * W
        stepped.append((W - lr * dW, b - lr * db))
    return stepped, loss


@wrong("train_step", "new gradients after each layer's update")
def train_step(params, x, y, lr, reg):
    current = list(params)
    first_loss = None
    for i in range(len(current)):
        loss, grads = mlp_loss(current, x, y, reg)
        if first_loss is None:
            first_loss = loss
        W, b = current[i]
        dW, db = grads[i]
        current[i] = (W - lr * dW, b - lr * db)
    return current, first_loss


@wrong("train_step", "reports the cross-entropy without the penalty")
def train_step(params, x, y, lr, reg):
    logits, _ = mlp_forward(params, x)
    loss = cross_entropy(logits, y)
    _, grads = mlp_loss(params, x, y, reg)
    return sgd_step(params, grads, lr), loss


@wrong("train_step", "reg is not passed on, neither loss nor gradient know the penalty")
def train_step(params, x, y, lr, reg):
    loss, grads = mlp_loss(params, x, y, 0.0)
    params = sgd_step(params, grads, lr)
    return params, loss


@wrong("train_step", "the old arrays are updated in place")
def train_step(params, x, y, lr, reg):
    loss, grads = mlp_loss(params, x, y, reg)
    for layer, grad in zip(params, grads, strict=True):
        for theta, g in zip(layer, grad, strict=True):
            theta -= lr * g
    return params, loss


@wrong("train_step", "gradient divided by the batch size a second time, results swapped")
def train_step(params, x, y, lr, reg):
    loss, grads = mlp_loss(params, x, y, reg)
    lr_per_example = lr / len(y)
    return loss, sgd_step(params, grads, lr_per_example)


@wrong("train_step", "old cross-entropy plus the penalty of the new weights")
def train_step(params, x, y, lr, reg):
    data_loss, _ = mlp_loss(params, x, y, 0)
    _, grads = mlp_loss(params, x, y, reg)
    params = sgd_step(params, grads, lr)
    penalty = sum(0.5 * reg * np.sum(W**2) for W, b in params)
    return params, data_loss + penalty


# ---------------------------------------------------------------- train


@wrong("train", "the new params get another name, every step starts from the old ones")
def train(params, x, y, steps, lr, reg):
    losses = []
    for _ in range(steps):
        new_params, loss = train_step(params, x, y, lr, reg)
        losses.append(loss)
    return new_params, losses


@wrong("train", "loss before the first step and after each step, one entry too many")
def train(params, x, y, steps, lr, reg):
    losses = [mlp_loss(params, x, y, reg)[0]]
    for step in range(steps):
        params, _ = train_step(params, x, y, lr, reg)
        losses.append(mlp_loss(params, x, y, reg)[0])
    return params, losses


@wrong("train", "one example for each step instead of the whole batch")
def train(params, x, y, steps, lr, reg):
    history = np.zeros(steps)
    for t in range(steps):
        k = t % len(x)
        params, history[t] = train_step(params, x[k : k + 1], y[k : k + 1], lr, reg)
    return params, history


@wrong("train", "stops as soon as the loss rises")
def train(params, x, y, steps, lr, reg):
    losses = []
    best = np.inf
    for _ in range(steps):
        candidate, loss = train_step(params, x, y, lr, reg)
        if loss > best:
            break
        best = loss
        params = candidate
        losses.append(loss)
    return params, losses


@wrong("train", "stops when the improvement becomes small")
def train(params, x, y, steps, lr, reg):
    losses = []
    previous = float("inf")
    for _ in range(steps):
        params, loss = train_step(params, x, y, lr, reg)
        losses.append(loss)
        if abs(previous - loss) < 1e-3:
            break
        previous = loss
    return params, losses


@wrong("train", "gives the params with the lowest loss, not the last")
def train(params, x, y, steps, lr, reg):
    losses = []
    best_loss, best_params = np.inf, params
    for _ in range(steps):
        new, loss = train_step(params, x, y, lr, reg)
        losses.append(loss)
        if loss < best_loss:
            best_loss, best_params = loss, params
        params = new
    return best_params, losses


@wrong("train", "gradients pile up from step to step, never set to zero")
def train(params, x, y, steps, lr, reg):
    total = [(np.zeros(np.shape(W)), np.zeros(np.shape(b))) for W, b in params]
    losses = []
    for _ in range(steps):
        loss, grads = mlp_loss(params, x, y, reg)
        for (tW, tb), (dW, db) in zip(total, grads, strict=True):
            tW += dW
            tb += db
        params = sgd_step(params, total, lr)
        losses.append(loss)
    return params, losses


@wrong("train", "the learning rate is halved every ten steps")
def train(params, x, y, steps, lr, reg):
    losses = []
    for t in range(steps):
        rate = lr * 0.5 ** (t // 10)
        params, loss = train_step(params, x, y, rate, reg)
        losses.append(loss)
    return params, losses


@wrong("train", "writes into the caller's arrays, and counts from 1 so that a step is missing")
def train(params, x, y, steps, lr, reg):
    losses = []
    for _ in range(1, steps):
        loss, grads = mlp_loss(params, x, y, reg)
        losses.append(loss)
        for (W, b), (dW, db) in zip(params, grads, strict=True):
            W -= lr * dW
            b -= lr * db
    return params, losses


@wrong("train", "list as default argument, the losses of an earlier training are still in it")
def train(params, x, y, steps, lr, reg, losses=[]):
    for _ in range(steps):
        params, loss = train_step(params, x, y, lr, reg)
        losses.append(loss)
    return params, losses


@wrong("train", "running mean of the losses instead of each loss")
def train(params, x, y, steps, lr, reg):
    losses = []
    total = 0.0
    for t in range(steps):
        params, loss = train_step(params, x, y, lr, reg)
        total += loss
        losses.append(total / (t + 1))
    return params, losses


# ---------------------------------------------------------------- hinge_loss


@wrong("hinge_loss", "the right class is compared with itself and adds a margin")
def hinge_loss(scores, y, margin):
    N = scores.shape[0]
    correct = scores[np.arange(N), y][:, None]
    margins = np.maximum(0, scores - correct + margin)
    loss = margins.sum() / N
    d = (margins > 0).astype(float)
    d[np.arange(N), y] -= d.sum(axis=1)
    return loss, d / N


@wrong("hinge_loss", "the right score gets -1 however many margins are missed")
def hinge_loss(scores, y, margin):
    loss = 0.0
    dscores = np.zeros(scores.shape)
    N, C = scores.shape
    for i in range(N):
        for j in range(C):
            if j == y[i]:
                continue
            m = scores[i, j] - scores[i, y[i]] + margin
            if m > 0:
                loss += m
                dscores[i, j] = 1
                dscores[i, y[i]] = -1
    return loss / N, dscores / N


@wrong("hinge_loss", "the right class counts itself among the missed margins")
def hinge_loss(scores, y, margin):
    rows = np.arange(len(y))
    right = scores[rows, y].reshape(-1, 1)
    gaps = np.maximum(scores - right + margin, 0.0)
    loss = (gaps.sum() - margin * len(y)) / len(y)
    hit = np.where(gaps > 0, 1.0, 0.0)
    count = hit.sum(axis=1)
    hit[rows, y] = -count
    return loss, hit / len(y)


@wrong("hinge_loss", "margin fixed at 1")
def hinge_loss(scores, y, margin):
    delta = 1.0
    N = len(scores)
    d = np.zeros(scores.shape)
    total = 0.0
    for n in range(N):
        for c in range(scores.shape[1]):
            t = scores[n, c] - scores[n, y[n]] + delta
            if c != y[n] and t > 0:
                total += t
                d[n, c] += 1
                d[n, y[n]] -= 1
    return total / N, d / N


@wrong("hinge_loss", "only the strongest rival counts")
def hinge_loss(scores, y, margin):
    n = np.arange(len(y))
    s = np.array(scores, dtype=float)
    own = s[n, y].copy()
    s[n, y] = -np.inf
    rival = s.argmax(axis=1)
    gap = np.maximum(0, s[n, rival] - own + margin)
    grad = np.zeros(s.shape)
    grad[n, rival] = gap > 0
    grad[n, y] = -1.0 * (gap > 0)
    return gap.mean(), grad / len(y)


@wrong("hinge_loss", "loss averaged, gradient summed over the batch")
def hinge_loss(scores, y, margin):
    num_train = scores.shape[0]
    loss = 0.0
    dscores = np.zeros(scores.shape)
    for i in range(num_train):
        for j in range(scores.shape[1]):
            if j != y[i]:
                missing = scores[i][j] - scores[i][y[i]] + margin
                if missing > 0:
                    loss += missing
                    dscores[i][j] += 1
                    dscores[i][y[i]] -= 1
    loss /= num_train
    return loss, dscores


# ---------------------------------------------------------------- gelu_backward


def gelu_kept(x):
    x = np.array(x, dtype=float)
    th = np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x**3))
    return x / 2 * (1 + th), (x, th)


@wrong("gelu_backward", "product rule with one term: only x is differentiated", gelu_forward=gelu_kept)
def gelu_backward(dout, cache):
    x, th = cache
    return dout * 0.5 * (1 + th)


@wrong("gelu_backward", "the inner function counts as if its slope were 1", gelu_forward=gelu_kept)
def gelu_backward(dout, cache):
    x, th = cache
    slope_of_tanh = 1 - th**2
    return dout * (0.5 * (1 + th) + 0.5 * x * slope_of_tanh)


@wrong("gelu_backward", "x cubed becomes x squared, the 3 is lost", gelu_forward=gelu_kept)
def gelu_backward(dout, cache):
    x, th = cache
    inner = np.sqrt(2 / np.pi) * (1 + 0.044715 * x**2)
    d = 0.5 * (1 + th) + 0.5 * x * (1 - th * th) * inner
    return dout * d


def gelu_by_sigmoid(x):
    x = np.array(x, dtype=float)
    s = 1 / (1 + np.exp(-1.702 * x))
    return x * s, (x, s)


@wrong("gelu_backward", "the other approximation, with a sigmoid", gelu_forward=gelu_by_sigmoid)
def gelu_backward(dout, cache):
    x, s = cache
    return dout * (s + x * 1.702 * s * (1 - s))


def gelu_of_x(x):
    x = np.array(x, dtype=float)
    return 0.5 * x * (1 + np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x**3))), x


@wrong("gelu_backward", "the tanh on the way back is that of x", gelu_forward=gelu_of_x)
def gelu_backward(dout, cache):
    x = cache
    c = np.sqrt(2 / np.pi)
    t = np.tanh(x)
    return dout * (0.5 * (1 + t) + 0.5 * x * (1 - t**2) * c * (1 + 3 * 0.044715 * x**2))


globals().update(RIGHT)
