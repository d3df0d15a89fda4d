"""The multiclass hinge loss and its gradient."""

from typing import Any

import numpy as np

from autograder.bank.inputs import DIGITS_LOST, Rng, labels, normal, whole
from autograder.marking.question import Case, question


def cases(rng: Rng) -> list[Case]:
    """Return cases with no term of the loss near 0, where its slope jumps.

    Differences of scores are multiples of 0.01 and margins are not, so no term is exactly 0.
    """

    def inputs(N: int, C: int, margin: float, draw: Any = normal) -> dict[str, Any]:
        return {"scores": draw(rng, N, C), "y": labels(rng, N, C), "margin": margin}

    satisfied = inputs(4, 3, 1.005)
    right = 5 * np.eye(3)[satisfied["y"]] * np.array([[1.0], [0.0], [1.0], [0.0]])
    return [
        Case(inputs(2, 3, 1.005)),
        Case(inputs(5, 4, 0.705)),
        Case(inputs(4, 3, 1.5, draw=whole), "whole numbers"),
        Case({**satisfied, "scores": satisfied["scores"] + right}, "some rows without any loss"),
        Case(inputs(3, 5, 20.0), "a margin that nothing reaches"),
        Case({**inputs(4, 3, 1.005), "scores": 1e30 * normal(rng, 4, 3)}, DIGITS_LOST),
    ]


@question(cases, parts={"loss": 1, "dscores": 2}, see="gradient-of-each-part", bonus=True)
def hinge_loss(code: Any, scores: Any, y: Any, margin: Any) -> Any:
    loss, dscores = code.hinge_loss(scores, y, margin)
    return {"loss": loss, "dscores": dscores}


slip = hinge_loss.slip
ON = "(excess > 0.0).astype(float)"
ZERO = "excess[rows, y] = 0.0"
RIGHT = "-dscores.sum(axis=1)"
LOSS, GRADIENT = "excess.sum() / len(rows)", "dscores / len(rows)"

slip("right-class-counted-once",
     "The right class gets -1 where there is any loss. It takes part in every term above 0: count "
     "them.",
     (RIGHT, "-dscores.max(axis=1)"))
slip("right-class-forgotten",
     "The right class has no gradient. Its score stands in every term with a minus, so raising it "
     "lowers the loss.",
     (RIGHT, "0.0"))
slip("right-class-only",
     "Only the right class has a gradient. The classes that come too close are pushed down as "
     "well.",
     (GRADIENT, f"np.eye(scores.shape[1])[y] * {GRADIENT}"))
slip("sign-flipped",
     "The gradient points the wrong way: the loss grows with the scores of the wrong classes.",
     (GRADIENT, f"-{GRADIENT}"))
slip("value-for-slope",
     "The gradient is the size of each term. The slope of max(0, t) is 1 where t > 0, however "
     "large t is.",
     (ON, "excess.copy()"))
slip("every-class-pushed",
     "Every wrong class is pushed down. A term at 0 has no slope: a class that keeps the margin "
     "is left alone.",
     (ON, "1.0 - np.eye(scores.shape[1])[y]"))
slip("worst-class-only",
     "Only the worst class counts. That is another hinge loss; this one sums over all wrong "
     "classes.",
     (ZERO, f"{ZERO}; excess *= excess == excess.max(axis=1, keepdims=True)"))
slip("squared-hinge",
     "The terms are squared. Here they count as they are: max(0, s_j - s_y + margin).",
     (LOSS, "(excess**2).sum() / len(rows)"), (ON, "2.0 * excess"))
slip("divided-by-classes-too",
     "Loss and gradient are divided by the number of classes as well. Each example adds its sum "
     "over the classes to the mean, so divide by N.",
     (f"float({LOSS}), {GRADIENT}", "excess.sum() / scores.size, dscores / scores.size"))
slip("mean-forgotten",
     "The gradient is that of the sum. The loss is a mean over the examples, so each one's "
     "gradient is divided by N.",
     (GRADIENT, "dscores"))
slip("sum-for-mean", None, (f"float({LOSS}), {GRADIENT}", "excess.sum(), dscores"))
slip("divided-by-n-twice", None, (GRADIENT, f"{GRADIENT} ** 2"))
slip("right-class-in-the-sum",
     "The right class is in the sum, where it adds the margin to the loss of every example. The "
     "sum runs over the wrong classes only.",
     (LOSS, f"{LOSS} + margin"))
slip("margin-subtracted",
     "The margin has the wrong sign. It is added: a wrong class has to stay below the right one "
     "by that much.",
     ("right + margin", "right - margin"))
slip("margin-ignored", "The margin is taken to be 1. It is an argument: the caller chooses it.",
     ("right + margin", "right + 1.0"))
slip("margin-ignored",
     "The margin is left out. It is an argument: how far a wrong class has to stay below the "
     "right one.",
     ("right + margin", "right"))
slip("difference-reversed",
     "The difference is taken the wrong way round: it punishes wrong classes that score low. It "
     "is s_j - s_y.",
     ("scores - right", "right - scores"), (GRADIENT, f"-{GRADIENT}"))
slip("terms-not-cut",
     "The terms are not cut off at 0, so classes that are far below pay for others that are not.",
     ("np.maximum(scores - right + margin, 0.0)", "scores - right + margin"),
     (ON, "1.0 - np.eye(scores.shape[1])[y]"))
