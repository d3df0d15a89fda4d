"""Make the class report: as one HTML file, and as JSON."""

import dataclasses
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from ...marking.render import html, name_in_words
from ..class_records import ClassRecords, Work
from ..markdown_html import line_html
from ..templating import fill
from ..titles import heading_of, titles
from .class_questions import question_to_ask
from .people import People, people
from .similar import Pair
from .statistics import (
    STATES,
    Mistake,
    QuestionFigures,
    Spread,
    graded,
    mistakes,
    question_figures,
    spread,
)

SHOWN_MISTAKES = 8
STATES_IN_WORDS = {
    "right": "right",
    "named": "named mistake",
    "other": "another mistake",
    "untouched": "not attempted",
    "waiting": "waits for a person",
}


@dataclass(frozen=True)
class Report:
    """The contents of the report. similar: None if nobody asked for similar submissions."""

    records: ClassRecords
    works: list[Work]
    spread: Spread
    questions: list[QuestionFigures]
    mistakes: list[Mistake]
    people: People
    similar: list[Pair] | None = None


def make_report(records: ClassRecords, similar: list[Pair] | None = None) -> Report:
    """Return the report on a class."""
    works = graded(records)
    return Report(
        records,
        works,
        spread(records, works),
        question_figures(records, works),
        mistakes(works),
        people(records),
        similar,
    )


def report_as_html(report: Report) -> str:
    """Return the report as a page."""
    assignment = report.records.assignment
    title_of = {id: str(title) for id, title in titles(assignment.released).items()}
    titled = {q.id: title_of.get(q.id, q.id) for q in report.questions}
    waiting = [q for q in report.questions if q.states["waiting"]]
    told = [(m, Markup(html(m.verdict)), Markup(line_html(_ask(m)))) for m in report.mistakes]
    return fill(
        "report.html",
        report=report,
        heading=heading_of(assignment.released) or assignment.name,
        titles=titled,
        states={s: words for s, words in STATES_IN_WORDS.items() if s != "waiting" or waiting},
        bars=_bars(report.spread.counts),
        shown=told[:SHOWN_MISTAKES],
        rest=told[SHOWN_MISTAKES:],
        in_words=name_in_words,
        waiting=waiting,
        totals=[_totals(report, work) for work in report.records.works],
    )


def report_as_data(report: Report) -> dict[str, Any]:
    """Return the report as JSON data."""
    return {
        "assignment": report.records.assignment.name,
        "submissions": len(report.records.works),
        "graded": len(report.works),
        "spread": dataclasses.asdict(report.spread),
        "questions": [dataclasses.asdict(figures) for figures in report.questions],
        "mistakes": [
            {"question": m.question, "id": m.id, "students": m.students, "ask": _ask(m)}
            for m in report.mistakes
        ],
        **dataclasses.asdict(report.people),
        "students": [_totals(report, work) for work in report.records.works],
        "similar": None
        if report.similar is None
        else [dataclasses.asdict(pair) for pair in report.similar],
    }


def _ask(mistake: Mistake) -> str:
    return question_to_ask(mistake.question, mistake.id, mistake.verdict.why)


def _totals(report: Report, work: Work) -> dict[str, Any]:
    """Return the points of a student: of the core, and of the bonus."""
    score, max_score = work.total(report.records.core)
    bonus, _ = work.total(report.records.bonus)
    return {
        "student": work.student,
        "name": work.name,
        "status": work.status,
        "score": score,
        "max_score": max_score,
        "bonus": bonus,
    }


def _bars(counts: list[int]) -> list[dict[str, Any]]:
    """Return for each bar of the distribution its label, its number and its height up to 1."""
    step, most = 100 // len(counts), max(counts) or 1
    last = len(counts) - 1
    return [
        {
            "label": f"{i * step} to {i * step + step - (i < last)}%",
            "count": count,
            "height": count / most,
        }
        for i, count in enumerate(counts)
    ]


assert set(STATES_IN_WORDS) == set(STATES)
