# What this is: Bao's submission for 02-forward (made up for the sample class).

# %% linear_forward
def linear_forward(X, W, b):
    Z = np.matmul(X, W) + b
    cache = (X, W)
    return Z, cache


# %% relu_forward
def relu_forward(Z):
    return np.maximum(0.0, Z), Z > 0


# %% sigmoid_forward
def sigmoid_forward(Z):
    # from the lecture: logaddexp does not overflow
    A = np.exp(-np.logaddexp(0, -Z))
    return A, A


# %% tanh_forward
def tanh_forward(Z):
    A = np.tanh(Z)
    return A, A


# %% softmax
def softmax(Z):
    E = np.exp(Z)
    return E / np.sum(E, axis=1, keepdims=True)


# %%
print(softmax(np.array([[1.0, 2.0, 3.0]])).sum())  # 1.0 good


# %% mse
def mse(pred, y):
    return np.mean((pred - y) ** 2)


# %% cross_entropy
def cross_entropy(logits, y):
    P = softmax(logits)
    # small number so log(0) can not happen
    return -np.mean(np.log(P[np.arange(len(y)), y] + 1e-9))


# %% mlp_forward
def mlp_forward(params, X):
    A = X
    L = len(params)
    cache = []
    for l in range(L):
        W, b = params[l]
        Z, lin = linear_forward(A, W, b)
        if l == L - 1:
            cache.append((lin, None))
            return Z, cache
        A, act = relu_forward(Z)
        cache.append((lin, act))


# %% count_evaluations
def count_evaluations(widths):
    naive = 0
    for n in widths[:-1]:
        naive = 1 + n * naive
    return naive * widths[-1], sum(widths[1:])
