"""Nothing is graded where students' code could read the course, its secret or others' work."""

import sys
import sysconfig
import tempfile
from pathlib import Path

import pytest
from nbgrader.converters.base import NbGraderException
from traitlets.config import Config

from autograder import cli
from autograder.grading.exposure import ExposedError, require_unreadable
from autograder.grading.nbgrader_settings import course_settings, exchange_folder
from autograder.nbgrader_plugin import MarkInSandbox
from support.here import hand_in

pytestmark = pytest.mark.sandbox

ASSIGNMENT = "02-forward"
EXCHANGE = Path("/usr/local/share/nbgrader/exchange")


@pytest.fixture
def shown():
    """A folder that jobs can read."""
    with tempfile.TemporaryDirectory(prefix="shown-", dir=sysconfig.get_path("purelib")) as folder:
        yield Path(folder)


def refused(capsys, course, *options):
    """Grade the course and return the line that refuses it; nothing is made in the course."""
    before = sorted(course.rglob("*"))
    assert cli.main(["grade", ASSIGNMENT, "--course", str(course), *options]) == 2
    out, err = capsys.readouterr()
    assert out == "" and len(err.splitlines()) == 1
    assert sorted(course.rglob("*")) == before
    return err


@pytest.fixture
def course(tmp_path):
    hand_in(tmp_path, "alice", ASSIGNMENT, {})
    return tmp_path


def test_a_course_in_a_folder_that_jobs_read_is_refused(shown, capsys):
    hand_in(shown, "alice", ASSIGNMENT, {})
    words = refused(capsys, shown)
    assert str(shown) in words and "course folder" in words and "Move" in words


def test_a_link_to_such_a_course_is_refused(shown, tmp_path, capsys):
    hand_in(shown, "alice", ASSIGNMENT, {})
    (tmp_path / "course").symlink_to(shown)
    assert "course folder" in refused(capsys, tmp_path / "course")


def test_a_secret_in_such_a_folder_is_refused(course, shown, capsys):
    assert "secret" in refused(capsys, course, "--seed-file", str(shown / "seed"))


@pytest.mark.parametrize("start", ["sqlite:///", "sqlite:///file:", "sqlite+pysqlite:///file://"])
def test_a_gradebook_in_such_a_folder_is_refused(course, shown, capsys, start):
    assert "gradebook" in refused(capsys, course, "--db", f"{start}{shown}/book.db?uri=true")


def test_a_course_whose_submissions_lie_in_such_a_folder_is_refused(course, shown, capsys):
    (course / "submitted").rename(shown / "submitted")
    (course / "submitted").symlink_to(shown / "submitted")
    assert f"{course}/submitted" in refused(capsys, course)


def test_an_exchange_in_such_a_folder_is_refused(course, shown, capsys):
    settings = f"c = get_config()\nc.Exchange.root = {str(shown)!r}\n"
    (course / "nbgrader_config.py").write_text(settings)
    assert "exchange" in refused(capsys, course)


def test_settings_that_cannot_be_read_are_refused(course, capsys):
    (course / "nbgrader_config.py").write_text("c.Exchange.root = nowhere\n")
    assert "nbgrader_config.py" in refused(capsys, course)


def test_without_a_sandbox_nothing_is_refused(shown, capsys):
    hand_in(shown, "alice", ASSIGNMENT, {})
    options = ("--course", str(shown), "--unsafe-no-sandbox", "--workers", "1")
    assert cli.main(["grade", ASSIGNMENT, *options]) == 0


def test_the_plugin_of_nbgrader_refuses_as_well(shown, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    names = {"student": "alice", "assignment": ASSIGNMENT, "notebook": ASSIGNMENT}
    resources = {"nbgrader": {**names, "db_url": f"sqlite:///{tmp_path}/gradebook.db"}}
    plugin = MarkInSandbox(config=Config({"Exchange": {"root": str(shown)}}))
    with pytest.raises(NbGraderException, match="exchange"):
        plugin.preprocess(None, resources)


def test_a_course_that_holds_the_environment_and_the_default_exchange_are_not_refused(tmp_path):
    assert exchange_folder(course_settings(tmp_path)) == EXCHANGE
    around = Path(sys.prefix).parent  # as after `python -m venv .venv` in the course folder
    require_unreadable(around, around / "seed", "sqlite:///:memory:", EXCHANGE)
    require_unreadable(Path(sys.prefix), around / "seed", "postgresql://host/base", EXCHANGE)
    with pytest.raises(ExposedError):
        require_unreadable(around, Path("/usr/lib/seed"), "sqlite://", EXCHANGE)
