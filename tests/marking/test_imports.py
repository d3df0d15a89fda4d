"""The marking package runs in kits, pages and the sandbox, so it may import only NumPy."""

import ast
import sys

import pytest

from support.places import ROOT

MARKING = ROOT / "autograder" / "marking"


@pytest.mark.parametrize("path", sorted(MARKING.glob("*.py")), ids=lambda path: path.stem)
def test_marking_imports_numpy_and_itself_alone(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom):
            assert node.level == 1 or may_import(node.module), ast.unparse(node)
        elif isinstance(node, ast.Import):
            assert all(may_import(alias.name) for alias in node.names), ast.unparse(node)


def may_import(module):
    """True if the module belongs to NumPy or to the standard library of Python."""
    return module.split(".")[0] in {"numpy", *sys.stdlib_module_names}
