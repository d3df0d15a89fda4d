"""The gradient of tanh."""

from typing import Any

from autograder.bank.backward._activation import activation_cases
from autograder.marking.question import question

cases = activation_cases(lambda z: 10 + 0.2 * z)


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
     "tanh is applied to its own output before it is squared. The cached value already is tanh(x).",
     ("out = cache", "out = np.tanh(cache)"))
slip("input-for-output",
     "1 - t² is taken with t = x. It holds for the output of tanh: t = tanh(x).",
     ("return out, out", "return out, np.asarray(x, dtype=float)"), of=("tanh_forward",))
slip("square-forgotten",
     "The slope is 1 - t², not 1 - t: without the square it is 2 where tanh saturates at -1.",
     (SLOPE, "dout * (1.0 - out)"))
slip("sigmoid-slope-for-tanh",
     "t(1 - t) is the sigmoid's slope written with its output. For tanh it is 1 - t².",
     (SLOPE, "dout * out * (1.0 - out)"))
slip("upstream-ignored",
     "This is the slope of tanh alone. By the chain rule it multiplies the upstream gradient.",
     (SLOPE, "1.0 - out**2"))
slip("derivative-skipped",
     "dout passes through as if there were no tanh. The chain rule multiplies it by 1 - t².",
     (SLOPE, "dout.copy()"))
