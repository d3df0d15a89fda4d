"""Find the misconceptions whose answers equal those of a student."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from .answer_key import UNREADABLE, AnswerKey, Mistake
from .compare import difference
from .driver import Outcome
from .errors import signature
from .hint_factors import WRONG_SIGN, off_by_a_factor
from .hint_results import form, swapped_results
from .judge import CHANGE_TOLERANCE, Judgement, changed_argument, part_values
from .outline import Outline, may_be_equal, may_have_one_factor, outline
from .pairs import Hint, coarse, examples_in

MIN_ANSWERED = 2  # cases in which a misconception must agree, if the others gave no answer


@dataclass(frozen=True)
class Named:
    """A misconception, and the lost parts that it explains.

    alone: True if it explains all of the answer. answered: True if it explains only the cases that
    have an answer, and not why the others have none. doubtful: True if it would give other values
    of another lost part than those that were observed.
    """

    mistake: Mistake
    parts: tuple[str, ...]
    alone: bool = False
    answered: bool = False
    doubtful: bool = False


def diagnose(judged: Judgement) -> list[Named]:
    """Return the misconceptions that explain the observed outcomes; an empty list if none does.

    A misconception that explains all parts at once comes alone. Otherwise the list has the first
    misconception that explains each lost part.
    """
    key, observed = judged.key, judged.observed
    known = [{part: outline(o.part(part)) for part in key.parts} for o in observed]
    everything = tuple(key.parts)

    def matches(parts: tuple[str, ...], cases: list[int]) -> Iterator[Mistake]:
        # Nearly all misconceptions differ from the answer in the first of these cases, and there
        # `all` stops. So most wrong versions of the reference run in one case only.
        for mistake in key.mistakes:
            if all(
                all(may_be_equal(mistake.outline(i, p), known[i][p], key.tolerance) for p in parts)
                and _same(key, mistake.outcome(i), observed[i], parts)
                for i in cases
            ):
                yield mistake

    lost = tuple(part for part in key.parts if part in judged.lost_parts)
    order, answered = _wrong_first(judged, everything), _answered(judged)
    if mistake := next(matches(everything, order), None):
        return [Named(mistake, lost, alone=True)]
    if 0 < len(answered) < len(order) and (mistake := next(matches(everything, answered), None)):
        return [Named(mistake, lost, answered=True)]
    if len(key.parts) > 1 and not swapped_results(judged):
        named: dict[str, Named] = {}  # by the words of the mistake
        for part in lost:
            cases = [i for i in _wrong_first(judged, (part,)) if i in answered]
            if not any(part in judged.faults[i] for i in cases):
                continue  # no answer shows a wrong value of this part
            if best := _of_a_part(judged, part, matches((part,), cases)):
                says = best.mistake.says
                before = named[says].parts if says in named else ()
                named[says] = replace(best, parts=(*before, part))
        if named:
            return list(named.values())
    changed = any(changed_argument(key.cases[i], outcome) for i, outcome in enumerate(observed))
    return [] if changed else _with_a_factor(judged, known)


def _of_a_part(judged: Judgement, part: str, mistakes: Iterable[Mistake]) -> Named | None:
    """Return the first misconception that no other part contradicts, or else a doubtful one."""
    doubtful = None
    for mistake in mistakes:
        others = _contradicted(judged, mistake, part)
        if not others:
            return Named(mistake, (part,))
        if not doubtful and not _is_weak(judged, mistake, part, others):
            doubtful = Named(mistake, (part,), doubtful=True)
    return doubtful


def _contradicted(judged: Judgement, mistake: Mistake, part: str) -> list[str]:
    """Return the other parts of which a misconception gives wrong values that were not observed."""
    key, observed = judged.key, judged.observed
    cases = [i for i in range(len(observed)) if observed[i].kind == "answer"]

    def differs(a: Outcome, b: Outcome, other: str) -> bool:
        return difference(a.part(other), b.part(other), key.tolerance) is not None

    return [
        other
        for other in key.parts
        if other != part
        and any(differs(key.expected[i], mistake.outcome(i), other) for i in cases)
        and any(differs(mistake.outcome(i), observed[i], other) for i in cases)
    ]


def _is_weak(judged: Judgement, mistake: Mistake, part: str, others: list[str]) -> bool:
    """True if a misconception that other parts contradict has too little evidence.

    This is so if one of them is right, if one has the wrong form, so that another mistake is likely
    to be the cause, or if the misconception explains a text, which many mistakes share. It is so,
    too, if all wrong values that it explains are not finite. It is also so if all of them are 0 and
    the misconception would make a right number in another part wrong.
    """
    key, wrong = judged.key, judged.answers[part].wrong
    if not wrong:
        return True
    if any(other not in judged.lost_parts for other in others):
        return True
    if any(
        not isinstance(right.part(other), dict)
        and form(found.part(other)) != form(right.part(other))
        for right, found in zip(key.expected, judged.observed, strict=False)
        for other in others
        if found.kind == "answer"
    ):
        return True
    found = [p.observed[p.wrong] for p in wrong if p.same_shape]
    if not any(values.any() for values in found) and _is_denied(judged, mistake, others):
        return True
    return not any(np.isfinite(values).any() for values in found)


def _is_denied(judged: Judgement, mistake: Mistake, others: Sequence[str]) -> bool:
    """True if some number in the other parts is right and would be wrong by the misconception."""
    outcomes = mistake.outcomes(len(judged.observed))
    for part in others:
        answers = judged.answers[part]
        mistaken = replace(answers, observed=[outcome.part(part) for outcome in outcomes])
        seen = {(id(p.case), p.path): p for p in answers.pairs}
        for p in mistaken.wrong:
            found = seen.get((id(p.case), p.path))
            if found and found.same_shape and p.same_shape and (p.wrong & ~found.wrong).any():
                return True
    return False


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
    """Return the first misconception that gives all lost parts up to a constant factor.

    These are two mistakes in one answer, and the words name both. known: the outlines of the
    observed answers.
    """
    key, n = judged.key, len(judged.observed)
    rows = [examples_in(case) for case in key.cases[:n]]
    lost = tuple(part for part in key.parts if part in judged.lost_parts)
    answers = {part: judged.answers[part] for part in lost}
    if any(value is None for a in answers.values() for value in a.observed):
        return []  # there is no answer that a factor could explain
    if any(off_by_a_factor(a) for a in answers.values()):
        return []  # a factor alone explains a part, and a hint will say so
    orders = {part: _wrong_first(judged, (part,)) for part in lost}

    def factor(mistake: Mistake, part: str) -> Hint | None:
        pairs = ((mistake.outline(i, part), known[i][part], rows[i]) for i in orders[part])
        if not may_have_one_factor(pairs, coarse(key.tolerance)):
            return None
        mistaken = [outcome.part(part) for outcome in mistake.outcomes(n)]
        return off_by_a_factor(replace(answers[part], right=mistaken))

    for mistake in key.mistakes:
        hint = factor(mistake, lost[0])
        if hint and all(factor(mistake, part) == hint for part in lost[1:]):
            says = f"Compared with the values that this mistake gives, {_compared(hint)}: "
            return [Named(replace(mistake, says=says + mistake.says), lost)]
    return []


def _compared(hint: Hint) -> str:
    """Return a hint about a factor as a clause that compares with a misconception's values."""
    if hint.name == WRONG_SIGN:
        return "yours have the opposite sign"
    words = hint.words.removeprefix("It is ").rstrip(".").replace(": ", ", ")
    return "yours are " + words.replace("times the right answer", "times as large")


def _wrong_first(judged: Judgement, parts: Sequence[str]) -> list[int]:
    """Return the numbers of all cases. Those in which one of these parts is lost come first."""
    faults = judged.faults
    return sorted(range(len(faults)), key=lambda i: not any(part in faults[i] for part in parts))


def _same(key: AnswerKey, mistaken: Outcome, observed: Outcome, parts: Sequence[str]) -> bool:
    """True if a misconception has the observed outcome of a case, in the given parts."""
    if mistaken.kind != "answer" or observed.kind != "answer":
        if mistaken.text == UNREADABLE and mistaken.says != observed.says:
            return False
        same = signature(mistaken.text) == signature(observed.text)
        return mistaken.kind == observed.kind and same
    if any(difference(*part_values(mistaken, observed, part), key.tolerance) for part in parts):
        return False
    if mistaken.inputs is None or observed.inputs is None:
        return mistaken.inputs is observed.inputs
    return difference(mistaken.inputs, observed.inputs, CHANGE_TOLERANCE) is None
