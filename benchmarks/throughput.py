"""Measure the time per submission of stock nbgrader, Otter-Grader and `autograder grade`.

    python benchmarks/throughput.py --submissions 100 --table docs/speed.md

Each grader gets the same submissions in a fresh course folder. Its time is that of the whole
command, including start-up. CPU seconds are the user and system time of the command and of all its
descendants, which include kernels and sandboxes. The script needs Linux. At its first run it also
needs the network, because it installs Otter-Grader in build/otter-venv.

The graders are compared with the least that any grader could take. For this, three rows of
the table run all submissions one after another in one IPython shell that has already started.
Nothing is isolated, marked or recorded:

- the floor: the cells, and then, for each question, its driver with the inputs of every case. (A
  driver is the function of the bank that calls the student's code.)
- the cells alone;
- the cells and the notebook's own check cells, as stock nbgrader runs them.
"""

import argparse
import ctypes
import json
import multiprocessing
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # for the floors; run() sets it for the graders

import nbformat
from nbgrader.api import Gradebook
from submissions import ROOT, write_submissions
from tqdm import tqdm

import backprop
from autograder.grading.assignment import course_assignments
from autograder.grading.notebook import Notebook, is_answer, is_check, is_student_code
from autograder.grading.submission import read_submission, restore
from autograder.marking.answer_key import from_reference
from autograder.marking.driver import Namespace, compile_driver, drive
from autograder.sandbox.client import DrivenQuestion

ASSIGNMENTS = course_assignments()

OTTER = "otter-grader==7.0.0"
OTTER_VENV = ROOT / "build" / "otter-venv"
OTTER_NEEDS = [OTTER, "numpy", "matplotlib", "ipykernel"]
OTTER_FIRST_CELL = "import otter\n\ngrader = otter.Notebook()"
OTTER_TEST = """\
OK_FORMAT = False

from otter.test_files import test_case

name = "{id}"
points = {points}


@test_case()
def full_marks(env):
    assert eval('check("{id}")', env) == points
"""
NBGRADER = [sys.executable, "-m", "nbgrader"]
PR_SET_CHILD_SUBREAPER = 36
LOOK_EVERY = 0.1  # seconds
CLOCK_TICKS = os.sysconf("SC_CLK_TCK")
OTTER_RUN = "`otter run`"
STOCK, FLOOR = "stock `nbgrader autograde`", "the floor: cells and drivers"
HEADING = """\
# How long grading takes

`python benchmarks/throughput.py` measures these times. All rows of a table come from one run on a
machine with {cores} cores. The times include the start of the command. The assignment is already in
the gradebook of the course folder when a measurement begins.

- *The floor* is the least that any grader has to run: the cells of every submission and, for each
  question, its driver with the inputs of every case. (A driver is the function that calls the
  student's code.) They run in one IPython shell that has already started. Nothing is isolated,
  marked or recorded.
- *Speed, stock = 1* is the time that stock nbgrader needs for a submission divided by the time in
  the row. *CPU, floor = 1* is the CPU time in the row divided by that of the floor.
- *Mean points* counts the questions that the machine marks. Compare it only between rows with the
  same number of submissions. Otter-Grader gives all points of a question or none.
"""


@dataclass(frozen=True)
class Submissions:
    """The submissions to grade. drawing: share of students who run the suggested drawings."""

    assignment: str
    count: int
    drawing: float = 0.0

    @contextmanager
    def in_a_course(self) -> Iterator[Path]:
        """Make a course folder with these submissions and the assignment in its gradebook."""
        with tempfile.TemporaryDirectory() as folder:
            course = Path(folder)
            write_submissions(course, self.assignment, self.count, self.drawing)
            shutil.copytree(ROOT / "solutions" / "notebooks", course / "source")
            run([*NBGRADER, "generate_assignment", self.assignment, f"--course-dir={course}"])
            yield course


@dataclass(frozen=True)
class Cost:
    """The time that the submissions took. points: the mean, None if nothing is marked."""

    submissions: int
    seconds: float
    cpu: float
    points: float | None = None
    each: dict[str, float] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        each = {"seconds": self.seconds / self.submissions, "cpu": self.cpu / self.submissions}
        object.__setattr__(self, "each", each)


Contender = Callable[[Submissions], Cost]


# --- the contenders ---------------------------------------------------------------------------


def stock(given: Submissions) -> Cost:
    """Run `nbgrader autograde` without our plugin; it starts a kernel for each submission."""
    with given.in_a_course() as course:
        command = [*NBGRADER, "autograde", given.assignment, "--create"]
        seconds, cpu = timed([[*command, f"--course-dir={course}"]])
        with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as gradebook:
            scores = [s.score for s in gradebook.assignment_submissions(given.assignment)]
    return Cost(given.count, seconds, cpu, mean(scores, given.count))


def otter(given: Submissions) -> Cost:
    """Run `otter run` once for each submission; its tests call our `check`."""
    command = otter_command()
    with given.in_a_course() as course:
        tests = course / "autograder.zip"
        write_otter_tests(tests, given.assignment)
        calls, results = [], []
        for path in sorted(course.glob(f"submitted/*/{given.assignment}/*.ipynb")):
            rewrite_for_otter(path)
            calls.append([command, "run", "-a", tests, "-o", path.parent, path])
            results.append(path.parent / "results.json")
        seconds, cpu = timed(calls)
        tested = [json.loads(path.read_text())["tests"] for path in results]
    scores = [sum(test.get("score", 0.0) for test in tests) for tests in tested]
    return Cost(given.count, seconds, cpu, mean(scores, given.count))


def ours(workers: int) -> Contender:
    """Return a contender that runs `autograder grade` with this number of workers."""

    def grade(given: Submissions) -> Cost:
        with given.in_a_course() as course:
            seed, results = course / "seed", course / "results.jsonl"
            seed.write_text("the same inputs in every run\n")
            command = [sys.executable, "-m", "autograder.cli", "grade", given.assignment]
            command += ["--course", course, "--workers", str(workers)]
            seconds, cpu = timed([[*command, "--seed-file", seed, "--json", results]])
            records = [json.loads(line) for line in results.read_text().splitlines()]
        return Cost(given.count, seconds, cpu, mean([r["score"] for r in records], given.count))

    return grade


def floor(driven: bool = False, checked: bool = False) -> Contender:
    """Return a contender that only runs the cells, in one separate process.

    driven: also run the driver of each question. checked: also run the check cells.
    """

    def run_all(given: Submissions) -> Cost:
        context = multiprocessing.get_context("fork")  # "spawn" leaves a helper process behind
        with given.in_a_course() as course, ProcessPoolExecutor(1, context) as pool:
            taken = pool.submit(run_cells, course, given.assignment, driven, checked).result()
        return Cost(given.count, *taken)

    return run_all


def run_cells(course: Path, assignment: str, driven: bool, checked: bool) -> tuple[float, float]:
    """Run the cells of every submission in one shell, each submission in an empty namespace.

    The first submission runs once more beforehand, uncounted, so that all imports are done. Returns
    wall-clock and CPU seconds.
    """
    from IPython.utils.capture import capture_output

    from autograder.sandbox.inside.ipython_shell import make_shell

    shell, released = make_shell(ModuleType("__main__")), ASSIGNMENTS[assignment].released
    paths = sorted(course.glob(f"submitted/*/{assignment}/*.ipynb"))
    notebooks = [sources(path, released, checked) for path in paths]
    inputs = [driver_inputs(assignment, seed) if driven else [] for seed in range(len(paths))]
    os.chdir(course)

    def run_one(cells: list[str], drives: list[DrivenQuestion]) -> None:
        shell.user_module, shell.user_ns = shell.prepare_user_module()
        shell.init_user_ns()
        for source in cells:
            with capture_output():
                shell.run_cell(source, store_history=False)
        for question in drives:
            driver = compile_driver(question.driver_source)
            for case in question.inputs:
                drive(driver, Namespace(shell.user_ns), case)

    run_one(notebooks[0], inputs[0])
    start, start_cpu = time.perf_counter(), time.process_time()
    for cells, drives in zip(notebooks, inputs, strict=True):
        run_one(cells, drives)
    return time.perf_counter() - start, time.process_time() - start_cpu


def driver_inputs(assignment: str, seed: int) -> list[DrivenQuestion]:
    """Return the drivers and inputs of the questions, with the inputs of one seed."""
    keys = (from_reference(q, vars(backprop), seed) for q in ASSIGNMENTS[assignment].questions)
    return [DrivenQuestion(key.driver_source, [case.inputs for case in key.cases]) for key in keys]


def sources(path: Path, released: Notebook, checked: bool) -> list[str]:
    """Return the code cells that `autograder grade` would run, or those of stock nbgrader."""
    stubs = {cell["source"] for cell in released["cells"] if is_answer(cell)}
    cells = restore(read_submission(path), released)
    wanted = [c for c in cells if is_student_code(c) or (checked and is_check(c))]
    return [c["source"] for c in wanted if checked or c["source"] not in stubs]


CONTENDERS: dict[str, Contender] = {
    STOCK: stock,
    OTTER_RUN: otter,
    "`autograder grade --workers 1`": ours(1),
    "`autograder grade --workers 2`": ours(2),
    "the same, more submissions, 1 worker": ours(1),
    "the same, more submissions, 2 workers": ours(2),
    FLOOR: floor(driven=True),
    "the cells alone": floor(),
    "the cells and the check cells": floor(checked=True),
}


# --- Otter-Grader -----------------------------------------------------------------------------


def otter_command() -> Path:
    """Return the path of `otter`, after installing it in build/otter-venv if necessary.

    The other packages there get the versions of requirements.txt.
    """
    ready = OTTER_VENV / ".ready"
    if not ready.exists() or ready.read_text() != OTTER:
        run([sys.executable, "-m", "venv", "--clear", OTTER_VENV])
        pip = [OTTER_VENV / "bin" / "python", "-m", "pip", "install", "--quiet"]
        run([*pip, "-c", ROOT / "requirements.txt", *OTTER_NEEDS])
        ready.write_text(OTTER)
    return OTTER_VENV / "bin" / "otter"


def write_otter_tests(path: Path, assignment: str) -> None:
    """Write the archive that `otter run` needs: for each question a test worth all its points."""
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("otter_config.json", "{}")
        for q in ASSIGNMENTS[assignment].questions:
            archive.writestr(f"tests/{q.id}.py", OTTER_TEST.format(id=q.id, points=q.points))


def rewrite_for_otter(path: Path) -> None:
    """Rewrite the check cells of a notebook to call Otter's grader, so each check runs once."""
    notebook = nbformat.read(path, 4)
    for cell in filter(is_check, notebook.cells):
        cell.source = f"grader.{cell.source}"
    notebook.cells.insert(0, nbformat.v4.new_code_cell(OTTER_FIRST_CELL))
    nbformat.write(notebook, path)


# --- measuring --------------------------------------------------------------------------------


def timed(commands: list[list[Any]]) -> tuple[float, float]:
    """Run commands one after another; return wall-clock and CPU seconds, with all descendants.

    When a sandbox is killed together with its PID namespace, the kernel forgets the CPU time of the
    processes in it. So a thread reads the CPU time of all descendants at intervals, and the largest
    sum counts.
    """
    before, most, over = children_cpu(), 0.0, threading.Event()

    def watch() -> None:
        nonlocal most
        while not over.wait(LOOK_EVERY):
            most = max(most, children_cpu() + living_cpu(os.getpid()))

    watcher = threading.Thread(target=watch)
    watcher.start()
    start = time.perf_counter()
    try:
        for command in commands:
            run(command)
        seconds = time.perf_counter() - start
        reap_orphans()
    finally:
        over.set()
        watcher.join()
    return seconds, max(most, children_cpu()) - before


def living_cpu(pid: int | str) -> float:
    """Return the CPU seconds of running descendants and of those that they have waited for."""
    seconds = 0.0
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(OSError):  # a process may end while we look
            for child in children.read_text().split():
                fields = Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split()
                seconds += sum(map(int, fields[11:15])) / CLOCK_TICKS + living_cpu(child)
    return seconds


def run(command: list[Any]) -> None:
    """Run a command. Raises RuntimeError with the end of its error output if it fails."""
    paths = f"{ROOT}{os.pathsep}{ROOT / 'solutions'}"
    # nbgrader calls `alembic` by name.
    programs = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    environment = {**os.environ, "PYTHONPATH": paths, "PATH": programs, "OPENBLAS_NUM_THREADS": "1"}
    # Without stored bytecode, every kernel would compile the course again.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(map(str, command))}\n{done.stderr[-2000:]}")


def adopt_orphans() -> None:
    """Become the parent of orphaned descendants; otherwise their CPU time would be lost."""
    if ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0):
        raise RuntimeError("this system does not let a process adopt orphaned descendants")


def reap_orphans() -> None:
    """Wait for every remaining descendant."""
    while True:
        try:
            os.wait()
        except ChildProcessError:
            return


def children_cpu() -> float:
    """Return the user and system seconds of all descendants that have been waited for."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def mean(scores: list[float], count: int) -> float:
    """Return the mean score. Raises RuntimeError unless every submission has a score."""
    if len(scores) != count:
        raise RuntimeError(f"{len(scores)} of {count} submissions were graded")
    return sum(scores) / count


# --- the table --------------------------------------------------------------------------------


def table(assignment: str, drawing: float, costs: dict[str, Cost]) -> str:
    """Return the costs of one assignment as a Markdown table."""
    lines = [
        f"\n## {assignment}" + (f", {drawing:.0%} of the students draw" if drawing else "") + "\n",
        "| | submissions | seconds each | per minute | CPU seconds each | speed, stock = 1 "
        "| CPU, floor = 1 | mean points |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for name, cost in costs.items():
        seconds, cpu = cost.each["seconds"], cost.each["cpu"]
        points = "" if cost.points is None else f"{cost.points:.2f}"
        faster, dearer = (costs[STOCK].each["seconds"] / seconds, cpu / costs[FLOOR].each["cpu"])
        lines.append(
            f"| {name} | {cost.submissions} | {seconds:.3f} | {60 / seconds:.0f} | {cpu:.3f} "
            f"| {faster:.1f} | {dearer:.1f} | {points} |"
        )
    return "\n".join(lines)


def main() -> int:
    """Measure every contender on every chosen assignment, and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--assignments", nargs="+", default=["02-forward"], metavar="A", help="names, or: all"
    )
    parser.add_argument("--submissions", type=int, default=100, help="how many to grade")
    parser.add_argument(
        "--stock", type=int, default=100, help="run stock nbgrader on the first STOCK only"
    )
    parser.add_argument("--otter", type=int, default=100, help="run Otter on the first OTTER only")
    parser.add_argument(
        "--more", type=int, default=1000, help="how many to grade in the rows with more submissions"
    )
    parser.add_argument(
        "--drawing", type=float, default=0.0, help="share of students who run suggested drawings"
    )
    parser.add_argument("--table", type=Path, help="also write the tables to this file")
    options = parser.parse_args()
    assignments = list(ASSIGNMENTS) if options.assignments == ["all"] else options.assignments
    if unknown := set(assignments) - set(ASSIGNMENTS):
        parser.error(f"no assignment {', '.join(unknown)}; there are {', '.join(ASSIGNMENTS)}, all")
    adopt_orphans()
    otter_command()  # installed now, so that the installation is not timed
    counts = dict.fromkeys(CONTENDERS, options.submissions)
    counts |= {STOCK: min(options.stock, options.submissions)}
    counts |= {OTTER_RUN: min(options.otter, options.submissions)}
    counts |= {name: options.more for name in CONTENDERS if "more submissions" in name}
    tables = [HEADING.format(cores=os.cpu_count())]
    for assignment in assignments:
        costs = {}
        for name, contender in tqdm(CONTENDERS.items(), desc=assignment, unit="way"):
            costs[name] = contender(Submissions(assignment, counts[name], options.drawing))
        tables.append(table(assignment, options.drawing, costs))
        print(tables[-1], flush=True)
        if options.table:
            options.table.write_text("\n".join(tables) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
