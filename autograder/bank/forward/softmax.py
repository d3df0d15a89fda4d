"""Softmax, row by row."""

from typing import Any

import numpy as np

from autograder.bank.inputs import Rng, normal, whole
from autograder.marking.question import Case, question


def cases(rng: Rng) -> list[Case]:
    """Return cases with exponentials that overflow, and with rows of very different sizes."""
    large = np.array([[1000.0, 999.0, 998.5], [0.5, -0.5, 1.0]])
    apart = np.array([[2000.0, 1999.0, 1998.0], [-2000.0, -2001.5, -2002.0]])
    return [
        Case({"z": normal(rng, 2, 3)}),
        Case({"z": 3 * normal(rng, 5, 4)}),
        Case({"z": whole(rng, 4, 3)}, "whole numbers"),
        Case({"z": large}, "large logits"),
        Case({"z": apart}, "rows of very different size"),
        Case({"z": 2 * normal(rng, 1, 4)}, "one row"),
        Case({"z": np.array([[2000.0, 0.0], [-3.0, 0.5]])}, "logits far apart in a row"),
    ]


@question(cases, parts={"p": 4}, see="softmax")
def softmax(code: Any, z: Any) -> Any:
    return {"p": code.softmax(z)}


slip = softmax.slip
MAX, SUM = "z.max(axis=1, keepdims=True)", "exp.sum(axis=1, keepdims=True)"

slip("no-shift",
     "Logits go into exp as they are, and exp overflows above 709: inf / inf is nan. Subtract "
     "each row's maximum first; softmax does not change by it.",
     (f"z - {MAX}", "z"))
slip("wrong-axis",
     "Columns sum to 1 instead of rows. A row is one example, and its classes share the "
     "probability: sum over axis 1.",
     (MAX, "z.max(axis=0)"), (SUM, "exp.sum(axis=0)"), see="shapes-and-batches")
slip("wrong-axis", None, (MAX, "z.max()"), (SUM, "exp.sum(axis=0)"))
slip("wrong-axis", None, (SUM, "exp.sum(axis=0)"))
slip("sum-over-everything",
     "The whole array sums to 1. Each example has probabilities of its own: each row sums to 1.",
     (MAX, "z.max()"), (SUM, "exp.sum()"))
slip("keepdims-forgotten",
     "The row sums have shape (N,), which lines up with the columns. keepdims=True keeps (N, 1), "
     "which lines up with the rows.",
     (SUM, "exp.sum(axis=1)"), see="shapes-and-batches")
slip("keepdims-forgotten",
     "The row maxima have shape (N,), which lines up with the columns. keepdims=True keeps (N, "
     "1), which lines up with the rows.",
     (MAX, "z.max(axis=1)"), see="shapes-and-batches")
slip("keepdims-forgotten",
     "Row maxima and row sums have shape (N,), which lines up with the columns. keepdims=True "
     "keeps (N, 1), which lines up with the rows.",
     (MAX, "z.max(axis=1)"), (SUM, "exp.sum(axis=1)"), see="shapes-and-batches")
slip("shift-by-global-maximum",
     "The largest logit of the whole array is subtracted from every row. A row far below it "
     "underflows to 0 / 0 = nan: subtract each row's own maximum.",
     (MAX, "z.max()"))
slip("log-softmax", "These are logarithms of probabilities. Softmax gives the probabilities.",
     (f"exp / {SUM}", f"z - {MAX} - np.log({SUM})"))
slip("logits-clipped",
     "The logits are clipped before exp. That hides the overflow, but logits beyond the limit all "
     "look the same. Subtract each row's maximum instead.",
     (f"z - {MAX}", "np.clip(z, -500, 500)"))
slip("exponential-forgotten",
     "The logits are divided by their sum without exp. Logits may be negative; exp makes every "
     "share positive.",
     (f"np.exp(z - {MAX})", "z"))
