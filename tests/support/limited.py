"""Limits that hold for this process during a test."""

import resource
import signal
from contextlib import contextmanager


@contextmanager
def largest_file(size):
    """Limit the size of the files that this process writes, which is like a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@contextmanager
def at_most(seconds):
    """Fail if the block takes more seconds, instead of waiting without end.

    It raises AssertionError, because no code under test catches this error.
    """

    def stop(*_):
        raise AssertionError(f"not done after {seconds} seconds")

    signal.signal(signal.SIGALRM, stop)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
