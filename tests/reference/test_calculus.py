"""Chains, Jacobians, deltas, broadcasting and the gradient check, compared with PyTorch.

The forward passes below are written again in torch and do not use the package. All sizes are
different, so that a wrong transposition changes a shape.
"""

from itertools import pairwise

import numpy as np
import pytest

import backprop as bp

TOLERANCE = 1e-9


def close(ours, theirs, tolerance=TOLERANCE):
    ours, theirs = np.asarray(ours), np.asarray(theirs)
    assert ours.shape == theirs.shape
    assert ours.dtype == np.float64
    assert np.max(np.abs(ours - theirs)) <= tolerance * np.max(np.abs(theirs))


@pytest.fixture
def rng():
    return np.random.default_rng(3)


def tensor(torch, array):
    return torch.tensor(array, dtype=torch.float64, requires_grad=True)


def network(rng):
    widths = (4, 5, 2, 3)
    params = [(rng.normal(size=s), rng.normal(size=s[1])) for s in pairwise(widths)]
    return params, rng.normal(size=(6, 4)), rng.normal(size=(6, 3))


def test_the_chain_has_the_gradients_of_autograd(torch, rng):
    params, x, y = rng.normal(size=8), 0.7, -0.4
    p = tensor(torch, params)
    h1 = torch.tanh(p[0] * x + p[1])
    h2 = torch.exp(p[2] * h1 + p[3])
    h3 = torch.sin(p[4] * h2 + p[5])
    theirs = (p[6] * h3 + p[7] - y) ** 2
    theirs.backward()
    loss, grads = bp.chain_rule_toy(params, x, y)
    assert loss == pytest.approx(theirs.item(), rel=TOLERANCE)
    close(grads, p.grad.numpy())


def test_the_chain_takes_whole_numbers():
    loss, grads = bp.chain_rule_toy([0, 0, 1, 0, 1, -1, 2, 1], 3, 0)
    assert loss == 1.0
    close(grads, np.array([12.0, 4, 0, 4, 4, 4, 0, 2]))


def test_the_jacobian_is_that_of_autograd_and_x_stays(torch, rng):
    A, x = rng.normal(size=(3, 5)), rng.normal(size=5)
    before = x.copy()
    ours = bp.jacobian(lambda v: np.tanh(A @ v), x)
    theirs = torch.autograd.functional.jacobian(
        lambda v: torch.tanh(torch.tensor(A) @ v), torch.tensor(x)
    )
    close(ours, theirs.numpy(), tolerance=1e-8)
    assert np.array_equal(x, before)


def test_the_jacobian_of_whole_numbers_and_of_one_output():
    close(bp.jacobian(lambda v: np.array([v[0] * v[1]]), np.array([2, 3])), [[3.0, 2.0]], 1e-9)


def test_the_jacobian_survives_a_function_that_reuses_its_output():
    buffer = np.empty(2)

    def f(v):
        buffer[:] = v[0], v[0] ** 2
        return buffer

    close(bp.jacobian(f, np.array([3.0])), [[1.0], [6.0]], 1e-9)


def test_the_softmax_jacobian_is_that_of_autograd(torch, rng):
    z = torch.tensor(rng.normal(size=4))
    theirs = torch.autograd.functional.jacobian(lambda v: torch.softmax(v, 0), z)
    close(bp.softmax_jacobian(torch.softmax(z, 0).numpy()), theirs.numpy())


def test_softmax_backward_is_that_of_autograd(torch, rng):
    z, dout = tensor(torch, rng.normal(size=(5, 3))), rng.normal(size=(5, 3))
    s = torch.softmax(z, 1)
    (s * torch.tensor(dout)).sum().backward()
    close(bp.softmax_backward(dout, s.detach().numpy()), z.grad.numpy())


def test_softmax_backward_is_a_row_times_the_jacobian(rng):
    s, dout = bp.softmax(rng.normal(size=(5, 3))), rng.normal(size=(5, 3))
    rows = [d @ bp.softmax_jacobian(p) for d, p in zip(dout, s, strict=True)]
    close(bp.softmax_backward(dout, s), np.array(rows))


@pytest.mark.parametrize("layers", [1, 2, 3])
def test_deltas_and_gradients_are_those_of_autograd(torch, rng, layers):
    params, x, _ = network(rng)
    params = params[:layers]
    y = rng.normal(size=(len(x), params[-1][0].shape[1]))
    leaves = [(tensor(torch, W), tensor(torch, b)) for W, b in params]
    a, zs = torch.tensor(x), []
    for W, b in leaves:
        zs.append(a @ W + b)
        zs[-1].retain_grad()
        a = torch.sigmoid(zs[-1])
    (((a - torch.tensor(y)) ** 2).sum() / (2 * len(x))).backward()
    deltas, grads = bp.layer_deltas(params, x, y)
    assert len(deltas) == len(grads) == layers
    for ours, z in zip(deltas, zs, strict=True):
        close(ours, z.grad.numpy())
    for (dW, db), (W, b) in zip(grads, leaves, strict=True):
        close(dW, W.grad.numpy())
        close(db, b.grad.numpy())


def test_deltas_leave_the_arguments_alone(rng):
    params, x, y = network(rng)
    before = [a.copy() for pair in params for a in pair] + [x.copy(), y.copy()]
    bp.layer_deltas(params, x, y)
    after = [a for pair in params for a in pair] + [x, y]
    assert all(np.array_equal(a, b) for a, b in zip(before, after, strict=True))


@pytest.mark.parametrize("shape", [(), (1,), (4,), (3, 1), (3, 4), (1, 4), (2, 1, 4), (2, 3, 4)])
def test_unbroadcast_is_what_autograd_does_with_broadcasting(torch, rng, shape):
    small, grad = tensor(torch, np.ones(shape)), rng.normal(size=(2, 3, 4))
    (small.expand(2, 3, 4) * torch.tensor(grad)).sum().backward()
    close(bp.unbroadcast(grad, shape), small.grad.numpy())


def check_of_a_layer(change=lambda grads: None):
    rng = np.random.default_rng(5)
    x, W, b, dout = (rng.normal(size=s) for s in [(5, 3), (3, 4), (4,), (5, 4)])
    _, cache = bp.linear_forward(x, W, b)
    grads = list(bp.linear_backward(dout, cache))
    change(grads)
    params = [x, W, b]
    before = [p.copy() for p in params]
    error = bp.grad_check(
        lambda: float(np.sum(bp.linear_forward(x, W, b)[0] * dout)), params, grads
    )
    assert all(np.array_equal(a, p) for a, p in zip(before, params, strict=True))
    return error


def test_the_check_passes_right_gradients():
    assert check_of_a_layer() < 1e-7


def test_the_check_finds_one_wrong_entry():
    def plant(grads):
        grads[1][2, 0] *= 1.02

    assert check_of_a_layer(plant) == pytest.approx(0.02 / 2.02, rel=1e-5)


def test_the_check_never_passes_a_nan():
    def plant(grads):
        grads[0][1, 1] = np.nan

    assert np.isnan(check_of_a_layer(plant))


@pytest.mark.parametrize(
    ("subscripts", "shape_a", "shape_b"),
    [
        ("nd,dh->nh", (2, 3), (3, 4)),
        ("ab,cb->ca", (2, 3), (4, 3)),
        ("nab,nbc->nac", (2, 3, 4), (2, 4, 5)),
        ("ijk,j->i", (2, 3, 4), (3,)),
        ("i,jk->", (2,), (3, 4)),
        ("ab, ab -> b", (2, 3), (2, 3)),
    ],
)
def test_the_gradients_of_einsum_are_those_of_torch(torch, subscripts, shape_a, shape_b):
    rng = np.random.default_rng(21)
    a, b = rng.normal(size=shape_a), rng.normal(size=shape_b)
    leaves = [torch.tensor(array, requires_grad=True) for array in (a, b)]
    theirs = torch.einsum(subscripts, *leaves)
    dout = rng.normal(size=tuple(theirs.shape))
    theirs.backward(torch.tensor(dout))
    for ours, leaf in zip(bp.einsum_backward(dout, subscripts, a, b), leaves, strict=True):
        their = leaf.grad.numpy()
        assert ours.shape == their.shape
        assert np.abs(ours - their).max() <= 1e-9 * np.abs(their).max()
