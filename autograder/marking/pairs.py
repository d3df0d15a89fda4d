"""The numbers of the right and the observed answers to one part, side by side.

The modules that describe a wrong answer (hint_*.py) all start from these pairs.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from .compare import NUMBERS, as_numbers, wrong_entries
from .question import Case

Path = tuple[int | str, ...]  # the indices and keys that lead to an array in lists and dicts


@dataclass(frozen=True)
class Hint:
    """A true sentence about a wrong answer.

    name: the id of the mistake, or an empty text if the hint does not tell which mistake it is.
    """

    words: str
    name: str = ""


@dataclass(frozen=True)
class Pair:
    """The right array and the observed one, at the same place of the answers to one case."""

    right: np.ndarray
    observed: np.ndarray
    case: Case
    tolerance: float
    path: Path = ()

    @property
    def same_shape(self) -> bool:
        """True if the two arrays can be compared entry by entry."""
        return self.right.shape == self.observed.shape

    @cached_property
    def wrong(self) -> np.ndarray:
        """The mask of the entries that are wrong. The shapes must be the same."""
        return np.asarray(wrong_entries(self.right, self.observed, self.tolerance))

    @cached_property
    def is_wrong(self) -> bool:
        """True if the shape or an entry is wrong."""
        return not self.same_shape or bool(self.wrong.any())

    @cached_property
    def rows(self) -> int:
        """The number of examples in the case, or 0 if it is unknown."""
        return examples_in(self.case)

    def like(self, a: np.ndarray, b: np.ndarray) -> bool:
        """True if two arrays are equal up to the tolerance of the rules, and finite."""
        if a.shape != b.shape:
            return False
        sizes = np.abs(a)
        largest = sizes.max(initial=0.0)
        if not largest < np.inf:
            return False
        return bool((np.abs(b - a) <= coarse(self.tolerance) * (sizes + largest)).all())


@dataclass(frozen=True)
class Answers:
    """The values of one part in all cases. An observed value is None where there is no answer."""

    cases: Sequence[Case]
    right: Sequence[Any]
    observed: Sequence[Any]
    tolerance: float

    @cached_property
    def pairs(self) -> list[Pair]:
        """The pairs of arrays in all cases. Places where the structures differ are left out."""
        return list(self.each_pair())

    def each_pair(self) -> Iterator[Pair]:
        """Yield the pairs one by one, for a search that mostly ends after the first of them."""
        for case, expected, found in zip(self.cases, self.right, self.observed, strict=True):
            for path, r, o in _leaves(expected, found, ()):
                yield Pair(r, o, case, self.tolerance, path)

    @cached_property
    def wrong(self) -> list[Pair]:
        """The pairs that differ."""
        return [p for p in self.pairs if p.is_wrong]

    @cached_property
    def complete(self) -> bool:
        """True if each right array has an observed one beside it, in all cases with an answer."""
        both = zip(self.right, self.observed, strict=True)
        wanted = sum(len(list(_leaves(right, right, ()))) for right, o in both if o is not None)
        return wanted == len(self.pairs)


def evidence(arrays: Iterable[np.ndarray]) -> int:
    """Return how many different numbers some arrays hold, apart from their signs, 0, inf and nan.

    A rule that explains a few numbers, or the same number several times, can fit by chance.
    """
    numbers = np.abs(np.concatenate([np.zeros(0), *(a.ravel() for a in arrays)]))
    numbers = np.sort(numbers[np.isfinite(numbers) & (numbers > 0)])
    return len(numbers) and 1 + int((np.diff(numbers) > 1e-6 * numbers[1:]).sum())


def coarse(tolerance: float) -> float:
    """Return the tolerance of the rules for a question with this tolerance.

    It is at least 1e-7, because a rule computes with the numbers and so rounds them.
    """
    return max(tolerance, 1e-7)


def examples_in(case: Case) -> int:
    """Return how many examples a case has, or 0 if it is unknown.

    This is the length of the first input with two axes or more, because rows are examples.
    """
    arrays = (v for v in case.inputs.values() if isinstance(v, np.ndarray) and v.ndim > 1)
    return next((len(a) for a in arrays), 0)


def at_path(value: Any, path: Path) -> Any:
    """Return what is at a path inside lists and dicts, or None if there is nothing."""
    for step in path:
        try:
            value = value[step]
        except (LookupError, TypeError, ValueError):
            return None
    return value


def _leaves(right: Any, observed: Any, path: Path) -> Iterator[tuple[Path, np.ndarray, np.ndarray]]:
    """Yield the pairs of arrays in two values, each with its path."""
    if isinstance(right, list | tuple) and not all(isinstance(v, NUMBERS) for v in right):
        if isinstance(observed, list | tuple) and len(observed) == len(right):
            for i, (r, o) in enumerate(zip(right, observed, strict=True)):
                yield from _leaves(r, o, (*path, i))
    elif isinstance(right, dict):
        if isinstance(observed, dict):
            for key in right:
                yield from _leaves(right[key], observed.get(key), (*path, key))
    elif (r := as_numbers(right)) is not None and (o := as_numbers(observed)) is not None:
        yield path, r.astype(float), o.astype(float)
