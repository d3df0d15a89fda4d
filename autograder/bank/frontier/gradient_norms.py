"""The norm of the gradient in every layer of a deep network."""

from itertools import pairwise
from typing import Any

import numpy as np

from autograder.bank.frontier._relu import off_the_kinks
from autograder.bank.inputs import DIGITS_LOST, WHOLE_NUMBERS, Rng, normal, whole
from autograder.marking.question import Case, question


def chain_of_relus(inputs: dict[str, Any]) -> list[Any]:
    """Return the inputs of ReLU in every layer."""
    out, layers = inputs["x"], []
    for W in inputs["weights"]:
        layers.append(out @ W)
        out = np.maximum(layers[-1], 0)
    return layers


def cases(rng: Rng) -> list[Case]:
    """Return cases with every activation, one to eight layers, integers, and saturated neurons."""

    def inputs(activation: str, N: int, *widths: int, draw: Any = normal) -> dict[str, Any]:
        return {
            "weights": [draw(rng, m, n) for m, n in pairwise(widths)],
            "activation": activation,
            "x": draw(rng, N, widths[0]),
            "dout": normal(rng, N, widths[-1]),
        }

    def relu(*sizes: int, draw: Any = normal) -> dict[str, Any]:
        return off_the_kinks(lambda: inputs("relu", *sizes, draw=draw), chain_of_relus)

    saturated = inputs("sigmoid", 3, 4, 2)
    saturated["x"] = np.hstack([np.ones((3, 1)), 0.1 * saturated["x"][:, 1:]])
    saturated["weights"] = [np.vstack([np.full((1, 2), 22.0), 0.1 * normal(rng, 3, 2)])]
    return [
        Case(inputs("tanh", 3, 2, 4), "a single layer"),
        Case(inputs("sigmoid", 4, 3, 5, 2)),
        Case(relu(5, 3, 4, 2, 6)),
        Case(relu(9, 2, 3, 5), "nine examples"),
        Case(inputs("tanh", 3, 4, 2, 5, 3, 6, 4, 3, 5, 2), "eight layers"),
        Case(saturated, DIGITS_LOST),
        Case(relu(4, 2, 3, 5, draw=whole), "whole numbers", advice=WHOLE_NUMBERS),
    ]


@question(cases, parts={"norms": 3}, see="vanishing-gradients")
def gradient_norms(code: Any, weights: Any, activation: Any, x: Any, dout: Any) -> Any:
    return {"norms": code.gradient_norms(weights, activation, x, dout)}


slip = gradient_norms.slip
NORM, ACTIVATION = "np.linalg.norm(a.T @ dz)", "backward(dout, cache)"

slip("last-layer-without-activation",
     "The last layer is treated as linear. In this network the activation comes after every "
     "layer, so the backward pass starts with its slope.",
     (ACTIVATION, f"{ACTIVATION} if norms else dout"))
slip("derivative-skipped",
     "The slopes of the activations are missing from the backward pass. They matter most here, "
     "because the slope of the sigmoid is at most 1/4.",
     (ACTIVATION, "dout"))
slip("square-root-forgotten",
     "Your function returns squared norms, because the root of the sum of squares is missing. A "
     "gradient that is a thousand times smaller would look a million times smaller.",
     (NORM, "np.sum((a.T @ dz) ** 2)"))
slip("root-mean-square",
     "The squares are averaged over the entries. The Euclidean norm adds them, and then takes the "
     "root.",
     (NORM, "np.sqrt(np.mean((a.T @ dz) ** 2))"))
slip("another-norm",
     "The absolute values are added. The Euclidean norm is the root of the sum of squares.",
     (NORM, "np.abs(a.T @ dz).sum()"))
slip("another-norm",
     "The absolute values are averaged. The Euclidean norm is the root of the sum of squares.",
     (NORM, "np.abs(a.T @ dz).mean()"))
slip("another-norm",
     "Your function returns the largest entry. The Euclidean norm is the root of the sum of all "
     "squares.",
     (NORM, "np.abs(a.T @ dz).max()"))
slip("spectral-norm",
     "np.linalg.norm(dW, 2) of a matrix is its largest singular value, not the root of the sum of "
     "squares. Leave out the 2.",
     (NORM, "np.linalg.norm(a.T @ dz, 2)"))
slip("upstream-measured",
     "Your norm is that of dz, the gradient with respect to the pre-activations. The question asks "
     "for dW, so multiply by the inputs of the layer first: aᵀ dz.",
     (NORM, "np.linalg.norm(dz)"))
slip("upstream-measured",
     "Your norm is that of the gradient with respect to the inputs of each layer. The question "
     "asks for the gradient with respect to its weights, dW.",
     (NORM, "np.linalg.norm(dz @ W.T)"))
slip("weights-measured",
     "Your function returns the norms of the weights. The question asks for the norms of their "
     "gradients.",
     (NORM, "np.linalg.norm(W)"))
slip("pre-activation-for-activation",
     "dW is computed from the layer's own pre-activations. W was multiplied by the output of the "
     "previous layer, so use that.",
     (NORM, "np.linalg.norm((a @ W).T @ dz)"), see="gradient-of-each-part")
slip("sigmoid-applied-twice",
     "The slope is taken at the output of the activation instead of at its input, as if the "
     "activation had been applied twice.",
     (ACTIVATION, "backward(dout, forward(forward(a @ W)[0])[1])"), see="gradient-of-each-part")
slip("input-for-output",
     "The slope is written in terms of the output, as in 1 - out², but it is computed from z. Use "
     "the output.",
     (ACTIVATION, 'backward(dout, cache if activation == "relu" else a @ W)'),
     see="gradient-of-each-part")
slip("mask-from-upstream",
     "The ReLU mask is taken from the sign of the upstream gradient. A unit is active where z > 0, "
     "whatever the sign of its gradient is.",
     (ACTIVATION, 'backward(dout, dout > 0 if activation == "relu" else cache)'),
     see="gradient-of-each-part")
slip("divided-by-n-again",
     "The gradients are divided by N. If the loss is a mean, dout already contains the factor 1/N, "
     "so leave this division out.",
     (NORM, f"{NORM} / len(a)"))
slip("gradients-in-reverse-order",
     "The norms are returned from the last layer to the first, the order in which they are "
     "computed. Return them in the order of the weights.",
     ("norms[::-1]", "norms"))
slip("upstream-ignored", None, ("norms = []", "norms, dout = [], np.ones_like(dout)"))
slip("activation-ignored",
     "The network always uses the same activation. The second argument says which one to use.",
     ("pairs[activation]", "pairs['tanh']"))
slip("activation-ignored", None, ("pairs[activation]", "pairs['relu']"))
slip("activation-ignored", None, ("pairs[activation]", "pairs['sigmoid']"))
slip("one-number-for-all-layers",
     "Your function returns one number for the whole network. Return one norm for each layer, so "
     "that the layers can be compared.",
     ("np.array(norms[::-1])", "np.linalg.norm(norms)"))
