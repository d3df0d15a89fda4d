"""Inside bubblewrap: one warm process that forks a fresh, closed child for every job.

Runs as a script. No student code runs in the warm process itself. For each job it forks a
supervisor, which enters new namespaces and forks the job: process 1 of its own PID namespace, with
a private /scratch, no network and no privilege. When the supervisor is killed, all of the job dies.
The job may write what it likes to its one pipe; the other end believes none of it. Where the other
end offers to answer functions by name (see client.py), a job also keeps the socket for asking.
"""

import ctypes
import os
import resource
import select
import signal
import socket
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from autograder import wire
from autograder.driving import Namespace, Outcome, compile_driver, describe_error, drive

NOBODY = 65534
TO_GRADER = int(sys.argv[1]) if __name__ == "__main__" else -1  # the socket, inherited
LIBC = ctypes.CDLL(None, use_errno=True)
CLONE_NEWNS, CLONE_NEWUTS, CLONE_NEWIPC = 0x00020000, 0x04000000, 0x08000000
CLONE_NEWUSER, CLONE_NEWPID, CLONE_NEWNET = 0x10000000, 0x20000000, 0x40000000
MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_REC, MS_PRIVATE = 2, 4, 8, 16384, 1 << 18
PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_CAPBSET_DROP, PR_SET_NO_NEW_PRIVS = 1, 4, 24, 38


class OutOfTimeError(BaseException):
    """Raised by the alarm inside a cell. Not an Exception, so that `except Exception` lets it by."""


# --- the warm process -------------------------------------------------------------------------


def main() -> None:
    """Become nobody, import what notebooks import, then serve jobs until the pipe closes."""
    if os.geteuid() == 0:
        os.setgroups([])
        os.setresgid(NOBODY, NOBODY, NOBODY)
        os.setresuid(NOBODY, NOBODY, NOBODY)
        call(LIBC.prctl, PR_SET_DUMPABLE, 1, 0, 0, 0)  # else /proc/self belongs to root
    shell = make_shell()
    results = os.dup(1)
    os.dup2(2, 1)
    if trouble := try_namespaces():
        write_all(results, frame(trouble.encode()))
        return
    write_all(results, frame(b"ready"))
    while (header := read_exactly(0, 8)) is not None:
        job = read_exactly(0, int.from_bytes(header, "little"))
        if job is None:
            return
        write_all(results, frame(run_job(shell, wire.decode(job), results)))


def run_job(shell: Any, job: dict[str, Any], results: int) -> bytes:
    """Run one job in a supervised child; return whatever it wrote, bounded in time and size."""
    limits = job["limits"]
    receive, send = os.pipe()
    supervisor = os.fork()
    if supervisor == 0:
        os.close(receive)
        os.close(results)
        supervise(shell, job, send)
        os._exit(0)
    os.close(send)
    data, _ = read_until(receive, time.monotonic() + limits["job_seconds"], int(limits["total"]))
    os.kill(supervisor, signal.SIGKILL)
    os.waitpid(supervisor, 0)
    os.close(receive)
    return data


def make_shell() -> Any:
    """IPython's shell without a kernel: magics, displays and tracebacks as a notebook has them."""
    import matplotlib.pyplot as plt
    from IPython.core.history import HistoryManager
    from IPython.core.interactiveshell import InteractiveShell

    class Shell(InteractiveShell):
        def enable_gui(self, gui: Any = None) -> None:  # "%matplotlib inline" asks for it
            pass

    HistoryManager.enabled = False  # type: ignore[assignment]
    Shell.colors = "nocolor"  # type: ignore[assignment]
    shell = Shell.instance()
    shell.run_line_magic("matplotlib", "inline")
    plt.close(plt.figure())  # loads the fonts once, before any fork
    return shell


# --- the supervisor ---------------------------------------------------------------------------


def enter_namespaces() -> None:
    """New user, mount, PID, IPC, UTS and network namespaces, as nobody in all of them."""
    flags = CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID
    call(LIBC.unshare, flags | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWNET)
    write_file("/proc/self/setgroups", "deny")
    write_file("/proc/self/uid_map", f"{NOBODY} {NOBODY} 1")
    write_file("/proc/self/gid_map", f"{NOBODY} {NOBODY} 1")


def supervise(shell: Any, job: dict[str, Any], send: int) -> None:
    """Enter the namespaces, fork the job as process 1, and wait for its end."""
    call(LIBC.prctl, PR_SET_PDEATHSIG, signal.SIGKILL)
    if not job["stand_ins"]:
        os.close(TO_GRADER)
    nothing = os.open("/dev/null", os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(nothing, standard)
    enter_namespaces()
    child = os.fork()
    if child == 0:
        try:
            call(LIBC.prctl, PR_SET_PDEATHSIG, signal.SIGKILL)
            close_off(job["limits"])
            do_job(shell, job, send)
        finally:
            os._exit(0)
    os.close(send)
    os.waitpid(child, 0)


def close_off(limits: dict[str, Any]) -> None:
    """A private /scratch, no /proc, no privilege that could come back, and the resource limits."""
    call(LIBC.mount, b"none", b"/", None, MS_REC | MS_PRIVATE, None)
    options = f"size={int(limits['scratch'])},mode=1777,nr_inodes=4096".encode()
    call(LIBC.mount, b"tmpfs", b"/scratch", b"tmpfs", MS_NOSUID | MS_NODEV, options)
    # A new procfs is refused where bubblewrap has covered parts of the old one: have none.
    call(LIBC.mount, b"tmpfs", b"/proc", b"tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, b"size=4k")
    os.chdir("/scratch")
    call(LIBC.prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    for capability in range(64):
        LIBC.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0)
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)
    call(LIBC.capset, header, (ctypes.c_uint32 * 6)())
    for which, value in (
        (resource.RLIMIT_AS, limits["memory"]),
        (resource.RLIMIT_NPROC, limits["processes"]),
        (resource.RLIMIT_NOFILE, limits["files"]),
        (resource.RLIMIT_FSIZE, limits["scratch"]),
        (resource.RLIMIT_CPU, limits["job_seconds"]),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(which, (int(value), int(value)))


def try_namespaces() -> str:
    """Do once what every job will do; return what failed, in words, or an empty text."""
    receive, send = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            enter_namespaces()
            if os.fork() == 0:
                close_off({**DEFAULTS})
                os.write(send, b"well")
            else:
                os.wait()
        except OSError as error:
            os.write(send, f"a job cannot be closed off ({error})".encode())
        finally:
            os._exit(0)
    os.close(send)
    words = read_until(receive, time.monotonic() + 10, 1000)[0].decode()
    os.waitpid(child, 0)
    os.close(receive)
    return "" if words == "well" else words or "a job cannot be closed off"


DEFAULTS = {
    "scratch": 1 << 20,
    "memory": 4 << 30,
    "processes": 8,
    "files": 64,
    "job_seconds": 5,
}


# --- the job: from here on, student code --------------------------------------------------------


def do_job(shell: Any, job: dict[str, Any], send: int) -> None:
    """Run the cells, then drive each question in a fork of the state they left."""
    limits = job["limits"]
    for i, source in enumerate(job["cells"]):
        write_all(send, frame(wire.encode({"cell": i, **run_cell(shell, source, limits)})))
    for i, question in enumerate(job["drives"]):
        data, in_time = drive_in_fork(shell, question, job, limits)
        record = {"drive": i, "frames": np.frombuffer(data, np.uint8), "timeout": not in_time}
        write_all(send, frame(wire.encode(record)))


def run_cell(shell: Any, source: str, limits: dict[str, Any]) -> dict[str, Any]:
    """Run one cell as a notebook would; a cell that fails stops itself only."""
    from IPython.utils.capture import capture_output

    def out_of_time(*_: Any) -> None:
        raise OutOfTimeError

    error = ""
    signal.signal(signal.SIGALRM, out_of_time)
    with capture_output() as captured:
        try:
            signal.setitimer(signal.ITIMER_REAL, limits["cell_seconds"])
            result = shell.run_cell(source, store_history=False)
            signal.setitimer(signal.ITIMER_REAL, 0)
            raised = result.error_before_exec or result.error_in_exec
        except BaseException as escaped:
            raised = escaped
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
    if isinstance(raised, OutOfTimeError):
        error = f"stopped after {limits['cell_seconds']:g} seconds"
    elif raised is not None:
        error = describe_error(raised)
    texts = [captured.stdout, captured.stderr if not error else ""]
    texts += [o.data.get("text/plain", "") for o in captured.outputs if "image/png" not in o.data]
    pictures = [o.data["image/png"] for o in captured.outputs if "image/png" in o.data]
    return {
        "text": "".join(str(t) for t in texts)[: int(limits["text"])],
        "pictures": [np.frombuffer(as_bytes(p), np.uint8) for p in pictures[:10]],
        "error": error,
    }


def drive_in_fork(
    shell: Any, question: dict[str, Any], job: dict[str, Any], limits: dict[str, Any]
) -> tuple[bytes, bool]:
    """Drive every case in a child; return its frames, and whether it ended in time."""
    receive, send = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            signal.signal(signal.SIGALRM, signal.SIG_DFL)
            os.close(receive)
            shell.user_ns.update({n: stand_in(n, job["nonce"]) for n in job["stand_ins"]})
            driver = compile_driver(question["driver_source"])
            for inputs in question["inputs"]:
                outcome = drive(driver, Namespace(shell.user_ns), inputs)
                write_all(send, frame(encode_outcome(outcome)))
        finally:
            os._exit(0)
    os.close(send)
    deadline = time.monotonic() + question["seconds"]
    data, in_time = read_until(receive, deadline, int(limits["answer"]))
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    os.close(receive)
    return data, in_time


def stand_in(name: str, nonce: str) -> Callable[..., Any]:
    """A function that has the grader answer in its place: values go out, values come back."""
    channel = socket.socket(fileno=os.dup(TO_GRADER))

    def answered_by_the_grader(*arguments: Any) -> Any:
        channel.send(wire.encode({"nonce": nonce, "name": name, "arguments": arguments}))
        reply = wire.decode(channel.recv(1 << 18))
        while reply["nonce"] != nonce:  # left over from a job that did not wait for it
            reply = wire.decode(channel.recv(1 << 18))
        if reply["error"]:
            raise RuntimeError(reply["error"])
        return reply["value"]

    return answered_by_the_grader


def encode_outcome(outcome: Outcome) -> bytes:
    try:
        return wire.encode(vars(outcome))
    except Exception as error:
        return wire.encode(
            vars(Outcome("error", text=f"an answer that is no plain data ({error})"))
        )


# --- bytes and system calls -------------------------------------------------------------------


def as_bytes(picture: Any) -> bytes:
    import base64

    return base64.b64decode(picture) if isinstance(picture, str) else bytes(picture)


def frame(data: bytes) -> bytes:
    return len(data).to_bytes(8, "little") + data


def write_all(pipe: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(pipe, view) :]


def read_exactly(pipe: int, count: int) -> bytes | None:
    chunks: list[bytes] = []
    while count > 0:
        chunk = os.read(pipe, min(count, 1 << 20))
        if not chunk:
            return None
        chunks.append(chunk)
        count -= len(chunk)
    return b"".join(chunks)


def read_until(pipe: int, deadline: float, most: int) -> tuple[bytes, bool]:
    """Read to the end of the pipe; give up at the deadline or past `most` bytes (then False)."""
    chunks: list[bytes] = []
    size = 0
    while select.select([pipe], [], [], max(0.0, deadline - time.monotonic()))[0]:
        chunk = os.read(pipe, 1 << 16)
        if not chunk:
            return b"".join(chunks), True
        chunks.append(chunk)
        size += len(chunk)
        if size > most:
            break
    return b"".join(chunks), False


def write_file(path: str, text: str) -> None:
    with open(path, "w") as file:
        file.write(text)


def call(function: Any, *arguments: Any) -> None:
    if function(*arguments) != 0:
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error), function.__name__)


if __name__ == "__main__":
    main()
    sys.exit(0)
