"""Explicit loops over examples, neurons and inputs, with plain lists that become arrays at the end."""

import numpy as np


def sigmoid_of_one_number(number):
    number = float(number)
    if number >= 0:
        return float(1.0 / (1.0 + np.exp(-number)))
    exponential = float(np.exp(number))
    return exponential / (1.0 + exponential)


def sigmoid(z):
    z_array = np.array(z, dtype=float)
    if z_array.ndim == 0:
        return sigmoid_of_one_number(z_array)
    answers = []
    for number in z_array.flatten():
        answers.append(sigmoid_of_one_number(number))
    return np.array(answers, dtype=float).reshape(z_array.shape)


def weighted_sum(example, weights, bias):
    total = 0.0
    for position in range(len(weights)):
        total += float(example[position]) * float(weights[position])
    return total + float(bias)


def neuron(x, w, b):
    return sigmoid_of_one_number(weighted_sum(x, w, b))


def layer(x, W, b):
    number_of_examples = len(x)
    number_of_neurons = len(b)
    all_answers = []
    for example in x:
        answers_of_example = []
        for neuron_number in range(number_of_neurons):
            weights_of_neuron = []
            for row in W:
                weights_of_neuron.append(row[neuron_number])
            answers_of_example.append(neuron(example, weights_of_neuron, b[neuron_number]))
        all_answers.append(answers_of_example)
    return np.array(all_answers, dtype=float).reshape(number_of_examples, number_of_neurons)


def gate_weights():
    gates = {}
    gates["AND"] = ([2.0, 2.0], -3.0)
    gates["OR"] = ([2.0, 2.0], -1.0)
    gates["NAND"] = ([-2.0, -2.0], 3.0)
    return gates


def ask_gate(name, first_input, second_input):
    weights, bias = gate_weights()[name]
    if weighted_sum([first_input, second_input], weights, bias) > 0:
        return 1
    return 0


def xor_of_two(first_input, second_input):
    or_answer = ask_gate("OR", first_input, second_input)
    nand_answer = ask_gate("NAND", first_input, second_input)
    return ask_gate("AND", or_answer, nand_answer)


def xor_network(x):
    answers = []
    for example in x:
        answers.append(xor_of_two(example[0], example[1]))
    return np.array(answers, dtype=int)


def perceptron_update(w, b, x, y, lr):
    answer = 0
    if weighted_sum(x, w, b) > 0:
        answer = 1
    mistake = int(y) - answer
    new_weights = []
    for position in range(len(w)):
        new_weights.append(float(w[position]) + float(lr) * mistake * float(x[position]))
    new_bias = float(b) + float(lr) * mistake
    return np.array(new_weights, dtype=float), new_bias


def half_adder(x):
    sums_and_carries = []
    for example in x:
        digit = xor_of_two(example[0], example[1])
        carry = ask_gate("AND", example[0], example[1])
        sums_and_carries.append([digit, carry])
    return np.array(sums_and_carries, dtype=int).reshape(len(x), 2)
