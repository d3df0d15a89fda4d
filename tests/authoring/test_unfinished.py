"""No released file contains UNWRITTEN, the placeholder in the skeleton of a new question."""

import re
from functools import cache

import pytest

from autograder.bank import QUESTIONS
from support.places import ROOT

PLACES = (
    "solutions/backprop/*.py",
    "autograder/bank/*/*.py",
    "exercises/*.md",
    "tests/**/right_answers/*/*.py",
    "tests/**/test_reference.py",
)


@cache
def unfinished():
    """Return every line that contains UNWRITTEN, with its file and line number."""
    return [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for place in PLACES
        for path in sorted(ROOT.glob(place))
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if "UNWRITTEN" in line
    ]


@pytest.mark.parametrize("name", QUESTIONS)
def test_nothing_of_a_question_is_left_to_write(name):
    left = [line for line in unfinished() if re.search(rf"\bUNWRITTEN {name}\b", line)]
    assert not left, f"{name} is not finished:\n" + "\n".join(left)


def test_nothing_else_is_left_to_write():
    assert not unfinished(), "\n".join(unfinished())
