"""The mean squared error."""

from typing import Any

from autograder.bank.inputs import Rng, normal, whole
from autograder.marking.question import Case, question


def cases(rng: Rng) -> list[Case]:
    """Return cases with one and two axes, so that N and the number of entries can differ."""
    return [
        Case({"pred": normal(rng, 3), "y": normal(rng, 3)}),
        Case({"pred": normal(rng, 3, 2), "y": normal(rng, 3, 2)}),
        Case({"pred": normal(rng, 4, 3), "y": whole(rng, 4, 3)}, "whole numbers as labels"),
        Case({"pred": whole(rng, 2, 5), "y": whole(rng, 2, 5) + 4}, "whole numbers"),
        Case({"pred": whole(rng, 3, 2), "y": normal(rng, 3, 2)}, "whole numbers as predictions"),
    ]


@question(cases, parts={"loss": 3}, see="mean-squared-error")
def mse(code: Any, pred: Any, y: Any) -> Any:
    return {"loss": code.mse(pred, y)}


slip = mse.slip
FLOATS = "np.asarray(pred, dtype=float), np.asarray(y, dtype=float)"
LOSS = "float(np.mean((pred - y) ** 2))"

slip("sum-for-mean",
     "The squares are summed. The mean divides by the number of entries, so that the loss does "
     "not grow with the batch.",
     (FLOATS, "pred, y"), (LOSS, "np.sum((pred - y) ** 2)"))
slip("divided-by-n-only",
     "The sum is divided by the number of rows. The mean is over all entries: N times the columns.",
     (LOSS, "np.sum((pred - y) ** 2) / len(pred)"))
slip("half-squared-error",
     "There is a factor 1/2. Some texts put it there to lose the 2 of the derivative; here the "
     "loss is the plain mean.",
     (LOSS, f"0.5 * {LOSS}"))
slip("absolute-error", "These are absolute errors. The squared error squares before it averages.",
     (LOSS, "np.mean(np.abs(pred - y))"))
slip("root-taken", "The root of the mean is the RMSE. The MSE is the mean itself.",
     (LOSS, f"np.sqrt({LOSS})"))
slip("mean-over-one-axis",
     "One number for each column comes back. A loss is a single number: the mean over all entries.",
     (LOSS, "np.mean((pred - y) ** 2, axis=0)"), see="shapes-and-batches")
slip("mean-over-one-axis",
     "One number for each row comes back. A loss is a single number: the mean over all entries.",
     (LOSS, "np.mean((pred - y) ** 2, axis=-1)"), see="shapes-and-batches")
slip("square-after-mean",
     "The mean is taken before the square, so errors of opposite sign cancel. Square first.",
     (LOSS, "np.mean(pred - y) ** 2"))
