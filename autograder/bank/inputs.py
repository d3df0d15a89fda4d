"""Random inputs for the cases of many questions.

All sizes of an array should differ, and no number should be 0. Otherwise a mistake such as a wrong
axis could give the right answer by chance.
"""

from collections.abc import Callable
from itertools import pairwise
from typing import Any, TypeVar

import numpy as np

from autograder.marking.question import DIGITS_LOST as DIGITS_LOST

Rng = np.random.Generator
Drawn = TypeVar("Drawn")
# The note of a case with the numbers that the book works out for this question.
OF_THE_BOOK = "the numbers of the book"
# The advice of cases with arrays of integers, where the exercise text does not speak of them.
WHOLE_NUMBERS = (
    "with arrays of integers this code gives different results, because a new array copies their "
    "type and loses the part after the decimal point. Make new arrays with np.zeros(x.shape), or "
    "convert the argument first, with np.asarray(x, dtype=float)"
)


def normal(rng: Rng, *shape: int) -> np.ndarray:
    """Return random numbers of about size 1, with few digits, so that examples are short."""
    return np.round(rng.normal(size=shape), 2) + 0.005  # never 0, because ReLU has a kink there


def whole(rng: Rng, *shape: int) -> np.ndarray:
    """Return random integers from -3 to 3, but never 0."""
    return rng.choice([-3, -2, -1, 1, 2, 3], size=shape)


def drawn_until(holds: Callable[[Drawn], bool], draw: Callable[[], Drawn]) -> Drawn:
    """Draw again and again until what is drawn has a property, and return it.

    The points of an answer must not depend on the seed. So a case that should reveal a mistake has
    to be one that reveals it for every seed.
    """
    while not holds(drawn := draw()):
        pass
    return drawn


def mlp_params(rng: Rng, *widths: int) -> list[Any]:
    """Return (W, b) for each layer of a network. widths: from the inputs to the last layer."""
    pairs = pairwise(widths)
    return [(normal(rng, fan_in, fan_out), normal(rng, fan_out)) for fan_in, fan_out in pairs]


def labels(rng: Rng, n: int, classes: int) -> np.ndarray:
    """Return n labels in random order, as evenly spread over the classes as possible."""
    return rng.permutation(np.arange(n) % classes)


def mlp_inputs(rng: Rng, N: int, *widths: int) -> dict[str, Any]:
    """Return `params` and N examples `x`, for a network in which every ReLU changes the logits.

    The logits have both signs, so that a ReLU after the last layer would change them, too.
    """

    def draw() -> dict[str, Any]:
        return {"params": mlp_params(rng, *widths), "x": normal(rng, N, widths[0])}

    def every_relu_matters(drawn: dict[str, Any]) -> bool:
        logits = _logits(**drawn)
        others = [_logits(**drawn, linear=i) for i in range(len(widths) - 2)]
        signs = min(logits.max(), -logits.min())
        return min(signs, *(np.abs(logits - other).max() for other in others), 1.0) > 0.2

    return drawn_until(every_relu_matters, draw)


def _logits(params: list[Any], x: np.ndarray, linear: int = -1) -> np.ndarray:
    """Return the logits of a network. linear: the number of a layer that gets no ReLU."""
    for i, (W, b) in enumerate(params):
        x = x @ W + b
        if i not in (linear, len(params) - 1):
            x = np.maximum(x, 0)
    return x
