"""Find the misconceptions whose answers equal those of a student."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from .answer_key import AnswerKey, Mistake
from .compare import difference
from .driver import Outcome
from .errors import signature
from .hints import coarse, may_be_off_by_a_factor, off_by_a_factor
from .judge import CHANGE_TOLERANCE, Judgement, changed_argument, part_values
from .outline import Outline, may_be_equal, may_have_one_factor, outline
from .question import Case


def diagnose(judged: Judgement) -> list[Mistake]:
    """Return the misconceptions that explain the observed outcomes; an empty list if none does.

    A misconception that explains all parts at once comes alone. Otherwise the list has the first
    misconception that explains each lost part.
    """
    key, observed = judged.key, judged.observed
    known = [{part: outline(o.part(part)) for part in key.parts} for o in observed]

    def first_match(parts: list[str]) -> list[Mistake]:
        # Nearly all misconceptions differ from the answer in the first of these cases, and there
        # `all` stops. So most wrong versions of the reference run in one case only.
        order = _wrong_first(judged, parts)
        for mistake in key.mistakes:
            if all(
                all(may_be_equal(mistake.outline(i, p), known[i][p], key.tolerance) for p in parts)
                and _same(key, mistake.outcome(i), observed[i], parts)
                for i in order
            ):
                return [mistake]
        return []

    whole = first_match(list(key.parts))
    if whole:
        return whole
    named: list[Mistake] = []
    for part in key.parts:
        if part in judged.lost_parts:
            named += [mistake for mistake in first_match([part]) if mistake not in named]
    changed = any(changed_argument(key.cases[i], outcome) for i, outcome in enumerate(observed))
    return named if named or changed else _with_a_factor(judged, known)


def _with_a_factor(judged: Judgement, known: list[dict[str, Outline | None]]) -> list[Mistake]:
    """Return the first misconception that gives the observed answers up to a constant factor.

    These are two mistakes in one answer, and the words name both. known: the outlines of the
    observed answers.
    """
    key, observed, n = judged.key, judged.observed, len(judged.observed)
    rows = [examples_in(case) for case in key.cases[:n]]
    for part in (part for part in key.parts if part in judged.lost_parts):
        right, found = values_of(key.expected[:n], part), values_of(observed, part)
        if any(value is None for value in found):
            continue  # there is no answer that a factor could explain
        if off_by_a_factor(right, found, rows, key.tolerance):
            continue  # a factor alone explains the part, and a hint will say so
        order = _wrong_first(judged, [part])
        for mistake in key.mistakes:
            pairs = ((mistake.outline(i, part), known[i][part], rows[i]) for i in order)
            if not may_have_one_factor(pairs, coarse(key.tolerance)):
                continue
            if not _may_explain(mistake, found, part, key.tolerance):
                continue  # the first case usually rules it out, so the others are not run
            answers = mistake.outcomes(len(observed))
            if hint := off_by_a_factor(values_of(answers, part), found, rows, key.tolerance):
                says = f"{mistake.says} Besides: {hint.words[0].lower()}{hint.words[1:]}"
                return [replace(mistake, says=says.replace("the right answer", "that"))]
    return []


def _wrong_first(judged: Judgement, parts: list[str]) -> list[int]:
    """Return the numbers of all cases. Those in which one of these parts is lost come first."""
    faults = judged.faults
    return sorted(range(len(faults)), key=lambda i: not any(part in faults[i] for part in parts))


def _may_explain(mistake: Mistake, found: list[Any], part: str, tolerance: float) -> bool:
    """True if this misconception times a constant could explain the observed values.

    Stops at the first case that rules it out.
    """
    return all(
        may_be_off_by_a_factor(mistake.outcome(i).part(part), value, tolerance)
        for i, value in enumerate(found)
    )


def _same(key: AnswerKey, mistaken: Outcome, observed: Outcome, parts: list[str]) -> bool:
    """True if a misconception has the observed outcome of a case, in the given parts."""
    if mistaken.kind != "answer" or observed.kind != "answer":
        same = signature(mistaken.text) == signature(observed.text)
        return mistaken.kind == observed.kind and same
    if any(difference(*part_values(mistaken, observed, part), key.tolerance) for part in parts):
        return False
    if mistaken.inputs is None or observed.inputs is None:
        return mistaken.inputs is observed.inputs
    return difference(mistaken.inputs, observed.inputs, CHANGE_TOLERANCE) is None


def values_of(outcomes: Sequence[Outcome], part: str) -> list[Any]:
    """Return the values of a part, one for each case; None for a case without an answer."""
    return [outcome.part(part) for outcome in outcomes]


def examples_in(case: Case) -> int:
    """Return how many examples a case has, or 0 if it is unknown.

    This is the length of the first input with two axes or more, because rows are examples.
    """
    arrays = (v for v in case.inputs.values() if isinstance(v, np.ndarray) and v.ndim > 1)
    return next((len(a) for a in arrays), 0)
