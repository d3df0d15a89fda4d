# What this is: Dilnoza's submission for 02-forward (made up for the sample class).

# %% linear_forward
def linear_forward(x, W, b):
    xw = x @ W
    return np.add(xw, b), (x, W)


# %% relu_forward
def relu_forward(x):
    y = x / 2 + np.abs(x) / 2  # nice trick: (x + |x|)/2
    return y, x > 0


# %% sigmoid_forward
def sigmoid_forward(x):
    y = 1 / (1 + np.exp(-np.clip(x, -500, 500)))
    return y, y


# %% tanh_forward
def tanh_forward(x):
    y = np.tanh(x)
    return y, y


# %% softmax
def softmax(z):
    z = z - np.max(z)
    e = np.exp(z)
    s = np.sum(e, axis=0)
    return e / s


# %% mse
def mse(pred, y):
    n = pred.size
    return np.sum((pred - y) ** 2) / n


# %% cross_entropy
# using logsumexp directly, the slide said never to take the log of a softmax
def cross_entropy(logits, y):
    mx = logits.max(axis=1)
    lse = mx + np.log(np.exp(logits - mx[:, None]).sum(axis=1))
    chosen = logits[range(len(y)), y]
    return np.mean(lse - chosen)


# %% mlp_forward
def mlp_forward(params, x):
    caches = []
    h = x
    for W, b in params[:-1]:
        h, lc = linear_forward(h, W, b)
        h, rc = relu_forward(h)
        caches.append((lc, rc))
    h, lc = linear_forward(h, *params[-1])
    caches.append((lc, None))
    return h, caches


# %%
rng = np.random.default_rng(0)
ps = [(rng.normal(size=(3, 4)), np.zeros(4)), (rng.normal(size=(4, 2)), np.zeros(2))]
print(mlp_forward(ps, rng.normal(size=(5, 3)))[0].shape)


# %% count_evaluations
def count_evaluations(widths):
    # really do the recursion, and count
    def neuron(layer):
        if layer == 0:
            return 0
        c = 1
        for k in range(widths[layer - 1]):
            c += neuron(layer - 1)
        return c

    last = len(widths) - 1
    naive = 0
    for k in range(widths[last]):
        naive += neuron(last)
    return naive, sum(widths[1:])


# %%
print(count_evaluations([2, 3, 3, 1]))
