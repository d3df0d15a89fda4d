"""Each limit of a job works without the others, and it stops only code that exceeds it."""

import signal
import subprocess
import sys
import time

import pytest

from autograder.marking import wire
from autograder.sandbox.client import DrivenQuestion, Sandbox
from autograder.sandbox.inside import clocks
from autograder.sandbox.inside.cells import OutOfTimeError, stopper
from autograder.sandbox.policy import MIB, Limits
from autograder.sandbox.untrusted import Reply
from support.jobs import run_job
from support.limited import at_most

pytestmark = pytest.mark.sandbox

# A process that only computes, and one that only waits.
BUSY, WAITING = "while True: pass", "import time; time.sleep(1000)"
FOR_EVER = 20  # seconds; the limits in these tests are one or two seconds


def cells(limits, *sources):
    with Sandbox(limits) as sandbox:
        return run_job(sandbox, list(sources), []).cells


def test_all_processes_of_a_job_share_its_memory():
    children = (
        "import os, time\n"
        "for _ in range(4):\n"
        "    if os.fork() == 0:\n"
        "        kept = b'x' * (200 << 20)\n"
        "        time.sleep(60)\n"
        "        os._exit(0)\n"
        "time.sleep(60)\n"
    )
    limits = Limits(memory=600 * MIB, cell_seconds=10, cells_seconds=10)
    assert cells(limits, children, "print('a later cell')") == []


PROGRAM = "kept = b'x' * (60 << 20); import time; time.sleep(60)"
SEVERAL = {
    "programs, each smaller than the warm process": (
        f"import subprocess, sys, time\nfor _ in range(10):\n"
        f"    subprocess.Popen([sys.executable, '-c', {PROGRAM!r}])\n"
    ),
    "forks that have made themselves unreadable": (
        "import ctypes, os, time\nfor _ in range(10):\n    if os.fork() == 0:\n"
        f"        ctypes.CDLL(None).prctl(4, 0, 0, 0, 0)\n        {PROGRAM}\n"
    ),
}


@pytest.mark.parametrize("start", SEVERAL.values(), ids=SEVERAL)
def test_many_small_processes_share_the_memory_of_their_job(start):
    limits = Limits(memory=500 * MIB)
    with at_most(FOR_EVER):
        assert cells(limits, start + "time.sleep(60)", "print('a later cell')") == []


def test_memory_that_processes_share_counts_once():
    shares = (
        "import os, time\nkept = b'x' * (100 << 20)\n"
        "children = []\n"
        "for _ in range(10):\n"
        "    child = os.fork()\n"
        "    if child == 0:\n        time.sleep(60)\n"
        "    children.append(child)\n"
        "time.sleep(0.5)\n"
        "for child in children: os.kill(child, 9); os.wait()\n"
        "print('well')"
    )
    (shown,) = cells(Limits(memory=500 * MIB), shares)
    assert (shown.text, shown.error) == ("well\n", "")


def test_a_job_that_uses_up_its_time_on_the_processor_is_the_students_fault():
    # The limit of the kernel on processor time is the seconds of the cells plus those of ten
    # questions, here 11 - 10 = 1. It does not depend on how busy the machine is.
    limits = Limits(cell_seconds=11, cells_seconds=11, question_seconds=-1)
    assert cells(limits, "while True: pass", "print('a later cell')") == []


def test_a_question_that_never_ends_is_a_timeout_and_the_next_one_is_answered():
    endless, quick = (
        DrivenQuestion(f"def drive(code):\n    return code.{name}()", [{}], seconds=5)
        for name in ("endless", "quick")
    )
    code = "def endless():\n    while True: pass\ndef quick():\n    return 7"
    with Sandbox(Limits(question_seconds=0.5)) as sandbox:
        first, second = run_job(sandbox, [code], [endless, quick]).outcomes
    assert first[0].kind == "timeout"
    assert second[0].answer == 7


@pytest.mark.parametrize(("code", "more"), [(BUSY, 1000.0), (WAITING, 0.1)])
def test_a_stopwatch_looks_at_the_processor_and_at_the_wall(monkeypatch, code, more):
    monkeypatch.setattr(clocks, "MORE", more)
    process = subprocess.Popen([sys.executable, "-c", code])
    try:
        stopwatch = clocks.Stopwatch(process.pid, 0.2)
        assert stopwatch.left() > 0
        with at_most(FOR_EVER):
            while left := stopwatch.left():
                time.sleep(left)
    finally:
        process.kill()
        process.wait()


def test_a_signal_that_comes_before_the_cpu_time_is_used_up_stops_nothing():
    stopper(time.process_time() + 1000)(signal.SIGPROF, None)
    left, _ = signal.setitimer(signal.ITIMER_PROF, 0)
    assert left > 0
    with pytest.raises(OutOfTimeError):
        stopper(time.process_time())(signal.SIGPROF, None)


def test_cells_together_stop_after_their_time_and_each_of_the_rest_says_so():
    first, *rest = cells(Limits(cells_seconds=0.3), "while True: pass", "print('late')", "1 / 0")
    assert first.error.startswith("stopped after")
    words = "not run, because the 0.2 seconds for the cells without a grade are used up"
    assert [(run.text, run.error) for run in rest] == [("", words)] * 2


def test_a_cell_that_catches_every_exception_is_stopped_all_the_same():
    catches = "try:\n    while True: pass\nexcept Exception: print('caught')"
    first, second = cells(Limits(cell_seconds=0.3), catches, "print('well')")
    assert (first.text, first.error) == ("", "stopped after 0.3 seconds of computing")
    assert second.text == "well\n"


def test_a_cell_that_only_waits_is_stopped_by_the_wall_clock_and_later_ones_run():
    waits = "import time\ntime.sleep(1000)"
    with at_most(FOR_EVER):
        first, second = cells(Limits(cell_seconds=0.1), waits, "print('well')")
    assert first.error == "stopped after 1.3 seconds of computing and waiting"
    assert second.text == "well\n"


def test_an_answer_that_only_waits_is_a_timeout_and_the_next_one_is_answered():
    drives = [
        DrivenQuestion(f"def drive(code):\n    return code.{name}()", [{}])
        for name in ("waits", "quick")
    ]
    code = "import time\ndef waits():\n    time.sleep(1000)\ndef quick():\n    return 7"
    with Sandbox(Limits(question_seconds=0.1)) as sandbox, at_most(FOR_EVER):
        first, second = run_job(sandbox, [code], drives).outcomes
    assert first[0].kind == "timeout"
    assert second[0].answer == 7


# A job that waits for the processor stands for a busy machine: both use no CPU seconds.
def test_a_busy_machine_costs_no_marks():
    waits = "import time\ntime.sleep(0.8)\n"
    drive = DrivenQuestion("def drive(code):\n    return code.slow()", [{}])
    slow = "def slow():\n    time.sleep(0.8)\n    return 7"
    with Sandbox(Limits(cell_seconds=0.5, question_seconds=0.5)) as sandbox:
        result = run_job(sandbox, [waits + slow], [drive])
    assert [run.error for run in result.cells] == [""]
    assert result.outcomes[0][0].answer == 7


def test_a_cell_that_nothing_inside_stops_is_given_up_by_the_grader():
    catches = (
        "import time\nwhile True:\n    try: time.sleep(1000)\n    except BaseException: pass\n"
    )
    with at_most(FOR_EVER):
        assert cells(Limits(cells_seconds=0.1), catches, "print('a later cell')") == []


SENDS = """
import os, socket, stat
from autograder.marking import wire
cell = {"text": "sent", "pictures": [], "error": "", "more": "x" * SIZE}
message = {"message": "CellsShown", "cells": [cell]}
for number in range(3, 64):
    try:
        channel = socket.socket(fileno=number)
    except OSError:
        continue
    if channel.type == socket.SOCK_STREAM:
        channel.sendall(wire.frame(wire.encode(message)))
    channel.detach()
"""


@pytest.mark.parametrize(("size", "texts"), [(MIB // 2, ["sent"]), (2 * MIB, [])])
def test_what_a_job_sends_beyond_its_total_is_not_read(size, texts):
    limits = Limits(total=MIB)
    shown = cells(limits, SENDS.replace("SIZE", str(size)))
    assert [run.text for run in shown] == texts


@pytest.mark.parametrize("kind", ["timeout", "lost", "right", "", "answer" * 10, None, ["answer"]])
def test_a_kind_of_outcome_that_a_job_made_up_is_read_as_lost(kind):
    known = [outcome_of(k) for k in ("answer", "missing", "error")]
    assert [outcome.kind for outcome in known] == ["answer", "missing", "error"]
    assert outcome_of(kind).kind == "lost"


def outcome_of(kind):
    """Return the outcome that the grader reads if a job sends an outcome of the given kind."""
    sent = {"kind": kind, "answer": 1, "inputs": {}, "text": "words", "place": "", "says": ""}
    (outcome,) = Reply(wire.frame(wire.encode(sent))).outcomes(1)
    return outcome
