"""The titles of questions, as the headings of the released notebook have them."""

import re
from dataclasses import dataclass

from ..grading.notebook import Notebook, grade_id, nbgrader_mark

HEADING = re.compile(r"^## +(?:(\d+)\. +)?(.+?)(?: +\([^()]*points?\b[^()]*\))?\s*$", re.MULTILINE)


@dataclass(frozen=True)
class Title:
    """The heading above a question: its number in the notebook, or an empty text, and its words."""

    number: str
    words: str

    def __str__(self) -> str:
        return f"{self.number}. {self.words}" if self.number else self.words


def titles(released: Notebook) -> dict[str, Title]:
    """Return the title of each graded cell by its id, or the id, if there is no heading."""
    found: dict[str, Title] = {}
    latest: Title | None = None
    for cell in released["cells"]:
        if cell["cell_type"] == "markdown" and not nbgrader_mark(cell):
            for heading in HEADING.finditer(cell["source"]):
                latest = Title(heading[1] or "", heading[2])
        if nbgrader_mark(cell).get("grade"):
            found[grade_id(cell)] = latest or Title("", grade_id(cell))
    return found


def heading_of(released: Notebook) -> str:
    """Return the heading of the whole notebook, or an empty text."""
    first = released["cells"][0]["source"] if released["cells"] else ""
    found = re.match(r"# +(.+)", first)
    return found[1].strip() if found else ""
