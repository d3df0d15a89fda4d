"""Read the marks of a class from the gradebook, as nbgrader adds them up, without importing it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sql

from ..grading.assignment import Assignment
from ..grading.gradebook import RESULTS, connect, reflected


class NoMarksError(ValueError):
    """An error for a gradebook that has no marks of an assignment. The text is one line."""


@dataclass
class StudentMarks:
    """The marks of one student.

    points: by question. waiting: the questions that a person has to mark or to look at. penalty:
    for being late, in points. status: graded or rejected; empty if nbgrader itself has graded.
    """

    student: str
    name: str = ""
    points: dict[str, float] = field(default_factory=dict)
    waiting: list[str] = field(default_factory=list)
    penalty: float = 0.0
    status: str = ""


@dataclass(frozen=True)
class ClassMarks:
    """The marks of a class in one assignment.

    full: the full marks by question, in order. bonus: the questions that are not part of the core.
    """

    assignment: str
    full: dict[str, float]
    bonus: frozenset[str]
    students: dict[str, StudentMarks]

    @property
    def core_full(self) -> float:
        """The full marks of the core."""
        return sum(points for id, points in self.full.items() if id not in self.bonus)

    @property
    def bonus_full(self) -> float:
        """The full marks of the bonus."""
        return sum(self.full[id] for id in self.bonus)

    def core(self, marks: StudentMarks) -> float:
        """Return the points of a student in the core."""
        return sum(points for id, points in marks.points.items() if id not in self.bonus)

    def extra(self, marks: StudentMarks) -> float:
        """Return the points of a student in the bonus."""
        return sum(points for id, points in marks.points.items() if id in self.bonus)

    def total(self, marks: StudentMarks) -> float:
        """Return all points of a student, less the penalty, as nbgrader exports them."""
        return max(0.0, sum(marks.points.values()) - marks.penalty)


def read_marks(db_url: str, chosen: Assignment) -> ClassMarks:
    """Return the marks of an assignment, also of those whom nbgrader itself has graded.

    Raises NoMarksError if the gradebook does not know it, and SQLAlchemyError if the database
    cannot be used.
    """
    assignment, engine = chosen.name, connect(db_url)
    try:
        tables = reflected(engine)
        if "submitted_assignment" not in tables:
            raise NoMarksError("there is no gradebook here yet; type: autograder grade")
        with engine.connect() as connection:
            full = _full_marks(connection, tables, assignment)
            if not full:
                raise NoMarksError(f"the gradebook has no assignment {assignment}")
            students = _students(connection, tables, assignment)
            _add_points(connection, tables, assignment, students)
            _add_status(connection, tables, assignment, students)
    finally:
        engine.dispose()
    order = {id: place for place, (id, _) in enumerate(chosen.points)}
    ordered = sorted(full, key=lambda id: (order.get(id, len(order)), id))
    bonus = frozenset(question.id for question in chosen.questions if question.bonus)
    return ClassMarks(assignment, {id: full[id] for id in ordered}, bonus, students)


def _full_marks(
    connection: sql.Connection, tables: Mapping[str, sql.Table], assignment: str
) -> dict[str, float]:
    its, notebook, base, grade = (
        tables[name] for name in ("assignment", "notebook", "base_cell", "grade_cells")
    )
    chosen = (
        sql.select(base.c.name, grade.c.max_score)
        .join_from(grade, base, grade.c.id == base.c.id)
        .join(notebook, base.c.notebook_id == notebook.c.id)
        .join(its, notebook.c.assignment_id == its.c.id)
        .where(its.c.name == assignment)
    )
    return {name: float(points) for name, points in connection.execute(chosen)}


def _students(
    connection: sql.Connection, tables: Mapping[str, sql.Table], assignment: str
) -> dict[str, StudentMarks]:
    """Return every student of the gradebook who has handed in, with name and penalty."""
    its, submission, notebook, student = (
        tables[name]
        for name in ("assignment", "submitted_assignment", "submitted_notebook", "student")
    )
    chosen = (
        sql.select(
            student.c.id,
            student.c.first_name,
            student.c.last_name,
            sql.func.sum(notebook.c.late_submission_penalty),
        )
        .join_from(submission, its, submission.c.assignment_id == its.c.id)
        .join(student, submission.c.student_id == student.c.id)
        .join(notebook, notebook.c.assignment_id == submission.c.id)
        .where(its.c.name == assignment)
        .group_by(student.c.id, student.c.first_name, student.c.last_name)
        .order_by(student.c.id)
    )
    found = {}
    for id, first, last, penalty in connection.execute(chosen):
        name = " ".join(filter(None, [first, last]))
        found[id] = StudentMarks(id, name, penalty=float(penalty or 0))
    return found


def _add_points(
    connection: sql.Connection,
    tables: Mapping[str, sql.Table],
    assignment: str,
    students: dict[str, StudentMarks],
) -> None:
    """Add the points: those that a person gave, or else those of the checks, and extra credit."""
    its, submission, notebook, grade, base = (
        tables[name]
        for name in (
            *("assignment", "submitted_assignment", "submitted_notebook", "grade", "base_cell"),
        )
    )
    chosen = (
        sql.select(
            submission.c.student_id,
            base.c.name,
            grade.c.auto_score,
            grade.c.manual_score,
            grade.c.extra_credit,
            grade.c.needs_manual_grade,
        )
        .join_from(grade, notebook, grade.c.notebook_id == notebook.c.id)
        .join(submission, notebook.c.assignment_id == submission.c.id)
        .join(its, submission.c.assignment_id == its.c.id)
        .join(base, grade.c.cell_id == base.c.id)
        .where(its.c.name == assignment)
    )
    for student, question, auto, manual, extra, waits in connection.execute(chosen):
        marks = students[student]
        marks.points[question] = float((manual if manual is not None else auto) or 0)
        marks.points[question] += float(extra or 0)
        if waits:
            marks.waiting.append(question)


def _add_status(
    connection: sql.Connection,
    tables: Mapping[str, sql.Table],
    assignment: str,
    students: dict[str, StudentMarks],
) -> None:
    if RESULTS.name not in tables:
        return
    chosen = sql.select(RESULTS.c.student, RESULTS.c.record)
    for student, record in connection.execute(chosen.where(RESULTS.c.assignment == assignment)):
        if student in students:
            found: Any = json.loads(record)
            students[student].status = found["status"]
