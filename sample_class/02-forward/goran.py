# What this is: Goran's submission for 02-forward (made up for the sample class).

# %% linear_forward
def linear_forward(x, W, b):
    return np.einsum("nd,dh->nh", x, W) + b, (x, W)


# %%
check("linear_forward")


# %% relu_forward
def relu_forward(x):
    mask = x > 0
    return x * mask, mask


# %% sigmoid_forward
# sigma(x) = (1 + tanh(x/2)) / 2, so no overflow at all
def sigmoid_forward(x):
    s = 0.5 * (1.0 + np.tanh(0.5 * x))
    return s, s


# %% tanh_forward
def tanh_forward(x):
    t = np.tanh(x)
    return t, t


# %% softmax
def softmax(z):
    e = np.exp(z - np.amax(z, axis=1)[:, None])
    return np.einsum("nc,n->nc", e, 1.0 / np.einsum("nc->n", e))


# %% mse
def mse(pred, y):
    d = np.ravel(pred - y)
    return np.einsum("i,i->", d, d) / d.size


# %% cross_entropy
def cross_entropy(logits, y):
    N, C = logits.shape
    onehot = np.zeros((N, C))
    onehot[np.arange(N), y] = 1
    z = logits - np.amax(logits, axis=1)[:, None]
    logZ = np.log(np.einsum("nc->n", np.exp(z)))
    return np.mean(logZ - np.einsum("nc,nc->n", z, onehot))


# %% mlp_forward
def mlp_forward(params, x):
    cache = []
    *hidden, (W_last, b_last) = params
    for W, b in hidden:
        x, c1 = linear_forward(x, W, b)
        x, c2 = relu_forward(x)
        cache.append((c1, c2))
    logits, c1 = linear_forward(x, W_last, b_last)
    cache.append((c1, None))
    return logits, cache


# %% [markdown]
# Count: a neuron in layer l is asked for n_L * n_{L-1} * ... * n_{l+1} times, there are n_l of them.
# So naive = n_L + n_L n_{L-1} + ... + n_L ... n_1 (no n_0, inputs are free).


# %% count_evaluations
def count_evaluations(widths):
    asked, naive, layered = 1, 0, 0
    for n in reversed(widths[1:]):
        asked *= int(n)
        naive += asked
        layered += int(n)
    return naive, layered


# %%
for q in ["softmax", "mse", "cross_entropy", "mlp_forward", "count_evaluations"]:
    check(q)
