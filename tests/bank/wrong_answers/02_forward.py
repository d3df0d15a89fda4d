"""Wrong answers to 02-forward, written without sight of the bank."""

import math

# The answers below take the names of the student's right functions; the last line puts those back.
RIGHT = dict(globals())


# ---------------------------------------------------------------- linear_forward


@wrong("linear_forward", "the bias is added once for each input, inside the inner loop")
def linear_forward(x, W, b):
    n, d = x.shape
    h = W.shape[1]
    result = np.zeros((n, h))
    for i in range(n):
        for j in range(h):
            for k in range(d):
                result[i, j] += x[i, k] * W[k, j] + b[j]
    return result, (x, W, b)


@wrong("linear_forward", "column convention of another course, result (H, N) never turned back")
def linear_forward(x, W, b):
    A_prev = x.T
    b_col = b.reshape(-1, 1)
    Z = np.dot(W.T, A_prev) + b_col
    cache = (A_prev, W, b_col)
    return Z, cache


@wrong("linear_forward", "bias trick with the ones in front and the bias row at the bottom")
def linear_forward(x, W, b):
    ones = np.ones((len(x), 1))
    x_ext = np.hstack((ones, x))
    W_ext = np.vstack((W, b))
    return x_ext @ W_ext, (x_ext, W_ext)


@wrong("linear_forward", "the loop over the batch keeps only the last example")
def linear_forward(x, W, b):
    for example in x:
        out = []
        for j in range(W.shape[1]):
            weighted_sum = 0.0
            for i in range(len(example)):
                weighted_sum += example[i] * W[i][j]
            out.append(weighted_sum + b[j])
    return np.array([out]), (x, W, b)


# ---------------------------------------------------------------- relu_forward


@wrong("relu_forward", "out is another name of x, negative entries of the argument set to 0")
def relu_forward(x):
    out = np.asarray(x)
    negative = out < 0
    out[negative] = 0
    return out.astype(float), ~negative


@wrong("relu_forward", "x + |x| without the half")
def relu_forward(x):
    # trick without if: negative numbers cancel with their absolute value
    out = np.abs(x) + x
    return out * 1.0, x


@wrong("relu_forward", "capped at 6")
def relu_forward(x):
    lower, upper = 0.0, 6.0
    out = np.clip(np.asarray(x, dtype=float), lower, upper)
    return out, (x > lower)


@wrong("relu_forward", "loops over exactly two axes, other shapes fail")
def relu_forward(x):
    rows, cols = x.shape[0], x.shape[1]
    out = np.zeros(x.shape)
    for r in range(rows):
        for c in range(cols):
            if x[r, c] > 0:
                out[r, c] = x[r, c]
    return out, x


@wrong("relu_forward", "leaky, lets one percent of the negative side through")
def relu_forward(x):
    slope = 0.01
    x = np.array(x, dtype=float)
    out = x.copy()
    out[x < 0] = slope * x[x < 0]
    return out, (x, slope)


@wrong("relu_forward", "keeps large entries, the threshold is 1 and not 0")
def relu_forward(x):
    fires = np.array(x) >= 1
    return np.where(fires, x, 0.0), fires


# ---------------------------------------------------------------- sigmoid_forward


@wrong("sigmoid_forward", "e^x / (1 + e^x) overflows to nan on the positive side")
def sigmoid_forward(x):
    e = np.exp(x)
    out = e / (1 + e)
    return out, out


@wrong("sigmoid_forward", "x clipped to -8..8 to be safe from overflow")
def sigmoid_forward(x):
    safe = np.clip(x, -8, 8)
    out = 1.0 / (1.0 + np.exp(-safe))
    return out, out


@wrong("sigmoid_forward", "one branch chosen for the whole array, mixed arrays overflow")
def sigmoid_forward(x):
    if np.all(np.asarray(x) >= 0):
        out = 1 / (1 + np.exp(-np.asarray(x, dtype=float)))
    else:
        ex = np.exp(np.asarray(x, dtype=float))
        out = ex / (ex + 1)
    return out, out


@wrong("sigmoid_forward", "shifts by the maximum as softmax does")
def sigmoid_forward(x):
    x = np.asarray(x, dtype=float)
    shifted = x - np.max(x)
    e = np.exp(shifted)
    return e / (1 + e), x


@wrong("sigmoid_forward", "tanh identity without halving the argument")
def sigmoid_forward(x):
    t = np.tanh(x)
    return 0.5 * (t + 1), t


@wrong("sigmoid_forward", "e^-|x| in the formula for both signs, the negative side is mirrored")
def sigmoid_forward(x):
    magnitude = np.abs(np.array(x, dtype=float))
    small = np.exp(-magnitude)
    out = 1 / (1 + small)
    return out, out


# ---------------------------------------------------------------- tanh_forward


@wrong("tanh_forward", "the formula with both exponentials, nan patched to 0")
def tanh_forward(x):
    with np.errstate(all="ignore"):
        plus = np.exp(np.asarray(x, dtype=float))
        minus = np.exp(-np.asarray(x, dtype=float))
        out = (plus - minus) / (plus + minus)
    out = np.nan_to_num(out)
    return out, out


@wrong("tanh_forward", "2 sigmoid(x) - 1 without doubling the argument")
def tanh_forward(x):
    s, _ = sigmoid_forward(x)
    out = 2 * s - 1
    return out, out


@wrong("tanh_forward", "only e^-2x, which overflows on the negative side")
def tanh_forward(x):
    q = np.exp(-2 * np.asarray(x, dtype=float))
    out = (1 - q) / (1 + q)
    return out, out


@wrong("tanh_forward", "comes back flat")
def tanh_forward(x):
    values = []
    for v in np.asarray(x).flatten():
        values.append(math.tanh(v))
    out = np.array(values)
    return out, out


# ---------------------------------------------------------------- softmax


@wrong("softmax", "one maximum for the whole batch, rows far below become 0 / 0")
def softmax(z):
    biggest = np.max(z)
    exps = np.exp(np.asarray(z, dtype=float) - biggest)
    return exps / np.sum(exps, axis=1, keepdims=True)


@wrong("softmax", "row sums without keepdims, the division meets the columns")
def softmax(z):
    z = np.asarray(z, dtype=float)
    z = z - np.amax(z, axis=1).reshape(len(z), 1)
    numerator = np.exp(z)
    denominator = np.sum(numerator, axis=1)
    return numerator / denominator


@wrong("softmax", "columns normalised instead of rows")
def softmax(z):
    probs = np.zeros(z.shape)
    for j in range(z.shape[1]):
        column = z[:, j] - z[:, j].max()
        e = np.exp(column)
        probs[:, j] = e / e.sum()
    return probs


@wrong("softmax", "shifts by the mean of the row, the largest may still overflow")
def softmax(z):
    centred = z - np.mean(z, axis=1, keepdims=True)
    e = np.exp(centred)
    return e / e.sum(axis=1, keepdims=True)


@wrong("softmax", "nan after the overflow replaced by 1")
def softmax(z):
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        e = np.exp(np.asarray(z, dtype=float))
        p = e / e.sum(axis=1, keepdims=True)
    p[np.isnan(p)] = 1.0
    return p


@wrong("softmax", "shifts each row of the caller's array in place")
def softmax(z):
    for row in z:
        row -= row.max()
    e = np.exp(z)
    total = e.sum(axis=1)
    return e / total[:, None]


@wrong("softmax", "shifts by the largest absolute value, rows near -1000 become 0 / 0")
def softmax(z):
    size = np.abs(z).max(axis=1, keepdims=True)
    with np.errstate(invalid="ignore"):
        e = np.exp(z - size)
        return e / e.sum(axis=1, keepdims=True)


@wrong("softmax", "clips the logits to -500..500 instead of shifting")
def softmax(z):
    bounded = np.minimum(np.maximum(z, -500.0), 500.0)
    weights = np.exp(bounded)
    out = []
    for w in weights:
        out.append(w / sum(w))
    return np.array(out)


@wrong("softmax", "squeezed, a batch of one example loses its axis")
def softmax(z):
    z = np.asarray(z, dtype=float)
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return np.squeeze(e / e.sum(axis=1, keepdims=True))


@wrong("softmax", "no shift, but in numbers of 80 bits, which overflow later")
def softmax(z):
    e = np.exp(np.asarray(z, dtype=np.longdouble))
    return (e / e.sum(axis=1, keepdims=True)).astype(float)


# ---------------------------------------------------------------- mse


@wrong("mse", "divides by the number of rows only")
def mse(pred, y):
    total = 0.0
    for p, t in zip(pred, y, strict=True):
        total += np.sum((p - t) ** 2)
    return total / len(y)


@wrong("mse", "matrix 2-norm, which is the largest singular value")
def mse(pred, y):
    distance = np.linalg.norm(np.asarray(pred) - np.asarray(y), 2)
    return distance**2 / np.size(y)


@wrong("mse", "square of the mean error instead of the mean of the squares")
def mse(pred, y):
    error = np.asarray(pred) - np.asarray(y)
    mean_error = np.sum(error) / error.size
    return mean_error * mean_error


@wrong("mse", "one mean for each row, not a number")
def mse(pred, y):
    sq = np.square(pred - y)
    return sq.mean(axis=-1)


@wrong("mse", "half the mean")
def mse(pred, y):
    if pred.shape != y.shape:
        raise ValueError("shapes")
    m = pred.size
    cost = (1 / (2 * m)) * np.sum(np.power(pred - y, 2))
    return cost


@wrong("mse", "computes in the caller's pred")
def mse(pred, y):
    pred -= y
    pred *= pred
    return np.mean(pred)


@wrong("mse", "expects exactly two axes, fails for one")
def mse(pred, y):
    n, m = pred.shape
    total = 0.0
    for i in range(n):
        for j in range(m):
            total += (pred[i, j] - y[i, j]) ** 2
    return total / (n * m)


# ---------------------------------------------------------------- cross_entropy


@wrong("cross_entropy", "logarithm of finished probabilities plus 1e-15, capped at 34.5")
def cross_entropy(logits, y):
    p = softmax(logits)
    correct = p[range(len(y)), y]
    return -np.mean(np.log(correct + 1e-15))


@wrong("cross_entropy", "p[:, y] takes every label from every row")
def cross_entropy(logits, y):
    z = logits - logits.max(axis=1, keepdims=True)
    logp = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
    return -logp[:, y].mean()


@wrong("cross_entropy", "mean over the whole one-hot table, divides by N times C")
def cross_entropy(logits, y):
    N, C = logits.shape
    targets = np.zeros((N, C))
    targets[np.arange(N), y] = 1
    z = logits - np.max(logits, axis=1, keepdims=True)
    log_p = z - np.log(np.sum(np.exp(z), axis=1, keepdims=True))
    return -np.mean(targets * log_p)


@wrong("cross_entropy", "as many one-hot columns as the largest label in the batch asks for")
def cross_entropy(logits, y):
    n_classes = y.max() + 1
    onehot = np.eye(n_classes)[y]
    z = logits - logits.max(axis=1)[:, np.newaxis]
    log_probs = z - np.log(np.exp(z).sum(axis=1))[:, np.newaxis]
    return -(onehot * log_probs).sum() / len(logits)


@wrong("cross_entropy", "logarithm of the sum without the shift")
def cross_entropy(logits, y):
    losses = []
    for scores, label in zip(logits, y, strict=True):
        losses.append(np.log(np.sum(np.exp(scores))) - scores[label])
    return sum(losses) / len(losses)


@wrong("cross_entropy", "one maximum for the whole batch, low rows give the logarithm of 0")
def cross_entropy(logits, y):
    m = np.max(logits)
    rest = np.exp(logits - m)
    lse = np.log(rest.sum(axis=1)) + m
    picked = logits[np.arange(y.shape[0]), y]
    return np.mean(lse - picked)


@wrong("cross_entropy", "maximum taken off in the sum but not off the right logit")
def cross_entropy(logits, y):
    maxi = logits.max(1)
    lse = np.log(np.exp(logits - maxi[:, None]).sum(1))
    total = 0
    for n in range(len(y)):
        total = total + (lse[n] - logits[n, y[n]])
    return total / len(y)


@wrong("cross_entropy", "binary cross-entropy, the wrong classes count too")
def cross_entropy(logits, y):
    p = np.clip(softmax(logits), 1e-300, 1 - 1e-16)
    t = np.eye(logits.shape[1])[y]
    per_example = -(t * np.log(p) + (1 - t) * np.log(1 - p)).sum(axis=1)
    return per_example.mean()


@wrong("cross_entropy", "sum over the batch, and the logarithm to base 2")
def cross_entropy(logits, y):
    z = logits - logits.max(axis=1, keepdims=True)
    bits = np.log2(np.exp(z).sum(axis=1)) - z[np.arange(len(z)), y] / np.log(2)
    return bits.sum()


@wrong("cross_entropy", "takes the maximum off the caller's logits in place")
def cross_entropy(logits, y):
    for i in range(len(logits)):
        logits[i] -= np.max(logits[i])
    log_sum = np.log(np.exp(logits).sum(axis=1))
    return (log_sum - logits[np.arange(len(y)), y]).mean()


@wrong("cross_entropy", "shifts by the row mean, which does not keep wide rows from overflowing")
def cross_entropy(logits, y):
    middle = logits.mean(axis=1, keepdims=True)
    z = logits - middle
    with np.errstate(over="ignore"):
        log_total = np.log(np.exp(z).sum(axis=1))
    return np.mean(log_total - z[np.arange(len(y)), y])


# ---------------------------------------------------------------- mlp_forward


@wrong("mlp_forward", "asks whether a new tuple is the last pair, so ReLU follows every layer")
def mlp_forward(params, x):
    caches = []
    a = x
    for W, b in params:
        a, c1 = linear_forward(a, W, b)
        c2 = None
        if (W, b) is not params[-1]:
            a, c2 = relu_forward(a)
        caches.append((c1, c2))
    return a, caches


@wrong("mlp_forward", "the last layer is recognised by its width")
def mlp_forward(params, x):
    n_classes = params[-1][0].shape[1]
    cache = []
    h = x
    for W, b in params:
        h, lin = linear_forward(h, W, b)
        rel = None
        if h.shape[1] != n_classes:
            h, rel = relu_forward(h)
        cache.append((lin, rel))
    return h, cache


@wrong("mlp_forward", "takes the layers out of the caller's list")
def mlp_forward(params, x):
    cache = []
    while len(params) > 1:
        W, b = params.pop(0)
        x, lc = linear_forward(x, W, b)
        x, rc = relu_forward(x)
        cache.append((lc, rc))
    W, b = params[0]
    logits, lc = linear_forward(x, W, b)
    cache.append((lc, None))
    return logits, cache


@wrong("mlp_forward", "two layers written out, deeper and shallower networks go wrong")
def mlp_forward(params, x):
    W1, b1 = params[0]
    W2, b2 = params[-1]
    hidden, lin1 = linear_forward(x, W1, b1)
    hidden, act1 = relu_forward(hidden)
    logits, lin2 = linear_forward(hidden, W2, b2)
    return logits, [(lin1, act1), (lin2, None)]


@wrong("mlp_forward", "ReLU in front of every layer, so the data itself loses its negative entries")
def mlp_forward(params, x):
    steps = []
    signal = x
    for weights, bias in params:
        signal, mask = relu_forward(signal)
        signal, lin = linear_forward(signal, weights, bias)
        steps.append((lin, mask))
    return signal, steps


@wrong("mlp_forward", "ReLU after the first layer only")
def mlp_forward(params, x):
    out = x
    cache = []
    for layer in range(len(params)):
        W, b = params[layer]
        out, c = linear_forward(out, W, b)
        r = None
        if layer == 0 and len(params) > 1:
            out, r = relu_forward(out)
        cache.append((c, r))
    return out, cache


@wrong("mlp_forward", "finishes with softmax, probabilities instead of logits")
def mlp_forward(params, x):
    store = []
    a = np.array(x, dtype=float)
    for W, b in params[:-1]:
        z, lc = linear_forward(a, W, b)
        a, rc = relu_forward(z)
        store.append((lc, rc))
    W, b = params[-1]
    z, lc = linear_forward(a, W, b)
    store.append((lc, None))
    return softmax(z), store


@wrong("mlp_forward", "a network of one layer gets a ReLU")
def mlp_forward(params, x):
    first = params[0]
    z, lc = linear_forward(x, first[0], first[1])
    out, rc = relu_forward(z)
    cache = [(lc, rc)]
    for i in range(1, len(params)):
        z, lc = linear_forward(out, params[i][0], params[i][1])
        if i == len(params) - 1:
            out, rc = z, None
        else:
            out, rc = relu_forward(z)
        cache.append((lc, rc))
    return out, cache


# ---------------------------------------------------------------- count_evaluations


@wrong("count_evaluations", "counts only the calls at the bottom, the product of the widths")
def count_evaluations(widths):
    naive = 1
    for w in widths[1:]:
        naive *= w
    layered = 0
    for w in widths[1:]:
        layered += w
    return naive, layered


@wrong("count_evaluations", "floats on the way, digits are lost in deep networks")
def count_evaluations(widths):
    layers = np.array(widths[1:], dtype=float)
    products = np.cumprod(layers[::-1])
    return int(products.sum()), int(layers.sum())


@wrong("count_evaluations", "NumPy's 64-bit integers wrap around")
def count_evaluations(widths):
    w = np.array(widths, dtype=np.int64)
    cost = np.int64(1)
    with np.errstate(over="ignore"):
        for below in w[1:-1]:
            cost = 1 + below * cost
        naive = cost * w[-1]
    return int(naive), int(np.sum(w[1:]))


@wrong("count_evaluations", "inputs are counted as evaluations, in both numbers")
def count_evaluations(widths):
    one_neuron = 1
    for i in range(1, len(widths)):
        one_neuron = 1 + widths[i - 1] * one_neuron
    return widths[-1] * one_neuron, sum(widths)


@wrong("count_evaluations", "the tree of a single output only; layered counts the weights")
def count_evaluations(widths):
    def cost(layer):
        if layer == 1:
            return 1
        return 1 + widths[layer - 1] * cost(layer - 1)

    weights = sum(widths[i] * widths[i + 1] for i in range(len(widths) - 1))
    return cost(len(widths) - 1), weights


@wrong("count_evaluations", "multiplies by the neuron's own layer instead of the layer below")
def count_evaluations(widths):
    cost = 1
    for n in widths[2:]:
        cost = 1 + n * cost
    return cost * widths[-1], sum(widths) - widths[0]


# ---------------------------------------------------------------- log_probabilities


@wrong("log_probabilities", "logarithm of finished probabilities, a rare class gives minus infinity")
def log_probabilities(z):
    with np.errstate(divide="ignore"):
        return np.log(softmax(z))


@wrong("log_probabilities", "logarithm floored where the probability was rounded to 0")
def log_probabilities(z):
    p = softmax(z)
    tiny = np.finfo(float).tiny
    return np.log(np.where(p < tiny, tiny, p))


@wrong("log_probabilities", "one maximum for all rows, a row far below loses its sum")
def log_probabilities(z):
    z = np.array(z, dtype=float)
    c = z.max()
    log_sums = np.log(np.exp(z - c).sum(axis=1, keepdims=True)) + c
    return z - log_sums


@wrong("log_probabilities", "the shift is not put back, z minus the logarithm of the shifted sum")
def log_probabilities(z):
    result = np.zeros(z.shape)
    for n, row in enumerate(z):
        peak = max(row)
        s = 0.0
        for v in row:
            s += math.exp(v - peak)
        result[n] = row - math.log(s)
    return result


@wrong("log_probabilities", "shifts by the row mean, wide rows overflow")
def log_probabilities(z):
    z = z - z.mean(axis=1, keepdims=True)
    with np.errstate(over="ignore"):
        return z - np.log(np.exp(z).sum(axis=1, keepdims=True))


globals().update(RIGHT)
