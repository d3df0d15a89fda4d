"""The gradient of a deep network that stores only a few activations."""

from itertools import pairwise
from typing import Any

import numpy as np

import backprop as bp
from autograder.bank.inputs import Rng, normal, whole
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
        Case(inputs(2, 6, 3, draw=whole), "whole numbers"),
        Case(inputs(3, 5, 8), "a single segment"),
        Case(inputs(2, 4, 1), "segments of one layer"),
        Case(inputs(3, 23, 6), "a deep network"),
    ]


@question(
    cases,
    parts={"gradients": 2, "stored": 1, "recomputed": 1},
    see="checkpointing",
)
def checkpointed_gradient(code: Any, weights: Any, x: Any, dout: Any, every: Any) -> Any:
    import weakref

    depth = len(weights)
    calls = 0  # of the method forward
    inputs = []  # pairs: number of a layer, weak reference to an input of that layer
    kept = set()  # layers whose inputs still exist while another segment is worked on

    class Layer:
        def __init__(self, number, W):
            self.number, self._W = number, W

        def forward(self, a):
            nonlocal calls
            calls += 1
            out = np.tanh(np.asarray(a) @ self._W)
            inputs.append((self.number + 1, weakref.ref(out)))
            return out

        def backward(self, dout, a):
            # The segment after this one may still exist, until its variable is used again.
            segments = (self.number // every, self.number // every + 1)
            alive = {number for number, array in inputs if array() is not None}
            kept.update(
                number
                for number in alive - {depth}
                if number % every and number // every not in segments
            )
            if isinstance(a, np.ndarray):
                inputs.append((self.number, weakref.ref(a)))
            dz = dout * (1 - np.tanh(np.asarray(a) @ self._W) ** 2)
            return dz @ self._W.T, np.asarray(a).T @ dz

    layers = [Layer(i, W) for i, W in enumerate(weights)]
    dx, grads = code.checkpointed_gradient(layers, x, dout, every)
    if len(layers) != depth:
        raise ValueError("the list of layers was changed")

    segments = (depth - 1) // every + 1
    least = depth - 1 + (segments - 1) * (every - 1)  # calls of forward. The last layer needs none.
    stored = "checkpoints and one segment at a time"
    if kept or calls < least:
        stored = "more than the checkpoints and one segment"
    recomputed = "every layer at most once"
    if calls < least:
        recomputed = "less than what was not stored"
    if calls > 2 * depth:
        recomputed = "some layers again and again"
    return {
        "gradients": {"dx": dx, "dW": grads},
        "stored": stored,
        "recomputed": recomputed,
    }


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
     "The inputs of all layers are kept, as ordinary backpropagation keeps them. The gradient is "
     "right; the memory that was to be saved is not.",
     (EMPTY, "checkpoints, every = [], 1"))
slip("segments-never-freed",
     "What was recomputed for a segment is still kept when the next one is done, so at the end "
     "everything is in memory after all. Drop a segment when its gradients are there.",
     ("grads = []", "grads, kept = [], []"), (APPEND, f"{APPEND}; kept.append(inputs[-1])"))
slip("recomputed-from-the-start",
     "For every layer the forward pass starts again at x. Memory is saved, but the work grows "
     "with the square of the depth. Start from the checkpoint of the segment, once for each "
     "segment.",
     *ONE_BY_ONE, run_from("checkpoints[0]", "0"))
slip("recomputed-for-every-layer",
     "For every layer the forward pass starts again at the checkpoint, so the first layers of a "
     "segment run again and again. Run a segment once and keep its inputs until it is done.",
     *ONE_BY_ONE, run_from("checkpoints[start // every]", "start - start % every"))
slip(
    "recomputed-from-the-start",
    "For every segment the forward pass starts again at x, though the checkpoint of the segment "
    "was to be kept. The work grows with the square of the depth.",
    (FORWARD, ""),
    run_from("checkpoints.pop()", "0"),
    # A shorter last segment runs to its end.
    ("segment[:-1]", "segment[: every - 1]"),
)
slip("every-as-count",
     "every is read as the number of segments. It is their length: layers 0, every, 2 * every, … "
     "have their inputs kept.",
     (EMPTY, "checkpoints, every = [], -(-len(layers) // every)"))
slip("every-ignored",
     "Segments have the length of the root of the depth. That is a good choice, but here the "
     "caller makes it, by every.",
     (EMPTY, "checkpoints, every = [], round(len(layers) ** 0.5)"))
slip("checkpoints-one-late",
     "The inputs kept are those of the layers after the ones asked for: 0, then every + 1, 2 * "
     "every + 1, … Store the input of a layer before the layer has run, not after.",
     (KEEP, "if i == 0 or (i - 1) % every == 0:"), (STARTS, "range(1 - every, len(layers), every)"),
     (SEGMENT, "layers[max(start, 0) : start + every]"))
slip("last-segment-dropped",
     "Layers beyond the last full segment are left out. If every does not divide the number of "
     "layers, the last segment is shorter, but it is there.",
     (EMPTY, f"{EMPTY}; layers = layers[: len(layers) // every * every]"))
slip("gradients-in-reverse-order",
     "The gradients come back last layer first, in the order in which they are found. Asked for "
     "is the order of the layers.",
     ("grads[::-1]", "grads"))
slip("gradients-in-reverse-order",
     "The segments come last one first, though the layers inside each are in order. Asked for is "
     "the order of the layers throughout.",
     ("grads[::-1]",
      f"[dW for start in reversed({STARTS}) for dW in grads[::-1][start : start + every]]"))
slip("output-for-input",
     "backward gets the output of the layer. It asks for the input, what forward was called with.",
     (EMPTY, "checkpoints, every = [], 1"),
     (f"{KEEP}\n            checkpoints.append(a){FORWARD}",
      "a = layer.forward(a); checkpoints.append(a)"))


@checkpointed_gradient.misconception(
    "upstream-not-passed-on",
    "Every segment starts again from dout, the gradient at the end of the network. What a segment "
    "needs is the gradient that the segment after it has left at its input.",
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
