"""The logarithms of softmax."""

from typing import Any

import numpy as np

from autograder.bank.inputs import Rng, normal, whole
from autograder.marking.question import Case, question


def cases(rng: Rng) -> list[Case]:
    """Return cases with exponentials that overflow or underflow, and very different rows."""
    large = np.array([[1000.0, 999.0, 998.5], [-1000.0, -999.0, -998.0]])
    impossible = np.array([[800.0, 0.0, -1.0], [0.5, 1e4, 2.0]])
    apart = np.array([[2000.0, 1999.0, 1998.0], [-2000.0, -2001.5, -2002.0]])
    return [
        Case({"z": normal(rng, 2, 3)}),
        Case({"z": 3 * normal(rng, 5, 4)}),
        Case({"z": whole(rng, 4, 3)}, "whole numbers"),
        Case({"z": large}, "large logits"),
        Case({"z": impossible}, "classes that the model finds impossible"),
        Case({"z": apart}, "rows of very different size"),
    ]


@question(cases, parts={"log_p": 2}, see="log-of-zero", uses=("softmax",), bonus=True)
def log_probabilities(code: Any, z: Any) -> Any:
    return {"log_p": code.log_probabilities(z)}


slip = log_probabilities.slip
MAX, SUM = "z.max(axis=1, keepdims=True)", "np.exp(shifted).sum(axis=1, keepdims=True)"
LOG_P = f"shifted - np.log({SUM})"

slip("log-of-zero",
     "A probability underflows to 0, and log(0) is -inf. Take the log of softmax in one piece: "
     "the shifted logit minus the log of the sum.",
     (LOG_P, "np.log(softmax(z))"))
EPSILON = (
    "A small number beside the probability hides log(0), but then nothing lies below -20 or -30. "
    "Take the log of softmax in one piece."
)
for epsilon in (1e-7, 1e-8, 1e-9, 1e-10, 1e-12, 1e-15, 1e-16, 1e-300):
    slip("epsilon-inside-log", EPSILON, (LOG_P, f"np.log(softmax(z) + {epsilon})"))
    slip("epsilon-inside-log", None, (LOG_P, f"np.log(np.maximum(softmax(z), {epsilon}))"))

slip("no-shift",
     "Logits go into exp as they are, and exp overflows above 709 (and far below 0 all of a row "
     "is rounded to 0). Subtract each row's maximum first.",
     (f"z - {MAX}", "z"))
slip("no-shift", None, (LOG_P, "np.log(np.exp(z) / np.exp(z).sum(axis=1, keepdims=True))"))
slip("shift-in-one-place",
     "The maximum is subtracted in one place only. What is taken from the logits inside exp has "
     "to be taken from the logit outside too, or else the result is off by it.",
     ("return shifted", "return z"))
slip("shift-by-global-maximum",
     "The largest logit of the whole array is subtracted from every row. A row far below it "
     "underflows and its sum is 0: subtract each row's own maximum.",
     (MAX, "z.max()"))
slip("wrong-axis",
     "Softmax runs over the examples (axis 0). The classes of one example share the probability.",
     (MAX, "z.max(axis=0)"), (SUM, "np.exp(shifted).sum(axis=0)"), see="shapes-and-batches")
slip("sum-over-everything",
     "The sum runs over the whole array. Each example has probabilities of its own: sum each row.",
     (SUM, "np.exp(shifted).sum()"))
slip("log-forgotten", "These are the probabilities. Their logarithms are asked for.",
     (LOG_P, "softmax(z)"))
slip("log-of-sum-forgotten",
     "Only the sum is divided away, not its logarithm subtracted: ln(a / b) is ln a - ln b.",
     ("shifted - np.log", "shifted / np.log"))
slip("log-of-sum-forgotten",
     "The sum of the exponentials is subtracted without its logarithm: ln(a / b) is ln a - ln b.",
     (f"np.log({SUM})", SUM))
slip("sign-reversed",
     "The signs are reversed. A probability is at most 1, so its logarithm is at most 0; the "
     "minus comes with the loss.",
     (LOG_P, f"-({LOG_P})"))
slip("logarithm-base-2", "This is the base-2 logarithm. Use the natural one.",
     (LOG_P, f"({LOG_P}) / np.log(2)"))
