"""A notebook that was changed by accident keeps its marks, and the class is marked as before.

Each student has the whole answers in a notebook that an accident changed. `autograder grade` and
nbgrader with our settings mark the same class.
"""

import json
import re
import shutil

import pytest
from bs4 import BeautifulSoup

from autograder.grading.assignment import course_assignments
from support.accidents import ACCIDENTS, ASSIGNMENT, WRITTEN, handed_in, stub
from support.commands import run
from support.gradebook_rows import rows
from support.here import autograded, url
from support.places import ROOT, SOLUTIONS
from support.stock import environment, generate, gradebook, nbgrader

pytestmark = pytest.mark.sandbox

FULL = sum(question.points for question in course_assignments()[ASSIGNMENT].questions)
TIMES = {"no-time": b"next Tuesday", "a-huge-time": b"9" * 40, "no-text": b"\xff\xfe\x00"}
IS_EMPTY = "untouched-written-answer-with-other-line-ends"
# Those whose notebook has something that a person should see in a place where nobody would look.
FLAGGED = {
    "cp1252": [WRITTEN],
    "split-written-answer": [WRITTEN],
    "written-in-a-new-cell-below": [WRITTEN],
    "helper-in-a-check-cell": ["softmax"],
}


@pytest.fixture(scope="module")
def class_of_accidents(tmp_path_factory):
    """A course folder with a notebook for each accident, and with times that are none."""
    course = tmp_path_factory.mktemp("accidents")
    for name in [*ACCIDENTS, *TIMES]:
        folder = course / "submitted" / name / ASSIGNMENT
        folder.mkdir(parents=True)
        change = ACCIDENTS.get(name, lambda notebook: None)
        (folder / f"{ASSIGNMENT}.ipynb").write_bytes(handed_in(change))
        if name in TIMES:
            (folder / "timestamp.txt").write_bytes(TIMES[name])
    shutil.copytree(SOLUTIONS / ASSIGNMENT, course / "source" / ASSIGNMENT)
    shutil.copy(ROOT / "nbgrader_config.py", course)
    (course / ".autograder-seed").write_text("the secret of a class of accidents")
    generate(course, ASSIGNMENT)
    return course


@pytest.fixture(scope="module")
def ours(class_of_accidents, tmp_path_factory):
    """The course folder after `autograder grade`."""
    course = tmp_path_factory.mktemp("ours") / "course"
    shutil.copytree(class_of_accidents, course)
    options = ("--course", course, "--json", course / "results.jsonl")
    done = run("autograder.cli", "grade", ASSIGNMENT, *options)
    assert done.returncode == 0, done.stderr
    return course


@pytest.fixture(scope="module")
def theirs(class_of_accidents, tmp_path_factory):
    """The course folder after `nbgrader autograde` with our settings."""
    course = tmp_path_factory.mktemp("theirs") / "course"
    shutil.copytree(class_of_accidents, course)
    command = ("nbgrader", "autograde", ASSIGNMENT)
    done = run(*command, cwd=course, env=environment(course))
    assert done.returncode == 0, done.stderr
    return course


@pytest.fixture(scope="module")
def results(ours):
    records = map(json.loads, (ours / "results.jsonl").read_text().splitlines())
    return {record["student"]: record for record in records}


@pytest.mark.parametrize("name", [*ACCIDENTS, *TIMES])
def test_an_accident_costs_no_marks(results, name):
    result = results[name]
    verdicts = {question["id"]: question["verdict"] for question in result["questions"]}
    assert verdicts.pop(WRITTEN) == ("missing" if name == IS_EMPTY else "manual")
    assert set(verdicts.values()) == {"correct"}
    assert (result["status"], result["score"], result["message"]) == ("graded", FULL, "")


def test_only_what_is_out_of_its_place_is_flagged(results):
    assert {name: r["flagged"] for name, r in results.items() if r["flagged"]} == FLAGGED
    messages = {q["id"]: q["message"] for q in results["helper-in-a-check-cell"]["questions"]}
    assert "read-only cell" in messages["softmax"]


def test_nbgrader_with_our_settings_records_the_same(ours, theirs):
    assert rows(url(ours), ASSIGNMENT) == rows(url(theirs), ASSIGNMENT)
    for name in [*ACCIDENTS, *TIMES]:
        notebooks = [autograded(course, name, ASSIGNMENT).read_text() for course in (ours, theirs)]
        first, second = ([cell["source"] for cell in cells(text)] for text in notebooks)
        assert first == second


def cells(text):
    found = json.loads(text)["cells"]
    for cell in found:
        cell["source"] = "".join(cell["source"])
    return found


def test_formgrader_asks_for_a_person_where_something_is_flagged(ours, theirs):
    for course in (ours, theirs):
        with gradebook(course) as opened:
            for student in [*ACCIDENTS, *TIMES]:
                (notebook,) = opened.find_submission(ASSIGNMENT, student).notebooks
                asked = [grade.name for grade in notebook.grades if grade.needs_manual_grade]
                written = [] if student == IS_EMPTY else [WRITTEN]
                assert set(asked) == {*written, *FLAGGED.get(student, [])}


def test_what_was_typed_into_a_check_cell_stands_in_front_of_it(ours):
    found = cells(autograded(ours, "helper-in-a-check-cell", ASSIGNMENT).read_text())
    check = next(i for i, cell in enumerate(found) if cell["source"] == 'check("softmax")')
    assert found[check - 1]["source"] == "def half(z):\n    return z / 2"


def test_of_two_cells_with_the_same_id_the_one_with_an_answer_counts(ours):
    for name in ("stub-pasted-above-the-answer", "stub-pasted-below-the-answer"):
        found = cells(autograded(ours, name, ASSIGNMENT).read_text())
        (answer,) = (c for c in found if c["id"] == "softmax-answer")
        assert answer["source"] != stub("softmax-answer")["source"]


def test_a_picture_of_a_written_answer_is_seen_in_the_feedback(ours, theirs):
    for course in (ours, theirs):
        with nbgrader(course) as api:
            done = api.generate_feedback(ASSIGNMENT, "a-photo")
            assert done["success"], done["log"]
        page = course / "feedback" / "a-photo" / ASSIGNMENT / f"{ASSIGNMENT}.html"
        (picture,) = BeautifulSoup(page.read_text(), "html.parser").find_all("img")
        assert re.match("data:image/jpeg;base64,/9j/", picture["src"])
        assert picture["alt"] == "my page"
