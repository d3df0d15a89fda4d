# What this is: Farah's submission for 02-forward (made up for the sample class).

# %% linear_forward
linear_forward = lambda x, W, b: (x @ W + b, (x, W))

# %% relu_forward
relu_forward = lambda x: (np.maximum(x, 0), x > 0)


# %% sigmoid_forward
def sigmoid_forward(x):
    s = np.exp(np.minimum(x, 0)) / (1 + np.exp(-np.abs(x)))
    return s, s


# %% tanh_forward
def tanh_forward(x):
    return (np.tanh(x),) * 2


# %% softmax
def softmax(z):
    return (e := np.exp(z - z.max(axis=1, keepdims=True))) / e.sum(axis=1, keepdims=True)


# %% mse
mse = lambda pred, y: np.square(pred - y).mean()


# %% cross_entropy
def cross_entropy(logits, y):
    return np.mean(
        np.logaddexp.reduce(logits, axis=1) - np.take_along_axis(logits, y[:, None], axis=1)[:, 0]
    )


# %% mlp_forward
def mlp_forward(params, x):
    cache, last = [], len(params) - 1
    for k, (W, b) in enumerate(params):
        x, lin = linear_forward(x, W, b)
        x, rel = relu_forward(x) if k < last else (x, None)
        cache.append((lin, rel))
    return x, cache


# %% count_evaluations
def count_evaluations(widths):
    one = 0
    for below in widths[:-1]:
        one = 1 + below * one
    return widths[-1] * one, sum(widths[1:])
