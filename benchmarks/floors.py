"""Measure the least that any grader has to run: the cells and the drivers.

A driver is the function of the bank that calls the student's code; it runs once for each case of
its question. Everything runs in one process that has already started. Nothing is isolated, marked
or recorded.
"""

import builtins
import multiprocessing
import os
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from types import ModuleType
from typing import Any

from courses import course_with
from measuring import Cost, NoMeasurementError

import backprop
from autograder.grading.assignment import Assignment, course_assignments
from autograder.grading.grade import sources_to_run
from autograder.grading.notebook import Notebook, is_student_code
from autograder.grading.restore import restore
from autograder.grading.submission import read_submission
from autograder.grading.version import VERSIONS
from autograder.marking.answer_key import from_reference
from autograder.marking.driver import Namespace, compile_driver, drive
from autograder.sandbox.inside.cells import CellRunner, FigureDrawer, NotebookState
from autograder.sandbox.policy import Limits

MIN_ANSWERS = 0.5  # share of the calls; the others may fail, because some answers are wrong

# A function that runs the cells of one submission and returns the names that they have defined.
Executor = Callable[[list[str]], dict[str, Any]]
Call = tuple[Callable[..., Any], dict[str, Any]]  # a driver and the inputs of one case


def floor(
    count: int, assignment: str, drawing: float = 0.0, make: Callable[[], Executor] | None = None
) -> Cost:
    """Run the cells and drivers of so many submissions in a separate process.

    make: makes the executor for the cells; without it, that is the one of the sandbox.
    """
    context = multiprocessing.get_context("fork")  # "spawn" leaves a helper process behind
    with course_with(count, assignment, drawing) as course, ProcessPoolExecutor(1, context) as pool:
        return pool.submit(run_all, course, assignment, make or plain).result()


def plain() -> Executor:
    """Return the executor of the sandbox, which compiles and runs plain Python itself."""
    notebook, limits = NotebookState(), Limits().as_dict()
    notebook.draw = FigureDrawer()

    def execute(cells: list[str]) -> dict[str, Any]:
        notebook.names.clear()
        notebook.names.update(vars(ModuleType("__main__")), __builtins__=builtins)
        notebook.compile.flags = 0
        if notebook.has_shell:
            notebook.shell().init_user_ns()
        every = list(range(len(cells)))  # all cells may use the time of answers
        for _ in CellRunner(notebook, limits, {}).run_all(cells, every):
            pass
        return notebook.names

    return execute


def ipython() -> Executor:
    """Return IPython, the executor of a Jupyter kernel, without the kernel."""
    from IPython.utils.capture import capture_output

    from autograder.sandbox.inside.event_loop import EventLoop
    from autograder.sandbox.inside.ipython_shell import make_shell

    shell = make_shell(ModuleType("__main__"), FigureDrawer(), EventLoop())

    def execute(cells: list[str]) -> dict[str, Any]:
        shell.user_module, shell.user_ns = shell.prepare_user_module()
        shell.init_user_ns()
        for source in cells:
            with capture_output():
                shell.run_cell(source, store_history=False)
        return shell.user_ns

    return execute


def run_all(course: Path, assignment: str, make: Callable[[], Executor]) -> Cost:
    """Run the cells and drivers of every submission, each submission in an empty namespace.

    The first submission runs once more beforehand, uncounted, so that all imports are done. Raises
    NoMeasurementError if most calls give no answer, for example because the cells did not run.
    """
    execute, ours = make(), course_assignments()[assignment]
    paths = sorted(course.glob(f"submitted/*/{assignment}/*.ipynb"))
    notebooks = [sources(path, ours.released) for path in paths]
    versions = [calls(ours, seed) for seed in range(VERSIONS)]
    os.chdir(course)
    run_one(execute, notebooks[0], versions[0])
    start, start_cpu = time.perf_counter(), time.process_time()
    answers = 0
    for number, cells in enumerate(notebooks):
        answers += run_one(execute, cells, versions[number % VERSIONS])
    cost = Cost(time.perf_counter() - start, time.process_time() - start_cpu)
    if answers < MIN_ANSWERS * len(notebooks) * len(versions[0]):
        raise NoMeasurementError(f"{answers} answers from {len(notebooks)} submissions are too few")
    return cost


def calls(assignment: Assignment, seed: int) -> list[Call]:
    """Return the driver of each question with the inputs of each of its cases."""
    keys = (from_reference(q, vars(backprop), seed) for q in assignment.questions)
    drivers = ((compile_driver(key.driver_source), key) for key in keys)
    return [(driver, case.inputs) for driver, key in drivers for case in key.cases]


def run_one(execute: Executor, cells: list[str], version: list[Call]) -> int:
    """Run the cells of one submission, and then the drivers; return the number of answers."""
    names = Namespace(execute(cells))
    outcomes = [drive(driver, names, inputs) for driver, inputs in version]
    return sum(outcome.kind == "answer" for outcome in outcomes)


def sources(path: Path, released: Notebook) -> list[str]:
    """Return the code cells that `autograder grade` would run."""
    cells = restore(read_submission(path), released).cells
    own = [cell for cell in cells if is_student_code(cell)]
    return [source for source in sources_to_run(own, released["cells"]) if source]
