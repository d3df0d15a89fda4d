"""Explicit loops over examples, units and steps; plain lists, dictionaries as caches, arrays at the end."""

import numpy as np


def to_lists(array):
    return np.array(array, dtype=float).tolist()


def zeros_list(number_of_rows, number_of_columns):
    rows = []
    for _ in range(number_of_rows):
        rows.append([0.0] * number_of_columns)
    return rows


def multiply(left, right, inner, columns):
    """left (rows, inner) times right (inner, columns), as lists of lists."""
    product = []
    for left_row in left:
        product_row = []
        for column in range(columns):
            total = 0.0
            for middle in range(inner):
                total += left_row[middle] * right[middle][column]
            product_row.append(total)
        product.append(product_row)
    return product


def turn(matrix, columns):
    """The transposed matrix, as a list of lists."""
    turned = []
    for column in range(columns):
        new_row = []
        for row in matrix:
            new_row.append(row[column])
        turned.append(new_row)
    return turned


def sigmoid_of_one_number(number):
    if number >= 0:
        return 1.0 / (1.0 + float(np.exp(-number)))
    exponential = float(np.exp(number))
    return exponential / (1.0 + exponential)


def tanh_of_one_number(number):
    return float(np.tanh(number))


def norm_of_numbers(numbers):
    # The largest is taken out first, so that squares neither overflow nor vanish.
    largest = 0.0
    for number in numbers:
        if abs(number) > largest:
            largest = abs(number)
    if largest == 0.0:
        return 0.0
    total = 0.0
    for number in numbers:
        total += (number / largest) * (number / largest)
    return largest * float(np.sqrt(total))


def gradient_norms(weights, activation, x, dout):
    signal = to_lists(x)
    caches = []
    for W in weights:
        matrix = to_lists(W)
        number_of_inputs = len(matrix)
        number_of_units = len(matrix[0])
        sums = multiply(signal, matrix, number_of_inputs, number_of_units)
        outputs = []
        slopes = []
        for row in sums:
            output_row = []
            slope_row = []
            for number in row:
                if activation == "tanh":
                    output = tanh_of_one_number(number)
                    slope = 1.0 - output * output
                elif activation == "relu":
                    output = number if number > 0 else 0.0
                    slope = 1.0 if number > 0 else 0.0
                elif activation == "sigmoid":
                    output = sigmoid_of_one_number(number)
                    slope = output * (1.0 - output)
                else:
                    raise ValueError(f"unknown activation {activation}")
                output_row.append(output)
                slope_row.append(slope)
            outputs.append(output_row)
            slopes.append(slope_row)
        caches.append({"input": signal, "W": matrix, "slopes": slopes})
        signal = outputs
    upstream = to_lists(dout)
    norms = [0.0] * len(weights)
    for layer_number in range(len(weights) - 1, -1, -1):
        cache = caches[layer_number]
        number_of_inputs = len(cache["W"])
        number_of_units = len(cache["W"][0])
        dsums = []
        for example in range(len(upstream)):
            dsum_row = []
            for unit in range(number_of_units):
                dsum_row.append(upstream[example][unit] * cache["slopes"][example][unit])
            dsums.append(dsum_row)
        turned_input = turn(cache["input"], number_of_inputs)
        dW = multiply(turned_input, dsums, len(dsums), number_of_units)
        all_entries = []
        for row in dW:
            for entry in row:
                all_entries.append(entry)
        norms[layer_number] = norm_of_numbers(all_entries)
        turned_weights = turn(cache["W"], number_of_units)
        upstream = multiply(dsums, turned_weights, number_of_units, number_of_inputs)
    return np.array(norms, dtype=float)


def clip_by_global_norm(grads, max_norm):
    all_entries = []
    for grad in grads:
        for entry in np.array(grad, dtype=float).flatten().tolist():
            all_entries.append(entry)
    norm = norm_of_numbers(all_entries)
    clipped = []
    for grad in grads:
        grad_array = np.array(grad, dtype=float)
        new_entries = []
        for entry in grad_array.flatten().tolist():
            if norm > max_norm:
                new_entries.append(entry * (max_norm / norm))
            else:
                new_entries.append(entry)
        clipped.append(np.array(new_entries, dtype=float).reshape(grad_array.shape))
    return clipped, norm


def residual_forward(x, W1, W2):
    rows = to_lists(x)
    first = to_lists(W1)
    second = to_lists(W2)
    number_of_inputs = len(first)
    number_of_hidden = len(second)
    hidden = multiply(rows, first, number_of_inputs, number_of_hidden)
    for hidden_row in hidden:
        for unit in range(number_of_hidden):
            if hidden_row[unit] <= 0:
                hidden_row[unit] = 0.0
    correction = multiply(hidden, second, number_of_hidden, number_of_inputs)
    out = []
    for example in range(len(rows)):
        out_row = []
        for position in range(number_of_inputs):
            out_row.append(rows[example][position] + correction[example][position])
        out.append(out_row)
    cache = {"x": rows, "W1": first, "W2": second, "hidden": hidden}
    return np.array(out, dtype=float), cache


def residual_backward(dout, cache):
    upstream = to_lists(dout)
    rows, first, second, hidden = cache["x"], cache["W1"], cache["W2"], cache["hidden"]
    number_of_inputs = len(first)
    number_of_hidden = len(second)
    dx = zeros_list(len(rows), number_of_inputs)
    dW1 = zeros_list(number_of_inputs, number_of_hidden)
    dW2 = zeros_list(number_of_hidden, number_of_inputs)
    for example in range(len(rows)):
        for position in range(number_of_inputs):
            dx[example][position] += upstream[example][position]
        for unit in range(number_of_hidden):
            dhidden = 0.0
            for position in range(number_of_inputs):
                dhidden += upstream[example][position] * second[unit][position]
                dW2[unit][position] += hidden[example][unit] * upstream[example][position]
            if hidden[example][unit] > 0:
                for position in range(number_of_inputs):
                    dx[example][position] += dhidden * first[position][unit]
                    dW1[position][unit] += dhidden * rows[example][position]
    return np.array(dx), np.array(dW1), np.array(dW2)


def linear_forward(x, W, b):
    rows = to_lists(x)
    weights = to_lists(W)
    biases = to_lists(b)
    out = multiply(rows, weights, len(weights), len(biases))
    for out_row in out:
        for neuron in range(len(biases)):
            out_row[neuron] += biases[neuron]
    return np.array(out, dtype=float), {"x": rows, "W": weights}


def linear_backward_input(dout, cache):
    upstream = to_lists(dout)
    weights = cache["W"]
    dx = []
    for upstream_row in upstream:
        dx_row = []
        for weights_of_input in weights:
            total = 0.0
            for neuron in range(len(weights_of_input)):
                total += upstream_row[neuron] * weights_of_input[neuron]
            dx_row.append(total)
        dx.append(dx_row)
    return np.array(dx, dtype=float)


def linear_backward_weight(dout, cache):
    upstream = to_lists(dout)
    rows = cache["x"]
    number_of_inputs = len(cache["W"])
    number_of_neurons = len(cache["W"][0])
    dW = zeros_list(number_of_inputs, number_of_neurons)
    db = [0.0] * number_of_neurons
    for example in range(len(rows)):
        for neuron in range(number_of_neurons):
            db[neuron] += upstream[example][neuron]
            for position in range(number_of_inputs):
                dW[position][neuron] += rows[example][position] * upstream[example][neuron]
    return np.array(dW, dtype=float), np.array(db, dtype=float)


def checkpointed_gradient(layers, x, dout, every):
    number_of_layers = len(layers)
    kept_inputs = {}
    activation = np.array(x, dtype=float)
    for layer_number in range(number_of_layers):
        if layer_number % every == 0:
            kept_inputs[layer_number] = activation
        activation = layers[layer_number].forward(activation)
    # Nobody needs the output of the last layer any more.
    activation = None
    grads = [None] * number_of_layers
    upstream = np.array(dout, dtype=float)
    for segment_start in sorted(kept_inputs, reverse=True):
        segment_end = min(segment_start + every, number_of_layers)
        inputs_of_segment = [kept_inputs.pop(segment_start)]
        for layer_number in range(segment_start, segment_end - 1):
            inputs_of_segment.append(layers[layer_number].forward(inputs_of_segment[-1]))
        for layer_number in range(segment_end - 1, segment_start - 1, -1):
            input_of_layer = inputs_of_segment[layer_number - segment_start]
            upstream, grads[layer_number] = layers[layer_number].backward(upstream, input_of_layer)
        input_of_layer = None
        inputs_of_segment = None
    return upstream, grads


def rnn_forward(x, h0, Wx, Wh, b):
    sequences = to_lists(x)
    start_states = to_lists(h0)
    input_weights = to_lists(Wx)
    state_weights = to_lists(Wh)
    biases = to_lists(b)
    number_of_units = len(biases)
    all_states = []
    for example in range(len(sequences)):
        states_of_example = []
        old_state = start_states[example]
        for step_input in sequences[example]:
            new_state = []
            for unit in range(number_of_units):
                total = biases[unit]
                for position in range(len(step_input)):
                    total += step_input[position] * input_weights[position][unit]
                for old_unit in range(number_of_units):
                    total += old_state[old_unit] * state_weights[old_unit][unit]
                new_state.append(tanh_of_one_number(total))
            states_of_example.append(new_state)
            old_state = new_state
        all_states.append(states_of_example)
    cache = {}
    cache["x"] = sequences
    cache["h0"] = start_states
    cache["Wx"] = input_weights
    cache["Wh"] = state_weights
    cache["h"] = all_states
    number_of_steps = np.shape(x)[1]
    h = np.array(all_states, dtype=float).reshape(len(sequences), number_of_steps, number_of_units)
    return h, cache


def rnn_backward(dh, cache):
    upstream = to_lists(dh)
    sequences, states = cache["x"], cache["h"]
    input_weights, state_weights = cache["Wx"], cache["Wh"]
    number_of_inputs = len(input_weights)
    number_of_units = len(state_weights)
    dx = []
    dh0 = []
    dWx = zeros_list(number_of_inputs, number_of_units)
    dWh = zeros_list(number_of_units, number_of_units)
    db = [0.0] * number_of_units
    for example in range(len(sequences)):
        number_of_steps = len(sequences[example])
        dx_of_example = zeros_list(number_of_steps, number_of_inputs)
        from_later = [0.0] * number_of_units
        for step in range(number_of_steps - 1, -1, -1):
            if step == 0:
                old_state = cache["h0"][example]
            else:
                old_state = states[example][step - 1]
            to_earlier = [0.0] * number_of_units
            for unit in range(number_of_units):
                state = states[example][step][unit]
                dstate = upstream[example][step][unit] + from_later[unit]
                dsum = dstate * (1.0 - state * state)
                db[unit] += dsum
                for position in range(number_of_inputs):
                    dWx[position][unit] += sequences[example][step][position] * dsum
                    dx_of_example[step][position] += input_weights[position][unit] * dsum
                for old_unit in range(number_of_units):
                    dWh[old_unit][unit] += old_state[old_unit] * dsum
                    to_earlier[old_unit] += state_weights[old_unit][unit] * dsum
            from_later = to_earlier
        dx.append(dx_of_example)
        dh0.append(from_later)
    return np.array(dx), np.array(dh0), np.array(dWx), np.array(dWh), np.array(db)


def attention_forward(Q, K, V):
    queries = to_lists(Q)
    keys = to_lists(K)
    values = to_lists(V)
    root = float(np.sqrt(len(keys[0])))
    all_weights = []
    out = []
    for query in queries:
        scores = []
        for key in keys:
            score = 0.0
            for position in range(len(key)):
                score += query[position] * key[position]
            scores.append(score / root)
        largest = max(scores)
        exponentials = []
        for score in scores:
            exponentials.append(float(np.exp(score - largest)))
        total = sum(exponentials)
        weights = []
        for exponential in exponentials:
            weights.append(exponential / total)
        out_row = [0.0] * len(values[0])
        for key_number in range(len(keys)):
            for column in range(len(values[0])):
                out_row[column] += weights[key_number] * values[key_number][column]
        all_weights.append(weights)
        out.append(out_row)
    cache = {"Q": queries, "K": keys, "V": values, "weights": all_weights}
    return np.array(out, dtype=float), cache


def attention_backward(dout, cache):
    upstream = to_lists(dout)
    queries, keys, values = cache["Q"], cache["K"], cache["V"]
    root = float(np.sqrt(len(keys[0])))
    dQ = zeros_list(len(queries), len(keys[0]))
    dK = zeros_list(len(keys), len(keys[0]))
    dV = zeros_list(len(values), len(values[0]))
    for query_number in range(len(queries)):
        weights = cache["weights"][query_number]
        dweights = []
        for key_number in range(len(keys)):
            total = 0.0
            for column in range(len(values[0])):
                arriving = upstream[query_number][column]
                total += arriving * values[key_number][column]
                dV[key_number][column] += arriving * weights[key_number]
            dweights.append(total)
        for key_number in range(len(keys)):
            # Each weight reacts to each score of its row.
            dscore = 0.0
            for other in range(len(keys)):
                if other == key_number:
                    slope = weights[other] * (1.0 - weights[other])
                else:
                    slope = -weights[other] * weights[key_number]
                dscore += dweights[other] * slope
            for position in range(len(keys[0])):
                dQ[query_number][position] += dscore * keys[key_number][position] / root
                dK[key_number][position] += dscore * queries[query_number][position] / root
    return np.array(dQ), np.array(dK), np.array(dV)


def lstm_step_forward(x, h, c, Wx, Wh, b):
    rows = to_lists(x)
    old_states = to_lists(h)
    old_cells = to_lists(c)
    input_weights = to_lists(Wx)
    state_weights = to_lists(Wh)
    biases = to_lists(b)
    number_of_units = len(biases) // 4
    new_states = []
    new_cells = []
    gates_of_examples = []
    for example in range(len(rows)):
        sums = []
        for column in range(4 * number_of_units):
            total = biases[column]
            for position in range(len(rows[example])):
                total += rows[example][position] * input_weights[position][column]
            for unit in range(number_of_units):
                total += old_states[example][unit] * state_weights[unit][column]
            sums.append(total)
        gates = {"i": [], "f": [], "o": [], "g": [], "tanh_of_cell": []}
        new_state = []
        new_cell = []
        for unit in range(number_of_units):
            i = sigmoid_of_one_number(sums[unit])
            f = sigmoid_of_one_number(sums[number_of_units + unit])
            o = sigmoid_of_one_number(sums[2 * number_of_units + unit])
            g = tanh_of_one_number(sums[3 * number_of_units + unit])
            cell = f * old_cells[example][unit] + i * g
            tanh_of_cell = tanh_of_one_number(cell)
            gates["i"].append(i)
            gates["f"].append(f)
            gates["o"].append(o)
            gates["g"].append(g)
            gates["tanh_of_cell"].append(tanh_of_cell)
            new_cell.append(cell)
            new_state.append(o * tanh_of_cell)
        gates_of_examples.append(gates)
        new_states.append(new_state)
        new_cells.append(new_cell)
    cache = {}
    cache["x"] = rows
    cache["h"] = old_states
    cache["c"] = old_cells
    cache["Wx"] = input_weights
    cache["Wh"] = state_weights
    cache["gates"] = gates_of_examples
    return np.array(new_states, dtype=float), np.array(new_cells, dtype=float), cache


def lstm_step_backward(dh, dc, cache):
    upstream_state = to_lists(dh)
    upstream_cell = to_lists(dc)
    rows, old_states, old_cells = cache["x"], cache["h"], cache["c"]
    input_weights, state_weights = cache["Wx"], cache["Wh"]
    number_of_inputs = len(input_weights)
    number_of_units = len(state_weights)
    dx = zeros_list(len(rows), number_of_inputs)
    dh_old = zeros_list(len(rows), number_of_units)
    dc_old = zeros_list(len(rows), number_of_units)
    dWx = zeros_list(number_of_inputs, 4 * number_of_units)
    dWh = zeros_list(number_of_units, 4 * number_of_units)
    db = [0.0] * (4 * number_of_units)
    for example in range(len(rows)):
        gates = cache["gates"][example]
        dsums = [0.0] * (4 * number_of_units)
        for unit in range(number_of_units):
            i, f = gates["i"][unit], gates["f"][unit]
            o, g = gates["o"][unit], gates["g"][unit]
            tanh_of_cell = gates["tanh_of_cell"][unit]
            dstate = upstream_state[example][unit]
            dcell = upstream_cell[example][unit]
            dcell += dstate * o * (1.0 - tanh_of_cell * tanh_of_cell)
            dsums[unit] = dcell * g * i * (1.0 - i)
            dsums[number_of_units + unit] = dcell * old_cells[example][unit] * f * (1.0 - f)
            dsums[2 * number_of_units + unit] = dstate * tanh_of_cell * o * (1.0 - o)
            dsums[3 * number_of_units + unit] = dcell * i * (1.0 - g * g)
            dc_old[example][unit] = dcell * f
        for column in range(4 * number_of_units):
            db[column] += dsums[column]
            for position in range(number_of_inputs):
                dx[example][position] += dsums[column] * input_weights[position][column]
                dWx[position][column] += dsums[column] * rows[example][position]
            for unit in range(number_of_units):
                dh_old[example][unit] += dsums[column] * state_weights[unit][column]
                dWh[unit][column] += dsums[column] * old_states[example][unit]
    return (
        np.array(dx),
        np.array(dh_old),
        np.array(dc_old),
        np.array(dWx),
        np.array(dWh),
        np.array(db),
    )


def feedback_alignment_grads(W1, W2, B, x, y):
    first = to_lists(W1)
    second = to_lists(W2)
    feedback = to_lists(B)
    rows = to_lists(x)
    targets = to_lists(y)
    number_of_examples = len(rows)
    number_of_inputs = len(first)
    number_of_hidden = len(second)
    number_of_outputs = len(feedback)
    dW1 = zeros_list(number_of_inputs, number_of_hidden)
    dW2 = zeros_list(number_of_hidden, number_of_outputs)
    for example in range(number_of_examples):
        hidden = []
        for unit in range(number_of_hidden):
            total = 0.0
            for position in range(number_of_inputs):
                total += rows[example][position] * first[position][unit]
            hidden.append(tanh_of_one_number(total))
        errors = []
        for output in range(number_of_outputs):
            total = 0.0
            for unit in range(number_of_hidden):
                total += hidden[unit] * second[unit][output]
            errors.append((total - targets[example][output]) / number_of_examples)
        for unit in range(number_of_hidden):
            hidden_error = 0.0
            for output in range(number_of_outputs):
                dW2[unit][output] += hidden[unit] * errors[output]
                hidden_error += errors[output] * feedback[output][unit]
            hidden_error *= 1.0 - hidden[unit] * hidden[unit]
            for position in range(number_of_inputs):
                dW1[position][unit] += rows[example][position] * hidden_error
    return np.array(dW1), np.array(dW2)


def softplus_of_one_number(number):
    if number > 0:
        return number + float(np.log1p(np.exp(-number)))
    return float(np.log1p(np.exp(number)))


def forward_forward_loss(W, b, x_pos, x_neg, theta):
    weights = to_lists(W)
    biases = to_lists(b)
    threshold = float(theta)
    loss = 0.0
    dW = zeros_list(len(weights), len(biases))
    db = [0.0] * len(biases)
    for kind in ("real", "false"):
        if kind == "real":
            rows = to_lists(x_pos)
        else:
            rows = to_lists(x_neg)
        for row in rows:
            hidden = []
            goodness = 0.0
            for unit in range(len(biases)):
                total = biases[unit]
                for position in range(len(row)):
                    total += row[position] * weights[position][unit]
                if total < 0:
                    total = 0.0
                hidden.append(total)
                goodness += total * total
            if kind == "real":
                loss += softplus_of_one_number(threshold - goodness) / len(rows)
                dgoodness = -sigmoid_of_one_number(threshold - goodness) / len(rows)
            else:
                loss += softplus_of_one_number(goodness - threshold) / len(rows)
                dgoodness = sigmoid_of_one_number(goodness - threshold) / len(rows)
            for unit in range(len(biases)):
                dsum = dgoodness * 2.0 * hidden[unit]
                db[unit] += dsum
                for position in range(len(row)):
                    dW[position][unit] += row[position] * dsum
    return loss, np.array(dW), np.array(db)


def hessian_vector_product(grad, x, v, h=1e-5):
    point = np.array(x, dtype=float)
    direction = np.array(v, dtype=float)
    point_above = np.zeros(point.shape)
    point_below = np.zeros(point.shape)
    for position in np.ndindex(point.shape):
        point_above[position] = point[position] + h * direction[position]
        point_below[position] = point[position] - h * direction[position]
    gradient_above = np.array(grad(point_above), dtype=float)
    gradient_below = np.array(grad(point_below), dtype=float)
    product = np.zeros(point.shape)
    for position in np.ndindex(point.shape):
        product[position] = (gradient_above[position] - gradient_below[position]) / (2 * h)
    return product
