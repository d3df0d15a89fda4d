"""Describe how and where a wrong answer differs from the right one, without naming the mistake.

Every sentence is true of the numbers and can be checked by the student. All functions are pure.
"""

from collections.abc import Sequence

import numpy as np

from .hint_factors import CONSTANT, WRONG_SIGN
from .hint_items import which_items
from .hint_places import place
from .hint_relations import (
    MIN_EVIDENCE,
    NOT_FINITE,
    RELATIONS,
    Rule,
    list_reversed,
)
from .hint_vague import LAST_RESORTS, WEAKER, in_the_example
from .pairs import Answers, Hint, Pair, evidence
from .words import is_ordinary


def hints_from_numbers(answers: Answers) -> list[Hint]:
    """Return the hints that are true of every wrong array of one part."""
    wrong = answers.wrong
    if (
        not wrong
        or not answers.complete
        or any(p.right.size < 1 or p.observed.size < 1 for p in wrong)
    ):
        return []
    if hint := list_reversed(answers):
        return [hint]
    with np.errstate(all="ignore"):
        items = which_items(answers.pairs)
        hint = _first(RELATIONS, wrong)
        hint = hint and _beside_right_ones(hint, answers)
        hint = hint or _where(answers, bool(items)) or _first(WEAKER, wrong)
    if hint and hint.name == NOT_FINITE.name:
        return [*items, hint, NOT_FINITE]
    return [*items, hint] if hint else items


def last_resort(answers: Answers) -> list[Hint]:
    """Return a hint that says little, for an answer about which nothing else is known."""
    if not answers.wrong or not answers.complete:
        return []
    hint = _first(LAST_RESORTS, answers.wrong) or in_the_example(answers)
    return [hint] if hint else []


def _beside_right_ones(hint: Hint, answers: Answers) -> Hint:
    """Return a hint on all wrong arrays in words that are true if other arrays are right."""
    failing = {id(p.case) for p in answers.wrong}
    right = [p for p in answers.pairs if p.right.any() and not p.is_wrong]
    if "every" not in hint.words:  # then it is a sentence about the cases that fail
        right = [p for p in right if id(p.case) in failing]
    if not right or hint.name == NOT_FINITE.name:
        return hint
    name = "" if hint.name in (CONSTANT, WRONG_SIGN) else hint.name
    return Hint(f"Where it is wrong, {hint.words[0].lower()}{hint.words[1:]}", name)


def _first(rules: Sequence[Rule], wrong: Sequence[Pair]) -> Hint | None:
    """Return the hint of the first rule that applies."""
    return next((hint for rule in rules if (hint := rule(wrong))), None)


def _where(answers: Answers, some_items: bool) -> Hint | None:
    """Say where the entries are wrong, and what they have in common there.

    some_items: True if only some items of the answer are wrong, and another hint tells which.
    """
    wrong = answers.wrong
    if not all(p.same_shape for p in wrong):
        return None
    paths = {p.path for p in wrong}
    pairs = [p for p in answers.pairs if p.same_shape and p.right.size]
    if some_items:
        pairs = [p for p in pairs if p.path in paths]
    if found := place(pairs, wrong):
        return Hint(f"{found}{_there(wrong)}")
    return None


def _there(wrong: Sequence[Pair]) -> str:
    """Return a sentence on the wrong entries alone, or an empty text."""
    right = np.concatenate([p.right[p.wrong] for p in wrong])
    found = np.concatenate([p.observed[p.wrong] for p in wrong])
    like = wrong[0].like
    if len(right) < MIN_EVIDENCE:
        return ""
    if not found.any():
        return " The wrong entries are 0."
    if np.ptp(found) == 0 and is_ordinary(found[0]):
        return f" The wrong entries are all {found[0]:.6g}."
    if evidence([right]) < MIN_EVIDENCE:
        return ""
    if like(-right, found):
        return " The wrong entries have the wrong sign."
    if like(1 - right, found):
        return " The wrong entries are 1 minus the right ones."
    return ""
