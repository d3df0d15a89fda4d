"""The secret of a course is created once, completely, and only the instructor can read it."""

import os
import stat
from concurrent.futures import ThreadPoolExecutor

import pytest

from autograder.grading.secret import SEED_FILE, SecretError, course_secret
from support.limited import largest_file


@pytest.fixture
def open_umask():
    """A umask of 0, so that every user can read a new file unless the program prevents this."""
    before = os.umask(0)
    yield
    os.umask(before)


def test_the_secret_is_readable_by_nobody_else(tmp_path, open_umask):
    secret = course_secret(tmp_path / SEED_FILE)
    assert len(secret) == 64
    assert stat.S_IMODE((tmp_path / SEED_FILE).stat().st_mode) == 0o600
    assert sorted(path.name for path in tmp_path.iterdir()) == [SEED_FILE, ".gitignore"]


def test_a_secret_that_cannot_be_written_whole_is_not_there_at_all(tmp_path):
    with largest_file(10), pytest.raises(SecretError, match="File too large"):
        course_secret(tmp_path / SEED_FILE)
    assert list(tmp_path.iterdir()) == []


def test_all_who_look_for_the_secret_at_once_get_the_same_one(tmp_path):
    with ThreadPoolExecutor(8) as threads:
        found = set(threads.map(course_secret, [tmp_path / SEED_FILE] * 32))
    assert found == {course_secret(tmp_path / SEED_FILE)}


def test_a_secret_that_is_too_short_is_refused(tmp_path):
    (tmp_path / SEED_FILE).write_text("   short   \n")
    with pytest.raises(SecretError, match="at least 16 characters"):
        course_secret(tmp_path / SEED_FILE)
