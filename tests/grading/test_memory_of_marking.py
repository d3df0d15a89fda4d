"""Marking takes a limited amount of memory for every answer."""

import numpy as np

from autograder.grading import version as versions
from autograder.grading.assignment import Assignment
from autograder.grading.version import TOO_LARGE, version
from autograder.marking import wire
from autograder.marking.driver import Outcome
from autograder.sandbox.untrusted import Reply

ASKED = Assignment.of_course("02-forward")


def answered(size):
    """Return the reply of a sandbox if the answer is an array of this many bytes."""
    return Reply(wire.frame(wire.encode(vars(Outcome("answer", np.zeros(size, np.uint8))))))


def test_an_answer_that_takes_more_than_the_memory_for_marking_is_an_error(monkeypatch):
    # The large array must have more than 32 MiB. Then the C library allocates it directly from
    # the kernel and does not reuse memory that it has already.
    monkeypatch.setattr(versions, "MARKING_MEMORY", 16 << 20)
    asked = version(ASKED, 1)
    assert asked.judge(0, answered(1000)).observed[0].kind == "answer"
    judged = asked.judge(0, answered(64 << 20))
    assert (judged.verdict, judged.score) == ("error", 0)
    assert set(judged.observed) == {TOO_LARGE}
