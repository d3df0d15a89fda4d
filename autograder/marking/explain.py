"""Put a judgement into words: a headline, the mistake or hints, and an example.

This takes most of the time of marking, so the grader does it last and under limits.
"""

from collections.abc import Sequence
from dataclasses import replace

from .answer_key import AnswerKey
from .diagnose import Named, diagnose
from .driver import Outcome
from .example import example
from .judge import Judgement, judge
from .narrow import narrow
from .verdict import Example, Verdict
from .words import listed, looks_like_an_error

LOST = (
    "Your code ended before it answered. It may have run out of time or memory, or it may end the "
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
    first = judged.observed[judged.first]
    odd = first.kind == "answer" and first.says  # then the numbers tell nothing
    hints = [] if verdict == "missing" or odd else narrow(judged)
    names = (*(named.mistake.id for named in found), *(hint.name for hint in hints))
    why = [_why(judged, named) for named in found]
    about_error, quoted = _about_the_error(first), _quoted(first)
    if not all(named.alone for named in found):
        why = [*about_error, *why]
    return replace(
        _short(judged, given),
        misconception=next((name for name in names if name), None),
        why="\n".join([*why, *quoted] if found else []),
        hints=(*about_error, *(hint.words for hint in hints), *quoted),
        example=None if verdict == "missing" else _example(judged),
        see=found[0].mistake.see if found else key.see,
    )


def _why(judged: Judgement, named: Named) -> str:
    """Return the words about a mistake, with the parts that it explains if these are not all."""
    says, parts = named.mistake.says, listed(list(named.parts))
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
        _short(judged, ()), hints=("The grader had no time left to look for the mistake.",)
    )


def mark(key: AnswerKey, observed: list[Outcome]) -> Verdict:
    """Return the verdict on the outcomes of all cases, with its explanation."""
    return explain(judge(key, observed))


def _right(judged: Judgement, given: Sequence[str]) -> Verdict:
    key = judged.key
    right = Verdict(key.id, key.points, key.points, "correct", "All right.")
    return replace(right, given=tuple(given), remarks=judged.remarks)


def _short(judged: Judgement, given: Sequence[str]) -> Verdict:
    """Return the verdict on a wrong answer with its headline alone."""
    key = judged.key
    headline = _headline(judged)
    short = Verdict(key.id, judged.score, key.points, judged.verdict, headline, see=key.see)
    return replace(short, given=tuple(given))


def _example(judged: Judgement) -> Example:
    """Return the first case in which a part is lost."""
    i = judged.first
    key, observed = judged.key, judged.observed[i]
    return example(key.cases[i], key.expected[i], observed, judged.faults[i], key.explains)


def _headline(judged: Judgement) -> str:
    """Return the first line of the explanation, from the first case with a fault."""
    outcome, faults = judged.observed[judged.first], judged.faults[judged.first]
    if outcome.kind == "answer":
        return outcome.says or _headline_of_faults(judged, faults)
    if outcome.kind == "missing":
        return outcome.text
    if outcome.kind == "timeout":
        return _too_slow(judged)
    if outcome.kind == "lost":
        return LOST
    if outcome.place and "Warning: " in outcome.text:
        return f"NumPy warns {outcome.place}, and this question asks for code without warnings."
    if outcome.place:
        return f"Your function stopped with an error {outcome.place}."
    if outcome.says or looks_like_an_error(outcome.text):
        return outcome.says or "The check cannot use what your code returned."
    return f"The check cannot use what your code returned: {outcome.text}."


def _headline_of_faults(judged: Judgement, faults: dict[str, str]) -> str:
    """Return which parts are right, and what is wrong with the others."""
    reasons = list(faults.values())
    if len(set(reasons)) == 1 and reasons[0].startswith("the argument"):
        name = reasons[0].split()[2]
        return (
            f"The result may be right, but your function has changed its argument `{name}`, and "
            f"the caller still needs the old values. Assignments such as `{name}[i] = ...` and "
            f"`{name} += ...` do this. Make a new array, or start with a copy."
        )
    if len(judged.key.parts) == 1:
        place = next(iter(faults)) if reasons[0].startswith("[") else ""
        return _ended(f"Not yet: {place}{reasons[0]}")
    right = [part for part in judged.key.parts if part not in judged.lost_parts]
    text = f"{', '.join(right)} right. " if right else ""
    joined = ((part + ("" if why[0] == "[" else ": ") + why) for part, why in faults.items())
    return _ended(f"{text}Not yet: {'; '.join(words.rstrip('.') for words in joined)}")


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
        words = "The cases that came to an end are right, but your code is too slow for "
        return words + (f"this one: {note}." if note else "the one below.")
    return (
        "Your code was still running after the time limit and was stopped. A loop may never end, "
        "or an array may be much larger than planned."
    )
