"""The question bank: the reference gets full marks, and every misconception loses marks by name."""

from functools import cache

import numpy as np
import pytest

from autograder.bank import QUESTIONS
from autograder.grading.assignment import course_assignments
from autograder.marking.answer_key import freeze, thaw
from autograder.marking.book_links import LABELS
from autograder.marking.explain import mark
from support.answers import REFERENCE, key

ASSIGNMENTS = course_assignments()


@pytest.fixture(params=QUESTIONS.values(), ids=QUESTIONS)
def question(request):
    return request.param


def test_reference_gets_full_marks(question, any_seed):
    asked = key(question.id, any_seed)
    verdict = mark(asked, asked.observe(REFERENCE))
    assert (verdict.verdict, verdict.score) == ("correct", question.points)


@cache
def verdicts(name, seed):
    """Return the verdict on each misconception of a question, in the order of the bank."""
    asked, wrongs = key(name, seed), QUESTIONS[name].misconceptions
    return [mark(asked, asked.observe(wrong_code(wrong))) for wrong in wrongs]


def wrong_code(wrong):
    return {**REFERENCE, **wrong.replaces(REFERENCE)}


def test_every_misconception_loses_marks_and_is_named(question, any_seed):
    assert question.misconceptions, f"{question.id}: its file in autograder/bank lists no mistakes"
    found = verdicts(question.id, any_seed)
    for wrong, verdict in zip(question.misconceptions, found, strict=True):
        assert verdict.score < verdict.max_score, wrong.id
        assert verdict.misconception == wrong.id


@pytest.mark.slow
def test_a_frozen_key_marks_like_the_live_one(question):
    (frozen,) = thaw(freeze([key(question.id, 0)]))
    for wrong, verdict in zip(question.misconceptions, verdicts(question.id, 0), strict=True):
        assert mark(frozen, frozen.observe(wrong_code(wrong))) == verdict


def test_a_stub_is_missing_and_an_empty_notebook_too(question):
    def stub(*_):
        raise NotImplementedError

    asked = key(question.id, 0)
    for code in ({}, dict.fromkeys(REFERENCE, stub)):
        verdict = mark(asked, asked.observe(code))
        assert (verdict.verdict, verdict.score) == ("missing", 0)


def test_another_seed_gives_other_inputs(question):
    first, second = (question.cases(np.random.default_rng(seed)) for seed in (1, 2))
    assert any(repr(a.inputs) != repr(b.inputs) for a, b in zip(first, second, strict=True))


def test_every_misconception_links_to_a_place_that_the_book_has(question):
    for label in {question.see, *(wrong.see for wrong in question.misconceptions)}:
        assert label in LABELS, f"{question.id}: add {label!r} to autograder/marking/book_links.py"


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_an_answer_builds_on_what_comes_before_it_and_on_the_reference_only(assignment):
    ids = [q.id for q in ASSIGNMENTS[assignment].questions]
    for i, question in enumerate(ASSIGNMENTS[assignment].questions):
        for name in question.uses:
            assert name in REFERENCE
            assert name not in ids[i:], f"{question.id} uses {name}, a question that comes later"
