"""Gradients that are scaled down together until their common norm is at most a given one."""

from typing import Any

import numpy as np

from autograder.bank.inputs import WHOLE_NUMBERS, Rng, normal, whole
from autograder.marking.question import Case, question


def cases(rng: Rng) -> list[Case]:
    """Return cases with gradients too long, short enough, too long only together, and all zero."""

    def scaled(total: float, *arrays: np.ndarray) -> list[np.ndarray]:
        """Return the arrays with a norm near `total`, because nobody is to know it in advance."""
        norm = np.sqrt(sum(np.sum(g**2) for g in arrays)) * rng.uniform(0.95, 1.05)
        return [g * (total / norm) for g in arrays]

    parts = [normal(rng, 2, 3), normal(rng, 3)]
    even = [scaled(1.0, normal(rng, *shape))[0] for shape in ((2, 4), (4,), (4, 3))]
    wholes = [whole(rng, 3, 4), whole(rng, 2, 3, 2)]
    three_axes = [normal(rng, 3, 4), normal(rng, 2, 3, 2)]
    return [
        Case({"grads": scaled(5.0, *parts), "max_norm": 2.0}, "too long"),
        Case({"grads": scaled(1.5, *parts), "max_norm": 4.0}, "short enough"),
        Case({"grads": even, "max_norm": 1.2},
             "no array is too long, but all of them together are"),
        Case({"grads": [np.zeros((3, 2)), np.zeros(2)], "max_norm": 1.0}, "all gradients are 0"),
        Case({"grads": scaled(6.0, *three_axes), "max_norm": 2.5}, "three axes"),
        Case({"grads": scaled(30.0, normal(rng, 4, 2)), "max_norm": 0.5}, "a single array"),
        Case({"grads": scaled(5.0, *parts), "max_norm": 10.0}, "short enough, and longer than 1"),
        Case({"grads": scaled(0.7, *parts), "max_norm": 0.6}, "too long, and shorter than 1"),
        Case({"grads": wholes, "max_norm": 2.5}, "whole numbers", advice=WHOLE_NUMBERS),
    ]


@question(cases, parts={"clipped": 1, "norm": 1}, see="gradient-clipping")
def clip_by_global_norm(code: Any, grads: Any, max_norm: Any) -> Any:
    clipped, norm = code.clip_by_global_norm(grads, max_norm)
    return {"clipped": clipped, "norm": norm}


PLAIN = (
    """# The largest entry is taken out first, because the square of 1e200 is too large for a float.
    largest = float(np.max([np.abs(g).max(initial=0.0) for g in arrays], initial=0.0))
    if largest == 0.0 or not np.isfinite(largest):
        return arrays, largest
    units = [g / largest for g in arrays]
    length = float(np.sqrt(sum(np.vdot(u, u) for u in units)))
    norm = length * largest
    if norm <= max_norm:
        return arrays, norm
    return [u * (max_norm / length) for u in units], norm
""",
    """norm = float(np.sqrt(sum(np.vdot(g, g) for g in arrays)))
    if norm <= max_norm:
        return arrays, norm
    return [g * (max_norm / norm) for g in arrays], norm
""",
)


def slip(id: str, says: str | None, *edits: tuple[str, str], see: str | None = None) -> None:
    """Register a mistake as edits of the plain formula, which is enough for entries below 1e150."""
    clip_by_global_norm.slip(id, says, PLAIN, *edits, see=see)


SHORT, SCALE = "if norm <= max_norm:", "max_norm / norm"
NORM = "np.sqrt(sum(np.vdot(g, g) for g in arrays))"
CLIPPED = f"[g * ({SCALE}) for g in arrays]"
CUT_ALONE = "[g * (max_norm / max(max_norm, np.linalg.norm(g))) for g in arrays]"

slip("short-gradients-stretched",
     "Gradients shorter than max_norm are made longer. Clipping should only make gradients "
     "shorter. Return short ones unchanged.",
     (SHORT, "if norm == 0:"))
slip("zero-norm-divided",
     "Your code divides by the norm even if it is 0. Gradients that are all 0 become NaN, and "
     "after the next update so do the weights. Divide only if the norm is larger than max_norm.",
     (SHORT, "if False:"), (SCALE, "np.minimum(norm, max_norm) / norm"))
slip("zero-norm-divided",
     "All gradients are multiplied by max_norm / norm. This gives NaN when the norm is 0, and it "
     "makes short gradients longer. Clipping should change a gradient only if its norm is larger "
     "than max_norm.",
     (SHORT, "if False:"), (SCALE, "max_norm * (1 / np.float64(norm))"))
slip("max-norm-ignored",
     "Long gradients are cut to a length of 1, whatever max_norm is. Cut them to max_norm.",
     (SCALE, "1 / norm"))
slip("scaled-without-norm",
     "Long gradients are multiplied by max_norm, but not divided by their norm. Multiply by "
     "max_norm / norm.",
     (SCALE, "max_norm"))
slip("comparison-reversed",
     "The comparison is reversed, so short gradients are stretched and long ones are left "
     "unchanged.",
     (SHORT, "if not 0 < norm < max_norm:"))
slip("square-root-forgotten",
     "The norm is squared, because the root of the sum of squares is missing. So most gradients "
     "count as too long and are cut too much.",
     (NORM, "sum(np.vdot(g, g) for g in arrays)"))
slip("squared-norm-compared",
     "The squared norm is compared with max_norm, so some short gradients are cut as well. Take "
     "the square root first, and compare the norm itself.",
     (SHORT, "if norm**2 <= max_norm:"))
slip("norms-added",
     "The norms of the arrays are added. All entries together form one long vector, so add the "
     "squares, and then take the root.",
     (NORM, "sum(np.linalg.norm(g) for g in arrays)"))
slip("norms-averaged",
     "The norms of the arrays are averaged. All entries together form one long vector, so add the "
     "squares of all of them, and then take the root.",
     (NORM, "np.mean([np.linalg.norm(g) for g in arrays])"))
slip("longest-array-only",
     "Only the longest array is measured. All arrays together form one long vector, so add the "
     "squares of all of them.",
     (NORM, "max(np.linalg.norm(g) for g in arrays)"))
slip("arrays-clipped-one-by-one",
     "Every array is scaled by its own norm, which changes the direction of the step. Multiply all "
     "arrays by the same factor.",
     (CLIPPED, CUT_ALONE))
slip("arrays-clipped-one-by-one",
     "Every array has its own norm here. Compute one norm for all gradients together, and multiply "
     "all arrays by the same factor, so that the direction of the step stays the same.",
     (SHORT, "if False:"),
     (f"{CLIPPED}, norm", f"{CUT_ALONE}, [np.linalg.norm(g) for g in arrays]"))
slip("entries-clipped",
     "Every entry is cut to the range from -max_norm to max_norm, which changes the direction of "
     "the step. Multiply all entries by the same factor.",
     (CLIPPED, "[np.clip(g, -max_norm, max_norm) for g in arrays]"))
slip("norm-after-clipping",
     "Your norm is that of the clipped gradients. Return the norm before clipping, because it "
     "shows how often and how far the gradients explode.",
     (f"{CLIPPED}, norm", f"{CLIPPED}, max_norm"))
slip("not-clipped",
     "The gradients are returned unchanged. If the norm is too large, multiply them by max_norm / "
     "norm.",
     (CLIPPED, "grads"))
slip("argument-changed-in-place", "The caller's gradients are overwritten. Return new arrays.",
     (f"return {CLIPPED}, norm",
      f"for g in grads:\n        g[...] = g * ({SCALE})\n    return grads, norm"),
     see="computation-graphs")
slip("argument-changed-in-place",
     "The arrays in the caller's list are replaced. Return a new list.",
     (f"return {CLIPPED}", f"grads[:] = {CLIPPED}\n    return grads"), see="computation-graphs")
