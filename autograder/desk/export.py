"""Write the marks of a class as the table that a learning platform reads."""

import csv
import io
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from .class_marks import ClassMarks, StudentMarks
from .roster import KEYS, Roster

# Spreadsheets take a text that begins so for a formula. The last four are the wide forms.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
CANVAS_COLUMNS = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")
TRAILING = 6  # significant digits of points


class ExportError(ValueError):
    """An error for marks that do not fit the platform. The text is one line."""


@dataclass(frozen=True)
class ClassList:
    """A class: its marks, its roster if there is one, and what `collect` has recorded.

    rows: the row of the roster for each student of the gradebook who is in it.
    """

    marks: ClassMarks
    roster: Roster | None
    records: dict[str, dict[str, str]]
    rows: dict[str, int] = field(default_factory=dict)

    @classmethod
    def matched(
        cls, marks: ClassMarks, roster: Roster | None, records: dict[str, dict[str, str]]
    ) -> "ClassList":
        """Return a class in which the students of the gradebook are found in the roster."""
        rows = roster.rows_of(marks.students, records) if roster else {}
        return cls(marks, roster, records, rows)

    @property
    def by_row(self) -> dict[int, StudentMarks]:
        """The marks by the row of the roster. Raises ExportError if two students share a row."""
        found: dict[int, StudentMarks] = {}
        for student, row in self.rows.items():
            if row in found:
                raise ExportError(
                    f"{found[row].student} and {student} are the same student in the roster; "
                    "rename one of the folders in submitted/, and grade again"
                )
            found[row] = self.marks.students[student]
        return found

    def name_in_roster(self, student: str) -> str:
        """Return the name of a student in the roster, or an empty text."""
        row = self.rows.get(student)
        return self.roster.name(row) if self.roster and row is not None else ""

    def lines(self) -> list[str]:
        """Return the lines that tell who has no mark, or not all of them."""
        marks, lines = self.marks, []
        if self.roster:
            by_row = self.by_row
            names = [self.roster.student(i) for i in range(len(self.roster.rows))]
            lines += _told("without marks", [n for i, n in enumerate(names) if i not in by_row])
            lines += _told(
                "with marks, but not in the roster",
                [student for student in marks.students if student not in self.rows],
            )
        lines += _told(
            "with 0 points, because the submission was rejected",
            [s for s, each in marks.students.items() if each.status == "rejected"],
        )
        waiting = {
            student: set(each.waiting)
            for student, each in marks.students.items()
            if each.status != "rejected"
        }
        lines += _told(
            "with a written answer to be marked, so type `autograder mark "
            f"{marks.assignment}` and export again",
            [student for student, questions in waiting.items() if questions & marks.written],
        )
        lines += _told(
            "with a submission that a person should look at in formgrader",
            [student for student, questions in waiting.items() if questions - marks.written],
        )
        return lines


def _told(what: str, students: list[str], most: int = 20) -> list[str]:
    if not students:
        return []
    more = f" and {len(students) - most} more" if len(students) > most else ""
    who = "1 student" if len(students) == 1 else f"{len(students)} students"
    return [f"{who} {what}: {', '.join(students[:most])}{more}"]


def as_csv(chosen: ClassList, by_question: bool = True) -> str:
    """Return a table with a row for each student, for a spreadsheet."""
    marks = chosen.marks
    header = [*("student", "name", "status", "core", "core_max", "bonus", "bonus_max", "penalty")]
    header += ["total", "waiting", *(f"{id} ({_number(p)})" for id, p in marks.full.items())]
    lines: list[list[str]] = []
    for student, each in marks.students.items():
        record = chosen.records.get(student, {})
        lines.append(
            [
                student,
                each.name or chosen.name_in_roster(student) or record.get("name", ""),
                each.status or "graded",
                _number(marks.core(each)),
                _number(marks.core_full),
                _number(marks.extra(each)),
                _number(marks.bonus_full),
                _number(each.penalty),
                _number(marks.total(each)),
                " ".join(sorted(each.waiting)),
                *(_number(each.points.get(id, 0.0)) for id in marks.full),
            ]
        )
    if roster := chosen.roster:
        present = set(chosen.by_row)
        for i in range(len(roster.rows)):
            if i not in present:
                row = [roster.student(i), roster.name(i), "no marks"]
                lines.append([*row, *[""] * (len(header) - len(row))])
    return "\ufeff" + _table([header, *lines])  # the mark tells spreadsheets that this is UTF-8


def as_canvas(chosen: ClassList, by_question: bool = False) -> str:
    """Return a table for the import of grades into Canvas.

    The points of the core and of the bonus stand in one column, of which the full marks are those
    of the core. Raises ExportError if the ids that Canvas needs are not known.
    """
    marks = chosen.marks
    name = canvas_column(chosen) or marks.assignment
    header = [*CANVAS_COLUMNS, name, *(marks.full if by_question else ())]
    possible = ["    Points Possible", *[""] * (len(CANVAS_COLUMNS) - 1), _number(marks.core_full)]
    possible += [_number(points) for points in marks.full.values()] if by_question else []
    lines = []
    for person, each in _canvas_people(chosen):
        points = [""] * (len(header) - len(CANVAS_COLUMNS))
        if each:
            points = [_number(marks.total(each))]
            points += [_number(each.points.get(q, 0.0)) for q in marks.full] if by_question else []
        lines.append([*person, *points])
    return _table([header, possible, *lines])


def canvas_column(chosen: ClassList) -> str:
    """Return the heading of the assignment's column in Canvas, such as "02-forward (778)".

    The roster has it. Returns an empty text if there is no roster or no such column.
    """
    name = chosen.marks.assignment
    header = chosen.roster.header if chosen.roster else []
    return next((c for c in header if c == name or c.startswith(f"{name} (")), "")


def _canvas_people(chosen: ClassList) -> list[tuple[list[str], StudentMarks | None]]:
    """Return for each student what Canvas calls the student, and the marks."""
    if roster := chosen.roster:
        if not roster.column("ID"):
            raise ExportError(
                "Canvas finds students by the column ID, and the roster has none; "
                "take the file that Canvas exports from its gradebook as the roster"
            )
        by_row = chosen.by_row
        return [
            ([row.get(roster.column(column), "") for column in CANVAS_COLUMNS], by_row.get(i))
            for i, row in enumerate(roster.rows)
        ]
    people: list[tuple[list[str], StudentMarks | None]] = []
    for student, each in chosen.marks.students.items():
        record = chosen.records.get(student, {})
        if record.get("platform") != "Canvas" or not record["keys"].isdecimal():
            raise ExportError(
                f"the number of {student} in Canvas is not known; "
                "add --roster with the file that Canvas exports from its gradebook"
            )
        people.append(([record["name"], record["keys"], "", "", ""], each))
    return people


def as_moodle(chosen: ClassList, by_question: bool = False) -> str:
    """Return a table for Moodle: its own grading worksheet filled in, or one to import.

    Raises ExportError if there is no roster, or if its maximum is another one.
    """
    roster, marks = chosen.roster, chosen.marks
    if roster is None:
        raise ExportError(
            "Moodle needs --roster: the grading worksheet of the assignment, or a list of the "
            "participants"
        )
    if roster.column("Identifier") and roster.column("Grade"):
        return _worksheet(chosen, roster)
    people = [column for column in roster.header if column.casefold() in KEYS]
    extra = list(marks.full) if by_question else []
    header = [*people, marks.assignment, f"{marks.assignment} core", f"{marks.assignment} bonus"]
    by_row, lines = chosen.by_row, []
    for i, row in enumerate(roster.rows):
        points = [""] * (3 + len(extra))
        if each := by_row.get(i):
            points = [_number(f(each)) for f in (marks.total, marks.core, marks.extra)]
            points += [_number(each.points.get(id, 0.0)) for id in extra]
        lines.append([*(row[column] for column in people), *points])
    return _table([[*header, *extra], *lines])


def _worksheet(chosen: ClassList, roster: Roster) -> str:
    """Return Moodle's grading worksheet with the grades, and the points by question as feedback."""
    marks, by_row = chosen.marks, chosen.by_row
    grade, feedback = roster.column("Grade"), roster.column("Feedback comments")
    largest = roster.column("Maximum Grade")
    lines = []
    for i, row in enumerate(roster.rows):
        if each := by_row.get(i):
            most = _as_number(row.get(largest, "")) or marks.core_full
            if most not in (marks.core_full, marks.core_full + marks.bonus_full):
                raise ExportError(
                    f"the maximum grade in Moodle is {_number(most)}, and {marks.assignment} has "
                    f"{_number(marks.core_full)} points; set the maximum grade of the assignment "
                    "in Moodle to this, and take its worksheet anew"
                )
            # Moodle takes no grade above the maximum, so of the bonus only what fits counts.
            row = {**row, grade: _number(min(most, marks.total(each)))}
            if feedback:
                row[feedback] = in_words(marks, each)
        lines.append([row[column] for column in roster.header])
    return _table([roster.header, *lines])


def in_words(marks: ClassMarks, each: StudentMarks) -> str:
    """Return the marks of a student in one line: core, bonus, penalty and each question."""
    parts = [f"core {_number(marks.core(each))} of {_number(marks.core_full)}"]
    if marks.bonus_full:
        parts.append(f"bonus {_number(marks.extra(each))} of {_number(marks.bonus_full)}")
    if each.penalty:
        parts.append(f"late: {_number(each.penalty)} points less")
    questions = [
        f"{id} {_number(each.points.get(id, 0.0))}/{_number(p)}" for id, p in marks.full.items()
    ]
    return "; ".join([*parts, ", ".join(questions)])


FORMATS: dict[str, Callable[[ClassList, bool], str]] = {
    "csv": as_csv,
    "canvas": as_canvas,
    "moodle": as_moodle,
}


def defused(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula: with an apostrophe before it."""
    return f"'{text}" if text.startswith(FORMULA) else text


def _table(lines: Iterable[list[str]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows([defused(c) for c in line] for line in lines)
    return text.getvalue()


def _number(points: float) -> str:
    return f"{points:.{TRAILING}g}"


def _as_number(text: str) -> float | None:
    try:
        return float(text.replace(",", "."))
    except ValueError:
        return None
