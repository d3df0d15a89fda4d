"""Recognise results that are right and come back in the wrong order."""

from typing import Any

import numpy as np

from .compare import NUMBERS, difference
from .judge import Judgement
from .pairs import Hint

NAME = "results-in-wrong-order"


def swapped_results(judged: Judgement) -> list[Hint]:
    """Return a hint if a lost part has the value, or the form, of another part in every case."""
    key = judged.key
    parts = list(key.parts)
    if len(parts) < 2:
        return []
    both = [
        (right.answer, found.answer)
        for right, found in zip(key.expected, judged.observed, strict=False)
        if isinstance(found.answer, dict)
    ]
    lost = [part for part in parts if part in judged.lost_parts]
    if len(lost) < 2 or len(both) < len(judged.observed):
        return []
    is_other = {
        part: [
            other
            for other in parts
            if other != part
            and all(not difference(r[other], f.get(part), key.tolerance) for r, f in both)
        ]
        for part in lost
    }
    if all(is_other.values()):
        moves = [f"what you return as {part} is {others[0]}" for part, others in is_other.items()]
        words = f"The results are in the wrong order: {', and '.join(moves)}."
        return [Hint(words, NAME)]
    return _by_form(parts, lost, both)


def _by_form(parts: list[str], lost: list[str], both: list[tuple[Any, Any]]) -> list[Hint]:
    """Recognise swapped results whose numbers are wrong as well, by their shapes."""
    if lost != parts or len(parts) != 2:
        return []
    first, second = parts
    if all(
        form(f.get(first)) == form(r[second]) != form(r[first])
        and form(f.get(second)) == form(r[first])
        for r, f in both
    ):
        words = (
            f"The results seem to be in the wrong order: your {first} has the form of {second}, "
            f"and your {second} has the form of {first}."
        )
        return [Hint(words, NAME)]
    return []


def form(value: Any) -> Any:
    """Return the shapes of the arrays in a value, in lists like those that hold them."""
    if isinstance(value, np.ndarray):
        return value.shape
    if isinstance(value, list | tuple) and not all(isinstance(v, NUMBERS) for v in value):
        return [form(item) for item in value]
    if isinstance(value, list | tuple):
        return (len(value),)
    return () if isinstance(value, int | float) else type(value).__name__
