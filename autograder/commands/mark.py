"""`autograder mark`: mark the written answers to one question."""

import argparse
from typing import Any

from .common import UnusableError, add_course_options, course_records, open_course

EXAMPLE = """\
example:
  autograder mark 02-forward --course ~/course
  autograder mark 02-forward shift_of_softmax --course ~/course
It prints the address of a page. Every mark on that page is saved in the gradebook at once."""


def add(commands: Any) -> None:
    """Add the command and its options to the parser of `autograder`."""
    parser = commands.add_parser(
        "mark",
        help=run.__doc__,
        epilog=EXAMPLE,
    )
    add_course_options(parser)
    parser.add_argument(
        "question",
        nargs="?",
        default="",
        help="one that a person marks, for example shift_of_softmax; default: the only one",
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Serve a page to mark all written answers to one question, until Ctrl-C."""
    with marking_server(options) as server:
        print(f"Open {server.address} in a browser on this machine. Ctrl-C ends the marking.")
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            print("\nEvery mark that the page shows as saved is in the gradebook.")
    return 0


def marking_server(options: argparse.Namespace) -> Any:
    """Return the server of the page. Raises UnusableError if the checks mark the question."""
    from ..desk.titles import titles
    from ..desk.written.answers import answers, manual_question
    from ..desk.written.marks import MarkWriter
    from ..desk.written.page import marking_page
    from ..desk.written.server import MarkingServer
    from ..written_answer import model_answer

    course = open_course(options.course)
    records = course_records(options, course)
    assignment = records.assignment
    try:
        question = manual_question(assignment, options.question)
    except ValueError as error:
        raise UnusableError(str(error)) from None
    title = str(titles(assignment.released)[question.id])
    model = model_answer(question.id)

    def page() -> str:
        given = answers(course_records(options, course), course, question.id)
        return marking_page(title, question, model.text if model else "", given)

    known = {answer.student: answer for answer in answers(records, course, question.id)}
    writer = MarkWriter(options.db or course.db_url, assignment.name, question.id)
    return MarkingServer(page, known, question.points, writer.write)
