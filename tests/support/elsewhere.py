"""Commands that run in a mount namespace of their own, where files can be put anywhere.

All that they change lies in memory and is gone when they end.
"""

import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from support.places import ROOT

NEW = Path("/mnt")  # where the changed files are kept in memory

# Let everything below a folder be changed in memory only.
LAY = f"""
set -e
lay() {{
    own={NEW}/layer$(echo "$2" | tr / _); mkdir -p "$own/new" "$own/work" "$2"
    mount -t overlay overlay -o "lowerdir=$1,upperdir=$own/new,workdir=$own/work" "$2"
}}
mount -t tmpfs -o mode=755 tmpfs {NEW}
"""


def run_elsewhere(script: str, *command: str, user: int = 0, package: Path = ROOT) -> str:
    """Run a shell script of set-up as root, then a command of this Python as a user.

    The script may write below /usr, sys.prefix and sys.base_prefix. package: the folder from which
    `autograder` is imported. Returns the exit code and all that the command has written.
    """
    lines = [*opening(), script, f"mkdir -p -m 777 {NEW}/home; cd {NEW}/home"]
    call = ["setpriv", "--reuid", str(user), "--regid", str(user), "--clear-groups", "--"]
    call += ["env", "-i", "PATH=/usr/bin:/bin", f"HOME={NEW}/home", f"PYTHONPATH={package}"]
    lines.append(shlex.join([*call, sys.executable, *command]))
    done = subprocess.run(
        ["unshare", "--mount", "sh", "-c", "\n".join(lines)],
        capture_output=True,
        text=True,
        check=False,
    )
    return f"{done.returncode}\n{done.stdout}{done.stderr}"


def opening() -> list[str]:
    """Return the lines of a shell script that let every account use this Python and repository.

    It is to be run as root in a mount namespace of its own, and changes nothing on disk.
    """
    lines = [LAY]
    for folder in layers():
        lines.append(f"lay {shlex.quote(str(folder))} {shlex.quote(str(folder))}")
    for folder in (Path(sys.base_prefix), Path(sys.prefix), ROOT):
        for closed in closed_parents(folder):
            lines.append(f"chmod o+rx {shlex.quote(str(closed))}")
    return lines


def layers() -> list[Path]:
    """Return the folders to change: none lies in another, and closed parents are among them."""
    wanted = {Path("/usr")}
    for prefix in (Path(sys.base_prefix), Path(sys.prefix), ROOT):
        wanted.add(min([prefix, *closed_parents(prefix)], key=lambda path: len(path.parts)))
    return [path for path in sorted(wanted) if not wanted & set(path.parents)]


def closed_parents(path: Path) -> list[Path]:
    """Return the parents of a folder that an ordinary user cannot enter."""
    return [parent for parent in path.parents if parent.stat().st_mode & 0o5 != 0o5]


def require_mounts() -> None:
    """Skip the test where this process cannot make such a namespace."""
    tried = subprocess.run(
        ["unshare", "--mount", "sh", "-c", f"{LAY}lay /usr /usr"], capture_output=True, check=False
    )
    if tried.returncode != 0:
        pytest.skip("this process may not mount overlays (run the tests as root)")
    if NEW in (*ROOT.parents, *Path(sys.base_prefix).parents):
        pytest.skip(f"the repository or Python lies below {NEW}, which this test covers")
