"""The grading of many submissions: versions of the inputs, memory of verdicts, registration."""

import shutil

import sqlalchemy

from autograder.grading import grade
from autograder.grading import version as versions
from autograder.grading.assignment import course_assignments
from autograder.grading.grade import Grader
from autograder.grading.gradebook import connect, is_registered
from autograder.grading.version import VERSIONS, submission_seed, version
from support.notebooks import solved_cells
from support.places import SOLUTIONS
from support.stock import generate

ASSIGNMENTS = course_assignments()

ASSIGNMENT = "02-forward"
ASKED = ASSIGNMENTS[ASSIGNMENT]
WRONG = """
def linear_forward(x, W, b):
    return x @ W - b, (x, W)

def softmax(z):
    return np.exp(z) / np.exp(z).sum()
"""


def seeds(secret, assignment):
    return {submission_seed(secret, f"student {i}", assignment) for i in range(200)}


def test_the_inputs_come_in_versions_that_only_the_secret_tells():
    first = seeds(b"one secret", ASSIGNMENT)
    assert first == seeds(b"one secret", ASSIGNMENT)
    assert len(first) == VERSIONS
    assert not first & seeds(b"another secret", ASSIGNMENT)
    assert not first & seeds(b"one secret", "01-neuron")


def test_an_answer_that_somebody_gave_before_gets_the_same_verdict(sandbox):
    version.cache_clear()
    first, _ = Grader(ASKED, 1, sandbox).mark_code([*solved_cells(ASSIGNMENT), WRONG])
    again, _ = Grader(ASKED, 1, sandbox).mark_code([*solved_cells(ASSIGNMENT), WRONG])
    assert again == first
    lost = {v.id: v.misconception for v in first if v.score < v.max_score}
    assert set(lost) == {"linear_forward", "softmax"}
    right, _ = Grader(ASKED, 1, sandbox).mark_code(solved_cells(ASSIGNMENT))
    assert {v.verdict for v in right} == {"correct"}


def test_what_is_remembered_of_answers_is_bounded(sandbox, monkeypatch):
    monkeypatch.setattr(versions, "MAX_REMEMBERED", 3)
    version.cache_clear()
    for number in range(6):
        answer = f"def softmax(z):\n    return z + {number}"
        verdicts, _ = Grader(ASKED, 1, sandbox).mark_code([*solved_cells(ASSIGNMENT), answer])
        assert [v.id for v in verdicts if v.verdict == "wrong"] == ["softmax"]
    assert 0 < len(version(ASKED, 1, "").remembered) <= 3


def test_without_time_for_explanations_the_marks_are_the_same(sandbox, monkeypatch):
    cells = [*solved_cells(ASSIGNMENT), WRONG]
    explained, _ = Grader(ASKED, 1, sandbox).mark_code(cells)
    monkeypatch.setattr(grade, "EXPLAIN_SECONDS", 0.0)
    short, _ = Grader(ASKED, 1, sandbox).mark_code(cells)
    assert [(v.id, v.score, v.verdict) for v in short] == [
        (v.id, v.score, v.verdict) for v in explained
    ]
    assert {v.id for v in short if "no time left" in v.message} == {"linear_forward", "softmax"}


def test_what_nobody_wrote_is_missing_and_not_driven(sandbox):
    verdicts, _ = Grader(ASKED, 1, sandbox).mark_code(["import numpy as np"])
    assert {v.verdict for v in verdicts} == {"missing"}
    assert all("Not attempted" in v.message for v in verdicts)


def test_an_assignment_that_nbgrader_generated_is_not_registered_anew(tmp_path):
    shutil.copytree(SOLUTIONS, tmp_path / "source")
    generate(tmp_path, ASSIGNMENT)
    engine = connect(f"sqlite:///{tmp_path / 'gradebook.db'}")
    released = {name: asked.released for name, asked in ASSIGNMENTS.items()}
    assert is_registered(engine, ASSIGNMENT, released[ASSIGNMENT])
    assert not is_registered(engine, "01-neuron", released["01-neuron"])
    with engine.begin() as connection:
        connection.execute(sqlalchemy.text("UPDATE grade_cells SET max_score = 7"))
    assert not is_registered(engine, ASSIGNMENT, released[ASSIGNMENT])
