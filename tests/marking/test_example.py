"""The texts in which an example shows its values."""

import numpy as np

from autograder.marking.example import show_value


def test_arrays_with_the_same_bytes_are_shown_by_their_types_and_shapes():
    zeros = np.zeros(4)
    assert show_value(zeros) == "[0., 0., 0., 0.]"
    assert show_value(zeros.view("int64")) == "[0, 0, 0, 0]"
    assert show_value(zeros.reshape(2, 2)) == "[[0., 0.],\n [0., 0.]]"
    assert show_value(np.array([1, 256], "<i2")) == "[  1, 256]"
    assert show_value(np.array([1, 256], ">i2")) == "[  1, 256]"


def test_an_array_that_is_stored_by_columns_is_shown_by_rows():
    array = np.arange(6).reshape(2, 3)
    assert show_value(np.asfortranarray(array)) == show_value(array) == "[[0, 1, 2],\n [3, 4, 5]]"


def test_an_array_that_changes_is_shown_anew():
    array = np.zeros(2)
    assert show_value(array) == "[0., 0.]"
    array[0] = 1
    assert show_value(array) == "[1., 0.]"
