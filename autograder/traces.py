"""Mistakes that show in which cases they appear, whatever the question. Pure."""

from typing import Any

import numpy as np

from .driving import Outcome
from .narrow import Hint
from .question import DIGITS_LOST, Case

CHANGED = "was changed"


def traces(cases: list[Case], faults: list[dict[str, str]], observed: list[Outcome]) -> list[Hint]:
    """What the cases that went wrong have in common, first the hints that name a mistake.

    faults: for each case, the lost parts with the reason.
    """
    wrong = [case for case, fault in zip(cases, faults, strict=True) if fault]
    right = [case for case, fault in zip(cases, faults, strict=True) if not fault]
    reasons = {words for fault in faults for words in fault.values()}
    hints = []
    if any(words.endswith(CHANGED) for words in reasons):
        words = "An argument is changed in place: assignments to its entries and += do that."
        hints.append(Hint(words, "input-changed-in-place"))
    if right:
        hints += _in_common(wrong, right)
    if len(right) and all(case.note for case in wrong):
        notes = "; ".join(case.note for case in wrong)
        hints.append(Hint(f"Wrong only in these cases: {notes}. All others are right."))
    return hints


def _in_common(wrong: list[Case], right: list[Case]) -> list[Hint]:
    """Names for what only the wrong cases have."""

    def only_wrong_ones(has: Any) -> bool:
        return all(map(has, wrong)) and not any(map(has, right))

    if any(
        only_wrong_ones(lambda case, name=name: _is_whole(case, name)) for name in wrong[0].inputs
    ):
        words = (
            "It goes wrong where an argument holds whole numbers: an array takes over their type "
            "and cuts off what comes after the point. Make it float."
        )
        return [Hint(words, "integers-truncated")]
    if only_wrong_ones(lambda case: case.inputs.get("calls", 1) > 1):
        words = (
            "The first call is right, a later one is not: something is kept or changed between "
            "calls, in the cache or in a global variable."
        )
        return [Hint(words, "state-between-calls")]
    if only_wrong_ones(lambda case: case.note == DIGITS_LOST):
        words = (
            "It is right until finite differences lose their digits. The question asks for the "
            "derivative itself: derive it."
        )
        return [Hint(words, "finite-differences")]
    return []


def _is_whole(case: Case, name: str) -> bool:
    """Whether an input is an array of whole numbers, or a list that holds one."""
    stack = [case.inputs.get(name)]
    while stack:
        value = stack.pop()
        if isinstance(value, np.ndarray) and value.dtype.kind in "iu":
            return True
        if isinstance(value, list | tuple):
            stack.extend(value)
    return False
