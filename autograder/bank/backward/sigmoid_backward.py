"""The gradient of the sigmoid."""

from typing import Any

from autograder.bank.backward._activation import activation_cases
from autograder.marking.question import question

cases = activation_cases(lambda z: 20 + 0.3 * z, ([-2, 0, 1], [2, 4, -1]))


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
     "The slope is computed as if the cache held x. It already holds the output s = sigmoid(x), so "
     "do not apply the sigmoid again: the slope is s(1 - s) with s from the cache.",
     ("out = cache", "out = sigmoid_forward(cache)[0]"))
slip("input-for-output",
     "The slope is computed as x(1 - x). In s(1 - s), the letter s stands for the output of the "
     "sigmoid, so use sigmoid(x).",
     ("return out, out", "return out, np.asarray(x, dtype=float)"), of=("sigmoid_forward",))
slip("derivative-skipped",
     "dout passes through unchanged. The chain rule multiplies it by the slope of the sigmoid, "
     "s(1 - s).",
     (SLOPE, "dout.copy()"))
slip("upstream-ignored",
     "Your function returns only the slope of the sigmoid. The chain rule multiplies it by the "
     "upstream gradient dout.",
     (SLOPE, "out * (1.0 - out)"))
slip("tanh-slope-for-sigmoid",
     "Your slope 1 - s² belongs to tanh. The slope of the sigmoid is s(1 - s).",
     (SLOPE, "dout * (1.0 - out**2)"))
slip("value-for-slope",
     "dout is multiplied by the value s. The slope is s(1 - s), so the factor 1 - s is missing.",
     (SLOPE, "dout * out"))
slip("one-factor-forgotten",
     "dout is multiplied by 1 - s. The slope is s(1 - s), so the factor s is missing.",
     (SLOPE, "dout * (1.0 - out)"))
slip("parentheses-forgotten",
     "dout multiplies only one of the two terms of s - s². Put the slope in parentheses: "
     "dout * (s - s²), or dout * s * (1 - s).",
     (SLOPE, "dout * out - out**2"))
slip("parentheses-forgotten", None, (SLOPE, "out - out**2 * dout"))
slip("parentheses-forgotten",
     "dout * s * 1 - s subtracts s at the end, because a product is computed before a difference. "
     "Put 1 - s in parentheses: dout * s * (1 - s).",
     (SLOPE, "dout * out * 1 - out"))
slip("sign-flipped",
     "The sign is wrong. The sigmoid rises everywhere, so its slope s(1 - s) is positive.",
     (SLOPE, "dout * out * (out - 1.0)"))
slip("slope-of-upstream",
     "The slope is computed with s = sigmoid(dout). But s is the output of the forward pass, so "
     "take it from the cache.",
     (SLOPE, "(s := sigmoid_forward(dout)[0]) * (1.0 - s)"))
slip("cache-overwritten", None,
     (f"return {SLOPE}", "out *= 1.0 - out; out *= dout; return out"), see="computation-graphs")
