"""A lock against two runs that grade one assignment into one gradebook at the same time.

It belongs to the process and not to a file with a number in it, so it ends with the process,
however that ends.
"""

import contextlib
import fcntl
import hashlib
import os
from collections.abc import Iterator

import sqlalchemy as sql
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from .exposure import gradebook_file
from .gradebook import connect


class BusyError(RuntimeError):
    """An error for a gradebook into which another run grades this assignment. One line."""


@contextlib.contextmanager
def only_run(db_url: str, assignment: str) -> Iterator[None]:
    """Hold the lock of an assignment in a gradebook. Raises BusyError if another process has it.

    For SQLite it is the lock of a file beside the gradebook, for PostgreSQL an advisory lock. With
    other databases there is no lock; two runs then do the same work twice.
    """
    try:
        kind = sql.make_url(db_url).get_backend_name()
    except ArgumentError:
        kind = ""
    if file := gradebook_file(db_url):
        with _file_lock(str(file.with_name(f".{assignment}.lock")), assignment):
            yield
    elif kind == "postgresql":
        with _advisory_lock(db_url, assignment):
            yield
    else:
        yield


def _busy(assignment: str, who: str) -> BusyError:
    return BusyError(
        f"another run{who} is grading {assignment} into this gradebook; wait until it has ended"
    )


@contextlib.contextmanager
def _file_lock(path: str, assignment: str) -> Iterator[None]:
    """Lock a file. This lock is not passed on to the processes that we fork, as flock's would be.

    So it ends with this process even if a worker lives a little longer. The file stays, because
    somebody else may be waiting to lock it.
    """
    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    try:
        try:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except (BlockingIOError, PermissionError):
            number = os.read(file, 20).decode(errors="replace").strip()
            raise _busy(assignment, f" (process {number})" if number.isdecimal() else "") from None
        os.truncate(file, 0)
        os.write(file, f"{os.getpid()}\n".encode())
        yield
    finally:
        os.close(file)


@contextlib.contextmanager
def _advisory_lock(db_url: str, assignment: str) -> Iterator[None]:
    """Lock a number that stands for the assignment, for as long as a connection lives."""
    digest = hashlib.sha256(f"autograder/{assignment}".encode()).digest()
    key = int.from_bytes(digest[:8], "big", signed=True)
    engine = connect(db_url)
    connection = engine.connect().execution_options(isolation_level="AUTOCOMMIT")
    try:
        if not connection.scalar(sql.select(sql.func.pg_try_advisory_lock(key))):
            raise _busy(assignment, "")
        yield
    finally:
        with contextlib.suppress(SQLAlchemyError):  # the server may have been started again
            connection.close()
        engine.dispose()
