"""`autograder course`: lay out a course folder, or add an assignment to one."""

import argparse
import re
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any

from .common import ROOT, UnusableError, gradebook_errors

EXAMPLE = """\
examples:
  autograder course hw --assignment 03-backward
  autograder course hw --assignment 05-network --questions 1-8,adam_step \\
      --points adam_step=6 --due 2027-03-01T23:59 --name hw1
"""
NEXT = """\
Next, in {course} and with .venv of this repository active:
  nbgrader generate_assignment {name}    # writes release/{name}, the folder for students
  autograder grade {name}                # when they have handed in
"""


def add(commands: Any) -> None:
    """Add the command and its options to the parser of `autograder`."""
    parser = commands.add_parser(
        "course",
        help=run.__doc__,
        epilog=EXAMPLE,
    )
    parser.add_argument("folder", metavar="DIR", help="the course folder; made if it is missing")
    parser.add_argument("--assignment", required=True, help="of the course, for example 05-network")
    parser.add_argument(
        "--questions",
        default="",
        help="ids, and numbers as in the full notebook, for example 1-8,adam_step; default: all",
    )
    parser.add_argument(
        "--points",
        metavar="ID=N",
        nargs="+",
        action="extend",
        default=[],
        type=_points,
        help="other points for a question, for example softmax=6",
    )
    parser.add_argument(
        "--due",
        metavar="TIME",
        type=_time,
        help="for example 2027-03-01T23:59, in the time zone of this machine; or with a zone, "
        "2027-03-01T23:59+01:00",
    )
    parser.add_argument(
        "--name", type=_name, help="of the new assignment, for example hw1; default: as it was"
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Lay out an nbgrader course folder, or add an assignment to one."""
    from ..authoring.choice import ChoiceError
    from ..bank import ASSIGNMENTS
    from ..desk.course import CourseError, Wanted, lay_out
    from ..grading.exposure import ExposedError
    from ..grading.nbgrader_settings import SettingsError
    from ..grading.own_questions import OwnQuestionError

    if options.assignment not in ASSIGNMENTS:
        raise UnusableError(
            f"there is no assignment {options.assignment}; the assignments are "
            f"{', '.join(ASSIGNMENTS)}"
        )
    name = options.name or options.assignment
    wanted = Wanted(options.assignment, options.questions, dict(options.points), options.due, name)
    try:
        with gradebook_errors("the gradebook failed"):
            laid = lay_out(ROOT, Path(options.folder), wanted)
    except (CourseError, ChoiceError, OwnQuestionError, SettingsError, ExposedError) as error:
        raise UnusableError(str(error)) from None
    except OSError as error:
        raise UnusableError(f"{error.filename}: {error.strerror}") from None
    print("\n".join(laid.lines))
    print(f"{name}: {laid.worth}")
    if laid.given:
        print(
            f"{name} contains these functions as finished code, because its questions need them "
            f"and it does not ask for them: {', '.join(laid.given)}"
        )
    print(NEXT.format(course=options.folder, name=name), end="")
    return 0


def _points(text: str) -> tuple[str, float]:
    """Return a question and its points."""
    question, _, number = text.partition("=")
    try:
        points = float(number)
    except ValueError:
        points = 0.0
    if not question or not 0 < points < 1e6:
        raise argparse.ArgumentTypeError(f"{text}: write a question and its points, softmax=6")
    return question, int(points) if points == int(points) else points


def _time(text: str) -> datetime:
    """Return a time in UTC, without a zone. A date alone means one minute before midnight."""
    try:
        due = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text}: write the time as 2027-03-01T23:59") from None
    if re.fullmatch(r"[\d-]+", text):
        due = datetime.combine(due, time(23, 59))
    return due.astimezone(UTC).replace(tzinfo=None)


def _name(text: str) -> str:
    """Return the name of an assignment, which is also that of its folders."""
    if not re.fullmatch(r"\w[\w.-]*", text, re.ASCII):
        raise argparse.ArgumentTypeError(
            f"{text}: a name has only letters, digits, dots, hyphens and underscores"
        )
    return text
