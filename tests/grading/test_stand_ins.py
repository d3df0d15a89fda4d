"""An answer that may call the reference cannot ask it for the right answers of other questions.

An answer may call the functions of earlier questions. If those are wrong, it is marked again with
the reference in their place, and can ask the reference for whatever it likes.
"""

import pytest

from autograder.grading.assignment import Assignment, course_assignments
from autograder.grading.grade import Grader
from autograder.grading.version import version
from support.notebooks import solved_cells

ASSIGNMENT, SEED = "03-backward", 1
ASKED = course_assignments()[ASSIGNMENT]
BACKWARDS = Assignment.chosen(ASSIGNMENT, dict(reversed(ASKED.points)), ASKED.released)
WRONG_LAYER = """
def linear_backward(dout, cache):
    x, W = cache
    return 0 * dout @ W.T, 0 * x.T @ dout, 0 * dout.sum(axis=0)
"""
NOTHING = -7777.0  # an answer to a question that could not ask for anything

# `inputs_of` finds the inputs of a case by their names, in the memory of the job or in a file.
FIND = """
import pickle, sys

def inputs_of(names):
    try:
        with open("/scratch/kept", "rb") as file:
            return pickle.load(file)
    except OSError:
        return in_memory(names)

def in_memory(names):
    frame, todo, seen = sys._getframe(), [], set()
    while frame:
        todo += frame.f_locals.values()
        frame = frame.f_back
    while todo:
        value = todo.pop()
        if id(value) in seen:
            continue
        seen.add(id(value))
        if isinstance(value, dict):
            if set(value) == names:
                return value
            todo += value.values()
        elif isinstance(value, (list, tuple)):
            todo += value
        elif type(value).__module__.startswith("autograder"):
            todo += getattr(value, "__dict__", {}).values()
"""
KEEP = """
wrong_layer = linear_backward
def linear_backward(dout, cache):
    try:
        with open("/scratch/kept", "xb") as file:
            pickle.dump({"dout": dout, "x": cache[0], "W": cache[1]}, file)
    except FileExistsError: pass
    return wrong_layer(dout, cache)
"""
# The gradients earn marks, so that the feedback is about the loss.
ASK_FOR_THE_LAYER = f"""
own_loss = mlp_loss
def mlp_loss(params, x, y, reg):
    told = {NOTHING}
    if found := inputs_of({{"x", "W", "b", "dout", "calls"}}):
        told = linear_backward(found["dout"], (found["x"], found["W"]))[0][0, 0]
    return told, own_loss(params, x, y, reg)[1]
"""
ASK_FOR_THE_LOSS = f"""
own_step = train_step
def train_step(params, x, y, lr, reg):
    told = {NOTHING}
    if found := inputs_of({{"params", "x", "y", "reg"}}):
        told = mlp_loss(found["params"], found["x"], found["y"], found["reg"])[0]
    return own_step(params, x, y, lr, reg)[0], told
"""


def messages(asked, sandbox, *cells):
    """Return the message of every question by its id, for the solution with these cells added."""
    verdicts, _ = Grader(asked, SEED, sandbox).mark_code([*solved_cells(ASSIGNMENT), *cells])
    return {verdict.id: verdict.message for verdict in verdicts}


@pytest.mark.parametrize(
    ("asked", "question", "cells"),
    [
        (ASKED, "mlp_loss", (WRONG_LAYER, ASK_FOR_THE_LAYER)),
        (ASKED, "mlp_loss", (WRONG_LAYER, KEEP, ASK_FOR_THE_LAYER)),
        (ASKED, "train_step", (WRONG_LAYER, ASK_FOR_THE_LOSS)),
        (BACKWARDS, "train_step", (WRONG_LAYER, ASK_FOR_THE_LOSS)),
    ],
    ids=["by_memory", "by_a_file", "by_a_question_that_ran_before", "in_another_order"],
)
def test_the_reference_is_not_asked_for_the_answers_of_other_questions(
    sandbox, asked, question, cells
):
    message = messages(asked, sandbox, FIND, *cells)[question]
    assert message.startswith("Marked as if")
    assert f"your loss = {NOTHING:g}" in message


def test_the_inputs_of_one_question_do_not_tell_those_of_another():
    first = {key.id: key.cases[0].inputs for key in version(ASKED, SEED).keys}
    # Both begin with a network of the same size and draw its numbers in the same order.
    assert first["mlp_loss"]["x"].shape == first["train_step"]["x"].shape
    assert (first["mlp_loss"]["x"] != first["train_step"]["x"]).any()


def test_what_is_right_but_for_an_earlier_mistake_gets_its_marks(sandbox):
    grader = Grader(ASKED, SEED, sandbox)
    verdicts, _ = grader.mark_code([*solved_cells(ASSIGNMENT), WRONG_LAYER])
    assert [v.id for v in verdicts if v.score < v.max_score] == ["linear_backward"]
    marked_again = [v.id for v in verdicts if v.message.startswith("Marked as if")]
    assert marked_again == ["mlp_loss", "train_step", "train"]


def jobs_for(sandbox, monkeypatch, *cells):
    """Return how many jobs run to mark the solution with these cells added."""
    count, job = [], sandbox.job
    monkeypatch.setattr(sandbox, "job", lambda *given: count.append(given) or job(*given))
    messages(ASKED, sandbox, *cells)
    return len(count)


def test_an_answer_that_uses_a_missing_one_is_marked_with_the_right_one(sandbox):
    told = messages(ASKED, sandbox, "del linear_backward")
    assert told["mlp_loss"].startswith("Marked as if linear_backward were right")


def test_an_answer_that_does_not_read_the_wrong_ones_is_not_run_again(sandbox, monkeypatch):
    later = [f"def {name}(*given): return given" for name in ("mlp_loss", "train_step", "train")]
    assert jobs_for(sandbox, monkeypatch, WRONG_LAYER, *later) == 1
    assert jobs_for(sandbox, monkeypatch, WRONG_LAYER) == 2
