"""Explicit loops over everything, plain lists and dictionaries as caches; only the digits use matrix products."""

import numpy as np


def to_lists(array):
    return np.array(array, dtype=float).tolist()


def topological_order(root):
    finished_nodes = []
    seen = {id(root): True}
    # Each entry of the stack is a node and the number of its parents that were looked at.
    stack = [[root, 0]]
    while len(stack) > 0:
        node, number_of_looks = stack[-1]
        if number_of_looks < len(node.parents):
            stack[-1][1] = number_of_looks + 1
            parent = node.parents[number_of_looks]
            if id(parent) not in seen:
                seen[id(parent)] = True
                stack.append([parent, 0])
        else:
            finished_nodes.append(node)
            stack.pop()
    return finished_nodes


class Value:
    def __init__(self, data, parents=(), operation="", cache=None):
        self.data = float(data)
        self.grad = 0.0
        self.parents = tuple(parents)
        self.operation = operation
        self.cache = {} if cache is None else cache

    def __repr__(self):
        return f"Value({self.data})"

    def wrap(self, other):
        if isinstance(other, Value):
            return other
        return Value(other)

    def __add__(self, other):
        other = self.wrap(other)
        return Value(self.data + other.data, [self, other], "add")

    def __mul__(self, other):
        other = self.wrap(other)
        cache = {"left": self.data, "right": other.data}
        return Value(self.data * other.data, [self, other], "multiply", cache)

    def __sub__(self, other):
        other = self.wrap(other)
        return Value(self.data - other.data, [self, other], "subtract")

    def __truediv__(self, other):
        other = self.wrap(other)
        quotient = self.data / other.data
        cache = {"quotient": quotient, "right": other.data}
        return Value(quotient, [self, other], "divide", cache)

    def __pow__(self, exponent):
        exponent = float(exponent)
        cache = {"base": self.data, "exponent": exponent}
        return Value(self.data**exponent, [self], "power", cache)

    def __neg__(self):
        return Value(-self.data, [self], "negate")

    def __radd__(self, other):
        return self.wrap(other) + self

    def __rmul__(self, other):
        return self.wrap(other) * self

    def __rsub__(self, other):
        return self.wrap(other) - self

    def __rtruediv__(self, other):
        return self.wrap(other) / self

    def exp(self):
        result = float(np.exp(self.data))
        return Value(result, [self], "exp", {"result": result})

    def tanh(self):
        result = float(np.tanh(self.data))
        return Value(result, [self], "tanh", {"result": result})

    def relu(self):
        if self.data > 0:
            return Value(self.data, [self], "relu", {"was_on": True})
        return Value(0.0, [self], "relu", {"was_on": False})

    def local_slopes(self):
        cache = self.cache
        if self.operation == "add":
            return [1.0, 1.0]
        if self.operation == "subtract":
            return [1.0, -1.0]
        if self.operation == "multiply":
            return [cache["right"], cache["left"]]
        if self.operation == "divide":
            return [1.0 / cache["right"], -cache["quotient"] / cache["right"]]
        if self.operation == "power":
            if cache["exponent"] == 0.0:
                return [0.0]
            return [cache["exponent"] * cache["base"] ** (cache["exponent"] - 1.0)]
        if self.operation == "negate":
            return [-1.0]
        if self.operation == "exp":
            return [cache["result"]]
        if self.operation == "tanh":
            return [1.0 - cache["result"] * cache["result"]]
        if self.operation == "relu":
            return [1.0 if cache["was_on"] else 0.0]
        return []

    def backward(self):
        nodes = topological_order(self)
        # The gradients of this call only; what older calls left in .grad must not be sent again.
        gradients_of_this_call = {}
        for node in nodes:
            gradients_of_this_call[id(node)] = 0.0
        gradients_of_this_call[id(self)] = 1.0
        for position in range(len(nodes) - 1, -1, -1):
            node = nodes[position]
            arriving = gradients_of_this_call[id(node)]
            node.grad += arriving
            slopes = node.local_slopes()
            for parent_number in range(len(node.parents)):
                parent = node.parents[parent_number]
                gradients_of_this_call[id(parent)] += arriving * slopes[parent_number]


def initialise(widths, rng, scheme):
    params = []
    for layer_number in range(len(widths) - 1):
        fan_in = int(widths[layer_number])
        fan_out = int(widths[layer_number + 1])
        if scheme == "he":
            spread = float(np.sqrt(2.0 / fan_in))
        elif scheme == "xavier":
            spread = float(np.sqrt(2.0 / (fan_in + fan_out)))
        else:
            raise ValueError(f"unknown scheme {scheme}")
        rows = []
        for _ in range(fan_in):
            row = []
            for _ in range(fan_out):
                row.append(rng.normal(0.0, spread))
            rows.append(row)
        biases = [0.0] * fan_out
        params.append((np.array(rows, dtype=float), np.array(biases, dtype=float)))
    return params


def momentum_step(w, dw, state, lr, mu):
    old_weights = np.array(w, dtype=float)
    gradients = np.array(dw, dtype=float)
    new_weights = np.zeros(old_weights.shape)
    new_velocities = np.zeros(old_weights.shape)
    for position in np.ndindex(old_weights.shape):
        velocity = 0.0
        if "velocities" in state:
            velocity = state["velocities"][position]
        velocity = mu * velocity - lr * gradients[position]
        new_velocities[position] = velocity
        new_weights[position] = old_weights[position] + velocity
    return new_weights, {"velocities": new_velocities}


def adam_step(w, dw, state, lr, beta1, beta2, eps):
    old_weights = np.array(w, dtype=float)
    gradients = np.array(dw, dtype=float)
    step_number = 1
    if "step_number" in state:
        step_number = state["step_number"] + 1
    new_weights = np.zeros(old_weights.shape)
    new_means = np.zeros(old_weights.shape)
    new_squares = np.zeros(old_weights.shape)
    for position in np.ndindex(old_weights.shape):
        mean = 0.0
        square = 0.0
        if "means" in state:
            mean = state["means"][position]
            square = state["squares"][position]
        gradient = gradients[position]
        mean = beta1 * mean + (1.0 - beta1) * gradient
        square = beta2 * square + (1.0 - beta2) * gradient * gradient
        corrected_mean = mean / (1.0 - beta1**step_number)
        corrected_square = square / (1.0 - beta2**step_number)
        step = lr * corrected_mean / (np.sqrt(corrected_square) + eps)
        new_means[position] = mean
        new_squares[position] = square
        new_weights[position] = old_weights[position] - step
    new_state = {"means": new_means, "squares": new_squares, "step_number": step_number}
    return new_weights, new_state


def rmsprop_step(w, dw, state, lr, decay, eps):
    old_weights = np.array(w, dtype=float)
    gradients = np.array(dw, dtype=float)
    new_weights = np.zeros(old_weights.shape)
    new_squares = np.zeros(old_weights.shape)
    for position in np.ndindex(old_weights.shape):
        square = 0.0
        if "squares" in state:
            square = state["squares"][position]
        gradient = gradients[position]
        square = decay * square + (1.0 - decay) * gradient * gradient
        new_squares[position] = square
        new_weights[position] = old_weights[position] - lr * gradient / (np.sqrt(square) + eps)
    return new_weights, {"squares": new_squares}


def dropout_forward(x, p_keep, rng):
    x_array = np.array(x, dtype=float)
    out = []
    factors = []
    for number in x_array.flatten().tolist():
        if rng.random() < p_keep:
            factor = 1.0 / p_keep
        else:
            factor = 0.0
        factors.append(factor)
        out.append(number * factor)
    return np.array(out, dtype=float).reshape(x_array.shape), {"factors": factors}


def dropout_backward(dout, cache):
    upstream = np.array(dout, dtype=float)
    dx = []
    for arriving, factor in zip(upstream.flatten().tolist(), cache["factors"]):
        dx.append(arriving * factor)
    return np.array(dx, dtype=float).reshape(upstream.shape)


def number_of_windows(length, window_length, stride):
    count = 0
    start = 0
    while start + window_length <= length:
        count += 1
        start += stride
    return count


def conv2d_forward(x, w, b, stride, pad):
    pictures = to_lists(x)
    filters = to_lists(w)
    biases = to_lists(b)
    number_of_pictures, number_of_channels, height, width = np.shape(x)
    number_of_filters, _, filter_height, filter_width = np.shape(w)
    rows = number_of_windows(height + 2 * pad, filter_height, stride)
    columns = number_of_windows(width + 2 * pad, filter_width, stride)
    out = np.zeros((number_of_pictures, number_of_filters, rows, columns))
    for n in range(number_of_pictures):
        for f in range(number_of_filters):
            for r in range(rows):
                for s in range(columns):
                    total = biases[f]
                    for c in range(number_of_channels):
                        for i in range(filter_height):
                            row = r * stride + i - pad
                            if row < 0 or row >= height:
                                continue
                            for j in range(filter_width):
                                column = s * stride + j - pad
                                if column < 0 or column >= width:
                                    continue
                                total += filters[f][c][i][j] * pictures[n][c][row][column]
                    out[n, f, r, s] = total
    cache = {}
    cache["pictures"] = pictures
    cache["shape_of_x"] = np.shape(x)
    cache["filters"] = filters
    cache["shape_of_w"] = np.shape(w)
    cache["stride"] = stride
    cache["pad"] = pad
    return out, cache


def conv2d_backward(dout, cache):
    upstream = to_lists(dout)
    number_of_pictures, _, rows, columns = np.shape(dout)
    pictures, filters = cache["pictures"], cache["filters"]
    stride, pad = cache["stride"], cache["pad"]
    _, number_of_channels, height, width = cache["shape_of_x"]
    number_of_filters, _, filter_height, filter_width = cache["shape_of_w"]
    dx = np.zeros(cache["shape_of_x"])
    dw = np.zeros(cache["shape_of_w"])
    db = np.zeros(number_of_filters)
    for n in range(number_of_pictures):
        for f in range(number_of_filters):
            for r in range(rows):
                for s in range(columns):
                    arriving = upstream[n][f][r][s]
                    db[f] += arriving
                    for c in range(number_of_channels):
                        for i in range(filter_height):
                            row = r * stride + i - pad
                            if row < 0 or row >= height:
                                continue
                            for j in range(filter_width):
                                column = s * stride + j - pad
                                if column < 0 or column >= width:
                                    continue
                                dx[n, c, row, column] += arriving * filters[f][c][i][j]
                                dw[f, c, i, j] += arriving * pictures[n][c][row][column]
    return dx, dw, db


def maxpool2d_forward(x, size, stride):
    pictures = to_lists(x)
    number_of_pictures, number_of_channels, height, width = np.shape(x)
    rows = number_of_windows(height, size, stride)
    columns = number_of_windows(width, size, stride)
    out = np.zeros((number_of_pictures, number_of_channels, rows, columns))
    winners = {}
    for n in range(number_of_pictures):
        for c in range(number_of_channels):
            for r in range(rows):
                for s in range(columns):
                    best_row = r * stride
                    best_column = s * stride
                    for row in range(r * stride, r * stride + size):
                        for column in range(s * stride, s * stride + size):
                            best = pictures[n][c][best_row][best_column]
                            if pictures[n][c][row][column] > best:
                                best_row = row
                                best_column = column
                    out[n, c, r, s] = pictures[n][c][best_row][best_column]
                    winners[(n, c, r, s)] = (best_row, best_column)
    return out, {"shape_of_x": np.shape(x), "winners": winners}


def maxpool2d_backward(dout, cache):
    upstream = np.array(dout, dtype=float)
    dx = np.zeros(cache["shape_of_x"])
    for window in cache["winners"]:
        n, c, r, s = window
        row, column = cache["winners"][window]
        dx[n, c, row, column] += upstream[n, c, r, s]
    return dx


def embedding_forward(ids, E):
    table = to_lists(E)
    numbers_of_words = np.array(ids).tolist()
    out = []
    for sentence in numbers_of_words:
        rows_of_sentence = []
        for word in sentence:
            rows_of_sentence.append(table[word])
        out.append(rows_of_sentence)
    return np.array(out, dtype=float), {"ids": numbers_of_words, "shape_of_E": np.shape(E)}


def embedding_backward(dout, cache):
    upstream = to_lists(dout)
    number_of_words, number_of_columns = cache["shape_of_E"]
    dE = np.zeros((number_of_words, number_of_columns))
    for sentence_number in range(len(cache["ids"])):
        sentence = cache["ids"][sentence_number]
        for position in range(len(sentence)):
            for column in range(number_of_columns):
                arriving = upstream[sentence_number][position][column]
                dE[sentence[position], column] += arriving
    return dE


def make_batches(x, y, size, rng):
    """Shuffle the examples and cut them into batches; the last batch may be smaller."""
    order = rng.permutation(len(x))
    batches = []
    start = 0
    while start < len(x):
        x_of_batch = []
        y_of_batch = []
        for example in order[start : start + size]:
            x_of_batch.append(x[example])
            y_of_batch.append(y[example])
        batches.append((np.array(x_of_batch), np.array(y_of_batch)))
        start += size
    return batches


def classifier_loss(params, x, y, reg):
    """Mean cross-entropy of a batch plus the penalty, for logits of any size."""
    W1, b1, W2, b2 = (
        to_lists(params[0]),
        to_lists(params[1]),
        to_lists(params[2]),
        to_lists(params[3]),
    )
    rows = to_lists(x)
    labels = []
    for label in y:
        labels.append(int(label))
    all_hidden = []
    all_probabilities = []
    total_loss = 0.0
    for example in range(len(rows)):
        hidden = []
        for unit in range(len(b1)):
            total = b1[unit]
            for position in range(len(W1)):
                total += rows[example][position] * W1[position][unit]
            hidden.append(float(np.tanh(total)))
        logits = []
        for class_number in range(len(b2)):
            total = b2[class_number]
            for unit in range(len(b1)):
                total += hidden[unit] * W2[unit][class_number]
            logits.append(total)
        largest = max(logits)
        exponentials = []
        for logit in logits:
            exponentials.append(float(np.exp(logit - largest)))
        sum_of_exponentials = sum(exponentials)
        probabilities = []
        for exponential in exponentials:
            probabilities.append(exponential / sum_of_exponentials)
        total_loss += float(np.log(sum_of_exponentials)) - (logits[labels[example]] - largest)
        all_hidden.append(hidden)
        all_probabilities.append(probabilities)
    loss = total_loss / len(rows)
    for matrix in (W1, W2):
        for row in matrix:
            for weight in row:
                loss += 0.5 * reg * weight * weight
    cache = {"x": rows, "hidden": all_hidden, "probabilities": all_probabilities, "y": labels}
    return loss, cache


def classifier_gradients(params, cache, reg):
    """Gradients of classifier_loss with respect to W1, b1, W2 and b2, in this order."""
    W1, b1, W2, b2 = (
        to_lists(params[0]),
        to_lists(params[1]),
        to_lists(params[2]),
        to_lists(params[3]),
    )
    rows, labels = cache["x"], cache["y"]
    dW1 = np.zeros((len(W1), len(b1))).tolist()
    db1 = [0.0] * len(b1)
    dW2 = np.zeros((len(b1), len(b2))).tolist()
    db2 = [0.0] * len(b2)
    for example in range(len(rows)):
        hidden = cache["hidden"][example]
        dlogits = []
        for class_number in range(len(b2)):
            slope = cache["probabilities"][example][class_number]
            if class_number == labels[example]:
                slope -= 1.0
            dlogits.append(slope / len(rows))
        for class_number in range(len(b2)):
            db2[class_number] += dlogits[class_number]
        for unit in range(len(b1)):
            dhidden = 0.0
            for class_number in range(len(b2)):
                dW2[unit][class_number] += hidden[unit] * dlogits[class_number]
                dhidden += dlogits[class_number] * W2[unit][class_number]
            dsum = dhidden * (1.0 - hidden[unit] * hidden[unit])
            db1[unit] += dsum
            for position in range(len(W1)):
                dW1[position][unit] += rows[example][position] * dsum
    for position in range(len(W1)):
        for unit in range(len(b1)):
            dW1[position][unit] += reg * W1[position][unit]
    for unit in range(len(b1)):
        for class_number in range(len(b2)):
            dW2[unit][class_number] += reg * W2[unit][class_number]
    return [np.array(dW1), np.array(db1), np.array(dW2), np.array(db2)]


def momentum_update(params, grads, velocities, lr, mu):
    """One step for all parameters: v = mu v - lr dw, then w + v. All arrays are new."""
    new_params = []
    new_velocities = []
    for number in range(len(params)):
        state = {"velocities": np.array(velocities[number], dtype=float)}
        new_param, new_state = momentum_step(params[number], grads[number], state, lr, mu)
        new_params.append(new_param)
        new_velocities.append(new_state["velocities"])
    return new_params, new_velocities


def hidden_and_probabilities(network, x):
    sums = x @ network["W1"] + network["b1"]
    hidden = np.maximum(sums, 0.0)
    logits = hidden @ network["W2"] + network["b2"]
    logits = logits - np.max(logits, axis=1, keepdims=True)
    exponentials = np.exp(logits)
    return hidden, exponentials / np.sum(exponentials, axis=1, keepdims=True)


def train_one_network(x, y, number_of_classes, rng):
    number_of_hidden = 100
    network = {}
    network["W1"] = rng.normal(0.0, np.sqrt(2.0 / x.shape[1]), (x.shape[1], number_of_hidden))
    network["b1"] = np.zeros(number_of_hidden)
    network["W2"] = rng.normal(
        0.0, np.sqrt(2.0 / number_of_hidden), (number_of_hidden, number_of_classes)
    )
    network["b2"] = np.zeros(number_of_classes)
    velocities = {}
    for name in network:
        velocities[name] = np.zeros(network[name].shape)
    number_of_epochs = 60
    for epoch in range(number_of_epochs):
        lr = 0.05 * (1.0 - epoch / number_of_epochs)
        order = rng.permutation(len(x))
        for start in range(0, len(x), 32):
            chosen = order[start : start + 32]
            x_batch = x[chosen] + rng.normal(0.0, 0.05, (len(chosen), x.shape[1]))
            hidden, probabilities = hidden_and_probabilities(network, x_batch)
            dlogits = probabilities.copy()
            for example in range(len(chosen)):
                dlogits[example, y[chosen[example]]] -= 1.0
            dlogits = dlogits / len(chosen)
            dsums = (dlogits @ network["W2"].T) * (hidden > 0)
            grads = {}
            grads["W1"] = x_batch.T @ dsums + 1e-4 * network["W1"]
            grads["b1"] = np.sum(dsums, axis=0)
            grads["W2"] = hidden.T @ dlogits + 1e-4 * network["W2"]
            grads["b2"] = np.sum(dlogits, axis=0)
            for name in network:
                velocities[name] = 0.9 * velocities[name] - lr * grads[name]
                network[name] = network[name] + velocities[name]
    return network


def train_digits(x_train, y_train, x_test, seed):
    rng = np.random.default_rng(seed)
    x = np.array(x_train, dtype=float)
    new_pictures = np.array(x_test, dtype=float)
    names_of_classes = sorted(set(np.array(y_train).tolist()))
    y = []
    for name in np.array(y_train).tolist():
        y.append(names_of_classes.index(name))
    sum_of_probabilities = np.zeros((len(new_pictures), len(names_of_classes)))
    for _ in range(3):
        network = train_one_network(x, y, len(names_of_classes), rng)
        _, probabilities = hidden_and_probabilities(network, new_pictures)
        sum_of_probabilities += probabilities
    answers = []
    for row in sum_of_probabilities.tolist():
        best_class = 0
        for class_number in range(len(row)):
            if row[class_number] > row[best_class]:
                best_class = class_number
        answers.append(int(names_of_classes[best_class]))
    return np.array(answers, dtype=int)


def adamw_step(w, dw, state, lr, beta1, beta2, eps, decay):
    smaller_weights = np.array(w, dtype=float)
    for position in np.ndindex(smaller_weights.shape):
        smaller_weights[position] = smaller_weights[position] - lr * decay * smaller_weights[position]
    return adam_step(smaller_weights, dw, state, lr, beta1, beta2, eps)


def accumulate_gradients(loss_and_grads, params, batches):
    examples = 0
    loss_sum = 0.0
    gradient_sums = []
    for x, y in batches:
        in_batch = 0
        for _ in x:
            in_batch += 1
        loss, gradients = loss_and_grads(params, x, y)
        loss_sum = loss_sum + in_batch * loss
        for number in range(len(params)):
            if examples == 0:
                gradient_sums.append(in_batch * gradients[number])
            else:
                gradient_sums[number] = gradient_sums[number] + in_batch * gradients[number]
        examples += in_batch
    means = []
    for gradient_sum in gradient_sums:
        means.append(gradient_sum / examples)
    return loss_sum / examples, means


def catch_wrong_steps(step, loss, params, x, y):
    old = []
    for param in params:
        old.append(np.array(param, dtype=float))
    new, reported = step(params, x, y, 0.5)
    for number in range(len(old)):
        if not np.array_equal(old[number], params[number]):
            return True
    loss_before = loss(old, x, y)
    if abs(reported - loss_before) > 1e-6 * abs(loss_before):
        return True
    for number in range(len(old)):
        gradient = np.zeros(old[number].shape)
        for place in np.ndindex(old[number].shape):
            kept = old[number][place]
            old[number][place] = kept + 1e-5
            above = loss(old, x, y)
            old[number][place] = kept - 1e-5
            below = loss(old, x, y)
            old[number][place] = kept
            gradient[place] = (above - below) / 2e-5
        largest = np.abs(gradient).max()
        for place in np.ndindex(gradient.shape):
            moved = (old[number][place] - new[number][place]) / 0.5
            if not abs(moved - gradient[place]) <= 1e-4 * largest:
                return True
    return False
