"""Wrong answers to 01-neuron, written without sight of the bank."""

# The students of the later questions have a sigmoid and gates that are right.
good_sigmoid = sigmoid
good_gates = gate_weights

# ---------------------------------------------------------------- sigmoid


@wrong("sigmoid", "np.where computes both formulas everywhere and overflows")
def sigmoid(z):
    z = np.asarray(z, dtype=float)
    positive = 1 / (1 + np.exp(-z))
    negative = np.exp(z) / (1 + np.exp(z))
    return np.where(z >= 0, positive, negative)


@wrong("sigmoid", "if on a whole array")
def sigmoid(z):
    if z >= 0:
        return 1.0 / (1.0 + np.exp(-z))
    else:
        e = np.exp(z)
        return e / (1.0 + e)


@wrong("sigmoid", "the result is stored in an array of z's type")
def sigmoid(z):
    z = np.asarray(z)
    out = np.zeros_like(z)
    pos = z >= 0
    neg = ~pos
    out[pos] = 1 / (1 + np.exp(-z[pos]))
    ez = np.exp(z[neg])
    out[neg] = ez / (1 + ez)
    return out


@wrong("sigmoid", "the tanh form without halving z")
def sigmoid(z):
    t = np.tanh(np.array(z, dtype=float))
    return (t + 1) / 2


@wrong("sigmoid", "z is cut to -10 ... 10 against the overflow")
def sigmoid(z):
    z = np.clip(z, -10, 10)
    return 1 / (1 + np.exp(-z))


@wrong("sigmoid", "cuts large values in the caller's array")
def sigmoid(z):
    if np.ndim(z) == 0:
        z = np.array(float(z))
    z[z > 500] = 500
    z[z < -500] = -500
    return 1 / (1 + np.exp(-z))


@wrong("sigmoid", "always flat: loops over the entries and forgets the shape")
def sigmoid(z):
    result = []
    for number in np.array(z, dtype=float).flatten():
        if number > 0:
            result.append(1 / (1 + np.exp(-number)))
        else:
            result.append(np.exp(number) / (np.exp(number) + 1))
    return np.array(result)


@wrong("sigmoid", "absolute value against the overflow and no way back for negative z")
def sigmoid(z):
    e = np.exp(-np.abs(z))
    return 1 / (1 + e)


@wrong("sigmoid", "rounded to three digits")
def sigmoid(z):
    z = np.asarray(z, dtype=float)
    e = np.exp(-np.abs(z))
    s = np.where(z >= 0, 1, e) / (1 + e)
    return np.round(s, 3)


# ---------------------------------------------------------------- neuron


@wrong("neuron", "answers with the sum, no sigmoid")
def neuron(x, w, b):
    total = 0
    for xi, wi in zip(x, w):
        total = total + xi * wi
    return total + b


@wrong("neuron", "the bias is added once for each input")
def neuron(x, w, b):
    s = np.sum(x * w + b)
    return good_sigmoid(s)


@wrong("neuron", "return inside the loop: only the first input counts")
def neuron(x, w, b):
    z = b
    for i in range(len(x)):
        z = z + x[i] * w[i]
        return good_sigmoid(z)


@wrong("neuron", "a sigmoid for each product, added up")
def neuron(x, w, b):
    return np.sum(good_sigmoid(x * w)) + b


@wrong("neuron", "the bias is a threshold that is taken off")
def neuron(x, w, b):
    activation = np.dot(w, x)
    return good_sigmoid(activation - b)


@wrong("neuron", "mean of the products in place of the sum")
def neuron(x, w, b):
    z = np.average(np.array(x) * np.array(w)) + b
    return good_sigmoid(z)


@wrong("neuron", "an array with one entry in place of a number")
def neuron(x, w, b):
    row = np.reshape(x, (1, -1))
    return good_sigmoid(np.dot(row, w) + b)


@wrong("neuron", "multiplies the weights by the inputs in place")
def neuron(x, w, b):
    try:
        w *= x
    except TypeError:
        w = w * x
    return good_sigmoid(w.sum() + b)


# ---------------------------------------------------------------- layer


@wrong("layer", "loops over as many neurons as there are inputs")
def layer(x, W, b):
    N, D = x.shape
    out = np.zeros((N, W.shape[1]))
    for n in range(N):
        for j in range(min(D, W.shape[1])):
            out[n, j] = good_sigmoid(np.sum(x[n] * W[:, j]) + b[j])
    return out


@wrong("layer", "one row of W for each neuron, made to fit by reshape")
def layer(x, W, b):
    H = b.shape[0]
    neurons = W.reshape(H, -1)
    return good_sigmoid(np.array([[np.dot(row, n) for n in neurons] for row in x]) + b)


@wrong("layer", "all biases are summed into one")
def layer(x, W, b):
    z = np.matmul(x, W)
    z = z + np.sum(b)
    return good_sigmoid(z)


@wrong("layer", "the bias is added behind the sigmoid")
def layer(x, W, b):
    return good_sigmoid(x @ W) + b


@wrong("layer", "neurons in the rows, examples in the columns")
def layer(x, W, b):
    z = W.T @ x.T + b[:, None]
    return good_sigmoid(z)


@wrong("layer", "bias as a column, one for each example")
def layer(x, W, b):
    b = np.resize(b, (x.shape[0], 1))
    return good_sigmoid(np.dot(x, W) + b)


@wrong("layer", "squeezed: a single neuron or a single example loses its axis")
def layer(x, W, b):
    return np.squeeze(good_sigmoid(x @ W + b))


@wrong("layer", "each example's sums include those of the example before")
def layer(x, W, b):
    H = W.shape[1]
    out = []
    z = np.zeros(H)
    for example in x:
        for j in range(H):
            for d in range(len(example)):
                z[j] += example[d] * W[d][j]
        out.append(good_sigmoid(z + b))
    return np.array(out)


# ---------------------------------------------------------------- gate_weights


@wrong("gate_weights", "NAND has AND's weights negated, and the bias not high enough")
def gate_weights():
    gates = {}
    gates["AND"] = (np.array([1, 1]), -1.5)
    gates["OR"] = (np.array([1, 1]), -0.5)
    gates["NAND"] = (np.array([-1, -1]), 1)
    return gates


@wrong("gate_weights", "boundaries exactly on the cases: AND at 2 and OR at 1")
def gate_weights():
    w = np.ones(2)
    return {"AND": (w, -2), "OR": (w, -1), "NAND": (-w, 2)}


@wrong("gate_weights", "thresholds in place of biases: positive where negative is needed")
def gate_weights():
    return {
        "AND": ([1.0, 1.0], 1.5),
        "OR": ([1.0, 1.0], 0.5),
        "NAND": ([-1.0, -1.0], -1.5),
    }


@wrong("gate_weights", "NOR where NAND is asked for")
def gate_weights():
    AND = (np.array([20.0, 20.0]), -30.0)
    OR = (np.array([20.0, 20.0]), -10.0)
    NAND = (-OR[0], -OR[1])
    return dict(AND=AND, OR=OR, NAND=NAND)


@wrong("gate_weights", "AND answers to the first input alone")
def gate_weights():
    return {
        "AND": (np.array([2, 1]), -1),
        "OR": (np.array([2, 1]), 0),
        "NAND": (np.array([-2, -1]), 3),
    }


# ---------------------------------------------------------------- xor_network


@wrong("xor_network", "OR of OR and NAND at the end")
def xor_network(x):
    g = good_gates()
    a = step_neuron(x, g["OR"][0], g["OR"][1])
    c = step_neuron(x, g["NAND"][0], g["NAND"][1])
    hidden = np.stack([a, c], axis=1)
    return step_neuron(hidden, g["OR"][0], g["OR"][1])


@wrong("xor_network", "the table's four rows by heart")
def xor_network(x):
    answers = [0, 1, 1, 0]
    out = []
    for i in range(len(x)):
        out.append(answers[i % 4])
    return np.array(out)


@wrong("xor_network", "answers as a column")
def xor_network(x):
    gates = good_gates()
    out = np.zeros((x.shape[0], 1), dtype=int)
    for n in range(x.shape[0]):
        h1 = step_neuron(x[n], *gates["OR"])
        h2 = step_neuron(x[n], *gates["NAND"])
        out[n] = step_neuron(np.array([h1, h2]), *gates["AND"])
    return out


@wrong("xor_network", "hidden answers side by side in the wrong direction")
def xor_network(x):
    g = good_gates()
    hidden = np.array([step_neuron(x, *g["OR"]), step_neuron(x, *g["NAND"])])
    hidden = hidden.reshape(-1, 2)
    return step_neuron(hidden, *g["AND"])


@wrong("xor_network", "AND where NAND belongs")
def xor_network(x):
    g = good_gates()
    first = step_neuron(x, *g["OR"])
    second = step_neuron(x, *g["AND"])
    return step_neuron(np.column_stack((first, second)), *g["AND"])


@wrong("xor_network", "soft neurons with small weights: numbers between 0 and 1")
def xor_network(x):
    W = np.array([[20.0, -20.0], [20.0, -20.0]])
    b = np.array([-10.0, 30.0])
    h = good_sigmoid(x @ W + b)
    return good_sigmoid(h @ np.array([2.0, 2.0]) - 3.0)


@wrong("xor_network", "writes the hidden answers into x")
def xor_network(x):
    g = good_gates()
    for row in range(len(x)):
        a, c = step_neuron(x[row], *g["OR"]), step_neuron(x[row], *g["NAND"])
        x[row, 0] = a
        x[row, 1] = c
    return step_neuron(x, *g["AND"])


@wrong("xor_network", "floats, and the row with two ones is missed")
def xor_network(x):
    out = np.zeros(len(x))
    for k in range(len(x)):
        if x[k, 0] == 1 or x[k, 1] == 1:
            out[k] = 1
    return out


@wrong("xor_network", "squeezed at the end, so that one row gives no array")
def xor_network(x):
    g = good_gates()
    h = np.column_stack([step_neuron(x, *g["OR"]), step_neuron(x, *g["NAND"])])
    return np.squeeze(step_neuron(h, *g["AND"]))


# ---------------------------------------------------------------- perceptron_update


@wrong("perceptron_update", "answer minus label")
def perceptron_update(w, b, x, y, lr):
    answer = 1 if np.dot(w, x) + b > 0 else 0
    mistake = answer - y
    new_w = w + lr * mistake * x
    new_b = b + lr * mistake
    return new_w, new_b


@wrong("perceptron_update", "w is changed in place")
def perceptron_update(w, b, x, y, lr):
    a = step_neuron(x, w, b)
    if a != y:
        delta = lr * (y - a) * x
        for i in range(len(w)):
            w[i] += delta[i]
        b = b + lr * (y - a)
    return w, b


@wrong("perceptron_update", "the bias learns without the learning rate")
def perceptron_update(w, b, x, y, lr):
    err = y - step_neuron(x, w, b)
    return w + lr * err * x, b + err


@wrong("perceptron_update", "the answer of a sigmoid neuron in place of the step")
def perceptron_update(w, b, x, y, lr):
    a = good_sigmoid(np.dot(x, w) + b)
    w_new = np.array([wi + lr * (y - a) * xi for wi, xi in zip(w, x)])
    return w_new, b + lr * (y - a)


@wrong("perceptron_update", "the rule for labels -1 and 1, so label 0 never teaches anything")
def perceptron_update(w, b, x, y, lr):
    margin = y * (np.dot(w, x) + b)
    if margin <= 0:
        w = w + lr * y * x
        b = b + lr * y
    return w, b


@wrong("perceptron_update", "a sum of exactly 0 fires")
def perceptron_update(w, b, x, y, lr):
    fired = int(np.dot(x, w) + b >= 0)
    w = w + (y - fired) * lr * x
    b = b + (y - fired) * lr
    return w, b


@wrong("perceptron_update", "goes on until the example is answered right")
def perceptron_update(w, b, x, y, lr):
    for attempt in range(1000):
        a = step_neuron(x, w, b)
        if a == y:
            break
        w = w + lr * (y - a) * x
        b = b + lr * (y - a)
    return w, b


@wrong("perceptron_update", "the bias is left out when the answer is computed")
def perceptron_update(w, b, x, y, lr):
    prediction = np.where(w @ x > 0, 1, 0)
    step = lr * (y - prediction)
    return w + step * x, b + step


@wrong("perceptron_update", "the answer is computed again with the new w before b moves")
def perceptron_update(w, b, x, y, lr):
    w_new = w + lr * (y - step_neuron(x, w, b)) * x
    b_new = b + lr * (y - step_neuron(x, w_new, b))
    return w_new, b_new


@wrong("perceptron_update", "learns only from missed ones, never from false alarms")
def perceptron_update(w, b, x, y, lr):
    answer = step_neuron(x, w, b)
    error = max(y - answer, 0)
    return w + lr * error * x, b + lr * error


# ---------------------------------------------------------------- half_adder


@wrong("half_adder", "carry first, digit second")
def half_adder(x):
    g = good_gates()
    o, na, carry = (step_neuron(x, *g[k]) for k in ("OR", "NAND", "AND"))
    digit = step_neuron(np.stack([o, na], 1), *g["AND"])
    return np.stack([carry, digit], axis=1)


@wrong("half_adder", "OR as the digit of the sum")
def half_adder(x):
    gates = good_gates()
    result = np.zeros((len(x), 2), dtype=int)
    result[:, 0] = step_neuron(x, *gates["OR"])
    result[:, 1] = step_neuron(x, *gates["AND"])
    return result


@wrong("half_adder", "two rows where two columns are asked for")
def half_adder(x):
    carry = step_neuron(x, *good_gates()["AND"])
    s = (x[:, 0] + x[:, 1]) % 2
    return np.array([s, carry])


@wrong("half_adder", "the sum itself, not its digit")
def half_adder(x):
    out = []
    for a, c in x:
        total = int(a) + int(c)
        out.append([total, 1 if total == 2 else 0])
    return np.array(out)


@wrong("half_adder", "NAND as the carry")
def half_adder(x):
    g = good_gates()
    h = np.column_stack([step_neuron(x, *g["OR"]), step_neuron(x, *g["NAND"])])
    return np.column_stack([step_neuron(h, *g["AND"]), h[:, 1]])


@wrong("half_adder", "two rows stacked, then reshaped to two columns")
def half_adder(x):
    g = good_gates()
    a = step_neuron(x, *g["AND"])
    o = step_neuron(x, *g["OR"])
    d = o - a
    return np.concatenate([d, a]).reshape(len(x), 2)


@wrong("half_adder", "works through the first four rows only")
def half_adder(x):
    g = good_gates()
    table = np.zeros((len(x), 2), dtype=int)
    for n in range(min(4, len(x))):
        carry = step_neuron(x[n], *g["AND"])
        table[n, 0] = step_neuron(x[n], *g["OR"]) - carry
        table[n, 1] = carry
    return table
