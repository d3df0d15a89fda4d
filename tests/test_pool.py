"""A lost worker costs no task, and a task that kills workers costs nobody else's."""

import os
from concurrent.futures import BrokenExecutor, ProcessPoolExecutor
from pathlib import Path

import pytest

from autograder.grading.pool import Pool


def work(task):
    """Ends its worker where the task says so: always, or the first time."""
    number, manner, folder = task
    mark = Path(folder) / str(number)
    if manner == "always" or (manner == "once" and not mark.exists()):
        mark.touch()
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
