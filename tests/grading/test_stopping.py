"""A call that cannot be used is refused in one line before anything is graded, and so is a stop."""

import json
import os
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import pytest

from autograder.cli import main
from support.notebooks import solved_file
from support.places import ROOT

pytestmark = pytest.mark.sandbox

ASSIGNMENT = "01-neuron"


@pytest.fixture
def course(tmp_path):
    for student in ("ada", "zoe"):
        folder = tmp_path / "submitted" / student / ASSIGNMENT
        folder.mkdir(parents=True)
        (folder / f"{ASSIGNMENT}.ipynb").write_bytes(solved_file(ASSIGNMENT).read_bytes())
    return tmp_path


@pytest.mark.parametrize(
    ("option", "value", "says"),
    [
        ("--json", "", "this is a folder"),
        ("--json", "nowhere/results.jsonl", "cannot be written"),
        ("--seed-file", "", "cannot be the seed file"),
        ("--seed-file", "nowhere/seed", "cannot be the seed file"),
    ],
)
def test_a_path_that_cannot_be_used_is_refused_before_grading(course, capsys, option, value, says):
    command = ["grade", ASSIGNMENT, "--course", str(course), option, str(course / value)]
    assert main(command) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert says in line
    assert not (course / "autograded").exists()


def test_ctrl_c_ends_with_one_line_and_the_next_run_goes_on(course):
    make_it_slow(course / "submitted" / "ada" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb")
    command = [sys.executable, "-m", "autograder.cli", "grade", ASSIGNMENT, "--course", course]
    # A shell that starts the tests in the background lets them ignore Ctrl-C.
    hear = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)
    running = subprocess.Popen(
        command, cwd=ROOT, stderr=subprocess.PIPE, text=True, preexec_fn=hear
    )
    while not workers_of(running.pid):
        time.sleep(0.01)
    running.send_signal(signal.SIGINT)
    assert running.communicate()[1] == "autograder: stopped; run the same command again to go on\n"
    assert running.returncode == 130
    assert main(["grade", ASSIGNMENT, "--course", str(course)]) == 0
    assert len(list((course / "autograded").glob("*/*/*.ipynb"))) == 2


def make_it_slow(notebook):
    """Let a notebook sleep for some seconds, so that the command cannot end before Ctrl-C."""
    made = json.loads(notebook.read_text())
    cell = {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None}
    made["cells"].append({**cell, "id": "slow", "source": "import time\ntime.sleep(8)"})
    notebook.write_text(json.dumps(made))


def workers_of(pid):
    """Return the worker processes of a command: they have the same command line."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [child for child in children if command_line(child) == command_line(pid)]


def command_line(pid):
    try:
        return Path(f"/proc/{pid}/cmdline").read_text()
    except OSError:  # it has ended
        return ""


def test_no_worker_is_no_number_of_workers(course, capsys):
    for count in ("0", "-1", "two"):
        with pytest.raises(SystemExit, match="2"):
            main(["grade", ASSIGNMENT, "--course", str(course), "--workers", count])
        assert "not a number of at least 1" in capsys.readouterr().err
    assert os.listdir(course) == ["submitted"]
