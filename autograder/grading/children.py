"""Run tasks in child processes, so that a task that hangs or dies harms no other task.

The kernel kills a child that computes for too long, whatever it is doing. A child that dies is
replaced, and its task is tried again.
"""

import contextlib
import ctypes
import multiprocessing
import os
import select
import signal
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from multiprocessing import connection
from typing import Any

MAX_ATTEMPTS = 3
END_SECONDS = 2.0  # how long a child may take to end before it is killed
PR_SET_PDEATHSIG = 1


class OverranError(RuntimeError):
    """An error for a task that computed for longer than it may."""


class ChildLostError(RuntimeError):
    """An error for a task whose child died or did not answer. This need not be the task's fault."""


@dataclass(frozen=True)
class Work:
    """The work of child processes, and its limits.

    begin: the function that a child calls first, with its number. run: the function that it applies
    to a task. finish: the function that it calls before it ends. cpu_seconds: how long the child
    may compute for one task. seconds: how long we wait for a task.
    """

    begin: Callable[[int], None]
    run: Callable[[Any], Any]
    finish: Callable[[], None]
    cpu_seconds: float
    seconds: float


class Children:
    """Child processes, one for each thread that runs tasks."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._lock = threading.Lock()
        self._idle: list[Child] = []
        self._all: list[Child] = []
        self._closed = False

    def start(self, count: int) -> None:
        """Start children before they are needed."""
        self._idle += [self._new_child() for _ in range(count)]

    def run(self, task: Any) -> Any:
        """Return the result of a task, or raise its exception. Many threads may call this.

        Raises OverranError if the task computes for too long, and ChildLostError if it has lost
        MAX_ATTEMPTS children.
        """
        for attempt in range(1, MAX_ATTEMPTS + 1):
            child = self._take()
            try:
                result, error = child.run(task)
            except (OverranError, ChildLostError) as lost:
                if isinstance(lost, OverranError) or self._closed or attempt == MAX_ATTEMPTS:
                    raise
            else:
                self._idle.append(child)
                if error is not None:
                    raise error
                return result

    def close(self) -> None:
        """End all children, whatever they are doing. A thread that waits for one gets an error."""
        with self._lock:
            self._closed = True
            children, self._all = self._all, []
        for child in children:
            child.stop()
        for child in children:
            child.wait()

    def _take(self) -> "Child":
        with self._lock:
            return self._idle.pop() if self._idle else self._new_child()

    def _new_child(self) -> "Child":
        if self._closed:
            raise ChildLostError("grading was stopped")
        self._all.append(Child(self._work, len(self._all)))
        return self._all[-1]


class Child:
    """A process, forked from this one, that runs one task after another."""

    def __init__(self, work: Work, number: int) -> None:
        self._work = work
        self._pipe, theirs = multiprocessing.Pipe()
        parent = os.getpid()
        # Python would lose a Ctrl-C that comes in the middle of a fork, so it waits.
        mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        self._pid = os.fork()
        if self._pid == 0:
            _serve(theirs, parent, partial(work.begin, number), work)  # never returns
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        theirs.close()
        self._end = os.pidfd_open(self._pid)  # readable when the child has ended

    def run(self, task: Any) -> tuple[Any, BaseException | None]:
        """Return the result of a task, or None and the exception that it raised.

        Raises OverranError or ChildLostError. The child is dead then.
        """
        with contextlib.suppress(OSError, EOFError):
            self._pipe.send(task)
            # We watch the process, too. The pipe may not tell us of its death, because a child
            # that was forked at the same time may hold a copy of the other end.
            connection.wait([self._pipe, self._end], self._work.seconds)
            if self._pipe.poll():
                answer: tuple[Any, BaseException | None] = self._pipe.recv()
                return answer
        if self._kill() == signal.SIGPROF:
            raise OverranError(f"it took more than {self._work.cpu_seconds:g} seconds of computing")
        raise ChildLostError("the process that graded it was lost")

    def stop(self) -> None:
        """Tell the child to end, and do not wait for that."""
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._end, signal.SIGTERM)

    def wait(self) -> None:
        """Wait until the child has ended; if that takes too long, kill it."""
        select.select([self._end], [], [], END_SECONDS)
        self._kill()
        with contextlib.suppress(ChildProcessError):
            os.waitpid(self._pid, 0)

    def _kill(self) -> int:
        """Kill the child unless it is dead. Return the signal or the exit code of its death."""
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._end, signal.SIGKILL)
        # WNOWAIT keeps the number of the dead child for it until wait() is called.
        ended = os.waitid(os.P_PIDFD, self._end, os.WEXITED | os.WNOWAIT)
        assert ended is not None
        return ended.si_status


def _serve(
    pipe: "connection.Connection[Any, Any]", parent: int, begin: Callable[[], None], work: Work
) -> None:
    """Run the tasks that come through a pipe, until this child is told to end."""
    try:
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # only the parent handles Ctrl-C
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
        signal.signal(signal.SIGTERM, lambda *_: sys.exit())
        # The kernel then kills us when the time is over, even inside a function written in C.
        signal.signal(signal.SIGPROF, signal.SIG_DFL)
        begin()
        while os.getppid() == parent:  # otherwise it died before prctl could take effect
            pipe.send(_answer(work, pipe.recv()))
    finally:
        work.finish()
        os._exit(0)


def _answer(work: Work, task: Any) -> tuple[Any, BaseException | None]:
    """Run a task within its time, and return its result or the exception that it raised."""
    signal.setitimer(signal.ITIMER_PROF, work.cpu_seconds)
    try:
        return work.run(task), None
    except Exception as error:
        return None, error
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
