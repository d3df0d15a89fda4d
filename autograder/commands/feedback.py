"""`autograder feedback`: write a feedback page for each student."""

import argparse
from typing import Any

from .common import UnusableError, add_course_options, course_records, open_course

EXAMPLE = """\
examples:
  autograder feedback 02-forward --course ~/course
  autograder feedback 02-forward --course ~/course --book-url https://example.org/backpropagation
nbgrader release_feedback then gives the pages to a class on nbgrader's exchange."""


def add(commands: Any) -> None:
    """Add the command and its options to the parser of `autograder`."""
    parser = commands.add_parser("feedback", help=run.__doc__, epilog=EXAMPLE)
    add_course_options(parser)
    parser.add_argument(
        "--book-url",
        default="",
        help="address of your copy of the book, to which the pages link; default: BOOK_URL",
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Write a feedback page for each student, which `nbgrader release_feedback` gives out."""
    write_pages(options, open_course(options.course))
    return 0


def write_pages(options: argparse.Namespace, course: Any) -> None:
    """Write the pages and print one line about them. Raises UnusableError if that fails."""
    from ..desk.feedback import write_feedback

    records = course_records(options, course)
    try:
        pages = list(write_feedback(records, course, options.book_url))
    except OSError as error:
        raise UnusableError(f"the feedback cannot be written: {error}") from None
    print(f"{options.assignment}: {len(pages)} feedback pages, for example {pages[0]}")
