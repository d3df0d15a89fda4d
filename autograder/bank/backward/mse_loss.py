"""The mean squared error and its gradient."""

from typing import Any

import numpy as np

from autograder.bank.inputs import DIGITS_LOST, OF_THE_BOOK, WHOLE_NUMBERS, Rng, normal, whole
from autograder.marking.question import Case, question


def cases(rng: Rng) -> list[Case]:
    """Return cases with one and two axes, so that N and the number of entries can differ."""
    far = normal(rng, 3, 2)
    far[1, 0] = 1e15
    pred = np.array([[1.0, 2.0, 0.0], [4.0, 0.0, 1.0]])
    y = np.array([[1.0, 0.0, 0.0], [1.0, 0.0, 3.0]])
    return [
        Case({"pred": pred, "y": y}, OF_THE_BOOK),
        Case({"pred": normal(rng, 3), "y": normal(rng, 3)}),
        Case({"pred": normal(rng, 3, 2), "y": normal(rng, 3, 2)}),
        Case({"pred": normal(rng, 9, 4), "y": normal(rng, 9, 4)}, "nine examples"),
        Case({"pred": normal(rng, 3, 3), "y": normal(rng, 3, 3)}, "as many columns as rows"),
        Case({"pred": normal(rng, 3, 2), "y": far}, DIGITS_LOST),
        Case({"pred": whole(rng, 2, 5), "y": whole(rng, 2, 5) + 4}, advice=WHOLE_NUMBERS),
    ]


@question(cases, parts={"loss": 1, "dpred": 3}, see="mean-squared-error-backward")
def mse_loss(code: Any, pred: Any, y: Any) -> Any:
    loss, dpred = code.mse_loss(pred, y)
    return {"loss": loss, "dpred": dpred}


slip = mse_loss.slip
BOTH = "float(np.mean(error**2)), 2.0 * error / error.size"  # the loss and its gradient

slip("factor-2-forgotten",
     "The factor 2 is missing from the gradient. The derivative of (pred - y)² is 2 (pred - y).",
     ("2.0 * error", "error"))
slip("divided-by-n-only",
     "The gradient is divided by the number of rows. The loss is a mean over all entries, so "
     "divide by N times the number of columns.",
     ("error.size", "len(error)"))
slip("divided-by-n-only",
     "The loss and gradient are divided by the number of rows. The loss is a mean over all "
     "entries, so divide both by N times the number of columns.",
     (BOTH, "np.sum(error**2) / len(error), 2.0 * error / len(error)"))
slip("mean-forgotten",
     "Your gradient is that of the sum of squares. The loss is their mean, so divide the gradient "
     "by the number of entries.",
     (" / error.size", ""))
slip("mean-and-factor-2-forgotten",
     "The gradient is pred - y, without a factor. The loss is a mean of squares, so the gradient "
     "is 2 (pred - y) divided by the number of entries.",
     ("2.0 * error / error.size", "error"))
slip("square-kept",
     "The gradient contains the square of pred - y. It should contain 2 (pred - y), divided by the "
     "number of entries.",
     ("2.0 * error / error.size", "2.0 * error**2 / error.size"))
slip("square-kept", None, ("2.0 * error / error.size", "error**2 / error.size"))
slip("sum-for-mean",
     "The loss is the sum of the squares. It should be their mean, so divide it by the number of "
     "entries.",
     ("float(np.mean(error**2))", "float(np.sum(error**2))"))
slip("divided-by-n-only",
     "The loss is divided by the number of rows. It is a mean over all entries, so divide it by N "
     "times the number of columns.",
     ("float(np.mean(error**2))", "float(np.sum(error**2)) / len(error)"))
slip(
    "sum-for-mean",
    "The loss and gradient are those of the sum of squares. The loss is their mean, so divide both "
    "by the number of entries.",
    (  # so that the sum of integers is an int
        "np.asarray(pred, dtype=float), np.asarray(y, dtype=float)",
        "np.asarray(pred), np.asarray(y)",
    ),
    (BOTH, "np.sum(error**2), 2.0 * error"),
)
slip("half-squared-error",
     "The loss and gradient have a factor of 1/2. Some texts put it there so that it cancels the 2 "
     "from the derivative. Here the loss is the mean without this factor.",
     (BOTH, "0.5 * np.mean(error**2), error / error.size"))
slip("sign-flipped",
     "The sign of the gradient is wrong. It is the gradient with respect to pred, so it contains "
     "pred - y, not y - pred.",
     ("2.0 * error", "-2.0 * error"))
