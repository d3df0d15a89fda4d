"""Files beside the notebook are used, and none of them can harm the grader or replace a module."""

import json
import os
import pickle
import shutil
import subprocess
import sys

import pytest

from autograder.cli import main
from autograder.grading import beside
from autograder.grading.assignment import Assignment
from autograder.grading.beside import MAX_BYTES, MAX_FILES, read_beside
from autograder.grading.worker import Task
from autograder.sandbox.policy import Limits
from support.here import grade_here, hand_in
from support.notebooks import solved
from support.places import ROOT, SOLUTIONS
from support.stock import environment, generate, gradebook

ASSIGNMENT = "02-forward"
ASSIGNED = Assignment.of_course(ASSIGNMENT)
HELPER = b"import numpy as np\ndef shifted(z):\n    return z - z.max(axis=1, keepdims=True)\n"
USES = (
    "from my_layers import shifted\n"
    "def softmax(z):\n"
    "    e = np.exp(shifted(z))\n"
    "    return e / e.sum(axis=1, keepdims=True)"
)


def with_answer(source, question="softmax"):
    notebook = solved(ASSIGNMENT)
    for cell in notebook["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("grade_id") == f"{question}-answer":
            cell["source"] = source
    return notebook


def softmax_of(result):
    return next(q for q in result.questions if q.id == "softmax")


def put(folder, **files):
    for name, content in files.items():
        path = folder / name.replace("__", "/").replace("_py", ".py")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


@pytest.mark.sandbox
def test_a_helper_and_data_beside_the_notebook_are_used(tmp_path):
    folder = hand_in(tmp_path, "ada", ASSIGNMENT, with_answer(USES))
    (folder / "my_layers.py").write_bytes(HELPER)
    deep = "x = np.loadtxt('data/rows.csv')\nimport pack.inner\nZERO = x[0] * pack.inner.TWO\n"
    folder = hand_in(tmp_path, "bob", ASSIGNMENT, with_answer(f"{deep}{USES}"))
    (folder / "my_layers.py").write_bytes(HELPER)
    (folder / "data").mkdir()
    (folder / "data" / "rows.csv").write_text("1\n2\n")
    (folder / "pack").mkdir()
    (folder / "pack" / "inner.py").write_text("TWO = 2")
    hand_in(tmp_path, "cleo", ASSIGNMENT, with_answer(USES))
    results = grade_here(tmp_path, ASSIGNMENT)
    assert {s: softmax_of(r).verdict for s, r in results.items()} == {
        "ada": "correct",
        "bob": "correct",
        "cleo": "missing",
    }
    assert "hand it in with the notebook" in softmax_of(results["cleo"]).message


@pytest.mark.sandbox
def test_a_changed_helper_is_graded_again_and_an_unchanged_one_is_not(tmp_path):
    folder = hand_in(tmp_path, "ada", ASSIGNMENT, with_answer(USES))
    (folder / "my_layers.py").write_bytes(HELPER)
    assert softmax_of(grade_here(tmp_path, ASSIGNMENT)["ada"]).score == 4
    assert grade_here(tmp_path, ASSIGNMENT) == {}
    (folder / "my_layers.py").write_bytes(HELPER.replace(b"max", b"sum"))
    assert softmax_of(grade_here(tmp_path, ASSIGNMENT)["ada"]).score < 4


@pytest.mark.sandbox
def test_check_of_one_notebook_uses_them_too(tmp_path, capsys):
    notebook = tmp_path / f"{ASSIGNMENT}.ipynb"
    notebook.write_text(json.dumps(with_answer(USES)))
    (tmp_path / "my_layers.py").write_bytes(HELPER)
    (tmp_path / "huge.csv").write_bytes(b"1" * (MAX_BYTES + 1))
    assert main(["check", str(notebook)]) == 0
    said = capsys.readouterr().out
    assert "softmax: 4 of 4 points" in said
    assert "huge.csv (larger than 1 MB)" in said


@pytest.mark.sandbox
@pytest.mark.slow
def test_nbgrader_with_our_configuration_uses_them_and_keeps_none(tmp_path):
    shutil.copytree(SOLUTIONS / ASSIGNMENT, tmp_path / "source" / ASSIGNMENT)
    shutil.copy(ROOT / "nbgrader_config.py", tmp_path)
    generate(tmp_path, ASSIGNMENT)
    folder = hand_in(tmp_path, "ada", ASSIGNMENT, with_answer(USES))
    (folder / "my_layers.py").write_bytes(HELPER)
    command = [sys.executable, "-m", "nbgrader", "autograde", ASSIGNMENT, "--create"]
    subprocess.run(command, cwd=tmp_path, env=environment(tmp_path), check=True)
    with gradebook(tmp_path) as opened:
        submission = opened.find_submission(ASSIGNMENT, "ada")
        grades = {g.name: g.auto_score for n in submission.notebooks for g in n.grades}
    assert grades["softmax"] == 4
    kept = tmp_path / "autograded" / "ada" / ASSIGNMENT
    assert [path.name for path in kept.iterdir()] == [f"{ASSIGNMENT}.ipynb"]


def test_they_go_with_the_task_to_a_worker_of_a_cluster(tmp_path):
    put(tmp_path, my_layers_py=HELPER)
    task = Task("ada", ASSIGNED, "x.ipynb", Limits(), beside=read_beside(tmp_path))
    assert pickle.loads(pickle.dumps(task)).beside.files == {"my_layers.py": HELPER}


@pytest.mark.sandbox
def test_no_file_hides_a_module_of_python_of_a_package_or_of_the_grader(tmp_path):
    folder = hand_in(tmp_path, "ada", ASSIGNMENT, solved(ASSIGNMENT))
    bad = b"raise SystemExit\n"
    for name in ("numpy", "json", "asyncio", "matplotlib", "IPython", "math", "autograder"):
        (folder / f"{name}.py").write_bytes(bad)
        (folder / name).mkdir()
        (folder / name / "__init__.py").write_bytes(bad)
    result = grade_here(tmp_path, ASSIGNMENT)["ada"]
    assert {q.verdict for q in result.questions} == {"correct", "manual"}


@pytest.mark.sandbox
def test_a_question_that_spoils_a_file_spoils_it_for_itself_alone(tmp_path):
    reads = "import os\ndef {0}:\n    size = len(open('rows.csv').read())\n{1}"
    spoils = "    open('rows.csv', 'w').write('')\n    return np.maximum(x, 0) * size, None"
    uses = "    return np.tanh(x) * (size / 4), None"
    notebook = with_answer(reads.format("relu_forward(x)", spoils), "relu_forward")
    for cell in notebook["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("grade_id") == "tanh_forward-answer":
            cell["source"] = reads.format("tanh_forward(x)", uses)
    folder = hand_in(tmp_path, "ada", ASSIGNMENT, notebook)
    (folder / "rows.csv").write_text("1, 2")
    verdicts = {q.id: q.verdict for q in grade_here(tmp_path, ASSIGNMENT)["ada"].questions}
    assert verdicts["relu_forward"] != "correct"
    assert verdicts["tanh_forward"] == "correct"
    assert (folder / "rows.csv").read_text() == "1, 2"


def test_no_link_no_device_and_no_hidden_or_foreign_file_is_read(tmp_path):
    other, own = tmp_path / "bob", tmp_path / "ada"
    put(other, secret_py=b"OTHER", folder__a_py=b"OTHER")
    put(own, mine_py=b"1", autograder__check_py=b"2", backprop__deep_py=b"3", backprop_py=b"4")
    (own / "link.py").symlink_to(other / "secret.py")
    (own / "linked").symlink_to(other / "folder")
    os.link(other / "secret.py", own / "second_name.py")
    os.mkfifo(own / "pipe.csv")
    for name in (".hidden.py", "-option.py", "a\nb.py", "timestamp.txt", "x.so", "matplotlibrc"):
        (own / name).write_bytes(b"x")
    found = read_beside(own)
    assert found.files == {"mine.py": b"1"}
    assert found.message == ""


def test_what_is_too_large_too_deep_or_too_many_is_left_out_and_told(tmp_path, monkeypatch):
    put(tmp_path, large_py=b"x" * (MAX_BYTES + 1), a__b__c__fine_py=b"1", a__b__c__d__e_py=b"2")
    for number in range(MAX_FILES + 2):
        (tmp_path / f"m{number:03}.csv").write_bytes(b"1")
    found = read_beside(tmp_path)
    assert len(found.files) == MAX_FILES
    assert "large.py (larger than 1 MB)" in found.message
    assert f"(more than {MAX_FILES} files)" in found.message
    monkeypatch.setattr(beside, "MAX_FILES", 1000)
    monkeypatch.setattr(beside, "MAX_ALL_BYTES", 10)
    assert sum(map(len, read_beside(tmp_path).files.values())) <= 10
    monkeypatch.setattr(beside, "MAX_ALL_BYTES", 1000)
    found = read_beside(tmp_path)
    assert "a/b/c/fine.py" in found.files
    assert any("a/b/c/d (more than 3 folders deep)" in words for words in found.left_out)
    monkeypatch.setattr(beside, "MAX_SEEN", 5)
    assert len(read_beside(tmp_path).files) < 5


def test_a_folder_that_is_not_there_holds_nothing(tmp_path):
    assert read_beside(tmp_path / "nowhere").files == {}
