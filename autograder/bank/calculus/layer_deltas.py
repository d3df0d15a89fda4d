"""The deltas and gradients of all layers of a network of sigmoids."""

from itertools import pairwise
from typing import Any

import numpy as np

from autograder.bank.inputs import DIGITS_LOST, WHOLE_NUMBERS, Rng, normal, whole
from autograder.marking.question import Case, question


def cases(rng: Rng) -> list[Case]:
    """Return cases with one to three layers, all sizes different, and saturated outputs."""

    def inputs(N: int, *widths: int, draw: Any = normal) -> dict[str, Any]:
        params = [
            (np.clip(draw(rng, a, b), -2, 2), np.clip(draw(rng, b), -2, 2))
            for a, b in pairwise(widths)
        ]
        y = np.round(rng.uniform(1.5, 3, size=(N, widths[-1])), 2)
        return {"params": params, "x": np.clip(draw(rng, N, widths[0]), -2, 2), "y": y}

    far = inputs(2, 3, 4, 2)
    far["params"][0] = (far["params"][0][0], far["params"][0][1] + 800)
    saturated = inputs(3, 4, 2, 3)
    W, b = saturated["params"][-1]
    saturated["params"][-1] = (W, b + 18)
    return [
        Case(inputs(2, 3, 2)),
        Case(inputs(3, 2, 4, 2)),
        Case(inputs(4, 3, 5, 2, 3), "three layers"),
        Case(inputs(1, 3, 2, 4), "one example"),
        Case(far, "pre-activations of about 800"),
        Case({**saturated, "y": 1e12 * saturated["y"]}, DIGITS_LOST),
        Case(inputs(3, 3, 3, 3), "all sizes equal"),
        Case(inputs(9, 2, 3, 4, 3, 2), "nine examples, four layers"),
        Case(inputs(3, 2, 3, 2, draw=whole), advice=WHOLE_NUMBERS),
    ]


@question(cases, parts={"deltas": 2, "dW": 1, "db": 1}, see="four-equations")
def layer_deltas(code: Any, params: Any, x: Any, y: Any) -> Any:
    deltas, grads = code.layer_deltas(params, x, y)
    return {"deltas": deltas, "dW": [dW for dW, db in grads], "db": [db for dW, db in grads]}


slip = layer_deltas.slip
SLOPE, ERROR, RESULT = "da * a * (1.0 - a)", "(activations[-1] - y)", "return deltas, grads"
MEAN, DW, DB = " / len(activations[-1])", "a.T @ d,", "d.sum(axis=0)"
KEEP_Z = (
    "for W, b in params:",
    "zs = activations[:]\n    for W, b in params:\n        zs.append(activations[-1] @ W + b)",
)

slip("derivative-skipped",
     "The slope of the sigmoid is missing in every layer. A delta is the gradient with respect to "
     "z, before the sigmoid, so multiply by a(1 - a).",
     (SLOPE, "da"))
slip("derivative-skipped",
     "The slope of the last sigmoid is missing. With cross-entropy it would cancel, but with the "
     "squared error it stays.",
     (SLOPE, f"{SLOPE} if deltas else da"))
slip("derivative-skipped",
     "The slope of the sigmoid is missing in the hidden layers. Going back through W gives the "
     "gradient with respect to a. Multiply it by a(1 - a) to get the delta.",
     (SLOPE, f"da if deltas else {SLOPE}"))
slip("sigmoid-applied-twice",
     "The sigmoid is applied to the activations before s(1 - s) is computed. An activation is "
     "already the sigmoid of z, so its slope is a(1 - a).",
     (SLOPE, "sigmoid_backward(da, sigmoid_forward(a)[0])"))
slip("input-for-output",
     "The slope is computed as z(1 - z). The formula needs the output of the sigmoid: a(1 - a).",
     KEEP_Z, ("activations[:0:-1]", "zs[:0:-1]"))
slip("tanh-slope-for-sigmoid", "1 - a² is the slope of tanh. The slope of the sigmoid is a(1 - a).",
     (SLOPE, "da * (1.0 - a**2)"))
slip("value-for-slope",
     "The gradient is multiplied by the value a. The slope is a(1 - a), so the factor 1 - a is "
     "missing.",
     (SLOPE, "da * a"))
slip("mean-forgotten",
     "The factor 1/N of the loss is missing. It belongs to the delta of the last layer, and from "
     "there it reaches all other gradients.",
     (MEAN, ""))
slip("divided-by-n-again",
     "dW and db are divided by N. The deltas already contain the factor 1/N, so leave this "
     "division out.",
     (DW, "a.T @ d / len(a),"), (DB, "d.mean(axis=0)"))
slip("mean-taken-late",
     "The factor 1/N is missing from the deltas and added to dW and db. The loss is a mean, and a "
     "delta is its gradient, so the deltas contain 1/N too.",
     (MEAN, ""), (DW, "a.T @ d / len(a),"), (DB, "d.mean(axis=0)"))
slip("factor-2-doubled",
     "The gradients have a factor of 2. The loss has a factor of 1/2, which cancels the 2 from the "
     "square.",
     (ERROR, f"2 * {ERROR}"))
slip("divided-by-classes-too",
     "The error is divided by N times C. The loss is divided by 2N, so divide by N.",
     (MEAN, " / activations[-1].size"))
slip("sign-flipped",
     "All deltas and gradients have the wrong sign. The slope of the loss with respect to a "
     "contains a - y, not y - a.",
     (ERROR, "(y - activations[-1])"))
slip("pre-activation-for-activation",
     "dW is computed from the pre-activations of the layer below. In the forward pass W was "
     "multiplied by the activations, that is, by the values after the sigmoid. Use those.",
     KEEP_Z, ("zip(activations[:-1]", "zip(zs[:-1]"))
slip("weight-gradient-transposed",
     "dW is transposed. It has the shape of W, so it is aᵀ delta.",
     (DW, "d.T @ a,"), see="shapes-and-batches")
slip("bias-gradient-not-summed",
     "db is not summed over the examples. All rows share b, so add up their deltas.",
     (DB, "d"))
slip("bias-gradient-averaged",
     "db is the mean over the rows. The deltas already contain the factor 1/N. Sum the rows "
     "instead.",
     (DB, "d.mean(axis=0)"))
slip("bias-gradient-keeps-axis", None,
     (DB, "d.sum(axis=0, keepdims=True)"), see="shapes-and-batches")
slip("bias-gradient-wrong-axis",
     "db is summed over the neurons, so it has one number for each example. b has one entry for "
     "each neuron, so sum over the examples, axis 0.",
     (DB, "d.sum(axis=1)"), see="shapes-and-batches")
slip("gradients-in-reverse-order",
     "Both lists begin with the last layer. Return them in the order of params.",
     (RESULT, "return deltas[::-1], grads[::-1]"))
slip("gradients-in-reverse-order",
     "The deltas are listed from the last layer to the first. Return them in the order of params.",
     (RESULT, "return deltas[::-1], grads"))
slip("gradients-in-reverse-order",
     "The gradients are listed from the last layer to the first. Return them in the order of "
     "params.",
     (RESULT, "return deltas, grads[::-1]"))
slip("no-activation-at-the-end",
     "Your last layer has no sigmoid. In this network a sigmoid follows every layer, including the "
     "last.",
     (f"da = {ERROR}", f"activations[-1] = activations[-2] @ W + b\n    da = {ERROR}"),
     (SLOPE, f"{SLOPE} if deltas else da"))
slip("divided-by-n-again",
     "The deltas are divided by N at every layer. The factor 1/N belongs to the last delta only, "
     "and from there it reaches all other deltas.",
     ("da = deltas[0] @ W.T", "da = deltas[0] @ W.T / len(a)"))
