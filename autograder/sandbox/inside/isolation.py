"""How a job is closed off from the machine and from other jobs, and how all of it is ended.

Used by warm.py inside bubblewrap; `Unprotected` stands in where the machine cannot give the sandbox
and the instructor has said that it may do without.
"""

import ctypes
import os
import platform
import resource
import select
import signal
import tempfile
from typing import Any

NOBODY = 65534
LIBC = ctypes.CDLL(None, use_errno=True)
PYTHON = ctypes.PyDLL(None, use_errno=True)  # its calls keep Python's lock, as a fork needs
SYS_CLONE = {"x86_64": 56, "aarch64": 220}
CLONE_NEWNS, CLONE_NEWUTS, CLONE_NEWIPC = 0x00020000, 0x04000000, 0x08000000
CLONE_NEWUSER, CLONE_NEWPID, CLONE_NEWNET = 0x10000000, 0x20000000, 0x40000000
MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_REC, MS_PRIVATE = 1, 2, 4, 8, 16384, 1 << 18
PR_SET_DUMPABLE, PR_SET_SECCOMP, PR_CAPBSET_DROP, PR_SET_NO_NEW_PRIVS = 4, 22, 24, 38
SECCOMP_MODE_FILTER = 2


class Namespaces:
    """Each job is process 1 of namespaces of its own, and dies with all that it started."""

    def __init__(self, seccomp: bytes) -> None:
        self._seccomp = seccomp

    def trouble(self) -> str:
        """Close one job off as every job will be; what failed, in words, or an empty text."""
        receive, send = os.pipe()
        try:
            child = self.fork()
        except OSError as error:
            return f"a job cannot be closed off ({error})"
        if child == 0:
            try:
                self.close_off(SMALL)
                os.write(send, b"well")
            except OSError as error:
                os.write(send, f"a job cannot be closed off ({error})".encode())
            finally:
                os._exit(0)
        os.close(send)
        words = os.read(receive, 1000).decode() if select.select([receive], [], [], 10.0)[0] else ""
        os.waitpid(child, 0)
        os.close(receive)
        return "" if words == "well" else words or "a job cannot be closed off"

    def fork(self) -> int:
        """Fork a child that is process 1 of new user, mount, PID, IPC, UTS and network namespaces.

        By the system call, because os.fork with unshare takes two forks of a large process for it.
        Returns as os.fork does. Raises OSError where the machine does not allow it.
        """
        flags = CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID
        flags |= CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWNET
        number = SYS_CLONE.get(platform.machine())
        if number is None:
            raise OSError(f"no way to fork on {platform.machine()}")
        PYTHON.PyOS_BeforeFork()
        child = int(
            PYTHON.syscall(number, ctypes.c_ulong(flags | signal.SIGCHLD), None, None, None, None)
        )
        if child == 0:
            PYTHON.PyOS_AfterFork_Child()
            return 0
        error = ctypes.get_errno()
        PYTHON.PyOS_AfterFork_Parent()
        if child < 0:
            raise OSError(error, os.strerror(error), "clone")
        return child

    def close_off(self, limits: dict[str, Any]) -> None:
        """In the child: a private /scratch, no /proc, no privilege that could come back, limits."""
        os.setsid()  # signals to "my group" reach the job only
        write_file("/proc/self/setgroups", "deny")
        write_file("/proc/self/uid_map", f"{NOBODY} {NOBODY} 1")
        write_file("/proc/self/gid_map", f"{NOBODY} {NOBODY} 1")
        hear_and_say_nothing()
        call(LIBC.mount, b"none", b"/", None, MS_REC | MS_PRIVATE, None)
        options = f"size={int(limits['scratch'])},mode=1777,nr_inodes=4096".encode()
        call(LIBC.mount, b"tmpfs", b"/scratch", b"tmpfs", MS_NOSUID | MS_NODEV, options)
        # A new procfs is refused where bubblewrap has covered parts of the old one: have none.
        flags = MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC
        call(LIBC.mount, b"tmpfs", b"/proc", b"tmpfs", flags, b"size=4k")
        os.chdir("/scratch")
        limit_resources(limits)
        call(LIBC.prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        for capability in range(64):
            LIBC.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0)
        header = (ctypes.c_uint32 * 2)(0x20080522, 0)
        call(LIBC.capset, header, (ctypes.c_uint32 * 6)())
        filter_calls(self._seccomp)

    def processes(self, job: int) -> list[int]:
        """Those of a job: all in this sandbox but the warm process and its parents."""
        pids = (int(name) for name in os.listdir("/proc") if name.isdecimal())
        return [pid for pid in pids if pid > os.getpid()]  # numbers start anew when they run out

    def end(self, job: int) -> None:
        """Kill a job, with its process 1 all of it."""
        os.kill(job, signal.SIGKILL)

    def end_question(self, child: int) -> None:
        """In the job: kill every other process of it, so that a question leaves nothing behind."""
        try:
            os.kill(-1, signal.SIGKILL)
            while True:
                os.waitpid(-1, 0)
        except (ChildProcessError, ProcessLookupError):
            pass


class Unprotected:
    """No isolation at all: a process group, a folder of its own and some limits."""

    def trouble(self) -> str:
        """There is nothing that could fail."""
        return ""

    def fork(self) -> int:
        """As os.fork."""
        return os.fork()

    def close_off(self, limits: dict[str, Any]) -> None:
        """In the child: what bounds accidents. Nothing here bounds malice."""
        os.setsid()
        hear_and_say_nothing()
        os.chdir(tempfile.mkdtemp())
        # Processes are counted with all others of this user: as many as he may have.
        limit_resources({**limits, "processes": resource.getrlimit(resource.RLIMIT_NPROC)[1]})

    def processes(self, job: int) -> list[int]:
        """What is known of a job: its first process."""
        return [job]

    def end(self, job: int) -> None:
        """Kill the group of a job, as far as nobody has left it."""
        try:
            os.killpg(job, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):  # it has no group yet, or is dead already
            os.kill(job, signal.SIGKILL)

    def end_question(self, child: int) -> None:
        """Kill the fork of a question."""
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


SMALL = {
    "scratch": 1 << 20,
    "memory": 4 << 30,
    "processes": 8,
    "files": 64,
    "cells_seconds": 5,
    "question_seconds": 5,
}


def become_nobody() -> None:
    """Give up root: limits on processes bind only then."""
    if os.geteuid() == 0:
        os.setgroups([])
        os.setresgid(NOBODY, NOBODY, NOBODY)
        os.setresuid(NOBODY, NOBODY, NOBODY)
        call(LIBC.prctl, PR_SET_DUMPABLE, 1, 0, 0, 0)  # else /proc/self belongs to root


def hear_and_say_nothing() -> None:
    """Standard input, output and errors of this process lead nowhere."""
    nothing = os.open("/dev/null", os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(nothing, standard)


def limit_resources(limits: dict[str, Any]) -> None:
    """Bounds that the kernel keeps, each process by itself."""
    for which, value in (
        (resource.RLIMIT_AS, limits["memory"]),
        (resource.RLIMIT_NPROC, limits["processes"]),
        (resource.RLIMIT_NOFILE, limits["files"]),
        (resource.RLIMIT_FSIZE, limits["scratch"]),
        (resource.RLIMIT_CPU, cpu_seconds(limits)),
        (resource.RLIMIT_MSGQUEUE, 0),
        (resource.RLIMIT_MEMLOCK, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(which, (int(value), int(value)))


def cpu_seconds(limits: dict[str, Any]) -> int:
    """Of one process; more than a job can use in the time that the grader gives it."""
    return int(limits["cells_seconds"] + 10 * limits["question_seconds"])


def filter_calls(seccomp: bytes) -> None:
    """Have the kernel refuse the system calls of seccomp.py, for good."""

    class Program(ctypes.Structure):
        _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p))

    program = Program(len(seccomp) // 8, seccomp)
    call(LIBC.prctl, PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.byref(program), 0, 0)


def resident(pid: int) -> int:
    """Bytes of memory that a process holds, shared with its parent or not; 0 once it is gone."""
    try:
        with open(f"/proc/{pid}/statm") as file:
            return int(file.read().split()[1]) * resource.getpagesize()
    except (OSError, IndexError):
        return 0


def write_file(path: str, text: str) -> None:
    with open(path, "w") as file:
        file.write(text)


def call(function: Any, *arguments: Any) -> None:
    if function(*arguments) != 0:
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error), function.__name__)
