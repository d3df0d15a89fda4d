"""The gradient with respect to the logits of softmax, computed without the Jacobian."""

from typing import Any

import numpy as np

from autograder.bank.calculus._inputs import decided, probabilities
from autograder.bank.inputs import DIGITS_LOST, OF_THE_BOOK, WHOLE_NUMBERS, Rng, normal, whole
from autograder.marking.question import Case, question


def cases(rng: Rng) -> list[Case]:
    """Return cases with N and C different, integers, and probabilities near 0 and 1."""

    def inputs(N: int, C: int, draw: Any = normal) -> dict[str, Any]:
        return {"dout": draw(rng, N, C), "s": probabilities(rng, N, C)}

    # sizes from 1 to 2, so that the loss is about 1 and is rounded accordingly
    bounded = np.round(rng.choice([-1, 1], size=(3, 4)) * rng.uniform(1, 2, size=(3, 4)), 2)
    return [
        Case({"dout": np.array([[3.0, 1.0]]), "s": np.array([[0.5, 0.5]])}, OF_THE_BOOK),
        Case(inputs(2, 3)),
        Case(inputs(4, 3)),
        Case(inputs(1, 4), "one example"),
        Case({"dout": bounded, "s": decided(rng, 3, 4)}, DIGITS_LOST),
        Case({"dout": 1e3 * normal(rng, 3, 2), "s": probabilities(rng, 3, 2)}),
        Case(inputs(3, 3), "as many classes as examples"),
        Case(inputs(9, 5), "nine examples"),
        Case(inputs(3, 5, draw=whole), advice=WHOLE_NUMBERS),
    ]


@question(cases, parts={"dlogits": 3}, see="softmax-jacobian", uses=("softmax_jacobian",))
def softmax_backward(code: Any, dout: Any, s: Any) -> Any:
    return {"dlogits": code.softmax_backward(dout, s)}


BY_JACOBIANS = "np.array([softmax_jacobian(p) @ upstream for p, upstream in zip(s, dout)])"
softmax_backward.way(("s * (dout - mean)", BY_JACOBIANS))
slip = softmax_backward.slip
MEAN, RESULT = "np.sum(dout * s, axis=1, keepdims=True)", "s * (dout - mean)"

slip("elementwise-softmax-slope",
     "dout is multiplied by s(1 - s), which is only the diagonal of the Jacobian. Every logit "
     "changes every probability, so each entry depends on the whole row of dout.",
     (RESULT, "s * (1 - s) * dout"))
slip("upstream-ignored",
     "The result is 0 everywhere, as it would be if dout were all ones, because the probabilities "
     "always sum to 1. Use dout.",
     (RESULT, "np.zeros_like(s)"))
slip("upstream-ignored", "dout is not used. s(1 - s) contains slopes, not a gradient of the loss.",
     (RESULT, "s * (1 - s)"))
slip("weighted-mean-forgotten",
     "dout is multiplied by s, and nothing is subtracted. The denominator of softmax grows with "
     "every logit, so subtract the sum of dout times s from dout first.",
     (RESULT, "s * dout"))
slip("mean-not-weighted",
     "The mean of dout is subtracted. It should be the mean weighted by the probabilities, that "
     "is, the sum of dout times s.",
     (MEAN, "np.mean(dout, axis=1, keepdims=True)"))
slip("mean-not-weighted",
     "The sum of dout is subtracted. It should be weighted by the probabilities: sum dout times s.",
     (MEAN, "np.sum(dout, axis=1, keepdims=True)"))
slip("wrong-axis",
     "The sum runs over the examples (axis 0). The classes of one example share the probability, "
     "so sum along the row.",
     (MEAN, "np.sum(dout * s, axis=0, keepdims=True)"), see="shapes-and-batches")
slip("sum-over-everything",
     "The sum runs over the whole array, so the examples are mixed. Sum each row.",
     (MEAN, "np.sum(dout * s)"), see="shapes-and-batches")
slip("probability-not-in-front",
     "Your result is s dout minus the sum. The sum has to be multiplied by s too: s (dout - sum).",
     (RESULT, "s * dout - mean"))
slip("sign-flipped",
     "Every entry has the wrong sign. The result is s (dout - sum), not s (sum - dout).",
     (RESULT, "-s * (dout - mean)"))
slip("denominator-sign",
     "The sum of dout times s is added. It comes from the denominator, so subtract it.",
     (RESULT, "s * (dout + mean)"))
slip("softmax-applied-twice",
     "softmax is applied to s. The argument is already the output of softmax, so use it as it is.",
     ("np.asarray(s, dtype=float)", "softmax(s)"))
slip("cross-entropy-shortcut",
     "Your function returns s - dout. That is the gradient of the cross-entropy if dout holds "
     "labels. Here dout can be any upstream gradient.",
     (RESULT, "s - dout"))
slip("divided-by-n-again",
     "The gradient is divided by N. If the loss is a mean, dout already contains the factor 1/N, "
     "so leave this division out.",
     (RESULT, f"{RESULT} / len(s)"))
slip("argument-changed-in-place",
     "dout itself is overwritten. Another branch of the graph may still need it, so make a new "
     "array.",
     ("dout, s = np", "given = dout\n    dout, s = np"),
     (f"return {RESULT}", f"dlogits = {RESULT}; given[...] = dlogits; return dlogits"),
     see="computation-graphs")
slip("keepdims-forgotten",
     "The sums have the shape (N,), which NumPy aligns with the columns. Keep the axis with "
     "keepdims=True, so that the shape is (N, 1).",
     (MEAN, "np.sum(dout * s, axis=1)"), see="shapes-and-batches")
slip("first-example-only",
     "The Jacobian of the first example is used for all. Each row of s has its own.",
     (f"return {RESULT}", "return dout @ (np.diag(s[0]) - np.outer(s[0], s[0]))"))
