"""The mean squared error and its gradient."""

from typing import Any

from autograder.bank.inputs import DIGITS_LOST, Rng, normal, whole
from autograder.marking.question import Case, question


def cases(rng: Rng) -> list[Case]:
    """Return cases with one and two axes, so that N and the number of entries can differ."""
    far = normal(rng, 3, 2)
    far[1, 0] = 1e15
    return [
        Case({"pred": normal(rng, 3), "y": normal(rng, 3)}),
        Case({"pred": normal(rng, 3, 2), "y": normal(rng, 3, 2)}),
        Case({"pred": whole(rng, 2, 5), "y": whole(rng, 2, 5) + 4}, "whole numbers"),
        Case({"pred": normal(rng, 3, 2), "y": far}, DIGITS_LOST),
    ]


@question(cases, parts={"loss": 1, "dpred": 3}, see="mean-squared-error-backward")
def mse_loss(code: Any, pred: Any, y: Any) -> Any:
    loss, dpred = code.mse_loss(pred, y)
    return {"loss": loss, "dpred": dpred}


slip = mse_loss.slip
BOTH = "float(np.mean(error**2)), 2.0 * error / error.size"  # the loss and its gradient

slip("factor-2-forgotten", "The 2 is missing: the derivative of a square is 2 times its inside.",
     ("2.0 * error", "error"))
slip("divided-by-n-only",
     "The gradient is divided by the number of rows. The mean is over all entries, N times the "
     "columns, and so is its gradient.",
     ("error.size", "len(error)"))
slip("divided-by-n-only",
     "Loss and gradient are divided by the number of rows. The mean is over all entries, N times "
     "the columns.",
     (BOTH, "np.sum(error**2) / len(error), 2.0 * error / len(error)"))
slip("mean-forgotten",
     "The gradient is that of the sum. The loss is a mean, so its gradient carries 1 / (number of "
     "entries).",
     (" / error.size", ""))
slip(
    "sum-for-mean",
    "Loss and gradient are those of the sum. The loss is the mean over all entries.",
    (  # so that the sum of integers is an int
        "np.asarray(pred, dtype=float), np.asarray(y, dtype=float)",
        "np.asarray(pred), np.asarray(y)",
    ),
    (BOTH, "np.sum(error**2), 2.0 * error"),
)
slip("half-squared-error",
     "Loss and gradient carry a factor 1/2. Some texts put it there to lose the 2; here the loss "
     "is the plain mean.",
     (BOTH, "0.5 * np.mean(error**2), error / error.size"))
slip("sign-flipped",
     "The gradient points the wrong way: it is taken with respect to pred, so it is pred - y, not "
     "y - pred.",
     ("2.0 * error", "-2.0 * error"))
