"""The questions of the course: one folder for each assignment, one file for each question.

A question's file has the name of the question. The questions are found by listing the folders; their
order in an assignment is that of the answer cells in its text, `exercises/NN-name.md`.
"""

import re
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

from autograder.marking.question import ManualQuestion, Question

HERE = Path(__file__).parent
EXERCISES = HERE.parent.parent / "exercises"
QUESTION_CELL = re.compile(r"^```\{(?:answer|check|manual)\} *(\w+)", re.MULTILINE)


def _found() -> dict[str, Question | ManualQuestion]:
    """Return every question of the folders by its id."""
    found: dict[str, Question | ManualQuestion] = {}
    for file in sorted(HERE.glob("*/*.py")):
        module = import_module(f"{__name__}.{file.parent.name}.{file.stem}")
        found |= {value.id: value for value in vars(module).values() if _is_of(module, value)}
    return found


def _is_of(module: ModuleType, value: Any) -> bool:
    """True if a value is a question that this module makes, and not one that it imports."""
    if isinstance(value, Question):
        return value.drive.__module__ == module.__name__
    return isinstance(value, ManualQuestion)


_FOUND = _found()
_ORDER = {
    text.stem: [_FOUND[name] for name in QUESTION_CELL.findall(text.read_text(encoding="utf-8"))]
    for text in sorted(EXERCISES.glob("*.md"))
}
ASSIGNMENTS: dict[str, list[Question]] = {
    name: [q for q in questions if isinstance(q, Question)] for name, questions in _ORDER.items()
}
# One question of each assignment is marked by a person.
MANUAL: dict[str, ManualQuestion] = {
    name: next(q for q in questions if isinstance(q, ManualQuestion))
    for name, questions in _ORDER.items()
}
QUESTIONS: dict[str, Question] = {q.id: q for qs in ASSIGNMENTS.values() for q in qs}
MANUAL_QUESTIONS: dict[str, ManualQuestion] = {q.id: q for q in MANUAL.values()}
