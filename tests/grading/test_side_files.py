"""Whatever lies beside a notebook, and however a folder is named, the whole class is graded."""

import os

import pytest

from autograder.grading.assignment import Assignment
from support.here import grade_here
from support.notebooks import solved_file
from support.side_files import random_time

pytestmark = pytest.mark.sandbox

ASSIGNMENT = "01-neuron"
HONEST = ["ada", "zoe"]
FULL = sum(question.points for question in Assignment.of_course(ASSIGNMENT).questions)
TIMES = [
    "2015-02-02 15:58:23 ../",
    "2015-02-02 15:58:23 /proc/self/mem",
    "2015-02-02 15:58:23 /proc/kmsg",
    "2015-02-02 15:58:23 /dev/zero",
    "9" * 100,
    "\0",
    "\ud800",
    "",
]
FOLDERS = [
    "two\nlines",
    "\x1b[2J\x1b]0;owned\x07",
    "\u202eright to left",
    "=cmd()",
    "-rf",
    "..foo",
    ".hidden",
    "a" * 200,
    "'; DROP TABLE student; --",
    "%s%n",
    "n\u0303",
    "CON",
    "  spaces  ",
    "...",
]


def hand_in(course, student):
    folder = course / "submitted" / student / ASSIGNMENT
    folder.mkdir(parents=True)
    (folder / f"{ASSIGNMENT}.ipynb").write_bytes(solved_file(ASSIGNMENT).read_bytes())
    return folder


def test_no_time_of_submission_costs_anybody_marks(tmp_path, pytestconfig):
    count = 20 * pytestconfig.getoption("--seeds")
    for i, text in enumerate([*TIMES, *map(random_time, range(count))]):
        file = hand_in(tmp_path, f"student-{i:04}") / "timestamp.txt"
        file.write_bytes(text.encode("utf-8", "surrogatepass"))
    for student in HONEST:
        hand_in(tmp_path, student)
    os.mkfifo(hand_in(tmp_path, "pipe") / "timestamp.txt")
    (hand_in(tmp_path, "folder") / "timestamp.txt").mkdir()
    (hand_in(tmp_path, "link") / "timestamp.txt").symlink_to("/dev/zero")
    results = grade_here(tmp_path, ASSIGNMENT)
    assert len(results) == len(TIMES) + count + len(HONEST) + 3
    assert {(r.status, sum(q.score for q in r.questions)) for r in results.values()} == {
        ("graded", FULL)
    }


def test_no_name_of_a_folder_costs_anybody_marks(tmp_path):
    for student in [*FOLDERS, *HONEST]:
        hand_in(tmp_path, student)
    results = grade_here(tmp_path, ASSIGNMENT)
    assert sorted(results) == sorted([*FOLDERS, *HONEST])
    assert {r.score for r in results.values()} == {FULL}


def test_a_name_that_is_not_utf8_fails_alone_and_says_what_to_do(tmp_path):
    for student in [os.fsdecode(b"caf\xe9"), *HONEST]:
        hand_in(tmp_path, student)
    results = grade_here(tmp_path, ASSIGNMENT)
    assert {s: results[s].status for s in HONEST} == dict.fromkeys(HONEST, "graded")
    (other,) = (result for student, result in results.items() if student not in HONEST)
    assert other.status == "failed"
    assert "rename it" in other.message
