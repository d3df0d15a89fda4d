"""Read the list of a class, as a learning platform exports it, and find students in it."""

import csv
import io
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

MAX_BYTES = 20_000_000
# The columns that name a student, in the order in which we take the id for a new folder, without
# capitals. Canvas, Moodle, Blackboard and Gradescope write them so.
KEYS = (
    *("sis login id", "username", "user name", "login", "student", "student id", "sid", "id"),
    *("sis user id", "email address", "email", "id number", "identifier", "full name", "name"),
)
KEY_SEPARATOR = " | "  # between the keys of a student in the records of `autograder collect`
# Columns that hold a name in Canvas, and the login elsewhere.
NAMES = ("full name", "name", "student")
# The rows in Canvas's file that do not stand for students.
NO_STUDENTS = ("points possible", "student, test")


class RosterError(ValueError):
    """An error for a file that cannot be a roster. The text is one line."""


@dataclass(frozen=True)
class Roster:
    """The list of a class. header: its columns. rows: the cells of each student by column."""

    header: list[str]
    rows: list[dict[str, str]]
    _index: dict[str, set[int]] = field(repr=False)

    @classmethod
    def read(cls, path: Path) -> "Roster":
        """Return the roster in a CSV file. Raises RosterError if it cannot be one."""
        text = _text(path)
        first = text.partition("\n")[0]
        separator = max(",;\t", key=first.count)
        try:
            lines = list(csv.reader(io.StringIO(text), delimiter=separator))
        except csv.Error as error:
            raise RosterError(f"{path}: this cannot be read as CSV: {error}") from None
        lines = [line for line in lines if any(cell.strip() for cell in line)]
        header = [cell.strip() for cell in lines[0]] if lines else []
        if not any(column.casefold() in KEYS for column in header):
            raise RosterError(
                f"{path}: its first line names no column with students. It needs one of "
                "Student ID, Username, SIS Login ID, Email address, Identifier or ID"
            )
        rows = [dict(zip(header, [*line, *[""] * len(header)], strict=False)) for line in lines[1:]]
        rows = [row for row in rows if not _is_no_student(row, header[0])]
        index: dict[str, set[int]] = {}
        for number, row in enumerate(rows):
            for key in _keys_of(row):
                index.setdefault(key, set()).add(number)
        return cls(header, rows, index)

    def find(self, keys: Iterable[str]) -> int | None:
        """Return the number of the only row that has one of the keys; None if there is none.

        A key that several students share, such as a name, finds nobody.
        """
        for key in keys:
            if len(found := self._index.get(_plain(key), set())) == 1:
                return next(iter(found))
        return None

    def rows_of(
        self, students: Iterable[str], collected: Mapping[str, Mapping[str, str]]
    ) -> dict[str, int]:
        """Return the row of each student of a gradebook who is in the roster.

        collected: what `autograder collect` has recorded about each student.
        """
        found = {}
        for student in students:
            record = collected.get(student, {})
            keys = [student, *record.get("keys", "").split(KEY_SEPARATOR), record.get("id", "")]
            row = self.find(filter(None, keys))
            if row is not None:
                found[student] = row
        return found

    def student(self, row: int) -> str:
        """Return the id of a student: the first column of KEYS that is filled in."""
        by_name = {name.casefold(): text.strip() for name, text in self.rows[row].items()}
        return next((by_name[key] for key in KEYS if by_name.get(key)), "")

    def name(self, row: int) -> str:
        """Return the full name of a student, or an empty text."""
        return self.rows[row].get(self.column(*NAMES), "").strip()

    def column(self, *names: str) -> str:
        """Return the column with one of these names, or an empty text."""
        wanted = [name.casefold() for name in names]
        return next((column for column in self.header if column.casefold() in wanted), "")


def _text(path: Path) -> str:
    """Return the text of a file in UTF-8 or UTF-16, or else in the encoding of older Windows."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise RosterError(f"{path}: this is larger than {MAX_BYTES // 1_000_000} MB")
        content = path.read_bytes()
    except OSError as error:
        raise RosterError(f"{path}: this cannot be read: {error.strerror}") from None
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def _is_no_student(row: dict[str, str], first: str) -> bool:
    return row[first].strip().casefold() in NO_STUDENTS


def _keys_of(row: dict[str, str]) -> set[str]:
    """Return all that a row calls its student, ready to be compared."""
    found = set()
    for column, text in row.items():
        name, key = column.casefold(), _plain(text)
        if name in KEYS and key:
            found.add(key)
            if name in ("email address", "email"):
                found.add(key.partition("@")[0])
    return found


def _plain(key: str) -> str:
    return unicodedata.normalize("NFC", key.strip()).casefold()
