"""The cost of the forward pass: naive recursion against layer by layer."""

from typing import Any

from autograder.bank.inputs import Rng
from autograder.marking.question import Case, question


def cases(rng: Rng) -> list[Case]:
    """Return cases with small networks, and with one whose count is too large for a float."""
    small = [int(n) for n in rng.permutation([2, 3, 4])]
    # With powers of 2, floats lose the same digits in whatever order they are added.
    deep = [*[16] * 20, *map(int, rng.choice([8, 16, 32], size=40))]
    return [
        Case({"widths": [3, 2]}, "one layer"),
        Case({"widths": small}),
        Case({"widths": [int(n) for n in rng.permutation([3, 5, 2, 4, 6])]}),
        Case({"widths": [int(rng.integers(10, 30)), *deep]}, "sixty layers"),
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
     "The inputs are counted as evaluations. The value of an input is known, so looking it up "
     "costs nothing. Count 0 for each input.",
     (START, "= 1, inputs"), ("sum(layers)", "inputs + sum(layers)"))
slip("paths-counted",
     "The naive count is the number of paths from the inputs to the outputs. The recursion also "
     "evaluates each neuron on the way, once for every path from it to an output. So add 1 for "
     "the neuron itself at each step.",
     (START, "= 1, inputs"), ("1 + width_below", "width_below"))
slip("paths-counted",
     "The naive count is the number of paths from the first hidden layer to the outputs. The "
     "recursion also evaluates every neuron on the way, so add 1 for the neuron itself at each "
     "step.",
     (START, "= 1, 1"), ("1 + width_below", "width_below"))
slip("one-output-only",
     "The naive count is the cost of one output neuron. The last layer has several, and the "
     "recursion starts again for each, so multiply by the width of the last layer.",
     ("return width_below * ", "return "))
slip("weights-counted",
     "The layer-by-layer count is the number of weights, a sum of products of neighbouring widths. "
     "Each neuron is evaluated once, so add up the widths, without the inputs.",
     ("sum(layers)", "sum(a * b for a, b in zip(widths, layers))"))
slip("floating-point-count",
     "The count is a float, which holds only 16 digits. Python integers have as many as they need, "
     "so use integers throughout, and // instead of /.",
     (START, "= 0.0, inputs"))
slip("floating-point-count", None, (NAIVE, "int(width_below * float(evaluations_of_one)),"))
slip("floating-point-count", None,
     NUMPY,
     (NAIVE,
      "int(sum(np.prod(np.array(widths[k:], dtype=float)) for k in range(1, len(widths)))),"))
slip("fixed-size-integers",
     "The count is a 64-bit NumPy integer, which wraps around to negative numbers when it gets too "
     "large. Python's own integers have as many digits as they need, so convert it with int.",
     NUMPY, (START, "= np.int64(0), inputs"))
slip("every-layer-restarted",
     "The recursion is started for every neuron of every layer. Start it for the outputs only, "
     "because the others are evaluated when an output needs them.",
     (NAIVE, f"(count_evaluations(widths[:-1])[0] if layers[1:] else 0) + {NAIVE}"))
slip("width-of-own-layer",
     "The cost of a neuron is multiplied by the width of its own layer. The value of a neuron "
     "needs every neuron of the layer below, so multiply by the width of that layer.",
     ("1 + width_below", "1 + width"))
slip("first-layer-skipped",
     "The layer-by-layer count lacks the first hidden layer. Count it too, because only the inputs "
     "cost nothing.",
     ("sum(layers)", "sum(layers[1:])"))
