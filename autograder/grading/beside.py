"""Read the small files beside a submitted notebook, which its cells may import and open.

They are untrusted, like the notebook. Nothing here follows a link, opens a device or trusts a name,
and their number, their sizes and the depth of their folders are limited.
"""

import hashlib
import os
import re
import stat
from dataclasses import dataclass, field
from pathlib import Path

from ..sandbox.policy import HIDDEN
from .files import OF_THE_EXCHANGE

# A name that is no option of a command, is not hidden, and means the same everywhere.
NAME = re.compile(r"[\w()+][\w()+., -]{0,99}")
SUFFIXES = tuple(
    ".py .csv .tsv .txt .dat .json .jsonl .yaml .yml .toml .md .npy .npz .mat .h5 .pkl .pickle "
    ".png .jpg .jpeg .gif .bmp .idx .gz .zip".split()
)
# Files and folders with these names are those of the kit, of the course or of other programs, or
# would stand for a package that jobs must not see.
NOT_THE_STUDENTS = (*HIDDEN, *OF_THE_EXCHANGE, "__pycache__", "__MACOSX")
MAX_FILES, MAX_DEPTH, MAX_SEEN = 50, 3, 2000
MAX_BYTES, MAX_ALL_BYTES = 1_000_000, 4_000_000  # of one file, and of all of them
MAX_NAMED = 3  # files that the message names


@dataclass
class Beside:
    """The files beside a notebook: their bytes by path, and which were left out, with the reason.

    A path has the form folder/file.py. seen: how many entries of folders were looked at.
    """

    files: dict[str, bytes] = field(default_factory=dict)
    left_out: list[str] = field(default_factory=list)
    seen: int = 0

    @property
    def digest(self) -> bytes:
        """A digest of the files and of what was left out; empty if there is nothing."""
        if not self.files and not self.left_out:
            return b""
        digest = hashlib.sha256(repr(self.left_out).encode())
        for path, content in sorted(self.files.items()):
            digest.update(f"{path}\0{len(content)}\0".encode() + content)
        return digest.digest()

    @property
    def message(self) -> str:
        """One sentence about what was left out, or an empty text."""
        if not self.left_out:
            return ""
        more = len(self.left_out) - MAX_NAMED
        named = "; ".join(self.left_out[:MAX_NAMED]) + (f"; and {more} more" if more > 0 else "")
        return f"Not all files beside the notebook were used: {named}."


def read_beside(folder: Path) -> Beside:
    """Return the files in the folder of a submission that its cells may use."""
    found = Beside()
    try:
        top = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    except OSError:
        return found
    try:
        _read_folder(top, "", found)
    finally:
        os.close(top)
    return found


def _read_folder(folder: int, inside: str, found: Beside) -> None:
    """Add the files in an open folder, and in the folders in it, to what was found.

    The folders are opened one inside the other, so that nothing can be put in their place by a
    link. inside: the path of the folder, with a slash at its end.
    """
    for name in sorted(os.listdir(folder)):
        if found.seen == MAX_SEEN:
            found.left_out.append(f"what comes after {MAX_SEEN:,} entries, such as {inside}")
        found.seen += 1
        if found.seen > MAX_SEEN or (opened := _open(name, folder)) < 0:
            continue
        try:
            if not stat.S_ISDIR(os.fstat(opened).st_mode):
                _take(opened, inside + name, found)
            elif inside.count("/") < MAX_DEPTH:
                _read_folder(opened, f"{inside}{name}/", found)
            else:
                found.left_out.append(f"{inside}{name} (more than {MAX_DEPTH} folders deep)")
        finally:
            os.close(opened)


def _take(opened: int, path: str, found: Beside) -> None:
    """Add an open file to what was found, or note why it is left out."""
    if len(found.files) >= MAX_FILES:
        found.left_out.append(f"{path} (more than {MAX_FILES} files)")
    elif (content := _content(opened)) is None:
        found.left_out.append(f"{path} (larger than {MAX_BYTES // 1_000_000} MB)")
    elif sum(map(len, found.files.values())) + len(content) > MAX_ALL_BYTES:
        found.left_out.append(f"{path} (more than {MAX_ALL_BYTES // 1_000_000} MB together)")
    else:
        found.files[path] = content


def _open(name: str, folder: int) -> int:
    """Open a file or a folder with a name that may be used, and return its descriptor, or else -1.

    A link is none, because it could lead to the work of another student or to the secret of the
    course; nor is a file that has a second name, or something that is no regular file.
    """
    if not NAME.fullmatch(name) or name.removesuffix(".py") in NOT_THE_STUDENTS:
        return -1
    try:
        # Without O_NONBLOCK, opening a named pipe would wait for somebody who writes to it.
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK
        state = os.stat(name, dir_fd=folder, follow_symlinks=False)
        wanted = stat.S_ISDIR(state.st_mode) or (
            stat.S_ISREG(state.st_mode) and name.lower().endswith(SUFFIXES)
        )
        if not wanted:
            return -1
        opened = os.open(name, flags, dir_fd=folder)
    except (OSError, ValueError):
        return -1
    state = os.fstat(opened)
    if stat.S_ISDIR(state.st_mode) or (stat.S_ISREG(state.st_mode) and state.st_nlink == 1):
        return opened
    os.close(opened)
    return -1


def _content(file: int) -> bytes | None:
    """Return the content of an open file, or None if it is too large."""
    content = bytearray()
    while len(content) <= MAX_BYTES and (chunk := os.read(file, 1 << 16)):
        content += chunk
    return None if len(content) > MAX_BYTES else bytes(content)
