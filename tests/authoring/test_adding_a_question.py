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
RIGHT = next(ROOT.glob("tests/**/right_answers")).relative_to(ROOT) / "02-forward/silu_forward.py"
NEW = ("new-question", "silu_forward", "--assignment", "02-forward", "--bonus")

# For each file: the placeholder in the skeleton -> the text that a contributor puts there.
WRITTEN = {
    REFERENCE: {
        "UNWRITTEN silu_forward: say what it computes.": "Let large entries of x through.",
        'chapter UNWRITTEN, "UNWRITTEN"': 'chapter 2, "Activations"',
        '    raise NotImplementedError("UNWRITTEN silu_forward: write the reference")\n': """\
    x = np.asarray(x, dtype=float)
    return x * np.exp(-np.logaddexp(0.0, -x)), x
""",
    },
    TEXT: {
        "UNWRITTEN silu_forward: a title": "A smooth ReLU",
        'Chapter UNWRITTEN, "UNWRITTEN"': 'Chapter 2, "Activations"',
        "UNWRITTEN silu_forward: what it is for, an example in numbers, what the function takes "
        "and returns.": """\
ReLU has a corner at 0. SiLU, which many language models use, has none:

$$
g(x) = \\frac{x}{1 + e^{-x}} .
$$

At $1$ it is about $0.7311$, at $-1$ about $-0.2689$. \
What is it far to the left, and far to the right?

`silu_forward(x)` returns `(out, cache)`, `out` in the shape of `x`.""",
    },
    PARTS: {
        '    (bp.silu_forward, None, lambda torch: pytest.fail("UNWRITTEN silu_forward"), '
        "[(N, H)]),\n": """\
    (
        bp.silu_forward,
        None,
        lambda torch: torch.nn.functional.silu,
        [(N, H)],
    ),
""",
    },
    RIGHT: {
        '    raise NotImplementedError("UNWRITTEN silu_forward: '
        'a right answer in its own style")\n': """\
    z = np.array(x, dtype=float)
    return z * _sigmoid(z), z


def _sigmoid(u):
    # (1 + tanh u) / 2 is the sigmoid of 2u
    return (1 + np.tanh(u / 2)) / 2
""",
    },
}
BANK = "autograder/bank/forward/silu_forward.py"
BANK_FILE = '''\
"""SiLU, a smooth ReLU."""

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
def silu_forward(code: Any, x: Any) -> Any:
    out, cache = code.silu_forward(x)
    return {"out": out}


slip = silu_forward.slip

slip(
    "gate-reversed",
    "The gate is open for negative x. It should be open for positive x: the sigmoid of x.",
    ("-np.logaddexp(0.0, -x)", "-np.logaddexp(0.0, x)"),
)
slip(
    "gate-not-multiplied",
    "This is the gate alone, a number between 0 and 1. SiLU is x times the gate.",
    ("x * np.exp", "np.exp"),
)
slip(
    "tanh-for-sigmoid",
    "The gate is tanh of x, which is negative for negative x. Use the sigmoid.",
    ("np.exp(-np.logaddexp(0.0, -x))", "np.tanh(x)"),
)
slip(
    "softplus-for-silu",
    "This is log(1 + e to the x), which is called softplus. SiLU is x times the sigmoid of x.",
    ("x * np.exp(-np.logaddexp(0.0, -x))", "np.logaddexp(0.0, x)"),
)
slip("argument-changed-in-place", None, ("return x *", "x_before = x; x *= 0.5; return x *"))
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
    """Run `make question NAME=silu_forward` in the copy, with the environment of the tests."""
    bin_folder = f"BIN={Path(sys.executable).parent}"
    ready = ("-o", ".venv/.ready", "-o", ".venv/.torch")
    return run(tree, "make", *ready, "question", "NAME=silu_forward", bin_folder)


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
    unfinished = run(tree, sys.executable, "-m", "pytest", *tests, "-k", "silu_forward")
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
    NewQuestion("silu_forward", "02-forward"),
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
        (NewQuestion("silu_forward", "07-more"), "no assignment 07-more; there are 01-neuron"),
        (NewQuestion("silu_forward", "02-forward", module="../silu"), "no identifier"),
    ],
)
def test_what_cannot_be_is_refused_in_one_line(new, words):
    assert words in refusal(new) and "\n" not in refusal(new)


def test_a_refusal_ends_with_exit_code_2(capsys):
    assert main(["new-question", "softmax", "--assignment", "02-forward"]) == 2
    assert capsys.readouterr().err == "autograder: there is a question softmax already\n"
