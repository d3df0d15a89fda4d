"""The forward pass of a linear layer."""

from typing import Any

from autograder.bank.inputs import Rng, normal, whole
from autograder.marking.question import Case, question


def cases(rng: Rng) -> list[Case]:
    """Return cases with N, D and H all different; the last one has integers."""
    return [
        Case({"x": normal(rng, 3, 2), "W": normal(rng, 2, 4), "b": normal(rng, 4)}),
        Case({"x": normal(rng, 5, 4), "W": normal(rng, 4, 2), "b": normal(rng, 2)}),
        Case({"x": normal(rng, 1, 3), "W": normal(rng, 3, 5), "b": normal(rng, 5)}, "one example"),
        Case({"x": whole(rng, 4, 3), "W": whole(rng, 3, 2), "b": whole(rng, 2)}, "whole numbers"),
        Case(
            {"x": whole(rng, 2, 3), "W": whole(rng, 3, 4), "b": normal(rng, 4)},
            "whole numbers as inputs and weights",
        ),
        Case({"x": whole(rng, 3, 2), "W": normal(rng, 2, 4), "b": whole(rng, 4)}, "whole inputs"),
    ]


@question(cases, parts={"out": 4}, see="layer")
def linear_forward(code: Any, x: Any, W: Any, b: Any) -> Any:
    out, cache = code.linear_forward(x, W, b)
    return {"out": out}


slip = linear_forward.slip
# The body of the reference. The edits also drop its first line, which converts to float, because
# most learners do not convert.
BODY = """x, W = np.asarray(x, dtype=float), np.asarray(W, dtype=float)
    return x @ W + b"""

slip("bias-forgotten",
     "The bias is missing. Without b every neuron's weighted sum is 0 for the input 0, so its "
     "boundary must pass through the origin.",
     (BODY, "return x @ W"))
slip("bias-subtracted",
     "The bias is subtracted. Training would learn its negative, but every formula that follows "
     "assumes xW + b.",
     (BODY, "return x @ W - b"))
slip("activation-inside-linear",
     "An activation is already applied here. A linear layer gives the plain sums xW + b; the "
     "activation is a step of its own, so that each step has its own backward.",
     (BODY, "return np.maximum(x @ W + b, 0)"))
slip("activation-inside-linear", None, (BODY, "return sigmoid(x @ W + b)"))
slip("weights-transposed",
     "W is used transposed. Rows of W belong to inputs and columns to outputs, (D, H): xW, not "
     "xWᵀ.",
     (BODY, "return x @ W.T + b"), see="shapes-and-batches")
slip("bias-once-per-weight",
     "The bias is added to the weights before the product, so it is counted once for every input "
     "and scaled by it. It belongs to the finished sum: xW + b.",
     (BODY, "return x @ (W + b)"))
