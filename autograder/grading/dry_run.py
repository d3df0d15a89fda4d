"""Grade a class without recording anything, and tell whose marks would change."""

from collections.abc import Iterator
from dataclasses import dataclass

from .batch import Plan, finished, tasks_of
from .gradebook import recorded_points
from .result import Result
from .worker import Submit


@dataclass(frozen=True)
class Change:
    """A change of the points of one student for one question.

    before, after: the recorded points and the new ones. message: the new explanation.
    """

    student: str
    question: str
    before: float
    after: float
    message: str

    def __str__(self) -> str:
        reason = self.message.split("\n")[0]
        return f"{self.student}: {self.question}: {self.before:g} -> {self.after:g}: {reason}"


@dataclass(frozen=True)
class Compared:
    """The comparison of one submission with its record.

    state: "same", "changed", "new" (it has no record), or "failed" (we could not grade it now).
    """

    result: Result
    state: str
    changes: list[Change]


def compare_with_records(plan: Plan, submit: Submit) -> Iterator[Compared]:
    """Grade every submission and compare it with its record. Nothing is written.

    If the plan names a question to mark again, only that one is compared.
    """
    recorded = recorded_points(plan.db_url, plan.assignment.name)
    for group in finished(tasks_of(plan, known={}), submit, plan.ahead):
        for _, result in group:
            yield _compared(result, recorded.get(result.student), plan.regrade)


def _compared(result: Result, before: dict[str, float] | None, only: str) -> Compared:
    if result.status == "failed":
        return Compared(result, "failed", [])
    if before is None:
        return Compared(result, "new", [])
    changes = [
        Change(result.student, v.id, before[v.id], v.score, v.message)
        for v in result.questions
        if before.get(v.id, v.score) != v.score and only in ("", v.id)
    ]
    return Compared(result, "changed" if changes else "same", changes)
