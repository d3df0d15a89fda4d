"""The forward pass of batch normalisation."""

from typing import Any

import numpy as np

from autograder.bank.calculus._normalisation import WORDS, norm_inputs, one_feature_constant
from autograder.bank.inputs import WHOLE_NUMBERS, Rng, whole
from autograder.marking.question import Case, question


def cases(rng: Rng) -> list[Case]:
    """Return cases with a large eps, a constant feature, one example, or a large mean."""
    far = norm_inputs(rng, 4, 3)
    # The squares of these numbers lose the last digits. So the mean of x² minus the square of the
    # mean is exactly 0, however it is computed, and not a rounding error that would hide its cause.
    far["x"] = 2.0**30 + rng.permuted(np.tile([[-3.0], [-1.0], [1.0], [3.0]], 3), axis=0)
    return [
        Case(norm_inputs(rng, 3, 2)),
        Case(norm_inputs(rng, 5, 4)),
        Case(norm_inputs(rng, 4, 3, eps=0.5), "a large eps"),
        Case(one_feature_constant(norm_inputs(rng, 4, 2)), "one feature is constant"),
        Case(norm_inputs(rng, 1, 3), "a batch of one example"),
        Case(far, "numbers far from 0"),
        Case(norm_inputs(rng, 4, 4), "as many features as examples"),
        Case(norm_inputs(rng, 9, 2), "nine examples"),
        Case(norm_inputs(rng, 6, 3, draw=whole), advice=WHOLE_NUMBERS),
    ]


@question(cases, parts={"out": 2}, see="batch-norm")
def batchnorm_forward(code: Any, x: Any, gamma: Any, beta: Any, eps: Any) -> Any:
    out, cache = code.batchnorm_forward(x, gamma, beta, eps)
    return {"out": out}


slip = batchnorm_forward.slip
MEAN, VAR, OUT = "x.mean(axis=0)", "x.var(axis=0)", "gamma * x_hat + beta"
STD = f"np.sqrt({VAR} + eps)"

slip("normalised-over-features",
     "Each example is normalised over its features. Batch normalisation takes one mean and one "
     "variance for each feature, over the examples, so use axis 0.",
     (MEAN, "x.mean(axis=1, keepdims=True)"), (VAR, "x.var(axis=1, keepdims=True)"))
slip("one-mean-for-all-features",
     "There is one mean and one variance for the whole array. Each feature needs its own, so use "
     "axis 0.",
     (MEAN, "x.mean()"), (VAR, "x.var()"))
slip(
    "variance-by-n-minus-one",
    "The variance is divided by N - 1. Batch normalisation divides by N: the variance is the mean "
    "of the squared distances from the mean.",
    # the same as ddof=1, but without a warning
    (VAR, f"{VAR} * np.divide(len(x), len(x) - 1)"),
)
slip("epsilon-outside-root", None, (STD, "x.std(axis=0) + eps"))
slip("epsilon-ignored", None, (STD, "x.std(axis=0)"))
slip("epsilon-ignored", "eps is always 1e-5. It is an argument, so use the given number.",
     (STD, f"np.sqrt({VAR} + 1e-5)"))
slip("variance-for-deviation", WORDS["variance-for-deviation"], (STD, f"{VAR} + eps"))
slip("not-centred",
     "The mean is not subtracted. Subtract it before you divide, so that each feature has a mean "
     "of 0.",
     (f"(x - {MEAN})", "x"))
slip("mean-square-for-variance",
     "The variance is computed as the mean of x². It is the mean of (x - mean)², so subtract the "
     "mean first.",
     (VAR, "(x**2).mean(axis=0)"))
slip("scale-and-shift-forgotten",
     "gamma and beta are missing. Multiply the normalised x by gamma and add beta.",
     (OUT, "x_hat"))
slip("scale-not-applied",
     "gamma is missing. Multiply each normalised feature by its gamma.",
     (OUT, "x_hat + beta"))
slip("shift-not-applied", "beta is missing. Add it to each feature at the end.",
     (OUT, "gamma * x_hat"))
slip("scale-and-shift-swapped",
     "gamma and beta are swapped. Multiply by gamma, and add beta.",
     (OUT, "beta * x_hat + gamma"))
slip("shift-before-scale",
     "beta is added before the multiplication by gamma. Multiply by gamma first, then add beta.",
     (OUT, "gamma * (x_hat + beta)"))
slip("variance-cancels",
     "The variance is computed as the mean of x² minus the square of the mean. If x is far from 0, "
     "these two numbers are large and agree in nearly all digits, so few digits of the difference "
     "are right. Subtract the mean first, then square.",
     (VAR, f"(x**2).mean(axis=0) - {MEAN}**2"))
