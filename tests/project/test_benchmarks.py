"""The benchmarks measure what they say: real stock nbgrader, unlike submissions, whole slopes."""

import json
import os
import subprocess
import sys

import pytest

from support.places import ROOT

SCRIPTS = ROOT / "benchmarks"
ASSIGNMENT = "01-neuron"
STOCK = f"import courses, measuring\n{{}}\ncourses.stock(1, {ASSIGNMENT!r})"
WITH_OUR_SETTINGS = f"""
neutral = measuring.environment()
measuring.environment = lambda: neutral | {{"JUPYTER_CONFIG_DIR": {str(ROOT)!r}}}
"""
CLASS = f"""
import sys
from pathlib import Path
from submissions import write_submissions
write_submissions(Path(sys.argv[1]), {ASSIGNMENT!r}, int(sys.argv[2]))
"""
SLOPES = """
from measuring import Cost, Way, slopes
found = slopes({"a way": Way(lambda count: Cost(5 + 2 * count, 3 + count), 4, 10)}, 2)["a way"]
print(found.each.seconds, found.each.cpu, found.start.seconds, found.start.cpu)
"""
WITHOUT_TRICKS = """
import sys
from autograder import cli
from without import TRICKS
for switch_off in TRICKS.values():
    switch_off()
sys.exit(cli.main(sys.argv[1:]))
"""


def run(code, *arguments):
    """Run code that imports the benchmarks, in the folder of the repository."""
    return subprocess.run(
        (sys.executable, "-c", code, *map(str, arguments)),
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(SCRIPTS)},
        capture_output=True,
        text=True,
        check=False,
    )


def write_class(course, count):
    done = run(CLASS, course, count)
    assert done.returncode == 0, done.stderr


@pytest.mark.slow
def test_the_stock_nbgrader_of_the_benchmarks_does_not_find_our_settings():
    done = run(STOCK.format(""))
    assert done.returncode == 0, done.stderr


@pytest.mark.sandbox
def test_a_run_in_which_our_plugin_marks_is_not_taken_for_stock_nbgrader():
    done = run(STOCK.format(WITH_OUR_SETTINGS))
    assert "NoMeasurementError: this is not stock nbgrader: no kernel" in done.stderr


def test_no_two_made_up_submissions_are_alike(tmp_path):
    write_class(tmp_path, 100)
    found = [json.loads(path.read_text()) for path in tmp_path.rglob("*.ipynb")]
    codes = {str([c["source"] for c in n["cells"] if c["cell_type"] == "code"]) for n in found}
    assert len(codes) == len(found) == 100


def test_the_cost_of_a_further_submission_does_not_contain_the_start():
    done = run(SLOPES)
    assert done.stdout.split() == ["2.0", "1.0", "5.0", "3.0"], done.stderr


@pytest.mark.sandbox
def test_grading_without_any_of_the_tricks_gives_the_same_marks(tmp_path):
    write_class(tmp_path, 3)
    marks = []
    for name, code in (
        ("with", "import sys; from autograder import cli; sys.exit(cli.main(sys.argv[1:]))"),
        ("without", WITHOUT_TRICKS),
    ):
        options = ("--course", tmp_path, "--workers", 1, "--json", tmp_path / f"{name}.jsonl")
        options += ("--db", f"sqlite:///{tmp_path / name}.db")
        done = run(code, "grade", ASSIGNMENT, *options)
        assert done.returncode == 0, done.stderr
        records = map(json.loads, (tmp_path / f"{name}.jsonl").read_text().splitlines())
        marks.append([(r["student"], r["status"], r["score"]) for r in records])
    assert marks[0] == marks[1] != []
