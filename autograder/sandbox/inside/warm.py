"""The warm process: it imports what notebooks import, then forks a closed child for every job.

It runs as a script inside bubblewrap. No student code runs in the warm process itself. Each job is
process 1 of its own PID namespace, with a private /scratch, no network and no privilege; when that
process is killed, the whole job dies. A job talks to the grader over its own sockets. Student code
may write anything there, and the grader believes none of it. The messages are in messages.py.
"""

import ctypes
import gc
import os
import select
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograder.marking import wire
from autograder.marking.driver import Namespace, Outcome, compile_driver, drive
from autograder.sandbox.inside.cells import CellRunner, NotebookState
from autograder.sandbox.inside.isolation import (
    LIBC,
    NamespaceIsolation,
    NoIsolation,
    become_nobody,
    cpu_seconds,
    resident,
)
from autograder.sandbox.inside.messages import (
    MAX_PACKET,
    Able,
    BeginJob,
    CallStandIn,
    CellsShown,
    Drive,
    JobEnded,
    JobKilled,
    Learn,
    QuestionDriven,
    Ready,
    RunCells,
    StandInReturned,
    StopJob,
    TakeInputs,
    Trouble,
    UseFilter,
    decode,
    encode,
)

Isolation = NamespaceIsolation | NoIsolation

MADV_COLLAPSE, LARGE_PAGE = 25, 2 << 20
WATCH_MS = 100  # between two looks at the memory of a job
# The kernel may kill a job for its CPU time up to so many seconds before it has counted that time.
COUNTED_LATE = 0.5
MAX_RETURNED = 1 << 18  # bytes of what a stand-in returns


@dataclass(frozen=True)
class LearntQuestion:
    """What the warm process knows of a question before any job: all but the inputs."""

    driver: Callable[..., Any]
    seconds: float
    writes: tuple[str, ...]


@dataclass(frozen=True)
class AskedQuestion:
    """A question to be driven now, with its inputs and the seconds that it may take."""

    learnt: LearntQuestion
    inputs: list[dict[str, Any]]
    seconds: float


@dataclass(frozen=True)
class JobSetup:
    """What a job begins with."""

    notebook: NotebookState
    isolation: Isolation
    limits: dict[str, Any]
    questions: list[LearntQuestion]


# --- the warm process -------------------------------------------------------------------------


def main(control: socket.socket, isolated: bool, with_shell: bool) -> None:
    """Become nobody, import what notebooks import, then serve jobs until the grader is gone."""
    if isolated:
        become_nobody()
    seccomp = decode(control.recv(MAX_PACKET), UseFilter).instructions.tobytes()
    isolation = NamespaceIsolation(seccomp) if isolated else NoIsolation()
    if trouble := isolation.trouble():
        control.send(encode(Trouble(trouble)))
        return
    control.send(encode(Able()))
    notebook = NotebookState()
    if with_shell:
        notebook.shell()  # importing IPython and Matplotlib takes most of the start
    make_forks_cheap()
    control.send(encode(Ready()))
    known: dict[int, list[LearntQuestion]] = {}
    while True:
        packet, files, _, _ = socket.recv_fds(control, MAX_PACKET, 2)
        if not packet:  # the grader is gone
            return
        message = decode(packet, Learn, BeginJob)
        if isinstance(message, Learn):
            known.pop(message.forget, None)
            known[message.number] = learn(files[0])
        else:
            setup = JobSetup(notebook, isolation, message.limits, known[message.questions])
            run_job(setup, control, files)


def learn(file: int) -> list[LearntQuestion]:
    """Read questions from a file and compile their drivers."""
    with os.fdopen(file, "rb") as content:
        content.seek(0)
        questions = wire.decode(content.read())
    learnt = [
        LearntQuestion(compile_driver(q["driver_source"]), q["seconds"], q["writes"])
        for q in questions
    ]
    gc.freeze()  # so that no collection in a job touches, and thereby copies, these objects
    return learnt


def run_job(setup: JobSetup, control: socket.socket, sockets: list[int]) -> None:
    """Run one job in a child until the grader stops it or it takes too much memory."""
    child = setup.isolation.fork()
    if child == 0:
        try:
            control.close()
            stream, asked = (socket.socket(fileno=number) for number in sockets)
            setup.isolation.close_off(setup.limits)
            do_job(setup, stream, asked)
        finally:
            os._exit(0)
    for number in sockets:
        os.close(number)
    control.send(encode(watch(setup, control, child)))


def watch(setup: JobSetup, control: socket.socket, child: int) -> JobEnded | JobKilled:
    """Wait for the grader's StopJob, kill the job, and say if somebody else had killed it before."""
    isolation, own, too_large = setup.isolation, resident(os.getpid()), False
    while not select.select([control], [], [], WATCH_MS / 1000)[0]:
        held = sum(max(0, resident(pid) - own) for pid in isolation.processes(child))
        if held > setup.limits["memory"]:
            too_large = True
            isolation.end(child)
    if decode(control.recv(MAX_PACKET), StopJob).silent:
        # A dying job closes its sockets shortly before it is dead. Wait for its death, so that we
        # can see what it died of.
        dead = os.pidfd_open(child)
        select.select([dead], [], [], WATCH_MS / 1000)
        os.close(dead)
    ended = os.waitid(os.P_PID, child, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    isolation.end(child)
    _, status, usage = os.wait4(child, 0)
    # A job cannot kill its own process 1. So a SIGKILL that is not ours comes from the kernel (for too
    # much CPU time, which is the job's fault) or from outside. If the job exited by itself, its exit
    # status is a number of its own choice and must not be read as a signal.
    killed = ended is not None and ended.si_code == os.CLD_KILLED
    by_signal = killed and os.WTERMSIG(status) == signal.SIGKILL
    used = usage.ru_utime + usage.ru_stime + COUNTED_LATE
    own_fault = too_large or used >= cpu_seconds(setup.limits)
    return JobKilled() if by_signal and not own_fault else JobEnded()


def make_forks_cheap() -> None:
    """Collapse the memory of this process into huge pages, so that a fork copies fewer page tables.

    Has no effect on kernels before 6.1.
    """
    gc.collect()
    gc.freeze()  # so that no collection in a job touches, and thereby copies, these objects
    with open("/proc/self/maps") as maps:
        fields = [line.split() for line in maps]
    for addresses, rights, _, _, file, *_ in fields:
        if file == "0" and rights == "rw-p":
            start, end = (int(address, 16) for address in addresses.split("-"))
            first = -(-start // LARGE_PAGE) * LARGE_PAGE
            for page in range(first, end - LARGE_PAGE + 1, LARGE_PAGE):
                LIBC.madvise(ctypes.c_void_p(page), ctypes.c_size_t(LARGE_PAGE), MADV_COLLAPSE)


# --- the job: from here on, student code --------------------------------------------------------


def do_job(setup: JobSetup, stream: socket.socket, asked: socket.socket) -> None:
    """Run the cells, then drive questions in forks of the state that the cells left."""
    cells = receive(stream, RunCells)
    for some in CellRunner(setup.notebook, setup.limits).run_all(cells.sources if cells else []):
        send(stream, CellsShown(some))
    for signum in (signal.SIGALRM, signal.SIGINT, signal.SIGTERM):
        signal.signal(signum, signal.SIG_DFL)  # process 1 ignores signals with the default handler
    inputs = receive(stream, TakeInputs)
    while request := receive(stream, Drive):
        questions = [asked_question(setup, request, i, inputs.inputs[i]) for i in request.which]
        stand_ins = {name: stand_in(name, asked) for name in request.stand_ins}
        for reply in replies(setup, questions, request.apart, stand_ins):
            send(stream, reply)  # one by one, because a later question may end the whole job


def asked_question(
    setup: JobSetup, request: Drive, number: int, inputs: list[dict[str, Any]]
) -> AskedQuestion:
    """Return a question with its inputs and the seconds that it may take now."""
    learnt = setup.questions[number]
    seconds = min(learnt.seconds * request.share, setup.limits["question_seconds"])
    return AskedQuestion(learnt, inputs, seconds)


def replies(
    setup: JobSetup, questions: list[AskedQuestion], apart: bool, stand_ins: dict[str, Any]
) -> Iterator[QuestionDriven]:
    """Drive some questions, all in one fork or each in its own, and yield a reply for each in order."""
    names = setup.notebook.names
    answered = [q for q in questions if is_answered(names, q)]
    found = (
        reply
        for some in ([[q] for q in answered] if apart else [answered])
        for reply in drive_all(setup, some, stand_ins)
    )
    for question in questions:
        yield next(found) if is_answered(names, question) else reply_if_missing(question)
    for _ in found:  # runs the generator to its end, where it ends the last fork
        pass


def drive_all(
    setup: JobSetup, questions: list[AskedQuestion], stand_ins: dict[str, Any]
) -> Iterator[QuestionDriven]:
    """Drive questions in one fork; if one of them gets stuck, go on after it in another fork."""
    while questions:
        yield from drive_in_fork(setup, questions, stand_ins)


def is_answered(names: dict[str, Any], question: AskedQuestion) -> bool:
    """True if at least one name that the question asks for is defined. Checking here saves a fork."""
    writes = question.learnt.writes
    return not writes or any(name in names for name in writes)


def reply_if_missing(question: AskedQuestion) -> QuestionDriven:
    """Return the reply to a question for which nothing is defined."""
    missing = Outcome("missing", text=f"{question.learnt.writes[0]} is not defined")
    frames = wire.frame(encode_outcome(missing)) * len(question.inputs)
    return QuestionDriven(np.frombuffer(frames, np.uint8), True)


def drive_in_fork(
    setup: JobSetup, questions: list[AskedQuestion], stand_ins: dict[str, Any]
) -> Iterator[QuestionDriven]:
    """Drive some questions in one child, up to the first that it does not answer in full.

    Takes them off the list and yields a reply for each.
    """
    receiving, sending = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.close(receiving)
            setup.notebook.names.update(stand_ins)
            for question in questions:
                frames = outcome_frames(setup.notebook.names, question)
                # Every write wakes the reader, so questions that run together are written whole. What
                # is lost when one of them fails is driven again by itself.
                for data in [b"".join(frames)] if len(questions) > 1 else frames:
                    write_all(sending, data)
        finally:
            os._exit(0)
    os.close(sending)
    pipe, how = FramePipe(receiving, int(setup.limits["answer"])), "whole"
    while questions and how == "whole":
        data, how = pipe.read_question(time.monotonic() + questions.pop(0).seconds)
        yield QuestionDriven(np.frombuffer(data, np.uint8), how != "late")
    os.close(receiving)
    setup.isolation.end_question(child)


def outcome_frames(names: dict[str, Any], question: AskedQuestion) -> Iterator[bytes]:
    """Drive every case of a question and yield a frame for each, then an empty one."""
    for inputs in question.inputs:
        yield wire.frame(encode_outcome(drive(question.learnt.driver, Namespace(names), inputs)))
    yield wire.frame(b"")


def stand_in(name: str, asked: socket.socket) -> Callable[..., Any]:
    """Return a function that has the grader compute: the arguments go out, the value comes back."""

    def answered_by_the_grader(*arguments: Any) -> Any:
        asked.send(encode(CallStandIn(name, arguments)))
        returned = decode(asked.recv(MAX_RETURNED), StandInReturned)
        if returned.error:
            raise RuntimeError(returned.error)
        return returned.value

    return answered_by_the_grader


def encode_outcome(outcome: Outcome) -> bytes:
    """Return an outcome as bytes; an answer that is no plain data becomes an error."""
    try:
        return wire.encode(vars(outcome))
    except Exception as error:
        words = f"an answer that is no plain data ({type(error).__name__})"
        return wire.encode(vars(Outcome("error", text=words)))


# --- bytes and system calls -------------------------------------------------------------------


def send(stream: socket.socket, message: Any) -> None:
    """Send a message to the grader, with its length before it."""
    stream.sendall(wire.frame(encode(message)))


def receive(stream: socket.socket, kind: type[Any]) -> Any:
    """Return the next message of the grader, or None when it has closed the stream."""
    header = read_exactly(stream, 8)
    data = read_exactly(stream, int.from_bytes(header, "little"))
    return decode(data, kind) if data else None


def read_exactly(stream: socket.socket, count: int) -> bytes:
    """Return so many bytes, or none if the stream ends before."""
    chunks: list[bytes] = []
    while count > 0:
        chunk = stream.recv(min(count, 1 << 20))
        if not chunk:
            return b""
        chunks.append(chunk)
        count -= len(chunk)
    return b"".join(chunks)


def write_all(pipe: int, data: bytes) -> None:
    """Write all of the data, however often the pipe is full."""
    view = memoryview(data)
    while view:
        view = view[os.write(pipe, view) :]


class FramePipe:
    """Reads the pipe of a child: the frames of each question, then an empty frame."""

    def __init__(self, pipe: int, max_bytes: int) -> None:
        self._pipe = pipe
        self._max_bytes = max_bytes  # of one question
        self._rest = bytearray()

    def read_question(self, deadline: float) -> tuple[bytes, str]:
        """Return the frames of the next question, as far as they came, and how the reading ended.

        That is "whole", "late" (also for too many bytes), or "gone" if the child has ended.
        """
        end = 0
        while True:
            start = end + 8
            size = int.from_bytes(self._rest[end:start], "little")
            if len(self._rest) >= start and size == 0:
                data, self._rest = bytes(self._rest[:end]), self._rest[start:]
                return data, "whole"
            if len(self._rest) >= start + size:
                end = start + size
            elif len(self._rest) > self._max_bytes or not self._wait(deadline):
                return bytes(self._rest), "late"
            elif chunk := os.read(self._pipe, 1 << 16):
                self._rest += chunk
            else:
                return bytes(self._rest), "gone"

    def _wait(self, deadline: float) -> bool:
        return bool(select.select([self._pipe], [], [], max(0.0, deadline - time.monotonic()))[0])


if __name__ == "__main__":
    main(socket.socket(fileno=int(sys.argv[1])), "isolated" in sys.argv, "shell" in sys.argv)
