"""Tell who has handed in late, and let nbgrader's plugin take its penalties.

nbgrader itself computes the penalties, and it is imported only if a plugin is set and somebody is
late. A penalty depends on the due date, on the extension and on all points, which can change at any
time. So every run computes the penalties again, also of submissions that it does not grade again.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sql
from traitlets.config import Config

from .exposure import gradebook_file
from .gradebook import connect, reflected

SECTIONS = ("AssignLatePenalties", "LateSubmissionPlugin")  # of the settings of nbgrader


class LatePluginError(ValueError):
    """An error for a plugin for late penalties that cannot be loaded. The text is one line."""


@dataclass(frozen=True)
class Lateness:
    """The students who handed in after their due date, and those who have a penalty."""

    late: frozenset[str]
    with_penalty: frozenset[str]


def lateness(db_url: str, assignment: str, students: Iterable[str]) -> Lateness:
    """Return who of some students was late, by the due date and extensions in the gradebook."""
    engine = connect(db_url)
    tables = reflected(engine)
    its, handed_in, notebook = (
        tables[name] for name in ("assignment", "submitted_assignment", "submitted_notebook")
    )
    chosen = (
        sql.select(
            handed_in.c.student_id,
            handed_in.c.timestamp,
            its.c.duedate,
            sql.type_coerce(handed_in.c.extension, sql.Interval()),
            notebook.c.late_submission_penalty,
        )
        .join(its, handed_in.c.assignment_id == its.c.id)
        .join(notebook, notebook.c.assignment_id == handed_in.c.id)
        .where(its.c.name == assignment)
    )
    with engine.connect() as connection:
        wanted = set(students)
        rows = [row for row in connection.execute(chosen) if row[0] in wanted]
    engine.dispose()
    return Lateness(
        frozenset(
            student
            for student, handed_in_at, due, more, _ in rows
            if handed_in_at and due and handed_in_at > due + (more or timedelta())
        ),
        frozenset(student for student, *_, penalty in rows if penalty is not None),
    )


def due_dates(db_url: str) -> dict[str, datetime]:
    """Return when assignments are due, in UTC, by their names; only those that have a date."""
    file = gradebook_file(db_url)
    if file and not file.exists():  # connecting would create an empty gradebook file
        return {}
    engine = connect(db_url)
    tables = reflected(engine)
    if "assignment" not in tables:
        return {}
    its = tables["assignment"]
    with engine.connect() as connection:
        rows = list(connection.execute(sql.select(its.c.name, its.c.duedate)))
    engine.dispose()
    return {name: due for name, due in rows if due}


def apply_penalties(
    settings: Config, db_url: str, assignment: str, found: Lateness
) -> Iterator[tuple[str, str]]:
    """Record the penalties, and yield (student, reason) where the plugin has failed.

    A penalty is taken back where the due date or an extension has changed. Raises LatePluginError
    if the plugin cannot be loaded.
    """
    plugin_is_set = any(settings.get(section) for section in SECTIONS)
    students = found.with_penalty | (found.late if plugin_is_set else frozenset())
    if not students:
        return
    import nbformat
    from nbconvert.exporters.exporter import ResourcesDict
    from nbgrader.preprocessors import AssignLatePenalties

    try:
        step = AssignLatePenalties(config=settings)
    except Exception as error:  # the plugin is a program of the instructor's
        words = f"{type(error).__name__}: {error}".splitlines()[0]
        raise LatePluginError(f"the plugin for late penalties cannot be loaded: {words}") from None
    level = step.log.level
    step.log.setLevel("ERROR")  # because it warns of every student who is late
    try:
        for student in sorted(students):
            names = {"notebook": assignment, "assignment": assignment, "student": student}
            resources = ResourcesDict(nbgrader={**names, "db_url": db_url})
            try:
                step.preprocess(nbformat.v4.new_notebook(), resources)
            except Exception as error:
                yield student, f"{type(error).__name__}: {error}".splitlines()[0]
    finally:
        step.log.setLevel(level)
