"""Find the misconceptions whose answers equal those of a student."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from .answer_key import AnswerKey, Mistake
from .compare import difference
from .driver import Outcome
from .factors import may_be_off_by_a_factor, off_by_a_factor
from .judge import CHANGE_TOLERANCE, Judgement, changed_argument, part_values
from .outline import Outline, may_be_equal, may_have_one_factor, outline
from .pairs import Answers, coarse, examples_in

MIN_ANSWERED = 2  # cases in which a misconception must agree, if the others gave no answer
# Errors can quote numbers that the student's code has computed, up to their last digit.
COMPUTED_NUMBER = re.compile(r"-?\d+\.\d+(e[+-]?\d+)?|-?\d+e[+-]?\d+")


@dataclass(frozen=True)
class Named:
    """A misconception, and the lost parts that it explains.

    whole: True if it gives the observed values of all parts.
    """

    mistake: Mistake
    parts: tuple[str, ...]
    whole: bool


def diagnose(judged: Judgement) -> list[Named]:
    """Return the misconceptions that explain the observed outcomes; an empty list if none does.

    A misconception that explains all parts at once comes alone. Otherwise the list has the first
    misconception that explains each lost part.
    """
    key, observed = judged.key, judged.observed
    known = [{part: outline(o.part(part)) for part in key.parts} for o in observed]
    everything = tuple(key.parts)

    def first_match(parts: tuple[str, ...], cases: list[int]) -> Mistake | None:
        # Nearly all misconceptions differ from the answer in the first of these cases, and there
        # `all` stops. So most wrong versions of the reference run in one case only.
        return next(
            (
                mistake
                for mistake in key.mistakes
                if all(
                    all(
                        may_be_equal(mistake.outline(i, part), known[i][part], key.tolerance)
                        for part in parts
                    )
                    and _same(key, mistake.outcome(i), observed[i], parts)
                    for i in cases
                )
            ),
            None,
        )

    lost = tuple(part for part in key.parts if part in judged.lost_parts)
    order = _wrong_first(judged, everything)
    if mistake := first_match(everything, order):
        return [Named(mistake, lost, True)]
    answered = _answered(judged)
    if 0 < len(answered) < len(order) and (mistake := first_match(everything, answered)):
        return [Named(mistake, lost, True)]
    named: dict[str, Named] = {}  # by the words of the mistake
    for part in lost:
        cases = _wrong_first(judged, (part,))
        if mistake := first_match((part,), [i for i in cases if i in answered or not answered]):
            before = named[mistake.says].parts if mistake.says in named else ()
            named[mistake.says] = Named(mistake, (*before, part), False)
    changed = any(changed_argument(key.cases[i], outcome) for i, outcome in enumerate(observed))
    return list(named.values()) if named or changed else _with_a_factor(judged, known)


def _answered(judged: Judgement) -> list[int]:
    """Return the cases that have an answer, if they are enough to tell a mistake by.

    A wrong answer must be among them. Those in which a part is lost come first.
    """
    observed, faults = judged.observed, judged.faults
    order = _wrong_first(judged, tuple(judged.key.parts))
    answered = [i for i in order if observed[i].kind == "answer"]
    enough = len(answered) >= min(MIN_ANSWERED, len(observed))
    return answered if enough and any(faults[i] for i in answered) else []


def _with_a_factor(judged: Judgement, known: list[dict[str, Outline | None]]) -> list[Named]:
    """Return the first misconception that gives the observed answers up to a constant factor.

    These are two mistakes in one answer, and the words name both. known: the outlines of the
    observed answers.
    """
    key, n = judged.key, len(judged.observed)
    rows = [examples_in(case) for case in key.cases[:n]]
    for part in (part for part in key.parts if part in judged.lost_parts):
        answers = part_answers(judged, part)
        if any(value is None for value in answers.observed):
            continue  # there is no answer that a factor could explain
        if off_by_a_factor(answers):
            continue  # a factor alone explains the part, and a hint will say so
        order = _wrong_first(judged, (part,))
        for mistake in key.mistakes:
            pairs = ((mistake.outline(i, part), known[i][part], rows[i]) for i in order)
            if not may_have_one_factor(pairs, coarse(key.tolerance)):
                continue
            if not _may_explain(mistake, answers, part):
                continue  # the first case usually rules it out, so the others are not run
            mistaken = [outcome.part(part) for outcome in mistake.outcomes(n)]
            if hint := off_by_a_factor(replace(answers, right=mistaken)):
                words = f"{hint.words[0].lower()}{hint.words[1:]}".replace("right answer", "result")
                says = f"{mistake.says} Besides, {words}"
                return [Named(replace(mistake, says=says), (part,), False)]
    return []


def _wrong_first(judged: Judgement, parts: Sequence[str]) -> list[int]:
    """Return the numbers of all cases. Those in which one of these parts is lost come first."""
    faults = judged.faults
    return sorted(range(len(faults)), key=lambda i: not any(part in faults[i] for part in parts))


def _may_explain(mistake: Mistake, answers: Answers, part: str) -> bool:
    """True if this misconception times a constant could explain the observed values.

    Stops at the first case that rules it out.
    """
    return all(
        may_be_off_by_a_factor(
            Answers([case], [mistake.outcome(i).part(part)], [value], answers.tolerance)
        )
        for i, (case, value) in enumerate(zip(answers.cases, answers.observed, strict=True))
    )


def _same(key: AnswerKey, mistaken: Outcome, observed: Outcome, parts: Sequence[str]) -> bool:
    """True if a misconception has the observed outcome of a case, in the given parts."""
    if mistaken.kind != "answer" or observed.kind != "answer":
        return mistaken.kind == observed.kind and _error(mistaken) == _error(observed)
    if any(difference(*part_values(mistaken, observed, part), key.tolerance) for part in parts):
        return False
    if mistaken.inputs is None or observed.inputs is None:
        return mistaken.inputs is observed.inputs
    return difference(mistaken.inputs, observed.inputs, CHANGE_TOLERANCE) is None


def part_answers(judged: Judgement, part: str) -> Answers:
    """Return the right and the observed values of a part, in all cases that count."""
    key, n = judged.key, len(judged.observed)
    right, observed = values_of(key.expected[:n], part), values_of(judged.observed, part)
    return Answers(key.cases[:n], right, observed, key.tolerance)


def values_of(outcomes: Sequence[Outcome], part: str) -> list[Any]:
    """Return the values of a part, one for each case; None for a case without an answer."""
    return [outcome.part(part) for outcome in outcomes]


def _error(outcome: Outcome) -> str:
    """Return the text of an error without what two programs with the same mistake can differ in.

    These are the line that raised it, and the last digits of a computed number.
    """
    return COMPUTED_NUMBER.sub("#", outcome.text.split(" (in ")[0])
