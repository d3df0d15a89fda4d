"""`autograder forget` leaves nothing of a student behind, or nothing with the student's name."""

import csv
import json
import shutil

import pytest
from nbgrader.api import Gradebook

from autograder.cli import main
from support.commands import run_well
from support.notebooks import solved

pytestmark = pytest.mark.sandbox

A = "01-neuron"
COLLECTED = "student,platform,id,name,keys,order,time,late,files\n"


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """A graded course with feedback for two students."""
    folder = tmp_path_factory.mktemp("graded")
    for student in ("zoë.müller", "ada"):
        place = folder / "submitted" / student / A
        place.mkdir(parents=True)
        (place / f"{A}.ipynb").write_text(json.dumps(solved(A)))
    results = folder / "results.jsonl"
    run_well("autograder.cli", "grade", A, "--course", folder, "--json", results)
    run_well("autograder.cli", "feedback", A, "--course", folder)
    with Gradebook(f"sqlite:///{folder / 'gradebook.db'}") as gradebook:
        person = {"first_name": "Zoëlia", "email": "zoelia@example.edu"}
        gradebook.update_or_create_student("zoë.müller", **person)
        submission = gradebook.find_submission_notebook(A, A, "zoë.müller")
        submission.comments[0].manual_comment = "Well done, Zoëlia."
        gradebook.db.commit()
    (folder / "collected").mkdir()
    lines = "zoë.müller,Canvas,x_1,Zoëlia,1,5,,late,a\nada,Canvas,x_2,Ada,2,6,,,b\n"
    (folder / "collected" / f"{A}.csv").write_text(COLLECTED + lines, encoding="utf-8")
    return folder


@pytest.fixture
def course(graded, tmp_path):
    return shutil.copytree(graded, tmp_path / "course")


def forget(course, *options):
    return main(["forget", "zoë.müller", "--course", str(course), *options])


def names(course):
    """Return the files of the course in which something of the student can be read."""
    wanted = [text.encode() for text in ("zoë.müller", "zo\\u00eb.m\\u00fcller", "Zoëlia")]
    found = set()
    for path in course.rglob("*"):
        name = path.relative_to(course).as_posix()
        if "zoë" in name or (path.is_file() and any(w in path.read_bytes() for w in wanted)):
            found.add(name.split("/")[0])
    return found


def points(course):
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as gradebook:
        return {s.student.id: s.score for s in gradebook.assignment_submissions(A)}


def test_without_yes_it_only_says_what_there_is(course, capsys):
    before = {path: path.stat().st_mtime_ns for path in course.rglob("*")}
    assert forget(course) == 0
    out = capsys.readouterr().out
    for place in ("submitted", "autograded", "feedback"):
        assert f"folder: {course / place / 'zoë.müller'}" in out
    assert "nothing was changed" in out
    assert {path: path.stat().st_mtime_ns for path in course.rglob("*")} == before


def test_a_student_is_deleted_everywhere_also_from_the_bytes_of_the_gradebook(course, capsys):
    assert names(course) > {"submitted", "gradebook.db", "collected"}
    assert forget(course, "--yes") == 0
    assert f"write it again or delete it: {course / 'results.jsonl'}" in capsys.readouterr().out
    assert names(course) == {"results.jsonl"}
    assert points(course) == {"ada": 14.0}


def test_the_next_run_and_nbgrader_go_on_without_the_student(course):
    assert forget(course, "--yes") == 0
    results = course / "results.jsonl"
    assert main(["grade", A, "--course", str(course), "--json", str(results)]) == 0
    assert [json.loads(line)["student"] for line in results.read_text().splitlines()] == ["ada"]
    assert names(course) == set()
    run_well("nbgrader", "export", cwd=course)
    assert "zoë" not in (course / "grades.csv").read_text()


def test_under_another_name_the_marks_stay_and_the_person_goes(course):
    before = points(course)
    assert forget(course, "--pseudonym", "p17", "--yes") == 0
    assert points(course) == {"ada": before["ada"], "p17": before["zoë.müller"]}
    for step in ("submitted", "autograded"):
        assert (course / step / "p17" / A).is_dir()
    # The results have to be written again. The comment of a person still speaks of the student.
    assert names(course) == {"results.jsonl", "gradebook.db"}
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as gradebook:
        student = gradebook.find_student("p17")
        assert (student.first_name, student.email) == (None, None)
    with (course / "collected" / f"{A}.csv").open(encoding="utf-8") as file:
        rows = {row["student"]: row for row in csv.DictReader(file)}
    assert (rows["p17"]["late"], rows["p17"]["name"], rows["p17"]["keys"]) == ("late", "", "")
    assert rows["ada"]["name"] == "Ada"


def test_a_run_that_was_interrupted_can_be_repeated(course, monkeypatch):
    before = points(course)
    with monkeypatch.context() as patched:
        patched.setattr("os.rename", lambda *_: (_ for _ in ()).throw(OSError(28, "disk", "x")))
        assert forget(course, "--pseudonym", "p17", "--yes") == 2
    assert set(points(course)) == {"ada", "p17"}
    assert forget(course, "--pseudonym", "p17", "--yes") == 0
    assert points(course)["p17"] == before["zoë.müller"]
    assert not (course / "submitted" / "zoë.müller").exists()


@pytest.mark.parametrize("gradebook", ["none", "empty"])
def test_a_student_who_was_never_graded_can_be_forgotten(course, gradebook):
    (course / "gradebook.db").unlink()
    if gradebook == "empty":
        (course / "gradebook.db").touch()
    assert forget(course, "--yes") == 0
    assert names(course) == {"results.jsonl"}


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--pseudonym", "ada", "--yes"], "there is a student of this name already"),
        (["--pseudonym", "../x", "--yes"], "cannot be the name of a folder"),
    ],
)
def test_another_name_that_cannot_be_used_changes_nothing(course, capsys, options, says):
    before = points(course)
    assert forget(course, *options) == 2
    assert says in capsys.readouterr().err
    assert points(course) == before
    assert (course / "submitted" / "zoë.müller").is_dir()


def test_a_link_in_place_of_a_folder_is_removed_and_not_followed(course, tmp_path):
    shutil.rmtree(course / "feedback" / "zoë.müller")
    (tmp_path / "precious").mkdir()
    (course / "feedback" / "zoë.müller").symlink_to(tmp_path / "precious")
    assert forget(course, "--yes") == 0
    assert (tmp_path / "precious").is_dir()
    assert not (course / "feedback" / "zoë.müller").is_symlink()
