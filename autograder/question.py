"""The vocabulary of marking: Question, Case, Misconception."""

import ast
import inspect
import textwrap
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

DIGITS_LOST = "where finite differences lose their digits"  # a note that marking knows


@dataclass(frozen=True)
class Case:
    """Inputs to drive a question with; note says in words what is special about them.

    held_back: what `measure` needs and the code never sees, such as labels that decide marks.
    """

    inputs: dict[str, Any]
    note: str = ""
    held_back: dict[str, Any] = field(default_factory=dict)


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
    writes: the functions and classes that the student writes, in the order of the notebook.
    uses: the earlier functions of the assignment that an answer may call. measure(answer, inputs,
    held_back) -> a value for each part, where many answers are right: it turns what the driver
    returned into what is compared, on the trusted side; like the driver it may use `np` only.
    seconds: wall-clock for all cases together. bonus: whether the points are beyond the core.
    """

    id: str
    drive: Callable[..., dict[str, Any]]
    cases: Callable[[np.random.Generator], list[Case]]
    parts: dict[str, int]
    see: str
    writes: tuple[str, ...]
    tolerance: float
    uses: tuple[str, ...] = ()
    measure: Callable[..., dict[str, Any]] | None = None
    seconds: float = 5.0
    bonus: bool = False
    misconceptions: list[Misconception] = field(default_factory=list)

    @property
    def points(self) -> int:
        """Full marks."""
        return sum(self.parts.values())

    @cached_property
    def driver_source(self) -> str:
        """The driver's source, to run where this package is not."""
        return bare_source(self.drive)

    @cached_property
    def measure_source(self) -> str:
        """The source of `measure`, empty where there is none."""
        return bare_source(self.measure) if self.measure else ""

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


@dataclass(frozen=True)
class ManualQuestion:
    """A question that a person marks. rubric: points for each thing that an answer must contain."""

    id: str
    rubric: tuple[tuple[int, str], ...]

    @property
    def points(self) -> int:
        """Full marks."""
        return sum(points for points, _ in self.rubric)


def question(
    cases: Callable[[np.random.Generator], list[Case]],
    parts: dict[str, int],
    see: str,
    writes: tuple[str, ...] | None = None,
    tolerance: float = 1e-6,
    **more: Any,
) -> Callable[[Callable[..., dict[str, Any]]], Question]:
    """Make a Question out of the decorated driver; its id is the driver's name.

    more: the further fields of Question (uses, measure, seconds, bonus).
    """

    def make(drive: Callable[..., dict[str, Any]]) -> Question:
        name = drive.__name__
        own = (name,) if writes is None else writes
        return Question(name, drive, cases, parts, see, own, tolerance, **more)

    return make


def bare_source(function: Callable[..., Any]) -> str:
    """The source of a function, bare of decorators and types."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    (node,) = tree.body
    assert isinstance(node, ast.FunctionDef)
    node.decorator_list = []
    node.returns = None
    for argument in node.args.args:
        argument.annotation = None
    return ast.unparse(tree)
