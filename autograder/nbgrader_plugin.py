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
from .grading.assignment import Assignment
from .grading.grade import Grader
from .grading.secret import SEED_FILE, course_secret
from .grading.submission import cells_of, restore
from .grading.version import submission_seed
from .sandbox.client import Sandbox


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
        """Return the notebook with outputs and points, in the form that nbgrader records."""
        student, assignment, notebook, db_url = (
            resources["nbgrader"][key] for key in ("student", "assignment", "notebook", "db_url")
        )
        if assignment in self.stock_assignments:
            marked: tuple[NotebookNode, dict[str, Any]] = Execute(parent=self)(nb, resources)
            return marked
        ours = require_ours(assignment, notebook, db_url)
        # nbgrader makes the course folder the working directory before it converts anything.
        seed = submission_seed(course_secret(Path(self.seed_file)), student, assignment)
        cells = restore(cells_of(nb, f"{notebook}.ipynb"), ours.released)
        verdicts = Grader(ours, seed, warm_sandbox()).mark_cells(cells)
        self.log.info("%s: %g points by the checks", student, sum(v.score for v in verdicts))
        return nbformat.from_dict({**ours.released, "cells": cells}), resources


@cache
def warm_sandbox() -> Sandbox:
    """Return the only sandbox of this process: nbgrader creates its preprocessors for each notebook."""
    sandbox = Sandbox()
    atexit.register(sandbox.close)
    return sandbox


def require_ours(assignment: str, notebook: str, db_url: str) -> Assignment:
    """Return the assignment, if the gradebook has it with the questions and points that we mark.

    Raises NbGraderException otherwise.
    """
    if assignment not in ASSIGNMENTS or notebook != assignment:
        raise NbGraderException(
            f"{assignment}/{notebook} is not a notebook of this course, and is not run outside the "
            f"sandbox unless you allow it: c.MarkInSandbox.stock_assignments = ['{assignment}']"
        )
    with Gradebook(db_url) as gradebook:
        cells = gradebook.find_notebook(notebook, assignment).grade_cells
        known = {cell.name: float(cell.max_score) for cell in cells}
    # An instructor's own question would otherwise get no marks, and nobody would notice.
    ours = Assignment.of_course(assignment)
    if known != {id: float(points) for id, points in ours.points}:
        raise NbGraderException(
            f"{assignment}: the gradebook has other questions or points than this course: run "
            f"`nbgrader generate_assignment {assignment} --force` on solutions/notebooks/{assignment}, "
            "or give a version of your own another name"
        )
    return ours
