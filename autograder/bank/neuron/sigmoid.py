"""The sigmoid, for numbers and arrays."""

from typing import Any

import numpy as np

from autograder.bank.inputs import Rng, normal, whole
from autograder.marking.question import Case, question


def cases(rng: Rng) -> list[Case]:
    """Return cases with several shapes, plain numbers, integers, and exponentials that overflow."""
    large = np.array([[-1000.0, 1000.0, -710.0], [40.0, -30.0, 750.0]])
    return [
        Case({"z": normal(rng, 3)}),
        Case({"z": round(float(normal(rng)), 3)}, "a single number"),
        Case({"z": 2 * normal(rng, 2, 4, 3)}, "three axes"),
        Case({"z": whole(rng, 4, 3)}, "whole numbers"),
        Case({"z": int(whole(rng))}, "a single whole number"),
        Case({"z": large + normal(rng, 2, 3)}, "very large arguments"),
    ]


@question(cases, parts={"out": 2}, see="soft-neuron")
def sigmoid(code: Any, z: Any) -> Any:
    import warnings

    with np.errstate(over="warn"), warnings.catch_warnings():
        warnings.simplefilter("error", RuntimeWarning)  # students would see a warning
        out = code.sigmoid(z)
    return {"out": float(out) if isinstance(out, np.floating) else out}


slip = sigmoid.slip
VALUE = "np.exp(-np.logaddexp(0.0, -np.asarray(z, dtype=float)))"

slip("exp-overflow",
     "e to a large number overflows: NumPy warns, and what follows may be inf or nan. Arrange the "
     "formula so that the exponent is never large and positive.",
     (VALUE, "1 / (1 + np.exp(-np.asarray(z)))"), see="stable-sigmoid")
slip("exp-overflow", None, (VALUE, "np.exp(z) / (1 + np.exp(z))"))
# np.where computes both branches, so this one overflows, too.
slip("exp-overflow", None,
     (VALUE, "np.where(z >= 0, 1 / (1 + np.exp(-z)), np.exp(z) / (1 + np.exp(z)))"))
slip("sign-of-exponent",
     "The exponent has the wrong sign, so the curve falls instead of rising: it is e to the minus "
     "z.",
     ("-np.asarray", "np.asarray"))
slip("sign-of-exponent",
     "The exponent has the wrong sign, so the curve falls instead of rising: it is e to the minus "
     "z. Besides, it overflows for large z.",
     (VALUE, "np.asarray(1 / (1 + np.exp(z)))"))
slip("integers-truncated", None,
     (f"return {VALUE}", f"out = np.zeros_like(z); out[...] = {VALUE}; return out"),
     see="shapes-and-batches")
slip("number-becomes-array",
     "A single number comes back as an array of one entry. The output has the shape of the input, "
     "and a number has the shape ().",
     (VALUE, f"np.atleast_1d({VALUE})"), see="shapes-and-batches")
slip("slope-for-value",
     "This is the slope s(1 - s). The neuron answers with the value s; the slope comes in later "
     "chapters.",
     (f"return {VALUE}", f"s = {VALUE}; return s * (1 - s)"))
slip("tanh-for-sigmoid", "This is tanh, which runs from -1 to 1. The sigmoid runs from 0 to 1.",
     (VALUE, "np.tanh(z)"))
slip("step-for-sigmoid",
     "This is the step: it jumps from 0 to 1. The sigmoid passes through everything between.",
     (VALUE, "(np.asarray(z) > 0) * 1.0"))
slip("one-forgotten",
     "The 1 in the denominator is missing, so this is a plain exponential, which grows without "
     "end.",
     (VALUE, "np.exp(np.minimum(z, 700.0))"))
