"""An answer that does harm while its function is called does not affect the other questions."""

import numpy as np
import pytest

from autograder.grading.assignment import Assignment
from autograder.grading.grade import Grader
from autograder.sandbox.client import DrivenQuestion, QuestionSet
from autograder.sandbox.policy import Limits
from support.jobs import run_job
from support.notebooks import solved_cells

pytestmark = pytest.mark.sandbox

ASSIGNMENT = "02-forward"
LIMITS = Limits(question_seconds=2)
ASKED = Assignment.of_course(ASSIGNMENT)
SPOILS = {
    "it_deletes_the_other": "del globals()['softmax']",
    "it_replaces_the_other": "globals()['softmax'] = print",
    "it_breaks_numpy": "np.exp = None",
    "it_never_ends": "while True: pass",
    "it_ends_the_process": "import os; os._exit(0)",
    "it_kills_the_process": "import os; os.kill(os.getpid(), 9)",
    "it_closes_the_pipe": "import os; os.closerange(3, 64)",
    "it_answers_for_the_others": "import os; [os.write(fd, bytes(8 * 60)) for fd in pipes()]",
    "it_leaves_a_thread_behind": "import threading; threading.Thread(target=spin).start()",
    "it_catches_what_ends_it": """while True:
        try:
            while True: pass
        except BaseException: pass""",
    "it_recurses_without_end": "return linear_forward(x, W, b)",
    "it_keeps_a_million_copies": "kept = [np.ones(1000) for _ in range(1_000_000)]",
    "it_makes_more_bytes_than_allowed": "return np.zeros(2_000_000), None",
}
HELPERS = """
import os, stat
def spin():
    while True: pass
def pipes():
    return [n for n in range(3, 64) if is_pipe(n)]
def is_pipe(n):
    try: return stat.S_ISFIFO(os.fstat(n).st_mode)
    except OSError: return False
"""


@pytest.mark.parametrize("spoil", SPOILS.values(), ids=SPOILS)
def test_the_first_answer_spoils_the_rest_only_for_itself(sandbox, spoil):
    answer = f"def linear_forward(x, W, b):\n    {spoil}\n    return x @ W + b, (x, W, b)"
    verdicts, _ = Grader(ASKED, 1, sandbox).mark_code([*solved_cells(ASSIGNMENT), HELPERS, answer])
    lost = {v.id for v in verdicts if v.score < v.max_score}
    assert lost <= {"linear_forward", "mlp_forward"}  # mlp_forward calls linear_forward
    assert {v.id for v in verdicts} > lost


# A child process holds a lock as long as it lives, so the second question can see it.
FORKS = """
import fcntl, os, time
def kept():
    file = os.open("/scratch/lock", os.O_CREAT | os.O_RDWR)
    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
def first():
    ready, say = os.pipe()
    if os.fork() == 0:
        os.setsid()
        kept()
        os.write(say, b"1")
        while True: time.sleep(1000)
    return os.read(ready, 1) == b"1"
def second():
    kept()
    return True
"""


def test_what_an_answer_forks_is_gone_before_the_next_question_is_driven(sandbox):
    drives = [
        DrivenQuestion(f"def drive(code):\n    return code.{name}()", [{}])
        for name in ("first", "second")
    ]
    first, second = run_job(sandbox, [FORKS], drives).outcomes
    assert (first[0].answer, second[0].answer) == (True, True), second[0].text


SLOW = """
import time
def softmax(z):
    z = np.asarray(z, float)
    e = np.exp(z - z.max(axis=1, keepdims=True))
    end = time.process_time() + 0.14  # with 11 cases, between 1 and 2 seconds
    try:
        while time.process_time() < end: pass
    except: return None
    return e / e.sum(axis=1, keepdims=True)
"""


def test_an_answer_that_catches_what_ends_it_gets_its_whole_time(sandbox):
    """It is slow, but not too slow if it has its time for itself."""
    verdicts, _ = Grader(ASKED, 1, sandbox).mark_code([*solved_cells(ASSIGNMENT), SLOW])
    assert [v.score for v in verdicts if v.id == "softmax"] == [4]


MEMO = """
memo = {}
remember = memo.setdefault
def decay(x): return remember(x.shape, np.exp(-np.abs(x)))
def sigmoid_forward(x):
    x = np.asarray(x, float)
    e = decay(x)
    out = np.where(x >= 0, 1, e) / (1 + e)
    return out, out
def tanh_forward(x):
    x = np.asarray(x, float)
    e = decay(x) ** 2
    out = np.sign(x) * (1 - e) / (1 + e)
    return out, out
"""


def test_what_one_answer_remembers_costs_the_next_one_nothing(sandbox):
    inputs = [{"x": np.array([[0.5, -1.0]])}]
    names = ("sigmoid_forward", "tanh_forward")
    drives = [
        DrivenQuestion(f"def drive(code, x):\n    return code.{n}(x)[0]", inputs) for n in names
    ]
    with sandbox.job(["import numpy as np", MEMO], QuestionSet(drives)) as job:
        job.cells()
        assert [reply.final for reply in job.drive([0, 1], here=True)] == [False, False]
