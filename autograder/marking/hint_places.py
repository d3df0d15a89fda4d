"""Say where in an array an answer is wrong: in the last row, or where x is negative.

A place is described by a number for each entry, for example its row, or the value of x there. The
answer is wrong "where x is negative" if this number separates the wrong entries from the right
ones. So every sentence is true of all entries in all cases.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from .compare import as_numbers
from .pairs import Pair, at_path
from .words import is_ordinary

MIN_WRONG, MIN_RIGHT = 2, 3  # entries; with fewer, some place fits too easily
MIN_SHARE = 0.8  # of the entries in a place must be wrong, if not all of them are
ZERO = 1e-12  # a right answer that is smaller counts as 0, because it is a rounding error
MAX_ENTRIES = 20_000  # in all cases together, because finding the place takes time
# A bound that lies between the numbers of the right and of the wrong entries is one of these.
BOUNDS = (0.0, 1.0, -1.0)


@dataclass(frozen=True)
class Split:
    """A range of numbers that separates the wrong entries from the right ones.

    All wrong entries have a number from low to high; an infinite bound means that a few right ones
    have such a number, too. right_low, right_high: the range of the numbers of the other entries.
    zeros: True if the right answer is 0 wherever the number is 0, so it can be right by chance.
    """

    zeros: bool
    low: float
    high: float
    right_low: float
    right_high: float

    @property
    def exact(self) -> bool:
        """True if every entry in the place is wrong."""
        return bool(np.isfinite(self.low) and np.isfinite(self.high))


# Returns the words for a split, or None if the split has no name.
Words = Callable[[Split], str | None]


def place(pairs: Sequence[Pair], wrong: Sequence[Pair]) -> str | None:
    """Return a sentence that says where the entries are wrong, or None if no place is known.

    pairs: all arrays of a part that have the right shape. wrong: those of them with a wrong entry.
    """
    if sum(p.right.size for p in pairs) > MAX_ENTRIES or not any(p.right.ndim for p in wrong):
        return None
    masks = [p.wrong.ravel() for p in pairs]
    mask = np.concatenate(masks)
    if mask.sum() < MIN_WRONG or (~mask).sum() < MIN_RIGHT:
        return None
    right = np.concatenate([p.right.ravel() for p in pairs])
    nearly = None
    for numbers, words in _places(pairs, wrong):
        values = np.concatenate(numbers)
        bad, good = values[mask], values[~mask]
        bounds = bad.min(), bad.max(), good.min(), good.max()
        split = Split(not right[values == 0].any(), *map(float, bounds))
        if (
            split.low > split.right_high
            or split.high < split.right_low
            or _is_one(split, bad, good)
        ):
            if found := words(split):
                return found
        elif nearly is None:
            nearly = _nearly(split, good, len(bad), words) or _between(split, bad, good, words)
    return nearly


def _is_one(split: Split, bad: np.ndarray, good: np.ndarray) -> bool:
    """True if one number is exactly that of the wrong entries, or exactly that of the right."""
    if split.low == split.high:
        return not (good == split.low).any()
    return split.right_low == split.right_high and not (bad == split.right_low).any()


def _between(split: Split, bad: np.ndarray, good: np.ndarray, words: Words) -> str | None:
    """Return words for a place between right entries on both sides, or None."""
    if len(bad) <= MIN_RIGHT or ((good >= split.low) & (good <= split.high)).any():
        return None
    return words(split) if min((good < split.low).sum(), (good > split.high).sum()) > 1 else None


def _nearly(split: Split, good: np.ndarray, bad: int, words: Words) -> str | None:
    """Return words for a place that holds all wrong entries and few right ones, or None."""
    for inside, low, high in (
        (good >= split.low, split.low, np.inf),
        (good <= split.high, -np.inf, split.high),
    ):
        outside = good[~inside]
        if len(outside) >= MIN_RIGHT and bad >= MIN_SHARE * (bad + len(good) - len(outside)):
            bounds = float(outside.min()), float(outside.max())
            return words(Split(split.zeros, low, high, *bounds))
    return None


Numbers = list[np.ndarray]  # for each pair, the numbers of its entries


def _places(pairs: Sequence[Pair], wrong: Sequence[Pair]) -> Iterator[tuple[Numbers, Words]]:
    """Yield the numbers that can describe a place, with their words. The telling ones come first.

    Each applies to all pairs; those that do not are left out.
    """
    axes = {p.right.ndim for p in wrong}
    ndim = min(p.right.ndim for p in pairs)
    for axis in range(ndim):
        start = [_index(p.right.shape, axis) for p in pairs]
        yield start, _at_the_start(axis, axes)
        ends = [p.right.shape[axis] - 1 - i for p, i in zip(pairs, start, strict=True)]
        yield ends, _at_the_end(axis, axes)
    yield from _inputs(pairs)
    rounded = [np.where(np.abs(p.right) < ZERO, 0.0, p.right).ravel() for p in pairs]
    yield rounded, _value("the right answer")


def _inputs(pairs: Sequence[Pair]) -> Iterator[tuple[Numbers, Words]]:
    """Yield the values of the inputs that have a number for each entry or each row."""
    for name in pairs[0].case.inputs:
        values = [as_numbers(p.case.inputs.get(name)) for p in pairs]
        if any(value is None for value in values):
            values = [as_numbers(at_path(p.case.inputs.get(name), p.path)) for p in pairs]
        arrays = [v for v in values if v is not None]
        if len(arrays) < len(pairs):
            continue
        both = list(zip(arrays, pairs, strict=True))
        if all(a.shape == p.right.shape for a, p in both):
            yield [a.ravel() for a in arrays], _value(name)
            yield [np.abs(a).ravel() for a in arrays], _value(f"|{name}|")
        elif all(a.ndim == 1 and p.right.ndim == 2 and len(a) == len(p.right) for a, p in both):
            if all(a.dtype.kind in "iu" for a in arrays):
                yield [_is_label(a, p.right.shape) for a, p in both], _label(name)
            yield [np.repeat(a, p.right.shape[1]) for a, p in both], _value(f"{name}[i]")


@lru_cache(maxsize=1 << 10)
def _index(shape: tuple[int, ...], axis: int) -> np.ndarray:
    """Return the index along an axis of each entry of an array with this shape."""
    return np.indices(shape)[axis].ravel()


def _is_label(y: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Return 1 for the entries in the column of the row's label, and 0 for the others."""
    return np.asarray(_index(shape, 1) == np.repeat(y, shape[1])).astype(int)


def _lines(axis: int, axes: set[int], count: int) -> str:
    """Return the name of some lines along an axis: "row", "4 columns", "entries along axis 2"."""
    number = "" if count == 1 else f"{count} "
    if axes == {2}:
        name, many = (("row", "rows"), ("column", "columns"))[axis]
    elif axes == {1}:
        name, many = "entry", "entries"
    else:
        name, many = f"entry along axis {axis}", f"entries along axis {axis}"
    return f"{number}{name if count == 1 else many}"


def _at_the_start(axis: int, axes: set[int]) -> Words:
    def words(split: Split) -> str | None:
        right = split.low > split.right_high  # the first lines are right, the others are not
        if not right and split.high >= split.right_low:
            return None
        count = round(split.low) if right else round(split.high) + 1
        lines, verb = _lines(axis, axes, count), "is" if count == 1 else "are"
        if split.exact:
            return f"Only the first {lines} {verb} {'right' if right else 'wrong'}."
        if right:
            return f"The first {lines} {verb} right, and nearly all of the rest is wrong."
        return f"Everything that is wrong is in the first {lines}."

    return words


def _at_the_end(axis: int, axes: set[int]) -> Words:
    first = _at_the_start(axis, axes)

    def words(split: Split) -> str | None:
        found = first(split)
        return found and found.replace("the first", "the last").replace("The first", "The last")

    return words


def _label(name: str) -> Words:
    def words(split: Split) -> str | None:
        if not split.exact:
            return None
        state = "wrong" if split.low > split.right_high else "right"
        return f"In each row i, only the entry in the column {name}[i] is {state}."

    return words


def _value(name: str) -> Words:
    """Return the words for a place where a value is large, or small, or one number."""

    def words(split: Split) -> str | None:
        if split.zeros and split.right_low == split.right_high == 0:
            return None
        if split.low == split.high and split.right_low < split.low < split.right_high:
            special = split.low in BOUNDS
            return f"It is wrong exactly where {name} is {split.low:g}." if special else None
        if split.right_low == split.right_high and split.low < split.right_low < split.high:
            return None  # a few entries can be right by chance where the value is special
        if split.right_low < split.low and split.high < split.right_high:
            if not (is_ordinary(split.low) and is_ordinary(split.high)):
                return None
            return f"It is wrong exactly where {name} is from {split.low:.4g} to {split.high:.4g}."
        if split.low > split.right_high:
            return _above(name, split)
        return _below(name, split)

    return words


def _above(name: str, split: Split) -> str | None:
    exactly = "exactly" if split.exact else "only"
    for bound in BOUNDS[1:] if name.startswith("|") else BOUNDS:
        if split.right_high <= bound < split.low:
            way = "positive" if bound == 0 else f"above {bound:g}"
            return f"It is wrong {exactly} where {name} is {way}."
        if split.right_high < bound <= split.low:
            way = "0 or positive" if bound == 0 else f"at least {bound:g}"
            return f"It is wrong {exactly} where {name} is {way}."
    if exactly == "only" or not (is_ordinary(split.right_high) and is_ordinary(split.low)):
        return None
    return (
        f"It is right where {name} is at most {split.right_high:.4g}, and wrong where it is "
        f"at least {split.low:.4g}."
    )


def _below(name: str, split: Split) -> str | None:
    exactly = "exactly" if split.exact else "only"
    for bound in BOUNDS:
        if split.high < bound <= split.right_low:
            way = "negative" if bound == 0 else f"below {bound:g}"
            return f"It is wrong {exactly} where {name} is {way}."
        if split.high <= bound < split.right_low:
            way = "0 or negative" if bound == 0 else f"at most {bound:g}"
            return f"It is wrong {exactly} where {name} is {way}."
    if exactly == "only" or not (is_ordinary(split.right_low) and is_ordinary(split.high)):
        return None
    return (
        f"It is right where {name} is at least {split.right_low:.4g}, and wrong where it is "
        f"at most {split.high:.4g}."
    )
