"""The result of one submission."""

from dataclasses import dataclass, field
from typing import Any

from ..marking.verdict import Verdict
from .assignment import Assignment

# The version of the records. A new key keeps it; it rises when a key changes its meaning or goes.
SCHEMA = 1


@dataclass
class Result:
    """The marks of one submission.

    status: graded, rejected (it cannot be read) or failed (we could not grade it). notebook: the
    text of the autograded notebook. unanswered: the ids of the answer cells that the student has
    not changed. flagged: the ids of the questions that a person should look at because of what the
    notebook contains.
    """

    student: str
    assignment: str
    status: str
    score: float
    max_score: float
    seconds: float
    questions: list[Verdict]
    message: str = ""
    notebook: str = field(default="", repr=False)
    unanswered: list[str] = field(default_factory=list, repr=False)
    flagged: list[str] = field(default_factory=list)

    def record(self) -> dict[str, Any]:
        """Return the result as one line of results.jsonl."""
        hidden = ("notebook", "questions", "unanswered")
        record = {k: v for k, v in vars(self).items() if k not in hidden}
        questions = [verdict.record() for verdict in self.questions]
        return {
            "schema": SCHEMA,
            **record,
            "seconds": round(self.seconds, 3),
            "questions": questions,
        }


def total(verdicts: list[Verdict]) -> tuple[float, float]:
    """Return the sum of the scores and the sum of the full marks."""
    return float(sum(v.score for v in verdicts)), float(sum(v.max_score for v in verdicts))


def result_without_marks(
    student: str, assignment: Assignment, status: str, verdict: str, reason: str
) -> Result:
    """Return the result of a submission without any marks: it was rejected, or we failed."""
    verdicts = [Verdict(q.id, 0, q.points, verdict, reason) for q in assignment.everything]
    return Result(
        student, assignment.name, status, 0.0, assignment.max_score, 0.0, verdicts, reason
    )
