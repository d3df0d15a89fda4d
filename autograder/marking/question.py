"""The classes that describe a question: Question, Case and Misconception."""

import ast
import inspect
import re
import sys
import textwrap
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from itertools import accumulate, pairwise
from types import CodeType
from typing import Any

import numpy as np

from .common_mistakes import COMMON_MISTAKES

# Inputs that many questions share and that are no arguments of the student's functions.
INPUTS_IN_WORDS = {"calls": "how many times your function is called with the same cache"}
# The note of a case in which finite differences are too inexact. The hints look for this text.
DIGITS_LOST = "where finite differences lose their digits"
SECONDS = 5.0  # the time limit of a question that states none
Edit = tuple[str, str]  # a text in the source of the reference, and the text that replaces it


@dataclass(frozen=True)
class Case:
    """The inputs of one run of a question.

    note: what is special about this case, in words, or empty. held_back: values that `measure`
    needs and that the student's code must not see, such as the labels that decide the marks.
    advice: a remark for answers that fail in this case, which then costs no points; usually empty.
    """

    inputs: dict[str, Any]
    note: str = ""
    held_back: dict[str, Any] = field(default_factory=dict)
    advice: str = ""


@dataclass(frozen=True)
class Misconception:
    """A mistake that learners make, as a change of the reference.

    says: what went wrong and why it matters. see: a label in the book. edits: changes in the source
    of the functions named in `edited`. functions: wrong functions by name, for a mistake that is a
    different algorithm and not a small change.
    """

    id: str
    says: str
    see: str
    edits: tuple[Edit, ...] = ()
    edited: tuple[str, ...] = ()
    functions: dict[str, Callable[..., Any]] = field(default_factory=dict)

    def replaces(self, reference: Mapping[str, Any]) -> dict[str, Callable[..., Any]]:
        """Return the functions that differ from those of the reference, by name.

        Raises ValueError if an edit does not fit the reference's source.
        """
        if not self.edits:
            return self.functions
        return {**edited_functions(reference, self.edited, self.edits), **self.functions}


@dataclass
class Question:
    """A question that the checks mark.

    drive(code, **inputs): runs the functions in `code` and returns a dict with a value for each
        part. Its source is sent to the sandbox and to kits, so it may use `np` but no other module.
    cases(rng): returns the cases, the smallest first, because students see the first that fails.
    parts: points for each part. see: a label in the book.
    writes: the functions and classes that the student writes, in the order of the notebook.
    tolerance: a number is right if its error is at most tolerance * (the size of the right number
        + the largest size of a number in the right array).
    uses: the earlier functions of the assignment that an answer may call.
    measure(answer, inputs, held_back): for questions with many right answers. It turns the value of
        `drive` into the values that are compared, one for each part. It never runs in the sandbox,
        so it may read `held_back`. It may use `np` but no other module.
    seconds: time limit for all cases together. bonus: True if the question is not part of the core.
    explains: words about inputs that are no arguments of the student's functions, by their names.
        INPUTS_IN_WORDS has some that many questions share.
    ways: other right ways to answer, as edits of the reference. They call the functions in `uses`
        with other arguments than the reference does, and kits keep these calls, too.
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
    seconds: float = SECONDS
    bonus: bool = False
    explains: dict[str, str] = field(default_factory=dict)
    misconceptions: list[Misconception] = field(default_factory=list)
    ways: list[tuple[Edit, ...]] = field(default_factory=list)

    @property
    def points(self) -> float:
        """The full marks of the question; an int if they are whole, as in all texts."""
        total = sum(self.parts.values())
        return int(total) if total == int(total) else total

    def worth(self, points: float) -> "Question":
        """Return this question with other points; the proportions of the parts stay the same."""
        if points == self.points:
            return self
        return replace(self, parts=shared_out(self.parts, points))

    @cached_property
    def driver_source(self) -> str:
        """The source of the driver, which also runs without this package."""
        return noting_results(bare_source(self.drive))

    @cached_property
    def measure_source(self) -> str:
        """The source of `measure`, or an empty text if there is none."""
        return bare_source(self.measure) if self.measure else ""

    def way(self, *edits: Edit) -> None:
        """Register another right way to answer. The edits are as in `slip`."""
        self.ways.append(edits)

    def slip(
        self,
        id: str,
        says: str | None,
        *edits: Edit,
        see: str | None = None,
        of: tuple[str, ...] = (),
    ) -> None:
        """Register a misconception as edits of the source of the reference.

        Each edit is (old text, new text), and edits are made in the given order. When its turn
        comes, the old text must occur exactly once in the functions named in `of`; these are the
        functions that the student writes, unless others are named. The new text may use `np` and
        every function of the reference. says, see: as in `misconception`.
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
        """Register the decorated function as a misconception.

        This is for mistakes that are a different algorithm; for a small change use `slip`.
        says: what went wrong and why it matters. None means the text of an earlier misconception of
        this question with the same id, or else the text in COMMON_MISTAKES. see: a label in the
        book; None means that of the question. replaces: the name of the function that it replaces;
        None means the question's id. others: more wrong functions that belong to it, by name.
        """
        says, see = self._words(id, says, see)

        def register(wrong: Callable[..., Any]) -> Callable[..., Any]:
            functions = {replaces or self.id: wrong, **others}
            self.misconceptions.append(Misconception(id, says, see, functions=functions))
            return wrong

        return register

    def _words(self, id: str, says: str | None, see: str | None) -> tuple[str, str]:
        """Return the text and the label of a misconception; look up those that are None."""
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
    """A question that a person marks. rubric: pairs of points and what an answer needs for them."""

    id: str
    rubric: tuple[tuple[float, str], ...]

    @property
    def points(self) -> float:
        """The full marks of the question."""
        return sum(points for points, _ in self.rubric)

    def worth(self, points: float) -> "ManualQuestion":
        """Return this question with other points; the proportions of the rubric stay the same."""
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
    """Turn the decorated driver into a Question; the id is the name of the driver.

    more: other fields of Question (uses, measure, seconds, bonus, explains).
    """

    def make(drive: Callable[..., dict[str, Any]]) -> Question:
        name = drive.__name__
        own = (name,) if writes is None else writes
        return Question(name, drive, cases, parts, see, own, tolerance, **more)

    return make


def shared_out(parts: Mapping[str, float], points: float) -> dict[str, float]:
    """Return the parts with a new sum of points, in about the same proportions.

    They are rounded to eighths of a point, or finer if a part would come to nothing. Such numbers
    add up without an error, so a right answer has exactly all points.
    """
    factor = points / sum(parts.values())
    ends = [end * factor for end in accumulate(parts.values())]
    shared: list[float] = []
    for step in (2**-3, 2**-6, 2**-20):
        rounded = [0.0, *(round(end / step) * step for end in ends[:-1]), float(points)]
        shared = [after - before for before, after in pairwise(rounded)]
        if min(shared) > 0:
            break
    return dict(zip(parts, shared, strict=True))


def edited_functions(
    reference: Mapping[str, Any], names: tuple[str, ...], edits: tuple[Edit, ...]
) -> dict[str, Any]:
    """Return the named functions or classes, compiled from their edited sources.

    They are compiled in one scope, so that each of them calls the edited versions of the others.
    Raises ValueError if an old text does not occur exactly once.
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
        exec(_compiled(text, f"edited {name}"), scope)
    return {name: scope[name] for name in names}


@cache  # the versions of an assignment share the code
def _compiled(text: str, name: str) -> CodeType:
    return compile(text, name, "exec")


@cache
def source(thing: Any) -> str:
    """Return the source of a function or class, not indented."""
    return textwrap.dedent(inspect.getsource(thing))


class _NoteResults(ast.NodeTransformer):
    """Let a driver note each value of the student's code that it is going to unpack."""

    def visit_Assign(self, node: ast.Assign) -> ast.Assign:
        """Turn `a, b = code.f(x)` into `a, b = code._received(code.f(x), "f", ("a", "b"))`."""
        target, source = node.targets[0], ast.unparse(node.value)
        called = re.match(r"code\.(\w+)\(", source)
        if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Call) and called:
            names = tuple(map(_result_name, target.elts))
            noted = f"code._received({source}, {called[1]!r}, {names!r})"
            node.value = ast.parse(noted, mode="eval").body
        return node


def _result_name(target: ast.expr) -> str:
    """Return the name of a result, as the exercises call it: w for both new_w and ws[i]."""
    if isinstance(target, ast.Subscript):
        return ast.unparse(target.value).removesuffix("s")
    return ast.unparse(target).removeprefix("new_").strip("_")


def noting_results(source: str) -> str:
    """Return the source of a driver that notes what it receives and unpacks (see results.py)."""
    return ast.unparse(_NoteResults().visit(ast.parse(source)))


def bare_source(function: Callable[..., Any]) -> str:
    """Return the source of a function without its decorators, types and comments."""
    tree = ast.parse(source(function))
    (node,) = tree.body
    assert isinstance(node, ast.FunctionDef)
    node.decorator_list = []
    node.returns = None
    for argument in node.args.args:
        argument.annotation = None
    return ast.unparse(tree)
