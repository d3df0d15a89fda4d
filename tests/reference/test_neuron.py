"""Neurons, log softmax and hinge loss, compared with PyTorch and with their docstrings."""

import copy
import warnings

import numpy as np
import pytest

import backprop as bp

N, D, H, C = 5, 4, 3, 6
TOLERANCE = 1e-9
CORNERS = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])


def tensor(torch, x):
    return torch.tensor(np.asarray(x), dtype=torch.float64)


def assert_close(ours, theirs):
    theirs = theirs.detach().numpy() if hasattr(theirs, "detach") else theirs
    ours = np.asarray(ours)
    assert ours.dtype == np.float64
    assert ours.shape == np.shape(theirs)
    assert np.max(np.abs(ours - theirs)) <= TOLERANCE * np.max(np.abs(theirs))


@pytest.fixture(params=range(5))
def rng(request):
    return np.random.default_rng(request.param)


# --- neurons ----------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", [(), (3,), (2, 4, 3)])
def test_sigmoid_is_that_of_torch(torch, rng, shape):
    z = 3 * rng.normal(size=shape)
    assert_close(bp.sigmoid(z), torch.sigmoid(tensor(torch, z)))


def test_sigmoid_takes_whole_numbers(torch):
    assert_close(bp.sigmoid(np.array([-2, 0, 3])), torch.sigmoid(tensor(torch, [-2.0, 0.0, 3.0])))
    assert_close(bp.sigmoid(2), torch.sigmoid(tensor(torch, 2.0)))


def test_sigmoid_of_large_numbers_is_right_and_silent(torch):
    z = np.array([-1000.0, -745.0, -30.0, 30.0, 745.0, 1000.0])
    with warnings.catch_warnings(), np.errstate(over="raise", invalid="raise"):
        warnings.simplefilter("error")
        assert_close(bp.sigmoid(z), torch.sigmoid(tensor(torch, z)))


def test_neuron_and_layer_are_the_sigmoid_of_the_weighted_sums(torch, rng):
    x, W, b = rng.normal(size=(N, D)), rng.normal(size=(D, H)), rng.normal(size=H)
    expected = torch.sigmoid(
        torch.nn.functional.linear(tensor(torch, x), tensor(torch, W).T, tensor(torch, b))
    )
    assert_close(bp.layer(x, W, b), expected)
    assert_close(bp.neuron(x[1], W[:, 2], b[2]), expected[1, 2])


@pytest.mark.parametrize(
    ("name", "gate"),
    [("AND", np.logical_and), ("OR", np.logical_or), ("NAND", lambda a, b: ~np.logical_and(a, b))],
)
def test_gates_have_their_truth_tables_with_room_to_the_boundary(name, gate):
    w, b = bp.gate_weights()[name]
    np.testing.assert_array_equal(bp.step_neuron(CORNERS, w, b), gate(*CORNERS.T))
    assert np.min(np.abs(CORNERS @ w + b)) >= 0.5


def test_a_sum_of_exactly_0_does_not_fire():
    assert bp.step_neuron([1.0, -1.0], [2.0, 2.0], 0.0) == 0


def test_xor_network_and_half_adder_compute_with_integers(rng):
    x = CORNERS[rng.integers(0, 4, N)]
    for bits in (x, x.astype(float)):
        out = bp.xor_network(bits)
        assert out.dtype.kind == "i"
        np.testing.assert_array_equal(out, x[:, 0] ^ x[:, 1])
        out = bp.half_adder(bits)
        assert out.dtype.kind == "i"
        np.testing.assert_array_equal(out @ [1, 2], x.sum(axis=1))


def test_perceptron_update_is_a_step_down_the_perceptron_loss(torch, rng):
    w, x = rng.normal(size=D), rng.normal(size=D)
    b, lr = rng.normal(), 0.3
    for y in (0, 1):
        tw, tb = tensor(torch, w).requires_grad_(), tensor(torch, b).requires_grad_()
        sign = 2 * y - 1
        torch.relu(-sign * (tw @ tensor(torch, x) + tb)).backward()
        new_w, new_b = bp.perceptron_update(w, b, x, y, lr)
        assert_close(new_w, tensor(torch, w) - lr * tw.grad)
        assert_close(new_b, tensor(torch, b) - lr * tb.grad)


def test_perceptron_update_separates_what_can_be_separated(rng):
    x = rng.normal(size=(40, 2))
    side = x @ [1.0, -2.0] + 0.3
    x, y = x[np.abs(side) > 0.2], (side[np.abs(side) > 0.2] > 0).astype(int)
    w, b = np.zeros(2), 0.0
    for _ in range(200):
        for example, label in zip(x, y, strict=True):
            w, b = bp.perceptron_update(w, b, example, label, 0.5)
    np.testing.assert_array_equal(bp.step_neuron(x, w, b), y)


# --- log softmax and hinge loss ---------------------------------------------------------------


def test_log_probabilities_is_that_of_torch(torch, rng):
    for scale in (1.0, 100.0, 1e4):
        z = scale * rng.normal(size=(N, C))
        assert_close(bp.log_probabilities(z), torch.log_softmax(tensor(torch, z), dim=1))


def test_log_probabilities_is_finite_where_probabilities_underflow():
    assert_close(
        bp.log_probabilities([[1000, 0], [-1e4, 1e4]]), np.array([[0.0, -1000.0], [-2e4, 0.0]])
    )


@pytest.mark.parametrize("margin", [0.5, 1.0, 30.0])
def test_hinge_loss_and_its_gradient_are_those_of_torch(torch, rng, margin):
    scores, y = 2 * rng.normal(size=(N, C)), rng.integers(0, C, N)
    t = tensor(torch, scores).requires_grad_()
    # torch averages over the classes too
    theirs = C * torch.nn.functional.multi_margin_loss(t, torch.tensor(y), margin=margin)
    theirs.backward()
    loss, dscores = bp.hinge_loss(scores, y, margin)
    assert_close(loss, theirs)
    assert_close(dscores, t.grad)


def test_hinge_loss_takes_whole_numbers():
    loss, dscores = bp.hinge_loss(np.array([[3, 2, 0], [1, 4, 2]]), np.array([0, 2]), 1.5)
    assert_close(loss, (0.5 + 0.5 + 3.5) / 2)
    assert_close(dscores, np.array([[-0.5, 0.5, 0.0], [0.5, 0.5, -1.0]]))


def test_finite_differences_are_no_answer_to_hinge_loss():
    from autograder.bank import QUESTIONS
    from autograder.marking.answer_key import from_reference
    from autograder.marking.explain import mark

    def by_differences(h):
        def answer(scores, y, margin):
            scores = np.array(scores, dtype=float)
            f = lambda v: bp.hinge_loss(v, y, margin)[0]  # noqa: E731
            return f(scores), bp.numerical_gradient(f, scores, h)

        return answer

    key = from_reference(QUESTIONS["hinge_loss"], vars(bp), 0)
    for h in (1e-5, 1e-3, 1e-1, 1.0):
        verdict = mark(key, key.observe({**vars(bp), "hinge_loss": by_differences(h)}))
        assert verdict.score == 1


# --- all functions ----------------------------------------------------------------------------


def test_no_argument_is_changed(rng):
    x, W, w, b = (rng.normal(size=s) for s in [(N, D), (D, H), D, H])
    bits = CORNERS.copy()
    calls = [
        (bp.sigmoid, (x,)),
        (bp.neuron, (x[0], w, 0.5)),
        (bp.layer, (x, W, b)),
        (bp.step_neuron, (x, w, 0.5)),
        (bp.xor_network, (bits,)),
        (bp.half_adder, (bits,)),
        (bp.perceptron_update, (w, 0.5, x[0], 1, 0.1)),
        (bp.perceptron_update, (w, 0.5, x[0], 0, 0.1)),
        (bp.log_probabilities, (x,)),
        (bp.hinge_loss, (x, rng.integers(0, D, N), 1.0)),
    ]
    for function, arguments in calls:
        before = copy.deepcopy(arguments)
        function(*arguments)
        for left, was in zip(arguments, before, strict=True):
            np.testing.assert_array_equal(left, was)
