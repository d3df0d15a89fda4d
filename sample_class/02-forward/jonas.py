# What this is: Jonas's submission for 02-forward (made up for the sample class).

# %% linear_forward
def linear_forward(x, W, b):
    return x @ W + b, (x, W)

# %% relu_forward
def relu_forward(x):
    return np.maximum(x, 0), x > 0

# %% sigmoid_forward
def sigmoid_forward(x):
    e = np.exp(-np.abs(x)
    out = np.where(x >= 0, 1 / (1 + e), e / (1 + e))
    return out, out

# %% tanh_forward
def tanh_forward(x):
    out = np.tanh(x)
    return out, out

# %% softmax
def softmax(z):
    z = z - z.max(axis=1, keepdims=True)
    e = np.exp(z)
    p = e / e.sum(axis=1, keepdims=True)
    print(p)

# %% mse
def mse(pred, y):
    return np.mean((pred - y) ** 2)

# %% [markdown]
# did not get to the rest, was ill on thursday. will hand in the network part later if possible
