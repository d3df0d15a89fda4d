"""Dropout, marked by properties that every right random draw has."""

from typing import Any

import numpy as np

from autograder.bank.inputs import WHOLE_NUMBERS, Rng, normal, whole
from autograder.marking.question import Case, question


def cases(rng: Rng) -> list[Case]:
    """Return cases with several shares p_keep.

    None is 0.5, because a program that confuses p_keep and 1 - p_keep would then be right. The
    driver repeats x as often as `tiles` says, to 200 rows of 80 entries. The shape of x is drawn,
    so that masks that were drawn in advance do not fit.
    """

    def inputs(p_keep: float, axes: int = 2, draw: Any = normal) -> dict[str, Any]:
        seed = int(rng.integers(1000))
        N, D = int(rng.choice([5, 8, 10, 20])), int(rng.choice([8, 10, 16, 20]))
        shape, tiles = [N, D], [200 // N, 80 // D]
        if axes == 3:
            shape, tiles = [N, 80 // D, D], [200 // N, 1, 1]
        return {"x": draw(rng, *shape), "p_keep": p_keep, "seed": seed, "tiles": tiles}

    return [
        Case(inputs(0.9), "x is repeated to (200, 80)"),
        Case(inputs(0.35), "few are kept"),
        Case(inputs(0.75, axes=3), "three axes"),
        Case(inputs(0.75, draw=whole), "whole numbers", advice=WHOLE_NUMBERS),
    ]


# The masks are random, so we cannot compare them with those of the reference. We test properties of
# the outputs and put the result into words, which are equal for all right answers. A right answer
# fails a test with a probability of less than one in ten million.
def measure_dropout_forward(answer: Any, inputs: Any, held_back: Any) -> Any:
    """Describe the outputs in words. A right answer fails in less than one of ten million runs."""
    p = inputs["p_keep"]
    x = np.tile(np.asarray(inputs["x"], dtype=float), inputs["tiles"])
    outs = [np.asarray(out, dtype=float) for out in answer["outs"]]
    big, small = outs[0], np.stack(outs[1:])
    if big.shape != x.shape or small.shape[1:] != inputs["x"].shape:
        return {"values": "a different shape from x", "mask": "a different shape from x"}
    kept, small_kept = (big != 0).reshape(200, 80), (small != 0).reshape(len(small), -1)

    def values():
        """Describe the entries that were kept, in the large draw and the small ones."""
        if not np.array_equal(answer["x_after"], x):
            return "x itself was changed"
        all_x = np.concatenate([x.ravel(), np.tile(np.ravel(inputs["x"]), len(small))])
        all_kept = np.concatenate([kept.ravel(), small_kept.ravel()])
        before = all_x[all_kept]
        after = np.concatenate([big.ravel(), small.ravel()])[all_kept]
        shares = [np.full(k.sum(), k.mean()) for k in [kept, *small_kept]]
        candidates = {
            "x / p_keep": before / p,
            "x": before,
            "x * p_keep": before * p,
            "x / (1 - p_keep)": before / (1 - p),
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
        if not kept[x.reshape(200, 80) < 0].any():
            return "no negative entry is ever kept"
        if (kept == kept[0]).all():
            return "the same columns kept in every row"
        if (kept == kept[:, :1]).all():
            return "whole rows kept or dropped"
        shares = {"p_keep": p, "1 - p_keep": 1 - p, "normal numbers below p_keep": below(p)}
        share = next((k for k, v in shares.items() if abs(kept.mean() - v) < 0.025), "another kind")
        if share != "p_keep":
            return f"a share of {share}"
        in_rows = kept.sum(axis=1).var() / (80 * p * (1 - p))
        in_columns = kept.sum(axis=0).var() / (200 * p * (1 - p))
        totals = small_kept.sum(axis=1)
        if in_rows < 0.01 or (totals == totals[0]).all():
            if (small_kept == small_kept[0]).all():
                return "the same entries kept in every call"
            return "always the same number kept"
        # The size of M^T M, relative to what it is on average if all entries are independent.
        M = kept - p
        spread = M.size * np.sum((M.T @ M) ** 2) / np.sum(M**2) ** 2 / (sum(M.shape) + 1)
        if not (0.4 < in_rows < 2.0 and 0.2 < in_columns < 2.5 and 0.92 < spread < 1.1):
            return "entries that depend on each other"
        if not np.array_equal(answer["again"], answer["outs"][1]):
            return "different entries kept with the same seed"
        return "a share of p_keep kept, independently"

    return {"values": values(), "mask": mask()}


@question(
    cases,
    parts={"values": 1, "mask": 1},
    see="dropout",
    measure=measure_dropout_forward,
    explains={
        "seed": "the seed of rng",
        "tiles": "how many times x is repeated along each axis before the first call",
    },
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


slip = dropout_forward.slip
KEPT = "rng.random(x.shape) < p_keep"
MASK = f"({KEPT}) / p_keep"
OUT = "return x * mask"

slip("dropout-not-inverted",
     "The entries that are kept are not divided by p_keep. So the sums in the next layer are "
     "smaller during training than later, when nothing is dropped. Divide by p_keep.",
     (MASK, KEPT))
slip("scaled-the-wrong-way",
     "The entries that are kept are multiplied by p_keep, which makes them smaller still. They "
     "have to compensate for the dropped entries, so divide by p_keep.",
     (MASK, f"({KEPT}) * p_keep"))
slip("scaled-by-drop-share",
     "The entries that are kept are divided by 1 - p_keep, the share that is dropped. An entry is "
     "kept with probability p_keep, so its mean is x again if it is divided by p_keep.",
     (MASK, f"({KEPT}) / (1 - p_keep)"))
slip("scaled-by-counted-share",
     "The entries that are kept are divided by the share that was kept in this draw. So the output "
     "of one unit depends on the draws for the others. Divide by p_keep, which is the share on "
     "average.",
     (MASK, KEPT), (OUT, "mask = mask / mask.mean(); return x * mask"))
slip("keep-share-dropped",
     "p_keep is the probability of keeping an entry, but here it is the probability of dropping "
     "it. (In some libraries the argument p is the probability of dropping.) Keep an entry where "
     "the random number is below p_keep.",
     ("< p_keep", ">= p_keep"))
slip("keep-share-dropped", None, (MASK, "(rng.random(x.shape) >= p_keep) / (1 - p_keep)"))
slip("keep-share-dropped", None, (MASK, "rng.random(x.shape) >= p_keep"))
slip("mask-for-value",
     "The result is the mask, divided by p_keep. Multiply it by x.",
     (OUT, "return mask"))
slip("same-units-in-every-row",
     "One mask is used for all rows, so each example drops the same units. Draw a random number "
     "for every entry of x: rng.random(x.shape).",
     ("rng.random(x.shape)", "rng.random(x.shape[-1])"))
slip("whole-examples-dropped",
     "Whole rows are kept or dropped, so whole examples are lost. Draw a random number for every "
     "entry of x: rng.random(x.shape).",
     ("rng.random(x.shape)", "rng.random((len(x),) + (1,) * (x.ndim - 1))"))
slip("fixed-number-kept",
     "Exactly the same number of entries is kept every time. Decide on each entry independently, "
     "so that the number varies around p_keep times the size.",
     (KEPT, "rng.permutation(x.size).reshape(x.shape) < round(p_keep * x.size)"))
slip("neighbours-share-a-decision",
     "Neighbouring entries are kept or dropped together, because one decision is used for several "
     "of them. Draw a random number for every entry of x: rng.random(x.shape).",
     (KEPT, "np.repeat(rng.random((-(-len(x) // 2), *x.shape[1:])), 2, axis=0)[: len(x)] < p_keep"))
slip("neighbours-share-a-decision", None,
     (KEPT, "np.repeat(rng.random((*x.shape[:-1], -(-x.shape[-1] // 2))), 2, axis=-1)"
            "[..., : x.shape[-1]] < p_keep"))
slip("fixed-number-kept", None,
     (KEPT, "rng.random(x.shape).argsort(axis=1) < round(p_keep * x.shape[1])"))
slip("rng-ignored",
     "The decisions do not come from the rng that was given. So a run cannot be repeated, or each "
     "step drops the same units. Use rng.random(x.shape). Do not use np.random, and do not make "
     "your own generator.",
     # Another seed at every call. Without seeds, two calls could agree by chance and break a test.
     ("def dropout_forward(", "seeds = iter(range(1 << 30))\ndef dropout_forward("),
     ("rng.random", "np.random.default_rng(next(seeds)).random"))
slip("rng-ignored", None, ("rng.random", "np.random.default_rng(0).random"))
slip("nothing-dropped", "Nothing is dropped. Each entry becomes 0 with probability 1 - p_keep.",
     (OUT, "return x.copy()"))
slip("nothing-dropped",
     "Nothing is dropped, but every entry is multiplied by p_keep. That is only the average "
     "effect. Set each entry to 0 with probability 1 - p_keep.",
     (OUT, "return x * p_keep"))
slip("mask-not-thresholded",
     "x is multiplied by the random numbers themselves. Compare them with p_keep, so that each "
     "entry is either kept or dropped.",
     (KEPT, "rng.random(x.shape)"))
slip("normal-for-uniform",
     "The decisions compare normal random numbers with p_keep. Use uniform numbers between 0 and "
     "1, rng.random, because the share of those below p_keep is p_keep.",
     ("rng.random(x.shape)", "rng.normal(size=x.shape)"))
slip("input-changed-in-place",
     "x itself is overwritten. Other code may still need it, for example the backward pass of the "
     "previous layer. Make a new array.",
     ("np.asarray(x, dtype=float)", "np.asarray(x)"),
     (OUT, "out = x * mask; x[...] = out; return out"), see="computation-graphs")
slip("relu-inside",
     "Negative inputs always give 0, as if ReLU were applied before dropout. Dropout alone keeps "
     "negative entries as often as positive ones. Leave ReLU out, because it is another layer.",
     (OUT, "return np.maximum(x, 0) * mask"), see="relu-backward")
