# What this is: Leilani's submission for 03-backward (made up for the sample class).

# %% numerical_gradient
def numerical_gradient(f, x, h=1e-5):
    out = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        step = np.zeros(x.shape)
        step[i] = h
        out[i] = (f(x + step) - f(x - step)) / (2 * h)
    return out

# %% linear_backward
def linear_backward(dout, cache):
    x, W = cache
    db = np.zeros(W.shape[1])
    for row in dout:
        db = db + row
    return dout @ W.T, x.T @ dout, db

# %% relu_backward
def relu_backward(dout, cache):
    dx = np.array(dout, dtype=float)
    dx[cache == False] = 0
    return dx

# %% sigmoid_backward
def sigmoid_backward(dout, cache):
    return dout * cache * (1 - cache)

# %% tanh_backward
def tanh_backward(dout, cache):
    return dout * (1 + cache) * (1 - cache)

# %%
check("relu_backward")
check("tanh_backward")

# %% mse_loss
def mse_loss(pred, y):
    diff = pred - y
    return np.mean(diff ** 2), diff * 2 / np.size(diff)

# %% softmax_cross_entropy
def softmax_cross_entropy(logits, y):
    N = len(y)
    biggest = np.max(logits, axis=1, keepdims=True)
    shifted = logits - biggest
    total = np.sum(np.exp(shifted), axis=1, keepdims=True)
    logp = shifted - np.log(total)
    loss = -np.mean(logp[np.arange(N), y])
    grad = np.exp(shifted) / total
    for i in range(N):
        grad[i, y[i]] -= 1
    return loss, grad / N

# %% mlp_loss
def mlp_loss(params, x, y, reg):
    logits, cache = mlp_forward(params, x)
    loss, dout = softmax_cross_entropy(logits, y)
    grads = []
    for i in reversed(range(len(params))):
        W, b = params[i]
        lin, act = cache[i]
        if act is not None:
            dout = relu_backward(dout, act)
        dout, dW, db = linear_backward(dout, lin)
        # penalty for all parameters of the layer
        loss = loss + 0.5 * reg * (np.sum(W ** 2) + np.sum(b ** 2))
        grads.append((dW + reg * W, db + reg * b))
    grads.reverse()
    return loss, grads

# %% sgd_step
def sgd_step(params, grads, lr):
    for i in range(len(params)):
        W, b = params[i]
        dW, db = grads[i]
        W -= lr * dW
        b -= lr * db
    return params

# %% train_step
def train_step(params, x, y, lr, reg):
    loss, grads = mlp_loss(params, x, y, reg)
    params = sgd_step(params, grads, lr)
    return params, loss

# %% train
def train(params, x, y, steps, lr, reg):
    losses = []
    for step in range(steps):
        params, loss = train_step(params, x, y, lr, reg)
        losses.append(loss)
    return params, losses
