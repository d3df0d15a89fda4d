"""The mean cross-entropy of logits and labels."""

from typing import Any

import numpy as np

from autograder.bank.inputs import OF_THE_BOOK, WHOLE_NUMBERS, Rng, labels, normal, whole
from autograder.marking.question import Case, question


def cases(rng: Rng) -> list[Case]:
    """Return cases with several sizes, large logits, and right labels of tiny probability."""
    impossible = np.array([[800.0, 0.0, -1.0], [0.5, 1e4, 2.0]])
    large = np.array([[1000.0, 1001.0, 999.0], [-1000.0, -999.0, -998.0]])
    of_the_book = np.array([[2.0, 1.0, -1.0], [0.0, 3.0, 0.0]])
    return [
        Case({"logits": of_the_book, "y": np.array([0, 2])}, OF_THE_BOOK),
        Case({"logits": normal(rng, 2, 3), "y": labels(rng, 2, 3)}),
        Case({"logits": 2 * normal(rng, 5, 4), "y": labels(rng, 5, 4)}),
        Case({"logits": normal(rng, 9, 9), "y": labels(rng, 9, 9)}, "nine examples, nine classes"),
        Case({"logits": normal(rng, 3, 4), "y": np.zeros(3, int)}, "all labels are 0"),
        Case({"logits": large, "y": np.array([2, 0])}, "large logits"),
        Case(
            {"logits": impossible, "y": np.array([1, 0])},
            "labels to which the model gives almost no probability",
        ),
        Case({"logits": whole(rng, 4, 3), "y": labels(rng, 4, 3)}, advice=WHOLE_NUMBERS),
    ]


@question(cases, parts={"loss": 4}, see="cross-entropy", uses=("softmax",))
def cross_entropy(code: Any, logits: Any, y: Any) -> Any:
    return {"loss": code.cross_entropy(logits, y)}


slip = cross_entropy.slip
LOG_P = "shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))"
NO_SHIFT = ("logits - logits.max(axis=1, keepdims=True)", "logits")
UNSHIFTED_P = "np.exp(shifted) / np.exp(shifted).sum(axis=1, keepdims=True)"

slip("log-of-zero",
     "The probability of the right class is so small that it is rounded to 0, and log(0) is -inf. "
     "Compute the logarithm directly: the shifted logit minus the log of the sum.",
     (LOG_P, "np.log(softmax(logits))"), see="log-of-zero")
EPSILON = (
    "Your code adds a small number to the probability, or uses it as a lower bound. That prevents "
    "log(0), but it also sets an upper limit on the loss for a very wrong answer, whose gradient "
    "is then lost. Compute the logarithm directly: the shifted logit minus the log of the sum."
)
for epsilon in (1e-6, 1e-7, 1e-8, 1e-9, 1e-10, 1e-12, 1e-15, 1e-16, 1e-20, 1e-30, 1e-300):
    added = f"np.log(softmax(logits) + {epsilon})"
    clipped = f"np.log(np.clip(softmax(logits), {epsilon}, 1.0))"
    unshifted = f"np.log({UNSHIFTED_P} + {epsilon})"
    slip("epsilon-inside-log", EPSILON, (LOG_P, added), see="log-of-zero")
    slip("epsilon-inside-log", None, (LOG_P, clipped))
    slip("epsilon-inside-log", None, NO_SHIFT, (LOG_P, unshifted))

slip("exp-overflow", None, NO_SHIFT, (LOG_P, f"np.log({UNSHIFTED_P})"), see="softmax-overflow")
slip("exp-overflow",
     "exp overflows above 709, so the log of the sum is inf. Subtract each row's maximum first.",
     NO_SHIFT, see="softmax-overflow")
slip("shift-in-one-place",
     "The row maximum is subtracted inside exp, but not from the logit outside it. So the loss is "
     "off by the maxima. Subtract the maximum from the whole row first, and use the shifted row "
     "in both places.",
     (LOG_P, "logits - np.log(np.exp(shifted).sum(axis=1, keepdims=True))"),
     see="softmax-overflow")
slip("keepdims-forgotten",
     "The row sums have the shape (N,), which NumPy aligns with the columns. Keep the axis with "
     "keepdims=True, so that the shape is (N, 1).",
     (LOG_P, "shifted - np.log(np.exp(shifted).sum(axis=1))"), see="shapes-and-batches")
slip("keepdims-forgotten",
     "The row maxima have the shape (N,), which NumPy aligns with the columns. Keep the axis with "
     "keepdims=True, so that the shape is (N, 1).",
     ("max(axis=1, keepdims=True)", "max(axis=1)"), see="shapes-and-batches")
slip("shift-by-global-maximum",
     "The largest logit in the whole batch is subtracted from every row. A row far below it "
     "underflows, and the log of its sum is -inf. Subtract each row's own maximum.",
     ("logits.max(axis=1, keepdims=True)", "logits.max()"), see="softmax-overflow")
slip("sum-for-mean",
     "The losses of the examples are added up. Divide by N, so that the loss does not grow with "
     "the batch.",
     (".mean()", ".sum()"))
slip("divided-by-classes-too",
     "The sum is divided by N times C. Each example adds one number, so divide by N.",
     (".mean()", ".mean() / logits.shape[1]"))
slip("divided-by-classes",
     "The sum is divided by the number of classes. Each example adds one number, so divide by N.",
     (".mean()", ".sum() / logits.shape[1]"))
slip("sign-forgotten",
     "The minus sign is missing. The logarithm of a probability is negative, and the loss is minus "
     "the mean.",
     ("-log_probs[", "log_probs["))
slip("logits-as-probabilities",
     "The logits are used as if they were probabilities. They can be negative, and they do not sum "
     "to 1. Apply softmax first.",
     (LOG_P, "np.log(logits)"))
slip("logits-as-log-probabilities",
     "The loss is minus the mean logit of the right class. A logit is not yet the logarithm of a "
     "probability, so subtract the log of the sum of the exponentials.",
     (LOG_P, "logits"))
slip("log-forgotten",
     "Your loss is minus the mean probability of the right class. Take the logarithm of the "
     "probabilities first.",
     (LOG_P, "softmax(logits)"))
slip("logarithm-base-2",
     "Your loss uses the logarithm to base 2. Use the natural one, np.log.",
     (".mean()", ".mean() / np.log(2)"))
slip("logarithm-base-10",
     "Your loss uses the logarithm to base 10. Use the natural one, np.log.",
     (".mean()", ".mean() / np.log(10)"))
slip("wrong-axis",
     "Softmax runs over the examples (axis 0). The classes of one example share the probability, "
     "so use axis 1.",
     (LOG_P, "np.log(softmax(logits.T).T)"), see="shapes-and-batches")
slip("every-pair-indexed",
     "p[:, y] picks N x N numbers, a column for every label. To get one number from each example, "
     "write p[np.arange(N), y].",
     ("[np.arange(len(y)), y]", "[:, y]"), see="shapes-and-batches")
slip("labels-from-1",
     "The labels are used as if they began at 1. They go from 0 to C - 1, so use y as it is.",
     ("[np.arange(len(y)), y]", "[np.arange(len(y)), y - 1]"))
slip("one-example-only",
     "Your loss is the loss for one example. It should be the mean over all examples in the batch.",
     ("[np.arange(len(y)), y].mean()", "[0, y[0]]"))
slip("one-example-only", None, ("[np.arange(len(y)), y].mean()", "[-1, y[-1]]"))
slip("last-example-skipped",
     "The sum lacks the loss for the last example, because range(N - 1) stops before it. Use "
     "range(N).",
     ("[np.arange(len(y)), y].mean()", "[np.arange(len(y) - 1), y[:-1]].sum() / len(y)"))
slip("binary-cross-entropy",
     "Your loss also adds -log(1 - p) for each wrong class, as the binary cross-entropy does. Here "
     "only the right class of each example counts.",
     (LOG_P, "np.log(softmax(logits))\n"
      "    wrong = np.arange(logits.shape[1]) != y[:, None]\n"
      "    log_probs += (np.log(1 - np.where(wrong, softmax(logits), 0))).sum(axis=1)[:, None]"))
