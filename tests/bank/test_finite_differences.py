"""Finite differences of the forward function lose marks if the question asks for a gradient."""

import copy
from functools import partial

import numpy as np
import pytest

import backprop as bp
from autograder.bank import QUESTIONS
from autograder.marking.compare import difference
from autograder.marking.explain import mark
from support.answers import REFERENCE, key

SHIFTS = (1e-5, 1e-3, 1e-1, 1.0)


def differences(f, x, h):
    """Return the central differences of f with respect to x; change x in place and restore it."""
    grad = np.zeros(np.shape(x))
    for i in np.ndindex(grad.shape):
        old = x[i]
        x[i] = old + h
        above = f()
        x[i] = old - h
        below = f()
        x[i] = old
        grad[i] = (above - below) / (2 * h)
    return grad


def floats(inputs):
    """Return a deep copy in which every array has floats as entries."""
    if isinstance(inputs, list | tuple):
        return [floats(value) for value in inputs]
    return np.array(inputs, dtype=float) if isinstance(inputs, np.ndarray) else copy.copy(inputs)


def by_differences(stem, h):
    """Return a forward and a backward function that work by central differences.

    The forward function returns its inputs as the cache, and the backward function calls only the
    forward function.
    """
    forward, backward = REFERENCE[f"{stem}_forward"], REFERENCE[f"{stem}_backward"]

    def lazy_forward(*inputs):
        *outs, _ = forward(*copy.deepcopy(inputs))
        return *outs, inputs

    def lazy_backward(*douts_and_cache):
        *douts, cache = douts_and_cache
        right = backward(*douts, forward(*copy.deepcopy(cache))[-1])
        shapes = [
            np.shape(gradient) for gradient in (right if isinstance(right, tuple) else (right,))
        ]

        def total(inputs):
            outs = forward(*copy.deepcopy(inputs))[:-1]
            return sum(np.sum(out * dout) for out, dout in zip(outs, douts, strict=True))

        gradients, position, numbers = [], 0, list(cache)
        for shape in shapes:  # skip inputs without a gradient, for example ids and strides
            while np.shape(cache[position]) != shape:
                position += 1
            numbers[position] = x = np.array(cache[position], dtype=float)
            gradients.append(differences(lambda: total(numbers), x, h))
            position += 1
        return tuple(gradients) if isinstance(right, tuple) else gradients[0]

    return {f"{stem}_forward": lazy_forward, f"{stem}_backward": lazy_backward}


def mse_loss(h):
    def answer(pred, y):
        pred, y = floats((pred, y))
        return bp.mse(pred, y), differences(lambda: bp.mse(pred, y), pred, h)

    return answer


def softmax_cross_entropy(h):
    def answer(logits, y):
        logits = floats(logits)
        loss = bp.cross_entropy(logits, y)
        return loss, differences(lambda: bp.cross_entropy(logits, y), logits, h)

    return answer


def mlp_loss(h):
    def answer(params, x, y, reg):
        params = floats(params)

        def loss():
            penalty = sum(np.sum(W**2) for W, b in params)
            return bp.cross_entropy(bp.mlp_forward(params, x)[0], y) + 0.5 * reg * penalty

        return loss(), [tuple(differences(loss, p, h) for p in layer) for layer in params]

    return answer


def chain_rule_toy(h):
    def answer(params, x, y):
        params = floats(params)
        loss = bp.chain_rule_toy(params, x, y)[0]
        return loss, differences(lambda: bp.chain_rule_toy(params, x, y)[0], params, h)

    return answer


def layer_deltas(h):
    def loss(params, x, y, N):
        for W, b in params:
            x = bp.sigmoid_forward(bp.linear_forward(x, W, b)[0])[0]
        return np.sum((x - y) ** 2) / (2 * N)

    def answer(params, x, y):
        params, N = floats(params), len(x)
        grads = [
            tuple(differences(partial(loss, params, x, y, N), p, h) for p in layer)
            for layer in params
        ]
        # The delta of an example is the part of the bias gradient that comes from this example.
        deltas = [
            np.array(
                [
                    differences(partial(loss, params, [x_n], [y_n], N), b, h)
                    for x_n, y_n in zip(x, y, strict=True)
                ]
            )
            for W, b in params
        ]
        return deltas, grads

    return answer


def softmax_jacobian(h):
    def answer(s):
        z = np.log(floats(s))
        columns = [
            bp.softmax((z + h * e)[None])[0] - bp.softmax((z - h * e)[None])[0]
            for e in np.eye(len(z))
        ]
        return np.stack(columns, axis=1) / (2 * h)

    return answer


WRITTEN_OUT = (
    mse_loss,
    softmax_cross_entropy,
    mlp_loss,
    chain_rule_toy,
    layer_deltas,
    softmax_jacobian,
)
ANSWERS = {f.__name__: lambda h, f=f: {f.__name__: f(h)} for f in WRITTEN_OUT}
for name in QUESTIONS:
    stem = name.removesuffix("_backward")
    if name.endswith("_backward") and f"{stem}_forward" in REFERENCE:
        ANSWERS[name] = lambda h, stem=stem: by_differences(stem, h)


@pytest.fixture(params=[name for name in ANSWERS if name in QUESTIONS])
def name(request):
    return request.param


@pytest.mark.slow
def test_finite_differences_lose_marks(name):
    question = QUESTIONS[name]
    asked = key(name, 0)
    for h in SHIFTS:
        verdict = mark(asked, asked.observe({**REFERENCE, **ANSWERS[name](h)}))
        assert verdict.verdict == "wrong" and verdict.score < question.points, (
            f"finite differences got full marks with h = {h}: add a case DIGITS_LOST to {name}, "
            "as CONTRIBUTING.md describes"
        )


def test_the_differences_tried_here_are_good_ones_elsewhere(name):
    asked = key(name, 0)
    observed = asked.measured(asked.observe({**REFERENCE, **ANSWERS[name](1e-5)}))
    found = [
        difference(expected.answer, got.answer, 1e-6)
        for expected, got in zip(asked.expected, observed, strict=True)
    ]
    assert None in found, found
