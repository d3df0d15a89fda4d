"""Attacks with the time that is reserved for answers, and with cells that go on after their end."""

from .attack import Attack

RIGHT_RELU = "def relu_forward(x):\n    return np.maximum(np.asarray(x, dtype=float), 0), None"
SLOW = "while True: pass"
STUBBORN = "while True:\n    try:\n        while True: pass\n    except BaseException: pass"

ATTACKS = [
    Attack(
        "many_slow_trials_end_in_the_time_for_all_cells",
        cells=(SLOW,) * 30,
        answers={"relu_forward": RIGHT_RELU},
        deserves=2,
    ),
    Attack(
        "slow_answers_end_in_the_time_for_all_cells",
        answers={
            name: f"{SLOW}\ndef {name}(x=[1 for _ in iter(int, 1)]): pass"
            for name in ("linear_forward", "relu_forward", "sigmoid_forward", "softmax", "mse")
        },
    ),
    Attack(
        "definitions_that_catch_their_end_are_ended_by_the_grader",
        cells=("class Stubborn:\n    " + STUBBORN.replace("\n", "\n    "),) * 3,
        answers={"relu_forward": RIGHT_RELU},
        deserves=2,
    ),
    Attack(
        "thousands_of_definitions_behind_a_slow_trial_end_soon",
        cells=(SLOW + "\n" + "def f(x=sorted(range(10**6))): pass\n" * 2000,),
        answers={"relu_forward": RIGHT_RELU},
        deserves=2,
    ),
    Attack(
        "a_task_that_goes_on_between_cells_keeps_nobody_waiting",
        cells=(
            "import asyncio\nasync def on():\n    while True:\n        await asyncio.sleep(0)\n"
            "tasks = [asyncio.create_task(on()) for _ in range(100)]",
            "async def busy():\n    " + STUBBORN.replace("\n", "\n    ") + "\n"
            "asyncio.create_task(busy())",
        ),
        answers={"relu_forward": RIGHT_RELU},
        deserves=2,
    ),
    Attack(
        "a_loop_of_the_students_own_gains_nothing",
        cells=(
            "import asyncio\nasyncio.new_event_loop = lambda: None",
            "import asyncio\nclass Loop:\n    def __getattr__(self, name): return print\n"
            "asyncio.set_event_loop(Loop())\nawait asyncio.sleep(0)",
        ),
        answers={"relu_forward": RIGHT_RELU},
        deserves=2,
    ),
    Attack(
        "an_error_that_looks_like_a_stop_gains_nothing",
        cells=(
            "class OutOfTimeError(BaseException): pass\nraise OutOfTimeError(27)",
            "import sys\nstop = sys.modules['autograder.sandbox.inside.cells'].OutOfTimeError\n"
            "raise stop(27)\nlinear_forward = lambda *_: 4.0",
        ),
        answers={"relu_forward": RIGHT_RELU},
        deserves=2,
    ),
    Attack(
        "a_message_about_a_missing_answer_stays_text",
        cells=(
            "raise ModuleNotFoundError(\"No module named '<script>pwned()</script>'\")",
            "exec('<<<<<<< <script>pwned()</script>')",
        ),
        answers={
            "linear_forward": "raise ModuleNotFoundError("
            "\"No module named '\\x1b]0;pwned\\x07<script>pwned()</script>'\")",
            "relu_forward": RIGHT_RELU,
        },
        deserves=2,
    ),
]
