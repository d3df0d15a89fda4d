"""The parts that several commands share: their errors, and their options."""

import argparse
import contextlib
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ..sandbox.policy import Limits

ROOT = Path(__file__).resolve().parents[2]
NO_SANDBOX = "--unsafe-no-sandbox"
NO_SANDBOX_HELP = (
    "run student code without protection; only for a machine that cannot provide the sandbox"
)
UNSAFE = """\
**********************************************************************************************
** UNSAFE: there is no sandbox. Student code runs with your rights. It can read, change, delete
** and send whatever you can, including the gradebook and other submissions. It can also give
** itself any marks.
**********************************************************************************************"""


class UnusableError(Exception):
    """An error in the call or its input. Its text is one line for the user."""


def open_course(name: str) -> Any:
    """Return the course folder with its settings. Raises UnusableError if it cannot be used."""
    from ..grading.course_folder import CourseFolder
    from ..grading.nbgrader_settings import SettingsError

    if not Path(name).is_dir():
        raise UnusableError(f"{name}: there is no such folder; name the course folder (--course)")
    try:
        return CourseFolder.open(Path(name))
    except SettingsError as error:
        raise UnusableError(str(error)) from None


def open_assignment(course: Any, name: str) -> Any:
    """Return the assignment that a course folder has released under a name.

    Raises UnusableError if there is none or if it cannot be marked.
    """
    from ..grading.assignment import UnknownAssignmentError
    from ..grading.own_questions import OwnQuestionError
    from ..grading.released import UnmarkableError, released_assignment

    try:
        return released_assignment(course, name)
    except UnknownAssignmentError as error:
        raise UnusableError(f"{error}. {_where_to_look(course)}") from None
    except (UnmarkableError, OwnQuestionError) as error:
        raise UnusableError(str(error)) from None


def _where_to_look(course: Any) -> str:
    """Return a sentence that helps somebody who has named an unknown assignment."""
    places = [place for step in ("release", "source") for place in course.step(step).glob("*/")]
    if not places:
        return "Is this the course folder? If not, name it with --course"
    return f"In this course folder there is {', '.join(sorted({place.name for place in places}))}"


def gradebook_url(options: argparse.Namespace, course: Any) -> str:
    """Return the URL of the gradebook: of --db, or else of the course.

    Raises UnusableError if the course names a file that is not there.
    """
    if options.db:
        return str(options.db)
    url = str(course.db_url)
    file = url.removeprefix("sqlite:///")
    if file != url and not Path(file).is_file():
        raise UnusableError(
            f"{course.root}: there is no gradebook here; is this the course folder?"
        )
    return url


def assignment_name(name: str) -> str:
    """Return the name of an assignment. Raises UnusableError if it cannot be one."""
    if not re.fullmatch(r"\w[\w. -]*", name):
        raise UnusableError(f"{name}: this cannot be the name of an assignment; one is 02-forward")
    return name


def add_sandbox_option(parser: argparse.ArgumentParser) -> None:
    """Add the option that turns the sandbox off."""
    parser.add_argument(NO_SANDBOX, action="store_true", help=NO_SANDBOX_HELP)


def limits_of(options: argparse.Namespace, quiet: bool = False) -> Limits:
    """Return the limits of a job. Print a warning if the sandbox is off, unless quiet is True."""
    if options.unsafe_no_sandbox and not quiet:
        print(UNSAFE, file=sys.stderr)
    return Limits(isolated=not options.unsafe_no_sandbox)


@contextlib.contextmanager
def gradebook_errors(what: str) -> Iterator[None]:
    """Turn an error of the database into an UnusableError of one line.

    what: the beginning of that line, such as "the gradebook cannot be read".
    """
    from sqlalchemy.exc import SQLAlchemyError

    try:
        yield
    except (SQLAlchemyError, ImportError) as error:  # ImportError: its driver is not installed
        raise UnusableError(f"{what}: {str(error).splitlines()[0]}") from None


def open_roster(path: str) -> Any:
    """Return the list of a class that --roster names. Raises UnusableError if it cannot be one."""
    from ..desk.roster import Roster, RosterError

    try:
        return Roster.read(Path(path))
    except RosterError as error:
        raise UnusableError(f"--roster {error}") from None


def course_records(options: argparse.Namespace, course: Any) -> Any:
    """Return what is recorded about a class for the assignment that a command names.

    Raises UnusableError if the assignment is unknown or nothing is recorded yet.
    """
    from ..desk.class_records import read_class

    assignment = open_assignment(course, options.assignment)
    with gradebook_errors(f"the gradebook of {course.root} cannot be read"):
        records = read_class(options.db or course.db_url, assignment)
    if not records.works:
        raise UnusableError(
            f"{course.root}: no marks for {assignment.name} are recorded here. Is this the course "
            f"folder (--course)? If so, run `autograder grade {assignment.name}` first"
        )
    return records


def add_course_options(parser: argparse.ArgumentParser) -> None:
    """Add the arguments that name the assignment, the course folder and the gradebook."""
    parser.add_argument("assignment", help="its name, for example 02-forward")
    add_course_option(parser)
    add_db_option(parser)


def add_course_option(parser: argparse.ArgumentParser) -> None:
    """Add the option that names the course folder."""
    parser.add_argument(
        "--course", default=".", help="the nbgrader course folder; default: this folder"
    )


def add_db_option(parser: argparse.ArgumentParser) -> None:
    """Add the option that names the gradebook."""
    parser.add_argument(
        "--db", help="gradebook URL; default: that of nbgrader_config.py, or else gradebook.db"
    )
