"""Two real accounts of this machine, an instructor and a student, with an exchange of nbgrader."""

import contextlib
import os
import pwd
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.elsewhere import opening, require_mounts

# Several processes may run such tests at a time.
INSTRUCTOR, STUDENT = f"bp-teacher-{os.getpid()}", f"bp-ada-{os.getpid()}"
PASSWORD = "correct horse battery staple"


@contextlib.contextmanager
def accounts() -> Iterator[Path]:
    """Yield a folder with a home for each account and an exchange. The accounts exist meanwhile."""
    if os.getuid() != 0 or not shutil.which("useradd"):
        pytest.skip("only root can make the accounts of this test (run the tests as root)")
    require_mounts()
    folder = Path(tempfile.mkdtemp(prefix="accounts-", dir="/var/tmp"))
    folder.chmod(0o755)
    exchange = folder / "exchange"
    exchange.mkdir()
    exchange.chmod(0o777)
    try:
        for name in (INSTRUCTOR, STUDENT):
            _make(name, folder / name, f"c.Exchange.root = {str(exchange)!r}\n")
        yield folder
    finally:
        for name in (INSTRUCTOR, STUDENT):
            subprocess.run(["userdel", name], check=False, capture_output=True)
        shutil.rmtree(folder)


def _make(name: str, home: Path, settings: str) -> None:
    subprocess.run(["useradd", "--create-home", "--home-dir", str(home), name], check=True)
    subprocess.run(["chpasswd"], input=f"{name}:{PASSWORD}", text=True, check=True)
    home.chmod(0o755)
    jupyter = home / ".jupyter"
    jupyter.mkdir()
    (jupyter / "nbgrader_config.py").write_text(f"c = get_config()\n{settings}")
    subprocess.run(["chown", "-R", name, jupyter], check=True)


def in_namespace(*command: object, folder: Path, user: str = "") -> list[str]:
    """Return a command that runs in a folder, where every account may use this Python.

    user: the account that runs it; root by default.
    """
    programs = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    call = ["env", "-i", f"PATH={programs}"]
    if user:
        account = pwd.getpwnam(user)
        call += [f"HOME={account.pw_dir}", f"USER={user}"]
        group = str(account.pw_gid)
        call = ["setpriv", "--reuid", user, "--regid", group, "--clear-groups", "--", *call]
    lines = [
        *opening(),
        f"cd {folder}",
        "umask 022",
        f"exec {shlex.join([*call, *map(str, command)])}",
    ]
    return ["unshare", "--mount", "sh", "-c", "\n".join(lines)]


def started(home: Path, *command: object, cwd: str = "") -> "subprocess.CompletedProcess[str]":
    """Run this Python in the home of an account, as that account."""
    call = in_namespace(sys.executable, *command, folder=home / cwd, user=home.name)
    return subprocess.run(call, capture_output=True, text=True, check=False)


def well(home: Path, *command: object, cwd: str = "") -> str:
    """Run this Python as `started` does, and return its output. Fails if its exit code is not 0."""
    done = started(home, *command, cwd=cwd)
    assert done.returncode == 0, done.stdout[-1500:] + done.stderr[-1500:]
    return done.stdout + done.stderr
