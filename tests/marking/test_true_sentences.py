"""The sentences of a message are true of the answer that is shown with it."""

from itertools import pairwise

import numpy as np
import pytest

from autograder.marking.hint_numbers import hints_from_numbers, last_resort
from autograder.marking.pairs import Answers
from autograder.marking.question import Case, edited_functions
from support.answers import REFERENCE, marked

ENGINE = ("topological_order", "Value")


def verdict(question, **functions):
    return marked(question, 1, {**REFERENCE, **functions})


def edited(question, of, *edits):
    """Return the verdict on the reference after some edits of its source."""
    return verdict(question, **edited_functions(REFERENCE, of, edits))


# --- how numbers are wrong, if others are right ---------------------------------------------------

TWO = [Case({}), Case({})]


def about(right, found):
    answers = Answers(TWO, right, found, 1e-6)
    return hints_from_numbers(answers) or last_resort(answers)


def test_every_sign_is_not_called_wrong_if_some_are_right():
    right = [{"x": np.arange(1.0, 4), "y": np.arange(2.0, 5)}] * 2
    found = [{"x": -np.arange(1.0, 4), "y": np.arange(2.0, 5)}] * 2
    hints = about(right, found)
    assert "Where it is wrong, the sizes are right, but every sign is wrong." in [
        hint.words for hint in hints
    ]


def test_a_factor_is_no_name_if_some_numbers_lack_it():
    right, rest = np.arange(1.0, 4), np.arange(2.0, 5)
    everywhere = about([right, rest], [2 * right, 2 * rest])
    in_one_case = about([right, rest], [2 * right, rest])
    assert [hint.name for hint in everywhere] == ["constant-factor"]
    assert [hint.name for hint in in_one_case] == [""]
    assert in_one_case[0].words.startswith("Where it is wrong, it is 2 times")


def test_the_right_arrays_of_a_list_count_as_right_numbers():
    right = [[np.arange(3.0), np.arange(3.0, 6), np.arange(4.0, 8)]] * 2
    found = [[np.arange(3.0), np.sin(right[0][1]), np.cos(right[0][2])]] * 2
    found[1] = [np.cos(right[0][0]), np.arange(3.0, 6), np.sin(right[0][2])]
    (hint,) = about(right, found)
    assert "none of the numbers" not in hint.words


def test_names_the_wrong_arrays_of_the_example_if_they_are_few():
    right = [{"a": np.array(1.5), "b": np.array(2.5), "c": np.array(3.5)}] * 2
    found = [
        {"a": np.array(1.5), "b": np.array(9.1), "c": np.array(3.5)},
        {"a": np.array(7.7), "b": np.array(2.2), "c": np.array(3.1)},
    ]
    (hint,) = about(right, found)
    assert hint.words == "In the first example that fails, only b is wrong."


def test_a_place_where_only_zeros_are_right_is_not_told():
    v = verdict("softmax_jacobian", softmax_jacobian=lambda s: np.diag(s) + np.outer(s, s))
    assert "positive" not in v.message


def test_arrays_that_the_function_does_not_get_are_not_told():
    def as_a_set(root):
        return set(REFERENCE["topological_order"](root))

    assert "edges has" not in verdict("topological_order", topological_order=as_a_set).message


# --- what the headline and the example say --------------------------------------------------------


def wrong_and_changed(f, x, h=1e-5):
    x -= h
    return np.zeros(x.shape)


def right_and_changed(f, x, h=1e-5):
    grad = REFERENCE["numerical_gradient"](f, x, h)
    if x.dtype.kind == "f":
        x -= h
    return grad


def test_a_result_with_a_changed_argument_is_called_right_only_if_it_is():
    wrong = verdict("numerical_gradient", numerical_gradient=wrong_and_changed)
    right = verdict("numerical_gradient", numerical_gradient=right_and_changed)
    assert wrong.headline.startswith("The result is wrong, and your function has changed")
    assert right.headline.startswith("The result may be right, but your function has changed")


def test_an_argument_is_called_by_a_name_that_the_student_knows():
    def momentum_step(w, dw, state, lr, mu):
        new, state = REFERENCE["momentum_step"](w, dw, state, lr, mu)
        w[...] = new
        return w, state

    headline = verdict("momentum_step", momentum_step=momentum_step).headline
    assert "has changed one of its arguments" in headline
    assert "params" not in headline


def test_a_forgotten_return_is_not_called_an_error_of_the_code():
    def mlp_loss(params, x, y, reg):
        if reg:
            return REFERENCE["mlp_loss"](params, x, y, reg)

    message = verdict("mlp_loss", mlp_loss=mlp_loss).message
    assert "returns nothing that the check can use where reg is 0" in message
    assert "stops with an error" not in message


def test_an_exponential_that_overflows_is_no_logarithm_of_zero():
    def softmax_cross_entropy(logits, y):
        rows, exp = np.arange(len(y)), np.exp(logits)
        total = exp.sum(axis=1)
        dlogits = exp / total[:, None]
        dlogits[rows, y] -= 1
        return np.mean(np.log(total) - logits[rows, y]), dlogits / len(y)

    v = verdict("softmax_cross_entropy", softmax_cross_entropy=softmax_cross_entropy)
    assert v.misconception == "exp-overflow"


def flattened(f, x, h=1e-5):
    flat, grad = x.ravel(), np.zeros(x.size)
    for i in range(x.size):
        old = flat[i]
        flat[i] = old + h
        above = f(x)
        flat[i] = old - h
        below = f(x)
        flat[i] = old
        grad[i] = (above - below) / (2 * h)
    return grad.reshape(x.shape)


def test_the_example_shows_the_mistake_that_is_named():
    v = verdict("numerical_gradient", numerical_gradient=flattened)
    assert v.misconception == "flattened-copy-shifted"
    assert v.example.note == "x is a transposed view of another array"
    assert "Not yet: grad" in v.headline


def test_a_part_that_only_repeats_another_is_told_with_it():
    v = verdict("numerical_gradient", numerical_gradient=lambda f, x, h=1e-5: np.ones(x.shape))
    assert v.headline.startswith("Not yet: grad (and with it whole numbers): the entry at [0]")
    assert [part for part, _ in v.example.right] == ["grad"]


def test_one_hint_serves_parts_that_are_wrong_in_the_same_cases():
    def by_rows(f, x, h=1e-5):
        grad = np.zeros(x.shape)
        for i in range(len(x)):
            up, down = x.astype(float), x.astype(float)
            up[i] += h
            down[i] -= h
            grad[i] = (f(up) - f(down)) / (2 * h)
        return grad

    hints = verdict("numerical_gradient", numerical_gradient=by_rows).hints
    assert hints == ("It is right where x has 1 axis, and wrong where x has 2 or 3 axes.",)


def test_a_part_that_is_lost_in_another_example_is_told():
    def with_margin_1(scores, y, margin=1.0):
        return REFERENCE["hinge_loss"](scores, y, 1.0)

    v = verdict("hinge_loss", hinge_loss=with_margin_1)
    assert "In another example: dscores: the entry at" in v.headline


def test_grad_check_is_told_in_the_words_of_the_question():
    missed = verdict("grad_check", grad_check=lambda f, params, grads, h=1e-5: 0.0)
    alarm = verdict("grad_check", grad_check=lambda f, params, grads, h=1e-5: 1.0)
    assert missed.headline == "Not yet: yours is a number below 1e-5."
    assert alarm.headline == "Not yet: it should be a number below 1e-5, and yours is 1."


def test_an_error_in_a_function_of_the_check_is_not_explained_as_the_students():
    v = verdict("jacobian", jacobian=lambda f, x, h=1e-5: np.array([f(x[0] + h)]))
    assert "Your line calls it with a single number." in v.message
    assert "matrix product" not in v.message


# --- names ----------------------------------------------------------------------------------------


def mse_loss(pred, y):
    return np.sum((pred - y) ** 2), 2 * pred / pred.size


def test_a_name_for_one_part_says_nothing_of_the_others():
    v = verdict("mse_loss", mse_loss=mse_loss)
    assert v.misconception == "sum-for-mean"
    assert "gradient" not in v.why


def flat_list(widths, rng, scheme):
    return [item for pair in REFERENCE["initialise"](widths, rng, scheme) for item in pair]


def test_a_wrong_form_gets_the_name_of_another_only_if_the_forms_are_the_same():
    v = verdict("initialise", initialise=flat_list)
    assert "should be a pair" in v.message
    assert v.misconception is None


def test_zeros_are_no_evidence_of_a_mistake_that_right_numbers_deny():
    v = edited("backward", ENGINE, ("in reversed(order):", "in order:"))
    assert v.misconception == "gradient-pushed-on-exit"
    assert "starts with a gradient of 0" not in v.message


def test_a_second_factor_is_compared_with_the_values_of_the_first_mistake():
    def numerical_gradient(f, x, h=1e-5):
        grad = np.zeros(x.shape)
        for i in np.ndindex(x.shape):
            shift = np.zeros(x.shape)
            shift[i] = h / 2
            grad[i] = (f(x - shift) - f(x + shift)) / (2 * h)
        return grad

    v = verdict("numerical_gradient", numerical_gradient=numerical_gradient)
    assert "yours are -0.5 times as large in every example: " in v.why
    opposite = verdict("mse", mse=lambda pred, y: -np.abs(pred - y).mean())
    assert "Compared with the values that this mistake gives, yours have the opposite sign: " in (
        opposite.why
    )


def sigmoid_mirrored(z):
    return 1 / (1 + np.exp(-np.abs(z)))


def softmax_by_minimum(z):
    e = np.exp(z - z.min(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def rows_repeated(widths, rng, scheme):
    both = pairwise(widths)
    stds = {"he": lambda a, b: np.sqrt(2 / a), "xavier": lambda a, b: np.sqrt(2 / (a + b))}
    return [
        (np.ones((a, 1)) * rng.normal(scale=stds[scheme](a, b), size=b), np.zeros(b))
        for a, b in both
    ]


def old_velocity(params, grads, velocities, lr, mu):
    faster = [mu * v - lr * dw for v, dw in zip(velocities, grads, strict=True)]
    return [w + v for w, v in zip(params, velocities, strict=True)], faster


@pytest.mark.parametrize(
    ("question", "functions", "true", "false"),
    [
        ("sigmoid", {"sigmoid": sigmoid_mirrored}, "as if you had used |z|", "also drops the sign"),
        ("softmax", {"softmax": softmax_by_minimum}, "than the maximum", "mean is subtracted"),
        ("initialise", {"initialise": rows_repeated}, "With equal rows", "Neurons with equal"),
        ("find_the_bugs", {"momentum_update": old_velocity}, "one step late", "does not move w"),
        (
            "gate_weights",
            {"gate_weights": lambda: dict.fromkeys(("AND", "OR", "NAND"), ([0, 0, 0, 1], 0))},
            "w has 2 and b has 1",
            "b is 1",
        ),
    ],
)
def test_a_sentence_is_true_of_each_way_to_make_a_mistake(question, functions, true, false):
    message = verdict(question, **functions).message
    assert true in message
    assert false not in message


def test_adams_first_step_does_not_decide_the_name():
    edit = "(1 - beta2) * dw**2", "((1 - beta2) * dw) ** 2"
    v = edited("adam_step", ("adam_step",), edit)
    assert "squared together" in v.why
    assert "Only m is corrected" not in v.why


@pytest.mark.parametrize("sign", ["-", "/"])
def test_the_advice_on_a_number_on_the_left_works(sign):
    right = {"-": "return -self + other", "/": "return self**-1 * other"}
    v = edited("Dual", ("Dual",), (right[sign], f"return self {sign} other"))
    assert f"so return Dual(other) {sign} self" in v.why
    advised = edited("Dual", ("Dual",), (right[sign], f"return Dual(other) {sign} self"))
    assert advised.verdict == "correct"


# --- sentences that were false once ---------------------------------------------------------------


def deviation_as_mean(widths, rng, scheme):
    stds = {"he": lambda a, b: np.sqrt(2 / a), "xavier": lambda a, b: np.sqrt(2 / (a + b))}
    return [(rng.normal(stds[scheme](a, b), size=(a, b)), np.zeros(b)) for a, b in pairwise(widths)]


def cache_swapped(dout, cache):
    W, x = cache
    return dout @ W.T, x.T @ dout, dout.sum(axis=0)


def slope_of_softmax_again(logits, y):
    loss, dlogits = REFERENCE["softmax_cross_entropy"](logits, y)
    p = REFERENCE["softmax"](logits)
    return loss, dlogits * p * (1 - p)


def relu_then_dropout(x, p_keep, rng):
    mask = (rng.random(x.shape) < p_keep) / p_keep
    return np.maximum(x, 0) * mask, mask


def variance_by_squares(x, gamma, beta, eps):
    mean = x.sum(axis=0) / len(x)
    variance = np.einsum("ij,ij->j", x, x) / len(x) - mean * mean
    return gamma * (x - mean) / np.sqrt(variance + eps) + beta, None


@pytest.mark.parametrize(
    ("question", "functions", "name", "true"),
    [
        ("initialise", {"initialise": deviation_as_mean}, "deviation-given-as-mean", "the mean"),
        ("linear_backward", {"linear_backward": cache_swapped}, "cache-in-wrong-order", "x and W."),
        (
            "softmax_cross_entropy",
            {"softmax_cross_entropy": slope_of_softmax_again},
            "softmax-slope-twice",
            "Leave the factor p(1 - p) out.",
        ),
        ("dropout_backward", {"dropout_forward": relu_then_dropout}, "relu-inside", "ReLU out"),
        ("dropout_forward", {"dropout_forward": relu_then_dropout}, "relu-inside", "ReLU out"),
        (
            "batchnorm_forward",
            {"batchnorm_forward": variance_by_squares},
            "variance-cancels",
            "few digits of the difference",
        ),
    ],
)
def test_a_mistake_has_the_same_name_with_every_seed(question, functions, name, true):
    for seed in range(1, 9):
        v = marked(question, seed, {**REFERENCE, **functions})
        assert v.misconception == name
        assert true in v.why


@pytest.mark.parametrize("rest", [lambda dx: None, lambda dx: dx, lambda dx: dx > 0])
def test_a_tuple_is_not_described_as_an_array_with_an_axis_too_many(rest):
    def relu_backward(dout, cache):
        dx = REFERENCE["relu_backward"](dout, cache)
        return dx, rest(dx)

    v = verdict("relu_backward", relu_backward=relu_backward)
    assert "axis" not in v.message.lower()
    assert v.hints == ("Item 0 of what you return is right. Return it alone.",)


def test_a_list_of_rows_is_still_compared_as_an_array():
    v = verdict("softmax_jacobian", softmax_jacobian=lambda s: (np.diag(s) * 2).tolist())
    assert "tuple" not in v.message
    assert v.hints


def test_a_mistake_seen_where_the_code_runs_does_not_hide_why_it_stops_elsewhere():
    def maxpool2d_backward(dout, cache):
        x, size, stride = cache
        if stride > size:
            raise ValueError("the windows must touch each other")
        dx = np.zeros_like(x)
        for n, c, i, j in np.ndindex(dout.shape):
            rows = slice(i * stride, i * stride + size)
            columns = slice(j * stride, j * stride + size)
            window = x[n, c, rows, columns]
            dx[n, c, rows, columns] += dout[n, c, i, j] * (window == window.max())
        return dx

    v = verdict("maxpool2d_backward", maxpool2d_backward=maxpool2d_backward)
    assert v.headline.startswith("Your function stopped with an error in the line `raise")
    assert "Your own code raises this error." in v.message
    assert "If your code runs to its end, it gives the results of this mistake" in v.why


REPEATED = [np.array([1.5, -1.5, 1.5]), np.array([1.5, 1.5])]


@pytest.mark.parametrize("wrong", [lambda r: -r, lambda r: 3 * r, lambda r: r + 1, np.exp])
def test_one_number_that_occurs_again_and_again_is_no_evidence(wrong):
    words = " ".join(hint.words for hint in about(REPEATED, [wrong(r) for r in REPEATED]))
    assert not any(said in words for said in ("every sign", "times the right", "too large by"))


def test_a_rule_does_not_hold_if_a_text_stands_where_a_number_belongs():
    right = [{"x": np.arange(1.0, 5), "y": np.arange(2.0, 5)}] * 2
    found = [{"x": -np.arange(1.0, 5), "y": "RecursionError"}, {"x": -np.arange(1.0, 5), "y": 1}]
    assert about(right, found) == []


@pytest.mark.parametrize("huge", [1e30, -1e30, 1e-30])
def test_no_hint_quotes_a_huge_or_tiny_number(huge):
    rng = np.random.default_rng(2)
    right = [rng.normal(size=(4, 3)) * np.array([1, 1, huge]) for _ in range(2)]
    for wrong in (np.where(np.abs(r) < 1e9, 9.0, r) for r in right):
        assert not any(
            "e+" in hint.words or "e-" in hint.words for hint in about(right, [wrong] * 2)
        )
    for found in ([r * huge for r in right], [r + huge for r in right]):
        assert not any("e+" in hint.words or "e-" in hint.words for hint in about(right, found))


def test_everything_else_is_not_called_wrong_if_another_part_is_right():
    def chain_rule_toy(params, x, y):
        loss, grads = REFERENCE["chain_rule_toy"](params, x, y)
        return loss, grads * np.array([1.5, 0.1, 1, 1, 1, 1, 1, 1]) + np.array([1, 1, *[0] * 6])

    v = verdict("chain_rule_toy", chain_rule_toy=chain_rule_toy)
    assert "dw2, db2, dw3, db3, dw4, db4 right" in v.headline
    assert "About dw1 and db1: Only loss is right; everything else is wrong." in v.hints


def measured_chain(params, x, y):
    def loss(p):
        return REFERENCE["chain_rule_toy"](p, x, y)[0]

    return loss(params), REFERENCE["numerical_gradient"](loss, params)


@pytest.mark.parametrize("seed", [1, 2])  # with seed 2 an ordinary case is not exact either
def test_finite_differences_are_named_with_every_seed(seed):
    v = marked("chain_rule_toy", seed, {**REFERENCE, "chain_rule_toy": measured_chain})
    assert v.misconception == "finite-differences"
