"""The sigmoid as a layer."""

from typing import Any

import numpy as np

from autograder.bank.forward._activations import cases
from autograder.marking.question import question


# The parts are those of `sigmoid` in the assignment before, with equal shares.
@question(cases, parts={"values": 1.5, "no warning": 1.5}, see="three-activations")
def sigmoid_forward(code: Any, x: Any) -> Any:
    import warnings

    with np.errstate(over="warn"), warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always", RuntimeWarning)
        out, cache = code.sigmoid_forward(x)
    return {"values": out, "no warning": f"NumPy warns: {warned[0].message}" if warned else out}


slip = sigmoid_forward.slip
VALUE = "np.exp(-np.logaddexp(0.0, -np.asarray(x, dtype=float)))"

slip("sign-of-exponent",
     "The exponent has the wrong sign, so the curve falls where it should rise. Write e to the "
     "minus x.",
     ("-np.asarray", "np.asarray"))
slip("exp-overflow",
     "e to a large x overflows, and inf / inf is nan. Use your formula for negative x only, and 1 "
     "/ (1 + e to the minus x) otherwise.",
     (VALUE, "np.exp(x) / (1 + np.exp(x))"), see="stable-sigmoid")
slip("exp-overflow",
     "For x = -1000, your code computes e to the 1000, which is larger than any float. So NumPy "
     "warns of an overflow, although the result is right. Choose the form by the sign of x, so "
     "that the exponent is never large and positive. (np.where alone is not enough, because it "
     "computes both forms for all entries.)",
     (VALUE, "1 / (1 + np.exp(-x))"), see="stable-sigmoid")
slip("argument-clipped",
     "x is clipped to a small interval, so all arguments beyond it get the same value. Clipping is "
     "not needed, because nothing overflows if you choose the form by the sign of x.",
     ("np.asarray(x, dtype=float)", "np.clip(x, -10, 10)"), see="stable-sigmoid")
for limit in (1, 3, 4, 5, 6, 8, 12):
    slip("argument-clipped", None, ("np.asarray(x, dtype=float)", f"np.clip(x, -{limit}, {limit})"))
slip("negative-half-mirrored",
     "Your result for -x equals the result for x, as if you had used |x|. For negative x, the "
     "sigmoid is 1 minus the value for |x|.",
     ("np.asarray(x, dtype=float)", "np.abs(x)"), see="stable-sigmoid")
slip("negative-half-mirrored", None,
     (VALUE, "np.exp(-np.abs(x)) / (1 + np.exp(-np.abs(x)))"))
slip("parentheses-forgotten",
     "1/1 + e is computed as (1/1) + e, because a division comes before a sum. Put the "
     "denominator in parentheses: 1 / (1 + np.exp(-x)).",
     (VALUE, "1 / 1 + np.exp(-x)"))
slip("scaled-tanh-without-half",
     "The tanh of x is scaled to the range from 0 to 1, so the curve is twice as steep as the "
     "sigmoid. The argument has to be halved: (1 + tanh(x / 2)) / 2.",
     (VALUE, "(1 + np.tanh(x)) / 2"))
slip("cache-forgotten", None, ("return out, out", "return out"))
slip("slope-for-value",
     "Your function returns the slope of the sigmoid, s(1 - s). The forward pass returns the value "
     "s, and the backward pass uses the slope.",
     ("return out,", "return out * (1 - out),"))
slip("tanh-for-sigmoid",
     "Your function is tanh, which runs from -1 to 1. The sigmoid runs from 0 to 1.",
     (VALUE, "np.tanh(x)"))
