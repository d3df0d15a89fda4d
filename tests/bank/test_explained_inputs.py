"""Whatever an example shows is known from the question, or explained in words beside it."""

import ast
import inspect

import numpy as np
import pytest

import backprop
from autograder.bank import QUESTIONS
from autograder.marking.explain import mark
from autograder.marking.question import INPUTS_IN_WORDS
from support.answers import REFERENCE, key


def inputs_of(question):
    cases = question.cases(np.random.default_rng(0))
    return {name for case in cases for name in case.inputs}


def arguments_of(question):
    """Return the names of the arguments of every function of a student that the driver calls."""
    nodes = ast.walk(ast.parse(question.driver_source))
    called = {
        node.attr
        for node in nodes
        if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "code"
    }
    functions = (getattr(backprop, name) for name in called if hasattr(backprop, name))
    return {name for function in functions for name in inspect.signature(function).parameters}


@pytest.mark.parametrize("question", QUESTIONS.values(), ids=QUESTIONS)
def test_an_input_is_an_argument_of_the_student_or_is_explained(question):
    ours = inputs_of(question) - arguments_of(question)
    assert ours <= question.explains.keys() | INPUTS_IN_WORDS.keys()


@pytest.mark.parametrize("question", QUESTIONS.values(), ids=QUESTIONS)
def test_only_inputs_that_exist_are_explained(question):
    assert question.explains.keys() <= inputs_of(question)


def test_an_example_shows_the_words_and_leaves_out_what_is_as_usual():
    asked = key("numerical_gradient", 0)
    code = {**REFERENCE, "numerical_gradient": lambda f, x, h: 0 * x}
    message = mark(asked, asked.observe(code)).message
    assert "(f(x) is np.sum(c * x**3) + np.sum(" in message
    assert "transposed" not in message
