# What this is: Quynh's submission for 03-backward (made up for the sample class).

# %% numerical_gradient
def numerical_gradient(f, x, h=1e-5):
    x = np.array(x, dtype=float)
    result = np.zeros_like(x)
    for idx in np.ndindex(x.shape):
        tmp = x[idx]
        x[idx] = tmp + h
        a = f(x)
        x[idx] = tmp - h
        b = f(x)
        x[idx] = tmp
        result[idx] = (a - b) / (2 * h)
    return result

# %% linear_backward
def linear_backward(dout, cache):
    x, W = cache
    dx = np.dot(dout, W.T)
    dW = np.dot(dout.T, x)
    db = dout.sum(axis=0)
    return dx, dW, db

# %%
xx = np.ones((3, 3))
o, c = linear_forward(xx, np.eye(3), np.zeros(3))
print(linear_backward(np.ones((3, 3)), c))

# %% relu_backward
def relu_backward(dout, cache):
    keep = cache
    return np.where(keep, dout, np.zeros_like(dout))

# %% sigmoid_backward
def sigmoid_backward(dout, cache):
    return np.multiply(np.multiply(cache, 1 - cache), dout)

# %% tanh_backward
def tanh_backward(dout, cache):
    return np.multiply(1 - np.square(cache), dout)

# %% mse_loss
def mse_loss(pred, y):
    e = np.subtract(pred, y)
    return np.square(e).mean(), 2 * e / e.size

# %% softmax_cross_entropy
def softmax_cross_entropy(logits, y):
    N, C = logits.shape
    onehot = np.eye(C)[y]
    shift = logits - np.amax(logits, axis=1, keepdims=True)
    logp = shift - np.log(np.sum(np.exp(shift), axis=1, keepdims=True))
    # sum over the classes, mean over the examples (not the mean of everything!)
    loss = -np.mean(np.sum(onehot * logp, axis=1))
    return loss, (np.exp(logp) - onehot) / N

# %% mlp_loss
def mlp_loss(params, x, y, reg):
    out, cache = mlp_forward(params, x)
    loss, d = softmax_cross_entropy(out, y)
    grads = []
    for i in reversed(range(len(params))):
        c, k = cache[i]
        if k is not None:
            d = relu_backward(d, k)
        d, dW, db = linear_backward(d, c)
        W = params[i][0]
        loss = loss + 0.5 * reg * np.sum(W ** 2)
        grads.insert(0, (dW + reg * W, db))
    return loss, grads

# %% sgd_step
def sgd_step(params, grads, lr):
    new = []
    for p, g in zip(params, grads):
        new.append((p[0] + lr * g[0], p[1] + lr * g[1]))
    return new

# %% train_step
def train_step(params, x, y, lr, reg):
    loss, grads = mlp_loss(params, x, y, reg)
    return sgd_step(params, grads, lr), loss

# %% train
def train(params, x, y, steps, lr, reg):
    losses = []
    for s in range(steps):
        params, loss = train_step(params, x, y, lr, reg)
        losses.append(loss)
    return params, losses
