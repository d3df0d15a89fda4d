"""The cost of the forward pass: naive recursion against layer by layer."""

from typing import Any

from autograder.bank.inputs import Rng
from autograder.marking.question import Case, question


def cases(rng: Rng) -> list[Case]:
    """Return cases with small networks, and with one whose count is too large for a float."""
    small = [int(n) for n in rng.permutation([2, 3, 4])]
    return [
        Case({"widths": [3, 2]}, "one layer"),
        Case({"widths": small}),
        Case({"widths": [int(n) for n in rng.permutation([3, 5, 2, 4, 6])]}),
        Case({"widths": [int(n) for n in rng.integers(10, 30, 60)]}, "sixty layers"),
    ]


@question(cases, parts={"naive": 3, "layered": 1}, see="broken-recipe")
def count_evaluations(code: Any, widths: Any) -> Any:
    naive, layered = code.count_evaluations(widths)
    return {"naive": naive, "layered": layered}


slip = count_evaluations.slip
START, NAIVE = "= 0, inputs", "width_below * evaluations_of_one,"
# The module of the reference does not import NumPy, so an edit that needs it must do so.
NUMPY = ("inputs, *layers", "import numpy as np; inputs, *layers")

slip("inputs-counted",
     "Inputs are counted as evaluations. An input neuron is its value: looking it up costs "
     "nothing.",
     (START, "= 1, inputs"), ("sum(layers)", "inputs + sum(layers)"))
slip("paths-counted",
     "This is the number of paths from the inputs to the outputs. The recursion also evaluates "
     "each neuron on the way, once for every path that leads from it to an output.",
     (START, "= 1, inputs"), ("1 + width_below", "width_below"))
slip("paths-counted",
     "This is the number of paths from the first hidden layer to the outputs. The recursion also "
     "evaluates every neuron on the way, so the layers between count too.",
     (START, "= 1, 1"), ("1 + width_below", "width_below"))
slip("one-output-only",
     "This is the cost of one output neuron. The last layer has several, and the recursion starts "
     "anew for each.",
     ("return width_below * ", "return "))
slip("weights-counted",
     "The layer-by-layer count is of weights (products of neighbouring widths). Evaluations are "
     "counted by neuron: each is computed once.",
     ("sum(layers)", "sum(a * b for a, b in zip(widths, layers))"))
slip("floating-point-count",
     "The count is kept in floating point, which holds 16 digits. Python integers have as many as "
     "they need: use // and int.",
     (START, "= 0.0, inputs"))
slip("floating-point-count", None,
     NUMPY,
     (NAIVE,
      "int(sum(np.prod(np.array(widths[k:], dtype=float)) for k in range(1, len(widths)))),"))
slip("fixed-size-integers",
     "The count is kept in a 64-bit integer, which wraps around. Python integers have as many "
     "digits as they need: convert NumPy integers with int.",
     NUMPY, (START, "= np.int64(0), inputs"))
slip("every-layer-restarted",
     "The recursion is started for every neuron of every layer. Only the outputs are asked for; "
     "the others are evaluated because an output needs them.",
     (NAIVE, f"(count_evaluations(widths[:-1])[0] if layers[1:] else 0) + {NAIVE}"))
