"""Grade many submissions through an executor, and record the results.

The workers only grade. All results are written by this process, into the gradebook and into files.
"""

import hashlib
import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, wait
from dataclasses import dataclass, field, replace
from functools import cache
from heapq import merge
from pathlib import Path
from typing import Any

from sqlalchemy.exc import OperationalError

from ..marking.verdict import from_record
from ..sandbox.policy import Limits
from .assignment import Assignment
from .beside import Beside, read_beside
from .course_folder import CourseFolder
from .files import TIME, in_place, keep_beside, small_text, write_whole
from .gradebook import HALF_KEY, Writer, prepare
from .hand_in import find_submissions, read_hand_in
from .notebook import grade_id, read_notebook, write_notebook
from .result import Result, result_without_marks, total
from .submission import RejectedError
from .timestamp import parse_time
from .version import submission_seed
from .worker import Submit, Task, rejected

# Folders whose files cannot change a mark, because the grading imports nothing of them.
NO_MARKS = {"__pycache__", "authoring", "commands", "desk"}
MIN_WRITTEN = 16  # results in one transaction, unless they have waited too long
MAX_HELD_SECONDS = 1.0  # how long a result may wait to be written


@dataclass(frozen=True)
class Plan:
    """The settings of a batch: what to grade, and where to record it.

    root: the folder of this project. ahead: the number of submissions in memory at a time. regrade:
    the only question to mark again, or an empty text. passed: called for each submission that need
    not be graded again.
    """

    course: CourseFolder
    assignment: Assignment
    secret: bytes
    db_url: str
    root: Path
    ahead: int = 8
    regrade: str = ""
    limits: Limits = field(default_factory=Limits)
    passed: Callable[[], None] = lambda: None


def grade_batch(plan: Plan, submit: Submit) -> Iterator[Result]:
    """Grade every submission that is new or changed, and record it.

    submit: gives a task to a worker. Yields each result after it is recorded, and nothing for a
    submission that has not changed. No student loses marks because a worker dies.
    """
    prepare(plan.db_url, plan.assignment, plan.course.course_id)
    writer = Writer(plan.db_url, plan.assignment.name)
    try:
        graded = finished(tasks_of(plan, writer.known()), submit, plan.ahead)
        for group in _grouped(graded):
            yield from _record(plan, writer, group)
    finally:
        writer.close()


def tasks_of(plan: Plan, known: dict[str, str]) -> Iterator[tuple[Task, Result | None]]:
    """Yield the tasks of a batch. A task that needs no worker comes with its result."""
    for student, folder in find_submissions(plan.course.step("submitted"), plan.assignment.name):
        task = Task(student, plan.assignment, f"{plan.assignment.name}.ipynb", plan.limits)
        try:
            made = list(_task(plan, task, folder, known.get(student, "")))
            if not made:
                plan.passed()
            yield from made
        except UnicodeEncodeError:
            yield task, failed(task, ValueError("the name of the folder is not UTF-8: rename it"))
        except Exception as error:  # whatever is wrong with one submission, the others go on
            yield task, failed(task, error)


def _task(plan: Plan, task: Task, folder: Path, known: str) -> Iterator[tuple[Task, Result | None]]:
    """Yield the task of a submission, or nothing if it does not have to be graded again.

    known: the key under which the submission was graded before, or an empty text.
    """
    seed = submission_seed(plan.secret, task.student, plan.assignment.name)
    rejection, beside, timestamp = None, Beside(), ""
    try:
        files, place = read_hand_in(folder, plan.course.step("submitted"), plan.assignment.name)
        timestamp, beside = _timestamp(folder), read_beside(place)
    except RejectedError as error:
        files, rejection = [("", str(error).encode())], rejected(task, error)
    (name, content), *others = files
    key = _key(plan, _content(files) + beside.digest, timestamp, seed)
    before = known if _notebook(plan, task.student).exists() else ""
    # One question alone is marked again only if the submission itself is unchanged. The grader may
    # have changed.
    again = plan.regrade if before[:HALF_KEY] == key[:HALF_KEY] else ""
    if before != key or again:
        ready = replace(task, content=content, timestamp=timestamp, seed=seed, key=key, only=again)
        yield replace(ready, name=name, others=tuple(others), beside=beside), rejection


def _content(files: list[tuple[str, bytes]]) -> bytes:
    """Return the bytes that tell one submission from another: of a single file, its own."""
    (name, content), *others = files
    return b"".join([content, *(f"\0{n}\0{len(c)}\0".encode() + c for n, c in others)])


def _timestamp(folder: Path) -> str:
    """Return the time of submission as nbgrader's exchange recorded it, or an empty text."""
    return small_text(folder / TIME) or ""


def _key(plan: Plan, content: bytes, timestamp: str, seed: int) -> str:
    """Return the key of a result: a digest of all that it depends on.

    The first half is for the submission and its seed, the second for the grader and its settings.
    """
    submission = hashlib.sha256(content + f"\0{timestamp}\0{seed}".encode())
    asked = grader_version(plan.root) + plan.assignment.digest + repr(plan.limits).encode()
    grader = hashlib.sha256(asked)
    return submission.hexdigest()[:HALF_KEY] + grader.hexdigest()[:HALF_KEY]


@cache
def grader_version(root: Path) -> bytes:
    """Return a digest of all files that can change a mark: grader, bank, reference, notebooks."""
    digest = hashlib.sha256()
    for folder, pattern in (
        ("autograder", "*.py"),
        ("solutions/backprop", "*"),
        ("exercises", "*.ipynb"),
    ):
        for path in sorted((root / folder).rglob(pattern)):
            parts = path.relative_to(root).parts
            if path.is_file() and not NO_MARKS & set(parts):
                digest.update(path.relative_to(root).as_posix().encode() + path.read_bytes())
    return digest.digest()


def finished(
    tasks: Iterator[tuple[Task, Result | None]], submit: Submit, ahead: int
) -> Iterator[list[tuple[Task, Result]]]:
    """Yield groups of results as they are finished; at most `ahead` tasks are in work at a time."""
    under_way: dict[Future[Result], Task] = {}

    def collect() -> list[tuple[Task, Result]]:
        finished = wait(under_way, return_when=FIRST_COMPLETED).done
        return [_outcome(under_way.pop(future), future) for future in finished]

    try:
        for task, result in tasks:
            if result is not None:
                yield [(task, result)]
                continue
            try:
                under_way[submit(task)] = task
            except Exception as error:  # the cluster may be gone
                yield [(task, failed(task, error))]
            if len(under_way) >= ahead:
                yield collect()
        while under_way:
            yield collect()
    finally:
        for future in under_way:
            future.cancel()


def _outcome(task: Task, future: "Future[Result]") -> tuple[Task, Result]:
    """Return a task with its result, which says so if we failed to grade it."""
    if future.cancelled():  # by a cluster that has stopped
        return task, failed(task, CancelledError("the cluster is gone"))
    error = future.exception()
    return task, failed(task, error) if error else future.result()


def _grouped(groups: Iterator[list[tuple[Task, Result]]]) -> Iterator[list[tuple[Task, Result]]]:
    """Merge small groups, because opening a transaction costs more than writing its rows."""
    held: list[tuple[Task, Result]] = []
    oldest = 0.0
    for group in groups:
        oldest = oldest if held else time.monotonic()
        held += group
        if len(held) >= MIN_WRITTEN or time.monotonic() - oldest > MAX_HELD_SECONDS:
            yield held
            held = []
    if held:
        yield held


def failed(task: Task, error: BaseException) -> Result:
    """Return the result of a submission that we failed to grade. Such results are not recorded."""
    words = f"{type(error).__name__}: {error}".split("\n")[0][:300]
    return result_without_marks(task.student, task.assignment, "failed", "error", words)


def write_results(plan: Plan, path: Path, failures: list[dict[str, Any]]) -> None:
    """Write the results to a file, one JSON object per line, sorted by student.

    These are the recorded results, and the failures of this run, which are not recorded.
    """
    submitted, name = plan.course.step("submitted"), plan.assignment.name
    students = {student for student, _ in find_submissions(submitted, name)}
    students -= {record["student"] for record in failures}
    writer = Writer(plan.db_url, plan.assignment.name)
    records = merge(
        writer.records(students),
        sorted(failures, key=lambda record: record["student"]),
        key=lambda record: record["student"],
    )
    lines = (json.dumps(record) + "\n" for record in records)
    if path.exists() and not path.is_file():  # for example /dev/stdout
        path.write_text("".join(lines), encoding="utf-8")
    else:
        write_whole(path.resolve(), lines)
    writer.close()


# --- recording --------------------------------------------------------------------------------


def _record(plan: Plan, writer: Writer, group: list[tuple[Task, Result]]) -> Iterator[Result]:
    """Write the notebooks and results of some graded submissions, and yield the results."""
    graded = []
    for task, result in group:
        if result.status == "failed":  # our own error must not give a student 0 points
            yield result
            continue
        try:
            if task.only and result.status == "graded":
                result = _merged(plan, writer, task.only, result)
            _write_notebook(plan, result)
            graded.append((task, result))
        except OperationalError:  # the database cannot be reached, which concerns all submissions
            raise
        except Exception as error:  # whatever is wrong with one submission, the others go on
            yield failed(task, error)
    for result in _written(writer, graded):
        yield replace(result, notebook="")


def _written(writer: Writer, graded: list[tuple[Task, Result]]) -> Iterator[Result]:
    """Write results and yield them, together or, if that fails, one by one: only bad ones fail."""
    if not graded:
        return
    try:
        writer.write([(t.key, parse_time(t.timestamp), result) for t, result in graded])
    except OperationalError:  # the database cannot be reached, so smaller groups would not help
        raise
    except Exception as error:
        if len(graded) == 1:
            yield failed(graded[0][0], error)
        else:
            for one in graded:
                yield from _written(writer, [one])
    else:
        yield from (result for _, result in graded)


def _merged(plan: Plan, writer: Writer, only: str, result: Result) -> Result:
    """Return the recorded result of a student, with the new verdict on the one question `only`."""
    (record,) = writer.records([result.student])
    new = {verdict.id: verdict for verdict in result.questions}
    questions = [new.get(q["id"]) or from_record(q) for q in record["questions"]]
    score, max_score = total(questions)
    notebook = read_notebook(_notebook(plan, result.student))
    outputs = {grade_id(cell): cell.get("outputs") for cell in json.loads(result.notebook)["cells"]}
    for cell in notebook["cells"]:
        if grade_id(cell) == only:
            cell["outputs"] = outputs[only]
    flagged = sorted({*result.flagged, *set(record.get("flagged", [])) - {only}})
    return replace(
        result,
        score=score,
        max_score=max_score,
        questions=questions,
        notebook=write_notebook(notebook),
        flagged=flagged,
    )


def _notebook(plan: Plan, student: str) -> Path:
    """Return the path of the autograded notebook of a student."""
    name = plan.assignment.name
    return plan.course.step("autograded") / student / name / f"{name}.ipynb"


def _write_notebook(plan: Plan, result: Result) -> None:
    """Write the autograded notebook and, beside it, the files that nbgrader's feedback needs.

    Call this before the gradebook is written, which says that the notebook exists. Raises OSError
    if the folder leads to another one by a link.
    """
    path = _notebook(plan, result.student)
    if not in_place(path.parent, plan.course.step("autograded")):
        raise OSError(f"{path.parent} leads to another folder: remove the link")
    path.parent.mkdir(parents=True, exist_ok=True)
    submitted = plan.course.step("submitted")
    folder = submitted / result.student / plan.assignment.name
    keep_beside(path, folder if in_place(folder, submitted) else None)
    write_whole(path, [result.notebook])
