"""Results into nbgrader's gradebook, by its own models."""

import os
import sys
import warnings
from pathlib import Path

from nbformat.notebooknode import NotebookNode
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.preprocessors import SaveCells
from sqlalchemy.exc import SAWarning

from .grade import Result

# nbgrader calls `alembic` by name, which fails where the environment is used without activating it.
os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"


def register(db_url: str, assignment: str, released: NotebookNode) -> None:
    """Make sure that the gradebook knows the assignment and its cells, as nbgrader would."""
    with Gradebook(db_url) as gradebook:
        gradebook.update_or_create_assignment(assignment)
        try:
            gradebook.find_notebook(assignment, assignment)
            return
        except MissingEntry:
            pass
    resources = {"nbgrader": {"notebook": assignment, "assignment": assignment, "db_url": db_url}}
    SaveCells().preprocess(released, resources)


def record(gradebook: Gradebook, result: Result) -> None:
    """Write one result; writing it twice is the same as once. Scores go in one transaction."""
    gradebook.update_or_create_student(result.student)
    with warnings.catch_warnings():  # nbgrader's own way of adding rows, which SQLAlchemy dislikes
        warnings.simplefilter("ignore", SAWarning)
        submission = gradebook.update_or_create_submission(result.assignment, result.student)
    verdicts = {verdict.id: verdict for verdict in result.questions}
    for notebook in submission.notebooks:
        for grade in notebook.grades:
            verdict = verdicts.get(grade.name)
            by_hand = verdict is not None and verdict.verdict == "manual"
            grade.auto_score = None if by_hand else verdict.score if verdict else 0.0
            grade.needs_manual_grade = by_hand and grade.manual_score is None
    gradebook.db.commit()
