"""The gradient of a deep network that stores only a few activations."""

from itertools import pairwise
from typing import Any

import numpy as np

import backprop as bp
from autograder.bank.inputs import WHOLE_NUMBERS, Rng, normal, whole
from autograder.marking.question import Case, question


def cases(rng: Rng) -> list[Case]:
    """Return cases with equal and shorter segments, a single segment, and segments of one layer."""

    def inputs(N: int, depth: int, every: int, draw: Any = normal) -> dict[str, Any]:
        # neighbours differ
        widths = [2 + 3 * i % 7 for i in range(depth + 1)]
        weights = [draw(rng, m, n) for m, n in pairwise(widths)]
        return {
            "weights": [W / 2 for W in weights],
            "x": draw(rng, N, widths[0]),
            "dout": normal(rng, N, widths[-1]),
            "every": every,
        }

    return [
        Case(inputs(3, 4, 2)),
        Case(inputs(4, 9, 3)),
        Case(inputs(3, 10, 3), "the last segment is shorter"),
        Case(inputs(9, 6, 3), "nine examples"),
        Case(inputs(3, 5, 8), "a single segment"),
        Case(inputs(2, 4, 1), "segments of one layer"),
        Case(inputs(3, 23, 6), "a deep network"),
        Case(inputs(2, 6, 3, draw=whole), "whole numbers", advice=WHOLE_NUMBERS),
    ]


# The driver runs in the student's process, so any words that it returned could be sent without the
# work. So it records the calls of the layers, and we judge them here. Each call comes with the sum
# of an array, which only a forward pass on the inputs of this seed gives. Two things remain
# possible. A student can hide what is stored, because a copy of an array is not seen. And a student
# who runs all layers can send an invented record of calls.
def measure_checkpoints(answer: Any, inputs: Any, held_back: Any) -> Any:
    """Say in words, from the recorded calls, what was stored and what was recomputed."""
    every, depth = inputs["every"], len(inputs["weights"])
    a = np.asarray(inputs["x"], dtype=float)
    sums = [float(a.sum())]  # of the input of each layer, and of the output of the last
    for W in inputs["weights"]:
        a = np.tanh(a @ W)
        sums.append(float(a.sum()))

    def is_sum(found, number):
        return abs(found - sums[number]) <= 1e-6 * (1 + abs(sums[number]))

    def stays(number, worked_on):
        """True if an array that still exists is not a checkpoint and not of a segment in use."""
        # The segment after this one may still exist, until its variable is used again.
        segments = (worked_on // every, worked_on // every + 1)
        return number != depth and number % every != 0 and number // every not in segments

    forward, backward = answer["forward"], answer["backward"]
    layers = range(depth)
    right = all(n in layers and is_sum(out, n + 1) for n, out in forward)
    right = right and {n for n, _, _ in backward} == set(layers)
    # To give backward the output of a layer is another mistake, which the gradients show.
    if not right or not all(is_sum(a, n) or is_sum(a, n + 1) for n, a, _ in backward):
        words = "unknown, because not every layer was called with its own input"
        return {"gradients": answer["gradients"], "stored": words, "recomputed": words}
    kept = any(stays(number, n) for n, _, alive in backward for number in alive)
    calls = len(forward)
    segments = (depth - 1) // every + 1
    least = depth - 1 + (segments - 1) * (every - 1)  # calls of forward. The last layer needs none.
    stored = "checkpoints and one segment at a time"
    if kept or calls < least:
        stored = "more than the checkpoints and one segment"
    recomputed = "every layer at most once"
    if calls < least:
        recomputed = "not every layer whose input was not stored"
    if calls > 2 * depth:
        recomputed = "some layers again and again"
    return {"gradients": answer["gradients"], "stored": stored, "recomputed": recomputed}


@question(
    cases,
    parts={"gradients": 2, "stored": 1, "recomputed": 1},
    see="checkpointing",
    measure=measure_checkpoints,
    explains={"weights": "layer i computes np.tanh(a @ weights[i])"},
)
def checkpointed_gradient(code: Any, weights: Any, x: Any, dout: Any, every: Any) -> Any:
    import weakref

    inputs = []  # pairs: number of a layer, weak reference to an input of that layer
    forward_calls = []  # for each: number of the layer, sum of its output
    backward_calls = []  # for each: number, sum of the input given, layers whose inputs exist

    class Layer:
        def __init__(self, number, W):
            self.number, self._W = number, W

        def forward(self, a):
            out = np.tanh(np.asarray(a) @ self._W)
            inputs.append((self.number + 1, weakref.ref(out)))
            forward_calls.append((self.number, float(np.sum(out))))
            return out

        def backward(self, dout, a):
            alive = sorted({number for number, array in inputs if array() is not None})
            if isinstance(a, np.ndarray):
                inputs.append((self.number, weakref.ref(a)))
            dz = dout * (1 - np.tanh(np.asarray(a) @ self._W) ** 2)
            backward_calls.append((self.number, float(np.sum(a)), alive))
            return dz @ self._W.T, np.asarray(a).T @ dz

    layers = [Layer(i, W) for i, W in enumerate(weights)]
    dx, grads = code.checkpointed_gradient(layers, x, dout, every)
    if len(layers) != len(weights):
        raise ValueError("the list of layers was changed")
    answer = {"gradients": {"dx": dx, "dW": grads}}
    return {**answer, "forward": forward_calls, "backward": backward_calls}


slip = checkpointed_gradient.slip
EMPTY, KEEP, STARTS = "checkpoints = []", "if i % every == 0:", "range(0, len(layers), every)"
SEGMENT, FIRST = "layers[start : start + every]", "inputs = [checkpoints.pop()]"
APPEND = "inputs.append(layer.forward(inputs[-1]))"
FORWARD = "\n        a = layer.forward(a)"
ONE_BY_ONE = ((STARTS, "range(len(layers))"), (SEGMENT, "layers[start : start + 1]"))


def run_from(checkpoint: str, first: str) -> tuple[str, str]:
    """Return the edit that computes the input of a segment from that of layer `first`."""
    loop = f"for layer in layers[{first}:start]:\n            a = layer.forward(a)"
    return FIRST, f"a = {checkpoint}\n        {loop}\n        inputs = [a]"


slip("everything-stored",
     "The inputs of all layers are kept, as in ordinary backpropagation. The gradient is right, "
     "but no memory is saved. Keep only the inputs of layers 0, every, 2 * every, …",
     (EMPTY, "checkpoints, every = [], 1"))
slip("segments-never-freed",
     "The recomputed inputs of a segment are still kept during the next one, so at the end all "
     "inputs are in memory. Drop the inputs of a segment once its gradients have been computed.",
     ("grads = []", "grads, kept = [], []"), (APPEND, f"{APPEND}; kept.append(inputs[-1])"))
slip("recomputed-from-the-start",
     "For every layer the forward pass starts again at x. This saves memory, but the work grows "
     "with the square of the depth. Start from the checkpoint of the segment, once for each "
     "segment.",
     *ONE_BY_ONE, run_from("checkpoints[0]", "0"))
slip("recomputed-for-every-layer",
     "For every layer the forward pass starts again at the checkpoint, so the first layers of a "
     "segment run again and again. Run a segment once, and keep its inputs until it is done.",
     *ONE_BY_ONE, run_from("checkpoints[start // every]", "start - start % every"))
slip(
    "recomputed-from-the-start",
    "For every segment the forward pass starts again at x, although the checkpoint of the segment "
    "should be kept. So the work grows with the square of the depth. Start from the checkpoint.",
    (FORWARD, ""),
    run_from("checkpoints.pop()", "0"),
    # A shorter last segment runs to its end.
    ("segment[:-1]", "segment[: every - 1]"),
)
slip("every-as-count",
     "every is used as the number of segments. It is their length: keep the inputs of layers 0, "
     "every, 2 * every, …",
     (EMPTY, "checkpoints, every = [], -(-len(layers) // every)"))
slip("every-ignored",
     "Your segments are as long as the root of the depth. That is a good length, but the caller "
     "chooses it, so use every.",
     (EMPTY, "checkpoints, every = [], round(len(layers) ** 0.5)"))
slip("checkpoints-one-late",
     "Your code keeps the inputs of layers 0, every + 1, 2 * every + 1, … Store the input of a "
     "layer before the layer runs, not after.",
     (KEEP, "if i == 0 or (i - 1) % every == 0:"), (STARTS, "range(1 - every, len(layers), every)"),
     (SEGMENT, "layers[max(start, 0) : start + every]"))
slip("last-segment-dropped",
     "Layers beyond the last full segment are missing. If every does not divide the number of "
     "layers, the last segment is shorter, but it is still needed.",
     (EMPTY, f"{EMPTY}; layers = layers[: len(layers) // every * every]"))
slip("gradients-in-reverse-order",
     "The gradients are returned from the last layer to the first, the order in which they are "
     "computed. Return them in the order of the layers.",
     ("grads[::-1]", "grads"))
slip("gradients-in-reverse-order",
     "The segments are in reverse order, although the layers inside each segment are in order. "
     "Return all gradients in the order of the layers.",
     ("grads[::-1]",
      f"[dW for start in reversed({STARTS}) for dW in grads[::-1][start : start + every]]"))
slip("output-for-input",
     "backward gets the output of the layer. Give it the input with which forward was called.",
     (EMPTY, "checkpoints, every = [], 1"),
     (f"{KEEP}\n            checkpoints.append(a){FORWARD}",
      "a = layer.forward(a); checkpoints.append(a)"))


@checkpointed_gradient.misconception(
    "upstream-not-passed-on",
    "Every segment starts again from dout, the gradient at the end of the network. A segment needs "
    "the gradient with respect to the input of the segment after it.",
)
def _(layers, x, dout, every):
    grads = []
    a = np.asarray(x, dtype=float)
    for start in range(0, len(layers), every):
        segment = layers[start : start + every]
        dx, part = bp.checkpointed_gradient(segment, a, dout, every)
        grads += part
        for layer in segment:
            a = layer.forward(a)
    return dx, grads
