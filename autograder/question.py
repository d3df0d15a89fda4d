"""The vocabulary of marking: Question, Case, Misconception."""

import ast
import inspect
import textwrap
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Case:
    """Inputs to drive a question with; note says in words what is special about them."""

    inputs: dict[str, Any]
    note: str = ""


@dataclass(frozen=True)
class Misconception:
    """The reference with one thing wrong, in the way that learners get it wrong.

    replaces: the functions that differ from the reference, by name. says: what went wrong and why
    it matters. see: a label in the book.
    """

    id: str
    replaces: dict[str, Callable[..., Any]]
    says: str
    see: str


@dataclass
class Question:
    """One graded thing.

    drive(code, **inputs) exercises somebody's code and returns a dict with a value for each part;
    it may use `np` and nothing else, because its source also runs where this package does not.
    cases(rng) gives the inputs, smallest first. parts: points for each part. A number is close
    enough when it is within tolerance * (its own size + the largest entry of the right answer).
    writes: the functions that the student writes, in the order of the notebook.
    """

    id: str
    drive: Callable[..., dict[str, Any]]
    cases: Callable[[np.random.Generator], list[Case]]
    parts: dict[str, int]
    see: str
    writes: tuple[str, ...]
    tolerance: float
    misconceptions: list[Misconception] = field(default_factory=list)

    @property
    def points(self) -> int:
        """Full marks."""
        return sum(self.parts.values())

    @property
    def driver_source(self) -> str:
        """The driver's source, bare of decorator and types, to run where those are unknown."""
        tree = ast.parse(textwrap.dedent(inspect.getsource(self.drive)))
        (function,) = tree.body
        assert isinstance(function, ast.FunctionDef)
        function.decorator_list = []
        function.returns = None
        for argument in function.args.args:
            argument.annotation = None
        return ast.unparse(tree)

    def misconception(
        self, id: str, says: str, see: str | None = None, replaces: str | None = None
    ) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """Register the decorated function as a wrong version of this question's function.

        replaces: which function of the reference it stands in for, if not the one named like the
        question. see: a label in the book, if not the question's own.
        """

        def register(wrong: Callable[..., Any]) -> Callable[..., Any]:
            name = replaces or self.id
            self.misconceptions.append(Misconception(id, {name: wrong}, says, see or self.see))
            return wrong

        return register


def question(
    cases: Callable[[np.random.Generator], list[Case]],
    parts: dict[str, int],
    see: str,
    writes: tuple[str, ...] = (),
    tolerance: float = 1e-6,
) -> Callable[[Callable[..., dict[str, Any]]], Question]:
    """Make a Question out of the decorated driver; its id is the driver's name."""

    def make(drive: Callable[..., dict[str, Any]]) -> Question:
        name = drive.__name__
        return Question(name, drive, cases, parts, see, writes or (name,), tolerance)

    return make
