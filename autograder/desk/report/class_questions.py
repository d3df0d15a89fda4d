"""The questions to ask a class about a mistake, from the teaching page of the book."""

import re
from functools import cache
from pathlib import Path

from ...bank import ASSIGNMENTS

TEACHING = Path(__file__).resolve().parents[3] / "book" / "teaching.md"
SECTION = re.compile(r"^\(class-mistakes\)=\n(.*?)(?=^\([\w-]+\)=\n|\Z)", re.MULTILINE | re.DOTALL)
ROW = re.compile(r"^\|([^|\n]*)\|((?:[^|\n]*`[\w-]+`)[^|\n]*)\|([^|\n]+)\|\s*$", re.MULTILINE)
NAME = re.compile(r"`([\w-]+)`")
# For a mistake that the table does not have. The explanation of the mistake follows it.
IN_GENERAL = (
    "Here is what the code returned, and what is right. Which step of the calculation makes the "
    "difference? How could you have noticed it without the check?"
)


def question_to_ask(question: str, mistake: str) -> str:
    """Return what to ask a class about a mistake in a question, in Markdown with formulas."""
    home = next((name for name, ids in ASSIGNMENTS.items() if question in ids), "")
    return _questions().get((home, mistake), IN_GENERAL)


@cache
def _questions() -> dict[tuple[str, str], str]:
    """Return the questions of the table in the book by assignment and mistake."""
    text = TEACHING.read_text(encoding="utf-8") if TEACHING.is_file() else ""
    section = SECTION.search(text)
    found: dict[tuple[str, str], str] = {}
    assignment = ""
    for first, names, question in ROW.findall(section[1] if section else ""):
        assignment = "".join(NAME.findall(first)) or assignment
        for name in NAME.findall(names):
            found[assignment, name] = question.strip()
    return found
