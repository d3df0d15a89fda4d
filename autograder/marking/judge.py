"""Turn an answer key and the observed outcomes into a verdict that names the mistake.

All functions are pure: nothing here runs student code.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from .answer_key import AnswerKey, Mistake
from .book_links import link
from .compare import difference
from .driver import Outcome
from .example import show_example
from .hints import (
    CHANGED,
    Hint,
    coarse,
    hint_from_numbers,
    hints_from_cases,
    may_be_off_by_a_factor,
    off_by_a_factor,
)
from .outline import Outline, may_be_equal, may_have_one_factor, outline
from .question import Case

# The verdict on a question that was not answered, by the kind of the outcome.
UNANSWERED = {
    "missing": "missing",
    "error": "error",
    "timeout": "timeout",
    "lost": "error",
}


@dataclass(frozen=True)
class Verdict:
    """The points of one question, with the explanation for the student.

    verdict: correct, wrong, error, timeout, missing or manual. misconception: the id of the
    mistake, or None if no known mistake was recognised. message: the explanation. see: a label in
    the book, empty if everything is right.
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
    """The points of one question. The explanation is built only when `full_verdict` is read.

    It waits because explanations take most of the time of marking, and because the grader builds
    them under a memory limit. observed: the measured outcome of every case. faults: for every case,
    the parts that are lost in it, each with the reason.
    """

    key: AnswerKey
    observed: tuple[Outcome, ...] = ()
    faults: tuple[dict[str, str], ...] = ()

    @property
    def id(self) -> str:
        """The id of the question."""
        return self.key.id

    @cached_property
    def lost_parts(self) -> set[str]:
        """The parts that earn no points.

        A part earns its points if it is right in every case and the code changed no argument.
        """
        return {part for fault in self.faults for part in fault}

    @property
    def score(self) -> float:
        """The points of the parts that are right."""
        return sum(p for part, p in self.key.parts.items() if part not in self.lost_parts)

    @property
    def first(self) -> int:
        """The number of the first case in which a part is lost."""
        return next(i for i, fault in enumerate(self.faults) if fault)

    @property
    def verdict(self) -> str:
        """The verdict in one word. For a wrong answer, the first case with a fault decides it."""
        if not self.lost_parts:
            return "correct"
        return UNANSWERED.get(self.observed[self.first].kind, "wrong")

    @cached_property
    def full_verdict(self) -> Verdict:
        """The verdict with its explanation."""
        return _with_explanation(self)

    @property
    def short_verdict(self) -> Verdict:
        """The verdict without a search for the mistake, for when there is no time for it."""
        key = self.key
        if not self.lost_parts:
            return self.full_verdict
        says = _headline(key, self.observed[self.first], self.faults[self.first], self.lost_parts)
        words = f"{says}\nThe grader had no time left to look for the mistake."
        return Verdict(key.id, self.score, key.points, self.verdict, None, words, key.see)


def judge(key: AnswerKey, observed: list[Outcome]) -> Judgement:
    """Judge the outcomes of all cases of a key, in the order of the key.

    Raises ValueError if there is not exactly one outcome for each case, so that a lost outcome can
    never count as a right one.
    """
    if len(observed) != len(key.cases):
        raise ValueError(f"{key.id}: {len(observed)} outcomes for {len(key.cases)} cases")
    measured = tuple(
        outcome.converted(right.answer, case.inputs)
        for outcome, right, case in zip(
            key.measured(observed), key.expected, key.cases, strict=True
        )
    )
    faults = tuple(_faults(key, i, outcome) for i, outcome in enumerate(measured))
    return Judgement(key, measured, faults)


def _with_explanation(judged: Judgement) -> Verdict:
    """Return the verdict with its explanation: headline, mistakes or hints, and an example."""
    key, verdict = judged.key, judged.verdict
    if verdict == "correct":
        return Verdict(key.id, key.points, key.points, verdict, None, "All right.")
    observed, faults, first = list(judged.observed), list(judged.faults), judged.first
    named = [] if verdict == "missing" else _diagnose(key, observed, faults)
    lines = [_headline(key, observed[first], faults[first], judged.lost_parts)]
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
    """Return the verdict on the outcomes of all cases, with its explanation."""
    return judge(key, observed).full_verdict


def final_verdict(judged: Judgement, given: list[str]) -> Verdict:
    """Return the verdict with its explanation, for the student to read.

    given: the earlier questions that the reference answered instead of the student; the message
    names them.
    """
    if not given:
        return judged.full_verdict
    words = f"Marked as if {', '.join(given)} were right: that mistake is counted there."
    verdict = judged.full_verdict
    return replace(verdict, message=f"{words}\n{verdict.message}")


def report(verdict: Verdict) -> str:
    """Return a verdict as text, with the place in the book where it is explained."""
    name = f" [{verdict.misconception}]" if verdict.misconception else ""
    lines = [f"{verdict.id}: {verdict.score:g} of {verdict.max_score:g} points{name}"]
    lines.append(verdict.message)
    if verdict.see:
        lines.append(f"Read {link(verdict.see)}.")
    return "\n".join(lines)


def wrong_before(judged: Judgement, others: Iterable[Judgement]) -> list[str]:
    """Return the earlier questions that a wrong answer may call and that lost marks themselves."""
    if judged.verdict in ("correct", "missing"):
        return []
    lost = {other.id for other in others if other.lost_parts}
    return [name for name in judged.key.uses if name in lost]


def _faults(key: AnswerKey, i: int, outcome: Outcome) -> dict[str, str]:
    """Return the parts that are lost in case i, each with the reason in words."""
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
    """Return the name of the first argument that the code has changed, or an empty text."""
    if outcome.kind != "answer" or outcome.inputs is None:
        return ""
    left = outcome.inputs if isinstance(outcome.inputs, dict) else {}
    return next((n for n, v in case.inputs.items() if difference(v, left.get(n), 0.0)), "")


def _part(expected: Outcome, observed: Outcome, part: str) -> tuple[Any, Any]:
    """Return the expected and the observed value of a part; None if it was not observed."""
    return expected.answer[part], observed.part(part)


def _diagnose(
    key: AnswerKey, observed: list[Outcome], faults: list[dict[str, str]]
) -> list[Mistake]:
    """Return the misconceptions that explain the observed outcomes; an empty list if none does.

    A misconception that explains all parts at once comes alone. Otherwise the list has the first
    misconception that explains each lost part.
    """
    known = [{part: outline(o.part(part)) for part in key.parts} for o in observed]

    def first_match(parts: list[str]) -> list[Mistake]:
        # Nearly all misconceptions differ from the answer in the first of these cases, and there
        # `all` stops. So most wrong versions of the reference run in one case only.
        order = _wrong_first(faults, parts)
        for mistake in key.mistakes:
            if all(
                all(may_be_equal(mistake.outline(i, p), known[i][p], key.tolerance) for p in parts)
                and _same(key, mistake.outcome(i), observed[i], parts)
                for i in order
            ):
                return [mistake]
        return []

    whole = first_match(list(key.parts))
    if whole:
        return whole
    lost_parts = {part for fault in faults for part in fault}
    named: list[Mistake] = []
    for part in key.parts:
        if part in lost_parts:
            named += [mistake for mistake in first_match([part]) if mistake not in named]
    changed = any(_changed(key.cases[i], outcome) for i, outcome in enumerate(observed))
    return named if named or changed else _with_a_factor(key, observed, faults, known)


def _with_a_factor(
    key: AnswerKey,
    observed: list[Outcome],
    faults: list[dict[str, str]],
    known: list[dict[str, Outline | None]],
) -> list[Mistake]:
    """Return the first misconception that gives the observed answers up to a constant factor.

    These are two mistakes in one answer, and the words name both. known: the outlines of the
    observed answers.
    """
    rows = [_rows(case) for case in key.cases]
    for part in (part for part in key.parts if any(part in fault for fault in faults)):
        right, found = _values(key.expected, part), _values(observed, part)
        if any(value is None for value in found):
            continue  # there is no answer that a factor could explain
        if off_by_a_factor(right, found, rows, key.tolerance):
            continue  # a factor alone explains the part, and a hint will say so
        order = _wrong_first(faults, [part])
        for mistake in key.mistakes:
            pairs = ((mistake.outline(i, part), known[i][part], rows[i]) for i in order)
            if not may_have_one_factor(pairs, coarse(key.tolerance)):
                continue
            if not _may_explain(mistake, found, part, key.tolerance):
                continue  # the first case usually rules it out, so the others are not run
            answers = mistake.outcomes(len(observed))
            if hint := off_by_a_factor(_values(answers, part), found, rows, key.tolerance):
                says = f"{mistake.says} Besides: {hint.words[0].lower()}{hint.words[1:]}"
                return [replace(mistake, says=says.replace("the right answer", "that"))]
    return []


def _wrong_first(faults: list[dict[str, str]], parts: list[str]) -> list[int]:
    """Return the numbers of all cases. Those in which one of these parts is lost come first."""
    return sorted(range(len(faults)), key=lambda i: not any(part in faults[i] for part in parts))


def _may_explain(mistake: Mistake, found: list[Any], part: str, tolerance: float) -> bool:
    """True if this misconception times a constant could explain the observed values.

    Stops at the first case that rules it out.
    """
    return all(
        may_be_off_by_a_factor(mistake.outcome(i).part(part), value, tolerance)
        for i, value in enumerate(found)
    )


def _same(key: AnswerKey, mistaken: Outcome, observed: Outcome, parts: list[str]) -> bool:
    """True if a misconception has the observed outcome of a case, in the given parts."""
    if mistaken.kind != "answer" or observed.kind != "answer":
        return mistaken.kind == observed.kind and _error(mistaken) == _error(observed)
    if any(difference(*_part(mistaken, observed, part), key.tolerance) for part in parts):
        return False
    if mistaken.inputs is None or observed.inputs is None:
        return mistaken.inputs is observed.inputs
    return difference(mistaken.inputs, observed.inputs, 0.0) is None


def _hints(key: AnswerKey, observed: list[Outcome], faults: list[dict[str, str]]) -> list[Hint]:
    """Return what can be said about a wrong answer that no misconception explains."""
    hints = hints_from_cases(key.cases, faults)
    rows = [_rows(case) for case in key.cases]
    for part in key.parts:
        if any(part in fault for fault in faults):
            right, found = _values(key.expected, part), _values(observed, part)
            if hint := hint_from_numbers(right, found, rows, key.tolerance):
                words = f"{part}: {hint.words}" if len(key.parts) > 1 else hint.words
                hints.append(Hint(words, hint.name))
    if key.uses:
        hints.append(
            Hint(f"It builds on {', '.join(key.uses)}: begin there if that is not right yet.")
        )
    return hints


def _values(outcomes: list[Outcome], part: str) -> list[Any]:
    """Return the values of a part, one for each case; None for a case without an answer."""
    return [outcome.part(part) for outcome in outcomes]


def _rows(case: Case) -> int:
    """Return how many examples a case has, or 0 if it is unknown.

    This is the length of the first input with two axes or more, because rows are examples.
    """
    arrays = (v for v in case.inputs.values() if isinstance(v, np.ndarray) and v.ndim > 1)
    return next((len(a) for a in arrays), 0)


def _error(outcome: Outcome) -> str:
    # Two programs can raise the same error in different lines, so we leave out the line.
    return outcome.text.split(" (in ")[0]


def _headline(
    key: AnswerKey, outcome: Outcome, faults: dict[str, str], lost_parts: set[str]
) -> str:
    """Return the first line of the explanation, from the first case with a fault."""
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
