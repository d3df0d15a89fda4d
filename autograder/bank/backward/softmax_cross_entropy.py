"""Softmax and cross-entropy in one function, and the gradient."""

from typing import Any

import numpy as np

from autograder.bank.inputs import DIGITS_LOST, Rng, labels, normal, whole
from autograder.marking.question import Case, question


def cases(rng: Rng) -> list[Case]:
    """Return cases with several sizes, integers, and logits whose exponentials overflow."""
    extreme = np.array([[1e4, 9999.0, 0.0], [-1e4, 3.0, 2.0], [1.0, -1.0, 0.5]])
    y = labels(rng, 4, 3)
    sure = 0.1 * normal(rng, 4, 3) - 20 * (1 - np.eye(3)[y])  # sure and right: p - 1 is about 1e-9
    return [
        Case({"logits": normal(rng, 2, 3), "y": labels(rng, 2, 3)}),
        Case({"logits": 2 * normal(rng, 5, 4), "y": labels(rng, 5, 4)}),
        Case({"logits": whole(rng, 4, 3), "y": labels(rng, 4, 3)}, "whole numbers"),
        Case({"logits": extreme, "y": np.array([1, 0, 2])}, "logits up to 10,000"),
        Case({"logits": sure, "y": y}, DIGITS_LOST),
    ]


@question(cases, parts={"loss": 1, "dlogits": 4}, see="softmax-cross-entropy")
def softmax_cross_entropy(code: Any, logits: Any, y: Any) -> Any:
    loss, dlogits = code.softmax_cross_entropy(logits, y)
    return {"loss": loss, "dlogits": dlogits}


slip = softmax_cross_entropy.slip
LOSS = "np.mean(np.log(total[:, 0]) - shifted[np.arange(N), y])"
LOG_OF_PROBABILITY = "-np.mean(np.log((exp / total)[np.arange(N), y]))"
MEAN = "dlogits / N"

slip("mean-forgotten",
     "The 1/N is missing. The loss is a mean over the examples, so each one's gradient is divided "
     "by N.",
     (MEAN, "dlogits"))
slip("divided-by-n-twice", None, (MEAN, "dlogits / N**2"))
slip("label-not-subtracted",
     "These are the probabilities over N. The gradient is p - 1 for the right class: that is what "
     "pushes its logit up.",
     ("dlogits[np.arange(N), y] -= 1.0", ""))
slip("sign-flipped", "The gradient points the wrong way: it is probabilities minus labels.",
     (MEAN, "-dlogits / N"))
slip("elementwise-softmax-slope",
     "s(1 - s) is only the diagonal of the softmax Jacobian. Every logit moves every probability; "
     "with the off-diagonal terms the sum collapses to p - onehot.",
     (MEAN, "dlogits * softmax(logits) * (1 - softmax(logits)) / N"))
slip("right-class-only",
     "Only the logit of the right class gets a gradient, as if softmax' were s(1 - s). Its "
     "off-diagonal terms are missing: the other logits share the probability and are pushed down.",
     (MEAN, "dlogits * np.eye(logits.shape[1])[y] / N"))
slip("every-row-indexed",
     "p[:, y] -= 1 subtracts at every label in every row. One entry for each row is "
     "p[np.arange(N), y].",
     ("dlogits[np.arange(N), y]", "dlogits[:, y]"), see="shapes-and-batches")
slip("divided-by-classes-too",
     "The gradient is divided by N times C. Each example adds one number to the mean, so divide "
     "by N.",
     (MEAN, "dlogits / dlogits.size"))
slip("exp-overflow", None,
     ("logits - logits.max(axis=1, keepdims=True)", "logits"), (LOSS, LOG_OF_PROBABILITY),
     see="softmax-overflow")
slip("log-of-zero",
     "The probability of the right class underflows to 0, and log(0) is -inf. Take the log of "
     "softmax in one piece: the shifted logit minus the log of the sum.",
     (LOSS, LOG_OF_PROBABILITY), see="log-of-zero")
for epsilon in (1e-8, 1e-9, 1e-10, 1e-12, 1e-15, 1e-16):
    slip(
        "epsilon-inside-log",
        "A small number inside the log hides log(0) but caps the loss: a very wrong answer costs "
        "about 20 or 30 instead of thousands. Take the log of softmax in one piece.",
        (LOSS, LOG_OF_PROBABILITY.replace(", y]", f", y] + {epsilon}")),
        see="log-of-zero",
    )
slip("sum-for-mean", None, ("np.mean(", "np.sum("), (MEAN, "dlogits"))
