"""Kills in the middle of `autograder grade`: does the rerun end where nothing was ever killed?

    python benchmarks/kills.py --kills 25 --submissions 30 --seed 0

One class is graded undisturbed. Then, for each kill, it is graded anew from an empty gradebook, and
at a random moment the coordinator, a worker, a sandbox or a Dask worker gets `kill -9`, or PostgreSQL
crashes and comes back. The same command then runs again until it ends well. In the end gradebook,
results and notebooks must be those of the undisturbed run, and no process may be left over. Exit code
1 where one kill shows. Needs Linux, and PostgreSQL installed (`make .venv/.postgresql`).
"""

import argparse
import contextlib
import ctypes
import json
import os
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
START_UP = 0.3  # share of the kills that come before the first result
MAX_LATER = 0.5  # seconds past a result
MAX_RERUNS = 3
PATIENCE, HUNG = 300.0, 124  # seconds for one run, and the exit code that stands for longer
GRACE = 10.0  # seconds in which what belongs to a killed process must be gone
LOOK_EVERY = 0.01  # seconds
TO_THE_JOB = 3  # from bubblewrap: its own child, the warm process, the job
PR_SET_CHILD_SUBREAPER = 36

Strike = Callable[[psutil.Popen, Random], bool]
Victims = Callable[[psutil.Popen], list[psutil.Process]]


@dataclass(frozen=True)
class Scene:
    """A class that nobody has graded, and how it is graded. strike: False where it came too late."""

    course: Path
    db_url: str
    strike: Strike
    options: tuple[str, ...] = ()


@dataclass(frozen=True)
class Moment:
    """When to strike: so many seconds after so many notebooks are there."""

    notebooks: int
    seconds: float

    def __str__(self) -> str:
        return f"{self.seconds:5.2f} s after {self.notebooks:2} notebooks"


@dataclass(frozen=True)
class Outcome:
    """What came of one kill. trouble: what differs in the end, empty where nothing does."""

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


# --- what is killed ---------------------------------------------------------------------------


def kill_one_of(victims: Victims) -> Strike:
    """Kill one of the victims, as soon as there is one."""

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
    """The processes that were forked by the coordinator, and not for another program."""
    return [child for child in command.children() if child.cmdline() == command.cmdline()]


def sandboxes(command: psutil.Popen) -> list[psutil.Process]:
    """Every process of every sandbox, but the forks of a job, which its student may kill, too."""
    found = []
    level = [p for p in (command, *workers(command)) for p in p.children() if p.name() == "bwrap"]
    for _ in range(TO_THE_JOB + 1):
        found += level
        level = [child for process in level for child in process.children()]
    return found


def local(victims: Victims) -> Callable[[Path], contextlib.AbstractContextManager[Scene]]:
    """Local workers and SQLite."""
    strike = kill_one_of(victims)
    return lambda course: contextlib.nullcontext(Scene(course, sqlite(course), strike))


@contextlib.contextmanager
def on_a_cluster(course: Path) -> Iterator[Scene]:
    """Two Dask workers, of which one is killed."""
    with dask_cluster(workers=2) as cluster:
        strike = kill_one_of(lambda _: [psutil.Process(pid) for pid in cluster.pids])
        yield Scene(course, sqlite(course), strike, ("--cluster", cluster.address))


@contextlib.contextmanager
def with_postgresql(course: Path) -> Iterator[Scene]:
    """Local workers, and a PostgreSQL server that crashes and is started again."""
    with postgres() as server:

        def strike(command: psutil.Popen, random: Random) -> bool:
            in_time = command.poll() is None
            server.restart()
            return in_time

        yield Scene(course, server.url, strike, ("--db", server.url))


KINDS = {
    "coordinator": local(lambda command: [command]),
    "worker": local(workers),
    "sandbox": local(sandboxes),
    "Dask worker": on_a_cluster,
    "PostgreSQL": with_postgresql,
}


# --- one kill ---------------------------------------------------------------------------------


def disturbed(
    kind: str, moment: Moment, submitted: Path, expected: list[str], random: Random
) -> Outcome | None:
    """Grade a class with one kill in it, then to the end; None where the kill came too late."""
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
    """What a run leaves where nothing is killed, and the seconds to its first notebook."""
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
    """A course folder with these submissions and nothing else."""
    with tempfile.TemporaryDirectory() as folder:
        course = Path(folder)
        shutil.copytree(submitted, course / "submitted")
        (course / "seed").write_text("the same inputs in every run\n")
        yield course


def sqlite(course: Path) -> str:
    return f"sqlite:///{course / 'gradebook.db'}"


def start(scene: Scene) -> psutil.Popen:
    """The command itself. It writes to a file: what is left over would hold a pipe open."""
    course = scene.course
    command = [sys.executable, "-m", "autograder.cli", "grade", ASSIGNMENT, "--course", course]
    command += ["--seed-file", course / "seed", "--json", course / "results.jsonl", *scene.options]
    with (course / "said").open("w") as said:
        return psutil.Popen(command, cwd=ROOT, stdout=said, stderr=subprocess.STDOUT)


def end(scene: Scene, command: psutil.Popen) -> tuple[int, str]:
    """The exit code of the command and its last line; HUNG where it does not end by itself."""
    try:
        code = command.wait(PATIENCE)
    except psutil.TimeoutExpired:
        command.kill()
        return HUNG, f"no end after {PATIENCE:g} s"
    return code, ["", *(scene.course / "said").read_text().splitlines()][-1]


def wait_for(count: int, scene: Scene, command: psutil.Popen) -> None:
    """Until so many notebooks are written, or the command has ended."""
    while command.poll() is None and len(written(scene.course, ".ipynb")) < count:
        time.sleep(LOOK_EVERY)


def written(course: Path, suffix: str = "") -> list[str]:
    """The files below the folder of autograded notebooks."""
    return [str(p) for p in (course / "autograded").rglob(f"*{suffix}") if p.is_file()]


def graded_now(words: str) -> int:
    """Of "02-forward: 30 submissions, 12 as before, 0 failed": 18."""
    return int(words.split()[1]) - int(words.split()[3])


def left_over(servers: set[int]) -> str:
    """The processes that outlive their command. They are children of ours by then."""
    deadline = time.monotonic() + GRACE
    while left := [
        name for child in psutil.Process().children() if (name := alive(child, servers))
    ]:
        if time.monotonic() > deadline:
            return f"left over: {', '.join(left)}"
        time.sleep(LOOK_EVERY)
    return ""


def alive(process: psutil.Process, servers: set[int]) -> str:
    """The name of a process that is none of the servers, which may have been started anew."""
    with contextlib.suppress(psutil.NoSuchProcess):
        if process.pid not in servers and process.status() != psutil.STATUS_ZOMBIE:
            return "" if process.name() == "postgres" else str(process.name())
    return ""


# --- what is compared -------------------------------------------------------------------------


def leavings(scene: Scene) -> list[str]:
    """All that a run leaves, without keys and times: rows of the gradebook, results, notebooks."""
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
    """The first thing that one has and the other has not, or not as often; empty for none."""
    for words, these, those in (("lost", expected, found), ("new", found, expected)):
        for row in sorted((Counter(these) - Counter(those)).elements()):
            return f"{words}: {row[:200]}"
    return ""


# --- all of them ------------------------------------------------------------------------------


def moments(random: Random, count: int, start_up: float) -> Iterator[Moment]:
    """Random moments, some of them before the first result."""
    while True:
        if random.random() < START_UP:
            yield Moment(0, random.uniform(0, start_up))
        else:
            yield Moment(random.randint(1, count), random.uniform(0, MAX_LATER))


def table(outcomes: list[Outcome]) -> str:
    """The kinds, and how many kills of each showed in the end."""
    lines = [
        "| killed | times | exit codes | graded by the reruns | equal |",
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
    """Become the parent of what outlives its own, so that it can be found."""
    if ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0):
        raise RuntimeError("this system does not let a process adopt its descendants' orphans")


def main() -> int:
    """Kill, compare, and print one line for each kill; then the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=25)
    parser.add_argument("--submissions", type=int, default=30)
    parser.add_argument("--seed", type=int, default=0)
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
