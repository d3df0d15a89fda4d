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
    """TimeoutError where this takes longer, so that a test fails instead of hanging."""

    def stop(*_):
        raise TimeoutError(f"not done after {seconds} seconds")

    signal.signal(signal.SIGALRM, stop)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
