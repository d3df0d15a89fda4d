"""The answer key of a question: inputs, right answers, and the answer of every misconception.

A key is computed from the reference, for any seed. Students do not have the reference, so their
notebooks read a key from a file, which was made ("frozen") with a public seed.
"""

import math
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from functools import cache, cached_property, partial
from typing import Any

import numpy as np

from . import wire
from .driver import Namespace, Outcome, compile_driver, drive
from .forms import form_of, misfit
from .frozen_calls import Call, calls_of
from .outline import Outline, outline
from .question import INPUTS_IN_WORDS, SECONDS, Case, Misconception, Question, edited_functions
from .time_limit import OutOfTimeError, time_limit

TOO_LONG = "your code was still running after the time limit and was stopped"
PATIENCE = 2.0  # seconds that a student waits for `check`, if the question states no other time
UNREADABLE = "it does not have the form that the question asks for"


@dataclass(frozen=True)
class Mistake:
    """A misconception with its outcome in each case.

    Answers are computed when they are needed. Most misconceptions are ruled out by the first case,
    so their other cases are never run.
    """

    id: str
    says: str
    see: str
    outcome: Callable[[int], Outcome]

    @cached_property
    def outline(self) -> Callable[[int, str], Outline | None]:
        """The function that returns the outline of a part in a case, and remembers it."""
        return cache(lambda i, part: outline(self.outcome(i).part(part)))

    def outcomes(self, count: int) -> list[Outcome]:
        """Return the outcomes of the first `count` cases."""
        return [self.outcome(i) for i in range(count)]


@dataclass(frozen=True)
class AnswerKey:
    """Everything that marking needs to know about one question.

    cases: those that count, then those with advice, so that an answer that fails in the latter has
    earned its points before. expected: the outcome of the reference in each case. forms: for a
    question with a measure, the form of what the reference returns in each case. calls: returns the
    calls of earlier functions that right answers make (see frozen_calls.py). The other fields are
    those of Question.
    """

    id: str
    parts: dict[str, float]
    see: str
    tolerance: float
    driver_source: str
    measure_source: str
    uses: tuple[str, ...]
    seconds: float
    cases: list[Case]
    expected: list[Outcome]
    forms: list[Any]
    explains: dict[str, str]
    mistakes: list[Mistake]
    calls: Callable[[], list[Call]]

    @property
    def points(self) -> float:
        """The full marks of the question."""
        return sum(self.parts.values())

    @property
    def counted(self) -> int:
        """The number of cases that count for the points; they come first."""
        return sum(not case.advice for case in self.cases)

    @property
    def patience(self) -> float:
        """The seconds that a student waits for `check` at most."""
        return self.seconds if self.seconds > SECONDS else PATIENCE

    def observe(self, code: dict[str, Any], seconds: float = math.inf) -> list[Outcome]:
        """Run code on every case in this process, and return the outcomes as plain data.

        seconds: the time limit. At its end the case that is running is stopped, and the cases after
        it are not run.
        """
        driver = compile_driver(self.driver_source)
        end, recursion = time.monotonic() + seconds, sys.getrecursionlimit()

        def run(inputs: dict[str, Any]) -> Outcome:
            left = end - time.monotonic()
            try:
                with time_limit(left):
                    return drive(driver, Namespace(code), inputs)
            except OutOfTimeError:
                return Outcome("timeout", text=TOO_LONG)

        outcomes = [Outcome(**wire.plain(vars(run(case.inputs)))) for case in self.cases]
        sys.setrecursionlimit(recursion)  # an answer may have raised it
        return outcomes

    def measured(self, outcomes: list[Outcome]) -> list[Outcome]:
        """Return the outcomes with each answer replaced by its measure (see Question.measure)."""
        return measured(self.measure_source, self.cases, outcomes, self.forms)


def from_reference(question: Question, reference: dict[str, Any], seed: int) -> AnswerKey:
    """Compute the answer key from the reference. The same seed gives the same key.

    Raises RuntimeError if the reference itself fails, which is a bug in the question.
    """
    drawn = sorted(question.cases(np.random.default_rng(seed)), key=lambda case: bool(case.advice))
    cases = [Case(**wire.plain(vars(case))) for case in drawn]

    def driven(replaced: Callable[[], dict[str, Any]], i: int) -> Outcome:
        code = Namespace({**reference, **replaced()})
        return Outcome(**wire.plain(vars(drive(question.drive, code, cases[i].inputs))))

    right = [driven(dict, i) for i in range(len(cases))]
    forms = [form_of(outcome.answer) for outcome in right if question.measure_source]
    expected = measured(question.measure_source, cases, right, forms)

    def mistake(wrong: Misconception) -> Mistake:
        replaced = cache(partial(wrong.replaces, reference))

        def outcome(i: int) -> Outcome:
            wrong = driven(replaced, i)
            (wrong,) = measured(question.measure_source, [cases[i]], [wrong], forms[i : i + 1])
            return wrong.converted(expected[i].answer, cases[i].inputs)

        return Mistake(wrong.id, wrong.says, wrong.see, cache(outcome))

    def runs(replaced: dict[str, Any]) -> Callable[[], Any]:
        return lambda: [driven(lambda: replaced, i) for i in range(len(cases))]

    def calls() -> list[Call]:
        uses = {name: reference[name] for name in question.uses}
        ways = [edited_functions(reference, question.writes, edits) for edits in question.ways]
        found = calls_of(uses, [runs(functions) for functions in ({}, *ways)])
        if not found or len(question.parts) == 1:
            return found
        # Without the earlier mistake, a wrong answer may earn points for some of its parts.
        wrong = [runs(m.replaces(reference)) for m in question.misconceptions]
        return calls_of(uses, wrong, found)

    for outcome in expected:
        if outcome.kind != "answer":
            raise RuntimeError(f"{question.id}: the reference fails: {outcome.text}")
    return AnswerKey(
        id=question.id,
        parts=question.parts,
        see=question.see,
        tolerance=question.tolerance,
        driver_source=question.driver_source,
        measure_source=question.measure_source,
        uses=question.uses,
        seconds=question.seconds,
        cases=cases,
        expected=expected,
        forms=forms,
        explains={**INPUTS_IN_WORDS, **question.explains},
        mistakes=[mistake(wrong) for wrong in question.misconceptions],
        calls=calls,
    )


def measured(
    source: str, cases: list[Case], outcomes: list[Outcome], forms: list[Any]
) -> list[Outcome]:
    """Return the outcomes with each answer replaced by its measure.

    source: the source of `measure`, or an empty text, which leaves the answers as they are. forms:
    the forms of right answers. An answer that cannot be measured becomes an error, which tells how
    its form differs.
    """
    if not source:
        return outcomes
    measure = compile_driver(source)

    def one(case: Case, outcome: Outcome, form: Any) -> Outcome:
        if outcome.kind != "answer":
            return outcome
        try:
            with np.errstate(all="ignore"):
                answer = measure(outcome.answer, case.inputs, case.held_back)
        except Exception:  # the answer can be any object, so measure can fail in any way
            return Outcome("error", text=UNREADABLE, says=misfit(form, outcome.answer))
        return replace(outcome, answer=answer)

    return [one(*each) for each in zip(cases, outcomes, forms, strict=True)]


def freeze(keys: list[AnswerKey]) -> bytes:
    """Return answer keys as bytes. They hold no code except the drivers and measures."""

    def as_dict(key: AnswerKey) -> dict[str, Any]:
        mistakes = [
            {
                "id": m.id,
                "says": m.says,
                "see": m.see,
                "outcomes": [asdict(o) for o in m.outcomes(len(key.cases))],
            }
            for m in key.mistakes
        ]
        return {
            **vars(key),
            "cases": [asdict(case) for case in key.cases],
            "expected": [asdict(outcome) for outcome in key.expected],
            "mistakes": mistakes,
            "calls": [asdict(call) for call in key.calls()],
        }

    return wire.encode([as_dict(key) for key in keys])


def thaw(data: bytes) -> list[AnswerKey]:
    """Return the answer keys that `freeze` turned into bytes. Raises WireError for other bytes."""

    def mistake(m: dict[str, Any]) -> Mistake:
        outcomes = [Outcome(**outcome) for outcome in m["outcomes"]]
        return Mistake(m["id"], m["says"], m["see"], outcomes.__getitem__)

    return [
        AnswerKey(
            **{
                **key,
                "cases": [Case(**case) for case in key["cases"]],
                "expected": [Outcome(**outcome) for outcome in key["expected"]],
                "mistakes": [mistake(m) for m in key["mistakes"]],
                "calls": partial(list, [Call(**call) for call in key["calls"]]),
            }
        )
        for key in wire.decode(data)
    ]
