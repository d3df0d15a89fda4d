"""If a sandbox is lost or sends nonsense, no result is lost and the sandbox is not used again."""

import os
import signal
from contextlib import contextmanager

import pytest

from autograder.grading.assignment import Assignment
from autograder.grading.grade import Grader
from autograder.sandbox.bubblewrap import WarmProcess
from autograder.sandbox.client import Sandbox, SandboxLostError
from support.jobs import run_job

pytestmark = pytest.mark.sandbox

ASKED = Assignment.of_course("02-forward")
ANSWER = "import numpy as np\ndef relu_forward(x):\n    return np.maximum(x, 0.0), x"


class Lost(Sandbox):
    """A sandbox whose processes are killed during each of the first `times` jobs."""

    def __init__(self, times):
        super().__init__()
        self.times = times

    @contextmanager
    def job(self, *given, **more):
        with super().job(*given, **more) as job:
            if self.times > 0:
                self.times -= 1
                for pid in self.pids():
                    os.kill(pid, signal.SIGKILL)
            yield job


def test_a_sandbox_that_is_lost_once_costs_nobody_a_result():
    with Lost(times=1) as sandbox:
        verdicts, _ = Grader(ASKED, 1, sandbox).mark_code([ANSWER])
    assert len(verdicts) == len(ASKED.questions)
    assert [v.id for v in verdicts if v.verdict == "correct"] == ["relu_forward"]


def test_a_sandbox_that_is_lost_twice_in_a_row_is_no_result():
    with Lost(times=2) as sandbox, pytest.raises(SandboxLostError):
        Grader(ASKED, 1, sandbox).mark_code([ANSWER])


def test_a_warm_process_that_does_not_report_on_a_job_is_replaced(monkeypatch):
    with Sandbox() as sandbox:
        assert run_job(sandbox, ["print(1)"], []).cells[0].text == "1\n"
        before = sandbox.pids()
        hear = WarmProcess.hear
        with monkeypatch.context() as patched:
            # The message is read and dropped, so that the state of the process does not change.
            patched.setattr(WarmProcess, "hear", lambda *a: (hear(*a), None)[1])
            with pytest.raises(SandboxLostError):
                run_job(sandbox, ["print(2)"], [])
        assert run_job(sandbox, ["print(3)"], []).cells[0].text == "3\n"
        assert not set(sandbox.pids()) & set(before)
