"""A turn that processes take, so that only one of them runs a job at a time."""

import fcntl
from pathlib import Path
from typing import IO


class Turn:
    """A lock on a file, which the kernel releases if its owner dies.

    file: each process opens it for itself. None if there is nobody to wait for.
    """

    def __init__(self, file: Path | None = None) -> None:
        self._path = file
        self._file: IO[bytes] | None = None

    def take(self) -> None:
        """Wait until no other process has the turn."""
        if self._path:
            self._file = self._file or self._path.open("wb")
            fcntl.flock(self._file, fcntl.LOCK_EX)

    def give_back(self) -> None:
        """Let another process have the turn. A second call does nothing."""
        if self._file:
            fcntl.flock(self._file, fcntl.LOCK_UN)
