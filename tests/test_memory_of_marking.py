"""Answers that are small as bytes and large in memory do not fill the memory of the grader."""

import json

import pytest

from autograder import grade, wire
from autograder.driving import Outcome
from autograder.grade import version
from autograder.sandbox.client import Reply

ASSIGNMENT, QUESTION = "02-forward", "softmax"


@pytest.fixture
def asked():
    """The questions of an assignment, with nothing remembered of other tests."""
    version.cache_clear()
    return version(ASSIGNMENT, 1)


def number(asked):
    return [key.id for key in asked.keys].index(QUESTION)


def unfolding(count):
    """The bytes of an answer in which each of many empty lists takes a few bytes."""
    tree = {"dict": [["kind", "answer"], ["answer", {"list": [{"list": []}] * count}]]}
    tree["dict"] += [["inputs", None], ["text", ""]]
    header = json.dumps({"tree": tree, "arrays": []}, separators=(",", ":")).encode()
    return len(header).to_bytes(8, "little") + header


def test_an_answer_that_unfolds_beyond_the_memory_for_marking_is_an_error(asked, monkeypatch):
    monkeypatch.setattr(grade, "MARKING_MEMORY", 16 << 20)
    i = number(asked)
    small, large = (Reply(wire.frame(unfolding(count))) for count in (10, 200_000))
    assert asked.judge(i, small).observed[0].kind == "answer"
    judged = asked.judge(i, large)
    assert (judged.verdict, judged.score) == ("error", 0)
    assert set(judged.observed) == {Outcome("error", text=grade.TOO_LARGE.text)}
