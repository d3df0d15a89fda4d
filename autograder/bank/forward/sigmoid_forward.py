"""The sigmoid as a layer."""

from typing import Any

from autograder.bank.forward._activations import cases
from autograder.marking.question import question


@question(cases, parts={"out": 3}, see="three-activations")
def sigmoid_forward(code: Any, x: Any) -> Any:
    out, cache = code.sigmoid_forward(x)
    return {"out": out}


slip = sigmoid_forward.slip
VALUE = "np.exp(-np.logaddexp(0.0, -np.asarray(x, dtype=float)))"

slip("sign-of-exponent",
     "The exponent has the wrong sign, so the curve falls instead of rising: it is e to the minus "
     "x.",
     ("-np.asarray", "np.asarray"))
slip("exp-overflow",
     "e^x overflows for large x, and inf / inf is nan. Arrange the formula so that the exponent "
     "is never large and positive.",
     (VALUE, "np.exp(x) / (1 + np.exp(x))"), see="stable-sigmoid")
slip("integers-truncated", None,
     (f"out = {VALUE}", f"out = np.zeros_like(x); out[...] = {VALUE}"), see="shapes-and-batches")
slip("slope-for-value",
     "This is the slope s(1 - s). The forward pass needs the value s; the slope belongs to "
     "backward.",
     ("return out,", "return out * (1 - out),"))
slip("tanh-for-sigmoid", "This is tanh, which runs from -1 to 1. The sigmoid runs from 0 to 1.",
     (VALUE, "np.tanh(x)"))
