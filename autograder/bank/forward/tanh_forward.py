"""The hyperbolic tangent as a layer."""

from typing import Any

from autograder.bank.forward._activations import cases
from autograder.marking.question import question


@question(cases, parts={"out": 2}, see="three-activations")
def tanh_forward(code: Any, x: Any) -> Any:
    out, cache = code.tanh_forward(x)
    return {"out": out}


slip = tanh_forward.slip
VALUE = "np.tanh(np.asarray(x, dtype=float))"

slip("exp-overflow",
     "e to a large x overflows, and inf / inf is nan. Use np.tanh, which is right for every x.",
     (VALUE, "(np.exp(x) - np.exp(-x)) / (np.exp(x) + np.exp(-x))"), see="stable-sigmoid")
slip("exp-overflow", None, (VALUE, "(np.exp(2 * x) - 1) / (np.exp(2 * x) + 1)"))
slip("exp-overflow", None, (VALUE, "(1 - np.exp(-2 * x)) / (1 + np.exp(-2 * x))"))
slip("sigmoid-for-tanh",
     "Your function is the sigmoid, which runs from 0 to 1. tanh runs from -1 to 1.",
     (VALUE, "sigmoid(x)"))
slip("scaled-sigmoid-without-2x",
     "2 sigmoid(x) - 1 has the range of tanh, but half its slope. The argument has to be doubled: "
     "tanh(x) = 2 sigmoid(2x) - 1.",
     (VALUE, "2 * sigmoid(x) - 1"))
slip("slope-for-value",
     "Your function returns the slope of tanh, 1 - tanh². The forward pass returns the value, and "
     "the backward pass uses the slope.",
     (VALUE, "1 - np.tanh(x) ** 2"))
slip("tangent-for-tanh",
     "np.tan is the tangent of an angle. The hyperbolic tangent is np.tanh.",
     (VALUE, "np.tan(x)"))
slip("overflow-hidden",
     "e to a large x overflows, inf / inf is nan, and your code replaces the nan with a number. "
     "For large x, the right value is 1 or -1. Use np.tanh, which is right for every x.",
     (VALUE, "np.nan_to_num((np.exp(x) - np.exp(-x)) / (np.exp(x) + np.exp(-x)))"))
slip("cache-forgotten", None, ("return out, out", "return out"))
