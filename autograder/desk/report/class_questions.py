"""The questions to ask a class about a mistake, from the teaching page of the book."""

import re
from functools import cache
from pathlib import Path

from ...bank import ASSIGNMENTS

TEACHING = Path(__file__).resolve().parents[3] / "book" / "teaching.md"
SECTION = re.compile(r"^\(class-mistakes\)=\n(.*?)(?=^\([\w-]+\)=\n|\Z)", re.MULTILINE | re.DOTALL)
ROW = re.compile(r"^\|([^|\n]*)\|((?:[^|\n]*`[\w-]+`)[^|\n]*)\|([^|\n]+)\|\s*$", re.MULTILINE)
NAME = re.compile(r"`([\w-]+)`")
SENTENCE = re.compile(r".+?[.!?](?=\s|$)", re.DOTALL)
# For a mistake that the table does not have, after the first sentence of its explanation.
IN_GENERAL = "Why is the result wrong then, and how can you notice it without the check?"


def question_to_ask(question: str, mistake: str, explanation: str) -> str:
    """Return what to ask a class about a mistake in a question, in Markdown with formulas.

    explanation: the text of the mistake. We ask about its first sentence, which says what the code
    does, if the book has no question for this mistake.
    """
    home = next((name for name, ids in ASSIGNMENTS.items() if question in ids), "")
    if asked := _questions().get((home, mistake)):
        return asked
    first = SENTENCE.match(explanation)
    return f"{first[0] if first else explanation} {IN_GENERAL}".strip()


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
