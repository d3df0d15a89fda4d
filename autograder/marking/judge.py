"""An answer key and what was observed -> a verdict, with the name of the mistake. Pure."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from .answer_key import AnswerKey, Mistake
from .book_links import link
from .compare import difference
from .driver import Outcome
from .example import show_example
from .hints import CHANGED, Hint, may_be_off_by_a_factor, narrow, off_by_a_factor, traces
from .question import Case

UNANSWERED = {
    "missing": "missing",
    "error": "error",
    "timeout": "timeout",
    "lost": "error",
}


@dataclass(frozen=True)
class Verdict:
    """What a question is worth, and why.

    verdict: correct, wrong, error, timeout, missing or manual. misconception: the id of the
    mistake, where it has a name. see: a label in the book, empty where all is right.
    """

    id: str
    score: float
    max_score: float
    verdict: str
    misconception: str | None
    message: str
    see: str = ""


@dataclass(frozen=True)
class Judgement:
    """What a question is worth, before there are words for it, which take most of the time.

    observed: the outcome of every case, measured; faults: of every case, the parts that it loses, each
    with the reason.
    """

    key: AnswerKey
    observed: tuple[Outcome, ...] = ()
    faults: tuple[dict[str, str], ...] = ()

    @property
    def id(self) -> str:
        """Of the question."""
        return self.key.id

    @cached_property
    def lost_parts(self) -> set[str]:
        """A part earns its points where it is right in every case and no case changed its inputs."""
        return {part for fault in self.faults for part in fault}

    @property
    def score(self) -> float:
        """The points of the parts that are right."""
        return sum(p for part, p in self.key.parts.items() if part not in self.lost_parts)

    @property
    def first(self) -> int:
        """The first case in which something is lost."""
        return next(i for i, fault in enumerate(self.faults) if fault)

    @property
    def verdict(self) -> str:
        """correct, or what the first case with a fault is."""
        if not self.lost_parts:
            return "correct"
        return UNANSWERED.get(self.observed[self.first].kind, "wrong")

    @cached_property
    def explained(self) -> Verdict:
        """The verdict: what is wrong, by its name where it has one."""
        return _explain(self)


def judge(key: AnswerKey, observed: list[Outcome]) -> Judgement:
    """Judge the outcomes of driving every case of the key, in its order. Fails closed."""
    if len(observed) != len(key.cases):
        raise ValueError(f"{key.id}: {len(observed)} outcomes for {len(key.cases)} cases")
    measured = tuple(key.measured(observed))
    faults = tuple(_faults(key, i, outcome) for i, outcome in enumerate(measured))
    return Judgement(key, measured, faults)


def _explain(judged: Judgement) -> Verdict:
    key, verdict = judged.key, judged.verdict
    if verdict == "correct":
        return Verdict(key.id, key.points, key.points, verdict, None, "All right.")
    observed, faults, first = list(judged.observed), list(judged.faults), judged.first
    named = [] if verdict == "missing" else _diagnose(key, observed, judged.lost_parts)
    lines = [_headline(key, first, observed[first], faults[first], judged.lost_parts)]
    lines += [mistake.says for mistake in named]
    hints = _hints(key, observed, faults) if verdict == "wrong" and not named else []
    lines += [hint.words for hint in hints]
    if verdict != "missing":
        lines.append(
            show_example(key.cases[first], key.expected[first], observed[first], faults[first])
        )
    see = named[0].see if named else key.see
    name = next((n for n in (*(m.id for m in named), *(h.name for h in hints)) if n), None)
    return Verdict(key.id, judged.score, key.points, verdict, name, "\n".join(lines), see)


def mark(key: AnswerKey, observed: list[Outcome]) -> Verdict:
    """Judge and explain."""
    return judge(key, observed).explained


def explain(judged: Judgement, given: list[str]) -> Verdict:
    """The verdict; given: the earlier questions that the reference answered in place of the student."""
    if not given:
        return judged.explained
    words = f"Marked as if {', '.join(given)} were right: that mistake is counted there."
    return replace(judged.explained, message=f"{words}\n{judged.explained.message}")


def report(verdict: Verdict) -> str:
    """Return a verdict as text, with the place in the book where it is explained."""
    name = f" [{verdict.misconception}]" if verdict.misconception else ""
    lines = [f"{verdict.id}: {verdict.score:g} of {verdict.max_score:g} points{name}"]
    lines.append(verdict.message)
    if verdict.see:
        lines.append(f"Read {link(verdict.see)}.")
    return "\n".join(lines)


def wrong_before(judged: Judgement, others: Iterable[Judgement]) -> list[str]:
    """The earlier answers that a wrong one may call and that lost marks themselves."""
    if judged.verdict in ("correct", "missing"):
        return []
    lost = {other.id for other in others if other.lost_parts}
    return [name for name in judged.key.uses if name in lost]


def _faults(key: AnswerKey, i: int, outcome: Outcome) -> dict[str, str]:
    """The parts that case i loses, each with the reason in words."""
    if outcome.kind != "answer":
        return dict.fromkeys(key.parts, outcome.text)
    if name := _changed(key.cases[i], outcome):
        return dict.fromkeys(key.parts, f"the argument {name} {CHANGED}")
    return {
        part: found.words
        for part in key.parts
        if (found := difference(*_part(key.expected[i], outcome, part), key.tolerance))
    }


def _changed(case: Case, outcome: Outcome) -> str:
    """The first argument that the code left changed, or an empty text."""
    if outcome.kind != "answer":
        return ""
    left = outcome.inputs if isinstance(outcome.inputs, dict) else {}
    return next((n for n, v in case.inputs.items() if difference(v, left.get(n), 0.0)), "")


def _part(expected: Outcome, observed: Outcome, part: str) -> tuple[Any, Any]:
    answer = observed.answer
    return expected.answer[part], answer.get(part) if isinstance(answer, dict) else None


def _diagnose(key: AnswerKey, observed: list[Outcome], lost_parts: set[str]) -> list[Mistake]:
    """The one misconception that answers as observed; else one for each lost part, where found."""

    def first_match(agree: Callable[[Outcome, Outcome], bool]) -> list[Mistake]:
        for mistake in key.mistakes:
            if all(agree(mistake.outcome(i), outcome) for i, outcome in enumerate(observed)):
                return [mistake]
        return []

    whole = first_match(lambda m, o: _same(key, m, o, list(key.parts)))
    if whole:
        return whole
    named: list[Mistake] = []
    for part in key.parts:
        if part in lost_parts:
            for mistake in first_match(lambda m, o, part=part: _same(key, m, o, [part])):  # type: ignore[misc]
                if mistake not in named:
                    named.append(mistake)
    changed = any(_changed(key.cases[i], outcome) for i, outcome in enumerate(observed))
    return named if named or changed else _with_a_factor(key, observed, lost_parts)


def _with_a_factor(key: AnswerKey, observed: list[Outcome], lost_parts: set[str]) -> list[Mistake]:
    """Two mistakes in one: a misconception whose answer is off by one factor besides."""
    rows = [_rows(case) for case in key.cases]
    for part in (part for part in key.parts if part in lost_parts):
        right, found = _values(key.expected, part), _values(observed, part)
        if off_by_a_factor(right, found, rows, key.tolerance):
            continue
        for mistake in key.mistakes:
            if not _may_explain(mistake, found, part, key.tolerance):
                continue
            answers = mistake.outcomes(len(observed))
            if hint := off_by_a_factor(_values(answers, part), found, rows, key.tolerance):
                says = f"{mistake.says} Besides: {hint.words[0].lower()}{hint.words[1:]}"
                return [replace(mistake, says=says.replace("the right answer", "that"))]
    return []


def _may_explain(mistake: Mistake, found: list[Any], part: str, tolerance: float) -> bool:
    """Whether a factor besides is possible, up to the first case that says no."""
    return all(
        may_be_off_by_a_factor(_values([mistake.outcome(i)], part)[0], value, tolerance)
        for i, value in enumerate(found)
    )


def _same(key: AnswerKey, mistaken: Outcome, observed: Outcome, parts: list[str]) -> bool:
    """Whether a misconception's outcome of a case is the observed one, in the given parts."""
    if mistaken.kind != "answer" or observed.kind != "answer":
        return mistaken.kind == observed.kind and _error(mistaken) == _error(observed)
    if any(difference(*_part(mistaken, observed, part), key.tolerance) for part in parts):
        return False
    return difference(mistaken.inputs, observed.inputs, 0.0) is None


def _hints(key: AnswerKey, observed: list[Outcome], faults: list[dict[str, str]]) -> list[Hint]:
    """Where and how an answer without a misconception is wrong, as far as the numbers tell."""
    hints = traces(key.cases, faults, observed)
    rows = [_rows(case) for case in key.cases]
    for part in key.parts:
        if any(part in fault for fault in faults):
            right, found = _values(key.expected, part), _values(observed, part)
            if hint := narrow(right, found, rows, key.tolerance):
                words = f"{part}: {hint.words}" if len(key.parts) > 1 else hint.words
                hints.append(Hint(words, hint.name))
    if key.uses:
        hints.append(
            Hint(f"It builds on {', '.join(key.uses)}: begin there if that is not right yet.")
        )
    return hints


def _values(outcomes: list[Outcome], part: str) -> list[Any]:
    """One part's value in every case, None where there is no answer."""
    answers = (outcome.answer for outcome in outcomes)
    return [answer.get(part) if isinstance(answer, dict) else None for answer in answers]


def _rows(case: Case) -> int:
    """How many examples a case has: the length of its first array of two axes."""
    arrays = (v for v in case.inputs.values() if isinstance(v, np.ndarray) and v.ndim > 1)
    return next((len(a) for a in arrays), 0)


def _error(outcome: Outcome) -> str:
    return outcome.text.split(" (in ")[0]  # the error, without the line that raised it


def _headline(
    key: AnswerKey, first: int, outcome: Outcome, faults: dict[str, str], lost_parts: set[str]
) -> str:
    if outcome.kind == "missing":
        return f"{outcome.text}."
    if outcome.kind != "answer":
        return f"Your code did not answer: {outcome.text}."
    reasons = list(faults.values())
    if len(set(reasons)) == 1 and reasons[0].startswith("the argument"):
        return f"{reasons[0].capitalize()}: work on a copy, the caller still needs it."
    if len(key.parts) == 1:
        return f"Not yet: {reasons[0]}."
    right = [part for part in key.parts if part not in lost_parts]
    text = f"{', '.join(right)} right. " if right else ""
    return text + "Not yet: " + "; ".join(f"{part}: {why}" for part, why in faults.items()) + "."
