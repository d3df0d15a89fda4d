"""The mean squared error."""

from typing import Any

import numpy as np

from autograder.bank.inputs import OF_THE_BOOK, WHOLE_NUMBERS, Rng, normal, whole
from autograder.marking.question import Case, question


def cases(rng: Rng) -> list[Case]:
    """Return cases with one to three axes, so that N and the number of entries can differ."""
    pred, y = np.array([[1.0, 2.0], [3.0, 5.0]]), np.array([[1.0, 0.0], [4.0, 5.0]])
    return [
        Case({"pred": pred, "y": y}, OF_THE_BOOK),
        Case({"pred": normal(rng, 3), "y": normal(rng, 3)}),
        Case({"pred": normal(rng, 3, 2), "y": normal(rng, 3, 2)}),
        Case({"pred": normal(rng, 9, 4), "y": normal(rng, 9, 4)}, "nine examples"),
        Case({"pred": normal(rng, 3, 3), "y": normal(rng, 3, 3)}, "as many columns as rows"),
        Case({"pred": normal(rng, 2, 3, 4), "y": normal(rng, 2, 3, 4)}, "three axes"),
        Case({"pred": normal(rng, 4, 3), "y": whole(rng, 4, 3)}, advice=WHOLE_NUMBERS),
        Case({"pred": whole(rng, 2, 5), "y": whole(rng, 2, 5) + 4}, advice=WHOLE_NUMBERS),
        Case({"pred": whole(rng, 3, 2), "y": normal(rng, 3, 2)}, advice=WHOLE_NUMBERS),
    ]


@question(cases, parts={"loss": 3}, see="mean-squared-error")
def mse(code: Any, pred: Any, y: Any) -> Any:
    return {"loss": code.mse(pred, y)}


slip = mse.slip
FLOATS = "np.asarray(pred, dtype=float), np.asarray(y, dtype=float)"
LOSS = "float(np.mean((pred - y) ** 2))"

slip("sum-for-mean",
     "The squares are added up. Divide by the number of entries, so that the loss does not grow "
     "with the batch.",
     (FLOATS, "pred, y"), (LOSS, "np.sum((pred - y) ** 2)"))
slip("divided-by-n-only",
     "The sum is divided by the number of rows. The mean is over all entries, so divide by N times "
     "the number of columns.",
     (LOSS, "np.sum((pred - y) ** 2) / len(pred)"))
slip("divided-by-columns-only",
     "The sum is divided by the number of columns. The mean is over all entries, so divide by N "
     "times the number of columns.",
     (LOSS, "np.sum((pred - y) ** 2) / pred.shape[-1]"))
slip("half-squared-error",
     "The loss has a factor of 1/2. Some texts put it there so that it cancels the 2 from the "
     "derivative. Here the loss is the mean without this factor.",
     (LOSS, f"0.5 * {LOSS}"))
slip("absolute-error",
     "Your loss is the mean absolute error. Square the differences before you average them.",
     (LOSS, "np.mean(np.abs(pred - y))"))
slip("root-taken",
     "Your loss is the root of the mean. Return the mean itself. (Its root is called the RMSE.)",
     (LOSS, f"np.sqrt({LOSS})"))
slip("mean-over-one-axis",
     "Your function returns one number for each column. A loss is a single number, the mean over "
     "all entries.",
     (LOSS, "np.mean((pred - y) ** 2, axis=0)"), see="shapes-and-batches")
slip("mean-over-one-axis",
     "Your function returns one number for each row. A loss is a single number, the mean over all "
     "entries.",
     (LOSS, "np.mean((pred - y) ** 2, axis=-1)"), see="shapes-and-batches")
slip("square-after-mean",
     "The mean is taken before the square, so errors of opposite sign cancel. Square first.",
     (LOSS, "np.mean(pred - y) ** 2"))
slip("norm-not-squared",
     "The norm of the differences is divided by the number of entries. The norm is the root of the "
     "sum of squares, so square it, or use the sum of squares itself.",
     (LOSS, "np.linalg.norm((pred - y).ravel()) / pred.size"))
slip("first-example-only",
     "Your loss is the loss for the first example. It should be the mean over all of them.",
     (LOSS, "np.mean((pred[0] - y[0]) ** 2)"))
