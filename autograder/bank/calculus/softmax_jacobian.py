"""The Jacobian of softmax, computed from an output of softmax."""

from typing import Any

import numpy as np

from autograder.bank.calculus._inputs import decided, probabilities
from autograder.bank.inputs import DIGITS_LOST, OF_THE_BOOK, Rng
from autograder.marking.question import Case, question


def cases(rng: Rng) -> list[Case]:
    """Return cases with several numbers of classes, and with probabilities near 0 and 1."""
    return [
        Case({"s": np.array([0.5, 0.5])}, OF_THE_BOOK),
        Case({"s": probabilities(rng, 1, 2)[0]}),
        Case({"s": probabilities(rng, 1, 3)[0]}),
        Case({"s": probabilities(rng, 1, 5)[0]}),
        Case({"s": decided(rng, 1, 4)[0]}, DIGITS_LOST),
        Case({"s": np.array([0.0, 1.0, 0.0])}, "probabilities of exactly 0 and 1"),
        Case({"s": np.array([1.0])}, "one class"),
        Case({"s": probabilities(rng, 1, 9)[0]}, "nine classes"),
    ]


@question(cases, parts={"J": 2}, see="softmax-jacobian")
def softmax_jacobian(code: Any, s: Any) -> Any:
    return {"J": code.softmax_jacobian(s)}


slip = softmax_jacobian.slip
J = "np.diag(s) - np.outer(s, s)"

slip("elementwise-softmax-slope",
     "Only the diagonal, s(1 - s), is filled. Every logit changes every probability, so the "
     "entries off the diagonal are -s_i s_j.",
     (J, "np.diag(s * (1 - s))"))
slip("elementwise-softmax-slope",
     "Your function returns C slopes, s(1 - s), as if softmax worked entry by entry. Every logit "
     "changes every probability, so the Jacobian has the shape (C, C).",
     (J, "s * (1 - s)"))
slip("off-diagonal-sign",
     "The entries off the diagonal have the wrong sign. If one logit grows, the other "
     "probabilities shrink, so the slopes are negative and each row sums to 0.",
     (J, f"np.where(np.eye(len(s)) > 0, {J}, np.outer(s, s))"))
slip("diagonal-like-the-rest",
     "The diagonal is -s², like the other entries. A logit also occurs in the numerator of its "
     "probability, which adds s. So the diagonal is s - s².",
     (J, "-np.outer(s, s)"))
slip("denominator-held-constant",
     "The sum in the denominator is treated as a constant. It grows with every logit, which adds "
     "-s_i s_j to every entry.",
     (J, "np.diag(s)"))
slip("sign-flipped",
     "Every entry has the wrong sign. A probability grows with its logit, so the diagonal is not "
     "negative.",
     (J, "np.outer(s, s) - np.diag(s)"))
slip("identity-for-diagonal",
     "The diagonal is 1 - s². It should be s - s², because the numerator adds the probability s, "
     "not 1.",
     (J, "np.eye(len(s)) - np.outer(s, s)"))
slip("row-factor-forgotten",
     "The factor s_i is missing. Each of your rows is a row of the identity matrix minus s. "
     "Multiply row i by s_i.",
     (J, "np.eye(len(s)) - s"))
slip("softmax-applied-twice",
     "softmax is applied to s. The argument is already the output of softmax, so use it as it is.",
     ("np.asarray(s, dtype=float)", "softmax([s])[0]"))
slip("matrix-product-for-outer",
     "s @ s is one number, the sum of the squares, and it is subtracted from every entry. The "
     "products of all pairs are np.outer(s, s).",
     (J, "np.diag(s) - s @ s"), see="shapes-and-batches")
slip("diagonal-not-spread",
     "s is added to every row, because NumPy repeats it for all rows. np.diag(s) puts it on the "
     "diagonal.",
     (J, "s - np.outer(s, s)"), see="shapes-and-batches")
slip("one-in-every-entry",
     "Every entry is s_i (1 - s_j). The 1 belongs to the diagonal only, because the numerator of "
     "s_i contains no other logit. Off the diagonal, the entry is -s_i s_j.",
     (J, "np.outer(s, 1 - s)"))
slip("square-for-outer",
     "s * s multiplies s entry by entry, and NumPy uses that row for all rows. The products of all "
     "pairs are np.outer(s, s).",
     (J, "np.diag(s) - s * s"), see="shapes-and-batches")
