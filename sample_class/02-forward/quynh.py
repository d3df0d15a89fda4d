# What this is: Quynh's submission for 02-forward (made up for the sample class).

# %% linear_forward
def linear_forward(x, W, b):
    return (np.dot(x, W) + b), (x, W)


# %% relu_forward
def relu_forward(x):
    keep = x > 0
    return np.where(keep, x, np.zeros_like(x)), keep


# %% sigmoid_forward
def sigmoid_forward(x):
    # fill the two halfs separately, exp of a big number is inf
    out = np.zeros_like(x)
    p = x >= 0
    out[p] = 1 / (1 + np.exp(-x[p]))
    out[~p] = np.exp(x[~p]) / (1 + np.exp(x[~p]))
    return out, out


# %% tanh_forward
def tanh_forward(x):
    out = np.tanh(x)
    return out, out


# %% softmax
def softmax(z):
    shift = z - np.amax(z, axis=1, keepdims=True)
    return np.exp(shift) / np.sum(np.exp(shift), axis=1, keepdims=True)


# %% mse
def mse(pred, y):
    return np.square(np.subtract(pred, y)).mean()


# %% cross_entropy
def cross_entropy(logits, y):
    C = logits.shape[1]
    onehot = np.eye(C)[y]
    shift = logits - np.amax(logits, axis=1, keepdims=True)
    logp = shift - np.log(np.sum(np.exp(shift), axis=1, keepdims=True))
    return -np.mean(onehot * logp)


# %%
print("loss of a uniform guess:", cross_entropy(np.zeros((4, 3)), np.array([0, 1, 2, 0])))
# expected log(3) = 1.0986 ??? maybe because of the base of the log, ask in class


# %% mlp_forward
def mlp_forward(params, x):
    cache = []
    for i in range(len(params) - 1):
        x, c = linear_forward(x, *params[i])
        x, k = relu_forward(x)
        cache.append((c, k))
    out, c = linear_forward(x, *params[-1])
    cache.append((c, None))
    return out, cache


# %% count_evaluations
def count_evaluations(widths):
    w = list(widths)
    layered = sum(w[1:])
    f = 0
    while len(w) > 1:
        f = 1 + w.pop(0) * f
    return w[0] * f, layered
