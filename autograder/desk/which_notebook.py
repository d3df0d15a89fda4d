"""Tell which of the notebooks that a student has handed in is that of the assignment."""

import re
from pathlib import PurePosixPath

# What browsers and platforms add to the name of a file that is there already.
COPY = re.compile(r"([ _-]?\(\d+\)|-\d{1,3}|[ _-]+(copy|kopie|copie)( \d+)?)$", re.IGNORECASE)


def chosen_notebook(notebooks: list[str], assignment: str) -> str | None:
    """Return the notebook of the assignment, if it is clear which one that is."""
    if len(notebooks) == 1:
        return notebooks[0]
    stems = {path: PurePosixPath(path).stem for path in notebooks}
    for name_of in (str.casefold, own_name):
        named = [path for path, stem in stems.items() if name_of(stem) == assignment.casefold()]
        if named:
            return named[0] if len(named) == 1 else None
    return None


def own_name(stem: str) -> str:
    """Return the name of a file without what marks a copy, and without capitals."""
    return COPY.sub("", stem).casefold()
