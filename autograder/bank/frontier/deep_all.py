"""Assignment 06-frontier, first part: gradients in deep networks, and what they cost."""

import itertools
from typing import Any

import numpy as np

import backprop as bp
from autograder.bank.inputs import DIGITS_LOST, Rng, normal, whole
from autograder.marking.question import Case, ManualQuestion, question

# --- gradient_norms ---------------------------------------------------------------------------


def _off_the_kinks(draw, pre_activations):
    """Draw until ReLU cuts some entries and keeps some, in every layer and none near its kink."""
    while True:
        drawn = draw()
        layers = pre_activations(drawn)
        if all(np.abs(z).min() > 1e-2 and (z > 0).any() and (z < 0).any() for z in layers):
            return drawn


def _chain_of_relus(inputs):
    out, layers = inputs["x"], []
    for W in inputs["weights"]:
        layers.append(out @ W)
        out = np.maximum(layers[-1], 0)
    return layers


def gradient_norms_cases(rng: Rng) -> list[Case]:
    """Every activation, depths from one to eight, whole numbers, saturated neurons."""

    def inputs(activation: str, N: int, *widths: int, draw: Any = normal) -> dict[str, Any]:
        return {
            "weights": [draw(rng, m, n) for m, n in itertools.pairwise(widths)],
            "activation": activation,
            "x": draw(rng, N, widths[0]),
            "dout": normal(rng, N, widths[-1]),
        }

    def relu(*sizes: int, draw: Any = normal) -> dict[str, Any]:
        return _off_the_kinks(lambda: inputs("relu", *sizes, draw=draw), _chain_of_relus)

    saturated = inputs("sigmoid", 3, 4, 2)
    saturated["x"] = np.hstack([np.ones((3, 1)), 0.1 * saturated["x"][:, 1:]])
    saturated["weights"] = [np.vstack([np.full((1, 2), 22.0), 0.1 * normal(rng, 3, 2)])]
    return [
        Case(inputs("tanh", 3, 2, 4), "a single layer"),
        Case(inputs("sigmoid", 4, 3, 5, 2)),
        Case(relu(5, 3, 4, 2, 6)),
        Case(relu(4, 2, 3, 5, draw=whole), "whole numbers"),
        Case(inputs("tanh", 3, 4, 2, 5, 3, 6, 4, 3, 5, 2), "eight layers"),
        Case(saturated, DIGITS_LOST),
    ]


@question(gradient_norms_cases, parts={"norms": 3}, see="vanishing-gradients")
def gradient_norms(code: Any, weights: Any, activation: Any, x: Any, dout: Any) -> Any:
    return {"norms": code.gradient_norms(weights, activation, x, dout)}


SLOPES: dict[str, Any] = {
    "tanh": lambda out: 1 - out**2,
    "relu": lambda out: (out > 0) * 1.0,
    "sigmoid": lambda out: out * (1 - out),
}
FORWARDS: dict[str, Any] = {
    "tanh": np.tanh,
    "relu": lambda z: np.maximum(z, 0.0),
    "sigmoid": lambda z: 1 / (1 + np.exp(-z)),
}


def _norms_by(
    measure=lambda dW, dz, a, W: np.linalg.norm(dW),
    slope=lambda activation, z, out, dout: SLOPES[activation](out),
    left=lambda a, z: a,
    active=lambda i, depth: True,
):
    """A gradient_norms of which each step may be another.

    measure(dW, dz, a, W): what is returned of a layer; slope(activation, z, out, dout): what the
    upstream gradient is multiplied by; left(a, z): the factor of dW that comes from forward;
    active(i, depth): whether layer i has its activation.
    """

    def norms(weights, activation, x, dout):
        a, seen = np.asarray(x, dtype=float), []
        for i, W in enumerate(weights):
            z = a @ W
            out = FORWARDS[activation](z) if active(i, len(weights)) else z
            seen.append((W, a, z, out))
            a = out
        result = []
        for i, (W, a, z, out) in reversed(list(enumerate(seen))):
            on = active(i, len(weights))
            dz = dout * slope(activation, z, out, dout) if on else dout
            result.append(measure(left(a, z).T @ dz, dz, a, W))
            dout = dz @ W.T
        return np.array(result[::-1])

    return norms


def _norm_mistake(id: str, says: str, see: str | None = None, **steps: Any):
    gradient_norms.misconception(id, says, see)(_norms_by(**steps))


_norm_mistake(
    "last-layer-without-activation",
    "The last layer is taken to be linear. In this network the activation stands after every "
    "layer, so the way back starts with its slope.",
    active=lambda i, depth: i < depth - 1,
)
_norm_mistake(
    "derivative-skipped",
    "The slopes of the activations are left out on the way back. They are most of the answer here: "
    "with sigmoid each is at most 1/4.",
    slope=lambda activation, z, out, dout: 1.0,
)
_norm_mistake(
    "square-root-forgotten",
    "These are squared norms: the root of the sum of squares is missing. A gradient a thousand "
    "times smaller would look a million times smaller.",
    measure=lambda dW, dz, a, W: np.sum(dW**2),
)
_norm_mistake(
    "root-mean-square",
    "The squares are averaged over the entries. The Euclidean norm adds them; with the mean, layers "
    "of different sizes are put on another scale.",
    measure=lambda dW, dz, a, W: np.sqrt(np.mean(dW**2)),
)
_norm_mistake(
    "another-norm",
    "The absolute values are added. The Euclidean norm is the root of the sum of squares.",
    measure=lambda dW, dz, a, W: np.abs(dW).sum(),
)
_norm_mistake(
    "another-norm",
    "The mean of the absolute values is not the norm. The Euclidean norm is the root of the sum of "
    "squares.",
    measure=lambda dW, dz, a, W: np.abs(dW).mean(),
)
_norm_mistake(
    "another-norm",
    "This is the largest entry. The Euclidean norm is the root of the sum of all squares.",
    measure=lambda dW, dz, a, W: np.abs(dW).max(),
)
_norm_mistake(
    "spectral-norm",
    "np.linalg.norm(dW, 2) of a matrix is its largest singular value, not the root of the sum of "
    "squares. Leave the 2 out.",
    measure=lambda dW, dz, a, W: np.linalg.norm(dW, 2),
)
_norm_mistake(
    "upstream-measured",
    "The norm is that of dz, the gradient by the pre-activations. Asked for is dW, which also has "
    "the inputs of the layer as a factor.",
    measure=lambda dW, dz, a, W: np.linalg.norm(dz),
)
_norm_mistake(
    "upstream-measured",
    "The norm is that of the gradient by the inputs of each layer. Asked for is the gradient by its "
    "weights, dW.",
    measure=lambda dW, dz, a, W: np.linalg.norm(dz @ W.T),
)
_norm_mistake(
    "weights-measured",
    "These are the norms of the weights. The gradient by the weights is asked for.",
    measure=lambda dW, dz, a, W: np.linalg.norm(W),
)
_norm_mistake(
    "pre-activation-for-activation",
    "dW is built from z of the layer, not from what came in. What W was multiplied by is the output "
    "of the layer before.",
    see="gradient-of-each-part",
    left=lambda a, z: z,
)
_norm_mistake(
    "sigmoid-applied-twice",
    "The slope is taken at the output of the activation instead of at its input, as if the "
    "activation had been applied twice.",
    see="gradient-of-each-part",
    slope=lambda activation, z, out, dout: SLOPES[activation](FORWARDS[activation](out)),
)
_norm_mistake(
    "input-for-output",
    "The slope is written in terms of the output, as in 1 - out², but z is put in.",
    see="gradient-of-each-part",
    slope=lambda activation, z, out, dout: SLOPES[activation](z),
)
_norm_mistake(
    "mask-from-upstream",
    "The mask of ReLU is taken from the sign of the upstream gradient. Whether a unit was on is a "
    "fact of the forward pass.",
    see="gradient-of-each-part",
    slope=lambda activation, z, out, dout: SLOPES[activation](
        dout if activation == "relu" else out
    ),
)
_norm_mistake(
    "divided-by-n-again",
    "The gradients are divided by N. If the loss is a mean, its 1/N is already in dout; here it "
    "comes in twice.",
    measure=lambda dW, dz, a, W: np.linalg.norm(dW) / len(a),
)


@gradient_norms.misconception(
    "gradients-in-reverse-order",
    "The norms come back last layer first, in the order in which they are found. Asked for is the "
    "order of the weights.",
)
def _(weights, activation, x, dout):
    return bp.gradient_norms(weights, activation, x, dout)[::-1]


@gradient_norms.misconception(
    "upstream-ignored",
    "The upstream gradient is not used: these are gradients of the sum of all outputs. The loss may "
    "weigh each output differently, and dout says how.",
)
def _(weights, activation, x, dout):
    return bp.gradient_norms(weights, activation, x, np.ones_like(dout))


@gradient_norms.misconception(
    "activation-ignored",
    "The network always uses the same activation. The second argument says which one.",
)
def _(weights, activation, x, dout):
    return bp.gradient_norms(weights, "tanh", x, dout)


@gradient_norms.misconception(
    "activation-ignored",
    "The network always uses the same activation. The second argument says which one.",
)
def _(weights, activation, x, dout):
    return bp.gradient_norms(weights, "relu", x, dout)


@gradient_norms.misconception(
    "activation-ignored",
    "The network always uses the same activation. The second argument says which one.",
)
def _(weights, activation, x, dout):
    return bp.gradient_norms(weights, "sigmoid", x, dout)


@gradient_norms.misconception(
    "integers-truncated",
    "The norms are kept in an array of whole numbers, because it copied the type of x or of the "
    "weights. Make it a float array.",
    see="shapes-and-batches",
)
def _(weights, activation, x, dout):
    norms = np.zeros(len(weights), dtype=x.dtype)
    norms[:] = bp.gradient_norms(weights, activation, x, dout)
    return norms


@gradient_norms.misconception(
    "one-number-for-all-layers",
    "This is one number for the whole network. Asked for is one for each layer, because the point "
    "is how they differ.",
)
def _(weights, activation, x, dout):
    return np.linalg.norm(bp.gradient_norms(weights, activation, x, dout))


# --- clip_by_global_norm ----------------------------------------------------------------------


def clip_by_global_norm_cases(rng: Rng) -> list[Case]:
    """Too long, short enough, too long only together, all zero, whole numbers."""

    def scaled(total: float, *arrays: np.ndarray) -> list[np.ndarray]:
        norm = np.sqrt(sum(np.sum(g**2) for g in arrays))
        return [g * (total / norm) for g in arrays]

    parts = [normal(rng, 2, 3), normal(rng, 3)]
    even = [g / np.linalg.norm(g) for g in (normal(rng, 2, 4), normal(rng, 4), normal(rng, 4, 3))]
    return [
        Case({"grads": scaled(5.0, *parts), "max_norm": 2.0}, "too long"),
        Case({"grads": scaled(1.5, *parts), "max_norm": 4.0}, "short enough"),
        Case({"grads": even, "max_norm": 1.2}, "no array is too long, all together are"),
        Case({"grads": [np.zeros((3, 2)), np.zeros(2)], "max_norm": 1.0}, "all gradients are 0"),
        Case({"grads": [whole(rng, 3, 4), whole(rng, 2, 3, 2)], "max_norm": 2.5}, "whole numbers"),
        Case({"grads": scaled(30.0, normal(rng, 4, 2)), "max_norm": 0.5}, "a single array"),
        Case({"grads": scaled(5.0, *parts), "max_norm": 10.0}, "short enough, and longer than 1"),
        Case({"grads": scaled(0.7, *parts), "max_norm": 0.6}, "too long, and shorter than 1"),
    ]


@question(clip_by_global_norm_cases, parts={"clipped": 1, "norm": 1}, see="gradient-clipping")
def clip_by_global_norm(code: Any, grads: Any, max_norm: Any) -> Any:
    clipped, norm = code.clip_by_global_norm(grads, max_norm)
    return {"clipped": clipped, "norm": norm}


def _clip_by(scale, norm_of=lambda norms: np.sqrt(np.sum(np.square(norms)))):
    """A clip_by_global_norm by scale(norm, max_norm), with norm_of(norms of the arrays)."""

    def clip(grads, max_norm):
        grads = [np.asarray(g, dtype=float) for g in grads]
        norm = norm_of(np.array([np.linalg.norm(g) for g in grads]))
        return [g * scale(norm, max_norm) for g in grads], norm

    return clip


def _shorten(norm, max_norm):
    return max_norm / norm if norm > max_norm else 1.0


def _clip_mistake(id: str, says: str, *how: Any):
    clip_by_global_norm.misconception(id, says)(_clip_by(*how))


_clip_mistake(
    "short-gradients-stretched",
    "Gradients shorter than max_norm are made longer. Clipping only ever shortens: a small gradient "
    "near a minimum is right as it is.",
    lambda norm, max_norm: max_norm / norm if norm > 0 else 1.0,
)
_clip_mistake(
    "zero-norm-divided",
    "The norm is divided by without a look at whether it is 0. Gradients that are all 0 turn into "
    "NaN, and after the next update the weights do too.",
    lambda norm, max_norm: np.minimum(norm, max_norm) / norm,
)
_clip_mistake(
    "zero-norm-divided",
    "The norm is divided by without a look at whether it is 0, which gives NaN. And gradients "
    "shorter than max_norm are made longer: clipping only ever shortens.",
    lambda norm, max_norm: max_norm * (1 / norm),
)
_clip_mistake(
    "max-norm-ignored",
    "Long gradients are cut to length 1, whatever max_norm is.",
    lambda norm, max_norm: 1 / norm if norm > max_norm else 1.0,
)
_clip_mistake(
    "scaled-without-norm",
    "Long gradients are multiplied by max_norm, but not divided by the norm that they had.",
    lambda norm, max_norm: max_norm if norm > max_norm else 1.0,
)
_clip_mistake(
    "comparison-reversed",
    "The comparison is the wrong way round: short gradients are stretched and long ones are left.",
    lambda norm, max_norm: max_norm / norm if 0 < norm < max_norm else 1.0,
)
_clip_mistake(
    "square-root-forgotten",
    "The norm is left squared: the root of the sum of squares is missing, so most gradients count "
    "as too long and are cut too short.",
    _shorten,
    lambda norms: np.sum(np.square(norms)),
)
_clip_mistake(
    "norms-added",
    "The norms of the arrays are added. Lengths of parts at right angles do not add up: add the "
    "squares, then take the root.",
    _shorten,
    np.sum,
)
_clip_mistake(
    "norms-averaged",
    "The norms of the arrays are averaged. All entries together are one long vector: add the "
    "squares of all, then take the root.",
    _shorten,
    np.mean,
)
_clip_mistake(
    "longest-array-only",
    "Only the longest array is measured. All of them together are one long vector.",
    _shorten,
    np.max,
)


def _each_clipped(grads, max_norm):
    return [g * _shorten(np.linalg.norm(g), max_norm) for g in grads]


@clip_by_global_norm.misconception(
    "arrays-clipped-one-by-one",
    "Every array is cut by its own norm. That turns the step: a common factor for all keeps its "
    "direction.",
)
def _(grads, max_norm):
    return _each_clipped(grads, max_norm), bp.clip_by_global_norm(grads, max_norm)[1]


@clip_by_global_norm.misconception(
    "arrays-clipped-one-by-one",
    "Every array has its own norm here. Asked for is one norm of all gradients together, and one "
    "common factor, which keeps the direction of the step.",
)
def _(grads, max_norm):
    return _each_clipped(grads, max_norm), [np.linalg.norm(g) for g in grads]


@clip_by_global_norm.misconception(
    "entries-clipped",
    "Every entry is cut to the range from -max_norm to max_norm. That bends the step towards the "
    "small entries; one common factor keeps its direction.",
)
def _(grads, max_norm):
    clipped = [np.clip(g, -max_norm, max_norm) for g in grads]
    return clipped, bp.clip_by_global_norm(grads, max_norm)[1]


@clip_by_global_norm.misconception(
    "norm-after-clipping",
    "The norm is that of the clipped gradients. The norm before tells how often and how badly the "
    "gradients explode; after clipping it is hidden.",
)
def _(grads, max_norm):
    clipped, norm = bp.clip_by_global_norm(grads, max_norm)
    return clipped, min(norm, max_norm)


@clip_by_global_norm.misconception(
    "not-clipped",
    "The gradients come back as they were. They are to be multiplied by max_norm / norm where the "
    "norm is too large.",
)
def _(grads, max_norm):
    return grads, bp.clip_by_global_norm(grads, max_norm)[1]


@clip_by_global_norm.misconception(
    "argument-changed-in-place",
    "The caller's gradients are overwritten. Return new arrays.",
    see="computation-graphs",
)
def _(grads, max_norm):
    clipped, norm = bp.clip_by_global_norm(grads, max_norm)
    for g, short in zip(grads, clipped, strict=True):
        g[...] = short
    return grads, norm


@clip_by_global_norm.misconception(
    "argument-changed-in-place",
    "The caller's list gets other arrays. Return a new list.",
    see="computation-graphs",
)
def _(grads, max_norm):
    grads[:], norm = bp.clip_by_global_norm(grads, max_norm)
    return grads, norm


@clip_by_global_norm.misconception(
    "integers-truncated",
    "Gradients of whole numbers are cut back to whole numbers after they are scaled. Make a float "
    "array.",
    see="shapes-and-batches",
)
def _(grads, max_norm):
    clipped, norm = bp.clip_by_global_norm(grads, max_norm)
    return [c.astype(np.asarray(g).dtype) for c, g in zip(clipped, grads, strict=True)], norm


# --- residual_backward ------------------------------------------------------------------------


def residual_backward_cases(rng: Rng) -> list[Case]:
    """(N, D, H) all different, a cache used twice, one row, a large input that passes by."""

    def inputs(N: int, D: int, H: int, calls: int = 1, draw: Any = normal) -> dict[str, Any]:
        drawn = {
            "x": draw(rng, N, D),
            "W1": draw(rng, D, H),
            "W2": draw(rng, H, D),
            "dout": normal(rng, N, D),
            "calls": calls,
        }
        return drawn

    def off_the_kinks(*sizes: int, **more: Any) -> dict[str, Any]:
        return _off_the_kinks(lambda: inputs(*sizes, **more), lambda i: [i["x"] @ i["W1"]])

    large = off_the_kinks(3, 4, 5)  # the branch does not see the entry that is so large
    large["x"][:, 0] = 1e18
    large["W1"][0] = 0.0
    return [
        Case(off_the_kinks(3, 2, 4)),
        Case(off_the_kinks(4, 3, 2)),
        Case(off_the_kinks(4, 2, 3, draw=whole), "whole numbers"),
        Case(off_the_kinks(1, 3, 5), "a batch of one example"),
        Case(off_the_kinks(3, 4, 2, calls=2), "backward called twice, after another forward"),
        Case(large, DIGITS_LOST),
    ]


@question(residual_backward_cases, parts={"dx": 1, "dW1": 1, "dW2": 1}, see="residual-connections")
def residual_backward(code: Any, x: Any, W1: Any, W2: Any, dout: Any, calls: Any) -> Any:
    out, cache = code.residual_forward(x, W1, W2)
    if calls > 1:
        code.residual_forward(-x, W1 + 1, W2 - 1)
    for _ in range(calls):
        dx, dW1, dW2 = code.residual_backward(dout, cache)
    return {"dx": dx, "dW1": dW1, "dW2": dW2}


def _residual_mistake(id: str, says: str, see: str | None = None):
    """A wrong residual_backward, as a function of the cache, dout and the right gradients."""

    def register(wrong):
        def backward(dout, cache):
            x, W1, W2, hidden, on = cache
            return wrong(x, W1, W2, hidden, on, dout, *bp.residual_backward(dout, cache))

        residual_backward.misconception(id, says, see)(backward)
        return wrong

    return register


@_residual_mistake(
    "skip-path-forgotten",
    "dx holds only what came through the branch. x also went straight to the output, and the "
    "gradient comes back that way too, unchanged: add dout.",
)
def _(x, W1, W2, hidden, on, dout, dx, dW1, dW2):
    return dx - dout, dW1, dW2


@_residual_mistake(
    "branch-forgotten",
    "dx is dout alone, the way around. x also went through the branch, and the gradient of that way "
    "has to be added.",
)
def _(x, W1, W2, hidden, on, dout, dx, dW1, dW2):
    return dout.copy(), dW1, dW2


@_residual_mistake(
    "skip-path-twice",
    "dout is added twice. x goes straight to the output once.",
)
def _(x, W1, W2, hidden, on, dout, dx, dW1, dW2):
    return dx + dout, dW1, dW2


@_residual_mistake(
    "skip-path-as-one",
    "The number 1 is added where dout belongs. The slope of the way around is 1, and times the "
    "upstream gradient that is dout.",
)
def _(x, W1, W2, hidden, on, dout, dx, dW1, dW2):
    return dx - dout + 1, dW1, dW2


@_residual_mistake(
    "paths-multiplied",
    "The gradients of the two ways are multiplied. Where a value is used twice, they are added.",
    see="computation-graphs",
)
def _(x, W1, W2, hidden, on, dout, dx, dW1, dW2):
    return (dx - dout) * dout, dW1, dW2


@_residual_mistake(
    "relu-after-sum",
    "The upstream gradient goes through a mask of the whole output, as if ReLU stood after the sum. "
    "It stands inside the branch, and the way around has no activation.",
)
def _(x, W1, W2, hidden, on, dout, dx, dW1, dW2):
    dout = dout * (x + hidden @ W2 > 0)
    dz = dout @ W2.T * on
    return dout + dz @ W1.T, x.T @ dz, hidden.T @ dout


@_residual_mistake(
    "derivative-skipped",
    "The mask of ReLU is left out on the way back through the branch. Units that were off let "
    "nothing through.",
)
def _(x, W1, W2, hidden, on, dout, dx, dW1, dW2):
    dz = dout @ W2.T
    return dout + dz @ W1.T, x.T @ dz, dW2


@_residual_mistake(
    "derivative-skipped",
    "The mask of ReLU is left out in dx, though it is there in dW1. The same dz goes into both.",
)
def _(x, W1, W2, hidden, on, dout, dx, dW1, dW2):
    return dout + dout @ W2.T @ W1.T, dW1, dW2


@_residual_mistake(
    "derivative-skipped",
    "The mask of ReLU is left out in dW1, though it is there in dx. The same dz goes into both.",
)
def _(x, W1, W2, hidden, on, dout, dx, dW1, dW2):
    return dx, x.T @ (dout @ W2.T), dW2


@_residual_mistake(
    "mask-from-upstream",
    "The mask is taken from the sign of the upstream gradient. Whether a unit was on is a fact of "
    "the forward pass.",
)
def _(x, W1, W2, hidden, on, dout, dx, dW1, dW2):
    dz = np.maximum(dout @ W2.T, 0)
    return dout + dz @ W1.T, x.T @ dz, dW2


@_residual_mistake(
    "mask-inverted",
    "The mask is the wrong way round: it lets through what ReLU had cut off.",
)
def _(x, W1, W2, hidden, on, dout, dx, dW1, dW2):
    dz = dout @ W2.T * ~on
    return dout + dz @ W1.T, x.T @ dz, dW2


@_residual_mistake(
    "value-for-slope",
    "The gradient is multiplied by what ReLU gave. Its slope is 1 where it was on, not its value.",
)
def _(x, W1, W2, hidden, on, dout, dx, dW1, dW2):
    dz = dout @ W2.T * hidden
    return dout + dz @ W1.T, x.T @ dz, dW2


@_residual_mistake(
    "pre-activation-for-activation",
    "dW2 is built from x W1 before ReLU. What W2 was multiplied by is relu(x W1).",
)
def _(x, W1, W2, hidden, on, dout, dx, dW1, dW2):
    return dx, dW1, (x @ W1).T @ dout


@_residual_mistake(
    "transpose-missing",
    "W2 is not transposed on the way back. Forward leads from H to D by W2; backward leads from D "
    "to H by its transpose.",
    see="gradient-of-each-part",
)
def _(x, W1, W2, hidden, on, dout, dx, dW1, dW2):
    return dout @ W2, dW1, dW2


@_residual_mistake(
    "transpose-missing",
    "W1 is not transposed on the way back. Forward leads from D to H by W1; backward leads from H "
    "to D by its transpose.",
    see="gradient-of-each-part",
)
def _(x, W1, W2, hidden, on, dout, dx, dW1, dW2):
    return dout + (dout @ W2.T * on) @ W1, dW1, dW2


@_residual_mistake(
    "weight-gradient-transposed",
    "dW1 and dW2 come out transposed. A gradient has the shape of what it belongs to.",
    see="shapes-and-batches",
)
def _(x, W1, W2, hidden, on, dout, dx, dW1, dW2):
    return dx, dW1.T, dW2.T


@_residual_mistake(
    "divided-by-n-again",
    "The weight gradients are divided by N. If the loss is a mean, its 1/N is already in dout; here "
    "it comes in twice.",
    see="gradient-of-each-part",
)
def _(x, W1, W2, hidden, on, dout, dx, dW1, dW2):
    return dx, dW1 / len(x), dW2 / len(x)


@_residual_mistake(
    "upstream-ignored",
    "The upstream gradient is not used: these are gradients of the sum of all outputs. dout says "
    "how much each output counts.",
    see="gradient-of-each-part",
)
def _(x, W1, W2, hidden, on, dout, dx, dW1, dW2):
    return bp.residual_backward(np.ones_like(dout), (x, W1, W2, hidden, on))


@_residual_mistake(
    "gradients-in-wrong-order",
    "The gradients come back in another order. It is the order of the inputs: dx, dW1, dW2.",
)
def _(x, W1, W2, hidden, on, dout, dx, dW1, dW2):
    return dx, dW2, dW1


@_residual_mistake(
    "gradients-in-wrong-order",
    "The gradients come back in the order in which they are found. It is the order of the inputs: "
    "dx, dW1, dW2.",
)
def _(x, W1, W2, hidden, on, dout, dx, dW1, dW2):
    return dW2, dW1, dx


@_residual_mistake(
    "argument-changed-in-place",
    "dx = dout and then dx += … adds into the caller's upstream gradient. Both names mean one "
    "array: write dout + … instead.",
    see="computation-graphs",
)
def _(x, W1, W2, hidden, on, dout, dx, dW1, dW2):
    dout[...] = dx
    return dout, dW1, dW2


@_residual_mistake(
    "cache-overwritten",
    "The gradient is written into the cache, so a second call finds something else there. A cache "
    "is only read: make a new array.",
    see="computation-graphs",
)
def _(x, W1, W2, hidden, on, dout, dx, dW1, dW2):
    hidden[...] = dout @ W2.T * on
    return dx, dW1, dW2


# --- the two halves of linear_backward --------------------------------------------------------


def _half_cases(rng: Rng, large: str) -> list[Case]:
    """(N, D, H) all different, a cache used twice, one row; one input so large that out is too."""

    def inputs(N: int, D: int, H: int, calls: int = 1, draw: Any = normal) -> dict[str, Any]:
        return {
            "x": draw(rng, N, D),
            "W": draw(rng, D, H),
            "b": draw(rng, H),
            "dout": normal(rng, N, H),
            "calls": calls,
        }

    lost = inputs(3, 4, 2)
    lost[large] = lost[large] * 1e18
    return [
        Case(inputs(3, 2, 4)),
        Case(inputs(4, 3, 2, draw=whole), "whole numbers"),
        Case(inputs(1, 4, 3), "a batch of one example"),
        Case(inputs(3, 4, 2, calls=2), "backward called twice, after another forward"),
        Case({**inputs(4, 2, 3), "dout": whole(rng, 4, 3)}, "whole numbers from upstream"),
        Case(lost, DIGITS_LOST),
    ]


def linear_backward_input_cases(rng: Rng) -> list[Case]:
    """As _half_cases; where x is large, dx is not."""
    return _half_cases(rng, "x")


@question(linear_backward_input_cases, parts={"dx": 1}, see="split-backward")
def linear_backward_input(code: Any, x: Any, W: Any, b: Any, dout: Any, calls: Any) -> Any:
    out, cache = code.linear_forward(x, W, b)
    if calls > 1:
        code.linear_forward(x + 1, W - 1, b)
    for _ in range(calls):
        dx = code.linear_backward_input(dout, cache)
    return {"dx": dx}


@linear_backward_input.misconception(
    "transpose-missing",
    "W is not transposed. Forward mixes D inputs into H outputs by W; backward goes the other way, "
    "from H to D, by its transpose.",
    see="gradient-of-each-part",
)
def _(dout, cache):
    return dout @ cache[1]


@linear_backward_input.misconception(
    "upstream-ignored",
    "The upstream gradient is not used: this is the gradient of the sum of all outputs. dout says "
    "how much each output counts.",
    see="gradient-of-each-part",
)
def _(dout, cache):
    return np.ones_like(dout) @ cache[1].T


@linear_backward_input.misconception(
    "other-half-returned",
    "This is the gradient by the weights. The half that the layer before waits for is dx.",
)
def _(dout, cache):
    return bp.linear_backward(dout, cache)[1]


@linear_backward_input.misconception(
    "other-half-returned",
    "These are the gradients by the parameters. The half that the layer before waits for is dx.",
)
def _(dout, cache):
    return bp.linear_backward(dout, cache)[1:]


@linear_backward_input.misconception(
    "both-halves-returned",
    "All three gradients come back. The point of the split is that dx alone is computed here.",
)
def _(dout, cache):
    return bp.linear_backward(dout, cache)


@linear_backward_input.misconception(
    "divided-by-n-again",
    "dx is divided by N. If the loss is a mean, its 1/N is already in dout; here it comes in twice.",
    see="gradient-of-each-part",
)
def _(dout, cache):
    return dout @ cache[1].T / len(dout)


@linear_backward_input.misconception(
    "weights-for-gradient",
    "W itself is returned. It is the slope of the outputs by the inputs, and still has to be "
    "multiplied by dout.",
    see="gradient-of-each-part",
)
def _(dout, cache):
    return cache[1].T


@linear_backward_input.misconception(
    "input-gradient-summed",
    "dx is summed over the examples. Every example has inputs of its own; only parameters, which "
    "all examples share, collect a sum.",
    see="shapes-and-batches",
)
def _(dout, cache):
    return (dout @ cache[1].T).sum(axis=0)


def linear_backward_weight_cases(rng: Rng) -> list[Case]:
    """As _half_cases; where W is large, dW and db are not."""
    return _half_cases(rng, "W")


@question(linear_backward_weight_cases, parts={"dW": 1, "db": 1}, see="split-backward")
def linear_backward_weight(code: Any, x: Any, W: Any, b: Any, dout: Any, calls: Any) -> Any:
    out, cache = code.linear_forward(x, W, b)
    if calls > 1:
        code.linear_forward(x + 1, W - 1, b)
    for _ in range(calls):
        dW, db = code.linear_backward_weight(dout, cache)
    return {"dW": dW, "db": db}


def _weight_mistake(id: str, says: str, see: str = "gradient-of-each-part"):
    """A wrong linear_backward_weight, as a function of x, dout and the right gradients."""

    def register(wrong):
        def backward(dout, cache):
            return wrong(cache[0], dout, *bp.linear_backward_weight(dout, cache))

        linear_backward_weight.misconception(id, says, see)(backward)
        return wrong

    return register


@_weight_mistake(
    "bias-gradient-not-summed",
    "db is not summed over the examples. The same b was added to every row, so every row's share "
    "comes back to it, added up.",
)
def _(x, dout, dW, db):
    return dW, dout


@_weight_mistake(
    "bias-gradient-averaged",
    "db is averaged over the examples. If the loss is a mean, its 1/N is already in dout: here the "
    "rows are summed.",
)
def _(x, dout, dW, db):
    return dW, dout.mean(axis=0)


@_weight_mistake(
    "bias-gradient-wrong-axis",
    "db is summed over the outputs, one number for each example. b has one entry for each output: "
    "sum over the examples, axis 0.",
    see="shapes-and-batches",
)
def _(x, dout, dW, db):
    return dW, dout.sum(axis=1)


@_weight_mistake(
    "bias-gradient-one-number",
    "db is summed over everything. b has one entry for each output: sum over the examples only.",
    see="shapes-and-batches",
)
def _(x, dout, dW, db):
    return dW, dout.sum()


@_weight_mistake(
    "bias-gradient-keeps-axis",
    "db has shape (1, H). A gradient has the shape of its parameter, and b is (H,).",
    see="shapes-and-batches",
)
def _(x, dout, dW, db):
    return dW, db[None, :]


@_weight_mistake(
    "divided-by-n-again",
    "dW is divided by N. If the loss is a mean, its 1/N is already in dout; here it comes in twice.",
)
def _(x, dout, dW, db):
    return dW / len(x), db


@_weight_mistake(
    "divided-by-n-again",
    "dW and db are divided by N. If the loss is a mean, its 1/N is already in dout; here it comes in "
    "twice.",
)
def _(x, dout, dW, db):
    return dW / len(x), db / len(x)


@_weight_mistake(
    "weight-gradient-transposed",
    "dW comes out transposed. It has the shape of W, (D, H): inputs on the left, then dout.",
    see="shapes-and-batches",
)
def _(x, dout, dW, db):
    return dW.T, db


@_weight_mistake(
    "upstream-ignored",
    "The upstream gradient is not used: these are gradients of the sum of all outputs. dout says "
    "how much each output counts.",
)
def _(x, dout, dW, db):
    ones = np.ones_like(dout)
    return x.T @ ones, ones.sum(axis=0)


@_weight_mistake(
    "gradients-in-wrong-order",
    "The gradients come back in another order. It is the order of the inputs: dW, then db.",
)
def _(x, dout, dW, db):
    return db, dW


@linear_backward_weight.misconception(
    "weight-in-place-of-input",
    "dW is built from W. What W was multiplied by in the forward pass is x.",
    see="gradient-of-each-part",
)
def _(dout, cache):
    return cache[1].copy(), dout.sum(axis=0)


@linear_backward_weight.misconception(
    "both-halves-returned",
    "All three gradients come back. The point of the split is that dW and db alone are computed "
    "here, when there is time.",
)
def _(dout, cache):
    return bp.linear_backward(dout, cache)


# --- checkpointed_gradient --------------------------------------------------------------------


def checkpointed_gradient_cases(rng: Rng) -> list[Case]:
    """Segments that fit and that do not, one long segment, segments of one layer."""

    def inputs(N: int, depth: int, every: int, draw: Any = normal) -> dict[str, Any]:
        # no two neighbours alike
        widths = [2 + 3 * i % 7 for i in range(depth + 1)]
        weights = [draw(rng, m, n) for m, n in itertools.pairwise(widths)]
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
    checkpointed_gradient_cases,
    parts={"gradients": 2, "stored": 1, "recomputed": 1},
    see="checkpointing",
)
def checkpointed_gradient(code: Any, weights: Any, x: Any, dout: Any, every: Any) -> Any:
    import weakref

    depth = len(weights)
    calls = 0  # of forward
    inputs = []  # (layer, weak reference to an input of it), from forward and as given to backward
    kept = set()  # inputs still there while the backward pass is in another segment

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
            # The segment just finished may be there until its variable is used again.
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
    least = depth - 1 + (segments - 1) * (every - 1)  # the output of the last layer is not needed
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


def _from_checkpoints(layers, x, dout, keep):
    """Checkpointing with the inputs of the layers i where keep(i)."""
    kept, a = {}, np.asarray(x, dtype=float)
    for i, layer in enumerate(layers):
        if keep(i):
            kept[i] = a
        a = layer.forward(a)
    grads = []
    end = len(layers)
    for start in sorted(kept, reverse=True):
        inputs = [kept.pop(start)]
        for layer in layers[start : end - 1]:
            inputs.append(layer.forward(inputs[-1]))
        for layer in layers[start:end][::-1]:
            dout, dW = layer.backward(dout, inputs.pop())
            grads.append(dW)
        end = start
    return dout, grads[::-1]


@checkpointed_gradient.misconception(
    "everything-stored",
    "The inputs of all layers are kept, as ordinary backpropagation keeps them. The gradient is "
    "right; the memory that was to be saved is not.",
)
def _(layers, x, dout, every):
    inputs = [np.asarray(x, dtype=float)]
    for layer in layers:
        inputs.append(layer.forward(inputs[-1]))
    grads = []
    for i in reversed(range(len(layers))):
        dout, dW = layers[i].backward(dout, inputs[i])
        grads.append(dW)
    return dout, grads[::-1]


@checkpointed_gradient.misconception(
    "segments-never-freed",
    "What was recomputed for a segment is still kept when the next one is done, so at the end "
    "everything is in memory after all. Drop a segment when its gradients are there.",
)
def _(layers, x, dout, every):
    inputs = {0: np.asarray(x, dtype=float)}
    a = inputs[0]
    for i, layer in enumerate(layers):
        if i % every == 0:
            inputs[i] = a
        a = layer.forward(a)
    grads = []
    for start in reversed(range(0, len(layers), every)):
        stop = min(start + every, len(layers))
        for i in range(start, stop - 1):
            inputs[i + 1] = layers[i].forward(inputs[i])
        for i in reversed(range(start, stop)):
            dout, dW = layers[i].backward(dout, inputs[i])
            grads.append(dW)
    return dout, grads[::-1]


def _recomputed_layer_by_layer(first):
    """For every layer, its input from that of layer first(i, every)."""

    def gradient(layers, x, dout, every):
        kept, a = {}, np.asarray(x, dtype=float)
        for i, layer in enumerate(layers):
            if first(i, every) == i:
                kept[i] = a
            a = layer.forward(a)
        grads = []
        for i in reversed(range(len(layers))):
            start = first(i, every)
            a = kept[start]
            for layer in layers[start:i]:
                a = layer.forward(a)
            dout, dW = layers[i].backward(dout, a)
            grads.append(dW)
        return dout, grads[::-1]

    return gradient


checkpointed_gradient.misconception(
    "recomputed-from-the-start",
    "For every layer the forward pass starts again at x. Memory is saved, but the work grows with "
    "the square of the depth. Start from the checkpoint of the segment, once for each segment.",
)(_recomputed_layer_by_layer(lambda i, every: 0))

checkpointed_gradient.misconception(
    "recomputed-for-every-layer",
    "For every layer the forward pass starts again at the checkpoint, so the first layers of a "
    "segment run again and again. Run a segment once and keep its inputs until it is done.",
)(_recomputed_layer_by_layer(lambda i, every: i - i % every))


@checkpointed_gradient.misconception(
    "recomputed-from-the-start",
    "For every segment the forward pass starts again at x, though the checkpoint of the segment was "
    "to be kept. The work grows with the square of the depth.",
)
def _(layers, x, dout, every):
    grads = []
    for start in reversed(range(0, len(layers), every)):
        a = np.asarray(x, dtype=float)
        for layer in layers[:start]:
            a = layer.forward(a)
        inputs = [a]
        for layer in layers[start : start + every - 1]:
            inputs.append(layer.forward(inputs[-1]))
        for layer in layers[start : start + every][::-1]:
            dout, dW = layer.backward(dout, inputs.pop())
            grads.append(dW)
    return dout, grads[::-1]


@checkpointed_gradient.misconception(
    "every-as-count",
    "every is read as the number of segments. It is their length: layers 0, every, 2 * every, … "
    "have their inputs kept.",
)
def _(layers, x, dout, every):
    length = -(-len(layers) // every)
    return _from_checkpoints(layers, x, dout, lambda i: i % length == 0)


@checkpointed_gradient.misconception(
    "every-ignored",
    "Segments have the length of the root of the depth. That is a good choice, but here the caller "
    "makes it, by every.",
)
def _(layers, x, dout, every):
    length = round(len(layers) ** 0.5)
    return _from_checkpoints(layers, x, dout, lambda i: i % length == 0)


@checkpointed_gradient.misconception(
    "checkpoints-one-late",
    "The inputs kept are those of the layers after the ones asked for: 0, then every + 1, 2 * every "
    "+ 1, … Store the input of a layer before the layer has run, not after.",
)
def _(layers, x, dout, every):
    return _from_checkpoints(layers, x, dout, lambda i: i == 0 or (i - 1) % every == 0)


@checkpointed_gradient.misconception(
    "last-segment-dropped",
    "Layers beyond the last full segment are left out. If every does not divide the number of "
    "layers, the last segment is shorter, but it is there.",
)
def _(layers, x, dout, every):
    return bp.checkpointed_gradient(layers[: len(layers) // every * every], x, dout, every)


@checkpointed_gradient.misconception(
    "gradients-in-reverse-order",
    "The gradients come back last layer first, in the order in which they are found. Asked for is "
    "the order of the layers.",
)
def _(layers, x, dout, every):
    dx, grads = bp.checkpointed_gradient(layers, x, dout, every)
    return dx, grads[::-1]


@checkpointed_gradient.misconception(
    "gradients-in-reverse-order",
    "The segments come last one first, though the layers inside each are in order. Asked for is the "
    "order of the layers throughout.",
)
def _(layers, x, dout, every):
    dx, grads = bp.checkpointed_gradient(layers, x, dout, every)
    starts = reversed(range(0, len(layers), every))
    return dx, [dW for start in starts for dW in grads[start : start + every]]


@checkpointed_gradient.misconception(
    "output-for-input",
    "backward gets the output of the layer. It asks for the input, what forward was called with.",
)
def _(layers, x, dout, every):
    grads = []
    outputs = []
    a = np.asarray(x, dtype=float)
    for layer in layers:
        a = layer.forward(a)
        outputs.append(a)
    for layer in reversed(layers):
        dout, dW = layer.backward(dout, outputs.pop())
        grads.append(dW)
    return dout, grads[::-1]


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


QUESTIONS = [
    gradient_norms,
    clip_by_global_norm,
    residual_backward,
    linear_backward_input,
    linear_backward_weight,
    checkpointed_gradient,
]

MANUAL = ManualQuestion(
    "memory_for_time",
    (
        (
            1,
            "the stored inputs with and without checkpoints, in MiB, and the best length of a segment",
        ),
        (1, "the time of a step, and why it is at most one forward pass more, whatever the length"),
        (1, "what checkpoints do not make smaller, and a case in which they are of no use"),
    ),
)
