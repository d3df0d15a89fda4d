"""A container like the one in which Gradescope runs an autograder, made with bubblewrap.

In it we are root with the rights that Docker gives, and without the right to make namespaces. Of
this machine it has the system and the installed packages, but not this repository.
"""

import errno
import json
import os
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import pyseccomp
import pytest

from autograder.sandbox.policy import HIDDEN
from autograder.sandbox.seccomp import NEW_NAMESPACE

SITE = Path(next(p for p in sys.path if p.endswith("site-packages")))
SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/etc")
RIGHTS = (
    *("CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD", "NET_BIND_SERVICE", "NET_RAW"),
    *("SETFCAP", "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT", "AUDIT_WRITE"),
)


class Container:
    """A container with an autograder in /autograder, as Gradescope lays it out."""

    def __init__(self, folder: Path, autograder: Path) -> None:
        if os.geteuid() != 0:
            pytest.skip("a container like that of Gradescope can be made by root alone")
        self.home = folder / "autograder"
        with zipfile.ZipFile(autograder) as made:
            made.extractall(self.home / "source")
        for name in ("setup.sh", "run_autograder"):
            script = self.home / name
            script.write_bytes((self.home / "source" / name).read_bytes())
            script.chmod(0o755)
        for name in ("submission", "results"):
            (self.home / name).mkdir()
        self._make_python()

    def _make_python(self) -> None:
        """Make the environment that setup.sh makes, with the packages that are installed here."""
        name = f"python3.{sys.version_info.minor}"
        python = self.home / "python"
        (python / "bin").mkdir(parents=True)
        (python / "bin" / "python").symlink_to(f"/opt/python/bin/{name}")
        settings = "home = /opt/python/bin\ninclude-system-site-packages = false\n"
        (python / "pyvenv.cfg").write_text(settings)
        site = python / "lib" / name / "site-packages"
        site.mkdir(parents=True)
        (site / "packages.pth").write_text("/opt/site\n")

    def hand_in(self, files: dict[str, bytes]) -> None:
        """Let a student hand in these files, in place of those before."""
        subprocess.run(["rm", "-rf", self.home / "submission"], check=True)
        for name, content in files.items():
            path = self.home / "submission" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)

    def run(self, *command: str, rights=RIGHTS, more=()) -> subprocess.CompletedProcess[str]:
        """Run a command in the container, by default run_autograder, and wait for its end."""
        with tempfile.TemporaryFile() as rules:
            docker_filter().export_bpf(rules)
            rules.seek(0)
            words = ["bwrap", "--dev", "/dev", "--proc", "/proc", "--perms", "0755"]
            words += ["--dir", "/opt", "--perms", "1777"]
            words += ["--tmpfs", "/tmp", "--dir", "/root", "--ro-bind", str(SITE), "/opt/site"]
            hidden = [path for name in HIDDEN if (path := SITE / name).is_dir()]
            words += [word for path in hidden for word in ("--tmpfs", f"/opt/site/{path.name}")]
            words += ["--ro-bind", sys.base_prefix, "/opt/python"]
            words += [word for path in SYSTEM for word in ("--ro-bind-try", path, path)]
            words += ["--bind", str(self.home), "/autograder", *more]
            words += ["--unshare-pid", "--unshare-net", "--unshare-ipc", "--die-with-parent"]
            words += ["--new-session", "--cap-drop", "ALL"]
            words += [word for right in rights for word in ("--cap-add", f"CAP_{right}")]
            words += ["--seccomp", str(rules.fileno()), "--chdir", "/autograder"]
            return subprocess.run(
                [*words, *(command or ("/autograder/run_autograder",))],
                env={"PATH": "/usr/local/bin:/usr/bin:/bin"},
                pass_fds=[rules.fileno()],
                capture_output=True,
                text=True,
                check=False,
            )


def docker_filter():
    """Return a filter that refuses namespaces and mounts, as Docker's default profile does."""
    rules = pyseccomp.SyscallFilter(pyseccomp.ALLOW)
    refused = pyseccomp.ERRNO(errno.EPERM)
    for name in ("unshare", "setns", "mount", "umount2", "pivot_root"):
        rules.add_rule(refused, name)
    rules.add_rule(pyseccomp.ERRNO(errno.ENOSYS), "clone3")
    for flag in NEW_NAMESPACE:
        rules.add_rule(refused, "clone", pyseccomp.Arg(0, pyseccomp.MASKED_EQ, flag, flag))
    return rules


def grade_many(container: Container, folder: Path, user: int) -> list[dict]:
    """Grade the submissions in a folder in a container, with another user for student code.

    Returns what in_container.py prints: one record for each submission.
    """
    driver = Path(__file__).with_name("in_container.py")
    paths = "PYTHONPATH=/autograder/source:/autograder/source/solutions"
    grade = f"{paths} exec /autograder/python/bin/python /driver.py {user} /submissions"
    done = container.run(
        *("sh", "-c", f"chmod -R go= /autograder/source; {grade}"),
        more=("--ro-bind", str(driver), "/driver.py", "--ro-bind", str(folder), "/submissions"),
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return [json.loads(line) for line in done.stdout.splitlines()]
