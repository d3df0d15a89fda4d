"""A graded course for the tests of the instructor's desk."""

import shutil

import pytest


@pytest.fixture
def course(graded_class, tmp_path):
    """A copy of the graded sample class, which a test may change."""
    return shutil.copytree(graded_class, tmp_path / "course")


@pytest.fixture(scope="module")
def shared_course(graded_class, tmp_path_factory):
    """A copy of the graded sample class for a whole module, whose marks no test changes."""
    return shutil.copytree(graded_class, tmp_path_factory.mktemp("desk") / "course")
