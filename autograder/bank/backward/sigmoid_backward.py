"""The gradient of the sigmoid."""

from typing import Any

from autograder.bank.backward._activation import activation_cases
from autograder.marking.question import question

cases = activation_cases(lambda z: 20 + 0.3 * z)


@question(cases, parts={"dx": 3}, see="sigmoid-backward")
def sigmoid_backward(code: Any, x: Any, dout: Any, calls: Any) -> Any:
    out, cache = code.sigmoid_forward(x)
    if calls > 1:
        code.sigmoid_forward(-x)
    for _ in range(calls):
        dx = code.sigmoid_backward(dout, cache)
    return {"dx": dx}


slip = sigmoid_backward.slip
SLOPE = "dout * out * (1.0 - out)"

slip("sigmoid-applied-twice",
     "The sigmoid is applied to its own output before s(1 - s) is taken. The cached value already "
     "is s.",
     ("out = cache", "out = sigmoid_forward(cache)[0]"))
slip("input-for-output",
     "s(1 - s) is taken with s = x. It holds for the output of the sigmoid: s = sigmoid(x).",
     ("return out, out", "return out, np.asarray(x, dtype=float)"), of=("sigmoid_forward",))
slip("derivative-skipped",
     "dout passes through as if there were no sigmoid. The chain rule multiplies it by the slope "
     "s(1 - s), which is never more than 1/4.",
     (SLOPE, "dout.copy()"))
slip("upstream-ignored",
     "This is the slope of the sigmoid alone. By the chain rule it multiplies the upstream "
     "gradient.",
     (SLOPE, "out * (1.0 - out)"))
slip("tanh-slope-for-sigmoid",
     "1 - s² is the slope of tanh written with its output. For the sigmoid it is s(1 - s).",
     (SLOPE, "dout * (1.0 - out**2)"))
slip("value-for-slope",
     "dout is multiplied by the value s. The slope is s(1 - s): the factor 1 - s is missing.",
     (SLOPE, "dout * out"))
slip("slope-of-upstream",
     "s(1 - s) is taken with s = sigmoid(dout). The slope belongs to the forward pass, at x.",
     (SLOPE, "(s := sigmoid_forward(dout)[0]) * (1.0 - s)"))
slip("cache-overwritten", None,
     (f"return {SLOPE}", "out *= 1.0 - out; out *= dout; return out"), see="computation-graphs")
