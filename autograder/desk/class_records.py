"""Read what is recorded about a class: verdicts, and the marks and comments of people.

The verdicts are in our table of the gradebook, everything else in the tables of nbgrader.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import sqlalchemy as sql

from ..grading.assignment import Assignment
from ..grading.gradebook import RESULTS, connect, reflected
from ..marking.missing import NOTHING_WRITTEN
from ..marking.verdict import Verdict, from_record
from .gradebook_rows import GradebookRows, GradeRow, Key, SubmissionRow
from .roster import Roster

# The first words of verdicts on cells without an answer. They come from marking/missing.py.
NOT_ATTEMPTED = ("Not attempted:", "There is nothing to check yet:", NOTHING_WRITTEN)


@dataclass(frozen=True)
class Mark:
    """The recorded result of one student for one question.

    score: the points that count. by_hand: True if a person has given them. waiting: True if a
    person has to look at the question. comment: the words of a person.
    """

    verdict: Verdict
    score: float
    by_hand: bool = False
    waiting: bool = False
    comment: str = ""

    @property
    def id(self) -> str:
        """The id of the question."""
        return self.verdict.id

    @property
    def max_score(self) -> float:
        """The full marks of the question."""
        return self.verdict.max_score

    @property
    def is_untouched(self) -> bool:
        """True if the student has not answered the question, so that there is nothing to mark."""
        missing = self.verdict.verdict == "missing" and not self.by_hand
        return missing and self.verdict.headline.startswith(NOT_ATTEMPTED)


@dataclass(frozen=True)
class Work:
    """The submission of one student.

    status, message: as in Result. penalty: the points that are taken off for lateness.
    """

    student: str
    name: str
    status: str
    message: str
    handed_in: datetime | None
    penalty: float
    marks: list[Mark]
    flagged: frozenset[str]

    def total(self, chosen: set[str]) -> tuple[float, float]:
        """Return the sum of the points and of the full marks of some questions, by their ids."""
        marks = [mark for mark in self.marks if mark.id in chosen]
        return float(sum(m.score for m in marks)), float(sum(m.max_score for m in marks))


@dataclass(frozen=True)
class ClassRecords:
    """The records of a class for one assignment. absent: the names of those who have no record."""

    assignment: Assignment
    works: list[Work]
    absent: list[str]

    @property
    def bonus(self) -> set[str]:
        """The ids of the questions that are not part of the core."""
        return {question.id for question in self.assignment.questions if question.bonus}

    @property
    def core(self) -> set[str]:
        """The ids of the other questions."""
        return {question.id for question in self.assignment.everything} - self.bonus


def read_class(db_url: str, assignment: Assignment) -> ClassRecords:
    """Return the records of a class, sorted by student.

    Raises SQLAlchemyError if the database fails.
    """
    file = sql.make_url(db_url).database if db_url.startswith("sqlite") else ""
    if file and not Path(file).exists():  # connecting would create an empty gradebook file
        return ClassRecords(assignment, [], [])
    engine = connect(db_url)
    try:
        if not sql.inspect(engine).has_table(RESULTS.name):
            return ClassRecords(assignment, [], [])
        tables = reflected(engine)
        with engine.connect() as connection:
            rows = GradebookRows(connection, tables, assignment.name)
            names, works = rows.names(), _works(rows)
    finally:
        engine.dispose()
    there = {work.student for work in works}
    absent = sorted(name or student for student, name in names.items() if student not in there)
    return ClassRecords(assignment, works, absent)


def with_roster(
    records: ClassRecords, roster: Roster, collected: Mapping[str, Mapping[str, str]]
) -> ClassRecords:
    """Return the records with the names of a roster, and with everybody in it who has no record.

    collected: what `autograder collect` has recorded about each student.
    """
    rows = roster.rows_of([work.student for work in records.works], collected)
    names = {student: roster.name(row) for student, row in rows.items()}
    works = [replace(work, name=names.get(work.student) or work.name) for work in records.works]
    others = set(range(len(roster.rows))) - set(rows.values())
    absent = {roster.name(row) or roster.student(row) for row in others}
    return replace(records, works=works, absent=sorted(absent | set(records.absent)))


def _works(rows: GradebookRows) -> list[Work]:
    """Return the submissions that have a record, sorted by student."""
    submissions, marks, comments = rows.submissions(), rows.marks(), rows.comments()
    unknown = SubmissionRow("", None, 0.0)
    works = []
    for student, record in rows.records().items():
        row = submissions.get(student, unknown)
        found = [
            _mark(from_record(q), marks.get((student, q["id"])), comments, student)
            for q in record["questions"]
        ]
        works.append(
            Work(
                student,
                row.name or student,
                record["status"],
                record["message"],
                row.handed_in,
                row.penalty,
                found,
                frozenset(record.get("flagged", ())),
            )
        )
    return works


def _mark(verdict: Verdict, row: GradeRow | None, comments: dict[Key, str], student: str) -> Mark:
    """Return the mark of a question: the points of the gradebook, or else of the record."""
    row = row or GradeRow(verdict.score)
    words = [comments.get((student, name), "") for name in (verdict.id, f"{verdict.id}-answer")]
    comment = "\n\n".join(word.strip() for word in words if word.strip())
    return Mark(verdict, row.points, row.by_hand, row.waiting, comment)
