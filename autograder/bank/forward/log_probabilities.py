"""The logarithms of softmax."""

from typing import Any

import numpy as np

from autograder.bank.inputs import WHOLE_NUMBERS, Rng, normal, whole
from autograder.marking.question import Case, question


def cases(rng: Rng) -> list[Case]:
    """Return cases with exponentials that overflow or underflow, and very different rows."""
    large = np.array([[1000.0, 999.0, 998.5], [-1000.0, -999.0, -998.0]])
    impossible = np.array([[800.0, 0.0, -1.0], [0.5, 1e4, 2.0]])
    apart = np.array([[2000.0, 1999.0, 1998.0], [-2000.0, -2001.5, -2002.0]])
    return [
        Case({"z": normal(rng, 2, 3)}),
        Case({"z": 3 * normal(rng, 5, 4)}),
        Case({"z": large}, "large logits"),
        Case({"z": 20 * large}, "larger logits"),
        Case({"z": normal(rng, 9, 9)}, "nine examples, nine classes"),
        Case({"z": impossible}, "classes to which the model gives almost no probability"),
        Case({"z": apart}, "rows of very different size"),
        Case({"z": whole(rng, 4, 3)}, advice=WHOLE_NUMBERS),
    ]


@question(cases, parts={"log_p": 2}, see="log-of-zero", uses=("softmax",), bonus=True)
def log_probabilities(code: Any, z: Any) -> Any:
    return {"log_p": code.log_probabilities(z)}


slip = log_probabilities.slip
MAX, SUM = "z.max(axis=1, keepdims=True)", "np.exp(shifted).sum(axis=1, keepdims=True)"
LOG_P = f"shifted - np.log({SUM})"

slip("log-of-zero",
     "A probability is so small that it is rounded to 0, and log(0) is -inf. Compute the logarithm "
     "directly: the shifted logit minus the log of the sum.",
     (LOG_P, "np.log(softmax(z))"))
EPSILON = (
    "Your code adds a small number to the probability, or uses it as a lower bound. That prevents "
    "log(0), but it also sets a lower limit on the logarithm. Compute the logarithm directly: the "
    "shifted logit minus the log of the sum."
)
for epsilon in (1e-7, 1e-8, 1e-9, 1e-10, 1e-12, 1e-15, 1e-16, 1e-300):
    slip("epsilon-inside-log", EPSILON, (LOG_P, f"np.log(softmax(z) + {epsilon})"))
    slip("epsilon-inside-log", None, (LOG_P, f"np.log(np.maximum(softmax(z), {epsilon}))"))

slip("no-shift",
     "exp overflows for logits above 709, and if a row is far below 0, all its exponentials are "
     "rounded to 0. Subtract each row's maximum first.",
     (f"z - {MAX}", "z"))
slip("no-shift", None, (LOG_P, "np.log(np.exp(z) / np.exp(z).sum(axis=1, keepdims=True))"))
slip("shift-in-one-place",
     "The row maximum is subtracted inside exp, but not from the logit outside it. So every entry "
     "is off by that maximum. Subtract the maximum from the whole row first, and use the shifted "
     "row in both places.",
     ("return shifted", "return z"))
slip("shift-by-global-maximum",
     "The largest logit in the whole array is subtracted from every row. A row far below it "
     "underflows, and its sum is 0. Subtract each row's own maximum.",
     (MAX, "z.max()"))
slip("wrong-axis",
     "Softmax runs over the examples (axis 0). The classes of one example share the probability, "
     "so use axis 1.",
     (MAX, "z.max(axis=0)"), (SUM, "np.exp(shifted).sum(axis=0)"), see="shapes-and-batches")
slip("sum-over-everything",
     "The sum runs over the whole array. Each example has its own probabilities, so sum each row.",
     (SUM, "np.exp(shifted).sum()"))
slip("keepdims-forgotten",
     "The row sums have the shape (N,), which NumPy aligns with the columns. Keep the axis with "
     "keepdims=True, so that the shape is (N, 1).",
     (SUM, "np.exp(shifted).sum(axis=1)"), see="shapes-and-batches")
slip("keepdims-forgotten",
     "The row maxima have the shape (N,), which NumPy aligns with the columns. Keep the axis with "
     "keepdims=True, so that the shape is (N, 1).",
     (MAX, "z.max(axis=1)"), see="shapes-and-batches")
slip("log-forgotten", "Your function returns the probabilities. Return their logarithms.",
     (LOG_P, "softmax(z)"))
slip("log-of-sum-forgotten",
     "The logit is divided by the logarithm of the sum. Because ln(a / b) = ln a - ln b, subtract "
     "it instead.",
     ("shifted - np.log", "shifted / np.log"))
slip("log-of-sum-forgotten",
     "The sum of the exponentials is subtracted without its logarithm. Because ln(a / b) = ln a - "
     "ln b, take the logarithm of the sum first.",
     (f"np.log({SUM})", SUM))
slip("sign-reversed",
     "The signs are reversed. A probability is at most 1, so its logarithm is at most 0. The minus "
     "sign belongs to the loss, so leave it out here.",
     (LOG_P, f"-({LOG_P})"))
slip("logarithm-base-2",
     "Your function uses the logarithm to base 2. Use the natural one, np.log.",
     (LOG_P, f"({LOG_P}) / np.log(2)"))
