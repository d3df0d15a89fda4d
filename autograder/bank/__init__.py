"""The questions of the course: one folder for each assignment, one file for each question.

The file of a question has the name of the question. We find the questions by listing the folders,
so there is no list to keep. The text of an assignment, `exercises/NN-name.md`, decides which
questions it has and in which order.
"""

import re
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

from autograder.marking.question import ManualQuestion, Question

HERE = Path(__file__).parent
EXERCISES = HERE.parent.parent / "exercises"
SOLVED = HERE.parent.parent / "solutions" / "notebooks"
QUESTION_CELL = re.compile(r"^```\{(?:answer|check|manual)\} *(\w+)", re.MULTILINE)


def _found() -> dict[str, Question | ManualQuestion]:
    """Return every question in the folders by its id."""
    found: dict[str, Question | ManualQuestion] = {}
    for file in sorted(HERE.glob("*/*.py")):
        module = import_module(f"{__name__}.{file.parent.name}.{file.stem}")
        found |= {value.id: value for value in vars(module).values() if _is_of(module, value)}
    return found


def _is_of(module: ModuleType, value: Any) -> bool:
    """True if a value is a question that this module defines, and not one that it imports."""
    if isinstance(value, Question):
        return value.drive.__module__ == module.__name__
    return isinstance(value, ManualQuestion)


# The ids of the questions of each assignment, in the order of its text.
ASSIGNMENTS: dict[str, tuple[str, ...]] = {
    text.stem: tuple(QUESTION_CELL.findall(text.read_text(encoding="utf-8")))
    for text in sorted(EXERCISES.glob("*.md"))
}
_FOUND = _found()
_IN_ORDER = [_FOUND[id] for ids in ASSIGNMENTS.values() for id in ids]
QUESTIONS: dict[str, Question] = {q.id: q for q in _IN_ORDER if isinstance(q, Question)}
MANUAL_QUESTIONS: dict[str, ManualQuestion] = {
    q.id: q for q in _IN_ORDER if isinstance(q, ManualQuestion)
}
