"""The vocabulary of marking: Question, Case, Misconception."""

import ast
import inspect
import sys
import textwrap
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from typing import Any

import numpy as np

from .common_mistakes import COMMON_MISTAKES

# The note of a case in which finite differences fail. The hints recognise it by this text.
DIGITS_LOST = "where finite differences lose their digits"
Edit = tuple[str, str]  # a text of the reference's source, and the text that takes its place


@dataclass(frozen=True)
class Case:
    """The inputs of one run of a question. note says in words what is special about them.

    held_back: values that `measure` needs and the student's code must not see, such as the labels
    that decide the marks.
    """

    inputs: dict[str, Any]
    note: str = ""
    held_back: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Misconception:
    """The reference with one thing wrong, in the way that learners get it wrong.

    says: what went wrong and why it matters. see: a label in the book. edits: changes of the source
    of the functions named in edited. functions: wrong functions by name, for a misconception that is
    another algorithm altogether.
    """

    id: str
    says: str
    see: str
    edits: tuple[Edit, ...] = ()
    edited: tuple[str, ...] = ()
    functions: dict[str, Callable[..., Any]] = field(default_factory=dict)

    def replaces(self, reference: Mapping[str, Any]) -> dict[str, Callable[..., Any]]:
        """Return the functions that differ from the reference, by name.

        Raises ValueError if an edit does not fit the reference's source.
        """
        if not self.edits:
            return self.functions
        return {**edited_functions(reference, self.edited, self.edits), **self.functions}


@dataclass
class Question:
    """One graded thing.

    drive(code, **inputs) exercises somebody's code and returns a dict with a value for each part;
    it may use `np` and nothing else, because its source also runs where this package does not.
    cases(rng) gives the inputs, smallest first. parts: points for each part. A number is close
    enough when it is within tolerance * (its own size + the largest entry of the right answer).
    writes: the functions and classes that the student writes, in the order of the notebook.
    uses: the earlier functions of the assignment that an answer may call. measure(answer, inputs,
    held_back) is for questions with many right answers: it turns what the driver returned into the
    values that are compared, one for each part. It runs on the trusted side and may use `np` only.
    seconds: wall-clock for all cases together. bonus: True if the points are beyond the core.
    """

    id: str
    drive: Callable[..., dict[str, Any]]
    cases: Callable[[np.random.Generator], list[Case]]
    parts: dict[str, float]
    see: str
    writes: tuple[str, ...]
    tolerance: float
    uses: tuple[str, ...] = ()
    measure: Callable[..., dict[str, Any]] | None = None
    seconds: float = 5.0
    bonus: bool = False
    misconceptions: list[Misconception] = field(default_factory=list)

    @property
    def points(self) -> float:
        """Full marks."""
        return sum(self.parts.values())

    def worth(self, points: float) -> "Question":
        """Return this question with another number of points, shared out to the parts as before."""
        if points == self.points:
            return self
        return replace(self, parts=shared_out(self.parts, points))

    @cached_property
    def driver_source(self) -> str:
        """The driver's source, to run where this package is not."""
        return bare_source(self.drive)

    @cached_property
    def measure_source(self) -> str:
        """The source of `measure`, or an empty text if there is none."""
        return bare_source(self.measure) if self.measure else ""

    def slip(
        self,
        id: str,
        says: str | None,
        *edits: Edit,
        see: str | None = None,
        of: tuple[str, ...] = (),
    ) -> None:
        """Register a misconception as edits of the reference's own source.

        Each edit is (old text, new text). The old text occurs exactly once in the sources of the
        functions named in `of` (the functions that the student writes, if nothing is named), as these
        stand when the edits before it are done. The new text may name every function of the
        reference, and `np`. says, see: as in `misconception`.
        """
        says, see = self._words(id, says, see)
        self.misconceptions.append(Misconception(id, says, see, edits, of or self.writes))

    def misconception(
        self,
        id: str,
        says: str | None = None,
        see: str | None = None,
        replaces: str | None = None,
        **others: Callable[..., Any],
    ) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """Register the decorated function as a wrong version, for what is another algorithm altogether.

        says: what went wrong and why it matters; None takes the words of the misconception of the same
        id that this question has already, else those of COMMON_MISTAKES. see: a label in the book, if
        not the question's own. replaces: the function that it replaces, if not the one named like the
        question. others: further functions that are wrong together with it, by name.
        """
        says, see = self._words(id, says, see)

        def register(wrong: Callable[..., Any]) -> Callable[..., Any]:
            functions = {replaces or self.id: wrong, **others}
            self.misconceptions.append(Misconception(id, says, see, functions=functions))
            return wrong

        return register

    def _words(self, id: str, says: str | None, see: str | None) -> tuple[str, str]:
        """Return the words and the label of a misconception, looked up where they are not given."""
        if says is not None:
            return says, see or self.see
        for known in self.misconceptions:
            if known.id == id:
                return known.says, see or known.see
        if id not in COMMON_MISTAKES:
            raise ValueError(f"{self.id}: {id} needs words, because it has no common ones")
        return COMMON_MISTAKES[id], see or self.see


@dataclass(frozen=True)
class ManualQuestion:
    """A question that a person marks. rubric: points for each thing that an answer must contain."""

    id: str
    rubric: tuple[tuple[float, str], ...]

    @property
    def points(self) -> float:
        """Full marks."""
        return sum(points for points, _ in self.rubric)

    def worth(self, points: float) -> "ManualQuestion":
        """Return this question with another number of points, shared out to the rubric as before."""
        if points == self.points:
            return self
        parts = shared_out({words: p for p, words in self.rubric}, points)
        return replace(self, rubric=tuple((p, words) for words, p in parts.items()))


def question(
    cases: Callable[[np.random.Generator], list[Case]],
    parts: dict[str, float],
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


def shared_out(parts: Mapping[str, float], points: float) -> dict[str, float]:
    """Return the parts with other points, in the same proportions."""
    factor = points / sum(parts.values())
    return {part: own * factor for part, own in parts.items()}


def edited_functions(
    reference: Mapping[str, Any], names: tuple[str, ...], edits: tuple[Edit, ...]
) -> dict[str, Any]:
    """Return the named functions or classes with the edits made in their sources.

    They are compiled in one scope, so that each of them calls the edited version of the others. Raises
    ValueError if an old text does not occur exactly once.
    """
    texts = {name: source(reference[name]) for name in names}
    for old, new in edits:
        places = [name for name in names for _ in range(texts[name].count(old))]
        if len(places) != 1:
            raise ValueError(f"{old!r} occurs {len(places)} times in {', '.join(names)}")
        texts[places[0]] = texts[places[0]].replace(old, new)
    scope = {"np": np, **reference}
    for name in names:
        scope.update(vars(sys.modules[reference[name].__module__]))
    for name, text in texts.items():
        exec(compile(text, f"edited {name}", "exec"), scope)
    return {name: scope[name] for name in names}


@cache
def source(thing: Any) -> str:
    """Return the source of a function or class, without indentation."""
    return textwrap.dedent(inspect.getsource(thing))


def bare_source(function: Callable[..., Any]) -> str:
    """Return the source of a function without its decorators and types."""
    tree = ast.parse(source(function))
    (node,) = tree.body
    assert isinstance(node, ast.FunctionDef)
    node.decorator_list = []
    node.returns = None
    for argument in node.args.args:
        argument.annotation = None
    return ast.unparse(tree)
