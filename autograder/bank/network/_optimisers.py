"""Cases and texts that the questions on optimisers share.

Each driver takes steps for several parameters in turn and keeps a separate state for each. An
answer is a list with the parameters after every step.
"""

from typing import Any

import numpy as np

from autograder.bank.inputs import WHOLE_NUMBERS, Rng, normal, whole
from autograder.marking.question import Case

PARAMETERS_CHANGED_IN_PLACE = (
    "The array w itself is overwritten, and the caller may still need the old parameter. Return a "
    "new array: w - ..., or start with w = w.copy(), because += and -= work in place."
)
STATE_NOT_KEPT = (
    "Every step starts from an empty memory, because the state from the last step is not read or "
    "the new one is not returned. Read the state at the start, and return the new state."
)
DECAY_SWAPPED = (
    "The two shares of the running average are swapped. Multiply the old average by the large "
    "share (beta or decay), and the new value by 1 minus that."
)
EPSILON_IGNORED = (
    "The argument eps is not used. It limits the steps for tiny gradients, and without any eps a "
    "gradient of 0 gives 0/0, which is NaN. Add eps to the root."
)
EPSILON_OUTSIDE_FRACTION = (
    "eps is added to the finished fraction. There it does not protect the division, so a gradient "
    "of 0 gives 0/0, which is NaN, and every step is shifted by lr * eps. Add eps to the root "
    "first, in parentheses, and then divide."
)
EPSILON_INSIDE_ROOT = (
    "eps is added under the root, where 1e-8 acts like 1e-4 outside it. The question adds eps "
    "outside: take the root first, then add eps."
)
ROOT_FORGOTTEN = (
    "The root is missing. If a gradient is divided by its mean square, larger gradients give "
    "smaller steps. Divide by the root of the mean square, so that the scale cancels."
)
SQUARE_FORGOTTEN = (
    "Your code averages |dw| instead of dw². Average the squares, and take the root at the end."
)
ONE_RATE_FOR_ALL = (
    "One average is kept for the whole array. Keep a separate average for each entry, so that each "
    "weight gets its own step size."
)
# The inputs of the drivers that are no arguments of a step, in words for the student.
EXPLAINS = {
    "params": "the parameters before the first step",
    "grads": "the gradients, a list for each step",
    "lrs": "the learning rates, one for each step",
}


def some_zero(rng: Rng, *shape: int) -> np.ndarray:
    """Return a gradient whose first entry is exactly 0."""
    dw = normal(rng, *shape)
    dw.flat[0] = 0.0
    return dw

EXPLAINS = {
    "params": "the parameters before the first step",
    "grads": "the gradients, a list for each step",
    "lrs": "the learning rates, one for each step",
}


def stepping_cases(rng: Rng, **constants: list[float]) -> list[Case]:
    """Return cases with one or more steps, several parameters, and changing learning rates.

    constants: for each constant of the optimiser, its value in each of the first five cases.
    """
    changing = "the learning rate changes between steps"
    if "eps" in constants:
        changing += ", and eps is large"

    def inputs(i: int, shapes: list[tuple[int, ...]], lrs: list[float], draw: Any = normal) -> Any:
        return {
            "params": [normal(rng, *shape) for shape in shapes],
            "grads": [[draw(rng, *shape) for shape in shapes] for _ in lrs],
            "lrs": lrs,
            **{name: values[i] for name, values in constants.items()},
        }

    return [
        Case(inputs(0, [(3,)], [0.1]), "one step"),
        Case(inputs(1, [(2, 3)], [0.2, 0.2, 0.2]), "three steps"),
        Case(inputs(2, [(3,)], [0.1, 0.4, 0.05, 0.2]), changing),
        Case(inputs(3, [(2, 4), (4,)], [0.3, 0.1, 0.2]), "two parameters in turn"),
        Case(inputs(4, [(3,), (3,)], [0.1, 0.2], some_zero), "an entry of the gradient is 0"),
        Case(
            {**inputs(1, [(3,)], [0.1, 0.2]), "grads": [[normal(rng, 3)], [some_zero(rng, 3)]]},
            "an entry of the gradient becomes 0",
        ),
        Case(inputs(3, [(2, 1, 3)], [0.2, 0.1] * 6), "twelve steps, three axes"),
        Case(
            {**inputs(0, [(4,)], [0.5, 0.25, 0.5]), "params": [whole(rng, 4)]},
            "whole numbers as parameters",
            advice=WHOLE_NUMBERS,
        ),
    ]
