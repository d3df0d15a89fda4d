# What this is: Jonas's submission for 03-backward (made up for the sample class).

# %% numerical_gradient
def numerical_gradient(f, x, h=1e-5):
    x = x.astype(float)
    flat = x.reshape(-1)      # one index is easier
    grad = np.zeros(len(flat))
    for i in range(len(flat)):
        old = flat[i]
        flat[i] = old + h
        plus = f(x)
        flat[i] = old - h
        minus = f(x)
        flat[i] = old
        grad[i] = (plus - minus) / (2 * h)
    return grad.reshape(x.shape)

# %% linear_backward
def linear_backward(dout, cache):
    x, W = cache
    return dout @ W.T, x.T @ dout, dout.sum(axis=0)

# %% relu_backward
def relu_backward(dout, cache):
    return dout * cache

# %% sigmoid_backward
def sigmoid_backward(dout, cache)
    return dout * cache * (1 - cache)

# %% tanh_backward
def tanh_backward(dout, cache):
    return dout * (1 - cache ** 2)

# %%
print(sigmoid_backward(np.ones(2), np.array([0.5, 0.1])))

# %% mse_loss
def mse_loss(pred, y):
    diff = pred - y
    return np.mean(diff ** 2), 2 * diff / diff.size

# %% softmax_cross_entropy
def softmax_cross_entropy(logits, y):
    N = len(y)
    z = logits - logits.max(axis=1, keepdims=True)
    p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    loss = np.mean(np.log(np.exp(z).sum(axis=1)) - z[np.arange(N), y])
    p[np.arange(N), y] -= 1
    print(loss, p / N)

# %% sgd_step
def sgd_step(params, grads, lr):
    return [(W - lr * dW, b - lr * db) for (W, b), (dW, db) in zip(params, grads)]
