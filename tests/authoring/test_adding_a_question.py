"""The steps of "Adding a question" in CONTRIBUTING.md, carried out in a copy of the repository.

CONTRIBUTING.md promises that a new question needs changes in at most five files and 105 lines.
"""

import difflib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.authoring.new_question import NewQuestion, refusal, write_skeleton
from autograder.cli import main
from support.places import ROOT

MOST_FILES, MOST_LINES = 5, 105
REFERENCE = "solutions/backprop/activations.py"
TEXT = "exercises/02-forward.md"
PARTS = next(ROOT.glob("tests/**/test_reference.py")).relative_to(ROOT)
RIGHT = next(ROOT.glob("tests/**/right_answers")).relative_to(ROOT) / "02-forward/gelu_forward.py"
NEW = ("new-question", "gelu_forward", "--assignment", "02-forward", "--bonus")

# For each file: the placeholder in the skeleton -> the text that a contributor puts there.
WRITTEN = {
    REFERENCE: {
        "UNWRITTEN gelu_forward: say what it computes.": "Let large entries of x through.",
        'chapter UNWRITTEN, "UNWRITTEN"': 'chapter 2, "Activations"',
        '    raise NotImplementedError("UNWRITTEN gelu_forward: write the reference")\n': """\
    x = np.asarray(x, dtype=float)
    inner = np.sqrt(2.0 / np.pi) * (x + 0.044715 * x**3)
    return 0.5 * x * (1.0 + np.tanh(inner)), x
""",
    },
    TEXT: {
        "UNWRITTEN gelu_forward: a title": "A smooth ReLU",
        'Chapter UNWRITTEN, "UNWRITTEN"': 'Chapter 2, "Activations"',
        "UNWRITTEN gelu_forward: what it is for, an example in numbers, what the function takes "
        "and returns.": """\
ReLU has a corner at 0. The GELU, which many language models use, has none:

$$
g(x) = \\tfrac12\\, x \\left(1 + \
\\tanh\\left(\\sqrt{2 / \\pi}\\,(x + 0.044715\\, x^3)\\right)\\right).
$$

At $1$ it is about $0.8412$, at $-1$ about $-0.1588$. \
What is it far to the left, and far to the right?

`gelu_forward(x)` returns `(out, cache)`, `out` in the shape of `x`.""",
    },
    PARTS: {
        '    (bp.gelu_forward, None, lambda torch: pytest.fail("UNWRITTEN gelu_forward"), '
        "[(N, H)]),\n": """\
    (
        bp.gelu_forward,
        None,
        lambda torch: lambda x: torch.nn.functional.gelu(x, approximate="tanh"),
        [(N, H)],
    ),
""",
    },
    RIGHT: {
        '    raise NotImplementedError("UNWRITTEN gelu_forward: '
        'a right answer in its own style")\n': """\
    z = np.array(x, dtype=float)
    # (1 + tanh u) / 2 is the sigmoid of 2u
    return z * _sigmoid(2 * (2 / np.pi) ** 0.5 * (z + 0.044715 * z * z * z)), z


def _sigmoid(u):
    return np.exp(-np.logaddexp(0, -u))
""",
    },
}
BANK = "autograder/bank/forward/gelu_forward.py"
BANK_FILE = '''\
"""GELU in its tanh form."""

from typing import Any

from autograder.bank.inputs import Rng, normal, whole
from autograder.marking.question import Case, question


def cases(rng: Rng) -> list[Case]:
    """Sizes that all differ, smallest first."""
    return [
        Case({"x": normal(rng, 2)}),
        Case({"x": 2 * normal(rng, 2, 3)}),
        Case({"x": normal(rng, 4, 2, 3)}, "three axes"),
        Case({"x": whole(rng, 3, 4)}, "whole numbers"),
    ]


@question(cases, parts={"out": 2}, see="three-activations", bonus=True)
def gelu_forward(code: Any, x: Any) -> Any:
    out, cache = code.gelu_forward(x)
    return {"out": out}


slip = gelu_forward.slip

slip(
    "square-for-cube",
    "Inside tanh stands x squared. It is the cube: tanh's argument must change its sign with x.",
    ("x**3", "x**2"),
)
slip(
    "half-forgotten",
    "The factor 1/2 is missing, so large x come out doubled.",
    ("0.5 * x *", "x *"),
)
slip(
    "gate-not-multiplied",
    "This is the gate alone, a number between 0 and 1. GELU is x times the gate.",
    ("0.5 * x *", "0.5 *"),
)
slip(
    "root-forgotten",
    "The factor in front is 2 / pi. It is the square root of that.",
    ("np.sqrt(2.0 / np.pi)", "2.0 / np.pi"),
)
slip("argument-changed-in-place", None, ("return 0.5 * x *", "x_before = x; x *= 0.5; return x *"))
'''


@pytest.fixture
def tree(tmp_path):
    """A copy of all files of this repository that git tracks."""
    folder = tmp_path / "tree"
    folder.mkdir()
    known = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True)
    if known.returncode:
        pytest.skip("git cannot list the files, because this folder is not a clone")
    for name in filter(None, known.stdout.split("\0")):
        if (ROOT / name).exists():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    return folder


def run(tree, *command):
    """Run a command that imports the modules of the copy."""
    path = os.pathsep.join([str(tree), str(tree / "solutions")])
    environment = {**os.environ, "PYTHONPATH": path}
    return subprocess.run(command, cwd=tree, env=environment, capture_output=True, text=True)


def autograder(tree, *arguments):
    return run(tree, sys.executable, "-m", "autograder.cli", *arguments)


def make_question(tree):
    """Run `make question NAME=gelu_forward` in the copy, with the environment of the tests."""
    bin_folder = f"BIN={Path(sys.executable).parent}"
    ready = ("-o", ".venv/.ready", "-o", ".venv/.torch")
    return run(tree, "make", *ready, "question", "NAME=gelu_forward", bin_folder)


def fill_in(tree):
    """Replace every placeholder by the text that a contributor writes by hand."""
    for name, replacements in WRITTEN.items():
        text = (tree / name).read_text()
        for skeleton, words in replacements.items():
            assert text.count(skeleton) == 1, (name, skeleton)
            text = text.replace(skeleton, words)
        (tree / name).write_text(text)
    (tree / BANK).write_text(BANK_FILE)


def changes(tree, generated):
    """Return the number of new and changed lines for each changed file that is not generated."""
    found = {}
    for path in filter(Path.is_file, tree.rglob("*")):
        name = str(path.relative_to(tree))
        if name in generated or "cache" in name:
            continue
        before = (ROOT / name).read_bytes() if (ROOT / name).exists() else b""
        if (after := path.read_bytes()) != before:
            lines = difflib.ndiff(before.decode().splitlines(), after.decode().splitlines())
            found[name] = sum(line.startswith("+ ") for line in lines)
    return found


@pytest.mark.slow
def test_a_skeleton_fails_and_filled_in_it_passes_for_five_files_and_105_lines(tree):
    made = autograder(tree, *NEW, "--module", "activations")
    assert made.returncode == 0, made.stderr
    tests = [next(tree.glob(f"tests/**/test_{t}.py")) for t in ("unfinished", "bank")]
    unfinished = run(tree, sys.executable, "-m", "pytest", *tests, "-k", "gelu_forward")
    assert " passed" not in unfinished.stdout
    for name in (*WRITTEN, BANK):
        assert f"{name}:" in unfinished.stdout, name
    fill_in(tree)
    for verb in (["check"], ["format", "--check"]):
        linted = run(tree, sys.executable, "-m", "ruff", *verb, ".")
        assert linted.returncode == 0, linted.stdout
    done = make_question(tree)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    assert " passed" in done.stdout and "skipped" not in done.stdout
    cost = changes(tree, done.stdout.splitlines())  # the output lists the generated files
    assert len(cost) <= MOST_FILES, cost
    assert sum(cost.values()) <= MOST_LINES, cost


KINDS = (
    NewQuestion("gelu_forward", "02-forward"),
    NewQuestion("mish_backward", "03-backward", bonus=True),  # its forward function is missing too
    NewQuestion("attention_forward", "06-frontier"),  # the reference has this function already
    NewQuestion("huber", "03-backward", bonus=True),  # no forward or backward, in a new module
    NewQuestion("swish_forward", "02-forward", bonus=True, module="counting"),  # no Array there
)


def test_skeletons_of_every_kind_are_valid_python(tree):
    for new in KINDS:
        for path in write_skeleton(tree, new):
            if path.name != "__init__.py":
                assert f"UNWRITTEN {new.name}" in path.read_text()
    checked = run(tree, sys.executable, "-m", "ruff", "check", "solutions", "autograder", "tests")
    assert checked.returncode == 0, checked.stdout
    reached = "; ".join(f"backprop.{new.name}" for new in KINDS)
    imported = run(tree, sys.executable, "-c", f"import autograder.bank, backprop; {reached}")
    assert imported.returncode == 0, imported.stderr


@pytest.mark.parametrize(
    ("new", "words"),
    [
        (NewQuestion("3d", "02-forward"), "no identifier"),
        (NewQuestion("class", "02-forward"), "no identifier"),
        (NewQuestion("softmax", "02-forward"), "already"),
        (NewQuestion("shift_of_softmax", "02-forward"), "already"),
        (NewQuestion("gelu_forward", "07-more"), "no assignment 07-more; there are 01-neuron"),
        (NewQuestion("gelu_forward", "02-forward", module="../gelu"), "no identifier"),
    ],
)
def test_what_cannot_be_is_refused_in_one_line(new, words):
    assert words in refusal(new) and "\n" not in refusal(new)


def test_a_refusal_ends_with_exit_code_2(capsys):
    assert main(["new-question", "softmax", "--assignment", "02-forward"]) == 2
    assert capsys.readouterr().err == "autograder: there is a question softmax already\n"
