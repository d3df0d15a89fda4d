"""Wrong answers to 06-frontier, written without sight of the bank."""

# ---------------------------------------------------------------- gradient_norms


@wrong("gradient_norms", "the slope of the last activation is forgotten")
def gradient_norms(weights, activation, x, dout):
    L = len(weights)
    acts = [np.asarray(x, dtype=float)]
    for W in weights:
        z = acts[-1] @ W
        if activation == "tanh":
            acts.append(np.tanh(z))
        elif activation == "relu":
            acts.append(np.maximum(0, z))
        else:
            acts.append(1 / (1 + np.exp(-z)))
    delta = dout  # the gradient at the last layer is given
    out = np.zeros(L)
    for l in range(L - 1, -1, -1):
        out[l] = np.sqrt(np.sum((acts[l].T @ delta) ** 2))
        if l > 0:
            delta = delta @ weights[l].T
            a = acts[l]
            if activation == "tanh":
                delta = delta * (1 - a**2)
            elif activation == "relu":
                delta = delta * (a > 0)
            else:
                delta = delta * a * (1 - a)
    return out


@wrong("gradient_norms", "np.linalg.norm with ord 2, the largest singular value")
def gradient_norms(weights, activation, x, dout):
    hs = [x]
    for W in weights:
        pre = np.dot(hs[-1], W)
        h = {
            "tanh": np.tanh,
            "relu": lambda q: q * (q > 0),
            "sigmoid": lambda q: 1.0 / (1.0 + np.exp(-q)),
        }[activation](pre)
        hs.append(h)
    g = dout
    norms = []
    for W, h_in, h_out in zip(weights[::-1], hs[-2::-1], hs[:0:-1]):
        if activation == "tanh":
            g = g * (1 - h_out * h_out)
        if activation == "relu":
            g = g * (h_out > 0)
        if activation == "sigmoid":
            g = g * h_out * (1 - h_out)
        norms.insert(0, np.linalg.norm(h_in.T @ g, 2))
        g = g @ W.T
    return np.array(norms)


@wrong("gradient_norms", "collected on the way back and never turned round")
def gradient_norms(weights, activation, x, dout):
    inputs, outputs = [], []
    a = x
    for W in weights:
        inputs.append(a)
        z = a @ W
        if activation == "relu":
            a = np.where(z > 0, z, 0)
        elif activation == "sigmoid":
            a = 1 / (1 + np.exp(-z))
        else:
            a = np.tanh(z)
        outputs.append(a)
    result = []
    grad = dout
    for i in reversed(range(len(weights))):
        o = outputs[i]
        if activation == "relu":
            local = (o > 0).astype(float)
        elif activation == "sigmoid":
            local = o * (1 - o)
        else:
            local = 1 - o**2
        grad = grad * local
        result.append(np.linalg.norm(inputs[i].T @ grad))
        grad = grad @ weights[i].T
    return np.array(result)


@wrong("gradient_norms", "slope taken from the pre-activation as if it were the output")
def gradient_norms(weights, activation, x, dout):
    cache = []
    a = x
    for W in weights:
        z = a @ W
        cache.append((a, z))
        if activation == "tanh":
            a = np.tanh(z)
        elif activation == "relu":
            a = np.maximum(z, 0)
        else:
            a = 1 / (1 + np.exp(-z))
    d = dout
    norms = [0] * len(weights)
    for l in range(len(weights))[::-1]:
        a_prev, z = cache[l]
        if activation == "tanh":
            dz = d * (1 - z**2)
        elif activation == "relu":
            dz = d * (z > 0)
        else:
            dz = d * z * (1 - z)
        dW = a_prev.T @ dz
        norms[l] = np.sqrt((dW**2).sum())
        d = dz @ weights[l].T
    return np.array(norms)


@wrong("gradient_norms", "norms of the gradients by the pre-activations, not by the weights")
def gradient_norms(weights, activation, x, dout):
    layers_out = []
    h = x
    for W in weights:
        h = h @ W
        if activation == "tanh":
            h = np.tanh(h)
        elif activation == "relu":
            h = np.maximum(h, 0)
        elif activation == "sigmoid":
            h = 1 / (1 + np.exp(-h))
        layers_out.append(h)
    delta = dout
    norms = np.empty(len(weights))
    for k in range(len(weights) - 1, -1, -1):
        h = layers_out[k]
        slope = {"tanh": 1 - h**2, "relu": 1.0 * (h > 0), "sigmoid": h * (1 - h)}[activation]
        delta = delta * slope
        norms[k] = np.sqrt(np.sum(delta**2))
        delta = delta @ weights[k].T
    return norms


@wrong("gradient_norms", "mean square root of the entries, so it depends on the size of the matrix")
def gradient_norms(weights, activation, x, dout):
    n_layers = len(weights)
    a = {0: x}
    for i in range(n_layers):
        z = a[i] @ weights[i]
        if activation == "tanh":
            a[i + 1] = np.tanh(z)
        elif activation == "relu":
            a[i + 1] = np.maximum(z, 0)
        else:
            a[i + 1] = 1 / (1 + np.exp(-z))
    up = dout
    norms = {}
    for i in range(n_layers, 0, -1):
        if activation == "tanh":
            up = up * (1 - a[i] ** 2)
        elif activation == "relu":
            up = up * (a[i] > 0)
        else:
            up = up * (a[i] - a[i] ** 2)
        gradient = a[i - 1].T @ up
        norms[i] = np.sqrt(np.mean(gradient**2))
        up = up @ weights[i - 1].T
    return np.array([norms[i] for i in range(1, n_layers + 1)])


@wrong("gradient_norms", "multiplies the slopes into the caller's dout")
def gradient_norms(weights, activation, x, dout):
    f = {
        "tanh": (np.tanh, lambda a: 1 - a**2),
        "relu": (lambda z: np.maximum(z, 0), lambda a: np.where(a > 0, 1.0, 0.0)),
        "sigmoid": (lambda z: 1 / (1 + np.exp(-z)), lambda a: a * (1 - a)),
    }
    act, slope = f[activation]
    outs = [x]
    for W in weights:
        outs.append(act(outs[-1] @ W))
    norms = []
    for l in range(len(weights), 0, -1):
        if dout.dtype.kind == "f":
            dout *= slope(outs[l])
        else:
            dout = dout * slope(outs[l])
        norms.append(np.sqrt(np.sum((outs[l - 1].T @ dout) ** 2)))
        dout = dout @ weights[l - 1].T
    return np.array(norms[::-1])


@wrong("gradient_norms", "turns the caller's list of weights round")
def gradient_norms(weights, activation, x, dout):
    a, tape = x, []
    for W in weights:
        z = a @ W
        if activation == "tanh":
            new = np.tanh(z)
            slope = 1 - new**2
        elif activation == "relu":
            new = z.clip(min=0)
            slope = z > 0
        else:
            new = 1 / (1 + np.exp(-z))
            slope = new * (1 - new)
        tape.append((a, slope))
        a = new
    weights.reverse()
    tape.reverse()
    g, res = dout, []
    for W, (inp, slope) in zip(weights, tape):
        g = g * slope
        res.append(np.linalg.norm(inp.T @ g))
        g = g @ W.T
    return np.array(res[::-1])


# ---------------------------------------------------------------- clip_by_global_norm


@wrong("clip_by_global_norm", "every array is cut on its own, and the norm is that of the last one")
def clip_by_global_norm(grads, max_norm):
    clipped = []
    for g in grads:
        n = np.sqrt(np.sum(np.square(g)))
        if n > max_norm:
            g = g * max_norm / n
        clipped.append(g)
    return clipped, n


@wrong("clip_by_global_norm", "short gradients are stretched to max_norm")
def clip_by_global_norm(grads, max_norm):
    sq = 0.0
    for g in grads:
        sq += (np.asarray(g, dtype=float) ** 2).sum()
    total = np.sqrt(sq)
    factor = max_norm / (total + 1e-12)
    return [g * factor for g in grads], total


@wrong("clip_by_global_norm", "returns the norm after clipping")
def clip_by_global_norm(grads, max_norm):
    def norm_of(list_of_arrays):
        return np.sqrt(sum(np.sum(a * a) for a in list_of_arrays))

    n = norm_of(grads)
    new = [np.array(g, dtype=float) for g in grads]
    if n > max_norm:
        new = [g * (max_norm / n) for g in new]
    return new, norm_of(new)


@wrong("clip_by_global_norm", "scales the caller's arrays in place")
def clip_by_global_norm(grads, max_norm):
    total_norm = 0
    for p in grads:
        param_norm = np.linalg.norm(p)
        total_norm += param_norm**2
    total_norm = total_norm**0.5
    clip_coef = max_norm / (total_norm + 1e-300)
    if clip_coef < 1:
        for p in grads:
            np.multiply(p, clip_coef, out=p, casting="unsafe")
    return grads, total_norm


@wrong("clip_by_global_norm", "global norm is the sum of the norms")
def clip_by_global_norm(grads, max_norm):
    norms = [np.linalg.norm(np.ravel(g)) for g in grads]
    norm = np.sum(norms)
    if norm <= max_norm:
        return list(grads), norm
    out = []
    for g in grads:
        out.append(g / norm * max_norm)
    return out, norm


@wrong("clip_by_global_norm", "nan when all gradients are 0")
def clip_by_global_norm(grads, max_norm):
    flat = np.concatenate([np.ravel(g) for g in grads])
    norm = np.linalg.norm(flat)
    target = min(norm, max_norm)
    with np.errstate(all="ignore"):
        unit = [g / norm for g in grads]
    return [u * target for u in unit], norm


@wrong("clip_by_global_norm", "compares the squared norm with max_norm")
def clip_by_global_norm(grads, max_norm):
    norm2 = sum((g**2).sum() for g in grads)
    result = []
    for g in grads:
        if norm2 > max_norm:
            result.append(g * max_norm / np.sqrt(norm2))
        else:
            result.append(g.copy())
    return result, np.sqrt(norm2)


@wrong("clip_by_global_norm", "clips each entry to plus and minus max_norm")
def clip_by_global_norm(grads, max_norm):
    length = 0
    for g in grads:
        for v in np.asarray(g).flat:
            length = length + float(v) ** 2
    length = length**0.5
    if length > max_norm:
        grads = [np.clip(g, -max_norm, max_norm) for g in grads]
    return list(grads), length


@wrong("clip_by_global_norm", "puts the clipped arrays into the caller's list")
def clip_by_global_norm(grads, max_norm):
    norm = np.sqrt(np.sum([np.sum(g**2) for g in grads]))
    if norm > max_norm:
        for i in range(len(grads)):
            grads[i] = grads[i] / norm * max_norm
    return grads, norm


# ---------------------------------------------------------------- residual_backward


def residual_forward_keep(x, W1, W2):
    z = x @ W1
    h = np.maximum(z, 0)
    out = x + h @ W2
    return out, {"x": x, "z": z, "h": h, "W1": W1, "W2": W2, "out": out}


@wrong(
    "residual_backward", "the way around is forgotten in dx", residual_forward=residual_forward_keep
)
def residual_backward(dout, cache):
    x, z, h = cache["x"], cache["z"], cache["h"]
    W1, W2 = cache["W1"], cache["W2"]
    dW2 = h.T @ dout
    dh = dout @ W2.T
    dz = dh * (z > 0)
    dW1 = x.T @ dz
    dx = dz @ W1.T
    return dx, dW1, dW2


@wrong(
    "residual_backward",
    "relu is applied to the gradient: negative gradients are cut, not units that were off",
    residual_forward=residual_forward_keep,
)
def residual_backward(dout, cache):
    dh = dout @ cache["W2"].T
    # relu lets only the positive ones through
    dh = np.maximum(dh, 0)
    dW1 = cache["x"].T @ dh
    dW2 = cache["h"].T @ dout
    dx = dout + dh @ cache["W1"].T
    return dx, dW1, dW2


@wrong(
    "residual_backward", "dW2 from the values before relu", residual_forward=residual_forward_keep
)
def residual_backward(dout, cache):
    hidden = cache["x"] @ cache["W1"]
    g_hidden = np.matmul(dout, np.transpose(cache["W2"]))
    g_hidden[hidden <= 0] = 0
    return (
        g_hidden @ cache["W1"].T + dout,
        cache["x"].T @ g_hidden,
        hidden.T @ dout,
    )


@wrong(
    "residual_backward",
    "mask used for dx only, not for dW1",
    residual_forward=residual_forward_keep,
)
def residual_backward(dout, cache):
    x, W1, W2 = cache["x"], cache["W1"], cache["W2"]
    mask = cache["h"] > 0
    d_hidden = dout @ W2.T
    dW2 = cache["h"].T @ dout
    dW1 = x.T @ d_hidden
    d_x_branch = (mask * d_hidden) @ W1.T
    return dout + d_x_branch, dW1, dW2


@wrong(
    "residual_backward",
    "adds the branch into dout itself",
    residual_forward=residual_forward_keep,
)
def residual_backward(dout, cache):
    dW2 = np.dot(cache["h"].T, dout)
    dhid = np.dot(dout, cache["W2"].T)
    dhid = np.where(cache["z"] > 0, dhid, 0.0)
    dW1 = np.dot(cache["x"].T, dhid)
    dx = dout
    dx += np.dot(dhid, cache["W1"].T).astype(dx.dtype)
    return dx, dW1, dW2


@wrong(
    "residual_backward",
    "the upstream gradient is divided between the two ways",
    residual_forward=residual_forward_keep,
)
def residual_backward(dout, cache):
    # two arrows leave, each of them gets half of the gradient
    to_skip = dout / 2
    to_branch = dout / 2
    dW2 = cache["h"].T @ to_branch
    dz = (to_branch @ cache["W2"].T) * (cache["z"] > 0)
    dW1 = cache["x"].T @ dz
    dx = to_skip + dz @ cache["W1"].T
    return dx, dW1, dW2


@wrong(
    "residual_backward",
    "the way around adds 1 to dx, not dout",
    residual_forward=residual_forward_keep,
)
def residual_backward(dout, cache):
    N = dout.shape[0]
    dx = np.zeros(cache["x"].shape)
    dW1 = np.zeros(cache["W1"].shape)
    dW2 = np.zeros(cache["W2"].shape)
    for n in range(N):
        on = (cache["z"][n] > 0).astype(float)
        back = (cache["W2"] @ dout[n]) * on
        dW1 += np.outer(cache["x"][n], back)
        dW2 += np.outer(cache["h"][n], dout[n])
        dx[n] = 1 + cache["W1"] @ back
    return dx, dW1, dW2


@wrong(
    "residual_backward",
    "turns the hidden values of the cache into the mask, so that a second call is wrong",
    residual_forward=residual_forward_keep,
)
def residual_backward(dout, cache):
    h = cache["h"]
    dW2 = h.T @ dout
    h[h > 0] = 1
    dz = (dout @ cache["W2"].T) * h
    return dout + dz @ cache["W1"].T, cache["x"].T @ dz, dW2


# ---------------------------------------------------------------- linear_backward_input


@wrong("linear_backward_input", "reshape where a transpose is needed")
def linear_backward_input(dout, cache):
    x, W = cache
    D, H = W.shape
    return np.dot(dout, W.reshape(H, D))


@wrong("linear_backward_input", "divided by the number of examples")
def linear_backward_input(dout, cache):
    x, W = cache
    n = len(x)
    dx = np.zeros((n, W.shape[0]))
    for i in range(n):
        for d in range(W.shape[0]):
            for k in range(W.shape[1]):
                dx[i, d] += dout[i, k] * W[d, k] / n
    return dx


_last = {}


def linear_forward_global(x, W, b):
    _last["x"], _last["W"] = x, W
    return x @ W + b, None


@wrong(
    "linear_backward_input",
    "uses the weights of the most recent forward pass",
    linear_forward=linear_forward_global,
)
def linear_backward_input(dout, cache):
    return dout @ _last["W"].T


@wrong("linear_backward_input", "hands back all three gradients")
def linear_backward_input(dout, cache):
    x, W = cache
    dx = dout @ W.T
    dW = x.T @ dout
    db = dout.sum(axis=0)
    return dx, dW, db


def linear_forward_ref(x, W, b):
    return x @ W + b, (x, W, b)


@wrong("linear_backward_input", "only right for examples one at a time: rows are summed up")
def linear_backward_input(dout, cache):
    x, W = cache
    dx = np.zeros(x.shape)
    row = np.zeros(W.shape[0])
    for n in range(dout.shape[0]):
        for h in range(dout.shape[1]):
            row += dout[n, h] * W[:, h]
        dx[n] = row
    return dx


# ---------------------------------------------------------------- linear_backward_weight


@wrong("linear_backward_weight", "db is the mean over the batch")
def linear_backward_weight(dout, cache):
    (x, W) = cache
    return x.T @ dout, np.mean(dout, axis=0)


@wrong("linear_backward_weight", "each example overwrites dW of the one before")
def linear_backward_weight(dout, cache):
    x, W = cache
    dW = np.zeros_like(W)
    db = np.zeros(W.shape[1])
    for i in range(x.shape[0]):
        for j in range(W.shape[1]):
            dW[:, j] = x[i] * dout[i, j]
            db[j] += dout[i, j]
    return dW, db


@wrong("linear_backward_weight", "db keeps a first axis of length 1")
def linear_backward_weight(dout, cache):
    inp, weights = cache
    grad_w = np.einsum("nd,nh->dh", inp, dout)
    grad_b = np.ones((1, inp.shape[0])) @ dout
    return grad_w, grad_b


def linear_forward_stack(x, W, b):
    return x.dot(W) + b, [W, x]


@wrong(
    "linear_backward_weight",
    "takes x out of the cache, so that a second call fails",
    linear_forward=linear_forward_stack,
)
def linear_backward_weight(dout, cache):
    x = cache.pop()
    dW = np.dot(x.T, dout)
    db = np.sum(dout, axis=0)
    return dW, db


@wrong("linear_backward_weight", "dW the wrong way round, reshaped to make the shape fit")
def linear_backward_weight(dout, cache):
    x, W = cache
    dW = dout.T @ x
    if dW.shape != W.shape:
        dW = dW.reshape(W.shape)
    return dW, dout.sum(0)


# ---------------------------------------------------------------- checkpointed_gradient


@wrong("checkpointed_gradient", "every input is kept, nothing is recomputed")
def checkpointed_gradient(layers, x, dout, every):
    inputs = [x]
    for layer in layers:
        inputs.append(layer.forward(inputs[-1]))
    grads = [None] * len(layers)
    for i in range(len(layers) - 1, -1, -1):
        dout, grads[i] = layers[i].backward(dout, inputs[i])
    return dout, grads


@wrong("checkpointed_gradient", "each input is computed again from the very beginning")
def checkpointed_gradient(layers, x, dout, every):
    grads = []
    g = dout
    for i in range(len(layers) - 1, -1, -1):
        a = x
        for j in range(i):
            a = layers[j].forward(a)
        g, dW = layers[i].backward(g, a)
        grads.append(dW)
    grads.reverse()
    return g, grads


@wrong("checkpointed_gradient", "grads from the last layer to the first")
def checkpointed_gradient(layers, x, dout, every):
    saved = {}
    a = x
    for i, layer in enumerate(layers):
        if i % every == 0:
            saved[i] = a
        a = layer.forward(a)
    grads = []
    for start in sorted(saved, reverse=True):
        stop = min(start + every, len(layers))
        seg = [saved[start]]
        for i in range(start, stop - 1):
            seg.append(layers[i].forward(seg[-1]))
        for i in range(stop - 1, start - 1, -1):
            dout, dW = layers[i].backward(dout, seg[i - start])
            grads.append(dW)
    return dout, grads


@wrong("checkpointed_gradient", "backward gets the output of the layer instead of its input")
def checkpointed_gradient(layers, x, dout, every):
    L = len(layers)
    kept = []
    act = x
    for i in range(L):
        if i % every == 0:
            kept.append(act)
        act = layers[i].forward(act)
    act = None
    grads = [0] * L
    d = dout
    for s in range(len(kept) - 1, -1, -1):
        lo = s * every
        hi = min(lo + every, L)
        outs = []
        a = kept[s]
        for i in range(lo, hi):
            a = layers[i].forward(a)
            outs.append(a)
        for i in range(hi - 1, lo - 1, -1):
            d, grads[i] = layers[i].backward(d, outs[i - lo])
    return d, grads


@wrong("checkpointed_gradient", "layers after the last full segment are left out")
def checkpointed_gradient(layers, x, dout, every):
    every = min(every, len(layers))
    n_seg = len(layers) // every
    checkpoints = []
    a = x
    for s in range(n_seg):
        checkpoints.append(a)
        for layer in layers[s * every : (s + 1) * every]:
            a = layer.forward(a)
    del a
    grads = []
    for s in range(n_seg - 1, -1, -1):
        block = layers[s * every : (s + 1) * every]
        ins = [checkpoints.pop()]
        for layer in block[:-1]:
            ins.append(layer.forward(ins[-1]))
        for layer in block[::-1]:
            dout, dW = layer.backward(dout, ins.pop())
            grads.insert(0, dW)
    return dout, grads


@wrong("checkpointed_gradient", "what was computed again is never dropped")
def checkpointed_gradient(layers, x, dout, every):
    n = len(layers)
    store = {0: x}
    cur = x
    for i in range(n):
        if i % every == 0:
            store[i] = cur
        cur = layers[i].forward(cur)
    grads = {}
    i = n - 1
    while i >= 0:
        if i not in store:
            # find the checkpoint below and fill the gap
            j = (i // every) * every
            while j < i:
                store[j + 1] = layers[j].forward(store[j])
                j += 1
        dout, grads[i] = layers[i].backward(dout, store[i])
        i -= 1
    return dout, [grads[k] for k in range(n)]


@wrong("checkpointed_gradient", "every layer of a segment starts again at the checkpoint")
def checkpointed_gradient(layers, x, dout, every):
    n = len(layers)
    marks = {}
    cur = x
    for i in range(n):
        if i % every == 0:
            marks[i] = cur
        cur = layers[i].forward(cur)
    cur = None
    grads = [None] * n
    for i in reversed(range(n)):
        base = i - i % every
        a = marks[base]
        for k in range(base, i):
            a = layers[k].forward(a)
        dout, grads[i] = layers[i].backward(dout, a)
        a = None
    return dout, grads


@wrong("checkpointed_gradient", "every segment starts with the dout of the last layer")
def checkpointed_gradient(layers, x, dout, every):
    checkpoints, h = [], x
    for idx in range(len(layers)):
        if idx % every == 0:
            checkpoints.append((idx, h))
        h = layers[idx].forward(h)
    h = None
    grads = []
    while checkpoints:
        idx, start = checkpoints.pop()
        segment = layers[idx : idx + every]
        acts = [start]
        for layer in segment[:-1]:
            acts.append(layer.forward(acts[-1]))
        g = dout
        seg_grads = []
        for layer, act in zip(reversed(segment), reversed(acts)):
            g, dW = layer.backward(g, act)
            seg_grads.append(dW)
        grads = seg_grads[::-1] + grads
    return g, grads


@wrong("checkpointed_gradient", "the kept input stands in for all inputs of its segment")
def checkpointed_gradient(layers, x, dout, every):
    keep = []
    a = x
    for i, layer in enumerate(layers):
        if i % every == 0:
            keep.append(a)
        a = layer.forward(a)
    grads = [None] * len(layers)
    for i in range(len(layers) - 1, -1, -1):
        dout, grads[i] = layers[i].backward(dout, keep[i // every])
    return dout, grads


@wrong("checkpointed_gradient", "recomputes up to the end of the network, not of the segment")
def checkpointed_gradient(layers, x, dout, every):
    L = len(layers)
    starts = list(range(0, L, every))
    kept = {}
    a = x
    for i in range(L):
        if i in starts:
            kept[i] = a
        a = layers[i].forward(a)
    grads = [None] * L
    end = L
    for s in starts[::-1]:
        inputs = {s: kept[s]}
        for i in range(s, L - 1):
            inputs[i + 1] = layers[i].forward(inputs[i])
        for i in range(end - 1, s - 1, -1):
            dout, grads[i] = layers[i].backward(dout, inputs[i])
        end = s
    return dout, grads


@wrong("checkpointed_gradient", "empties the caller's list of layers on the way back")
def checkpointed_gradient(layers, x, dout, every):
    kept, a = [], x
    for i, layer in enumerate(layers):
        if i % every == 0:
            kept.append(a)
        a = layer.forward(a)
    del a
    grads = []
    while kept:
        start = (len(kept) - 1) * every
        ins = [kept.pop()]
        for layer in layers[start:-1]:
            ins.append(layer.forward(ins[-1]))
        while ins:
            dout, dW = layers.pop().backward(dout, ins.pop())
            grads = [dW] + grads
    return dout, grads


# ---------------------------------------------------------------- rnn_forward


@wrong("rnn_forward", "the state before the first step is taken as 0")
def rnn_forward(x, h0, Wx, Wh, b):
    N, T, D = x.shape
    H = Wh.shape[0]
    h = np.zeros((N, T, H))
    for t in range(T):
        # h[:, -1] is still zero at t = 0
        h[:, t] = np.tanh(x[:, t] @ Wx + h[:, t - 1] @ Wh + b)
    return h, (x, h, Wx, Wh)


@wrong("rnn_forward", "Wh on the wrong side")
def rnn_forward(x, h0, Wx, Wh, b):
    states = []
    prev = h0
    for t in range(x.shape[1]):
        rows = []
        for n in range(x.shape[0]):
            rows.append(np.tanh(x[n, t] @ Wx + Wh @ prev[n] + b))
        prev = np.array(rows)
        states.append(prev)
    return np.stack(states, axis=1), (x, h0, Wx, Wh)


@wrong("rnn_forward", "time first in the result")
def rnn_forward(x, h0, Wx, Wh, b):
    xs = np.transpose(x, (1, 0, 2))
    h = h0
    out = []
    for x_t in xs:
        h = np.tanh(x_t.dot(Wx) + h.dot(Wh) + b)
        out.append(h)
    return np.array(out), (xs, out)


@wrong("rnn_forward", "one state array is written over at every step, and it is h0")
def rnn_forward(x, h0, Wx, Wh, b):
    state = h0
    all_h = []
    for t in range(x.shape[1]):
        state[:] = np.tanh(x[:, t, :] @ Wx + state @ Wh + b)
        all_h.append(state)
    return np.stack(all_h, axis=1), (x, all_h, Wx, Wh, b)


@wrong("rnn_forward", "the old state comes in outside tanh")
def rnn_forward(x, h0, Wx, Wh, b):
    N, T, _ = x.shape
    h = np.empty((N, T + 1, h0.shape[1]))
    h[:, 0] = h0
    for t in range(1, T + 1):
        h[:, t] = np.tanh(x[:, t - 1] @ Wx + b) + h[:, t - 1] @ Wh
    return h[:, 1:], (x, h, Wx, Wh)


@wrong("rnn_forward", "the last step is missing and h0 stands first")
def rnn_forward(x, h0, Wx, Wh, b):
    N, T, D = x.shape
    h = np.zeros((N, T, h0.shape[1]))
    h[:, 0] = h0
    for t in range(1, T):
        h[:, t] = np.tanh(x[:, t - 1] @ Wx + h[:, t - 1] @ Wh + b)
    return h, (x, h, Wx, Wh, b)


@wrong("rnn_forward", "the bias only joins in at the first step")
def rnn_forward(x, h0, Wx, Wh, b):
    T = x.shape[1]
    hs = [np.tanh(x[:, 0] @ Wx + h0 @ Wh + b)]
    for t in range(1, T):
        hs.append(np.tanh(x[:, t] @ Wx + hs[t - 1] @ Wh))
    return np.stack(hs, axis=1), (x, h0, hs, Wx, Wh)


# ---------------------------------------------------------------- rnn_backward


def rnn_forward_mine(x, h0, Wx, Wh, b):
    N, T, D = x.shape
    states = np.zeros((N, T + 1, h0.shape[1]))
    states[:, 0] = h0
    for t in range(T):
        states[:, t + 1] = np.tanh(x[:, t] @ Wx + states[:, t] @ Wh + b)
    return states[:, 1:].copy(), (x, states, Wx, Wh)


def rnn_forward_list(x, h0, Wx, Wh, b):
    hs = {-1: np.array(h0, dtype=float)}
    for t in range(x.shape[1]):
        hs[t] = np.tanh(np.dot(x[:, t], Wx) + np.dot(hs[t - 1], Wh) + b)
    return np.stack([hs[t] for t in range(x.shape[1])], axis=1), (x, hs, Wx, Wh, b)


@wrong("rnn_backward", "dh of later steps is not carried back", rnn_forward=rnn_forward_mine)
def rnn_backward(dh, cache):
    x, states, Wx, Wh = cache
    N, T, D = x.shape
    dx = np.zeros_like(x, dtype=float)
    dWx = np.zeros(Wx.shape)
    dWh = np.zeros(Wh.shape)
    db = np.zeros(Wh.shape[0])
    for t in range(T):
        dz = dh[:, t] * (1 - states[:, t + 1] ** 2)
        dx[:, t] = dz @ Wx.T
        dWx += x[:, t].T @ dz
        dWh += states[:, t].T @ dz
        db += dz.sum(axis=0)
        if t == 0:
            dh0 = dz @ Wh.T
    return dx, dh0, dWx, dWh, db


@wrong(
    "rnn_backward",
    "the carried gradient is added into the argument dh",
    rnn_forward=rnn_forward_mine,
)
def rnn_backward(dh, cache):
    x, states, Wx, Wh = cache
    T = x.shape[1]
    dx = np.zeros(x.shape)
    dWx, dWh, db = 0, 0, 0
    for t in reversed(range(T)):
        dz = dh[:, t] * (1 - states[:, t + 1] ** 2)
        dx[:, t] = dz @ Wx.T
        dWx = dWx + x[:, t].T @ dz
        dWh = dWh + states[:, t].T @ dz
        db = db + dz.sum(0)
        if t > 0:
            dh[:, t - 1] += (dz @ Wh.T).astype(dh.dtype)
        else:
            dh0 = dz @ Wh.T
    return dx, dh0, dWx, dWh, db


@wrong("rnn_backward", "only the dh of the last state is used", rnn_forward=rnn_forward_list)
def rnn_backward(dh, cache):
    x, hs, Wx, Wh, b = cache
    dWx = np.zeros(Wx.shape)
    dWh = np.zeros(Wh.shape)
    db = np.zeros(b.shape)
    dx = np.zeros(x.shape)
    dh_next = dh[:, -1]
    for t in range(x.shape[1] - 1, -1, -1):
        draw = (1 - hs[t] * hs[t]) * dh_next
        db += draw.sum(axis=0)
        dWx += x[:, t].T.dot(draw)
        dWh += hs[t - 1].T.dot(draw)
        dx[:, t] = draw.dot(Wx.T)
        dh_next = draw.dot(Wh.T)
    return dx, dh_next, dWx, dWh, db


@wrong("rnn_backward", "dWh with the new state in place of the old", rnn_forward=rnn_forward_list)
def rnn_backward(dh, cache):
    x, hs, Wx, Wh, b = cache
    N, T, D = x.shape
    dx = np.zeros((N, T, D))
    dWx, dWh, db = np.zeros((D, Wh.shape[0])), np.zeros(Wh.shape), np.zeros(len(b))
    carry = np.zeros((N, Wh.shape[0]))
    for t in range(T - 1, -1, -1):
        g = dh[:, t] + carry
        dz = g * (1 - hs[t] ** 2)
        dWh += hs[t].T @ dz
        dWx += x[:, t].T @ dz
        db += dz.sum(axis=0)
        dx[:, t] = dz @ Wx.T
        carry = dz @ Wh.T
    return dx, carry, dWx, dWh, db


@wrong("rnn_backward", "Wh is not transposed on the way back", rnn_forward=rnn_forward_mine)
def rnn_backward(dh, cache):
    x, states, Wx, Wh = cache
    N, T, H = dh.shape
    d_x = []
    d_Wx = np.zeros(Wx.shape)
    d_Wh = np.zeros(Wh.shape)
    d_b = np.zeros(H)
    from_later = 0.0
    for t in range(T, 0, -1):
        total = dh[:, t - 1] + from_later
        pre = total * (1.0 - np.square(states[:, t]))
        d_x.insert(0, pre @ Wx.T)
        d_Wx += x[:, t - 1].T @ pre
        d_Wh += states[:, t - 1].T @ pre
        d_b += pre.sum(axis=0)
        from_later = pre @ Wh
    return np.stack(d_x, axis=1), from_later, d_Wx, d_Wh, d_b


@wrong("rnn_backward", "the slope of tanh only for the direct part", rnn_forward=rnn_forward_list)
def rnn_backward(dh, cache):
    x, hs, Wx, Wh, b = cache
    T = x.shape[1]
    dx = np.zeros(x.shape)
    dWx, dWh, db = Wx * 0.0, Wh * 0.0, b * 0.0
    later = np.zeros(hs[-1].shape)
    for t in range(T)[::-1]:
        dz = dh[:, t] * (1 - hs[t] ** 2) + later
        dx[:, t] = dz @ Wx.T
        dWx += x[:, t].T @ dz
        dWh += hs[t - 1].T @ dz
        db += np.sum(dz, axis=0)
        later = dz @ Wh.T
    return dx, later, dWx, dWh, db


@wrong("rnn_backward", "dh0 stops in front of Wh", rnn_forward=rnn_forward_mine)
def rnn_backward(dh, cache):
    x, states, Wx, Wh = cache
    T = x.shape[1]
    dx = np.empty(x.shape)
    dWx, dWh, db = np.zeros(Wx.shape), np.zeros(Wh.shape), np.zeros(Wx.shape[1])
    dz = np.zeros(states[:, 0].shape)
    for t in range(T - 1, -1, -1):
        dz = (dh[:, t] + dz @ Wh.T) * (1 - states[:, t + 1] ** 2)
        dx[:, t] = dz @ Wx.T
        dWx += x[:, t].T @ dz
        dWh += states[:, t].T @ dz
        db += dz.sum(axis=0)
    dh0 = dz
    return dx, dh0, dWx, dWh, db


@wrong("rnn_backward", "h0 has no part in dWh", rnn_forward=rnn_forward_mine)
def rnn_backward(dh, cache):
    x, states, Wx, Wh = cache
    h = states[:, 1:]
    N, T, H = h.shape
    dzs = np.zeros((N, T, H))
    nxt = np.zeros((N, H))
    for t in range(T - 1, -1, -1):
        dzs[:, t] = (dh[:, t] + nxt) * (1 - h[:, t] ** 2)
        nxt = dzs[:, t] @ Wh.T
    dx = dzs @ Wx.T
    dWx = np.einsum("ntd,nth->dh", x, dzs)
    dWh = np.einsum("ntg,nth->gh", h[:, :-1], dzs[:, 1:])
    db = dzs.sum(axis=(0, 1))
    return dx, nxt, dWx, dWh, db


@wrong(
    "rnn_backward", "clips the weight gradients to 5 as char-rnn does", rnn_forward=rnn_forward_list
)
def rnn_backward(dh, cache):
    x, hs, Wx, Wh, b = cache
    dWx, dWh, db = np.zeros(Wx.shape), np.zeros(Wh.shape), np.zeros(b.shape)
    dx = np.zeros(x.shape)
    dhnext = np.zeros(hs[0].shape)
    for t in reversed(range(x.shape[1])):
        dhh = dh[:, t] + dhnext
        dhraw = (1 - hs[t] * hs[t]) * dhh
        db += dhraw.sum(0)
        dWx += np.dot(x[:, t].T, dhraw)
        dWh += np.dot(hs[t - 1].T, dhraw)
        dx[:, t] = np.dot(dhraw, Wx.T)
        dhnext = np.dot(dhraw, Wh.T)
    for dparam in [dWx, dWh, db]:
        np.clip(dparam, -5, 5, out=dparam)  # exploding gradients
    return dx, dhnext, dWx, dWh, db


@wrong("rnn_backward", "shared weights get the mean over the steps", rnn_forward=rnn_forward_list)
def rnn_backward(dh, cache):
    x, hs, Wx, Wh, b = cache
    T = x.shape[1]
    list_wx, list_wh, list_b = [], [], []
    dx = np.zeros(x.shape)
    carry = np.zeros(hs[0].shape)
    for t in range(T - 1, -1, -1):
        dz = (dh[:, t] + carry) * (1 - hs[t] ** 2)
        list_wx.append(x[:, t].T @ dz)
        list_wh.append(hs[t - 1].T @ dz)
        list_b.append(dz.sum(axis=0))
        dx[:, t] = dz @ Wx.T
        carry = dz @ Wh.T
    return dx, carry, np.mean(list_wx, axis=0), np.mean(list_wh, axis=0), np.mean(list_b, axis=0)


@wrong(
    "rnn_backward",
    "the carry skips the slope: dh is passed on through Wh without tanh",
    rnn_forward=rnn_forward_mine,
)
def rnn_backward(dh, cache):
    x, s, Wx, Wh = cache
    dx, dWx, dWh = np.zeros(x.shape), np.zeros(Wx.shape), np.zeros(Wh.shape)
    db = np.zeros(Wh.shape[1])
    g = np.zeros(s[:, 0].shape)
    t = x.shape[1]
    while t > 0:
        g = g + dh[:, t - 1]
        local = g * (1 - s[:, t] ** 2)
        dx[:, t - 1] = local @ Wx.T
        dWx += x[:, t - 1].T @ local
        dWh += s[:, t - 1].T @ local
        db += local.sum(axis=0)
        g = g @ Wh.T
        t -= 1
    return dx, g, dWx, dWh, db


@wrong(
    "rnn_backward",
    "truncated: nothing goes back further than 8 steps",
    rnn_forward=rnn_forward_list,
)
def rnn_backward(dh, cache):
    x, hs, Wx, Wh, b = cache
    dWx, dWh, db = np.zeros(Wx.shape), np.zeros(Wh.shape), np.zeros(b.shape)
    dx, T = np.zeros(x.shape), x.shape[1]
    dh0 = np.zeros(hs[0].shape)
    for t in range(T):
        g = dh[:, t]
        for s in range(t, max(-1, t - 8), -1):
            dz = g * (1 - hs[s] ** 2)
            dx[:, s] += dz @ Wx.T
            dWx += x[:, s].T @ dz
            dWh += hs[s - 1].T @ dz
            db += dz.sum(axis=0)
            g = dz @ Wh.T
            if s == 0:
                dh0 += g
    return dx, dh0, dWx, dWh, db


@wrong("rnn_backward", "squares the states of the cache in place", rnn_forward=rnn_forward_mine)
def rnn_backward(dh, cache):
    x, states, Wx, Wh = cache
    dx = np.zeros(x.shape)
    dWx, dWh, db = np.zeros(Wx.shape), np.zeros(Wh.shape), np.zeros(Wh.shape[0])
    carry = 0
    for t in range(x.shape[1] - 1, -1, -1):
        hh = states[:, t + 1]
        hh *= hh
        dz = (dh[:, t] + carry) * (1 - hh)
        dx[:, t] = dz @ Wx.T
        dWx += x[:, t].T @ dz
        dWh += states[:, t].T @ dz
        db += dz.sum(axis=0)
        carry = dz @ Wh.T
    return dx, carry, dWx, dWh, db


# ---------------------------------------------------------------- lstm_step_backward


def _sig(z):
    return 0.5 * (1 + np.tanh(0.5 * z))


def lstm_step_forward_mine(x, h, c, Wx, Wh, b):
    H = h.shape[1]
    z = x @ Wx + h @ Wh + b
    i, f, o = _sig(z[:, :H]), _sig(z[:, H : 2 * H]), _sig(z[:, 2 * H : 3 * H])
    g = np.tanh(z[:, 3 * H :])
    c_new = f * c + i * g
    h_new = o * np.tanh(c_new)
    return h_new, c_new, (x, h, c, Wx, Wh, i, f, o, g, c_new)


@wrong(
    "lstm_step_backward",
    "the way from the new state into the new cell is forgotten",
    lstm_step_forward=lstm_step_forward_mine,
)
def lstm_step_backward(dh, dc, cache):
    x, h, c, Wx, Wh, i, f, o, g, c_new = cache
    do = dh * np.tanh(c_new)
    di = dc * g
    df = dc * c
    dg = dc * i
    dz = np.hstack((di * i * (1 - i), df * f * (1 - f), do * o * (1 - o), dg * (1 - g * g)))
    return dz @ Wx.T, dz @ Wh.T, dc * f, x.T @ dz, h.T @ dz, dz.sum(axis=0)


@wrong(
    "lstm_step_backward",
    "the incoming dc is replaced instead of added to",
    lstm_step_forward=lstm_step_forward_mine,
)
def lstm_step_backward(dh, dc, cache):
    x, h, c, Wx, Wh, i, f, o, g, c_new = cache
    tc = np.tanh(c_new)
    dc = dh * o * (1 - tc**2)
    dgates = [
        dc * g * i * (1 - i),
        dc * c * f * (1 - f),
        dh * tc * o * (1 - o),
        dc * i * (1 - g**2),
    ]
    dz = np.concatenate(dgates, axis=1)
    dx = dz.dot(Wx.T)
    dprev_h = dz.dot(Wh.T)
    dprev_c = f * dc
    return dx, dprev_h, dprev_c, x.T.dot(dz), h.T.dot(dz), dz.sum(0)


@wrong(
    "lstm_step_backward",
    "1 - c squared in place of 1 - tanh(c) squared",
    lstm_step_forward=lstm_step_forward_mine,
)
def lstm_step_backward(dh, dc, cache):
    x, h_old, c_old, Wx, Wh, i, f, o, g, c_new = cache
    dct = dc + dh * o * (1 - c_new**2)
    dz_i = dct * g * i * (1 - i)
    dz_f = dct * c_old * f * (1 - f)
    dz_o = dh * np.tanh(c_new) * o * (1 - o)
    dz_g = dct * i * (1 - g**2)
    dz = np.concatenate((dz_i, dz_f, dz_o, dz_g), axis=1)
    return dz @ Wx.T, dz @ Wh.T, dct * f, x.T @ dz, h_old.T @ dz, np.sum(dz, axis=0)


@wrong(
    "lstm_step_backward",
    "gates put together as i, f, g, o",
    lstm_step_forward=lstm_step_forward_mine,
)
def lstm_step_backward(dh, dc, cache):
    x, h, c, Wx, Wh, i, f, o, g, c_new = cache
    t = np.tanh(c_new)
    dcell = dc + dh * o * (1 - t * t)
    N, H = h.shape
    dz = np.zeros((N, 4 * H))
    dz[:, 0:H] = dcell * g * i * (1 - i)
    dz[:, H : 2 * H] = dcell * c * f * (1 - f)
    dz[:, 2 * H : 3 * H] = dcell * i * (1 - g * g)
    dz[:, 3 * H : 4 * H] = dh * t * o * (1 - o)
    return dz @ Wx.T, dz @ Wh.T, dcell * f, x.T @ dz, h.T @ dz, dz.sum(axis=0)


@wrong(
    "lstm_step_backward",
    "dc of the caller grows, and the forget gate takes the new cell",
    lstm_step_forward=lstm_step_forward_mine,
)
def lstm_step_backward(dh, dc, cache):
    x, h, c, Wx, Wh, i, f, o, g, c_new = cache
    tanh_c = np.tanh(c_new)
    dc += o * (1 - tanh_c**2) * dh
    di, df, do, dg = dc * g, dc * c_new, dh * tanh_c, dc * i
    da = np.hstack([di * i * (1 - i), df * f * (1 - f), do * o * (1 - o), dg * (1 - g**2)])
    dx = np.dot(da, Wx.T)
    dWx = np.dot(x.T, da)
    dWh = np.dot(h.T, da)
    db = np.sum(da, axis=0)
    return dx, np.dot(da, Wh.T), dc * f, dWx, dWh, db


@wrong(
    "lstm_step_backward",
    "dz of all four gates gets the slope of the sigmoid",
    lstm_step_forward=lstm_step_forward_mine,
)
def lstm_step_backward(dh, dc, cache):
    x, h, c, Wx, Wh, i, f, o, g, c_new = cache
    tc = np.tanh(c_new)
    total = dc + dh * o * (1 - tc**2)
    gates = np.concatenate([i, f, o, g], axis=1)
    d_gates = np.concatenate([total * g, total * c, dh * tc, total * i], axis=1)
    dz = d_gates * gates * (1 - gates)
    return dz @ Wx.T, dz @ Wh.T, total * f, x.T @ dz, h.T @ dz, dz.sum(axis=0)


@wrong(
    "lstm_step_backward",
    "the new cell's gradient goes to the old cell without the forget gate",
    lstm_step_forward=lstm_step_forward_mine,
)
def lstm_step_backward(dh, dc, cache):
    x, h, c, Wx, Wh, i, f, o, g, c_new = cache
    # the cell is the highway: its gradient flows back unchanged
    th = np.tanh(c_new)
    dcn = dc + dh * o * (1 - th**2)
    parts = []
    parts.append(dcn * g * (i - i**2))
    parts.append(dcn * c * (f - f**2))
    parts.append(dh * th * (o - o**2))
    parts.append(dcn * i * (1 - g**2))
    dz = np.concatenate(parts, axis=1)
    return dz @ Wx.T, dz @ Wh.T, dcn, x.T @ dz, h.T @ dz, dz.sum(axis=0)


@wrong(
    "lstm_step_backward",
    "writes the slopes over the gates of the cache",
    lstm_step_forward=lstm_step_forward_mine,
)
def lstm_step_backward(dh, dc, cache):
    x, h, c, Wx, Wh, i, f, o, g, c_new = cache
    t = np.tanh(c_new)
    dct = dc + dh * o * (1 - t**2)
    dc_old = dct * f
    di, dg = dct * g, dct * i
    for gate in (i, f, o):
        gate *= 1 - gate
    dz = np.concatenate([di * i, dct * c * f, dh * t * o, dg * (1 - g**2)], axis=1)
    return dz @ Wx.T, dz @ Wh.T, dc_old, x.T @ dz, h.T @ dz, dz.sum(axis=0)


# ---------------------------------------------------------------- attention_backward


def attention_forward_mine(Q, K, V):
    S = Q @ K.T / np.sqrt(Q.shape[1])
    e = np.exp(S - S.max(axis=1, keepdims=True))
    P = e / e.sum(axis=1, keepdims=True)
    return P @ V, (Q, K, V, P)


@wrong(
    "attention_backward",
    "softmax taken for an activation, P(1 - P)",
    attention_forward=attention_forward_mine,
)
def attention_backward(dout, cache):
    Q, K, V, P = cache
    dV = P.T @ dout
    dP = dout @ V.T
    dS = dP * P * (1 - P)
    dS = dS / np.sqrt(Q.shape[1])
    return dS @ K, dS.T @ Q, dV


@wrong(
    "attention_backward",
    "sum over the queries inside softmax",
    attention_forward=attention_forward_mine,
)
def attention_backward(dout, cache):
    Q, K, V, P = cache
    dP = dout @ V.T
    inner = np.sum(dP * P, axis=0, keepdims=True)
    dS = P * (dP - inner)
    scale = np.sqrt(K.shape[-1])
    return np.dot(dS, K) / scale, np.dot(dS.T, Q) / scale, np.dot(P.T, dout)


@wrong(
    "attention_backward",
    "the root is applied to dQ but not to dK",
    attention_forward=attention_forward_mine,
)
def attention_backward(dout, cache):
    Q, K, V, P = cache
    M, d = Q.shape
    dV = np.zeros(V.shape)
    dQ = np.zeros(Q.shape)
    dK = np.zeros(K.shape)
    for m in range(M):
        dp = V @ dout[m]
        p = P[m]
        ds = (np.diag(p) - np.outer(p, p)) @ dp
        dQ[m] = ds @ K / d**0.5
        dK += np.outer(ds, Q[m])
        dV += np.outer(p, dout[m])
    return dQ, dK, dV


def attention_forward_scores(Q, K, V):
    S = Q @ K.T / np.sqrt(Q.shape[1])
    e = np.exp(S - S.max(axis=1, keepdims=True))
    return (e / e.sum(axis=1, keepdims=True)) @ V, (Q, K, V, S)


@wrong(
    "attention_backward",
    "weights computed again without the shift, which overflows",
    attention_forward=attention_forward_scores,
)
def attention_backward(dout, cache):
    Q, K, V, S = cache
    with np.errstate(all="ignore"):
        P = np.exp(S) / np.sum(np.exp(S), axis=1, keepdims=True)
    dV = P.T @ dout
    dP = dout @ V.T
    dS = P * (dP - np.sum(P * dP, axis=1, keepdims=True))
    dS /= np.sqrt(Q.shape[1])
    return dS @ K, dS.T @ Q, dV


@wrong(
    "attention_backward",
    "root of the width of the values",
    attention_forward=attention_forward_mine,
)
def attention_backward(dout, cache):
    Q, K, V, P = cache
    d = V.shape[1]
    gP = np.einsum("md,nd->mn", dout, V)
    gS = P * gP - P * np.einsum("mn,mn->m", P, gP)[:, None]
    gS = gS / np.sqrt(d)
    return gS @ K, gS.T @ Q, P.T @ dout


@wrong(
    "attention_backward",
    "the backward formula of log-softmax",
    attention_forward=attention_forward_mine,
)
def attention_backward(dout, cache):
    Q, K, V, P = cache
    dV = P.T @ dout
    dP = dout @ V.T
    dS = dP - P * dP.sum(axis=1, keepdims=True)
    dS = dS / np.sqrt(Q.shape[1])
    dQ = dS @ K
    dK = (Q.T @ dS).T
    return dQ, dK, dV


@wrong(
    "attention_backward",
    "plain mean of dP taken off in place of the weighted one",
    attention_forward=attention_forward_mine,
)
def attention_backward(dout, cache):
    Q, K, V, P = cache
    root = np.sqrt(Q.shape[1])
    d_weights = dout @ V.T
    centred = d_weights - d_weights.mean(axis=1, keepdims=True)
    d_scores = P * centred
    return d_scores @ K / root, d_scores.T @ Q / root, P.T @ dout


@wrong(
    "attention_backward",
    "keys and queries exchanged in the last two products, and dV from the score gradient",
    attention_forward=attention_forward_mine,
)
def attention_backward(dout, cache):
    Q, K, V, P = cache
    dP = dout @ V.T
    dS = P * (dP - (P * dP).sum(1, keepdims=True))
    dQ = dS @ K / np.sqrt(Q.shape[1])
    dK = dS.T @ (dS @ K) / np.sqrt(Q.shape[1])
    dV = dS.T @ dout
    return dQ, dK, dV


@wrong(
    "attention_backward",
    "row sum without keepdims, filled up to the shape along the wrong axis",
    attention_forward=attention_forward_mine,
)
def attention_backward(dout, cache):
    Q, K, V, P = cache
    dV = P.T @ dout
    dP = dout @ V.T
    s = np.sum(dP * P, axis=1)
    s = np.resize(s, P.shape)  # otherwise the shapes do not go together
    dS = P * (dP - s)
    return dS @ K / np.sqrt(Q.shape[1]), dS.T @ Q / np.sqrt(Q.shape[1]), dV


@wrong(
    "attention_backward",
    "root of the number of queries, and the roots of the two factors taken twice",
    attention_forward=attention_forward_mine,
)
def attention_backward(dout, cache):
    Q, K, V, P = cache
    scale = 1.0 / np.sqrt(len(Q))
    dP = dout.dot(V.T)
    dS = (dP - np.sum(dP * P, axis=1)[:, None]) * P * scale
    return dS.dot(K) * scale, dS.T.dot(Q) * scale, P.T.dot(dout)


@wrong(
    "attention_backward",
    "subtracts within the cached weights",
    attention_forward=attention_forward_mine,
)
def attention_backward(dout, cache):
    Q, K, V, P = cache
    dV = P.T @ dout
    dP = dout @ V.T
    dP -= (dP * P).sum(axis=1, keepdims=True)
    P *= dP
    P /= np.sqrt(Q.shape[1])
    return P @ K, P.T @ Q, dV


# ---------------------------------------------------------------- feedback_alignment_grads


@wrong("feedback_alignment_grads", "ordinary backpropagation through W2")
def feedback_alignment_grads(W1, W2, B, x, y):
    N = x.shape[0]
    h = np.tanh(x @ W1)
    err = (h @ W2 - y) / N
    dW2 = h.T @ err
    dh = err @ W2.T
    dW1 = x.T @ (dh * (1 - h**2))
    return dW1, dW2


@wrong("feedback_alignment_grads", "mean over all entries, not only over the examples")
def feedback_alignment_grads(W1, W2, B, x, y):
    hid = np.tanh(np.dot(x, W1))
    pred = np.dot(hid, W2)
    e = (pred - y) / y.size
    back = np.dot(e, B) * (1 - hid * hid)
    return np.dot(x.T, back), np.dot(hid.T, e)


@wrong("feedback_alignment_grads", "the slope of tanh is left out since B replaces the way back")
def feedback_alignment_grads(W1, W2, B, x, y):
    a1 = np.tanh(x @ W1)
    delta2 = (a1 @ W2 - y) / len(x)
    delta1 = delta2 @ B
    return x.T @ delta1, a1.T @ delta2


@wrong("feedback_alignment_grads", "target minus output")
def feedback_alignment_grads(W1, W2, B, x, y):
    n = len(x)
    h = np.tanh(x @ W1)
    dW1 = np.zeros(W1.shape)
    dW2 = np.zeros(W2.shape)
    for i in range(n):
        error = y[i] - h[i] @ W2
        dW2 += np.outer(h[i], error)
        hidden_error = (error @ B) * (1 - h[i] ** 2)
        dW1 += np.outer(x[i], hidden_error)
    return dW1 / n, dW2 / n


@wrong("feedback_alignment_grads", "1/N in dW2 only, and tanh's slope at the sum")
def feedback_alignment_grads(W1, W2, B, x, y):
    z = x @ W1
    h = np.tanh(z)
    diff = h @ W2 - y
    dW2 = h.T @ diff / x.shape[0]
    dW1 = x.T @ ((diff @ B) * (1 - z**2))
    return dW1, dW2


@wrong("feedback_alignment_grads", "B also stands in for W2 on the way forward")
def feedback_alignment_grads(W1, W2, B, x, y):
    h = np.tanh(x @ W1)
    yhat = h @ B.T
    d = (yhat - y) / x.shape[0]
    return x.T @ ((d @ B) * (1 - h**2)), h.T @ d


# ---------------------------------------------------------------- forward_forward_loss


@wrong("forward_forward_loss", "one mean over real and false examples together")
def forward_forward_loss(W, b, x_pos, x_neg, theta):
    x = np.vstack([x_pos, x_neg])
    sign = np.concatenate([-np.ones(len(x_pos)), np.ones(len(x_neg))])
    h = np.maximum(x @ W + b, 0)
    u = sign * ((h**2).sum(axis=1) - theta)
    loss = np.logaddexp(0, u).mean()
    s = np.exp(-np.logaddexp(0, -u))
    dh = (s * sign / len(x))[:, None] * 2 * h
    return loss, x.T @ dh, dh.sum(axis=0)


@wrong("forward_forward_loss", "the 2 of the square is missing in the gradient")
def forward_forward_loss(W, b, x_pos, x_neg, theta):
    def part(x, sign):
        h = np.maximum(x @ W + b, 0)
        u = sign * (np.sum(h * h, axis=1) - theta)
        p = np.where(
            u > 0, 1 / (1 + np.exp(-np.abs(u))), np.exp(-np.abs(u)) / (1 + np.exp(-np.abs(u)))
        )
        dz = (sign * p / x.shape[0]).reshape(-1, 1) * h
        return np.logaddexp(0, u).mean(), x.T @ dz, dz.sum(0)

    lp, wp, bp = part(x_pos, -1)
    ln, wn, bn = part(x_neg, 1)
    return lp + ln, wp + wn, bp + bn


@wrong("forward_forward_loss", "log(1 + exp(u)) and its slope as they stand, which overflow")
def forward_forward_loss(W, b, x_pos, x_neg, theta):
    zp = x_pos @ W + b
    zn = x_neg @ W + b
    hp = zp * (zp > 0)
    hn = zn * (zn > 0)
    with np.errstate(all="ignore"):
        ep = np.exp(theta - (hp**2).sum(1))
        en = np.exp((hn**2).sum(1) - theta)
        loss = np.mean(np.log(1 + ep)) + np.mean(np.log(1 + en))
        cp = -ep / (1 + ep) / len(x_pos)
        cn = en / (1 + en) / len(x_neg)
    dhp = 2 * hp * cp[:, None]
    dhn = 2 * hn * cn[:, None]
    return loss, x_pos.T @ dhp + x_neg.T @ dhn, dhp.sum(0) + dhn.sum(0)


@wrong("forward_forward_loss", "the minus of the real part is lost in the gradient")
def forward_forward_loss(W, b, x_pos, x_neg, theta):
    loss = 0.0
    dW = np.zeros(W.shape)
    db = np.zeros(np.shape(b))
    for kind, data in (("real", x_pos), ("false", x_neg)):
        h = np.maximum(np.dot(data, W) + b, 0.0)
        good = (h**2).sum(axis=1)
        u = theta - good if kind == "real" else good - theta
        loss += np.mean(np.logaddexp(0.0, u))
        weight = 0.5 * (1 + np.tanh(u / 2)) / len(data)
        dh = 2 * h * weight[:, np.newaxis]
        dW += np.dot(data.T, dh)
        db += dh.sum(axis=0)
    return loss, dW, db


@wrong("forward_forward_loss", "goodness as the mean of the squares")
def forward_forward_loss(W, b, x_pos, x_neg, theta):
    H = W.shape[1]
    h1, h2 = np.maximum(x_pos @ W + b, 0), np.maximum(x_neg @ W + b, 0)
    g1, g2 = np.mean(h1**2, axis=1), np.mean(h2**2, axis=1)
    loss = np.logaddexp(0, theta - g1).mean() + np.logaddexp(0, g2 - theta).mean()
    s1 = -0.5 * (1 + np.tanh(0.5 * (theta - g1))) / len(g1)
    s2 = 0.5 * (1 + np.tanh(0.5 * (g2 - theta))) / len(g2)
    d1, d2 = s1[:, None] * 2 * h1 / H, s2[:, None] * 2 * h2 / H
    return loss, x_pos.T @ d1 + x_neg.T @ d2, d1.sum(0) + d2.sum(0)


@wrong("forward_forward_loss", "exponents cut at 500 so that the loss never grows beyond it")
def forward_forward_loss(W, b, x_pos, x_neg, theta):
    def soft(u):
        return np.log(1 + np.exp(np.clip(u, -500, 500)))

    def sig(u):
        return 1 / (1 + np.exp(-np.clip(u, -500, 500)))

    hp = np.maximum(x_pos @ W + b, 0)
    hn = np.maximum(x_neg @ W + b, 0)
    up = theta - np.sum(hp**2, axis=1)
    un = np.sum(hn**2, axis=1) - theta
    loss = soft(up).mean() + soft(un).mean()
    ap = -(sig(up) / len(up))[:, None] * 2 * hp
    an = (sig(un) / len(un))[:, None] * 2 * hn
    return loss, x_pos.T @ ap + x_neg.T @ an, ap.sum(axis=0) + an.sum(axis=0)


@wrong("forward_forward_loss", "goodness before relu, so negative sums count as active")
def forward_forward_loss(W, b, x_pos, x_neg, theta):
    zp, zn = x_pos @ W + b, x_neg @ W + b
    gp, gn = np.sum(zp**2, axis=1), np.sum(zn**2, axis=1)
    loss = np.mean(np.logaddexp(0, theta - gp)) + np.mean(np.logaddexp(0, gn - theta))
    wp = -np.exp(-np.logaddexp(0, gp - theta)) / len(gp)
    wn = np.exp(-np.logaddexp(0, theta - gn)) / len(gn)
    dzp = 2 * zp * wp[:, None] * (zp > 0)
    dzn = 2 * zn * wn[:, None] * (zn > 0)
    dW = x_pos.T @ dzp + x_neg.T @ dzn
    return loss, dW, dzp.sum(0) + dzn.sum(0)


@wrong(
    "forward_forward_loss", "the counts of real and false examples are exchanged in the gradient"
)
def forward_forward_loss(W, b, x_pos, x_neg, theta):
    n_real, n_false = x_pos.shape[0], x_neg.shape[0]
    x = np.concatenate([x_pos, x_neg])
    h = np.maximum(x @ W + b, 0)
    gamma = np.sum(h**2, axis=1)
    u = np.concatenate([theta - gamma[:n_real], gamma[n_real:] - theta])
    sp = np.logaddexp(0, u)
    loss = sp[:n_real].sum() / n_real + sp[n_real:].sum() / n_false
    du = np.exp(u - sp)
    du[:n_real] /= -n_false
    du[n_real:] /= n_real
    dh = 2 * h * du.reshape(-1, 1)
    return loss, x.T @ dh, dh.sum(axis=0)


# ---------------------------------------------------------------- hessian_vector_product


@wrong("hessian_vector_product", "one-sided difference")
def hessian_vector_product(grad, x, v, h=1e-5):
    x = np.array(x, dtype=float)
    g_here = np.array(grad(x.copy()))
    g_there = grad(x + h * np.asarray(v))
    return (g_there - g_here) / h


@wrong("hessian_vector_product", "divided by h, not by 2h")
def hessian_vector_product(grad, x, v, h=1e-5):
    step = h * np.array(v, dtype=float)
    up, down = grad(x + step), grad(x - step)
    diff = []
    for a, c in zip(np.ravel(up), np.ravel(down)):
        diff.append((a - c) / h)
    return np.array(diff).reshape(np.shape(x))


@wrong("hessian_vector_product", "v is brought to length 1 first")
def hessian_vector_product(grad, x, v, h=1e-5):
    direction = v / np.linalg.norm(v)
    return (grad(x + h * direction) - grad(x - h * direction)) / (2 * h)


@wrong("hessian_vector_product", "multiplied by v once more at the end")
def hessian_vector_product(grad, x, v, h=1e-5):
    d = (grad(x + h * v) - grad(x - h * v)) / (2 * h)
    return d * v


@wrong("hessian_vector_product", "builds the Hessian row by row, for vectors only")
def hessian_vector_product(grad, x, v, h=1e-5):
    n = len(x)
    Hess = np.zeros((n, n))
    for i in range(n):
        e = np.zeros(n)
        e[i] = h
        Hess[i] = (grad(x + e) - grad(x - e)) / (2 * h)
    return Hess @ v


@wrong("hessian_vector_product", "the diagonal of the Hessian times v")
def hessian_vector_product(grad, x, v, h=1e-5):
    x = np.asarray(x, dtype=float)
    result = np.zeros(x.shape)
    for idx in np.ndindex(*x.shape):
        xp, xm = x.copy(), x.copy()
        xp[idx] += h
        xm[idx] -= h
        result[idx] = (grad(xp)[idx] - grad(xm)[idx]) / (2 * h) * v[idx]
    return result


@wrong("hessian_vector_product", "walks in place and stops at x - hv")
def hessian_vector_product(grad, x, v, h=1e-5):
    if x.dtype != float:
        x = x.astype(float)
    x += h * v
    above = np.copy(grad(x))
    x -= 2 * h * v
    below = np.copy(grad(x))
    return (above - below) / (2 * h)


@wrong("hessian_vector_product", "the step grows with the size of x, whatever h says")
def hessian_vector_product(grad, x, v, h=1e-5):
    step = h * np.maximum(1.0, np.abs(x).max())
    return (grad(x + step * v) - grad(x - step * v)) / (2 * step)


@wrong("hessian_vector_product", "h is fixed inside")
def hessian_vector_product(grad, x, v, h=1e-5):
    h = 1e-5
    ahead = grad(x + h * v)
    behind = grad(x - h * v)
    return 0.5 * (ahead - behind) / h


# ---------------------------------------------------------------- causal_attention_backward


def masked_with(fill, after=False):
    def causal_attention_forward(Q, K, V):
        Q, K, V = (np.array(a, dtype=float) for a in (Q, K, V))
        s = Q @ K.T / np.sqrt(Q.shape[-1])
        see = np.tril(np.ones((len(Q), len(Q)))) == 1
        if not after:
            s = np.where(see, s, fill)
        e = np.exp(s - s.max(axis=-1, keepdims=True))
        p = e / e.sum(axis=-1, keepdims=True)
        if after:
            p = np.where(see, p, 0.0)
        return p @ V, (Q, K, V, p)

    return causal_attention_forward


def attention_gradients(dout, cache):
    Q, K, V, p = cache
    dp = dout @ V.T
    ds = p * (dp - (p * dp).sum(axis=-1, keepdims=True)) / np.sqrt(Q.shape[-1])
    return ds @ K, ds.T @ Q, p.T @ dout


@wrong("causal_attention_backward", "masked scores are 0", causal_attention_forward=masked_with(0.0))
def causal_attention_backward(dout, cache):
    return attention_gradients(dout, cache)


@wrong(
    "causal_attention_backward",
    "zeros after the softmax, rows no longer sum to 1",
    causal_attention_forward=masked_with(0.0, after=True),
)
def causal_attention_backward(dout, cache):
    return attention_gradients(dout, cache)


@wrong(
    "causal_attention_backward",
    "the gradient of softmax is p(1 - p)",
    causal_attention_forward=masked_with(-np.inf),
)
def causal_attention_backward(dout, cache):
    Q, K, V, p = cache
    ds = (dout @ V.T) * p * (1 - p) / np.sqrt(Q.shape[-1])
    return ds @ K, ds.T @ Q, p.T @ dout


@wrong(
    "causal_attention_backward",
    "the mask is used for the upstream gradient of V only and the wrong way round",
    causal_attention_forward=masked_with(-np.inf),
)
def causal_attention_backward(dout, cache):
    Q, K, V, p = cache
    dQ, dK, _ = attention_gradients(dout, cache)
    return dQ, dK, np.tril(p) @ dout


# ---------------------------------------------------------------- multi_head_backward


def heads_with(width_of_root=None, reshape=False):
    def multi_head_forward(x, Wq, Wk, Wv, Wo, heads):
        x = np.array(x, dtype=float)
        T, D = x.shape

        def split(a):
            if reshape:
                return a.reshape(heads, T, D // heads)
            return a.reshape(T, heads, D // heads).transpose(1, 0, 2)

        q, k, v = split(x @ Wq), split(x @ Wk), split(x @ Wv)
        root = np.sqrt(width_of_root(D, heads) if width_of_root else D // heads)
        s = q @ k.transpose(0, 2, 1) / root
        e = np.exp(s - s.max(axis=-1, keepdims=True))
        p = e / e.sum(axis=-1, keepdims=True)
        o = p @ v
        joined = o.reshape(T, D) if reshape else o.transpose(1, 0, 2).reshape(T, D)
        return joined @ Wo, (x, Wq, Wk, Wv, Wo, heads, q, k, v, p, joined, root, split)

    return multi_head_forward


def heads_back(dout, cache):
    x, Wq, Wk, Wv, Wo, heads, q, k, v, p, joined, root, split = cache
    T, D = x.shape
    do = split(dout @ Wo.T)
    dp = do @ v.transpose(0, 2, 1)
    ds = p * (dp - (p * dp).sum(axis=-1, keepdims=True)) / root
    back = lambda a: a.transpose(1, 0, 2).reshape(T, D)
    dq, dk, dv = back(ds @ k), back(ds.transpose(0, 2, 1) @ q), back(p.transpose(0, 2, 1) @ do)
    return dq, dk, dv


@wrong(
    "multi_head_backward",
    "the root of the whole width in each head",
    multi_head_forward=heads_with(lambda D, heads: D),
)
def multi_head_backward(dout, cache):
    x, Wq, Wk, Wv = cache[:4]
    dq, dk, dv = heads_back(dout, cache)
    return dq @ Wq.T + dk @ Wk.T + dv @ Wv.T, x.T @ dq, x.T @ dk, x.T @ dv, cache[10].T @ dout


@wrong("multi_head_backward", "dx comes through the values only", multi_head_forward=heads_with())
def multi_head_backward(dout, cache):
    x, Wq, Wk, Wv = cache[:4]
    dq, dk, dv = heads_back(dout, cache)
    return dv @ Wv.T, x.T @ dq, x.T @ dk, x.T @ dv, cache[10].T @ dout


@wrong(
    "multi_head_backward",
    "the heads are cut out by a reshape that mixes the positions",
    multi_head_forward=heads_with(reshape=True),
)
def multi_head_backward(dout, cache):
    x, Wq, Wk, Wv = cache[:4]
    dq, dk, dv = heads_back(dout, cache)
    return dq @ Wq.T + dk @ Wk.T + dv @ Wv.T, x.T @ dq, x.T @ dk, x.T @ dv, cache[10].T @ dout


@wrong(
    "multi_head_backward",
    "the gradient of Wo is taken from the input of the layer",
    multi_head_forward=heads_with(),
)
def multi_head_backward(dout, cache):
    x, Wq, Wk, Wv = cache[:4]
    dq, dk, dv = heads_back(dout, cache)
    return dq @ Wq.T + dk @ Wk.T + dv @ Wv.T, x.T @ dq, x.T @ dk, x.T @ dv, x.T @ dout


# ---------------------------------------------------------------- flash_attention_backward


@wrong("flash_attention_backward", "softmax of the block, the log-sum-exp is not needed for that")
def flash_attention_backward(dout, Q, K, V, out, logsumexp):
    s = Q @ K.T / np.sqrt(Q.shape[1])
    p = np.exp(s - s.max(axis=1, keepdims=True))
    p = p / p.sum(axis=1, keepdims=True)
    ds = p * (dout @ V.T - (dout * out).sum(axis=1, keepdims=True)) / np.sqrt(Q.shape[1])
    return ds @ K, ds.T @ Q, p.T @ dout


@wrong("flash_attention_backward", "the weighted mean comes from the weights at hand")
def flash_attention_backward(dout, Q, K, V, out, logsumexp):
    p = np.exp(Q @ K.T / np.sqrt(Q.shape[1]) - logsumexp[:, None])
    dp = dout @ V.T
    ds = p * (dp - (p * dp).sum(axis=1, keepdims=True)) / np.sqrt(Q.shape[1])
    return ds @ K, ds.T @ Q, p.T @ dout


@wrong("flash_attention_backward", "the scores are not scaled when they are computed again")
def flash_attention_backward(dout, Q, K, V, out, logsumexp):
    p = np.exp(Q @ K.T - logsumexp[:, None])
    ds = p * (dout @ V.T - (dout * out).sum(axis=1, keepdims=True)) / np.sqrt(Q.shape[1])
    return ds @ K, ds.T @ Q, p.T @ dout


@wrong("flash_attention_backward", "divides by the sum's logarithm in place of subtracting it")
def flash_attention_backward(dout, Q, K, V, out, logsumexp):
    p = np.exp(Q @ K.T / np.sqrt(Q.shape[1])) / logsumexp[:, None]
    ds = p * (dout @ V.T - (dout * out).sum(axis=1, keepdims=True)) / np.sqrt(Q.shape[1])
    return ds @ K, ds.T @ Q, p.T @ dout
