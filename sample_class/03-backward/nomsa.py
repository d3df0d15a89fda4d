# What this is: Nomsa's submission for 03-backward (made up for the sample class).

# %% numerical_gradient
def numerical_gradient(f, x, h=1e-5):
    v = np.array(x, dtype=float).reshape(-1)
    g = []
    for k in range(len(v)):
        up, down = v.copy(), v.copy()
        up[k] += h
        down[k] -= h
        g.append((f(up.reshape(x.shape)) - f(down.reshape(x.shape))) / (2 * h))
    return np.array(g).reshape(x.shape)

# %% linear_backward
# write down the indices, then einsum does it
def linear_backward(dout, cache):
    x, W = cache
    return (np.einsum("nh,dh->nd", dout, W),
            np.einsum("nd,nh->dh", x, dout),
            np.einsum("nh->h", dout))

# %%
x, W, b = np.ones((4, 3)), np.ones((3, 2)), np.zeros(2)
out, cache = linear_forward(x, W, b)
for g in linear_backward(np.ones((4, 2)), cache):
    print(g.shape)

# %% relu_backward
def relu_backward(dout, cache):
    return np.multiply(dout, cache.astype(float))

# %% sigmoid_backward
def sigmoid_backward(dout, cache):
    s = cache
    ds = s * (1.0 - s)
    return np.multiply(dout, ds)

# %% tanh_backward
def tanh_backward(dout, cache):
    t = cache
    return dout - dout * t ** 2

# %% mse_loss
def mse_loss(pred, y):
    err = pred - y
    n = np.prod(err.shape)
    return np.sum(err * err) / n, err / (n / 2)

# %% softmax_cross_entropy
def softmax_cross_entropy(logits, y):
    N, C = logits.shape
    onehot = np.eye(C)[y]
    m = logits.max(axis=1, keepdims=True)
    e = np.exp(logits - m)
    p = e / e.sum(axis=1, keepdims=True)
    # not log(p)!
    logp = logits - m - np.log(e.sum(axis=1, keepdims=True))
    loss = -np.einsum("nc,nc->", onehot, logp) / N
    return loss, (p - onehot) / N

# %% mlp_loss
def mlp_loss(params, x, y, reg):
    logits, caches = mlp_forward(params, x)
    loss, delta = softmax_cross_entropy(logits, y)
    caches = list(caches)
    grads = []
    while caches:
        lin, rel = caches.pop()
        if rel is not None:
            delta = relu_backward(delta, rel)
        delta, dW, db = linear_backward(delta, lin)
        W = lin[1]
        loss = loss + 0.5 * reg * np.einsum("dh,dh->", W, W)
        grads.append((dW + reg * W, db))
    grads.reverse()
    return loss, grads

# %% sgd_step
def sgd_step(params, grads, lr):
    new_params = []
    for p, g in zip(params, grads):
        new_W = p[0] - lr * g[0]
        new_b = p[1] - lr * g[1]
        new_params.append((new_W, new_b))
    return new_params

# %% train_step
def train_step(params, x, y, lr, reg):
    loss_before, grads = mlp_loss(params, x, y, reg)
    return sgd_step(params, grads, lr), loss_before

# %% train
def train(params, x, y, steps, lr, reg):
    history = [0.0] * steps
    for s in range(steps):
        params, history[s] = train_step(params, x, y, lr, reg)
    return params, history
