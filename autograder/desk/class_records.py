"""Read what is recorded about a class: verdicts, and the marks and comments of people.

The verdicts are in our table of the gradebook, everything else in the tables of nbgrader. nbgrader
itself is not imported, because that would take longer than to write the pages of a class.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sql

from ..grading.assignment import Assignment
from ..grading.gradebook import RESULTS, connect, reflected
from ..marking.verdict import Verdict, from_record

# The first words of verdicts on cells without an answer. They come from marking/missing.py.
NOT_ATTEMPTED = ("Not attempted:", "There is nothing to check yet:", "Nothing is written here.")


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
            reader = _Reader(connection, tables, assignment.name)
            names, works = reader.names(), reader.works()
    finally:
        engine.dispose()
    there = {work.student for work in works}
    absent = sorted(name for student, name in names.items() if student not in there)
    return ClassRecords(assignment, works, absent)


@dataclass(frozen=True)
class _Reader:
    """A reader of one assignment's rows in an open gradebook."""

    connection: sql.Connection
    tables: Mapping[str, sql.Table]
    assignment: str

    def names(self) -> dict[str, str]:
        """Return the full name of each student by id, or the id, if there is no name."""
        student = self.tables["student"]
        rows = self.connection.execute(
            sql.select(student.c.id, student.c.first_name, student.c.last_name)
        )
        return {id: " ".join(filter(None, (first, last))) or id for id, first, last in rows}

    def works(self) -> list[Work]:
        """Return the submissions that have a record, sorted by student."""
        names, marks, comments = self.names(), self._by_hand(), self._comments()
        late = self._submissions()
        chosen = sql.select(RESULTS.c.student, RESULTS.c.record)
        rows = self.connection.execute(chosen.where(RESULTS.c.assignment == self.assignment))
        works = []
        for student, text in sorted(map(tuple, rows)):
            record = json.loads(text)
            when, penalty = late.get(student, (None, 0.0))
            found = [
                _mark(from_record(q), marks.get((student, q["id"])), comments, student)
                for q in record["questions"]
            ]
            works.append(
                Work(
                    student,
                    names.get(student, student),
                    record["status"],
                    record["message"],
                    when,
                    penalty,
                    found,
                    frozenset(record.get("flagged", ())),
                )
            )
        return works

    def _by_hand(self) -> dict[tuple[str, str], Any]:
        """Return by student and question the points that nbgrader knows."""
        grade = self.tables["grade"]
        columns = (grade.c.manual_score, grade.c.extra_credit, grade.c.needs_manual_grade)
        rows = self.connection.execute(self._of_cells(grade, *columns))
        return {
            (student, name): (score, extra, waiting)
            for student, name, score, extra, waiting in rows
        }

    def _comments(self) -> dict[tuple[str, str], str]:
        """Return by student and cell the comments of people."""
        comment = self.tables["comment"]
        chosen = self._of_cells(comment, comment.c.manual_comment)
        rows = self.connection.execute(chosen.where(comment.c.manual_comment.is_not(None)))
        return {(student, name): text for student, name, text in rows}

    def _submissions(self) -> dict[str, tuple[datetime | None, float]]:
        """Return the time of each submission and its penalty for lateness."""
        submission, notebook = (
            self.tables[n] for n in ("submitted_assignment", "submitted_notebook")
        )
        columns = (
            submission.c.student_id,
            submission.c.timestamp,
            notebook.c.late_submission_penalty,
        )
        chosen = (
            sql.select(*columns)
            .join_from(submission, notebook, notebook.c.assignment_id == submission.c.id)
            .join(self._its, submission.c.assignment_id == self._its.c.id)
            .where(self._its.c.name == self.assignment)
        )
        rows = self.connection.execute(chosen)
        return {student: (when, penalty or 0.0) for student, when, penalty in rows}

    @property
    def _its(self) -> sql.Table:
        return self.tables["assignment"]

    def _of_cells(self, table: sql.Table, *columns: Any) -> Any:
        """Return a query for the rows of a table that belong to cells of the assignment.

        A row has the student, the name of the cell and the given columns.
        """
        notebook, submission, cell = (
            self.tables[n] for n in ("submitted_notebook", "submitted_assignment", "base_cell")
        )
        return (
            sql.select(submission.c.student_id, cell.c.name, *columns)
            .join_from(table, notebook, table.c.notebook_id == notebook.c.id)
            .join(submission, notebook.c.assignment_id == submission.c.id)
            .join(self._its, submission.c.assignment_id == self._its.c.id)
            .join(cell, table.c.cell_id == cell.c.id)
            .where(self._its.c.name == self.assignment)
        )


def _mark(verdict: Verdict, row: Any, comments: dict[tuple[str, str], str], student: str) -> Mark:
    """Return the mark of a question: the points of a person where there are some."""
    manual, extra, waiting = row or (None, None, False)
    own = verdict.score if manual is None else manual
    words = [comments.get((student, name), "") for name in (verdict.id, f"{verdict.id}-answer")]
    comment = "\n\n".join(word.strip() for word in words if word.strip())
    return Mark(verdict, own + (extra or 0.0), manual is not None, bool(waiting), comment)
