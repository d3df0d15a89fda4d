# What this is: Dilnoza's submission for 03-backward (made up for the sample class).

# %% numerical_gradient
def numerical_gradient(f, x, h=1e-5):
    x = np.asarray(x)
    res = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        d = np.zeros(x.shape)
        d[i] = h
        res[i] = (f(x + d) - f(x - d)) / (2*h)
    return res

# %% linear_backward
def linear_backward(dy, cache):
    x, W = cache
    dW = x.T @ dy
    db = dy.sum(axis=0)
    dx = dy @ W.T
    return dx, dW, db

# %% relu_backward
def relu_backward(dy, cache):
    return cache * dy

# %% sigmoid_backward
def sigmoid_backward(dy, cache):
    # sigma'(x) = sigma(x)(1 - sigma(x))
    s = 1 / (1 + np.exp(-cache))
    return dy * s * (1 - s)

# %% tanh_backward
def tanh_backward(dy, cache):
    return dy * (1 - np.square(cache))

# %% mse_loss
def mse_loss(pred, y):
    n = pred.size
    e = pred - y
    return np.sum(e**2) / n, 2*e / n

# %%
e, d = mse_loss(np.array([1.0, 2.0]), np.array([0.0, 0.0]))
print(e, d)

# %% softmax_cross_entropy
def softmax_cross_entropy(logits, y):
    n = len(y)
    mx = logits.max(axis=1)
    lse = mx + np.log(np.exp(logits - mx[:, None]).sum(axis=1))
    loss = np.mean(lse - logits[range(n), y])
    g = np.exp(logits - lse[:, None])
    g[range(n), y] -= 1
    g /= n
    return loss, g

# %% mlp_loss
def mlp_loss(params, x, y, reg):
    logits, caches = mlp_forward(params, x)
    loss, dy = softmax_cross_entropy(logits, y)
    grads = []
    for (W, b), c in zip(reversed(params), reversed(caches)):
        dy, dW, db = linear_backward(dy, c[0])
        grads.append((dW + reg*W, db))
        loss = loss + 0.5*reg*np.sum(W**2)
    return loss, list(reversed(grads))

# %% sgd_step
def sgd_step(params, grads, lr):
    return [(p[0] - lr*g[0], p[1] - lr*g[1]) for p, g in zip(params, grads)]

# %% train_step
def train_step(params, x, y, lr, reg):
    loss, grads = mlp_loss(params, x, y, reg)
    return sgd_step(params, grads, lr), loss

# %% train
def train(params, x, y, steps, lr, reg):
    losses = []
    for i in range(steps):
        params, l = train_step(params, x, y, lr, reg)
        losses.append(l)
    return params, losses

# %%
# the loss goes down, so backprop works
rng = np.random.default_rng(0)
x = rng.normal(size=(30, 2))
y = (x[:, 0] > 0).astype(int)
ps = [(rng.normal(size=(2, 5)), np.zeros(5)), (rng.normal(size=(5, 2)), np.zeros(2))]
ps, ls = train(ps, x, y, 50, 0.5, 0.0)
plt.plot(ls)
plt.show()
