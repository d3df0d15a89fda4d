"""`autograder gradescope`: write the autograder of an assignment for Gradescope."""

import argparse
from pathlib import Path
from typing import Any

from .common import (
    ROOT,
    UnusableError,
    add_course_option,
    assignment_name,
    open_assignment,
    open_course,
)

VISIBILITIES = ("visible", "after_due_date", "after_published", "hidden")
TELLS = ("marks", "hint", "mistake", "example")  # from least to most
EXAMPLE = """\
example: autograder gradescope 02-forward 02-forward-autograder.zip
Upload the file in Gradescope under "Configure Autograder"; choose an image with Python 3.11 or
newer, such as Ubuntu 24.04. It contains the solutions and a secret of its own, so keep it private.
Students hand in their notebook. Written answers are shown without points, for a person to mark."""


def add(commands: Any) -> None:
    """Add the command and its options to the parser of `autograder`."""
    parser = commands.add_parser("gradescope", help=run.__doc__, epilog=EXAMPLE)
    parser.add_argument("assignment", help="its name, for example 02-forward")
    parser.add_argument("zip", help="the file to write")
    add_course_option(parser)
    parser.add_argument(
        "--visibility",
        choices=VISIBILITIES,
        default="visible",
        help="when students see their points and hints; default: visible, at once",
    )
    parser.add_argument(
        "--tell",
        choices=TELLS,
        default="mistake",
        help="how much students are told; default: mistake, that is its name and explanation "
        'without an example; "example" also shows secret inputs',
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Write the autograder of an assignment for Gradescope."""
    from ..desk.gradescope import write_autograder

    path = Path(options.zip)
    name = assignment_name(options.assignment)
    assignment = open_assignment(open_course(options.course), name)
    try:
        write_autograder(path, ROOT, assignment, options.visibility, options.tell)
    except OSError as error:
        raise UnusableError(f"{path}: cannot be written: {error.strerror}") from None
    print(f"{path}: the autograder of {name} for Gradescope; keep it private")
    return 0
