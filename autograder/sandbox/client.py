"""The trusted end of the sandbox: gives jobs to warm processes and believes nothing of what comes back."""

import contextlib
import json
import resource
import select
import socket
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from ..marking import wire
from ..marking.driver import Outcome
from .bubblewrap import WarmProcess
from .inside.needs_ipython import wants_shell
from .policy import Limits

SLACK_SECONDS = 1.0  # what the job itself should have cut short is lost that much later
MOST_ASKED = 16_384  # bytes; what bounds the work of one answer
ANSWER_MEMORY = 512 << 20  # bytes
IN_COMPANY = 0.2  # of a question's seconds: what needs more is driven apart, with all of them
StandIns = Mapping[str, Callable[..., Any]]


class SandboxLostError(RuntimeError):
    """The sandbox ended in the middle of a job, by no doing of the job's."""


@dataclass(frozen=True)
class Drive:
    """What to drive for one question: the driver's source and the inputs of every case.

    writes: the names of which the submission must define one, or it is not driven at all.
    """

    driver_source: str
    inputs: list[dict[str, Any]]
    seconds: float = 5.0
    writes: tuple[str, ...] = ()


class Drives:
    """The questions of a job as bytes: the warm process learns the drivers, the job gets the inputs."""

    def __init__(self, questions: list[Drive]) -> None:
        self.questions = questions
        every = [vars(drive) for drive in questions]
        self.drivers = wire.encode([{**fields, "inputs": []} for fields in every])
        self.inputs = wire.frame(wire.encode([drive.inputs for drive in questions]))


@dataclass
class CellRun:
    """What running one cell showed. error is one line, empty where there was none."""

    text: str = ""
    pictures: list[bytes] = field(default_factory=list)
    error: str = ""


UNREADABLE = CellRun(error="what this cell showed could not be read")


@dataclass(frozen=True)
class Reply:
    """What came of driving one question. frames: as the job sent them; in_time: as it says."""

    frames: bytes = b""
    in_time: bool = True

    def outcomes(self, count: int) -> list[Outcome]:
        """One outcome for each of so many cases, of whatever can be read."""
        lost = Outcome("lost", text="the process ended or ran out of time before it answered")
        outcomes: list[Outcome] = []
        try:
            for frame in _frames(self.frames)[:count]:
                outcomes.append(_outcome(wire.decode(frame)))
            if not self.in_time and len(outcomes) < count:
                outcomes.append(Outcome("timeout", text="it took too long"))
        except (wire.WireError, LookupError, TypeError, ValueError):
            pass
        return outcomes + [lost] * (count - len(outcomes))


@dataclass
class JobResult:
    """cells: as far as they ran. outcomes: for each question, one for each case."""

    cells: list[CellRun]
    outcomes: list[list[Outcome]]


class Sandbox:
    """Runs jobs in warm processes, one at a time; usable as a context manager.

    There is one process with IPython and Matplotlib and a small one without, which forks twice
    as fast. Each is started when it is first needed, and again where it is gone.
    """

    def __init__(self, limits: Limits | None = None) -> None:
        self.limits = limits or Limits()
        self._processes = [WarmProcess(self.limits.isolated, shell) for shell in (False, True)]

    def __enter__(self) -> "Sandbox":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def start(self) -> None:
        """Start the small process, without waiting for it.

        Raises SandboxUnavailableError where bubblewrap or libseccomp is missing, or this is not Linux.
        """
        self._processes[False].start()

    def wait_until_able(self) -> None:
        """Wait until a job could be closed off. Raises SandboxUnavailableError where it cannot."""
        self._processes[False].wait_until("able")

    def close(self) -> None:
        """End the warm processes and everything under them."""
        for process in self._processes:
            process.close()

    def pids(self) -> list[int]:
        """The processes that run, each of them bubblewrap's."""
        return [process.pid for process in self._processes if process.pid]

    @contextlib.contextmanager
    def job(self, cells: list[str], drives: Drives) -> Iterator["Job"]:
        """A job: starts to run the cells, and is gone with all its processes at the end.

        Raises SandboxUnavailableError where the warm process cannot be started, and SandboxLostError
        at the end where somebody from outside killed it or the job.
        """
        process = self._processes[wants_shell(cells)]
        if not process.pid:
            process.start()
        process.wait_until("ready")
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        asked, asking = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with ours, asked:
            with theirs, asking:
                begin = {"limits": self.limits.plain(), "questions": process.teach(drives.drivers)}
                process.tell([json.dumps(begin).encode()], [theirs.fileno(), asking.fileno()])
            job = Job(self.limits, ours, asked, cells, drives)
            job.at_end = lambda: process.tell([b"stop" if job.alive else b"gone"])
            try:
                yield job
            finally:
                job.end()
                said = process.hear(10.0)
                if said not in (b"ended", b"killed"):
                    process.close()
            if said != b"ended":
                raise SandboxLostError("the sandbox was killed in the middle of a job")

    def run(
        self, cells: list[str], drives: list[Drive], stand_ins: StandIns | None = None
    ) -> JobResult:
        """Run the cells in order, then drive each question apart on the state they leave: see Job."""
        with self.job(cells, Drives(drives)) as job:
            shown = job.cells()
            replies = job.drive(list(range(len(drives))), True, stand_ins)
        pairs = zip(drives, replies, strict=True)
        return JobResult(shown, [reply.outcomes(len(drive.inputs)) for drive, reply in pairs])


class Job:
    """One submission in the sandbox. What does not come back in time is an Outcome that says so.

    Nothing here raises because of what the submission does.
    """

    def __init__(
        self,
        limits: Limits,
        stream: socket.socket,
        asked: socket.socket,
        cells: list[str],
        drives: Drives,
    ) -> None:
        self._limits = limits
        self._stream = stream
        self._asked = asked
        self._drives = drives
        self.alive = True
        self._left = limits.total
        self._count = len(cells)
        self._deadline = time.monotonic() + limits.cells_seconds + SLACK_SECONDS
        self.at_end: Callable[[], None] = lambda: None
        self._send(wire.frame(wire.encode({"cells": cells})))

    def cells(self) -> list[CellRun]:
        """What came of the cells, as far as they ran; to be asked once, and first."""
        runs: list[CellRun] = []
        while len(runs) < self._count and (value := self._receive()) is not None:
            runs += _cell_runs(value, self._count, self._limits)
        self._deadline = time.monotonic() + SLACK_SECONDS
        self._send(self._drives.inputs)  # now, and not before there was student code
        return runs

    def drive(
        self, which: list[int], apart: bool = False, stand_ins: StandIns | None = None
    ) -> list[Reply]:
        """Drive questions in a fork of the state that the cells left: all in one, or each apart.

        which: their numbers. stand_ins: functions of ours that answer in place of the submission's
        own, by name. They get plain data of at most MOST_ASKED bytes and must bear any of it.
        """
        share = 1.0 if apart else IN_COMPANY
        most = self._limits.question_seconds
        seconds = sum(min(self._drives.questions[i].seconds * share, most) for i in which)
        self._deadline = time.monotonic() + seconds + SLACK_SECONDS
        asked = {"which": which, "apart": apart, "share": share, "stand_ins": list(stand_ins or {})}
        self._send(wire.frame(wire.encode(asked)))
        replies: list[Reply] = []
        while len(replies) < len(which) and (value := self._receive(stand_ins or {})) is not None:
            replies.append(_reply(value))
        return replies + [Reply()] * (len(which) - len(replies))

    def end(self) -> None:
        """Have the job killed; to be called as soon as all is read. What follows is not waited for."""
        self.at_end()
        self.at_end = lambda: None

    def _send(self, message: bytes) -> None:
        try:
            self._stream.settimeout(max(0.01, self._deadline - time.monotonic()))
            self._stream.sendall(message)
        except OSError:
            self.alive = False

    def _receive(self, stand_ins: StandIns | None = None) -> Any:
        """The next message of the job; None where there is none, and then for good."""
        try:
            if self.alive:
                size = int.from_bytes(self._read(8, stand_ins or {}), "little")
                self._left -= size
                if self._left >= 0:
                    return wire.decode(self._read(size, stand_ins or {}))
        except (OSError, EOFError, TimeoutError, wire.WireError):
            pass
        self.alive = False
        return None

    def _read(self, count: int, stand_ins: StandIns) -> bytes:
        """Read from the job; meanwhile, answer what it asks."""
        chunks = []
        while count > 0:
            left = self._deadline - time.monotonic()
            ready = select.select([self._stream, self._asked], [], [], left)[0] if left > 0 else []
            if not ready:
                raise TimeoutError
            if self._asked in ready and not _answer(self._asked, stand_ins):
                raise EOFError
            if self._stream in ready:
                chunk = self._stream.recv(min(count, 1 << 20))
                if not chunk:
                    raise EOFError
                chunks.append(chunk)
                count -= len(chunk)
        return b"".join(chunks)


def _answer(asked: socket.socket, stand_ins: StandIns) -> bool:
    """Answer one message of a job, if it is a question that is allowed; False at the end."""
    data = asked.recv(MOST_ASKED, socket.MSG_DONTWAIT)
    if not data:
        return False
    try:
        question = wire.decode(data)
        name, arguments = _text(question["name"], 100), list(question["arguments"])
        function = stand_ins[name]
    except (wire.WireError, LookupError, TypeError):
        return True
    try:
        if not _countable(arguments):
            raise ValueError("a larger number or axis than is ever asked for")
        with np.errstate(all="ignore"), memory(ANSWER_MEMORY):
            reply = wire.encode({"value": function(*arguments), "error": ""})
    except Exception as error:
        words = f"{name}: {type(error).__name__}: {error}"[:200]
        reply = wire.encode({"value": None, "error": words})
    with contextlib.suppress(OSError):  # a job that does not read loses its answer, nothing else
        asked.send(reply, socket.MSG_DONTWAIT)
    return True


def _countable(value: Any) -> bool:
    """Whether no axis (of an array of nothing) and no whole number makes a loop or a power endless."""
    if isinstance(value, np.ndarray):
        return max(value.shape, default=0) <= MOST_ASKED
    if isinstance(value, int):
        return abs(value) <= MOST_ASKED
    if isinstance(value, dict):
        return all(map(_countable, value.values()))
    return all(map(_countable, value)) if isinstance(value, list | tuple) else True


@contextlib.contextmanager
def memory(more: int) -> Iterator[None]:
    """At most so many bytes more than now, else MemoryError: small questions can have huge answers."""
    before = resource.getrlimit(resource.RLIMIT_AS)
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    resource.setrlimit(resource.RLIMIT_AS, (pages * resource.getpagesize() + more, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)


def _cell_runs(value: Any, count: int, limits: Limits) -> list[CellRun]:
    """What a job says of some of its cells; of one, where even that cannot be read."""
    try:
        return [_cell_run(each, limits) for each in value["cells"][:count]] or [UNREADABLE]
    except (LookupError, TypeError):
        return [UNREADABLE]


def _cell_run(value: Any, limits: Limits) -> CellRun:
    """What a job says of a cell, cut to what we keep of it."""
    try:
        pictures, room = [], limits.pictures
        for picture in value["pictures"][:10]:
            data = bytes(picture.tobytes())
            room -= len(data)
            if data.startswith(b"\x89PNG\r\n\x1a\n") and room >= 0:
                pictures.append(data)
        return CellRun(_text(value["text"], limits.text), pictures, _text(value["error"], 500))
    except (LookupError, TypeError, AttributeError):
        return UNREADABLE


def _reply(value: Any) -> Reply:
    """What a job says of a question; nothing where it cannot be read."""
    try:
        return Reply(value["frames"].tobytes(), bool(value["in_time"]))
    except (LookupError, TypeError, ValueError, AttributeError):
        return Reply()


def _outcome(value: Any) -> Outcome:
    kind = _text(value["kind"], 20)
    if kind not in ("answer", "missing", "error"):
        raise ValueError(kind)
    return Outcome(kind, value["answer"], value["inputs"], _text(value["text"], 500))


def _text(value: Any, most: int) -> str:
    """A text, cut; nothing for anything else, of which str() might take minutes."""
    return value[:most] if isinstance(value, str) else ""


def _frames(data: bytes) -> list[bytes]:
    frames, start = [], 0
    while start + 8 <= len(data):
        end = start + 8 + int.from_bytes(data[start : start + 8], "little")
        if end > len(data):
            break
        frames.append(data[start + 8 : end])
        start = end
    return frames
