"""Files that one question writes into the folder of its job are gone before the next one runs."""

import os

import pytest

from autograder.sandbox.client import DrivenQuestion
from autograder.sandbox.inside.scratch import Scratch
from support.jobs import run_job

WRITES = {
    "a_file": "open('left', 'w').write('1')",
    "folders_nested_too_deeply_for_a_path": (
        "for i in range(60):\n        os.mkdir('n' * 200)\n        os.chdir('n' * 200)"
    ),
    "a_thousand_nested_folders": (
        "for i in range(1000):\n        os.mkdir('n')\n        os.chdir('n')"
    ),
    "a_folder_that_nobody_may_read": (
        "os.makedirs('a/b/c')\n    os.chmod('a/b', 0)\n    os.chmod('a', 0)"
    ),
    "links": (
        "os.symlink('/usr', 'link')\n    os.symlink('nowhere', 'dead')\n    os.link('kept', 'hard')"
    ),
    "a_change_of_a_file": "open('kept', 'a').write('1')",
    "a_file_in_a_folder_of_the_cells": "open('own/left', 'w').write('1')",
    "as_many_files_as_there_can_be": (
        "try:\n        for i in range(9999): os.mkdir(f'{i}')\n    except OSError: pass"
    ),
}
CELL = """
import os
open("kept", "w").write("0")
open("untouched", "w").write("0")
os.mkdir("own")
def writes():
    @writes
    return True
def found():
    os.chdir("/scratch")
    left = [path for path in ("own/left", "kept") if os.path.exists(path)]
    left += [name for name in os.listdir() if name not in ("kept", "untouched", "own")]
    return " ".join(left)
def untouched():
    return open("/scratch/untouched").read()
"""


@pytest.mark.parametrize("writes", WRITES.values(), ids=WRITES)
def test_what_a_question_wrote_is_gone_and_what_the_cells_wrote_is_there(sandbox, writes):
    drives = [
        DrivenQuestion(f"def drive(code):\n    return code.{name}()", [{}])
        for name in ("writes", "found", "untouched")
    ]
    outcomes = run_job(sandbox, [CELL.replace("@writes", writes)], drives).outcomes
    answers = [(outcome.answer, outcome.text) for (outcome,) in outcomes]
    kept = "" if "kept" in writes else "kept"  # it is removed if the question changed it
    assert answers == [(True, ""), (kept, ""), ("0", "")]


def test_folders_of_the_cells_are_no_place_to_hide_a_file_however_deep(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for _ in range(60):
        os.mkdir("d" * 200)
        os.chdir("d" * 200)
    scratch = Scratch(str(tmp_path))
    scratch.remember()
    with open("hidden", "w") as file:
        file.write("1")
    bottom = os.open(".", os.O_PATH)
    scratch.restore()
    with pytest.raises(FileNotFoundError):
        os.stat("hidden", dir_fd=bottom)
    os.close(bottom)


def test_nothing_outside_the_folder_is_removed(tmp_path):
    inside, outside = tmp_path / "inside", tmp_path / "outside"
    inside.mkdir()
    outside.mkdir()
    (outside / "file").write_text("1")
    scratch = Scratch(str(inside))
    scratch.remember()
    os.symlink(outside, inside / "link")
    (inside / "folder").mkdir()
    os.symlink(outside, inside / "folder" / "link")
    os.link(outside / "file", inside / "hard")
    scratch.restore()
    assert list(inside.iterdir()) == []
    assert (outside / "file").read_text() == "1"
