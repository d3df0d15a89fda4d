"""A machine without support for the sandbox: grading is refused, or runs with a warning."""

import json

import pytest

from autograder import cli
from autograder.sandbox import bubblewrap
from autograder.sandbox.client import Sandbox
from autograder.sandbox.policy import Limits
from support.jobs import run_job
from support.notebooks import solved_file
from support.places import NO_NAMESPACES

pytestmark = pytest.mark.sandbox

SOLVED = solved_file("02-forward")
FULL = 32.0


@pytest.fixture
def locked_down(monkeypatch):
    """A machine that does not allow namespaces, so that bubblewrap prints an error and fails."""
    monkeypatch.setattr(bubblewrap, "_bubblewrap", lambda: str(NO_NAMESPACES))


def test_it_refuses_and_says_what_to_allow(locked_down, capsys):
    assert cli.main(["check", str(SOLVED)]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert len(err.splitlines()) == 1
    assert "No permissions to create new namespace" in err
    assert "unprivileged user namespaces" in err
    assert "--unsafe-no-sandbox" in err


def test_a_batch_refuses_before_it_touches_the_course(locked_down, tmp_path, capsys):
    assert cli.main(["grade", "02-forward", "--course", str(tmp_path)]) == 2
    assert "No permissions" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_where_the_instructor_says_so_it_grades_loudly(locked_down, capsys):
    assert cli.main(["check", str(SOLVED), "--json", "--unsafe-no-sandbox"]) == 0
    out, err = capsys.readouterr()
    assert json.loads(out)["score"] == FULL
    assert "UNSAFE" in err


def test_accidents_are_still_bounded_without_a_sandbox():
    limits = Limits(isolated=False, cell_seconds=0.5, cells_seconds=5)
    with Sandbox(limits) as sandbox:
        cells = ["while True: pass", "x = 'a' * (1 << 34)", "print('well')"]
        first, second, third = run_job(sandbox, cells, []).cells
        assert "stopped after 0.5 seconds" in first.error
        assert "MemoryError" in second.error
        assert third.text == "well\n"
        assert run_job(sandbox, ["print('next')"], []).cells[0].text == "next\n"
