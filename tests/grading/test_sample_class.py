"""The sample class, graded for real: everybody gets what sample_class/expected.json says.

Its "lost" lists the answers that were written and lost marks. A question that a submission left out
is missing, with no marks, and is not listed: so a new question changes no entry.
"""

import json
import shutil
import subprocess
import sys

import pytest
from nbgrader.api import Gradebook

from support.gradebook_rows import rows
from support.notebooks import read
from support.places import ROOT, SAMPLE_CLASS, SOLUTIONS

pytestmark = pytest.mark.sandbox

EXPECTED = read(SAMPLE_CLASS / "expected.json")
ASSIGNMENTS = ("02-forward", "03-backward")


def run(*command, cwd=ROOT):
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    folder = tmp_path_factory.mktemp("course")
    assert run(sys.executable, "sample_class/build.py", str(folder)).returncode == 0
    return folder


@pytest.fixture(scope="module")
def results(course):
    records = {}
    for assignment in ASSIGNMENTS:
        file = course / f"{assignment}.jsonl"
        command = (sys.executable, "-m", "autograder.cli", "grade", assignment)
        done = run(*command, "--course", str(course), "--json", str(file))
        assert done.returncode == 0, done.stderr
        for line in file.read_text().splitlines():
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


def test_the_gradebook_says_the_same(course, results):
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as gradebook:
        for name, record in results.items():
            student, assignment = name.split("/")
            assert gradebook.find_submission(assignment, student).score == record["score"]


def test_feedback_pages_carry_the_diagnosis(course, results):
    options = (f"--course-dir={course}", "--student=hina")
    done = run(sys.executable, "-m", "nbgrader", "generate_feedback", "02-forward", *options)
    assert done.returncode == 0, done.stderr
    page = course / "feedback" / "hina" / "02-forward" / "02-forward.html"
    assert "divided-by-n-only" in page.read_text()


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_stock_nbgrader_gives_honest_submissions_the_same_marks(
    tmp_path, course, results, assignment
):
    honest = [
        name.split("/")[0]
        for name in EXPECTED
        if name.endswith(assignment) and not EXPECTED[name].get("not_for_stock")
    ]
    for student in honest:
        source = course / "submitted" / student / assignment
        shutil.copytree(source, tmp_path / "submitted" / student / assignment)
    shutil.copytree(SOLUTIONS, tmp_path / "source")
    nbgrader = (sys.executable, "-m", "nbgrader")
    made = run(*nbgrader, "generate_assignment", assignment, cwd=tmp_path)
    assert made.returncode == 0, made.stderr
    graded = run(*nbgrader, "autograde", assignment, "--create", cwd=tmp_path)
    assert graded.returncode == 0, graded.stderr[-2000:]
    url = f"sqlite:///{tmp_path / 'gradebook.db'}"
    with Gradebook(url) as gradebook:
        stock = {s: gradebook.find_submission(assignment, s).score for s in honest}
    assert stock == {s: results[f"{s}/{assignment}"]["score"] for s in honest}
    ours = rows(f"sqlite:///{course / 'gradebook.db'}", assignment, honest)
    assert rows(url, assignment) == ours
