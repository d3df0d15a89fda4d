"""`grade --cluster` and `grade --db` with real servers give the marks and rows of a local run."""

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from concurrent.futures import wait

import pytest
import sqlalchemy

from autograder.grading.assignment import course_assignments
from autograder.grading.cluster import submit_to
from autograder.grading.worker import Task
from autograder.sandbox.policy import Limits
from support.gradebook_rows import rows
from support.notebooks import read
from support.places import ROOT, SAMPLE_CLASS
from support.servers import dask_cluster, postgres

pytestmark = [pytest.mark.sandbox, pytest.mark.server]

EXPECTED = read(SAMPLE_CLASS / "expected.json")
ASSIGNMENT = "02-forward"
# In this order: all right, with named mistakes, half finished, unreadable, hostile.
STUDENTS = ("farah", "hina", "jonas", "damaged", "hostile")


@pytest.fixture
def course(tmp_path, sample_class):
    for student in STUDENTS:
        shutil.copytree(
            sample_class / student / ASSIGNMENT, tmp_path / "submitted" / student / ASSIGNMENT
        )
    return tmp_path


@pytest.fixture(scope="module")
def dask():
    with dask_cluster(workers=2) as running:
        yield running


@pytest.fixture
def cluster(dask):
    """A cluster with two workers. If an earlier test has killed a worker, it is replaced."""
    dask.mend()
    return dask


@pytest.fixture(scope="module")
def server():
    with postgres() as running:
        yield running


@pytest.fixture
def database(server):
    """The URL of an empty database."""
    return server.new_database()


def start(course, *options):
    command = [sys.executable, "-m", "autograder.cli", "grade", ASSIGNMENT, "--course", course]
    return subprocess.Popen(
        [*command, "--json", course / "results.jsonl", *options],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def marks(course, running):
    """Wait for the end of the batch; return the status, the score and the lost marks by student."""
    _, errors = running.communicate()
    assert running.returncode == 0, errors
    found = {}
    for line in (course / "results.jsonl").read_text().splitlines():
        record = json.loads(line)
        lost = {
            q["id"]: [q["verdict"], q["misconception"], q["score"]]
            for q in record["questions"]
            if q["verdict"] not in ("correct", "missing")
        }
        found[record["student"]] = (record["status"], record["score"], lost)
    return found


def expected_marks():
    records = {student: EXPECTED[f"{student}/{ASSIGNMENT}"] for student in STUDENTS}
    return {student: (r["status"], r["score"], r["lost"]) for student, r in records.items()}


@pytest.fixture(scope="module")
def local_rows(graded_class):
    """The rows that a run with local workers writes into a gradebook in SQLite."""
    return rows(sqlite(graded_class), ASSIGNMENT, STUDENTS)


def sqlite(course):
    return f"sqlite:///{course / 'gradebook.db'}"


def test_a_cluster_gives_the_same_marks_and_rows(course, cluster, local_rows):
    assert marks(course, start(course, "--cluster", cluster.address)) == expected_marks()
    assert rows(sqlite(course), ASSIGNMENT) == local_rows


def test_postgresql_holds_the_same_rows_however_often(course, database, local_rows):
    for _ in range(2):
        assert marks(course, start(course, "--db", database)) == expected_marks()
        assert rows(database, ASSIGNMENT) == local_rows
    assert not (course / "gradebook.db").exists()


def test_a_cluster_and_postgresql_go_together(course, cluster, database, local_rows):
    options = ("--cluster", cluster.address, "--db", database)
    assert marks(course, start(course, *options)) == expected_marks()
    assert rows(database, ASSIGNMENT) == local_rows


def test_a_crash_of_the_database_is_made_good_by_the_next_run(course, server, database, local_rows):
    running = start(course, "--db", database)
    wait_for_a_record(database, running)
    server.restart()
    running.communicate()
    assert marks(course, start(course, "--db", database)) == expected_marks()
    assert rows(database, ASSIGNMENT) == local_rows


def wait_for_a_record(database, running):
    engine = sqlalchemy.create_engine(database)
    while running.poll() is None:
        # The query fails until the batch has created the table.
        with contextlib.suppress(sqlalchemy.exc.ProgrammingError), engine.connect() as connection:
            if connection.scalar(sqlalchemy.text("SELECT count(*) FROM submitted_assignment")):
                break
        time.sleep(0.02)
    engine.dispose()


def test_the_threads_of_a_worker_that_does_not_see_the_course_do_not_mix_submissions_up(course):
    with dask_cluster(workers=1, threads=4, hidden=course) as cluster:
        assert marks(course, start(course, "--cluster", cluster.address)) == expected_marks()


def test_a_worker_that_is_killed_costs_nobody_marks(course, cluster):
    running = start(course, "--cluster", cluster.address)
    os.kill(busy_worker(cluster, running), signal.SIGKILL)
    assert marks(course, running) == expected_marks()


def busy_worker(cluster, running):
    """Wait until a worker is grading a submission, and return its process id."""
    from distributed import Client

    with Client(cluster.address) as client:
        pids = client.run(os.getpid)
        while running.poll() is None:
            if busy := [address for address, keys in client.processing().items() if keys]:
                assert pids[busy[0]] in cluster.pids
                return pids[busy[0]]
            time.sleep(0.02)
    raise AssertionError("the batch ended before a worker was seen at work")


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:1", "nonsense", "gopher://127.0.0.1:1"])
def test_a_cluster_that_is_not_there_is_refused_in_one_line(course, monkeypatch, address):
    pytest.importorskip("distributed")
    monkeypatch.setenv("DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT", "1s")
    code, errors = refusal(course, "--cluster", address)
    assert (code, len(errors)) == (2, 1), errors
    assert errors[0].startswith(f"autograder: --cluster {address}: ")


def test_a_program_that_is_no_scheduler_and_says_nothing_is_refused_in_one_line(
    course, monkeypatch
):
    pytest.importorskip("distributed")
    monkeypatch.setenv("DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT", "1s")
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"tcp://127.0.0.1:{silent.getsockname()[1]}"
        code, errors = refusal(course, "--cluster", address)
    assert (code, len(errors)) == (2, 1), errors
    assert errors[0].startswith(f"autograder: --cluster {address}: ")


def test_a_gradebook_that_is_not_there_is_refused_in_one_line(course, server):
    for url in (server.url("absent"), "gradebook.db", "gopher://x"):
        code, errors = refusal(course, "--db", url)
        assert (code, len(errors)) == (2, 1), errors
        assert errors[0].startswith("autograder: the gradebook cannot be opened: ")
    assert [path.name for path in course.iterdir()] == ["submitted"]


def refusal(course, *options):
    """Return the exit code of a run of the command and the lines that it prints on stderr."""
    running = start(course, *options)
    _, errors = running.communicate()
    return running.returncode, errors.splitlines()


def test_a_task_that_dask_forgets_ends_when_the_scheduler_is_lost():
    Client = pytest.importorskip("distributed").Client
    with (
        dask_cluster(workers=1) as cluster,
        Client(cluster.address, timeout="1s") as client,
        submit_to(client, lost_seconds=3) as submit,
    ):
        task = submit(Task("ann", course_assignments()[ASSIGNMENT], "no.ipynb", Limits()))
        client.futures.clear()  # as happens if it is submitted while the connection is lost
        cluster.scheduler.kill()
        assert wait([task], timeout=60).done
    assert task.cancelled()


# This must be the last test that uses the cluster, because it kills the scheduler.
def test_without_its_scheduler_the_batch_ends_and_blames_no_student(course, cluster):
    running = start(course, "--cluster", cluster.address)
    busy_worker(cluster, running)
    cluster.scheduler.kill()
    running.communicate()
    records = [json.loads(line) for line in (course / "results.jsonl").read_text().splitlines()]
    assert running.returncode == 1
    assert sorted(record["student"] for record in records) == sorted(STUDENTS)
    for record in records:
        failed = record["status"] == "failed"
        assert failed or record["score"] == EXPECTED[f"{record['student']}/{ASSIGNMENT}"]["score"]
