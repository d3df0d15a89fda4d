"""Two answers: equal, or the first difference in words. Pure functions of plain data."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from .wire import Opaque

NUMBERS = (int, float, complex, np.number)
MOST_ENTRIES = 1 << 16  # of nested lists; arrays are no bother


@dataclass(frozen=True)
class Difference:
    """Where and how an observed value differs. kind: type, length, shape, finite or value."""

    kind: str
    words: str


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
        shown = repr(observed)[:100] if isinstance(observed, bool | str) else describe(observed)
        words = f"expected {expected!r}, got {shown}"
        return None if same else Difference("value", words)
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


def _dicts(expected: dict[str, Any], observed: Any, tolerance: float) -> Difference | None:
    if not isinstance(observed, dict) or set(observed) != set(expected):
        return Difference("type", f"expected the keys {sorted(expected)}, got {describe(observed)}")
    for key, value in expected.items():
        if found := difference(value, observed[key], tolerance):
            return Difference(found.kind, f"{key}: {found.words}")
    return None


def _containers(expected: Any, observed: Any, tolerance: float) -> Difference | None:
    if not isinstance(observed, list | tuple):
        return Difference("type", f"expected {describe(expected)}, got {describe(observed)}")
    if len(observed) != len(expected):
        return Difference("length", f"expected {len(expected)} items, got {len(observed)}")
    for i, (e, o) in enumerate(zip(expected, observed, strict=True)):
        if found := difference(e, o, tolerance):
            inner = found.words if found.words.startswith("[") else f": {found.words}"
            return Difference(found.kind, f"[{i}]{inner}")
    return None


def _whole_numbers(expected: int, observed: Any) -> Difference | None:
    if isinstance(observed, np.ndarray) and observed.ndim == 0 and observed.dtype.kind in "iu":
        observed = int(observed)
    if type(observed) is not int:
        return Difference("type", f"expected a whole number (int), got {describe(observed)}")
    if observed != expected:
        return Difference("value", f"expected {expected}, got {observed}")
    return None


def _arrays(expected: np.ndarray, observed: Any, tolerance: float) -> Difference | None:
    array = as_numbers(observed)
    if array is None:
        return Difference("type", f"expected {describe(expected)}, got {describe(observed)}")
    if array.shape != expected.shape:
        return Difference("shape", f"expected shape {expected.shape}, got {array.shape}")
    if (array == expected).all():  # most are, and the rest takes ten times as long
        return None
    if (finite := np.isfinite(expected) & ~np.isfinite(array)).any():
        where = _first(finite)
        return Difference(
            "finite", f"{array[where]}{_at(where, ' at ')}, where a finite number belongs"
        )
    with np.errstate(all="ignore"):
        largest = np.max(np.abs(expected), initial=0.0, where=np.isfinite(expected))
        close = np.abs(array - expected) <= tolerance * (np.abs(expected) + largest)
    wrong = ~(
        (close & np.isfinite(expected))
        | (array == expected)
        | (np.isnan(expected) & np.isnan(array))
    )
    if wrong.any():
        where = _first(wrong)
        words = f"expected {expected[where]:.6g}{_at(where, ' at ')}, got {array[where]:.6g}"
        if wrong.size > 1:
            words += f" ({wrong.sum()} of {wrong.size} entries differ)"
        return Difference("value", words)
    return None


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
    left, todo = MOST_ENTRIES, list(nested[:MOST_ENTRIES])
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
