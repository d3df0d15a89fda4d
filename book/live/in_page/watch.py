"""Stop the reader's code when it has run for too long, and tell in which line that happened.

A page has no timer that could interrupt Python. So Python calls us at every jump and at the start
of every function. This cannot stop one long call of NumPy, nor code that catches every error. The
page itself stops these, by ending the worker.
"""

import math
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import CodeType
from typing import Any

from autograder.marking.time_limit import OutOfTimeError

TOOL = 4  # a number that Python leaves to programs like this one
EVENTS = sys.monitoring.events


class Watch:
    """A watch over the code in a file of the reader while it runs.

    seconds: the time for all code of the reader together. stopped: the number of the line that was
    running at the first stop, or None. failed: for each error that has left a function of the
    reader, the number of the line.
    """

    def __init__(self, file: str, seconds: float) -> None:
        self._file = file
        self._end, self._last = math.inf, time.monotonic() + seconds
        self._error: BaseException | None = None
        self.stopped: int | None = None
        self.failed: list[int] = []

    @contextmanager
    def running(self) -> Iterator[None]:
        """Watch the code that runs in the body of this `with`."""
        monitoring = sys.monitoring
        monitoring.use_tool_id(TOOL, "a page of the book")
        for event in (EVENTS.JUMP, EVENTS.PY_START):
            monitoring.register_callback(TOOL, event, self._look_at_the_clock)
        monitoring.register_callback(TOOL, EVENTS.PY_UNWIND, self._note_error)
        monitoring.set_events(TOOL, EVENTS.JUMP | EVENTS.PY_START | EVENTS.PY_UNWIND)
        try:
            yield
        finally:
            monitoring.set_events(TOOL, 0)
            monitoring.free_tool_id(TOOL)
            self._error = None

    @contextmanager
    def time_limit(self, seconds: float) -> Iterator[None]:
        """Raise OutOfTimeError in the body of this `with` once it has run for some seconds.

        This replaces the function of the marking with this name.
        """
        before, self._end = self._end, min(self._last, time.monotonic() + seconds)
        try:
            if time.monotonic() >= self._end:
                raise OutOfTimeError
            yield
        finally:
            self._end = before

    def _look_at_the_clock(self, code: CodeType, *_: Any) -> Any:
        """Raise OutOfTimeError if the time is over, but not in code of a library.

        There the error could hit the code that ends this watch.
        """
        if not code.co_filename.startswith("<") or code.co_filename.startswith("<frozen"):
            return sys.monitoring.DISABLE
        if time.monotonic() < self._end:
            return None
        if self.stopped is None:
            self.stopped = self._line()
        raise OutOfTimeError

    def _line(self) -> int | None:
        """Return the number of the line of the reader that is running now."""
        frame = sys._getframe()
        while frame and frame.f_code.co_filename != self._file:
            frame = frame.f_back
        return frame and frame.f_lineno

    def _note_error(self, code: CodeType, _: int, error: BaseException) -> None:
        """Note the line from which an error leaves a function, if that is the innermost one."""
        if code.co_filename == self._file and error is not self._error:
            self._error = error
            if error.__traceback__:
                self.failed.append(error.__traceback__.tb_lineno)
