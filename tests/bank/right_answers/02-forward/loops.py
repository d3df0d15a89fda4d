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


def mse(pred, y):
    predictions = np.array(pred, dtype=float)
    targets = np.array(y, dtype=float)
    if predictions.shape != targets.shape:
        raise ValueError(f"the shapes {predictions.shape} and {targets.shape} differ")
    total = 0.0
    count = 0
    for prediction, target in zip(predictions.flatten().tolist(), targets.flatten().tolist()):
        error = prediction - target
        total += error * error
        count += 1
    return total / count


def log_of_sum_of_exponentials(row):
    largest = max(row)
    total = 0.0
    for logit in row:
        total += float(np.exp(logit - largest))
    return largest, float(np.log(total))


def cross_entropy(logits, y):
    rows = np.array(logits, dtype=float).tolist()
    total_loss = 0.0
    for example in range(len(rows)):
        right_class = int(y[example])
        largest, log_total = log_of_sum_of_exponentials(rows[example])
        total_loss += log_total - (rows[example][right_class] - largest)
    return total_loss / len(rows)


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


def count_evaluations(widths):
    cost_of_one_neuron = 0
    layered = 0
    for layer_number in range(1, len(widths)):
        width_below = int(widths[layer_number - 1])
        # The neuron itself, and everything that each neuron below it asks for.
        cost_of_one_neuron = 1 + width_below * cost_of_one_neuron
        layered += int(widths[layer_number])
    naive = int(widths[-1]) * cost_of_one_neuron
    return naive, layered


def log_probabilities(z):
    z_array = np.array(z, dtype=float)
    all_logarithms = []
    for row in z_array.tolist():
        largest, log_total = log_of_sum_of_exponentials(row)
        logarithms = []
        for logit in row:
            logarithms.append((logit - largest) - log_total)
        all_logarithms.append(logarithms)
    return np.array(all_logarithms, dtype=float).reshape(z_array.shape)
