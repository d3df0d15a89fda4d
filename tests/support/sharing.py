"""Results that all processes of a run share, and things that only one run may do at a time."""

import contextlib
import fcntl
import os
import shutil
import tempfile
from pathlib import Path


def made_once(tmp_path_factory, name, make):
    """Return a folder that all processes of the run share; make(folder) fills it once.

    No test may write into it.
    """
    folder = _shared(tmp_path_factory) / name
    done = folder.with_suffix(".done")
    with locked(folder.with_suffix(".lock")):
        if not done.exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            make(folder)
            done.touch()
    return folder


def _shared(tmp_path_factory):
    """Return the folder in which xdist gives each of its processes a folder of its own."""
    own = tmp_path_factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


def alone_on_this_machine(name):
    """Wait until no other run of the tests on this machine is in a block of the same name."""
    return locked(Path(tempfile.gettempdir()) / f"{name}.lock")


@contextlib.contextmanager
def locked(path):
    """Hold the lock of a file, which ends with the process at the latest."""
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
