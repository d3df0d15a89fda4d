"""The files of right and wrong answers that are separate from the bank: reading and marking."""

import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

import backprop
from autograder.bank import ASSIGNMENTS, QUESTIONS
from autograder.marking.answer_key import AnswerKey, from_reference
from autograder.marking.driver import Outcome
from autograder.marking.explain import mark
from autograder.marking.judge import judge
from autograder.marking.verdict import Verdict
from support.places import EXERCISES, TESTS

REFERENCE = vars(backprop)
RIGHT_ANSWERS = TESTS / "bank" / "right_answers"
WRONG_ANSWERS = TESTS / "bank" / "wrong_answers"


def given(assignment: str) -> dict[str, Any]:
    """Return the names that the notebook of an assignment defines for its students, and NumPy."""
    text = (EXERCISES / f"{assignment}.md").read_text()
    names = " ".join(re.findall(r"^```\{given\} (.*)$", text, re.MULTILINE)).split()
    return {"np": np, **{name: REFERENCE[name] for name in names}}


def right_answers(assignment: str) -> dict[str, dict[str, Any]]:
    """Return the names that the answers in each style define, added to the given names."""
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
        """The key of this answer in the list of expected names."""
        return f"{self.question}: {self.says}"


def wrong_answers(assignment: str) -> list[Wrong]:
    """Return the wrong answers of an assignment, in the order of the file.

    The file uses `wrong(question, what is wrong, other=function, ...)` as a decorator. All other
    names that an answer needs are those of the reference.
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
    """Return the answer key of a question for a seed."""
    return from_reference(QUESTIONS[question], REFERENCE, seed)


def marked(question: str, seed: int, code: dict[str, Any]) -> Verdict:
    """Return the verdict on the answer whose names are in `code`."""
    return mark(key(question, seed), observed(question, seed, code))


def points(question: str, seed: int, code: dict[str, Any]) -> float:
    """Return the points of the answer whose names are in `code`."""
    return judge(key(question, seed), observed(question, seed, code)).score


def observed(question: str, seed: int, code: dict[str, Any]) -> list[Outcome]:
    """Run the answer whose names are in `code` on every case."""
    limit = sys.getrecursionlimit()
    try:
        return key(question, seed).observe(code)
    finally:
        sys.setrecursionlimit(limit)  # an answer may raise it, but this must not help the next one


@cache
def answers_to(question: str) -> dict[str, dict[str, Any]]:
    """Return all answers to a question that we have, by a text that begins with their origin.

    The origins are "bank" for misconceptions, "wrong" and "right" for the files of answers.
    """
    found = {
        f"bank: {number}, {wrong.id}": {**REFERENCE, **wrong.replaces(REFERENCE)}
        for number, wrong in enumerate(QUESTIONS[question].misconceptions)
    }
    assignment = next(name for name, ids in ASSIGNMENTS.items() if question in ids)
    found |= {
        f"wrong: {answer.says}": {**REFERENCE, **answer.names}
        for answer in wrong_answers(assignment)
        if answer.question == question
    }
    names = QUESTIONS[question].writes or QUESTIONS[question].uses
    return found | {
        f"right: {style}": code
        for style, code in right_answers(assignment).items()
        if all(name in code for name in names)
    }
