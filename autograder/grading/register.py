"""Register an assignment in nbgrader's gradebook, as `nbgrader generate_assignment` does.

This is a separate module because nbgrader takes more than a second to import, and a gradebook that
already knows the assignment does not need it.
"""

from datetime import datetime

import nbformat
import sqlalchemy as sql
from nbgrader.api import Gradebook, InvalidEntry
from nbgrader.preprocessors import SaveCells
from sqlalchemy.exc import SQLAlchemyError

from .notebook import Notebook
from .quirks import find_schema_version_without_a_subprocess, newest_schema

VERSION = sql.Table(
    "alembic_version",
    sql.MetaData(),
    sql.Column("version_num", sql.String(32), nullable=False),
)


def register(db_url: str, assignment: str, released: Notebook, course_id: str) -> bool:
    """Make sure that the gradebook knows the assignment and its cells.

    nbgrader commits after each step, so running this again completes what a crash left unfinished.
    Returns False if nbgrader refuses, because there are submissions with other cells. Raises
    SQLAlchemyError if the database fails, even if nbgrader reports it as InvalidEntry.
    """
    find_schema_version_without_a_subprocess()
    resources = {"nbgrader": {"notebook": assignment, "assignment": assignment, "db_url": db_url}}
    try:
        with Gradebook(db_url, course_id) as gradebook:
            if not gradebook.assignments:
                _note_version(gradebook.engine)
            gradebook.update_or_create_assignment(assignment)
        SaveCells().preprocess(nbformat.from_dict(released), resources)
    except InvalidEntry as error:
        raise SQLAlchemyError(str(error)) from None
    except RuntimeError:
        return False
    return True


def record_due_date(db_url: str, assignment: str, due: datetime, course_id: str) -> None:
    """Record when an assignment is due, in UTC, as `nbgrader db assignment add` does."""
    find_schema_version_without_a_subprocess()
    with Gradebook(db_url, course_id) as gradebook:
        if not gradebook.assignments:
            _note_version(gradebook.engine)
        gradebook.update_or_create_assignment(assignment, duedate=due.isoformat(" "))


def _note_version(engine: sql.Engine) -> None:
    """Record the schema version of a new gradebook, because `nbgrader db upgrade` needs it."""
    with engine.begin() as connection:
        VERSION.create(connection, checkfirst=True)
        if connection.scalar(sql.select(VERSION.c.version_num)) is None:
            connection.execute(VERSION.insert(), {"version_num": newest_schema()})
