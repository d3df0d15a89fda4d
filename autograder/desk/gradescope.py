"""Write the autograder of an assignment for Gradescope: a zip file that Gradescope unpacks.

In it are `setup.sh` and `run_autograder`, which Gradescope runs, the grader with the reference, the
assignment, and a secret of its own. gradescope_run.py is what runs there for each submission.
"""

import json
import secrets
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ..grading.assignment import Assignment
from ..grading.files import private_file

FILES = Path(__file__).parent / "gradescope_files"
ASSIGNMENT, SECRET = "assignment.json", "secret"
# What the grader needs of this repository, as patterns of paths.
PARTS = (
    *("autograder/**/*.py", "solutions/backprop/**/*", "exercises/*.md"),
    *("exercises/*/*.ipynb", "LICENSE"),
)


def write_autograder(
    path: Path, root: Path, assignment: Assignment, visibility: str, tell: str
) -> None:
    """Write the zip file of an assignment.

    root: the folder of this project. visibility: when students see the questions, and tell: how
    much they are told, both in the words of the options of `autograder gradescope`. Raises OSError
    if it cannot be written.
    """
    settings = {
        "name": assignment.name,
        "points": dict(assignment.points),
        "released": assignment.released,
        "own": assignment.own,
        "written": assignment.written,
        "visibility": visibility,
        "tell": tell,
    }
    with private_file(path) as whole, zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as made:
        for script in ("setup.sh", "run_autograder"):
            _write(made, script, (FILES / script).read_bytes(), 0o755)
        for file in _files(root):
            _write(made, file.relative_to(root).as_posix(), file.read_bytes(), 0o600)
        _write(made, "constraints.txt", (root / "requirements.txt").read_bytes(), 0o600)
        _write(made, ASSIGNMENT, json.dumps(settings).encode(), 0o600)
        _write(made, SECRET, secrets.token_hex(32).encode(), 0o600)


def _files(root: Path) -> Iterator[Path]:
    for pattern in PARTS:
        for file in sorted(root.glob(pattern)):
            if file.is_file() and "__pycache__" not in file.parts:
                yield file


def _write(made: zipfile.ZipFile, name: str, content: bytes, mode: int) -> None:
    info = zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0))
    info.external_attr = (0o100000 | mode) << 16
    info.compress_type = zipfile.ZIP_DEFLATED
    made.writestr(info, content)


def read_settings(source: Path) -> tuple[Assignment, dict[str, Any]]:
    """Return the assignment and the settings in the folder of an unpacked autograder."""
    settings = json.loads((source / ASSIGNMENT).read_text(encoding="utf-8"))
    assignment = Assignment(
        settings["name"],
        tuple(settings["points"].items()),
        settings["released"],
        tuple((name, text) for name, text in settings["own"]),
        tuple(settings["written"]),
    )
    return assignment, settings
