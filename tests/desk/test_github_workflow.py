"""The workflow for GitHub: its own commands are run, and its summary is safe Markdown."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from autograder.cli import main
from autograder.desk.summary import plain, summary
from autograder.grading.result import Result
from autograder.marking.verdict import Example, Verdict
from support.notebooks import solved
from support.places import ROOT

A = "02-forward"
WORKFLOW = ROOT / "platforms" / "github-workflow.yml"
MISTAKE = "def linear_forward(x, W, b):\n    return x @ W - b, (x, W)"


def written(folder, answer):
    """Return the solved notebook with this answer to `linear_forward`, written to a folder."""
    made = solved(A)
    for cell in made["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("grade_id") == "linear_forward-answer":
            cell["source"] = answer
    path = folder / "submission" / A / f"{A}.ipynb"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(made))
    return path


@pytest.fixture
def notebook(tmp_path):
    return written(tmp_path, MISTAKE)


def grade_step():
    workflow = yaml.safe_load(WORKFLOW.read_text())
    steps = workflow["jobs"]["grade"]["steps"]
    return workflow["jobs"]["grade"]["env"], next(s for s in steps if s.get("name") == "Grade")


@pytest.mark.sandbox
def test_the_step_that_grades_writes_marks_and_summary(notebook, tmp_path):
    given, step = grade_step()
    (tmp_path / "grader" / "bin").mkdir(parents=True)
    (tmp_path / "grader" / "bin" / "autograder").symlink_to(
        Path(sys.executable).with_name("autograder")
    )
    env = {**os.environ, **given, "AUTOGRADER_SEED": "a secret of this class only"}
    env |= {"RUNNER_TEMP": str(tmp_path), "GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md")}
    done = subprocess.run(
        ["bash", "-e", "-c", step["run"]],
        cwd=tmp_path,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == "::notice::28 of 35 points\n"
    assert json.loads((tmp_path / "result.json").read_text())["score"] == 28
    text = (tmp_path / "summary.md").read_text()
    assert "| linear\\_forward | 0 of 4 | " in text
    assert "Example" not in text  # it would show inputs of the secret
    assert (tmp_path / "seed").stat().st_mode & 0o077 == 0


@pytest.mark.sandbox
def test_without_the_secret_the_step_fails_in_one_line(notebook, tmp_path, capsys):
    (tmp_path / "seed").write_text("")
    assert main(["check", str(notebook), "--seed-file", str(tmp_path / "seed")]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "a seed file holds at least 16 characters" in line


@pytest.mark.sandbox
def test_a_seed_file_gives_a_student_the_inputs_of_the_course(tmp_path, capsys):
    (tmp_path / "seed").write_text("a secret of this class only")
    # The answer fails for drawn inputs only, because the first case has the same for everybody.
    answer = (
        "    if (2 * x % 1).any():\n        raise ValueError(x.sum())\n    return x @ W + b, (x, W)"
    )
    notebook = written(tmp_path, f"def linear_forward(x, W, b):\n{answer}")
    found = []
    for student in ("ada", "ada", "bao", "chidi", "emre"):
        options = ["--seed-file", str(tmp_path / "seed"), "--student", student, "--json"]
        assert main(["check", str(notebook), *options]) == 0
        questions = json.loads(capsys.readouterr().out)["questions"]
        found.append([q["message"] for q in questions if q["id"] == "linear_forward"])
    assert found[0] == found[1]
    assert len({str(each) for each in found}) > 1


@pytest.mark.sandbox
def test_a_notebook_of_another_name_is_taken_for_the_assignment_that_is_named(notebook, capsys):
    own = notebook.rename(notebook.with_name("answers.ipynb"))
    assert main(["check", str(own), "--assignment", A, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["score"] == 28
    assert main(["check", str(own), "--assignment", "07-none"]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_two_forms_at_once_need_a_file_for_the_summary(monkeypatch, tmp_path, capsys):
    monkeypatch.delenv("GITHUB_STEP_SUMMARY", raising=False)
    assert main(["check", "x.ipynb", "--json", "--summary"]) == 2
    assert "GITHUB_STEP_SUMMARY" in capsys.readouterr().err


def test_texts_of_students_are_no_markdown_in_a_summary():
    evil = "<img src=x onerror=alert(1)> | [a](javascript:b) `c` **d** ```\n# e"
    example = Example("", (("x", "1"),), (("out", "2"),), (("out", evil),))
    wrong = Verdict("softmax", 0, 4, "wrong", f"Not yet: {evil}", example=example)
    text = summary(Result("s", A, "graded", 0, 4, 0.1, [wrong], message=evil), True)
    outside = text.split("````")[0]
    assert "<img" not in outside
    assert "[a](" not in outside.replace("\\[a\\]", "")
    # A fence of four backticks, which the three backticks in the student's text cannot close.
    assert text.count("````") == 2
    assert plain("a|b\n# c") == "a\\|b \\# c"
