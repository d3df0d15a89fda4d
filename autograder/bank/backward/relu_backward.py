"""The gradient of ReLU."""

from typing import Any

from autograder.bank.backward._activation import activation_cases
from autograder.marking.question import question

cases = activation_cases(lambda z: 1e30 * z)


@question(cases, parts={"dx": 2}, see="relu-backward")
def relu_backward(code: Any, x: Any, dout: Any, calls: Any) -> Any:
    out, cache = code.relu_forward(x)
    if calls > 1:
        code.relu_forward(-x)
    for _ in range(calls):
        dx = code.relu_backward(dout, cache)
    return {"dx": dx}


slip = relu_backward.slip
SLOPE = "dout * positive"

slip("mask-from-upstream",
     "The mask is taken from the sign of dout. Whether a unit was on is a fact of the forward "
     "pass: it was on where x > 0.",
     (SLOPE, "dout * (dout > 0)"))
slip("derivative-skipped",
     "dout passes through as if there were no ReLU. Where x < 0 the output does not depend on x, "
     "so nothing flows back there.",
     (SLOPE, "dout.copy()"))
slip("upstream-ignored",
     "This is the slope of ReLU alone. By the chain rule it multiplies the upstream gradient dout.",
     (SLOPE, "positive * 1.0"))
slip("value-for-slope",
     "dout is multiplied by the value of ReLU. Its slope is 1 where x > 0, not x.",
     ("x > 0.0", "np.maximum(x, 0.0)"), of=("relu_forward",))
slip("mask-inverted",
     "The mask is upside down: the gradient passes where the unit was on (x > 0) and stops "
     "elsewhere.",
     (SLOPE, "dout * ~positive"))
slip("upstream-clipped",
     "ReLU is applied to dout. Backward does not repeat the forward function; it multiplies by "
     "its slope at x.",
     (SLOPE, "np.maximum(dout, 0) * positive"))
slip("argument-changed-in-place",
     "dout itself is overwritten. Another branch of the graph may still need it: make a new array.",
     ("dout = np.asarray(dout, dtype=float)", ""),
     (f"return {SLOPE}", "dout[~positive] = 0; return dout"), see="computation-graphs")
