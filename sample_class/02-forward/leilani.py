# What this is: Leilani's submission for 02-forward (made up for the sample class).

# %% linear_forward
def linear_forward(x, W, b):
    out = np.zeros((len(x), len(b)))
    for i in range(len(x)):
        out[i] = x[i] @ W + b
    return out, (x, W)

# %% relu_forward
def relu_forward(x):
    out = np.array(x, dtype=float)
    out[x < 0] = 0
    return out, x > 0

# %% sigmoid_forward
def sigmoid_forward(x):
    out = 1 / (1 + np.exp(-x))
    return out, out

# %% tanh_forward
def tanh_forward(x):
    out = (np.exp(x) - np.exp(-x)) / (np.exp(x) + np.exp(-x))
    return out, out

# %%
print(tanh_forward(np.array([0.5, 1.0]))[0], np.tanh([0.5, 1.0]))

# %% mse
def mse(pred, y):
    loss = np.mean((pred - y) ** 2)
    loss

# %%
mse(np.array([1.0, 2.0]), np.array([1.0, 0.0]))

# %% cross_entropy
def cross_entropy(logits, y)
    p = softmax(logits)
    return -np.mean(np.log(p[np.arange(len(y)), y]))

# %%
# TODO softmax first, then the loss, then mlp
cross_entropy(np.zeros((2, 3)), np.array([0, 1]))

# %% mlp_forward
def mlp_forward(params, x):
    # TODO
    raise NotImplementedError
