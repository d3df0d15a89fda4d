"""One job: run the cells of a submission, then drive its questions. Student code runs here.

The process was forked from the warm process (warm.py) and is isolated from everything else.
"""

import os
import signal
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograder.marking import wire
from autograder.marking.driver import Namespace, Outcome, drive
from autograder.sandbox.inside import messages
from autograder.sandbox.inside.cells import CellRunner, NotebookState
from autograder.sandbox.inside.clocks import Stopwatch
from autograder.sandbox.inside.isolation import NamespaceIsolation, NoIsolation
from autograder.sandbox.inside.pipes import FramePipe, receive, send, write_all
from autograder.sandbox.inside.scratch import Scratch

MAX_RETURNED = 1 << 18  # bytes of the message with the result of a stand-in


@dataclass(frozen=True)
class LearntQuestion:
    """A question as the warm process knows it before any job, that is, without inputs."""

    driver: Callable[..., Any]
    seconds: float
    writes: tuple[str, ...]


@dataclass(frozen=True)
class AskedQuestion:
    """A question to run now, with its inputs and its time limit."""

    learnt: LearntQuestion
    inputs: list[dict[str, Any]]
    seconds: float


@dataclass(frozen=True)
class JobSetup:
    """Everything that a job needs from the warm process."""

    notebook: NotebookState
    isolation: NamespaceIsolation | NoIsolation
    limits: dict[str, Any]
    questions: list[LearntQuestion]


def do_job(setup: JobSetup, stream: socket.socket, asked: socket.socket) -> None:
    """Run the cells, then run each question in a fork, which sees what the cells have defined."""
    scratch = Scratch(os.getcwd())
    cells = receive(stream, messages.RunCells)
    for some in CellRunner(setup.notebook, setup.limits).run_all(cells.sources if cells else []):
        send(stream, messages.CellsShown(some))
    for signum in (signal.SIGPROF, signal.SIGALRM, signal.SIGINT, signal.SIGTERM):
        # Remove handlers that the cells have installed. Without a handler, process 1 ignores these
        # signals, so a student's function cannot end the job with them.
        signal.signal(signum, signal.SIG_DFL)
    scratch.remember()
    inputs: dict[int, list[dict[str, Any]]] = {}  # by the number of the question
    while request := receive(stream, messages.TakeInputs, messages.Drive):
        if isinstance(request, messages.TakeInputs):
            inputs[request.number] = request.inputs
            continue
        questions = [asked_question(setup, request, i, inputs[i]) for i in request.which]
        stand_ins = {name: stand_in(name, asked) for name in request.stand_ins}
        for reply in replies(setup, questions, request.apart, stand_ins, scratch):
            send(stream, reply)  # at once, because a later question may end the whole job


def asked_question(
    setup: JobSetup, request: messages.Drive, number: int, inputs: list[dict[str, Any]]
) -> AskedQuestion:
    """Return a question with its inputs and the time limit that a request allows."""
    learnt = setup.questions[number]
    seconds = min(learnt.seconds * request.share, setup.limits["question_seconds"])
    return AskedQuestion(learnt, inputs, seconds)


def replies(
    setup: JobSetup,
    questions: list[AskedQuestion],
    apart: bool,
    stand_ins: dict[str, Any],
    scratch: Scratch,
) -> Iterator[messages.QuestionDriven]:
    """Run some questions, and yield a reply for each, in order.

    apart: True to fork for each question; otherwise they share one fork.
    """
    names = setup.notebook.names
    answered = [q for q in questions if is_answered(names, q)]
    found = (
        reply
        for some in ([[q] for q in answered] if apart else [answered])
        for reply in drive_all(setup, some, stand_ins, scratch)
    )
    for question in questions:
        yield next(found) if is_answered(names, question) else reply_if_missing(question)
    for _ in found:  # run the generator to its end, because it ends the last fork there
        pass


def drive_all(
    setup: JobSetup, questions: list[AskedQuestion], stand_ins: dict[str, Any], scratch: Scratch
) -> Iterator[messages.QuestionDriven]:
    """Run questions in one fork. If one of them does not answer, use another fork for the rest.

    No fork finds files that an earlier one has written.
    """
    while questions:
        scratch.restore()
        yield from drive_in_fork(setup, questions, stand_ins)


def is_answered(names: dict[str, Any], question: AskedQuestion) -> bool:
    """True if at least one of the names to be written is defined. Otherwise we need no fork."""
    writes = question.learnt.writes
    return not writes or any(name in names for name in writes)


def reply_if_missing(question: AskedQuestion) -> messages.QuestionDriven:
    """Return the reply for a question if none of its names is defined."""
    missing = Outcome("missing", text=f"{question.learnt.writes[0]} is not defined")
    frames = wire.frame(encode_outcome(missing)) * len(question.inputs)
    return messages.QuestionDriven(np.frombuffer(frames, np.uint8), True)


def drive_in_fork(
    setup: JobSetup, questions: list[AskedQuestion], stand_ins: dict[str, Any]
) -> Iterator[messages.QuestionDriven]:
    """Run questions in one child, up to the first that it does not answer in full.

    Yields a reply for each of these, and removes them from the list.
    """
    receiving, sending = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.close(receiving)
            setup.notebook.names.update(stand_ins)
            for question in questions:
                frames = outcome_frames(setup.notebook.names, question)
                # Every write wakes the reader, so if several questions share the fork, each is
                # written in one piece. If one of them fails halfway, its cases are lost, but the
                # grader runs a question that loses marks again, in a fork for itself.
                for data in [b"".join(frames)] if len(questions) > 1 else frames:
                    write_all(sending, data)
        finally:
            os._exit(0)
    os.close(sending)
    pipe, how = FramePipe(receiving, int(setup.limits["answer"])), "whole"
    while questions and how == "whole":
        data, how = pipe.read_question(Stopwatch(child, questions.pop(0).seconds))
        yield messages.QuestionDriven(np.frombuffer(data, np.uint8), how != "late")
    os.close(receiving)
    setup.isolation.end_question(child)


def outcome_frames(names: dict[str, Any], question: AskedQuestion) -> Iterator[bytes]:
    """Run every case of a question and yield a frame for each, then an empty frame."""
    for inputs in question.inputs:
        yield wire.frame(encode_outcome(drive(question.learnt.driver, Namespace(names), inputs)))
    yield wire.frame(b"")


def stand_in(name: str, asked: socket.socket) -> Callable[..., Any]:
    """Return a function that sends its arguments to the grader and returns the grader's result."""

    def answered_by_the_grader(*arguments: Any) -> Any:
        asked.send(messages.encode(messages.CallStandIn(name, arguments)))
        returned = messages.decode(asked.recv(MAX_RETURNED), messages.StandInReturned)
        if returned.error:
            raise RuntimeError(returned.error)
        return returned.value

    return answered_by_the_grader


def encode_outcome(outcome: Outcome) -> bytes:
    """Return an outcome as bytes; an answer that is not plain data becomes an error."""
    try:
        return wire.encode(vars(outcome))
    except Exception as error:
        words = f"an answer that is no plain data ({type(error).__name__})"
        return wire.encode(vars(Outcome("error", text=words)))
