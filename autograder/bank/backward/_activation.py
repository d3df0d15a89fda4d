"""Inputs for the gradients of activation functions."""

from collections.abc import Callable
from typing import Any

import numpy as np

from autograder.bank.inputs import DIGITS_LOST, OF_THE_BOOK, WHOLE_NUMBERS, Rng, normal, whole
from autograder.marking.question import Case


def activation_cases(
    saturate: Callable[[np.ndarray], np.ndarray], of_the_book: tuple[Any, Any] | None = None
) -> Callable[[Rng], list[Case]]:
    """Return the function that makes the cases for an activation.

    saturate(z): turns random numbers into inputs at which finite differences fail.
    of_the_book: x and dout as the book works them out for this activation, for a first case.
    """

    def cases(rng: Rng) -> list[Case]:
        """Return cases with upstream gradients of either sign, and with a cache used twice."""

        def inputs(*shape: int, calls: int = 1, draw: Any = normal) -> dict[str, Any]:
            return {"x": draw(rng, *shape), "dout": normal(rng, *shape), "calls": calls}

        first = []
        if of_the_book:
            x, dout = (np.array(numbers, dtype=float) for numbers in of_the_book)
            first = [Case({"x": x, "dout": dout, "calls": 1}, OF_THE_BOOK)]
        return [
            *first,
            Case(inputs(4)),
            Case(inputs(3, 5)),
            Case(inputs(9, 9), "nine rows and nine columns"),
            Case(inputs(2, 3, calls=2), "backward called twice, after another forward"),
            Case({**inputs(2, 4), "x": saturate(normal(rng, 2, 4))}, DIGITS_LOST),
            Case({**inputs(4), "x": np.array([-1000.0, -0.5, 0.75, 1000.0])}, "large arguments"),
            Case(inputs(4, 3, draw=whole), advice=WHOLE_NUMBERS),
            Case({**inputs(3, 2), "dout": whole(rng, 3, 2)}, advice=WHOLE_NUMBERS),
        ]

    return cases
