"""ReLU."""

from typing import Any

from autograder.bank.forward._activations import cases
from autograder.marking.question import question


@question(cases, parts={"out": 2}, see="three-activations")
def relu_forward(code: Any, x: Any) -> Any:
    out, cache = code.relu_forward(x)
    return {"out": out}


slip = relu_forward.slip
FLOATS, VALUE = "x = np.asarray(x, dtype=float)", "np.maximum(x, 0.0)"

slip("leaky-relu",
     "Negative entries keep a small part of their size, as in a leaky ReLU. ReLU gives exactly 0 "
     "there.",
     (VALUE, "np.where(x > 0, x, 0.01 * x)"))
slip("leaky-relu", None, (VALUE, "np.where(x > 0, x, 0.1 * x)"))
slip("absolute-value",
     "Negative entries become positive, so your function is the absolute value. ReLU gives 0 "
     "there.",
     (FLOATS, ""), (VALUE, "np.abs(x)"))
slip("minimum-for-maximum",
     "The negative entries are kept and the positive ones become 0. Take the maximum of x and 0, "
     "not the minimum.",
     (FLOATS, ""), (VALUE, "np.minimum(x, 0)"))
slip("mask-for-value",
     "Your function returns 1 where x > 0, which is the slope of ReLU. The value there is x "
     "itself.",
     (VALUE, "(x > 0) * 1.0"))
slip("maximum-along-axis",
     "np.max(x, 0) is the largest entry along axis 0. To compare every entry with 0, write "
     "np.maximum(x, 0).",
     (VALUE, "np.max(x, 0)"), see="shapes-and-batches")
slip("maximum-along-axis",
     "np.max(x) is the largest entry of all. To compare every entry with 0, write np.maximum(x, "
     "0).",
     (VALUE, "max(np.max(x), 0.0)"), see="shapes-and-batches")
slip("clipped-above",
     "Large entries are limited too. ReLU has no upper limit, because for positive x it is x "
     "itself.",
     (VALUE, "np.clip(x, 0.0, 1.0)"))
slip("clipped-above", None, (VALUE, "np.clip(x, 0.0, 6.0)"))
slip("another-threshold",
     "Entries between 0 and 1 become 0. The threshold of ReLU is 0, so keep every positive entry.",
     (VALUE, "np.where(x > 1, x, 0.0)"))
slip("softplus-for-relu",
     "Your function is log(1 + e to the x), a smooth curve that is called softplus. ReLU has a "
     "corner: it is x for positive x and 0 otherwise.",
     (VALUE, "np.logaddexp(0.0, x)"))
slip("last-row-skipped",
     "The last row of the result is 0, because range(n - 1) leaves out the last row of x. Use "
     "range(n).",
     (VALUE, "np.concatenate([np.maximum(x[:-1], 0.0), 0 * x[-1:]])"), see="shapes-and-batches")
slip("cache-forgotten", None, (f"return {VALUE}, x > 0.0", f"return {VALUE}"))
slip("input-changed-in-place",
     "Your code overwrites the input itself. The caller still needs it, for example for the "
     "backward pass of the previous layer. Make a new array.",
     (FLOATS, "x[x < 0] = 0"), (VALUE, "x"), see="computation-graphs")
