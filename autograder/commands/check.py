"""`autograder check`: grade one notebook."""

import argparse
import json
from pathlib import Path
from typing import Any

from ..sandbox.printable import printable
from .common import UnusableError, add_sandbox_option, limits_of


def add(commands: Any) -> None:
    """Add the command and its options to the parser of `autograder`."""
    parser = commands.add_parser("check", help=run.__doc__)
    parser.add_argument("notebook", help="the .ipynb file; its name starts with the assignment's")
    parser.add_argument("--json", action="store_true", help="print the result as one JSON object")
    add_sandbox_option(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Grade one notebook and print the verdict of every question."""
    path = Path(options.notebook)
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
        result = _checked(path, submitted, sandbox, tell=not options.json)
    if options.json:
        print(json.dumps(result.record()))
    else:
        if result.message:
            print(printable(result.message))
        print(f"{result.score:g} of {result.max_score:g} points")
    return 0


def _checked(path: Path, submitted: list[Any], sandbox: Any, tell: bool) -> Any:
    """Return the result of one notebook, graded with the public seed.

    tell: True to print each verdict as soon as it is known.
    """
    from ..check import PUBLIC_SEED
    from ..grading.assignment import Assignment, UnknownAssignmentError, assignment_of_file
    from ..grading.beside import read_beside
    from ..grading.grade import Grader
    from ..marking.verdict import report

    def show(verdict: Any) -> None:
        if tell:
            print(printable(report(verdict), keep="\n"), end="\n\n", flush=True)

    try:
        assignment = Assignment.of_course(assignment_of_file(path.name))
    except UnknownAssignmentError as error:
        raise UnusableError(str(error)) from None
    beside = read_beside(path.absolute().parent)
    grader = Grader(assignment, PUBLIC_SEED, sandbox, show=False, tell=show, beside=beside)
    return grader.grade(submitted, path.stem)
