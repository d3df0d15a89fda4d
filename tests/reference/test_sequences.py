"""Recurrent networks, attention and the alternatives to backpropagation.

They are compared with PyTorch, with formulas and with finite differences.
"""

import numpy as np
import pytest

import backprop as bp
from autograder.bank import QUESTIONS
from autograder.marking.answer_key import from_reference
from autograder.marking.explain import mark

SIZES = ((2, 3, 4, 5), (4, 3, 5, 2), (1, 5, 2, 3), (3, 1, 4, 2))


@pytest.fixture
def rng():
    return np.random.default_rng(11)


def assert_close(ours, theirs, tolerance=1e-9):
    theirs = np.asarray(theirs.detach() if hasattr(theirs, "detach") else theirs)
    assert np.shape(ours) == theirs.shape
    assert np.max(np.abs(ours - theirs)) <= tolerance * np.max(np.abs(theirs))


def leaves(torch, arrays):
    return [torch.tensor(a, dtype=torch.float64, requires_grad=True) for a in arrays]


def recurrent(rng, N, T, D, H):
    return [rng.normal(size=s) for s in ((N, T, D), (N, H), (D, H), (H, H), (H,))]


def lstm(rng, N, D, H):
    return [rng.normal(size=s) for s in ((N, D), (N, H), (N, H), (D, 4 * H), (H, 4 * H), (4 * H,))]


@pytest.mark.parametrize("sizes", SIZES)
def test_a_recurrent_layer_agrees_with_torch_forward_and_backward(torch, rng, sizes):
    arrays = recurrent(rng, *sizes)
    x, h0, Wx, Wh, b = its = leaves(torch, arrays)
    states = [h0]
    for t in range(sizes[1]):
        states.append(torch.tanh(x[:, t] @ Wx + states[-1] @ Wh + b))
    h, cache = bp.rnn_forward(*arrays)
    dh = rng.normal(size=h.shape)
    theirs = torch.stack(states[1:], dim=1)
    theirs.backward(torch.tensor(dh))
    assert_close(h, theirs)
    for ours, leaf in zip(bp.rnn_backward(dh, cache), its, strict=True):
        assert_close(ours, leaf.grad)


@pytest.mark.parametrize("sizes", SIZES)
def test_a_recurrent_layer_agrees_with_the_one_built_into_torch(torch, rng, sizes):
    x, h0, Wx, Wh, b = arrays = recurrent(rng, *sizes)
    layer = torch.nn.RNN(sizes[2], sizes[3], batch_first=True, dtype=torch.float64)
    parameters = (Wx.T, Wh.T, b, 0 * b)
    with torch.no_grad():
        for parameter, value in zip(layer.parameters(), parameters, strict=True):
            parameter.copy_(torch.tensor(np.ascontiguousarray(value)))
    theirs, _ = layer(torch.tensor(x), torch.tensor(h0[None]))
    assert_close(bp.rnn_forward(*arrays)[0], theirs)


@pytest.mark.parametrize("sizes", [(2, 3, 4), (4, 2, 3), (1, 3, 2)])
def test_an_lstm_step_agrees_with_torch_forward_and_backward(torch, rng, sizes):
    arrays = lstm(rng, *sizes)
    x, h, c, Wx, Wh, b = its = leaves(torch, arrays)
    i, f, o, g = torch.chunk(x @ Wx + h @ Wh + b, 4, dim=1)
    its_c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
    its_h = torch.sigmoid(o) * torch.tanh(its_c)
    h_new, c_new, cache = bp.lstm_step_forward(*arrays)
    assert_close(h_new, its_h)
    assert_close(c_new, its_c)
    dh, dc = rng.normal(size=h_new.shape), rng.normal(size=c_new.shape)
    torch.autograd.backward((its_h, its_c), (torch.tensor(dh), torch.tensor(dc)))
    for ours, leaf in zip(bp.lstm_step_backward(dh, dc, cache), its, strict=True):
        assert_close(ours, leaf.grad)


@pytest.mark.parametrize("sizes", SIZES)
def test_attention_agrees_with_torch_forward_and_backward(torch, rng, sizes):
    M, N, d, D = sizes
    arrays = [rng.normal(size=s) for s in ((M, d), (N, d), (N, D))]
    its = leaves(torch, arrays)
    theirs = torch.nn.functional.scaled_dot_product_attention(*its)
    out, cache = bp.attention_forward(*arrays)
    dout = rng.normal(size=out.shape)
    theirs.backward(torch.tensor(dout))
    assert_close(out, theirs)
    for ours, leaf in zip(bp.attention_backward(dout, cache), its, strict=True):
        if N > 1:  # a single key always has weight 1, so Q and K have no gradient
            assert_close(ours, leaf.grad)


@pytest.mark.parametrize("sizes", [(2, 3, 4), (5, 4, 2), (7, 1, 3)])
def test_causal_attention_agrees_with_torch_forward_and_backward(torch, rng, sizes):
    T, d, D = sizes
    arrays = [rng.normal(size=s) for s in ((T, d), (T, d), (T, D))]
    its = leaves(torch, arrays)
    theirs = torch.nn.functional.scaled_dot_product_attention(*its, is_causal=True)
    out, cache = bp.causal_attention_forward(*arrays)
    dout = rng.normal(size=out.shape)
    theirs.backward(torch.tensor(dout))
    assert_close(out, theirs)
    for _ in range(2):  # the second call gives the same result, because the cache is only read
        for ours, leaf in zip(bp.causal_attention_backward(dout, cache), its, strict=True):
            assert_close(ours, leaf.grad)


@pytest.mark.parametrize("sizes", [(3, 4, 1), (5, 4, 2), (4, 6, 3), (2, 3, 3)])
def test_several_heads_agree_with_torch_forward_and_backward(torch, rng, sizes):
    T, D, heads = sizes
    arrays = [rng.normal(size=s) for s in ((T, D), *((D, D),) * 4)]
    its = leaves(torch, arrays)
    x, Wq, Wk, Wv, Wo = its
    Q, K, V = ((x @ W).reshape(T, heads, -1).transpose(0, 1) for W in (Wq, Wk, Wv))
    joined = torch.nn.functional.scaled_dot_product_attention(Q, K, V).transpose(0, 1)
    theirs = joined.reshape(T, D) @ Wo
    out, cache = bp.multi_head_forward(*arrays, heads)
    dout = rng.normal(size=out.shape)
    theirs.backward(torch.tensor(dout))
    assert_close(out, theirs)
    for _ in range(2):  # the second call gives the same result, because the cache is only read
        for ours, leaf in zip(bp.multi_head_backward(dout, cache), its, strict=True):
            assert_close(ours, leaf.grad)


@pytest.mark.parametrize("sizes", SIZES)
def test_flash_attention_of_blocks_adds_up_to_the_gradients_of_torch(torch, rng, sizes):
    M, N, d, D = sizes
    Q, K, V = arrays = [rng.normal(size=s) for s in ((M, d), (N, d), (N, D))]
    its = leaves(torch, arrays)
    theirs = torch.nn.functional.scaled_dot_product_attention(*its)
    dout = rng.normal(size=(M, D))
    theirs.backward(torch.tensor(dout))
    out, lse = bp.attention_forward(Q, K, V)[0], np.log(np.exp(Q @ K.T / np.sqrt(d)).sum(axis=1))
    blocks = [slice(0, N // 2), slice(N // 2, N)]
    parts = [bp.flash_attention_backward(dout, Q, K[b], V[b], out, lse) for b in blocks]
    dQs, dKs, dVs = zip(*parts, strict=True)
    ours = sum(dQs), np.concatenate(dKs), np.concatenate(dVs)
    for our, leaf in zip(ours, its, strict=True):
        if N > 1:  # a single key always has weight 1, so Q and K have no gradient
            assert_close(our, leaf.grad)


def test_attention_is_finite_for_scores_of_a_thousand(rng):
    Q, K, V = np.array([[1e3, 0.0]]), np.array([[1.0, 1.0], [-1.0, 2.0], [1.0, 3.0]]), np.eye(3)
    out, cache = bp.attention_forward(Q, K, V)
    np.testing.assert_allclose(out, [[0.5, 0.0, 0.5]])
    for gradient in bp.attention_backward(np.array([[1.0, 2.0, 3.0]]), cache):
        assert np.isfinite(gradient).all()


def test_feedback_alignment_is_backpropagation_where_b_is_the_transposed_w2(torch, rng):
    W1, W2, x, y = (rng.normal(size=s) for s in ((3, 4), (4, 2), (5, 3), (5, 2)))
    its_W1, its_W2 = leaves(torch, (W1, W2))
    error = torch.tanh(torch.tensor(x) @ its_W1) @ its_W2 - torch.tensor(y)
    (0.5 * (error**2).sum() / 5).backward()
    dW1, dW2 = bp.feedback_alignment_grads(W1, W2, W2.T, x, y)
    assert_close(dW1, its_W1.grad)
    assert_close(dW2, its_W2.grad)


def test_feedback_alignment_sends_the_error_through_b(rng):
    W1, W2, B, x, y = (rng.normal(size=s) for s in ((3, 4), (4, 2), (2, 4), (5, 3), (5, 2)))
    z = x @ W1
    expected = np.zeros_like(W1)
    for n in range(5):
        error = (np.tanh(z[n]) @ W2 - y[n]) / 5
        expected += np.outer(x[n], error @ B / np.cosh(z[n]) ** 2)
    assert_close(bp.feedback_alignment_grads(W1, W2, B, x, y)[0], expected)


def test_the_forward_forward_loss_agrees_with_torch(torch, rng):
    W, b, x_pos, x_neg = (rng.normal(size=s) for s in ((3, 4), (4,), (5, 3), (2, 3)))
    its_W, its_b = leaves(torch, (W, b))
    softplus = torch.nn.Softplus(threshold=1000)

    def goodness(x):
        return torch.relu(torch.tensor(x) @ its_W + its_b).pow(2).sum(dim=1)

    theirs = softplus(2.0 - goodness(x_pos)).mean() + softplus(goodness(x_neg) - 2.0).mean()
    theirs.backward()
    loss, dW, db = bp.forward_forward_loss(W, b, x_pos, x_neg, 2.0)
    assert_close(loss, theirs)
    assert_close(dW, its_W.grad)
    assert_close(db, its_b.grad)


def test_the_forward_forward_loss_is_finite_for_a_large_goodness(rng):
    W, b, x = 1e4 * rng.normal(size=(3, 4)), np.ones(4), rng.normal(size=(5, 3))
    with np.errstate(over="raise"):
        loss, dW, db = bp.forward_forward_loss(W, b, x, x, 1.0)
    assert np.isfinite(loss) and np.isfinite(dW).all() and np.isfinite(db).all()


@pytest.mark.parametrize("h", [1e-5, 1e-3, 1e-1, 1.0])
def test_finite_differences_are_no_answer_for_the_forward_forward_loss(h):
    def by_differences(W, b, x_pos, x_neg, theta):
        def loss(W, b):
            return bp.forward_forward_loss(W, b, x_pos, x_neg, theta)[0]

        dW = bp.numerical_gradient(lambda v: loss(v, b), W, h)
        return loss(W, b), dW, bp.numerical_gradient(lambda v: loss(W, v), b, h)

    key = from_reference(QUESTIONS["forward_forward_loss"], vars(bp), 0)
    verdict = mark(key, key.observe({**vars(bp), "forward_forward_loss": by_differences}))
    assert verdict.score == 1  # the point for the loss itself


def test_the_hessian_vector_product_is_the_hessian_times_the_vector(rng):
    x, v, A = rng.normal(size=(2, 3)), rng.normal(size=(2, 3)), rng.normal(size=(6, 6))
    hessian = A + A.T + np.diag(3 * x.ravel() ** 2)

    def grad(w):
        return ((A + A.T) @ w.ravel()).reshape(w.shape) + w**3

    ours = bp.hessian_vector_product(grad, x, v)
    assert_close(ours, (hessian @ v.ravel()).reshape(2, 3), 1e-8)


@pytest.mark.parametrize("length", [1e-200, 1e-3, 1.0, 1e3, 1e5, 1e200])
def test_the_hessian_vector_product_is_as_good_for_a_vector_of_any_length(rng, length):
    x, v, A = rng.normal(size=4), length * rng.normal(size=4), rng.normal(size=(4, 3))

    def grad(w):  # of the sum of exp(w A)
        return A @ np.exp(w @ A)

    hessian = A @ np.diag(np.exp(x @ A)) @ A.T
    ours = bp.hessian_vector_product(grad, x, v)
    assert_close(ours / length, hessian @ v / length, 1e-8)


def test_the_hessian_times_a_vector_of_zeros_is_zero(rng):
    x = rng.normal(size=(2, 3))
    ours = bp.hessian_vector_product(np.exp, x, np.zeros((2, 3)))
    np.testing.assert_array_equal(ours, np.zeros((2, 3)))


def test_backward_twice_gives_the_same_and_changes_nothing(rng):
    runs = [
        (bp.rnn_forward, bp.rnn_backward, recurrent(rng, 2, 3, 4, 5)),
        (bp.lstm_step_forward, bp.lstm_step_backward, lstm(rng, 2, 3, 4)),
        (bp.attention_forward, bp.attention_backward, [np.ones((2, 4)), *np.ones((2, 3, 4))]),
    ]
    for forward, backward, arrays in runs:
        before = [a.copy() for a in arrays]
        *outs, cache = forward(*arrays)
        douts = [rng.normal(size=out.shape) for out in outs]
        first, second = (backward(*(d.copy() for d in douts), cache) for _ in range(2))
        for a, b in zip([*first, *arrays], [*second, *before], strict=True):
            np.testing.assert_array_equal(a, b)


def test_whole_numbers_are_as_good_as_floats(rng):
    for forward, arrays in (
        (bp.rnn_forward, recurrent(rng, 2, 3, 4, 5)),
        (bp.lstm_step_forward, lstm(rng, 2, 3, 4)),
        (bp.attention_forward, [rng.normal(size=s) for s in ((2, 4), (3, 4), (3, 5))]),
    ):
        whole = [np.round(a).astype(int) for a in arrays]
        *ours, _ = forward(*whole)
        *theirs, _ = forward(*(a.astype(float) for a in whole))
        for a, b in zip(ours, theirs, strict=True):
            assert a.dtype == np.float64
            np.testing.assert_array_equal(a, b)
