"""The commands of the project and of nbgrader, as processes of their own."""

import subprocess
import sys

from support.places import ROOT


def run(*command, cwd=ROOT, **more):
    """A Python module with arguments, run to its end; more: what subprocess.run takes."""
    return subprocess.run(
        (sys.executable, "-m", *map(str, command)),
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
        **more,
    )


def run_well(*command, **more):
    """The same, for a command that must not fail."""
    done = run(*command, **more)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return done
