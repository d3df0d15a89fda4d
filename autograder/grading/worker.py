"""The code that runs in a worker process: it grades one submission at a time in a warm sandbox."""

import ctypes
import os
import signal
import threading
from dataclasses import dataclass

from ..sandbox.client import Sandbox
from ..sandbox.policy import Limits
from .assignment import Assignment
from .grade import Grader
from .result import Result, result_without_marks
from .submission import RejectedError, parse

PR_SET_PDEATHSIG = 1

_sandboxes: dict[Limits, Sandbox] = {}  # kept between tasks, because starting one is slow
# A sandbox runs one job at a time, but a worker of a cluster may have many threads.
_one_at_a_time = threading.Lock()


@dataclass(frozen=True)
class Task:
    """One submission with everything that a worker needs to grade it.

    name: the file name. content: the bytes of the notebook. key: see batch.py. only: the only
    question to mark, or an empty text.
    """

    student: str
    assignment: Assignment
    name: str
    limits: Limits
    content: bytes = b""
    timestamp: str = ""
    seed: int = 0
    key: str = ""
    only: str = ""


def start_worker(parent: int) -> None:
    """Prepare a local worker: it dies with the process that started it, even if that is killed."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    # Only the process that started the workers handles Ctrl-C.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _sandboxes.clear()  # if the parent has graded, too, its sandboxes are not ours to use
    if os.getppid() != parent:  # the parent died before prctl could take effect
        os._exit(1)


def grade_task(task: Task) -> Result:
    """Grade one submission in the warm sandbox of this process."""
    try:
        submitted = parse(task.content, task.name)
    except RejectedError as error:
        return rejected(task, error)
    with _one_at_a_time:
        sandbox = _sandboxes.setdefault(task.limits, Sandbox(task.limits))
        grader = Grader(task.assignment, task.seed, sandbox, task.only)
        return grader.grade(submitted, task.student)


def rejected(task: Task, error: RejectedError) -> Result:
    """Return the result of a submission that cannot be read."""
    return result_without_marks(task.student, task.assignment, "rejected", "missing", str(error))
