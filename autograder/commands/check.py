"""`autograder check`: grade one notebook."""

import argparse
import json
import os
from pathlib import Path
from typing import Any

from ..grading.secret import course_secret
from ..sandbox.printable import printable
from .common import UnusableError, add_sandbox_option, limits_of, open_course

SUMMARY_FILE = "GITHUB_STEP_SUMMARY"
EXAMPLE = """\
examples:
  autograder check 02-forward.ipynb
  autograder check answers.ipynb --assignment 02-forward --seed-file ~/course/.autograder-seed"""


def add(commands: Any) -> None:
    """Add the command and its options to the parser of `autograder`."""
    parser = commands.add_parser("check", help=run.__doc__, epilog=EXAMPLE)
    parser.add_argument("notebook", help="the .ipynb file")
    parser.add_argument(
        "--assignment", help="its name; default: as the name of the file or its cells tell"
    )
    parser.add_argument(
        "--course", help="a course folder, which has questions and points of its own"
    )
    parser.add_argument(
        "--seed-file", help="file with a secret for the inputs; default: the public inputs"
    )
    parser.add_argument(
        "--student", default="", help="with --seed-file: the student whose inputs to take"
    )
    parser.add_argument("--json", action="store_true", help="print the result as one JSON object")
    parser.add_argument(
        "--summary",
        action="store_true",
        help=f"print the result as Markdown, or add it to the file that {SUMMARY_FILE} names",
    )
    add_sandbox_option(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Grade one notebook and print the verdict of every question."""
    path = Path(options.notebook)
    if options.json and options.summary and not os.environ.get(SUMMARY_FILE):
        raise UnusableError(f"--json and --summary together need {SUMMARY_FILE} with a file's name")
    if options.seed_file and not Path(options.seed_file).is_file():
        raise UnusableError(f"--seed-file {options.seed_file}: there is no such file")
    if not path.is_file():
        raise UnusableError(f"{path}: there is no such file")
    from ..grading.submission import RejectedError, read_submission

    try:
        submitted = read_submission(path)
    except RejectedError as error:
        raise UnusableError(str(error)) from None
    from ..sandbox.client import Sandbox

    with Sandbox(limits_of(options)) as sandbox:
        # It starts while we import the other modules. Nobody will look at figures, so the process
        # without Matplotlib is nearly always the one that is needed.
        sandbox.start()
        result = _checked(options, submitted, sandbox)
    if options.summary:
        _write_summary(result, with_examples=not options.seed_file)
    if options.json:
        print(json.dumps(result.record()))
    elif not options.summary:
        if result.message:
            print(printable(result.message))
        print(f"{result.score:g} of {result.max_score:g} points")
    return 0


def _checked(options: argparse.Namespace, submitted: list[Any], sandbox: Any) -> Any:
    """Return the result of one notebook, and print each verdict as soon as it is known."""
    from ..grading.beside import read_beside
    from ..grading.grade import Grader
    from ..marking.verdict import report

    def show(verdict: Any) -> None:
        if not (options.json or options.summary):
            print(printable(report(verdict), keep="\n"), end="\n\n", flush=True)

    path = Path(options.notebook)
    assignment = _assignment(options, path, submitted)
    seed, beside = _seed(options, assignment.name), read_beside(path.absolute().parent)
    grader = Grader(assignment, seed, sandbox, show=False, tell=show, beside=beside)
    return grader.grade(submitted, options.student or path.stem)


def _assignment(options: argparse.Namespace, path: Path, submitted: list[Any]) -> Any:
    """Return the assignment of a notebook. Raises UnusableError if it is none that we know."""
    from ..grading.assignment import UnknownAssignmentError, course_assignments
    from ..grading.recognise import recognised
    from ..grading.released import released_assignments

    candidates = {one.name: one for one in course_assignments().values()}
    if options.course:
        candidates = {one.name: one for one in released_assignments(open_course(options.course))}
    if options.assignment:
        if options.assignment not in candidates:
            raise UnusableError(
                f"--assignment {options.assignment}: there is none of this name; there are "
                f"{', '.join(sorted(candidates))}"
            )
        return candidates[options.assignment]
    try:
        return recognised(path.name, submitted, candidates.values())
    except UnknownAssignmentError as error:
        raise UnusableError(str(error)) from None


def _seed(options: argparse.Namespace, assignment: str) -> int:
    """Return the seed of the inputs: the public one, or that of a student of a course."""
    if not options.seed_file:
        from ..check import PUBLIC_SEED

        return PUBLIC_SEED
    from ..grading.version import submission_seed

    return submission_seed(course_secret(Path(options.seed_file)), options.student, assignment)


def _write_summary(result: Any, with_examples: bool) -> None:
    """Print the result as Markdown, or add it to the summary of a run on GitHub."""
    from ..desk.summary import summary

    text = summary(result, with_examples)
    name = os.environ.get(SUMMARY_FILE)
    if not name:
        print(text)
        return
    try:
        with open(name, "a", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise UnusableError(f"{SUMMARY_FILE}={name}: cannot be written: {error.strerror}") from None
