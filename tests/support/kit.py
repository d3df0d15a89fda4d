"""The verdict of `check` as a kit has it: Python, frozen answer keys, and no reference."""

import linecache
import sys
from dataclasses import dataclass
from functools import cache

import numpy as np
import pytest

import autograder
from autograder.bank import QUESTIONS
from autograder.marking import answer_key
from autograder.marking.answer_key import AnswerKey, freeze, thaw
from autograder.marking.verdict import report
from in_page.state import kept_state
from support.answers import key

check = sys.modules["autograder.check"]
PATIENCE = 100  # seconds that an answer may run, because these machines are busy


@dataclass(frozen=True)
class Told:
    """The points, the name of the mistake, and the whole text."""

    score: float
    name: str | None
    text: str


@cache
def frozen(question: str) -> bytes:
    """Return the frozen key of a question."""
    return freeze([key(question, check.PUBLIC_SEED)])


@cache
def thawed(question: str) -> AnswerKey | None:
    """Return the frozen key of a question, as a kit reads it; None if there is no such question."""
    return thaw(frozen(question))[0] if question in QUESTIONS else None


def told_by_kit(question: str, source: str, earlier: str = "") -> Told:
    """Return what a kit tells about an answer. earlier: the code of the cells before it."""
    names = {"__name__": "__main__", "np": np, "check": autograder.check}
    with pytest.MonkeyPatch.context() as patch, kept_state():
        patch.setattr(answer_key, "PATIENCE", PATIENCE)
        patch.setattr(check, "reference", dict)
        patch.setattr(check, "answer_key", thawed)
        for text, file in ((earlier, "<earlier>"), (source, "<answer>")):
            linecache.cache[file] = (len(text), None, text.splitlines(True), file)
            exec(compile(text, file, "exec"), names)
        verdict = check._verdict(thawed(question), names)
    return Told(verdict.score, verdict.misconception, report(verdict))
