"""A layer of sigmoid neurons."""

from typing import Any

import numpy as np

from autograder.bank.inputs import OF_THE_BOOK, WHOLE_NUMBERS, Rng, normal, whole
from autograder.marking.question import Case, question


def cases(rng: Rng) -> list[Case]:
    """Return cases with N, D and H different or all equal, and advice on integers."""

    def inputs(N: int, D: int, H: int, draw: Any = normal) -> dict[str, Any]:
        return {"x": draw(rng, N, D), "W": draw(rng, D, H), "b": draw(rng, H)}

    # The neuron in "A softer neuron", once with each of its two biases. They give 0.5 and 0.75.
    of_the_book = {
        "x": np.array([[2.0, 1.0]]),
        "W": np.array([[1.0, 1.0], [-3.0, -3.0]]),
        "b": np.array([1.0, 1.0 + np.log(3.0)]),
    }
    return [
        Case(of_the_book, OF_THE_BOOK),
        Case(inputs(3, 2, 4)),
        Case(inputs(5, 4, 2)),
        Case(inputs(1, 3, 5), "one example"),
        Case(inputs(3, 2, 1), "one neuron"),
        Case(inputs(3, 3, 3), "all sizes equal"),
        Case(inputs(9, 2, 3), "nine examples"),
        Case(inputs(4, 3, 2, draw=whole), advice=WHOLE_NUMBERS),
        Case({**inputs(3, 4, 2), "x": whole(rng, 3, 4)}, advice=WHOLE_NUMBERS),
        Case({**inputs(2, 3, 4), "W": whole(rng, 3, 4)}, advice=WHOLE_NUMBERS),
    ]


@question(cases, parts={"out": 2}, see="soft-neuron", uses=("sigmoid", "neuron"))
def layer(code: Any, x: Any, W: Any, b: Any) -> Any:
    return {"out": code.layer(x, W, b)}


LAYER = "sigmoid(np.asarray(x) @ np.asarray(W) + b)"
BY_NEURONS = "np.array([[neuron(row, w, c) for w, c in zip(np.transpose(W), b)] for row in x])"
layer.way((LAYER, BY_NEURONS))
layer.way((LAYER, "sigmoid(np.transpose(W) @ np.transpose(x) + np.reshape(b, (-1, 1))).T"))
layer.way((LAYER, "np.array([sigmoid(row @ np.asarray(W) + b) for row in np.asarray(x)])"))
slip = layer.slip
SUMS = "np.asarray(x) @ np.asarray(W) + b"

slip("bias-forgotten", "The biases are missing. Every neuron adds its own bias to its sum: xW + b.",
     (SUMS, "x @ W"))
slip("bias-subtracted", "The biases are subtracted. Add them: xW + b.",
     (SUMS, "x @ W - b"))
slip("bias-once-per-weight",
     "The bias is added to the weights before the product, so the inputs scale it. Add it to the "
     "finished sum: xW + b.",
     (SUMS, "x @ (W + b)"))
slip("activation-forgotten",
     "Your function returns the weighted sums. The layer outputs their sigmoid.",
     (f"sigmoid({SUMS})", "x @ W + b"))
slip("sigmoid-applied-twice", "The sigmoid is applied to its own result. Apply it once, to xW + b.",
     (f"sigmoid({SUMS})", f"sigmoid(sigmoid({SUMS}))"))
slip("mean-for-sum",
     "The products are averaged over the inputs. A neuron adds them up: xW + b.",
     (SUMS, "x @ W / len(W) + b"))
slip("bias-after-activation",
     "The biases are added after the sigmoid. Add them before it, to the product xW.",
     (f"sigmoid({SUMS})", "sigmoid(x @ W) + b"))
slip("weights-transposed",
     "W is transposed. Its rows belong to the inputs and its columns to the neurons, so its shape "
     "is (D, H) and the product is xW, not xWᵀ.",
     (SUMS, "x @ W.T + b"), see="shapes-and-batches")
slip("weights-transposed",
     "W is used as if its rows belonged to the neurons. But its columns do, so the product is xW. "
     "(reshape does not transpose: it fills the new shape in the old order.)",
     (SUMS, "x @ W.reshape(W.shape[::-1]).T + b"), see="shapes-and-batches")
slip("result-transposed",
     "The result has the shape (H, N). Rows are examples and columns are neurons, so it should be "
     "(N, H).",
     (f"sigmoid({SUMS})", f"sigmoid({SUMS}).T"), see="shapes-and-batches")
slip("first-example-only",
     "Your function computes the answer for the first example only. Every row of x is an example, "
     "so the result needs N rows.",
     (SUMS, "x[:1] @ W + b"), see="shapes-and-batches")
slip("last-example-skipped",
     "The last row of the result is 0, because range(N - 1) leaves out the last example. Use "
     "range(N).",
     (f"sigmoid({SUMS})", f"sigmoid({SUMS}) * (np.arange(len(x)) < len(x) - 1)[:, None]"),
     see="shapes-and-batches")
slip("one-bias-for-all",
     "All neurons get the first bias. Each column of W has its own, so add the whole vector b.",
     (SUMS, "x @ W + b[0]"))
slip("one-bias-for-all",
     "All neurons get the sum of the biases. Each column of W has its own, so add the vector b.",
     (SUMS, "x @ W + b.sum()"))
slip("step-for-sigmoid",
     "Your neurons are step neurons, which output 0 or 1. Apply the sigmoid to the sums instead.",
     (f"sigmoid({SUMS})", "(x @ W + b > 0) * 1.0"))
