"""Late submissions and the settings of a course: the same rows as from `nbgrader autograde`.

The course has its own database, folder names and plugin for late penalties in nbgrader_config.py.
"""

import json
import shutil
import subprocess
import sys
from datetime import timedelta

import pytest
from nbgrader.api import Gradebook

from autograder.cli import main
from support.gradebook_rows import rows
from support.here import new_gradebook
from support.notebooks import read, solved
from support.places import ROOT
from support.stock import environment

pytestmark = pytest.mark.sandbox

NAME = "hw1"
SECRET = "the secret of a course with late submissions"
PLUGIN = """
c.CourseDirectory.db_url = "sqlite:///marks.db"
c.CourseDirectory.submitted_directory = "handed_in"
c.CourseDirectory.autograded_directory = "marked"

from nbgrader.plugins import BasePlugin


class TwoPointsADay(BasePlugin):
    def late_submission_penalty(self, student_id, score, total_seconds_late):
        return 2 * (1 + total_seconds_late // 86400)


c.AssignLatePenalties.plugin_class = TwoPointsADay
"""
TIMES = {
    "ada": "2027-03-01 22:00:00 UTC",
    "bob": "2027-03-03 21:00:00 UTC",  # 46 hours late
    "cleo": "2027-03-02 00:00:00 +0100",  # in time: the zone counts
    "dan": "2027-04-01 10:00:00 UTC",  # so late that the penalty is more than all points
    "eva": "yesterday",  # not a time
    "fay": "2027-03-02 12:00:00 UTC",  # late, but she gets an extension
}
LATE = ("bob", "dan", "fay")
DUE = "2027-03-01T23:00+00:00"


def run(course, *command):
    done = subprocess.run(
        (sys.executable, "-m", *command),
        cwd=course,
        env=environment(course),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A course with six submissions, ungraded."""
    course = tmp_path_factory.mktemp("late") / "course"
    course.mkdir()
    config = (ROOT / "nbgrader_config.py").read_text()
    (course / "nbgrader_config.py").write_text(config + PLUGIN)
    (course / ".autograder-seed").write_text(SECRET)
    options = ("--questions", "1-3,no_single_neuron_for_xor", "--points", "layer=5", "--due", DUE)
    command = ("course", str(course), "--assignment", "01-neuron", *options, "--name", NAME)
    assert main(list(command)) == 0
    run(course, "nbgrader", "generate_assignment", NAME)
    right = read(course / "source" / NAME / f"{NAME}.ipynb")
    wrong = read(course / "release" / NAME / f"{NAME}.ipynb")
    for student, time in TIMES.items():
        folder = course / "handed_in" / student / NAME
        folder.mkdir(parents=True)
        answers = wrong if student == "dan" else right
        (folder / f"{NAME}.ipynb").write_text(json.dumps(answers))
        (folder / "timestamp.txt").write_text(time)
    return course


def gradebook(course):
    return Gradebook(f"sqlite:///{course / 'marks.db'}")


def penalties(course):
    with gradebook(course) as opened:
        found = opened.assignment_submissions(NAME)
        return {s.student.id: s.notebooks[0].late_submission_penalty for s in found}


def extend(course):
    """Give fay a day more."""
    with gradebook(course) as opened:
        opened.find_submission(NAME, "fay").extension = timedelta(days=1)
        opened.db.commit()


def ours(course):
    return run(course, "autograder.cli", "grade", NAME, "--workers", "1")


def test_the_rows_are_those_of_nbgrader_with_the_same_settings(course, tmp_path):
    here, there = (shutil.copytree(course, tmp_path / name) for name in ("ours", "theirs"))
    last = ours(here).stdout.splitlines()[-1]
    assert last == f"{NAME}: 6 submissions: 6 graded, 0 as before, 0 rejected, 3 late, 0 failed"
    run(there, "nbgrader", "autograde", NAME, "--create")
    assert penalties(here) == penalties(there)
    assert {s for s, penalty in penalties(here).items() if penalty} == {"bob", "fay"}
    assert penalties(here)["bob"] == 4.0
    for folder in (here, there):
        extend(folder)
    last = ours(here).stdout.splitlines()[-1]
    assert last == f"{NAME}: 6 submissions: 0 graded, 6 as before, 0 rejected, 2 late, 0 failed"
    run(there, "nbgrader", "autograde", NAME, "--force")
    assert penalties(here) == penalties(there)
    assert penalties(here)["fay"] is None
    urls = [f"sqlite:///{folder / 'marks.db'}" for folder in (here, there)]
    assert rows(urls[0], NAME) == rows(urls[1], NAME)
    marked = [sorted(p.relative_to(f) for p in (f / "marked").rglob("*")) for f in (here, there)]
    assert marked[0] == marked[1]
    assert not (here / "gradebook.db").exists()


def test_a_plugin_that_fails_for_a_student_fails_for_nobody_else(course, tmp_path, capsys):
    folder = shutil.copytree(course, tmp_path / "course")
    config = folder / "nbgrader_config.py"
    failing = "if student_id == 'bob': raise ValueError('no rule for bob')\n        return 1"
    config.write_text(
        config.read_text().replace("return 2 * (", f"{failing}\n        return 2 * (")
    )
    capsys.readouterr()
    assert main(["grade", NAME, "--course", str(folder), "--workers", "1"]) == 1
    said = capsys.readouterr()
    assert "bob: the plugin for late penalties has failed: ValueError: no rule for bob" in said.err
    assert penalties(folder)["fay"] == 1.0


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("c.AssignLatePenalties.plugin_class = 'no.such.Plugin'", "penalties cannot be loaded"),
        ("c.CourseDirectory.directory_structure = 'x/{student_id}'", "finds submissions only in"),
        ("1 / 0", "cannot be read; correct it: ZeroDivisionError"),
    ],
)
def test_settings_that_cannot_be_used_are_refused_in_one_line(
    course, tmp_path, capsys, line, words
):
    folder = shutil.copytree(course, tmp_path / "course")
    with (folder / "nbgrader_config.py").open("a") as file:
        file.write(f"\n{line}\n")
    capsys.readouterr()
    assert main(["grade", NAME, "--course", str(folder), "--workers", "1"]) == 2
    (refusal,) = capsys.readouterr().err.splitlines()[-1:]
    assert words in refusal


IMPORTED = """
import sys
from autograder.cli import main
assert main(["grade", "01-neuron", "--course", ".", "--workers", "1"]) == 0
print("nbgrader" in sys.modules)
"""


@pytest.mark.parametrize(
    ("penalty", "time", "imported"),
    [
        ("zero", "2027-03-02 10:00:00 UTC", "True"),
        ("zero", "2027-02-02 10:00:00 UTC", "False"),
        ("", "2027-03-02 10:00:00 UTC", "False"),
    ],
)
def test_nbgrader_is_imported_only_if_a_penalty_is_set_and_somebody_is_late(
    tmp_path, penalty, time, imported
):
    (tmp_path / "gradebook.db").write_bytes(new_gradebook("01-neuron"))
    with Gradebook(f"sqlite:///{tmp_path / 'gradebook.db'}") as opened:
        opened.update_or_create_assignment("01-neuron", duedate="2027-03-01 12:00:00")
    if penalty:
        settings = {"LateSubmissionPlugin": {"penalty_method": penalty}}
        (tmp_path / "nbgrader_config.json").write_text(json.dumps(settings))
    folder = tmp_path / "submitted" / "ada" / "01-neuron"
    folder.mkdir(parents=True)
    (folder / "01-neuron.ipynb").write_text(json.dumps(solved("01-neuron")))
    (folder / "timestamp.txt").write_text(time)
    (tmp_path / "grade_and_look.py").write_text(IMPORTED)
    done = run(tmp_path, "grade_and_look")
    assert done.stdout.splitlines()[-1] == imported
    with Gradebook(f"sqlite:///{tmp_path / 'gradebook.db'}") as opened:
        (notebook,) = opened.find_submission("01-neuron", "ada").notebooks
        assert notebook.late_submission_penalty == (14.0 if imported == "True" else None)
