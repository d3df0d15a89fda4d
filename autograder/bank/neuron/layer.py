"""A layer of sigmoid neurons."""

from typing import Any

from autograder.bank.inputs import Rng, normal, whole
from autograder.marking.question import Case, question


def cases(rng: Rng) -> list[Case]:
    """Return cases with N, D and H all different; the last one has integers."""

    def inputs(N: int, D: int, H: int, draw: Any = normal) -> dict[str, Any]:
        return {"x": draw(rng, N, D), "W": draw(rng, D, H), "b": draw(rng, H)}

    return [
        Case(inputs(3, 2, 4)),
        Case(inputs(5, 4, 2)),
        Case(inputs(1, 3, 5), "one example"),
        Case(inputs(3, 2, 1), "one neuron"),
        Case(inputs(4, 3, 2, draw=whole), "whole numbers"),
        Case({**inputs(3, 4, 2), "x": whole(rng, 3, 4)}, "whole numbers as inputs"),
        Case({**inputs(2, 3, 4), "W": whole(rng, 3, 4)}, "whole numbers as weights"),
    ]


@question(cases, parts={"out": 2}, see="soft-neuron", uses=("sigmoid", "neuron"))
def layer(code: Any, x: Any, W: Any, b: Any) -> Any:
    return {"out": code.layer(x, W, b)}


slip = layer.slip
SUMS = "np.asarray(x) @ np.asarray(W) + b"

slip("bias-forgotten", "The biases are missing: every neuron adds its own to its sum.",
     (SUMS, "x @ W"))
slip("bias-subtracted", "The biases are subtracted. They count as they are: xW + b.",
     (SUMS, "x @ W - b"))
slip("bias-once-per-weight",
     "The bias is added to the weights before the product, so the inputs scale it. It belongs to "
     "the finished sum: xW + b.",
     (SUMS, "x @ (W + b)"))
slip("activation-forgotten",
     "These are the weighted sums. The layer's answer is the sigmoid of them.",
     (f"sigmoid({SUMS})", "x @ W + b"))
slip("bias-after-activation",
     "The biases are added after the sigmoid. They belong inside: the sigmoid of xW + b.",
     (f"sigmoid({SUMS})", "sigmoid(x @ W) + b"))
slip("weights-transposed",
     "W is used transposed. Rows of W belong to inputs and columns to neurons, (D, H): xW, not "
     "xWᵀ.",
     (SUMS, "x @ W.T + b"), see="shapes-and-batches")
slip("result-transposed", "The result is (H, N). Rows are examples, and columns are neurons.",
     (f"sigmoid({SUMS})", f"sigmoid({SUMS}).T"), see="shapes-and-batches")
slip("first-example-only",
     "Only the first example is answered. Every row of x is an example of its own.",
     (SUMS, "x[:1] @ W + b"), see="shapes-and-batches")
slip("one-bias-for-all", "All neurons share one bias. Each column of W has a bias of its own.",
     (SUMS, "x @ W + b[0]"))
slip("step-for-sigmoid", "These are step neurons. Here the answer is the sigmoid of the sum.",
     (f"sigmoid({SUMS})", "(x @ W + b > 0) * 1.0"))
