"""`autograder check`: grade one notebook."""

import argparse
import json
import os
from pathlib import Path
from typing import Any

from ..grading.secret import course_secret
from ..sandbox.printable import printable
from .common import UnusableError, add_sandbox_option, limits_of

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
        "--assignment", help="its name; default: that with which the name of the file begins"
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
    seed = _seed(options, path)
    if not path.is_file():
        raise UnusableError(f"{path}: there is no such file")
    from ..grading.submission import RejectedError, read_submission

    try:
        submitted = read_submission(path)
    except RejectedError as error:
        raise UnusableError(str(error)) from None
    from ..sandbox.client import Sandbox

    with Sandbox(limits_of(options)) as sandbox:
        # It starts while we import the other modules.
        sandbox.start(cell.source for cell in submitted if cell.kind == "code")
        tell = not (options.json or options.summary)
        result = _checked(options, submitted, sandbox, seed, tell)
    if options.summary:
        _write_summary(result, with_examples=not options.seed_file)
    if options.json:
        print(json.dumps(result.record()))
    elif not options.summary:
        if result.message:
            print(printable(result.message))
        print(f"{result.score:g} of {result.max_score:g} points")
    return 0


def _seed(options: argparse.Namespace, path: Path) -> int:
    """Return the seed of the inputs: the public one, or that of a student of a course."""
    from ..check import PUBLIC_SEED

    if not options.seed_file:
        return PUBLIC_SEED
    if not Path(options.seed_file).is_file():
        raise UnusableError(f"--seed-file {options.seed_file}: there is no such file")
    from ..grading.version import submission_seed

    secret = course_secret(Path(options.seed_file))
    return submission_seed(secret, options.student, _assignment(options).name)


def _assignment(options: argparse.Namespace) -> Any:
    """Return the assignment that an option or the name of the file tells."""
    from ..grading.assignment import Assignment, UnknownAssignmentError, assignment_of_file

    try:
        name = options.assignment or assignment_of_file(Path(options.notebook).name)
        return Assignment.of_course(name)
    except UnknownAssignmentError as error:
        raise UnusableError(str(error)) from None


def _checked(
    options: argparse.Namespace, submitted: list[Any], sandbox: Any, seed: int, tell: bool
) -> Any:
    """Return the result of one notebook.

    tell: True to print each verdict as soon as it is known.
    """
    from ..grading.beside import read_beside
    from ..grading.grade import Grader
    from ..marking.verdict import report

    def show(verdict: Any) -> None:
        if tell:
            print(printable(report(verdict), keep="\n"), end="\n\n", flush=True)

    path, assignment = Path(options.notebook), _assignment(options)
    beside = read_beside(path.absolute().parent)
    grader = Grader(assignment, seed, sandbox, show=False, tell=show, beside=beside)
    return grader.grade(submitted, options.student or path.stem)


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
