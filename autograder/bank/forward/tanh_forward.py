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
     "Built from e^x, which overflows for large x, and inf / inf is nan. np.tanh is safe for "
     "every x.",
     (VALUE, "(np.exp(x) - np.exp(-x)) / (np.exp(x) + np.exp(-x))"), see="stable-sigmoid")
slip("exp-overflow", None, (VALUE, "(np.exp(2 * x) - 1) / (np.exp(2 * x) + 1)"))
slip("exp-overflow", None, (VALUE, "(1 - np.exp(-2 * x)) / (1 + np.exp(-2 * x))"))
slip("sigmoid-for-tanh", "This is the sigmoid, which runs from 0 to 1. tanh runs from -1 to 1.",
     (VALUE, "sigmoid(x)"))
slip("scaled-sigmoid-without-2x",
     "2 sigmoid(x) - 1 has the right range but half the slope: tanh(x) = 2 sigmoid(2x) - 1.",
     (VALUE, "2 * sigmoid(x) - 1"))
slip("slope-for-value",
     "This is the slope 1 - tanh². The forward pass needs the value; the slope belongs to "
     "backward.",
     (VALUE, "1 - np.tanh(x) ** 2"))
