"""Narrow down a mistake without naming it: where and how an answer is wrong, in a few sentences."""

from dataclasses import replace
from typing import Any

import numpy as np

from .compare import has_32_bits
from .hint_cases import (
    LATE,
    OFTEN_STOPPED,
    STOPS,
    UNUSABLE,
    WRONG,
    hints_from_cases,
    named_by_cases,
)
from .hint_numbers import hints_from_numbers, last_resort
from .hint_results import grouped_results, swapped_results
from .judge import CHANGED, Judgement
from .pairs import Hint
from .question import Case
from .words import listed

SINGLE = Hint(
    "It is right if seven digits are enough, because your result holds 32-bit numbers (float32). "
    "This course computes with 64 bits, so leave out the conversion.",
    "single-precision",
)


def narrow(judged: Judgement) -> list[Hint]:
    """Return the hints on a wrong answer. A few of them name a mistake.

    A sentence that is true of several parts is said once, with the names of the parts.
    """
    hints = [*_about_arguments(judged), *_about_errors(judged)]
    if judged.verdict != "wrong":  # the error comes first; the numbers of other cases can wait
        return hints
    if more := [*swapped_results(judged), *_named_by_cases(judged)]:
        return [*hints, *more]
    lost = [part for part in judged.key.parts if part in judged.lost_parts]
    said: dict[Hint, list[str]] = {}  # the parts that each hint is about
    for part in lost:
        for hint in _about_part(judged, part):
            said.setdefault(hint, []).append(part)
    for hint, parts in said.items():
        # If another part is right, "everything else is wrong" must not seem to be about it.
        about = "" if len(parts) == len(judged.key.parts) else f"About {listed(parts)}: "
        hints.append(Hint(about + hint.words, hint.name))
    return hints


def _about_arguments(judged: Judgement) -> list[Hint]:
    reasons = {words for fault in judged.faults for words in fault.values()}
    if not any(words.endswith(CHANGED) for words in reasons):
        return []
    words = "An argument is changed in place. Assignments to its entries and += do that."
    return [Hint(words, "input-changed-in-place")]


def _about_errors(judged: Judgement) -> list[Hint]:
    """Say which cases end in an error, if others have an answer."""
    cases, observed = judged.key.cases, judged.observed
    stopped = [c for c, o in zip(cases, observed, strict=False) if o.kind != "answer"]
    answered = [c for c, o in zip(cases, observed, strict=False) if o.kind == "answer"]
    if all(o.kind in ("answer", "timeout") for o in observed):
        verbs = LATE
    else:  # an error without a place is one of the check, which cannot use a result
        verbs = STOPS if any(o.place for o in observed) else UNUSABLE
    seen, seen_answered = _as_seen(judged, stopped), _as_seen(judged, answered)
    return hints_from_cases(seen, seen_answered, verbs)


def _as_seen(judged: Judgement, cases: list[Case]) -> list[Case]:
    """Return the cases without the arrays that are no arguments of the student's functions."""

    def inputs(case: Case) -> dict[str, Any]:
        hidden = judged.key.explains
        named = case.inputs.items()
        return {n: v for n, v in named if n not in hidden or not isinstance(v, np.ndarray)}

    return [replace(case, inputs=inputs(case)) for case in cases]


def _named_by_cases(judged: Judgement) -> list[Hint]:
    """Name a mistake if the cases that fail tell it."""
    outcomes = list(zip(judged.key.cases, judged.observed, judged.faults, strict=False))
    if any(o.kind != "answer" for o in judged.observed) or not _has_numbers(judged):
        return []
    wrong = [case for case, _, fault in outcomes if fault]
    right = [case for case, _, fault in outcomes if not fault]
    nearly = [case for case in wrong if _is_nearly_right(judged, case)]
    hint = named_by_cases(wrong, right)
    if not hint and 0 < len(nearly) < len(wrong):
        # How exact finite differences are in ordinary cases depends on the numbers drawn.
        rest = [case for case in wrong if not _is_nearly_right(judged, case)]
        digits = named_by_cases(rest, [*right, *nearly])
        hint = digits if digits and digits.name == "finite-differences" else None
    if any(has_32_bits(outcome.answer) for outcome in judged.observed):
        # Seven digits are too few in the same cases in which finite differences have too few.
        return [SINGLE] if hint and hint.name == "finite-differences" else []
    return [hint] if hint else []


def _is_nearly_right(judged: Judgement, case: Case) -> bool:
    """True if the numbers in a case differ from the right ones by at most a thousandth."""
    pairs = [p for part in judged.lost_parts for p in judged.answers[part].pairs]
    return all(
        p.same_shape
        and np.abs(p.observed - p.right).max(initial=0.0) <= 1e-3 * np.abs(p.right).max()
        for p in pairs
        if p.case is case and p.is_wrong
    )


def _has_numbers(judged: Judgement) -> bool:
    """True if numbers decide the lost parts, and not texts about the form of an answer."""
    return all(judged.answers[part].pairs for part in judged.lost_parts)


def _about_part(judged: Judgement, part: str) -> list[Hint]:
    """Return the hints on one part, from the cases that have an answer."""
    outcomes = list(zip(judged.key.cases, judged.observed, judged.faults, strict=False))
    if any(words.endswith(CHANGED) for _, _, fault in outcomes for words in fault.values()):
        return []
    # Where an empty text is the right answer, the case does not ask for this part.
    rights = [outcome.part(part) for outcome in judged.key.expected[: len(outcomes)]]
    outcomes = [o for o, r in zip(outcomes, rights, strict=True) if not isinstance(r, str) or r]
    wrong = [case for case, o, fault in outcomes if o.kind == "answer" and part in fault]
    right = [case for case, o, fault in outcomes if o.kind == "answer" and part not in fault]
    if not wrong:
        return []
    if (hints := grouped_results(judged, part)) is not None:
        return hints
    answers = judged.answers[part]
    hints = hints_from_numbers(answers)
    all_answered = all(outcome.kind == "answer" for outcome in judged.observed)
    seen, seen_right = _as_seen(judged, wrong), _as_seen(judged, right)
    hints += hints_from_cases(seen, seen_right, WRONG if all_answered else OFTEN_STOPPED)
    hints = hints or last_resort(answers)
    if not hints and right:
        return [Hint(f"It is right in {len(right)} of the {len(wrong) + len(right)} examples.")]
    return hints
