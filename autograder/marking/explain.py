"""Put a judgement into words: a headline, the mistake or hints, and an example.

This takes most of the time of marking, so the grader does it last and under limits.
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations

from .answer_key import AnswerKey
from .compare import difference
from .diagnose import Named, diagnose
from .driver import Outcome
from .example import example
from .judge import Judgement, judge, part_values
from .narrow import narrow
from .verdict import Example, Verdict
from .words import listed, looks_like_an_error

LOST = (
    "Your code ended without an answer. It may have run out of time or memory, or it may end the "
    "program itself. Try it with a small example in a cell of your own."
)


def explain(judged: Judgement, given: Sequence[str] = ()) -> Verdict:
    """Return the verdict with its explanation.

    given: the earlier questions that the reference answered instead of the student.
    """
    key, verdict = judged.key, judged.verdict
    if verdict == "correct":
        return _right(judged, given)
    found = [] if verdict == "missing" else diagnose(judged)
    shown = _shown(judged, found)
    first = judged.observed[shown]
    odd = first.kind == "answer" and first.says  # then the numbers tell nothing
    hints = [] if verdict == "missing" or odd else narrow(judged)
    names = (*(named.mistake.id for named in found), *(hint.name for hint in hints))
    why = [_why(judged, named) for named in found]
    about_error, quoted = _about_the_error(first), _quoted(first)
    if not all(named.alone for named in found):
        why = [*about_error, *why]
    return replace(
        _short(judged, given, shown),
        misconception=next((name for name in names if name), None),
        why="\n".join([*why, *quoted] if found else []),
        hints=(*about_error, *(hint.words for hint in hints), *quoted),
        example=None if verdict == "missing" else _example(judged, shown),
        see=found[0].mistake.see if found else key.see,
    )


def _why(judged: Judgement, named: Named) -> str:
    """Return the words about a mistake, with the parts that it explains if these are not all."""
    says, parts = named.mistake.says, listed(list(named.parts))
    if named.answered:
        return f"If your code runs to its end, it gives the results of this mistake: {says}"
    if named.alone or len(judged.key.parts) == 1:
        return says
    if named.doubtful:
        return f"The values of {parts} are those that this mistake gives: {says}"
    return f"About {parts}: {says}"


def unexplained(judged: Judgement) -> Verdict:
    """Return the verdict without a search for the mistake, for when there is no time for it."""
    if judged.verdict == "correct":
        return _right(judged, ())
    return replace(
        _short(judged, (), judged.first),
        hints=("The grader had no time left to look for the mistake.",),
    )


def mark(key: AnswerKey, observed: list[Outcome]) -> Verdict:
    """Return the verdict on the outcomes of all cases, with its explanation."""
    return explain(judge(key, observed))


def _right(judged: Judgement, given: Sequence[str]) -> Verdict:
    key = judged.key
    right = Verdict(key.id, key.points, key.points, "correct", "All right.")
    return replace(right, given=tuple(given), remarks=judged.remarks)


def _shown(judged: Judgement, found: Sequence[Named]) -> int:
    """Return the number of the case to show: the first in which the mistake shows that is named.

    If no mistake is named, this is the first case in which a part is lost. An error comes first.
    """
    if not found or judged.verdict != "wrong":
        return judged.first
    faults = enumerate(judged.faults)
    return next(i for i, fault in faults if any(part in fault for part in found[0].parts))


def _short(judged: Judgement, given: Sequence[str], shown: int) -> Verdict:
    """Return the verdict on a wrong answer with its headline alone, which tells of one case."""
    key = judged.key
    headline = _headline(judged, shown)
    short = Verdict(key.id, judged.score, key.points, judged.verdict, headline, see=key.see)
    return replace(short, given=tuple(given))


def _example(judged: Judgement, i: int) -> Example:
    """Return case i, in which a part is lost."""
    key, observed = judged.key, judged.observed[i]
    repeated = _repeated(judged, i) if observed.kind == "answer" else {}
    faults = {part: why for part, why in judged.faults[i].items() if part not in repeated}
    return example(key.cases[i], key.expected[i], observed, faults, key.explains)


def _headline(judged: Judgement, i: int) -> str:
    """Return the first line of the explanation, from case i, in which a part is lost."""
    outcome = judged.observed[i]
    if outcome.kind == "answer":
        return outcome.says or _headline_of_faults(judged, i)
    if outcome.kind == "missing":
        return outcome.text
    if outcome.kind == "timeout":
        return _too_slow(judged)
    if outcome.kind == "lost":
        return LOST
    if outcome.place and "Warning: " in outcome.text:
        return (
            f"NumPy gives a warning {outcome.place}, and this question asks for code without "
            "warnings."
        )
    if outcome.place:
        return f"Your function stopped with an error {outcome.place}."
    if outcome.says or looks_like_an_error(outcome.text):
        return outcome.says or "The check cannot use what your code returned."
    return f"The check cannot use what your code returned: {outcome.text}."


def _headline_of_faults(judged: Judgement, i: int) -> str:
    """Return which parts are right, and what is wrong with the others in case i."""
    faults, repeated = judged.faults[i], _repeated(judged, i)
    reasons = list(faults.values())
    if len(set(reasons)) == 1 and reasons[0].startswith("the argument"):
        name = reasons[0].split()[2]
        # The names of some inputs are ours, and students have never seen them.
        which, array = ("one of its arguments", "x")
        if name not in judged.key.explains:
            which, array = (f"its argument `{name}`", name)
        return (
            f"{_beside_a_change(judged, i)} has changed {which}, and "
            f"the caller still needs the old values. Assignments such as `{array}[i] = ...` and "
            f"`{array} += ...` do this. Make a new array, or start with a copy."
        )
    if len(judged.key.parts) == 1:
        place = next(iter(faults)) if reasons[0].startswith("[") else ""
        return _ended(f"Not yet: {place}{reasons[0]}")
    right = [part for part in judged.key.parts if part not in judged.lost_parts]
    text = f"{', '.join(right)} right. " if right else ""
    text = _ended(f"{text}Not yet: {_joined(faults, repeated)}")
    elsewhere = _lost_elsewhere(judged, i)
    return f"{text} In another example: {_ended(_joined(elsewhere, {}))}" if elsewhere else text


def _joined(faults: dict[str, str], repeated: dict[str, str]) -> str:
    """Return the parts that are lost, each with its reason, in one clause."""

    def words(part: str, why: str) -> str:
        others = listed([other for other, first in repeated.items() if first == part])
        name = f"{part} (and with it {others})" if others else part
        return f"{name}{'' if why[0] == '[' and not others else ': '}{why}".rstrip(".")

    return "; ".join(words(part, why) for part, why in faults.items() if part not in repeated)


def _repeated(judged: Judgement, i: int) -> dict[str, str]:
    """Return the lost parts of case i whose values are those of an earlier lost part."""
    right, found = judged.key.expected[i], judged.observed[i]
    repeated: dict[str, str] = {}
    for first, part in combinations(judged.faults[i], 2):
        pairs = [(outcome.part(first), outcome.part(part)) for outcome in (right, found)]
        numbers = not isinstance(pairs[0][0], str | dict)
        if numbers and not any(difference(*pair, 0.0) for pair in pairs):
            repeated.setdefault(part, first)
    return repeated


def _lost_elsewhere(judged: Judgement, i: int) -> dict[str, str]:
    """Return the parts that are lost, but not in case i, each with the first reason."""
    lost: dict[str, str] = {}
    for outcome, faults in zip(judged.observed, judged.faults, strict=True):
        if outcome.kind == "answer" and not outcome.says:
            lost = {**faults, **lost}
    return {part: lost[part] for part in judged.key.parts if part in lost.keys() - judged.faults[i]}


def _beside_a_change(judged: Judgement, i: int) -> str:
    """Return the start of a headline about a changed argument. It tells if the values are right."""
    key, found = judged.key, judged.observed[i]
    values = [part_values(key.expected[i], found, part) for part in key.parts]
    if any(difference(*both, key.tolerance) for both in values):
        return "The result is wrong, and your function"
    return "The result may be right, but your function"


def _ended(words: str) -> str:
    """Return words as a sentence: with a full stop, unless they end a sentence already."""
    return words if words.endswith((".", "?")) else f"{words}."


def _about_the_error(outcome: Outcome) -> list[str]:
    """Return the explanation of an error, unless it is the headline already."""
    return [outcome.says] if outcome.kind == "error" and outcome.place and outcome.says else []


def _quoted(outcome: Outcome) -> list[str]:
    """Return what Python says about an error, if the student can find it in the line shown."""
    if outcome.kind != "error" or (outcome.says and not outcome.place):
        return []
    by_python = outcome.place or looks_like_an_error(outcome.text)
    return [f"Python says: {outcome.text}"] if by_python else []


def _too_slow(judged: Judgement) -> str:
    """Return the headline of an answer that was stopped at the time limit."""
    note = judged.key.cases[judged.first].note
    if any(outcome.kind == "answer" for outcome in judged.observed):
        words = "The cases that finished are right, but your code is too slow for "
        return words + (f"this one: {note}." if note else "the one below.")
    return (
        "Your code was still running after the time limit and was stopped. A loop may never end, "
        "or an array may be much larger than intended."
    )
