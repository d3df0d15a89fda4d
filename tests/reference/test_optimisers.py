"""Optimisers, initial weights, dropout and embedding, compared with PyTorch."""

import copy

import numpy as np
import pytest

import backprop as bp

TOLERANCE = 1e-9  # relative
SHAPES = ((3, 4), (5,))


def rng_for(seed):
    return np.random.default_rng(seed)


def relative_error(ours, theirs):
    ours, theirs = np.asarray(ours), np.asarray(theirs)
    assert ours.shape == theirs.shape
    return np.max(np.abs(ours - theirs)) / np.max(np.abs(theirs))


def ours_and_torchs(step, make_optimiser, lrs=(0.1, 0.3, 0.05, 0.2, 0.1)):
    """Return the values of two parameters after every step, ours and those of torch.

    Both take the same steps, and the learning rate changes from step to step.
    """
    torch = pytest.importorskip("torch")
    rng = rng_for(0)
    ws = [rng.normal(size=shape) for shape in SHAPES]
    states = [{} for _ in ws]
    tensors = [torch.tensor(w, requires_grad=True) for w in ws]
    optimiser = make_optimiser(torch, tensors)
    for lr in lrs:
        for group in optimiser.param_groups:
            group["lr"] = lr
        for i, tensor in enumerate(tensors):
            dw = rng.normal(size=SHAPES[i])
            tensor.grad = torch.tensor(dw)
            ws[i], states[i] = step(ws[i], dw, states[i], lr)
        optimiser.step()
        for w, tensor in zip(ws, tensors, strict=True):
            yield w, tensor.detach().numpy()


def test_adam_steps_like_torch_for_every_step():
    for eps in (1e-8, 0.1):
        pairs = ours_and_torchs(
            lambda w, dw, state, lr, eps=eps: bp.adam_step(w, dw, state, lr, 0.8, 0.95, eps),
            lambda torch, tensors, eps=eps: torch.optim.Adam(tensors, betas=(0.8, 0.95), eps=eps),
        )
        for ours, theirs in pairs:
            assert relative_error(ours, theirs) < TOLERANCE


def test_adamw_steps_like_torch_for_every_step():
    for decay in (0.01, 0.5):
        pairs = ours_and_torchs(
            lambda w, dw, state, lr, d=decay: bp.adamw_step(w, dw, state, lr, 0.8, 0.95, 1e-8, d),
            lambda torch, tensors, d=decay: torch.optim.AdamW(
                tensors, betas=(0.8, 0.95), eps=1e-8, weight_decay=d
            ),
        )
        for ours, theirs in pairs:
            assert relative_error(ours, theirs) < TOLERANCE


def test_rmsprop_steps_like_torch_for_every_step():
    for eps in (1e-8, 0.1):
        pairs = ours_and_torchs(
            lambda w, dw, state, lr, eps=eps: bp.rmsprop_step(w, dw, state, lr, 0.9, eps),
            lambda torch, tensors, eps=eps: torch.optim.RMSprop(tensors, alpha=0.9, eps=eps),
        )
        for ours, theirs in pairs:
            assert relative_error(ours, theirs) < TOLERANCE


def test_momentum_steps_like_torch_while_the_learning_rate_stays():
    pairs = ours_and_torchs(
        lambda w, dw, state, lr: bp.momentum_step(w, dw, state, lr, 0.9),
        lambda torch, tensors: torch.optim.SGD(tensors, lr=0.1, momentum=0.9),
        lrs=(0.1,) * 5,
    )
    for ours, theirs in pairs:
        assert relative_error(ours, theirs) < TOLERANCE


def test_momentum_counts_each_gradient_at_the_rate_of_its_own_step():
    # torch multiplies the whole velocity by the current rate, so we compute the sum here.
    rng, mu, lrs = rng_for(1), 0.7, (0.1, 0.4, 0.2)
    w = start = rng.normal(size=4)
    dws, state = [rng.normal(size=4) for _ in lrs], {}
    for dw, lr in zip(dws, lrs, strict=True):
        w, state = bp.momentum_step(w, dw, state, lr, mu)
    weights = [sum(mu**k for k in range(len(lrs) - i)) for i in range(len(lrs))]
    moved = sum(a * lr * dw for a, lr, dw in zip(weights, lrs, dws, strict=True))
    assert relative_error(w, start - moved) < TOLERANCE


STEPS = {
    "momentum": lambda w, dw, state: bp.momentum_step(w, dw, state, 0.1, 0.9),
    "rmsprop": lambda w, dw, state: bp.rmsprop_step(w, dw, state, 0.1, 0.9, 1e-8),
    "adam": lambda w, dw, state: bp.adam_step(w, dw, state, 0.1, 0.9, 0.999, 1e-8),
    "adamw without decay": lambda *args: bp.adamw_step(*args, 0.1, 0.9, 0.999, 1e-8, 0.0),
}


@pytest.mark.parametrize("step", STEPS.values(), ids=STEPS)
def test_a_step_changes_neither_parameter_nor_gradient_nor_state(step):
    w, dw = rng_for(2).normal(size=(2, 3, 4))
    _, state = step(w, dw, {})
    before = copy.deepcopy((w, dw, state))
    first, again = step(w, dw, state)[0], step(w, dw, state)[0]
    np.testing.assert_equal((w, dw, state), before)
    np.testing.assert_array_equal(first, again)


@pytest.mark.parametrize("step", STEPS.values(), ids=STEPS)
def test_a_zero_gradient_and_whole_numbers_are_fine(step):
    w, _ = step(np.array([1, 2]), np.array([0, 3]), {})
    assert w.dtype == np.float64
    assert w[0] == 1.0
    assert 0 < w[1] < 2


def test_gradients_accumulated_over_unequal_batches_are_those_of_torch_over_all(torch):
    rng = rng_for(13)
    x, y, W, b = (rng.normal(size=shape) for shape in ((9, 4), (9, 3), (4, 3), (3,)))

    def in_torch(params, x, y):
        leaves = [torch.tensor(param, requires_grad=True) for param in params]
        pred = torch.tanh(torch.tensor(x) @ leaves[0] + leaves[1])
        loss = torch.nn.functional.mse_loss(pred, torch.tensor(y))
        loss.backward()
        return loss.item(), [leaf.grad.numpy() for leaf in leaves]

    batches = [(x[:4], y[:4]), (x[4:8], y[4:8]), (x[8:], y[8:])]
    loss, grads = bp.accumulate_gradients(in_torch, [W, b], batches)
    expected_loss, expected = in_torch([W, b], x, y)
    assert relative_error(loss, expected_loss) < TOLERANCE
    for ours, theirs in zip(grads, expected, strict=True):
        assert relative_error(ours, theirs) < TOLERANCE


def test_a_step_with_gradients_by_torch_is_right_and_one_with_others_is_wrong(torch):
    rng = rng_for(14)
    x, y, W, b = (rng.normal(size=shape) for shape in ((9, 4), (9, 3), (4, 3), (3,)))

    def run(params, x, y):
        leaves = [torch.tensor(param, requires_grad=True) for param in params]
        pred = torch.tanh(torch.tensor(x) @ leaves[0] + leaves[1])
        return leaves, torch.nn.functional.mse_loss(pred, torch.tensor(y))

    def loss(params, x, y):
        return run(params, x, y)[1].item()

    def step(params, x, y, lr, factor=1.0):
        leaves, value = run(params, x, y)
        value.backward()
        moves = [lr * factor * leaf.grad.numpy() for leaf in leaves]
        return [param - move for param, move in zip(params, moves, strict=True)], value.item()

    assert not bp.catch_wrong_steps(step, loss, [W, b], x, y)
    assert bp.catch_wrong_steps(lambda *args: step(*args, factor=1.01), loss, [W, b], x, y)


def test_embedding_and_its_gradient_are_those_of_torch(torch):
    rng = rng_for(3)
    E, dout = rng.normal(size=(7, 4)), rng.normal(size=(3, 5, 4))
    ids = rng.integers(0, 6, size=(3, 5))  # words 0 to 5: some occur twice, and word 6 never
    out, cache = bp.embedding_forward(ids, E)
    table = torch.tensor(E, requires_grad=True)
    theirs = torch.nn.functional.embedding(torch.tensor(ids), table)
    (theirs * torch.tensor(dout)).sum().backward()
    np.testing.assert_array_equal(out, theirs.detach().numpy())
    for _ in range(2):  # the second call gives the same result, because the cache is only read
        assert relative_error(bp.embedding_backward(dout, cache), table.grad.numpy()) < TOLERANCE


def test_an_embedding_is_a_linear_layer_of_one_hot_rows():
    rng = rng_for(4)
    E, dout, ids = rng.normal(size=(5, 3)), rng.normal(size=(2, 4, 3)), rng.integers(0, 5, (2, 4))
    one_hot = np.eye(5)[ids.ravel()]
    dE = bp.embedding_backward(dout, bp.embedding_forward(ids, E)[1])
    assert relative_error(dE, one_hot.T @ dout.reshape(-1, 3)) < TOLERANCE


def test_dropout_keeps_the_mean_and_the_asked_share():
    x = rng_for(5).normal(size=(400, 300)) + 3.0
    out, _ = bp.dropout_forward(x, 0.7, rng_for(6))
    kept = out != 0
    assert kept.mean() == pytest.approx(0.7, abs=0.01)
    assert out.mean() == pytest.approx(x.mean(), rel=0.02)
    np.testing.assert_allclose(out[kept], x[kept] / 0.7, rtol=TOLERANCE)


def test_dropout_backward_is_the_gradient_by_torch_under_the_same_mask(torch):
    rng = rng_for(7)
    x, dout = rng.normal(size=(2, 6, 5))
    out, cache = bp.dropout_forward(x, 0.6, rng)
    bp.dropout_forward(x, 0.6, rng)
    tensor = torch.tensor(x, requires_grad=True)
    theirs = torch.where(torch.tensor(out != 0), tensor / 0.6, torch.zeros(()).double())
    (theirs * torch.tensor(dout)).sum().backward()
    for _ in range(2):
        assert relative_error(bp.dropout_backward(dout, cache), tensor.grad.numpy()) < TOLERANCE


def test_dropout_that_keeps_all_is_the_identity():
    x = np.array([1, 2, 3])
    out, cache = bp.dropout_forward(x, 1.0, rng_for(8))
    np.testing.assert_array_equal(out, x)
    np.testing.assert_array_equal(bp.dropout_backward(out, cache), out)


@pytest.mark.parametrize(
    ("scheme", "deviations"),
    [
        ("he", (np.sqrt(2 / 300), np.sqrt(2 / 100))),
        ("xavier", (np.sqrt(2 / 400), np.sqrt(2 / 300))),
    ],
)
def test_first_weights_have_the_deviation_of_their_scheme_and_biases_are_zero(scheme, deviations):
    params = bp.initialise([300, 100, 200], rng_for(9), scheme)
    assert [(W.shape, b.shape) for W, b in params] == [((300, 100), (100,)), ((100, 200), (200,))]
    for (W, b), deviation in zip(params, deviations, strict=True):
        assert W.std() == pytest.approx(deviation, rel=0.03)
        assert abs(W.mean()) < 0.03 * deviation
        assert not b.any()


def test_he_weights_keep_the_mean_square_through_twenty_relu_layers():
    out = rng_for(10).normal(size=(200, 300))
    for W, b in bp.initialise([300] * 21, rng_for(11), "he"):
        out, _ = bp.relu_forward(bp.linear_forward(out, W, b)[0])
    # If the variance were half as large, the mean square would be about a millionth. If it were
    # twice as large, it would be about a million.
    assert 0.2 < np.mean(out**2) < 5.0


def test_an_unknown_scheme_is_refused():
    with pytest.raises(ValueError, match="lecun"):
        bp.initialise([3, 2], rng_for(12), "lecun")
