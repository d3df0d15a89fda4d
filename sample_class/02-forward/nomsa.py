# What this is: Nomsa's submission for 02-forward (made up for the sample class).

# %% linear_forward
def linear_forward(x, W, b):
    N, D = x.shape
    out = []
    for row in x:
        out.append(row @ W + b)
    return np.stack(out), (x, W)


# %% relu_forward
def relu_forward(x):
    return np.fmax(x, 0.0), np.greater(x, 0)


# %% sigmoid_forward
def sigmoid_forward(x):
    out = np.reciprocal(1.0 + np.exp(-np.clip(x, -600.0, 600.0)))
    return out, out


# %% tanh_forward
def tanh_forward(x):
    # 1 - 2/(e^2x + 1), clipped so e^2x stays finite
    out = 1 - 2 / (np.exp(2.0 * np.clip(x, -300, 300)) + 1)
    return out, out


# %% softmax
def softmax(z):
    # stable version
    e = np.exp(z - z.max(axis=1))
    return e / e.sum(axis=1)


# %%
print(softmax(np.array([[0.0, 0.0], [0.0, 0.0]])))
print(softmax(np.array([[5.0, 1.0, 2.0]])))


# %% mse
def mse(pred, y):
    err = (pred - y).reshape(-1)
    return err @ err / len(err)


# %% cross_entropy
def cross_entropy(logits, y):
    N = logits.shape[0]
    C = logits.shape[1]
    loss = 0.0
    for i in range(N):
        row = logits[i] - np.max(logits[i])
        loss += np.log(np.sum(np.exp(row))) - row[y[i]]
    return loss / C


# %% mlp_forward
def mlp_forward(params, x):
    caches = []
    for W, b in params[:-1]:
        x, lin = linear_forward(x, W, b)
        x, rel = relu_forward(x)
        caches += [(lin, rel)]
    x, lin = linear_forward(x, params[-1][0], params[-1][1])
    caches += [(lin, None)]
    return x, caches


# %% count_evaluations
def count_evaluations(widths):
    lay = 0
    cost = 0
    prev = widths[0]
    for n in widths[1:]:
        cost = 1 + prev * cost
        lay += n
        prev = n
    return prev * cost, lay
