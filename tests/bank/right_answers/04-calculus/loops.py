"""Explicit loops over examples, features and classes; plain lists, dictionaries as caches, arrays at the end."""

import numpy as np


def to_lists(array):
    return np.array(array, dtype=float).tolist()


def chain_rule_toy(params, x, y):
    w1, b1, w2, b2, w3, b3, w4, b4 = to_lists(params)
    x = float(x)
    y = float(y)
    h1 = float(np.tanh(w1 * x + b1))
    h2 = float(np.exp(w2 * h1 + b2))
    sum3 = w3 * h2 + b3
    h3 = float(np.sin(sum3))
    prediction = w4 * h3 + b4
    loss = (prediction - y) * (prediction - y)

    dprediction = 2.0 * (prediction - y)
    dw4 = dprediction * h3
    db4 = dprediction
    dh3 = dprediction * w4
    dsum3 = dh3 * float(np.cos(sum3))
    dw3 = dsum3 * h2
    db3 = dsum3
    dh2 = dsum3 * w3
    dsum2 = dh2 * h2
    dw2 = dsum2 * h1
    db2 = dsum2
    dh1 = dsum2 * w2
    dsum1 = dh1 * (1.0 - h1 * h1)
    dw1 = dsum1 * x
    db1 = dsum1
    return loss, np.array([dw1, db1, dw2, db2, dw3, db3, dw4, db4])


def jacobian(f, x, h=1e-5):
    moving_point = np.array(x, dtype=float)
    columns = []
    for input_number in range(len(moving_point)):
        old_number = float(moving_point[input_number])
        moving_point[input_number] = old_number + h
        outputs_above = to_lists(f(moving_point))
        moving_point[input_number] = old_number - h
        outputs_below = to_lists(f(moving_point))
        moving_point[input_number] = old_number
        column = []
        for output_number in range(len(outputs_above)):
            change = outputs_above[output_number] - outputs_below[output_number]
            column.append(change / (2 * h))
        columns.append(column)
    rows = []
    for output_number in range(len(columns[0])):
        row = []
        for column in columns:
            row.append(column[output_number])
        rows.append(row)
    return np.array(rows, dtype=float)


def softmax_jacobian(s):
    probabilities = to_lists(s)
    table = []
    for i in range(len(probabilities)):
        row = []
        for j in range(len(probabilities)):
            if i == j:
                row.append(probabilities[i] * (1.0 - probabilities[i]))
            else:
                row.append(-probabilities[i] * probabilities[j])
        table.append(row)
    return np.array(table, dtype=float)


def softmax_backward(dout, s):
    upstream = to_lists(dout)
    all_probabilities = to_lists(s)
    dz = []
    for example in range(len(all_probabilities)):
        probabilities = all_probabilities[example]
        weighted_mean = 0.0
        for class_number in range(len(probabilities)):
            weighted_mean += upstream[example][class_number] * probabilities[class_number]
        dz_of_example = []
        for class_number in range(len(probabilities)):
            distance = upstream[example][class_number] - weighted_mean
            dz_of_example.append(probabilities[class_number] * distance)
        dz.append(dz_of_example)
    return np.array(dz, dtype=float).reshape(np.shape(s))


def sigmoid_of_one_number(number):
    if number >= 0:
        return 1.0 / (1.0 + float(np.exp(-number)))
    exponential = float(np.exp(number))
    return exponential / (1.0 + exponential)


def layer_deltas(params, x, y):
    activations = [to_lists(x)]
    for W, b in params:
        weights = to_lists(W)
        biases = to_lists(b)
        outputs = []
        for row in activations[-1]:
            output_row = []
            for neuron in range(len(biases)):
                total = biases[neuron]
                for position in range(len(weights)):
                    total += row[position] * weights[position][neuron]
                output_row.append(sigmoid_of_one_number(total))
            outputs.append(output_row)
        activations.append(outputs)

    targets = to_lists(y)
    number_of_examples = len(targets)
    number_of_layers = len(params)
    deltas = [None] * number_of_layers
    grads = [None] * number_of_layers
    for layer_number in range(number_of_layers - 1, -1, -1):
        outputs = activations[layer_number + 1]
        inputs = activations[layer_number]
        number_of_inputs, number_of_neurons = np.shape(params[layer_number][0])
        delta = []
        for example in range(number_of_examples):
            delta_row = []
            for neuron in range(number_of_neurons):
                output = outputs[example][neuron]
                if layer_number == number_of_layers - 1:
                    doutput = (output - targets[example][neuron]) / number_of_examples
                else:
                    doutput = 0.0
                    next_weights = to_lists(params[layer_number + 1][0])
                    next_deltas = deltas[layer_number + 1][example]
                    for next_neuron in range(len(next_deltas)):
                        doutput += next_deltas[next_neuron] * next_weights[neuron][next_neuron]
                delta_row.append(doutput * output * (1.0 - output))
            delta.append(delta_row)
        deltas[layer_number] = delta
        dW = np.zeros((number_of_inputs, number_of_neurons))
        db = np.zeros(number_of_neurons)
        for example in range(number_of_examples):
            for neuron in range(number_of_neurons):
                db[neuron] += delta[example][neuron]
                for position in range(number_of_inputs):
                    dW[position, neuron] += inputs[example][position] * delta[example][neuron]
        grads[layer_number] = (dW, db)
    delta_arrays = []
    for delta in deltas:
        delta_arrays.append(np.array(delta, dtype=float))
    return delta_arrays, grads


def unbroadcast(grad, shape):
    big_gradient = np.array(grad, dtype=float)
    small_gradient = np.zeros(shape)
    missing_axes = len(big_gradient.shape) - len(shape)
    for big_position in np.ndindex(big_gradient.shape):
        small_position = []
        for axis in range(len(shape)):
            if shape[axis] == 1:
                small_position.append(0)
            else:
                small_position.append(big_position[missing_axes + axis])
        small_gradient[tuple(small_position)] += big_gradient[big_position]
    return small_gradient


def grad_check(f, params, grads, h=1e-5):
    largest_error = 0.0
    for number in range(len(params)):
        array = params[number]
        for position in np.ndindex(array.shape):
            old_number = float(array[position])
            array[position] = old_number + h
            loss_above = float(f())
            array[position] = old_number - h
            loss_below = float(f())
            array[position] = old_number
            measured = (loss_above - loss_below) / (2 * h)
            claimed = float(grads[number][position])
            size = max(1e-8, abs(claimed) + abs(measured))
            error = abs(claimed - measured) / size
            if error != error:
                # Not a number: something is broken, and no other entry can make up for it.
                return float("inf")
            if error > largest_error:
                largest_error = error
    return largest_error


def normalise_numbers(numbers, eps):
    """The numbers with mean 0 and variance about 1, and what they were multiplied by."""
    # Distances from the first number keep all their digits, however far from 0 the numbers are.
    distances = []
    for number in numbers:
        distances.append(number - numbers[0])
    mean_distance = sum(distances) / len(distances)
    variance = 0.0
    for distance in distances:
        variance += (distance - mean_distance) * (distance - mean_distance) / len(distances)
    factor = 1.0 / float(np.sqrt(variance + eps))
    normalised = []
    for distance in distances:
        normalised.append((distance - mean_distance) * factor)
    return normalised, factor


def normalise_backward(upstream, normalised, factor):
    """Gradient by the numbers that normalise_numbers was given."""
    count = len(upstream)
    mean_of_upstream = 0.0
    mean_of_products = 0.0
    for position in range(count):
        mean_of_upstream += upstream[position] / count
        mean_of_products += upstream[position] * normalised[position] / count
    gradients = []
    for position in range(count):
        gradient = upstream[position] - mean_of_upstream
        gradient -= normalised[position] * mean_of_products
        gradients.append(gradient * factor)
    return gradients


def batchnorm_forward(x, gamma, beta, eps):
    rows = to_lists(x)
    scales = to_lists(gamma)
    middles = to_lists(beta)
    out = np.zeros(np.shape(x))
    cache = {"gamma": scales, "normalised": [], "factors": []}
    for feature in range(len(scales)):
        numbers = []
        for row in rows:
            numbers.append(row[feature])
        normalised, factor = normalise_numbers(numbers, eps)
        cache["normalised"].append(normalised)
        cache["factors"].append(factor)
        for example in range(len(rows)):
            out[example, feature] = scales[feature] * normalised[example] + middles[feature]
    return out, cache


def batchnorm_backward(dout, cache):
    upstream = to_lists(dout)
    scales = cache["gamma"]
    dx = np.zeros(np.shape(dout))
    dgamma = np.zeros(len(scales))
    dbeta = np.zeros(len(scales))
    for feature in range(len(scales)):
        normalised = cache["normalised"][feature]
        dnormalised = []
        for example in range(len(upstream)):
            arriving = upstream[example][feature]
            dgamma[feature] += arriving * normalised[example]
            dbeta[feature] += arriving
            dnormalised.append(arriving * scales[feature])
        gradients = normalise_backward(dnormalised, normalised, cache["factors"][feature])
        for example in range(len(upstream)):
            dx[example, feature] = gradients[example]
    return dx, dgamma, dbeta


def layernorm_forward(x, gamma, beta, eps):
    rows = to_lists(x)
    scales = to_lists(gamma)
    middles = to_lists(beta)
    out = np.zeros(np.shape(x))
    cache = {"gamma": scales, "normalised": [], "factors": []}
    for example in range(len(rows)):
        normalised, factor = normalise_numbers(rows[example], eps)
        cache["normalised"].append(normalised)
        cache["factors"].append(factor)
        for feature in range(len(scales)):
            out[example, feature] = scales[feature] * normalised[feature] + middles[feature]
    return out, cache


def layernorm_backward(dout, cache):
    upstream = to_lists(dout)
    scales = cache["gamma"]
    dx = np.zeros(np.shape(dout))
    dgamma = np.zeros(len(scales))
    dbeta = np.zeros(len(scales))
    for example in range(len(upstream)):
        normalised = cache["normalised"][example]
        dnormalised = []
        for feature in range(len(scales)):
            arriving = upstream[example][feature]
            dgamma[feature] += arriving * normalised[feature]
            dbeta[feature] += arriving
            dnormalised.append(arriving * scales[feature])
        gradients = normalise_backward(dnormalised, normalised, cache["factors"][example])
        for feature in range(len(scales)):
            dx[example, feature] = gradients[feature]
    return dx, dgamma, dbeta


def batchnorm_eval_forward(x, gamma, beta, mean, var, eps):
    rows = to_lists(x)
    scales = to_lists(gamma)
    middles = to_lists(beta)
    means = to_lists(mean)
    variances = to_lists(var)
    factors = []
    for variance in variances:
        factors.append(1.0 / float(np.sqrt(variance + eps)))
    out = np.zeros(np.shape(x))
    all_normalised = []
    for example in range(len(rows)):
        normalised = []
        for feature in range(len(scales)):
            number = (rows[example][feature] - means[feature]) * factors[feature]
            normalised.append(number)
            out[example, feature] = scales[feature] * number + middles[feature]
        all_normalised.append(normalised)
    return out, {"gamma": scales, "factors": factors, "normalised": all_normalised}


def batchnorm_eval_backward(dout, cache):
    upstream = to_lists(dout)
    scales = cache["gamma"]
    dx = np.zeros(np.shape(dout))
    dgamma = np.zeros(len(scales))
    dbeta = np.zeros(len(scales))
    for example in range(len(upstream)):
        for feature in range(len(scales)):
            arriving = upstream[example][feature]
            dx[example, feature] = arriving * scales[feature] * cache["factors"][feature]
            dgamma[feature] += arriving * cache["normalised"][example][feature]
            dbeta[feature] += arriving
    return dx, dgamma, dbeta


class Dual:
    def __init__(self, value, slope=0.0):
        self.value = float(value)
        self.slope = float(slope)

    def __repr__(self):
        return f"Dual({self.value}, {self.slope})"

    def wrap(self, other):
        if isinstance(other, Dual):
            return other
        return Dual(other)

    def __add__(self, other):
        other = self.wrap(other)
        return Dual(self.value + other.value, self.slope + other.slope)

    def __sub__(self, other):
        other = self.wrap(other)
        return Dual(self.value - other.value, self.slope - other.slope)

    def __mul__(self, other):
        other = self.wrap(other)
        slope = self.slope * other.value + self.value * other.slope
        return Dual(self.value * other.value, slope)

    def __truediv__(self, other):
        other = self.wrap(other)
        quotient = self.value / other.value
        return Dual(quotient, (self.slope - quotient * other.slope) / other.value)

    def __radd__(self, other):
        return self.wrap(other) + self

    def __rsub__(self, other):
        return self.wrap(other) - self

    def __rmul__(self, other):
        return self.wrap(other) * self

    def __rtruediv__(self, other):
        return self.wrap(other) / self

    def __neg__(self):
        return Dual(-self.value, -self.slope)

    def __pow__(self, exponent):
        exponent = float(exponent)
        if exponent == 0.0:
            return Dual(1.0, 0.0)
        factor = exponent * self.value ** (exponent - 1.0)
        return Dual(self.value**exponent, factor * self.slope)

    def exp(self):
        result = float(np.exp(self.value))
        return Dual(result, result * self.slope)

    def tanh(self):
        result = float(np.tanh(self.value))
        return Dual(result, (1.0 - result * result) * self.slope)

    def relu(self):
        if self.value > 0:
            return Dual(self.value, self.slope)
        return Dual(0.0, 0.0)


def rmsnorm_forward(x, gamma, eps):
    rows = to_lists(x)
    scales = to_lists(gamma)
    out = np.zeros(np.shape(x))
    roots = []
    for example in range(len(rows)):
        total = 0.0
        for number in rows[example]:
            total += number * number
        root = (total / len(scales) + eps) ** 0.5
        roots.append(root)
        for feature in range(len(scales)):
            out[example, feature] = scales[feature] * rows[example][feature] / root
    return out, {"rows": rows, "scales": scales, "roots": roots}


def rmsnorm_backward(dout, cache):
    upstream = to_lists(dout)
    rows, scales, roots = cache["rows"], cache["scales"], cache["roots"]
    features = len(scales)
    dx = np.zeros(np.shape(dout))
    dgamma = np.zeros(features)
    for example in range(len(rows)):
        root = roots[example]
        droot = 0.0
        for feature in range(features):
            number = rows[example][feature]
            arriving = upstream[example][feature] * scales[feature]
            dgamma[feature] += upstream[example][feature] * number / root
            dx[example, feature] = arriving / root
            droot -= arriving * number / root / root
        for feature in range(features):
            dx[example, feature] += droot * rows[example][feature] / root / features
    return dx, dgamma


def catch_the_bugs(forward, backward, inputs):
    arrays = []
    for given in inputs:
        arrays.append(np.array(given, dtype=float))
    out, cache = forward(arrays[0], arrays[1], arrays[2])
    dout = np.random.normal(size=out.shape)
    gradients = backward(dout, cache)
    for number in range(3):
        array = arrays[number]
        largest = np.abs(gradients[number]).max()
        for place in np.ndindex(array.shape):
            old = array[place]
            array[place] = old + 1e-4
            above = (forward(arrays[0], arrays[1], arrays[2])[0] * dout).sum()
            array[place] = old - 1e-4
            below = (forward(arrays[0], arrays[1], arrays[2])[0] * dout).sum()
            array[place] = old
            measured = (above - below) / 2e-4
            if abs(measured - gradients[number][place]) > 1e-4 * largest:
                return np.True_
    return np.False_


def einsum_backward(dout, subscripts, a, b):
    left, out_letters = subscripts.replace(" ", "").split("->")
    a_letters, b_letters = left.split(",")
    a_array, b_array = np.array(a, dtype=float), np.array(b, dtype=float)
    upstream = np.array(dout, dtype=float)
    lengths = dict(zip(a_letters + b_letters, a_array.shape + b_array.shape))
    letters = list(lengths)
    da, db = np.zeros(a_array.shape), np.zeros(b_array.shape)
    for numbers in np.ndindex(*(lengths[letter] for letter in letters)):
        at = dict(zip(letters, numbers))
        place_a = tuple(at[letter] for letter in a_letters)
        place_b = tuple(at[letter] for letter in b_letters)
        arriving = upstream[tuple(at[letter] for letter in out_letters)]
        da[place_a] += arriving * b_array[place_b]
        db[place_b] += arriving * a_array[place_a]
    return da, db
