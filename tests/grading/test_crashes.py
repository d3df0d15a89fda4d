"""After a kill, the next run completes the work, and the result is the same as without a kill."""

import subprocess
import sys

import pytest
import sqlalchemy

from autograder.grading import quirks
from autograder.grading.assignment import Assignment
from autograder.grading.gradebook import prepare
from support.gradebook_rows import rows
from support.places import ROOT

pytestmark = pytest.mark.slow

ASSIGNMENT = "02-forward"
ASKED = Assignment.of_course(ASSIGNMENT)


class KilledError(BaseException):
    """A replacement for `kill -9`: an exception that no code under test catches."""


@pytest.fixture
def url(tmp_path):
    return f"sqlite:///{tmp_path / 'gradebook.db'}"


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """The contents of a gradebook that was prepared without an interruption."""
    url = f"sqlite:///{tmp_path_factory.mktemp('whole') / 'gradebook.db'}"
    prepare(url, ASKED)
    return contents(url)


def contents(url):
    engine = sqlalchemy.create_engine(url)
    with engine.connect() as connection:
        counts = {
            table: connection.scalar(sqlalchemy.text(f"SELECT count(*) FROM {table}"))
            for table in sqlalchemy.inspect(connection).get_table_names()
        }
    engine.dispose()
    return counts, rows(url, ASSIGNMENT)


@pytest.mark.sandbox
def test_a_kill_of_coordinator_worker_or_sandbox_does_not_show_after_a_rerun(pytestconfig):
    kills = 3 * pytestconfig.getoption("--seeds")
    # With this seed the first kills come early. One that comes after the last result is repeated.
    options = (f"--kills={kills}", "--submissions=6", "--seed=22")
    command = [sys.executable, ROOT / "benchmarks" / "kills.py", *options]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_kill_while_nbgrader_asks_for_its_version_does_not_show(url, whole, monkeypatch):
    with monkeypatch.context() as patched:
        patched.setattr(quirks, "newest_schema", killed)
        with pytest.raises(KilledError):
            prepare(url, ASKED)
    prepare(url, ASKED)
    assert contents(url) == whole


@pytest.mark.parametrize("commits", [5, 9, 22])
def test_a_kill_while_the_cells_are_registered_does_not_show(url, whole, monkeypatch, commits):
    commit, done = sqlalchemy.orm.Session.commit, []

    def commit_or_die(session):
        if len(done) == commits:
            killed()
        done.append(commit(session))

    with monkeypatch.context() as patched:
        patched.setattr(sqlalchemy.orm.Session, "commit", commit_or_die)
        with pytest.raises(KilledError):
            prepare(url, ASKED)
    prepare(url, ASKED)
    assert contents(url) == whole


def killed():
    raise KilledError
