"""Isolate a job by a user of its own, inside a container that allows no namespaces.

warm.py uses `UserIsolation` there, and runs as root itself. The container hides the machine, and
the rights of files hide what the job must not read; other_user.py checks them before a job starts.
"""

import contextlib
import ctypes
import os
import shutil
import signal
import time
from typing import Any

from autograder.sandbox.inside.isolation import (
    LIBC,
    PR_CAPBSET_DROP,
    PR_SET_NO_NEW_PRIVS,
    call,
    filter_calls,
    kill_all_others,
    limit_resources,
    redirect_stdio_to_devnull,
    tried,
    write_file,
)

PR_SET_CHILD_SUBREAPER = 36
END_SECONDS = 5.0  # how long the killed processes of a job may take to disappear


class UserIsolation:
    """Isolation of jobs by a user that has no other processes.

    user: the number of that user. The number after it belongs to no process either; we need it to
    end a job. scratch: the private folder of the jobs, in a folder of root.
    """

    # A process of a job can kill the first one, because both have the same user.
    ends_itself = True

    def __init__(self, seccomp: bytes, user: int, scratch: str) -> None:
        self._seccomp = seccomp
        self._user = user
        self._scratch = scratch
        # Processes whose parent has ended become our children, so that we can wait for their end.
        call(LIBC.prctl, PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)

    def trouble(self) -> str:
        """Isolate a test job, and return one line that says what failed, or an empty text."""
        if self.processes(0):
            return f"the user {self._user} has processes already"
        return tried(self.fork, self.close_off)

    def fork(self) -> int:
        """Fork a child with an empty scratch folder, after everything of earlier jobs has ended.

        Returns the same as os.fork. Raises OSError if processes of an earlier job do not end.
        """
        deadline = time.monotonic() + END_SECONDS
        while self.processes(0):
            self.end(0)
            with contextlib.suppress(ChildProcessError):
                while os.waitpid(-1, os.WNOHANG)[0]:
                    pass
            if time.monotonic() > deadline:
                raise OSError("processes of an earlier job do not end")
        self._empty_scratch()
        return os.fork()

    def _empty_scratch(self) -> None:
        """Make the scratch folder anew. What cannot be removed is only moved out of reach."""
        if os.path.lexists(self._scratch):
            aside = f"{self._scratch}-{os.urandom(8).hex()}"
            os.rename(self._scratch, aside)
            os.chown(aside, 0, 0, follow_symlinks=False)
            os.chmod(aside, 0o700)
            with contextlib.suppress(RecursionError):
                shutil.rmtree(aside, ignore_errors=True)
        os.mkdir(self._scratch, 0o700)
        os.chown(self._scratch, self._user, self._user)

    def close_off(self, limits: dict[str, Any]) -> None:
        """In the child: become the other user, and set limits."""
        os.setsid()
        # If the machine runs out of memory, the kernel ends a job first, and not the grader.
        write_file("/proc/self/oom_score_adj", "1000")
        redirect_stdio_to_devnull()
        os.chdir(self._scratch)
        os.umask(0o077)
        limit_resources(limits)
        for capability in range(64):
            LIBC.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0)
        os.setgroups([])
        os.setresgid(self._user, self._user, self._user)
        os.setresuid(self._user, self._user, self._user)  # takes all capabilities away, too
        call(LIBC.prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        header = (ctypes.c_uint32 * 2)(0x20080522, 0)
        call(LIBC.capset, header, (ctypes.c_uint32 * 6)())
        filter_calls(self._seccomp)

    def processes(self, job: int) -> list[int]:
        """Return the processes of a job, which are all processes of the user."""
        pids = (int(name) for name in os.listdir("/proc") if name.isdecimal())
        return [pid for pid in pids if _user_of(pid) == self._user]

    def end(self, job: int) -> None:
        """Kill all processes of the user at the same moment, so that none can start another one.

        A helper process sends the signal. Its effective user is the user of the job, so it may kill
        the job's processes. Its real and saved user is another one, so the job cannot kill the
        helper first.
        """
        helper = os.fork()
        if helper == 0:
            try:
                os.setgroups([])
                os.setresuid(self._user + 1, self._user, self._user + 1)
                os.kill(-1, signal.SIGKILL)
            finally:
                os._exit(0)
        os.waitpid(helper, 0)

    def end_question(self, child: int) -> None:
        """In the job: kill its other processes, because a question can have started some."""
        kill_all_others()


def _user_of(pid: int) -> int:
    """Return the real user of a process that is no zombie, or -1 if it has ended."""
    try:
        with open(f"/proc/{pid}/status") as file:
            fields = dict(line.split(":", 1) for line in file if ":" in line)
        return -1 if fields["State"].split()[0] in "ZX" else int(fields["Uid"].split()[0])
    except (OSError, KeyError, ValueError, IndexError):
        return -1
