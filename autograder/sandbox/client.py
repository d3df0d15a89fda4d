"""The trusted side of the sandbox: it gives jobs to warm processes and reads their results.

It does not trust anything that a job sends; see untrusted.py.
"""

import contextlib
import select
import socket
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..marking import wire
from .bubblewrap import WarmProcess
from .inside import messages
from .inside.clocks import wall_seconds
from .inside.messages import KNOWN_FIGURE
from .inside.needs_ipython import wants_shell
from .policy import Limits
from .stand_ins import StandIns, answer_call
from .turn import Turn
from .untrusted import CellRun, Reply, Room, cell_runs, reply

# A job stops itself at its limit on the wall clock. If it has not done so after this time, we give
# it up as lost.
GRACE_SECONDS = 1.0
# The share of its time limit that a question gets when all questions run in one process. A slower
# one runs again in a process for itself, with the full limit.
SHARE_TOGETHER = 0.2
MAX_UNKNOWN, MAX_FINGERPRINT = 100, 100  # figures, and characters of one fingerprint
END_SECONDS = 10.0  # how long the warm process may take to kill a job


class SandboxLostError(RuntimeError):
    """An error for a sandbox that ended during a job without the job having caused it."""


@dataclass(frozen=True)
class DrivenQuestion:
    """One question to run: the source of the driver and the inputs of every case.

    writes: names that the student should define. If none of them is defined, nothing runs.
    """

    driver_source: str
    inputs: list[dict[str, Any]]
    seconds: float = 5.0
    writes: tuple[str, ...] = ()


class QuestionSet:
    """The questions of a job as bytes.

    The warm process gets a lesson, once for many jobs: the drivers, and cells that many notebooks
    share, which it compiles. Only the job gets the inputs, those of each question in a message of
    their own.
    """

    def __init__(self, questions: list[DrivenQuestion], shared_cells: Iterable[str] = ()) -> None:
        self.questions = questions
        drivers = [
            {"driver_source": q.driver_source, "seconds": q.seconds, "writes": q.writes}
            for q in questions
        ]
        self.lesson = wire.encode({"questions": drivers, "shared_cells": list(shared_cells)})
        self.inputs = [
            messages.framed(messages.TakeInputs(i, q.inputs)) for i, q in enumerate(questions)
        ]


@dataclass(frozen=True)
class Figures:
    """The figures of a notebook that the grader need not draw again; see inside/figures.py.

    salt: the secret of their fingerprints. pictures: PNG files by fingerprint.
    """

    salt: str = ""
    pictures: Mapping[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True)
class Around:
    """The needs of the cells of a notebook, apart from their sources.

    imports: statements that run first, unseen. given: the source of functions and classes, by name,
    that are defined after the cells unless these have. answers: the numbers of the cells with a
    grade id, which have time of their own. files: those to put into the working folder, by path.
    """

    imports: tuple[str, ...] = ()
    given: Mapping[str, str] = field(default_factory=dict)
    answers: frozenset[int] = frozenset()
    files: Mapping[str, bytes] = field(default_factory=dict)

    def message(self, cells: list[str], show: bool, salt: str) -> messages.RunCells:
        """Return the message that lets a job run the cells."""
        files = {path: np.frombuffer(content, np.uint8) for path, content in self.files.items()}
        before, given, answers = list(self.imports), dict(self.given), sorted(self.answers)
        return messages.RunCells(cells, before, given, answers, files, show, salt)


class Sandbox:
    """A sandbox that runs jobs in warm processes, one job at a time; also a context manager.

    There are two warm processes: one with IPython and Matplotlib, and a small one without them,
    which forks twice as fast. Each starts when it is first needed, and again if it has ended.

    turn: what a job waits for; it ends with the job, and not with the marking of its answers.
    """

    def __init__(self, limits: Limits | None = None, turn: Turn | None = None) -> None:
        self.limits = limits or Limits()
        self._turn = turn or Turn()
        self._processes = [WarmProcess(self.limits, shell) for shell in (False, True)]

    def __enter__(self) -> "Sandbox":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def start(self, cells: Iterable[str] = ()) -> None:
        """Start the process that these cells will need, without waiting for it.

        Raises SandboxUnavailableError if bubblewrap or libseccomp is missing, or this is not Linux.
        """
        self._processes[wants_shell(list(cells))].start()

    def wait_until_able(self) -> None:
        """Wait until we know that jobs can be isolated. Raises SandboxUnavailableError if not."""
        self._processes[False].wait_until_able()

    def close(self) -> None:
        """End the warm processes and all processes below them."""
        for process in self._processes:
            process.close()

    def pids(self) -> list[int]:
        """Return the process id of bubblewrap for each running warm process."""
        return [process.pid for process in self._processes if process.pid]

    @contextlib.contextmanager
    def job(
        self,
        cells: list[str],
        questions: QuestionSet,
        figures: Figures | None = Figures(),
        around: Around = Around(),
    ) -> Iterator["Job"]:
        """Start a job that runs the cells. At the end of the block all its processes are dead.

        figures: those that need not be drawn; None if no figure is to be drawn. around: what
        belongs to the cells.

        Raises SandboxUnavailableError if the warm process cannot start. Raises SandboxLostError at
        the end of the block if something outside the sandbox has killed the job or the process.
        """
        process = self._processes[wants_shell(cells)]
        if not process.pid:
            process.start()
        process.wait_until_ready()
        self._turn.take()
        try:
            with self._begun(process, questions, figures) as job:
                job.begin(cells, around)
                yield job
        finally:
            self._turn.give_back()

    @contextlib.contextmanager
    def _begun(
        self,
        process: WarmProcess,
        questions: QuestionSet,
        figures: Figures | None,
    ) -> Iterator["Job"]:
        """Begin a job in a warm process that is ready, and end it after the block."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        asked, asking = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with ours, asked:
            with theirs, asking:
                begin = messages.BeginJob(self.limits.as_dict(), process.teach(questions.lesson))
                process.tell(begin, [theirs.fileno(), asking.fileno()])
            job = Job(self.limits, questions, figures, ours, asked)

            def end_turn() -> None:
                process.tell(messages.StopJob(silent=not job.alive))
                self._turn.give_back()

            job.at_end = end_turn
            try:
                yield job
            finally:
                job.end()
                end = process.hear(END_SECONDS, messages.JobEnded, messages.JobKilled)
                if end is None:
                    process.close()
            if not isinstance(end, messages.JobEnded):
                raise SandboxLostError("the sandbox was killed in the middle of a job")


class Job:
    """One submission in the sandbox.

    Whatever the submission does, no method raises an exception. A missing answer becomes an Outcome
    that says so. stream: the socket for the messages of the job. asked: the socket on which the
    job asks the grader to call a stand-in. at_end: a function that asks the warm process to stop
    the job.
    """

    def __init__(
        self,
        limits: Limits,
        questions: QuestionSet,
        figures: Figures | None,
        stream: socket.socket,
        asked: socket.socket,
    ) -> None:
        self._limits = limits
        self._questions = questions
        self._stream = stream
        self._asked = asked
        self.alive = True
        self.at_end: Callable[[], None] = lambda: None
        self.unknown: list[str] = []  # the fingerprints of figures that the job had to draw
        self._figures = figures or Figures()
        self._show = figures is not None
        self._bytes_left = limits.total
        self._count = 0
        self._given: set[int] = set()  # the questions whose inputs the job has
        self._deadline = 0.0

    def begin(self, cells: list[str], around: Around) -> None:
        """Send the cells and what belongs to them."""
        self._count = len(cells)
        seconds = wall_seconds(self._limits.cells_seconds)
        self._deadline = time.monotonic() + seconds + GRACE_SECONDS
        self._send(messages.framed(around.message(cells, self._show, self._figures.salt)))

    def cells(self) -> list[CellRun]:
        """Return what the cells showed. Cells that did not run are missing. Call it once, first."""
        runs: list[CellRun] = []
        known = {KNOWN_FIGURE + f.encode(): p for f, p in self._figures.pictures.items()}
        room = Room.of(self._limits, known)
        ours = {"is_known": self._is_known}
        while len(runs) < self._count and (shown := self._receive(messages.CellsShown, ours)):
            runs += cell_runs(shown, self._count, self._limits, room)
        return runs

    def _is_known(self, fingerprint: Any) -> bool:
        """Answer a job that asks if it need not draw a figure. It may send anything."""
        known = isinstance(fingerprint, str) and fingerprint in self._figures.pictures
        if not known and len(self.unknown) < MAX_UNKNOWN:
            self.unknown.append(str(fingerprint)[:MAX_FINGERPRINT])
        return known

    def drive(
        self,
        which: list[int],
        apart: bool = False,
        stand_ins: StandIns | None = None,
        here: bool = False,
    ) -> list[Reply]:
        """Run questions after the cells have run, and return a reply for each.

        which: the numbers of the questions. apart: True to fork for each question; otherwise all
        run in one fork. stand_ins: functions of ours, by name, that replace those of the
        submission. Their arguments come from student code: any plain data of at most MAX_CALL
        bytes. here: True to run a question in the process of the job, without a fork, if its
        functions leave no trace. If such a question ends the job, `alive` is False.

        The job gets the inputs of a question when it is driven first, so neither the cells nor the
        questions before can read them.
        """
        share = 1.0 if apart else SHARE_TOGETHER
        limit = self._limits.question_seconds
        seconds = (min(self._questions.questions[i].seconds * share, limit) for i in which)
        self._deadline = time.monotonic() + sum(map(wall_seconds, seconds)) + GRACE_SECONDS
        own = stand_ins or {}
        self._send(b"".join(self._questions.inputs[i] for i in which if i not in self._given))
        self._given.update(which)
        self._send(messages.framed(messages.Drive(which, here, apart, share, list(own))))
        replies: list[Reply] = []
        while len(replies) < len(which) and (sent := self._receive(messages.QuestionDriven, own)):
            replies.append(reply(sent))
        return replies + [Reply()] * (len(which) - len(replies))

    def end(self) -> None:
        """Ask for the death of the job, and do not wait for it. A second call does nothing."""
        self.at_end()
        self.at_end = lambda: None

    def _send(self, message: bytes) -> None:
        try:
            self._stream.settimeout(max(0.01, self._deadline - time.monotonic()))
            self._stream.sendall(message)
        except OSError:
            self.alive = False

    def _receive(self, kind: type[Any], stand_ins: StandIns) -> Any:
        """Return the next message of the job, or None if it is late, wrong or too long.

        After the first None all further calls return None.
        """
        try:
            if self.alive:
                size = int.from_bytes(self._read(8, stand_ins), "little")
                self._bytes_left -= size
                if self._bytes_left >= 0:
                    return messages.decode(self._read(size, stand_ins), kind)
        except (OSError, EOFError, wire.WireError):
            pass
        self.alive = False
        return None

    def _read(self, count: int, stand_ins: StandIns) -> bytes:
        """Read exactly `count` bytes from the job.

        Raises TimeoutError at the deadline, and EOFError if the job closes its socket.
        """
        chunks = []
        while count > 0:
            self._wait_for_stream(stand_ins)
            chunk = self._stream.recv(min(count, 1 << 20))
            if not chunk:
                raise EOFError
            chunks.append(chunk)
            count -= len(chunk)
        return b"".join(chunks)

    def _wait_for_stream(self, stand_ins: StandIns) -> None:
        """Wait until the job has sent something, and answer its calls of stand-ins meanwhile."""
        while True:
            left = self._deadline - time.monotonic()
            ready = select.select([self._stream, self._asked], [], [], left)[0] if left > 0 else []
            if not ready:
                raise TimeoutError
            if self._asked in ready and not answer_call(self._asked, stand_ins):
                raise EOFError
            if self._stream in ready:
                return
