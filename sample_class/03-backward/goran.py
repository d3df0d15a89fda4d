# What this is: Goran's submission for 03-backward (made up for the sample class).

# %% numerical_gradient
def numerical_gradient(f, x, h=1e-5):
    g = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        x[i] += h
        plus = f(x)
        x[i] -= 2 * h
        minus = f(x)
        g[i] = (plus - minus) / (2 * h)
    return g

# %% linear_backward
def linear_backward(dout, cache):
    x, W = cache
    dx = np.einsum("nh,dh->nd", dout, W)
    dW = np.einsum("nh,nd->dh", dout, x)
    return dx, dW, np.add.reduce(dout)

# %% relu_backward
def relu_backward(dout, mask):
    return np.einsum("...,...->...", dout, mask)

# %% sigmoid_backward
def sigmoid_backward(dout, s):
    return (s - s * s) * dout

# %% tanh_backward
def tanh_backward(dout, t):
    return (1 - t * t) * dout

# %%
for q in ["linear_backward", "relu_backward", "sigmoid_backward", "tanh_backward"]:
    check(q)

# %% mse_loss
def mse_loss(pred, y):
    d = pred - y
    flat = np.ravel(d)
    return flat @ flat / flat.size, d * (2.0 / flat.size)

# %% softmax_cross_entropy
def softmax_cross_entropy(logits, y):
    N, C = logits.shape
    onehot = np.zeros((N, C))
    onehot[np.arange(N), y] = 1
    z = logits - np.amax(logits, axis=1)[:, None]
    logp = z - np.log(np.exp(z).sum(1))[:, None]
    loss = -np.sum(onehot * logp) / N
    return loss, (np.exp(logp) - onehot) / N

# %% mlp_loss
def mlp_loss(params, x, y, reg):
    logits, cache = mlp_forward(params, x)
    loss, d = softmax_cross_entropy(logits, y)
    grads = []
    for (lin, mask), (W, b) in zip(cache[::-1], params[::-1]):
        if mask is not None:
            d = relu_backward(d, mask)
        d, dW, db = linear_backward(d, lin)
        grads.append((dW + reg * W, db))
        loss += reg / 2 * np.einsum("ij,ij->", W, W)
    return loss, grads[::-1]

# %% sgd_step
def sgd_step(params, grads, lr):
    return [(W - lr * dW, b - lr * db) for (W, b), (dW, db) in zip(params, grads)]

# %% train_step
# one pass from the top to the bottom, update every layer when we are there (saves memory)
def train_step(params, x, y, lr, reg):
    logits, cache = mlp_forward(params, x)
    loss, d = softmax_cross_entropy(logits, y)
    loss += reg / 2 * sum(np.sum(W * W) for W, b in params)
    new = list(params)
    for l in reversed(range(len(params))):
        W, b = new[l]
        (inp, _), mask = cache[l]
        if mask is not None:
            d = relu_backward(d, mask)
        W = W - lr * (inp.T @ d + reg * W)
        b = b - lr * d.sum(axis=0)
        d = d @ W.T
        new[l] = (W, b)
    return new, loss

# %% train
def train(params, x, y, steps, lr, reg):
    losses = []
    for _ in range(steps):
        params, loss = train_step(params, x, y, lr, reg)
        losses.append(loss)
    return params, losses
