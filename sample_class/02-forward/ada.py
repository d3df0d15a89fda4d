# What this is: Ada's submission for 02-forward (made up for the sample class).

# %% [markdown]
# I wrote everything with loops first because then I can follow what happens to each number.

# %% linear_forward
def linear_forward(x, W, b):
    N = x.shape[0]
    D, H = W.shape
    out = np.zeros((N, H))
    for n in range(N):
        for h in range(H):
            total = b[h]
            for d in range(D):
                total = total + x[n, d] * W[d, h]
            out[n, h] = total
    return out, (x, W)


# %% relu_forward
def relu_forward(x):
    out = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        if x[i] > 0:
            out[i] = x[i]
    return out, x > 0


# %% sigmoid_forward
from math import exp, log


def sigmoid_of_one(z):
    # two cases so that exp never gets a big positive number
    if z >= 0:
        return 1 / (1 + exp(-z))
    e = exp(z)
    return e / (1 + e)


def sigmoid_forward(x):
    out = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        out[i] = sigmoid_of_one(x[i])
    return out, out


# %% tanh_forward
def tanh_forward(x):
    out = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        out[i] = np.tanh(x[i])
    return out, out


# %%
print(sigmoid_forward(np.array([-1000.0, 0.0, 1000.0]))[0])
print(tanh_forward(np.array([[0.0, 1.0]]))[0])


# %% softmax
def softmax(z):
    N, C = z.shape
    s = np.zeros((N, C))
    for n in range(N):
        biggest = max(z[n])
        total = 0.0
        for c in range(C):
            s[n, c] = np.exp(z[n, c] - biggest)
            total += s[n, c]
        for c in range(C):
            s[n, c] = s[n, c] / total
    return s


# %% mse
def mse(pred, y):
    total = 0.0
    count = 0
    for i in np.ndindex(pred.shape):
        total += (pred[i] - y[i]) ** 2
        count += 1
    return total / count


# %% cross_entropy
def cross_entropy(logits, y):
    N, C = logits.shape
    loss = 0.0
    for n in range(N):
        m = max(logits[n])
        total = 0.0
        for c in range(C):
            total += exp(logits[n, c] - m)
        # -log(softmax) = log(sum) + m - logit of the right class
        loss += log(total) + m - logits[n, y[n]]
    return loss / N


# %% mlp_forward
def mlp_forward(params, x):
    cache = []
    out = x
    for l in range(len(params)):
        W = params[l][0]
        b = params[l][1]
        out, lin_cache = linear_forward(out, W, b)
        rel_cache = None
        if l < len(params) - 1:
            out, rel_cache = relu_forward(out)
        cache.append((lin_cache, rel_cache))
    return out, cache


# %% count_evaluations
def count_evaluations(widths):
    cost_of_one = 0  # an input costs nothing
    for l in range(1, len(widths)):
        # me + everybody below me
        cost_of_one = 1 + widths[l - 1] * cost_of_one
    naive = widths[-1] * cost_of_one
    layered = 0
    for w in widths[1:]:
        layered += w
    return naive, layered


# %%
print(count_evaluations([2, 3, 1]))  # by hand: 1 + 3 = 4, and 4
