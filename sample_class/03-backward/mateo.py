# What this is: Mateo's submission for 03-backward (made up for the sample class).

# %% [markdown]
# **Tarea 3.** Primero el gradiente numerico, despues todo lo demas.

# %% numerical_gradient
def numerical_gradient(f, x, h=1e-5):
    grad = np.zeros(np.shape(x))
    for indice, valor in np.ndenumerate(x):
        mas = np.array(x, dtype=float)
        menos = np.array(x, dtype=float)
        mas[indice] = valor + h
        menos[indice] = valor - h
        grad[indice] = (f(mas) - f(menos)) / (2 * h)
    return grad

# %% linear_backward
def linear_backward(dout, cache):
    x, W = cache
    unos = np.ones(len(x))
    return dout @ W.T, x.T @ dout, unos @ dout

# %% relu_backward
def relu_backward(dout, cache):
    return np.where(cache, dout, 0)

# %% sigmoid_backward
def sigmoid_backward(dout, cache):
    return dout * cache * (1 - cache)

# %%
t = np.linspace(-6, 6, 100)
s, c = sigmoid_forward(t)
plt.plot(t, s)
plt.plot(t, sigmoid_backward(np.ones(100), c))
plt.title("sigmoid and slope")
plt.show()

# %% tanh_backward
def tanh_backward(dout, cache):
    return dout * (1 - cache**2)

# %% mse_loss
def mse_loss(pred, y):
    error = pred - y
    n = len(error.ravel())
    return (error**2).sum() / n, 2 * error / n

# %% softmax_cross_entropy
def softmax_cross_entropy(logits, y):
    filas = np.arange(len(y))
    p = softmax(logits)
    m = logits.max(axis=1)
    perdida = m + np.log(np.exp(logits - m[:, None]).sum(axis=1)) - logits[filas, y]
    objetivo = np.zeros_like(p)
    objetivo[filas, y] = 1
    return perdida.mean(), (p - objetivo) / len(y)

# %% mlp_loss
def mlp_loss(params, x, y, reg):
    logits, cache = mlp_forward(params, x)
    loss, d = softmax_cross_entropy(logits, y)
    grads = {}
    for l in range(len(params))[::-1]:
        W, _ = params[l]
        lineal, relu = cache[l]
        if relu is not None:
            d = relu_backward(d, relu)
        d, dW, db = linear_backward(d, lineal)
        grads[l] = (dW + reg * W, db)
        loss += 0.5 * reg * (W**2).sum()
    return loss, [grads[l] for l in range(len(params))]

# %% sgd_step
def sgd_step(params, grads, lr):
    nuevos = []
    for (W, b), (dW, db) in zip(params, grads):
        nuevos.append((W - lr * dW, b - lr * db))
    return nuevos

# %% train_step
def train_step(params, x, y, lr, reg):
    _, grads = mlp_loss(params, x, y, reg)
    nuevos = sgd_step(params, grads, lr)
    loss, _ = mlp_loss(nuevos, x, y, reg)
    return nuevos, loss

# %% train
def train(params, x, y, steps, lr, reg):
    losses = []
    loss, grads = mlp_loss(params, x, y, reg)
    for paso in range(steps):
        loss, _ = mlp_loss(params, x, y, reg)
        losses.append(loss)
        params = sgd_step(params, grads, lr)
    return params, losses

# %%
rng = np.random.default_rng(7)
x = rng.normal(size=(40, 2))
y = (x.sum(axis=1) > 0).astype(int)
red = [(0.5 * rng.normal(size=(2, 6)), np.zeros(6)), (0.5 * rng.normal(size=(6, 2)), np.zeros(2))]
red, perdidas = train(red, x, y, 30, 0.1, 0.001)
plt.plot(perdidas)
plt.show()
