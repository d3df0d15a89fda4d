"""Rule out quickly that two answers are equal, or that one is a multiple of the other.

A wrong answer is compared with the answers of all misconceptions, and nearly all of them differ.
NumPy needs ten microseconds to find that out, even for small arrays. Comparing a few Python numbers
that describe each array takes a tenth of that. These numbers can only rule out a match: where they
agree, the arrays themselves must be compared.
"""

import math
from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np

from .compare import as_numbers

# Between these bounds, no quotient below can overflow, and no tolerance loses its digits near 0.
SMALLEST, LARGEST = 1e-150, 1e150
MAX_ENTRIES = 1 << 16  # a larger array has no outline, because computing it would take much memory
ROUNDING = 1e-15  # for each entry, more than the relative rounding error of a sum


class Outline(NamedTuple):
    """The shape of an array, its largest absolute value, and the sum of its absolute values.

    Both numbers are inf if any entry is inf or nan.
    """

    shape: tuple[int, ...]
    largest: float
    total: float


def outline(value: Any) -> Outline | None:
    """Return the outline of a number or an array, or None if it has none.

    Only integers and float64 have one, and only if the largest is neither tiny nor huge. For all
    others, rounding could break the bounds of the functions below.
    """
    array = as_numbers(value) if isinstance(value, np.ndarray | int | float) else None
    if array is None or array.size > MAX_ENTRIES:
        return None
    if array.dtype.kind == "f" and array.dtype != np.float64:
        return None
    sizes = np.abs(array.astype(float, copy=False))
    largest = float(sizes.max(initial=0.0))
    if not math.isfinite(largest):
        return Outline(array.shape, math.inf, math.inf)
    known = largest == 0 or SMALLEST < largest < LARGEST
    return Outline(array.shape, largest, float(sizes.sum())) if known else None


def may_be_equal(expected: Outline | None, observed: Outline | None, tolerance: float) -> bool:
    """True unless `difference` must find that the observed value is not the expected one.

    `difference` accepts an entry if its error is at most tolerance * (|entry| + largest), which is
    at most 2 * tolerance * largest. So the largest entry and the mean cannot differ by more.
    """
    if expected is None or observed is None:
        return True
    if expected.shape != observed.shape:
        return False
    if not math.isfinite(expected.largest + observed.largest):
        return expected.largest == observed.largest  # inf equals only inf, and nan only nan
    entries = math.prod(expected.shape)
    error = (3 * tolerance + ROUNDING * (entries + 1)) * expected.largest
    return (
        abs(observed.largest - expected.largest) <= error
        and abs(observed.total - expected.total) <= error * entries
    )


def may_be_a_multiple(right: Outline | None, observed: Outline | None, tolerance: float) -> bool:
    """True unless the observed value cannot be a number times the right one, up to the tolerance.

    Both the sum and the largest entry are multiplied by the size of that number, so the sum divided
    by the largest entry stays the same. The tolerance changes it by at most
    tolerance * (3 * sum / largest + entries) / (1 - 2 * tolerance). That is less than
    8 * tolerance * entries, unless the tolerance is so large that this bound allows everything.
    """
    if right is None or observed is None:
        return True
    if not math.isfinite(right.largest + observed.largest):
        return False
    if not right.largest or not observed.largest:
        return right.largest == observed.largest
    if right.shape != observed.shape:
        return False
    entries = math.prod(right.shape)
    error = (8 * tolerance + ROUNDING * (entries + 1)) * entries
    return abs(observed.total / observed.largest - right.total / right.largest) <= error


def may_have_one_factor(
    pairs: Iterable[tuple[Outline | None, Outline | None, int]], tolerance: float
) -> bool:
    """True unless `off_by_a_factor` must find no factor between the right and the observed values.

    pairs: for each case, the outlines of both values, and the number of examples. The factor must
    be the same in all cases, or the number of examples or entries of each, or 1 divided by that.
    """
    first = 0.0
    possible = [True] * 5
    for right, observed, rows in pairs:
        if not may_be_a_multiple(right, observed, tolerance):
            return False
        if right is None or observed is None or not right.largest:
            continue
        size = observed.largest / right.largest
        first = first or size
        entries = math.prod(right.shape)
        factors = (first, rows, 1 / max(rows, 1), entries, 1 / entries)
        possible = [p and _near(size, f, tolerance) for p, f in zip(possible, factors, strict=True)]
        if not any(possible):
            return False
    return True


def _near(a: float, b: float, tolerance: float) -> bool:
    """True unless two sizes of factors differ by more than the rules for factors can allow."""
    return abs(a - b) <= 1e-7 + (1e-4 + 16 * tolerance) * max(a, b)
