"""A damaged notebook is either read or rejected in one line, and it has no other effect."""

import subprocess
import sys
from functools import cache
from pathlib import Path

import nbformat
import pytest

from autograder.grading.assignment import course_assignments
from autograder.grading.notebook import nbgrader_mark
from autograder.grading.restore import restore
from autograder.grading.submission import (
    MAX_BYTES,
    MAX_CELLS,
    MAX_FILE,
    RejectedError,
    cells_of,
    read_submission,
)
from support.damage import HARMLESS, HOPELESS, KINDS, damaged, kind_of
from support.limited import at_most
from support.no_notebooks import BY_NAME, is_one_line
from support.places import EXERCISES, ROOT, SOLUTIONS

ASSIGNMENTS = course_assignments()

BASES = [*sorted(EXERCISES.glob("*/*.ipynb")), *sorted(SOLUTIONS.glob("*/*.ipynb"))]
DAMAGES = 3  # damaged notebooks of each kind; the option --seeds multiplies this number
FOR_EVER = 60  # seconds; a notebook usually takes milliseconds

pytestmark = pytest.mark.filterwarnings("error")


def pytest_generate_tests(metafunc):
    if "seed" in metafunc.fixturenames:
        count = DAMAGES * metafunc.config.getoption("--seeds") * len(KINDS)
        metafunc.parametrize("seed", range(count), ids=lambda seed: f"{kind_of(seed)}-{seed}")


def base(seed: int) -> Path:
    """Return the notebook to damage; with enough seeds, each kind of damage gets each notebook."""
    return BASES[seed // len(KINDS) % len(BASES)]


released = cache(lambda assignment: ASSIGNMENTS[assignment].released)
undamaged = cache(read_submission)


def read(path: Path) -> list | str:
    """Return the cells of a notebook, or the reason why it was rejected."""
    try:
        return read_submission(path)
    except RejectedError as error:
        return str(error)


def graded(cells: list) -> dict:
    """Return the parts of each nbgrader cell that a student may not change, by grade id.

    These are its metadata and its type, and its source if the cell is not an answer.
    """
    marks = [(nbgrader_mark(cell), cell) for cell in cells if nbgrader_mark(cell)]
    assert len({mark["grade_id"] for mark, _ in marks}) == len(marks)
    return {
        m["grade_id"]: (m, cell["cell_type"], m["solution"] or cell["source"]) for m, cell in marks
    }


@pytest.fixture(autouse=True)
def _nothing_takes_for_ever():
    with at_most(FOR_EVER):
        yield


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    return tmp_path_factory.mktemp("submitted") / "notebook.ipynb"


def test_it_is_rejected_in_one_line_or_put_together_again(file, seed):
    file.write_bytes(damaged(base(seed).read_bytes(), seed))
    submitted = read(file)
    if kind_of(seed) in HOPELESS:
        assert is_one_line(submitted)
    if kind_of(seed) in HARMLESS:
        assert submitted == undamaged(base(seed))
    if isinstance(submitted, str):
        assert is_one_line(submitted)
        return
    original = released(base(seed).stem)
    cells = restore(submitted, original).cells
    assert len({cell["id"] for cell in cells}) == len(cells)
    assert graded(cells) == graded(original["cells"])
    notebook = nbformat.from_dict({**original, "cells": cells})
    nbformat.validate(notebook)
    assert nbformat.writes(notebook).encode()


@pytest.mark.parametrize("kind", KINDS)
def test_the_damage_of_a_seed_is_always_the_same(kind):
    seed, notebook = list(KINDS).index(kind), BASES[0].read_bytes()
    assert damaged(notebook, seed) == damaged(notebook, seed) != notebook


@pytest.mark.parametrize("make", BY_NAME.values(), ids=BY_NAME)
def test_what_is_no_file_or_too_large_is_rejected_in_one_line(tmp_path, make):
    make(tmp_path / "01-neuron.ipynb")
    assert is_one_line(read(tmp_path / "01-neuron.ipynb"))


@pytest.mark.parametrize("path", ["/dev/zero", "/dev/null/x.ipynb", "x\0y", "a\nb\u202e"])
def test_a_name_that_is_no_name_of_a_file_is_rejected_in_one_line(path):
    assert is_one_line(read(Path(path)))


@pytest.mark.parametrize("name", ["a\nb\u202e\x1b[2J.ipynb", "\udcff.ipynb", "x" * 240 + ".ipynb"])
def test_a_strange_name_still_leaves_one_line(tmp_path, name):
    (tmp_path / name).write_bytes(b"{")
    assert is_one_line(read(tmp_path / name))


def test_the_largest_file_that_is_read_is_read(file):
    file.write_bytes(BASES[0].read_bytes().ljust(MAX_BYTES))
    assert read(file) == undamaged(BASES[0])


def test_a_notebook_of_the_most_cells_is_read_and_one_of_more_is_rejected():
    cells = [{"cell_type": "code", "source": "x"}] * (MAX_CELLS + 1)
    assert len(cells_of({"cells": cells[:-1]}, "full.ipynb", [])) == MAX_CELLS
    with pytest.raises(RejectedError, match=f"more than {MAX_CELLS} cells"):
        cells_of({"cells": cells}, "fuller.ipynb", [])


# Pieces of text that fill a file of the largest size and become many or large objects in memory.
FULL = {
    "lists": ("[" * 60 + "]" * 60 + ",", "0"),
    "dicts": ('{"":' * 60 + "0" + "}" * 60 + ",", "0"),
    "letters": ("x", '", "😀'),
}
# The same for values that are cut out before the file is parsed, in a cell.
CUT_OUT = {"outputs": ("1,", '"😀"'), "attachments": ("x", "x")}
READ_IN_LITTLE_MEMORY = """
import resource, sys
from pathlib import Path
from autograder.grading.submission import RejectedError, read_submission
resource.setrlimit(resource.RLIMIT_AS, (768 << 20,) * 2)
try:
    read_submission(Path(sys.argv[1]))
except RejectedError as error:
    print(error)
"""


@pytest.mark.parametrize("name", FULL)
def test_a_full_file_does_not_fill_the_memory(tmp_path, name):
    repeated, last = FULL[name]
    quote = '"' if name == "letters" else ""
    body = quote + repeated * ((MAX_BYTES - 100) // len(repeated)) + last + quote
    read_in_little_memory(tmp_path / name, '{"cells": [], "metadata": [' + body + "]}")


@pytest.mark.parametrize("name", CUT_OUT)
def test_what_is_cut_out_of_a_full_file_does_not_fill_the_memory(tmp_path, name):
    repeated, last = CUT_OUT[name]
    body = repeated * ((MAX_FILE - 100) // len(repeated)) + last
    value = '{"x": {"x/y": "' + body + '"}}' if name == "attachments" else f"[{body}]"
    read_in_little_memory(tmp_path / name, '{"cells": [{"' + name + '": ' + value + "}]}")


def read_in_little_memory(path, text):
    path.write_text(text)
    command = [sys.executable, "-c", READ_IN_LITTLE_MEMORY, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    assert (done.returncode, done.stderr) == (0, "")
