"""The sigmoid, for numbers and arrays."""

from typing import Any

import numpy as np

from autograder.bank.inputs import OF_THE_BOOK, Rng, normal, whole
from autograder.marking.question import Case, question


def cases(rng: Rng) -> list[Case]:
    """Return cases with several shapes, plain numbers, integers, and exponentials that overflow."""
    large = np.array([[-1000.0, 1000.0, -710.0], [40.0, -30.0, 750.0]])
    return [
        # the two sums in "A softer neuron", which give 0.5 and 0.75
        Case({"z": np.array([0.0, np.log(3.0)])}, OF_THE_BOOK),
        Case({"z": normal(rng, 3)}),
        Case({"z": round(float(normal(rng)), 3)}, "a single number"),
        Case({"z": 2 * normal(rng, 2, 4, 3)}, "three axes"),
        Case({"z": whole(rng, 4, 3)}, "whole numbers"),
        Case({"z": int(whole(rng))}, "a single whole number"),
        Case({"z": large + normal(rng, 2, 3)}, "very large arguments"),
    ]


@question(cases, parts={"values": 1, "no warning": 1}, see="soft-neuron")
def sigmoid(code: Any, z: Any) -> Any:
    import warnings

    whole = np.asarray(z).dtype.kind == "i"  # integers can cost only the values
    with np.errstate(over="warn"), warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always", RuntimeWarning)
        try:
            out = code.sigmoid(z.copy() if whole and np.ndim(z) else z)
        except (TypeError, ValueError, IndexError) as error:
            if not whole:
                raise
            out = f"{type(error).__name__}: {error}"
    values = float(out) if isinstance(out, np.floating) else out
    seen = f"NumPy warns: {warned[0].message}" if warned else values
    return {"values": values, "no warning": "" if whole else seen}


slip = sigmoid.slip
VALUE = "np.exp(-np.logaddexp(0.0, -np.asarray(z, dtype=float)))"

slip("exp-overflow",
     "For z = -1000, your code computes e to the 1000, which is larger than any float. So NumPy "
     "warns of an overflow, although the result is right. Choose the form by the sign of z, so "
     "that the exponent is never large and positive. (np.where alone is not enough, because it "
     "computes both forms for all entries.)",
     (VALUE, "1 / (1 + np.exp(-np.asarray(z)))"), see="sigmoid-without-overflow")
slip("exp-overflow",
     "e to a large z overflows, and inf / inf is nan. Use your formula for negative z only, and 1 "
     "/ (1 + e to the minus z) otherwise.",
     (VALUE, "np.exp(z) / (1 + np.exp(z))"), see="sigmoid-without-overflow")
slip("sign-of-exponent",
     "The exponent has the wrong sign, so the curve falls where it should rise. Write e to the "
     "minus z.",
     ("-np.asarray", "np.asarray"))
slip("sign-of-exponent",
     "The exponent has the wrong sign, so the curve falls where it should rise, and e to a large z "
     "overflows. Write e to the minus z, and choose the form by the sign of z.",
     (VALUE, "np.asarray(1 / (1 + np.exp(z)))"))
slip("integers-truncated",
     "The result is written into an array of integers, so every value below 1 becomes 0. "
     "np.zeros_like and np.empty_like copy the type of z. Make the array with "
     "np.zeros(np.shape(z)), or begin with z = np.asarray(z, dtype=float).",
     (f"return {VALUE}", f"out = np.zeros_like(z); out[...] = {VALUE}; return out"),
     see="shapes-and-batches")
slip("argument-clipped",
     "z is clipped to a small interval, so all arguments beyond it get the same value. Clipping is "
     "not needed, because nothing overflows if you choose the form by the sign of z.",
     ("np.asarray(z, dtype=float)", "np.clip(z, -10, 10)"), see="sigmoid-without-overflow")
for limit in (1, 3, 4, 5, 6, 8, 12):
    slip("argument-clipped", None, ("np.asarray(z, dtype=float)", f"np.clip(z, -{limit}, {limit})"))
slip("negative-half-mirrored",
     "Your result for -z equals the result for z, as if you had used |z|. For negative z, the "
     "sigmoid is 1 minus the value for |z|.",
     ("np.asarray(z, dtype=float)", "np.abs(z)"), see="sigmoid-without-overflow")
slip("negative-half-mirrored", None,
     (VALUE, "np.exp(-np.abs(z)) / (1 + np.exp(-np.abs(z)))"))
slip("parentheses-forgotten",
     "1/1 + e is computed as (1/1) + e, because a division comes before a sum. Put the "
     "denominator in parentheses: 1 / (1 + np.exp(-z)).",
     (VALUE, "1 / 1 + np.exp(-np.asarray(z))"))
slip("scaled-tanh-without-half",
     "The tanh of z is scaled to the range from 0 to 1, so the curve is twice as steep as the "
     "sigmoid. The argument has to be halved: (1 + tanh(z / 2)) / 2.",
     (VALUE, "(1 + np.tanh(z)) / 2"))
slip("rounded",
     "The result is rounded. Later computations need all its digits, so return it as it is and "
     "round only what you print.",
     (VALUE, f"np.round({VALUE}, 3)"))
for digits in (1, 2, 4, 5):
    slip("rounded", None, (VALUE, f"np.round({VALUE}, {digits})"))
slip("number-becomes-array",
     "For a single number, your code returns an array with one entry. The output should have the "
     "shape of the input, and a number has the shape ().",
     (VALUE, f"np.atleast_1d({VALUE})"), see="shapes-and-batches")
slip("slope-for-value",
     "Your function returns the slope of the sigmoid, s(1 - s). The neuron outputs the value s. "
     "You need the slope from chapter 3 onwards.",
     (f"return {VALUE}", f"s = {VALUE}; return s * (1 - s)"))
slip("tanh-for-sigmoid",
     "Your function is tanh, which runs from -1 to 1. The sigmoid runs from 0 to 1.",
     (VALUE, "np.tanh(z)"))
slip("step-for-sigmoid",
     "Your function is the step, which jumps from 0 to 1. The sigmoid takes all values in between.",
     (VALUE, "(np.asarray(z) > 0) * 1.0"))
slip("one-forgotten",
     "The 1 in the denominator is missing, so your function is a plain exponential, which grows "
     "without limit. Write 1 / (1 + e to the minus z).",
     (VALUE, "np.exp(np.minimum(z, 700.0))"))
