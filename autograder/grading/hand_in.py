"""Find what students have handed in: their folders, and the files that may be the notebook.

A browser, a learning platform or a student may have renamed the notebook, or handed in two. The
files are only found and read here. A worker chooses among them, because only workers parse what
students have written (see chosen_notebook.py).
"""

import os
import re
import stat
from pathlib import Path

from .files import in_place
from .kind_of_file import kind_of_file
from .submission import MAX_FILE, RejectedError, read_file, rejected_file

NOTEBOOK = re.compile(r"\.ipynb(\.(txt|json))?$|\.json$", re.IGNORECASE)
SKIPPED = ("autograder", "__pycache__", "__MACOSX", "node_modules")
MAX_CANDIDATES = 5
MAX_ENTRIES = 300  # at most so many entries of a folder are looked at
MAX_DEPTH = 2
MAX_NAMED = 3

Files = list[tuple[str, bytes]]  # pairs of a path in the folder, and the bytes of the file


def find_submissions(submitted: Path, assignment: str) -> list[tuple[str, Path]]:
    """Return (student, folder) for everybody who has handed in an assignment, sorted by student."""
    return [(folder.parent.name, folder) for folder in sorted(submitted.glob(f"*/{assignment}"))]


def misnamed(submitted: Path, assignment: str) -> list[str]:
    """Return a line for each folder and file that seems to be a submission but lies elsewhere.

    Such a submission is not graded, so the instructor must hear of it.
    """
    lines = []
    here = submitted.name
    wanted = _plain(assignment)
    for place in sorted(_entries(submitted)):
        if _plain(place.name) == wanted or ".ipynb" in place.name.lower():
            expected = f"{here}/STUDENT/{assignment}/{assignment}.ipynb"
            lines.append(f"{here}/{place.name}: not graded, because the grader expects {expected}")
        elif place.is_dir() and not place.is_symlink():
            lines += _misnamed_of(place, assignment, here)
    return lines


def _misnamed_of(student: Path, assignment: str, here: str) -> list[str]:
    """Return the lines about the entries of one student's folder."""
    lines = []
    wanted = _plain(assignment)
    for entry in sorted(_entries(student)):
        shown = f"{here}/{student.name}/{entry.name}"
        if entry.is_dir() and entry.name != assignment and _plain(entry.name) == wanted:
            lines.append(f"{shown}: not graded; rename the folder to {assignment}")
        elif not entry.is_dir() and _begins_with(_plain(entry.name), wanted):
            lines.append(f"{shown}: not graded; put the file into a folder {assignment}")
    return lines


def read_hand_in(folder: Path, submitted: Path, assignment: str) -> tuple[Files, Path]:
    """Return the files that may be the notebook, and the folder in which the first of them lies.

    `ASSIGNMENT.ipynb` is the first, if it is there. Raises RejectedError if there is none, or if
    the folder leads to another one by a link, because that could be the work of another student.
    Raises OSError if this machine cannot read a file; that is not the student's fault.
    """
    if not in_place(folder, submitted):
        raise RejectedError(f"{folder.name}: a link to another folder is not read")
    expected = folder / f"{assignment}.ipynb"
    found = [path for path in _files_below(folder) if NOTEBOOK.search(path.name)]
    is_there = expected in found
    notebooks = [path for path in found if ".ipynb" in path.name.lower()]
    chosen = [expected] if is_there else []
    chosen += [path for path in (notebooks or found) if path != expected]
    if not is_there and (expected.is_symlink() or not chosen):
        raise rejected_file(expected.name, _what_is_there(folder))
    files: Files = []
    room = MAX_FILE  # for all of them together
    for path in chosen[:MAX_CANDIDATES]:
        state = path.stat()
        if (path != expected and state.st_nlink > 1) or (files and state.st_size > room):
            continue
        files.append((path.relative_to(folder).as_posix(), read_file(path)))
        room -= len(files[-1][1])
    if not files:
        raise rejected_file(expected.name, _what_is_there(folder))
    return files, chosen[0].parent


def _files_below(folder: Path, depth: int = 0) -> list[Path]:
    """Return the regular files in a folder, and in its folders that are no links, sorted."""
    found: list[Path] = []
    for entry in sorted(_entries(folder))[:MAX_ENTRIES]:
        if entry.name.startswith(".") or entry.is_symlink():
            continue
        mode = entry.lstat().st_mode
        if stat.S_ISREG(mode):
            found.append(entry)
        elif stat.S_ISDIR(mode) and depth < MAX_DEPTH and entry.name not in SKIPPED:
            found += _files_below(entry, depth + 1)
    return sorted(found[:MAX_ENTRIES], key=lambda path: (len(path.parts), path))


def _what_is_there(folder: Path) -> str:
    """Say what lies in a folder without a notebook, and what to do."""
    files = _files_below(folder)
    if not files:
        if any(entry.is_symlink() for entry in _entries(folder)):
            return "only a link is there, and links are not read; hand in the file itself"
        return "the folder is empty, because nothing was handed in, or the upload failed"
    with open(files[0], "rb") as file:
        kind = kind_of_file(file.read(4000))
    names = [path.relative_to(folder).as_posix() for path in files]
    more = f" and {len(names) - MAX_NAMED} more" if len(names) > MAX_NAMED else ""
    listed = ", ".join(names[:MAX_NAMED]) + more
    if len(files) == 1 and kind:
        return f"there is no such file, but {listed}: {kind}"
    return f"there is no such file, but {listed}; hand in the notebook"


def _entries(folder: Path) -> list[Path]:
    """Return what lies in a folder; nothing if it cannot be listed."""
    try:
        return [folder / name for name in os.listdir(folder)]
    except OSError:
        return []


def _begins_with(name: str, wanted: str) -> bool:
    """True if a plain name begins with another one: hw1ipynb with hw1, but hw10ipynb does not."""
    rest = name[len(wanted) :]
    return name.startswith(wanted) and not (wanted[-1:].isdigit() and rest[:1].isdigit())


def _plain(name: str) -> str:
    """Return a name without capitals, spaces and signs, as people mix them up."""
    return re.sub(r"[\W_]+", "", name.casefold())
