"""Write files so that a crash leaves no half of one, and copy the small files beside a notebook."""

import os
import secrets
import shutil
import stat
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO

from .timestamp import parse_time

# The files that nbgrader's exchange puts beside a submission, and that nbgrader needs beside the
# feedback to give it back to the student.
TIME, SECRET = OF_THE_EXCHANGE = ("timestamp.txt", "submission_secret.txt")
MAX_BYTES = 1000  # of each of them


def write_whole(path: Path, texts: Iterable[str]) -> None:
    """Write texts to a file. A crash leaves the old file or the new one, never half of it."""
    with _in_place_of(path, 0o666) as file:
        file.writelines(text.encode() for text in texts)


def private_file(path: Path) -> AbstractContextManager[IO[bytes]]:
    """Open a new file that only its owner can read, and that takes the place of `path` at the end.

    A crash leaves the old file or the new one, never half of it.
    """
    return _in_place_of(path, 0o600)


@contextmanager
def _in_place_of(path: Path, mode: int) -> Iterator[IO[bytes]]:
    """Open a new file in the same folder, which takes the place of `path` after the block.

    So a link at this path, or at a name that could be guessed, is not followed.
    """
    part = path.with_name(f".{path.name}.{secrets.token_hex(8)}.part")
    opened = os.open(part, os.O_RDWR | os.O_CREAT | os.O_EXCL, mode)
    try:
        with open(opened, "w+b") as file:
            yield file
        os.replace(part, path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def in_place(folder: Path, step: Path) -> bool:
    """True if no link below the folder of a step of nbgrader, such as submitted/, leads to another.

    A link could lead to the work of another student. The folder need not be there yet.
    """
    own = os.path.join(os.path.realpath(step), os.path.relpath(folder, step))
    return os.path.realpath(folder) == own


def keep_beside(notebook: Path, submitted: Path | None) -> None:
    """Let only the two files of the exchange lie beside an autograded notebook.

    Everything else in its folder is removed, such as copies by nbgrader and what an interrupted run
    has left. The two files are copied from the folder `submitted`, if there is one. A time that
    cannot be read is not copied, because nbgrader would stop there for the whole class.
    """
    for path in notebook.parent.iterdir():
        if path.name != notebook.name:
            shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
    for name in OF_THE_EXCHANGE:
        text = small_text(submitted / name) if submitted else None
        if text is not None and (name == SECRET or parse_time(text)):
            write_whole(notebook.with_name(name), [text])


def time_of_submission(submitted: Path) -> datetime | None:
    """Return the time in a folder that was handed in, in UTC; None if it has none or no time."""
    return parse_time(small_text(submitted / TIME) or "")


def small_text(path: Path) -> str | None:
    """Return the text of a small file that a student has handed in, or None if there is none.

    A link is none, because it could lead to the secret of the course; nor is a file that has a
    second name, or that is not a single line.
    """
    try:
        # Without O_NONBLOCK, opening a named pipe would wait for somebody who writes to it.
        with open(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as file:
            found = os.fstat(file.fileno())
            if stat.S_ISREG(found.st_mode) and found.st_nlink == 1 and found.st_size <= MAX_BYTES:
                text = file.read(MAX_BYTES).decode()
                return text if text.strip().isprintable() else None
    except (OSError, UnicodeDecodeError):
        pass
    return None
