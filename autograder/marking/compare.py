"""Compare two answers and describe the first difference in words. Pure functions of plain data."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from .error_rules import sentence
from .wire import Opaque
from .words import FUNCTION_TYPES, count, error_in, kind, number

NUMBERS = (int, float, complex, np.number)
FEW = 1000  # items of a list that cannot be converted to an array, and is kept as it is
MAX_KEYS = 8  # of a dict that are told
WARNING = "NumPy warns: "  # with this begins what a driver returns in place of an answer
NOT_WRITTEN = "not written yet"  # what a driver returns for a part that is still to be written
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
        return None if same else _other(repr(expected)[:100], observed)
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
    if value is None:
        return "None (is a `return` missing?)"
    if isinstance(value, bool | str):
        return repr(value)[:100]
    if isinstance(value, np.ndarray) and value.ndim:
        names = {"b": " of True and False", "O": " of objects that are not numbers"}
        of = "" if value.dtype.kind in "iuf" else names.get(value.dtype.kind, f" of {value.dtype}")
        return f"an array{of} of shape {value.shape}"
    if isinstance(value, dict) and value:
        return f"a dictionary with {_keys(value)}"
    if isinstance(value, tuple | list | dict):
        return f"{kind(type(value).__name__)} of {len(value)}"
    if isinstance(value, Opaque):
        is_function = value.type_name in FUNCTION_TYPES
        return kind(value.type_name) + " (are parentheses missing?)" * is_function
    dtype = getattr(value, "dtype", None) if isinstance(value, np.ndarray | np.generic) else None
    integer = type(value) is int or (dtype is not None and dtype.kind in "iu")
    return "an integer" if integer else kind(str(dtype or type(value).__name__))


def told_by_measure(words: str) -> str:
    """Return the words about a difference, for the answer to a question that has a measure.

    Where a measure returns a text in place of numbers, that text tells what is wrong. Then what the
    right measure is would tell the student nothing.
    """
    match = re.fullmatch(r"(.*?)it should be an? .*, and yours is (['\"])(.*)\2", words)
    if not match:
        return words
    verb = "has" if match[3].startswith("the keys ") else "is"
    return f"{match[1]}yours {verb} {match[3]}"


def as_it_was(expected: Any, observed: Any) -> str:
    """Return words about a tuple or list that should have been an array of another shape.

    Returns an empty text for all other values. observed: the value as the code returned it. It is
    compared as an array, and the shape of that array would tell a student little.
    """
    if not isinstance(observed, tuple | list) or not isinstance(expected, np.ndarray | float):
        return ""
    array = as_numbers(observed)
    if array is None or array.shape == np.shape(expected):
        return ""
    items = [describe(item) for item in observed[:3]]
    more = ", ..." if len(observed) > 3 else ""
    words = f"it should be {describe(expected)}, and yours is {describe(observed)}"
    of_numbers = all(isinstance(item, NUMBERS) for item in observed)
    return words if of_numbers else f"{words}: {', '.join(items)}{more}"


def _is_container(value: Any) -> bool:
    """True if a list or tuple holds anything but numbers: compare it item by item, not as an array.

    For example, params and grads are containers, but a list of losses is not.
    """
    return isinstance(value, list | tuple) and not all(isinstance(v, NUMBERS) for v in value)


def _unlike(expected: str, observed: Any) -> str:
    """Return the words for a value of another kind. expected: the right kind, in words."""
    if isinstance(observed, str):
        if observed == NOT_WRITTEN:
            return observed
        if observed.startswith(WARNING):
            return f"there was a warning, {observed.removeprefix(WARNING)}"
        if error := error_in(observed):
            return f"there was an error. {sentence(error) or f'Python says: {error}'}"
    return f"it should be {expected}, and yours is {describe(observed)}"


def _other(expected: str, observed: Any) -> Difference:
    return Difference(partial(_unlike, expected, observed))


def _keys(value: dict[str, Any]) -> str:
    """Return the first keys of a dict, in words."""
    keys = ", ".join(repr(key)[:30] for key in list(value)[:MAX_KEYS])
    return f"the {'key' if len(value) == 1 else 'keys'} {keys}" + ", ..." * (len(value) > MAX_KEYS)


def _dicts(expected: dict[str, Any], observed: Any, tolerance: float) -> Difference | None:
    if not isinstance(observed, dict) or set(observed) != set(expected):
        return _other(f"a dictionary with {_keys(expected)}", observed)
    for key, value in expected.items():
        if found := difference(value, observed[key], tolerance):
            return Difference(partial(_under, key, found))
    return None


def _under(key: str, found: Difference) -> str:
    return f"{key}: {found.words}"


def _containers(expected: Any, observed: Any, tolerance: float) -> Difference | None:
    if not isinstance(observed, list | tuple):
        return _other(describe(expected), observed)
    if len(observed) != len(expected):
        right, yours = count(len(expected), "item"), number(len(observed))
        words = f"there should be {right}, and yours has {yours}"
        return Difference(lambda: words)
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
        return _other(f"the integer {expected}", observed)
    if observed != expected:
        return Difference(lambda: f"it should be {expected}, and yours is {observed}")
    return None


def _arrays(expected: np.ndarray, observed: Any, tolerance: float) -> Difference | None:
    array = as_numbers(observed)
    if array is None:
        return _other(describe(expected), observed)
    if array.shape != expected.shape:
        return Difference(partial(_shapes, expected.shape, array.shape))
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
        return f"{_entry(where)} should be a finite number, and yours is {array[where]}"
    where = _first(wrong)
    right, found = _two_numbers(expected[where], array[where])
    words = f"{_entry(where)} should be {right}, and yours is {found}"
    return f"{words} ({wrong.sum()} of {wrong.size} entries differ)" if wrong.size > 1 else words


def _shapes(right: tuple[int, ...], found: tuple[int, ...]) -> str:
    """Return the words for a wrong shape."""
    if not right:
        return f"it should be a single number, and yours is an array of shape {found}"
    number = "" if found else ", a single number"
    return f"the shape should be {right}, and yours is {found}{number}"


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


def _entry(where: tuple[int, ...]) -> str:
    """Return the words for one entry of an array, or for a number."""
    return f"the entry at {[*where]}" if where else "it"
