# What this is: Chidi's submission for 02-forward (made up for the sample class).

# %% linear_forward
def linear_forward(x, w, bias):
    """x: (N, D), w: (D, H), bias: (H,)"""
    out = np.dot(x, w)
    out = out + bias
    return out, (x, w)


# %% relu_forward
def relu_forward(x):
    out = np.where(x > 0, x, 0)
    return out, (x > 0)


# %% sigmoid_forward
def sigmoid_forward(x):
    x = np.asarray(x, float)
    e = np.exp(-abs(x))
    out = np.where(x >= 0, 1, e) / (1 + e)
    return out, out


# %% tanh_forward
def tanh_forward(x):
    out = np.tanh(x)
    return out, out


# %%
check("linear_forward")
check("relu_forward")
check("sigmoid_forward")


# %% softmax
def softmax(z):
    """subtract the max of the row, then the usual formula"""
    m = np.max(z, axis=1, keepdims=True)
    e = np.exp(z - m)
    return e / np.sum(e, axis=1, keepdims=True)


# %% mse
def mse(pred, y):
    """mean over everything"""
    return ((pred - y) ** 2).mean()


# %% cross_entropy
def cross_entropy(logits, y):
    """softmax is stable so this is stable"""
    probs = softmax(logits)
    right = probs[np.arange(y.shape[0]), y]
    return -np.log(right).mean()


# %% mlp_forward
def mlp_forward(params, x):
    cache = []
    n_layers = len(params)
    for i, (w, bias) in enumerate(params):
        x, lin = linear_forward(x, w, bias)
        if i + 1 != n_layers:
            x, act = relu_forward(x)
        else:
            act = None
        cache.append((lin, act))
    return x, cache


# %% count_evaluations
def count_evaluations(widths):
    """naive: a neuron is 1 plus all neurons it asks below. layered: every neuron once"""
    one = 1
    for w in widths[:-1]:
        one = 1 + w * one
    naive = widths[-1] * one
    layered = sum(widths)
    return naive, layered
