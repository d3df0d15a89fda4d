"""Isolate a job from the machine and from other jobs, and end it with all its processes.

warm.py uses `NamespaceIsolation` inside bubblewrap. On a machine without the sandbox it uses
`NoIsolation`, if the instructor has allowed that.
"""

import ctypes
import os
import platform
import resource
import select
import signal
import tempfile
from collections.abc import Callable
from typing import Any

NOBODY = 65534
LIBC = ctypes.CDLL(None, use_errno=True)
PYTHON = ctypes.PyDLL(None, use_errno=True)  # keeps the GIL during calls, which a fork requires
SYS_CLONE = {"x86_64": 56, "aarch64": 220}
CLONE_NEWNS, CLONE_NEWUTS, CLONE_NEWIPC = 0x00020000, 0x04000000, 0x08000000
CLONE_NEWUSER, CLONE_NEWPID, CLONE_NEWNET = 0x10000000, 0x20000000, 0x40000000
MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_REC, MS_PRIVATE = 1, 2, 4, 8, 16384, 1 << 18
PR_SET_DUMPABLE, PR_SET_SECCOMP, PR_CAPBSET_DROP, PR_SET_NO_NEW_PRIVS = 4, 22, 24, 38
SECCOMP_MODE_FILTER = 2


class NamespaceIsolation:
    """Isolation of jobs by namespaces.

    Each job is process 1 of a new PID namespace. If it dies, the kernel kills all processes that it
    has started.
    """

    # Code of a job cannot kill its first process, because that is process 1 of its namespace.
    ends_itself = False

    def __init__(self, seccomp: bytes) -> None:
        self._seccomp = seccomp

    def trouble(self) -> str:
        """Isolate a test job, and return one line that says what failed, or an empty text."""
        return tried(self.fork, self.close_off)

    def fork(self) -> int:
        """Fork a child that is process 1 of new user, mount, PID, IPC, UTS and network namespaces.

        We make the system call ourselves, because os.fork and unshare would take two forks of a
        large process. Returns the same as os.fork. Raises OSError if the machine does not allow it.
        """
        flags = CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID
        flags |= CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWNET
        number = SYS_CLONE.get(platform.machine())
        if number is None:
            raise OSError(f"the number of the clone call on {platform.machine()} is unknown")
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
        """In the child: make a private /scratch, hide /proc, set limits, drop all privileges."""
        os.setsid()  # so that a signal to the process group of the job reaches only the job
        write_file("/proc/self/setgroups", "deny")
        write_file("/proc/self/uid_map", f"{NOBODY} {NOBODY} 1")
        write_file("/proc/self/gid_map", f"{NOBODY} {NOBODY} 1")
        # If the machine runs out of memory, the kernel ends a job first, and not the grader.
        write_file("/proc/self/oom_score_adj", "1000")
        redirect_stdio_to_devnull()
        call(LIBC.mount, b"none", b"/", None, MS_REC | MS_PRIVATE, None)
        options = f"size={int(limits['scratch'])},mode=1777,nr_inodes=4096".encode()
        call(LIBC.mount, b"tmpfs", b"/scratch", b"tmpfs", MS_NOSUID | MS_NODEV, options)
        # We hide /proc under an empty read-only folder. A new /proc for the job would be better,
        # but the kernel refuses that, because bubblewrap has covered parts of the old one.
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
        """Return the processes of a job.

        These are all processes of this sandbox that started after the warm process, because it
        serves one job at a time.
        """
        pids = (int(name) for name in os.listdir("/proc") if name.isdecimal())
        return [pid for pid in pids if pid > os.getpid()]

    def end(self, job: int) -> None:
        """Kill process 1 of a job; the kernel then kills its other processes."""
        os.kill(job, signal.SIGKILL)

    def end_question(self, child: int) -> None:
        """In the job: kill its other processes, because a question can have started some."""
        kill_all_others()


class NoIsolation:
    """No protection: a job gets only a process group, a folder and limits against accidents."""

    # A job can still end itself here, but we cannot tell that from a kill by somebody else.
    ends_itself = False

    def trouble(self) -> str:
        """Return an empty text, because nothing can fail here."""
        return ""

    def fork(self) -> int:
        """Fork, and return the same as os.fork."""
        return os.fork()

    def close_off(self, limits: dict[str, Any]) -> None:
        """In the child: set limits, which prevent accidents but not attacks."""
        os.setsid()
        redirect_stdio_to_devnull()
        os.chdir(tempfile.mkdtemp())
        # RLIMIT_NPROC counts all processes of the user, so we keep the limit that the user has.
        limit_resources({**limits, "processes": resource.getrlimit(resource.RLIMIT_NPROC)[1]})

    def processes(self, job: int) -> list[int]:
        """Return the first process of a job, because we do not know the others."""
        return [job]

    def end(self, job: int) -> None:
        """Kill the process group of a job. A process that has left the group survives."""
        try:
            os.killpg(job, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):  # it has no group yet, or it is dead
            os.kill(job, signal.SIGKILL)

    def end_question(self, child: int) -> None:
        """Kill the fork in which a question ran."""
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


# Limits of the test job, which does nothing.
SMALL = {
    "scratch": 1 << 20,
    "memory": 4 << 30,
    "processes": 8,
    "files": 64,
    "cells_seconds": 5,
    "question_seconds": 5,
}


def tried(fork: Callable[[], int], close_off: Callable[[dict[str, Any]], None]) -> str:
    """Isolate a job that does nothing, and return one line that says what failed, or nothing."""
    receive, send = os.pipe()
    try:
        child = fork()
    except OSError as error:
        return f"a job cannot be closed off ({error})"
    if child == 0:
        try:
            close_off(SMALL)
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


def become_nobody() -> None:
    """Change from root to nobody, because root is exempt from the limit on processes."""
    if os.geteuid() == 0:
        os.setgroups([])
        os.setresgid(NOBODY, NOBODY, NOBODY)
        os.setresuid(NOBODY, NOBODY, NOBODY)
        call(LIBC.prctl, PR_SET_DUMPABLE, 1, 0, 0, 0)  # otherwise /proc/self would belong to root


def kill_all_others() -> None:
    """Kill all processes that this one may kill, and wait for the end of its children."""
    try:
        os.kill(-1, signal.SIGKILL)
        while True:
            os.waitpid(-1, 0)
    except (ChildProcessError, ProcessLookupError):
        pass


def redirect_stdio_to_devnull() -> None:
    """Connect standard input, output and error of this process to /dev/null."""
    nothing = os.open("/dev/null", os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(nothing, standard)


def limit_resources(limits: dict[str, Any]) -> None:
    """Set the limits that the kernel enforces for each process."""
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
    """Return the CPU limit of one process. An ordinary job cannot reach it in its time."""
    return int(limits["cells_seconds"] + 10 * limits["question_seconds"])


def filter_calls(seccomp: bytes) -> None:
    """Install the filter of seccomp.py. A process cannot remove it again."""

    class Program(ctypes.Structure):
        _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p))

    program = Program(len(seccomp) // 8, seccomp)
    call(LIBC.prctl, PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.byref(program), 0, 0)


def resident(pid: int) -> int:
    """Return the bytes of memory that a process holds, with shared memory; 0 if it has ended."""
    try:
        with open(f"/proc/{pid}/statm") as file:
            return int(file.read().split()[1]) * resource.getpagesize()
    except (OSError, IndexError):
        return 0


def memory_of(pids: list[int], enough: int) -> int:
    """Return the bytes of memory that some processes hold together, with shared memory once.

    enough: up to this sum we add up the sizes of the processes, which counts shared memory several
    times but is fast.
    """
    most = sum(map(resident, pids))
    return most if most <= enough else sum(map(proportional, pids))


def proportional(pid: int) -> int:
    """Return the bytes of memory of a process, in which a page of n processes counts as 1/n.

    If a process has made itself unreadable, all its pages count in full.
    """
    try:
        with open(f"/proc/{pid}/smaps_rollup") as file:
            found = next(line for line in file if line.startswith("Pss:"))
            return int(found.split()[1]) * 1024
    except (OSError, StopIteration):
        return resident(pid)


def write_file(path: str, text: str) -> None:
    """Write a text to a file."""
    with open(path, "w") as file:
        file.write(text)


def call(function: Any, *arguments: Any) -> None:
    """Call a function of the C library. Raises OSError if it does not return 0."""
    if function(*arguments) != 0:
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error), function.__name__)
