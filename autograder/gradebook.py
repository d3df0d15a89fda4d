"""Results into nbgrader's gradebook: the rows that stock nbgrader writes, in one transaction.

Beside them stands one table of ours, `autograder_result`: what was graded under which key. It is written
in the same transaction as the scores, so that the two cannot disagree after a crash.
"""

import json
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import nbformat
import sqlalchemy as sql
from alembic.script import ScriptDirectory
from nbgrader import api
from nbgrader.api import Gradebook, MissingEntry, new_uuid
from nbgrader.dbutil import ALEMBIC_DIR
from nbgrader.preprocessors import SaveCells
from nbgrader.utils import parse_utc
from sqlalchemy.exc import OperationalError

from .grade import Result
from .notebook import Notebook


def newest_schema() -> str:
    """The version of nbgrader's tables, for a new gradebook."""
    return str(ScriptDirectory(ALEMBIC_DIR).get_current_head())


# nbgrader asks a program for it that loads everything once more, which takes seconds.
api.get_alembic_version = newest_schema

RESULTS = sql.Table(
    "autograder_result",
    sql.MetaData(),
    sql.Column("assignment", sql.String(128), primary_key=True),
    sql.Column("student", sql.String(128), primary_key=True),
    sql.Column("key", sql.String(64), nullable=False),
    sql.Column("record", sql.Text, nullable=False),
)
VERSION = sql.Table(
    "alembic_version",
    sql.MetaData(),
    sql.Column("version_num", sql.String(32), nullable=False),
)
STUDENT, SUBMISSION, NOTEBOOK, GRADE, COMMENT = (
    model.__table__
    for model in (
        api.Student,
        api.SubmittedAssignment,
        api.SubmittedNotebook,
        api.Grade,
        api.Comment,
    )
)
_auto = sql.bindparam("auto", type_=sql.Float)
SET_GRADE = (
    GRADE.update()
    .where(GRADE.c.notebook_id == sql.bindparam("of"), GRADE.c.cell_id == sql.bindparam("cell"))
    .values(
        auto_score=_auto,
        # As nbgrader has it: what a person marked before is to be looked at again.
        needs_manual_grade=sql.or_(
            GRADE.c.manual_score.is_not(None), sql.cast(_auto, sql.Float).is_(None)
        ),
    )
)
SET_COMMENT = (
    COMMENT.update()
    .where(COMMENT.c.notebook_id == sql.bindparam("of"), COMMENT.c.cell_id == sql.bindparam("cell"))
    .values(auto_comment=sql.bindparam("words", type_=sql.Text))
)
SET_TIME = (
    SUBMISSION.update()
    .where(SUBMISSION.c.id == sql.bindparam("its"))
    .values(timestamp=sql.bindparam("timestamp"))
)
AT_A_TIME = 500
PATIENCE = (0.2, 1.0, 3.0, 10.0, 20.0)  # seconds between attempts while a database is away


def register(db_url: str, assignment: str, released: Notebook) -> None:
    """Make sure that the gradebook knows the assignment and its cells, as nbgrader would.

    nbgrader commits step by step. What a crash left half done is done anew.
    """
    with Gradebook(db_url) as gradebook:
        if not gradebook.assignments:
            _note_version(gradebook.engine)
        gradebook.update_or_create_assignment(assignment)
        RESULTS.create(gradebook.engine, checkfirst=True)
        try:
            # Cells may be missing until there are submissions; with these, all of them were there.
            if gradebook.find_notebook(assignment, assignment).num_submissions:
                return
        except MissingEntry:
            pass
    resources = {"nbgrader": {"notebook": assignment, "assignment": assignment, "db_url": db_url}}
    SaveCells().preprocess(nbformat.from_dict(released), resources)


def _note_version(engine: sql.Engine) -> None:
    """Note the version of the tables, without which `nbgrader db upgrade` fails one day."""
    with engine.begin() as connection:
        VERSION.create(connection, checkfirst=True)
        if connection.scalar(sql.select(VERSION.c.version_num)) is None:
            connection.execute(VERSION.insert(), {"version_num": newest_schema()})


class Writer:
    """Writes the results of one assignment, of which the gradebook has been told by `register`."""

    def __init__(self, db_url: str, assignment: str) -> None:
        waiting = {"timeout": 60} if db_url.startswith("sqlite") else {}
        self._engine = sql.create_engine(db_url, connect_args=waiting, pool_pre_ping=True)
        self._assignment = assignment
        self._ids = self._patiently(self._look_up)

    def close(self) -> None:
        """Close every connection; the next call opens new ones."""
        self._engine.dispose()

    def known(self) -> dict[str, str]:
        """The key under which each student was graded."""
        chosen = sql.select(RESULTS.c.student, RESULTS.c.key)
        with self._engine.connect() as connection:
            return {s: key for s, key in connection.execute(chosen.where(self._ours()))}

    def records(self, students: Iterable[str]) -> Iterator[dict[str, Any]]:
        """What is on record of these students, in the order of their names, some at a time."""
        chosen = sql.select(RESULTS.c.student, RESULTS.c.record).where(self._ours())
        # Sorted here: a database may have an order of its own.
        for some in batched(sorted(students), AT_A_TIME):
            with self._engine.connect() as connection:
                found = connection.execute(chosen.where(RESULTS.c.student.in_(some)))
                by_student = {student: record for student, record in found}
            yield from (json.loads(by_student[s]) for s in some if s in by_student)

    def write(self, graded: list[tuple[str, str, Result]]) -> None:
        """Write (key, time of submission or "", result) of some students, all or none of them.

        Writing twice is the same as once. Waits while the database is away; raises what SQLAlchemy
        raises when that lasts.
        """
        self._patiently(lambda: self._write(graded))

    def _ours(self) -> Any:
        return RESULTS.c.assignment == self._assignment

    def _look_up(self) -> dict[str, Any]:
        """nbgrader's ids of the assignment, the notebook and its cells."""
        with sql.orm.Session(self._engine) as session:
            found = session.scalars(sql.select(api.Assignment).filter_by(name=self._assignment))
            assignment = found.one()
            notebook = next(n for n in assignment.notebooks if n.name == self._assignment)
            return {
                "assignment": assignment.id,
                "notebook": notebook.id,
                "grades": {c.name: c.id for c in (*notebook.grade_cells, *notebook.task_cells)},
                "comments": {
                    c.name: c.id for c in (*notebook.solution_cells, *notebook.task_cells)
                },
            }

    def _patiently(self, action: Callable[[], Any]) -> Any:
        for seconds in PATIENCE:
            try:
                return action()
            except OperationalError:
                self._engine.dispose()
                time.sleep(seconds)
        return action()

    def _write(self, graded: list[tuple[str, str, Result]]) -> None:
        students = [result.student for _, _, result in graded]
        with self._engine.begin() as connection:
            there = self._make_room(connection, students)
            grades: list[dict[str, Any]] = []
            comments: list[dict[str, Any]] = []
            times: list[dict[str, Any]] = []
            for _, timestamp, result in graded:
                submission, notebook = there[result.student]
                times.append({"its": submission, "timestamp": parse_time(timestamp)})
                scores = _scores(result)
                for name, cell in self._ids["grades"].items():
                    score = scores.get(name, 0.0)
                    grades.append({"of": notebook, "cell": cell, "auto": score})
                for name, cell in self._ids["comments"].items():
                    words = "No response." if name in result.unanswered else None
                    comments.append({"of": notebook, "cell": cell, "words": words})
            connection.execute(SET_GRADE, grades)
            connection.execute(SET_COMMENT, comments)
            connection.execute(SET_TIME, times)
            self._write_records(connection, graded, students)

    def _make_room(
        self, connection: sql.Connection, students: list[str]
    ) -> dict[str, tuple[str, str]]:
        """(submission id, notebook id) of each student; the rows of new ones are made."""
        ids = self._ids
        found = connection.scalars(sql.select(STUDENT.c.id).where(STUDENT.c.id.in_(students)))
        new = set(students) - set(found)
        chosen = (
            sql.select(SUBMISSION.c.student_id, SUBMISSION.c.id, NOTEBOOK.c.id)
            .join(NOTEBOOK, NOTEBOOK.c.assignment_id == SUBMISSION.c.id)
            .where(SUBMISSION.c.assignment_id == ids["assignment"])
            .where(NOTEBOOK.c.notebook_id == ids["notebook"])
            .where(SUBMISSION.c.student_id.in_(students))
        )
        there = {student: (a, n) for student, a, n in connection.execute(chosen)}
        fresh = {s: (new_uuid(), new_uuid()) for s in students if s not in there}
        rows: dict[sql.Table, list[dict[str, Any]]] = {
            STUDENT: [{"id": student} for student in sorted(new)],
            SUBMISSION: [
                {"id": a, "assignment_id": ids["assignment"], "student_id": student}
                for student, (a, _) in fresh.items()
            ],
            NOTEBOOK: [
                {"id": n, "assignment_id": a, "notebook_id": ids["notebook"], "flagged": False}
                for a, n in fresh.values()
            ],
            GRADE: [
                {"id": new_uuid(), "notebook_id": n, "cell_id": cell, "needs_manual_grade": True}
                for _, n in fresh.values()
                for cell in ids["grades"].values()
            ],
            COMMENT: [
                {"id": new_uuid(), "notebook_id": n, "cell_id": cell}
                for _, n in fresh.values()
                for cell in ids["comments"].values()
            ],
        }
        for table, values in rows.items():
            if values:
                connection.execute(table.insert(), values)
        return {**there, **fresh}

    def _write_records(
        self,
        connection: sql.Connection,
        graded: list[tuple[str, str, Result]],
        students: list[str],
    ) -> None:
        connection.execute(
            RESULTS.delete().where(self._ours()).where(RESULTS.c.student.in_(students))
        )
        rows = [
            {
                "assignment": self._assignment,
                "student": result.student,
                "key": key,
                "record": json.dumps(result.record()),
            }
            for key, _, result in graded
        ]
        connection.execute(RESULTS.insert(), rows)


def batched(items: list[str], count: int) -> Iterator[list[str]]:
    """The items, so many at a time."""
    return (items[i : i + count] for i in range(0, len(items), count))


def parse_time(text: str) -> Any:
    """nbgrader's reading of a timestamp file; None where there is none or it cannot be read."""
    try:
        return parse_utc(text.strip()) if text.strip() else None
    except (ValueError, OverflowError):
        return None


def _scores(result: Result) -> dict[str, float | None]:
    """The points of every question; None for what a person marks."""
    return {v.id: None if v.verdict == "manual" else float(v.score) for v in result.questions}
