"""One step of gradient descent."""

from typing import Any

import numpy as np

from autograder.bank.inputs import OF_THE_BOOK, WHOLE_NUMBERS, Rng, mlp_params, normal, whole
from autograder.marking.question import Case, question


def cases(rng: Rng) -> list[Case]:
    """Return cases with one to three layers."""

    def inputs(lr: float, *widths: int) -> dict[str, Any]:
        return {"params": mlp_params(rng, *widths), "grads": mlp_params(rng, *widths), "lr": lr}

    # The network by hand, with its gradients to the four digits that the book prints.
    of_the_book = {
        "params": [
            (np.array([[0.5, -0.5, 1.5], [0.5, 1.0, -0.5]]), np.array([0.5, -0.5, -1.0])),
            (np.array([[0.5, -0.5], [-1.0, 0.5], [0.5, 1.0]]), np.array([0.5, -0.5])),
        ],
        "grads": [
            (
                np.array([[0.588, 0.1368, -0.3396], [-0.522, 0.2736, 0.1698]]),
                np.array([0.2484, 0.1368, -0.1698]),
            ),
            (
                np.array([[0.1572, -0.1572], [-0.0912, 0.0912], [0.849, -0.849]]),
                np.array([0.2484, -0.2484]),
            ),
        ],
        "lr": 0.1,
    }
    return [
        Case(of_the_book, OF_THE_BOOK),
        Case(inputs(0.1, 2, 3), "one layer"),
        Case(inputs(0.03, 2, 4, 3), "two layers"),
        Case(inputs(2.0, 3, 5, 4, 2), "three layers, a large learning rate"),
        Case({**inputs(0.1, 2, 3), "grads": [(90 * normal(rng, 2, 3), 90 * normal(rng, 3))]}),
        Case(inputs(0.1, 2, 3, 4, 5, 6, 7, 3), "six layers"),
        Case(
            {**inputs(0.1, 2, 3), "params": [(whole(rng, 2, 3), whole(rng, 3))]},
            advice=WHOLE_NUMBERS,
        ),
    ]


@question(cases, parts={"params": 3}, see="update-step")
def sgd_step(code: Any, params: Any, grads: Any, lr: Any) -> Any:
    return {"params": code.sgd_step(params, grads, lr)}


slip = sgd_step.slip
NEW = "W - lr * dW, b - lr * db"

slip("uphill", None, (NEW, "W + lr * dW, b + lr * db"))
slip("learning-rate-forgotten",
     "The learning rate is not used. Multiply every gradient by lr before you subtract it.",
     (NEW, "W - dW, b - db"))
slip("learning-rate-forgotten",
     "The learning rate is not used for the biases. Multiply their gradients by lr too.",
     (NEW, "W - lr * dW, b - db"))
slip("biases-not-updated",
     "Only the weights are updated. The biases are parameters too, so update them in the same way.",
     (NEW, "W - lr * dW, b"))
slip("parameter-shrunk",
     "The learning rate multiplies the parameter too. It should scale the gradient only: W - lr * "
     "dW.",
     (NEW, "lr * (W - dW), lr * (b - db)"))
slip("step-without-parameter",
     "Your function returns only the steps. The new parameter is the old one minus lr times the "
     "gradient.",
     (NEW, "-lr * dW, -lr * db"))
slip("step-without-parameter", None, (NEW, "lr * dW, lr * db"))
slip("learning-rate-divides",
     "The gradient is divided by the learning rate. Multiply it by lr.",
     (NEW, "W - dW / lr, b - db / lr"))
for limit in (1, 5, 10):
    slip("gradient-clipped",
         "Large entries of the gradient are cut off. That can help against steps that are too "
         "large, but this question asks for the plain step, W - lr * dW.",
         (NEW, f"W - lr * np.clip(dW, -{limit}, {limit}), b - lr * np.clip(db, -{limit}, {limit})"))
slip("gradient-normalised",
     "Each gradient is divided by its length, so every step has the same length. This question "
     "asks for the plain step, W - lr * dW.",
     (NEW, "W - lr * dW / np.linalg.norm(dW), b - lr * db / np.linalg.norm(db)"))
slip("list-not-in-pairs",
     "Your function returns one flat list of arrays. Return a list of pairs (W, b), one for each "
     "layer, like params.",
     ("return [", "return [p for pair in ["), ("strict=True)]", "strict=True)] for p in pair]"))
WRITE = "for (W, b), (dW, db) in zip(params, grads): W -= lr * dW; b -= lr * db\n    "
slip("parameters-changed-in-place",
     "Your code overwrites the old arrays. The caller may still need them, so return new ones. "
     "(W -= ... changes the array itself; W = W - ... makes a new one.)",
     (NEW, "np.subtract(W, lr * dW, out=W), np.subtract(b, lr * db, out=b)"))
slip("parameters-changed-in-place",
     "Your code overwrites the old arrays and returns nothing. The caller may still need them, so "
     "make a new list of new arrays and return it.",
     ("return [", f"{WRITE}[]; ["))
REPLACE = "for i, ((W, b), (dW, db)) in enumerate(zip(params, grads)): params[i] = "
slip("parameters-changed-in-place",
     "Your code puts the new arrays into the caller's list, but the caller may still need the old "
     "ones. Make a new list, for example with append.",
     ("return [", f"{REPLACE}({NEW})\n    return params; ["))
slip("parameters-changed-in-place",
     "Your code puts the new arrays into the caller's list and returns nothing. The caller may "
     "still need the old ones, so make a new list and return it.",
     ("return [", f"{REPLACE}({NEW})\n    []; ["))


@sgd_step.misconception("return-in-loop")
def _(params, grads, lr):
    (W, b), (dW, db) = params[0], grads[0]
    return [(W - lr * dW, b - lr * db)]
