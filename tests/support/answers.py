"""Answers written apart from the bank, as files; how they are read and marked."""

import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

import backprop
from autograder.bank import QUESTIONS
from autograder.marking.answer_key import AnswerKey, from_reference
from autograder.marking.judge import Verdict, mark
from support.places import EXERCISES, TESTS

REFERENCE = vars(backprop)
RIGHT_ANSWERS = TESTS / "bank" / "right_answers"
WRONG_ANSWERS = TESTS / "bank" / "wrong_answers"


def given(assignment: str) -> dict[str, Any]:
    """What the notebook of an assignment gives its students, and NumPy."""
    text = (EXERCISES / f"{assignment}.md").read_text()
    names = " ".join(re.findall(r"^```\{given\} (.*)$", text, re.MULTILINE)).split()
    return {"np": np, **{name: REFERENCE[name] for name in names}}


def right_answers(assignment: str) -> dict[str, dict[str, Any]]:
    """Every style's names for an assignment, each run on top of what is given."""
    styles = {}
    for path in sorted((RIGHT_ANSWERS / assignment).glob("*.py")):
        scope = {**given(assignment), "__name__": path.stem}
        exec(compile(path.read_text(), str(path), "exec"), scope)
        styles[path.stem] = scope
    return styles


@dataclass(frozen=True)
class Wrong:
    """One wrong answer: the question, what its author says is wrong, and the names it defines."""

    question: str
    says: str
    names: dict[str, Any]

    @property
    def key(self) -> str:
        """How the list of expected names calls it."""
        return f"{self.question}: {self.says}"


def wrong_answers(assignment: str) -> list[Wrong]:
    """The wrong answers of an assignment, in the order of the file.

    The file calls `wrong(question, what is wrong, other=function, ...)` as a decorator; whatever
    else an answer needs is the reference's.
    """
    found: list[Wrong] = []

    def wrong(question: str, says: str, **others: Any) -> Callable[[Any], Any]:
        def register(answer: Any) -> Any:
            found.append(Wrong(question, says, {answer.__name__: answer, **others}))
            return answer

        return register

    path = WRONG_ANSWERS / f"{assignment[:2]}_{assignment[3:]}.py"
    if path.exists():
        scope = {**REFERENCE, "np": np, "wrong": wrong, "__name__": path.stem}
        exec(compile(path.read_text(), str(path), "exec"), scope)
    return found


@cache
def key(question: str, seed: int) -> AnswerKey:
    """The answer key of a question for a seed."""
    return from_reference(QUESTIONS[question], REFERENCE, seed)


def marked(question: str, seed: int, code: dict[str, Any]) -> Verdict:
    """The verdict on the names in code."""
    limit = sys.getrecursionlimit()
    try:
        return mark(key(question, seed), key(question, seed).observe(code))
    finally:
        sys.setrecursionlimit(limit)  # an answer may raise it, the next one must do without
