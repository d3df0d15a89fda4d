# What this is: Ines's submission for 02-forward (made up for the sample class).

# %% linear_forward
def linear_forward(x, W, b):
    # z = W x + b as in the book, for rows we transpose
    z = x @ W.T + b
    return z, (x, W)


# %%
x_test = np.arange(9.0).reshape(3, 3)
W_test = np.eye(3)
print(linear_forward(x_test, W_test, np.ones(3))[0])  # x + 1, looks good :)


# %% relu_forward
def relu_forward(z):
    a = z * (z > 0)
    return a, z > 0


# %% sigmoid_forward
def sigmoid_forward(z):
    a = 1.0 / (1.0 + np.exp(-np.clip(z, -700, 700)))
    return a, a


# %% tanh_forward
def tanh_forward(z):
    a = np.tanh(z)
    return a, a


# %% softmax
def softmax(z):
    zt = z.T - z.max(axis=1)
    e = np.exp(zt)
    return (e / e.sum(axis=0)).T


# %% mse
def mse(pred, y):
    return np.average((y - pred) ** 2)


# %% cross_entropy
def cross_entropy(logits, y):
    zt = logits.T - logits.max(axis=1)
    log_p = zt - np.log(np.exp(zt).sum(axis=0))
    return -np.average(log_p[y, np.arange(len(y))])


# %% mlp_forward
def mlp_forward(params, x):
    a = x
    caches = []
    for k in range(len(params)):
        W, b = params[k]
        z, lin = linear_forward(a, W, b)
        if k < len(params) - 1:
            a, act = relu_forward(z)
        else:
            a, act = z, None
        caches.append((lin, act))
    return a, caches


# %% count_evaluations
def count_evaluations(widths):
    per_neuron = 0
    for n_below in widths[:-1]:
        per_neuron *= n_below
        per_neuron += 1
    return widths[-1] * per_neuron, sum(widths[1:])
