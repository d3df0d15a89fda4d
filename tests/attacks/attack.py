"""The description of a hostile notebook."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Attack:
    """One hostile submission for 02-forward, named after the promise that it tries to break.

    cells: code cells that are put before the first answer.
    answers: the source of answer cells by question id.
    change: a function that changes the notebook's JSON in place or returns the bytes of the file.
    files: other files to hand in, by path relative to the notebook. Bytes are the contents of a
        file, and a text is the target of a symbolic link.
    deserves: the points that the honest part of the submission is worth.
    """

    name: str
    cells: tuple[str, ...] = ()
    answers: Mapping[str, str] = field(default_factory=dict)
    change: Callable[[dict[str, Any]], bytes | None] | None = None
    files: Mapping[str, bytes | str] = field(default_factory=dict)
    deserves: float = 0.0
