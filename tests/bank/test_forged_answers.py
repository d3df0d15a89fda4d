"""Answers that a student's process sends without doing the work earn no points.

The driver of a question runs in the student's process, so the student can replace its answer by
anything that a cell has prepared. These tests send answers that were right for another seed, and
texts. Only the inputs come from the right seed, because that process has them.
"""

import ast
from functools import cache
from itertools import permutations

import pytest

from autograder.bank import QUESTIONS
from autograder.marking.driver import Outcome
from autograder.marking.judge import judge
from support.answers import REFERENCE, key

SEEDS = range(3)
# The questions to which one answer is right for every seed, each with the reason.
RIGHT_FOR_EVERY_SEED = {
    "gate_weights": "It asks for the weights of gates, and these depend on no input.",
}


@pytest.fixture(params=QUESTIONS)
def name(request):
    return request.param


@cache
def sent(name, seed):
    """Return what the driver of a question sends for the reference, one answer for each case."""
    return [outcome.answer for outcome in key(name, seed).observe(REFERENCE)]


def judged(name, seed, answers):
    """Return the judgement of the answers, which come with the inputs of the seed, unchanged."""
    asked = key(name, seed)
    pairs = zip(answers, asked.cases, strict=True)
    return judge(asked, [Outcome("answer", answer, case.inputs) for answer, case in pairs])


def texts(name, seed):
    """Return every text that could be a right one: those in the sources and in the right answers.

    A source is that of the driver or of the measure.
    """
    asked = key(name, seed)
    trees = [ast.parse(source) for source in (asked.driver_source, asked.measure_source)]
    nodes = [node for tree in trees for node in ast.walk(tree)]
    right = [value for outcome in asked.expected for value in outcome.answer.values()]
    found = [*right, *(node.value for node in nodes if isinstance(node, ast.Constant))]
    return sorted({"", *(text for text in found if isinstance(text, str))})


@pytest.mark.parametrize(("then", "now"), [*permutations(SEEDS, 2)])
def test_what_was_right_for_another_seed_earns_no_points(name, then, now):
    score = judged(name, now, sent(name, then)).score
    assert score == (QUESTIONS[name].points if name in RIGHT_FOR_EVERY_SEED else 0)


def test_a_right_observation_beside_those_for_another_seed_earns_no_points(name):
    then, now = SEEDS[:2]
    observations = sent(name, then)[0].keys()
    # A part that is right by itself may earn its points, and so may the only observation.
    for observation in observations - QUESTIONS[name].parts.keys() if len(observations) > 1 else ():
        pairs = zip(sent(name, then), sent(name, now), strict=True)
        one = [{**wrong, observation: right[observation]} for wrong, right in pairs]
        assert judged(name, now, one).score == 0, observation


def test_no_text_earns_points(name):
    then, now = SEEDS[:2]
    observations = sent(name, then)[0].keys()
    for text in texts(name, now):
        everything = dict.fromkeys({*QUESTIONS[name].parts, *observations}, text)
        assert judged(name, now, [everything for _ in sent(name, then)]).score == 0, text
        for observation in observations:
            one = [{**answer, observation: text} for answer in sent(name, then)]
            assert judged(name, now, one).score == 0, (observation, text)


def test_a_text_in_place_of_an_observation_loses_points(name):
    seed = SEEDS[0]
    assert judged(name, seed, sent(name, seed)).lost_parts == set()
    for text in texts(name, seed):
        for observation in sent(name, seed)[0]:
            answers = [{**answer, observation: text} for answer in sent(name, seed)]
            assert judged(name, seed, answers).lost_parts, (observation, text)
