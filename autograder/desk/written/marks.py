"""Write the points and the comment of a person into nbgrader's gradebook, as formgrader does."""

from dataclasses import dataclass

import sqlalchemy as sql

from ...grading.gradebook import connect, reflected


@dataclass(frozen=True)
class HandMark:
    """The mark of a person for an answer. score: the points, or None to take them back."""

    student: str
    score: float | None
    comment: str


class MarkWriter:
    """A writer of the marks for one question."""

    def __init__(self, db_url: str, assignment: str, question: str) -> None:
        self._engine = connect(db_url)
        self._tables = reflected(self._engine)
        self._assignment = assignment
        self._question = question

    def write(self, mark: HandMark) -> None:
        """Write a mark at once. Raises KeyError if the student has no submission."""
        grade, comment = self._tables["grade"], self._tables["comment"]
        without = sql.and_(sql.literal(mark.score is None), grade.c.auto_score.is_(None))
        with self._engine.begin() as connection:
            notebook = connection.scalar(self._notebook(mark.student))
            if notebook is None:
                raise KeyError(mark.student)
            changed = connection.execute(
                grade.update()
                .where(grade.c.notebook_id == notebook, grade.c.cell_id.in_(self._cells()))
                .values(manual_score=mark.score, needs_manual_grade=without)
            )
            connection.execute(
                comment.update()
                .where(comment.c.notebook_id == notebook, comment.c.cell_id.in_(self._cells()))
                .values(manual_comment=mark.comment or None)
            )
            if changed.rowcount != 1:  # the transaction then writes nothing
                raise KeyError(mark.student)

    def _notebook(self, student: str) -> sql.Select[tuple[str]]:
        """Return a query for the id of a student's notebook."""
        notebook, submission, its = (
            self._tables[n] for n in ("submitted_notebook", "submitted_assignment", "assignment")
        )
        return (
            sql.select(notebook.c.id)
            .join_from(notebook, submission, notebook.c.assignment_id == submission.c.id)
            .join(its, submission.c.assignment_id == its.c.id)
            .where(its.c.name == self._assignment, submission.c.student_id == student)
        )

    def _cells(self) -> sql.Select[tuple[str]]:
        """Return a query for the ids of the question's cells: for its points, and for a comment."""
        cell, notebook, its = (self._tables[n] for n in ("base_cell", "notebook", "assignment"))
        return (
            sql.select(cell.c.id)
            .join_from(cell, notebook, cell.c.notebook_id == notebook.c.id)
            .join(its, notebook.c.assignment_id == its.c.id)
            .where(its.c.name == self._assignment, cell.c.name == self._question)
        )
