"""Run `autograder` with one trick switched off that makes grading fast.

    python benchmarks/without.py "remembered replies" grade 02-forward --course DIR

tricks.py starts this script to measure what each trick is worth. The product has no such switches:
the script replaces parts of it in its own process, and adds code to a copy of the files that run in
the sandbox. If a replaced part no longer exists, it ends with an error.
"""

import multiprocessing
import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from autograder import cli
from autograder.grading import batch, grade, version
from autograder.sandbox import bubblewrap, client

NOTHING = "nothing"
MAIN = 'if __name__ == "__main__":'

# Code that is added to a file of the sandbox. It replaces a definition of that file.
CELLS_IN_IPYTHON = """
def _execute(self, source, name):
    result = self._notebook.shell().run_cell(source, store_history=False)
    return result.error_before_exec or result.error_in_exec

replaced(CellRunner, "_execute", _execute)
"""
NO_HUGE_PAGES = """
def _make_forks_cheap():
    gc.collect()
    gc.freeze()

replaced(sys.modules[__name__], "make_forks_cheap", _make_forks_cheap)
"""
REPLACED = """
def replaced(owner, name, new):
    assert hasattr(owner, name), name
    setattr(owner, name, new)
"""


def replaced(owner: Any, name: str, new: Any) -> None:
    """Replace an attribute. Raises AttributeError if there is none of this name."""
    getattr(owner, name)
    setattr(owner, name, new)


def add_in_the_sandbox(name: str, code: str) -> None:
    """Let the sandbox see a copy of the package, with code added to one of its files.

    The code is added at the end, but before the lines that run a script.
    """
    folder = Path(_copies.enter_context(tempfile.TemporaryDirectory()))
    copy = folder / "autograder"
    shutil.copytree(bubblewrap.PACKAGE, copy, ignore=shutil.ignore_patterns("__pycache__"))
    path = copy / name
    head, main, tail = path.read_text().partition(f"\n{MAIN}")
    path.write_text(head + REPLACED + code + main + tail)
    replaced(bubblewrap, "WARM", copy / bubblewrap.WARM.relative_to(bubblewrap.PACKAGE))
    replaced(bubblewrap, "PACKAGE", copy)


def no_small_process() -> None:
    replaced(client, "wants_shell", lambda cells: True)


def cells_in_ipython() -> None:
    no_small_process()  # because the small one would start IPython anew in every job
    add_in_the_sandbox("sandbox/inside/cells.py", CELLS_IN_IPYTHON)


def always_fork() -> None:
    drive = client.Job.drive

    def drive_in_forks(self: Any, *given: Any, here: bool = False, **more: Any) -> Any:
        return drive(self, *given, **more)

    replaced(client.Job, "drive", drive_in_forks)


def no_shared_fork() -> None:
    drive = client.Job.drive

    def drive_apart(
        self: Any, which: list[int], *given: Any, here: bool = False, **more: Any
    ) -> Any:
        return drive(self, which, apart=True, stand_ins=more.get("stand_ins"))

    replaced(client.Job, "drive", drive_apart)


def teach_for_each_job() -> None:
    teach = bubblewrap.WarmProcess.teach

    def teach_anew(self: Any, lesson: bytes) -> int:
        self._taught.clear()
        return teach(self, lesson)

    replaced(bubblewrap.WarmProcess, "teach", teach_anew)


TRICKS: dict[str, Callable[[], None]] = {
    "the small warm process without IPython": no_small_process,
    "cells in plain Python run without IPython": cells_in_ipython,
    "questions that leave no trace run without a fork": always_fork,
    "no two questions run in one process": no_shared_fork,
    "cells of the course that need not draw": lambda: replaced(
        grade, "undrawn_cells", lambda *given: {}
    ),
    "figures of the course drawn once": lambda: replaced(
        grade, "course_figures", lambda *given: client.Figures()
    ),
    "the last job is marked while the next one runs": lambda: replaced(
        os, "sched_getaffinity", lambda pid: [0]
    ),
    "remembered replies": lambda: replaced(version, "MAX_REMEMBERED_BYTES", -1),
    "huge pages": lambda: add_in_the_sandbox("sandbox/inside/warm.py", NO_HUGE_PAGES),
    "eight versions for all students": lambda: replaced(version, "VERSIONS", 1 << 62),
    "equal answers explained once": lambda: replaced(
        version.Version, "explain", lambda self, *given: version.explain_in_little_memory(*given)
    ),
    "results written in groups": lambda: replaced(batch, "MIN_WRITTEN", 1),
    "the kept list of fonts": lambda: replaced(bubblewrap, "font_list", lambda: None),
    "drivers and given cells compiled once": teach_for_each_job,
    NOTHING: lambda: None,
}

_copies = ExitStack()  # removes the copied files at the end


def main() -> int:
    """Switch off the trick that the first argument names, and run the rest as a command."""
    trick, *arguments = sys.argv[1:] or [""]
    if trick not in TRICKS:
        sys.exit(f"without.py: the first argument must be one of: {', '.join(TRICKS)}")
    multiprocessing.set_start_method("fork")  # so that the workers inherit what is replaced
    with _copies:
        TRICKS[trick]()
        return cli.main(arguments)


if __name__ == "__main__":
    sys.exit(main())
