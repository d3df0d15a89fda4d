"""Kill processes in the middle of `autograder grade`, run it again, and compare the results.

    python benchmarks/kills.py --kills 25 --submissions 30 --seed 0

The script first grades a class without any disturbance. Then, for each kill, it grades the same
class again with an empty gradebook. At a random moment it sends `kill -9` to the coordinator, a
worker, a sandbox or a Dask worker, or it crashes and restarts PostgreSQL. After that it repeats the
same command until the command succeeds. The gradebook, the results and the notebooks must then
equal those of the undisturbed run, and no process may be left over. The exit code is 1 if they
differ after any of the kills. The script needs Linux, and PostgreSQL must be installed
(`make .venv/.postgresql`).
"""

import argparse
import contextlib
import ctypes
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import psutil
import sqlalchemy
from submissions import ROOT, write_submissions

sys.path.append(str(ROOT / "tests"))
from support.gradebook_rows import rows
from support.servers import dask_cluster, postgres

ASSIGNMENT = "02-forward"
START_UP = 0.3  # share of the kills that happen before the first result
MAX_LATER = 0.5  # seconds after a result
MAX_RERUNS = 3
PATIENCE, HUNG = 300.0, 124  # seconds for one run, and the exit code noted if it takes longer
GRACE = 10.0  # seconds within which the helpers of a killed process must have ended
LOOK_EVERY = 0.01  # seconds
TO_THE_JOB = 3  # generations below bubblewrap: its child, the warm process, the job
PR_SET_CHILD_SUBREAPER = 36

Strike = Callable[[psutil.Popen, Random], bool]
Victims = Callable[[psutil.Popen], list[psutil.Process]]


@dataclass(frozen=True)
class Scene:
    """An ungraded class, and how to grade it.

    strike: kills a process of the running command; returns False if the command had already ended.
    options: further arguments of the command.
    """

    course: Path
    db_url: str
    strike: Strike
    options: tuple[str, ...] = ()


@dataclass(frozen=True)
class Moment:
    """The moment of a kill: `seconds` after the given number of notebooks has been written."""

    notebooks: int
    seconds: float

    def __str__(self) -> str:
        return f"{self.seconds:5.2f} s after {self.notebooks:2} notebooks"


@dataclass(frozen=True)
class Outcome:
    """The result of one kill.

    code, said: exit code and last line of the command that was disturbed. reruns: how often it was
    run again. again: submissions that the last rerun graded. trouble: the first difference from the
    undisturbed run, "" if there is none.
    """

    kind: str
    moment: Moment
    code: int
    said: str
    reruns: int
    again: int
    trouble: str

    def __str__(self) -> str:
        rerun = f"{self.again:2} graded in {self.reruns} rerun{'s' if self.reruns > 1 else ''}"
        said = f"\n    {self.said}" if self.said else ""
        start = f"{self.kind:12} {self.moment}: exit code {self.code:2}, {rerun}, "
        return f"{start}{self.trouble or 'equal'}{said}"


# --- choosing and killing a process -----------------------------------------------------------


def kill_one_of(victims: Victims) -> Strike:
    """Return a strike that kills one of the victims at random, as soon as there is one."""

    def strike(command: psutil.Popen, random: Random) -> bool:
        while command.poll() is None:
            with contextlib.suppress(psutil.NoSuchProcess):
                if found := victims(command):
                    random.choice(found).kill()
                    return True
            time.sleep(LOOK_EVERY)
        return False

    return strike


def workers(command: psutil.Popen) -> list[psutil.Process]:
    """Return the worker processes: children of the coordinator that run the same program."""
    return [child for child in command.children() if child.cmdline() == command.cmdline()]


def sandboxes(command: psutil.Popen) -> list[psutil.Process]:
    """Return the processes of all sandboxes, down to the first process of each job.

    Its forks are left out. Student code can kill them too, so the grader counts their loss against
    the student.
    """
    found = []
    level = [p for p in (command, *workers(command)) for p in p.children() if p.name() == "bwrap"]
    for _ in range(TO_THE_JOB + 1):
        found += level
        level = [child for process in level for child in process.children()]
    return found


def local(victims: Victims) -> Callable[[Path], contextlib.AbstractContextManager[Scene]]:
    """Return a scene with local workers and SQLite, in which one of the victims is killed."""
    strike = kill_one_of(victims)
    return lambda course: contextlib.nullcontext(Scene(course, sqlite(course), strike))


@contextlib.contextmanager
def on_a_cluster(course: Path) -> Iterator[Scene]:
    """Set up a scene with two Dask workers, one of which is killed."""
    with dask_cluster(workers=2) as cluster:
        strike = kill_one_of(lambda _: [psutil.Process(pid) for pid in cluster.pids])
        yield Scene(course, sqlite(course), strike, ("--cluster", cluster.address))


@contextlib.contextmanager
def with_postgresql(course: Path) -> Iterator[Scene]:
    """Set up a scene with local workers and a PostgreSQL server that crashes and restarts."""
    with postgres() as server:
        url = server.url()

        def strike(command: psutil.Popen, random: Random) -> bool:
            in_time = command.poll() is None
            server.restart()
            return in_time

        yield Scene(course, url, strike, ("--db", url))


KINDS = {
    "coordinator": local(lambda command: [command]),
    "worker": local(workers),
    "sandbox": local(sandboxes),
    "Dask worker": on_a_cluster,
    "PostgreSQL": with_postgresql,
}


# --- one run with a kill ----------------------------------------------------------------------


def disturbed(
    kind: str, moment: Moment, submitted: Path, expected: list[str], random: Random
) -> Outcome | None:
    """Grade a class, kill a process on the way, and run the command again until it succeeds.

    Returns None if the command had already ended at the moment of the kill.
    """
    with class_of(submitted) as course, KINDS[kind](course) as scene:
        servers = {child.pid for child in psutil.Process().children()}
        command = start(scene)
        wait_for(moment.notebooks, scene, command)
        time.sleep(moment.seconds)
        if not scene.strike(command, random):
            return None
        code, said = end(scene, command)
        trouble = said if code == HUNG else left_over(servers)
        last, reruns, again = -1, 0, 0
        while last != 0 and reruns < MAX_RERUNS:
            last, words = end(scene, start(scene))
            reruns += 1
        if last:
            trouble = trouble or f"the last rerun ended with exit code {last}: {words}"
        else:
            again = graded_now(words)
            trouble = trouble or difference(expected, leavings(scene)) or left_over(servers)
    return Outcome(kind, moment, code, said if code else "", reruns, again, trouble)


def undisturbed(submitted: Path) -> tuple[list[str], float]:
    """Grade without a kill; return what the run leaves and the seconds to its first notebook."""
    with class_of(submitted) as course:
        scene = Scene(course, sqlite(course), kill_one_of(workers))
        began = time.monotonic()
        command = start(scene)
        wait_for(1, scene, command)
        start_up = time.monotonic() - began
        code, said = end(scene, command)
        if code:
            raise RuntimeError(f"the undisturbed run ended with exit code {code}: {said}")
        return leavings(scene), start_up


@contextlib.contextmanager
def class_of(submitted: Path) -> Iterator[Path]:
    """Make a course folder with these submissions and a fixed secret."""
    with tempfile.TemporaryDirectory() as folder:
        course = Path(folder)
        shutil.copytree(submitted, course / "submitted")
        (course / "seed").write_text("the same inputs in every run\n")
        yield course


def sqlite(course: Path) -> str:
    """Return the address of the gradebook that a course folder has by default."""
    return f"sqlite:///{course / 'gradebook.db'}"


def start(scene: Scene) -> psutil.Popen:
    """Start `autograder grade`.

    Its output goes to a file, because a process that is left over would keep a pipe open.
    """
    course = scene.course
    command = [sys.executable, "-m", "autograder.cli", "grade", ASSIGNMENT, "--course", course]
    command += ["--seed-file", course / "seed", "--json", course / "results.jsonl", *scene.options]
    with (course / "said").open("w") as said:
        return psutil.Popen(command, cwd=ROOT, stdout=said, stderr=subprocess.STDOUT)


def end(scene: Scene, command: psutil.Popen) -> tuple[int, str]:
    """Return the exit code and the last line of the command; HUNG if it had to be stopped."""
    try:
        code = command.wait(PATIENCE)
    except psutil.TimeoutExpired:
        command.kill()
        return HUNG, f"it did not end within {PATIENCE:g} s"
    return code, ["", *(scene.course / "said").read_text().splitlines()][-1]


def wait_for(count: int, scene: Scene, command: psutil.Popen) -> None:
    """Wait until `count` notebooks have been written or the command has ended."""
    while command.poll() is None and len(written(scene.course, ".ipynb")) < count:
        time.sleep(LOOK_EVERY)


def written(course: Path, suffix: str = "") -> list[str]:
    """Return the files in the folder of autograded notebooks whose names end with `suffix`."""
    return [str(p) for p in (course / "autograded").rglob(f"*{suffix}") if p.is_file()]


def graded_now(words: str) -> int:
    """Return the number of new results: 18 for "02-forward: 30 submissions: 18 graded, ..."."""
    found = re.search(r": (\d+) graded, ", words)
    return int(found[1]) if found else 0


def left_over(servers: set[int]) -> str:
    """Name the processes that outlived the command, or return "" if there are none.

    Such orphans have become children of this process (see adopt_orphans).
    """
    deadline = time.monotonic() + GRACE
    while left := [
        name for child in psutil.Process().children() if (name := alive(child, servers))
    ]:
        if time.monotonic() > deadline:
            return f"left over: {', '.join(left)}"
        time.sleep(LOOK_EVERY)
    return ""


def alive(process: psutil.Process, servers: set[int]) -> str:
    """Return the name of a running process, "" if it has ended or belongs to a server.

    A process of PostgreSQL is recognised by its name, because a restart gives it a new id.
    """
    with contextlib.suppress(psutil.NoSuchProcess):
        if process.pid not in servers and process.status() != psutil.STATUS_ZOMBIE:
            return "" if process.name() == "postgres" else str(process.name())
    return ""


# --- comparing two runs -----------------------------------------------------------------------


def leavings(scene: Scene) -> list[str]:
    """Return all that a run leaves: gradebook rows, results, notebooks; without keys and times."""
    found: list[Any] = [("file", os.path.relpath(f, scene.course)) for f in written(scene.course)]
    for line in (scene.course / "results.jsonl").read_text().splitlines():
        found.append(("result", sorted({**json.loads(line), "seconds": 0}.items())))
    found += rows(scene.db_url, ASSIGNMENT)
    engine = sqlalchemy.create_engine(scene.db_url)
    with engine.connect() as connection:
        for table in sqlalchemy.inspect(connection).get_table_names():
            count = connection.scalar(sqlalchemy.text(f"SELECT count(*) FROM {table}"))
            found.append(("rows of the table", table, count))
    engine.dispose()
    return [repr(row) for row in found]


def difference(expected: list[str], found: list[str]) -> str:
    """Describe the first item that occurs in one list more often than in the other, or ""."""
    for words, these, those in (("lost", expected, found), ("new", found, expected)):
        for row in sorted((Counter(these) - Counter(those)).elements()):
            return f"{words}: {row[:200]}"
    return ""


# --- kills at random moments ------------------------------------------------------------------


def moments(random: Random, count: int, start_up: float) -> Iterator[Moment]:
    """Yield random moments; a share of START_UP of them is before the first result."""
    while True:
        if random.random() < START_UP:
            yield Moment(0, random.uniform(0, start_up))
        else:
            yield Moment(random.randint(1, count), random.uniform(0, MAX_LATER))


def table(outcomes: list[Outcome]) -> str:
    """Return a Markdown table with a row for each kind of kill.

    The last column tells how many runs ended with the same results as a run without kills.
    """
    lines = [
        "| killed | times | exit codes | graded by the reruns | equal results |",
        "|---|---|---|---|---|",
    ]
    for kind in KINDS:
        if its := [outcome for outcome in outcomes if outcome.kind == kind]:
            codes = ", ".join(str(outcome.code) for outcome in its)
            again = ", ".join(str(outcome.again) for outcome in its)
            equal = sum(not outcome.trouble for outcome in its)
            lines.append(f"| {kind} | {len(its)} | {codes} | {again} | {equal} |")
    return "\n".join(lines)


def adopt_orphans() -> None:
    """Become the parent of every descendant that is orphaned, so that left_over finds it."""
    if ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0):
        raise RuntimeError("this system does not let a process adopt orphaned descendants")


def main() -> int:
    """Run all kills; print one line for each, and then the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=25, help="how many runs to disturb")
    parser.add_argument("--submissions", type=int, default=30, help="size of the class")
    parser.add_argument("--seed", type=int, default=0, help="seed of the random moments")
    options = parser.parse_args()
    os.environ.update(OPENBLAS_NUM_THREADS="1", PYTHONPATH=f"{ROOT}{os.pathsep}{ROOT}/solutions")
    adopt_orphans()
    random, outcomes = Random(options.seed), []
    with tempfile.TemporaryDirectory() as folder:
        write_submissions(Path(folder), ASSIGNMENT, options.submissions)
        submitted = Path(folder) / "submitted"
        expected, start_up = undisturbed(submitted)
        drawn = moments(random, options.submissions, start_up)
        for number in range(options.kills):
            kind = list(KINDS)[number % len(KINDS)]
            tries = (disturbed(kind, moment, submitted, expected, random) for moment in drawn)
            outcomes.append(next(filter(None, tries)))
            print(f"{number + 1:2} {outcomes[-1]}", flush=True)
    print(f"\n{table(outcomes)}")
    return 1 if any(outcome.trouble for outcome in outcomes) else 0


if __name__ == "__main__":
    sys.exit(main())
