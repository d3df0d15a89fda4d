"""The multiclass hinge loss and its gradient."""

from typing import Any

import numpy as np

from autograder.bank.inputs import (
    DIGITS_LOST,
    WHOLE_NUMBERS,
    Rng,
    drawn_until,
    labels,
    normal,
    whole,
)
from autograder.marking.question import Case, question


def cases(rng: Rng) -> list[Case]:
    """Return cases with no term of the loss near 0, where its slope jumps.

    Differences of scores are multiples of 0.01 and margins are not, so no term is exactly 0. Where
    the margin is 20, some terms are 0 for a margin of 1, so that it shows which one is used.
    """

    def inputs(N: int, C: int, margin: float, draw: Any = normal) -> dict[str, Any]:
        return {"scores": draw(rng, N, C), "y": labels(rng, N, C), "margin": margin}

    def has_far_class(drawn: dict[str, Any]) -> bool:
        right = drawn["scores"][np.arange(len(drawn["y"])), drawn["y"]][:, None]
        return (drawn["scores"] - right).min() < -1.5

    satisfied = inputs(4, 3, 1.005)
    right = 9 * np.eye(3)[satisfied["y"]] * np.array([[1.0], [0.0], [1.0], [0.0]])
    return [
        Case(inputs(2, 3, 1.005)),
        Case(inputs(5, 4, 0.705)),
        Case({**satisfied, "scores": satisfied["scores"] + right}, "some rows without any loss"),
        Case(drawn_until(has_far_class, lambda: inputs(3, 5, 20.0)), "a huge margin"),
        Case({**inputs(4, 3, 1.005), "scores": 1e30 * normal(rng, 4, 3)}, DIGITS_LOST),
        Case(inputs(9, 9, 1.305), "nine examples, nine classes"),
        Case(inputs(4, 3, 1.5, draw=whole), advice=WHOLE_NUMBERS),
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
     "The right class gets a gradient of -1. Its score occurs in every term above 0, so its "
     "gradient is minus the number of these terms.",
     (RIGHT, "-dscores.max(axis=1)"))
slip("right-class-counted-once", None, (RIGHT, "-1.0"))
slip("right-class-forgotten",
     "The right class has no gradient. Its score occurs in every term with a minus sign, so its "
     "gradient is minus the number of terms above 0.",
     (RIGHT, "0.0"))
slip("right-class-only",
     "Only the right class has a gradient. Every wrong class whose term is above 0 has one too.",
     (GRADIENT, f"np.eye(scores.shape[1])[y] * {GRADIENT}"))
slip("sign-flipped",
     "The sign of the gradient is wrong. The loss grows with the scores of the wrong classes, so "
     "their gradient is positive.",
     (GRADIENT, f"-{GRADIENT}"))
slip("value-for-slope",
     "The gradient contains the value of each term. The slope of max(0, t) is 1 where t > 0, "
     "however large t is.",
     (ON, "excess.copy()"))
slip("every-class-pushed",
     "Every wrong class has a gradient. But if a class keeps the margin, its term is 0, and so is "
     "its gradient.",
     (ON, "1.0 - np.eye(scores.shape[1])[y]"))
slip("worst-class-only",
     "Only the wrong class with the largest term counts. This loss is a sum over all wrong "
     "classes.",
     (ZERO, f"{ZERO}; excess *= np.arange(scores.shape[1]) == excess.argmax(axis=1)[:, None]"))
slip("squared-hinge",
     "The terms are squared. This loss does not square them: max(0, s_j - s_y + margin).",
     (LOSS, "(excess**2).sum() / len(rows)"), (ON, "2.0 * excess"))
slip("divided-by-classes-too",
     "The loss and gradient are divided by N times C. The loss is a mean over N examples, so "
     "divide by N.",
     (f"float({LOSS}), {GRADIENT}", "excess.sum() / scores.size, dscores / scores.size"))
slip("mean-forgotten",
     "The factor 1/N is missing from the gradient. The loss is a mean over the examples, so divide "
     "the gradient by N.",
     (GRADIENT, "dscores"))
slip("sum-for-mean", None, (f"float({LOSS}), {GRADIENT}", "excess.sum(), dscores"))
slip("divided-by-n-twice", None, (GRADIENT, f"{GRADIENT} ** 2"))
slip("right-class-in-the-sum",
     "The right class is part of the sum, so it adds the margin to the loss for every example. Sum "
     "over the wrong classes only.",
     (LOSS, f"{LOSS} + margin"))
slip("margin-subtracted",
     "The margin is subtracted. Add it, because a wrong class has to stay below the right one by "
     "that much.",
     ("right + margin", "right - margin"))
slip("margin-ignored", "The margin is always 1. It is an argument, so use the given number.",
     ("right + margin", "right + 1.0"))
slip("margin-ignored",
     "The margin is missing. Add it to s_j - s_y, because it says how far a wrong class has to "
     "stay below the right one.",
     ("right + margin", "right"))
slip("difference-reversed",
     "The difference has the wrong sign, so wrong classes with low scores increase the loss. Write "
     "s_j - s_y.",
     ("scores - right", "right - scores"), (GRADIENT, f"-{GRADIENT}"))
slip("terms-not-cut",
     "Terms below 0 are not set to 0, so classes far below the right one reduce the loss. Take the "
     "maximum of each term and 0.",
     ("np.maximum(scores - right + margin, 0.0)", "scores - right + margin"),
     (ON, "1.0 - np.eye(scores.shape[1])[y]"))
