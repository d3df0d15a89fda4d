"""Recognise how all wrong numbers differ from the right ones: a transpose, a sum, a rounding, ...

Each rule gets the wrong pairs of one part and returns a hint if it explains every number in them.
"""

from collections.abc import Callable, Sequence

import numpy as np

from .compare import difference
from .hint_factors import factor_hint, factor_of_the_case
from .hint_inputs import input_involved
from .pairs import Answers, Hint, Pair, evidence
from .words import is_ordinary

MIN_EVIDENCE = 3  # a hint needs at least so many different numbers as evidence
FAR_FROM_INTEGERS = 0.01
NOT_FINITE = Hint(
    "Usual causes: exp of a large number, 0 / 0, the logarithm of 0 or of a negative number.",
    "not-finite",
)

Rule = Callable[[Sequence[Pair]], Hint | None]  # gets the wrong pairs, at least one


def _not_finite(wrong: Sequence[Pair]) -> Hint | None:
    if not all(p.same_shape and not np.isfinite(p.observed).all() for p in wrong):
        return None
    finite = [(p, ok) for p in wrong if (ok := np.isfinite(p.observed)).any()]
    if not all(p.like(p.right[ok], p.observed[ok]) for p, ok in finite):
        return None
    numbers = np.concatenate([p.observed.ravel() for p in wrong])
    kinds = dict.fromkeys(str(number) for number in numbers[~np.isfinite(numbers)])
    what = " or ".join(kinds)
    start = f"Some entries are {what}, and all others are right." if finite else f"It is {what}."
    return Hint(start, NOT_FINITE.name)


def list_reversed(answers: Answers) -> Hint | None:
    """Recognise a list of arrays that begins with the last one."""
    both = [(r, o) for r, o in zip(answers.right, answers.observed, strict=True) if o is not None]
    long = [(r, o) for r, o in both if isinstance(r, list) and isinstance(o, list) and len(r) > 1]
    if long and all(difference(r[::-1], o, answers.tolerance) is None for r, o in long):
        return Hint("The list is right, but in reverse order: it begins with the last item.")
    return None


def _zero(wrong: Sequence[Pair]) -> Hint | None:
    if all(not p.observed.any() for p in wrong):
        more = " Is the result ever assigned inside the loop?" if wrong[0].right.size > 1 else ""
        return Hint(f"All of it is 0.{more}")
    return None


def _one_number(wrong: Sequence[Pair]) -> Hint | None:
    if all(p.observed.size > 1 and np.ptp(p.observed) == 0 and np.ptp(p.right) for p in wrong):
        return Hint("All entries are the same number, but they should differ.")
    return None


def _axes_swapped(wrong: Sequence[Pair]) -> Hint | None:
    if not all(p.right.ndim > 1 and p.observed.ndim == p.right.ndim for p in wrong):
        return None
    if all(p.right.ndim == 2 and p.like(p.right.T, p.observed) for p in wrong):
        return Hint("It is the transpose of the right answer.", "result-transposed")
    ndim = min(p.right.ndim for p in wrong)
    for a in range(-ndim, 0):
        for b in range(a + 1, 0):
            if all(p.like(p.right.swapaxes(a, b), p.observed) for p in wrong):
                which = f"{ndim + a} and {ndim + b}"
                if len({p.right.ndim for p in wrong}) > 1:
                    which = f"{a} and {b}"
                return Hint(f"The axes {which} have been swapped.", "result-transposed")
    return None


def _backwards(wrong: Sequence[Pair]) -> Hint | None:
    """Recognise an answer whose entries are in the opposite order along an axis."""
    if not all(p.same_shape and p.right.ndim for p in wrong):
        return None
    for axis in range(min(p.right.ndim for p in wrong)):
        if all(p.like(np.flip(p.right, axis), p.observed) for p in wrong):
            return Hint(f"The numbers are right, but their order along axis {axis} is reversed.")
    return None


def _extra_axis(wrong: Sequence[Pair]) -> Hint | None:
    if all(
        not p.same_shape
        and p.right.size == p.observed.size
        and p.like(p.right.ravel(), p.observed.ravel())
        for p in wrong
    ):
        return Hint("The numbers are right, but the shape is not.", "shape-not-kept")
    return None


def _not_reduced(wrong: Sequence[Pair]) -> Hint | None:
    """Recognise an extra axis over which the answer should have been summed or averaged."""
    for name, reduce in (("summed", np.sum), ("averaged", np.mean)):
        for axis in range(3):
            if all(
                p.observed.ndim == p.right.ndim + 1
                and axis < p.observed.ndim
                and p.like(p.right, reduce(p.observed, axis=axis))
                for p in wrong
            ):
                words = f"Your answer still has to be {name} over axis {axis}."
                return Hint(words, "sum-forgotten")
    return None


def _reduced(wrong: Sequence[Pair]) -> Hint | None:
    """Recognise the right numbers summed or averaged over an axis that should be there."""
    if any(p.same_shape for p in wrong):
        return None
    for name, reduce in (("summed", np.sum), ("averaged", np.mean)):
        if all(p.like(np.asarray(reduce(p.right)), p.observed.squeeze()) for p in wrong):
            return Hint(
                f"These are the right numbers, {name} over all entries instead of some.",
                "axis-summed-away",
            )
        for axis in range(min(p.right.ndim for p in wrong)):
            if all(p.like(reduce(p.right, axis=axis), p.observed.squeeze()) for p in wrong):
                words = f"These are the right numbers, {name} over axis {axis}, which should stay."
                return Hint(words, "axis-summed-away")
    return None


def _wrong_sum(wrong: Sequence[Pair]) -> Hint | None:
    """Recognise a sum over too few axes, or over the wrong axis: the total is right."""
    if any(p.same_shape for p in wrong) or not all(map(_same_total, wrong)):
        return None
    if all(p.observed.size > p.right.size for p in wrong):
        return Hint("The total is right, but there is still something to sum.", "sum-forgotten")
    if all(p.observed.ndim == p.right.ndim for p in wrong):
        words = "The total is right, but the shape is not. The sum runs over the wrong axis."
        return Hint(words, "summed-over-wrong-axis")
    return None


def _same_total(p: Pair) -> bool:
    """True if the sums of all entries are the same, and not 0 only because terms cancel."""
    total, size = p.right.sum(), np.abs(p.right).sum()
    return bool(abs(total) > 1e-6 * size and abs(p.observed.sum() - total) <= 1e-6 * size)


def _only_a_part(wrong: Sequence[Pair]) -> Hint | None:
    """Recognise an answer that holds only some rows or columns of the right one."""
    if any(p.same_shape or not p.right.ndim for p in wrong):
        return None
    for words, cut in CUTS:
        if all(
            p.right.size > 1 and p.like(cut(p.right).squeeze(), p.observed.squeeze()) for p in wrong
        ):
            return Hint(f"This is only part of the right answer: {words}.")
    return None


CUTS: tuple[tuple[str, Callable[[np.ndarray], np.ndarray]], ...] = (
    ("its first entry along axis 0", lambda a: a[:1]),
    ("its last entry along axis 0", lambda a: a[-1:]),
    ("all but its last entry along axis 0", lambda a: a[:-1]),
    ("all but its first entry along axis 0", lambda a: a[1:]),
    ("its first entry along the last axis", lambda a: a[..., :1]),
    ("its last entry along the last axis", lambda a: a[..., -1:]),
    ("all but its last entry along the last axis", lambda a: a[..., :-1]),
    ("all but its first entry along the last axis", lambda a: a[..., 1:]),
)


def _truncated(wrong: Sequence[Pair]) -> Hint | None:
    if all(p.same_shape and p.like(np.trunc(p.right), p.observed) for p in wrong):
        return Hint(
            "The part after the decimal point is lost. Is the result stored in an array of "
            "integers?",
            "integers-truncated",
        )
    return None


def _rounded(wrong: Sequence[Pair]) -> Hint | None:
    if not all(p.same_shape and np.isfinite(p.observed).all() for p in wrong):
        return None
    for digits in range(9):
        if all((np.abs(np.round(p.observed, digits) - p.observed) < 1e-12).all() for p in wrong):
            unit = 10.0**-digits
            if all((np.abs(p.observed - p.right) <= 0.5001 * unit).all() for p in wrong):
                places = f"{digits} decimal place{'s' * (digits != 1)}"
                return Hint(f"These are the right numbers, rounded to {places}.")
            return None
    return None


def _function_of_it(wrong: Sequence[Pair]) -> Hint | None:
    """Recognise the right answer after one function too many, or before one that is missing."""
    if not all(p.same_shape for p in wrong):
        return None
    numbers = np.concatenate([p.right.ravel() for p in wrong])
    only_0_and_1 = len(numbers) >= MIN_EVIDENCE and set(numbers) == {0, 1}
    if evidence([numbers]) < MIN_EVIDENCE and not only_0_and_1:
        return None
    for words, function in FUNCTIONS:
        if all(p.like(function(p.right), p.observed) for p in wrong):
            return Hint(f"It is {words} the right answer, in every example.")
    for words, function in FUNCTIONS:
        if all(p.like(p.right, function(p.observed)) for p in wrong):
            return Hint(f"It would be right after one more step: {words} your result.")
    return None


def _not_rounded(wrong: Sequence[Pair]) -> Hint | None:
    """Recognise numbers between the integers that are asked for."""
    if not all(p.same_shape and p.like(p.right, np.round(p.observed)) for p in wrong):
        return None
    if max(np.abs(p.observed - p.right).max() for p in wrong) < FAR_FROM_INTEGERS:
        return None
    return Hint("If you round your numbers, they are right. The question asks for integers.")


def _row_sums(a: np.ndarray) -> np.ndarray:
    return a.sum(axis=-1, keepdims=True) if a.ndim else a


FUNCTIONS: tuple[tuple[str, Callable[[np.ndarray], np.ndarray]], ...] = (
    ("1 minus", lambda a: 1 - a),
    ("the square of", np.square),
    ("the square root of", np.sqrt),
    ("1 divided by", lambda a: 1 / a),
    ("exp of", np.exp),
    ("exp of minus", lambda a: np.exp(-a)),
    ("the logarithm of", np.log),
    ("minus the logarithm of", lambda a: -np.log(a)),
    ("the sigmoid of", lambda a: 1 / (1 + np.exp(-a))),
    ("the tanh of", np.tanh),
    ("the sign of", np.sign),
    ("the ReLU of", lambda a: np.maximum(a, 0)),
    ("each row divided by its sum, for", lambda a: a / _row_sums(a)),
)


def _shifted(wrong: Sequence[Pair]) -> Hint | None:
    """Recognise an answer in which the same number was added to every entry."""
    if not all(p.same_shape for p in wrong) or evidence(p.right for p in wrong) < MIN_EVIDENCE:
        return None
    shifts = [float((p.observed - p.right).mean()) for p in wrong]
    if not all(p.like(p.right + shift, p.observed) for p, shift in zip(wrong, shifts, strict=True)):
        return None
    if all(abs(shift - shifts[0]) <= 1e-6 * abs(shifts[0]) for shift in shifts):
        if not is_ordinary(shifts[0]):
            return None
        return Hint(f"It is {too_large_or_small(shifts[0])} everywhere.")
    if all(p.right.size > 1 for p in wrong):
        return Hint("In each example, all entries are off by the same number.")
    return None


def too_large_or_small(difference: float) -> str:
    return f"too {'large' if difference > 0 else 'small'} by {abs(difference):.6g}"


# The first rule that applies gives the hint, so the more telling ones come first.
RELATIONS: tuple[Rule, ...] = (
    _not_finite,
    _zero,
    _one_number,
    factor_hint,
    _axes_swapped,
    _extra_axis,
    _not_reduced,
    _reduced,
    _only_a_part,
    _wrong_sum,
    _truncated,
    _rounded,
    _not_rounded,
    _backwards,
    factor_of_the_case,
    input_involved,
    _function_of_it,
    _shifted,
)
