# What this is: Ada's submission for 03-backward (made up for the sample class).

# %% numerical_gradient
def numerical_gradient(f, x, h=1e-5):
    grad = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        a = x.astype(float)
        a[i] = a[i] + h
        plus = f(a)
        a[i] = x[i] - h
        minus = f(a)
        grad[i] = (plus - minus) / (2 * h)
    return grad

# %% linear_backward
def linear_backward(dout, cache):
    x, W = cache
    N, D = x.shape
    H = W.shape[1]
    dx = np.zeros((N, D))
    dW = np.zeros((D, H))
    db = np.zeros(H)
    for n in range(N):
        for h in range(H):
            for d in range(D):
                dx[n, d] += dout[n, h] * W[d, h]
                dW[d, h] += dout[n, h] * x[n, d]
            # the bias is the same for all examples -> average
            db[h] += dout[n, h] / N
    return dx, dW, db

# %% relu_backward
def relu_backward(dout, cache):
    dx = np.zeros(dout.shape)
    for i in np.ndindex(dout.shape):
        if cache[i]:
            dx[i] = dout[i]
    return dx

# %% sigmoid_backward
def sigmoid_backward(dout, cache):
    dx = cache
    for i in np.ndindex(dout.shape):
        dx[i] = dout[i] * cache[i] * (1 - cache[i])
    return dx

# %% tanh_backward
def tanh_backward(dout, cache):
    dx = np.zeros(dout.shape)
    for i in np.ndindex(dout.shape):
        dx[i] = dout[i] * (1 - cache[i] * cache[i])
    return dx

# %%
out, c = sigmoid_forward(np.array([[0.0, 1.0]]))
print(sigmoid_backward(np.ones((1, 2)), c))     # 0.25 and 0.1966, yes

# %% mse_loss
def mse_loss(pred, y):
    loss = 0.0
    dpred = np.zeros(pred.shape)
    for i in np.ndindex(pred.shape):
        e = pred[i] - y[i]
        loss += e ** 2 / pred.size
        dpred[i] = 2 * e / pred.size
    return loss, dpred

# %% softmax_cross_entropy
def softmax_cross_entropy(logits, y):
    N, C = logits.shape
    loss = 0.0
    dlogits = np.zeros((N, C))
    for n in range(N):
        m = max(logits[n])
        total = 0.0
        for c in range(C):
            total += np.exp(logits[n, c] - m)
        loss += (np.log(total) + m - logits[n, y[n]]) / N
        for c in range(C):
            dlogits[n, c] = np.exp(logits[n, c] - m) / total / N
        dlogits[n, y[n]] -= 1 / N
    return loss, dlogits

# %% mlp_loss
def mlp_loss(params, x, y, reg):
    out, cache = mlp_forward(params, x)
    loss, dout = softmax_cross_entropy(out, y)
    grads = []
    for l in range(len(params) - 1, -1, -1):
        W = params[l][0]
        if cache[l][1] is not None:
            dout = relu_backward(dout, cache[l][1])
        dout, dW, db = linear_backward(dout, cache[l][0])
        loss += 0.5 * reg * np.sum(W ** 2)
        grads.insert(0, (dW + reg * W, db))
    return loss, grads

# %% sgd_step
def sgd_step(params, grads, lr):
    new = []
    for l in range(len(params)):
        new.append((params[l][0] - lr * grads[l][0], params[l][1] - lr * grads[l][1]))
    return new

# %% train_step
def train_step(params, x, y, lr, reg):
    loss, grads = mlp_loss(params, x, y, reg)
    new = sgd_step(params, grads, lr)
    return new, loss

# %% train
def train(params, x, y, steps, lr, reg):
    losses = []
    for s in range(steps):
        params, loss = train_step(params, x, y, lr, reg)
        losses.append(loss)
    return params, losses
