"""Two answers: equal, or the first difference in words. Pure functions of plain data."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from .wire import Opaque

NUMBERS = (int, float, complex, np.number)
MAX_ENTRIES = 1 << 16  # of nested lists; arrays are no bother


@dataclass(frozen=True)
class Difference:
    """Where and how an observed value differs; put into words when somebody asks, which few do."""

    say: Callable[[], str]

    @property
    def words(self) -> str:
        """One clause, to follow "not yet: "."""
        return self.say()


def difference(expected: Any, observed: Any, tolerance: float) -> Difference | None:
    """Compare an observed value with the expected one, generous about style only.

    Lists are as good as arrays, NumPy scalars and 0-d arrays as good as numbers. Shapes must be
    equal; whole numbers must be whole and exact; an entry must be finite where the expected one
    is, and within tolerance * (|expected| + largest |expected|). Returns None where equal.
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


def describe(value: Any) -> str:
    """What a value is, in a few words: its type and shape."""
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
    """Whether a list or tuple holds more than numbers: params and grads do, losses do not."""
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
    same = array == expected
    if same.all():  # most are, and the rest takes several times as long
        return None
    with np.errstate(all="ignore"):
        finite = np.isfinite(expected)
        size = np.where(finite, np.abs(expected), 0.0)
        wrong = ~(np.abs(array - expected) <= tolerance * (size + size.max(initial=0.0)))
        wrong = wrong | (finite & ~np.isfinite(array))  # the bound itself may overflow
        if not finite.all():
            wrong = np.where(finite, wrong, ~(same | (np.isnan(expected) & np.isnan(array))))
    return Difference(partial(_first_wrong, expected, array, wrong)) if wrong.any() else None


def _first_wrong(expected: np.ndarray, array: np.ndarray, wrong: np.ndarray) -> str:
    """The first wrong entry in words; of those that are not finite, where they should be."""
    if (infinite := np.isfinite(expected) & ~np.isfinite(array)).any():
        where = _first(infinite)
        return f"{array[where]}{_at(where, ' at ')}, where a finite number belongs"
    where = _first(wrong)
    words = f"expected {expected[where]:.6g}{_at(where, ' at ')}, got {array[where]:.6g}"
    return f"{words} ({wrong.sum()} of {wrong.size} entries differ)" if wrong.size > 1 else words


def as_numbers(value: Any) -> np.ndarray | None:
    """An array of real numbers, or None where value is none (a bool is not a number here)."""
    if not isinstance(value, np.ndarray | list | tuple | int | float) or isinstance(value, bool):
        return None
    if isinstance(value, list | tuple) and not _few_numbers(value):
        return None  # NumPy would make an array of texts of it, each as long as the longest
    try:
        array = np.asarray(value)
    except (ValueError, OverflowError):  # ragged lists
        return None
    return array if array.dtype.kind in "iuf" else None


def _few_numbers(nested: list[Any] | tuple[Any, ...]) -> bool:
    """Whether there is nothing but numbers in nested lists, and not too many of them."""
    left, todo = MAX_ENTRIES, list(nested[:MAX_ENTRIES])
    while todo and left > 0:
        item = todo.pop()
        if isinstance(item, list | tuple):
            todo += item[:left]
        elif not isinstance(item, int | float | np.ndarray):
            return False
        left -= item.size if isinstance(item, np.ndarray) else 1
    return not todo


def _first(mask: np.ndarray) -> tuple[int, ...]:
    return tuple(int(i) for i in np.argwhere(mask)[0])


def _at(where: tuple[int, ...], before: str = "") -> str:
    return before + "[" + ", ".join(map(str, where)) + "]" if where else ""
