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
     "Negative entries keep a small slope: that is leaky ReLU. ReLU gives exactly 0 there.",
     (VALUE, "np.where(x > 0, x, 0.01 * x)"))
slip("leaky-relu", None, (VALUE, "np.where(x > 0, x, 0.1 * x)"))
slip("absolute-value", "Negative entries are mirrored instead of cut: that is |x|. ReLU gives 0.",
     (FLOATS, ""), (VALUE, "np.abs(x)"))
slip("minimum-for-maximum", "The negative half is kept and the positive half is cut: max, not min.",
     (FLOATS, ""), (VALUE, "np.minimum(x, 0)"))
slip("mask-for-value",
     "This is the mask (1 where x > 0), which is the slope of ReLU. The value there is x itself.",
     (VALUE, "(x > 0) * 1.0"))
slip("input-changed-in-place",
     "The input itself is overwritten. Whoever called still needs it (the backward pass of the "
     "layer before, for one): make a new array.",
     (FLOATS, "x[x < 0] = 0"), (VALUE, "x"), see="computation-graphs")
