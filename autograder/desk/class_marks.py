"""Add up the marks of a class from the gradebook, as nbgrader does, for the exports."""

from dataclasses import dataclass, field

from ..grading.assignment import Assignment
from ..grading.gradebook import connect, reflected
from .gradebook_rows import GradebookRows


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
    written: those that a person marks.
    """

    assignment: str
    full: dict[str, float]
    bonus: frozenset[str]
    written: frozenset[str]
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
    engine = connect(db_url)
    try:
        tables = reflected(engine)
        if "submitted_assignment" not in tables:
            raise NoMarksError("there is no gradebook here yet; type: autograder grade")
        with engine.connect() as connection:
            rows = GradebookRows(connection, tables, chosen.name)
            full = rows.full_marks()
            if not full:
                raise NoMarksError(f"the gradebook has no assignment {chosen.name}")
            students = _students(rows)
    finally:
        engine.dispose()
    order = {id: place for place, (id, _) in enumerate(chosen.points)}
    ordered = sorted(full, key=lambda id: (order.get(id, len(order)), id))
    bonus = frozenset(question.id for question in chosen.questions if question.bonus)
    written = frozenset(question.id for question in chosen.manual)
    return ClassMarks(chosen.name, {id: full[id] for id in ordered}, bonus, written, students)


def _students(rows: GradebookRows) -> dict[str, StudentMarks]:
    """Return every student who has handed in, with the marks."""
    records = rows.records()
    students = {
        id: StudentMarks(
            id, row.name, penalty=row.penalty, status=records.get(id, {}).get("status", "")
        )
        for id, row in rows.submissions().items()
    }
    for (student, question), mark in rows.marks().items():
        students[student].points[question] = mark.points
        if mark.waiting:
            students[student].waiting.append(question)
    return students
