"""Softmax, row by row."""

from typing import Any

import numpy as np

from autograder.bank.inputs import OF_THE_BOOK, WHOLE_NUMBERS, Rng, normal, whole
from autograder.marking.question import Case, question


def cases(rng: Rng) -> list[Case]:
    """Return cases with exponentials that overflow, and with rows of very different sizes."""
    large = np.array([[1000.0, 999.0, 998.5], [0.5, -0.5, 1.0]])
    apart = np.array([[2000.0, 1999.0, 1998.0], [-2000.0, -2001.5, -2002.0]])
    return [
        Case({"z": np.array([[2.0, 1.0, -1.0]])}, OF_THE_BOOK),
        Case({"z": normal(rng, 2, 3)}),
        Case({"z": 3 * normal(rng, 5, 4)}),
        Case({"z": large}, "large logits"),
        Case({"z": apart}, "rows of very different size"),
        Case({"z": 2 * normal(rng, 1, 4)}, "one row"),
        Case({"z": np.array([[2000.0, 0.0], [-3.0, 0.5]])}, "logits far apart in a row"),
        Case({"z": 20 * large}, "larger logits"),
        Case({"z": normal(rng, 3, 3)}, "as many classes as examples"),
        Case({"z": 2 * normal(rng, 9, 11)}, "nine examples, eleven classes"),
        Case({"z": whole(rng, 4, 3)}, advice=WHOLE_NUMBERS),
    ]


@question(cases, parts={"p": 4}, see="softmax")
def softmax(code: Any, z: Any) -> Any:
    return {"p": code.softmax(z)}


slip = softmax.slip
MAX, SUM = "z.max(axis=1, keepdims=True)", "exp.sum(axis=1, keepdims=True)"

slip("no-shift",
     "exp overflows for logits above 709, and inf / inf is nan. Subtract each row's maximum first. "
     "This does not change the result.",
     (f"z - {MAX}", "z"))
slip("wrong-axis",
     "Your columns sum to 1. A row is one example, and its classes share the probability, so the "
     "rows should sum to 1. Sum over axis 1.",
     (MAX, "z.max(axis=0)"), (SUM, "exp.sum(axis=0)"), see="shapes-and-batches")
slip("wrong-axis", None, (MAX, "z.max()"), (SUM, "exp.sum(axis=0)"))
slip("wrong-axis", None, (SUM, "exp.sum(axis=0)"))
slip("sum-over-everything",
     "Your whole array sums to 1. Each example has its own probabilities, so each row should sum "
     "to 1.",
     (MAX, "z.max()"), (SUM, "exp.sum()"))
slip("keepdims-forgotten",
     "Each row should be divided by its own sum. Your sums have the shape (N,), which NumPy aligns "
     "with the columns. Keep the axis with keepdims=True, so that the shape is (N, 1).",
     (SUM, "exp.sum(axis=1)"), see="shapes-and-batches")
slip("keepdims-forgotten",
     "Each row should be shifted by its own maximum. Your maxima have the shape (N,), which NumPy "
     "aligns with the columns. Keep the axis with keepdims=True, so that the shape is (N, 1).",
     (MAX, "z.max(axis=1)"), see="shapes-and-batches")
slip("keepdims-forgotten",
     "Your row maxima and row sums have the shape (N,), which NumPy aligns with the columns. Keep "
     "the axis with keepdims=True, so that the shape is (N, 1).",
     (MAX, "z.max(axis=1)"), (SUM, "exp.sum(axis=1)"), see="shapes-and-batches")
slip("shift-by-global-maximum",
     "The largest logit in the whole array is subtracted from every row. A row far below it "
     "underflows, and 0 / 0 is nan. Subtract each row's own maximum.",
     (MAX, "z.max()"))
slip("log-softmax",
     "Your function returns the logarithms of the probabilities. Return the probabilities "
     "themselves.",
     (f"exp / {SUM}", f"z - {MAX} - np.log({SUM})"))
slip("logits-clipped",
     "The logits are clipped before exp. That prevents the overflow, but all logits beyond the "
     "limit become equal. Subtract each row's maximum instead.",
     (f"z - {MAX}", "np.clip(z, -500, 500)"))
for limit in (50, 100, 300, 600, 700, 709):
    slip("logits-clipped", None, (f"z - {MAX}", f"np.clip(z, -{limit}, {limit})"))
slip("overflow-hidden",
     "exp overflows for logits above 709, inf / inf is nan, and your code replaces the nan with a "
     "number. Subtract each row's maximum first, and nothing overflows.",
     (f"z - {MAX}", "z"), (f"exp / {SUM}", f"np.nan_to_num(exp / {SUM})"))
slip("overflow-hidden", None,
     (f"z - {MAX}", "z"), (f"exp / {SUM}", f"np.nan_to_num(exp / {SUM}, nan=1.0)"))
slip("shift-by-mean",
     "Your code subtracts a number other than the maximum from each row, for example the mean. If "
     "the logits of a row lie far apart, the largest is still large afterwards, and exp overflows. "
     "Subtract each row's maximum.",
     (f"z - {MAX}", "z - z.mean(axis=1, keepdims=True)"))
slip("sigmoid-for-softmax",
     "The sigmoid is applied to every entry, so the rows do not sum to 1. Softmax divides the "
     "exponentials of a row by their sum.",
     (f"exp / {SUM}", "np.exp(-np.logaddexp(0.0, -z))"))
slip("divided-by-maximum",
     "The exponentials are divided by the largest one, so the rows do not sum to 1. Divide by the "
     "sum of the row.",
     (SUM, "exp.max(axis=1, keepdims=True)"))
slip("last-example-skipped",
     "The last row is 0, because range(N - 1) leaves out the last example. Use range(N).",
     (f"exp / {SUM}", f"(np.arange(len(z)) < len(z) - 1)[:, None] * exp / {SUM}"),
     see="shapes-and-batches")
slip("first-example-only",
     "Only the first example is computed. Every row of z is an example, so return N rows.",
     ("z = np.asarray(z, dtype=float)", "z = np.asarray(z, dtype=float)[:1]"),
     see="shapes-and-batches")
slip("exponential-forgotten",
     "The logits are divided by their sum. Logits may be negative, so apply exp first, which makes "
     "every share positive.",
     (f"np.exp(z - {MAX})", "z"))
