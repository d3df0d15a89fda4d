"""`autograder export`: write the marks of a class for a learning platform or a spreadsheet."""

import argparse
import sys
from pathlib import Path
from typing import Any

from ..sandbox.printable import printable
from .common import (
    UnusableError,
    add_course_options,
    gradebook_errors,
    gradebook_url,
    open_assignment,
    open_course,
    open_roster,
)

EXAMPLE = """\
examples:
  autograder export 02-forward --course ~/course --csv marks.csv
  autograder export 02-forward --course ~/course --canvas marks.csv --roster Grades-Course.csv
  autograder export 02-forward --course ~/course --moodle marks.csv --roster Grades-Homework.csv
The roster of Canvas is the file that its gradebook exports. That of Moodle is the list of its
participants, or the grading worksheet, which comes back with grades and points by question."""


def add(commands: Any) -> None:
    """Add the command and its options to the parser of `autograder`."""
    parser = commands.add_parser("export", help=run.__doc__, epilog=EXAMPLE)
    add_course_options(parser)
    forms = parser.add_mutually_exclusive_group(required=True)
    forms.add_argument("--csv", metavar="FILE", help="write every number, for a spreadsheet")
    forms.add_argument("--canvas", metavar="FILE", help="write what Canvas imports")
    forms.add_argument("--moodle", metavar="FILE", help="write what Moodle imports")
    parser.add_argument("--roster", metavar="CSV", help="the list of the class from the platform")
    parser.add_argument(
        "--by-question",
        action="store_true",
        help="for Canvas and Moodle: add a column for each question; --csv always has them",
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Write the marks of a class for Canvas, Moodle or a spreadsheet."""
    from ..desk.class_marks import NoMarksError, read_marks
    from ..desk.collect import read_records
    from ..desk.export import FORMATS, ClassList, ExportError, canvas_column
    from ..grading.files import write_whole

    course = open_course(options.course)
    assignment = open_assignment(course, options.assignment)
    form = next(name for name in FORMATS if getattr(options, name))
    path = Path(getattr(options, form))
    try:
        with gradebook_errors("the gradebook cannot be read"):
            marks = read_marks(gradebook_url(options, course), assignment)
        roster = open_roster(options.roster) if options.roster else None
        chosen = ClassList.matched(marks, roster, read_records(course.root, assignment.name))
        text, lines = FORMATS[form](chosen, options.by_question), chosen.lines()
        write_whole(path.resolve(), [text])
    except (NoMarksError, ExportError) as error:
        raise UnusableError(f"{course.root}: {error}") from None
    except OSError as error:
        raise UnusableError(f"--{form} {path}: cannot be written: {error.strerror}") from None
    for line in lines:
        print(printable(line), file=sys.stderr)
    if options.canvas and not canvas_column(chosen):
        print(
            f"no column of the roster is called {assignment.name}, so Canvas will ask to which "
            "assignment these points belong, or make a new one",
            file=sys.stderr,
        )
    print(f"{path}: the marks of {len(marks.students)} students in {assignment.name}")
    return 0
