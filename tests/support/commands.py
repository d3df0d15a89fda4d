"""The commands of the project and of nbgrader, each run in a new process."""

import subprocess
import sys

from support.places import ROOT


def run(*command, cwd=ROOT, **more):
    """Run a Python module with arguments to its end; `more` are arguments of subprocess.run."""
    return subprocess.run(
        (sys.executable, "-m", *map(str, command)),
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
        **more,
    )


def run_well(*command, **more):
    """Run a Python module as `run` does, and fail if its exit code is not 0."""
    done = run(*command, **more)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return done
