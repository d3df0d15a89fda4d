"""Gather what a box of the book shows about a question, from the course itself.

The title and the functions that are given come from the text of the exercise, the rest from the
bank and from the reference. So no page holds a copy that could differ.
"""

import ast
import inspect
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

import backprop

from ..bank import ASSIGNMENTS, EXERCISES, QUESTION_CELL, QUESTIONS
from ..check import PUBLIC_SEED
from ..marking.question import INPUTS_IN_WORDS, Question, source
from .function_texts import stubs, texts
from .question_numbers import SECTION

GIVEN = re.compile(r"^```\{given\} *(.*)$", re.MULTILINE)
CALLED = re.compile(r"\bcode\.(\w+)")


@dataclass(frozen=True)
class LiveBox:
    """A question as a box of the book shows it.

    notebook: the path of its notebook in the repository. given: the source of the functions that
    the notebook gives and that the question needs. earlier: the book's answers to the questions
    whose functions an answer may call, by their ids. tried: what is special about the cases of the
    check. inputs: words about the inputs that are no arguments of the reader's functions.
    """

    question: Question
    title: str
    assignment: str
    notebook: str
    stub: str
    given: str
    earlier: dict[str, str]
    solution: str
    tried: tuple[str, ...]
    inputs: dict[str, str]

    @property
    def files(self) -> tuple[Path, ...]:
        """The files of which the box is made."""
        made_of: list[Any] = [type(self), stubs, self.question.drive]
        made_of += [getattr(backprop, name) for name in self.question.writes]
        sources = dict.fromkeys(map(inspect.getsourcefile, made_of))
        return (EXERCISES / f"{self.assignment}.md", *(Path(file) for file in sources if file))


@cache
def live_box(question_id: str) -> LiveBox:
    """Return the box of a question. Raises ValueError if there can be none."""
    question = QUESTIONS.get(question_id)
    if question is None or not question.writes:
        raise ValueError(f"there is no question {question_id!r} that asks for functions")
    (assignment,) = (name for name, ids in ASSIGNMENTS.items() if question_id in ids)
    text = (EXERCISES / f"{assignment}.md").read_text(encoding="utf-8")
    return LiveBox(
        question=question,
        title=_title(question_id, text),
        assignment=assignment,
        notebook=f"exercises/{assignment}/{assignment}.ipynb",
        stub=stubs(question.writes),
        given=texts(_given(question, text)),
        earlier={id: texts(q.writes) for id, q in QUESTIONS.items() if id in question.uses},
        solution=texts(question.writes),
        tried=_tried(question),
        inputs=_inputs(question),
    )


def _title(question_id: str, text: str) -> str:
    """Return the heading above a question in the text of its exercise."""
    for section in SECTION.split(text):
        if question_id in QUESTION_CELL.findall(section):
            return section.removeprefix("## ").split("\n", 1)[0]
    raise ValueError(f"the exercises do not ask {question_id}")


def _given(question: Question, text: str) -> list[str]:
    """Return the functions that the notebook gives and that the question calls or may use."""
    offered = [name for names in GIVEN.findall(text) for name in names.split()]
    named = set(CALLED.findall(question.driver_source))
    for name in question.writes:
        tree = ast.parse(source(getattr(backprop, name)))
        named |= {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    return [name for name in offered if name in named]


def _tried(question: Question) -> tuple[str, ...]:
    """Return the notes of the cases, without those that cost no points."""
    cases = question.cases(np.random.default_rng(PUBLIC_SEED))
    return tuple(dict.fromkeys(case.note for case in cases if case.note and not case.advice))


def _inputs(question: Question) -> dict[str, str]:
    """Return words about the inputs of the cases that are no arguments of the functions."""
    inputs = question.cases(np.random.default_rng(PUBLIC_SEED))[0].inputs
    shared = {name: words for name, words in INPUTS_IN_WORDS.items() if name in inputs}
    return {**shared, **question.explains}
