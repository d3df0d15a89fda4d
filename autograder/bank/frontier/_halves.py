"""Cases for the two halves of the backward pass of a linear layer."""

from typing import Any

from autograder.bank.inputs import DIGITS_LOST, WHOLE_NUMBERS, Rng, normal, whole
from autograder.marking.question import Case


def half_cases(rng: Rng, large: str) -> list[Case]:
    """Return cases with N, D and H all different, one row, and a cache used twice.

    large: the input that is so large in the last case that finite differences of `out` fail.
    """

    def inputs(N: int, D: int, H: int, calls: int = 1, draw: Any = normal) -> dict[str, Any]:
        return {
            "x": draw(rng, N, D),
            "W": draw(rng, D, H),
            "b": draw(rng, H),
            "dout": normal(rng, N, H),
            "calls": calls,
        }

    lost = inputs(3, 4, 2)
    lost[large] = lost[large] * 1e18
    return [
        Case(inputs(3, 2, 4)),
        Case(inputs(9, 3, 2), "nine examples"),
        Case(inputs(3, 3, 3), "all sizes are equal"),
        Case(inputs(1, 4, 3), "a batch of one example"),
        Case(inputs(3, 4, 2, calls=2), "backward called twice, after another forward"),
        Case(lost, DIGITS_LOST),
        Case(inputs(4, 3, 2, draw=whole), "whole numbers", advice=WHOLE_NUMBERS),
        Case({**inputs(4, 2, 3), "dout": whole(rng, 4, 3)}, "whole dout", advice=WHOLE_NUMBERS),
    ]
