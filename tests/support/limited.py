"""Limits of this process for the length of a test."""

import resource
import signal
from contextlib import contextmanager


@contextmanager
def largest_file(size):
    """No file of this process may grow beyond so many bytes, as on a disk that is full."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@contextmanager
def at_most(seconds):
    """Fail where this takes longer, instead of hanging: no code under test expects this error."""

    def stop(*_):
        raise AssertionError(f"not done after {seconds} seconds")

    signal.signal(signal.SIGALRM, stop)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
