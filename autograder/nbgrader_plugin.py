"""Marking in the sandbox, for stock `nbgrader autograde` and formgrader's button.

nbgrader_config.py puts `MarkInSandbox` in the place of nbgrader's own `Execute`.
"""

import atexit
from functools import cache
from pathlib import Path
from typing import Any

import nbformat
from nbformat.notebooknode import NotebookNode
from nbgrader.api import Gradebook
from nbgrader.converters.base import NbGraderException
from nbgrader.preprocessors import Execute, NbGraderPreprocessor
from traitlets import List, Unicode

from .bank import ASSIGNMENTS
from .grading.grade import all_questions, mark_cells, released_notebook, submission_seed
from .grading.secret import SEED_FILE, course_secret
from .grading.submission import cells_of, restore
from .sandbox.client import Sandbox

ROOT = Path(__file__).resolve().parent.parent


class MarkInSandbox(NbGraderPreprocessor):
    """Marks a notebook of this course; no code of it runs in the process of nbgrader.

    The notebook comes out as `autograder grade` would write it, with the same points for the same
    secret. Raises where it cannot be marked: nbgrader then reports the student, removes what it
    has written for that submission, records no marks and goes on with the next one.
    """

    stock_assignments = List(
        Unicode(),
        help="Assignments left to nbgrader's own Execute, which runs students' code unprotected.",
    ).tag(config=True)
    seed_file = Unicode(
        SEED_FILE, help="The secret of the course, made once; relative to the course folder."
    ).tag(config=True)

    def preprocess(
        self, nb: NotebookNode, resources: dict[str, Any]
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """The notebook with outputs and points, in the form that nbgrader records."""
        student, assignment, notebook, db_url = (
            resources["nbgrader"][key] for key in ("student", "assignment", "notebook", "db_url")
        )
        if assignment in self.stock_assignments:
            marked: tuple[NotebookNode, dict[str, Any]] = Execute(parent=self)(nb, resources)
            return marked
        require_ours(assignment, notebook, db_url)
        # nbgrader makes the course folder the working directory before it converts anything.
        seed = submission_seed(course_secret(Path(self.seed_file)), student, assignment)
        released = released_notebook(ROOT, assignment)
        cells = restore(cells_of(nb, f"{notebook}.ipynb"), released)
        verdicts = mark_cells(cells, released, assignment, seed, warm_sandbox())
        self.log.info("%s: %g points by the checks", student, sum(v.score for v in verdicts))
        return nbformat.from_dict({**released, "cells": cells}), resources


@cache
def warm_sandbox() -> Sandbox:
    """The one sandbox of this process: nbgrader makes its preprocessors anew for each notebook."""
    sandbox = Sandbox()
    atexit.register(sandbox.close)
    return sandbox


def require_ours(assignment: str, notebook: str, db_url: str) -> None:
    """Raise unless the gradebook has this notebook with the questions and points that we mark."""
    if assignment not in ASSIGNMENTS or notebook != assignment:
        raise NbGraderException(
            f"{assignment}/{notebook} is not a notebook of this course, and is not run outside the "
            f"sandbox unless you allow it: c.MarkInSandbox.stock_assignments = ['{assignment}']"
        )
    with Gradebook(db_url) as gradebook:
        cells = gradebook.find_notebook(notebook, assignment).grade_cells
        known = {cell.name: float(cell.max_score) for cell in cells}
    # A question of the instructor's own would otherwise stay without marks, and nobody be told.
    if known != {q.id: float(q.points) for q in all_questions(assignment)}:
        raise NbGraderException(
            f"{assignment}: the gradebook has other questions or points than this course: run "
            f"`nbgrader generate_assignment {assignment} --force` on solutions/notebooks/{assignment}, "
            "or give a version of your own another name"
        )
