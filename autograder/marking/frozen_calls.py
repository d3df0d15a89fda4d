"""The calls that right answers make to earlier functions, with what the reference returns.

If an earlier answer is wrong, a later one is judged again with right functions in its place. A kit
and a page have no reference, so their answer keys hold these calls: a stand-in finds a call by its
arguments and returns what the reference has returned. Of the arguments we keep only a few numbers,
because they are the inputs of the question and what other calls have returned.
"""

import inspect
import sys
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import CodeType, FrameType
from typing import Any

import numpy as np

from . import wire
from .compare import as_numbers

MAX_CALLS = 300  # of a question; an answer that makes more would hardly make the same calls
CLOSE = 1e-9  # of the size of an argument: it was computed in another way, or by another processor


@dataclass(frozen=True)
class Call:
    """A call of a function. arguments: the numbers that sum them up. result: what it returned."""

    name: str
    arguments: np.ndarray
    result: Any


class _TooManyError(BaseException):
    """A run makes more calls than we keep. A BaseException, because a driver catches the others."""


def calls_of(
    functions: Mapping[str, Any], runs: Iterable[Callable[[], Any]], known: Sequence[Call] = ()
) -> list[Call]:
    """Return the known calls and the others that the runs make to functions, in whatever way.

    A run with which there would be more than MAX_CALLS adds none, nor do those after it. Calls are
    left out if they fail, or if their result is not plain data.
    """
    codes = {f.__code__: name for name, f in functions.items() if hasattr(f, "__code__")}
    found = list(known)
    for run in runs:
        more = list(found)
        try:
            _record(codes, run, more)
        except _TooManyError:
            break
        found = more
    return found


def _record(codes: Mapping[CodeType, str], run: Callable[[], Any], found: list[Call]) -> None:
    """Append the calls that a run makes to functions with these codes."""
    known: dict[tuple[str, int], list[Call]] = defaultdict(list)
    for call in found:
        known[call.name, len(call.arguments)].append(call)
    begun: dict[FrameType, np.ndarray] = {}

    def note(frame: FrameType, event: str, result: Any) -> None:
        code = frame.f_code
        if code not in codes:
            return
        if event == "call":
            values = [frame.f_locals[name] for name in code.co_varnames[: code.co_argcount]]
            begun[frame] = summary(values)
        elif event == "return" and (arguments := begun.pop(frame, None)) is not None:
            alike = known[codes[code], len(arguments)]
            # None is what a call that fails seems to return.
            if result is None or not _is_plain(result) or _find(alike, arguments):
                return
            if len(found) >= MAX_CALLS:
                raise _TooManyError
            call = Call(codes[code], arguments, wire.plain(result))
            alike.append(call)
            found.append(call)

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        run()
    finally:
        sys.setprofile(before)


def stand_ins(calls: Iterable[Call], own: Mapping[str, Any]) -> dict[str, Callable[..., Any]]:
    """Return functions that return what the reference has returned in these calls.

    own: the student's functions by name. One of them answers a call that is not known.
    """
    by_name: dict[str, list[Call]] = defaultdict(list)
    for call in calls:
        by_name[call.name].append(call)
    return {name: _stand_in(name, known, own.get(name)) for name, known in by_name.items()}


def _stand_in(name: str, calls: list[Call], own: Any) -> Callable[..., Any]:
    def replayed(*args: Any, **kwargs: Any) -> Any:
        arguments = summary(_in_order(own, args, kwargs))
        alike = [call for call in calls if len(call.arguments) == len(arguments)]
        if call := _find(alike, arguments):
            return wire.plain(call.result)
        if own is None:
            raise NameError(f"name '{name}' is not defined")
        return own(*args, **kwargs)

    return replayed


def _in_order(function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> list[Any]:
    """Return the arguments of a call in the order of the function's parameters.

    Parameters with defaults are the student's own idea: no function that others call has them.
    """
    try:
        return list(inspect.signature(function).bind(*args, **kwargs).arguments.values())
    except (TypeError, ValueError):  # a call that does not fit, or a function without a signature
        return [*args, *kwargs.values()]


def _find(calls: list[Call], arguments: np.ndarray) -> Call | None:
    """Return the call with these arguments, up to rounding. All have as many numbers as they."""
    if not calls:
        return None
    known = np.stack([call.arguments for call in calls])
    close = np.abs(known[..., 0] - arguments[:, 0]) <= CLOSE * known[..., 1]
    return next((calls[i] for i in np.flatnonzero(close.all(axis=1))), None)


def summary(value: Any) -> np.ndarray:
    """Return numbers that sum up a value, each with its size, as an array of shape (n, 2).

    Lists of numbers count as arrays. Of an object that is not plain data only the type counts.
    """
    with np.errstate(all="ignore"):
        return np.array(list(_numbers(value)), dtype=float).reshape(-1, 2)


def _numbers(value: Any) -> Iterator[tuple[float, float]]:
    if isinstance(value, dict):
        value = [item for pair in value.items() for item in pair]
    if isinstance(value, list | tuple):
        value = [item.item() if isinstance(item, np.generic) else item for item in value]
    array = value if isinstance(value, np.ndarray | np.generic) else as_numbers(value)
    if array is not None and array.dtype.kind in "biuf":
        yield from ((length, length) for length in array.shape)
        entries = array.astype(float).ravel()
        weights = np.cos(np.arange(entries.size))  # so that swapped entries give another sum
        yield float(entries @ weights), float(np.abs(entries).sum())
    elif isinstance(value, list | tuple):
        yield len(value), 0.0
        for item in value:
            yield from _numbers(item)
    else:
        word = repr(value) if type(value) in wire.PLAIN else type(value).__name__
        yield zlib.crc32(word.encode()), 0.0


def _is_plain(value: Any) -> bool:
    """True if a value is plain data, with all that is in it."""
    if isinstance(value, list | tuple):
        return all(map(_is_plain, value))
    if isinstance(value, dict):
        return all(map(_is_plain, value.values()))
    return type(value) in wire.PLAIN or isinstance(value, np.ndarray | np.generic)
