"""Gradients of deep networks, compared with PyTorch and with the docstrings of the functions.

The forward passes below are written again in torch and do not use the package. All sizes are
different, so that a wrong transposition changes a shape.
"""

import copy
import itertools
import weakref

import numpy as np
import pytest

import backprop as bp

N, D, H, C = 5, 4, 3, 6
TOLERANCE = 1e-9


def close(ours, theirs):
    ours, theirs = np.asarray(ours), np.asarray(theirs)
    assert ours.shape == theirs.shape
    assert ours.dtype == np.float64
    assert np.max(np.abs(ours - theirs)) <= TOLERANCE * np.max(np.abs(theirs))


def tensors(torch, *arrays):
    return [torch.tensor(a, dtype=torch.float64, requires_grad=True) for a in arrays]


def normal(seed, *shapes):
    rng = np.random.default_rng(seed)
    return [rng.normal(size=shape) for shape in shapes]


class Layer:
    """A layer tanh(a W) that adds a weak reference to each of its outputs to a list."""

    def __init__(self, W, outputs):
        self.W, self.outputs = W, outputs

    def forward(self, a):
        out = np.tanh(a @ self.W)
        self.outputs.append(weakref.ref(out))
        return out

    def backward(self, dout, a):
        dz = dout * (1 - np.tanh(a @ self.W) ** 2)
        return dz @ self.W.T, a.T @ dz


# --- gradient_norms ---------------------------------------------------------------------------


@pytest.mark.parametrize("activation", ["tanh", "relu", "sigmoid"])
@pytest.mark.parametrize("widths", [(D, H), (D, 6, 2, 5, H)])
def test_gradient_norms_are_those_of_torch(torch, activation, widths):
    shapes = list(itertools.pairwise(widths))
    x, dout, *weights = normal(1, (N, D), (N, H), *shapes)
    ours = bp.gradient_norms(weights, activation, x, dout)

    parameters = tensors(torch, *weights)
    out = torch.tensor(x)
    for W in parameters:
        out = getattr(torch, activation)(out @ W)
    (out * torch.tensor(dout)).sum().backward()
    close(ours, [float(W.grad.square().sum().sqrt()) for W in parameters])


def test_gradient_norms_refuse_an_unknown_activation():
    x, W, dout = normal(2, (N, D), (D, H), (N, H))
    with pytest.raises(KeyError):
        bp.gradient_norms([W], "softplus", x, dout)


def test_sigmoid_makes_the_gradient_fade_and_tanh_does_not():
    rng = np.random.default_rng(3)
    x, dout = rng.normal(size=(50, 32)), rng.normal(size=(50, 32))
    weights = [rng.normal(scale=32**-0.5, size=(32, 32)) for _ in range(12)]
    sigmoid = bp.gradient_norms(weights, "sigmoid", x, dout)
    tanh = bp.gradient_norms(weights, "tanh", x, dout)
    assert sigmoid[0] < 1e-5 * sigmoid[-1]
    assert tanh[0] > 0.05 * tanh[-1]


# --- clip_by_global_norm ----------------------------------------------------------------------


@pytest.mark.parametrize("max_norm", [0.5, 100.0])
def test_clipping_is_that_of_torch(torch, max_norm):
    grads = normal(4, (N, D), (H,), (2, 3, 2))
    clipped, norm = bp.clip_by_global_norm(grads, max_norm)

    parameters = tensors(torch, *(np.zeros_like(g) for g in grads))
    for p, g in zip(parameters, grads, strict=True):
        p.grad = torch.tensor(g)
    before = torch.nn.utils.clip_grad_norm_(parameters, max_norm)
    close(norm, before.detach())
    for ours, p in zip(clipped, parameters, strict=True):
        # The tolerance is 1e-6 because torch adds 1e-6 to the norm before it divides.
        np.testing.assert_allclose(ours, p.grad, rtol=1e-6)


def test_clipped_gradients_have_the_length_asked_for_and_the_old_direction():
    grads = normal(5, (N, D), (H,))
    clipped, norm = bp.clip_by_global_norm(grads, 0.7)
    assert np.isclose(norm, np.sqrt(sum(np.sum(g**2) for g in grads)))
    assert np.isclose(np.sqrt(sum(np.sum(g**2) for g in clipped)), 0.7)
    for before, after in zip(grads, clipped, strict=True):
        np.testing.assert_allclose(after, before * (0.7 / norm))


def test_short_and_zero_gradients_are_left_alone():
    for grads in (normal(6, (N, D), (H,)), [np.zeros((N, D)), np.zeros(H)]):
        clipped, norm = bp.clip_by_global_norm(grads, 1e3)
        assert norm < 1e3
        for before, after in zip(grads, clipped, strict=True):
            np.testing.assert_array_equal(after, before)


@pytest.mark.parametrize("size", [1e-320, 1e-200, 1e150, 1e200, 1e307])
def test_gradients_of_any_finite_size_are_clipped_to_the_length_asked_for(size):
    clipped, norm = bp.clip_by_global_norm([[3.0 * size, 0.0], [[4.0 * size]]], size)
    assert norm == pytest.approx(5 * size, rel=1e-3, abs=0)  # 1e-320 has only a few digits
    np.testing.assert_allclose(clipped[0] / size, [0.6, 0.0], rtol=1e-3)
    np.testing.assert_allclose(clipped[1] / size, [[0.8]], rtol=1e-3)


def test_gradients_whose_norm_is_too_large_for_a_float_are_clipped():
    clipped, norm = bp.clip_by_global_norm([np.full(4, 1e308)], 1.0)
    assert norm == np.inf
    np.testing.assert_allclose(clipped[0], np.full(4, 0.5))


@pytest.mark.parametrize("bad", [np.inf, -np.inf, np.nan])
@pytest.mark.parametrize("place", [0, 1])
def test_a_gradient_that_is_not_finite_comes_back_as_it_is_and_its_norm_tells(bad, place):
    grads = [np.array([1.0, 2.0]), np.array([[3.0]])]
    grads[place].flat[0] = bad
    clipped, norm = bp.clip_by_global_norm(grads, 1.0)
    assert not np.isfinite(norm)
    for before, after in zip(grads, clipped, strict=True):
        np.testing.assert_array_equal(after, before)


def test_no_gradients_have_the_norm_0():
    assert bp.clip_by_global_norm([], 1.0) == ([], 0.0)
    assert bp.clip_by_global_norm([np.zeros((0, 3))], 1.0)[1] == 0.0


# --- residual layer ---------------------------------------------------------------------------


def test_residual_layer_agrees_with_torch(torch):
    x, W1, W2, dout = normal(7, (N, D), (D, H), (H, D), (N, D))
    out, cache = bp.residual_forward(x, W1, W2)
    tx, tW1, tW2 = tensors(torch, x, W1, W2)
    theirs = tx + torch.relu(tx @ tW1) @ tW2
    close(out, theirs.detach())
    (theirs * torch.tensor(dout)).sum().backward()
    for ours, t in zip(bp.residual_backward(dout, cache), (tx, tW1, tW2), strict=True):
        close(ours, t.grad)


def test_residual_layer_without_weights_hands_the_gradient_on_unchanged():
    x, dout = normal(8, (N, D), (N, D))
    _, cache = bp.residual_forward(x, np.zeros((D, H)), np.zeros((H, D)))
    np.testing.assert_array_equal(bp.residual_backward(dout, cache)[0], dout)


# --- the two halves of a backward pass --------------------------------------------------------


def test_two_halves_agree_with_torch_and_with_the_whole(torch):
    x, W, b, dout = normal(9, (N, D), (D, H), (H,), (N, H))
    _, cache = bp.linear_forward(x, W, b)
    halves = (bp.linear_backward_input(dout, cache), *bp.linear_backward_weight(dout, cache))
    parameters = tensors(torch, x, W, b)
    tx, tW, tb = parameters
    ((tx @ tW + tb) * torch.tensor(dout)).sum().backward()
    for half, whole, t in zip(halves, bp.linear_backward(dout, cache), parameters, strict=True):
        close(half, t.grad)
        np.testing.assert_array_equal(half, whole)


# --- checkpointed_gradient --------------------------------------------------------------------


def chain(depth, outputs):
    widths = [D + i % 3 for i in range(depth + 1)]
    x, dout, *weights = normal(10, (N, D), (N, widths[-1]), *itertools.pairwise(widths))
    return weights, [Layer(W, outputs) for W in weights], x, dout


@pytest.mark.parametrize("every", [1, 2, 3, 7, 8])
def test_checkpointed_gradient_is_that_of_torch(torch, every):
    weights, layers, x, dout = chain(7, [])
    dx, grads = bp.checkpointed_gradient(layers, x, dout, every)
    out, *parameters = leaves = tensors(torch, x, *weights)
    for W in parameters:
        out = torch.tanh(out @ W)
    (out * torch.tensor(dout)).sum().backward()
    for ours, t in zip((dx, *grads), leaves, strict=True):
        close(ours, t.grad)


@pytest.mark.parametrize("every", [1, 2, 5, 6, 12, 36])
def test_checkpointing_runs_each_layer_at_most_twice(every):
    outputs = []
    _, layers, x, dout = chain(36, outputs)
    bp.checkpointed_gradient(layers, x, dout, every)
    assert len(outputs) == 2 * 36 - -(-36 // every)


@pytest.mark.parametrize("every", [2, 6, 12])
def test_checkpointing_keeps_the_checkpoints_and_one_segment(every):
    outputs, most = [], 0
    _, layers, x, dout = chain(36, outputs)
    for layer in layers:
        whole = layer.backward

        def backward(dout, a, whole=whole):
            nonlocal most
            most = max(most, sum(out() is not None for out in outputs))
            return whole(dout, a)

        layer.backward = backward
    bp.checkpointed_gradient(layers, x, dout, every)
    # x does not count, because it is not the output of a layer. The output of the last
    # layer still exists at this point.
    assert most <= 36 // every + every - 1


# --- all functions ----------------------------------------------------------------------------


def test_nothing_is_changed_and_a_second_call_gives_the_same():
    x, W1, W2, W, b, dout = normal(11, (N, D), (D, H), (H, D), (D, H), (H,), (N, D))
    _, residual = bp.residual_forward(x, W1, W2)
    _, linear = bp.linear_forward(x, W, b)
    _, layers, _, top = chain(5, [])
    weights = [layer.W for layer in layers]
    calls = [
        (bp.gradient_norms, ([W1, W2], "tanh", x, dout)),
        (bp.clip_by_global_norm, ([W1, W2], 0.5)),
        (bp.residual_backward, (dout, residual)),
        (bp.linear_backward_input, (dout[:, :H], linear)),
        (bp.linear_backward_weight, (dout[:, :H], linear)),
        (bp.checkpointed_gradient, (layers, x, top, 2)),
    ]
    for function, arguments in calls:
        before = copy.deepcopy([a for a in arguments if a is not layers])
        first, second = function(*arguments), function(*arguments)
        assert repr(first) == repr(second)
        assert repr(before) == repr([a for a in arguments if a is not layers])
    for layer, W in zip(layers, weights, strict=True):
        assert layer.W is W


def test_whole_numbers_give_the_same_as_floats():
    rng = np.random.default_rng(12)
    x, W1, W2, dout = (rng.integers(1, 4, size=s) for s in [(N, D), (D, H), (H, D), (N, D)])
    floats = [v.astype(float) for v in (x, W1, W2)]
    for ours, theirs in zip(
        bp.residual_backward(dout, bp.residual_forward(x, W1, W2)[1]),
        bp.residual_backward(dout.astype(float), bp.residual_forward(*floats)[1]),
        strict=True,
    ):
        close(ours, theirs)
    close(bp.clip_by_global_norm([x], 1.5)[0][0], x * (1.5 / np.sqrt(np.sum(x**2))))
