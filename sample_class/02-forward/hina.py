# What this is: Hina's submission for 02-forward (made up for the sample class).

# %% [markdown]
# Worked with Kofi on the shapes, code is mine.

# %% linear_forward
def linear_forward(x, W, b):
    # (N, D) @ (D, H) -> (N, H), b is broadcasted to each row
    return x @ W + b, (x, W)


# %% relu_forward
def relu_forward(x):
    # clip from below
    return np.clip(x, 0, None), x > 0


# %% sigmoid_forward
def sigmoid_forward(x):
    out = np.empty(np.shape(x))
    pos = x >= 0
    out[pos] = 1 / (1 + np.exp(-x[pos]))
    ex = np.exp(x[~pos])
    out[~pos] = ex / (1 + ex)
    return out, out


# %% tanh_forward
def tanh_forward(x):
    out = np.tanh(x)
    return out, out


# %% softmax
def softmax(z):
    exp = np.exp(z - z.max(1, keepdims=True))
    return exp / exp.sum(1, keepdims=True)


# %% mse
def mse(pred, y):
    N = len(pred)
    return np.sum((pred - y) ** 2) / N


# %%
print(mse(np.array([1.0, 2.0]), np.array([0.0, 0.0])))  # (1 + 4) / 2 = 2.5 ok


# %% cross_entropy
def cross_entropy(logits, y):
    z = logits - logits.max(1, keepdims=True)
    lse = np.log(np.exp(z).sum(1))
    return (lse - z[np.arange(len(z)), y]).mean()


# %% mlp_forward
def mlp_forward(params, x):
    cache = []
    out = x
    for W, b in params:
        out, c1 = linear_forward(out, W, b)
        out, c2 = relu_forward(out)
        cache.append((c1, c2))
    return out, cache


# %% count_evaluations
def count_evaluations(widths):
    total = widths[-1]
    one = 1
    # go down from the top
    naive = 0
    for w in widths[:0:-1]:
        one = one * w
        naive = naive + one
    return naive, sum(widths[1:])
