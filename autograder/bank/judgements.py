"""Helpers for the questions in which a student's function judges sixteen layers or programs.

The driver builds the sixteen from numbers. The job gets these numbers in a random order, but it
does not get the list that says which of the sixteen are wrong.
"""

from typing import Any

import numpy as np

from autograder.bank.inputs import Rng


def multiply(part: int, where: Any, factor: float) -> Any:
    """Return a mistake that multiplies some entries of one gradient.

    The mistake is a function. It gets the numbers of a layer or a program, and then the array of
    factors of each gradient. part: the number of the gradient. where: the index of the entries.
    """

    def mistake(numbers: dict[str, Any], *factors: np.ndarray) -> None:
        factors[part][where] *= factor

    return mistake


def shuffled(rng: Rng, things: list[Any], rights: int) -> tuple[list[Any], dict[str, Any]]:
    """Return the things in a random order, and what is held back.

    rights: the number of right ones, which come first in `things`.
    """
    order = rng.permutation(len(things))
    return [things[i] for i in order], {"wrong": [bool(i >= rights) for i in order]}


# The driver returns the student's own judgements, so we ask for so many that guessing is hopeless.
# In one case 1 of the 1820 ways to accept four layers earns the points, or 12 of the 4368 ways to
# accept five, and all three cases must succeed. A student who reads the numbers out of the
# functions could compare them with each other. But that needs the rule that makes a layer right.
def measure_judgements(answer: Any, inputs: Any, held_back: Any) -> Any:
    """Say in words which layers are judged wrongly; one bug that is not caught is forgiven."""
    caught, wrong = answer["caught"], held_back["wrong"]
    if len(caught) != len(wrong) or not all(isinstance(judgement, bool) for judgement in caught):
        raise TypeError("every answer is True or False")
    pairs = list(enumerate(zip(caught, wrong, strict=True)))
    missed = [i for i, (found, is_wrong) in pairs if is_wrong and not found]
    accused = [i for i, (found, is_wrong) in pairs if found and not is_wrong]
    if len(missed) <= 1 and not accused:
        return {
            "caught": "at least 11 of 12 bugs are caught, and all 4 correct layers are accepted"
        }
    words = f"{12 - len(missed)} of 12 bugs are caught, and {4 - len(accused)} of 4 correct layers "
    return {"caught": f"{words}accepted (judged wrongly: {sorted(missed + accused)})"}
