"""Convolution and pooling, compared with PyTorch for several strides.

The pictures and filters are not square. The forward passes are those of torch, and the
gradients come from its automatic differentiation.
"""

import numpy as np
import pytest

import backprop as bp

TOLERANCE = 1e-9  # relative
CONVOLUTIONS = {
    "one channel, one filter": ((2, 1, 3, 4), (1, 1, 2, 3), 1, 0),
    "padding": ((3, 2, 4, 3), (4, 2, 3, 2), 1, 1),
    "pixels left over": ((2, 3, 6, 7), (4, 3, 3, 2), 2, 0),
    "padding and a long stride": ((2, 3, 5, 7), (5, 3, 2, 3), 3, 2),
    "pixels between the windows": ((3, 2, 4, 6), (5, 2, 1, 2), 3, 1),
    "the filter covers the picture": ((2, 3, 3, 2), (4, 3, 3, 2), 1, 0),
}
POOLS = {
    "side by side": ((2, 3, 4, 6), 2, 2),
    "pixels left over": ((2, 3, 5, 7), 2, 2),
    "overlapping": ((3, 2, 7, 5), 3, 2),
    "overlapping by two": ((2, 3, 5, 6), 3, 1),
    "apart": ((2, 3, 5, 8), 2, 3),
}


def assert_close(ours, theirs):
    theirs = theirs.detach().numpy()
    assert ours.shape == theirs.shape and ours.dtype == np.float64
    assert np.max(np.abs(ours - theirs)) <= TOLERANCE * np.max(np.abs(theirs))


def leaf(torch, array):
    return torch.tensor(array, dtype=torch.float64, requires_grad=True)


@pytest.fixture
def rng():
    return np.random.default_rng(5)


@pytest.mark.parametrize("name", CONVOLUTIONS)
def test_convolution_agrees_with_torch_forward_and_backward(torch, rng, name):
    x_shape, w_shape, stride, pad = CONVOLUTIONS[name]
    arrays = [rng.normal(size=shape) for shape in (x_shape, w_shape, w_shape[:1])]
    leaves = [leaf(torch, a) for a in arrays]
    theirs = torch.nn.functional.conv2d(*leaves, stride=stride, padding=pad)
    out, cache = bp.conv2d_forward(*arrays, stride, pad)
    assert_close(out, theirs)
    dout = rng.normal(size=out.shape)
    theirs.backward(torch.tensor(dout))
    for ours, its_leaf in zip(bp.conv2d_backward(dout, cache), leaves, strict=True):
        assert_close(ours, its_leaf.grad)


@pytest.mark.parametrize("name", POOLS)
def test_pooling_agrees_with_torch_forward_and_backward(torch, rng, name):
    shape, size, stride = POOLS[name]
    x = rng.normal(size=shape) - 1.0
    its_leaf = leaf(torch, x)
    theirs = torch.nn.functional.max_pool2d(its_leaf, size, stride)
    out, cache = bp.maxpool2d_forward(x, size, stride)
    assert_close(out, theirs)
    dout = rng.normal(size=out.shape)
    theirs.backward(torch.tensor(dout))
    assert_close(bp.maxpool2d_backward(dout, cache), its_leaf.grad)


def test_a_tie_goes_to_the_first_in_reading_order():
    x = np.array([[[[1, 5, 5], [5, 5, 2]]]])
    dx = bp.maxpool2d_backward(np.array([[[[3.0, 4.0]]]]), bp.maxpool2d_forward(x, 2, 1)[1])
    np.testing.assert_array_equal(dx, [[[[0, 7, 0], [0, 0, 0]]]])


def test_backward_twice_gives_the_same_and_changes_nothing(rng):
    x, w, b = (rng.normal(size=shape) for shape in [(2, 3, 5, 4), (4, 3, 2, 3), (4,)])
    copies = x.copy(), w.copy(), b.copy()
    out, conv_cache = bp.conv2d_forward(x, w, b, 2, 1)
    pooled, pool_cache = bp.maxpool2d_forward(x, 3, 1)
    dout, dpooled = rng.normal(size=out.shape), rng.normal(size=pooled.shape)
    first = *bp.conv2d_backward(dout, conv_cache), bp.maxpool2d_backward(dpooled, pool_cache)
    again = *bp.conv2d_backward(dout, conv_cache), bp.maxpool2d_backward(dpooled, pool_cache)
    for one, other in zip((*first, x, w, b), (*again, *copies), strict=True):
        np.testing.assert_array_equal(one, other)


def test_whole_numbers_give_floats():
    x, w = np.arange(12).reshape(1, 1, 3, 4), np.ones((1, 1, 2, 2), dtype=int)
    out, _ = bp.conv2d_forward(x, w, np.array([0.5]), 1, 0)
    assert out.dtype == np.float64 and out[0, 0, 0, 0] == 0 + 1 + 4 + 5 + 0.5
    assert bp.maxpool2d_forward(x, 2, 1)[0].dtype == np.float64
