"""The packages that contain or can compute the answers cannot be imported in the sandbox.

This holds for every folder in which they may be installed.
"""

import sys
import sysconfig
import tempfile
from pathlib import Path

import pytest

from autograder.sandbox.client import Sandbox
from support.jobs import run_job

pytestmark = pytest.mark.sandbox

HIDDEN = ("autograd", "autograder", "backprop", "jax", "sympy", "tensorflow", "torch")
ORDINARY = "an_ordinary_package"
FOLDER = sysconfig.get_path("purelib")

LOOK = """
from importlib.machinery import PathFinder
from importlib.util import module_from_spec
def is_there(name):
    spec = PathFinder.find_spec(name, [PLACE])
    if spec is None or spec.loader is None:
        return False
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return getattr(module, "PLANTED", False)
print([name for name in NAMES if is_there(name)])
"""


@pytest.fixture
def installed():
    """A folder in this environment that contains a package of each name, as pip installs it."""
    with tempfile.TemporaryDirectory(prefix="planted-", dir=FOLDER) as folder:
        for name in (*HIDDEN, ORDINARY):
            package = Path(folder) / name
            package.mkdir()
            (package / "__init__.py").write_text("PLANTED = True\n")
            package.chmod(0o755)
        Path(folder).chmod(0o755)  # the sandbox runs as another user, who must be able to read it
        yield folder


def test_no_hidden_package_of_the_environment_can_be_imported_inside(installed, monkeypatch):
    cell = f"PLACE, NAMES = {installed!r}, {(*HIDDEN, ORDINARY)!r}\n{LOOK}"
    with Sandbox() as sandbox:
        with monkeypatch.context() as patched:
            # In this process the names lead to the working tree, as in an editable installation.
            for name in HIDDEN:
                patched.delitem(sys.modules, name, raising=False)
            patched.setattr(sys, "path", [installed, *sys.path])
            sandbox.start()
        (shown,) = run_job(sandbox, [cell], []).cells
    assert (shown.text, shown.error) == (f"[{ORDINARY!r}]\n", "")
