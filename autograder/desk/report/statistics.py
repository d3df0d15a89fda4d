"""Count what a class has done, question by question and mistake by mistake."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from ...marking.verdict import Verdict
from ..class_records import ClassRecords, Mark, Work

BINS = 10  # of the distribution
STATES = ("right", "named", "other", "untouched", "waiting")
MIN_STUDENTS = 5  # for the discrimination of a question


@dataclass(frozen=True)
class QuestionFigures:
    """The results of a class for one question.

    states: the number of students by state. A question is right if it has its full marks; it is
    named if the mistake has a name, untouched without an answer, and waiting for a person; all
    others are other. share: the mean share of the points. discrimination: the correlation between
    the points of the question and the points of all others; None if there is none.
    """

    id: str
    bonus: bool
    points: float
    states: dict[str, int]
    share: float
    discrimination: float | None


@dataclass(frozen=True)
class Mistake:
    """A named mistake. students: those who made it. verdict: that of the clearest example."""

    question: str
    id: str
    students: list[str]
    verdict: Verdict


@dataclass(frozen=True)
class Spread:
    """The distribution of the core points of a class.

    counts: the number of students with less than a tenth of the points, with less than two tenths,
    and so on. quarter, median, three_quarters: the points that so many of the class do not exceed.
    """

    max_score: float
    counts: list[int]
    quarter: float
    median: float
    three_quarters: float


def graded(records: ClassRecords) -> list[Work]:
    """Return the submissions that were marked."""
    return [work for work in records.works if work.status == "graded"]


def spread(records: ClassRecords, works: list[Work]) -> Spread:
    """Return the distribution of the core points of some submissions."""
    totals = [work.total(records.core) for work in works]
    max_score = max((most for _, most in totals), default=0.0)
    scores = np.array([score for score, _ in totals])
    shares = scores / max_score if max_score else scores
    counts = np.bincount(np.clip((shares * BINS).astype(int), 0, BINS - 1), minlength=BINS)
    quarters = np.quantile(scores, (0.25, 0.5, 0.75)) if len(scores) else np.zeros(3)
    return Spread(max_score, counts.tolist(), *map(float, quarters))


def question_figures(records: ClassRecords, works: list[Work]) -> list[QuestionFigures]:
    """Return what the class has done with each question, in the order of the records."""
    if not works:
        return []
    ids = [mark.id for mark in works[0].marks]
    marks = {id: [mark for work in works for mark in work.marks if mark.id == id] for id in ids}
    scores = {id: np.array([mark.score for mark in marks[id]], dtype=float) for id in ids}
    everything = np.sum([scores[id] for id in ids], axis=0)
    return [
        QuestionFigures(
            id,
            id in records.bonus,
            marks[id][0].max_score,
            {state: 0 for state in STATES} | dict(Counter(map(state_of, marks[id]))),
            float(scores[id].mean() / (marks[id][0].max_score or 1)),
            _correlation(scores[id], everything - scores[id]),
        )
        for id in ids
    ]


def state_of(mark: Mark) -> str:
    """Return the state of a question of a student, see QuestionFigures."""
    if mark.score >= mark.max_score:
        return "right"
    if mark.verdict.verdict == "manual" and not mark.by_hand:
        return "waiting"
    if mark.is_untouched:
        return "untouched"
    return "named" if mark.verdict.misconception else "other"


def mistakes(works: Iterable[Work]) -> list[Mistake]:
    """Return the named mistakes that cost marks, those of the most students first.

    Of mistakes that equally many students made, the one in the earlier question comes first.
    """
    places: dict[str, int] = {}
    found: dict[tuple[str, str], list[tuple[str, Verdict]]] = {}
    for work in works:
        for place, mark in enumerate(work.marks):
            places[mark.id] = place
            if state_of(mark) == "named":
                about = mark.id, str(mark.verdict.misconception)
                found.setdefault(about, []).append((work.student, mark.verdict))
    ranked = sorted(found.items(), key=lambda each: (-len(each[1]), places[each[0][0]], each[0]))
    return [
        Mistake(question, id, [student for student, _ in made], _clearest(v for _, v in made))
        for (question, id), made in ranked
    ]


def _clearest(verdicts: Iterable[Verdict]) -> Verdict:
    """Return the verdict that is best to show: one with a short example."""
    return min(verdicts, key=lambda v: (v.example is None, len(v.given), len(v.message)))


def _correlation(one: np.ndarray, other: np.ndarray) -> float | None:
    """Return the correlation of two rows of points; None if one of them is constant."""
    if len(one) < MIN_STUDENTS or not one.std() or not other.std():
        return None
    return float(np.corrcoef(one, other)[0, 1])
