"""`autograder report`: write the report on a class."""

import argparse
import json
from pathlib import Path
from typing import Any

from .common import UnusableError, add_course_options, course_records, open_course, open_roster

EXAMPLE = """\
examples:
  autograder report 02-forward --course ~/course
  autograder report 02-forward --course ~/course --roster Grades-Course.csv
  autograder report 02-forward --course ~/course --similar --json report.json
The report is one file, reports/02-forward.html in the course folder. Open it in a browser."""


def add(commands: Any) -> None:
    """Add the command and its options to the parser of `autograder`."""
    parser = commands.add_parser("report", help=run.__doc__, epilog=EXAMPLE)
    add_course_options(parser)
    parser.add_argument(
        "--roster",
        metavar="CSV",
        help="the list of the class from the platform: names, and who has not handed in",
    )
    parser.add_argument("--json", help="write the report to this file, too, as one JSON object")
    parser.add_argument(
        "--similar",
        action="store_true",
        help="list submissions with similar answers, to look at; takes up to two minutes for 1,000",
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Write the report on a class: points, questions, mistakes, and who needs help."""
    from ..desk.class_records import with_roster
    from ..desk.collect import read_records
    from ..desk.report.page import make_report, report_as_data, report_as_html
    from ..desk.report.similar import similar_submissions
    from ..grading.files import write_whole

    course = open_course(options.course)
    records = course_records(options, course)
    if options.roster:
        records = with_roster(
            records,
            open_roster(options.roster),
            read_records(course.root, records.assignment.name),
        )
    students = [work.student for work in records.works if work.status == "graded"]
    similar = None
    if options.similar:
        similar = similar_submissions(course, records.assignment, students)
    report = make_report(records, similar)
    page = course.root / "reports" / f"{options.assignment}.html"
    try:
        page.parent.mkdir(exist_ok=True)
        write_whole(page, [report_as_html(report)])
        if options.json:
            data = json.dumps(report_as_data(report), indent=1, ensure_ascii=False)
            write_whole(Path(options.json).resolve(), [data + "\n"])
    except OSError as error:
        raise UnusableError(f"the report cannot be written: {error}") from None
    print(f"{options.assignment}: {len(students)} submissions are in the report {page}")
    return 0
