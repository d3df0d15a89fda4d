"""Tells nbgrader's gradebook of an assignment and its cells, as `nbgrader generate_assignment` does.

A module of its own because nbgrader takes more than a second to import, and a gradebook that knows the
assignment needs none of it.
"""

import nbformat
import sqlalchemy as sql
from alembic.script import ScriptDirectory
from nbgrader import api
from nbgrader.api import Gradebook, InvalidEntry
from nbgrader.dbutil import ALEMBIC_DIR
from nbgrader.preprocessors import SaveCells
from sqlalchemy.exc import SQLAlchemyError

from .notebook import Notebook

VERSION = sql.Table(
    "alembic_version",
    sql.MetaData(),
    sql.Column("version_num", sql.String(32), nullable=False),
)


def newest_schema() -> str:
    """The version of nbgrader's tables, for a new gradebook."""
    return str(ScriptDirectory(ALEMBIC_DIR).get_current_head())


# nbgrader asks a program for it that loads everything once more, which takes seconds.
api.get_alembic_version = newest_schema


def register(db_url: str, assignment: str, released: Notebook) -> None:
    """Make sure that the gradebook knows the assignment and its cells.

    nbgrader commits step by step. What a crash left half done is done anew. Raises SQLAlchemyError,
    for what nbgrader makes of some errors of a database, too.
    """
    resources = {"nbgrader": {"notebook": assignment, "assignment": assignment, "db_url": db_url}}
    try:
        with Gradebook(db_url) as gradebook:
            if not gradebook.assignments:
                _note_version(gradebook.engine)
            gradebook.update_or_create_assignment(assignment)
        SaveCells().preprocess(nbformat.from_dict(released), resources)
    except InvalidEntry as error:
        raise SQLAlchemyError(str(error)) from None


def _note_version(engine: sql.Engine) -> None:
    """Note the version of the tables, without which `nbgrader db upgrade` fails one day."""
    with engine.begin() as connection:
        VERSION.create(connection, checkfirst=True)
        if connection.scalar(sql.select(VERSION.c.version_num)) is None:
            connection.execute(VERSION.insert(), {"version_num": newest_schema()})
