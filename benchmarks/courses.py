"""Fresh course folders with made-up submissions, and the graders that are measured on them."""

import atexit
import json
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from measuring import Cost, NoMeasurementError, run, timed
from submissions import ROOT, write_submissions

sys.path.append(str(ROOT / "tests"))
from nbgrader.api import Gradebook

from support.kernels import not_run_by_a_kernel

NBGRADER = [sys.executable, "-m", "nbgrader"]
OURS = (sys.executable, "-m", "autograder.cli")


@contextmanager
def course_with(count: int, assignment: str, drawing: float = 0.0) -> Iterator[Path]:
    """Make a course folder with so many submissions and the assignment in its gradebook."""
    with tempfile.TemporaryDirectory() as folder:
        course = Path(folder)
        shutil.copytree(registered(assignment), course, dirs_exist_ok=True)
        write_submissions(course, assignment, count, drawing)
        yield course


@cache
def registered(assignment: str) -> Path:
    """Return a course folder without submissions in which nbgrader has registered an assignment."""
    folder = tempfile.TemporaryDirectory()
    atexit.register(folder.cleanup)
    course = Path(folder.name)
    shutil.copytree(ROOT / "solutions" / "notebooks" / assignment, course / "source" / assignment)
    run([*NBGRADER, "generate_assignment", assignment, f"--course-dir={course}"])
    return course


def stock(count: int, assignment: str, drawing: float = 0.0) -> Cost:
    """Grade by `nbgrader autograde`. Raises NoMeasurementError if our plugin has graded instead.

    Stock nbgrader runs the notebook of every submission in a kernel of its own.
    """
    with course_with(count, assignment, drawing) as course:
        command = [*NBGRADER, "autograde", assignment, "--create", f"--course-dir={course}"]
        cost = timed([command])
        if strange := not_run_by_a_kernel(course, assignment):
            raise NoMeasurementError(
                f"this is not stock nbgrader: no kernel has run the notebook of {strange[0]}; "
                "nbgrader must not find the nbgrader_config.py of this course"
            )
        with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as gradebook:
            require_all([s.score for s in gradebook.assignment_submissions(assignment)], count)
    return cost


def ours(
    count: int,
    assignment: str,
    drawing: float = 0.0,
    workers: int = 1,
    program: tuple[Any, ...] = OURS,
) -> Cost:
    """Grade by `autograder grade`. program: the command to run instead of `autograder`."""
    with course_with(count, assignment, drawing) as course:
        seed, results = course / "seed", course / "results.jsonl"
        seed.write_text("the same inputs in every run\n")
        options = ["--course", course, "--workers", str(workers), "--seed-file", seed]
        cost = timed([[*program, "grade", assignment, *options, "--json", results]])
        records = [json.loads(line) for line in results.read_text().splitlines()]
        require_all([r["score"] for r in records if r["status"] == "graded"], count)
    return cost


def require_all(scores: list[float], count: int) -> None:
    """Raise NoMeasurementError unless every submission has a score, and some scores are not 0."""
    if len(scores) != count or not any(scores):
        total = sum(scores)
        raise NoMeasurementError(
            f"{len(scores)} of {count} submissions were graded, {total:g} points"
        )
