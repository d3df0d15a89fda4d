"""Read the marks of an assignment from nbgrader's gradebook.

This is the only reading of the marks: the exports, the report and the feedback pages all use it.
nbgrader itself is not imported, because that would take longer than to write the pages of a class.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sql

from ..grading.gradebook import RESULTS

Key = tuple[str, str]  # a student and the name of a cell


@dataclass(frozen=True)
class GradeRow:
    """The points of one student for one question.

    points: those that a person gave, or else those of the checks, and extra credit. by_hand: True
    if a person gave them. waiting: True if a person has to look at the question.
    """

    points: float
    by_hand: bool = False
    waiting: bool = False


@dataclass(frozen=True)
class SubmissionRow:
    """One student's submission. name: empty if it is not known. penalty: for being late."""

    name: str
    handed_in: datetime | None
    penalty: float


@dataclass(frozen=True)
class GradebookRows:
    """The rows of one assignment in an open gradebook."""

    connection: sql.Connection
    tables: Mapping[str, sql.Table]
    assignment: str

    def names(self) -> dict[str, str]:
        """Return the full name of each student of the gradebook by id, or an empty text."""
        student = self.tables["student"]
        chosen = sql.select(student.c.id, student.c.first_name, student.c.last_name)
        rows = self.connection.execute(chosen.order_by(student.c.id))
        return {id: " ".join(filter(None, (first, last))) for id, first, last in rows}

    def full_marks(self) -> dict[str, float]:
        """Return the full marks of each question."""
        notebook, base, grade = (self.tables[n] for n in ("notebook", "base_cell", "grade_cells"))
        chosen = (
            sql.select(base.c.name, grade.c.max_score)
            .join_from(grade, base, grade.c.id == base.c.id)
            .join(notebook, base.c.notebook_id == notebook.c.id)
            .join(self._its, notebook.c.assignment_id == self._its.c.id)
            .where(self._its.c.name == self.assignment)
        )
        return {name: float(points) for name, points in self.connection.execute(chosen)}

    def submissions(self) -> dict[str, SubmissionRow]:
        """Return the submission of each student who has handed in, sorted by student."""
        names = self.names()
        submission, notebook = (
            self.tables[n] for n in ("submitted_assignment", "submitted_notebook")
        )
        owner = (submission.c.student_id, submission.c.timestamp)
        chosen = (
            sql.select(*owner, sql.func.sum(notebook.c.late_submission_penalty))
            .join_from(submission, notebook, notebook.c.assignment_id == submission.c.id)
            .join(self._its, submission.c.assignment_id == self._its.c.id)
            .where(self._its.c.name == self.assignment)
            .group_by(*owner)
            .order_by(submission.c.student_id)
        )
        return {
            student: SubmissionRow(names.get(student, ""), when, float(penalty or 0.0))
            for student, when, penalty in self.connection.execute(chosen)
        }

    def marks(self) -> dict[Key, GradeRow]:
        """Return the points by student and question."""
        grade = self.tables["grade"]
        columns = (grade.c.auto_score, grade.c.manual_score, grade.c.extra_credit)
        rows = self._of_cells(grade, *columns, grade.c.needs_manual_grade)
        return {
            (student, name): GradeRow(
                float((auto if manual is None else manual) or 0.0) + float(extra or 0.0),
                manual is not None,
                bool(waiting),
            )
            for student, name, auto, manual, extra, waiting in self.connection.execute(rows)
        }

    def comments(self) -> dict[Key, str]:
        """Return the comments of people by student and cell."""
        comment = self.tables["comment"]
        chosen = self._of_cells(comment, comment.c.manual_comment)
        rows = self.connection.execute(chosen.where(comment.c.manual_comment.is_not(None)))
        return {(student, name): text for student, name, text in rows}

    def records(self) -> dict[str, dict[str, Any]]:
        """Return what the grader has recorded, by student and sorted; empty if it never graded."""
        if RESULTS.name not in self.tables:
            return {}
        chosen = sql.select(RESULTS.c.student, RESULTS.c.record)
        rows = self.connection.execute(chosen.where(RESULTS.c.assignment == self.assignment))
        return {student: json.loads(text) for student, text in sorted(map(tuple, rows))}

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
