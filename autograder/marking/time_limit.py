"""Stop code that runs too long, in this thread, and leave nothing behind.

A timer of the kernel does it where there is one. Elsewhere (on Windows, in a page, in a thread) we
look at the clock at every line of Python, which costs time but works everywhere. Neither can stop
a call of NumPy before it returns.
"""

import math
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

AGAIN = 0.05  # seconds until we stop code again that has caught the first stop


class OutOfTimeError(BaseException):
    """The error that ends code at its time limit.

    It is not an Exception, so that `except Exception` in the code does not catch it.
    """


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Raise OutOfTimeError in the body of this `with` once it has run for some seconds.

    If no seconds are left, it is raised before the body runs.
    """
    if seconds <= 0:
        raise OutOfTimeError
    if seconds == math.inf:
        yield
        return
    stop = _by_timer if _has_timer() else _by_clock
    with stop(seconds):
        yield


def _has_timer() -> bool:
    in_main = threading.current_thread() is threading.main_thread()
    return in_main and hasattr(signal, "setitimer") and hasattr(signal, "SIGALRM")


@contextmanager
def _by_timer(seconds: float) -> Iterator[None]:
    running = True

    def stop(*_: Any) -> None:
        if running:  # a signal can come while the timer is being switched off
            raise OutOfTimeError

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds, AGAIN)
    try:
        yield
    finally:
        running = False
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@contextmanager
def _by_clock(seconds: float) -> Iterator[None]:
    end = time.monotonic() + seconds

    def at_a_line(*_: Any) -> Any:
        if time.monotonic() > end:
            raise OutOfTimeError
        return at_a_line

    before = sys.gettrace()
    if before is None:  # otherwise a debugger is at work, which a person can stop
        sys.settrace(at_a_line)
    try:
        yield
    finally:
        sys.settrace(before)
