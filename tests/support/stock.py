"""Unmodified nbgrader, called in this process in the way its commands and formgrader call it."""

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

from support.kernels import not_run_by_a_kernel


@contextmanager
def nbgrader(course, config=None):
    """Yield nbgrader's interface to a course folder; a call fails if the command would fail."""
    with pytest.MonkeyPatch.context() as patch, warnings.catch_warnings():
        warnings.simplefilter("ignore", SAWarning)  # SQLAlchemy warns of the way nbgrader adds rows
        # nbgrader runs the program alembic by its name, so it must be in a folder of PATH.
        programs = str(Path(sys.executable).parent)
        patch.setenv("PATH", os.pathsep.join([programs, os.environ["PATH"]]))
        yield NbGraderAPI(CourseDirectory(root=str(course)), config=config)


def environment(course, programs=()):
    """Return this environment without the user's Jupyter settings; `programs` are first in PATH."""
    path = [*map(str, programs), str(Path(sys.executable).parent), os.environ["PATH"]]
    settings = str(course / "no-settings")
    return {**os.environ, "PATH": os.pathsep.join(path), "JUPYTER_CONFIG_DIR": settings}


def generate(course, *assignments):
    """Generate the released versions of assignments from their sources."""
    with nbgrader(course) as api:
        for assignment in assignments:
            done = api.generate_assignment(assignment)
            assert done["success"], done["log"]


def autograde(course, assignment, *students):
    """Mark submissions without a sandbox, so student code runs with the rights of this process.

    Fails if one of them did not run in a kernel, because then it was not nbgrader that ran it.
    """
    with nbgrader(course) as api:
        for student in students:
            done = api.autograde(assignment, student)
            assert done["success"], done["log"]
    strange = not_run_by_a_kernel(course, assignment)
    assert not strange, f"no kernel has run the notebook of {', '.join(strange)}"


def gradebook(course):
    """Open the gradebook of a course folder."""
    return Gradebook(f"sqlite:///{course / 'gradebook.db'}")
