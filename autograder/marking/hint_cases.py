"""Say what the cases share in which an answer is wrong, and those in which it is right do not."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .pairs import Hint
from .question import DIGITS_LOST, Case

FEW = 2  # rows, columns or entries: other sizes of our inputs tell a student nothing
SPECIAL = (0, 1)  # values that are special enough to tell a single case from the others


@dataclass(frozen=True)
class Fact:
    """A number that each case has, with words for its values.

    words: a clause with {} for the value, such as "x has {} rows". values: the clauses for certain
    values, as pairs. kind: True if each value is a kind of its own, such as the number of layers.
    is_size: True for the size of an array. of_a_list: True for the number of items of a list.
    """

    words: str
    values: tuple[tuple[float, str], ...] = ()
    kind: bool = False
    is_size: bool = False
    of_a_list: bool = False

    def clause(self, values: Sequence[float]) -> str:
        """Return the clause for a few values."""
        known, names = sorted(set(values)), dict(self.values)
        if all(value in names for value in known):
            return " or ".join(names[value] for value in known)
        texts = [f"{value:g}" for value in known]
        if len(texts) > 3:
            return self.words.format(f"{texts[0]} to {texts[-1]}")
        joined = ", ".join(texts[:-1]) + " or " + texts[-1] if len(texts) > 1 else texts[0]
        return self.words.format(joined)


def _count(start: str, one: str, many: str, **about: bool) -> Fact:
    return Fact(f"{start} {{}} {many}", ((1, f"{start} 1 {one}"),), **about)


@dataclass(frozen=True)
class Verbs:
    """Verbs for what the answer does in the cases that are told apart."""

    fails: str
    works: str
    rest: str = ""


WRONG = Verbs("is wrong", "is right", " All others are right.")
OFTEN_STOPPED = Verbs("gives a wrong result", "is right")  # other cases have no answer at all
STOPS = Verbs("stops with an error", "runs to its end")
UNUSABLE = Verbs("returns nothing that the check can use", "returns a result")
LATE = Verbs("runs out of time", "is fast enough")


def hints_from_cases(
    wrong: Sequence[Case], right: Sequence[Case], verbs: Verbs = WRONG
) -> list[Hint]:
    """Return hints on what the wrong cases have in common."""
    if not wrong or not right:
        return []
    notes = list(dict.fromkeys(case.note for case in wrong))
    noted = all(notes) and not set(notes) & {case.note for case in right}
    if noted and len(notes) == 1:
        return [Hint(f"It {verbs.fails} only in this case: {notes[0]}.{verbs.rest}")]
    if found := _separating_fact(wrong, right, verbs):
        return [Hint(found)]
    if noted and len(notes) == 2:
        return [Hint(f"It {verbs.fails} only in two cases: {notes[0]}; and {notes[1]}.")]
    return []


def named_by_cases(wrong: Sequence[Case], right: Sequence[Case]) -> Hint | None:
    """Return a hint that names a mistake, if all wrong cases and no right ones tell it."""

    def only_in_wrong(has: Any) -> bool:
        return bool(right) and all(map(has, wrong)) and not any(map(has, right))

    if any(
        only_in_wrong(lambda case, name=name: _holds_integers(case, name))
        for name in wrong[0].inputs
    ):
        words = (
            "It goes wrong if an argument holds integers, because a new array copies their type "
            "and loses the part after the decimal point. Give that array the type float."
        )
        return Hint(words, "integers-truncated")
    if only_in_wrong(lambda case: case.inputs.get("calls", 1) > 1):
        words = (
            "The first call is right, but a later one is not. Something is kept or changed between "
            "calls, in the cache or in a global variable."
        )
        return Hint(words, "state-between-calls")
    if only_in_wrong(lambda case: case.note == DIGITS_LOST):
        words = (
            "It is right or nearly right in ordinary cases, but loses digits in the case that "
            "needs all of them. If you measure the slope by differences, derive a formula. If not, "
            "look for the difference of two numbers that are nearly equal."
        )
        return Hint(words, "finite-differences")
    return None


def _holds_integers(case: Case, name: str) -> bool:
    """True if an input is an array of integers, or a list or tuple that holds one."""
    stack = [case.inputs.get(name)]
    while stack:
        value = stack.pop()
        if isinstance(value, np.ndarray) and value.dtype.kind in "iu":
            return True
        if isinstance(value, list | tuple):
            stack.extend(value)
    return False


def _separating_fact(wrong: Sequence[Case], right: Sequence[Case], verbs: Verbs) -> str | None:
    """Return a sentence with the first fact that separates the wrong cases from the right ones."""
    in_wrong, in_right = [dict(_facts(c)) for c in wrong], [dict(_facts(c)) for c in right]
    weak = None
    for fact in in_wrong[0]:
        bad = [facts[fact] for facts in in_wrong if fact in facts]
        good = [facts[fact] for facts in in_right if fact in facts]
        if len(bad) < len(wrong) or len(good) < len(right) or set(bad) & set(good):
            continue
        fails = verbs.fails.removeprefix("is ") if verbs is WRONG else verbs.fails
        sentence = (
            f"It {verbs.works} where {fact.clause(good)}, and {fails} where {fact.clause(bad)}."
        )
        if _is_special(fact, bad) or _is_special(fact, good):
            return sentence
        if weak is None and _is_telling(fact, bad, good):
            weak = sentence
    return weak


def _is_telling(fact: Fact, bad: Sequence[float], good: Sequence[float]) -> bool:
    """True if it is unlikely that values without a special one are apart by chance."""
    single = [values for values in (bad, good) if len(set(values)) == 1]
    if fact.kind:
        apart = max(good) < min(bad) or max(bad) < min(good)
        return len(bad) > 1 and (apart or (bool(single) and not fact.of_a_list))
    if fact.is_size:
        return max(good) <= FEW < min(bad) and len(set(bad)) > 1
    return min(len(bad), len(good)) > 1 and any(len(values) > 2 for values in single)


def _is_special(fact: Fact, values: Sequence[float]) -> bool:
    """True if all values are the same special one."""
    if len(set(values)) > 1:
        return False
    if len(values) == 1 and not fact.kind and not fact.is_size:
        return values[0] == 0
    return values[0] in SPECIAL or values[0] in dict(fact.values)


def _facts(case: Case) -> Iterator[tuple[Fact, float]]:
    """Yield the facts about a case, the telling ones first."""
    arrays = {n: v for n, v in case.inputs.items() if isinstance(v, np.ndarray)}
    for name, value in case.inputs.items():
        if isinstance(value, list):
            yield _count(f"{name} has", "item", "items", kind=True, of_a_list=True), len(value)
    for name, a in arrays.items():
        yield _count(f"{name} has", "axis", "axes", kind=True), a.ndim
    yield from _labels(arrays)
    for name, a in arrays.items():
        if a.ndim == 1:
            yield _count(f"{name} has", "entry", "entries", is_size=True), len(a)
        elif a.ndim == 2:
            yield _count(f"{name} has", "row", "rows", is_size=True), a.shape[0]
            yield _count(f"{name} has", "column", "columns", is_size=True), a.shape[1]
        else:
            for axis, size in enumerate(a.shape):
                yield Fact(f"axis {axis} of {name} has length {{}}", is_size=True), size
    for name, value in case.inputs.items():
        if isinstance(value, bool):
            yield Fact("", ((0, f"{name} is False"), (1, f"{name} is True"))), int(value)
        elif isinstance(value, int | float):
            yield Fact(f"{name} is {{}}"), value


def _labels(arrays: dict[str, np.ndarray]) -> Iterator[tuple[Fact, float]]:
    """Yield the fact that the last class does, or does not, occur among the labels."""
    for name, labels in arrays.items():
        if labels.ndim == 1 and labels.dtype.kind in "iu" and labels.size:
            for a in arrays.values():
                if a.ndim == 2 and len(a) == len(labels) and labels.max() < a.shape[1]:
                    is_last = bool(labels.max() == a.shape[1] - 1)
                    names = (
                        (0, f"no label in {name} is the last class"),
                        (1, f"a label in {name} is the last class"),
                    )
                    yield Fact("", names), is_last
                    return
