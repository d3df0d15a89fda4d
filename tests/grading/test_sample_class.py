"""The sample class, graded in the real sandbox: the results are those in expected.json.

The key "lost" of an entry lists the answers that were written and lost marks. It does not list
the questions without an answer, so that a new question changes no entry.
"""

import json
import shutil

import pytest

from support.gradebook_rows import rows
from support.notebooks import read
from support.places import SAMPLE_CLASS, SOLUTIONS
from support.stock import autograde, generate, gradebook, nbgrader

pytestmark = pytest.mark.sandbox

EXPECTED = read(SAMPLE_CLASS / "expected.json")
ASSIGNMENTS = ("02-forward", "03-backward")


STUDENTS_OF_STOCK = 3  # students whom unmodified nbgrader grades; --seeds multiplies this number


@pytest.fixture(scope="module")
def results(graded_class):
    records = {}
    for assignment in ASSIGNMENTS:
        for line in (graded_class / f"{assignment}.jsonl").read_text().splitlines():
            record = json.loads(line)
            records[f"{record['student']}/{assignment}"] = record
    return records


def test_everybody_is_graded_once(results):
    assert sorted(results) == sorted(EXPECTED)


@pytest.mark.parametrize("name", EXPECTED)
def test_gets_the_marks_and_the_names_of_the_list(results, name):
    record, expected = results[name], EXPECTED[name]
    lost = {
        q["id"]: [q["verdict"], q["misconception"], q["score"]]
        for q in record["questions"]
        if q["verdict"] not in ("correct", "missing")
    }
    assert (record["status"], record["score"]) == (expected["status"], expected["score"])
    assert lost == expected["lost"]


def test_the_gradebook_says_the_same(graded_class, results):
    with gradebook(graded_class) as opened:
        for name, record in results.items():
            student, assignment = name.split("/")
            assert opened.find_submission(assignment, student).score == record["score"]


def test_feedback_pages_carry_the_diagnosis(tmp_path, graded_class):
    shutil.copy(graded_class / "gradebook.db", tmp_path)
    shutil.copytree(graded_class / "autograded" / "hina", tmp_path / "autograded" / "hina")
    with nbgrader(tmp_path) as api:
        done = api.generate_feedback("02-forward", "hina")
    assert done["success"], done["log"]
    page = tmp_path / "feedback" / "hina" / "02-forward" / "02-forward.html"
    assert "divided-by-n-only" in page.read_text()


def honest_students(assignment, count):
    """Return students whose notebooks unmodified nbgrader can run.

    Students with the most answers that lost marks come first.
    """
    honest = {
        name.split("/")[0]: entry["lost"]
        for name, entry in EXPECTED.items()
        if name.endswith(assignment) and not entry.get("not_for_stock")
    }
    return sorted(honest, key=lambda student: -len(honest[student]))[:count]


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_stock_nbgrader_gives_honest_submissions_the_same_marks(
    tmp_path, graded_class, results, pytestconfig, assignment
):
    students = honest_students(assignment, STUDENTS_OF_STOCK * pytestconfig.getoption("--seeds"))
    for student in students:
        source = graded_class / "submitted" / student / assignment
        shutil.copytree(source, tmp_path / "submitted" / student / assignment)
    shutil.copytree(SOLUTIONS / assignment, tmp_path / "source" / assignment)
    generate(tmp_path, assignment)
    autograde(tmp_path, assignment, *students)
    with gradebook(tmp_path) as opened:
        stock = {s: opened.find_submission(assignment, s).score for s in students}
    assert stock == {s: results[f"{s}/{assignment}"]["score"] for s in students}
    ours = rows(f"sqlite:///{graded_class / 'gradebook.db'}", assignment, students)
    assert rows(f"sqlite:///{tmp_path / 'gradebook.db'}", assignment) == ours
