"""A class in which every kind of damage occurs: damage costs marks only to its own student."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.grading.assignment import Assignment
from support.damage import HARMLESS, HOPELESS, KINDS, damaged
from support.no_notebooks import BY_NAME, is_one_line
from support.notebooks import solved_file

pytestmark = pytest.mark.sandbox

ASSIGNMENT = "01-neuron"
HONEST = ["ada", "mateo", "zoe"]
NO_LINKS = ("no_file", "folder", "pipe", "listening", "terabyte", "one_byte_too_many")


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    """The records of a class with one notebook for each kind of damage, and undamaged ones."""
    course = tmp_path_factory.mktemp("course")
    solved = solved_file(ASSIGNMENT).read_bytes()
    files = {kind: damaged(solved, seed) for seed, kind in enumerate(KINDS)}
    for student, content in {**files, **dict.fromkeys(HONEST, solved)}.items():
        submitted(course, student).write_bytes(content)
    for name in NO_LINKS:
        BY_NAME[name](submitted(course, name))
    file = course / "results.jsonl"
    command = [sys.executable, "-m", "autograder.cli", "grade", ASSIGNMENT]
    command += ["--course", str(course), "--json", str(file)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    return [json.loads(line) for line in file.read_text().splitlines()]


def submitted(course: Path, student: str) -> Path:
    folder = course / "submitted" / student / ASSIGNMENT
    folder.mkdir(parents=True)
    return folder / f"{ASSIGNMENT}.ipynb"


def test_everybody_has_one_result_and_none_failed(results):
    everybody = [*KINDS, *HONEST, *NO_LINKS]
    assert sorted(record["student"] for record in results) == sorted(everybody)
    assert {record["status"] for record in results} == {"graded", "rejected"}


def test_who_is_rejected_is_told_why_in_one_line(results):
    rejected = [record for record in results if record["status"] == "rejected"]
    assert {record["student"] for record in rejected} >= HOPELESS
    assert all(is_one_line(record["message"]) for record in rejected)
    assert {record["score"] for record in rejected} == {0}


def test_honest_neighbours_and_harmless_damage_keep_full_marks(results):
    full = sum(question.points for question in Assignment.of_course(ASSIGNMENT).questions)
    scores = {record["student"]: record["score"] for record in results}
    assert {s: scores[s] for s in [*HONEST, *HARMLESS]} == dict.fromkeys([*HONEST, *HARMLESS], full)
