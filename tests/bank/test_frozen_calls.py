"""Without the reference, an answer that calls a wrong earlier answer is marked as with it.

A kit and a page have no reference. Their keys hold the calls that right answers make to earlier
functions, and these calls stand in for the earlier answers.
"""

import sys
from functools import cache
from itertools import chain
from types import FunctionType

import pytest

import autograder
from autograder.bank import QUESTIONS
from autograder.marking.answer_key import freeze, thaw
from support.answers import REFERENCE, answers_to, key

check = sys.modules["autograder.check"]
assert autograder.check is check.check


def wrong_earlier(name):
    """Return wrong answers to an earlier question: only the names that they define anew."""
    written = QUESTIONS[name].writes
    return {
        text: {n: code[n] for n in written}
        for text, code in answers_to(name).items()
        if not text.startswith("right: ")
    }


def notebook(question, answer, earlier):
    """Return the names of a notebook with an answer and an earlier answer that it calls."""
    own = {name: thing for name, thing in answer.items() if thing is not REFERENCE.get(name)}
    own |= {name: answer[name] for name in QUESTIONS[question].writes} | earlier
    names = {}
    for thing in own.values():
        names |= getattr(thing, "__globals__", {})
    names |= {**REFERENCE, **own}
    for name, thing in own.items():
        if isinstance(thing, FunctionType):  # it looks up in the notebook what it calls
            copy = FunctionType(thing.__code__, names, name, thing.__defaults__, thing.__closure__)
            copy.__kwdefaults__ = thing.__kwdefaults__
            names[name] = copy
    return names


@cache
def frozen(question):
    (thawed,) = thaw(freeze([key(question, 0)]))
    return thawed


def told(question, names, with_reference):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(check, "answer_key", lambda id: key(id, 0))
        if not with_reference:
            patch.setattr(check, "reference", dict)
        asked = key(question, 0) if with_reference else frozen(question)
        return check._verdict(asked, names)


# Answers to these call earlier functions with objects or with numbers that they draw themselves, or
# they do not call the same functions as the reference does.
NOT_EXCUSED = ("Value", "backward", "train_digits", "cross_entropy", "log_probabilities")
EXCUSED = [
    id
    for id, question in QUESTIONS.items()
    if question.uses and id not in (*NOT_EXCUSED, "catch_the_bugs")
]
RIGHT, WRONG = 10, 15  # answers with an earlier one; all of a question would take minutes
REMEMBERS = "list as default argument"  # such an answer says something else at every check


def pairs(question):
    """Return notebooks with an answer to the question and a wrong answer to an earlier one.

    Where the answer is right, the earlier one alone costs it points.
    """
    earlier = [one for name in QUESTIONS[question].uses for one in wrong_earlier(name).items()]
    right, wrong = [], []
    for text, answer in {"right: reference": REFERENCE, **answers_to(question)}.items():
        kind = right if text.startswith("right: ") else wrong
        kind += [(answer, one) for name, one in earlier if REMEMBERS not in text + name]
    some = chain(*(k[:: len(k) // n + 1] for k, n in ((right, RIGHT), (wrong, WRONG))))
    return [notebook(question, *pair) for pair in some]


@pytest.mark.parametrize("question", EXCUSED)
def test_a_kit_tells_the_same_as_the_reference_about_an_answer_after_a_wrong_one(question):
    notebooks = pairs(question)
    verdicts = [told(question, names, True) for names in notebooks]
    assert any(verdict.given and verdict.verdict == "correct" for verdict in verdicts)
    assert [told(question, names, False) for names in notebooks] == verdicts
