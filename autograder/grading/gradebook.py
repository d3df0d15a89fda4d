"""Write results into nbgrader's gradebook: the rows that nbgrader would write, in one transaction.

We add one table, `autograder_result`. It records the key under which a submission was graded (see
batch.py) and the result. It is written in the same transaction as the scores, so that the two
cannot disagree after a crash.
"""

import json
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Any
from uuid import uuid4

import sqlalchemy as sql
from sqlalchemy.exc import OperationalError

from .assignment import Assignment
from .course_folder import DEFAULT_COURSE
from .notebook import Notebook, grade_id, nbgrader_mark
from .result import SCHEMA, Result

RESULTS = sql.Table(
    "autograder_result",
    sql.MetaData(),
    sql.Column("assignment", sql.String(128), primary_key=True),
    sql.Column("student", sql.String(128), primary_key=True),
    sql.Column("key", sql.String(64), nullable=False),
    sql.Column("record", sql.Text, nullable=False),
)
# The tables of nbgrader that we write or read.
NEEDED = {
    *("assignment", "notebook", "base_cell", "grade_cells", "solution_cells", "source_cell"),
    *("student", "submitted_assignment", "submitted_notebook", "grade", "comment"),
}
MAX_STUDENTS = 500  # per query
HALF_KEY = 32  # characters: a key has one half for the submission and one for the grader
PATIENCE = (0.2, 1.0, 3.0, 10.0, 20.0)  # seconds between attempts to reach a database


def connect(db_url: str) -> sql.Engine:
    """Return an engine for the gradebook. Raises SQLAlchemyError if the URL cannot be used."""
    waiting = {"timeout": 60} if db_url.startswith("sqlite") else {}
    return sql.create_engine(db_url, connect_args=waiting, pool_pre_ping=True)


class OtherCellsError(ValueError):
    """An error for a gradebook that has marks for other questions. The text is one line."""


def prepare(db_url: str, assignment: Assignment, course_id: str = DEFAULT_COURSE) -> None:
    """Register the assignment and its cells and create our table, unless this is already done.

    Raises OtherCellsError if the gradebook already has marks for other questions.
    """
    engine = connect(db_url)
    if not is_registered(engine, assignment.name, assignment.released):
        from .register import register

        if not register(db_url, assignment.name, assignment.released, course_id):
            raise OtherCellsError(
                f"{assignment.name}: the gradebook has marks for other questions than the "
                "notebook that was released; give the changed assignment another name, or put "
                "the earlier notebook back"
            )
    RESULTS.create(engine, checkfirst=True)
    engine.dispose()


def is_registered(engine: sql.Engine, assignment: str, released: Notebook) -> bool:
    """True if the gradebook has exactly these cells."""
    if not set(sql.inspect(engine).get_table_names()) >= NEEDED:
        return False
    tables = reflected(engine)
    with engine.connect() as connection:
        notebook = connection.scalar(_notebook_of(tables, assignment))
        base, source, grade = (tables[n] for n in ("base_cell", "source_cell", "grade_cells"))
        sources = sql.select(source.c.name, source.c.source).where(source.c.notebook_id == notebook)
        cells = (
            sql.select(base.c.name, base.c.type, grade.c.max_score)
            .join_from(base, grade, base.c.id == grade.c.id, isouter=True)
            .where(base.c.notebook_id == notebook)
        )
        known = [
            sorted(map(tuple, connection.execute(asked)), key=repr) for asked in (sources, cells)
        ]
    return known == [sorted(rows, key=repr) for rows in _rows_of(released)]


def _rows_of(released: Notebook) -> tuple[list[Any], list[Any]]:
    """Return the rows for the cells that nbgrader registers.

    They are (name, source) for every cell, and (name, type, points) for graded and solution cells.
    """
    sources: list[Any] = []
    cells: list[Any] = []
    for cell in released["cells"]:
        mark, name = nbgrader_mark(cell), grade_id(cell)
        if mark.get("grade") or mark.get("solution") or mark.get("locked"):
            sources.append((name, cell["source"]))
        if mark.get("grade"):
            cells.append((name, "GradeCell", float(mark["points"])))
        if mark.get("solution"):
            cells.append((name, "SolutionCell", None))
    return sources, cells


def reflected(engine: sql.Engine) -> dict[str, sql.Table]:
    """Return the tables of the gradebook by name."""
    metadata = sql.MetaData()
    metadata.reflect(engine)
    return dict(metadata.tables)


def _notebook_of(tables: dict[str, sql.Table], assignment: str) -> Any:
    """Return a query for the id of the notebook of an assignment."""
    notebook, its = tables["notebook"], tables["assignment"]
    return (
        sql.select(notebook.c.id)
        .join_from(notebook, its, notebook.c.assignment_id == its.c.id)
        .where(its.c.name == assignment, notebook.c.name == assignment)
    )


def recorded_points(db_url: str, assignment: str) -> dict[str, dict[str, float]]:
    """Return the recorded points of each question for each student, without writing anything."""
    engine = connect(db_url)
    if not sql.inspect(engine).has_table(RESULTS.name):
        return {}
    chosen = sql.select(RESULTS.c.student, RESULTS.c.record)
    with engine.connect() as connection:
        rows = list(connection.execute(chosen.where(RESULTS.c.assignment == assignment)))
    engine.dispose()
    return {s: {q["id"]: q["score"] for q in json.loads(text)["questions"]} for s, text in rows}


class Writer:
    """A writer of the results of one assignment. Call `prepare` before you make one."""

    def __init__(self, db_url: str, assignment: str) -> None:
        self._engine = connect(db_url)
        self._assignment = assignment
        self._tables = self._patiently(lambda: reflected(self._engine))
        self._ids = self._patiently(self._look_up)

    def close(self) -> None:
        """Close every connection; the next call opens new ones."""
        self._engine.dispose()

    def known(self) -> dict[str, str]:
        """Return by student the keys under which submissions were graded (see batch.py)."""
        chosen = sql.select(RESULTS.c.student, RESULTS.c.key)
        with self._engine.connect() as connection:
            return {s: key for s, key in connection.execute(chosen.where(self._ours()))}

    def records(self, students: Iterable[str]) -> Iterator[dict[str, Any]]:
        """Yield the recorded results of these students, sorted by name."""
        chosen = sql.select(RESULTS.c.student, RESULTS.c.record).where(self._ours())
        # We sort here, because databases differ in how they order text.
        for some in batched(sorted(students), MAX_STUDENTS):
            with self._engine.connect() as connection:
                found = connection.execute(chosen.where(RESULTS.c.student.in_(some)))
                by_student = {student: record for student, record in found}
            for student in filter(by_student.__contains__, some):
                # Records of earlier versions have no schema.
                yield {"schema": SCHEMA, **json.loads(by_student[student])}

    def rejected(self, students: Iterable[str]) -> Iterator[dict[str, Any]]:
        """Yield the recorded results of those of some students whose submission was rejected."""
        # Quotation marks in the texts of students are escaped in JSON, so this matches no text.
        status = RESULTS.c.record.like('%"status": "rejected"%')
        chosen = sql.select(RESULTS.c.student).where(self._ours()).where(status)
        with self._engine.connect() as connection:
            found = set(connection.scalars(chosen))
        yield from self.records(found & set(students))

    def write(self, graded: list[tuple[str, datetime | None, Result]]) -> None:
        """Write the results of some students, all of them or none.

        graded: for each student the key, the time of submission in UTC if it is known, and the
        result.
        Writing twice has the same effect as writing once. If the database cannot be reached, this
        tries again for a while and then raises OperationalError.
        """
        self._patiently(lambda: self._write(graded))

    def _ours(self) -> Any:
        return RESULTS.c.assignment == self._assignment

    def _look_up(self) -> dict[str, Any]:
        """Return nbgrader's ids of the assignment, the notebook and its cells."""
        base, its = self._tables["base_cell"], self._tables["assignment"]
        with self._engine.connect() as connection:
            notebook = connection.scalar(_notebook_of(self._tables, self._assignment))
            chosen = sql.select(its.c.id).where(its.c.name == self._assignment)
            assignment = connection.scalar(chosen)
            chosen = sql.select(base.c.type, base.c.name, base.c.id)
            cells = list(connection.execute(chosen.where(base.c.notebook_id == notebook)))
        return {
            "assignment": assignment,
            "notebook": notebook,
            "grades": {name: cell for kind, name, cell in cells if kind != "SolutionCell"},
            "comments": {name: cell for kind, name, cell in cells if kind != "GradeCell"},
        }

    def _patiently(self, action: Callable[[], Any]) -> Any:
        """Do something with the database, and try again if the database cannot be reached."""
        for seconds in PATIENCE:
            try:
                return action()
            except OperationalError:
                self._engine.dispose()
                time.sleep(seconds)
        return action()

    def _write(self, graded: list[tuple[str, datetime | None, Result]]) -> None:
        students = [result.student for _, _, result in graded]
        with self._engine.begin() as connection:
            there = self._make_room(connection, students)
            chosen = sql.select(RESULTS.c.student, RESULTS.c.key).where(self._ours())
            known = connection.execute(chosen.where(RESULTS.c.student.in_(students)))
            before = {student: key[:HALF_KEY] for student, key in known}
            grades: list[dict[str, Any]] = []
            comments: list[dict[str, Any]] = []
            times: list[dict[str, Any]] = []
            for key, handed_in, result in graded:
                submission, notebook = there[result.student]
                again = before.get(result.student) == key[:HALF_KEY]
                times.append({"its": submission, "timestamp": handed_in})
                scores = _scores(result)
                for name, cell in self._ids["grades"].items():
                    score, flag = scores.get(name, 0.0), name in result.flagged
                    grades.append(
                        {"of": notebook, "cell": cell, "auto": score, "flag": flag, "again": again}
                    )
                for name, cell in self._ids["comments"].items():
                    words = "No response." if name in result.unanswered else None
                    comments.append({"of": notebook, "cell": cell, "words": words})
            for update, rows in zip(updates(self._tables), (grades, comments, times), strict=True):
                connection.execute(update, rows)
            self._write_records(connection, graded, students)

    def _make_room(
        self, connection: sql.Connection, students: list[str]
    ) -> dict[str, tuple[str, str]]:
        """Return (submission id, notebook id) for each student.

        Students who have none get empty rows first, so that `_write` can update the rows of all.
        """
        ids = self._ids
        student, submission, notebook, grade, comment = (
            self._tables[name]
            for name in (
                "student",
                "submitted_assignment",
                "submitted_notebook",
                "grade",
                "comment",
            )
        )
        found = connection.scalars(sql.select(student.c.id).where(student.c.id.in_(students)))
        new = set(students) - set(found)
        chosen = (
            sql.select(submission.c.student_id, submission.c.id, notebook.c.id)
            .join(notebook, notebook.c.assignment_id == submission.c.id)
            .where(submission.c.assignment_id == ids["assignment"])
            .where(notebook.c.notebook_id == ids["notebook"])
            .where(submission.c.student_id.in_(students))
        )
        there = {name: (a, n) for name, a, n in connection.execute(chosen)}
        fresh = {s: (uuid4().hex, uuid4().hex) for s in students if s not in there}
        rows: dict[sql.Table, list[dict[str, Any]]] = {
            student: [{"id": name} for name in sorted(new)],
            submission: [
                {"id": a, "assignment_id": ids["assignment"], "student_id": name}
                for name, (a, _) in fresh.items()
            ],
            notebook: [
                {"id": n, "assignment_id": a, "notebook_id": ids["notebook"], "flagged": False}
                for a, n in fresh.values()
            ],
            grade: [
                {"id": uuid4().hex, "notebook_id": n, "cell_id": cell, "needs_manual_grade": True}
                for _, n in fresh.values()
                for cell in ids["grades"].values()
            ],
            comment: [
                {"id": uuid4().hex, "notebook_id": n, "cell_id": cell}
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
        graded: list[tuple[str, datetime | None, Result]],
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


def updates(tables: dict[str, sql.Table]) -> tuple[Any, Any, Any]:
    """Return the statements that update a grade, a comment and a time of submission."""
    grade, comment, submission = (tables[n] for n in ("grade", "comment", "submitted_assignment"))
    auto = sql.bindparam("auto", type_=sql.Float)
    # As in nbgrader, a person who has graded a cell must look at it again after regrading; but not
    # if the same submission got the same points from the checks as before. Besides, a person must
    # look at what is flagged.
    by_hand = sql.or_(
        grade.c.manual_score.is_not(None),
        sql.cast(auto, sql.Float).is_(None),
        sql.bindparam("flag", type_=sql.Boolean),
    )
    same = sql.and_(
        grade.c.manual_score.is_not(None),
        sql.bindparam("again", type_=sql.Boolean),
        grade.c.auto_score.is_not_distinct_from(sql.cast(auto, sql.Float)),
    )
    waits = sql.case((same, grade.c.needs_manual_grade), else_=by_hand)
    words = sql.bindparam("words", type_=sql.Text)
    when: Any = sql.bindparam("timestamp")
    return (
        _of(grade).values(auto_score=auto, needs_manual_grade=waits),
        _of(comment).values(auto_comment=words),
        submission.update().where(submission.c.id == sql.bindparam("its")).values(timestamp=when),
    )


def _of(table: sql.Table) -> Any:
    """Return a statement that updates the row of one cell of one notebook in a table."""
    its = table.c.notebook_id == sql.bindparam("of"), table.c.cell_id == sql.bindparam("cell")
    return table.update().where(*its)


def batched(items: list[str], count: int) -> Iterator[list[str]]:
    """Return the items in groups of `count`. (itertools.batched comes with Python 3.12.)"""
    return (items[i : i + count] for i in range(0, len(items), count))


def _scores(result: Result) -> dict[str, float | None]:
    """Return the points of every question; None for one that a person marks."""
    return {v.id: None if v.verdict == "manual" else float(v.score) for v in result.questions}
