"""Grade by Otter-Grader, whose tests call our `check`.

Otter-Grader is installed in build/otter-venv at the first use, which needs the network.
"""

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import nbformat
from courses import course_with, require_all
from measuring import Cost, timed
from submissions import ROOT

from autograder.grading.assignment import course_assignments
from autograder.grading.notebook import is_check

OTTER = "otter-grader==7.0.0"
VENV = ROOT / "build" / "otter-venv"
NEEDS = [OTTER, "numpy", "matplotlib", "ipykernel"]
FIRST_CELL = "import otter\n\ngrader = otter.Notebook()"
TEST = """\
OK_FORMAT = False

from otter.test_files import test_case

name = "{id}"
points = {points}


@test_case()
def full_marks(env):
    assert eval('check("{id}")', env) == points
"""


def otter(count: int, assignment: str, drawing: float = 0.0) -> Cost:
    """Run `otter run` once for each submission."""
    command = installed()
    with course_with(count, assignment, drawing) as course:
        tests = course / "autograder.zip"
        write_tests(tests, assignment)
        calls, results = [], []
        for path in sorted(course.glob(f"submitted/*/{assignment}/*.ipynb")):
            rewrite(path)
            calls.append([command, "run", "-a", tests, "-o", path.parent, path])
            results.append(path.parent / "results.json")
        cost = timed(calls)
        tested = [json.loads(path.read_text())["tests"] for path in results]
    require_all([sum(test.get("score", 0.0) for test in tests) for tests in tested], count)
    return cost


def installed() -> Path:
    """Return the path of `otter`, after installing it if necessary.

    The other packages in its environment get the versions of requirements.txt.
    """
    ready = VENV / ".ready"
    if not ready.exists() or ready.read_text() != OTTER:
        subprocess.run([sys.executable, "-m", "venv", "--clear", VENV], check=True)
        pip = [VENV / "bin" / "python", "-m", "pip", "install", "--quiet"]
        subprocess.run([*pip, "-c", ROOT / "requirements.txt", *NEEDS], check=True)
        ready.write_text(OTTER)
    return VENV / "bin" / "otter"


def write_tests(path: Path, assignment: str) -> None:
    """Write the archive that `otter run` needs: for each question a test worth all its points."""
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("otter_config.json", "{}")
        for q in course_assignments()[assignment].questions:
            archive.writestr(f"tests/{q.id}.py", TEST.format(id=q.id, points=q.points))


def rewrite(path: Path) -> None:
    """Rewrite the check cells of a notebook to call Otter's grader, so each check runs once."""
    notebook = nbformat.read(path, 4)
    for cell in filter(is_check, notebook.cells):
        cell.source = f"grader.{cell.source}"
    notebook.cells.insert(0, nbformat.v4.new_code_cell(FIRST_CELL))
    nbformat.write(notebook, path)
