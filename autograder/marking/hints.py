"""Describe how a wrong answer differs from the right one when no misconception matches.

`hint_from_numbers` compares the numbers; `hints_from_cases` looks at which cases fail. All
functions are pure.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .compare import NUMBERS, as_numbers, difference
from .question import DIGITS_LOST, Case

CHANGED = "was changed"
MIN_EVIDENCE = 3  # numbers: with one or two, some factor fits too easily


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
    rows: int  # number of examples in the case, 0 if unknown

    @property
    def same_shape(self) -> bool:
        """True if the two arrays can be compared entry by entry."""
        return self.right.shape == self.observed.shape


def hint_from_numbers(
    right: list[Any], observed: list[Any], rows: list[int], tolerance: float
) -> Hint | None:
    """Return the first hint that is true of every wrong array of one part, or None.

    right, observed: the value of the part in each case. rows: the number of examples in each case.
    """
    wrong = [p for p in _pairs(right, observed, rows) if difference(p.right, p.observed, tolerance)]
    if not wrong or any(p.right.size < 1 or p.observed.size < 1 for p in wrong):
        return None
    with np.errstate(all="ignore"):
        return next((hint for rule in RULES if (hint := rule(wrong, _equal(tolerance)))), None)


def off_by_a_factor(
    right: list[Any], observed: list[Any], rows: list[int], tolerance: float
) -> Hint | None:
    """Return the hint about a factor if one factor explains all arrays of all cases, else None."""
    if any(value is None for value in (*right, *observed)):
        return None
    equal = _equal(tolerance)
    # We leave out pairs of zeros, because they fit every factor. One other pair is not enough.
    moving = [p for p in _pairs(right, observed, rows) if p.right.any() or p.observed.any()]
    if len(moving) < 2 or all(p.same_shape and equal(p.right, p.observed) for p in moving):
        return None
    with np.errstate(all="ignore"):
        return _factor(moving, equal)


def may_be_off_by_a_factor(right: Any, observed: Any, tolerance: float) -> bool:
    """True unless this one case rules out that the answers differ by a constant factor only.

    right, observed: the value of one part in the case.
    """
    if right is None or observed is None:
        return False
    equal = _equal(tolerance)
    moving = [p for p in _pairs([right], [observed], [0]) if p.right.any() or p.observed.any()]
    with np.errstate(all="ignore"):
        return all(_factor_between(p, equal) is not None for p in moving)


def coarse(tolerance: float) -> float:
    """Return the tolerance of the rules for a question with this tolerance.

    It is at least 1e-7, because a rule computes with the numbers and so rounds them.
    """
    return max(tolerance, 1e-7)


def _pairs(right: list[Any], observed: list[Any], rows: list[int]) -> list[Pair]:
    """Return all pairs of arrays of a part, in all cases."""
    return [
        Pair(r, o, n)
        for expected, found, n in zip(right, observed, rows, strict=True)
        for r, o in _leaves(expected, found)
    ]


def _equal(tolerance: float) -> "Equal":
    """Return the comparison of two arrays that the rules use."""
    return lambda a, b: difference(a, b, coarse(tolerance)) is None


Equal = Callable[[np.ndarray, np.ndarray], bool]
Rule = Callable[[list[Pair], Equal], Hint | None]  # gets the wrong pairs, at least one


def _not_finite(wrong: list[Pair], equal: Equal) -> Hint | None:
    if not all(p.same_shape and not np.isfinite(p.observed).all() for p in wrong):
        return None
    finite = [(p, ok) for p in wrong if (ok := np.isfinite(p.observed)).any()]
    if not all(equal(p.right[ok], p.observed[ok]) for p, ok in finite):
        return None
    where = "It is right wherever it is finite" if finite else "It goes wrong by inf or nan only"
    cause = (
        "something overflows, 0 is divided by 0, or a number without a logarithm or root is given"
    )
    return Hint(f"{where}: {cause}.", "not-finite")


def _zero(wrong: list[Pair], equal: Equal) -> Hint | None:
    if all(not p.observed.any() for p in wrong):
        return Hint("Every entry is 0.")
    return None


def _factor(wrong: list[Pair], equal: Equal) -> Hint | None:
    """Recognise an answer with a wrong factor.

    The factor is the same in all arrays, or it is the number of examples or entries of each.
    """
    if sum(p.right.size for p in wrong) < MIN_EVIDENCE:
        return None
    factors: list[float] = []
    for p in wrong:
        if (factor := _factor_between(p, equal)) is None:
            return None
        factors.append(factor)
    if _near(factors, -1):
        return Hint("The sign is wrong; the size is right.", "wrong-sign")
    if _near(factors, factors[0]):
        return Hint(
            f"It is off by a constant factor: {factors[0]:.6g} times the right answer.",
            "constant-factor",
        )
    for words, sizes in (
        ("the number of examples", [p.rows for p in wrong]),
        ("the number of its entries", [p.right.size for p in wrong]),
    ):
        if all(sizes) and _near(factors, sizes):
            return Hint(f"It is too large by a factor: {words}.", "mean-forgotten")
        if all(sizes) and _near(factors, 1 / np.array(sizes)):
            return Hint(f"It is too small by a factor: {words}.", "divided-by-n-again")
    return None


def _near(factors: list[float], others: Any) -> bool:
    """True if each factor is near the other one. This is a faster `np.allclose`."""
    target = np.asarray(others)
    return bool((np.abs(factors - target) <= 1e-8 + 1e-5 * np.abs(target)).all())


def _factor_between(p: Pair, equal: Equal) -> float | None:
    """Return the number c with observed = c * right, or None if there is none."""
    # The least-squares solution for c; then we check that it fits every entry.
    scale = np.vdot(p.right, p.right) if p.same_shape else 0.0
    if not scale > 0 or not np.isfinite(p.observed).all():
        return None
    factor = float(np.vdot(p.right, p.observed) / scale)
    return factor if factor != 0 and equal(factor * p.right, p.observed) else None


def _factor_of_each_case(wrong: list[Pair], equal: Equal) -> Hint | None:
    if all(p.right.size > 1 and _factor([p], equal) for p in wrong):
        return Hint("It is off by a factor, another one in every example.")
    return None


def _transposed(wrong: list[Pair], equal: Equal) -> Hint | None:
    if all(
        p.right.ndim == 2 and p.right.T.shape == p.observed.shape and equal(p.right.T, p.observed)
        for p in wrong
    ):
        return Hint("It is the transpose of the right answer.", "result-transposed")
    return None


def _extra_axis(wrong: list[Pair], equal: Equal) -> Hint | None:
    if all(
        not p.same_shape
        and p.right.size == p.observed.size
        and equal(p.right.ravel(), p.observed.ravel())
        for p in wrong
    ):
        return Hint("The numbers are right; the shape is not.", "shape-not-kept")
    return None


def _not_reduced(wrong: list[Pair], equal: Equal) -> Hint | None:
    """Recognise an extra axis over which the answer should have been summed or averaged."""
    for name, reduce in (("summed", np.sum), ("averaged", np.mean)):
        for axis in range(3):
            if all(
                p.observed.ndim == p.right.ndim + 1
                and axis < p.observed.ndim
                and equal(p.right, reduce(p.observed, axis=axis))
                for p in wrong
            ):
                return Hint(
                    f"Axis {axis} of your answer still has to be {name} away.", "sum-forgotten"
                )
    return None


def _wrong_sum(wrong: list[Pair], equal: Equal) -> Hint | None:
    """Recognise a sum over too many axes, too few axes, or the wrong axis: the total is right."""
    if any(p.same_shape for p in wrong) or not all(map(_same_total, wrong)):
        return None
    if all(p.observed.ndim < p.right.ndim for p in wrong):
        words = "Too much is summed: the total is right, but an axis is missing."
        return Hint(words, "summed-too-much")
    if all(p.observed.size > p.right.size for p in wrong):
        return Hint("The total is right, but there is still something to sum.", "sum-forgotten")
    if all(p.observed.ndim == p.right.ndim for p in wrong):
        words = "The total is right but the shape is not: the sum runs over the wrong axis."
        return Hint(words, "summed-over-wrong-axis")
    return None


def _same_total(p: Pair) -> bool:
    return bool(np.isclose(p.right.sum(), p.observed.sum(), rtol=1e-6))


def _truncated(wrong: list[Pair], equal: Equal) -> Hint | None:
    if all(p.same_shape and equal(np.trunc(p.right), p.observed) for p in wrong):
        return Hint(
            "The right numbers are cut to whole ones: an array has an integer type.",
            "integers-truncated",
        )
    return None


def _some_entries(wrong: list[Pair], equal: Equal) -> Hint | None:
    """Recognise an answer that is right only in entries that have a name, such as the diagonal."""
    if not all(p.same_shape and p.right.size > 1 for p in wrong):
        return None
    for words, pick in SELECTIONS:
        masks = [pick(p.right) for p in wrong]
        if all(
            mask is not None
            and mask.any()
            and not mask.all()
            and equal(p.right[mask], p.observed[mask])
            and not _close(p, ~mask).any()
            for p, mask in zip(wrong, masks, strict=True)
        ):
            return Hint(f"Only {words} right.")
    return None


def _close(p: Pair, mask: np.ndarray) -> np.ndarray:
    """Return which of the entries in the mask are right."""
    return np.isclose(p.right[mask], p.observed[mask], rtol=1e-6, atol=0)


def _row(index: int) -> Callable[[np.ndarray], np.ndarray]:
    """Return a function that gives the mask of the entries at one index of axis 0."""

    def pick(a: np.ndarray) -> np.ndarray:
        mask = np.zeros(a.shape, bool)
        mask[index] = True
        return mask

    return pick


def _diagonal(a: np.ndarray) -> np.ndarray | None:
    return np.eye(len(a), dtype=bool) if a.ndim == 2 and a.shape[0] == a.shape[1] else None


# Words for some entries of the right array, and the function that gives their mask.
SELECTIONS: tuple[tuple[str, Callable[[np.ndarray], np.ndarray | None]], ...] = (
    ("the first entry along axis 0 is", _row(0)),
    ("the last entry along axis 0 is", _row(-1)),
    ("the diagonal is", _diagonal),
    ("the entries off the diagonal are", lambda a: None if (d := _diagonal(a)) is None else ~d),
    ("the positive entries are", lambda a: a > 0),
    ("the negative entries are", lambda a: a < 0),
)


def _signs(wrong: list[Pair], equal: Equal) -> Hint | None:
    if all(p.same_shape and equal(np.abs(p.right), np.abs(p.observed)) for p in wrong):
        return Hint("The sizes are right, but some entries have the wrong sign.")
    return None


def _reordered(wrong: list[Pair], equal: Equal) -> Hint | None:
    if all(
        p.same_shape
        and p.right.size > 1
        and equal(np.sort(p.right, None), np.sort(p.observed, None))
        for p in wrong
    ):
        return Hint("These are the right numbers in another order.")
    return None


def _shifted(wrong: list[Pair], equal: Equal) -> Hint | None:
    """Recognise an answer in which the same number was added to every entry."""
    if all(
        p.same_shape
        and p.right.size > 1
        and equal(p.right + (p.observed - p.right).mean(), p.observed)
        for p in wrong
    ):
        return Hint("It is off by one number that is added to every entry.")
    return None


def _scaled_by_line(wrong: list[Pair], equal: Equal) -> Hint | None:
    """Recognise a separate factor for each row, or for each column."""
    for axis, words in ((1, "row"), (0, "column")):
        if all(
            p.same_shape
            and p.right.ndim == 2
            and min(p.right.shape) > 1
            and equal(p.right * _line_factors(p, axis), p.observed)
            for p in wrong
        ):
            return Hint(f"Each {words} is off by a factor of its own.")
    return None


def _line_factors(p: Pair, axis: int) -> np.ndarray:
    """Return the best factor for each line of an array along the axis (least squares)."""
    scale = (p.right**2).sum(axis=axis, keepdims=True)
    dot = (p.right * p.observed).sum(axis=axis, keepdims=True)
    return np.divide(dot, scale, out=np.zeros_like(scale, dtype=float), where=scale > 0)


def _nearly(wrong: list[Pair], equal: Equal) -> Hint | None:
    errors = [
        np.max(np.abs(p.observed - p.right)) / np.max(np.abs(p.right), initial=1e-300)
        for p in wrong
        if p.same_shape
    ]
    if len(errors) == len(wrong) and max(errors) < 1e-2:
        return Hint(f"It is nearly right: the largest error is {max(errors):.0e} of its size.")
    return None


def _shape(wrong: list[Pair], equal: Equal) -> Hint | None:
    if all(not p.same_shape for p in wrong):
        return Hint(
            f"The shape is wrong: {wrong[0].right.shape} belongs there, "
            f"not {wrong[0].observed.shape}."
        )
    return None


def _how_many(wrong: list[Pair], equal: Equal) -> Hint | None:
    """Say how many entries are right: the last resort, when no other rule applies."""
    if not all(p.same_shape for p in wrong):
        return None
    if all(p.right.size == 1 for p in wrong):
        high = [float(p.observed.item()) > float(p.right.item()) for p in wrong]
        if all(high) or not any(high):
            return Hint(f"It is always too {'high' if high[0] else 'low'}.")
        return Hint("It is sometimes too high and sometimes too low.")
    right = sum(int(_close(p, np.ones(p.right.shape, bool)).sum()) for p in wrong)
    total = sum(p.right.size for p in wrong)
    return Hint(f"Where it goes wrong, {right or 'none'} of {total} entries are right.")


# The first rule that applies gives the hint, so the more telling ones come first.
RULES: tuple[Rule, ...] = (
    _not_finite,
    _zero,
    _factor,
    _factor_of_each_case,
    _transposed,
    _extra_axis,
    _not_reduced,
    _wrong_sum,
    _truncated,
    _signs,
    _some_entries,
    _reordered,
    _shifted,
    _scaled_by_line,
    _nearly,
    _shape,
    _how_many,
)


def _leaves(right: Any, observed: Any) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield the pairs of arrays in two values; skip the places where their structures differ."""
    if isinstance(right, list | tuple) and not all(isinstance(v, NUMBERS) for v in right):
        if isinstance(observed, list | tuple) and len(observed) == len(right):
            for r, o in zip(right, observed, strict=True):
                yield from _leaves(r, o)
    elif isinstance(right, dict):
        if isinstance(observed, dict):
            for key in right:
                yield from _leaves(right[key], observed.get(key))
    elif (r := as_numbers(right)) is not None and (o := as_numbers(observed)) is not None:
        yield r.astype(float), o.astype(float)


# --- hints from the cases that fail ---------------------------------------------------------------


def hints_from_cases(cases: Sequence[Case], faults: Sequence[dict[str, str]]) -> list[Hint]:
    """Return hints on what the wrong cases have in common; those that name a mistake come first.

    faults: for each case, the lost parts with the reason.
    """
    wrong = [case for case, fault in zip(cases, faults, strict=True) if fault]
    right = [case for case, fault in zip(cases, faults, strict=True) if not fault]
    reasons = {words for fault in faults for words in fault.values()}
    hints = []
    if any(words.endswith(CHANGED) for words in reasons):
        words = "An argument is changed in place: assignments to its entries and += do that."
        hints.append(Hint(words, "input-changed-in-place"))
    if right:
        hints += _shared_property(wrong, right)
    if len(right) and all(case.note for case in wrong):
        notes = "; ".join(case.note for case in wrong)
        hints.append(Hint(f"Wrong only in these cases: {notes}. All others are right."))
    return hints


def _shared_property(wrong: list[Case], right: list[Case]) -> list[Hint]:
    """Return a hint if all wrong cases, and no right one, have a property that we know."""

    def only_in_wrong(has: Any) -> bool:
        return all(map(has, wrong)) and not any(map(has, right))

    if any(
        only_in_wrong(lambda case, name=name: _holds_integers(case, name))
        for name in wrong[0].inputs
    ):
        words = (
            "It goes wrong where an argument holds whole numbers: an array takes over their type "
            "and cuts off what comes after the point. Make it float."
        )
        return [Hint(words, "integers-truncated")]
    if only_in_wrong(lambda case: case.inputs.get("calls", 1) > 1):
        words = (
            "The first call is right, a later one is not: something is kept or changed between "
            "calls, in the cache or in a global variable."
        )
        return [Hint(words, "state-between-calls")]
    if only_in_wrong(lambda case: case.note == DIGITS_LOST):
        words = (
            "It is right until finite differences lose their digits. The question asks for the "
            "derivative itself: derive it."
        )
        return [Hint(words, "finite-differences")]
    return []


def _holds_integers(case: Case, name: str) -> bool:
    """True if an input is an array of integers, or a list or tuple that holds one."""
    stack = [case.inputs.get(name)]
    while stack:
        value = stack.pop()
        if isinstance(value, np.ndarray) and value.dtype.kind in "iu":
            return True
        if isinstance(value, list | tuple):
            stack.extend(value)
    return False
