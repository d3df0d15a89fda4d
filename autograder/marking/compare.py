"""Compare two answers and describe the first difference in words. Pure functions of plain data."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from .wire import Opaque

NUMBERS = (int, float, complex, np.number)
FEW = 1000  # items of a list that cannot be converted to an array, and is kept as it is
MAX_ENTRIES = 1 << 16  # limit for nested lists only, because arrays are cheap to check


@dataclass(frozen=True)
class Difference:
    """The first difference between an expected and an observed value.

    build_words builds the text only when `words` is read, because most differences are never shown.
    """

    build_words: Callable[[], str]

    @property
    def words(self) -> str:
        """The difference as a clause that can follow "Not yet:"."""
        return self.build_words()


def difference(expected: Any, observed: Any, tolerance: float) -> Difference | None:
    """Return the first difference between two values, or None if they are equal.

    Lists count as arrays; NumPy scalars and arrays without axes count as numbers. Shapes must be
    equal. An expected int must be matched exactly, by an integer. Two arrays of integers must be
    equal, too. Other numbers must lie within tolerance * (|expected| + largest |expected|), and
    must be finite if the expected one is.
    """
    if isinstance(expected, dict):
        return _dicts(expected, observed, tolerance)
    if _is_container(expected):
        return _containers(expected, observed, tolerance)
    if expected is None or isinstance(expected, bool | str):
        same = type(observed) is type(expected) and observed == expected
        return (
            None if same else Difference(lambda: f"expected {expected!r}, got {_shown(observed)}")
        )
    if isinstance(expected, int):
        return _whole_numbers(expected, observed)
    return _arrays(np.asarray(expected), observed, tolerance)


def converted(value: Any, form: Any = None) -> Any:
    """Return an answer with its lists of numbers as arrays, so that comparing it takes little time.

    An answer is compared with many others, and converting a long list each time would take minutes.
    A long list that holds anything but numbers becomes Opaque. form: the right answer. Where it is
    a list of arrays, such as `params`, the items are converted and not the list.
    """
    if isinstance(value, dict):
        known = form if isinstance(form, dict) else {}
        return {name: converted(item, known.get(name)) for name, item in value.items()}
    if not isinstance(value, list | tuple):
        return value
    if _is_container(form) and len(value) <= FEW:
        forms = [*form, *[None] * len(value)][: len(value)]
        return type(value)(map(converted, value, forms))
    if (array := as_numbers(value)) is not None:
        return array
    return value if _has_few_items(value) else Opaque(type(value).__name__)


def describe(value: Any) -> str:
    """Return a few words about a value: its type, and its shape or length."""
    if isinstance(value, Opaque):
        return f"an object of type {value.type_name}"
    if isinstance(value, str):
        return repr(value[:100])
    if value is None:
        return "None (is a return missing?)"
    if isinstance(value, np.ndarray) and value.dtype.kind not in "iuf":
        return f"an array of {value.dtype} of shape {value.shape}"
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape}" if value.ndim else f"a {value.dtype} number"
    if isinstance(value, list | tuple | dict):
        return f"a {type(value).__name__} of length {len(value)}"
    return f"a {type(value).__name__}"


def _is_container(value: Any) -> bool:
    """True if a list or tuple holds anything but numbers: compare it item by item, not as an array.

    For example, params and grads are containers, but a list of losses is not.
    """
    return isinstance(value, list | tuple) and not all(isinstance(v, NUMBERS) for v in value)


def _shown(value: Any) -> str:
    return repr(value)[:100] if isinstance(value, bool | str) else describe(value)


def _unlike(expected: str, observed: Any) -> Difference:
    return Difference(lambda: f"expected {expected}, got {describe(observed)}")


def _dicts(expected: dict[str, Any], observed: Any, tolerance: float) -> Difference | None:
    if not isinstance(observed, dict) or set(observed) != set(expected):
        return _unlike(f"the keys {sorted(expected)}", observed)
    for key, value in expected.items():
        if found := difference(value, observed[key], tolerance):
            return Difference(partial(_under, key, found))
    return None


def _under(key: str, found: Difference) -> str:
    return f"{key}: {found.words}"


def _containers(expected: Any, observed: Any, tolerance: float) -> Difference | None:
    if not isinstance(observed, list | tuple):
        return _unlike(describe(expected), observed)
    if len(observed) != len(expected):
        return Difference(lambda: f"expected {len(expected)} items, got {len(observed)}")
    for i, (e, o) in enumerate(zip(expected, observed, strict=True)):
        if found := difference(e, o, tolerance):
            return Difference(partial(_inside, i, found))
    return None


def _inside(i: int, found: Difference) -> str:
    words = found.words
    return f"[{i}]{words}" if words.startswith("[") else f"[{i}]: {words}"


def _whole_numbers(expected: int, observed: Any) -> Difference | None:
    if isinstance(observed, np.ndarray) and observed.ndim == 0 and observed.dtype.kind in "iu":
        observed = int(observed)
    if type(observed) is not int:
        return _unlike("a whole number (int)", observed)
    if observed != expected:
        return Difference(lambda: f"expected {expected}, got {observed}")
    return None


def _arrays(expected: np.ndarray, observed: Any, tolerance: float) -> Difference | None:
    array = as_numbers(observed)
    if array is None:
        return _unlike(describe(expected), observed)
    if array.shape != expected.shape:
        return Difference(lambda: f"expected shape {expected.shape}, got {array.shape}")
    wrong = wrong_entries(expected, array, tolerance)
    return Difference(partial(_first_wrong, expected, array, wrong)) if wrong.any() else None


def wrong_entries(expected: np.ndarray, array: np.ndarray, tolerance: float) -> np.ndarray:
    """Return which entries of an array differ from those of the expected one of the same shape."""
    same = array == expected
    if same.all():  # the usual case; the comparison below takes several times as long
        return ~same
    if expected.dtype.kind in "iu" and array.dtype.kind in "iu":
        # Differences of integers can overflow, so that a wrong one seems small.
        return ~same
    with np.errstate(all="ignore"):
        finite = np.isfinite(expected)
        size = np.where(finite, np.abs(expected * 1.0), 0.0)
        wrong = ~(np.abs(array - expected) <= tolerance * (size + size.max(initial=0.0)))
        # The tolerance itself can overflow to inf, and would then allow everything.
        wrong = wrong | (finite & ~np.isfinite(array))
        if not finite.all():
            wrong = np.where(finite, wrong, ~(same | (np.isnan(expected) & np.isnan(array))))
    return wrong


def _first_wrong(expected: np.ndarray, array: np.ndarray, wrong: np.ndarray) -> str:
    """Describe the first wrong entry.

    Entries that should be finite and are not come before all others.
    """
    if (infinite := np.isfinite(expected) & ~np.isfinite(array)).any():
        where = _first(infinite)
        return f"{array[where]}{_at(where, ' at ')}, where a finite number belongs"
    where = _first(wrong)
    right, found = _two_numbers(expected[where], array[where])
    words = f"expected {right}{_at(where, ' at ')}, got {found}"
    return f"{words} ({wrong.sum()} of {wrong.size} entries differ)" if wrong.size > 1 else words


def _two_numbers(right: np.generic, found: np.generic) -> tuple[str, str]:
    """Return two different numbers as texts that differ, with no more digits than that needs."""
    for digits in (6, 9, 12):
        texts = _number(right, digits), _number(found, digits)
        if texts[0] != texts[1]:
            return texts
    return _number(right, 17), _number(found, 17)


def _number(value: np.generic, digits: int) -> str:
    """Return a number as text: an integer in full, because it must be matched exactly."""
    return str(value) if isinstance(value, np.integer) else f"{value:.{digits}g}"


def as_numbers(value: Any) -> np.ndarray | None:
    """Return a value as an array of real numbers, or None if it is none. A bool is not a number."""
    if not isinstance(value, np.ndarray | list | tuple | int | float) or isinstance(value, bool):
        return None
    if isinstance(value, list | tuple) and not _few_numbers(value):
        return None  # np.asarray could build an array of texts, each padded to the longest one
    try:
        array = np.asarray(value)
    except (ValueError, OverflowError):  # lists of unequal lengths, or huge integers
        return None
    return array if array.dtype.kind in "iuf" else None


def has_32_bits(value: Any) -> bool:
    """True if a value is an array of 32-bit numbers, or a list, tuple or dict that holds one."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list | tuple):
        return any(map(has_32_bits, value))
    return isinstance(value, np.ndarray) and value.dtype == np.float32


def _few_numbers(nested: list[Any] | tuple[Any, ...]) -> bool:
    """True if nested lists hold only numbers, and at most MAX_ENTRIES of them."""
    left, todo = MAX_ENTRIES, list(nested[:MAX_ENTRIES])
    while todo and left > 0:
        item = todo.pop()
        if isinstance(item, list | tuple):
            todo += item[:left]
        elif not isinstance(item, int | float | np.ndarray):
            return False
        left -= item.size if isinstance(item, np.ndarray) else 1
    return not todo


def _has_few_items(nested: Any) -> bool:
    """True if a list, with all lists and dicts in it, has at most FEW items."""
    left, todo = FEW, [nested]
    while todo and left >= 0:
        item = todo.pop()
        if isinstance(item, dict):
            item = list(item.values())
        if isinstance(item, list | tuple):
            left -= len(item)
            todo += item[:FEW]
    return left >= 0


def _first(mask: np.ndarray) -> tuple[int, ...]:
    return tuple(int(i) for i in np.argwhere(mask)[0])


def _at(where: tuple[int, ...], before: str = "") -> str:
    return before + "[" + ", ".join(map(str, where)) + "]" if where else ""
