"""Remove a student from a course folder and its gradebook, or give the student another name.

docs/data.md says where what is kept. This changes the course folder and the gradebook alone, and
neither backups nor nbgrader's exchange.
"""

import csv
import io
import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import sqlalchemy as sql

from ..grading.course_folder import CourseFolder
from ..grading.exposure import gradebook_file
from ..grading.files import in_place, write_whole
from ..grading.gradebook import RESULTS, connect, reflected
from .collect import FOLDER

# The columns of a record that are kept when the student gets a pseudonym.
KEPT = ("platform", "order", "time", "late")
STEPS = ("submitted", "autograded", "feedback")


class ForgetError(ValueError):
    """An error for a student who cannot be forgotten. The text is one line."""


def folders_of(course: CourseFolder, student: str) -> list[Path]:
    """Return the folders of a student in the course folder."""
    found = [course.step(step) / student for step in STEPS]
    return [folder for folder in found if folder.is_dir() or folder.is_symlink()]


def rows_of(db_url: str, student: str) -> int:
    """Return how many submissions and results of a student the gradebook holds."""
    if not _is_there(db_url):
        return 0
    engine = connect(db_url)
    try:
        tables = reflected(engine)
        with engine.connect() as connection:
            return sum(
                connection.scalar(sql.select(sql.func.count()).where(column == student)) or 0
                for column in _columns_of_students(tables)
            )
    finally:
        engine.dispose()


def _is_there(db_url: str) -> bool:
    """True for a database on a server, and for a file that exists; connecting would create one."""
    file = gradebook_file(db_url)
    return file is None or file.is_file()


def files_with(course: CourseFolder, student: str) -> list[Path]:
    """Return the files of results and reports in the course folder that name a student.

    They cannot be changed in part. Write them again, or delete them.
    """
    places = [*course.root.glob("*.jsonl"), *course.root.glob("*.csv")]
    places += [path for path in (course.root / "reports").glob("*") if path.is_file()]
    name = student.encode()
    escaped = json.dumps(student)[1:-1].encode()
    return [path for path in sorted(places) if _holds(path, (name, escaped))]


def _holds(path: Path, names: tuple[bytes, bytes]) -> bool:
    content = path.read_bytes()
    return any(name in content for name in names)


def forget(course: CourseFolder, db_url: str, student: str, other_name: str = "") -> None:
    """Remove a student everywhere, or replace the student's id by another name.

    The gradebook comes first, because it knows the most; running this again completes what an
    error has left undone. Raises ForgetError if the other name is in use or is no name for a
    folder, and SQLAlchemyError if the database fails.
    """
    if other_name:
        _require_free(course, db_url, student, other_name)
    if _is_there(db_url):
        _change_gradebook(db_url, student, other_name)
    for folder in folders_of(course, student):
        step = folder.parent
        if folder.is_symlink() or not in_place(folder, step):
            folder.unlink()
        elif other_name and step != course.step("feedback"):
            os.rename(folder, step / other_name)
        else:  # a feedback page has the name in it, and `autograder feedback` writes it again
            shutil.rmtree(folder)
    for path in sorted((course.root / FOLDER).glob("*.csv")):
        _change_records(path, student, other_name)


def _require_free(course: CourseFolder, db_url: str, student: str, name: str) -> None:
    """Raise ForgetError if another student has the name.

    A run that was interrupted has left a part of the student under the new name already. That part
    is not in the way of the rest.
    """
    if "/" in name or name.startswith((".", "-")) or not name.isprintable():
        raise ForgetError(f"{name}: this cannot be the name of a folder")
    own, others = folders_of(course, student), folders_of(course, name)
    in_the_way = {folder.parent for folder in own} & {folder.parent for folder in others}
    if in_the_way or (rows_of(db_url, student) and rows_of(db_url, name)):
        raise ForgetError(f"{name}: there is a student of this name already; choose another name")


def _columns_of_students(tables: dict[str, sql.Table]) -> list[sql.Column[str]]:
    """Return the columns of the gradebook that hold the id of a student."""
    names = (("student", "id"), ("submitted_assignment", "student_id"), (RESULTS.name, "student"))
    return [tables[table].c[column] for table, column in names if table in tables]


def _change_gradebook(db_url: str, student: str, other_name: str) -> None:
    engine = connect(db_url)
    try:
        tables = reflected(engine)
        if "student" not in tables:  # nothing has been graded yet
            return
        with engine.begin() as connection:
            if engine.dialect.name == "sqlite":
                # Otherwise the bytes of deleted rows would stay in the file.
                connection.execute(sql.text("PRAGMA secure_delete = ON"))
            if other_name:
                _rename_rows(connection, tables, student, other_name)
            else:
                _delete_rows(connection, tables, student)
    finally:
        engine.dispose()


def _rename_rows(
    connection: sql.Connection, tables: dict[str, sql.Table], student: str, name: str
) -> None:
    """Give the rows of a student another id. Name, address and numbers of the person go away."""
    people = tables["student"]
    if not connection.scalar(sql.select(people.c.id).where(people.c.id == student)):
        return
    connection.execute(people.insert(), {"id": name})
    for column in _columns_of_students(tables)[1:]:
        table = column.table
        assert isinstance(table, sql.Table)
        connection.execute(table.update().where(column == student).values({column: name}))
    connection.execute(people.delete().where(people.c.id == student))
    if RESULTS.name in tables:
        chosen = sql.select(RESULTS.c.assignment, RESULTS.c.record).where(RESULTS.c.student == name)
        for assignment, record in list(connection.execute(chosen)):
            text = json.dumps({**json.loads(record), "student": name})
            its = RESULTS.c.assignment == assignment, RESULTS.c.student == name
            connection.execute(RESULTS.update().where(*its).values(record=text))


def _delete_rows(connection: sql.Connection, tables: dict[str, sql.Table], student: str) -> None:
    """Delete a student with all submissions, grades, comments and results."""
    if RESULTS.name in tables:
        connection.execute(RESULTS.delete().where(RESULTS.c.student == student))
    people, submission, notebook = (
        tables[name] for name in ("student", "submitted_assignment", "submitted_notebook")
    )
    own = sql.select(submission.c.id).where(submission.c.student_id == student)
    notebooks = sql.select(notebook.c.id).where(notebook.c.assignment_id.in_(own))
    for name in ("grade", "comment"):
        table = tables[name]
        connection.execute(table.delete().where(table.c.notebook_id.in_(notebooks)))
    connection.execute(notebook.delete().where(notebook.c.assignment_id.in_(own)))
    connection.execute(submission.delete().where(submission.c.student_id == student))
    connection.execute(people.delete().where(people.c.id == student))


def _change_records(path: Path, student: str, other_name: str) -> None:
    """Remove the line of a student from what `collect` has recorded, or leave only a new name."""
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        header, rows = list(reader.fieldnames or []), list(reader)
    if all(row["student"] != student for row in rows):
        return
    text = io.StringIO()
    writer = csv.DictWriter(text, header)
    writer.writeheader()
    writer.writerows(_changed(rows, student, other_name))
    write_whole(path, [text.getvalue()])


def _changed(rows: list[dict[str, str]], student: str, other_name: str) -> Iterator[dict[str, str]]:
    for row in rows:
        if row["student"] != student:
            yield row
        elif other_name:
            yield {key: text if key in KEPT else "" for key, text in row.items()} | {
                "student": other_name
            }
