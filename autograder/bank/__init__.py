"""The questions of the course, one module for each subject, and the assignments made of them."""

from ..question import ManualQuestion, Question
from . import (
    alternatives,
    backward,
    calculus,
    convolution,
    deep,
    dropout,
    dual,
    embedding,
    engine,
    forward,
    initialisation,
    neuron,
    normalisation,
    optimisers,
    sequences,
    training,
)

ASSIGNMENTS: dict[str, list[Question]] = {
    "01-neuron": neuron.QUESTIONS,
    "02-forward": forward.QUESTIONS,
    "03-backward": backward.QUESTIONS,
    "04-calculus": [*calculus.QUESTIONS, *normalisation.QUESTIONS, *dual.QUESTIONS],
    "05-network": [
        *engine.QUESTIONS,
        *initialisation.QUESTIONS,
        *optimisers.QUESTIONS,
        *dropout.QUESTIONS,
        *embedding.QUESTIONS,
        *convolution.QUESTIONS,
        *training.QUESTIONS,
    ],
    "06-frontier": [*deep.QUESTIONS, *sequences.QUESTIONS, *alternatives.QUESTIONS],
}

# One question of each assignment that a person marks, once its module has one.
MANUAL: dict[str, ManualQuestion] = {
    "01-neuron": neuron.MANUAL,
    "02-forward": forward.MANUAL,
    "03-backward": backward.MANUAL,
    "04-calculus": calculus.MANUAL,
    "05-network": training.MANUAL,
    "06-frontier": deep.MANUAL,
}

QUESTIONS: dict[str, Question] = {q.id: q for qs in ASSIGNMENTS.values() for q in qs}
MANUAL_QUESTIONS: dict[str, ManualQuestion] = {q.id: q for q in MANUAL.values()}
