"""Inside bubblewrap: one warm process that forks a fresh, closed child for every job.

Runs as a script. No student code runs in the warm process itself. Each job is process 1 of its own
PID namespace, with a private /scratch, no network and no privilege; when it is killed, all of the job
dies. It talks to the grader over a socket of its own, on which it may write what it likes: the other
end (client.py) believes none of it.
"""

import ctypes
import gc
import json
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

from autograder import wire
from autograder.driving import Namespace, Outcome, compile_driver, drive
from autograder.sandbox.cells import Cells, Notebook
from autograder.sandbox.isolation import (
    LIBC,
    Namespaces,
    Unprotected,
    become_nobody,
    cpu_seconds,
    resident,
)

Isolation = Namespaces | Unprotected
Question = dict[str, Any]  # the fields of client.Drive, and its driver

MADV_COLLAPSE, LARGE_PAGE = 25, 2 << 20
WATCH_MS = 100
CLOCKS_APART = (
    0.5  # seconds: the kernel may kill for time on the processor before it has counted it
)


# --- the warm process -------------------------------------------------------------------------


def main(control: socket.socket, isolated: bool, with_shell: bool) -> None:
    """Become nobody, import what notebooks import, then serve jobs until the grader is gone.

    The first message is the filter of system calls. "able" says that a job can be closed off, "ready"
    that all is warm. A later message with a file brings questions and their number. One with a job's own
    two sockets begins the job, under limits, and says which questions it will be asked; a "stop" ends
    it ("gone", where it no longer answers), and "ended" says that nothing of it is left.
    """
    if isolated:
        become_nobody()
    seccomp = control.recv(1 << 16)
    isolation = Namespaces(seccomp) if isolated else Unprotected()
    if trouble := isolation.trouble():
        control.send(trouble.encode())
        return
    control.send(b"able")
    notebook = Notebook()
    if with_shell:
        notebook.shell()  # takes most of the time
    make_forks_cheap()
    control.send(b"ready")
    known: dict[int, list[Question]] = {}
    while True:
        message, numbers, _, _ = socket.recv_fds(control, 4096, 2)
        if not numbers:
            return
        said = json.loads(message)
        if len(numbers) == 1:
            known.pop(said["forget"], None)
            known[said["learn"]] = learned(numbers[0])
        else:
            job = Job(notebook, isolation, said["limits"], known[said["questions"]])
            run_job(job, control, numbers)


def learned(file: int) -> list[Question]:
    """The questions in a file, ready to be asked."""
    with os.fdopen(file, "rb") as content:
        content.seek(0)
        questions: list[Question] = wire.decode(content.read())
    for question in questions:
        question["driver"] = compile_driver(question["driver_source"])
    gc.freeze()
    return questions


@dataclass(frozen=True)
class Job:
    """What a job begins with: the state of a notebook, how it is closed off, and its questions."""

    notebook: Notebook
    isolation: Isolation
    limits: dict[str, Any]
    questions: list[Question]


def run_job(job: Job, control: socket.socket, numbers: list[int]) -> None:
    """Run one job in a child until the grader says stop or it takes too much memory."""
    child = job.isolation.fork()
    if child == 0:
        try:
            control.close()
            stream, asked = (socket.socket(fileno=number) for number in numbers)
            job.isolation.close_off(job.limits)
            do_job(job, stream, asked)
        finally:
            os._exit(0)
    for number in numbers:
        os.close(number)
    control.send(watch(job.isolation, control, child, job.limits))


def watch(
    isolation: Isolation, control: socket.socket, child: int, limits: dict[str, Any]
) -> bytes:
    """Wait for the grader's word and end the job; say whether somebody else had killed it."""
    own, too_large = resident(os.getpid()), False
    while not select.select([control], [], [], WATCH_MS / 1000)[0]:
        held = sum(max(0, resident(pid) - own) for pid in isolation.processes(child))
        if held > limits["memory"]:
            too_large = True
            isolation.end(child)
    if control.recv(16) == b"gone":  # its sockets close a little before it is dead
        dead = os.pidfd_open(child)
        select.select([dead], [], [], WATCH_MS / 1000)
        os.close(dead)
    ended = os.waitid(os.P_PID, child, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    isolation.end(child)
    _, status, usage = os.wait4(child, 0)
    # From inside, process 1 cannot be killed; the kernel does it for too much time.
    # (The status of one that ended by itself is a number of its own choice, and no signal.)
    killed = ended is not None and ended.si_code == os.CLD_KILLED
    by_signal = killed and os.WTERMSIG(status) == signal.SIGKILL
    used = usage.ru_utime + usage.ru_stime + CLOCKS_APART
    own_fault = too_large or used >= cpu_seconds(limits)
    return b"killed" if by_signal and not own_fault else b"ended"


def make_forks_cheap() -> None:
    """Pack the memory of this process into large pages, of which a fork has few to look at.

    Without effect where the kernel (before 6.1) cannot do it.
    """
    gc.collect()
    gc.freeze()  # no collection touches, and so copies, what was here before the fork
    with open("/proc/self/maps") as maps:
        fields = [line.split() for line in maps]
    for addresses, rights, _, _, file, *_ in fields:
        if file == "0" and rights == "rw-p":
            start, end = (int(address, 16) for address in addresses.split("-"))
            for page in range(
                -(-start // LARGE_PAGE) * LARGE_PAGE, end - LARGE_PAGE + 1, LARGE_PAGE
            ):
                LIBC.madvise(ctypes.c_void_p(page), ctypes.c_size_t(LARGE_PAGE), MADV_COLLAPSE)


# --- the job: from here on, student code --------------------------------------------------------


def do_job(job: Job, stream: socket.socket, asked: socket.socket) -> None:
    """Run the cells; then drive what is asked for in forks of the state that they left."""
    request = receive(stream)
    for some in Cells(job.notebook, job.limits).run_all(request["cells"] if request else []):
        send(stream, {"cells": some})
    for signum in (signal.SIGALRM, signal.SIGINT, signal.SIGTERM):
        signal.signal(signum, signal.SIG_DFL)  # process 1 is then deaf to them
    inputs = receive(stream)
    while request := receive(stream):
        questions = [{**job.questions[i], "inputs": inputs[i]} for i in request["which"]]
        stand_ins = {name: stand_in(name, asked) for name in request["stand_ins"]}
        for question in questions:
            seconds = question["seconds"] * request["share"]
            question["seconds"] = min(seconds, job.limits["question_seconds"])
        for reply in replies(job, questions, request["apart"], stand_ins):
            send(stream, reply)  # at once: a later question may take all of the job with it


def replies(
    job: Job, questions: list[Question], apart: bool, stand_ins: dict[str, Any]
) -> Iterator[dict[str, Any]]:
    """Drive some questions, all in one fork or each in its own; what came of each, in order."""
    names = job.notebook.names
    answered = [q for q in questions if is_answered(names, q)]
    found = (
        reply
        for some in ([[q] for q in answered] if apart else [answered])
        for reply in drive_all(job, some, stand_ins)
    )
    for question in questions:
        yield next(found) if is_answered(names, question) else no_answer(question)
    for _ in found:  # the last fork has still to be ended
        pass


def drive_all(
    job: Job, questions: list[Question], stand_ins: dict[str, Any]
) -> Iterator[dict[str, Any]]:
    """Drive questions in one fork, and in another one from where that did not answer."""
    while questions:
        yield from drive_in_fork(job, questions, stand_ins)


def is_answered(names: dict[str, Any], question: Question) -> bool:
    """Whether something is defined of what a question asks for; a fork to see that not is saved."""
    return not question["writes"] or any(name in names for name in question["writes"])


def no_answer(question: Question) -> dict[str, Any]:
    """What driving a question comes to of which nothing is defined."""
    missing = Outcome("missing", text=f"{question['writes'][0]} is not defined")
    frames = wire.frame(encode_outcome(missing)) * len(question["inputs"])
    return {"frames": np.frombuffer(frames, np.uint8), "in_time": True}


def drive_in_fork(
    job: Job, questions: list[Question], stand_ins: dict[str, Any]
) -> Iterator[dict[str, Any]]:
    """Drive some questions in one child, up to the first that it does not answer in full.

    Takes them off the list; yields for each its frames, and whether it ended in time.
    """
    receiving, sending = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.close(receiving)
            job.notebook.names.update(stand_ins)
            for question in questions:
                written = driven(job.notebook.names, question)
                # Every write wakes the reader. What is lost in company is driven again, apart.
                for frame in [b"".join(written)] if len(questions) > 1 else written:
                    write_all(sending, frame)
        finally:
            os._exit(0)
    os.close(sending)
    frames, how = Frames(receiving, int(job.limits["answer"])), "whole"
    while questions and how == "whole":
        data, how = frames.of_question(time.monotonic() + questions.pop(0)["seconds"])
        yield {"frames": np.frombuffer(data, np.uint8), "in_time": how != "late"}
    os.close(receiving)
    job.isolation.end_question(child)


def driven(names: dict[str, Any], question: Question) -> Iterator[bytes]:
    """Drive every case of a question: a frame for each, then an empty one."""
    for inputs in question["inputs"]:
        outcome = drive(question["driver"], Namespace(names), inputs)
        yield wire.frame(encode_outcome(outcome))
    yield wire.frame(b"")


def stand_in(name: str, asked: socket.socket) -> Callable[..., Any]:
    """A function that has the grader answer in its place: values go out, values come back."""

    def answered_by_the_grader(*arguments: Any) -> Any:
        asked.send(wire.encode({"name": name, "arguments": arguments}))
        reply = wire.decode(asked.recv(1 << 18))
        if reply["error"]:
            raise RuntimeError(reply["error"])
        return reply["value"]

    return answered_by_the_grader


def encode_outcome(outcome: Outcome) -> bytes:
    try:
        return wire.encode(vars(outcome))
    except Exception as error:
        words = f"an answer that is no plain data ({type(error).__name__})"
        return wire.encode(vars(Outcome("error", text=words)))


# --- bytes and system calls -------------------------------------------------------------------


def send(stream: socket.socket, value: Any) -> None:
    stream.sendall(wire.frame(wire.encode(value)))


def receive(stream: socket.socket) -> Any:
    """The next message of the grader, None at the end."""
    header = read_exactly(stream, 8)
    data = read_exactly(stream, int.from_bytes(header, "little"))
    return wire.decode(data) if data else None


def read_exactly(stream: socket.socket, count: int) -> bytes:
    chunks: list[bytes] = []
    while count > 0:
        chunk = stream.recv(min(count, 1 << 20))
        if not chunk:
            return b""
        chunks.append(chunk)
        count -= len(chunk)
    return b"".join(chunks)


def write_all(pipe: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(pipe, view) :]


class Frames:
    """The pipe of a child: frames of one question after another, with an empty one after each."""

    def __init__(self, pipe: int, most: int) -> None:
        self._pipe = pipe
        self._most = most  # bytes of one question
        self._rest = bytearray()

    def of_question(self, deadline: float) -> tuple[bytes, str]:
        """The frames of the next question, as far as they came; and how it ended.

        That is "whole", "late" (or past `most` bytes), or "gone" with the child.
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
            elif len(self._rest) > self._most or not self._wait(deadline):
                return bytes(self._rest), "late"
            elif chunk := os.read(self._pipe, 1 << 16):
                self._rest += chunk
            else:
                return bytes(self._rest), "gone"

    def _wait(self, deadline: float) -> bool:
        return bool(select.select([self._pipe], [], [], max(0.0, deadline - time.monotonic()))[0])


if __name__ == "__main__":
    main(socket.socket(fileno=int(sys.argv[1])), "isolated" in sys.argv, "shell" in sys.argv)
