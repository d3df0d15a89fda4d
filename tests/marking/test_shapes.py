"""The shape that a message tells is the one that NumPy computes."""

import ast

import numpy as np
import pytest

from autograder.marking.student_line import Place

NAMES = {
    "np": np,
    "x": np.zeros((2, 3)),
    "W": np.zeros((3, 4)),
    "b": np.zeros(4),
    "h": 0.5,
    "pair": (np.zeros((5, 2)), np.zeros(2)),
    "d": {"W": np.zeros((4, 3))},
}
EXPRESSIONS = (
    "x",
    "x.T",
    "-x",
    "x[0]",
    "pair[1]",
    "pair[-1]",
    "d['W']",
    "x @ W",
    "x @ W + b",
    "b @ W.T",
    "x[1] @ W",
    "h * x + 1",
    "x > 0",
    "(x + h).T",
    "x.sum(axis=1)",
    "x.sum(1)",
    "np.mean(x, axis=0)",
    "np.max(x, axis=-1, keepdims=True)",
    "x.sum(axis=0, keepdims=True)",
    "x.sum()",
    "x.mean(keepdims=True)",
    "np.exp(x) / np.exp(x).sum(axis=1, keepdims=True)",
    "np.maximum(x, 0)",
    "np.where(x > 0, x, 0.0)",
    "np.dot(x, W)",
    "x.dot(W)",
    "W.ravel()",
    "np.transpose(x)",
    "x.astype(int)",
)


def shape_told(expression):
    return Place(names=NAMES).shape(ast.parse(expression, mode="eval").body)


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_a_known_shape_is_the_right_one(expression):
    assert shape_told(expression) == np.shape(eval(expression, dict(NAMES)))


@pytest.mark.parametrize(
    "expression",
    ["y", "f(x)", "x.sum(axis=n)", "x @ x", "x + W", "x.sum(axis=7)", "np.reshape(x, (3, 2))", "d"],
)
def test_what_fails_or_cannot_be_known_has_no_shape(expression):
    assert shape_told(expression) is None


def test_no_code_of_the_student_runs_to_find_a_shape():
    class Loud:
        def __getattr__(self, name):
            raise AssertionError(name)

        __getitem__ = __len__ = __array__ = __getattr__

    place = Place(names={"x": Loud()})
    for expression in ("x", "x.T", "x[0]", "x + 1", "x.sum(axis=0)", "np.exp(x)"):
        assert place.shape(ast.parse(expression, mode="eval").body) is None
