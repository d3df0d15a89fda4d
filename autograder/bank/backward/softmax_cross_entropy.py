"""Softmax and cross-entropy in one function, and the gradient."""

from typing import Any

import numpy as np

from autograder.bank.inputs import (
    DIGITS_LOST,
    OF_THE_BOOK,
    WHOLE_NUMBERS,
    Rng,
    labels,
    normal,
    whole,
)
from autograder.marking.question import Case, question


def cases(rng: Rng) -> list[Case]:
    """Return cases with several sizes, integers, and logits whose exponentials overflow."""
    extreme = np.array([[1e4, 9999.0, 0.0], [-1e4, 3.0, 2.0], [1.0, -1.0, 0.5]])
    y = labels(rng, 4, 3)
    sure = 0.1 * normal(rng, 4, 3) - 20 * (1 - np.eye(3)[y])  # sure and right: p - 1 is about 1e-9
    of_the_book = np.array([[2.0, 1.0, 0.0], [0.0, 3.0, 1.0]])
    return [
        Case({"logits": of_the_book, "y": np.array([0, 2])}, OF_THE_BOOK),
        Case({"logits": normal(rng, 2, 3), "y": labels(rng, 2, 3)}),
        Case({"logits": 2 * normal(rng, 5, 4), "y": labels(rng, 5, 4)}),
        Case({"logits": normal(rng, 9, 9), "y": labels(rng, 9, 9)}, "nine examples, nine classes"),
        Case({"logits": normal(rng, 4, 5), "y": np.array([2, 0, 1, 2])}, "classes without label"),
        Case({"logits": extreme, "y": np.array([1, 0, 2])}, "logits up to 10,000"),
        Case({"logits": sure, "y": y}, DIGITS_LOST),
        Case({"logits": whole(rng, 4, 3), "y": labels(rng, 4, 3)}, advice=WHOLE_NUMBERS),
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
     "The factor 1/N is missing from the gradient. The loss is a mean over the examples, so divide "
     "the gradient by N.",
     (MEAN, "dlogits"))
slip("divided-by-n-twice", None, (MEAN, "dlogits / N**2"))
slip("label-not-subtracted",
     "Your gradient consists of the probabilities divided by N. For the right class, p - 1 is "
     "divided by N, so subtract 1 there before you divide.",
     ("dlogits[np.arange(N), y] -= 1.0", ""))
slip("sign-flipped",
     "The sign of the gradient is wrong. The gradient contains the probabilities minus the one-hot "
     "labels.",
     (MEAN, "-dlogits / N"))
slip("loss-after-subtraction",
     "1 is subtracted from the probabilities before the loss is computed from them, so the loss "
     "takes the logarithm of a negative number. Compute the loss first, or subtract from a copy: "
     "dlogits = p gives the array a second name and does not copy it.",
     (LOSS, "-np.mean(np.log((exp / total)[np.arange(N), y] - 1))"))
slip("loss-after-subtraction", None,
     (LOSS, "-np.mean(np.log(((exp / total)[np.arange(N), y] - 1) / N))"))
slip("mean-on-label-only",
     "Only the 1 for the right class is divided by N, not the probabilities. The gradient is (p - "
     "onehot) / N, so divide the whole array.",
     ("[np.arange(N), y] -= 1.0", "[np.arange(N), y] -= 1.0 / N"), (MEAN, "dlogits"))
slip("labels-not-one-hot",
     "The class number is subtracted from every entry of its row. Subtract 1, and only in the "
     "column of the right class: p[np.arange(N), y] -= 1.",
     ("dlogits[np.arange(N), y] -= 1.0", "dlogits -= y[:, None]"), see="shapes-and-batches")
slip("labels-from-1",
     "The labels are used as if they began at 1. They go from 0 to C - 1, so use y as it is.",
     ("shifted[np.arange(N), y]", "shifted[np.arange(N), y - 1]"),
     ("dlogits[np.arange(N), y]", "dlogits[np.arange(N), y - 1]"))
slip("keepdims-forgotten",
     "Each row should be divided by its own sum. Your sums have the shape (N,), which NumPy aligns "
     "with the columns. Keep the axis with keepdims=True, so that the shape is (N, 1).",
     ("exp / total", "exp / total[:, 0]"), see="shapes-and-batches")
slip("shift-by-global-maximum",
     "The largest logit in the whole batch is subtracted from every row. A row far below it "
     "underflows, and 0 / 0 is nan. Subtract each row's own maximum.",
     ("logits.max(axis=1, keepdims=True)", "logits.max()"), see="softmax-overflow")
slip("shift-by-global-maximum", None,
     ("logits.max(axis=1, keepdims=True)", "logits.max()"), (LOSS, LOG_OF_PROBABILITY))
slip("shift-in-one-place",
     "The row maximum is subtracted inside exp, but not from the logit outside it. So the loss is "
     "off by the maxima. Use the shifted row in both places.",
     ("- shifted[np.arange(N), y]", "- logits[np.arange(N), y]"), see="softmax-overflow")
slip("softmax-slope-twice",
     "p - onehot is multiplied by p(1 - p). But p - onehot is the gradient with respect to the "
     "logits, so the slope of softmax is already in it. Leave the factor p(1 - p) out.",
     (MEAN, "dlogits * softmax(logits) * (1 - softmax(logits)) / N"))
slip("elementwise-softmax-slope",
     "The gradient is s(1 - s), which is only the diagonal of the softmax Jacobian, and it does "
     "not depend on the labels. Multiply the slope of the loss by the whole Jacobian: the product "
     "is p - onehot.",
     (MEAN, "softmax(logits) * (1 - softmax(logits)) / N"))
slip("elementwise-softmax-slope", None, (MEAN, "softmax(logits) * (1 - softmax(logits))"))
slip("right-class-only",
     "Only the logit of the right class gets a gradient. The other logits change the probability "
     "of the right class too, so their gradient is p / N.",
     (MEAN, "dlogits * np.eye(logits.shape[1])[y] / N"))
slip("every-row-indexed",
     "p[:, y] -= 1 subtracts 1 in the columns of all labels, in every row. To change one entry in "
     "each row, write p[np.arange(N), y] -= 1.",
     ("dlogits[np.arange(N), y]", "dlogits[:, y]"), see="shapes-and-batches")
slip("divided-by-classes-too",
     "The gradient is divided by N times C. The loss is a mean over N examples, so divide by N.",
     (MEAN, "dlogits / dlogits.size"))
slip("divided-by-classes",
     "The gradient is divided by the number of classes, C. The loss is a mean over the N examples, "
     "so divide by N.",
     (MEAN, "dlogits / logits.shape[1]"))
slip("exp-overflow", None,
     ("logits - logits.max(axis=1, keepdims=True)", "logits"), (LOSS, LOG_OF_PROBABILITY),
     see="softmax-overflow")
slip("exp-overflow", None,
     ("logits - logits.max(axis=1, keepdims=True)", "logits"), see="softmax-overflow")
slip("log-of-zero",
     "The probability of the right class is so small that it is rounded to 0, and log(0) is -inf. "
     "Compute the logarithm directly: the shifted logit minus the log of the sum.",
     (LOSS, LOG_OF_PROBABILITY), see="log-of-zero")
for epsilon in (1e-8, 1e-9, 1e-10, 1e-12, 1e-15, 1e-16):
    slip(
        "epsilon-inside-log",
        "A small number is added inside the logarithm. That prevents log(0), but it also sets an "
        "upper limit on the loss for a very wrong answer. Compute the logarithm directly: the "
        "shifted logit minus the log of the sum.",
        (LOSS, LOG_OF_PROBABILITY.replace(", y]", f", y] + {epsilon}")),
        see="log-of-zero",
    )
slip("sum-for-mean", None, ("np.mean(", "np.sum("), (MEAN, "dlogits"))
