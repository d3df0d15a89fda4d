"""A job can read the files of Python and of the system's programs, but no other file.

Each test puts a file into many folders of the machine, in a mount namespace of its own, and lets a
job try to read it.
"""

import json
import os
import sys
import sysconfig
from pathlib import Path

import pytest

from autograder.sandbox import readable
from support.elsewhere import require_mounts, run_elsewhere
from support.places import ROOT, SOLUTIONS

pytestmark = pytest.mark.sandbox

APP = Path("/usr/src/app")  # the usual folder of a project in a container
COURSE = APP / "course"
EXCHANGE = Path("/usr/local/share/nbgrader/exchange/course/inbound")
PREFIXES = {Path(sys.prefix), Path(sys.base_prefix)}
SHOWN = Path(sysconfig.get_path("purelib")) / "planted"
SECRETS = [
    *(prefix / name / "planted" for prefix in PREFIXES for name in ("etc", "share", "include")),
    *(Path("/usr") / name / "planted" for name in ("src", "share", "include", "games", "libexec")),
    *(Path("/usr/local") / name / "planted" for name in ("share", "etc", "src", "bin", "lib")),
    *(prefix / "bin" / "planted" for prefix in PREFIXES),
    *(COURSE / name for name in ("planted", ".autograder-seed", "gradebook.db")),
    COURSE / "submitted" / "alice" / "planted",
    EXCHANGE / "planted",
    # Packages that compute gradients, beside other Pythons than the one that runs the job.
    Path(sysconfig.get_path("stdlib")) / "site-packages" / "jax" / "__init__.py",
    Path("/usr/lib/python3/dist-packages/tensorflow/__init__.py"),
]
ALIASES = [Path("/lib/python3/dist-packages/tensorflow/__init__.py")]
if Path("/usr/local") in PREFIXES:  # its libraries are the libraries of Python
    SECRETS.remove(Path("/usr/local/lib/planted"))
if Path("/usr") in PREFIXES:  # for the shell commands of notebooks
    SECRETS.remove(Path("/usr/bin/planted"))

LOOK = """
import json, sys
from autograder.sandbox.client import QuestionSet, Sandbox
paths = json.loads(sys.argv[1])
cell = f'''
found = []
for path in {paths!r}:
    try:
        found.append(path) if open(path).read() else None
    except OSError:
        pass
import json
print(json.dumps(found))
'''
with Sandbox() as sandbox, sandbox.job([cell], QuestionSet([])) as job:
    print(job.cells()[0].text)
"""


def planted(user):
    """Return a shell script that puts a file of the user at every place, and the repository."""
    lines = [f"mkdir -p {APP}; lay {ROOT} {APP}"]
    for path in [*SECRETS, SHOWN]:
        lines.append(f"mkdir -p {path.parent}; echo secret >{path}; chown {user} {path}")
        lines.append(f"chmod o+rx {path.parent}")
    return "\n".join(lines)


@pytest.mark.parametrize("user", [0, 1234], ids=["root", "an ordinary user"])
def test_a_job_reads_nothing_of_the_machine_but_python_and_programs(user):
    require_mounts()
    own = ("solutions/backprop/layers.py", "autograder/cli.py")
    solved = [folder / name for folder in (APP, ROOT) for name in own]
    paths = [str(path) for path in (*SECRETS, *ALIASES, *solved, SHOWN)]
    said = run_elsewhere(planted(user), "-c", LOOK, json.dumps(paths), user=user, package=APP)
    assert said.splitlines() == ["0", json.dumps([str(SHOWN)]), ""], said


@pytest.mark.parametrize("place", ["/usr/lib/course", "/usr/bin/course"])
def test_nothing_is_graded_from_a_repository_that_jobs_could_read(place):
    require_mounts()
    script = f"mkdir -p {place}; mount --bind {ROOT} {place}"
    notebook = str(SOLUTIONS / "02-forward" / "02-forward.ipynb")
    command = ("-m", "autograder.cli", "check", notebook)
    code, *lines = run_elsewhere(script, *command, package=Path(place)).splitlines()
    assert code == "2", lines
    assert len(lines) == 1 and "could read the solutions" in lines[0] and place in lines[0]


def test_python_is_found_by_a_chain_of_links_in_several_folders(tmp_path, monkeypatch):
    real, middle, venv = (tmp_path / name for name in ("real", "middle", "venv"))
    for folder in (real, middle, venv):
        (folder / "bin").mkdir(parents=True)
    python = real / "bin" / "python3.11"
    python.touch()
    (tmp_path / "current").symlink_to("real")
    (middle / "bin" / "python3").symlink_to("../../current/bin/python3.11")
    (venv / "bin" / "python").symlink_to(middle / "bin" / "python3")
    monkeypatch.setattr(sys, "executable", str(venv / "bin" / "python"))
    links, found = readable.links_to_python()
    assert found == python
    assert links == {
        venv / "bin" / "python": middle / "bin" / "python3",
        middle / "bin" / "python3": python,
    }


def test_a_path_is_visible_by_every_name_and_a_covered_one_by_none(tmp_path):
    packages = Path(sysconfig.get_path("purelib"))
    (tmp_path / "link").symlink_to(packages)
    assert readable.visible_to_jobs(tmp_path / "link" / "course") == packages
    assert readable.visible_to_jobs(packages / "autograd" / "numpy") is None
    assert readable.visible_to_jobs(Path(sys.prefix)) is None
    assert readable.visible_to_jobs(Path(os.devnull)) is None
