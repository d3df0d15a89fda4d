"""Show values as short text, for the failing example in a verdict."""

from functools import lru_cache
from itertools import islice
from typing import Any

import numpy as np

from .compare import as_numbers, describe
from .driver import Outcome
from .question import Case
from .verdict import Example
from .wire import Opaque

MAX_LINES = 6
MAX_ITEMS = 12
MAX_AXES = 6
DIGITS = 4  # after the decimal point
MORE_DIGITS = (8, 12, 17)  # where the right value and the student's look the same
SMALL, LARGE = 1e-4, 1e5  # an array with a largest entry outside has powers of ten
MAX_REMEMBERED_BYTES = 1 << 10  # of an array whose text is remembered


def show_value(value: Any, digits: int = DIGITS) -> str:
    """Return a value as text of a few lines; one that is too long is cut.

    digits: the number of digits after the decimal point.
    """
    if isinstance(value, Opaque):
        return describe(value)
    if isinstance(value, dict):
        items = [f"{k} = {show_value(v, digits)}" for k, v in islice(value.items(), MAX_ITEMS)]
        return _cut(", ".join(items + ["..."] * (len(value) > MAX_ITEMS)))
    if isinstance(value, list | tuple) and as_numbers(value) is None:
        left, right = ("[", "]") if isinstance(value, list) else ("(", ")")
        items = [show_value(v, digits) for v in value[:MAX_ITEMS]] + ["..."] * (
            len(value) > MAX_ITEMS
        )
        return _cut(left + ", ".join(items) + right)
    if not isinstance(value, np.ndarray | list | tuple):
        return _cut(repr(value))
    array = np.asarray(value)
    if array.ndim > MAX_AXES:  # NumPy cuts long axes, but prints all of many short ones
        return describe(array)
    if array.dtype.kind not in "biufc" or array.nbytes > MAX_REMEMBERED_BYTES:
        return _cut(_array_text(array, digits))
    return _cut(_remembered_text(array.tobytes(), array.dtype.str, array.shape, digits))


def example(
    case: Case,
    expected: Outcome,
    observed: Outcome,
    faults: dict[str, str],
    explains: dict[str, str],
) -> Example:
    """Return a failing case as texts: the inputs, and both values of the parts that are lost.

    explains: words about some of the inputs, by name.
    """
    inputs = tuple(
        (name, _with_words(show_value(value), explains.get(name, "")))
        for name, value in case.inputs.items()
        if name not in explains or not _is_ordinary(name, value)
    )
    if observed.kind != "answer":
        right = tuple((part, show_value(expected.answer[part])) for part in faults)
        return Example(case.note, inputs, right)
    answer = observed.answer if isinstance(observed.answer, dict) else {}
    shown = {part: _both(expected.answer[part], answer.get(part)) for part in faults}
    right = tuple((part, texts[0]) for part, texts in shown.items())
    yours = tuple((part, texts[1]) for part, texts in shown.items())
    return Example(case.note, inputs, right, yours)


def _is_ordinary(name: str, value: Any) -> bool:
    """True for an input of the driver that asks for nothing special, such as one call."""
    return value is False or (name, value) == ("calls", 1)


def _with_words(text: str, words: str) -> str:
    """Return the text of a value with an explanation behind it."""
    if not words:
        return text
    return f"{text}\n({words})" if "\n" in text else f"{text}  ({words})"


def _both(right: Any, observed: Any) -> tuple[str, str]:
    """Return the texts of two different values, with as many digits as it takes to tell them."""
    texts = show_value(right), show_value(observed)
    for digits in MORE_DIGITS if texts[0] == texts[1] else ():
        texts = show_value(right, digits), show_value(observed, digits)
        if texts[0] != texts[1]:
            break
    return texts


def _array_text(array: np.ndarray, digits: int) -> str:
    """Return an array as NumPy shows it, with few digits and not too many entries."""
    sizes = np.abs(array[np.isfinite(array)]) if array.dtype.kind == "f" else np.zeros(0)
    largest = sizes.max(initial=0.0)
    return np.array2string(
        array,
        precision=digits,
        suppress_small=largest == 0 or SMALL <= largest <= LARGE,
        threshold=40,
        edgeitems=2,
        separator=", ",
    )


@lru_cache(maxsize=1 << 10)
def _remembered_text(data: bytes, dtype: str, shape: tuple[int, ...], digits: int) -> str:
    """Return the text of an array with these bytes, type and shape.

    It is remembered, because many students see the same example and NumPy takes long to write it.
    """
    return _array_text(np.frombuffer(data, dtype).reshape(shape), digits)


def _cut(text: str) -> str:
    lines = [line if len(line) <= 120 else line[:117] + "..." for line in text.splitlines()]
    return "\n".join(lines if len(lines) <= MAX_LINES else [*lines[: MAX_LINES - 1], "..."])
