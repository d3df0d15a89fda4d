"""The warm process: it imports what notebooks import, then forks an isolated child for every job.

A fork is fast, because the child already has everything that is imported. This file runs as a
script inside bubblewrap, and no student code runs in the warm process itself. Each job is process 1
of a new PID namespace, with a private /scratch, no network and no privileges; if that process is
killed, the whole job dies. A job talks to the grader over two sockets. Student code may write
anything to them, so the grader trusts nothing that it reads there. The messages are described in
messages.py.
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

MADV_COLLAPSE, LARGE_PAGE = 25, 2 << 20  # a constant of Linux, and the bytes of a huge page
WATCH_MS = 100  # milliseconds between two checks of the memory of a job
# When the kernel kills a job for too much CPU time, the time that it reports can be below the limit
# by so many seconds.
COUNTED_LATE = 0.5
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
    isolation: Isolation
    limits: dict[str, Any]
    questions: list[LearntQuestion]


# --- the warm process -------------------------------------------------------------------------


def main(control: socket.socket, isolated: bool, with_shell: bool) -> None:
    """Become the user nobody, import what notebooks import, and run jobs until the grader ends."""
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
        notebook.shell()  # imports IPython and Matplotlib, which takes most of the start
    make_forks_cheap()
    control.send(encode(Ready()))
    known: dict[int, list[LearntQuestion]] = {}
    while True:
        packet, files, _, _ = socket.recv_fds(control, MAX_PACKET, 2)
        if not packet:  # the grader has closed the socket or has ended
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
    gc.freeze()  # garbage collection in a job would touch these objects, and so copy them
    return learnt


def run_job(setup: JobSetup, control: socket.socket, sockets: list[int]) -> None:
    """Run one job in a child, wait for its end, and report the end to the grader."""
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
    """Wait for StopJob, kill the job, and return if it ended in order or was killed before.

    While waiting, check the memory of the job, and kill it if it holds too much. JobKilled means
    that something outside the sandbox has killed the job, which is not the student's fault.
    """
    isolation, own, too_large = setup.isolation, resident(os.getpid()), False
    while not select.select([control], [], [], WATCH_MS / 1000)[0]:
        held = sum(max(0, resident(pid) - own) for pid in isolation.processes(child))
        if held > setup.limits["memory"]:
            too_large = True
            isolation.end(child)
    if decode(control.recv(MAX_PACKET), StopJob).silent:
        # A dying job closes its sockets a little before its death. Wait, so that we can see what
        # it died of.
        dead = os.pidfd_open(child)
        select.select([dead], [], [], WATCH_MS / 1000)
        os.close(dead)
    ended = os.waitid(os.P_PID, child, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    isolation.end(child)
    _, status, usage = os.wait4(child, 0)
    # Student code cannot kill process 1 of its job. So a SIGKILL that is not ours comes from the
    # kernel, because of too much CPU time, or from outside. The first is the job's fault, the
    # second is not. If the job exited by itself, it chose its exit status, which says nothing about
    # signals.
    killed = ended is not None and ended.si_code == os.CLD_KILLED
    by_signal = killed and os.WTERMSIG(status) == signal.SIGKILL
    used = usage.ru_utime + usage.ru_stime + COUNTED_LATE
    own_fault = too_large or used >= cpu_seconds(setup.limits)
    return JobKilled() if by_signal and not own_fault else JobEnded()


def make_forks_cheap() -> None:
    """Collapse the memory of this process into huge pages, because a fork then has less to copy.

    This has no effect on kernels before 6.1.
    """
    gc.collect()
    gc.freeze()  # garbage collection in a job would touch these objects, and so copy them
    with open("/proc/self/maps") as maps:
        fields = [line.split() for line in maps]
    for addresses, rights, _, _, file, *_ in fields:
        if file == "0" and rights == "rw-p":  # private memory that does not come from a file
            start, end = (int(address, 16) for address in addresses.split("-"))
            first = -(-start // LARGE_PAGE) * LARGE_PAGE
            for page in range(first, end - LARGE_PAGE + 1, LARGE_PAGE):
                LIBC.madvise(ctypes.c_void_p(page), ctypes.c_size_t(LARGE_PAGE), MADV_COLLAPSE)


# --- in the job, in which student code runs
# --------------------------------------------------------


def do_job(setup: JobSetup, stream: socket.socket, asked: socket.socket) -> None:
    """Run the cells, then run each question in a fork, which sees what the cells have defined."""
    cells = receive(stream, RunCells)
    for some in CellRunner(setup.notebook, setup.limits).run_all(cells.sources if cells else []):
        send(stream, CellsShown(some))
    for signum in (signal.SIGALRM, signal.SIGINT, signal.SIGTERM):
        # Remove handlers that the cells have installed. Without a handler process 1 ignores these
        # signals, so questions cannot disturb the job with them.
        signal.signal(signum, signal.SIG_DFL)
    inputs = receive(stream, TakeInputs)
    while request := receive(stream, Drive):
        questions = [asked_question(setup, request, i, inputs.inputs[i]) for i in request.which]
        stand_ins = {name: stand_in(name, asked) for name in request.stand_ins}
        for reply in replies(setup, questions, request.apart, stand_ins):
            send(stream, reply)  # at once, because a later question may end the whole job


def asked_question(
    setup: JobSetup, request: Drive, number: int, inputs: list[dict[str, Any]]
) -> AskedQuestion:
    """Return a question with its inputs and the time limit that a request allows."""
    learnt = setup.questions[number]
    seconds = min(learnt.seconds * request.share, setup.limits["question_seconds"])
    return AskedQuestion(learnt, inputs, seconds)


def replies(
    setup: JobSetup, questions: list[AskedQuestion], apart: bool, stand_ins: dict[str, Any]
) -> Iterator[QuestionDriven]:
    """Run some questions, and yield a reply for each, in order.

    apart: True to fork for each question; otherwise they share one fork.
    """
    names = setup.notebook.names
    answered = [q for q in questions if is_answered(names, q)]
    found = (
        reply
        for some in ([[q] for q in answered] if apart else [answered])
        for reply in drive_all(setup, some, stand_ins)
    )
    for question in questions:
        yield next(found) if is_answered(names, question) else reply_if_missing(question)
    for _ in found:  # run the generator to its end, because it ends the last fork there
        pass


def drive_all(
    setup: JobSetup, questions: list[AskedQuestion], stand_ins: dict[str, Any]
) -> Iterator[QuestionDriven]:
    """Run questions in one fork. If one of them does not answer, use another fork for the rest."""
    while questions:
        yield from drive_in_fork(setup, questions, stand_ins)


def is_answered(names: dict[str, Any], question: AskedQuestion) -> bool:
    """True if at least one of the names to be written is defined. Otherwise we need no fork."""
    writes = question.learnt.writes
    return not writes or any(name in names for name in writes)


def reply_if_missing(question: AskedQuestion) -> QuestionDriven:
    """Return the reply for a question if none of its names is defined."""
    missing = Outcome("missing", text=f"{question.learnt.writes[0]} is not defined")
    frames = wire.frame(encode_outcome(missing)) * len(question.inputs)
    return QuestionDriven(np.frombuffer(frames, np.uint8), True)


def drive_in_fork(
    setup: JobSetup, questions: list[AskedQuestion], stand_ins: dict[str, Any]
) -> Iterator[QuestionDriven]:
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
        data, how = pipe.read_question(time.monotonic() + questions.pop(0).seconds)
        yield QuestionDriven(np.frombuffer(data, np.uint8), how != "late")
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
        asked.send(encode(CallStandIn(name, arguments)))
        returned = decode(asked.recv(MAX_RETURNED), StandInReturned)
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


# --- bytes and system calls -------------------------------------------------------------------


def send(stream: socket.socket, message: Any) -> None:
    """Send a message to the grader, after its length."""
    stream.sendall(wire.frame(encode(message)))


def receive(stream: socket.socket, kind: type[Any]) -> Any:
    """Return the next message of the grader, or None if it has closed the stream."""
    header = read_exactly(stream, 8)
    data = read_exactly(stream, int.from_bytes(header, "little"))
    return decode(data, kind) if data else None


def read_exactly(stream: socket.socket, count: int) -> bytes:
    """Return exactly `count` bytes, or no bytes if the stream ends before."""
    chunks: list[bytes] = []
    while count > 0:
        chunk = stream.recv(min(count, 1 << 20))
        if not chunk:
            return b""
        chunks.append(chunk)
        count -= len(chunk)
    return b"".join(chunks)


def write_all(pipe: int, data: bytes) -> None:
    """Write all of the data, with as many calls as are needed."""
    view = memoryview(data)
    while view:
        view = view[os.write(pipe, view) :]


class FramePipe:
    """A reader for the pipe of a child, which carries frames. An empty frame ends a question."""

    def __init__(self, pipe: int, max_bytes: int) -> None:
        self._pipe = pipe
        self._max_bytes = max_bytes  # of one question
        self._rest = bytearray()

    def read_question(self, deadline: float) -> tuple[bytes, str]:
        """Return the frames of the next question and one word about how the reading ended.

        "whole": everything arrived. "late": the time is over, or there were too many bytes. "gone":
        the child has ended. In the last two cases the frames may be incomplete.
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
