"""If a worker is lost, no task is lost, and a task that kills its workers harms no other task."""

import os
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor
from pathlib import Path

import pytest

from autograder.grading.pool import MAX_ATTEMPTS, Pool


def work(task):
    """Return the number of the task, or end the worker if the task says "always" or "once"."""
    number, manner, folder = task
    mark = Path(folder) / str(number)
    if manner == "always" or (manner == "once" and not mark.exists()):
        with mark.open("a") as file:
            file.write("begun\n")
        os._exit(1)
    return number


@pytest.fixture
def pool():
    running = Pool(work, lambda: ProcessPoolExecutor(2), before_start=lambda: None)
    yield running
    running.close()


def results(pool, tasks):
    found = []
    for task in tasks:
        pool.submit(task)
    while len(pool):
        found += pool.collect()
    return {number: result for (number, _, _), result in found}


def test_every_task_is_done_although_a_worker_is_lost(pool, tmp_path):
    tasks = [(n, "once" if n == 3 else "well", str(tmp_path)) for n in range(8)]
    assert results(pool, tasks) == {n: n for n in range(8)}


def test_a_task_that_kills_every_worker_fails_alone(pool, tmp_path):
    tasks = [(n, "always" if n == 3 else "well", str(tmp_path)) for n in range(8)]
    found = results(pool, tasks)
    assert isinstance(found.pop(3), BrokenExecutor)
    assert found == {n: n for n in range(8) if n != 3}


def test_a_task_that_always_kills_its_worker_is_begun_three_times(pool, tmp_path):
    found = results(pool, [(3, "always", str(tmp_path))])
    assert isinstance(found[3], BrokenExecutor)
    assert (tmp_path / "3").read_text() == "begun\n" * MAX_ATTEMPTS == "begun\n" * 3


class Breaking(Executor):
    """An executor that breaks as soon as it gets a task, so that all tasks that it holds fail."""

    def __init__(self):
        self.held = []

    def submit(self, work, /, *arguments):
        future = Future()
        future.set_exception(BrokenExecutor("a worker was lost"))
        self.held += arguments
        return future


def test_a_task_on_its_last_attempt_is_the_only_one_that_its_executor_holds():
    made = []

    def make_executor():
        made.append(Breaking())
        return made[-1]

    found = results(Pool(work, make_executor, lambda: None), [(n, "well", "") for n in range(3)])
    assert sorted(found) == [0, 1, 2]
    assert all(isinstance(error, BrokenExecutor) for error in found.values())
    assert [len(executor.held) for executor in made] == [3, 3, 1, 1, 1]
    assert sorted(n for executor in made[2:] for n, _, _ in executor.held) == [0, 1, 2]
