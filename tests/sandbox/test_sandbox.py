"""The sandbox: student code runs in isolation, and its effects stay inside."""

import os
import re
import signal
import threading
import time

import numpy as np
import pytest
from IPython.lib.pretty import pretty

import backprop
from autograder.bank import QUESTIONS
from autograder.marking.answer_key import from_reference
from autograder.marking.explain import mark
from autograder.sandbox import client
from autograder.sandbox.client import DrivenQuestion, Sandbox, SandboxLostError
from autograder.sandbox.inside import cells
from autograder.sandbox.policy import Limits
from support.jobs import pids_of_jobs, run_job

pytestmark = pytest.mark.sandbox

LIMITS = Limits(cell_seconds=1, cells_seconds=7)
KEY = from_reference(QUESTIONS["linear_forward"], vars(backprop), 7)
DRIVE = DrivenQuestion(KEY.driver_source, [case.inputs for case in KEY.cases], seconds=1)
RIGHT = "def linear_forward(x, W, b):\n    return x @ W + b, None"


def verdict(sandbox, *cells):
    return mark(KEY, run_job(sandbox, list(cells), [DRIVE]).outcomes[0])


def test_right_code_gets_full_marks(sandbox):
    assert verdict(sandbox, RIGHT).verdict == "correct"


def test_a_failing_cell_stops_itself_only(sandbox):
    assert verdict(sandbox, "1 / 0", "def (", RIGHT).verdict == "correct"


def test_an_endless_cell_stops_itself_only(sandbox):
    assert verdict(sandbox, "while True: pass", RIGHT).verdict == "correct"


def test_an_endless_answer_is_a_timeout(sandbox):
    assert (
        verdict(sandbox, "def linear_forward(x, W, b):\n    while True: pass").verdict == "timeout"
    )


def test_a_question_leaves_nothing_to_the_next(sandbox):
    counting = "n = []\ndef linear_forward(x, W, b):\n    n.append(1)\n    return len(n), None"
    first, second = run_job(sandbox, [counting], [DRIVE, DRIVE]).outcomes
    assert first[0].answer == second[0].answer == {"out": 1}


@pytest.mark.parametrize(
    "cell",
    [
        "import os\nos._exit(0)",
        "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)\nos.kill(1, 9)",
        "import sys\nsys.exit(3)",
        "raise SystemExit",
        "import os\nfor fd in range(3, 64):\n"
        "    try: os.write(fd, b'x' * 1000)\n    except OSError: pass",
        "x = 'a' * (1 << 34)",
        "import os\ntry:\n    while True: os.fork()\nexcept OSError: pass",
    ],
)
def test_a_hostile_cell_gains_nothing_and_the_next_job_is_well(sandbox, cell):
    assert verdict(sandbox, cell).score == 0
    assert verdict(sandbox, RIGHT).verdict == "correct"


@pytest.mark.parametrize(
    "expression",
    [
        "__import__('backprop')",
        "__import__('autograder.bank').bank.QUESTIONS",
        "__import__('autograd').grad",
        "__import__('torch').tensor",
        f"open({__file__!r})",
        "open('/etc/passwd')",
        "open('/grader/x', 'w')",
        "open('/usr/x', 'w')",
        "__import__('socket').create_connection(('127.0.0.1', 22), 1)",
        "open('/proc/1/environ')",
    ],
)
def test_nothing_of_the_machine_is_in_reach(sandbox, expression):
    cells = run_job(sandbox, [expression], []).cells
    assert cells[0].error


def test_objects_that_agree_with_everything_are_not_answers(sandbox):
    agreeable = (
        "import numpy as np\n"
        "class Yes(np.ndarray):\n"
        "    def __eq__(self, other): return True\n"
        "    def __sub__(self, other): return np.zeros(1)\n"
        "    def __abs__(self): return np.zeros(1)\n"
        "def linear_forward(x, W, b):\n"
        "    return np.zeros((len(x), W.shape[1])).view(Yes), None"
    )
    assert verdict(sandbox, agreeable).score == 0


NOBODY_ELSE = "def linear_forward(x, W, b):\n    return helper(x, W) + b, None"


def driven_with(sandbox, cells, **stand_ins):
    return mark(KEY, run_job(sandbox, cells, [DRIVE], stand_ins).outcomes[0])


def test_a_stand_in_answers_in_place_of_the_function_of_its_name(sandbox):
    wrong = "def helper(x, W):\n    return 0 * x @ W"
    assert driven_with(sandbox, [wrong, NOBODY_ELSE]).score == 0
    answered = driven_with(sandbox, [wrong, NOBODY_ELSE], helper=lambda x, W: x @ W)
    assert answered.verdict == "correct"


def test_a_stand_in_that_fails_is_an_error_of_the_one_who_called_it(sandbox):
    verdict = driven_with(sandbox, [NOBODY_ELSE], helper=lambda x, W: x @ W @ W @ W)
    assert verdict.verdict == "error"
    assert "helper: ValueError" in verdict.message


def test_only_the_named_functions_are_answered_and_only_in_that_job(sandbox):
    asked = []
    flood = (
        "import socket, os\n"
        "for number in range(3, 64):\n"
        "    try:\n"
        "        channel = socket.socket(fileno=number)\n"
        "        for i in range(1000): channel.send(b'x' * 100, socket.MSG_DONTWAIT)\n"
        "    except OSError: pass\n"
    )
    driven_with(sandbox, [flood], helper=lambda *a: asked.append(a))
    assert driven_with(sandbox, [RIGHT], helper=lambda *a: asked.append(a)).verdict == "correct"
    assert verdict(sandbox, flood, RIGHT).score == 0
    assert verdict(sandbox, RIGHT).verdict == "correct"
    assert asked == []


def test_questions_that_are_no_questions_harm_nobody(sandbox):
    cell = (
        "import socket, sys\n"
        "sys.path.insert(0, '/grader')\n"
        "import numpy as np\n"
        "from autograder.marking import wire\n"
        "two, nonsense = np.zeros(2), [1, 'x', None, np.zeros(3), {}, {'nonce': 1}]\n"
        "nonsense += [{'message': 'CallStandIn', 'name': n, 'arguments': n} "
        "for n in (two, [], {})]\n"
        "for number in range(3, 64):\n"
        "    try:\n"
        "        channel = socket.socket(fileno=number)\n"
        "        for value in nonsense: channel.send(wire.encode(value))\n"
        "        channel.send(b'x' * 100_000)\n"
        "    except OSError: pass\n"
    )
    assert driven_with(sandbox, [cell, RIGHT], helper=len).score == 0
    assert driven_with(sandbox, [RIGHT], helper=len).verdict == "correct"


@pytest.mark.parametrize(
    "endless",
    ["helper(7, 10**9)", "helper([], np.zeros((0, 1 << 38)))", "helper({'t': 7}, [[10**9]])"],
)
def test_a_question_that_would_keep_the_grader_busy_for_ever_is_not_answered(sandbox, endless):
    asked = []
    cell = f"import numpy as np\ndef linear_forward(x, W, b):\n    return {endless}, None"
    assert driven_with(sandbox, [cell], helper=lambda *a: asked.append(a)).score == 0
    assert asked == []


def test_what_is_imported_from_the_future_holds_for_later_cells(sandbox):
    cells = [
        "from __future__ import annotations",
        "class Node:\n    def f(self) -> Node: ...",
    ]
    assert [run.error for run in run_job(sandbox, cells, []).cells] == ["", ""]


def test_a_picture_is_shown_by_the_cell_that_draws_it_even_where_that_fails(sandbox):
    drawn = "import matplotlib.pyplot as plt\nplt.plot([1, 2])\n1 / 0"
    assert [len(run.pictures) for run in run_job(sandbox, [drawn, "1"], []).cells] == [1, 0]


SHOWING = [
    "[1.5, 'a', np.zeros(3)]",
    "np.eye(2), 1",
    "list(range(100))",
    "{'b': 1, 'a': [2]}",
    "np.float64(2), True, None",
    "class Value:\n    def __repr__(self): return 'Value(\\n)'\nValue()",
    "Value(), Value",
    "print('printed'); 3",
    "def f(x): return x",
    "f",
    "_",
    "1 / 0",
    "def (",
    "\n    def indented(x): return x\n    indented(1)",
    "t = %env HOME\nt",
    "%env HOME",
    "f?",
    "raise SystemExit",
    "display(5)",
    "plt.plot([1, 2])",
    "plt.gca().set_title('later')",
    "import matplotlib.pyplot; matplotlib.pyplot.plot is plt.plot",
]


def test_a_notebook_shows_the_same_whether_ipython_is_warm_or_made_on_the_way(monkeypatch):
    given = ["import numpy as np\nimport matplotlib.pyplot as plt", *SHOWING]
    shown = []
    for warm in (True, False):
        monkeypatch.setattr(client, "wants_shell", lambda cells, warm=warm: warm)
        with Sandbox() as sandbox:
            shown.append(run_job(sandbox, given, []).cells)
    for cell, *runs in zip(given, *shown, strict=True):
        texts = [re.sub("0x[0-9a-f]+|line [0-9]+|[0-9.]+ .?s", "", run.text) for run in runs]
        assert texts[0] == texts[1], cell
        assert runs[0].error == runs[1].error, cell
        assert len(runs[0].pictures) == len(runs[1].pictures), cell
    assert sum(len(run.pictures) for run in shown[0]) >= 2


@pytest.mark.parametrize(
    "value",
    [
        *[True, 7, 1.5, -0.0, float("nan"), 1e300, 2j, "it's", "two\nlines", ""],
        *[np.eye(3), np.zeros((0, 2)), np.float64(2), np.arange(2000), np.float32(1), np.bool_(1)],
        *[
            (),
            [],
            (1,),
            [1, (2, "a")],
            list(range(30)),
            ["x" * 50] * 2,
            [np.eye(2)],
            {"b": 1},
            None,
        ],
    ],
    ids=repr,
)
def test_a_value_is_shown_as_ipython_shows_it(value):
    assert cells.plain_text(value) in (None, pretty(value))


def test_a_shell_that_is_made_on_the_way_leaves_the_students_names_alone(monkeypatch):
    monkeypatch.setattr(client, "wants_shell", lambda cells: False)
    with Sandbox() as sandbox:
        cells = ["Out, exit = 2, 3", "{'a': object}", "print(Out, exit)"]
        assert run_job(sandbox, cells, []).cells[-1].text == "2 3\n"


def test_a_question_that_takes_the_job_with_it_costs_no_earlier_one(sandbox):
    endless = DrivenQuestion("def drive(code):\n    return {'out': code.huge()}", [{}], 5)
    huge = "def huge():\n    kept = []\n    while True: kept.append(b'x' * (1 << 26))"
    spoils = "import os, resource\ndef huge():\n    os.closerange(3, 64)\n    return 1"
    for cell in (huge, spoils):
        outcomes = run_job(sandbox, [RIGHT, cell], [DRIVE, endless]).outcomes
        assert mark(KEY, outcomes[0]).verdict == "correct"
        assert outcomes[1][0].kind != "answer"


def test_a_cell_finds_drivers_but_the_inputs_of_nobody(sandbox):
    search = (
        "import sys\nframe, found = sys._getframe(), ''\n"
        "while frame:\n    found += repr(frame.f_locals)\n    frame = frame.f_back\n"
        "print(*(name + chr(40) in found "
        "for name in ('LearntQuestion', 'TakeInputs', 'AskedQuestion')))"
    )
    run_job(sandbox, [RIGHT], [DRIVE])
    assert run_job(sandbox, [search], [DRIVE]).cells[0].text == "True False False\n"


def test_what_a_job_does_to_its_channel_is_not_felt_by_the_next(sandbox):
    cell = (
        "import socket, fcntl, os\n"
        "for n in range(3, 64):\n"
        "    try: socket.socket(fileno=n).shutdown(socket.SHUT_RDWR)\n"
        "    except OSError: pass\n"
    )
    assert verdict(sandbox, cell, RIGHT).score == 0
    assert driven_with(sandbox, [NOBODY_ELSE], helper=lambda x, W: x @ W).verdict == "correct"


def test_a_job_that_somebody_else_killed_is_not_the_students_fault(sandbox):
    def kill_the_job():
        while not (pids := pids_of_jobs(sandbox)):
            time.sleep(0.01)
        os.kill(pids[0], signal.SIGKILL)

    killer = threading.Thread(target=kill_the_job)
    killer.start()
    with pytest.raises(SandboxLostError):
        run_job(sandbox, ["import time\ntime.sleep(1)"], [])
    killer.join()
    assert verdict(sandbox, RIGHT).verdict == "correct"
