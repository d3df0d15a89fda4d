# What this is: Oksana's submission for 03-backward (made up for the sample class).

# %% [markdown]
# I prefer my own forward functions: the cache keeps the input, and mlp has one flat tape.

# %%
def linear_forward(x, W, b):
    return x @ W + b, {"x": x, "W": W}

def sigmoid_forward(x):
    out = np.exp(np.minimum(x, 0)) / (1 + np.exp(-np.abs(x)))
    return out, x

def mlp_forward(params, x):
    tape = []
    for i, (W, b) in enumerate(params):
        if i > 0:
            x, c = relu_forward(x)
            tape.append(("relu", c))
        x, c = linear_forward(x, W, b)
        tape.append(("linear", c))
    return x, tape

# %% numerical_gradient
def numerical_gradient(f, x, h=1e-5):
    # shift the array itself and put it back (integers become floats first)
    if x.dtype != np.float64:
        x = x.astype(np.float64)
    g = np.empty(x.shape)
    for i in np.ndindex(*x.shape):
        keep = float(x[i])
        x[i] = keep + h
        f_plus = f(x)
        x[i] = keep - h
        f_minus = f(x)
        x[i] = keep
        g[i] = 0.5 * (f_plus - f_minus) / h
    return g

# %% linear_backward
def linear_backward(dout, cache):
    dx = np.tensordot(dout, cache["W"], axes=(1, 1))
    dW = np.tensordot(cache["x"], dout, axes=(0, 0))
    db = np.ones(len(dout)) @ dout
    return dx, dW, db

# %% relu_backward
def relu_backward(dout, cache):
    dx = np.zeros(np.shape(dout))
    dx[cache] = dout[cache]
    return dx

# %% sigmoid_backward
def sigmoid_backward(dout, cache):
    # here the cache is x, so sigmoid has to be computed again
    s, _ = sigmoid_forward(cache)
    return dout * s * (1 - s)

# %% tanh_backward
def tanh_backward(dout, cache):
    return dout * (1 - cache**2)

# %% mse_loss
def mse_loss(pred, y):
    r = np.asarray(pred, dtype=float) - y
    return np.vdot(r, r) / r.size, 2 * r / r.size

# %% softmax_cross_entropy
def softmax_cross_entropy(logits, y):
    p = softmax(logits)
    rows = np.arange(len(y))
    top = logits.max(axis=1)
    lse = top + np.log(np.exp(logits - top[:, None]).sum(axis=1))
    loss = (lse - logits[rows, y]).mean()
    d = p.copy()
    d[rows, y] = d[rows, y] - 1.0
    return loss, d / len(y)

# %% mlp_loss
def mlp_loss(params, x, y, reg):
    logits, tape = mlp_forward(params, x)
    loss, d = softmax_cross_entropy(logits, y)
    grads = []
    for kind, c in reversed(tape):
        if kind == "relu":
            d = relu_backward(d, c)
        else:
            d, dW, db = linear_backward(d, c)
            grads.append((dW + reg * c["W"], db))
            loss += 0.5 * reg * np.sum(c["W"] ** 2)
    return loss, grads[::-1]

# %% sgd_step
def sgd_step(params, grads, lr):
    def move(p, g):
        return p - lr * g
    return [(move(W, dW), move(b, db)) for (W, b), (dW, db) in zip(params, grads)]

# %% train_step
def train_step(params, x, y, lr, reg):
    loss, grads = mlp_loss(params, x, y, reg)
    return sgd_step(params, grads, lr), loss

# %% train
def train(params, x, y, steps, lr, reg):
    if steps == 0:
        return params, []
    params, loss = train_step(params, x, y, lr, reg)
    losses = [loss]
    for _ in range(steps - 1):
        params, loss = train_step(params, x, y, lr, reg)
        losses.append(loss)
    return params, losses
