"""Hints that say less: they are given if no exact description of the wrong numbers is found."""

from collections.abc import Sequence

import numpy as np

from .pairs import Answers, Hint, Pair, Path
from .words import listed

MIN_EVIDENCE = 3  # numbers that a hint must be about
MAX_NAMES = 4  # of entries that a hint lists
FEW_RIGHT = 0.05  # share of right numbers that can be right by chance


def _signs(wrong: Sequence[Pair]) -> Hint | None:
    if all(p.same_shape and p.like(np.abs(p.right), np.abs(p.observed)) for p in wrong):
        return Hint("The sizes are right, but some entries have the wrong sign.")
    return None


def _reordered(wrong: Sequence[Pair]) -> Hint | None:
    if all(
        p.same_shape
        and p.right.size > 1
        and p.like(np.sort(p.right, None), np.sort(p.observed, None))
        for p in wrong
    ):
        return Hint("These are the right numbers in a different order.")
    return None


def _by_line(wrong: Sequence[Pair]) -> Hint | None:
    """Recognise a separate factor, or a separate number to add, for each row or each column."""
    if not all(p.same_shape and p.right.ndim == 2 and min(p.right.shape) > 1 for p in wrong):
        return None
    for axis, words in ((1, "row"), (0, "column")):
        varied = all(((p.right != 0).sum(axis=axis) > 1).all() for p in wrong)
        if varied and all(p.like(p.right * _line_factors(p, axis), p.observed) for p in wrong):
            return Hint(f"Each {words} is off by its own factor.")
        if all(p.like(p.right + _line_shifts(p, axis), p.observed) for p in wrong):
            return Hint(f"In each {words}, all entries are off by the same number.")
    return None


def _line_factors(p: Pair, axis: int) -> np.ndarray:
    """Return the best factor for each line of an array along the axis (least squares)."""
    scale = (p.right**2).sum(axis=axis, keepdims=True)
    dot = (p.right * p.observed).sum(axis=axis, keepdims=True)
    return np.divide(dot, scale, out=np.zeros_like(scale, dtype=float), where=scale > 0)


def _line_shifts(p: Pair, axis: int) -> np.ndarray:
    """Return the mean error of each line of an array along the axis."""
    return np.asarray((p.observed - p.right).mean(axis=axis, keepdims=True))


def _nearly(wrong: Sequence[Pair]) -> Hint | None:
    errors = [
        np.max(np.abs(p.observed - p.right)) / np.max(np.abs(p.right), initial=1e-300)
        for p in wrong
        if p.same_shape
    ]
    if len(errors) == len(wrong) and max(errors) < 1e-2:
        return Hint(f"It is nearly right: the largest error is {max(errors):.0e} of its size.")
    return None


def _high_or_low(wrong: Sequence[Pair]) -> Hint | None:
    if not all(p.same_shape for p in wrong):
        return None
    above = {bool(high) for p in wrong for high in (p.observed > p.right)[p.wrong].ravel()}
    if len(above) > 1 or sum(int(p.wrong.sum()) for p in wrong) < 2:
        return None
    return Hint(f"Every wrong number is too {'high' if above == {True} else 'low'}.")


def _wrong_shape(wrong: Sequence[Pair]) -> Hint | None:
    """Say what is wrong with the shape, if it is the same in all examples."""
    if any(p.same_shape for p in wrong):
        return None
    more = {p.observed.ndim - p.right.ndim for p in wrong}
    if len(more) == 1 and (count := more.pop()):
        axes = "one axis" if abs(count) == 1 else f"{abs(count)} axes"
        return Hint(f"Your result has {axes} too {'many' if count > 0 else 'few'}.")
    if more:
        return None
    for axis in range(min(p.right.ndim for p in wrong)):
        lengths = [(p.right.shape[axis], p.observed.shape[axis]) for p in wrong]
        for words, fits in (
            ("too long", all(right < found for right, found in lengths)),
            ("too short", all(right > found for right, found in lengths)),
        ):
            if fits:
                return Hint(f"Axis {axis} of your result is {words}.")
    return None


def in_the_example(answers: Answers) -> Hint | None:
    """Say that no number is right, or which lines or entries of the first example are wrong."""
    failing = {id(p.case) for p in answers.wrong}
    pairs = [p for p in answers.pairs if id(p.case) in failing]
    if not all(p.same_shape for p in pairs):
        return None
    total = sum(p.right.size for p in pairs)
    right = total - sum(int(p.wrong.sum()) for p in pairs)
    if right <= FEW_RIGHT * total and total >= MIN_EVIDENCE:
        what = "hardly any number" if right else "none of the numbers"
        return Hint(
            f"In the examples that fail, {what} is right. Work out the smallest example by hand "
            "first."
        )
    first, *others = [p for p in pairs if p.case is pairs[0].case]
    if others:
        return _among([first, *others])
    if first.right.ndim == 2:
        for axis, line in enumerate(("row", "column")):
            bad = np.asarray(first.wrong.any(axis=1 - axis))
            if not bad.all() and (first.wrong.all(axis=1 - axis) == bad).all():
                return Hint(f"In the first example that fails, {_numbered(line, bad)} wrong.")
    for state, mask in (("wrong", first.wrong), ("right", ~first.wrong)):
        if 0 < mask.sum() <= MAX_NAMES and not mask.all():
            places = listed([str([int(i) for i in index]) for index in np.argwhere(mask)])
            verb = "are" if mask.sum() > 1 else "is"
            return Hint(f"In the first example that fails, only {places} {verb} {state}.")
    if first.wrong.all() and first.right.size >= MIN_EVIDENCE:
        return Hint("In the first example that fails, none of the numbers is right.")
    return None


def _among(pairs: Sequence[Pair]) -> Hint | None:
    """Say which arrays of the first example that fails are wrong, or how many of them."""
    start = "In the first example that fails"
    if all(p.wrong.all() for p in pairs):
        return Hint(f"{start}, none of the numbers is right.")
    wrong = [_name(p.path) for p in pairs if p.is_wrong]
    right = [_name(p.path) for p in pairs if not p.is_wrong]
    for state, names in (("wrong", wrong), ("right", right)):
        if 0 < len(names) <= MAX_NAMES and len(names) < len(pairs):
            return Hint(f"{start}, only {listed(names)} {'are' if names[1:] else 'is'} {state}.")
    return Hint(f"{start}, {len(wrong)} of the {len(pairs)} results are wrong.") if right else None


def _name(path: Path) -> str:
    """Return the keys and indices that lead to an array as text, such as "x / y: slope of y"."""
    if all(isinstance(step, str) for step in path):
        return ": ".join(map(str, path))
    return "".join(f"[{step!r}]" for step in path)


def _numbered(line: str, chosen: np.ndarray) -> str:
    """Return the numbers of the chosen lines in words, with their verb."""
    numbers = [str(i) for i in np.flatnonzero(chosen)]
    if len(numbers) == 1:
        return f"only {line} {numbers[0]} is"
    return f"only {line}s {listed(numbers)} are"


WEAKER = (_signs, _reordered, _by_line, _nearly)
LAST_RESORTS = (_wrong_shape, _high_or_low)
