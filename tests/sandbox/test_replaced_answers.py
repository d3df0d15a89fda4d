"""A cell that replaces every answer on its way to the grader gains no points."""

import base64
import zlib

import pytest

from autograder.grading.assignment import Assignment
from autograder.grading.grade import Grader
from autograder.marking import wire
from support.answers import REFERENCE, key

pytestmark = pytest.mark.sandbox

SEED, ANOTHER_SEED = 1, 0
# Send a prepared answer to each case of each question, with the inputs that it was asked with.
REPLACE_ALL_ANSWERS = """
import base64, sys, zlib
wire = sys.modules["autograder.marking.wire"]
own = wire.encode
PREPARED = wire.decode(zlib.decompress(base64.b64decode(b"{prepared}")))

def encode(value):
    caller = sys._getframe(1)
    while caller and "question" not in caller.f_locals:
        caller = caller.f_back
    if caller and "kind" in value:
        question, inputs = caller.f_locals["question"], caller.f_locals["inputs"]
        (case,) = [i for i, known in enumerate(question.inputs) if known is inputs]
        answer = PREPARED[question.learnt.driver.__name__][case]
        value = dict(kind="answer", answer=answer, inputs=inputs, text="")
    return own(value)

wire.encode = encode
"""


def learnt(asked):
    """Return the answers that the driver sends for the reference at another seed."""
    return [outcome.answer for outcome in asked.observe(REFERENCE)]


def right_words(asked):
    """Return those answers with words wherever the grader's judgement is in words."""
    return [
        answer | {name: words for name, words in right.answer.items() if isinstance(words, str)}
        for answer, right in zip(learnt(asked), asked.expected, strict=True)
    ]


def nothing_but_words(asked):
    """Return the first word of the grader's judgement in place of everything that is sent."""
    return [
        dict.fromkeys(answer, next(iter(right.answer.values())))
        for answer, right in zip(learnt(asked), asked.expected, strict=True)
    ]


@pytest.mark.parametrize("forge", [learnt, right_words, nothing_but_words])
@pytest.mark.parametrize("name", ["05-network", "06-frontier"])
def test_prepared_answers_earn_no_points(sandbox, name, forge):
    assignment = Assignment.of_course(name)
    written = [function for q in assignment.questions for function in q.writes]
    drafts = [f"def {function}(*_):\n    raise NotImplementedError" for function in written]
    prepared = {q.id: forge(key(q.id, ANOTHER_SEED)) for q in assignment.questions}
    data = base64.b64encode(zlib.compress(wire.encode(prepared))).decode()
    attack = REPLACE_ALL_ANSWERS.replace("{prepared}", data)
    verdicts, (shown, *_) = Grader(assignment, SEED, sandbox).mark_code([attack, *drafts])
    assert shown.error == ""
    assert {v.id: v.score for v in verdicts if v.score} == {}
    # None is missing, as the drafts are without the attack: every answer has been replaced.
    assert {v.verdict for v in verdicts} <= {"wrong", "error"}
