"""After a change of grader, bank, reference or notebook, every submission is graded again."""

import shutil

import pytest

from autograder.grading.batch import grader_version
from support.places import ROOT

FOLDERS = ("autograder", "solutions/backprop", "exercises")


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    """A copy of all folders from which the version of the grader is computed."""
    root = tmp_path_factory.mktemp("tree")
    for folder in FOLDERS:
        shutil.copytree(
            ROOT / folder, root / folder, ignore=shutil.ignore_patterns("__pycache__", "frozen")
        )
    return root


def version(root):
    """Return the version without the cache, as a new process computes it."""
    grader_version.cache_clear()
    return grader_version(root)


def decides(path):
    """True if a change of this file can change a mark."""
    top, second = path.parts[:2]
    if top == "autograder":
        return path.suffix == ".py" and second not in ("authoring", "commands", "desk")
    return top == "solutions" or path.suffix == ".ipynb"


def test_a_change_of_any_file_that_can_change_a_mark_is_another_version(tree):
    first = version(tree)
    files = [path for path in sorted(tree.rglob("*")) if path.is_file()]
    deciding = [path for path in files if decides(path.relative_to(tree))]
    places = {path.relative_to(tree).parts[:2] for path in deciding}
    assert {("autograder", "bank"), ("autograder", "sandbox")} <= places
    for path in deciding:
        content = path.read_bytes()
        path.write_bytes(content + b"\n")
        assert version(tree) != first, path
        path.write_bytes(content)
    assert version(tree) == first


def test_a_file_that_is_renamed_or_removed_is_another_version(tree):
    first, file = version(tree), tree / "autograder" / "bank" / "inputs.py"
    renamed = file.rename(file.with_name("input.py"))
    assert version(tree) != first
    kept = renamed.rename(tree / "neuron.txt")
    assert version(tree) != first
    kept.rename(file)
    assert version(tree) == first


def test_what_cannot_change_a_mark_leaves_the_version_as_it_is(tree):
    first = version(tree)
    for name in (
        "README.md",
        "autograder/notes.txt",
        "autograder/__pycache__/grade.cpython-311.pyc",
        "exercises/02-forward.md",
        "solutions/notebooks/02-forward.ipynb",
        "tests/test_grader_version.py",
    ):
        path = tree / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("something else")
        assert version(tree) == first, name


def test_a_change_of_a_page_for_instructors_grades_nobody_again(tree):
    first = version(tree)
    (tree / "autograder" / "desk" / "feedback.py").write_text("")
    (tree / "autograder" / "commands" / "report.py").unlink()
    assert version(tree) == first
