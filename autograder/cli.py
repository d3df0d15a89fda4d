"""The command line: `autograder check | grade | assemble | kit | new-question`."""

import argparse
import contextlib
import json
import os
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from pathlib import Path
from typing import Any

from .grading.secret import SEED_FILE, SecretError, course_secret
from .sandbox.bubblewrap import SandboxUnavailableError
from .sandbox.client import Sandbox
from .sandbox.policy import Limits

ROOT = Path(__file__).resolve().parent.parent
CLUSTER = (
    "address of a Dask scheduler, in place of local workers; each of its workers grades one "
    "submission at a time: dask worker --nthreads 1"
)
NO_SANDBOX = "--unsafe-no-sandbox"
NO_SANDBOX_HELP = "run student code unprotected, where this machine cannot give the sandbox"
UNSAFE = """\
**********************************************************************************************
** UNSAFE: there is no sandbox. Student code runs as you: it can read, change, delete and send
** whatever you can, the gradebook and other submissions included, and marks prove nothing.
**********************************************************************************************"""
MOST_LISTED = 20


class UnusableError(Exception):
    """The call or its input cannot be used; the text is one clear line."""


def main(arguments: list[str] | None = None) -> int:
    """Exit codes: 0 done, whatever the scores; 1 some submissions failed by our fault; 2 unusable."""
    # jsonschema takes what it finds: with this one it compiles grammars of web addresses for seconds
    # at every start, for a check that no notebook asks for.
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
    options = _parser().parse_args(arguments)
    try:
        return int(options.run(options))
    except (UnusableError, SandboxUnavailableError, SecretError) as error:
        print(f"autograder: {error}", file=sys.stderr)
        return 2


def run_check(options: argparse.Namespace) -> int:
    """Grade one notebook and print the verdict of every question."""
    path = Path(options.notebook)
    if not path.is_file():
        raise UnusableError(f"{path}: there is no such file")
    sandbox = Sandbox(_limits(options))
    with contextlib.closing(sandbox):
        sandbox.start()  # warms up while the rest is imported here
        from .bank import ASSIGNMENTS
        from .check import PUBLIC_SEED
        from .grading import grade
        from .grading.submission import RejectedError, read_submission
        from .marking.judge import report

        assignment = next((a for a in ASSIGNMENTS if path.name.startswith(a)), None)
        if assignment is None:
            raise UnusableError(
                f"{path.name}: the name must start with one of {', '.join(ASSIGNMENTS)}"
            )
        try:
            submitted = read_submission(path)
        except RejectedError as error:
            raise UnusableError(str(error)) from None
        released = grade.released_notebook(ROOT, assignment)
        result = grade.grade_submission(
            submitted, path.stem, assignment, PUBLIC_SEED, released, sandbox
        )
    if options.json:
        print(json.dumps(result.record()))
    else:
        print("\n\n".join(report(verdict) for verdict in result.questions))
        print(f"\n{result.score:g} of {result.max_score:g} points")
    return 0


def run_grade(options: argparse.Namespace) -> int:
    """Grade an assignment of an nbgrader course folder."""
    course = Path(options.course).resolve()
    _require_known(options.assignment, options.regrade)
    limits = _limits(options)
    probe = Sandbox(limits)
    if not options.cluster:  # whose workers may have the sandbox that this machine has not
        probe.start()  # tries itself while the rest is imported here
    from sqlalchemy.exc import SQLAlchemyError
    from tqdm import tqdm

    from .grading import batch

    with contextlib.closing(probe):
        if not options.cluster:
            probe.wait_until_able()
    found = batch.find_submissions(course, options.assignment)
    if not found:
        raise UnusableError(f"{course}: no submitted/*/{options.assignment}")
    with _executors(options) as (make_executor, width):
        db_url = options.db or f"sqlite:///{course / 'gradebook.db'}"
        _try_gradebook(db_url)
        plan = batch.Plan(
            course,
            options.assignment,
            course_secret(Path(options.seed_file or course / SEED_FILE)),
            db_url,
            ROOT,
            ahead=4 * width,
            regrade=options.regrade or "",
            limits=limits,
        )
        graded = batch.grade_batch(plan, make_executor)
        quiet = not sys.stderr.isatty()
        try:
            tally = _Tally(tqdm(graded, total=len(found), unit="notebook", disable=quiet))
            if options.json:
                batch.write_results(plan, Path(options.json), tally.failed)
        except SQLAlchemyError as error:
            words = str(error).splitlines()[0]
            raise UnusableError(f"the gradebook failed, run again to go on: {words}") from None
    for line in tally.lines:
        print(line, file=sys.stderr)
    kept = len(found) - tally.count
    print(
        f"{options.assignment}: {len(found)} submissions, {kept} as before, "
        f"{len(tally.failed)} failed"
    )
    return 1 if tally.failed else 0


class _Tally:
    """What to tell about a batch, without keeping its results."""

    def __init__(self, graded: Iterator[Any]) -> None:
        self.count = 0
        self.failed: list[dict[str, Any]] = []
        self.lines: list[str] = []
        left_out = 0
        for result in graded:
            self.count += 1
            if result.status == "failed":
                self.failed.append(result.record())
            if result.status != "graded" and len(self.lines) < MOST_LISTED:
                self.lines.append(f"{result.student}: {result.status}: {result.message}")
            elif result.status != "graded":
                left_out += 1
        if left_out:
            self.lines.append(f"and {left_out} more")


def run_assemble(options: argparse.Namespace) -> int:
    """Write the notebooks of every assignment, and the points that README and book tell."""
    from .assemble import assemble
    from .page_numbers import correct

    for path in [*assemble(ROOT), *correct(ROOT)]:
        print(path.relative_to(ROOT))
    return 0


def run_kit(options: argparse.Namespace) -> int:
    """Write the kit of every assignment."""
    from .assemble import write_kit
    from .bank import ASSIGNMENTS

    for name in ASSIGNMENTS:
        print(write_kit(name, ROOT, Path(options.folder)))
    return 0


def run_new_question(options: argparse.Namespace) -> int:
    """Write the skeleton of a new question."""
    from . import new_question

    new = new_question.NewQuestion(
        options.name, options.assignment, options.bonus, options.module or ""
    )
    if words := new_question.refusal(new):
        raise UnusableError(words)
    print(new_question.report(ROOT, new, new_question.write_skeleton(ROOT, new)))
    return 0


def _limits(options: argparse.Namespace) -> Limits:
    """What a submission may use; loud where that is everything."""
    if options.unsafe_no_sandbox:
        print(UNSAFE, file=sys.stderr)
    return Limits(isolated=not options.unsafe_no_sandbox)


def _require_known(assignment: str, question: str | None) -> None:
    from .bank import ASSIGNMENTS

    if assignment not in ASSIGNMENTS:
        raise UnusableError(f"no assignment {assignment}; there are {', '.join(ASSIGNMENTS)}")
    ids = [q.id for q in ASSIGNMENTS[assignment]]
    if question and question not in ids:
        raise UnusableError(f"no question {question} in {assignment}; there are {', '.join(ids)}")


@contextlib.contextmanager
def _executors(
    options: argparse.Namespace,
) -> Iterator[tuple[Callable[[], Executor], int]]:
    """What makes an executor, local or of a Dask cluster, and how many it grades at a time."""
    if not options.cluster:
        from .grading.batch import start_worker

        def local() -> Executor:
            return ProcessPoolExecutor(
                options.workers, initializer=start_worker, initargs=(os.getpid(),)
            )

        yield local, options.workers
        return
    try:
        from distributed import Client
    except ImportError:
        raise UnusableError("--cluster needs Dask: pip install distributed") from None
    try:
        client = Client(options.cluster)
    except (OSError, ValueError) as error:
        raise UnusableError(f"--cluster {options.cluster}: {error}") from None
    with client:
        if not client.nthreads():
            print(f"{options.cluster} has no workers yet; waiting for one", file=sys.stderr)
        width = max(4, sum(client.nthreads().values()))
        # Not pure: a task that was lost must run again, not be remembered.
        yield lambda: client.get_executor(pure=False), width


def _try_gradebook(db_url: str) -> None:
    """A gradebook that cannot be opened is refused before anything is graded."""
    from sqlalchemy.exc import SQLAlchemyError

    from .grading.gradebook import connect

    try:
        with connect(db_url).connect():
            pass
    except (SQLAlchemyError, ImportError) as error:
        words = str(error).splitlines()[0]
        raise UnusableError(f"the gradebook cannot be opened: {words}") from None


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="autograder", description=__doc__)
    commands = parser.add_subparsers(required=True)
    check = commands.add_parser("check", help=run_check.__doc__)
    check.add_argument("notebook")
    check.add_argument("--json", action="store_true", help="print one JSON object")
    check.add_argument(NO_SANDBOX, action="store_true", help=NO_SANDBOX_HELP)
    check.set_defaults(run=run_check)
    grade = commands.add_parser("grade", help=run_grade.__doc__)
    grade.add_argument("assignment")
    grade.add_argument("--course", default=".", help="the nbgrader course folder")
    grade.add_argument("--workers", type=int, default=2)
    grade.add_argument("--cluster", help=CLUSTER)
    grade.add_argument("--db", help="gradebook URL; default: gradebook.db in the course folder")
    grade.add_argument("--seed-file", help="the secret; default: made once in the course folder")
    grade.add_argument("--regrade", metavar="QUESTION", help="mark this one question again")
    grade.add_argument("--json", help="file for the results, one JSON object a line")
    grade.add_argument(NO_SANDBOX, action="store_true", help=NO_SANDBOX_HELP)
    grade.set_defaults(run=run_grade)
    commands.add_parser("assemble", help=run_assemble.__doc__).set_defaults(run=run_assemble)
    kit = commands.add_parser("kit", help=run_kit.__doc__)
    kit.add_argument("folder", nargs="?", default="build/kits")
    kit.set_defaults(run=run_kit)
    new = commands.add_parser("new-question", help=run_new_question.__doc__)
    new.add_argument("name", help="of the question and of its function, such as gelu_forward")
    new.add_argument("--assignment", required=True, help="such as 03-backward")
    new.add_argument("--bonus", action="store_true", help="its points are beyond the core")
    new.add_argument("--module", help="file of solutions/backprop, without .py; default: its own")
    new.set_defaults(run=run_new_question)
    return parser


if __name__ == "__main__":
    sys.exit(main())
