"""Stock nbgrader, called in this process: as its own commands and formgrader call it."""

import os
import sys
import warnings
from contextlib import contextmanager
from pathlib import Path

import pytest
from nbgrader.api import Gradebook
from nbgrader.apps.api import NbGraderAPI
from nbgrader.coursedir import CourseDirectory
from sqlalchemy.exc import SAWarning


@contextmanager
def nbgrader(course, config=None):
    """The interface to a course folder, by which a call fails where the command would."""
    with pytest.MonkeyPatch.context() as patch, warnings.catch_warnings():
        warnings.simplefilter("ignore", SAWarning)  # nbgrader's own way of adding rows
        # nbgrader calls alembic by its name.
        programs = str(Path(sys.executable).parent)
        patch.setenv("PATH", os.pathsep.join([programs, os.environ["PATH"]]))
        yield NbGraderAPI(CourseDirectory(root=str(course)), config=config)


def generate(course, *assignments):
    """Make the released versions of assignments out of the sources, as nbgrader does."""
    with nbgrader(course) as api:
        for assignment in assignments:
            done = api.generate_assignment(assignment)
            assert done["success"], done["log"]


def autograde(course, assignment, *students):
    """Mark what students handed in, without a sandbox: their code runs as we do."""
    with nbgrader(course) as api:
        for student in students:
            done = api.autograde(assignment, student)
            assert done["success"], done["log"]


def gradebook(course):
    """The gradebook of a course folder, open."""
    return Gradebook(f"sqlite:///{course / 'gradebook.db'}")
