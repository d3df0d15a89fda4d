"""Normalisation and dual numbers, compared with PyTorch and with the docstrings of the functions.

The forward passes below are written again in torch and do not use the package. All sizes are
different, so that a wrong transposition changes a shape.
"""

import numpy as np
import pytest

import backprop as bp

N, D = 5, 4
TOLERANCE = 1e-9
EPS = 1e-3


def close(ours, theirs, tolerance=TOLERANCE):
    ours, theirs = np.asarray(ours), np.asarray(theirs)
    assert ours.shape == theirs.shape
    assert ours.dtype == np.float64
    assert np.max(np.abs(ours - theirs)) <= tolerance * np.max(np.abs(theirs))


def draw(seed):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(N, D)) * rng.uniform(0.5, 3, size=D) + rng.normal(size=D)
    return x, rng.normal(size=D), rng.normal(size=D), rng.normal(size=(N, D))


def in_torch(forward, *arrays):
    """Return the output and its gradients, computed in torch.

    The last array is the upstream gradient. The gradients are with respect to all other arrays.
    """
    torch = pytest.importorskip("torch")
    *inputs, dout = (torch.tensor(a, dtype=torch.float64, requires_grad=True) for a in arrays)
    out = forward(torch, *inputs)
    gradients = torch.autograd.grad((out * dout.detach()).sum(), inputs)
    return out.detach().numpy(), [gradient.numpy() for gradient in gradients]


def normalised(axis):
    def forward(torch, x, gamma, beta):
        mean = x.mean(dim=axis, keepdim=True)
        variance = ((x - mean) ** 2).mean(dim=axis, keepdim=True)
        return gamma * (x - mean) / torch.sqrt(variance + EPS) + beta

    return forward


LAYERS = {
    "batch": (bp.batchnorm_forward, bp.batchnorm_backward, 0),
    "layer": (bp.layernorm_forward, bp.layernorm_backward, 1),
}


@pytest.fixture(params=LAYERS.values(), ids=LAYERS)
def layer(request):
    return request.param


def test_normalisation_agrees_with_a_forward_pass_in_torch(layer):
    forward, backward, axis = layer
    x, gamma, beta, dout = draw(0)
    out, gradients = in_torch(normalised(axis), x, gamma, beta, dout)
    ours, cache = forward(x, gamma, beta, EPS)
    close(ours, out)
    for our, their in zip(backward(dout, cache), gradients, strict=True):
        close(our, their)


def test_batch_normalisation_is_that_of_torch():
    x, gamma, beta, dout = draw(1)

    def forward(torch, x, gamma, beta):
        return torch.nn.functional.batch_norm(x, None, None, gamma, beta, training=True, eps=EPS)

    out, gradients = in_torch(forward, x, gamma, beta, dout)
    ours, cache = bp.batchnorm_forward(x, gamma, beta, EPS)
    close(ours, out)
    for our, their in zip(bp.batchnorm_backward(dout, cache), gradients, strict=True):
        close(our, their)


def test_layer_normalisation_is_that_of_torch():
    x, gamma, beta, dout = draw(2)

    def forward(torch, x, gamma, beta):
        return torch.nn.functional.layer_norm(x, (D,), gamma, beta, eps=EPS)

    out, gradients = in_torch(forward, x, gamma, beta, dout)
    ours, cache = bp.layernorm_forward(x, gamma, beta, EPS)
    close(ours, out)
    for our, their in zip(bp.layernorm_backward(dout, cache), gradients, strict=True):
        close(our, their)


def test_rms_normalisation_is_that_of_torch():
    x, gamma, _, dout = draw(7)

    def forward(torch, x, gamma):
        return torch.nn.functional.rms_norm(x, (D,), gamma, eps=EPS)

    out, gradients = in_torch(forward, x, gamma, dout)
    ours, cache = bp.rmsnorm_forward(x, gamma, EPS)
    close(ours, out)
    for _ in range(2):  # the second call gives the same result, because the cache is only read
        for our, their in zip(bp.rmsnorm_backward(dout, cache), gradients, strict=True):
            close(our, their)


def test_stored_statistics_are_used_as_in_torch():
    x, gamma, beta, dout = draw(3)
    rng = np.random.default_rng(4)
    mean, var = rng.normal(size=D), rng.uniform(0.5, 2, size=D)

    def forward(torch, x, gamma, beta):
        stored = torch.tensor(mean), torch.tensor(var)
        return torch.nn.functional.batch_norm(x, *stored, gamma, beta, training=False, eps=EPS)

    out, gradients = in_torch(forward, x, gamma, beta, dout)
    ours, cache = bp.batchnorm_eval_forward(x, gamma, beta, mean, var, EPS)
    close(ours, out)
    for our, their in zip(bp.batchnorm_eval_backward(dout, cache), gradients, strict=True):
        close(our, their)


def test_the_worked_numbers_of_the_text():
    x = np.array([[1], [1], [5], [5]])
    out, _ = bp.batchnorm_forward(x, [3], [10], 1e-14)
    np.testing.assert_allclose(out[:, 0], [7, 7, 13, 13])
    _, cache = bp.batchnorm_forward(x, [1], [0], 1e-14)
    dx, *_ = bp.batchnorm_backward(np.array([[1.0], [0], [0], [0]]), cache)
    np.testing.assert_allclose(dx[:, 0], [0.25, -0.25, 0, 0], atol=1e-12)
    assert bp.batchnorm_eval_forward([[7]], [3], [10], [3], [4], 0.0)[0] == 16
    out, cache = bp.rmsnorm_forward([[1, 7]], [1, 10], 1e-14)
    np.testing.assert_allclose(out, [[0.2, 14]])
    np.testing.assert_allclose(bp.rmsnorm_backward([[1, 0]], cache)[0], [[0.196, -0.028]])
    x = bp.Dual(2, 1)
    assert ((x**2 + 3 * x).value, (x**2 + 3 * x).slope) == (10, 7)


def test_a_batch_of_one_example_becomes_the_shift():
    out, _ = bp.batchnorm_forward([[3, -2]], [5, 6], [1.5, -2], EPS)
    close(out, [[1.5, -2]])


def test_pushing_or_stretching_a_whole_feature_has_no_slope():
    x, gamma, beta, dout = draw(5)
    dx, *_ = bp.batchnorm_backward(dout, bp.batchnorm_forward(x, gamma, beta, 1e-14)[1])
    assert np.abs(dx.sum(axis=0)).max() < 1e-12
    assert np.abs((dx * x).sum(axis=0)).max() < 1e-9


def test_backward_may_be_called_twice_and_changes_nothing(layer):
    forward, backward, _ = layer
    x, gamma, beta, dout = draw(6)
    before = [a.copy() for a in (x, gamma, beta, dout)]
    _, cache = forward(x, gamma, beta, EPS)
    first = backward(dout, cache)
    forward(x + 1, gamma, beta, EPS)
    for a, b in zip(first, backward(dout, cache), strict=True):
        np.testing.assert_array_equal(a, b)
    for a, b in zip(before, (x, gamma, beta, dout), strict=True):
        np.testing.assert_array_equal(a, b)


# --- Dual -------------------------------------------------------------------------------------


EXPRESSIONS = {
    "sums": lambda x, y, exp, tanh, relu: 2 - x + y - 3 - (1 + y) + x,
    "products": lambda x, y, exp, tanh, relu: 3 * x * y * 0.5 * x,
    "quotients": lambda x, y, exp, tanh, relu: x / y - 2 / x + y / 4,
    "powers": lambda x, y, exp, tanh, relu: x**3 + x**-1.5 + y**2,
    "functions": lambda x, y, exp, tanh, relu: exp(x) * tanh(y) + relu(x) * relu(y - 9),
    "sigmoid": lambda x, y, exp, tanh, relu: 1 / (1 + exp(-x * y)),
    "negatives": lambda x, y, exp, tanh, relu: -x * (-y) - (-x),
}


@pytest.mark.parametrize("expression", EXPRESSIONS.values(), ids=EXPRESSIONS)
def test_a_dual_number_carries_the_slope_that_torch_finds(torch, expression):
    x, y = (torch.tensor(v, dtype=torch.float64, requires_grad=True) for v in (1.3, -0.7))
    theirs = expression(x, y, torch.exp, torch.tanh, torch.relu)
    gradient = torch.autograd.grad(theirs, (x, y))
    duals = bp.Dual(1.3, 0.6), bp.Dual(-0.7, -2.0)
    ours = expression(*duals, bp.Dual.exp, bp.Dual.tanh, bp.Dual.relu)
    assert ours.value == pytest.approx(theirs.item(), rel=TOLERANCE)
    assert ours.slope == pytest.approx((0.6 * gradient[0] - 2 * gradient[1]).item(), rel=TOLERANCE)


def test_operations_leave_their_operands_alone():
    x, y = bp.Dual(1.5, 1.0), bp.Dual(2.0)
    for result in (x + y, x - y, -x, x * y, x / y, x**2, 1 + x, 1 - x, x.exp(), x.tanh(), x.relu()):
        assert result is not x
    assert (x.value, x.slope, y.value, y.slope) == (1.5, 1.0, 2.0, 0.0)


def test_a_negative_number_may_be_raised_to_a_whole_power():
    assert (bp.Dual(-2, 1) ** 3).slope == 12


def test_a_dual_number_shows_its_value_and_its_slope():
    assert repr([2 * bp.Dual(3, 1)]) == "[Dual(value=6.0, slope=2.0)]"
