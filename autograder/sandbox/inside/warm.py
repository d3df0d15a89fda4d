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

# judge is imported for the function `check` of notebooks, so that no job has to import it.
from autograder.marking import judge as judge
from autograder.marking import wire
from autograder.marking.driver import compile_driver
from autograder.sandbox.inside import messages
from autograder.sandbox.inside.cells import NotebookState
from autograder.sandbox.inside.compiled import compiled_cells
from autograder.sandbox.inside.isolation import (
    LIBC,
    NamespaceIsolation,
    NoIsolation,
    become_nobody,
    cpu_seconds,
    memory_of,
)
from autograder.sandbox.inside.job import JobSetup, LearntQuestion, Lesson, do_job
from autograder.sandbox.inside.user_isolation import UserIsolation

MADV_COLLAPSE, LARGE_PAGE = 25, 2 << 20  # a constant of Linux, and the bytes of a huge page
WATCH_MS = 100  # milliseconds between two checks of the memory of a job
# When the kernel kills a job for too much CPU time, the time that it reports can be below the limit
# by so many seconds.
COUNTED_LATE = 0.5


def main(control: socket.socket, wall: str, with_shell: bool) -> None:
    """Import what notebooks import, and run jobs until the grader ends.

    wall: what isolates jobs: namespaces, the number of another user, or nothing.
    """
    if wall == messages.NAMESPACES:
        become_nobody()
    seccomp = messages.decode(
        control.recv(messages.MAX_PACKET), messages.UseFilter
    ).instructions.tobytes()
    isolation = isolation_by(wall, seccomp)
    if trouble := isolation.trouble():
        control.send(messages.encode(messages.Trouble(trouble)))
        return
    control.send(messages.encode(messages.Able()))
    notebook = NotebookState()
    if with_shell:
        notebook.shell()  # imports IPython and Matplotlib, which takes most of the start
    make_forks_cheap()
    control.send(messages.encode(messages.Ready()))
    known: dict[int, Lesson] = {}
    while True:
        packet, files, _, _ = socket.recv_fds(control, messages.MAX_PACKET, 2)
        if not packet:  # the grader has closed the socket or has ended
            return
        message = messages.decode(packet, messages.Learn, messages.BeginJob)
        if isinstance(message, messages.Learn):
            known.pop(message.forget, None)
            known[message.number] = learn(files[0])
        else:
            setup = JobSetup(notebook, isolation, message.limits, known[message.lesson])
            run_job(setup, control, files)


def isolation_by(wall: str, seccomp: bytes) -> NamespaceIsolation | UserIsolation | NoIsolation:
    """Return the isolation of jobs. The arguments are explained in `main`."""
    if wall == messages.NAMESPACES:
        return NamespaceIsolation(seccomp)
    if wall == messages.NOTHING:
        return NoIsolation()
    return UserIsolation(seccomp, int(wall), os.environ["HOME"])


def learn(file: int) -> Lesson:
    """Read a lesson from a file, and compile the drivers and the cells in it."""
    with os.fdopen(file, "rb") as content:
        content.seek(0)
        lesson = wire.decode(content.read())
    questions = [
        LearntQuestion(compile_driver(q["driver_source"]), q["seconds"], q["writes"])
        for q in lesson["questions"]
    ]
    learnt = Lesson(questions, compiled_cells(lesson["shared_cells"]))
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
    control.send(messages.encode(watch(setup, control, child)))


def watch(
    setup: JobSetup, control: socket.socket, child: int
) -> messages.JobEnded | messages.JobKilled:
    """Wait for StopJob, kill the job, and return the message that says how the job ended.

    While waiting, check the memory of the job, and kill it if it holds too much. The message is
    JobKilled if something outside the sandbox had killed the job before, which is not the student's
    fault, and otherwise JobEnded.
    """
    isolation, too_large, most = setup.isolation, False, setup.limits["memory"]
    while not select.select([control], [], [], WATCH_MS / 1000)[0]:
        if memory_of(isolation.processes(child), most) > most:
            too_large = True
            isolation.end(child)
    if messages.decode(control.recv(messages.MAX_PACKET), messages.StopJob).silent:
        # A dying job closes its sockets a little before its death. Wait, so that we can see what
        # it died of.
        dead = os.pidfd_open(child)
        select.select([dead], [], [], WATCH_MS / 1000)
        os.close(dead)
    ended = os.waitid(os.P_PID, child, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    isolation.end(child)
    _, status, usage = os.wait4(child, 0)
    # In namespaces, student code cannot kill process 1 of its job. So a SIGKILL that is not ours
    # comes from the kernel, because of too much CPU time, or from outside. The first is the job's
    # fault, the second is not. If the job exited by itself, it chose its exit status, which says
    # nothing about signals.
    killed = ended is not None and ended.si_code == os.CLD_KILLED
    by_signal = killed and os.WTERMSIG(status) == signal.SIGKILL
    used = usage.ru_utime + usage.ru_stime + COUNTED_LATE
    own_fault = too_large or isolation.ends_itself or used >= cpu_seconds(setup.limits)
    return messages.JobKilled() if by_signal and not own_fault else messages.JobEnded()


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


if __name__ == "__main__":
    main(socket.socket(fileno=int(sys.argv[1])), sys.argv[2], "shell" in sys.argv)
