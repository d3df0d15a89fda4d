"""A batch grades only new or changed submissions, and its results are those of one full run."""

import json
import re
import shutil
import sqlite3
from datetime import datetime

import pytest
from nbgrader.api import Gradebook

from autograder.cli import main
from autograder.grading import batch
from support.gradebook_rows import rows

pytestmark = pytest.mark.sandbox

ASSIGNMENT = "02-forward"
STUDENTS = ("farah", "hina", "jonas", "damaged")
READABLE = 3  # of these submissions


@pytest.fixture(scope="module")
def graded(tmp_path_factory, sample_class):
    """A course folder after the first run. Tests work on copies of it."""
    folder = tmp_path_factory.mktemp("graded")
    for student in STUDENTS:
        hand_in(folder, sample_class, student, student)
    assert main(["grade", ASSIGNMENT, "--course", str(folder), *results_of(folder)]) == 0
    assert sorted(records(folder)) == sorted(STUDENTS)
    return folder


@pytest.fixture
def course(tmp_path, graded):
    """A copy of the graded course folder, which a test may grade again."""
    return shutil.copytree(graded, tmp_path / "course")


@pytest.fixture
def first(graded):
    """The records of the first run by student."""
    return records(graded)


def hand_in(course, sample_class, student, whose):
    folder = course / "submitted" / student / ASSIGNMENT
    shutil.copytree(sample_class / whose / ASSIGNMENT, folder, dirs_exist_ok=True)


def grade(course, capsys, *options):
    """Grade the course; return the number of graded submissions and the records by student."""
    capsys.readouterr()
    command = ["grade", ASSIGNMENT, "--course", str(course), *results_of(course), *options]
    assert main(command) == 0
    graded = re.search(r"submissions: (\d+) graded, ", capsys.readouterr().out)
    return int(graded[1]), records(course)


def results_of(course):
    """Return the command-line options that name the file of results."""
    return "--json", str(course / "results.jsonl")


def records(course):
    """Return the records in the file of results by student."""
    lines = (course / "results.jsonl").read_text().splitlines()
    return {record["student"]: record for record in map(json.loads, lines)}


def url(course):
    return f"sqlite:///{course / 'gradebook.db'}"


def test_a_second_run_does_nothing_and_says_the_same(course, capsys):
    before = rows(url(course), ASSIGNMENT), (course / "results.jsonl").read_text()
    assert grade(course, capsys)[0] == 0
    assert (rows(url(course), ASSIGNMENT), (course / "results.jsonl").read_text()) == before


def test_a_changed_submission_is_graded_again_and_no_other(course, first, capsys, sample_class):
    hand_in(course, sample_class, "hina", "farah")
    count, second = grade(course, capsys)
    assert count == 1
    assert second["hina"]["score"] == first["farah"]["score"] > first["hina"]["score"]
    assert {s: r for s, r in second.items() if s != "hina"} == {
        s: r for s, r in first.items() if s != "hina"
    }


def test_what_is_gone_is_made_again(course, capsys):
    shutil.rmtree(course / "autograded" / "hina")
    assert grade(course, capsys)[0] == 1
    assert (course / "autograded" / "hina" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb").exists()


def test_another_secret_grades_everybody_again(course, capsys):
    (course / ".autograder-seed").write_text("another secret, as long as it takes\n")
    assert grade(course, capsys)[0] == READABLE


def test_one_question_marked_again_changes_nothing_where_nothing_changed(course, first, capsys):
    notebook = course / "autograded" / "hina" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb"
    before = rows(url(course), ASSIGNMENT), json.loads(notebook.read_text())
    count, second = grade(course, capsys, "--regrade", "cross_entropy")
    assert count == READABLE
    assert (rows(url(course), ASSIGNMENT), json.loads(notebook.read_text())) == before
    assert {s: r["questions"] for s, r in second.items()} == {
        s: r["questions"] for s, r in first.items()
    }


def test_one_question_marked_again_leaves_a_persons_marks_alone(course, capsys):
    with Gradebook(url(course)) as gradebook:
        grade_of = gradebook.find_grade("softmax", ASSIGNMENT, ASSIGNMENT, "hina")
        grade_of.manual_score, grade_of.auto_score = 1.5, 0
        gradebook.db.commit()
    grade(course, capsys, "--regrade", "softmax")
    with Gradebook(url(course)) as gradebook:
        grade_of = gradebook.find_grade("softmax", ASSIGNMENT, ASSIGNMENT, "hina")
        assert (grade_of.manual_score, grade_of.needs_manual_grade) == (1.5, True)
        assert grade_of.auto_score > 0


def test_one_question_marked_again_by_another_grader_leaves_the_others_as_they_were(
    course, capsys, monkeypatch
):
    monkeypatch.setattr(batch, "grader_version", lambda root: b"another")
    note_in_record(course, "hina", "mse")
    count, records = grade(course, capsys, "--regrade", "cross_entropy")
    assert count == READABLE
    assert [q["headline"] for q in records["hina"]["questions"] if q["id"] == "mse"] == [
        "as before"
    ]
    assert grade(course, capsys)[0] == 0


def test_another_grader_grades_everybody_again(course, capsys, monkeypatch):
    monkeypatch.setattr(batch, "grader_version", lambda root: b"another")
    note_in_record(course, "hina", "mse")
    count, records = grade(course, capsys)
    assert count == READABLE
    assert [q["headline"] for q in records["hina"]["questions"] if q["id"] == "mse"] != [
        "as before"
    ]


def headline(record, question):
    return next(q["headline"] for q in record["questions"] if q["id"] == question)


def note_in_record(course, student, question):
    """Change the headline of one recorded verdict, so that a test can see if it is made again."""
    with sqlite3.connect(course / "gradebook.db") as database:
        where = "where student = ?"
        (text,) = database.execute(
            f"select record from autograder_result {where}", [student]
        ).fetchone()
        record = json.loads(text)
        for verdict in record["questions"]:
            if verdict["id"] == question:
                verdict["headline"] = "as before"
        values = [json.dumps(record), student]
        database.execute(f"update autograder_result set record = ? {where}", values)


@pytest.mark.parametrize("words", ["9" * 30, "\0", "yesterday", ""])
def test_a_time_that_is_none_costs_nothing(course, capsys, sample_class, words):
    hand_in(course, sample_class, "late", "farah")
    (course / "submitted" / "late" / ASSIGNMENT / "timestamp.txt").write_text(words)
    count, found = grade(course, capsys)
    assert (count, found["late"]["status"]) == (1, "graded")


def test_the_time_of_submission_is_noted(course, capsys):
    file = course / "submitted" / "farah" / ASSIGNMENT / "timestamp.txt"
    file.write_text("2026-02-03 04:05:06 UTC")
    grade(course, capsys)
    with Gradebook(url(course)) as gradebook:
        noted = gradebook.find_submission(ASSIGNMENT, "farah").timestamp
    assert noted == datetime(2026, 2, 3, 4, 5, 6)
