"""The judging of outcomes: without a readable answer for each case, there are no points."""

from dataclasses import replace

import numpy as np
import pytest

from autograder.bank import QUESTIONS
from autograder.marking.answer_key import UNREADABLE
from autograder.marking.driver import Outcome
from autograder.marking.explain import mark
from autograder.marking.judge import judge
from support.answers import REFERENCE, key

SEED = 3
MEASURED = [question.id for question in QUESTIONS.values() if question.measure]


@pytest.mark.parametrize("question", ["softmax", MEASURED[0]])
@pytest.mark.parametrize(
    "change",
    [lambda o: [], lambda o: o[:-1], lambda o: [*o, o[-1]]],
    ids=["none", "one too few", "one too many"],
)
def test_a_wrong_number_of_outcomes_is_refused(question, change):
    asked = key(question, SEED)
    outcomes = asked.observe(REFERENCE)
    assert judge(asked, outcomes).verdict == "correct"
    with pytest.raises(ValueError, match="outcomes for"):
        judge(asked, change(outcomes))


@pytest.mark.parametrize("answer", [None, [], {}, "text", 7, {"nothing": np.zeros(2)}], ids=repr)
@pytest.mark.parametrize("question", MEASURED)
def test_an_answer_that_cannot_be_measured_is_an_error_and_never_right(question, answer):
    asked = key(question, SEED)
    observed = [Outcome("answer", answer=answer, inputs=case.inputs) for case in asked.cases]
    judged = judge(asked, observed)
    assert (judged.verdict, judged.score) == ("error", 0)
    assert {outcome.text for outcome in judged.observed} == {UNREADABLE}


def test_the_search_for_the_mistake_runs_most_misconceptions_in_one_wrong_case_only():
    asked = key("softmax", SEED)
    ran = []

    def noted(mistake):
        return replace(mistake, outcome=lambda i: ran.append(i) or mistake.outcome(i))

    asked = replace(asked, mistakes=[noted(mistake) for mistake in asked.mistakes])
    observed = asked.observe(REFERENCE)
    last = asked.counted - 1
    observed[last] = replace(observed[last], answer=dict.fromkeys(asked.parts))
    assert mark(asked, observed).verdict == "wrong"
    assert set(ran) == {last}
