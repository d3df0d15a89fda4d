"""The autograder for Gradescope, run in a container as Gradescope runs it."""

import fnmatch
import json
import os
import stat
import subprocess
import sys
import zipfile
from importlib.metadata import packages_distributions

import pytest

from attacks import ATTACKS, hand_in, notebook
from autograder.cli import main
from autograder.desk.course import Wanted, lay_out
from support.container import Container, grade_many
from support.notebooks import released, solved, solved_file
from support.places import ROOT

pytestmark = pytest.mark.sandbox

A = "02-forward"
USER = 61_000
SHARES = 10  # each seed tries one of so many shares of the attacks
MISTAKE = "def linear_forward(x, W, b):\n    return x @ W - b, (x, W)"


@pytest.fixture(scope="module")
def autograder(tmp_path_factory):
    """The zip file that an instructor uploads."""
    path = tmp_path_factory.mktemp("made") / "autograder.zip"
    assert main(["gradescope", A, str(path), "--tell", "mistake"]) == 0
    return path


@pytest.fixture(scope="module")
def container(tmp_path_factory, autograder):
    return Container(tmp_path_factory.mktemp("container"), autograder)


def changed(answers):
    """Return the solved notebook with other answers, as bytes."""
    made = solved(A)
    for cell in made["cells"]:
        name = cell["metadata"].get("nbgrader", {}).get("grade_id", "")
        cell["source"] = answers.get(name.removesuffix("-answer"), cell["source"])
    return json.dumps(made).encode()


TWO = {"a.ipynb": changed({"linear_forward": MISTAKE}), "b.ipynb": changed({})}


def results(container, files):
    """Hand in files, run the autograder, and return results.json."""
    container.hand_in(files)
    people = {"users": [{"email": "b@example.edu"}, {"email": "a@example.edu"}]}
    (container.home / "submission_metadata.json").write_text(json.dumps(people))
    (container.home / "results" / "results.json").unlink(missing_ok=True)
    done = container.run()
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    return json.loads((container.home / "results" / "results.json").read_text())


def test_each_question_has_marks_visibility_and_a_hint(container):
    found = results(container, {f"{A}.ipynb": changed({"linear_forward": MISTAKE})})
    tests = {test["name"]: test for test in found["tests"]}
    wrong, right = tests["linear_forward"], tests["softmax"]
    assert (wrong["score"], wrong["max_score"], wrong["status"]) == (0, 4, "failed")
    assert (right["score"], right["max_score"], right["status"]) == (4, 4, "passed")
    assert {test["visibility"] for test in found["tests"]} == {"visible"}
    assert "subtracted" in wrong["output"]
    assert 'Read chapter 2, "A layer"' in wrong["output"]
    assert [name for name in tests if name.endswith(" (bonus)")] == ["log_probabilities (bonus)"]


def test_a_mistake_is_named_and_no_secret_input_is_shown(container):
    found = results(container, {f"{A}.ipynb": changed({"linear_forward": MISTAKE})})
    wrong = next(test for test in found["tests"] if test["name"] == "linear_forward")
    assert "Example" not in wrong["output"]
    assert "right out" not in wrong["output"]


def test_a_written_answer_waits_for_a_person(container):
    found = results(container, {f"{A}.ipynb": solved_file(A).read_bytes()})
    written = next(test for test in found["tests"] if test["name"] == "shift_of_softmax")
    assert "score" not in written
    assert written["output"] == "A person marks this."


def test_a_renamed_notebook_in_a_folder_is_taken_with_the_files_beside_it(container):
    answer = {"linear_forward": "from helper import linear_forward"}
    helper = b"def linear_forward(x, W, b):\n    return x @ W + b, (x, W)\n"
    files = {"hw/my hw (1).ipynb": changed(answer), "hw/helper.py": helper}
    found = results(container, files)
    assert sum(test.get("score", 0) for test in found["tests"]) == 32


@pytest.mark.parametrize(
    ("files", "says"),
    [
        ({"essay.pdf": b"%PDF"}, "there is no such file, but essay.pdf"),
        (TWO, "there are several notebooks with different answers, a.ipynb, b.ipynb"),
        ({"a.ipynb": b"no json"}, "cannot be read as a notebook"),
    ],
)
def test_what_cannot_be_graded_says_why_and_has_no_marks(container, files, says):
    found = results(container, files)
    assert says in found["output"]
    assert sum(test.get("score", 0) for test in found["tests"]) == 0


def test_two_autograders_have_different_secrets_and_nobody_else_can_read_them(autograder, tmp_path):
    other = tmp_path / "other.zip"
    main(["gradescope", A, str(other)])
    assert stat.S_IMODE(other.stat().st_mode) == 0o600
    with zipfile.ZipFile(autograder) as one, zipfile.ZipFile(other) as two:
        assert one.read("secret") != two.read("secret")
        assert len(one.read("secret")) == 64
        for name in ("setup.sh", "run_autograder"):
            assert one.getinfo(name).external_attr >> 16 == 0o100755


LOOK = """
import glob, os, socket
def tried(action):
    try:
        return str(action())
    except BaseException as error:
        return type(error).__name__
def reference():
    import backprop
def network():
    socket.create_connection(("127.0.0.1", 9))
def home():
    return sorted(os.listdir("/autograder/source"))
print("LOOK", os.getuid(), os.geteuid(), os.getgroups())
for action in (reference, network, home):
    print("LOOK", action.__name__, tried(action))
for path in ("/autograder/source/secret", "/autograder/source/autograder/bank/__init__.py",
             "/proc/1/environ", f"/proc/{os.getppid()}/mem"):
    print("LOOK", path, tried(lambda: open(path).read()))
for path in ("/autograder/results/results.json", "/autograder/x", "/autograder/run_autograder"):
    print("LOOK", path, tried(lambda: open(path, "w")))
print("LOOK", "kill", tried(lambda: os.kill(os.getppid(), 9)))
print("LOOK", "root", tried(lambda: os.setuid(0)))
print("LOOK", "sudo", tried(lambda: os.popen("id -u").read().strip()))
"""
LOOKED = f"""\
{USER} {USER} []
reference ModuleNotFoundError
network PermissionError
home PermissionError
/autograder/source/secret PermissionError
/autograder/source/autograder/bank/__init__.py PermissionError
/proc/1/environ PermissionError
/proc/*/mem PermissionError
/autograder/results/results.json PermissionError
/autograder/x PermissionError
/autograder/run_autograder PermissionError
kill PermissionError
root PermissionError
sudo {USER}
"""


def test_student_code_is_another_user_who_finds_nothing(container, tmp_path):
    made = released(A)
    cell = {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None}
    made["cells"].insert(1, {**cell, "id": "look", "source": LOOK})
    hand_in(tmp_path / "look", json.dumps(made).encode(), {})
    (record,) = grade_many(container, tmp_path, USER)
    lines = [line for line in "".join(record["shown"]).splitlines() if line.startswith("LOOK ")]
    assert len(lines) == len(LOOKED.splitlines())
    for line, expected in zip(lines, LOOKED.splitlines(), strict=True):
        assert fnmatch.fnmatchcase(line.removeprefix("LOOK "), expected), line


def test_attacks_gain_no_marks_as_another_user_either(container, tmp_path, any_seed):
    chosen = {name: ATTACKS[name] for name in list(ATTACKS)[any_seed::SHARES]}
    for name, attack in chosen.items():
        hand_in(tmp_path / name, notebook(attack), attack.files)
    hand_in(tmp_path / "zz-honest", solved_file(A).read_bytes(), {})
    records = {record["name"]: record for record in grade_many(container, tmp_path, USER)}
    assert records.pop("zz-honest")["score"] == 32
    assert records.keys() == chosen.keys()
    gained = {n: r for n, r in records.items() if r["score"] > chosen[n].deserves}
    assert gained == {}
    assert {record["status"] for record in records.values()} <= {"graded", "rejected"}


def test_it_refuses_where_the_secret_cannot_be_kept(container):
    (container.home / "results" / "results.json").unlink(missing_ok=True)
    script = container.home / "run_autograder"
    whole = script.read_text()
    script.write_text(whole.replace("chmod -R go= ", "chmod -R go=rX "))
    done = container.run()
    script.write_text(whole)
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert "student code could read this" in line
    assert not (container.home / "results" / "results.json").exists()


def test_it_refuses_where_it_is_not_allowed_to_change_the_user(container):
    (container.home / "results" / "results.json").unlink(missing_ok=True)
    done = container.run(rights=("DAC_OVERRIDE", "FOWNER", "CHOWN"))
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert "does not let us become user" in done.stderr
    assert not (container.home / "results" / "results.json").exists()


def test_the_course_folder_in_which_it_is_called_counts(tmp_path, monkeypatch):
    lay_out(ROOT, tmp_path / "course", Wanted(A, questions="softmax", name="hw1"))
    monkeypatch.chdir(tmp_path / "course")
    assert main(["gradescope", "hw1", str(tmp_path / "hw1.zip")]) == 0
    with zipfile.ZipFile(tmp_path / "hw1.zip") as made:
        assert list(json.loads(made.read("assignment.json"))["points"]) == ["softmax"]


def test_paths_that_cannot_be_used_end_with_exit_code_2(tmp_path, capsys):
    for command in (
        ["gradescope", "07-none", str(tmp_path / "x.zip")],
        ["gradescope", A, str(tmp_path / "none" / "x.zip")],
        ["gradescope", A, str(tmp_path)],
        ["gradescope", A, str(tmp_path / "x.zip"), "--course", str(tmp_path / "none")],
    ):
        assert main(command) == 2
        assert len(capsys.readouterr().err.splitlines()) == 1
    assert os.listdir(tmp_path) == []


def test_the_grader_needs_no_package_that_setup_does_not_install():
    listed = "import autograder.desk.gradescope_run, sys; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", listed], capture_output=True, text=True, check=True
    )
    of = packages_distributions()
    used = {name for module in done.stdout.split() for name in of.get(module, [])}
    assert used <= {"numpy", "setuptools", "backpropagation-course"}
