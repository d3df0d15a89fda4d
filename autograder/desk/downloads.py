"""Understand the names in the downloads of learning platforms: whose file is it, which attempt?"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import yaml

from .archive import Archive, ArchiveError, Entry

# NAME_LATE_USER_ATTACHMENT_FILE; name and LATE may be missing.
CANVAS = re.compile(
    r"(?:.*/)?(?:(?P<name>[^/]+?)_)?(?P<late>LATE_)?(?P<id>\d+|anon_[^\W_]+)_(?P<number>\d+)_(?P<file>[^/]+)"
)
# FULL NAME_PARTICIPANT_assignsubmission_KIND, then a folder, or an underscore and the file.
MOODLE = re.compile(
    r"(?:[^/]+/)*?(?P<name>[^/]+)_(?P<id>\d+)_assignsubmission_(?P<kind>file|onlinetext)_?/?(?P<file>.+)"
)
# ASSIGNMENT_USER_attempt_TIME_FILE; without a file it is Blackboard's own note.
BLACKBOARD = re.compile(
    r"(?:.*/)?(?P<title>[^/]+?)_(?P<id>[^/_]+)_attempt_"
    r"(?P<time>\d{4}-\d\d-\d\d-\d\d-\d\d-\d\d)(?:_(?P<file>[^/]+)|(?P<note>\.txt))"
)
NOTE = re.compile(r"^Name: (?P<name>.*) \((?P<user>[^()\n]+)\)\s*$", re.MULTILINE)
MAX_NOTE = 1_000_000  # bytes; it also holds the comments of the student
METADATA = "submission_metadata.yml"
_YAML = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the first is fast, and not always there
MAX_METADATA = 50_000_000  # bytes; it also holds the results of Gradescope's own autograder
# Texts that students type into the platform itself: how Canvas ends their names, how Moodle does.
TYPED, TYPED_MOODLE = ("_text.html", "_link.html"), "onlinetext"


@dataclass(frozen=True)
class Owner:
    """The student of a file, as a platform names it.

    id: unique on the platform, and part of the name of the student's folder. keys: what else the
    platform calls this student. time: when the file was handed in, with its zone if known.
    """

    id: str
    name: str = ""
    keys: tuple[str, ...] = ()
    late: bool = False
    time: datetime | None = None


@dataclass(frozen=True)
class HandedIn:
    """One file of one student. order: larger for a later attempt. file: the student's own name."""

    owner: Owner
    order: int
    file: str
    entry: Entry


@dataclass(frozen=True)
class Download:
    """The download of a platform: the files that belong to students, and a line for each other."""

    platform: str
    files: list[HandedIn]
    unplaced: list[str]


def understand(archive: Archive) -> Download:
    """Return the files of an archive by student. Raises ArchiveError if it fits no platform."""
    for entry in archive.entries:
        if entry.name == METADATA:
            return _gradescope(archive, entry)
    for platform, pattern, reader in PLATFORMS:
        read = [(entry, pattern.fullmatch(entry.path)) for entry in archive.entries]
        if found := [(entry, match) for entry, match in read if match]:
            files = list(reader(archive, found))
            return Download(platform, files, list(_others(platform, read)))
    raise ArchiveError(
        "no name in it is of the form that Canvas, Moodle, Blackboard or Gradescope writes; "
        "download the submissions of the assignment as one zip file"
    )


def _others(platform: str, read: list[tuple[Entry, Any]]) -> Iterator[str]:
    """Yield a line for each file that belongs to nobody, and for each that is only a text."""
    for entry, found in read:
        if entry.path.endswith(TYPED) or (found and found.groupdict().get("kind") == TYPED_MOODLE):
            yield f"{entry.path}: a text typed into {platform}, and no file"
        elif not found:
            yield (
                f"{entry.path}: {platform} does not write such names, so we cannot tell whose file "
                "this is"
            )


Found = list[tuple[Entry, re.Match[str]]]


def _canvas(archive: Archive, found: Found) -> Iterator[HandedIn]:
    for entry, match in found:
        if not entry.path.endswith(TYPED):
            name, user = match["name"] or "", match["id"]
            folder = f"{name}_{user}" if name else user
            owner = Owner(folder, name, (user,), late=bool(match["late"]))
            yield HandedIn(owner, int(match["number"]), match["file"], entry)


def _moodle(archive: Archive, found: Found) -> Iterator[HandedIn]:
    for entry, match in found:
        if match["kind"] == "file":
            name, number = match["name"], match["id"]
            owner = Owner(f"{name}_{number}", name, (number, f"Participant {number}", name))
            yield HandedIn(owner, 0, match["file"], entry)


def _blackboard(archive: Archive, found: Found) -> Iterator[HandedIn]:
    """Yield the files of Blackboard, which writes a note beside the files of each attempt.

    The note has the name of the user. The name of a file alone does not tell where the title of
    the assignment ends and the user begins if the user has an underscore.
    """
    users: dict[str, tuple[str, str]] = {}
    for entry, match in found:
        if match["note"] and (named := NOTE.search(_note(archive, entry))):
            users[_attempt(match)] = named["user"], named["name"].strip()
    for entry, match in found:
        if not match["note"]:
            user, name = users.get(_attempt(match), (match["id"], ""))
            # Blackboard writes the local time of its server without a time zone. We assume the
            # zone of this machine.
            time = datetime.strptime(match["time"], "%Y-%m-%d-%H-%M-%S").astimezone()
            owner = Owner(user, name, (user,), time=time)
            yield HandedIn(owner, int(match["time"].replace("-", "")), match["file"], entry)


def _attempt(match: re.Match[str]) -> str:
    """Return the part of a name that all files of an attempt share."""
    return match.string[match.start("title") : match.end("time")]


def _note(archive: Archive, entry: Entry) -> str:
    try:
        return archive.read(entry, MAX_NOTE).decode(errors="replace")
    except ArchiveError:
        return ""


Reader = Callable[[Archive, Found], Iterator[HandedIn]]
PLATFORMS: tuple[tuple[str, re.Pattern[str], Reader], ...] = (
    ("Moodle", MOODLE, _moodle),
    ("Blackboard", BLACKBOARD, _blackboard),
    ("Canvas", CANVAS, _canvas),
)


def _gradescope(archive: Archive, metadata: Entry) -> Download:
    """Return the files of an export of Gradescope, which lists the submitters in a YAML file.

    A submission of a group belongs to each of its members.
    """
    try:
        listed = yaml.load(archive.read(metadata, MAX_METADATA), _YAML)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        words = str(error).splitlines()[0]
        raise ArchiveError(f"{metadata.path}: this cannot be read: {words}") from None
    folder = metadata.path.removesuffix(METADATA)
    files, unplaced = [], []
    for entry in archive.entries:
        if entry == metadata:
            continue
        submission, _, file = entry.path.removeprefix(folder).partition("/")
        found = listed.get(submission) if isinstance(listed, dict) else None
        owners = list(_submitters(found))
        if not owners or not file:
            unplaced.append(f"{entry.path}: {METADATA} names no student for it")
        files += [
            HandedIn(owner, int(owner.time.timestamp()) if owner.time else 0, file, entry)
            for owner in owners
            if file
        ]
    return Download("Gradescope", files, unplaced)


def _submitters(found: Any) -> Iterator[Owner]:
    """Yield the students of one submission in Gradescope's list, which may hold anything."""
    if not isinstance(found, dict):
        return
    time = found.get(":created_at")
    if isinstance(time, datetime):
        time = time if time.tzinfo else time.replace(tzinfo=UTC)
    submitters = found.get(":submitters")
    for each in submitters if isinstance(submitters, list) else []:
        if isinstance(each, dict):
            name, sid, email = (str(each.get(key) or "") for key in (":name", ":sid", ":email"))
            if id := email or sid:
                keys = tuple(key for key in (sid, email) if key)
                yield Owner(id, name, keys, time=time if isinstance(time, datetime) else None)
