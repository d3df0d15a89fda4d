"""Put a judgement into words: a headline, the mistake or hints, and an example.

This takes most of the time of marking, so the grader does it last and under limits.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from .answer_key import AnswerKey
from .diagnose import diagnose, examples_in, values_of
from .driver import Outcome
from .example import example
from .hints import Hint, hint_from_numbers, hints_from_cases
from .judge import Judgement, judge
from .verdict import Example, Verdict
from .words import looks_like_an_error

# The headline where the code ended without an answer and without an error.
STOPPED = {
    "timeout": (
        "Your code was still running after the time limit and was stopped. A loop may never end, "
        "or an array may be much larger than planned. Try it with a small example in a cell of "
        "your own, and print something in each round of the loop."
    ),
    "lost": (
        "Your code ended before it answered. It may have run out of time or memory, or it may end "
        "the program itself. Try it with a small example in a cell of your own."
    ),
}


def explain(judged: Judgement, given: Sequence[str] = ()) -> Verdict:
    """Return the verdict with its explanation.

    given: the earlier questions that the reference answered instead of the student.
    """
    key, verdict = judged.key, judged.verdict
    if verdict == "correct":
        return _right(judged, given)
    found = [] if verdict == "missing" else diagnose(judged)
    odd = judged.observed[judged.first].says  # then the numbers tell nothing
    hints = _hints(judged) if verdict == "wrong" and not odd else []
    names = (*(mistake.id for mistake in found), *(hint.name for hint in hints))
    quoted = _quoted(judged.observed[judged.first])
    says = [mistake.says for mistake in found]
    return replace(
        _short(judged, given),
        misconception=next((name for name in names if name), None),
        why="\n".join([*says, *quoted] if says else []),
        hints=tuple([*(hint.words for hint in hints), *_about_the_error(judged), *quoted]),
        example=None if verdict == "missing" else _example(judged),
        see=found[0].see if found else key.see,
    )


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


def _hints(judged: Judgement) -> list[Hint]:
    """Return what can be said about a wrong answer without naming the mistake."""
    key, observed, n = judged.key, judged.observed, len(judged.observed)
    hints = [*_largest_for_larger(judged), *hints_from_cases(key.cases[:n], judged.faults)]
    rows = [examples_in(case) for case in key.cases[:n]]
    for part in key.parts:
        if part in judged.lost_parts:
            right, found = values_of(key.expected[:n], part), values_of(observed, part)
            if hint := hint_from_numbers(right, found, rows, key.tolerance):
                words = f"{part}: {hint.words}" if len(key.parts) > 1 else hint.words
                hints.append(Hint(words, hint.name))
    if key.uses:
        hints.append(
            Hint(f"It builds on {', '.join(key.uses)}: begin there if that is not right yet.")
        )
    return hints


def _largest_for_larger(judged: Judgement) -> list[Hint]:
    """Return a hint if all wrong results are the largest entries of an input, as np.max gives."""
    faults = enumerate(judged.faults)
    wrong = [(judged.key.cases[i], judged.observed[i], part) for i, f in faults for part in f]
    for case, outcome, part in wrong:
        arrays = [
            v for v in case.inputs.values() if isinstance(v, np.ndarray) and v.ndim and v.size
        ]
        found = outcome.part(part)
        if not any(found is not None and np.array_equal(found, a.max(axis=0)) for a in arrays):
            return []
    words = (
        "Your result is the largest entry along axis 0, as np.max(x, 0) gives it. np.maximum(x, 0) "
        "compares every entry with 0."
    )
    return [Hint(words)]


def _headline(judged: Judgement) -> str:
    """Return the first line of the explanation, from the first case with a fault."""
    outcome, faults = judged.observed[judged.first], judged.faults[judged.first]
    if outcome.kind == "answer":
        return outcome.says or _headline_of_faults(judged, faults)
    if outcome.kind == "missing":
        return f"{outcome.text}."
    if outcome.kind in STOPPED:
        return STOPPED[outcome.kind]
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
        return _ended(f"Not yet: {reasons[0]}")
    right = [part for part in judged.key.parts if part not in judged.lost_parts]
    text = f"{', '.join(right)} right. " if right else ""
    joined = ((part + ("" if why[0] == "[" else ": ") + why) for part, why in faults.items())
    return _ended(f"{text}Not yet: {'; '.join(words.rstrip('.') for words in joined)}")


def _ended(words: str) -> str:
    """Return words as a sentence: with a full stop, unless they end a sentence already."""
    return words if words.endswith((".", "?")) else f"{words}."


def _about_the_error(judged: Judgement) -> list[str]:
    """Return the explanation of an error, unless it is the headline already."""
    outcome = judged.observed[judged.first]
    return [outcome.says] if outcome.kind == "error" and outcome.place and outcome.says else []


def _quoted(outcome: Outcome) -> list[str]:
    """Return what Python says about an error, if the student can find it in the line shown."""
    if outcome.kind != "error" or (outcome.says and not outcome.place):
        return []
    return [f"Python says: {outcome.text}"] if looks_like_an_error(outcome.text) else []
