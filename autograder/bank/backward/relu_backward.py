"""The gradient of ReLU."""

from typing import Any

from autograder.bank.backward._activation import activation_cases
from autograder.marking.question import question

cases = activation_cases(lambda z: 1e30 * z, ([[2, -1, 0.5]], [[-3, 5, 4]]))


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
     "The gate is taken from the sign of dout. But it is open where x > 0, whatever the sign of "
     "dout is. Use the mask or the input from the cache.",
     (SLOPE, "dout * (dout > 0)"))
slip("derivative-skipped",
     "dout passes through everywhere, even where x < 0. There the output does not depend on x, so "
     "the gradient is 0. (If your cache is a mask of True and False, use it as it is: mask >= 0 is "
     "always True.)",
     (SLOPE, "dout.copy()"))
slip("upstream-ignored",
     "Your function returns only the slope of ReLU. The chain rule multiplies it by the upstream "
     "gradient dout.",
     (SLOPE, "positive * 1.0"))
slip("value-for-slope",
     "dout is multiplied by the value of ReLU. Multiply by its slope, which is 1 where x > 0 and 0 "
     "elsewhere.",
     ("x > 0.0", "np.maximum(x, 0.0)"), of=("relu_forward",))
slip("input-for-mask",
     "dout is multiplied by x. Multiply by the slope of ReLU, which is 1 where x > 0 and 0 "
     "elsewhere.",
     ("x > 0.0", "x"), of=("relu_forward",))
slip("mask-inverted",
     "The mask is inverted. The gradient should pass through where x > 0, and be 0 elsewhere.",
     (SLOPE, "dout * ~positive"))
slip("upstream-clipped",
     "ReLU is applied to dout. The backward pass does not apply the forward function again. It "
     "multiplies dout by the slope at x, and dout may be negative.",
     (SLOPE, "np.maximum(dout, 0) * positive"))
slip("upstream-clipped",
     "Your function returns what relu_forward(dout) returns, a tuple of two arrays. The backward "
     "pass does not apply the forward function again. It multiplies dout by the slope at x.",
     (SLOPE, "relu_forward(dout)"))
slip("argument-changed-in-place",
     "Your code overwrites dout. Another branch of the graph may still need it, so make a new "
     "array, for example with dout * mask or dout.copy().",
     ("dout = np.asarray(dout, dtype=float)", ""),
     (f"return {SLOPE}", "dout[~positive] = 0; return dout"), see="computation-graphs")
