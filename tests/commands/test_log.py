"""The lines of a run: events for a service, and a bar that begins where the last run ended."""

import fcntl
import json
import os
import pty
import re
import struct
import subprocess
import sys
import termios

import pytest

from autograder.cli import main
from support.notebooks import solved
from support.places import ROOT

pytestmark = pytest.mark.sandbox

A = "01-neuron"


@pytest.fixture
def course(tmp_path):
    for student in ("ada", "bao", "zoë"):
        place = tmp_path / "submitted" / student / A
        place.mkdir(parents=True)
        content = json.dumps(solved(A)) if student != "bao" else "no notebook"
        (place / f"{A}.ipynb").write_text(content)
    return tmp_path


def events(text):
    return [json.loads(line) for line in text.splitlines()]


def test_a_service_gets_one_event_for_each_submission(course, capsys):
    command = ["grade", A, "--course", str(course), "--log", "json"]
    assert main(command) == 0
    found = events(capsys.readouterr().err)
    assert [found[0]["event"], found[-1]["event"]] == ["started", "ended"]
    assert found[0]["submissions"] == 3
    graded = {each["student"]: each for each in found[1:-1]}
    assert {name: each["event"] for name, each in graded.items()} == {
        **{"ada": "graded", "zoë": "graded", "bao": "rejected"}
    }
    assert graded["bao"]["level"] == "warning"
    assert graded["ada"]["score"] == 14
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:.]+\+00:00", each["time"]) for each in found)
    assert (found[-1]["graded"], found[-1]["rejected"], found[-1]["failed"]) == (2, 1, 0)
    assert main(command) == 0
    assert [each["event"] for each in events(capsys.readouterr().err)] == ["started", "ended"]


def test_every_record_tells_the_version_of_its_form(course, capsys):
    results = course / "results.jsonl"
    for _ in range(2):  # once from the run, and once from the gradebook
        assert main(["grade", A, "--course", str(course), "--json", str(results)]) == 0
        assert [each["schema"] for each in events(results.read_text())] == [1, 1, 1]
    capsys.readouterr()
    notebook = course / "submitted" / "ada" / A / f"{A}.ipynb"
    assert main(["check", str(notebook), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["schema"] == 1


def test_the_bar_begins_at_what_is_done_and_ends_at_its_end(course):
    assert main(["grade", A, "--course", str(course)]) == 0
    changed = course / "submitted" / "zoë" / A / f"{A}.ipynb"
    changed.write_text(changed.read_text() + "\n")
    shown = on_a_terminal("grade", A, "--course", str(course))
    counts = re.findall(r"(\d+)/3 ", shown)
    assert counts[-1] == "3"
    assert {"1", "2"} & set(counts)  # it does not begin at the one that is left
    assert "100%" in shown


def on_a_terminal(*arguments):
    """Run a command whose stderr is a terminal, and return what it shows there."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    command = [sys.executable, "-m", "autograder.cli", *arguments]
    with subprocess.Popen(command, cwd=ROOT, stderr=theirs, stdout=subprocess.DEVNULL) as running:
        os.close(theirs)
        shown = b""
        try:
            while some := os.read(ours, 1 << 16):
                shown += some
        except OSError:  # the other end is closed
            pass
        assert running.wait() == 0
    os.close(ours)
    return shown.decode()
