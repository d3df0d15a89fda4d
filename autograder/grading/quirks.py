"""Changes of the behaviour of other packages, each with its reason. All of them are here."""

import sys
from pathlib import Path

from .files import time_of_submission


def do_without_rfc3987_syntax() -> None:
    """Hide the package rfc3987_syntax from jsonschema, which uses it if it is installed.

    With it, jsonschema compiles grammars for web addresses at every start. This takes seconds, and
    notebooks never need them.
    """
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]


def find_schema_version_without_a_subprocess() -> None:
    """Make nbgrader read the version of its database schema itself.

    nbgrader runs the program `alembic` to find it. The program imports everything again, which
    takes seconds.
    """
    from nbgrader import api

    api.get_alembic_version = newest_schema


def newest_schema() -> str:
    """Return the newest version of nbgrader's database schema, which a new gradebook has."""
    from alembic.script import ScriptDirectory
    from nbgrader.dbutil import ALEMBIC_DIR

    return str(ScriptDirectory(ALEMBIC_DIR).get_current_head())


def take_unreadable_times_as_unknown() -> None:
    """Make nbgrader read times of submission as we do.

    nbgrader ends at a time that it cannot read, so one student could stop the marking of a class.
    """
    from nbgrader.coursedir import CourseDirectory

    CourseDirectory.get_existing_timestamp = lambda self, folder: time_of_submission(Path(folder))
