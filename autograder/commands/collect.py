"""`autograder collect`: take the download of a learning platform into a course folder."""

import argparse
import sys
from pathlib import Path
from typing import Any

from ..sandbox.printable import printable
from .common import (
    UnusableError,
    add_course_option,
    assignment_name,
    open_assignment,
    open_course,
    open_roster,
)

# Only Canvas tells who was late, and it gives no times.
NO_TIMES = (
    ". The download has no times, so `autograder grade` counts nobody as late: take the penalty on "
    "the platform"
)
EXAMPLE = """\
example: autograder collect 02-forward ~/Downloads/submissions.zip --course ~/course
It takes what Canvas, Moodle, Blackboard and Gradescope give when you download all submissions of
an assignment. Of several attempts the last counts. Afterwards type: autograder grade 02-forward"""


def add(commands: Any) -> None:
    """Add the command and its options to the parser of `autograder`."""
    parser = commands.add_parser("collect", help=run.__doc__, epilog=EXAMPLE)
    parser.add_argument("assignment", help="its name, for example 02-forward")
    parser.add_argument("zip", help="the file that the platform gave")
    add_course_option(parser)
    parser.add_argument(
        "--roster",
        metavar="CSV",
        help="the list of the class; the folders then have the logins in it as their names",
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Sort the download of a learning platform into a course folder."""
    from ..desk.archive import Archive, ArchiveError
    from ..desk.collect import collect

    course, path = open_course(options.course), Path(options.zip)
    assignment = assignment_name(options.assignment)
    open_assignment(course, assignment)  # stops if there is no such assignment
    try:
        roster = open_roster(options.roster) if options.roster else None
        with Archive(path, str(path)) as archive:
            done = collect(archive, course, assignment, roster)
    except ArchiveError as error:
        words = str(error)
        raise UnusableError(words if words.startswith(str(path)) else f"{path}: {words}") from None
    except OSError as error:
        raise UnusableError(f"{course.root}: cannot be written: {error.strerror}") from None
    for line in done.lines:
        print(printable(line), file=sys.stderr)
    if done.late:
        names = ", ".join(done.late)
        print(printable(f"late, says {done.platform}: {names}{NO_TIMES}"), file=sys.stderr)
    look = f"; look at the {len(done.lines)} cases above" if len(done.lines) > 1 else ""
    look = "; look at the case above" if len(done.lines) == 1 else look
    print(
        f"{assignment}: {len(done.new)} submissions collected from {done.platform}, "
        f"{len(done.same)} as before{look}"
    )
    return 0
