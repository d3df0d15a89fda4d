"""One step of gradient descent."""

from typing import Any

from autograder.bank.inputs import Rng, mlp_params, normal, whole
from autograder.marking.question import Case, question


def cases(rng: Rng) -> list[Case]:
    """Return cases with one to three layers."""

    def inputs(lr: float, *widths: int) -> dict[str, Any]:
        return {"params": mlp_params(rng, *widths), "grads": mlp_params(rng, *widths), "lr": lr}

    return [
        Case(inputs(0.1, 2, 3), "one layer"),
        Case(inputs(0.03, 2, 4, 3), "two layers"),
        Case(inputs(2.0, 3, 5, 4, 2), "three layers, a large learning rate"),
        Case({**inputs(0.1, 2, 3), "params": [(whole(rng, 2, 3), whole(rng, 3))]}, "whole numbers"),
        Case({**inputs(0.1, 2, 3), "grads": [(30 * normal(rng, 2, 3), 30 * normal(rng, 3))]}),
    ]


@question(cases, parts={"params": 3}, see="update-step")
def sgd_step(code: Any, params: Any, grads: Any, lr: Any) -> Any:
    return {"params": code.sgd_step(params, grads, lr)}


slip = sgd_step.slip
NEW = "W - lr * dW, b - lr * db"

slip("uphill", None, (NEW, "W + lr * dW, b + lr * db"))
slip("learning-rate-forgotten", "The learning rate is not used.", (NEW, "W - dW, b - db"))
slip("biases-not-updated", "Only the weights are updated. Biases are parameters too.",
     (NEW, "W - lr * dW, b"))
slip("parameter-shrunk",
     "The learning rate multiplies the parameter too. Only the gradient is scaled: p - lr * g.",
     (NEW, "lr * (W - dW), lr * (b - db)"))
slip("step-without-parameter", "This is the step alone. The new parameter is the old one minus it.",
     (NEW, "-lr * dW, -lr * db"))
slip("learning-rate-divides", "The gradient is divided by the learning rate; it is multiplied.",
     (NEW, "W - dW / lr, b - db / lr"))
slip("parameters-changed-in-place",
     "The old arrays are overwritten. The caller may still need them (to compare, or to go back): "
     "return new ones, and mind that -= works in place.",
     (NEW, "np.subtract(W, lr * dW, out=W), np.subtract(b, lr * db, out=b)"))
