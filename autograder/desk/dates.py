"""Write the page that tells students which assignments there are and when they are due."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from ..grading.assignment import Assignment
from ..grading.course_folder import CourseFolder
from ..grading.files import write_whole
from ..grading.late import due_dates
from ..grading.notebook import read_notebook
from ..grading.own_questions import read_own
from ..grading.released import UnmarkableError, assignment_of_notebook
from ..marking.question import Question

PAGE = "dates.md"
BEGIN, END = "<!-- The table of `autograder course` begins. -->", "<!-- The table ends. -->"
NEW_PAGE = "# Assignments and dates\n\n{table}\n"
HEAD = "| assignment | questions | points | bonus | due |\n|---|---|---|---|---|"


def write_dates(folder: CourseFolder) -> str:
    """Write the page of dates, and say what happened.

    Only the table is written anew. What an instructor has written around it stays.
    """
    path = folder.root / PAGE
    table = "\n".join([BEGIN, "", HEAD, *_rows(folder), "", END])
    before = path.read_text(encoding="utf-8") if path.exists() else NEW_PAGE.format(table=table)
    start, end = before.find(BEGIN), before.find(END)
    if start < 0 or end < start:
        return f"{PAGE}: as it was, because it has no table of `autograder course` any more"
    text = before[:start] + table + before[end + len(END) :]
    if path.exists() and text == before:
        return f"{PAGE}: as it was"
    said = "its table was written anew" if path.exists() else "written"
    write_whole(path, [text])
    return f"{PAGE}: {said}"


def _rows(folder: CourseFolder) -> Iterator[str]:
    """Yield a row of the table for each assignment in source/, the earliest first."""
    due = due_dates(folder.db_url)
    found = {path.parent.name: path for path in folder.step("source").glob("*/*.ipynb")}
    for name in sorted(found, key=lambda name: (due.get(name, datetime.max), name)):
        when = in_words(due[name]) if name in due else ""
        yield f"| {name} | {_points(folder, found[name])} | {when} |"


def _points(folder: CourseFolder, notebook: Path) -> str:
    """Return the number of questions, their points, and the bonus, as three entries of a row."""
    try:
        asked = assignment_of_notebook(
            read_notebook(notebook), notebook.parent, read_own(folder.root)
        )
    except (UnmarkableError, OSError, ValueError, LookupError, TypeError):
        return " | | "  # an assignment of the instructor's own, which nbgrader alone marks
    core, bonus = core_and_bonus(asked)
    return f"{len(asked.points)} | {core:g} | {f'{bonus:g}' if bonus else ''}"


def core_and_bonus(asked: Assignment) -> tuple[float, float]:
    """Return the points of an assignment, and the points of its bonus questions."""
    bonus = sum(q.points for q in asked.questions if isinstance(q, Question) and q.bonus)
    return asked.max_score - bonus, bonus


def in_words(due: datetime) -> str:
    """Return a time in UTC as a date and time of this machine, such as Mon 1 March 2027, 23:59."""
    there = due.replace(tzinfo=UTC).astimezone()
    return f"{there:%a} {there.day} {there:%B %Y, %H:%M} ({there:%Z})"
