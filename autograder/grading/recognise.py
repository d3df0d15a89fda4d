"""Recognise the assignment of a notebook, by the name of its file or by its cells."""

import re
from collections.abc import Iterable

from .assignment import Assignment, UnknownAssignmentError
from .submission import SubmittedCell
from .wrong_notebook import common_ids


def recognised(
    file: str, submitted: list[SubmittedCell], candidates: Iterable[Assignment]
) -> Assignment:
    """Return the assignment of a notebook.

    The name of the file counts first, whatever its capitals and signs: people rename files, but
    hardly to another assignment. Then the ids of the cells count. Raises UnknownAssignmentError if
    neither tells.
    """
    # A longer name first, because hw10 begins with hw1, too.
    known = sorted(candidates, key=lambda one: -len(one.name))
    for one in known:
        if _plain(file).startswith(_plain(one.name)):
            return one
    # Of assignments with the same cells, the smallest fits best.
    by_cells = max(known, key=lambda one: (common_ids(submitted, one), -len(one.points)))
    if common_ids(submitted, by_cells):
        return by_cells
    names = sorted(one.name for one in known)
    raise UnknownAssignmentError(
        f"{file}: cannot tell which assignment this is. Rename the file so that it starts with one "
        f"of {', '.join(names)}; for example {names[0]}.ipynb"
    )


def _plain(name: str) -> str:
    """Return a name without capitals, signs, and what programs put in front of a copy."""
    plain = re.sub(r"[\W_]+", "", name.casefold())
    return re.sub(r"^(copyof|copy|kopievon|copiede)", "", plain)
