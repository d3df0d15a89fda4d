"""Run commands in a neutral place, and measure what one further submission costs.

A command has a fixed cost, its start, and a cost for each submission. To tell them apart, each way
to grade is measured with few and with many submissions. The difference is the cost of the further
submissions, and what is left of the cost of the few is the start.
"""

import atexit
import ctypes
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from statistics import median
from typing import Any

from submissions import ROOT
from tqdm import tqdm

PR_SET_CHILD_SUBREAPER = 36
LOOK_EVERY = 0.1  # seconds
CLOCK_TICKS = os.sysconf("SC_CLK_TCK")


class NoMeasurementError(Exception):
    """An error for a run that does not measure what it should. The text says why."""


@dataclass(frozen=True)
class Cost:
    """The wall-clock seconds and the CPU seconds of some work."""

    seconds: float
    cpu: float


@dataclass(frozen=True)
class Way:
    """A way to grade. run: grade so many submissions. few, many: the numbers to compare."""

    run: Callable[[int], Cost]
    few: int
    many: int


@dataclass(frozen=True)
class Slope:
    """The cost of one further submission, and the cost of the start."""

    each: Cost
    start: Cost


def slopes(ways: dict[str, Way], repeat: int) -> dict[str, Slope]:
    """Return the slope of every way, the medians of `repeat` rounds.

    In each round all ways run one after another, in every second round in reverse order, so that a
    change of the machine's speed affects all of them. Before the first round every way runs once,
    uncounted, so that files which are made only once are there.
    """
    found: dict[str, list[Slope]] = {name: [] for name in ways}
    with tqdm(total=len(ways) * (2 * repeat + 1), unit="run") as bar:

        def cost(name: str, count: int) -> Cost:
            bar.set_description(f"{name}, {count} submissions")
            used = ways[name].run(count)
            bar.update()
            return used

        for name in ways:
            cost(name, 1)
        for number in range(repeat):
            for name in list(ways)[:: -1 if number % 2 else 1]:
                few, many = ways[name].few, ways[name].many
                found[name].append(slope(few, cost(name, few), many, cost(name, many)))
    return {name: middle(each) for name, each in found.items()}


def show(tables: list[str], path: Path | None) -> None:
    """Print the last table, and write all tables to a file if there is a path."""
    print(tables[-1], flush=True)
    if path:
        path.write_text("\n".join(tables) + "\n")


def slope(few: int, of_few: Cost, many: int, of_many: Cost) -> Slope:
    """Return the slope between the costs of few and of many submissions."""
    seconds = (of_many.seconds - of_few.seconds) / (many - few)
    cpu = (of_many.cpu - of_few.cpu) / (many - few)
    start = Cost(of_few.seconds - few * seconds, of_few.cpu - few * cpu)
    return Slope(Cost(seconds, cpu), start)


def middle(found: list[Slope]) -> Slope:
    """Return the medians of some slopes, for each of their four numbers."""

    def of(costs: list[Cost]) -> Cost:
        return Cost(median(c.seconds for c in costs), median(c.cpu for c in costs))

    return Slope(of([s.each for s in found]), of([s.start for s in found]))


# --- running commands -------------------------------------------------------------------------


def timed(commands: list[list[Any]]) -> Cost:
    """Run commands one after another; return their cost, with that of all descendants.

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
    return Cost(seconds, max(most, children_cpu()) - before)


def run(command: list[Any]) -> None:
    """Run a command in an empty folder and without settings of the user.

    The folder matters: nbgrader reads a file nbgrader_config.py in the folder in which it starts,
    and the one of this repository makes it mark in our sandbox. Raises NoMeasurementError with the
    end of the error output if the command fails.
    """
    with tempfile.TemporaryDirectory() as empty:
        done = subprocess.run(
            command,
            cwd=empty,
            env=environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode:
        words = f"exit code {done.returncode} from {' '.join(map(str, command))}"
        raise NoMeasurementError(f"{words}\n{done.stderr[-2000:]}")


def environment() -> dict[str, str]:
    """Return the environment of every command that is measured."""
    programs = Path(sys.executable).parent  # nbgrader calls `alembic` by name
    return {
        "PATH": f"{programs}{os.pathsep}{os.environ.get('PATH', '')}",
        "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'solutions'}",
        "LANG": "C.UTF-8",
        "HOME": str(home()),
        "JUPYTER_CONFIG_DIR": str(home() / "no-settings"),
        "OPENBLAS_NUM_THREADS": "1",
    }


@cache
def home() -> Path:
    """Return a home folder for the commands. It is empty at first, and removed at the end."""
    folder = tempfile.TemporaryDirectory()
    atexit.register(folder.cleanup)
    return Path(folder.name)


# --- the CPU time of all descendants ----------------------------------------------------------


def adopt_orphans() -> None:
    """Become the parent of orphaned descendants; otherwise their CPU time would be lost."""
    if ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0):
        raise RuntimeError("this system does not let a process adopt orphaned descendants")


def reap_orphans() -> None:
    """Wait for every remaining descendant."""
    with suppress(ChildProcessError):
        while True:
            os.wait()


def children_cpu() -> float:
    """Return the user and system seconds of all descendants that have been waited for."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def living_cpu(pid: int | str) -> float:
    """Return the CPU seconds of running descendants and of those that they have waited for."""
    return sum(map(cpu_of_tree, children(pid)))


def cpu_of_tree(pid: str) -> float:
    """Return the CPU seconds of a process and of all its descendants; 0 if it has ended."""
    with suppress(OSError):
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return sum(map(int, fields[11:15])) / CLOCK_TICKS + living_cpu(pid)
    return 0.0


def children(pid: int | str) -> Iterator[str]:
    """Yield the ids of the children of a process."""
    for path in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(OSError):  # a process may end while we look
            yield from path.read_text().split()
