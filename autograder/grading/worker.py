"""Grade submissions in child processes, each with a warm sandbox, on this machine or a cluster."""

import contextlib
import os
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from ..sandbox.client import Sandbox
from ..sandbox.policy import Limits
from ..sandbox.turn import Turn
from .assignment import Assignment
from .beside import Beside
from .children import Children, OverranError, Work
from .chosen_notebook import choose_notebook
from .grade import Grader, rejected_notebook
from .result import Result, result_without_marks
from .submission import RejectedError

# How long we may compute for one submission. The time of the student's code does not count, because
# it runs in other processes.
CPU_SECONDS = 20.0
# No submission takes this long, because every step of a job has a limit of its own.
SECONDS = 3600.0

# The sandboxes of a process, by its number, kept because starting one is slow. A child must not use
# those that its parent has started.
_sandboxes: dict[tuple[int, Limits], Sandbox] = {}
_turn = Turn()  # of this process


@dataclass(frozen=True)
class Task:
    """One submission with everything that a worker needs to grade it.

    name: the file name. content: the bytes of the notebook. others: other files that may be the
    notebook, by their names. key: see batch.py. only: the only question to mark, or an empty text.
    beside: the files that lie beside the notebook.
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
    beside: Beside = field(default_factory=Beside)
    others: tuple[tuple[str, bytes], ...] = ()


Submit = Callable[[Task], "Future[Result]"]


@contextlib.contextmanager
def local_workers(count: int) -> Iterator[Submit]:
    """Yield a function that grades submissions on this machine.

    At most `count` jobs run at a time. If there are more processors, the answers of the jobs before
    are marked meanwhile, in twice as many processes, which take turns.
    """
    processes = count if count >= len(os.sched_getaffinity(0)) else 2 * count
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(processes) as threads:
        children = Children(replace(WORK, begin=partial(_take_turns, Path(folder), count)))
        children.start(processes)
        try:
            yield lambda task: threads.submit(_grade_in_a_child, children, task)
        finally:
            children.close()  # first, because otherwise we would wait for what they are doing
            threads.shutdown(cancel_futures=True)


def _take_turns(folder: Path, count: int, number: int) -> None:
    """Let this child share its turn with another one. number: that of the child."""
    global _turn
    _turn = Turn(folder / str(number % count))


def grade_in_child(task: Task) -> Result:
    """Grade a submission in a child of this process, such as a worker of a cluster."""
    return _grade_in_a_child(_children, task)


def grade_task(task: Task) -> Result:
    """Grade a submission in the warm sandbox of this process."""
    try:
        chosen = choose_notebook([(task.name, task.content), *task.others], task.assignment)
    except RejectedError as error:
        return rejected(task, error)
    sandbox = _sandboxes.setdefault((os.getpid(), task.limits), Sandbox(task.limits, _turn))
    grader = Grader(task.assignment, task.seed, sandbox, task.only, beside=task.beside)
    result = grader.grade(chosen.cells, task.student)
    if chosen.note:
        result.message = " ".join(filter(None, [chosen.note, result.message]))
    if chosen.doubtful:
        result.flagged = sorted({*result.flagged, task.assignment.first})
    return result


def close_sandboxes() -> None:
    """Close the warm sandboxes of this process."""
    for (process, _), sandbox in _sandboxes.items():
        if process == os.getpid():
            sandbox.close()


WORK = Work(lambda number: None, grade_task, close_sandboxes, CPU_SECONDS, SECONDS)
_children = Children(WORK)


def _grade_in_a_child(children: Children, task: Task) -> Result:
    try:
        result: Result = children.run(task)
    except OverranError as error:
        words = f"{task.name}: reading and marking it was stopped, because {error}"
        return rejected(task, RejectedError(words))
    return result


def rejected(task: Task, error: RejectedError) -> Result:
    """Return the result of a submission that cannot be read. A person should look at it."""
    made = result_without_marks(task.student, task.assignment, "rejected", "missing", str(error))
    made.flagged = [task.assignment.first]
    made.notebook = rejected_notebook(made, task.assignment)
    return made
