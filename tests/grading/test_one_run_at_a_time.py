"""Two runs do not grade the same assignment at once, and a run that dies leaves no lock behind."""

import os
import signal
import subprocess
import sys
import textwrap

import pytest

from autograder.grading.run_lock import BusyError, only_run
from support.places import ROOT
from support.servers import postgres

HOLD = """
import os, sys, time
from autograder.grading.run_lock import only_run
with only_run(sys.argv[1], "02-forward"):
    if os.fork() == 0:  # as a worker of a run does
        time.sleep(60)
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def url(tmp_path):
    return f"sqlite:///{tmp_path / 'gradebook.db'}"


@pytest.fixture
def holder():
    """A function that starts a process which holds the lock of a gradebook."""
    started = []

    def start(url):
        command = [sys.executable, "-c", textwrap.dedent(HOLD), url]
        process = subprocess.Popen(
            command, cwd=ROOT, stdout=subprocess.PIPE, text=True, start_new_session=True
        )
        started.append(process)
        assert process.stdout.readline() == "held\n"
        return process

    yield start
    for process in started:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def refused(url, assignment="02-forward"):
    """Return the words with which a second run is refused, or an empty text."""
    try:
        with only_run(url, assignment):
            return ""
    except BusyError as error:
        return str(error)


def test_a_second_run_is_refused_with_the_number_of_the_first(url, holder):
    first = holder(url)
    assert f"another run (process {first.pid}) is grading 02-forward" in refused(url)
    assert refused(url, "03-backward") == ""


def test_the_lock_dies_with_its_process_though_a_worker_lives_on(url, holder):
    first = holder(url)
    first.kill()
    first.wait()
    assert refused(url) == ""


def test_the_lock_is_free_after_a_run(url):
    assert refused(url) == refused(url) == ""


def test_a_link_in_the_place_of_the_lock_is_not_followed(url, tmp_path):
    (tmp_path / "precious").write_text("precious")
    (tmp_path / ".02-forward.lock").symlink_to(tmp_path / "precious")
    with pytest.raises(OSError, match="symbolic"), only_run(url, "02-forward"):
        pass
    assert (tmp_path / "precious").read_text() == "precious"


@pytest.mark.server
def test_on_postgresql_the_lock_ends_with_the_connection(holder):
    with postgres() as server:
        url = server.new_database()
        first = holder(url)
        assert "another run is grading 02-forward" in refused(url)
        assert refused(url, "03-backward") == ""
        os.killpg(first.pid, signal.SIGKILL)
        first.wait()
        for _ in range(100):  # the server takes a moment to see that the client is gone
            if not refused(url):
                break
        else:
            pytest.fail("the lock outlives its process")
