"""Judge what an answer key and the observed outcomes say about the points of one question.

All functions are pure: nothing here runs student code. explain.py tells why an answer is wrong.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from .answer_key import AnswerKey
from .compare import as_it_was, difference, has_32_bits, told_by_measure
from .driver import Outcome
from .pairs import Answers
from .question import DIGITS_LOST, Case

CHANGED = "was changed"
# The verdict on a question that was not answered, by the kind of the outcome.
UNANSWERED = {
    "missing": "missing",
    "error": "error",
    "timeout": "timeout",
    "lost": "error",
}

# An array of 32-bit numbers has only seven digits, so we ask for fewer of them.
SINGLE_TOLERANCE = 1e-4
SINGLE = (
    "the result holds 32-bit numbers (float32), which have only seven digits; this course computes "
    "with 64 bits, so leave out the conversion"
)
# An argument may be shifted and shifted back, which leaves a rounding error.
CHANGE_TOLERANCE = 1e-9


@dataclass(frozen=True)
class Judgement:
    """The points of one question.

    observed: the measured outcome of every case that counts. faults: for each of these, the parts
    that are lost in it, each with the reason. remarks: the advice of the other cases that applies.
    raw: the observed outcomes before their lists and tuples became arrays.
    """

    key: AnswerKey
    observed: tuple[Outcome, ...] = ()
    faults: tuple[dict[str, str], ...] = ()
    remarks: tuple[str, ...] = ()
    raw: tuple[Outcome, ...] = ()

    @property
    def id(self) -> str:
        """The id of the question."""
        return self.key.id

    @cached_property
    def lost_parts(self) -> set[str]:
        """The parts that earn no points.

        A part earns its points if it is right in every case and the code changed no argument.
        """
        return {part for fault in self.faults for part in fault}

    @cached_property
    def answers(self) -> dict[str, Answers]:
        """The right and the observed values of each part, in all cases that count."""
        n = len(self.observed)
        return {
            part: Answers(
                self.key.cases[:n],
                [outcome.part(part) for outcome in self.key.expected[:n]],
                [outcome.part(part) for outcome in self.observed],
                self.key.tolerance,
            )
            for part in self.key.parts
        }

    @property
    def score(self) -> float:
        """The points of the parts that are right."""
        return sum(p for part, p in self.key.parts.items() if part not in self.lost_parts)

    @property
    def first(self) -> int:
        """The number of the first case in which a part is lost."""
        return next(i for i, fault in enumerate(self.faults) if fault)

    @property
    def verdict(self) -> str:
        """The verdict in one word. For a wrong answer, the first case with a fault decides it."""
        if not self.lost_parts:
            return "correct"
        return UNANSWERED.get(self.observed[self.first].kind, "wrong")


def judge(key: AnswerKey, observed: list[Outcome]) -> Judgement:
    """Judge the outcomes of all cases of a key, in the order of the key.

    Raises ValueError if there is not exactly one outcome for each case, so that a lost outcome can
    never count as a right one.
    """
    if len(observed) != len(key.cases):
        raise ValueError(f"{key.id}: {len(observed)} outcomes for {len(key.cases)} cases")
    raw = key.measured(observed)
    measured = tuple(
        _without_restored(case, outcome.converted(right.answer, case.inputs))
        for outcome, right, case in zip(raw, key.expected, key.cases, strict=True)
    )
    faults = tuple(_faults(key, i, *pair) for i, pair in enumerate(zip(measured, raw, strict=True)))
    n = key.counted
    remarks = [c.advice for c, fault in zip(key.cases[n:], faults[n:], strict=True) if fault]
    if any(has_32_bits(outcome.answer) for outcome in measured[:n]):
        remarks.append(SINGLE)
    return Judgement(key, measured[:n], faults[:n], tuple(dict.fromkeys(remarks)), tuple(raw[:n]))


def wrong_before(judged: Judgement, others: Iterable[Judgement]) -> list[str]:
    """Return the earlier questions that a wrong answer may call and that lost marks themselves."""
    if judged.verdict in ("correct", "missing"):
        return []
    lost = {other.id for other in others if other.lost_parts}
    return [name for name in judged.key.uses if name in lost]


def _faults(key: AnswerKey, i: int, outcome: Outcome, raw: Outcome) -> dict[str, str]:
    """Return the parts that are lost in case i, each with the reason in words.

    raw: the outcome before its lists became arrays.
    """
    if outcome.kind != "answer":
        return dict.fromkeys(key.parts, outcome.text)
    if name := changed_argument(key.cases[i], outcome):
        return dict.fromkeys(key.parts, f"the argument {name} {CHANGED}")
    tolerance = key.tolerance
    if key.cases[i].note != DIGITS_LOST and has_32_bits(outcome.answer):
        tolerance = max(tolerance, SINGLE_TOLERANCE)
    faults = {
        part: as_it_was(key.expected[i].answer[part], raw.part(part)) or found.words
        for part in key.parts
        if (found := difference(*part_values(key.expected[i], outcome, part), tolerance))
    }
    if not key.measure_source:
        return faults
    return {part: told_by_measure(words) for part, words in faults.items()}


def _without_restored(case: Case, outcome: Outcome) -> Outcome:
    """Return the outcome without inputs if they are the given ones up to rounding."""
    return outcome if changed_argument(case, outcome) else replace(outcome, inputs=None)


def changed_argument(case: Case, outcome: Outcome) -> str:
    """Return the name of the first argument that the code has changed, or an empty text."""
    if outcome.kind != "answer" or outcome.inputs is None:
        return ""
    left = outcome.inputs if isinstance(outcome.inputs, dict) else {}
    return next(
        (n for n, v in case.inputs.items() if difference(v, left.get(n), CHANGE_TOLERANCE)), ""
    )


def part_values(expected: Outcome, observed: Outcome, part: str) -> tuple[Any, Any]:
    """Return the expected and the observed value of a part; None if it was not observed."""
    return expected.answer[part], observed.part(part)
