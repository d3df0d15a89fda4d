"""One job: run the cells of a submission, then drive its questions. Student code runs here.

The process was forked from the warm process (warm.py) and is isolated from everything else.
Questions whose functions can leave no trace are driven in this process, because a fork takes longer
than the question itself. The others are driven in forks.
"""

import contextlib
import os
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import CodeType
from typing import Any

import numpy as np

from autograder.marking import wire
from autograder.marking.driver import Namespace, Outcome, drive
from autograder.marking.missing import undefined
from autograder.sandbox.inside import messages
from autograder.sandbox.inside.cells import (
    CellRunner,
    FigureDrawer,
    NotebookState,
    OutOfTimeError,
    stopper,
)
from autograder.sandbox.inside.clocks import Stopwatch, set_timers, wall_seconds
from autograder.sandbox.inside.compiled import CompiledCell
from autograder.sandbox.inside.isolation import NamespaceIsolation, NoIsolation
from autograder.sandbox.inside.pipes import FramePipe, receive, send, write_all
from autograder.sandbox.inside.scratch import Scratch
from autograder.sandbox.inside.traces import Look
from autograder.sandbox.inside.user_isolation import UserIsolation

ENOUGH = 0.8  # a question that took a smaller share of its time was not stopped
MAX_RETURNED = 1 << 18  # bytes of the message with the result of a stand-in


@dataclass(frozen=True)
class LearntQuestion:
    """A question as the warm process knows it before any job, that is, without inputs."""

    driver: Callable[..., Any]
    seconds: float
    writes: tuple[str, ...]

    @property
    def calls(self) -> tuple[str, ...]:
        """The names that the driver reads; the functions of the notebook are among them."""
        return names_in(self.driver.__code__)


@dataclass(frozen=True)
class AskedQuestion:
    """A question to run now, with its inputs and its time limit."""

    learnt: LearntQuestion
    inputs: list[dict[str, Any]]
    seconds: float


@dataclass(frozen=True)
class Lesson:
    """The drivers and cells that the warm process has compiled, for many jobs.

    shared_cells: the code of cells that many notebooks share, by their sources.
    """

    questions: list[LearntQuestion]
    shared_cells: dict[str, CompiledCell]


@dataclass(frozen=True)
class JobSetup:
    """Everything that a job needs from the warm process."""

    notebook: NotebookState
    isolation: NamespaceIsolation | UserIsolation | NoIsolation
    limits: dict[str, Any]
    lesson: Lesson


def do_job(setup: JobSetup, stream: socket.socket, asked: socket.socket) -> None:
    """Run the cells, then run each question in a fork, which sees what the cells have defined."""
    scratch = Scratch(os.getcwd())
    cells = receive(stream, messages.RunCells) or messages.RunCells([], [], {}, [], {}, False, "")
    scratch.give({path: content.tobytes() for path, content in cells.files.items()})
    # As in a kernel, cells can import modules from the working folder. It comes last, so that no
    # file of a student hides a module of Python, of a package or of the grader.
    sys.path.append("")
    if cells.show:
        setup.notebook.draw = FigureDrawer(cells.salt, stand_in("is_known", asked))
    runner = CellRunner(setup.notebook, setup.limits, setup.lesson.shared_cells)
    runner.begin(cells.before)
    for some in runner.run_all(cells.sources, cells.answers):
        send(stream, messages.CellsShown(some))
    runner.complete(cells.given)
    ignore_signals()
    scratch.remember()
    inputs: dict[int, list[dict[str, Any]]] = {}  # by the number of the question
    while request := receive(stream, messages.TakeInputs, messages.Drive):
        if isinstance(request, messages.TakeInputs):
            inputs[request.number] = request.inputs
            continue
        questions = [asked_question(setup, request, i, inputs[i]) for i in request.which]
        stand_ins = {name: stand_in(name, asked) for name in request.stand_ins}
        ready = b""
        for reply in replies(setup, questions, request, stand_ins, scratch):
            ready += messages.framed(reply)
            if not reply.final:  # at once, because a later question may end the whole job
                stream.sendall(ready)
                ready = b""
        stream.sendall(ready)


def ignore_signals() -> None:
    """Remove handlers of signals, such as those that the cells have installed.

    Without a handler, process 1 ignores these signals, so that a student's function cannot end the
    job with them.
    """
    for signum in (signal.SIGPROF, signal.SIGALRM, signal.SIGINT, signal.SIGTERM):
        signal.signal(signum, signal.SIG_DFL)


def asked_question(
    setup: JobSetup, request: messages.Drive, number: int, inputs: list[dict[str, Any]]
) -> AskedQuestion:
    """Return a question with its inputs and the time limit that a request allows."""
    learnt = setup.lesson.questions[number]
    seconds = min(learnt.seconds * request.share, setup.limits["question_seconds"])
    return AskedQuestion(learnt, inputs, seconds)


def replies(
    setup: JobSetup,
    questions: list[AskedQuestion],
    request: messages.Drive,
    stand_ins: dict[str, Any],
    scratch: Scratch,
) -> Iterator[messages.QuestionDriven]:
    """Run some questions, and yield a reply for each, in order."""
    names = setup.notebook.names
    answered = [q for q in questions if is_answered(names, q)]
    here: dict[int, list[str]] = {}  # by the id of the question, the names that it reads
    if request.here:
        with replaced(names, stand_ins):
            here = without_traces(setup, answered, stand_ins)
    forked = [q for q in answered if id(q) not in here]
    found = (
        reply
        for some in ([[q] for q in forked] if request.apart else [forked])
        for reply in drive_all(setup, some, stand_ins, scratch)
    )
    for question in questions:
        if id(question) in here:
            with replaced(names, stand_ins):
                reply = drive_here(setup, question, here[id(question)])
            yield reply
        else:
            yield next(found) if question in forked else reply_if_missing(names, question)
    for _ in found:  # run the generator to its end, because it ends the last fork there
        pass


def without_traces(
    setup: JobSetup, questions: list[AskedQuestion], stand_ins: dict[str, Any]
) -> dict[int, list[str]]:
    """Return the questions whose functions leave no trace, by their ids.

    Each comes with the names that it reads and that the questions ask for.
    """
    asked_for = {name for question in setup.lesson.questions for name in question.writes}
    look = Look(setup.notebook.names, stand_ins.values())
    reached = {id(question): look.reach(question.learnt.calls) for question in questions}
    return {id: sorted(names & asked_for) for id, names in reached.items() if names is not None}


@contextlib.contextmanager
def replaced(names: dict[str, Any], stand_ins: dict[str, Any]) -> Iterator[None]:
    """Put stand-ins into the names of the notebook, and put the former values back at the end."""
    before = {name: names[name] for name in stand_ins if name in names}
    names.update(stand_ins)
    try:
        yield
    finally:
        for name in stand_ins:
            names.pop(name, None)
        names.update(before)


def drive_here(
    setup: JobSetup, question: AskedQuestion, reads: list[str]
) -> messages.QuestionDriven:
    """Run a question in this process. Its functions must be such as leave no trace.

    reads: the names that it reads and that the questions ask for.

    If they end the process or hang, the grader runs the submission again, with forks.
    """
    frames, in_time = b"", True
    used, begun = time.process_time(), time.monotonic()
    out_of_time = stopper(used + question.seconds)
    signal.signal(signal.SIGPROF, out_of_time)
    signal.signal(signal.SIGALRM, out_of_time)
    try:
        set_timers(question.seconds, wall_seconds(question.seconds))
        for frame in outcome_frames(setup.notebook.names, question):
            frames += frame
        set_timers(0, 0)
    except OutOfTimeError:
        in_time = False
    finally:
        set_timers(0, 0)
        ignore_signals()
    frames = frames.removesuffix(wire.frame(b""))[: int(setup.limits["answer"])]
    # Where time was short, the answer may be another with more time, in a fork of its own. We look
    # at the clocks, because the code may have caught the error that was to end it.
    final = in_time and time.process_time() - used < ENOUGH * question.seconds
    final = final and time.monotonic() - begun < ENOUGH * wall_seconds(question.seconds)
    return messages.QuestionDriven(np.frombuffer(frames, np.uint8), in_time, final, reads)


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


def reply_if_missing(names: dict[str, Any], question: AskedQuestion) -> messages.QuestionDriven:
    """Return the reply for a question if none of its names is defined."""
    words = undefined(question.learnt.writes[0], dir(Namespace(names)))
    missing = Outcome("missing", text=words)
    frames = wire.frame(encode_outcome(missing)) * len(question.inputs)
    return messages.QuestionDriven(np.frombuffer(frames, np.uint8), True, True, [])


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
        final = False  # an earlier question of this fork may have left a trace
        yield messages.QuestionDriven(np.frombuffer(data, np.uint8), how != "late", final, [])
    os.close(receiving)
    setup.isolation.end_question(child)


def outcome_frames(names: dict[str, Any], question: AskedQuestion) -> Iterator[bytes]:
    """Run every case of a question and yield a frame for each, then an empty frame."""
    for inputs in question.inputs:
        yield wire.frame(encode_outcome(drive(question.learnt.driver, Namespace(names), inputs)))
    yield wire.frame(b"")


def names_in(code: CodeType) -> tuple[str, ...]:
    """Return the names that a function and the functions in it read."""
    inner = (c for c in code.co_consts if isinstance(c, CodeType))
    return (*code.co_names, *(name for c in inner for name in names_in(c)))


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
