"""Slow trials cost nobody the answers: these have time of their own, and definitions count."""

import pytest

from autograder.sandbox.client import Around, QuestionSet, Sandbox
from autograder.sandbox.policy import Limits

pytestmark = pytest.mark.sandbox

LIMITS = Limits(cell_seconds=0.5, cells_seconds=4)
PATIENT = Limits(cell_seconds=2, cells_seconds=40)
SLOW = "while True: pass"
SHOWS = "print(sorted(n for n in globals() if n.startswith('n_')))"


def errors(sandbox, cells, answers=(), imports=()):
    """Run cells, and return the error of each and what the last one has printed."""
    around = Around(tuple(imports), answers=frozenset(answers))
    with sandbox.job(cells, QuestionSet([]), None, around) as job:
        runs = job.cells()
    assert len(runs) == len(cells)
    return [run.error for run in runs], runs[-1].text


def test_trials_cannot_use_up_the_time_of_the_answers_behind_them(sandbox):
    cells = [*[SLOW] * 9, "n_own = 1", "n_answer = sum(range(10))", SHOWS]
    found, text = errors(sandbox, cells, answers=(10, 11))
    assert found[0].startswith("stopped")
    assert found[8].startswith("not run, because the 2.67 seconds for the cells without a grade")
    assert found[10:] == ["", ""]
    assert "n_answer" in text


def test_the_definitions_of_a_cell_that_was_not_run_count(sandbox):
    trial = f"import math\nn_a = 1\ndef n_f(): return n_a\nclass n_C: pass\nn_b = n_f()\n{SLOW}"
    cells = [*[SLOW] * 9, trial, SHOWS]
    found, text = errors(sandbox, cells, answers=(10,))
    assert found[9].startswith("not run")
    assert text == "['n_C', 'n_a', 'n_f']\n"


@pytest.mark.parametrize("answers", [(), (0,)])
def test_the_definitions_behind_a_slow_trial_in_the_same_cell_count(sandbox, answers):
    cell = f"n_a = [1]\n{SLOW}\ndef n_f(x=n_a):\n    return x\nn_g = lambda: 1 / 0\nn_c = n_f()"
    found, text = errors(sandbox, [cell, SHOWS], answers)
    assert found[0].startswith("stopped")
    assert text == "['n_a', 'n_f', 'n_g']\n"


def test_what_ran_before_the_stop_does_not_run_again(sandbox):
    cell = f"n_a = 1\ndef n_f(): return 'first'\nn_f = n_f()\n{SLOW}\nn_z = 2"
    assert errors(sandbox, [cell, "print(n_f, n_z)"])[1] == "first 2\n"


def test_definitions_behind_a_magic_that_was_too_slow_count():
    with Sandbox(PATIENT) as sandbox:
        assert errors(sandbox, [f"%%time\n{SLOW}\ndef n_f(): pass", SHOWS])[1] == "['n_f']\n"


def test_definitions_that_never_end_are_stopped_and_the_others_count(sandbox):
    endless = "def n_e(x=[1 for i in iter(int, 1)]): pass"
    cell = f"{SLOW}\n{endless}\ndef n_f(): pass"
    with Sandbox(PATIENT) as patient:
        assert errors(patient, [cell, SHOWS])[1] == "['n_f']\n"
    found, _ = errors(sandbox, [cell, "1"])
    assert found[1] == ""


def test_a_cell_that_fails_stops_there_as_in_a_kernel(sandbox):
    cells = ["1", "1 / 0\ndef n_f(): pass", "import nothing_like_this\ndef n_g(): pass", SHOWS]
    assert errors(sandbox, cells, answers=(1, 2, 3))[1] == "[]\n"


def test_what_only_fails_here_costs_no_definition_of_the_students_own_cells(sandbox):
    first = "raise OSError('no such style')\nimport math as n_math\ndef n_f(): pass\nn_a = n_f()"
    missing = "import nothing_like_this\ndef n_g(): pass"
    assert errors(sandbox, [first, missing, SHOWS])[1] == "['n_f', 'n_g', 'n_math']\n"


def test_the_released_imports_run_unseen_before_the_first_cell(sandbox):
    imports = ["import nothing_like_this", "import math as n_math"]
    found, text = errors(sandbox, ["import pandas\nn_b = 1", SHOWS], imports=imports)
    assert found[0].startswith("ModuleNotFoundError: No module named 'pandas'")
    assert text == "['n_b', 'n_math']\n"
