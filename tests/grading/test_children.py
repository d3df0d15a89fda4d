"""A task that hangs, dies or computes without end harms no other task, and is told apart."""

import os
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from autograder.grading.assignment import Assignment
from autograder.grading.children import (
    MAX_ATTEMPTS,
    ChildLostError,
    Children,
    OverranError,
    Work,
)
from autograder.grading.worker import Task, _grade_in_a_child
from autograder.sandbox.policy import Limits


def run(task):
    """Return the number of the task after doing what the task says."""
    number, manner, folder = task
    with (Path(folder) / str(number)).open("a") as file:
        file.write("begun\n")
    begun = (Path(folder) / str(number)).read_text().count("begun")
    if manner == "dies" or (manner == "dies once" and begun == 1):
        os._exit(1)
    if manner == "raises":
        raise ValueError("an error of the task")
    if manner == "computes without end":
        sum(range(10**15))  # one call into C, which no signal handler of Python can interrupt
    if manner == "hangs":
        time.sleep(1000)
    return number


def begin(number):
    """Do nothing."""


def finish():
    """Do nothing."""


@pytest.fixture
def children():
    running = Children(Work(begin, run, finish, cpu_seconds=0.2, seconds=60))
    yield running
    running.close()


def outcomes(children, tasks):
    """Return what becomes of each task, by number, if two threads run them."""

    def outcome(task):
        try:
            return task[0], children.run(task)
        except Exception as error:
            return task[0], type(error)

    with ThreadPoolExecutor(2) as threads:
        return dict(threads.map(outcome, tasks))


@pytest.mark.parametrize(
    ("manner", "becomes", "attempts"),
    [
        ("dies once", 3, 2),
        ("dies", ChildLostError, MAX_ATTEMPTS),
        ("raises", ValueError, 1),
        ("computes without end", OverranError, 1),
    ],
)
def test_a_task_that_goes_wrong_harms_no_other_task(children, tmp_path, manner, becomes, attempts):
    tasks = [(n, manner if n == 3 else "well", str(tmp_path)) for n in range(8)]
    assert outcomes(children, tasks) == {n: becomes if n == 3 else n for n in range(8)}
    counts = {n: (tmp_path / str(n)).read_text().count("begun") for n in range(8)}
    assert counts == {n: attempts if n == 3 else 1 for n in range(8)}


def compute_without_end(task):
    sum(range(10**15))


def test_a_submission_on_which_we_compute_for_too_long_is_rejected_with_the_reason():
    children = Children(Work(begin, compute_without_end, finish, cpu_seconds=0.2, seconds=60))
    task = Task("ada", Assignment.of_course("01-neuron"), "01-neuron.ipynb", Limits())
    try:
        result = _grade_in_a_child(children, task)
    finally:
        children.close()
    assert (result.status, result.score) == ("rejected", 0)
    assert "more than 0.2 seconds of computing" in result.message


def test_an_idle_child_that_is_killed_is_replaced(children, tmp_path):
    children.start(2)
    for child in children._all:
        os.kill(child._pid, signal.SIGKILL)
    assert outcomes(children, [(n, "well", str(tmp_path)) for n in range(4)]) == {
        n: n for n in range(4)
    }


def test_closing_ends_a_task_that_hangs(children, tmp_path):
    hanging = threading.Thread(target=outcomes, args=(children, [(0, "hangs", str(tmp_path))]))
    hanging.start()
    while not (tmp_path / "0").exists():
        time.sleep(0.01)
    children.close()
    hanging.join(30)
    assert not hanging.is_alive()


def test_a_task_that_does_not_answer_in_time_is_given_up(tmp_path):
    children = Children(Work(begin, run, finish, cpu_seconds=60, seconds=0.2))
    try:
        assert outcomes(children, [(0, "hangs", str(tmp_path))]) == {0: ChildLostError}
    finally:
        children.close()


def test_a_child_dies_with_its_parent(tmp_path):
    parent = os.fork()
    if parent == 0:
        children = Children(Work(begin, run, finish, cpu_seconds=60, seconds=60))
        children.start(1)
        (tmp_path / "child").write_text(str(children._all[0]._pid))
        os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(parent, 0)
    child = int((tmp_path / "child").read_text())
    while Path(f"/proc/{child}").exists() and " Z " not in Path(f"/proc/{child}/stat").read_text():
        time.sleep(0.01)
