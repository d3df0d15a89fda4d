"""Real servers for the tests: started for the purpose, gone afterwards.

A test is skipped, with one line of what is missing, only where a server is not installed. A server
that is there and does not start is a failure.
"""

import contextlib
import importlib.util
import itertools
import json
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

START_SECONDS = 60.0
# Dask samples the stacks of idle workers a hundred times a second, which takes time from the tests.
QUIET = {"DASK_DISTRIBUTED__WORKER__PROFILE__ENABLED": "False"}
SETTINGS = "-c listen_addresses= -c unix_socket_directories={0} -c fsync=off"


@dataclass
class Postgres:
    """A PostgreSQL server on a Unix socket of its own, in a folder of its own."""

    programs: Path
    folder: Path
    account: dict[str, Any]  # as whom subprocess runs it
    numbers: Iterator[int] = field(default_factory=itertools.count)

    def url(self, name: str = "postgres") -> str:
        """Return the URL of one of the server's databases."""
        return f"postgresql://grader@/{name}?host={self.folder}"

    def new_database(self) -> str:
        """The URL of an empty database."""
        import psycopg

        name = f"gradebook_{next(self.numbers)}"
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        return self.url(name)

    def start(self) -> None:
        """Start the server, and return when it takes connections."""
        options = SETTINGS.format(self.folder)
        self._run("pg_ctl", "start", "--wait", f"--log={self.folder}/log", f"--options={options}")

    def stop(self) -> None:
        """Stop the server at once, as a crash would, and cut every connection."""
        self._run("pg_ctl", "stop", "--wait", "--mode=immediate")

    def restart(self) -> None:
        """A crash and a recovery: same data, same URL."""
        self.stop()
        self.start()

    def create(self) -> None:
        """The data of a new server."""
        self._run("initdb", "--username=grader", "--auth=trust", "--encoding=UTF8", "--no-sync")

    def is_running(self) -> bool:
        """True if the server has been started and not stopped."""
        return (self.folder / "data" / "postmaster.pid").exists()

    def _run(self, program: str, *arguments: str) -> None:
        command = [self.programs / program, f"--pgdata={self.folder}/data", *arguments]
        done = subprocess.run(command, cwd="/", capture_output=True, text=True, **self.account)
        assert done.returncode == 0, f"{program}: {done.stdout}{done.stderr}"


@contextlib.contextmanager
def postgres() -> Iterator[Postgres]:
    """A running PostgreSQL server."""
    _require("psycopg")
    programs, account = _postgres_programs(), _unprivileged()
    # Below /tmp: others than root must be able to get there, and the path of a socket is short.
    folder = Path(tempfile.mkdtemp(prefix="postgres-", dir="/tmp"))
    server = Postgres(programs, folder, account)
    if account:
        os.chown(folder, account["user"], account["group"])
    try:
        server.create()
        server.start()
        yield server
    finally:
        if server.is_running():
            server.stop()
        shutil.rmtree(folder)


@dataclass
class Cluster:
    """A Dask scheduler and its workers, each a process."""

    address: str
    scheduler: subprocess.Popen[bytes]
    start_worker: Callable[[], subprocess.Popen[bytes]]
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def pids(self) -> list[int]:
        """The process ids of the workers."""
        return [worker.pid for worker in self.workers]

    def mend(self) -> None:
        """Start a worker for each that has ended; returns once all are connected and idle."""
        alive = [worker for worker in self.workers if worker.poll() is None]
        missing = len(self.workers) - len(alive)
        self.workers = [*alive, *(self.start_worker() for _ in range(missing))]
        _wait_for_workers(self.address, len(self.workers))

    def end(self) -> None:
        """Kill every process of it."""
        for process in (*self.workers, self.scheduler):
            process.kill()
            process.wait()


@contextlib.contextmanager
def dask_cluster(
    workers: int = 2, threads: int = 1, hidden: Path | None = None, protocol: str = "tcp"
) -> Iterator[Cluster]:
    """A Dask cluster on the loopback interface, all of its workers connected.

    hidden: a folder that is empty for the workers, as on a machine that does not share it.
    """
    _require("distributed")
    with tempfile.TemporaryDirectory(prefix="dask-") as name:
        folder = Path(name)
        file = folder / "scheduler.json"
        options = ("--port=0", f"--scheduler-file={file}", f"--protocol={protocol}")
        scheduler = _dask(folder, "scheduler", *options)
        try:
            address = _address(file, scheduler)
            options = ("--no-nanny", f"--nthreads={threads}", f"--protocol={protocol}")
            worker = ("worker", address, *options)
            cluster = Cluster(address, scheduler, lambda: _dask(folder, *worker, hidden=hidden))
            cluster.workers += [cluster.start_worker() for _ in range(workers)]
            try:
                _wait_for_workers(address, workers)
                yield cluster
            finally:
                cluster.end()
        finally:
            scheduler.kill()
            scheduler.wait()


def _dask(
    folder: Path, command: str, *arguments: str, hidden: Path | None = None
) -> subprocess.Popen[bytes]:
    options = ("--host=127.0.0.1", "--no-dashboard", *arguments)
    without = ("bwrap", "--die-with-parent", "--dev-bind", "/", "/", "--tmpfs", str(hidden))
    return subprocess.Popen(
        [*(without if hidden else ()), sys.executable, "-m", "dask", command, *options],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, **QUIET, "DASK_TEMPORARY_DIRECTORY": str(folder)},
    )


def _address(file: Path, scheduler: subprocess.Popen[bytes]) -> str:
    """Return the address of the scheduler, which chooses a free port and writes it into a file."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and scheduler.poll() is None:
        with contextlib.suppress(OSError, json.JSONDecodeError):
            return str(json.loads(file.read_text())["address"])
        time.sleep(0.05)
    raise RuntimeError("the Dask scheduler did not start")


def _wait_for_workers(address: str, count: int) -> None:
    from distributed import Client

    with Client(address) as client:
        client.wait_for_workers(count, timeout=START_SECONDS)
        deadline = time.monotonic() + START_SECONDS
        while any(client.processing().values()):
            assert time.monotonic() < deadline, "the workers do not come to rest"
            time.sleep(0.05)


def _require(module: str) -> None:
    if importlib.util.find_spec(module) is None:
        pytest.skip(f"{module} is not installed (pip install -r requirements.txt)")


def _postgres_programs() -> Path:
    """The folder of initdb and pg_ctl, which Debian keeps off the PATH."""
    debian = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    found = shutil.which("initdb") or max(debian, key=lambda p: int(p.parts[4]), default=None)
    if found is None:
        pytest.skip("PostgreSQL is not installed (Debian, Ubuntu: apt install postgresql)")
    return Path(found).resolve().parent


def _unprivileged() -> dict[str, Any]:
    """Options of subprocess for another user, because PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return {}
    names = {entry.pw_name: entry for entry in pwd.getpwall()}
    entry = names.get("postgres") or names["nobody"]
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
