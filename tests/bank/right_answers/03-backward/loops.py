"""Explicit loops over examples, inputs and neurons; plain lists, dictionaries as caches, arrays at the end."""

import numpy as np


def linear_forward(x, W, b):
    rows = np.array(x, dtype=float).tolist()
    weights = np.array(W, dtype=float).tolist()
    biases = np.array(b, dtype=float).tolist()
    number_of_examples = len(rows)
    number_of_inputs = len(weights)
    number_of_neurons = len(biases)
    out = []
    for example in range(number_of_examples):
        sums_of_example = []
        for neuron in range(number_of_neurons):
            total = 0.0
            for position in range(number_of_inputs):
                total += rows[example][position] * weights[position][neuron]
            sums_of_example.append(total + biases[neuron])
        out.append(sums_of_example)
    cache = {"x": rows, "W": weights}
    return np.array(out, dtype=float).reshape(number_of_examples, number_of_neurons), cache


def relu_forward(x):
    x_array = np.array(x, dtype=float)
    out = []
    was_on = []
    for number in x_array.flatten().tolist():
        if number > 0:
            out.append(number)
            was_on.append(True)
        else:
            out.append(0.0)
            was_on.append(False)
    return np.array(out, dtype=float).reshape(x_array.shape), {"was_on": was_on}


def sigmoid_forward(x):
    x_array = np.array(x, dtype=float)
    out = []
    for number in x_array.flatten().tolist():
        if number >= 0:
            out.append(1.0 / (1.0 + float(np.exp(-number))))
        else:
            exponential = float(np.exp(number))
            out.append(exponential / (1.0 + exponential))
    return np.array(out, dtype=float).reshape(x_array.shape), {"out": out}


def tanh_forward(x):
    x_array = np.array(x, dtype=float)
    out = []
    for number in x_array.flatten().tolist():
        out.append(float(np.tanh(number)))
    return np.array(out, dtype=float).reshape(x_array.shape), {"out": out}


def softmax(z):
    z_array = np.array(z, dtype=float)
    all_probabilities = []
    for row in z_array.tolist():
        largest = max(row)
        exponentials = []
        total = 0.0
        for logit in row:
            exponential = float(np.exp(logit - largest))
            exponentials.append(exponential)
            total += exponential
        probabilities = []
        for exponential in exponentials:
            probabilities.append(exponential / total)
        all_probabilities.append(probabilities)
    return np.array(all_probabilities, dtype=float).reshape(z_array.shape)


def mlp_forward(params, x):
    signal = np.array(x, dtype=float)
    caches_of_layers = []
    for layer_number in range(len(params)):
        W, b = params[layer_number]
        cache_of_layer = {}
        signal, cache_of_layer["linear"] = linear_forward(signal, W, b)
        if layer_number < len(params) - 1:
            signal, cache_of_layer["relu"] = relu_forward(signal)
        caches_of_layers.append(cache_of_layer)
    return signal, {"layers": caches_of_layers}


def numerical_gradient(f, x, h=1e-5):
    moving_point = np.array(x, dtype=float)
    gradient = np.zeros(moving_point.shape)
    for position in np.ndindex(moving_point.shape):
        old_number = float(moving_point[position])
        moving_point[position] = old_number + h
        value_above = float(f(moving_point))
        moving_point[position] = old_number - h
        value_below = float(f(moving_point))
        moving_point[position] = old_number
        gradient[position] = (value_above - value_below) / (2 * h)
    return gradient


def linear_backward(dout, cache):
    upstream = np.array(dout, dtype=float).tolist()
    rows = cache["x"]
    weights = cache["W"]
    number_of_examples = len(rows)
    number_of_inputs = len(weights)
    number_of_neurons = len(weights[0])
    dx = np.zeros((number_of_examples, number_of_inputs)).tolist()
    dW = np.zeros((number_of_inputs, number_of_neurons)).tolist()
    db = np.zeros(number_of_neurons).tolist()
    for example in range(number_of_examples):
        for neuron in range(number_of_neurons):
            arriving = upstream[example][neuron]
            db[neuron] += arriving
            for position in range(number_of_inputs):
                dx[example][position] += arriving * weights[position][neuron]
                dW[position][neuron] += arriving * rows[example][position]
    dx_array = np.array(dx, dtype=float).reshape(number_of_examples, number_of_inputs)
    return dx_array, np.array(dW, dtype=float), np.array(db, dtype=float)


def relu_backward(dout, cache):
    upstream = np.array(dout, dtype=float)
    dx = []
    for arriving, was_on in zip(upstream.flatten().tolist(), cache["was_on"]):
        if was_on:
            dx.append(arriving)
        else:
            dx.append(0.0)
    return np.array(dx, dtype=float).reshape(upstream.shape)


def sigmoid_backward(dout, cache):
    upstream = np.array(dout, dtype=float)
    dx = []
    for arriving, out in zip(upstream.flatten().tolist(), cache["out"]):
        slope = out * (1.0 - out)
        dx.append(arriving * slope)
    return np.array(dx, dtype=float).reshape(upstream.shape)


def tanh_backward(dout, cache):
    upstream = np.array(dout, dtype=float)
    dx = []
    for arriving, out in zip(upstream.flatten().tolist(), cache["out"]):
        slope = 1.0 - out * out
        dx.append(arriving * slope)
    return np.array(dx, dtype=float).reshape(upstream.shape)


def mse_loss(pred, y):
    predictions = np.array(pred, dtype=float)
    targets = np.array(y, dtype=float)
    if predictions.shape != targets.shape:
        raise ValueError(f"the shapes {predictions.shape} and {targets.shape} differ")
    total = 0.0
    dpred = []
    for prediction, target in zip(predictions.flatten().tolist(), targets.flatten().tolist()):
        error = prediction - target
        total += error * error
        dpred.append(2.0 * error / predictions.size)
    return total / predictions.size, np.array(dpred, dtype=float).reshape(predictions.shape)


def softmax_cross_entropy(logits, y):
    rows = np.array(logits, dtype=float).tolist()
    number_of_examples = len(rows)
    total_loss = 0.0
    dlogits = []
    for example in range(number_of_examples):
        row = rows[example]
        right_class = int(y[example])
        largest = max(row)
        exponentials = []
        total = 0.0
        for logit in row:
            exponential = float(np.exp(logit - largest))
            exponentials.append(exponential)
            total += exponential
        total_loss += float(np.log(total)) - (row[right_class] - largest)
        gradient_of_row = []
        for class_number in range(len(row)):
            slope = exponentials[class_number] / total
            if class_number == right_class:
                slope -= 1.0
            gradient_of_row.append(slope / number_of_examples)
        dlogits.append(gradient_of_row)
    return total_loss / number_of_examples, np.array(dlogits, dtype=float)


def mlp_backward(dlogits, cache):
    upstream = np.array(dlogits, dtype=float)
    caches_of_layers = cache["layers"]
    grads = [None] * len(caches_of_layers)
    for layer_number in range(len(caches_of_layers) - 1, -1, -1):
        cache_of_layer = caches_of_layers[layer_number]
        if "relu" in cache_of_layer:
            upstream = relu_backward(upstream, cache_of_layer["relu"])
        upstream, dW, db = linear_backward(upstream, cache_of_layer["linear"])
        grads[layer_number] = (dW, db)
    return grads


def mlp_loss(params, x, y, reg):
    logits, cache = mlp_forward(params, x)
    loss, dlogits = softmax_cross_entropy(logits, y)
    grads_of_data = mlp_backward(dlogits, cache)
    sum_of_squares = 0.0
    grads = []
    for layer_number in range(len(params)):
        weights = np.array(params[layer_number][0], dtype=float)
        dW, db = grads_of_data[layer_number]
        dW_with_penalty = np.zeros(weights.shape)
        for position in np.ndindex(weights.shape):
            weight = float(weights[position])
            sum_of_squares += weight * weight
            dW_with_penalty[position] = dW[position] + reg * weight
        grads.append((dW_with_penalty, db))
    return loss + 0.5 * reg * sum_of_squares, grads


def step_of_one_array(array, gradient, lr):
    old_array = np.array(array, dtype=float)
    gradient_array = np.array(gradient, dtype=float)
    new_array = np.zeros(old_array.shape)
    for position in np.ndindex(old_array.shape):
        new_array[position] = old_array[position] - lr * gradient_array[position]
    return new_array


def sgd_step(params, grads, lr):
    new_params = []
    for layer_number in range(len(params)):
        W, b = params[layer_number]
        dW, db = grads[layer_number]
        new_params.append((step_of_one_array(W, dW, lr), step_of_one_array(b, db, lr)))
    return new_params


def train_step(params, x, y, lr, reg):
    loss, grads = mlp_loss(params, x, y, reg)
    new_params = sgd_step(params, grads, lr)
    return new_params, loss


def train(params, x, y, steps, lr, reg):
    current_params = []
    for W, b in params:
        current_params.append((np.array(W, dtype=float), np.array(b, dtype=float)))
    losses = []
    for _ in range(steps):
        current_params, loss = train_step(current_params, x, y, lr, reg)
        losses.append(loss)
    return current_params, np.array(losses, dtype=float)


def hinge_loss(scores, y, margin):
    rows = np.array(scores, dtype=float).tolist()
    number_of_examples = len(rows)
    total_loss = 0.0
    dscores = np.zeros(np.shape(scores)).tolist()
    for example in range(number_of_examples):
        right_class = int(y[example])
        right_score = rows[example][right_class]
        for class_number in range(len(rows[example])):
            if class_number == right_class:
                continue
            missing = rows[example][class_number] - right_score + margin
            if missing > 0:
                total_loss += missing
                dscores[example][class_number] += 1.0 / number_of_examples
                dscores[example][right_class] -= 1.0 / number_of_examples
    return total_loss / number_of_examples, np.array(dscores, dtype=float)


def gelu_forward(x):
    x_array = np.array(x, dtype=float)
    out = np.zeros(x_array.shape)
    for place in np.ndindex(x_array.shape):
        number = x_array[place]
        inner = np.sqrt(2.0 / np.pi) * (number + 0.044715 * number * number * number)
        out[place] = number * (1.0 + np.tanh(inner)) / 2.0
    return out, {"x": x_array}


def gelu_backward(dout, cache):
    x_array = cache["x"]
    upstream = np.array(dout, dtype=float)
    dx = np.zeros(x_array.shape)
    for place in np.ndindex(x_array.shape):
        number = x_array[place]
        inner = np.sqrt(2.0 / np.pi) * (number + 0.044715 * number * number * number)
        inner_slope = np.sqrt(2.0 / np.pi) * (1.0 + 0.134145 * number * number)
        gate = (1.0 + np.tanh(inner)) / 2.0
        gate_slope = 2.0 * gate * (1.0 - gate) * inner_slope
        dx[place] = upstream[place] * (gate + number * gate_slope)
    return dx
