"""The bank keeps its promises: the reference is right, every misconception loses and is named."""

import numpy as np
import pytest

import backprop
from autograder.bank import QUESTIONS
from autograder.grading.assignment import course_assignments
from autograder.marking.answer_key import freeze, from_reference, thaw
from autograder.marking.book_links import LABELS
from autograder.marking.judge import mark

ASSIGNMENTS = course_assignments()

REFERENCE = vars(backprop)
SEEDS = (0, 1, 2)


@pytest.fixture(params=QUESTIONS.values(), ids=QUESTIONS)
def question(request):
    return request.param


@pytest.mark.parametrize("seed", SEEDS)
def test_reference_gets_full_marks(question, seed):
    key = from_reference(question, REFERENCE, seed)
    verdict = mark(key, key.observe(REFERENCE))
    assert (verdict.verdict, verdict.score) == ("correct", question.points)


@pytest.mark.parametrize("seed", SEEDS)
def test_every_misconception_loses_marks_and_is_named(question, seed):
    assert question.misconceptions, f"{question.id}: its file in autograder/bank knows no mistake"
    key = from_reference(question, REFERENCE, seed)
    for wrong in question.misconceptions:
        verdict = mark(key, key.observe({**REFERENCE, **wrong.replaces(REFERENCE)}))
        assert verdict.score < verdict.max_score, wrong.id
        assert verdict.misconception == wrong.id


def test_a_frozen_key_marks_like_the_live_one(question):
    live = from_reference(question, REFERENCE, 0)
    (frozen,) = thaw(freeze([live]))
    for wrong in question.misconceptions:
        code = {**REFERENCE, **wrong.replaces(REFERENCE)}
        assert mark(frozen, frozen.observe(code)) == mark(live, live.observe(code))


def test_a_stub_is_missing_and_an_empty_notebook_too(question):
    def stub(*_):
        raise NotImplementedError

    key = from_reference(question, REFERENCE, 0)
    for code in ({}, dict.fromkeys(REFERENCE, stub)):
        verdict = mark(key, key.observe(code))
        assert (verdict.verdict, verdict.score) == ("missing", 0)


def test_another_seed_gives_other_inputs(question):
    first, second = (question.cases(np.random.default_rng(seed)) for seed in (1, 2))
    assert any(repr(a.inputs) != repr(b.inputs) for a, b in zip(first, second, strict=True))


def test_every_misconception_links_to_a_place_that_the_book_has(question):
    for label in {question.see, *(wrong.see for wrong in question.misconceptions)}:
        assert label in LABELS, f"{question.id}: autograder/marking/book_links.py has no {label!r}"


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_an_answer_builds_on_what_comes_before_it_and_on_the_reference_only(assignment):
    ids = [q.id for q in ASSIGNMENTS[assignment].questions]
    for i, question in enumerate(ASSIGNMENTS[assignment].questions):
        for name in question.uses:
            assert name in REFERENCE
            assert name not in ids[i:], f"{question.id} uses {name}, which comes later"
