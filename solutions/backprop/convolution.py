"""Convolution and max pooling: layers that work on small windows of a picture.

Pictures are (N, C, H, W): N examples, C channels, H rows and W columns of pixels. A window starts
at every stride-th row and column if it fits; pixels that are in no window are not used.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = [
    "conv2d_backward",
    "conv2d_forward",
    "maxpool2d_backward",
    "maxpool2d_forward",
]

Array = NDArray[np.float64]
ConvCache = tuple[Array, Array, int, int]
PoolCache = tuple[Array, int, int]


def conv2d_forward(
    x: ArrayLike, w: ArrayLike, b: ArrayLike, stride: int, pad: int
) -> tuple[Array, ConvCache]:
    """For every filter and window of a picture, add up the products of their entries and the bias.

    x: (N, C, H, W) pictures, w: (F, C, HH, WW) filters, b: (F,) biases; the filters are not
    flipped (cross-correlation). pad: how many rows and columns of zeros on each side; stride: how
    far apart windows are. Returns (out, cache): out float64 (N, F, 1 + (H + 2 pad - HH) // stride,
    1 + (W + 2 pad - WW) // stride); the cache is for `conv2d_backward`.
    Book: chapter 5, "Convolution".
    """
    x, w, b = (np.asarray(a, dtype=float) for a in (x, w, b))
    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, w.shape[2:], axis=(2, 3))
    windows = windows[:, :, ::stride, ::stride]  # (N, C, rows, columns, HH, WW)
    # One matrix product: rows are windows, columns are filters, and C, HH, WW are summed over.
    out = np.tensordot(windows, w, axes=((1, 4, 5), (1, 2, 3)))  # (N, rows, columns, F)
    out = np.moveaxis(out, 3, 1) + b[:, None, None]
    return out, (padded, w, stride, pad)


def conv2d_backward(dout: ArrayLike, cache: ConvCache) -> tuple[Array, Array, Array]:
    """Compute the gradients of the loss with respect to the three inputs of `conv2d_forward`.

    dout: upstream gradient, the shape of out. Returns (dx, dw, db), float64, for the pictures,
    the filters and the biases: (N, C, H, W), (F, C, HH, WW), (F,).
    Book: chapter 5, "Convolution, backward".
    """
    dout = np.asarray(dout, dtype=float)
    padded, w, stride, pad = cache
    rows, columns = dout.shape[2:]
    dpadded, dw = np.zeros_like(padded), np.zeros_like(w)
    for i, j in np.ndindex(w.shape[2:]):
        # the pixels under entry (i, j) of the filters, one for each window
        pixels = np.s_[:, :, i : i + stride * rows : stride, j : j + stride * columns : stride]
        dw[:, :, i, j] = np.tensordot(dout, padded[pixels], axes=((0, 2, 3), (0, 2, 3)))
        dpadded[pixels] += np.moveaxis(np.tensordot(dout, w[:, :, i, j], axes=(1, 0)), 3, 1)
    H, W = padded.shape[2] - 2 * pad, padded.shape[3] - 2 * pad
    dx = dpadded[:, :, pad : pad + H, pad : pad + W]
    return dx, dw, dout.sum(axis=(0, 2, 3))


def maxpool2d_forward(x: ArrayLike, size: int, stride: int) -> tuple[Array, PoolCache]:
    """Keep the largest pixel of every window of size times size, separately for each channel.

    x: (N, C, H, W). Returns (out, cache): out float64 (N, C, 1 + (H - size) // stride,
    1 + (W - size) // stride); the cache is for `maxpool2d_backward`.
    Book: chapter 5, "Max pooling".
    """
    x = np.asarray(x, dtype=float)
    windows = np.lib.stride_tricks.sliding_window_view(x, (size, size), axis=(2, 3))
    return windows[:, :, ::stride, ::stride].max(axis=(4, 5)), (x, size, stride)


def maxpool2d_backward(dout: ArrayLike, cache: PoolCache) -> Array:
    """Compute the gradient of the loss with respect to the input of `maxpool2d_forward`.

    Each window sends its gradient to its largest pixel, or to the first of several equal ones.
    dout: upstream gradient, the shape of out. Returns dx, float64 (N, C, H, W).
    Book: chapter 5, "Max pooling".
    """
    dout = np.asarray(dout, dtype=float)
    x, size, stride = cache
    windows = np.lib.stride_tricks.sliding_window_view(x, (size, size), axis=(2, 3))
    windows = windows[:, :, ::stride, ::stride].reshape(*dout.shape, size * size)
    i, j = np.divmod(windows.argmax(axis=4), size)  # the first of several equal pixels
    n, c, row, column = np.ogrid[tuple(map(slice, dout.shape))]
    dx = np.zeros_like(x)
    # dx[...] += dout would count a pixel once only, even if it is the largest of several windows.
    np.add.at(dx, (n, c, row * stride + i, column * stride + j), dout)
    return dx
