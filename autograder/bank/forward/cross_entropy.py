"""The mean cross-entropy of logits and labels."""

from typing import Any

import numpy as np

from autograder.bank.inputs import Rng, labels, normal, whole
from autograder.marking.question import Case, question


def cases(rng: Rng) -> list[Case]:
    """Return cases with several sizes, large logits, and right labels of tiny probability."""
    impossible = np.array([[800.0, 0.0, -1.0], [0.5, 1e4, 2.0]])
    large = np.array([[1000.0, 1001.0, 999.0], [-1000.0, -999.0, -998.0]])
    return [
        Case({"logits": normal(rng, 2, 3), "y": labels(rng, 2, 3)}),
        Case({"logits": 2 * normal(rng, 5, 4), "y": labels(rng, 5, 4)}),
        Case({"logits": whole(rng, 4, 3), "y": labels(rng, 4, 3)}, "whole numbers"),
        Case({"logits": large, "y": np.array([2, 0])}, "large logits"),
        Case(
            {"logits": impossible, "y": np.array([1, 0])}, "labels that the model finds impossible"
        ),
    ]


@question(cases, parts={"loss": 4}, see="cross-entropy", uses=("softmax",))
def cross_entropy(code: Any, logits: Any, y: Any) -> Any:
    return {"loss": code.cross_entropy(logits, y)}


slip = cross_entropy.slip
LOG_P = "shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))"
NO_SHIFT = ("logits - logits.max(axis=1, keepdims=True)", "logits")
UNSHIFTED_P = "np.exp(shifted) / np.exp(shifted).sum(axis=1, keepdims=True)"

slip("log-of-zero",
     "The probability of the right class underflows to 0, and log(0) is -inf. Compute log softmax "
     "in one piece: the shifted logit minus the log of the sum.",
     (LOG_P, "np.log(softmax(logits))"), see="log-of-zero")
EPSILON = (
    "A small number beside the probability (added, or as a lower bound) hides log(0) but caps the "
    "loss: a very wrong answer costs about 20 or 30 instead of thousands, and its gradient is "
    "lost. Compute log softmax in one piece instead."
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
slip("sum-for-mean",
     "The examples are summed. The mean divides by N, so that the loss does not grow with the "
     "batch.",
     (".mean()", ".sum()"))
slip("divided-by-classes-too",
     "The mean is taken over N times C entries. Each example adds one number, so divide by N.",
     (".mean()", ".mean() / logits.shape[1]"))
slip("divided-by-classes",
     "The sum is divided by the number of classes. Each example adds one number, so divide by N.",
     (".mean()", ".sum() / logits.shape[1]"))
slip("sign-forgotten",
     "The sign is missing. Log-probabilities are negative; the loss is minus their mean.",
     ("-log_probs[", "log_probs["))
slip("logits-as-probabilities",
     "The logits are taken for probabilities. They can be negative and sum to anything: softmax "
     "first.",
     (LOG_P, "np.log(logits)"))
slip("log-forgotten",
     "This is minus the mean probability of the right class; its logarithm is missing.",
     (LOG_P, "softmax(logits)"))
slip("logarithm-base-2",
     "This is the base-2 logarithm (bits). The loss uses the natural one (nats).",
     (".mean()", ".mean() / np.log(2)"))
slip("wrong-axis",
     "Softmax runs over the examples (axis 0). The classes of one example share the probability.",
     (LOG_P, "np.log(softmax(logits.T).T)"), see="shapes-and-batches")
slip("every-pair-indexed",
     "p[:, y] picks a column for every example and every label, N x N numbers. One number for "
     "each example is p[np.arange(N), y].",
     ("[np.arange(len(y)), y]", "[:, y]"), see="shapes-and-batches")
