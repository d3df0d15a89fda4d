"""A damaged notebook is read or rejected in one line; nothing else can come of it, for anybody."""

import contextlib
import json
import os
import socket
import subprocess
import sys
from functools import cache
from pathlib import Path

import nbformat
import pytest

from autograder.grading.assignment import course_assignments
from autograder.grading.notebook import nbgrader_mark
from autograder.grading.submission import (
    MAX_BYTES,
    MAX_CELLS,
    RejectedError,
    cells_of,
    read_submission,
    restore,
)
from support.damage import HARMLESS, HOPELESS, KINDS, damaged, kind_of
from support.limited import at_most
from support.notebooks import solved_file
from support.places import EXERCISES, ROOT, SOLUTIONS

ASSIGNMENTS = course_assignments()

BASES = [*sorted(EXERCISES.glob("*/*.ipynb")), *sorted(SOLUTIONS.glob("*/*.ipynb"))]
SEEDS = range(30 * len(KINDS))
FOR_EVER = 60  # seconds, where a notebook takes milliseconds

pytestmark = pytest.mark.filterwarnings("error")
every_seed = pytest.mark.parametrize("seed", SEEDS, ids=lambda seed: f"{kind_of(seed)}-{seed}")


def base(seed: int) -> Path:
    """The notebook that a seed damages: every kind meets every notebook."""
    return BASES[seed // len(KINDS) % len(BASES)]


released = cache(lambda assignment: ASSIGNMENTS[assignment].released)
undamaged = cache(read_submission)


def read(path: Path) -> list | str:
    """The cells, or why there are none."""
    try:
        return read_submission(path)
    except RejectedError as error:
        return str(error)


def is_one_line(words: object) -> bool:
    return isinstance(words, str) and 0 < len(words) <= 200 and words.isprintable()


def graded(cells: list) -> dict:
    """Every cell of nbgrader by its grade id: what it may say, and the source that is not free."""
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


@every_seed
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
    cells = restore(submitted, original)
    assert len({cell["id"] for cell in cells}) == len(cells)
    assert graded(cells) == graded(original["cells"])
    notebook = nbformat.from_dict({**original, "cells": cells})
    nbformat.validate(notebook)
    assert nbformat.writes(notebook).encode()


@pytest.mark.parametrize("kind", KINDS)
def test_the_damage_of_a_seed_is_always_the_same(kind):
    seed, notebook = list(KINDS).index(kind), BASES[0].read_bytes()
    assert damaged(notebook, seed) == damaged(notebook, seed) != notebook


def no_file(path: Path) -> None:
    pass


def folder(path: Path) -> None:
    path.mkdir()


def pipe(path: Path) -> None:
    os.mkfifo(path)


def listening(path: Path) -> None:
    # The name of a socket must be short.
    with contextlib.chdir(path.parent), socket.socket(socket.AF_UNIX) as server:
        server.bind(path.name)


def link(path: Path) -> None:
    path.symlink_to(BASES[0])


def link_to_itself(path: Path) -> None:
    path.symlink_to(path)


def link_to_a_device(path: Path) -> None:
    path.symlink_to("/dev/zero")


def terabyte(path: Path) -> None:
    path.touch()
    os.truncate(path, 1 << 40)


def one_byte_too_many(path: Path) -> None:
    path.write_bytes(BASES[0].read_bytes().ljust(MAX_BYTES + 1))


NO_NOTEBOOKS = [no_file, folder, pipe, listening, link, link_to_itself, link_to_a_device]
NO_NOTEBOOKS += [terabyte, one_byte_too_many]


@pytest.mark.parametrize("make", NO_NOTEBOOKS, ids=lambda make: make.__name__)
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
    assert len(cells_of({"cells": cells[:-1]}, "full.ipynb")) == MAX_CELLS
    with pytest.raises(RejectedError, match=f"at most {MAX_CELLS} cells"):
        cells_of({"cells": cells}, "fuller.ipynb")


# What fills a file with little text and the memory with many or large objects.
FULL = {
    "lists": ("[" * 60 + "]" * 60 + ",", "0"),
    "dicts": ('{"":' * 60 + "0" + "}" * 60 + ",", "0"),
    "letters": ("x", '", "😀'),
}
READ_IN_LITTLE_MEMORY = """
import resource, sys
from pathlib import Path
from autograder.grading.submission import RejectedError, read_submission
resource.setrlimit(resource.RLIMIT_AS, (768 << 20,) * 2)
for path in map(Path, sys.argv[1:]):
    try:
        read_submission(path)
    except RejectedError as error:
        print(error)
"""


def test_a_full_file_does_not_fill_the_memory(tmp_path):
    for name, (repeated, last) in FULL.items():
        quote = '"' if name == "letters" else ""
        body = quote + repeated * ((MAX_BYTES - 100) // len(repeated)) + last + quote
        (tmp_path / name).write_text('{"cells": [], "metadata": [' + body + "]}")
    command = [sys.executable, "-c", READ_IN_LITTLE_MEMORY, *map(str, tmp_path.iterdir())]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    assert (done.returncode, done.stderr) == (0, "")


# --- in a class -----------------------------------------------------------------------------------

ASSIGNMENT = "01-neuron"
HONEST = ["ada", "mateo", "zoe"]
IN_CLASS = [no_file, folder, pipe, listening, terabyte, one_byte_too_many]


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    """The records of a class in which every kind of damage sits beside honest neighbours."""
    course = tmp_path_factory.mktemp("course")
    solved = solved_file(ASSIGNMENT).read_bytes()
    files = {kind: damaged(solved, seed) for seed, kind in enumerate(KINDS)}
    for student, content in {**files, **dict.fromkeys(HONEST, solved)}.items():
        submitted(course, student).write_bytes(content)
    for make in IN_CLASS:
        make(submitted(course, make.__name__))
    file = course / "results.jsonl"
    command = [sys.executable, "-m", "autograder.cli", "grade", ASSIGNMENT]
    command += ["--course", str(course), "--json", str(file)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    return [json.loads(line) for line in file.read_text().splitlines()]


def submitted(course: Path, student: str) -> Path:
    folder = course / "submitted" / student / ASSIGNMENT
    folder.mkdir(parents=True)
    return folder / f"{ASSIGNMENT}.ipynb"


def test_everybody_has_one_result_and_none_failed(results):
    everybody = [*KINDS, *HONEST, *(make.__name__ for make in IN_CLASS)]
    assert sorted(record["student"] for record in results) == sorted(everybody)
    assert {record["status"] for record in results} == {"graded", "rejected"}


def test_who_is_rejected_is_told_why_in_one_line(results):
    rejected = [record for record in results if record["status"] == "rejected"]
    assert {record["student"] for record in rejected} >= HOPELESS
    assert all(is_one_line(record["message"]) for record in rejected)
    assert {record["score"] for record in rejected} == {0}


def test_honest_neighbours_and_harmless_damage_keep_full_marks(results):
    full = sum(question.points for question in ASSIGNMENTS[ASSIGNMENT].questions)
    scores = {record["student"]: record["score"] for record in results}
    assert {s: scores[s] for s in [*HONEST, *HARMLESS]} == dict.fromkeys([*HONEST, *HARMLESS], full)
