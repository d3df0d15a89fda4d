# What this is: Kofi's submission for 03-backward (made up for the sample class).

# %% linear_backward
def linear_backward(dout, cache):
    x, W = cache
    dx = dout @ W.T
    dW = x.T @ dout
    db = dout         # derivative of b is 1
    return dx, dW, db

# %% relu_backward
def relu_backward(dout, cache):
    return np.where(cache, dout, 0.0)

# %% sigmoid_backward
def sigmoid_backward(dout, cache):
    return dout*cache*(1-cache)

# %% tanh_backward
def tanh_backward(dout, cache):
    return dout*(1-cache**2))

# %% mse_loss
def mse_loss(pred, y):
    diff = pred-y
    return np.mean(diff**2), 2*diff/diff.size

# %% softmax_cross_entropy
def softmax_cross_entropy(logits, y):
    n = logits.shape[0]
    z = logits - np.max(logits, axis=-1, keepdims=True)
    den = np.exp(z).sum(axis=-1, keepdims=True)
    loss = np.mean(np.log(den[:, 0]) - z[np.arange(n), y])
    d = np.exp(z)/den
    d[np.arange(n), y] -= 1
    return loss, d/n

# %%
print(softmax_cross_entropy(np.zeros((2, 3)), np.array([0, 1])))

# %% mlp_loss
def mlp_loss(params, x, y, reg):
    logits, cache = mlp_forward(params, x)
    loss, d = softmax_cross_entropy(logits, y)
    d = d/len(x)      # mean over the batch
    grads = []
    for i in reversed(range(len(params))):
        inp, W = cache[i][0]
        if cache[i][1] is not None:
            d = relu_backward(d, cache[i][1])
        grads.append((inp.T @ d + reg*W, d.sum(axis=0)))
        loss = loss + 0.5*reg*np.sum(W**2)
        d = d @ W.T
    return loss, grads[::-1]

# %% sgd_step
def sgd_step(params, grads, lr):
    new = []
    for i in range(len(params)):
        W, b = params[i]
        dW, db = grads[i]
        new.append((W-lr*dW, b-lr*db))
    return new

# %% train_step
def train_step(params, x, y, lr, reg):
    loss, grads = mlp_loss(params, x, y, reg)
    params = sgd_step(params, grads, lr)

# %% [markdown]
# train and the numerical gradient are missing, no time left sorry
