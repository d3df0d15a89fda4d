# What this is: Priya's submission for 03-backward (made up for the sample class).

# %%
# helpers
def rows_and_labels(labels):
    return np.arange(len(labels)), labels

def sum_of_squares(layers):
    return sum(float(np.sum(weights ** 2)) for weights, biases in layers)

# %% numerical_gradient
def numerical_gradient(function, point, h=1e-5):
    def shifted(index, amount):
        moved = np.array(point, dtype=np.float64)
        moved[index] += amount
        return function(moved)
    gradient = np.zeros(point.shape)
    for index in np.ndindex(point.shape):
        gradient[index] = (shifted(index, h) - shifted(index, -h)) / (2 * h)
    return gradient

# %% linear_backward
def linear_backward(upstream, cache):
    inputs, weights = cache
    d_inputs = upstream.dot(weights.transpose())
    d_weights = inputs.transpose().dot(upstream)
    d_biases = upstream.sum(axis=0)
    return d_inputs, d_weights, d_biases

# %% relu_backward
def relu_backward(upstream, positive):
    return upstream * positive

# %% sigmoid_backward
def sigmoid_backward(upstream, activation):
    return upstream * activation * (1 - activation)

# %% tanh_backward
def tanh_backward(upstream, activation):
    return 1 - activation ** 2

# %%
a, c = tanh_forward(np.array([[0.1, -0.4]]))
assert np.allclose(tanh_backward(np.ones((1, 2)), c), 1 / np.cosh([[0.1, -0.4]]) ** 2)

# %% mse_loss
def mse_loss(prediction, target):
    difference = np.asarray(prediction) - np.asarray(target)
    loss = float((difference ** 2).sum() / difference.size)
    return loss, 2 * difference / difference.size

# %% softmax_cross_entropy
def softmax_cross_entropy(scores, labels):
    where = rows_and_labels(labels)
    top = scores.max(axis=1)
    log_sum = top + np.log(np.exp(scores - top.reshape(-1, 1)).sum(axis=1))
    loss = float((log_sum - scores[where]).mean())
    # chain rule: dL/ds = -1/s for the label, ds/dz = s(1 - s)  ->  -(1 - s)
    s = softmax(scores)
    d_scores = np.zeros(scores.shape)
    d_scores[where] = -(1 - s[where]) / len(labels)
    return loss, d_scores

# %% mlp_loss
def mlp_loss(layers, inputs, labels, reg):
    scores, caches = mlp_forward(layers, inputs)
    loss, gradient = softmax_cross_entropy(scores, labels)
    gradients = []
    for (linear_cache, relu_cache), (weights, biases) in zip(caches[::-1], layers[::-1]):
        if relu_cache is not None:
            gradient = relu_backward(gradient, relu_cache)
        gradient, d_weights, d_biases = linear_backward(gradient, linear_cache)
        gradients.append((d_weights + reg * weights, d_biases))
    return loss + 0.5 * reg * sum_of_squares(layers), gradients[::-1]

# %% sgd_step
def sgd_step(layers, gradients, lr):
    updated = []
    for (weights, biases), (d_weights, d_biases) in zip(layers, gradients):
        updated.append((weights - lr * d_weights, biases - lr * d_biases))
    return updated

# %% train_step
def train_step(layers, inputs, labels, lr, reg):
    loss, gradients = mlp_loss(layers, inputs, labels, reg)
    return sgd_step(layers, gradients, lr), loss

# %% train
def train(layers, inputs, labels, steps, lr, reg):
    losses = []
    for step in range(steps):
        layers, loss = train_step(layers, inputs, labels, lr, reg)
        losses.append(loss)
    return layers, losses
