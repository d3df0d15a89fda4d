"""`autograder feedback`: write a feedback page for each student."""

import argparse
from pathlib import Path
from typing import Any

from .common import UnusableError, add_course_options, course_records


def add(commands: Any) -> None:
    """Add the command and its options to the parser of `autograder`."""
    parser = commands.add_parser("feedback", help=run.__doc__)
    add_course_options(parser)
    parser.add_argument(
        "--book-url",
        default="",
        help="address of your copy of the book, to which the pages link; default: BOOK_URL",
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Write a feedback page for each student, which `nbgrader release_feedback` gives out."""
    from ..desk.feedback import write_feedback

    records = course_records(options)
    course = Path(options.course).resolve()
    try:
        pages = list(write_feedback(records, course, options.book_url))
    except OSError as error:
        raise UnusableError(f"the feedback cannot be written: {error}") from None
    print(f"{options.assignment}: {len(pages)} feedback pages, for example {pages[0]}")
    return 0
