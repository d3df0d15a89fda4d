# What this is: Emre's submission for 03-backward (made up for the sample class).

# %% numerical_gradient
def numerical_gradient(f, x, h=1e-5):
    x = x.astype(float)   # kopya
    g = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        eski = x[i]
        x[i] = eski + h
        f1 = f(x)
        x[i] = eski - h
        f2 = f(x)
        x[i] = eski
        g[i] = (f1 - f2) / (2 * h)
    return g

# %% linear_backward
def linear_backward(dout, cache):
    x, W = cache
    dx = dout.dot(W.T)
    dW = x.T.dot(dout)
    db = np.sum(dout, 0)
    return dx, dW, db

# %% relu_backward
def relu_backward(dout, cache):
    # relu: negative ones become zero
    return dout * (dout > 0)

# %% sigmoid_backward
def sigmoid_backward(dout, cache):
    turev = cache * (1 - cache)
    return dout * turev

# %% tanh_backward
def tanh_backward(dout, cache):
    turev = 1 - cache * cache
    return dout * turev

# %% mse_loss
def mse_loss(pred, y):
    fark = pred - y
    N = pred.shape[0]
    loss = np.mean(fark * fark)
    return loss, 2 * fark / N

# %%
# test 1d
print(mse_loss(np.array([1.0, 3.0]), np.array([0.0, 1.0])))

# %% softmax_cross_entropy
def softmax_cross_entropy(logits, y):
    N = logits.shape[0]
    z = logits - np.max(logits, axis=1).reshape(-1, 1)
    toplam = np.sum(np.exp(z), axis=1).reshape(-1, 1)
    logp = z - np.log(toplam)
    loss = 0
    grad = np.exp(z) / toplam
    for i in range(N):
        loss = loss - logp[i, y[i]]
        grad[i, y[i]] = grad[i, y[i]] - 1
    return loss / N, grad / N

# %% mlp_loss
def mlp_loss(params, x, y, reg):
    logits, cache = mlp_forward(params, x)
    loss, d = softmax_cross_entropy(logits, y)
    grads = []
    i = len(params) - 1
    while i >= 0:
        lin, act = cache[i]
        if act is not None:
            d = relu_backward(d, act)
        d, dW, db = linear_backward(d, lin)
        W = params[i][0]
        loss = loss + reg * np.sum(W * W) / 2
        grads = [(dW + reg * W, db)] + grads
        i = i - 1
    return loss, grads

# %% sgd_step
def sgd_step(params, grads, lr):
    yeni = []
    for (W, b), (dW, db) in zip(params, grads):
        W2 = W - lr * dW
        b2 = b - lr * db
        yeni.append((W2, b2))
    return yeni

# %% train_step
def train_step(params, x, y, lr, reg):
    loss, grads = mlp_loss(params, x, y, reg)
    yeni = sgd_step(params, grads, lr)
    return yeni, loss

# %% train
def train(params, x, y, steps, lr, reg):
    kayip = []
    for adim in range(steps):
        params, loss = train_step(params, x, y, lr, reg)
        kayip.append(loss)
    return params, np.array(kayip)
