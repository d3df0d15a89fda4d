"""The gradient of tanh."""

from typing import Any

from autograder.bank.backward._activation import activation_cases
from autograder.marking.question import question

cases = activation_cases(lambda z: 10 + 0.2 * z, ([-2, 0, 1], [2, 4, -1]))


@question(cases, parts={"dx": 2}, see="tanh-backward")
def tanh_backward(code: Any, x: Any, dout: Any, calls: Any) -> Any:
    out, cache = code.tanh_forward(x)
    if calls > 1:
        code.tanh_forward(-x)
    for _ in range(calls):
        dx = code.tanh_backward(dout, cache)
    return {"dx": dx}


slip = tanh_backward.slip
SLOPE = "dout * (1.0 - out**2)"

slip("tanh-applied-twice",
     "The slope is computed as if the cache held x. It already holds the output t = tanh(x), so do "
     "not apply tanh or cosh again: the slope is 1 - t² with t from the cache.",
     ("out = cache", "out = np.tanh(cache)"))
slip("input-for-output",
     "The slope is computed as 1 - x². In 1 - t², the letter t stands for the output of tanh, so "
     "use tanh(x).",
     ("return out, out", "return out, np.asarray(x, dtype=float)"), of=("tanh_forward",))
slip("square-forgotten",
     "The slope is computed as 1 - t. It should be 1 - t², with the square.",
     (SLOPE, "dout * (1.0 - out)"))
slip("square-outside",
     "The whole bracket is squared, (1 - t)². The slope is 1 - t²: square t first, then subtract.",
     (SLOPE, "dout * (1.0 - out) ** 2"))
slip("parentheses-forgotten",
     "dout * 1 - t² subtracts t² at the end, because a product is computed before a difference. "
     "Put the slope in parentheses: dout * (1 - t²).",
     (SLOPE, "dout * 1 - out**2"))
slip("sign-flipped",
     "The sign is wrong. tanh rises everywhere, so its slope 1 - t² is positive.",
     (SLOPE, "dout * (out**2 - 1.0)"))
slip("value-for-slope",
     "dout is multiplied by the value t. The slope of tanh is 1 - t².",
     (SLOPE, "dout * out"))
slip("argument-changed-in-place",
     "Your code overwrites dout. Another branch of the graph may still need it, so make a new "
     "array.",
     (f"return {SLOPE}", "dout *= 1.0 - out**2; return dout"), see="computation-graphs")
slip("sigmoid-slope-for-tanh",
     "Your slope t(1 - t) belongs to the sigmoid. The slope of tanh is 1 - t².",
     (SLOPE, "dout * out * (1.0 - out)"))
slip("upstream-ignored",
     "Your function returns only the slope of tanh. The chain rule multiplies it by the upstream "
     "gradient dout.",
     (SLOPE, "1.0 - out**2"))
slip("derivative-skipped",
     "dout passes through unchanged. The chain rule multiplies it by the slope of tanh, 1 - t².",
     (SLOPE, "dout.copy()"))
