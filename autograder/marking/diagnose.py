"""Find the misconceptions whose answers equal those of a student."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from .answer_key import UNREADABLE, AnswerKey, Mistake
from .compare import difference
from .driver import Outcome
from .errors import signature
from .factors import may_be_off_by_a_factor, off_by_a_factor
from .judge import CHANGE_TOLERANCE, Judgement, changed_argument, part_values
from .outline import Outline, may_be_equal, may_have_one_factor, outline
from .pairs import Answers, Hint, coarse, examples_in
from .swapped import swapped_results

MIN_ANSWERED = 2  # cases in which a misconception must agree, if the others gave no answer


@dataclass(frozen=True)
class Named:
    """A misconception, and the lost parts that it explains.

    alone: True if it explains all of the answer. answered: True if it explains only the cases that
    have an answer, and not why the others have none.
    """

    mistake: Mistake
    parts: tuple[str, ...]
    alone: bool = False
    answered: bool = False


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
            found = (m for m in matches((part,), cases) if not _is_contradicted(judged, m, part))
            if mistake := next(found, None):
                before = named[mistake.says].parts if mistake.says in named else ()
                named[mistake.says] = Named(mistake, (*before, part))
        if named:
            return list(named.values())
    changed = any(changed_argument(key.cases[i], outcome) for i, outcome in enumerate(observed))
    return [] if changed else _with_a_factor(judged, known)


def _is_contradicted(judged: Judgement, mistake: Mistake, part: str) -> bool:
    """True if a misconception gives wrong values of another part that were not observed."""
    key, observed = judged.key, judged.observed
    cases = [i for i in range(len(observed)) if observed[i].kind == "answer"]

    def differs(a: Outcome, b: Outcome, other: str) -> bool:
        return difference(a.part(other), b.part(other), key.tolerance) is not None

    return any(
        any(differs(key.expected[i], mistake.outcome(i), other) for i in cases)
        and any(differs(mistake.outcome(i), observed[i], other) for i in cases)
        for other in key.parts
        if other != part
    )


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
        if not _may_explain(mistake, answers[part], part):
            return None  # the first case usually rules it out, so the others are not run
        mistaken = [outcome.part(part) for outcome in mistake.outcomes(n)]
        return off_by_a_factor(replace(answers[part], right=mistaken))

    for mistake in key.mistakes:
        hint = factor(mistake, lost[0])
        if hint and all(factor(mistake, part) == hint for part in lost[1:]):
            says = f"{mistake.says} Besides, {_beside_a_mistake(hint)}"
            return [Named(replace(mistake, says=says), lost)]
    return []


def _beside_a_mistake(hint: Hint) -> str:
    """Return a hint about a factor as words that compare with a misconception's values."""
    alone = "what this mistake alone would give"
    if hint.name == "wrong-sign":
        return f"every sign is the opposite of {alone}."
    return f"{hint.words[0].lower()}{hint.words[1:]}".replace("the right answer", alone)


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
        if mistaken.text == UNREADABLE and mistaken.says != observed.says:
            return False
        same = signature(mistaken.text) == signature(observed.text)
        return mistaken.kind == observed.kind and same
    if any(difference(*part_values(mistaken, observed, part), key.tolerance) for part in parts):
        return False
    if mistaken.inputs is None or observed.inputs is None:
        return mistaken.inputs is observed.inputs
    return difference(mistaken.inputs, observed.inputs, CHANGE_TOLERANCE) is None
