"""Many submissions through an executor; one writer for gradebook, notebooks and results."""

import ctypes
import hashlib
import json
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace
from functools import cache
from heapq import merge
from pathlib import Path
from typing import Any

from sqlalchemy.exc import OperationalError, SQLAlchemyError

from ..marking.judge import Verdict
from ..sandbox.client import Sandbox
from ..sandbox.policy import Limits
from .grade import Result, grade_submission, released_notebook, submission_seed, unmarked
from .gradebook import Writer, prepare
from .notebook import Notebook, grade_id, read_notebook, write_notebook
from .pool import Pool
from .submission import RejectedError, parse, read_file

PR_SET_PDEATHSIG = 1
HALF_KEY = 32
WRITTEN_AT_A_TIME = 16
LONGEST_HELD = 1.0  # seconds


@dataclass(frozen=True)
class Task:
    """One submission on its way to a worker: everything that grading it takes."""

    student: str
    assignment: str
    name: str
    released: Notebook
    limits: Limits
    content: bytes = b""
    timestamp: str = ""
    seed: int = 0
    key: str = ""
    only: str = ""


@dataclass(frozen=True)
class Plan:
    """What to grade and where to. regrade: the one question that is to be marked again."""

    course: Path
    assignment: str
    secret: bytes
    db_url: str
    root: Path
    ahead: int = 8
    regrade: str = ""
    limits: Limits = field(default_factory=Limits)


def find_submissions(course: Path, assignment: str) -> list[tuple[str, Path]]:
    """(student, notebook file) of everybody who handed in a folder, sorted by name."""
    folders = sorted((course / "submitted").glob(f"*/{assignment}"))
    return [(folder.parent.name, folder / f"{assignment}.ipynb") for folder in folders]


def grade_batch(plan: Plan, make_executor: Callable[[], Executor]) -> Iterator[Result]:
    """Grade every submission that is new or changed, and record it.

    Yields each result once it is recorded; of a submission that stays as it was, nothing. ahead
    bounds how many submissions are in memory. A lost worker costs nobody marks.
    """
    prepare(plan.db_url, plan.assignment, released_notebook(plan.root, plan.assignment))
    writer = Writer(plan.db_url, plan.assignment)
    # Workers are forked, and must not inherit a connection.
    pool = Pool(grade_task, make_executor, before_start=writer.close)
    try:
        graded = _graded(_tasks(plan, writer.known()), pool, plan.ahead)
        for group in _together(graded):
            yield from _record(plan, writer, group)
    finally:
        pool.close()
        writer.close()


def _tasks(plan: Plan, known: dict[str, str]) -> Iterator[tuple[Task, Result | None]]:
    """What there is to grade; with its result already where it needs no worker."""
    released = released_notebook(plan.root, plan.assignment)
    for student, path in find_submissions(plan.course, plan.assignment):
        task = Task(student, plan.assignment, path.name, released, plan.limits)
        rejection = None
        try:
            seed = submission_seed(plan.secret, student, plan.assignment)
            content, timestamp = _content(plan, student, path), _timestamp(path)
        except UnicodeEncodeError:
            yield task, failed(task, ValueError("the name of the folder is not UTF-8: rename it"))
            continue
        except OSError as error:
            yield task, failed(task, error)
            continue
        except RejectedError as error:
            content, timestamp, rejection = str(error).encode(), "", rejected(task, error)
        key = _key(plan, content, timestamp, seed)
        before = known.get(student, "") if _notebook(plan, student).exists() else ""
        # What is marked again is a question of a submission that is as it was, by whichever grader.
        again = plan.regrade if before[:HALF_KEY] == key[:HALF_KEY] else ""
        if before != key or again:
            task = replace(
                task, content=content, timestamp=timestamp, seed=seed, key=key, only=again
            )
            yield task, rejection


def _content(plan: Plan, student: str, path: Path) -> bytes:
    """The bytes of a submission, which must be a file of that student's own."""
    own = os.path.join(os.path.realpath(plan.course / "submitted"), student, plan.assignment)
    if os.path.realpath(path.parent) != own:
        raise RejectedError(f"{path.name}: a link to another folder is not read")
    return read_file(path)


def _timestamp(path: Path) -> str:
    """What nbgrader's exchange wrote down as the time of submission."""
    file = path.parent / "timestamp.txt"
    if file.is_symlink() or not file.is_file() or file.stat().st_size > 100:
        return ""
    return file.read_text(errors="replace")


def _key(plan: Plan, content: bytes, timestamp: str, seed: int) -> str:
    """What a result depends on: one half for the submission and its seed, one half for the grader."""
    submission = hashlib.sha256(content + f"\0{timestamp}\0{seed}".encode())
    grader = hashlib.sha256(grader_version(plan.root) + repr(plan.limits).encode())
    return submission.hexdigest()[:HALF_KEY] + grader.hexdigest()[:HALF_KEY]


@cache
def grader_version(root: Path) -> bytes:
    """A digest of everything of ours that can change a mark: grader, bank, reference, notebooks."""
    digest = hashlib.sha256()
    for folder, pattern in (
        ("autograder", "*.py"),
        ("solutions/backprop", "*"),
        ("exercises", "*.ipynb"),
    ):
        for path in sorted((root / folder).rglob(pattern)):
            if path.is_file() and "__pycache__" not in path.parts:
                digest.update(path.relative_to(root).as_posix().encode() + path.read_bytes())
    return digest.digest()


def _graded(
    tasks: Iterator[tuple[Task, Result | None]], pool: Pool, ahead: int
) -> Iterator[list[tuple[Task, Result]]]:
    """Groups of results, as they come; `ahead` submissions are under way at a time."""

    def collect() -> list[tuple[Task, Result]]:
        return [
            (task, failed(task, found) if isinstance(found, BaseException) else found)
            for task, found in pool.collect()
        ]

    for task, result in tasks:
        if result is not None:
            yield [(task, result)]
            continue
        pool.submit(task)
        if len(pool) >= ahead:
            yield collect()
    while len(pool):
        yield collect()


def _together(groups: Iterator[list[tuple[Task, Result]]]) -> Iterator[list[tuple[Task, Result]]]:
    """Larger groups: a transaction costs more than what is written in it."""
    held: list[tuple[Task, Result]] = []
    oldest = 0.0
    for group in groups:
        oldest = oldest if held else time.monotonic()
        held += group
        if len(held) >= WRITTEN_AT_A_TIME or time.monotonic() - oldest > LONGEST_HELD:
            yield held
            held = []
    if held:
        yield held


def failed(task: Task, error: BaseException) -> Result:
    """The result of a submission that we failed to grade; it is not recorded."""
    words = f"{type(error).__name__}: {error}".split("\n")[0][:300]
    return unmarked(task.student, task.assignment, "failed", "error", words)


def rejected(task: Task, error: RejectedError) -> Result:
    """The result of a submission that cannot be read."""
    return unmarked(task.student, task.assignment, "rejected", "missing", str(error))


def write_results(plan: Plan, path: Path, failures: list[dict[str, Any]]) -> None:
    """One JSON object a line, sorted by student: what is on record, and what failed just now."""
    students = {student for student, _ in find_submissions(plan.course, plan.assignment)}
    students -= {record["student"] for record in failures}
    writer = Writer(plan.db_url, plan.assignment)
    records = merge(
        writer.records(students),
        sorted(failures, key=lambda record: record["student"]),
        key=lambda record: record["student"],
    )
    with path.open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(record) + "\n" for record in records)
    writer.close()


# --- in a worker ------------------------------------------------------------------------------

_sandboxes: dict[Limits, Sandbox] = {}  # warm ones of this process
# A sandbox takes one job at a time, and the worker of a cluster may have many threads.
_one_at_a_time = threading.Lock()


def start_worker(parent: int) -> None:
    """Tie a local worker to the process that started it, which may be killed."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the coordinator
    if os.getppid() != parent:
        os._exit(1)


def grade_task(task: Task) -> Result:
    """Grade one submission in this process's warm sandbox."""
    try:
        submitted = parse(task.content, task.name)
    except RejectedError as error:
        return rejected(task, error)
    with _one_at_a_time:
        sandbox = _sandboxes.setdefault(task.limits, Sandbox(task.limits))
        return grade_submission(
            submitted, task.student, task.assignment, task.seed, task.released, sandbox, task.only
        )


# --- recording --------------------------------------------------------------------------------


def _record(plan: Plan, writer: Writer, group: list[tuple[Task, Result]]) -> Iterator[Result]:
    """Write what was graded, together where that works, else one by one."""
    graded = []
    for task, result in group:
        if result.status == "failed":  # a fault of ours must not become a zero
            yield result
            continue
        try:
            if task.only and result.status == "graded":
                result = _merged(plan, writer, task.only, result)
            _write_notebook(plan, result)
            graded.append((task, result))
        except (OSError, ValueError) as error:
            yield failed(task, error)
    for result in _written(writer, graded):
        yield replace(result, notebook="")


def _written(writer: Writer, graded: list[tuple[Task, Result]]) -> Iterator[Result]:
    try:
        if graded:
            writer.write([(task.key, task.timestamp, result) for task, result in graded])
        yield from (result for _, result in graded)
    except OperationalError:  # the database is gone for good, not one row wrong
        raise
    except SQLAlchemyError as error:
        if len(graded) == 1:
            yield failed(graded[0][0], error)
        else:
            for one in graded:
                yield from _written(writer, [one])


def _merged(plan: Plan, writer: Writer, only: str, result: Result) -> Result:
    """What is on record of a student, with one question marked anew."""
    (record,) = writer.records([result.student])
    anew = {verdict.id: verdict for verdict in result.questions}
    questions = [anew.get(q["id"]) or Verdict(**q) for q in record["questions"]]
    score = float(sum(verdict.score for verdict in questions))
    most = float(sum(verdict.max_score for verdict in questions))
    notebook = read_notebook(_notebook(plan, result.student))
    outputs = {grade_id(cell): cell.get("outputs") for cell in json.loads(result.notebook)["cells"]}
    for cell in notebook["cells"]:
        if grade_id(cell) == only:
            cell["outputs"] = outputs[only]
    text = write_notebook(notebook)
    return replace(result, score=score, max_score=most, questions=questions, notebook=text)


def _notebook(plan: Plan, student: str) -> Path:
    return plan.course / "autograded" / student / plan.assignment / f"{plan.assignment}.ipynb"


def _write_notebook(plan: Plan, result: Result) -> None:
    """At once or not at all, and before the gradebook says that it is there."""
    path = _notebook(plan, result.student)
    path.parent.mkdir(parents=True, exist_ok=True)
    released = plan.root / "exercises" / plan.assignment / path.name
    part = path.with_suffix(".part")
    part.write_text(result.notebook or released.read_text(encoding="utf-8"), encoding="utf-8")
    os.replace(part, path)
