"""The reference package, compared with automatic differentiation and central differences.

Parts with a forward and a backward function are compared with PyTorch. Losses and networks are
written again in autograd.numpy, and their gradients come from `autograd.grad`. The sizes N, D, H
and C are all different, so that a wrong transposition changes a shape.
"""

import copy
import warnings
from itertools import pairwise
from types import SimpleNamespace

import autograd.numpy as anp
import numpy as np
import pytest
from autograd import grad

import backprop as bp

N, D, H, C = 5, 4, 3, 6
TOLERANCE = 1e-9  # relative, against autograd
NUMERIC_TOLERANCE = 1e-7  # relative, against central differences


# --- Helpers ----------------------------------------------------------------------------------


def rng_for(seed):
    return np.random.default_rng(seed)


def relative_error(ours, theirs):
    ours, theirs = np.asarray(ours), np.asarray(theirs)
    assert ours.shape == theirs.shape
    return np.max(np.abs(ours - theirs)) / np.max(np.abs(theirs))


def assert_same(a, b):
    """Assert that two values are equal bit for bit, also inside lists and tuples."""
    if isinstance(a, list | tuple):
        assert type(a) is type(b)
        assert len(a) == len(b)
        for one, other in zip(a, b, strict=True):
            assert_same(one, other)
    else:
        np.testing.assert_array_equal(a, b, strict=isinstance(a, np.ndarray))


def random_params(rng, widths):
    return [(rng.normal(size=(m, n)), rng.normal(size=n)) for m, n in pairwise(widths)]


def as_tuple(gradients):
    return gradients if isinstance(gradients, tuple) else (gradients,)


# --- Independent forward passes ---------------------------------------------------------------


def anp_relu(x):
    return anp.where(x > 0, x, 0.0)


def anp_linear(x, W, b):
    return anp.dot(x, W) + b


def anp_softmax(z):
    return anp.exp(z) / anp.sum(anp.exp(z), axis=1)[:, None]


def anp_mse(pred, y):
    return anp.sum((pred - y) ** 2) / anp.size(y)


def anp_cross_entropy(logits, y):
    one_hot = np.eye(logits.shape[1])[y]
    return -anp.sum(one_hot * anp.log(anp_softmax(logits))) / len(y)


def anp_mlp(params, x):
    for W, b in params[:-1]:
        x = anp_relu(anp_linear(x, W, b))
    return anp_linear(x, *params[-1])


def anp_mlp_loss(params, x, y, reg):
    penalty = sum(anp.sum(W**2) for W, b in params)
    return anp_cross_entropy(anp_mlp(params, x), y) + reg * penalty / 2


# --- Parts with a forward and a backward ------------------------------------------------------


def linear(x, W, b):
    return x @ W + b


def gelu_of(torch):
    return lambda x: torch.nn.functional.gelu(x, approximate="tanh")


# Each row: the forward function, the backward function or None, the forward pass in PyTorch,
# and the shapes of the inputs.
PARTS = [
    (bp.linear_forward, bp.linear_backward, lambda torch: linear, [(N, D), (D, H), (H,)]),
    (bp.sigmoid_forward, bp.sigmoid_backward, lambda torch: torch.sigmoid, [(N, H)]),
    (bp.tanh_forward, bp.tanh_backward, lambda torch: torch.tanh, [(N, D, H)]),
    (bp.relu_forward, bp.relu_backward, lambda torch: torch.relu, [(N, H)]),
    (bp.gelu_forward, bp.gelu_backward, gelu_of, [(N, D, H)]),
]


def of_every_part(rows):
    """Return a decorator that runs a test once for each row; the row's functions name the test."""
    return pytest.mark.parametrize(
        "part",
        rows,
        ids=["-".join(f.__name__ for f in row[:2] if f) for row in rows],
        indirect=True,
    )


every_part = of_every_part(PARTS)
every_part_with_backward = of_every_part([row for row in PARTS if row[1]])


@pytest.fixture
def part(request):
    """One part with arguments and an upstream gradient."""
    forward, backward, again, shapes = request.param
    rng = rng_for(1)
    args = [rng.normal(size=shape) for shape in shapes]
    dout = rng.normal(size=forward(*args)[0].shape)
    return SimpleNamespace(forward=forward, backward=backward, again=again, args=args, dout=dout)


def in_torch(torch, part):
    """Return the output that PyTorch computes and its gradients of sum(out * dout)."""
    leaves = [torch.tensor(arg, requires_grad=True) for arg in part.args]
    out = part.again(torch)(*leaves)
    out.backward(torch.tensor(part.dout))
    return out.detach().numpy(), [leaf.grad.numpy() for leaf in leaves]


@every_part
def test_forward_agrees_with_torch(torch, part):
    out, _ = part.forward(*part.args)
    assert relative_error(out, in_torch(torch, part)[0]) < TOLERANCE


@every_part_with_backward
def test_backward_agrees_with_torch(torch, part):
    _, cache = part.forward(*part.args)
    ours = as_tuple(part.backward(part.dout, cache))
    for gradient, theirs in zip(ours, in_torch(torch, part)[1], strict=True):
        assert relative_error(gradient, theirs) < TOLERANCE


@every_part_with_backward
def test_backward_agrees_with_central_differences(part):
    _, cache = part.forward(*part.args)
    for i, gradient in enumerate(as_tuple(part.backward(part.dout, cache))):

        def f(shifted, i=i):
            args = [*part.args[:i], shifted, *part.args[i + 1 :]]
            return float(np.sum(part.forward(*args)[0] * part.dout))

        numeric = bp.numerical_gradient(f, part.args[i])
        assert relative_error(gradient, numeric) < NUMERIC_TOLERANCE


@every_part_with_backward
def test_catch_the_bugs_accepts_a_right_backward_pass_and_no_wrong_one(part):
    def backward(dout, cache):
        return as_tuple(part.backward(dout, cache))

    def wrong_backward(dout, cache):
        *others, last = backward(dout, cache)
        return *others, 1.01 * last

    assert not bp.catch_the_bugs(part.forward, backward, part.args)
    assert bp.catch_the_bugs(part.forward, wrong_backward, part.args)


@every_part
def test_arguments_and_caches_stay_unchanged(part):
    args, dout = copy.deepcopy(part.args), part.dout.copy()
    _, cache = part.forward(*part.args)
    cache_before = copy.deepcopy(cache)
    if part.backward:
        part.backward(part.dout, cache)
    assert_same(part.args, args)
    assert_same(part.dout, dout)
    assert_same(cache, cache_before)


@every_part_with_backward
def test_backward_twice_gives_the_same_even_after_another_forward(part):
    _, cache = part.forward(*part.args)
    first = copy.deepcopy(part.backward(part.dout, cache))
    part.forward(*[arg + 1 for arg in part.args])
    assert_same(part.backward(part.dout, cache), first)


@every_part_with_backward
def test_an_upstream_gradient_may_be_a_list_and_hold_integers(part):
    _, cache = part.forward(*part.args)
    whole = np.rint(4 * part.dout).astype(int)
    expected = as_tuple(part.backward(whole.astype(float), cache))
    assert_same(as_tuple(part.backward(whole, cache)), expected)
    assert_same(as_tuple(part.backward(whole.tolist(), cache)), expected)


@every_part
def test_integers_are_accepted(part):
    integers = [np.rint(3 * arg).astype(int) for arg in part.args]
    out, cache = part.forward(*integers)
    expected, float_cache = part.forward(*[arg.astype(float) for arg in integers])
    assert out.dtype == np.float64
    assert_same(out, expected)
    assert_same(part.forward(*[arg.tolist() for arg in integers])[0], expected)
    if part.backward:
        assert_same(part.backward(part.dout, cache), part.backward(part.dout, float_cache))


def test_slope_of_relu_at_zero_is_zero():
    _, cache = bp.relu_forward(np.array([-1.0, 0.0, 2.0]))
    assert_same(bp.relu_backward(np.ones(3), cache), np.array([0.0, 0.0, 1.0]))


def test_sigmoid_is_stable():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        out, cache = bp.sigmoid_forward(np.array([-1000.0, 0.0, 1000.0]))
        dx = bp.sigmoid_backward(np.ones(3), cache)
        np.testing.assert_allclose(bp.sigmoid_forward(-700.0)[0], np.exp(-700.0), rtol=1e-9)
    np.testing.assert_allclose(out, [0.0, 0.5, 1.0], rtol=1e-15)
    np.testing.assert_allclose(dx, [0.0, 0.25, 0.0], rtol=1e-15)


# --- Softmax and losses -----------------------------------------------------------------------


def logits_and_labels():
    rng = rng_for(2)
    return rng.normal(size=(N, C)), rng.integers(C, size=N)


def test_softmax_agrees_with_an_independent_one():
    z, _ = logits_and_labels()
    assert relative_error(bp.softmax(z), anp_softmax(z)) < TOLERANCE
    np.testing.assert_allclose(bp.softmax(z).sum(axis=1), 1.0, rtol=1e-12)


def test_logits_that_are_infinite_or_nan(torch):
    inf, nan = np.inf, np.nan
    logits = np.array([[-inf, 0, 0], [-inf, -inf, -inf], [inf, 0, 0], [nan, 0, 0], [0, 0, 0]])
    with np.errstate(invalid="ignore"):
        p, log_p = bp.softmax(logits), bp.log_probabilities(logits)
    np.testing.assert_allclose(p, torch.softmax(torch.tensor(logits), dim=1).numpy())
    np.testing.assert_allclose(log_p, torch.log_softmax(torch.tensor(logits), dim=1).numpy())
    assert bp.cross_entropy(logits[:1], [0]) == inf


def test_softmax_and_cross_entropy_are_stable():
    z = np.array([[1e4, 0.0, -1e4], [-1e4, -1e4, -1e4]])
    y = np.array([1, 2])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        s = bp.softmax(z)
        forward_only = bp.cross_entropy(z, y)
        loss, dlogits = bp.softmax_cross_entropy(z, y)
    third = 1 / 3
    expected = (1e4 + np.log(3)) / 2
    np.testing.assert_allclose(s, [[1, 0, 0], [third, third, third]], rtol=1e-12)
    np.testing.assert_allclose([forward_only, loss], expected, rtol=1e-12)
    np.testing.assert_allclose(
        dlogits, [[0.5, -0.5, 0], [third / 2, third / 2, -third]], rtol=1e-12
    )


def test_softmax_cross_entropy_agrees_with_autograd():
    z, y = logits_and_labels()
    loss, dlogits = bp.softmax_cross_entropy(z, y)
    assert relative_error(loss, anp_cross_entropy(z, y)) < TOLERANCE
    assert relative_error(bp.cross_entropy(z, y), anp_cross_entropy(z, y)) < TOLERANCE
    assert relative_error(dlogits, grad(anp_cross_entropy)(z, y)) < TOLERANCE


def test_softmax_cross_entropy_agrees_with_central_differences():
    z, y = logits_and_labels()
    numeric = bp.numerical_gradient(lambda v: bp.cross_entropy(v, y), z)
    assert relative_error(bp.softmax_cross_entropy(z, y)[1], numeric) < NUMERIC_TOLERANCE


@pytest.mark.parametrize("shape", [(N,), (N, D), (N, D, H)])
def test_mse_loss_agrees_with_autograd(shape):
    rng = rng_for(3)
    pred, y = rng.normal(size=shape), rng.normal(size=shape)
    loss, dpred = bp.mse_loss(pred, y)
    assert relative_error(loss, anp_mse(pred, y)) < TOLERANCE
    assert relative_error(bp.mse(pred, y), anp_mse(pred, y)) < TOLERANCE
    assert relative_error(dpred, grad(anp_mse)(pred, y)) < TOLERANCE


def test_mse_loss_agrees_with_central_differences():
    rng = rng_for(4)
    pred, y = rng.normal(size=(N, D)), rng.normal(size=(N, D))
    numeric = bp.numerical_gradient(lambda v: bp.mse(v, y), pred)
    assert relative_error(bp.mse_loss(pred, y)[1], numeric) < NUMERIC_TOLERANCE


@pytest.mark.parametrize("loss", [bp.mse, bp.mse_loss])
def test_mse_refuses_shapes_that_would_broadcast(loss):
    with pytest.raises(ValueError, match="shape"):
        loss(np.ones((N, 1)), np.ones(N))


def test_losses_accept_integers():
    pred, y = np.arange(12).reshape(4, 3), np.array([2, 0, 1, 1])
    target = pred[::-1]
    assert_same(bp.mse_loss(pred, target), bp.mse_loss(pred.astype(float), target.astype(float)))
    assert_same(bp.softmax(pred), bp.softmax(pred.astype(float)))
    assert_same(
        bp.softmax_cross_entropy(pred.tolist(), y.tolist()),
        bp.softmax_cross_entropy(pred.astype(float), y),
    )
    assert bp.cross_entropy(pred, y) == bp.cross_entropy(pred.astype(float), y)


@pytest.mark.parametrize("function", [bp.mse, bp.mse_loss])
def test_regression_losses_leave_their_arguments(function):
    rng = rng_for(5)
    args = [rng.normal(size=(N, D)), rng.normal(size=(N, D))]
    before = copy.deepcopy(args)
    function(*args)
    assert_same(args, before)


@pytest.mark.parametrize(
    "function", [bp.cross_entropy, bp.softmax_cross_entropy, lambda z, y: bp.softmax(z)]
)
def test_classification_losses_leave_their_arguments(function):
    args = list(logits_and_labels())
    before = copy.deepcopy(args)
    function(*args)
    assert_same(args, before)


# --- The network ------------------------------------------------------------------------------

REG = 0.3
DEPTHS = {"one layer": (D, C), "three layers": (D, H, 7, C)}


@pytest.fixture(params=DEPTHS)
def network(request):
    """A network and a batch as (params, x, y), for several depths."""
    rng = rng_for(6)
    params = random_params(rng, DEPTHS[request.param])
    return params, rng.normal(size=(N, D)), rng.integers(C, size=N)


def test_mlp_forward_agrees_with_an_independent_one(network):
    params, x, _ = network
    assert relative_error(bp.mlp_forward(params, x)[0], anp_mlp(params, x)) < TOLERANCE


def test_mlp_backward_agrees_with_autograd(network):
    params, x, _ = network
    logits, cache = bp.mlp_forward(params, x)
    dlogits = rng_for(7).normal(size=logits.shape)
    theirs = grad(lambda p: anp.sum(anp_mlp(p, x) * dlogits))(params)
    for our_pair, their_pair in zip(bp.mlp_backward(dlogits, cache), theirs, strict=True):
        for ours, other in zip(our_pair, their_pair, strict=True):
            assert relative_error(ours, other) < TOLERANCE


def test_mlp_loss_agrees_with_autograd(network):
    params, x, y = network
    loss, grads = bp.mlp_loss(params, x, y, REG)
    assert relative_error(loss, anp_mlp_loss(params, x, y, REG)) < TOLERANCE
    theirs = grad(anp_mlp_loss)(params, x, y, REG)
    for our_pair, their_pair in zip(grads, theirs, strict=True):
        for ours, other in zip(our_pair, their_pair, strict=True):
            assert relative_error(ours, other) < TOLERANCE


def test_mlp_loss_agrees_with_central_differences(network):
    params, x, y = network
    _, grads = bp.mlp_loss(params, x, y, REG)
    arrays = [array for pair in params for array in pair]
    analytic = [array for pair in grads for array in pair]
    assert bp.grad_check(lambda: bp.mlp_loss(params, x, y, REG)[0], arrays, analytic) < 1e-6


def test_network_leaves_arguments_and_caches(network):
    params, x, y = network
    before = copy.deepcopy([params, x, y])
    logits, cache = bp.mlp_forward(params, x)
    cache_before = copy.deepcopy(cache)
    dlogits = np.ones_like(logits)
    grads = bp.mlp_backward(dlogits, cache)
    grads_before = copy.deepcopy(grads)
    assert_same(dlogits, np.ones_like(logits))
    assert_same(cache, cache_before)
    bp.mlp_loss(params, x, y, REG)
    bp.sgd_step(params, grads, 0.1)
    bp.train_step(params, x, y, 0.1, REG)
    bp.train(params, x, y, 3, 0.1, REG)
    assert_same([params, x, y], before)
    assert_same(grads, grads_before)


def test_mlp_backward_hands_caches_on_without_a_look_into_them(network, monkeypatch):
    params, x, y = network
    expected = bp.mlp_loss(params, x, y, REG)

    class Sealed:
        def __init__(self, content):
            self.content = content

    def sealing(forward):
        def sealed(*args):
            out, cache = forward(*args)
            return out, Sealed(cache)

        return sealed

    for name in ("linear_forward", "relu_forward"):
        monkeypatch.setattr(bp.network, name, sealing(getattr(bp, name)))
    for name in ("linear_backward", "linear_backward_weight", "relu_backward"):
        opening = getattr(bp, name)
        monkeypatch.setattr(bp.network, name, lambda d, cache, f=opening: f(d, cache.content))
    assert_same(bp.mlp_loss(params, x, y, REG), expected)


def test_mlp_backward_twice_gives_the_same_even_after_another_forward(network):
    params, x, _ = network
    logits, cache = bp.mlp_forward(params, x)
    dlogits = rng_for(8).normal(size=logits.shape)
    first = copy.deepcopy(bp.mlp_backward(dlogits, cache))
    bp.mlp_forward(params, x + 1)
    assert_same(bp.mlp_backward(dlogits, cache), first)


def test_network_accepts_integers(network):
    params, x, y = network
    whole = [(np.rint(2 * W).astype(int), np.rint(2 * b).astype(int)) for W, b in params]
    x = np.rint(2 * x).astype(int)
    as_floats = [(W.astype(float), b.astype(float)) for W, b in whole]
    ours = bp.train_step(whole, x, y.tolist(), 0.1, REG)
    assert_same(ours, bp.train_step(as_floats, x.astype(float), y, 0.1, REG))


def test_train_step_is_exact(network):
    params, x, y = network
    lr = 0.2
    new, loss = bp.train_step(params, x, y, lr, REG)
    assert relative_error(loss, anp_mlp_loss(params, x, y, REG)) < 1e-12
    gradients = grad(anp_mlp_loss)(params, x, y, REG)  # all at the old parameters
    for (W, b), (dW, db), (new_W, new_b) in zip(params, gradients, new, strict=True):
        assert relative_error(new_W, W - lr * dW) < 1e-12
        assert relative_error(new_b, b - lr * db) < 1e-12
    loss_again, grads = bp.mlp_loss(params, x, y, REG)
    assert loss == loss_again
    assert_same(new, bp.sgd_step(params, grads, lr))


def test_train_repeats_train_step(network):
    params, x, y = network
    trained, losses = bp.train(params, x, y, 4, 0.1, REG)
    expected = []
    for _ in range(4):
        params, loss = bp.train_step(params, x, y, 0.1, REG)
        expected.append(loss)
    assert list(losses) == expected
    assert_same(trained, params)
    assert losses[-1] < losses[0]


# --- Counting ---------------------------------------------------------------------------------


def evaluations_by_recursion(widths, has_base_case=True):
    """Run the naive recursion and count its calls."""
    count = 0

    def evaluate_neuron(layer):
        nonlocal count
        if has_base_case and layer == 0:
            return  # the value of an input is known
        count += 1
        for _ in range(widths[max(layer - 1, 0)]):
            evaluate_neuron(layer - 1)

    for _ in range(widths[-1]):
        evaluate_neuron(len(widths) - 1)
    return count


@pytest.mark.parametrize("widths", [[3], [4, 2], [2, 3, 4], [5, 4, 3, 2], [2, 1, 3, 2, 4]])
def test_count_evaluations_agrees_with_a_recursion_that_counts(widths):
    assert bp.count_evaluations(widths) == (evaluations_by_recursion(widths), sum(widths[1:]))


def test_recursion_without_a_base_case_fails():
    with pytest.raises(RecursionError):
        evaluations_by_recursion([2, 3, 4], has_base_case=False)


def test_count_evaluations_is_exact_for_any_size():
    naive, layered = bp.count_evaluations(np.array([10] * 31))
    assert naive == sum(10**k for k in range(1, 31))
    assert layered == 300
    assert type(naive) is int
    assert type(layered) is int


# --- Numerical gradients ----------------------------------------------------------------------


def wavy(x):
    return anp.sum(anp.sin(x) * x) + anp.prod(x)


def views():
    rng = rng_for(9)
    return {
        "a vector": rng.normal(size=N),
        "a number": np.array(0.7),
        "every second column": rng.normal(size=(H, 2 * D))[:, ::2],
        "a transposed view": rng.normal(size=(D, H)).T,
        "three dimensions": rng.normal(size=(2, H, D)),
        "three dimensions, strided": rng.normal(size=(2, D, 2 * H))[::-1, :, ::2],
    }


@pytest.mark.parametrize("kind", views())
def test_numerical_gradient_agrees_with_autograd(kind):
    x = views()[kind]
    before = x.copy()
    numeric = bp.numerical_gradient(lambda v: float(wavy(v)), x)
    assert numeric.dtype == np.float64
    assert relative_error(numeric, grad(wavy)(x.copy())) < 1e-8
    assert_same(x, before)


def test_numerical_gradient_takes_central_differences_with_the_given_h():
    x = rng_for(10).normal(size=(H, D))
    numeric = bp.numerical_gradient(lambda v: float(np.sum(v**3)), x, 0.5)
    np.testing.assert_allclose(numeric, 3 * x**2 + 0.25, rtol=1e-12)  # ((x+h)³ - (x-h)³) / 2h


def test_numerical_gradient_accepts_integers():
    x = np.array([[1, -2], [3, 4]])
    numeric = bp.numerical_gradient(lambda v: float(np.sum(v**2)), x)
    np.testing.assert_allclose(numeric, 2 * x, rtol=1e-8)
    assert x.dtype.kind == "i"


# --- The gradient check -----------------------------------------------------------------------


def check_gradients(spoil=None):
    """Return the result of grad_check for a two-layer network; `spoil` may change the gradients."""
    rng = rng_for(11)
    params = random_params(rng, (D, H, C))
    x, y = rng.normal(size=(N, D)), rng.integers(C, size=N)
    _, grads = bp.mlp_loss(params, x, y, REG)
    arrays = [array for pair in params for array in pair]
    analytic = [array.copy() for pair in grads for array in pair]
    if spoil:
        spoil(analytic)
    before = copy.deepcopy(arrays)
    error = bp.grad_check(lambda: bp.mlp_loss(params, x, y, REG)[0], arrays, analytic)
    assert_same(arrays, before)  # grad_check changes the arrays in place and restores them
    return error


def test_grad_check_passes_right_gradients():
    assert check_gradients() < 1e-6


@pytest.mark.parametrize("which", range(4))
def test_grad_check_catches_one_wrong_entry(which):
    def spoil(grads):
        grads[which].flat[-1] *= 1.01

    assert check_gradients(spoil) > 1e-3


@pytest.mark.parametrize("which", range(4))
def test_grad_check_never_passes_a_nan(which):
    def spoil(grads):
        grads[which].flat[0] = np.nan

    assert not check_gradients(spoil) < 1e-6


def test_grad_check_refuses_a_missing_gradient():
    with pytest.raises(ValueError, match="zip"):
        bp.grad_check(lambda: 0.0, [np.ones(2), np.ones(3)], [np.zeros(2)])


# --- The digits -------------------------------------------------------------------------------


def test_digits_are_what_they_say():
    digits = bp.load_digits()
    assert digits.x_train.shape == (1297, 64)
    assert digits.y_train.shape == (1297,)
    assert digits.x_test.shape == (500, 64)
    assert digits.y_test.shape == (500,)
    for x, y in [(digits.x_train, digits.y_train), (digits.x_test, digits.y_test)]:
        assert x.dtype == np.float64
        assert x.min() == 0.0
        assert x.max() == 1.0
        assert np.issubdtype(y.dtype, np.integer)
        np.testing.assert_array_equal(np.unique(y), np.arange(10))


def test_a_network_learns_to_read_held_back_digits():
    digits = bp.load_digits()
    rng = rng_for(12)
    params = [
        (rng.normal(size=(m, n)) * np.sqrt(2 / m), np.zeros(n)) for m, n in pairwise((64, 32, 10))
    ]
    params, losses = bp.train(params, digits.x_train, digits.y_train, 300, 0.5, 1e-4)
    predicted = bp.mlp_forward(params, digits.x_test)[0].argmax(axis=1)
    assert np.mean(predicted == digits.y_test) > 0.9
    assert losses[-1] < 0.1 * losses[0]
