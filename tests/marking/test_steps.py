"""check("id", hint=1), 2 and 3 tell more and more, and without a hint all is told."""

import pytest

import backprop
from autograder import check

NAME, WHY, EXAMPLE = "[sum-for-mean]", "mean", "Example"


def sum_for_mean(pred, y):
    return ((pred - y) ** 2).sum()


def nearly(dout, cache):
    dx, dW, db = backprop.linear_backward(dout, cache)
    return dx, dW, db * 1.5 + 0.1 * db**2


def checked(capsys, call, **code):
    scope = {"check": check, **code}
    exec(f"points = {call}", scope)
    return scope["points"], capsys.readouterr().out


def test_the_first_step_tells_only_what_is_right_and_what_is_not(capsys):
    code = {"linear_forward": backprop.linear_forward, "linear_backward": nearly}
    points, text = checked(capsys, 'check("linear_backward", hint=1)', **code)
    assert points == 4
    assert "dx, dW right" in text
    assert EXAMPLE not in text


def test_the_name_of_the_mistake_and_the_example_come_with_the_third_step(capsys):
    texts = [
        checked(capsys, f'check("mse", hint={hint})', mse=sum_for_mean)[1] for hint in (1, 2, 3)
    ]
    assert [NAME in text for text in texts] == [False, False, True]
    assert [EXAMPLE in text for text in texts] == [False, False, True]
    assert len(texts[0]) < len(texts[1]) < len(texts[2])


def test_the_third_step_tells_what_is_told_without_a_hint(capsys):
    third = checked(capsys, 'check("mse", hint=3)', mse=sum_for_mean)
    assert third == checked(capsys, 'check("mse")', mse=sum_for_mean)


@pytest.mark.parametrize("hint", [0, 4, -1, "1"])
def test_a_step_that_does_not_exist_is_told_in_one_line(capsys, hint):
    points, text = checked(capsys, f'check("mse", hint={hint!r})', mse=sum_for_mean)
    assert (points, len(text.splitlines())) == (0, 1)
    assert "hint=1" in text


@pytest.mark.parametrize("step", [1, 2, 3])
def test_a_right_answer_needs_no_step(capsys, step):
    _, text = checked(capsys, f'check("mse", hint={step})', mse=backprop.mse)
    assert "All right." in text
