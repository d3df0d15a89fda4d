# What this is: Oksana's submission for 02-forward (made up for the sample class).

# %% linear_forward
def linear_forward(x, W, b):
    out = np.tensordot(x, W, axes=1) + b[np.newaxis, :]
    return out, (x, W)


# %% relu_forward
def relu_forward(x):
    # small slope on the left, otherwise the neuron can die
    out = np.where(x > 0, x, 0.01 * x)
    return out, x > 0


# %% sigmoid_forward
def sigmoid_forward(x):
    x = x * 1.0
    out = np.exp(-np.log1p(np.exp(-np.abs(x))) + np.minimum(x, 0))
    return out, out


# %% tanh_forward
def tanh_forward(x):
    out = np.tanh(x)
    return out, out


# %%
xs = np.linspace(-3, 3, 50)
fig, ax = plt.subplots()
ax.plot(xs, relu_forward(xs)[0])
ax.plot(xs, sigmoid_forward(xs)[0])
plt.show()


# %% softmax
def softmax(z):
    biggest = np.max(z, axis=1)[:, np.newaxis]
    e = np.exp(z - biggest)
    total = np.sum(e, axis=1)[:, np.newaxis]
    return np.divide(e, total)


# %% mse
def mse(pred, y):
    return np.mean(np.abs(pred - y) ** 2)


# %% cross_entropy
def cross_entropy(logits, y):
    lse = np.logaddexp.reduce(logits, axis=1)
    losses = lse - logits[np.arange(len(logits)), y]
    return losses.mean()


# %% mlp_forward
def mlp_forward(params, x):
    caches = []
    last = len(params) - 1
    for i, (W, b) in enumerate(params):
        x, lin_c = linear_forward(x, W, b)
        if i == last:
            caches.append((lin_c, None))
        else:
            x, rel_c = relu_forward(x)
            caches.append((lin_c, rel_c))
    return x, caches


# %% count_evaluations
def count_evaluations(widths):
    n = np.array(widths, dtype=float)
    naive = 0.0
    # n_L + n_L n_(L-1) + ...
    for k in range(1, len(n)):
        naive += np.prod(n[k:])
    return int(naive), int(np.sum(n[1:]))
