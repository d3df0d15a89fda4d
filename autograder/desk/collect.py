"""Put the download of a learning platform into the folders of a course.

`collected/ASSIGNMENT.csv` in the course folder records whose file was taken: the names on the
platform, the attempt, and if it was late. `autograder export` finds the students by it.
"""

import csv
import io
import os
import re
import tempfile
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC
from pathlib import Path, PurePosixPath

from ..grading.beside import NOT_THE_STUDENTS
from ..grading.course_folder import CourseFolder
from ..grading.files import TIME, in_place, write_whole
from ..grading.submission import MAX_FILE
from .archive import Archive, ArchiveError
from .downloads import HandedIn, Owner, understand
from .roster import KEY_SEPARATOR, Roster
from .which_notebook import chosen_notebook, own_name

FOLDER = "collected"
COLUMNS = ("student", "platform", "id", "name", "keys", "order", "time", "late", "files")
NOT_IN_A_FOLDER = re.compile(r'[\x00-\x1f/\\:*?"<>|+]')


@dataclass
class Collected:
    """The outcome of a download: the students by what became of them, and lines to print."""

    platform: str = ""
    new: list[str] = field(default_factory=list)
    same: list[str] = field(default_factory=list)
    late: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)


def collect(
    archive: Archive, folder: CourseFolder, assignment: str, roster: Roster | None
) -> Collected:
    """Put every file of a download into `submitted/STUDENT/ASSIGNMENT`, and record it.

    Of several attempts the last counts. Raises ArchiveError if the archive fits no platform, and
    OSError if the course folder cannot be written.
    """
    download, course = understand(archive), folder.root
    done = Collected(download.platform, lines=[*archive.refused, *download.unplaced])
    records = read_records(course, assignment)
    for student, files in _by_student(download.files, roster, done.lines):
        owner, order = files[0].owner, max(each.order for each in files)
        known = records.get(student)
        if known and known["platform"] == download.platform and int(known["order"]) > order:
            done.lines.append(
                f"{student}: not collected, because a later attempt was collected before"
            )
            continue
        try:
            content = _content(archive, files, assignment, student, done.lines)
            changed = _place(folder, student, assignment, content)
        except (ArchiveError, UnplaceableError) as error:
            done.lines.append(f"{student}: not collected: {error}")
            continue
        (done.new if changed else done.same).append(student)
        if owner.late:
            done.late.append(student)
        records[student] = _record(student, download.platform, owner, order, files)
    _write_records(course, assignment, records)
    return done


class UnplaceableError(ValueError):
    """An error for files that cannot be put into their place. The text is part of a line."""


def _by_student(
    files: list[HandedIn], roster: Roster | None, lines: list[str]
) -> Iterator[tuple[str, list[HandedIn]]]:
    """Yield the folder of each student with the files of the last attempt."""
    by_owner: dict[str, list[HandedIn]] = {}
    for each in files:
        by_owner.setdefault(each.owner.id, []).append(each)
    taken: dict[str, str] = {}
    for id, own in sorted(by_owner.items()):
        owner = own[0].owner
        row = roster.find((*owner.keys, id)) if roster else None
        if roster and row is None:
            lines.append(f"{id}: the roster has no such student, so the folder keeps this name")
        student = _folder_name(roster.student(row) if roster and row is not None else id)
        if not student:
            lines.append(f"{id}: not collected, because this id cannot be the name of a folder")
            continue
        if other := taken.get(student):
            lines.append(f"{id}: not collected, because {other} already has the folder {student}")
            continue
        taken[student] = id
        last = max((each.owner.time.timestamp() for each in own if each.owner.time), default=None)
        yield student, [e for e in own if not e.owner.time or e.owner.time.timestamp() == last]


def _folder_name(id: str) -> str:
    """Return the name of a student's folder: the id, without what cannot be part of a name."""
    name = NOT_IN_A_FOLDER.sub("", unicodedata.normalize("NFC", id)).strip().lstrip(".-")
    return re.sub(r"\s+", "_", name)[:100].rstrip(". ")


def _content(
    archive: Archive, files: list[HandedIn], assignment: str, student: str, lines: list[str]
) -> dict[str, bytes]:
    """Return the files of a student by the path below the folder of the assignment.

    The notebook gets the name of the assignment. If it is not clear which one that is, all keep
    their names, and a line says so.
    """
    last = _last_of_a_name(files)
    found = {each.file: archive.read(each.entry, MAX_FILE) for each in last}
    zips = [path for path in found if path.lower().endswith(".zip")]
    if not _notebooks(found) and len(zips) == 1:
        found |= _unpacked(found.pop(zips[0]), zips[0])
    found = {path: found[path] for path in found if not _is_of_the_course(path)}
    if time := files[0].owner.time:
        found[TIME] = f"{time.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f} UTC\n".encode()
    notebook = chosen_notebook(_notebooks(found), assignment)
    if notebook is None:
        names = ", ".join(sorted(_notebooks(found) or found.keys() - {TIME})[:5])
        which = "several notebooks" if _notebooks(found) else "no notebook"
        lines.append(f"{student}: {which}, so all files keep their names: {names}")
        return found
    folder = f"{PurePosixPath(notebook).parent}/"
    content = {path.removeprefix(folder): found[path] for path in found if path != notebook}
    return {**content, f"{assignment}.ipynb": found[notebook]}


def _last_of_a_name(files: list[HandedIn]) -> list[HandedIn]:
    """Return the files, of several notebooks with the same name only the last.

    Canvas counts on when a student hands in a name again, so a later `a-1.ipynb` replaces
    `a.ipynb`. Files that came at the same time stay, because their names differ on purpose, and so
    do other files, such as `weights-1.npy` and `weights-2.npy`.
    """
    last: dict[tuple[str, int], HandedIn] = {}
    for each in sorted(files, key=lambda each: each.order):
        path = PurePosixPath(each.file)
        if path.suffix.lower() != ".ipynb":
            last[each.file, 0] = each
            continue
        name = str(path.with_name(own_name(path.stem) + path.suffix))
        replaced = [key for key in last if key[0] == name and last[key].order < each.order]
        for key in replaced:
            del last[key]
        last[name, len(last)] = each
    return list(last.values())


def _unpacked(content: bytes, name: str) -> dict[str, bytes]:
    """Return the files in a zip that a student has handed in."""
    with Archive(io.BytesIO(content), name) as inner:
        return {entry.path: inner.read(entry, MAX_FILE) for entry in inner.entries}


def _notebooks(paths: dict[str, bytes]) -> list[str]:
    return [path for path in paths if path.lower().endswith(".ipynb")]


def _is_of_the_course(path: str) -> bool:
    """True for files of the kit and of the exchange, which are not the student's."""
    parts = path.split("/")
    return any(part in NOT_THE_STUDENTS or part.startswith(".") for part in parts)


def _place(folder: CourseFolder, student: str, assignment: str, content: dict[str, bytes]) -> bool:
    """Put files into the folder of a submission, in place of what was there; False if it was same.

    The new folder is complete before it takes the place of the old one.
    """
    submitted, kept = folder.step("submitted"), folder.root / FOLDER
    target = submitted / student / assignment
    if not in_place(target, submitted):
        raise UnplaceableError(f"{target} leads to another folder: remove the link")
    if _content_of(target) == content:
        return False
    kept.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=kept) as part:
        new = Path(part) / "new"
        new.mkdir()
        for path, data in content.items():
            try:
                (new / path).parent.mkdir(parents=True, exist_ok=True)
                (new / path).write_bytes(data)
            except (FileExistsError, NotADirectoryError, IsADirectoryError):
                raise UnplaceableError(f"{path} is both a file and a folder") from None
        target.parent.mkdir(parents=True, exist_ok=True)
        if target.exists():
            os.rename(target, Path(part) / "old")
        os.rename(new, target)
    return True


def _content_of(folder: Path) -> dict[str, bytes]:
    """Return the files below a folder by their paths; links are not followed."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and not path.is_symlink()
    }


# --- records ----------------------------------------------------------------------------------


def read_records(course: Path, assignment: str) -> dict[str, dict[str, str]]:
    """Return by student what is recorded of the collected submissions."""
    try:
        text = (course / FOLDER / f"{assignment}.csv").read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}
    return {row["student"]: row for row in csv.DictReader(io.StringIO(text))}


def _record(
    student: str, platform: str, owner: Owner, order: int, files: list[HandedIn]
) -> dict[str, str]:
    return {
        "student": student,
        "platform": platform,
        "id": owner.id,
        "name": owner.name,
        "keys": KEY_SEPARATOR.join(owner.keys),
        "order": str(order),
        "time": owner.time.isoformat() if owner.time else "",
        "late": "late" if owner.late else "",
        "files": KEY_SEPARATOR.join(each.file for each in files),
    }


def _write_records(course: Path, assignment: str, records: dict[str, dict[str, str]]) -> None:
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS)
    writer.writeheader()
    writer.writerows(records[student] for student in sorted(records))
    (course / FOLDER).mkdir(exist_ok=True)
    write_whole(course / FOLDER / f"{assignment}.csv", [text.getvalue()])
