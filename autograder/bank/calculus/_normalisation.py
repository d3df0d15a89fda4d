"""Inputs, texts and slips that the questions on normalisation share."""

from typing import Any

import numpy as np

from autograder.bank.inputs import DIGITS_LOST, WHOLE_NUMBERS, Rng, normal, whole
from autograder.marking.question import Case, Question

# Texts for mistakes that several of these questions share.
WORDS = {
    "variance-for-deviation": (
        "The numbers are divided by the variance. Divide by its root, the standard deviation, so "
        "that the result has a standard deviation of 1."
    ),
    "scale-not-applied": (
        "The factor gamma is missing from dx. The output is gamma times the normalised x plus "
        "beta, so multiply dout by gamma first."
    ),
    "deviation-not-divided": (
        "The division by the standard deviation is missing from dx. The forward pass divided x by "
        "it, so divide dx by it too."
    ),
    "bias-gradient-averaged": (
        "dgamma and dbeta are means over the rows. If the loss is a mean, dout already contains "
        "the factor 1/N. Sum the rows instead."
    ),
    "bias-gradient-not-summed": (
        "dgamma and dbeta are not summed over the examples. Every row used the same gamma and "
        "beta, so add up the gradients of all rows."
    ),
    "bias-gradient-wrong-axis": (
        "dgamma and dbeta are summed over the features, so they have one number for each example. "
        "They need one for each feature, so sum over the examples, axis 0."
    ),
    "gradients-in-wrong-order": (
        "The gradients are returned in the wrong order. Return them in the order of the inputs: "
        "dx, dgamma, dbeta."
    ),
}
# Parts of the source of the backward passes, for edits.
CACHE = "x_hat, std, gamma = cache"
DGAMMA, DBETA = "(dout * x_hat).sum(axis=0)", "dout.sum(axis=0)"
BOTH = f"{DGAMMA}, {DBETA}"


def norm_inputs(rng: Rng, N: int, D: int, eps: float = 1e-5, draw: Any = normal) -> dict[str, Any]:
    """Return x with a separate scale and mean for each feature, and the other arguments."""
    x = draw(rng, N, D)
    if draw is normal:
        x = np.round(x * rng.uniform(0.5, 3, size=D) + rng.uniform(-2, 2, size=D), 2)
    return {
        "x": x,
        "gamma": normal(rng, D) + rng.choice([-2, 2], size=D),
        "beta": normal(rng, D),
        "eps": eps,
    }


def norm_backward_inputs(rng: Rng, N: int, D: int, calls: int = 1, **more: Any) -> dict[str, Any]:
    """Return the inputs of a forward pass, an upstream gradient, and the number of calls."""
    return {**norm_inputs(rng, N, D, **more), "dout": normal(rng, N, D), "calls": calls}


def one_feature_constant(inputs: dict[str, Any]) -> dict[str, Any]:
    """Return the same inputs with one feature that is 3 in every example."""
    x = inputs["x"].copy()
    x[:, 1] = 3
    return {**inputs, "x": x}


def norm_backward_cases(rng: Rng) -> list[Case]:
    """Return cases with a large eps, a constant feature, and a cache used twice."""
    lost = norm_backward_inputs(rng, 5, 3, eps=1e-17)
    return [
        Case(norm_backward_inputs(rng, 4, 3)),
        Case(norm_backward_inputs(rng, 3, 5)),
        Case(norm_backward_inputs(rng, 5, 3, eps=0.5), "a large eps"),
        Case(one_feature_constant(norm_backward_inputs(rng, 5, 4)), "one feature is constant"),
        Case(
            norm_backward_inputs(rng, 4, 3, calls=2), "backward called twice, after another forward"
        ),
        Case({**lost, "x": 1e-7 * lost["x"], "beta": 1e30 * lost["beta"]}, DIGITS_LOST),
        Case(norm_backward_inputs(rng, 4, 4), "as many features as examples"),
        Case(norm_backward_inputs(rng, 9, 2), "nine examples"),
        Case(norm_backward_inputs(rng, 6, 4, draw=whole), advice=WHOLE_NUMBERS),
    ]


def add_slips_of_both(question: Question, forward: str, over: str, count: str) -> None:
    """Add the mistakes that batch and layer normalisation share.

    forward: the name of the forward pass. over: the arguments of mean and var in the source, which
    choose the axis. count: the source text for the number of entries along this axis.
    """
    slip, pair = question.slip, (forward, question.id)
    paths, dx = "dx_hat - by_mean - by_variance", "by_variance) / std"
    root, kept = f"np.sqrt(x.var({over}) + eps)", "(x_hat, std, gamma)"

    slip(
        "statistics-as-constants",
        "Mean and variance are treated as constants. Every entry of x changes both of them, and "
        "through them the other outputs. Add the two terms of dx that come from the mean and the "
        "variance.",
        (paths, "dx_hat"),
    )
    slip(
        "variance-path-forgotten",
        "dx lacks the term from the variance. Every entry of x changes the variance, and through "
        "it the other outputs.",
        (paths, "dx_hat - by_mean"),
    )
    slip(
        "mean-path-forgotten",
        "dx lacks the term from the mean. If all entries grow by the same number, the output stays "
        "the same, so dx must sum to 0 over the entries that share a mean.",
        (paths, "dx_hat - by_variance"),
    )
    slip(
        "variance-by-n-minus-one",
        "The variance term in dx is divided by the number of entries minus 1. The forward pass "
        "divides by the number of entries, so do the same here.",
        (paths, f"dx_hat - by_mean - by_variance * {count} / ({count} - 1)"),
    )
    slip(
        "mean-forgotten",
        "The mean and variance terms in dx are sums. The mean and the variance both contain a "
        "division by the number of entries, so use means.",
        ("dx_hat.mean(", "dx_hat.sum("),
        ("x_hat).mean(", "x_hat).sum("),
    )
    slip(
        "sign-flipped",
        "The mean and variance terms in dx have the wrong sign. The mean is subtracted, and the "
        "result is divided by the deviation, so both terms need a minus sign.",
        (paths, "dx_hat + by_mean + by_variance"),
    )
    slip(
        "factor-2-forgotten",
        "The variance term in dx is too small by a factor of 2. The derivative of (x - mean)² is 2 "
        "(x - mean).",
        (paths, "dx_hat - by_mean - by_variance / 2"),
    )
    slip(
        "root-not-differentiated",
        "The variance term in dx is too large by a factor of 2. The derivative of v to the power "
        "-1/2 is -1/2 times v to the power -3/2.",
        (paths, "dx_hat - by_mean - 2 * by_variance"),
    )
    slip(
        "exponent-not-lowered",
        "The gradient with respect to the variance contains the power -1/2. It should be -3/2, "
        "because the derivative of v to the power -1/2 is -1/2 times v to the power -3/2.",
        (paths, "dx_hat - by_mean - by_variance * std**2"),
    )
    slip("upstream-ignored", None, (CACHE, f"{CACHE}; dout = np.ones_like(dout)"))
    slip(
        "upstream-ignored",
        "dgamma and dbeta do not use the upstream gradient. Sum dout for dbeta, and dout times the "
        "normalised x for dgamma.",
        (BOTH, "x_hat.sum(axis=0), np.ones_like(dout).sum(axis=0)"),
    )
    slip("scale-not-applied", WORDS["scale-not-applied"], ("dout * gamma", "dout"))
    outside = f"np.sqrt(x.var({over})) + eps"
    slip("epsilon-outside-root", None, (root, outside), of=pair)
    slip("epsilon-outside-root", None, (kept, f"(x_hat, {outside}, gamma)"), of=pair)
    slip("epsilon-ignored", None, (" + eps)", ")"), of=pair)
    slip("epsilon-ignored", None, (kept, f"(x_hat, x.std({over}), gamma)"), of=pair)
    slip("deviation-not-divided", WORDS["deviation-not-divided"], (dx, "by_variance)"))
    slip(
        "variance-for-deviation",
        "dx is divided by the variance. The forward pass divided by its root, the standard "
        "deviation.",
        (dx, f"{dx}**2"),
    )
    slip(
        "input-not-normalised",
        "dgamma is computed from x. In the forward pass gamma was multiplied by the normalised x. "
        "Use that.",
        (kept, "(x_hat, std, gamma, x)"),
        (CACHE, "x_hat, std, gamma, x = cache"),
        (DGAMMA, "(dout * x).sum(axis=0)"),
        of=pair,
    )
    slip(
        "output-for-normalised",
        "dgamma is computed from the output. In the forward pass gamma was multiplied by the "
        "normalised x, before beta was added. Use that.",
        (kept, "(x_hat, std, gamma, gamma * x_hat + beta)"),
        (CACHE, "x_hat, std, gamma, out = cache"),
        (DGAMMA, "(dout * out).sum(axis=0)"),
        of=pair,
    )
    averaged = "bias-gradient-averaged"
    slip(averaged, WORDS[averaged], (BOTH, "(dout * x_hat).mean(axis=0), dout.mean(axis=0)"))
    slip(
        averaged,
        "dbeta is the mean over the rows. If the loss is a mean, dout already contains the factor "
        "1/N. Sum the rows instead.",
        (DBETA, "dout.mean(axis=0)"),
    )
    not_summed, wrong_axis = "bias-gradient-not-summed", "bias-gradient-wrong-axis"
    slip(not_summed, WORDS[not_summed], (BOTH, "dout * x_hat, dout"))
    by_example = (BOTH, "(dout * x_hat).sum(axis=1), dout.sum(axis=1)")
    slip(wrong_axis, WORDS[wrong_axis], by_example, see="shapes-and-batches")
    slip(
        "bias-gradient-keeps-axis",
        "dgamma and dbeta have shape (1, D). A gradient has the shape of its parameter, (D,).",
        (BOTH, f"{DGAMMA}[None, :], {DBETA}[None, :]"),
        see="shapes-and-batches",
    )
    wrong_order = "gradients-in-wrong-order"
    slip(wrong_order, WORDS[wrong_order], (BOTH, f"{DBETA}, {DGAMMA}"))
