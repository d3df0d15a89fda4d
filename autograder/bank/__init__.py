"""The questions of the course, one module for each subject, and the assignments made of them."""

from ..question import ManualQuestion, Question
from . import backward, forward

ASSIGNMENTS: dict[str, list[Question]] = {
    "02-forward": forward.QUESTIONS,
    "03-backward": backward.QUESTIONS,
}

# One question of each assignment that a person marks, once its module has one.
MANUAL: dict[str, ManualQuestion] = {}

QUESTIONS: dict[str, Question] = {q.id: q for qs in ASSIGNMENTS.values() for q in qs}
MANUAL_QUESTIONS: dict[str, ManualQuestion] = {q.id: q for q in MANUAL.values()}
