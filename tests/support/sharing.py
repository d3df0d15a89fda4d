"""What is made once in a run of the tests, although several processes run them."""

import fcntl
import os


def made_once(tmp_path_factory, name, make):
    """The folder of this name, shared by all processes of the run; make(folder) fills it once.

    Nobody may write into it afterwards. Where make fails, so does everybody who asks.
    """
    folder = shared(tmp_path_factory) / name
    done = folder.with_suffix(".done")
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            folder.mkdir()
            make(folder)
            done.touch()
    return folder


def shared(tmp_path_factory):
    """A folder that all processes of the run see: xdist gives each a folder in it."""
    own = tmp_path_factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
