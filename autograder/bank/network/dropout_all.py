"""Assignment 05-network: dropout. Marked by what every right draw has in common."""

from typing import Any

import numpy as np

import backprop as bp
from autograder.bank.inputs import DIGITS_LOST, Rng, normal, whole
from autograder.marking.question import Case, Question, question

# --- dropout_forward --------------------------------------------------------------------------


def dropout_forward_cases(rng: Rng) -> list[Case]:
    """Shares that no misreading leaves as they are: none is one half. The driver repeats x."""

    def inputs(p_keep: float, draw: Any = normal) -> dict[str, Any]:
        seed = int(rng.integers(1000))
        return {"x": draw(rng, 5, 8), "p_keep": p_keep, "seed": seed, "tiles": (40, 10)}

    return [
        Case(inputs(0.9), "x is repeated to (200, 80)"),
        Case(inputs(0.35), "few are kept"),
        Case(inputs(0.75, draw=whole), "whole numbers"),
    ]


def measure_dropout_forward(answer: Any, inputs: Any, held_back: Any) -> Any:
    """What is true of the outputs, in words. False alarms: less than one in ten million."""
    p = inputs["p_keep"]
    x = np.tile(np.asarray(inputs["x"], dtype=float), inputs["tiles"])
    outs = [np.asarray(out, dtype=float) for out in answer["outs"]]
    big, small = outs[0], np.stack(outs[1:])
    if big.shape != x.shape or small.shape[1:] != inputs["x"].shape:
        return {"values": "another shape than x", "mask": "another shape than x"}
    kept, small_kept = big != 0, small != 0

    def values():
        """What has become of the entries that were kept, in the large draw and the small ones."""
        if not np.array_equal(answer["x_after"], x):
            return "x itself was changed"
        before = np.concatenate([x[kept], np.broadcast_to(inputs["x"], small.shape)[small_kept]])
        after = np.concatenate([big[kept], small[small_kept]])
        shares = [np.full(k.sum(), k.mean()) for k in [kept, *small_kept]]
        candidates = {
            "x / p_keep": before / p,
            "x": before,
            "x * p_keep": before * p,
            "x / (1 - p_keep)": before / (1 - p),
            "x / p_keep, cut to whole numbers": np.trunc(before / p),
            "x / (the share that was kept in this draw)": before / np.concatenate(shares),
            "1 / p_keep": np.full(before.shape, 1 / p),
            "1": np.ones(before.shape),
        }
        for name, candidate in candidates.items():
            if np.allclose(after, candidate, rtol=1e-5, atol=0.0):
                return f"{name} where kept"
        if kept.all() and len(np.unique(np.round(after / before, 6))) > 100:
            return "x times a random number"
        return "none of x / p_keep, x and x * p_keep"

    def below(z):
        """The probability that a standard normal number is below z > 0, by the midpoint rule."""
        middles = (np.arange(1000) + 0.5) * z / 1000
        return 0.5 + np.exp(-(middles**2) / 2).sum() * z / 1000 / np.sqrt(2 * np.pi)

    def mask():
        """Which entries were kept: the share, whether independently, and by which generator."""
        if kept.all() or not kept.any():
            return "everything kept" if kept.all() else "nothing kept"
        if (kept == kept[0]).all():
            return "the same columns kept in every row"
        if (kept == kept[:, :1]).all():
            return "whole rows kept or dropped"
        shares = {"p_keep": p, "1 - p_keep": 1 - p, "normal numbers below p_keep": below(p)}
        share = next((k for k, v in shares.items() if abs(kept.mean() - v) < 0.025), "another kind")
        if share != "p_keep":
            return f"a share of {share}"
        in_rows = kept.sum(axis=1).var() / (x.shape[1] * p * (1 - p))
        in_columns = kept.sum(axis=0).var() / (x.shape[0] * p * (1 - p))
        totals = small_kept.sum(axis=(1, 2))
        if in_rows < 0.01 or (totals == totals[0]).all():
            if (small_kept == small_kept[0]).all():
                return "the same entries kept in every call"
            return "always the same number kept"
        if not (0.4 < in_rows < 2.0 and 0.2 < in_columns < 2.5):
            return "entries that depend on each other"
        if not np.array_equal(answer["again"], answer["outs"][1]):
            return "other entries kept from the same seed"
        return "a share of p_keep kept, independently"

    return {"values": values(), "mask": mask()}


@question(
    dropout_forward_cases,
    parts={"values": 1, "mask": 1},
    see="dropout",
    measure=measure_dropout_forward,
)
def dropout_forward(code: Any, x: Any, p_keep: Any, seed: Any, tiles: Any) -> Any:
    def draw(v, rng):
        out, cache = code.dropout_forward(v, p_keep, rng)
        return np.copy(out)

    big = np.tile(x, tiles)
    outs = [draw(big, np.random.default_rng(seed))]
    rng = np.random.default_rng(seed + 1)
    outs += [draw(x.copy(), rng) for _ in range(20)]
    again = draw(x.copy(), np.random.default_rng(seed + 1))
    return {"outs": outs, "again": again, "x_after": big}


def _keep(rng, shape, p_keep):
    return rng.random(shape) < p_keep


def _dropout_mistake(id: str, says: str, draw: Any = _keep, scale: Any = None) -> None:
    """A wrong dropout_forward. draw: (rng, shape, p_keep) -> mask, scale: (x, p_keep) -> kept."""
    scale = scale or (lambda x, p_keep: x / p_keep)

    def wrong(x, p_keep, rng):
        mask = draw(rng, np.shape(x), p_keep)
        return scale(x, p_keep) * mask, mask / p_keep

    dropout_forward.misconception(id, says)(wrong)


_dropout_mistake(
    "dropout-not-inverted",
    "What is kept is not divided by p_keep. The sums in the next layer are then smaller in training "
    "than later, when nothing is dropped.",
    scale=lambda x, p_keep: x * 1.0,
)
_dropout_mistake(
    "scaled-the-wrong-way",
    "What is kept is multiplied by p_keep and gets smaller still. It has to make up for what was "
    "dropped: divide.",
    scale=lambda x, p_keep: x * p_keep,
)
_dropout_mistake(
    "scaled-by-drop-share",
    "What is kept is divided by 1 - p_keep, the share that is dropped. An entry survives with "
    "probability p_keep, and times 1 / p_keep its mean is x again.",
    scale=lambda x, p_keep: x / (1 - p_keep),
)
_dropout_mistake(
    "scaled-by-counted-share",
    "What is kept is divided by the share that happened to be kept. Then one unit's output depends "
    "on the luck of the others. Divide by p_keep, which is the share on average.",
    draw=lambda rng, shape, p_keep: (lambda mask: mask * p_keep / mask.mean())(
        _keep(rng, shape, p_keep)
    ),
)
UPSIDE_DOWN = (
    "p_keep is the probability to keep, and here it is the probability to drop. (The libraries call "
    "their argument p and mean dropping. The course, like the first paper, says how many stay.)"
)


def _drop(rng, shape, p_keep):
    return rng.random(shape) >= p_keep


_dropout_mistake("keep-share-dropped", UPSIDE_DOWN, draw=_drop)
_dropout_mistake(
    "keep-share-dropped", UPSIDE_DOWN, draw=_drop, scale=lambda x, p_keep: x / (1 - p_keep)
)
_dropout_mistake("keep-share-dropped", UPSIDE_DOWN, draw=_drop, scale=lambda x, p_keep: x * 1.0)
_dropout_mistake(
    "integers-truncated",
    "Where x holds whole numbers the output does too, and what was divided by p_keep is cut off. "
    "Make it a float array.",
    scale=lambda x, p_keep: (x / p_keep).astype(x.dtype),
)
_dropout_mistake(
    "mask-for-value",
    "What comes back is the mask, divided by p_keep. The output is x where the mask keeps it.",
    scale=lambda x, p_keep: np.ones(x.shape) / p_keep,
)
_dropout_mistake(
    "same-units-in-every-row",
    "One mask for all rows: each example drops the same units. Draw an independent decision for every "
    "entry of x.",
    draw=lambda rng, shape, p_keep: np.broadcast_to(_keep(rng, shape[-1], p_keep), shape),
)
_dropout_mistake(
    "whole-examples-dropped",
    "Whole rows are kept or dropped, so whole examples are lost. Each unit of each example is decided "
    "on its own.",
    draw=lambda rng, shape, p_keep: np.broadcast_to(_keep(rng, (shape[0], 1), p_keep), shape),
)
FIXED_NUMBER = (
    "Always the same number of entries is kept, as if cards were dealt. Decide on each entry by "
    "itself: the number that is kept then varies around p_keep times the size."
)
_dropout_mistake(
    "fixed-number-kept",
    FIXED_NUMBER,
    draw=lambda rng, shape, p_keep: (
        rng.permutation(np.prod(shape)).reshape(shape) < round(p_keep * np.prod(shape))
    ),
)
_dropout_mistake(
    "fixed-number-kept",
    FIXED_NUMBER,
    draw=lambda rng, shape, p_keep: rng.random(shape).argsort(axis=1) < round(p_keep * shape[1]),
)
RNG_IGNORED = (
    "The decisions do not come from the rng that was given, so nobody can repeat the run, or each "
    "step drops the same units. Use rng.random(x.shape), not np.random or a generator of your own."
)
_dropout_mistake(
    "rng-ignored",
    RNG_IGNORED,
    draw=lambda rng, shape, p_keep: _keep(np.random.default_rng(), shape, p_keep),
)
_dropout_mistake(
    "rng-ignored",
    RNG_IGNORED,
    draw=lambda rng, shape, p_keep: _keep(np.random.default_rng(0), shape, p_keep),
)
NOT_DROPPED = "Nothing is dropped. Each entry becomes 0 with probability 1 - p_keep."
_dropout_mistake(
    "nothing-dropped",
    NOT_DROPPED,
    draw=lambda rng, shape, p_keep: np.ones(shape),
    scale=lambda x, p_keep: x * 1.0,
)
_dropout_mistake(
    "nothing-dropped",
    NOT_DROPPED + " Everything times p_keep is what that comes to on average, without the noise.",
    draw=lambda rng, shape, p_keep: np.ones(shape),
    scale=lambda x, p_keep: x * p_keep,
)
_dropout_mistake(
    "mask-not-thresholded",
    "x is multiplied by the random numbers themselves. Compare them with p_keep: each entry is kept "
    "or it is not.",
    draw=lambda rng, shape, p_keep: rng.random(shape),
)
_dropout_mistake(
    "normal-for-uniform",
    "The decisions compare normal random numbers with p_keep. The share below p_keep is p_keep for "
    "uniform numbers between 0 and 1: rng.random.",
    draw=lambda rng, shape, p_keep: rng.normal(size=shape) < p_keep,
)


@dropout_forward.misconception(
    "input-changed-in-place",
    "x itself is overwritten. Others may still need it, the backward pass of the layer before for "
    "one: make a new array.",
    see="computation-graphs",
)
def _(x, p_keep, rng):
    out, cache = bp.dropout_forward(x, p_keep, rng)
    x[...] = out.astype(x.dtype)
    return out, cache


# --- dropout_backward -------------------------------------------------------------------------


def dropout_backward_cases(rng: Rng) -> list[Case]:
    """Huge inputs, and a cache used twice, after another forward has drawn another mask."""

    def inputs(N: int, D: int, p_keep: float, calls: int = 1) -> dict[str, Any]:
        return {
            "x": normal(rng, N, D),
            "dout": normal(rng, N, D),
            "p_keep": p_keep,
            "seed": int(rng.integers(1000)),
            "calls": calls,
        }

    huge = inputs(9, 11, 0.7)
    huge["x"] *= 1e13
    some_zeros = inputs(9, 8, 0.6)
    some_zeros["x"][:, ::2] = 0.0
    return [
        Case(inputs(8, 6, 0.6)),
        Case(huge, DIGITS_LOST),
        Case(inputs(7, 10, 0.4, calls=2), "backward called twice, after another forward"),
        Case(some_zeros, "inputs of which many are 0"),
    ]


def measure_dropout_backward(answer: Any, inputs: Any, held_back: Any) -> Any:
    """What has become of dout, in words, given which outputs the forward pass has set to 0."""
    dout, p = np.asarray(inputs["dout"], dtype=float), inputs["p_keep"]
    kept = np.asarray(answer["out"], dtype=float) != 0
    dx = np.asarray(answer["dx"], dtype=float)
    if kept.shape != dout.shape or dx.shape != dout.shape:
        return {"dx": "another shape than x"}
    if not np.array_equal(answer["dout_after"], dout):
        return {"dx": "dout itself was changed"}
    if kept.all() or not kept.any():
        return {"dx": "a forward pass that drops nothing or everything"}
    unknown = inputs["x"] == 0  # whether such an entry was kept does not show in the output
    at_zeros = dx[unknown]
    factors = np.asarray(answer["out"])[kept] / inputs["x"][kept]
    constant = np.allclose(factors, factors.mean(), rtol=1e-5, atol=0.0)
    slope = factors.mean() if constant else 1 / p  # of the forward pass that this code has
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
                    return {"dx": "the entries taken for dropped whose input is 0"}
                return {"dx": f"{name} {place}"}
    return {"dx": "something else"}


@question(
    dropout_backward_cases,
    parts={"dx": 1},
    see="dropout",
    uses=("dropout_forward",),
    measure=measure_dropout_backward,
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


def _backward_mistake(id: str, says: str, see: str | None = None):
    """A wrong dropout_backward, written as a function of dout, mask (of 0 and 1), p_keep and x."""

    def register(wrong):
        def forward(x, p_keep, rng):
            out, mask = bp.dropout_forward(x, p_keep, rng)
            return out, (mask > 0, p_keep, np.copy(x), rng)

        dropout_backward.misconception(id, says, see, replaces="dropout_forward")(forward)
        backward = dropout_backward.misconceptions[-1].functions
        backward[dropout_backward.id] = lambda dout, cache: wrong(dout, *cache)
        return wrong

    return register


MASK_REDRAWN = (
    "The mask is not that of the forward pass. What was dropped there had no part in the loss, and "
    "what was kept did: put that very mask into the cache."
)


@_backward_mistake("mask-redrawn", MASK_REDRAWN)
def _(dout, mask, p_keep, x, rng):
    return dout * (np.random.default_rng().random(dout.shape) < p_keep) / p_keep


@_backward_mistake("mask-redrawn", MASK_REDRAWN)
def _(dout, mask, p_keep, x, rng):
    return dout * (np.random.default_rng().random(dout.shape) < p_keep)


@dropout_backward.misconception(
    "last-mask-for-all",
    "The mask is kept outside the cache, so a second forward pass puts its own in place of the first. "
    "What belongs to a call belongs in the cache of that call.",
    see="computation-graphs",
    replaces="dropout_forward",
)
def _(x, p_keep, rng):
    out, _LAST["mask"] = bp.dropout_forward(x, p_keep, rng)
    return out, None


_LAST: dict[str, Any] = {}
dropout_backward.misconceptions[-1].functions["dropout_backward"] = lambda dout, cache: (
    dout * _LAST["mask"]
)


@_backward_mistake(
    "scale-forgotten",
    "The division by p_keep is missing. The output was x / p_keep, so a push on x arrives 1 / p_keep "
    "times as large, and so does the gradient on its way back.",
)
def _(dout, mask, p_keep, x, rng):
    return dout * mask


@_backward_mistake(
    "scaled-the-wrong-way",
    "The gradient is multiplied by p_keep. The forward pass divided by it, and the slope of "
    "x / p_keep is 1 / p_keep.",
)
def _(dout, mask, p_keep, x, rng):
    return dout * mask * p_keep


@_backward_mistake(
    "scaled-twice",
    "The division by p_keep comes in twice: it is in the mask already.",
)
def _(dout, mask, p_keep, x, rng):
    return dout * mask / p_keep**2


@_backward_mistake(
    "derivative-skipped",
    "dout passes through as if nothing had been dropped. A dropped entry has no part in the loss, so "
    "no gradient flows back to it.",
)
def _(dout, mask, p_keep, x, rng):
    return dout.copy()


@_backward_mistake(
    "derivative-skipped",
    "dout is scaled, but passes everywhere. A dropped entry has no part in the loss, so no gradient "
    "flows back to it.",
)
def _(dout, mask, p_keep, x, rng):
    return dout / p_keep


@_backward_mistake(
    "mask-inverted",
    "The mask is upside down: the gradient passes where the entry was kept, and stops elsewhere.",
)
def _(dout, mask, p_keep, x, rng):
    return dout * ~mask / p_keep


@_backward_mistake(
    "mask-from-upstream",
    "The mask is taken from the sign of dout. Which entries were kept is a fact of the forward pass.",
)
def _(dout, mask, p_keep, x, rng):
    return dout * (dout > 0) / p_keep


@_backward_mistake(
    "upstream-ignored",
    "The upstream gradient is not used. This is the slope of the layer alone; multiply it by dout.",
)
def _(dout, mask, p_keep, x, rng):
    return mask / p_keep


@_backward_mistake(
    "value-for-slope",
    "dout is multiplied by the output. The slope of x / p_keep does not depend on x: it is 1 / p_keep "
    "where kept.",
)
def _(dout, mask, p_keep, x, rng):
    return dout * mask * x / p_keep


@_backward_mistake(
    "argument-changed-in-place",
    "dout itself is overwritten. Another branch of the graph may still need it: make a new array.",
    see="computation-graphs",
)
def _(dout, mask, p_keep, x, rng):
    dout *= mask / p_keep
    return dout


QUESTIONS: list[Question] = [dropout_forward, dropout_backward]
