"""The questions of the course, one module for each chapter, and the assignments made of them."""

from ..question import Question
from . import backward, forward

ASSIGNMENTS: dict[str, list[Question]] = {
    "02-forward": forward.QUESTIONS,
    "03-backward": backward.QUESTIONS,
}

QUESTIONS: dict[str, Question] = {q.id: q for qs in ASSIGNMENTS.values() for q in qs}
