"""Recognise results that come back in the wrong order, or together with others."""

from typing import Any

import numpy as np

from .compare import NUMBERS, as_numbers, difference
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


def grouped_results(judged: Judgement, part: str) -> list[Hint] | None:
    """Return hints on a part if it is a tuple or list of several things where an array belongs.

    Returns None if it is no such group. Rules about numbers and shapes would say false things of
    the group, because they take it for an array.
    """
    both = [
        (right.part(part), raw.part(part))
        for right, raw in zip(judged.key.expected, judged.raw, strict=False)
        if raw.kind == "answer"
    ]
    if not any(_is_group(*pair) for pair in both):
        return None
    groups = [(right, found) for right, found in both if isinstance(found, tuple | list)]
    if len(groups) < len(both):
        return []
    for i in range(min(len(found) for _, found in groups)):
        if all(not difference(right, found[i], judged.key.tolerance) for right, found in groups):
            words = f"Item {i} of what you return is right. Return it alone."
            return [Hint(words, "more-than-one-result")]
    return []


def _is_group(right: Any, found: Any) -> bool:
    """True if a value is a tuple, or a list that is no array, and the right one is an array."""
    if not isinstance(found, tuple | list) or not isinstance(right, np.ndarray | float):
        return False
    array = as_numbers(found)
    return array is None or (isinstance(found, tuple) and array.shape != np.shape(right))


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
