# What this is: Farah's submission for 03-backward (made up for the sample class).

# %% numerical_gradient
def numerical_gradient(f, x, h=1e-5):
    shifts = h * np.eye(x.size).reshape((x.size,) + x.shape)
    return np.array([(f(x + s) - f(x - s)) / (2 * h) for s in shifts]).reshape(x.shape)

# %% linear_backward
linear_backward = lambda dout, cache: (dout @ cache[1].T, cache[0].T @ dout, dout.sum(0))

# %% relu_backward
relu_backward = lambda dout, cache: dout * cache

# %% sigmoid_backward
sigmoid_backward = lambda dout, s: dout * (s - s**2)

# %% tanh_backward
tanh_backward = lambda dout, t: dout * (1 - t) * (1 + t)

# %%
for q in ("linear_backward", "relu_backward", "sigmoid_backward", "tanh_backward"):
    check(q)

# %% mse_loss
def mse_loss(pred, y):
    return np.square(pred - y).mean(), (pred - y) * 2 / pred.size

# %% softmax_cross_entropy
def softmax_cross_entropy(logits, y):
    lse = np.logaddexp.reduce(logits, axis=1, keepdims=True)
    hot = np.arange(logits.shape[1]) == y[:, None]
    return (lse[:, 0] - logits[hot]).mean(), (np.exp(logits - lse) - hot) / len(y)

# %% mlp_loss
def mlp_loss(params, x, y, reg):
    logits, cache = mlp_forward(params, x)
    loss, d = softmax_cross_entropy(logits, y)
    grads = []
    for (W, _), (lin, act) in zip(params[::-1], cache[::-1]):
        d, dW, db = linear_backward(d if act is None else relu_backward(d, act), lin)
        grads = [(dW + reg * W, db)] + grads
    return loss + reg / 2 * sum((W**2).sum() for W, _ in params), grads

# %% sgd_step
sgd_step = lambda params, grads, lr: [tuple(p - lr * g for p, g in zip(ps, gs)) for ps, gs in zip(params, grads)]

# %% train_step
def train_step(params, x, y, lr, reg):
    loss, grads = mlp_loss(params, x, y, reg)
    return sgd_step(params, grads, lr), loss

# %% train
def train(params, x, y, steps, lr, reg):
    losses = np.zeros(steps)
    for t in range(steps):
        params, losses[t] = train_step(params, x, y, lr, reg)
    return params, losses
