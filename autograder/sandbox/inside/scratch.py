"""The private folder of a job: what the cells put there stays, what a question adds is removed.

This runs in the process in which the cells have run. Hostile cells can change that process, so this
keeps apart the questions of honest submissions and of simple attacks only. Nothing secret may
depend on it.
"""

import contextlib
import os
import stat
from collections.abc import Iterator

MAX_PATH = 1000  # characters; a folder with a longer path is always removed
A_FOLDER = (stat.S_IFDIR,)


class Scratch:
    """A folder, with a record of what was in it at one moment."""

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self._kept: dict[str, tuple[int, ...]] = {}
        self._given: dict[str, bytes] = {}

    def give(self, files: dict[str, bytes]) -> None:
        """Put files into the folder: what a student has handed in beside the notebook."""
        for name, content in files.items():
            path = os.path.join(self._folder, name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            _write(path, content)
            self._given[path] = content

    def remember(self) -> None:
        """Record what is in the folder now."""
        self._kept = {path: state for path, state in self._entries() if state}
        self._given = {
            path: content for path, content in self._given.items() if _holds(path, content)
        }

    def restore(self) -> None:
        """Remove everything that was made or changed since `remember`.

        A file that was given is given again, unless a cell had changed it before.
        """
        found = {}
        for path, state in self._entries():
            if self._kept.get(path) == state:
                found[path] = state
                continue
            with contextlib.suppress(OSError):
                self._remove(path)
        for path in self._given.keys() - found.keys():
            with contextlib.suppress(OSError):
                os.makedirs(os.path.dirname(path), exist_ok=True)
                _write(path, self._given[path])
                self._kept[path] = _state(path)

    def _entries(self) -> Iterator[tuple[str, tuple[int, ...]]]:
        """Yield the path and the state of each entry. Those of a folder come after the folder.

        The state is empty for a folder with a long path, whose entries are not read.
        """
        todo = [self._folder]
        while todo:
            for path in _paths(todo.pop()):
                with contextlib.suppress(OSError):  # it has been removed
                    state = _state(path)
                    yield path, state
                    if state == A_FOLDER and _is_folder(path):
                        todo.append(path)

    def _remove(self, path: str) -> None:
        """Remove a file, or a folder with everything in it.

        Folders in the folder are first moved to the top, because the path of a folder that is
        nested deeply can be longer than the system allows.
        """
        todo = [path]
        while todo:
            folder = todo.pop()
            if not _is_folder(folder):
                os.unlink(folder)
                continue
            for inner in _paths(folder):
                if _is_folder(inner):
                    os.chmod(inner, 0o700)  # to be moved, a folder must be writable
                todo.append(os.path.join(self._folder, os.urandom(8).hex()))
                os.rename(inner, todo[-1])
            os.rmdir(folder)


def _write(path: str, content: bytes) -> None:
    with open(path, "wb") as file:
        file.write(content)


def _holds(path: str, content: bytes) -> bool:
    """True if a file is there and has this content."""
    try:
        with open(path, "rb") as file:
            return os.fstat(file.fileno()).st_size == len(content) and file.read() == content
    except OSError:
        return False


def _paths(folder: str) -> list[str]:
    """Return the paths of what is in a folder. The folder is made accessible for that."""
    try:
        if os.lstat(folder).st_mode & 0o700 != 0o700:
            os.chmod(folder, 0o700)
        return [os.path.join(folder, name) for name in os.listdir(folder)]
    except OSError:  # it is not there any more, or its path is too long
        return []


def _state(path: str) -> tuple[int, ...]:
    """Return numbers that differ if a file was changed. Those of a folder are always the same."""
    found = os.lstat(path)
    if stat.S_ISDIR(found.st_mode):
        return A_FOLDER if len(path) <= MAX_PATH else ()
    return found.st_ino, found.st_mode, found.st_size, found.st_mtime_ns, found.st_ctime_ns


def _is_folder(path: str) -> bool:
    """True if the path is a folder and not a link to one."""
    return stat.S_ISDIR(os.lstat(path).st_mode)
