"""Describe how and where a wrong answer differs from the right one, without naming the mistake.

Every sentence is true of the numbers and can be checked by the student. All functions are pure.
"""

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from .compare import as_numbers, difference
from .factors import factor_hint, factor_of_the_case
from .pairs import Answers, Hint, Pair, at_path
from .places import place

CHANGED = "was changed"
MIN_EVIDENCE = 3  # numbers that a rule must explain
MAX_NAMES = 4  # of items or entries that a hint lists
FAR_FROM_INTEGERS = 0.01
FEW_RIGHT = 0.05  # share of right numbers that can be right by chance

NOT_FINITE = Hint(
    "Usual causes: exp of a large number, 0 / 0, the logarithm of 0 or of a negative number.",
    "not-finite",
)

Rule = Callable[[Sequence[Pair]], Hint | None]  # gets the wrong pairs, at least one


def hints_from_numbers(answers: Answers) -> list[Hint]:
    """Return the hints that are true of every wrong array of one part."""
    wrong = answers.wrong
    if not wrong or any(p.right.size < 1 or p.observed.size < 1 for p in wrong):
        return []
    if hint := _list_reversed(answers):
        return [hint]
    with np.errstate(all="ignore"):
        items = which_items(answers.pairs)
        hint = _first(RELATIONS, wrong) or _where(answers, bool(items)) or _first(WEAKER, wrong)
    if hint and hint.name == NOT_FINITE.name:
        return [*items, hint, NOT_FINITE]
    return [*items, hint] if hint else items


def last_resort(answers: Answers) -> list[Hint]:
    """Return a hint that says little, for an answer about which nothing else is known."""
    hint = _first(LAST_RESORTS, answers.wrong) if answers.wrong else None
    return [hint] if hint else []


def _first(rules: Sequence[Rule], wrong: Sequence[Pair]) -> Hint | None:
    """Return the hint of the first rule that applies."""
    return next((hint for rule in rules if (hint := rule(wrong))), None)


# --- which arrays of a list -----------------------------------------------------------------------


def which_items(pairs: Sequence[Pair]) -> list[Hint]:
    """Say which arrays are wrong, where the right answer is a list or dict of arrays."""
    if len(pairs) < 2 or not all(p.path for p in pairs):
        return []
    failing = {id(p.case) for p in pairs if p.is_wrong}
    pairs = [p for p in pairs if id(p.case) in failing]
    wrong = np.array([p.is_wrong for p in pairs])
    for words, chosen in _selections(pairs):
        if chosen.all() or not chosen.any():
            continue
        if (wrong == chosen).all():
            return [Hint(f"Only {words} wrong; everything else is right.")]
        if (wrong == ~chosen).all():
            return [Hint(f"Only {words} right; everything else is wrong.")]
    names = dict.fromkeys(p.path[-1] for p in pairs if isinstance(p.path[-1], str))
    bad = [n for n in names if any(p.is_wrong for p in pairs if p.path[-1] == n)]
    if 0 < len(bad) < len(names) and len(bad) <= MAX_NAMES:
        return [Hint(f"Not all of it is wrong. Look at {joined(bad)}; everything else is right.")]
    return []


def joined(names: Sequence[str]) -> str:
    """Return some names as a list in words."""
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def _selections(pairs: Sequence[Pair]) -> Iterator[tuple[str, np.ndarray]]:
    """Yield words for some of the arrays, and which of the pairs these are."""
    for name in dict.fromkeys(p.path[-1] for p in pairs if isinstance(p.path[-1], str)):
        yield f"{name} is", np.array([p.path[-1] == name for p in pairs])
    if not all(isinstance(p.path[0], int) for p in pairs):
        return
    index = np.array([p.path[0] for p in pairs])
    lengths: dict[int, int] = {}  # of the list of each case
    for p, i in zip(pairs, index, strict=True):
        lengths[id(p.case)] = max(lengths.get(id(p.case), 0), int(i) + 1)
    from_end = np.array([lengths[id(p.case)] for p in pairs]) - 1 - index
    layers = all(len(p.path) == 2 and p.path[1] == 2 - p.right.ndim for p in pairs)
    item, items = ("layer", "layers") if layers else ("item of the list", "items of the list")
    yield f"the first {item} is", index == 0
    yield f"the last {item} is", from_end == 0
    for count in (2, 3):
        yield f"the first {count} {items} are", index < count
    if layers:
        is_weight = np.array([p.path[1] == 0 for p in pairs])
        yield "the weights W are", is_weight
        yield "the W of the first layer is", is_weight & (index == 0)
        yield "the b of the first layer is", ~is_weight & (index == 0)
        yield "the W of the last layer is", is_weight & (from_end == 0)
        yield "the b of the last layer is", ~is_weight & (from_end == 0)


# --- how all numbers differ -----------------------------------------------------------------------


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


def _list_reversed(answers: Answers) -> Hint | None:
    """Recognise a list of arrays that begins with the last one."""
    both = [(r, o) for r, o in zip(answers.right, answers.observed, strict=True) if o is not None]
    long = [(r, o) for r, o in both if isinstance(r, list) and isinstance(o, list) and len(r) > 1]
    if long and all(difference(r[::-1], o, answers.tolerance) is None for r, o in long):
        return Hint("The list is right, but in the opposite order: it begins with the last item.")
    return None


def _zero(wrong: Sequence[Pair]) -> Hint | None:
    if all(not p.observed.any() for p in wrong):
        more = " Is the result ever assigned inside the loop?" if wrong[0].right.size > 1 else ""
        return Hint(f"All of it is 0.{more}")
    return None


def _one_number(wrong: Sequence[Pair]) -> Hint | None:
    if all(p.observed.size > 1 and np.ptp(p.observed) == 0 and np.ptp(p.right) for p in wrong):
        return Hint("All entries are the same number, and they should differ.")
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
                return Hint(f"The axes {which} have changed places.", "result-transposed")
    return None


def _backwards(wrong: Sequence[Pair]) -> Hint | None:
    """Recognise an answer whose entries are in the opposite order along an axis."""
    if not all(p.same_shape and p.right.ndim for p in wrong):
        return None
    for axis in range(min(p.right.ndim for p in wrong)):
        if all(p.like(np.flip(p.right, axis), p.observed) for p in wrong):
            return Hint(f"The numbers are right, but their order along axis {axis} is reversed.")
    if all(p.right.ndim > 2 and p.like(p.right[..., ::-1, ::-1], p.observed) for p in wrong):
        return Hint("The numbers are right, but each picture is turned by 180 degrees.")
    return None


def _one_place_off(wrong: Sequence[Pair]) -> Hint | None:
    """Recognise an answer whose entries stand one place too early or too late along an axis."""
    if not all(p.same_shape and p.right.ndim and max(p.right.shape) > 2 for p in wrong):
        return None
    for axis in range(min(p.right.ndim for p in wrong)):
        for step, way in ((1, "late"), (-1, "early")):
            if all(_is_moved(p, axis, step) for p in wrong):
                return Hint(f"The numbers stand one place too {way} along axis {axis}.")
    return None


def _is_moved(p: Pair, axis: int, step: int) -> bool:
    """True if all entries but those at one end are the right ones, moved by one step."""
    right, found = np.moveaxis(p.right, axis, 0), np.moveaxis(p.observed, axis, 0)
    inner = (right[:-1], found[1:]) if step > 0 else (right[1:], found[:-1])
    return len(right) > 2 and p.like(*inner)


def _extra_axis(wrong: Sequence[Pair]) -> Hint | None:
    if all(
        not p.same_shape
        and p.right.size == p.observed.size
        and p.like(p.right.ravel(), p.observed.ravel())
        for p in wrong
    ):
        return Hint("The numbers are right; the shape is not.", "shape-not-kept")
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
                words = f"Axis {axis} of your answer still has to be {name} away."
                return Hint(words, "sum-forgotten")
    return None


def _reduced(wrong: Sequence[Pair]) -> Hint | None:
    """Recognise the right numbers summed or averaged over an axis that should be there."""
    if any(p.same_shape for p in wrong):
        return None
    for name, reduce in (("summed", np.sum), ("averaged", np.mean)):
        if all(p.like(np.asarray(reduce(p.right)), p.observed.squeeze()) for p in wrong):
            return Hint(
                f"These are the right numbers, {name} over all entries, which is too much.",
                "axis-summed-away",
            )
        for axis in range(min(p.right.ndim for p in wrong)):
            if all(p.like(reduce(p.right, axis=axis), p.observed.squeeze()) for p in wrong):
                words = f"These are the right numbers, {name} over axis {axis}, which is to stay."
                return Hint(words, "axis-summed-away")
    return None


def _wrong_sum(wrong: Sequence[Pair]) -> Hint | None:
    """Recognise a sum over too few axes, or over the wrong axis: the total is right."""
    if any(p.same_shape for p in wrong) or not all(map(_same_total, wrong)):
        return None
    if all(p.observed.size > p.right.size for p in wrong):
        return Hint("The total is right, but there is still something to sum.", "sum-forgotten")
    if all(p.observed.ndim == p.right.ndim for p in wrong):
        words = "The total is right but the shape is not: the sum runs over the wrong axis."
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
            return Hint(f"This is only a part of the right answer: {words}.")
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
    if not all(p.same_shape for p in wrong) or sum(p.right.size for p in wrong) < MIN_EVIDENCE:
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
    return Hint("Rounded, your numbers are right. Integers are asked for.")


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


def _input_involved(wrong: Sequence[Pair]) -> Hint | None:
    """Recognise an input that was added, subtracted or multiplied once too often, or forgotten."""
    if not all(p.same_shape for p in wrong) or sum(p.right.size for p in wrong) < MIN_EVIDENCE:
        return None
    first, *others = wrong
    for name in first.case.inputs:
        value = _input_like(first, name)
        if value is None or not value.any():
            continue
        for words, combined in COMBINATIONS:
            # The first pair rules out nearly all combinations.
            if first.like(*combined(first.right, first.observed, value)) and all(
                _holds(combined, p, name) for p in others
            ):
                return Hint(words.format(name))
    return None


Sides = tuple[np.ndarray, np.ndarray]
Combined = Callable[[np.ndarray, np.ndarray, np.ndarray], Sides]


def _holds(combined: Combined, p: Pair, name: str) -> bool:
    """True if both sides are equal for this input."""
    value = _input_like(p, name)
    return value is not None and p.like(*combined(p.right, p.observed, value))


def _sigmoid(a: np.ndarray) -> np.ndarray:
    return np.asarray(1 / (1 + np.exp(-a)))


# What can be said of an input v, as two sides of an equation with the right and the observed array.
COMBINATIONS: tuple[tuple[str, Combined], ...] = (
    ("It is {} itself.", lambda right, found, v: (v, found)),
    ("It is the right answer plus {}.", lambda right, found, v: (right + v, found)),
    ("It is the right answer minus {}.", lambda right, found, v: (right - v, found)),
    ("It is {} minus the right answer.", lambda right, found, v: (v - right, found)),
    ("It is the right answer times {}.", lambda right, found, v: (right * v, found)),
    ("It still has to be multiplied by {}.", lambda right, found, v: (right, found * v)),
    (
        "It still has to be multiplied by ({} > 0).",
        lambda right, found, v: (right, found * (v > 0)),
    ),
    (
        "It still has to be multiplied by sigmoid({}).",
        lambda right, found, v: (right, found * _sigmoid(v)),
    ),
    (
        "It still has to be multiplied by 1 - sigmoid({}).",
        lambda right, found, v: (right, found * _sigmoid(-v)),
    ),
    (
        "It still has to be multiplied by 1 - tanh({})**2.",
        lambda right, found, v: (right, found * (1 - np.tanh(v) ** 2)),
    ),
)


def _input_like(p: Pair, name: str) -> np.ndarray | None:
    """Return an input that can be combined with the right answer entry by entry, or None.

    A vector counts as the same number for all entries of a row, or of a column.
    """
    value = p.case.inputs.get(name)
    found = as_numbers(at_path(value, p.path) if isinstance(value, list) else value)
    if found is None or found.ndim > p.right.ndim:
        return None
    by_row = found.ndim == 1 and p.right.ndim == 2 and len(found) == len(p.right)
    if by_row and len(found) != p.right.shape[1]:
        found = found[:, None]
    try:
        return np.broadcast_to(found, p.right.shape).astype(float)
    except ValueError:
        return None


# --- where ----------------------------------------------------------------------------------------


def _where(answers: Answers, some_items: bool) -> Hint | None:
    """Say where the entries are wrong, and what they have in common there.

    some_items: True if only some items of the answer are wrong, and another hint tells which.
    """
    wrong = answers.wrong
    if not all(p.same_shape for p in wrong):
        return None
    paths = {p.path for p in wrong}
    pairs = [p for p in answers.pairs if p.same_shape and p.right.size]
    if some_items:
        pairs = [p for p in pairs if p.path in paths]
    if found := place(pairs, wrong):
        return Hint(f"{found}{_there(wrong)}")
    return None


def _there(wrong: Sequence[Pair]) -> str:
    """Return a sentence on the wrong entries alone, or an empty text."""
    right = np.concatenate([p.right[p.wrong] for p in wrong])
    found = np.concatenate([p.observed[p.wrong] for p in wrong])
    like = wrong[0].like
    if len(right) < MIN_EVIDENCE:
        return ""
    if not found.any():
        return " Your entries there are 0."
    if np.ptp(found) == 0:
        return f" Your entries there are all {found[0]:.6g}."
    if like(-right, found):
        return " Your entries there have the wrong sign."
    if np.ptp(right) and like(right / right[0] * found[0], found):
        return f" Your entries there are {found[0] / right[0]:.6g} times the right ones."
    if like(right + (found - right)[0], found):
        return f" Your entries there are {_too(found[0] - right[0])}."
    if like(1 - right, found):
        return " Your entries there are 1 minus the right ones."
    return ""


def _too(difference: float) -> str:
    return f"too {'large' if difference > 0 else 'small'} by {abs(difference):.6g}"


# --- if nothing better is known -------------------------------------------------------------------


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
        return Hint("These are the right numbers in another order.")
    return None


def _shifted(wrong: Sequence[Pair]) -> Hint | None:
    """Recognise an answer in which the same number was added to every entry."""
    if not all(p.same_shape for p in wrong) or sum(p.right.size for p in wrong) < MIN_EVIDENCE:
        return None
    shifts = [float((p.observed - p.right).mean()) for p in wrong]
    if not all(p.like(p.right + shift, p.observed) for p, shift in zip(wrong, shifts, strict=True)):
        return None
    if all(abs(shift - shifts[0]) <= 1e-6 * abs(shifts[0]) for shift in shifts):
        return Hint(f"It is {_too(shifts[0])} everywhere.")
    if all(p.right.size > 1 for p in wrong):
        return Hint("In each example, all entries are off by the same number.")
    return None


def _by_line(wrong: Sequence[Pair]) -> Hint | None:
    """Recognise a separate factor, or a separate number to add, for each row or each column."""
    if not all(p.same_shape and p.right.ndim == 2 and min(p.right.shape) > 1 for p in wrong):
        return None
    for axis, words in ((1, "row"), (0, "column")):
        varied = all(((p.right != 0).sum(axis=axis) > 1).all() for p in wrong)
        if varied and all(p.like(p.right * _line_factors(p, axis), p.observed) for p in wrong):
            return Hint(f"Each {words} is off by a factor of its own.")
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


def _in_the_example(wrong: Sequence[Pair]) -> Hint | None:
    """Say that no number is right, or which lines or entries of the first example are wrong."""
    if not all(p.same_shape for p in wrong):
        return None
    total = sum(p.right.size for p in wrong)
    right = total - sum(int(p.wrong.sum()) for p in wrong)
    if right <= FEW_RIGHT * total and total >= MIN_EVIDENCE:
        what = "hardly any number" if right else "none of the numbers"
        return Hint(
            f"In the examples that fail, {what} is right. Work out the smallest example by hand "
            "first."
        )
    first = wrong[0]
    if first.right.ndim == 2:
        for axis, line in enumerate(("row", "column")):
            bad = np.asarray(first.wrong.any(axis=1 - axis))
            if not bad.all() and (first.wrong.all(axis=1 - axis) == bad).all():
                return Hint(f"In the first example that fails, {_numbered(line, bad)} wrong.")
    for state, mask in (("wrong", first.wrong), ("right", ~first.wrong)):
        if 0 < mask.sum() <= MAX_NAMES and not mask.all():
            places = joined([str([int(i) for i in index]) for index in np.argwhere(mask)])
            verb = "are" if mask.sum() > 1 else "is"
            return Hint(f"In the first example that fails, only {places} {verb} {state}.")
    if first.wrong.all() and first.right.size >= MIN_EVIDENCE:
        return Hint("In the first example that fails, none of the numbers is right.")
    return None


def _numbered(line: str, chosen: np.ndarray) -> str:
    """Return the numbers of the chosen lines in words, with their verb."""
    numbers = [str(i) for i in np.flatnonzero(chosen)]
    if len(numbers) == 1:
        return f"only {line} {numbers[0]} is"
    return f"only {line}s {joined(numbers)} are"


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
    _one_place_off,
    factor_of_the_case,
    _input_involved,
    _function_of_it,
    _shifted,
)
WEAKER: tuple[Rule, ...] = (_signs, _reordered, _by_line, _nearly)
LAST_RESORTS: tuple[Rule, ...] = (_wrong_shape, _high_or_low, _in_the_example)
