"""Find out whom an instructor should look after: who is missing, who needs a talk, and why."""

from dataclasses import dataclass

from ..class_records import ClassRecords, Work
from .statistics import graded, state_of

LOW = 0.5  # below this share of the core points that are marked, we suggest a talk
MANY_UNTOUCHED = 0.5  # we also do so if this share of the core questions has no answer


@dataclass(frozen=True)
class Person:
    """A student whom the report names, with a reason in words."""

    student: str
    name: str
    reason: str


@dataclass(frozen=True)
class People:
    """The students whom the report names.

    absent: those who have not handed in. rejected: those whose submission could not be read. talk:
    those who may need a talk, the fewest points first. look: those whose submission a person should
    look at. late: those with a penalty.
    """

    absent: list[str]
    rejected: list[Person]
    talk: list[Person]
    look: list[Person]
    late: list[Person]


def people(records: ClassRecords) -> People:
    """Return the students whom the report names."""
    works = graded(records)
    talk = [
        (work.total(records.core)[0], Person(work.student, work.name, reason))
        for work in works
        if (reason := _reason_to_talk(records, work))
    ]
    return People(
        records.absent,
        [Person(w.student, w.name, w.message) for w in records.works if w.status == "rejected"],
        [person for _, person in sorted(talk, key=lambda each: (each[0], each[1].student))],
        [Person(w.student, w.name, _reason_to_look(w)) for w in works if w.flagged or w.message],
        [Person(w.student, w.name, f"-{w.penalty:g} points") for w in works if w.penalty],
    )


def _reason_to_talk(records: ClassRecords, work: Work) -> str:
    """Return why a student may need a talk, or an empty text."""
    marks = [m for m in work.marks if m.id in records.core and state_of(m) != "waiting"]
    if not marks:  # nothing is marked yet
        return ""
    score, max_score = sum(m.score for m in marks), sum(m.max_score for m in marks)
    untouched = sum(m.is_untouched for m in marks)
    if score >= LOW * max_score and untouched < MANY_UNTOUCHED * len(marks):
        return ""
    words = f"{score:g} of {max_score:g} points"
    return (
        f"{words}; {untouched} of {len(marks)} questions without an answer" if untouched else words
    )


def _reason_to_look(work: Work) -> str:
    """Return why a person should look at a submission."""
    if work.message:
        return work.message
    return "there is something beside the answers: " + ", ".join(sorted(work.flagged))
