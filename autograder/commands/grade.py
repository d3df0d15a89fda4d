"""`autograder grade`: grade an assignment of a course folder."""

import argparse
import contextlib
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from ..grading.secret import SEED_FILE, course_secret
from ..sandbox.printable import printable
from .common import (
    ROOT,
    UnusableError,
    add_course_options,
    add_sandbox_option,
    gradebook_errors,
    limits_of,
    open_assignment,
    open_course,
)
from .feedback import write_pages
from .log import JSON, Log, add_log_option
from .tally import Class, Tally, summary

CLUSTER = (
    "grade on a Dask cluster and not on this machine: the address of its scheduler; start its "
    "workers with `dask worker --nthreads 1`, because each grades one submission at a time. A "
    "scheduler runs the code of everybody who can reach it. So put it into a private network, or "
    "use tls:// addresses and the settings distributed.comm.tls of Dask"
)

EXAMPLE = """\
examples:
  autograder grade 02-forward --course ~/course --json results.jsonl
  autograder grade 02-forward --course ~/course --regrade softmax --dry-run
  autograder grade 02-forward --course ~/course --db postgresql://user@host/gradebook --log json
Run it again after a stop: what has been graded and has not changed is not graded again."""


def add(commands: Any) -> None:
    """Add the command and its options to the parser of `autograder`."""
    parser = commands.add_parser("grade", help=run.__doc__, epilog=EXAMPLE)
    add_course_options(parser)
    parser.add_argument(
        "--workers", type=_count, default=2, help="submissions graded at a time; default: 2"
    )
    parser.add_argument("--cluster", help=CLUSTER)
    parser.add_argument(
        "--seed-file",
        help="file with the secret of the course; default: made once in the course folder",
    )
    parser.add_argument(
        "--regrade",
        metavar="QUESTION",
        help="mark only this question again",
    )
    parser.add_argument(
        "--dry-run",
        action="store_true",
        help="record nothing, and list whose marks would change and why",
    )
    parser.add_argument("--json", help="write the results to this file, one JSON object per line")
    parser.add_argument(
        "--feedback",
        action="store_true",
        help="write the feedback pages at the end, as `autograder feedback` does",
    )
    add_log_option(parser)
    add_sandbox_option(parser)
    parser.set_defaults(run=run, book_url="")


def run(options: argparse.Namespace) -> int:
    """Grade an assignment of an nbgrader course folder."""
    from ..sandbox.client import Sandbox

    limits = limits_of(options)
    with Sandbox(limits) as trial:
        if not options.cluster:  # cluster workers may have a sandbox even if this machine does not
            trial.start()  # the sandbox tests itself while we import the other modules
        course = open_course(options.course)
        assignment = _assignment(options, course)
        if not options.cluster:
            trial.wait_until_able()
    from ..grading.hand_in import find_submissions, misnamed

    submitted = course.step("submitted")
    students = [student for student, _ in find_submissions(submitted, assignment.name)]
    elsewhere = misnamed(submitted, assignment.name)
    if not students:
        hint = f" But {elsewhere[0]}" if elsewhere else ""
        raise UnusableError(
            f"{course.root}: there are no submissions in {submitted.name}/*/{assignment.name}; is "
            f"this the nbgrader course folder (--course)?{hint}"
        )
    if options.dry_run:
        return _dry_run(options, assignment, course, len(students))
    log = Log(options.log)
    log.event("started", assignment=assignment.name, submissions=len(students))
    tally, state = _graded(options, assignment, course, students)
    for line in elsewhere:
        tally.tell(line)
        log.event("misplaced", "warning", message=line)
    for line in tally.lines:
        log.line(line)
    log.event(
        "ended",
        assignment=assignment.name,
        graded=tally.graded,
        rejected=len(state.rejected),
        late=state.late,
        failed=len(tally.failed),
    )
    print(printable(summary(assignment.name, tally, state)))
    if options.feedback and len(tally.failed) < len(students):
        write_pages(options, course)
    return 1 if tally.failed or tally.without_penalty else 0


def _assignment(options: argparse.Namespace, course: Any) -> Any:
    """Return the assignment to grade. Raises UnusableError if it or its question is unknown."""
    from ..grading.assignment import UnknownAssignmentError

    assignment = open_assignment(course, options.assignment)
    try:
        if options.regrade:
            assignment.require(options.regrade)
    except UnknownAssignmentError as error:
        raise UnusableError(str(error)) from None
    return assignment


def _dry_run(options: argparse.Namespace, assignment: Any, course: Any, count: int) -> int:
    """Grade a course folder without recording anything, and print whose marks would change."""
    from ..grading.dry_run import compare_with_records

    if options.json or options.feedback:
        option = "--json" if options.json else "--feedback"
        raise UnusableError(f"{option}: a dry run writes no file")
    if not Path(options.seed_file or course.root / SEED_FILE).exists():
        raise UnusableError(
            f"{course.root}: nothing has been graded here yet, so a dry run has nothing to compare"
        )
    states: dict[str, int] = dict.fromkeys(("changed", "same", "new", "failed"), 0)
    with _workers(options) as (submit, width):
        plan = _plan(options, assignment, course, width)
        bar = _new_bar(options, count)
        for compared in _shown(compare_with_records(plan, submit), bar):
            states[compared.state] += 1
            for change in compared.changes:
                print(printable(str(change)))
            if compared.state == "failed":
                failed = compared.result
                print(printable(f"{failed.student}: failed: {failed.message}"), file=sys.stderr)
    print(
        f"{assignment.name}: the marks of {states['changed']} of {count} submissions would change, "
        f"{states['same']} stay the same, {states['new']} have no marks yet, "
        f"{states['failed']} failed; nothing was recorded"
    )
    return 1 if states["failed"] else 0


def _plan(options: argparse.Namespace, assignment: Any, course: Any, width: int) -> Any:
    """Return the plan of a batch. Raises UnusableError if the gradebook cannot be used."""
    from ..grading.batch import Plan

    db_url = options.db or course.db_url
    _require_unreadable(options, course, db_url)
    _try_gradebook(db_url)
    return Plan(
        course,
        assignment,
        course_secret(Path(options.seed_file or course.root / SEED_FILE)),
        db_url,
        ROOT,
        ahead=4 * width,
        regrade=options.regrade or "",
        limits=limits_of(options, quiet=True),
    )


def _new_bar(options: argparse.Namespace, count: int) -> Any:
    """Return a bar that shows the progress, if somebody can see it."""
    from tqdm import tqdm

    hidden = options.log == JSON or not sys.stderr.isatty()
    return tqdm(total=count, unit="notebook", disable=hidden)


def _shown(results: Iterator[Any], bar: Any) -> Iterator[Any]:
    """Yield the results, and let the bar go on with each."""
    for result in results:
        bar.refresh()  # shows the submissions that were passed over since the last result
        bar.update()
        yield result


def _pass_over(bar: Any) -> None:
    """Count a submission that was graded in an earlier run as done when the bar starts.

    So the bar reaches 100%, and its remaining time is that of the work that is left.
    """
    if not bar.disable:
        bar.initial += 1
        bar.update()


def _graded(
    options: argparse.Namespace, assignment: Any, course: Any, students: list[str]
) -> tuple[Tally, Class]:
    """Grade a course folder, write the file with the results, and return what happened."""
    from ..grading.batch import grade_batch, write_results
    from ..grading.gradebook import OtherCellsError
    from ..grading.run_lock import BusyError, only_run

    if options.json:
        _require_writable(Path(options.json))
    with _workers(options) as (submit, width):
        plan = _plan(options, assignment, course, width)
        try:
            with (
                gradebook_errors("the gradebook failed; run the same command again to go on"),
                only_run(plan.db_url, assignment.name),
                _new_bar(options, len(students)) as bar,
            ):
                plan = replace(plan, passed=lambda: _pass_over(bar))
                results = Log(options.log).results(_shown(grade_batch(plan, submit), bar))
                tally = Tally(results)
                state = _state(plan, tally, students)
                if options.json:
                    write_results(plan, Path(options.json), tally.failed)
        except (OtherCellsError, BusyError) as error:
            raise UnusableError(str(error)) from None
    return tally, state


def _state(plan: Any, tally: Tally, students: list[str]) -> Class:
    """Record the late penalties, and return the state of the class."""
    from ..grading.gradebook import Writer
    from ..grading.late import LatePluginError, apply_penalties, lateness

    name = plan.assignment.name
    found = lateness(plan.db_url, name, students)
    try:
        for student, reason in apply_penalties(plan.course.settings, plan.db_url, name, found):
            tally.without_penalty.append(student)
            tally.tell(f"{student}: the plugin for late penalties has failed: {reason}")
    except LatePluginError as error:
        raise UnusableError(str(error)) from None
    writer = Writer(plan.db_url, name)
    rejected = list(writer.rejected(set(students) - {r["student"] for r in tally.failed}))
    writer.close()
    for record in rejected:
        tally.tell(f"{record['student']}: rejected: {record['message']}")
    return Class(len(students), rejected, len(found.late))


@contextlib.contextmanager
def _workers(options: argparse.Namespace) -> Iterator[tuple[Callable[..., Any], int]]:
    """Yield a function that gives a task to a worker, and how many tasks run at a time.

    The workers run on this machine or on a Dask cluster.
    """
    from ..grading.worker import local_workers

    if not options.cluster:
        with local_workers(options.workers) as submit:
            yield submit, options.workers
        return
    from ..grading.cluster import ClusterError, connect_to_cluster, submit_to

    try:
        client = connect_to_cluster(options.cluster)
    except ClusterError as error:
        raise UnusableError(f"--cluster {options.cluster}: {error}") from None
    with client:
        if not client.nthreads():
            print(f"waiting: {options.cluster} has no workers yet", file=sys.stderr)
        width = max(4, sum(client.nthreads().values()))
        with submit_to(client) as submit:
            yield submit, width


def _require_writable(path: Path) -> None:
    """Raise UnusableError if the file of results cannot be written, before anything is graded."""
    if path.is_dir():
        raise UnusableError(f"--json {path}: this is a folder; name a file")
    if not os.access(path if path.exists() else path.parent, os.W_OK):
        raise UnusableError(f"--json {path}: this file cannot be written; is there such a folder?")


def _count(text: str) -> int:
    """Return the number of workers that an option names."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text} is not a number of at least 1")
    return int(text)


def _require_unreadable(options: argparse.Namespace, course: Any, db_url: str) -> None:
    """Raise UnusableError if students' code could read the files of the course in the sandbox."""
    from ..grading.exposure import ExposedError, require_unreadable

    if options.unsafe_no_sandbox:
        return
    secret = Path(options.seed_file or course.root / SEED_FILE)
    try:
        require_unreadable(course.root, secret, db_url, course.exchange)
    except ExposedError as error:
        raise UnusableError(str(error)) from None


def _try_gradebook(db_url: str) -> None:
    """Raise UnusableError if the gradebook cannot be opened, before anything is graded."""
    from ..grading.gradebook import connect

    with gradebook_errors("the gradebook cannot be opened"), connect(db_url).connect():
        pass
