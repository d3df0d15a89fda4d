"""The forward and backward pass of RMS normalisation."""

from typing import Any

import numpy as np

from autograder.bank.inputs import DIGITS_LOST, WHOLE_NUMBERS, Rng, normal, whole
from autograder.marking.question import Case, question


def cases(rng: Rng) -> list[Case]:
    """Return cases with a large eps, rows whose mean is far from 0, and a cache used twice."""

    def inputs(N: int, D: int, eps: float = 1e-5, calls: int = 1, draw: Any = normal) -> Any:
        x = draw(rng, N, D)
        if draw is normal:  # a mean far from 0, so that subtracting it changes the result
            x = np.round(x + rng.choice([-2, 2], size=(N, 1)), 3)
        return {
            "x": x,
            "gamma": normal(rng, D) + rng.choice([-2, 2], size=D),
            "eps": eps,
            "dout": normal(rng, N, D),
            "calls": calls,
        }

    lost = inputs(5, 3)
    lost = {**lost, "x": 1e20 * lost["x"], "gamma": 1e20 * lost["gamma"]}
    return [
        Case(inputs(2, 3)),
        Case(inputs(4, 5)),
        Case(inputs(5, 3, eps=0.5), "a large eps"),
        Case(inputs(4, 3, calls=2), "backward called twice, after another forward"),
        Case(lost, DIGITS_LOST),
        Case(inputs(4, 4), "as many features as examples"),
        Case(inputs(9, 2), "nine examples"),
        Case(inputs(6, 4, draw=whole), advice=WHOLE_NUMBERS),
    ]


@question(
    cases,
    parts={"out": 1, "dx": 2, "dgamma": 1},
    see="layer-norm",
    writes=("rmsnorm_forward", "rmsnorm_backward"),
    bonus=True,
)
def rmsnorm_backward(code: Any, x: Any, gamma: Any, eps: Any, dout: Any, calls: Any) -> Any:
    out, cache = code.rmsnorm_forward(x, gamma, eps)
    if calls > 1:
        code.rmsnorm_forward(1 - x * x, gamma, eps)
    for _ in range(calls):
        dx, dgamma = code.rmsnorm_backward(dout, cache)
    return {"out": out, "dx": dx, "dgamma": dgamma}


slip = rmsnorm_backward.slip
OVER = "axis=1, keepdims=True"
ROOT, HAT, PATHS = f"np.sqrt((x**2).mean({OVER}) + eps)", "x_hat = x / rms", "dx_hat - by_rms"
BY_RMS, DGAMMA = f"(dx_hat * x_hat).mean({OVER})", "(dout * x_hat).sum(axis=0)"

slip("root-mean-square-as-constant",
     "The root mean square is treated as a constant in dx. Every entry of an example changes it, "
     "and through it all outputs of that example. Subtract the term that comes from it.",
     (PATHS, "dx_hat"))
slip("mean-subtracted",
     "The mean is subtracted, as in layer normalisation. RMS normalisation only divides by the "
     "root of the mean of x², and does not subtract the mean.",
     (f"rms = {ROOT}", f"x = x - x.mean({OVER}); rms = {ROOT}"))
slip("mean-subtracted", None,
     (f"rms = {ROOT}", f"x = x - x.mean({OVER}); rms = {ROOT}"),
     (PATHS, f"{PATHS} - dx_hat.mean({OVER})"))
slip("mean-subtracted",
     "The mean of x is subtracted before the division by the root mean square. RMS normalisation "
     "only divides, so leave this subtraction out.",
     (HAT, f"x_hat = (x - x.mean({OVER})) / rms"))
slip("mean-path-added",
     "dx has a third term from a mean, as in layer normalisation. Here the forward pass subtracts "
     "no mean, so leave this term out.",
     (PATHS, f"{PATHS} - dx_hat.mean({OVER})"))
slip("standard-deviation-for-rms",
     "x is divided by its standard deviation. RMS normalisation divides by the root of the mean "
     "of x² itself, without subtracting the mean first.",
     (ROOT, f"np.sqrt(x.var({OVER}) + eps)"))
slip("sum-for-mean",
     "The squares of an example are summed. Take their mean, so that the outputs have a size of 1 "
     "for any number of features.",
     (f"(x**2).mean({OVER})", f"(x**2).sum({OVER})"),
     (f"x_hat).mean({OVER})", f"x_hat).sum({OVER})"))
slip("sum-for-mean",
     "The squares of an example are summed in the forward pass. Take their mean.",
     (f"(x**2).mean({OVER})", f"(x**2).sum({OVER})"))
slip("mean-forgotten",
     "The root-mean-square term in dx is a sum over the features. The mean of the squares contains "
     "a division by D, so use a mean.",
     (f"x_hat).mean({OVER})", f"x_hat).sum({OVER})"))
slip("divided-by-examples",
     "The root-mean-square term in dx is divided by N, the number of examples. It is a sum over "
     "the D features of one example, so divide by D.",
     (f"x_hat).mean({OVER})", f"x_hat).sum({OVER}) / len(dout)"))
slip("scale-not-applied",
     "The factor gamma is missing from dx. The output is gamma times the normalised x, so multiply "
     "dout by gamma first.",
     ("dout * gamma", "dout"))
slip("scale-outside-the-mean",
     "dx is multiplied by gamma at the end. The mean in dx runs over features with different "
     "gammas, so multiply dout by gamma before you take the mean.",
     ("dout * gamma", "dout"), (f"({PATHS}) / rms", f"({PATHS}) / rms * gamma"))
slip("normalised-over-examples",
     "The mean of the squares is taken over the examples. RMS normalisation takes it within each "
     "example, over its features, so use axis 1.",
     (f"(x**2).mean({OVER})", "(x**2).mean(axis=0)"),
     (f"x_hat).mean({OVER})", "x_hat).mean(axis=0)"))
slip("normalised-over-examples",
     "The mean in dx runs over the examples. The forward pass took it within each example, so use "
     "axis 1 here too.",
     (f"x_hat).mean({OVER})", "x_hat).mean(axis=0)"))
slip("root-not-divided",
     "The division by the root mean square is missing from dx. The forward pass divided x by it, "
     "so divide dx by it too.",
     (f"({PATHS}) / rms", f"({PATHS})"))
slip("root-forgotten",
     "x is divided by the mean of the squares. Divide by its root, so that the result has a size "
     "of 1.",
     (ROOT, f"(x**2).mean({OVER}) + eps"))
slip("root-forgotten",
     "dx is divided by the mean of the squares. The forward pass divided by its root.",
     (f"({PATHS}) / rms", f"({PATHS}) / rms**2"))
slip("input-for-normalised",
     "The root-mean-square term in dx is computed from x. Use the normalised x instead, or divide "
     "by the mean of the squares once more.",
     (BY_RMS, f"(dx_hat * x_hat * rms).mean({OVER})"), ("by_rms = x_hat", "by_rms = x_hat * rms"))
slip("epsilon-outside-root",
     "eps is added to the root. Here it belongs to the mean of the squares, under the root.",
     (ROOT, f"np.sqrt((x**2).mean({OVER})) + eps"))
slip("epsilon-ignored",
     "The argument eps is not used. It keeps the division possible for an example that is all "
     "zeros, and it changes the result everywhere else.",
     (" + eps", ""))
slip("upstream-ignored", None, ("x_hat, rms, gamma = cache",
                                "x_hat, rms, gamma = cache; dout = np.ones_like(dout)"))
slip("upstream-ignored",
     "dgamma does not use the upstream gradient. Sum dout times the normalised x.",
     (DGAMMA, "x_hat.sum(axis=0)"))
slip("scale-gradient-averaged",
     "dgamma is a mean over the rows. If the loss is a mean, dout already contains the factor 1/N. "
     "Sum the rows instead.",
     (DGAMMA, "(dout * x_hat).mean(axis=0)"))
slip("scale-gradient-not-summed",
     "dgamma is not summed over the examples. Every row used the same gamma, so add up the "
     "gradients of all rows.",
     (DGAMMA, "dout * x_hat"))
slip("scale-gradient-wrong-axis",
     "dgamma is summed over the features, so it has one number for each example. It needs one for "
     "each feature, so sum over the examples, axis 0.",
     (DGAMMA, "(dout * x_hat).sum(axis=1)"), see="shapes-and-batches")
slip("input-not-normalised",
     "dgamma is computed from x. In the forward pass gamma was multiplied by the normalised x. Use "
     "that.",
     (DGAMMA, "(dout * x_hat * rms).sum(axis=0)"))
slip("output-for-normalised",
     "dgamma is computed from the output. In the forward pass gamma was multiplied by the "
     "normalised x. Use that.",
     (DGAMMA, "(dout * x_hat * gamma).sum(axis=0)"))
slip("factor-2-forgotten",
     "The root-mean-square term in dx is too small by a factor of 2. The derivative of x² is 2x.",
     (PATHS, "dx_hat - by_rms / 2"))
slip("root-not-differentiated",
     "The root-mean-square term in dx is too large by a factor of 2. The derivative of m to the "
     "power -1/2 is -1/2 times m to the power -3/2.",
     (PATHS, "dx_hat - 2 * by_rms"))
slip("sign-flipped",
     "The root-mean-square term in dx has the wrong sign. A larger x makes the divisor larger and "
     "all outputs smaller, so subtract the term.",
     (PATHS, "dx_hat + by_rms"))
slip("cache-overwritten",
     "Your code writes dx over the normalised x in the cache, so a second call finds the wrong "
     "numbers there. Never write to a cache. Make a new array.",
     (f"dx = ({PATHS}) / rms", f"dx = ({PATHS}) / rms; dgamma = {DGAMMA}; x_hat[...] = dx"),
     (f"return dx, {DGAMMA}", "return dx, dgamma"), see="computation-graphs")
