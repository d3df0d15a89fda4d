# What this is: Kofi's submission for 02-forward (made up for the sample class).

# %% linear_forward
def linear_forward(x, W, b):
    out = x @ W
    out + b
    return out, (x, W)


# %% relu_forward
def relu_forward(x):
    out = x.copy()
    neg = out <= 0
    out = np.where(neg, 0.0, out)
    return out, ~neg


# %% sigmoid_forward
def sigmoid_forward(x):
    out = 0.5 + 0.5 * np.tanh(x / 2)
    return out, out


# %% tanh_forward
def tanh_forward(x):
    return np.tanh(x), np.tanh(x)


# %% softmax
def softmax(z):
    z = z - np.max(z, axis=-1, keepdims=True)
    return np.exp(z) / np.exp(z).sum(axis=-1, keepdims=True)


# %%
check("softmax")
# green!!


# %% mse
def mse(pred, y):
    return np.mean(np.power(pred - y, 2))


# %% cross_entropy
def cross_entropy(logits, y):
    z = logits - np.max(logits, axis=-1, keepdims=True)
    num = z[np.arange(z.shape[0]), y]
    den = np.log(np.exp(z).sum(axis=-1))
    return np.mean(den - num)


# %% mlp_forward
def mlp_forward(params, x):
    cache = []
    h = x
    for i, p in enumerate(params):
        W, b = p
        z = h @ W + b
        if i < len(params) - 1:
            cache.append(((h, W), z > 0))
            h = np.maximum(z, 0)
        else:
            cache.append(((h, W), None))
            h = z
    return h, cache


# %% count_evaluations
def count_evaluations(widths):
    one = 0
    for w in widths[:-1]:
        one = 1 + w * one
    naive = widths[-1] * one
    # layered: each layer once, that is n_in * n_out multiplications
    layered = 0
    for i in range(len(widths) - 1):
        layered += widths[i] * widths[i + 1]
    return naive, layered
