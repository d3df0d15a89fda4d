"""Run code through a driver and record the outcome.

A driver is a short function that calls the functions of a question and returns their results. The
same driver runs a student's code (in the sandbox or in a notebook), the reference and every
misconception, so that their outcomes differ only if the code differs.
"""

import linecache
import traceback
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from . import wire
from .compare import converted
from .errors import MAX_TEXT, in_words
from .missing import undefined, unfinished
from .results import Results


class MissingAnswerError(Exception):
    """The driver uses a name that the code does not define."""


class Namespace:
    """The names that some code defines, as attributes: `code.softmax` is its function softmax."""

    def __init__(self, names: Mapping[str, Any]) -> None:
        self._names = names
        self._results = Results()

    def _received(self, value: Any, function: str, names: tuple[str, ...]) -> Any:
        """Return a value that the driver is going to unpack, after a note of it."""
        return self._results.take(value, function, names)

    def __dir__(self) -> list[str]:
        return [name for name, value in self._names.items() if callable(value)]

    def __getattr__(self, name: str) -> Any:
        try:
            return self._names[name]
        except KeyError:
            raise MissingAnswerError(name) from None


@dataclass(frozen=True)
class Outcome:
    """The outcome of running one case.

    kind: "answer", "missing" (the function is not defined, or still a stub), "error", "timeout" or
    "lost" (the process ended without an answer). answer: what the driver returned. inputs: the
    inputs after the run if the code has changed them, otherwise None. text: one line about the
    error, as Python shows it. place: the student's line, in words that follow "stopped with an
    error". says: what went wrong, in words for the student; for an answer, that the driver has
    unpacked something that was no tuple.
    """

    kind: str
    answer: Any = None
    inputs: Any = None
    text: str = ""
    place: str = ""
    says: str = ""

    def part(self, name: str) -> Any:
        """Return the value of a part of the answer, or None if there is none."""
        return self.answer.get(name) if isinstance(self.answer, dict) else None

    def converted(self, answer: Any, inputs: Any) -> "Outcome":
        """Return this outcome in a form that can be compared fast.

        answer, inputs: the right answer, and the inputs of the case.
        """
        return replace(
            self,
            answer=converted(self.answer, answer),
            inputs=converted(self.inputs, inputs),
        )


def compile_driver(source: str) -> Callable[..., Any]:
    """Return the driver function with this source, which may use `np` but no other module."""
    scope: dict[str, Any] = {"np": np}
    name = f"<driver {zlib.crc32(source.encode()):x}>"
    linecache.cache[name] = (
        len(source),
        None,
        source.splitlines(True),
        name,
    )  # so that errors can show its lines
    exec(compile(source, name, "exec"), scope)
    return next(v for k, v in scope.items() if callable(v) and k not in ("np", "__builtins__"))


def drive(driver: Callable[..., Any], code: Namespace, inputs: Mapping[str, Any]) -> Outcome:
    """Run a driver with some code and the inputs of one case, and return the outcome.

    The inputs are plain data and are copied first. An error of the code becomes an outcome; only a
    BaseException such as KeyboardInterrupt passes through.
    """
    given = wire.plain(dict(inputs))
    try:
        with np.errstate(all="ignore"):
            answer = driver(code, **given)
    except MissingAnswerError as error:
        return Outcome("missing", text=undefined(str(error), dir(code)))
    except NotImplementedError as error:
        return Outcome("missing", text=unfinished(raised_in(error)))
    except (Exception, SystemExit) as error:
        return Outcome("error", **in_words(error, code._results))
    left = None if is_same(inputs, given) else given
    return Outcome("answer", answer=answer, inputs=left, says=code._results.odd)


def is_same(before: Any, after: Any) -> bool:
    """True if plain data are the same to the last bit. False means only that we are not sure."""
    if type(before) is not type(after):
        return False
    if isinstance(before, np.ndarray):
        alike = before.dtype == after.dtype and before.shape == after.shape
        return alike and before.tobytes() == after.tobytes()
    if isinstance(before, dict):
        return before.keys() == after.keys() and all(
            is_same(v, after[k]) for k, v in before.items()
        )
    if isinstance(before, list | tuple):
        return len(before) == len(after) and all(map(is_same, before, after))
    return bool(before == after)


def raised_in(error: BaseException) -> str:
    """Return the name of the function that raised an error."""
    frames = [frame for frame, _ in traceback.walk_tb(error.__traceback__)]
    return frames[-1].f_code.co_name if frames else ""


def describe_error(error: BaseException) -> str:
    """Return one line with the error and, if it can be found, the student's line that raised it."""
    text = f"{type(error).__name__}: {error}".split("\n")[0]
    if isinstance(error, SyntaxError) and error.lineno and error.text:
        text = f"{type(error).__name__}: {error.msg} (in line {error.lineno}: {error.text.strip()})"
    for frame, number in reversed(list(traceback.walk_tb(error.__traceback__))):
        file, name = frame.f_code.co_filename, frame.f_code.co_name
        line = linecache.getline(file, number).strip()
        # From the innermost frame outwards: the first one that is not in a library. "<…>" is a
        # cell.
        if file.startswith("<") or "ipykernel" in file:
            text += f" (in {name}: {line})" if line else f" (in {name})"
            break
    return text[:MAX_TEXT]
