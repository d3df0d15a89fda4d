"""What a hostile notebook is made of."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Attack:
    """One hostile submission for 02-forward, named after the promise that it tries to break.

    cells: code cells put before the first answer. answers: the source of answer cells by question
    id. change: changes the notebook's JSON in place, or returns the bytes of the file. files: what
    else is handed in, by path relative to the notebook; bytes are a file's contents, a text is where
    a symbolic link points. deserves: the points that the honest part of it is worth.
    """

    name: str
    cells: tuple[str, ...] = ()
    answers: Mapping[str, str] = field(default_factory=dict)
    change: Callable[[dict[str, Any]], bytes | None] | None = None
    files: Mapping[str, bytes | str] = field(default_factory=dict)
    deserves: float = 0.0
