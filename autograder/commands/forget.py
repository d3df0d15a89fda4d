"""`autograder forget`: remove a student from a course, or give the student another name."""

import argparse
from typing import Any

from ..sandbox.printable import printable
from .common import (
    UnusableError,
    add_course_option,
    add_db_option,
    gradebook_errors,
    open_course,
)

EXAMPLE = """\
examples:
  autograder forget jdoe --course ~/course                         # says what there is
  autograder forget jdoe --course ~/course --yes                   # deletes it
  autograder forget jdoe --course ~/course --pseudonym p17 --yes   # keeps the marks
docs/data.md says where what is kept. Backups and nbgrader's exchange are not changed. A notebook
keeps what its author has written, so with --pseudonym it may still contain a name."""


def add(commands: Any) -> None:
    """Add the command and its options to the parser of `autograder`."""
    parser = commands.add_parser("forget", help=run.__doc__, epilog=EXAMPLE)
    parser.add_argument("student", help="the id of the student: the name of the folder")
    add_course_option(parser)
    parser.add_argument(
        "--pseudonym",
        metavar="NAME",
        default="",
        help="keep the submissions, marks and records, but under this name",
    )
    parser.add_argument(
        "--yes",
        action="store_true",
        help="make the change; without this option, only list what is stored",
    )
    add_db_option(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Remove a student from a course, or give the student another name."""
    from ..desk.forget import ForgetError

    course, student = open_course(options.course), options.student
    if "/" in student or student in ("", ".", ".."):
        raise UnusableError(f"{student}: this cannot be the id of a student")
    try:
        with gradebook_errors("the gradebook cannot be changed"):
            _forget(options, course)
    except ForgetError as error:
        raise UnusableError(str(error)) from None
    return 0


def _forget(options: argparse.Namespace, course: Any) -> None:
    """List what is stored about a student, and with --yes change it."""
    from ..desk.forget import files_with, folders_of, forget, rows_of

    student, db_url = options.student, options.db or course.db_url
    folders, rows = folders_of(course, student), rows_of(db_url, student)
    if not folders and not rows:
        raise UnusableError(f"{course.root}: there is no student {student}")
    for folder in folders:
        print(printable(f"folder: {folder}"))
    print(f"gradebook: {rows} rows with the student's id, and the grades that belong to them")
    for path in files_with(course, student):
        print(printable(f"still names the student, so write it again or delete it: {path}"))
    if not options.yes:
        print("nothing was changed; add --yes to do it")
        return
    forget(course, db_url, student, options.pseudonym)
    done = f"is now {options.pseudonym}" if options.pseudonym else "is forgotten"
    print(printable(f"{student} {done}"))
