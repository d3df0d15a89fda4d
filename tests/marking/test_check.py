"""check("question_id") prints points, names of mistakes, examples, and a clear message."""

import subprocess
import sys
import zipfile

import numpy as np
import pytest

import backprop
from autograder import check
from autograder.desk.kit import write_kit
from support.places import ROOT


def checked(capsys, question_id, **code):
    """Call check from a notebook that defines `code`; return its result and its printed text."""
    scope = {"check": check, **code}
    exec(f"points = check({question_id!r})", scope)
    return scope["points"], capsys.readouterr().out


def test_full_marks(capsys):
    points, text = checked(capsys, "softmax", softmax=backprop.softmax)
    assert points == 4.0
    assert "4 of 4 points" in text


def test_a_named_mistake_with_example_and_link(capsys):
    points, text = checked(capsys, "mse", mse=lambda pred, y: ((pred - y) ** 2).sum())
    assert points == 0
    for words in (
        "[sum-for-mean]",
        "Example",
        "right loss",
        "your loss",
        "2-concepts.html#mean-squared-error",
    ):
        assert words in text


def test_partial_marks_and_a_wrong_shape(capsys):
    def linear_backward(dout, cache):
        dx, dW, _ = backprop.linear_backward(dout, cache)
        return dx, dW, dout

    code = {"linear_forward": backprop.linear_forward, "linear_backward": linear_backward}
    points, text = checked(capsys, "linear_backward", **code)
    assert points == 4.0
    assert "dx, dW right" in text
    assert "the shape should be (4,), and yours is (2, 4)" in text


def test_two_mistakes_of_which_one_is_a_factor(capsys):
    def mse(pred, y):
        return 0.5 * np.abs(pred - y).mean()

    points, text = checked(capsys, "mse", mse=mse)
    assert points == 0
    assert "[absolute-error]" in text
    assert "mistake gives, yours are 0.5 times as large in every example: " in text


def test_a_wrong_type_a_missing_function_and_an_exception(capsys):
    assert "yours is None" in checked(capsys, "mse", mse=lambda pred, y: None)[1]
    assert "`mse` is not defined" in checked(capsys, "mse")[1]
    assert "ZeroDivisionError" in checked(capsys, "mse", mse=lambda pred, y: 1 / 0)[1]


def test_an_unknown_question_is_no_points_and_a_hint(capsys):
    points, text = checked(capsys, "sofmax")
    assert points == 0.0
    assert 'did you mean "softmax"?' in text


@pytest.mark.parametrize("call", ["check(mse)", "check(own)", "check(question=mse)"])
def test_a_function_stands_for_the_question_that_it_answers(capsys, call):
    scope = {"check": check, "mse": backprop.mse}
    exec(f"own = mse\npoints = {call}", scope)
    assert scope["points"] == 3
    assert "mse: 3 of 3 points" in capsys.readouterr().out


def test_a_function_is_known_by_the_name_that_the_notebook_gives_it(capsys):
    scope = {"check": check, "mse": lambda pred, y: ((pred - y) ** 2).mean()}
    exec("points = check(mse)", scope)
    assert scope["points"] == 3


@pytest.mark.parametrize("call", ["check(np.exp)", "check(3)", "check(None)", 'check("nothing")'])
def test_what_is_no_question_is_told_in_one_short_line(capsys, call):
    scope = {"check": check, "np": np}
    exec(f"points = {call}", scope)
    text = capsys.readouterr().out
    assert scope["points"] == 0
    assert len(text.splitlines()) == 1
    assert len(text) < 120


def test_a_float32_answer_is_good_enough(capsys):
    def softmax(z):
        return backprop.softmax(z).astype(np.float32)

    assert checked(capsys, "softmax", softmax=softmax)[0] == 4.0


def test_a_mistake_costs_once_where_the_reference_can_stand_in(capsys):
    wrong = {"linear_forward": lambda x, W, b: (x @ W - b, None)}
    scope = {"np": np, "check": check, "relu_forward": backprop.relu_forward, **wrong}
    exec(
        "def mlp_forward(params, x):\n"
        "    for i, (W, b) in enumerate(params):\n"
        "        x = relu_forward(x)[0] if i else x\n"
        "        x = linear_forward(x, W, b)[0]\n"
        "    return x, None\n"
        "points = check('linear_forward'), check('mlp_forward')\n",
        scope,
    )
    assert scope["points"] == (0.0, 4.0)
    assert "Marked as if linear_forward were right" in capsys.readouterr().out
    assert scope["linear_forward"] is wrong["linear_forward"]


def test_a_check_leaves_the_names_of_the_caller_as_they_were(capsys):
    scope = {"check": check, "relu_forward": None}
    exec(
        "def mlp_forward(params, x):\n"
        "    for i, (W, b) in enumerate(params):\n"
        "        x = relu_forward(x)[0] if i else x\n"
        "        x = linear_forward(x, W, b)[0]\n"
        "    return x, None\n",
        scope,
    )
    before = dict(scope)
    exec("points = check('mlp_forward')", scope)
    assert scope.pop("points") == 4.0
    assert scope == before
    words = "Marked as if linear_forward and relu_forward were right"
    assert words in capsys.readouterr().out


def test_an_answer_that_ends_the_program_is_an_error_and_ends_nothing(capsys):
    points, text = checked(capsys, "mse", mse=lambda pred, y: sys.exit(3))
    assert points == 0.0
    assert "Python says: SystemExit: 3" in text


def test_an_earlier_mistake_excuses_no_mistake_of_its_own(capsys):
    scope = {"check": check, "linear_forward": lambda x, W, b: (x @ W - b, None)}
    exec(
        "def mlp_forward(params, x):\n"
        "    for W, b in params:\n"
        "        x = linear_forward(x, W, b)[0]\n"
        "    return x, None\n"
        "points = check('mlp_forward')\n",
        scope,
    )
    assert scope["points"] == 0.0
    assert "Marked as if" not in capsys.readouterr().out


def test_a_kit_checks_and_names_without_the_reference(tmp_path):
    with zipfile.ZipFile(write_kit("02-forward", ROOT, tmp_path)) as kit:
        kit.extractall(tmp_path)
        assert not [name for name in kit.namelist() if "bank" in name or "backprop" in name]
    program = (
        "import sys; sys.modules['backprop'] = None\n"
        "import numpy as np; from autograder import check\n"
        "def mse(pred, y): return np.mean((pred - y) ** 2)\n"
        "check('mse')\n"
        "def mse(pred, y): return np.sum((pred - y) ** 2)\n"
        "check('mse')\n"
        "def relu_forward(x): return np.maximum(x, 0), None\n"
        "def linear_forward(x, W, b): return x @ W - b, None\n"
        "def mlp_forward(params, x):\n"
        "    for i, (W, b) in enumerate(params):\n"
        "        x = relu_forward(x)[0] if i else x\n"
        "        x = linear_forward(x, W, b)[0]\n"
        "    return x, None\n"
        "check('mlp_forward')\n"
        "assert linear_forward(1 * np.eye(2), np.eye(2), 1)[0][0, 0] == 0\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path / "02-forward", capture_output=True, text=True
    )
    assert "3 of 3 points" in done.stdout, done.stderr
    assert "[sum-for-mean]" in done.stdout
    assert "mlp_forward: 4 of 4 points\nMarked as if linear_forward were right" in done.stdout
    assert done.returncode == 0, done.stderr


def test_an_answer_of_any_shape_is_shown_and_marked(capsys):
    for answer in ([1, [2, 3]], [[1, 2], [3]], ["a", [1]], {"a": [1, [2]]}, [None] * 50, [[[]]]):
        points, text = checked(capsys, "softmax", softmax=lambda z, answer=answer: answer)
        assert points == 0
        assert "Not yet" in text
