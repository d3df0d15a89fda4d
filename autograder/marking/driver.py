"""Driving code: call a driver on somebody's functions, and say in plain data what came of it.

The same lines run for a student's code in the sandbox, for a student's code in a notebook, for the
reference and for every misconception, so that nothing but the code under the driver differs.
"""

import linecache
import traceback
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from . import wire

MAX_TEXT = 400


class MissingAnswerError(Exception):
    """The driver asked for a name that the code under it does not define."""


class Namespace:
    """Somebody's code as attributes: `code.softmax` is the function of that name."""

    def __init__(self, names: Mapping[str, Any]) -> None:
        self._names = names

    def __getattr__(self, name: str) -> Any:
        try:
            return self._names[name]
        except KeyError:
            raise MissingAnswerError(name) from None


@dataclass(frozen=True)
class Outcome:
    """What driving one case came to.

    kind: "answer", "missing" (not defined, or a stub), "error", "timeout" or "lost" (the process
    ended without an answer). answer: what the driver returned. inputs: the inputs as the code left
    them. text: of an error, its one line.
    """

    kind: str
    answer: Any = None
    inputs: Any = None
    text: str = ""


def compile_driver(source: str) -> Callable[..., Any]:
    """Make the driver function out of its source, which may use `np` and nothing else."""
    scope: dict[str, Any] = {"np": np}
    name = f"<driver {zlib.crc32(source.encode()):x}>"
    linecache.cache[name] = (len(source), None, source.splitlines(True), name)  # for tracebacks
    exec(compile(source, name, "exec"), scope)
    return next(v for k, v in scope.items() if callable(v) and k not in ("np", "__builtins__"))


def drive(driver: Callable[..., Any], code: Any, inputs: Mapping[str, Any]) -> Outcome:
    """Drive code on one case's inputs, plain data, which are copied first. Never raises an Exception."""
    inputs = wire.plain(dict(inputs))
    try:
        with np.errstate(all="ignore"):
            answer = driver(code, **inputs)
    except MissingAnswerError as error:
        return Outcome("missing", text=f"{error} is not defined")
    except NotImplementedError:
        return Outcome("missing", text="not written yet")
    except (Exception, SystemExit) as error:
        return Outcome("error", text=describe_error(error))
    return Outcome("answer", answer=answer, inputs=inputs)


def describe_error(error: BaseException) -> str:
    """One line: the error, and the line of the notebook that raised it."""
    text = f"{type(error).__name__}: {error}".split("\n")[0]
    for frame, number in reversed(list(traceback.walk_tb(error.__traceback__))):
        file, name = frame.f_code.co_filename, frame.f_code.co_name
        line = linecache.getline(file, number).strip()
        if file.startswith("<driver"):
            text += f" (in the call {line})"
            break
        if file.startswith("<") or "ipykernel" in file:
            text += f" (in {name}: {line})" if line else f" (in {name})"
            break
    return text[:MAX_TEXT]
