"""The gradient of dropout, marked for the mask of the student's own forward pass."""

from typing import Any

import numpy as np

from autograder.bank.inputs import DIGITS_LOST, Rng, normal
from autograder.marking.question import Case, question


def cases(rng: Rng) -> list[Case]:
    """Return cases with huge inputs, inputs of 0, and a cache used after another forward pass.

    They are so large that no mask keeps or drops everything by chance, not even one that is the
    same for all rows or for all columns.
    """

    def inputs(N: int, D: int, p_keep: float, calls: int = 1) -> dict[str, Any]:
        return {
            "x": normal(rng, N, D),
            "dout": normal(rng, N, D),
            "p_keep": p_keep,
            "seed": int(rng.integers(1000)),
            "calls": calls,
        }

    huge = inputs(47, 60, 0.7)
    huge["x"] *= 1e13
    some_zeros = inputs(45, 40, 0.6)
    some_zeros["x"][:, ::2] = 0.0
    return [
        Case(inputs(50, 44, 0.6)),
        Case(huge, DIGITS_LOST),
        Case(inputs(42, 48, 0.4, calls=2), "backward called twice, after another forward"),
        Case(some_zeros, "inputs of which many are 0"),
    ]


# The mask is random, so we describe in words how dx depends on dout and on the mask of the forward
# pass, which is the student's, too. The words are equal for all right answers.
def measure_dropout_backward(answer: Any, inputs: Any, held_back: Any) -> Any:
    """Say in words how dout was changed, given which outputs the forward pass has set to 0."""
    dout, p = np.asarray(inputs["dout"], dtype=float), inputs["p_keep"]
    kept = np.asarray(answer["out"], dtype=float) != 0
    dx = np.asarray(answer["dx"], dtype=float)
    if kept.shape != dout.shape or dx.shape != dout.shape:
        return {"dx": "a different shape from x"}
    if not np.array_equal(answer["dout_after"], dout):
        return {"dx": "dout itself was changed"}
    if kept.all() or not kept.any():
        return {"dx": "a forward pass that drops nothing or everything"}
    if not kept[inputs["x"] < 0].any():
        return {"dx": "a forward pass that sets every negative input to 0"}
    unknown = inputs["x"] == 0  # the output does not show if such an entry was kept
    at_zeros = dx[unknown]
    factors = np.asarray(answer["out"])[kept] / inputs["x"][kept]
    constant = np.allclose(factors, factors.mean(), rtol=1e-5, atol=0.0)
    slope = factors.mean() if constant else 1 / p  # of the student's forward pass
    where = {
        "where the output was kept": kept,
        "where the output was dropped": ~kept,
        "everywhere": np.full(kept.shape, True),
        "where dout > 0": dout > 0,
        "by another mask": dx != 0,
    }
    sizes = {
        "dout times the slope of the forward pass": dout * slope,
        "dout / p_keep": dout / p,
        "dout": dout,
        "dout * p_keep": dout * p,
        "dout / p_keep^2": dout / p**2,
        "dout / (1 - p_keep)": dout / (1 - p),
        "1 / p_keep": np.full(dout.shape, 1 / p),
        "dout times the output": dout * np.asarray(answer["out"], dtype=float),
    }
    for place, mask in where.items():
        for name, size in sizes.items():
            if np.allclose(dx[~unknown], (mask * size)[~unknown], rtol=1e-5, atol=0.0):
                held = np.isclose(at_zeros, size[unknown], rtol=1e-5, atol=0.0)
                if unknown.any() and not (held.any() and (held | (at_zeros == 0)).all()):
                    return {"dx": "entries whose input is 0, treated as dropped"}
                return {"dx": f"{name} {place}"}
    return {"dx": "something else"}


@question(
    cases,
    parts={"dx": 1},
    see="dropout",
    uses=("dropout_forward",),
    measure=measure_dropout_backward,
    explains={"seed": "the seed of rng"},
)
def dropout_backward(code: Any, x: Any, dout: Any, p_keep: Any, seed: Any, calls: Any) -> Any:
    rng = np.random.default_rng(seed)
    out, cache = code.dropout_forward(x, p_keep, rng)
    out, dout = np.copy(out), dout.copy()
    if calls > 1:
        code.dropout_forward(x + 1, p_keep, rng)
    for _ in range(calls):
        dx = code.dropout_backward(dout, cache)
    return {"out": out, "dx": dx, "dout_after": dout}


slip = dropout_backward.slip
BOTH = ("dropout_forward", "dropout_backward")
CACHED = "x * mask, mask"
DX = "dout * mask"
P_KEEP_CACHED = ((CACHED, "x * mask, p_keep"), ("mask = cache", "p_keep = cache"))

slip("mask-redrawn",
     "The mask differs from the one in the forward pass. Only the entries that were kept there "
     "affect the loss. Put that mask into the cache, and use it here.",
     *P_KEEP_CACHED, (DX, "dout * (np.random.default_rng(1).random(dout.shape) < p_keep) / p_keep"),
     of=BOTH)
slip("mask-redrawn", None,
     *P_KEEP_CACHED, (DX, "dout * (np.random.default_rng(1).random(dout.shape) < p_keep)"), of=BOTH)
slip("last-mask-for-all",
     "The mask is kept outside the cache, so a second forward pass replaces the first mask. Put "
     "the mask of each call into the cache of that call.",
     ("mask = (rng", "global mask; mask = (rng"), (CACHED, "x * mask, None"), ("mask = cache", ""),
     see="computation-graphs", of=BOTH)
slip("scale-forgotten",
     "The division by p_keep is missing. Where an entry was kept, the output was x / p_keep, so "
     "the slope is 1 / p_keep.",
     (DX, "dout * (mask > 0)"))
slip("scaled-the-wrong-way",
     "The gradient is multiplied by p_keep. The forward pass divided by p_keep, so the slope is 1 "
     "/ p_keep.",
     (CACHED, "x * mask, (mask > 0) * p_keep"), of=BOTH)
slip("scaled-twice",
     "The gradient is divided by p_keep twice, because the mask already contains the division. "
     "Divide once.",
     (CACHED, "x * mask, mask / p_keep"), of=BOTH)
slip("derivative-skipped",
     "dout passes through as if nothing had been dropped. A dropped entry does not affect the "
     "loss, so no gradient flows back to it.",
     (DX, "dout.copy()"))
slip("derivative-skipped",
     "dout is scaled, but passes through everywhere. A dropped entry does not affect the loss, so "
     "no gradient flows back to it.",
     (CACHED, "x * mask, 1 / p_keep"), of=BOTH)
slip("mask-inverted",
     "The mask is inverted. The gradient should pass through where the entry was kept, and be 0 "
     "elsewhere.",
     (CACHED, "x * mask, (mask == 0) / p_keep"), of=BOTH)
slip("mask-from-upstream",
     "The mask is taken from the sign of dout. The forward pass decided which entries to keep, so "
     "use the mask from the cache.",
     *P_KEEP_CACHED, (DX, "dout * (dout > 0) / p_keep"), of=BOTH)
slip("upstream-ignored",
     "The upstream gradient is not used, so you get only the slope of the layer. Multiply it by "
     "dout.",
     (DX, "mask.copy()"))
slip("value-for-slope",
     "dout is multiplied by the output. The slope of x / p_keep does not depend on x: it is 1 / "
     "p_keep where x was kept.",
     (CACHED, "x * mask, x * mask"), of=BOTH)
slip("relu-inside",
     "Negative inputs always give 0, as if ReLU were applied before dropout. Dropout alone keeps "
     "negative entries as often as positive ones. Leave ReLU out, because it is another layer.",
     (CACHED, "np.maximum(x, 0) * mask, mask"), see="relu-backward", of=BOTH)
slip("argument-changed-in-place",
     "dout itself is overwritten. Another branch of the graph may still need it, so make a new "
     "array.",
     ("return dout * mask", "dout *= mask; return dout"), see="computation-graphs")
