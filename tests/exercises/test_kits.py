"""A kit contains all files that students need to check their answers, and no solution."""

import json
import zipfile

import pytest

from autograder.assemble import SOLUTION_MARKS
from autograder.check import PUBLIC_SEED
from autograder.desk.kit import write_kit
from autograder.grading.assignment import Assignment
from autograder.marking.answer_key import freeze, from_reference
from support.answers import REFERENCE
from support.notebooks import released_file, solved_file
from support.places import ROOT

# Three assignments are enough. To freeze the keys of 05-network alone takes seconds.
KITS = ("01-neuron", "02-forward", "03-backward")
SHORT = 15  # characters; a line of this length, such as "while stack:", may occur in any file


@pytest.fixture(scope="module")
def kits(tmp_path_factory):
    """The contents of each kit: the bytes of its files by name."""
    folder = tmp_path_factory.mktemp("kits")
    return {name: unpacked(write_kit(name, ROOT, folder)) for name in KITS}


def unpacked(path):
    with zipfile.ZipFile(path) as kit:
        return {name: kit.read(name) for name in kit.namelist()}


def solution_lines(assignment):
    """Return the lines of the solutions that are not short and do not occur in the given code."""
    begin, end = SOLUTION_MARKS
    path = solved_file(assignment)
    answers, given = set(), ""
    for source in sources(path.read_bytes()):
        given += source if begin not in source else ""
        for part in source.split(begin)[1:]:
            answers |= {line.strip() for line in part.split(end)[0].splitlines()}
    return {line for line in answers if len(line) > SHORT and line not in given}


def sources(notebook):
    return ["".join(cell["source"]) for cell in json.loads(notebook)["cells"]]


@pytest.mark.parametrize("name", KITS)
def test_the_notebook_of_a_kit_is_the_released_one_byte_for_byte(kits, name):
    released = released_file(name).read_bytes()
    notebooks = {file: content for file, content in kits[name].items() if file.endswith(".ipynb")}
    assert notebooks == {f"{name}/{name}.ipynb": released}


@pytest.mark.parametrize("name", KITS)
def test_no_line_of_a_solution_is_in_any_file_of_a_kit(kits, name):
    lines = solution_lines(name)
    assert len(lines) > 10
    for file, content in kits[name].items():
        is_notebook = file.endswith(".ipynb")
        text = "\n".join(sources(content)) if is_notebook else content.decode(errors="replace")
        assert [line for line in lines if line in text] == [], file


def test_the_frozen_keys_of_a_kit_are_those_of_the_check_in_a_notebook(kits):
    for name in KITS[:2]:
        keys = [
            from_reference(q, REFERENCE, PUBLIC_SEED) for q in Assignment.of_course(name).questions
        ]
        assert kits[name][f"{name}/autograder/frozen/{name}.key"] == freeze(keys)
