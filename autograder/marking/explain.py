"""Put a judgement into words: a headline, the mistake or hints, and an example.

This takes most of the time of marking, so the grader does it last and under limits.
"""

from collections.abc import Sequence
from dataclasses import replace

from .answer_key import AnswerKey
from .diagnose import Named, diagnose
from .driver import Outcome
from .example import example
from .hints import joined
from .judge import Judgement, judge
from .narrow import narrow
from .verdict import Example, Verdict


def explain(judged: Judgement, given: Sequence[str] = ()) -> Verdict:
    """Return the verdict with its explanation.

    given: the earlier questions that the reference answered instead of the student.
    """
    key, verdict = judged.key, judged.verdict
    if verdict == "correct":
        return _right(judged, given)
    found = [] if verdict == "missing" else diagnose(judged)
    hints = [] if verdict == "missing" else narrow(judged)
    names = (*(named.mistake.id for named in found), *(hint.name for hint in hints))
    return replace(
        _short(judged, given),
        misconception=next((name for name in names if name), None),
        why="\n".join(_why(judged, named) for named in found),
        hints=tuple(hint.words for hint in hints),
        example=None if verdict == "missing" else _example(judged),
        see=found[0].mistake.see if found else key.see,
    )


def _why(judged: Judgement, named: Named) -> str:
    """Return the words about a mistake, with the parts that it explains if these are not all."""
    says, parts = named.mistake.says, joined(named.parts)
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
    return example(key.cases[i], key.expected[i], observed, judged.faults[i])


def _headline(judged: Judgement) -> str:
    """Return the first line of the explanation, from the first case with a fault."""
    key, i = judged.key, judged.first
    outcome, faults = judged.observed[i], judged.faults[i]
    if outcome.kind == "missing":
        return outcome.text
    if outcome.kind == "timeout":
        return _too_slow(judged)
    if outcome.kind != "answer":
        return f"Your code did not answer: {outcome.text}."
    reasons = list(faults.values())
    if len(set(reasons)) == 1 and reasons[0].startswith("the argument"):
        return f"{reasons[0].capitalize()}: work on a copy, the caller still needs it."
    if len(key.parts) == 1:
        return f"Not yet: {reasons[0]}."
    right = [part for part in key.parts if part not in judged.lost_parts]
    text = f"{', '.join(right)} right. " if right else ""
    return text + "Not yet: " + "; ".join(f"{part}: {why}" for part, why in faults.items()) + "."


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
