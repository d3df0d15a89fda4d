"""Load the questions that an instructor has written for a course folder.

They lie in the folder questions/ of the course: `NAME.py` is a question like those of the bank,
`NAME.md` is its text for the notebook, and `answers.py` holds the right answers, as the package
`backprop` does for the course. The instructor is trusted, so these files run in the grader. As with
the bank, the sandbox gets nothing of them but the drivers and the inputs.

An assignment carries the texts of the files, and not their paths, because a worker on another
machine must have them, too.
"""

import hashlib
import linecache
import sys
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

from ..bank import MANUAL_QUESTIONS, QUESTIONS
from ..marking.book_links import LABELS
from ..marking.question import ManualQuestion, Question

FOLDER, ANSWERS = "questions", "answers"
OwnFiles = tuple[tuple[str, str], ...]  # pairs of a name, without .py, and the text of the file


class OwnQuestionError(ValueError):
    """An error for a question file that cannot be used. The text is one line that says why."""


@dataclass
class OwnQuestions:
    """The questions in the files, by their ids, and the right answers by their names."""

    questions: dict[str, Question | ManualQuestion] = field(default_factory=dict)
    answers: dict[str, Any] = field(default_factory=dict)


def read_own(course: Path) -> OwnFiles:
    """Return the Python files in the folder of the instructor's questions; the answers are first.

    Raises OwnQuestionError if one of them cannot be read.
    """
    found = {}
    for path in sorted((course / FOLDER).glob("*.py")):
        try:
            found[path.stem] = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise OwnQuestionError(f"{path}: this file cannot be read: {error}") from None
    order = sorted(found, key=lambda name: (name != ANSWERS, name))
    return tuple((name, found[name]) for name in order)


@cache
def load(files: OwnFiles) -> OwnQuestions:
    """Return what the files define. Raises OwnQuestionError if one of them fails."""
    package = f"questions_of_{hashlib.sha256(repr(files).encode()).hexdigest()[:16]}"
    sys.modules.setdefault(package, ModuleType(package)).__path__ = []
    found = OwnQuestions()
    for name, text in files:
        module = _run(f"{package}.{name}", f"{FOLDER}/{name}.py", text)
        if name == ANSWERS:
            defined = {n: v for n, v in vars(module).items() if _is_of(module, v)}
            found.answers |= defined
            continue
        for value in vars(module).values():
            if _is_question_of(module, value):
                _require_usable(value, name, found)
                found.questions[value.id] = value
    return found


def _run(name: str, shown: str, text: str) -> ModuleType:
    """Run the text of a file as a module, whose functions can be asked for their source."""
    module = ModuleType(name)
    module.__file__ = f"<{name}>"
    # The misconceptions and the drivers are made from the source, which `inspect` looks up here.
    linecache.cache[module.__file__] = (len(text), None, text.splitlines(True), module.__file__)
    sys.modules[name] = module
    try:
        exec(compile(text, module.__file__, "exec"), vars(module))
    except Exception as error:
        words = f"{type(error).__name__}: {error}".splitlines()[0]
        raise OwnQuestionError(f"{shown}: this question cannot be loaded: {words}") from None
    return module


def _is_of(module: ModuleType, value: Any) -> bool:
    """True for a function or a class that the module itself defines."""
    return getattr(value, "__module__", "") == module.__name__ and hasattr(value, "__name__")


def _is_question_of(module: ModuleType, value: Any) -> bool:
    if isinstance(value, Question):
        return value.drive.__module__ == module.__name__
    return isinstance(value, ManualQuestion)


def _require_usable(question: Question | ManualQuestion, name: str, found: OwnQuestions) -> None:
    """Raise OwnQuestionError if a question could not be marked, or hides one of the course."""
    file = f"{FOLDER}/{name}.py"
    if question.id in (QUESTIONS | MANUAL_QUESTIONS):  # type: ignore[operator]
        raise OwnQuestionError(
            f"{file}: the course already has a question {question.id}; choose another name"
        )
    if isinstance(question, ManualQuestion):
        return
    import backprop

    for function in question.writes:
        if function not in found.answers and not hasattr(backprop, function):
            raise OwnQuestionError(
                f"{file}: there is no right answer for {function}; write it into "
                f"{FOLDER}/{ANSWERS}.py"
            )
    if question.see not in LABELS:
        raise OwnQuestionError(
            f"{file}: the book has no label {question.see}; the labels are in "
            "autograder/marking/book_links.py"
        )
