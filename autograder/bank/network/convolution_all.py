"""Assignment 05-network, pictures: convolution and max pooling."""

from typing import Any

import numpy as np

import backprop as bp
from autograder.bank.inputs import DIGITS_LOST, Rng, normal, whole
from autograder.marking.question import Case, question

# --- conv2d_forward ---------------------------------------------------------------------------


def conv2d_forward_cases(rng: Rng) -> list[Case]:
    """Neither pictures nor filters square; strides that overlap, skip pixels and leave some over."""

    def inputs(
        x: tuple[int, ...], w: tuple[int, ...], stride: int, pad: int, draw: Any = normal
    ) -> dict[str, Any]:
        return {
            "x": draw(rng, *x),
            "w": draw(rng, *w),
            "b": normal(rng, w[0]),
            "stride": stride,
            "pad": pad,
        }

    return [
        Case(inputs((2, 1, 3, 4), (1, 1, 2, 3), 1, 0), "one channel, one filter"),
        Case(inputs((3, 2, 2, 3), (4, 2, 3, 2), 1, 1), "padding 1"),
        Case(inputs((3, 1, 6, 5), (2, 1, 3, 2), 2, 0), "a row and a column are left over"),
        Case(inputs((2, 3, 3, 4), (4, 3, 2, 3), 3, 2), "padding 2, stride 3"),
        Case(inputs((2, 3, 3, 2), (4, 3, 3, 2), 1, 0), "the filter is as large as the picture"),
        Case(inputs((3, 1, 2, 4), (2, 1, 1, 2), 3, 1), "pixels between the windows"),
        Case(inputs((2, 3, 3, 4), (4, 3, 3, 2), 2, 1, draw=whole), "whole numbers"),
    ]


@question(conv2d_forward_cases, parts={"out": 3}, see="convolution")
def conv2d_forward(code: Any, x: Any, w: Any, b: Any, stride: Any, pad: Any) -> Any:
    out, cache = code.conv2d_forward(x, w, b, stride, pad)
    return {"out": out}


def _out_mistake(id: str, says: str, see: str | None = None):
    """A wrong conv2d_forward, written as a function that gives out only."""

    def register(wrong):
        conv2d_forward.misconception(id, says, see)(lambda *inputs: (wrong(*inputs), None))
        return wrong

    return register


def _out(x, w, b, stride, pad):
    return bp.conv2d_forward(x, w, b, stride, pad)[0]


def _padded(x, before, after, **how):
    return np.pad(x, ((0, 0), (0, 0), before, after), **how)


def _each_channel(x, w, stride, pad):
    """The sums of each channel by itself, channels first: (C, N, F, rows, columns)."""
    channels = range(np.shape(x)[1])
    return np.stack([_out(x[:, [c]], w[:, [c]], 0 * w[:, 0, 0, 0], stride, pad) for c in channels])


@_out_mistake(
    "filter-flipped",
    "The filter is turned by 180 degrees before it is laid on the picture. That is the convolution "
    "of mathematics; here, and in every framework, the filter is applied as it is.",
)
def _(x, w, b, stride, pad):
    return _out(x, w[:, :, ::-1, ::-1], b, stride, pad)


@_out_mistake(
    "filter-flipped",
    "The filter is mirrored from left to right before it is laid on the picture. It is applied as it is.",
)
def _(x, w, b, stride, pad):
    return _out(x, w[:, :, :, ::-1], b, stride, pad)


@_out_mistake(
    "bias-forgotten", "The biases are missing: one number for each filter is added everywhere."
)
def _(x, w, b, stride, pad):
    return _out(x, w, 0 * b, stride, pad)


@_out_mistake(
    "bias-added-for-every-channel",
    "The bias is added once for each channel. It belongs to the filter: add it once, after the sum "
    "over the channels.",
)
def _(x, w, b, stride, pad):
    return _out(x, w, x.shape[1] * b, stride, pad)


@_out_mistake(
    "bias-on-wrong-axis",
    "b lies along the last axis of the output, its columns. It has one entry for each filter: give "
    "it the shape (F, 1, 1).",
    see="shapes-and-batches",
)
def _(x, w, b, stride, pad):
    return _out(x, w, 0 * b, stride, pad) + b


@_out_mistake(
    "stride-ignored",
    "There is a window at every pixel. The next window starts stride pixels further on.",
)
def _(x, w, b, stride, pad):
    return _out(x, w, b, 1, pad)


@_out_mistake(
    "windows-not-strided",
    "The output has the right size, but its windows are one pixel apart: the one of row r starts at "
    "row r * stride of the picture, not at row r.",
)
def _(x, w, b, stride, pad):
    rows, columns = _out(x, w, b, stride, pad).shape[2:]
    return _out(x, w, b, 1, pad)[:, :, :rows, :columns]


@_out_mistake("padding-ignored", "The picture is not padded: pad says how many zeros go around it.")
def _(x, w, b, stride, pad):
    return _out(x, w, b, stride, 0)


@_out_mistake(
    "padded-on-one-side",
    "The output is too small, as if zeros were only at the top and on the left. pad rows and columns go "
    "on each side: the picture becomes H + 2 pad high, not H + pad.",
)
def _(x, w, b, stride, pad):
    return _out(_padded(x, (pad, 0), (pad, 0)), w, b, stride, 0)


@_out_mistake(
    "padded-on-one-side",
    "The output is too small, as if zeros were only at the bottom and on the right. pad rows and columns go "
    "on each side: the picture becomes H + 2 pad high, not H + pad.",
)
def _(x, w, b, stride, pad):
    return _out(_padded(x, (0, pad), (0, pad)), w, b, stride, 0)


padding_not_zero = conv2d_forward.misconception(
    "padding-not-zero",
    "The border is padded with something other than zeros (ones, or pixels of the picture). Padding "
    "adds nothing to any sum.",
)


def _pad_with(**how: Any) -> None:
    @padding_not_zero
    def _(x, w, b, stride, pad):
        return bp.conv2d_forward(_padded(x, (pad, pad), (pad, pad), **how), w, b, stride, 0)


_pad_with(mode="edge")
_pad_with(mode="symmetric")
_pad_with(mode="wrap")
_pad_with(constant_values=1)
_pad_with(constant_values=-1)


@_out_mistake(
    "last-window-missing",
    "The last row and the last column of windows are missing: between the first start and the last "
    "there are (H + 2 pad - HH) // stride steps, so there is one window more than that.",
)
def _(x, w, b, stride, pad):
    return _out(x, w, b, stride, pad)[:, :, :-1, :-1]


@_out_mistake(
    "window-over-the-edge",
    "There are windows that hang over the edge of the padded picture. A window that does not fit is "
    "left out: the division for the size of the output is rounded down.",
)
def _(x, w, b, stride, pad):
    rest = [-(n + 2 * pad - m) % stride for n, m in zip(x.shape[2:], w.shape[2:], strict=True)]
    return _out(_padded(x, (pad, pad + rest[0]), (pad, pad + rest[1])), w, b, stride, 0)


@_out_mistake(
    "rows-and-columns-swapped",
    "Rows and columns are mixed up: the output comes out transposed. Axis 2 goes down the picture, "
    "axis 3 to the right.",
    see="shapes-and-batches",
)
def _(x, w, b, stride, pad):
    return np.swapaxes(_out(x, w, b, stride, pad), 2, 3)


@_out_mistake(
    "filters-last",
    "The axis of the filters stands last. The output is a picture too, (N, F, rows, columns), so "
    "that the next layer can take F for its channels.",
    see="shapes-and-batches",
)
def _(x, w, b, stride, pad):
    return np.moveaxis(_out(x, w, b, stride, pad), 1, 3)


@_out_mistake(
    "filters-first",
    "The axis of the filters stands before the one of the examples: the output is (N, F, rows, "
    "columns).",
    see="shapes-and-batches",
)
def _(x, w, b, stride, pad):
    return np.swapaxes(_out(x, w, b, stride, pad), 0, 1)


@_out_mistake(
    "first-channel-only",
    "Only the first channel is looked at. A filter has a sheet of weights for each channel, and all "
    "of them add up to one number.",
)
def _(x, w, b, stride, pad):
    return _out(x[:, :1], w[:, :1], b, stride, pad)


@_out_mistake(
    "first-channel-only",
    "Each channel overwrites the one before, so only the last is left. All of them add up.",
)
def _(x, w, b, stride, pad):
    return _out(x[:, -1:], w[:, -1:], b, stride, pad)


@_out_mistake(
    "channels-averaged",
    "The channels are averaged. A filter has weights of its own for each channel, and the products "
    "are added up.",
)
def _(x, w, b, stride, pad):
    return _out(x, w / x.shape[1], b, stride, pad)


@_out_mistake(
    "channels-mixed",
    "Channels and weights are summed each for itself before they meet, so every channel is "
    "multiplied by the weights of all. Sheet c of the filter belongs to channel c alone.",
)
def _(x, w, b, stride, pad):
    sums = x.sum(axis=1, keepdims=True), w.sum(axis=1, keepdims=True)
    return _out(*sums, b, stride, pad)


@_out_mistake(
    "channels-in-reverse-order",
    "Channels meet the weights of other channels. Sheet c of the filter belongs to channel c.",
)
def _(x, w, b, stride, pad):
    return _out(x[:, ::-1], w, b, stride, pad)


@_out_mistake(
    "channels-not-summed",
    "The output still has an axis for the channels. A filter gives one number for each window: add "
    "up over the channels too.",
)
def _(x, w, b, stride, pad):
    return np.moveaxis(_each_channel(x, w, stride, pad), 0, 2) + b[:, None, None, None]


@_out_mistake(
    "first-filter-only",
    "Every output channel is made with the first filter. Output channel f belongs to filter f.",
)
def _(x, w, b, stride, pad):
    return _out(x, w[[0] * len(w)], b, stride, pad)


@_out_mistake(
    "first-filter-only",
    "Only one filter is applied. There are F of them, and each makes an output channel.",
)
def _(x, w, b, stride, pad):
    return _out(x, w[:1], b[:1], stride, pad)


@_out_mistake(
    "filters-summed",
    "The filters are added up to one. Each of them makes an output channel of its own.",
)
def _(x, w, b, stride, pad):
    return _out(x, w, b, stride, pad).sum(axis=1)


@_out_mistake("first-example-only", "Every picture of the batch gets the output of the first one.")
def _(x, w, b, stride, pad):
    return _out(x[[0] * len(x)], w, b, stride, pad)


@_out_mistake(
    "integers-truncated",
    "The output is kept in an array of whole numbers, because it took the type of x. Make it a float "
    "array.",
    see="shapes-and-batches",
)
def _(x, w, b, stride, pad):
    return _out(x, w, b, stride, pad).astype(x.dtype)


@_out_mistake(
    "integers-truncated",
    "The biases were cut to whole numbers, because the output took the type of x. Make it a float array.",
    see="shapes-and-batches",
)
def _(x, w, b, stride, pad):
    return _out(x, w, b.astype(x.dtype), stride, pad)


# --- conv2d_backward --------------------------------------------------------------------------


def conv2d_backward_cases(rng: Rng) -> list[Case]:
    """As forward, with windows that overlap, a random upstream gradient, a cache used twice."""

    def inputs(
        x: tuple[int, ...],
        w: tuple[int, ...],
        stride: int,
        pad: int,
        calls: int = 1,
        draw: Any = normal,
        bias: float = 1.0,
    ) -> dict[str, Any]:
        size = [(n + 2 * pad - m) // stride + 1 for n, m in zip(x[2:], w[2:], strict=True)]
        return {
            "x": draw(rng, *x),
            "w": draw(rng, *w),
            "b": bias * normal(rng, w[0]),
            "stride": stride,
            "pad": pad,
            "dout": normal(rng, x[0], w[0], *size),
            "calls": calls,
        }

    return [
        Case(inputs((2, 1, 3, 4), (1, 1, 2, 3), 1, 0), "one channel, one filter"),
        Case(inputs((3, 2, 2, 3), (4, 2, 3, 2), 1, 1), "padding 1"),
        Case(inputs((3, 1, 6, 5), (2, 1, 3, 2), 2, 0), "a row and a column are left over"),
        Case(inputs((2, 3, 3, 4), (4, 3, 2, 3), 3, 2), "padding 2, stride 3"),
        Case(inputs((3, 1, 2, 4), (2, 1, 1, 2), 3, 1), "pixels between the windows"),
        Case(inputs((2, 3, 3, 4), (4, 3, 3, 2), 2, 1, draw=whole), "whole numbers"),
        Case(
            inputs((2, 1, 3, 4), (3, 1, 2, 3), 1, 0, calls=2),
            "backward called twice, after another forward",
        ),
        Case(inputs((2, 1, 3, 4), (3, 1, 2, 3), 1, 0, bias=1e30), DIGITS_LOST),
    ]


@question(conv2d_backward_cases, parts={"dx": 2, "dw": 1, "db": 1}, see="convolution-backward")
def conv2d_backward(
    code: Any, x: Any, w: Any, b: Any, stride: Any, pad: Any, dout: Any, calls: Any
) -> Any:
    out, cache = code.conv2d_forward(x, w, b, stride, pad)
    if calls > 1:
        code.conv2d_forward(x + 1, w - 1, b, stride, pad)
    for _ in range(calls):
        dx, dw, db = code.conv2d_backward(dout, cache)
    return {"dx": dx, "dw": dw, "db": db}


def _gradient_mistake(id: str, says: str, see: str | None = None):
    """A wrong conv2d_backward, written as a function of dout, the cache and the right gradients."""

    def register(wrong):
        def backward(dout, cache):
            return wrong(dout, cache, *bp.conv2d_backward(dout, cache))

        conv2d_backward.misconception(id, says, see)(backward)
        return wrong

    return register


def _dx(dout, cache, w=None, pad=None):
    """The right dx, with other filters or another padding to take off."""
    padded, right_w, _, right_pad = cache
    w, pad = right_w if w is None else w, right_pad if pad is None else pad
    return bp.conv2d_backward(dout, (padded, w, cache[2], pad))[0]


@_gradient_mistake(
    "padding-not-removed",
    "dx is as large as the padded picture. Zeros of the border are no inputs: cut pad rows and "
    "columns off each side.",
)
def _(dout, cache, dx, dw, db):
    return _dx(dout, cache, pad=0), dw, db


@_gradient_mistake(
    "padding-cut-on-one-side",
    "The padding is cut off dx on one side only, so every pixel gets its neighbour's gradient. It "
    "lies on both sides: cut pad from each.",
)
def _(dout, cache, dx, dw, db):
    H, W = dx.shape[2:]
    return _dx(dout, cache, pad=0)[:, :, :H, :W], dw, db


@_gradient_mistake(
    "padding-cut-on-one-side",
    "The padding is cut off dx on one side only, so every pixel gets its neighbour's gradient. It "
    "lies on both sides: cut pad from each.",
)
def _(dout, cache, dx, dw, db):
    H, W = dx.shape[2:]
    return _dx(dout, cache, pad=0)[:, :, -H:, -W:], dw, db


@_gradient_mistake(
    "filter-not-rotated",
    "dx goes through the filter in the wrong direction. Entry (i, j) of the filter took its pixel "
    "from i down and j right of the window's corner, and sends the gradient back to that very pixel. "
    "Written as a correlation of the padded dout, this takes the filter turned by 180 degrees.",
)
def _(dout, cache, dx, dw, db):
    return _dx(dout, cache, w=cache[1][:, :, ::-1, ::-1]), dw, db


@_gradient_mistake(
    "weight-gradient-flipped",
    "dw comes out turned by 180 degrees. Entry (i, j) gathers the pixels that it was multiplied by, "
    "i down and j right of each window's corner.",
)
def _(dout, cache, dx, dw, db):
    return dx, dw[:, :, ::-1, ::-1], db


def _assigned(dout, cache, order):
    """dx of loops that overwrite where they should add: the order is that of the loops' indices."""
    padded, w, stride, pad = cache
    HH, WW = w.shape[2:]
    F, rows, columns = dout.shape[1:]
    dpadded = np.zeros_like(padded)
    for r, s in np.ndindex(rows, columns):
        top, left = r * stride, s * stride
        share = np.einsum("nf,fcij->fncij", dout[:, :, r, s], w)
        share = share[-1] if order == "filters overwrite" else share.sum(axis=0)
        dpadded[:, :, top : top + HH, left : left + WW] = share
    return dpadded[:, :, pad : padded.shape[2] - pad, pad : padded.shape[3] - pad]


assigned = _gradient_mistake(
    "assigned-not-accumulated",
    "A window's share of dx overwrites what others have put there. A pixel lies in several windows "
    "and under every filter, and gets a gradient from each: +=, not =.",
)


@assigned
def _(dout, cache, dx, dw, db):
    return _assigned(dout, cache, "windows overwrite"), dw, db


@assigned
def _(dout, cache, dx, dw, db):
    return _assigned(dout, cache, "filters overwrite"), dw, db


@assigned
def _(dout, cache, dx, dw, db):
    padded, w, stride, pad = cache
    return (
        _assigned(dout, (padded, w, stride, pad), "filters overwrite"),
        _last_share(dout, cache),
        db,
    )


@assigned
def _(dout, cache, dx, dw, db):
    padded, w, stride, pad = cache
    rows, columns = dout.shape[2:]
    dpadded = np.zeros_like(padded)
    for i, j in np.ndindex(w.shape[2:]):
        pixels = np.s_[:, :, i : i + stride * rows : stride, j : j + stride * columns : stride]
        dpadded[pixels] = np.einsum("nfrs,fc->ncrs", dout, w[:, :, i, j])
    return dpadded[:, :, pad : padded.shape[2] - pad, pad : padded.shape[3] - pad], dw, db


def _last_share(dout, cache):
    """What the last window of the last example adds to dw."""
    padded, w, stride, _ = cache
    top, left = (stride * (n - 1) for n in dout.shape[2:])
    window = padded[-1, :, top : top + w.shape[2], left : left + w.shape[3]]
    return dout[-1, :, -1, -1][:, None, None, None] * window


@_gradient_mistake(
    "weight-gradient-overwritten",
    "dw is the share of the last window alone. A filter was laid on every window of every picture, "
    "and all of them add to its gradient: +=, not =.",
)
def _(dout, cache, dx, dw, db):
    return dx, _last_share(dout, cache), db


@_gradient_mistake(
    "weight-gradient-overwritten",
    "dw is the share of the last picture alone. All pictures of the batch add up.",
)
def _(dout, cache, dx, dw, db):
    return dx, bp.conv2d_backward(dout[-1:], (cache[0][-1:], *cache[1:]))[1], db


@_gradient_mistake(
    "weight-gradient-not-summed",
    "dw still has an axis for the examples. The same filter was laid on every picture: add them up.",
)
def _(dout, cache, dx, dw, db):
    padded, *rest = cache
    one = [bp.conv2d_backward(dout[[n]], (padded[[n]], *rest))[1] for n in range(len(dout))]
    return dx, np.stack(one), db


def _unstrided(dout, cache):
    """Both gradients as if the windows were one pixel apart."""
    padded, w, _, pad = cache
    return bp.conv2d_backward(dout, (padded, w, 1, pad))[:2]


unstrided = _gradient_mistake(
    "windows-not-strided",
    "Backward takes the windows to be one pixel apart. The window of output row r started at row "
    "r * stride of the padded picture, in both directions of the computation.",
)


@unstrided
def _(dout, cache, dx, dw, db):
    return *_unstrided(dout, cache), db


@unstrided
def _(dout, cache, dx, dw, db):
    return _unstrided(dout, cache)[0], dw, db


@unstrided
def _(dout, cache, dx, dw, db):
    return dx, _unstrided(dout, cache)[1], db


@_gradient_mistake(
    "upstream-ignored",
    "The upstream gradient is not used: these are gradients of the sum of all outputs. dout says how "
    "much each of them matters.",
)
def _(dout, cache, dx, dw, db):
    return bp.conv2d_backward(np.ones_like(dout), cache)


@_gradient_mistake(
    "upstream-ignored",
    "db counts the windows. The upstream gradient says how much each of them matters: sum dout.",
)
def _(dout, cache, dx, dw, db):
    return dx, dw, np.ones_like(dout).sum(axis=(0, 2, 3))


@_gradient_mistake(
    "first-filter-only",
    "Only the first filter sends something back to dx. A pixel was seen by every filter: add up "
    "their shares.",
)
def _(dout, cache, dx, dw, db):
    padded, w, *rest = cache
    return bp.conv2d_backward(dout[:, :1], (padded, w[:1], *rest))[0], dw, db


@_gradient_mistake(
    "channels-mixed",
    "Every channel of dx gets the sum of all channels. Channel c was multiplied by sheet c of the "
    "filter alone, and only that one leads back to it.",
)
def _(dout, cache, dx, dw, db):
    return np.repeat(dx.sum(axis=1, keepdims=True), dx.shape[1], axis=1), dw, db


@_gradient_mistake(
    "channels-mixed",
    "Every sheet of dw gets the sum over all channels. Sheet c was multiplied by channel c alone.",
)
def _(dout, cache, dx, dw, db):
    return dx, np.repeat(dw.sum(axis=1, keepdims=True), dw.shape[1], axis=1), db


@_gradient_mistake(
    "weight-gradient-transposed",
    "The first two axes of dw are swapped. It has the shape of w: filters, then channels.",
    see="shapes-and-batches",
)
def _(dout, cache, dx, dw, db):
    return dx, np.swapaxes(dw, 0, 1), db


@_gradient_mistake(
    "divided-by-n-again",
    "dw is divided by N. If the loss is a mean, its 1/N is already in dout; here it comes in twice.",
    see="gradient-of-each-part",
)
def _(dout, cache, dx, dw, db):
    return dx, dw / len(dout), db


@_gradient_mistake(
    "divided-by-n-again",
    "dw and db are divided by N. If the loss is a mean, its 1/N is already in dout; here it comes in "
    "twice.",
    see="gradient-of-each-part",
)
def _(dout, cache, dx, dw, db):
    return dx, dw / len(dout), db / len(dout)


not_summed = _gradient_mistake(
    "bias-gradient-not-summed",
    "db is not summed over all windows of all pictures. b of a filter was added in each of these "
    "places, and every one sends its share back: axes 0, 2 and 3.",
)


@not_summed
def _(dout, cache, dx, dw, db):
    return dx, dw, dout


@not_summed
def _(dout, cache, dx, dw, db):
    return dx, dw, dout.sum(axis=0)


@not_summed
def _(dout, cache, dx, dw, db):
    return dx, dw, dout.sum(axis=(2, 3))


averaged = _gradient_mistake(
    "bias-gradient-averaged",
    "db is averaged. If the loss is a mean, its 1/N is already in dout: here all shares are summed, "
    "over the pictures and over the windows.",
)


@averaged
def _(dout, cache, dx, dw, db):
    return dx, dw, dout.mean(axis=(0, 2, 3))


@averaged
def _(dout, cache, dx, dw, db):
    return dx, dw, dout.sum(axis=(2, 3)).mean(axis=0)


@averaged
def _(dout, cache, dx, dw, db):
    return dx, dw, dout.mean(axis=(2, 3)).sum(axis=0)


@_gradient_mistake(
    "bias-gradient-wrong-axis",
    "db has one number for each picture. b has one entry for each filter: sum over all axes but that "
    "of the filters, axis 1.",
    see="shapes-and-batches",
)
def _(dout, cache, dx, dw, db):
    return dx, dw, dout.sum(axis=(1, 2, 3))


@_gradient_mistake(
    "bias-gradient-one-number",
    "db is summed over everything. b has one entry for each filter: the filters' axis stays.",
    see="shapes-and-batches",
)
def _(dout, cache, dx, dw, db):
    return dx, dw, dout.sum()


@_gradient_mistake(
    "bias-gradient-keeps-axis",
    "db keeps axes of length 1. A gradient has the shape of its parameter, and b is (F,).",
    see="shapes-and-batches",
)
def _(dout, cache, dx, dw, db):
    return dx, dw, db[None, :, None, None]


@_gradient_mistake(
    "gradients-in-wrong-order",
    "The gradients come back in another order. It is the order of the inputs: dx, dw, db.",
)
def _(dout, cache, dx, dw, db):
    return dw, dx, db


@_gradient_mistake(
    "cache-overwritten",
    "The gradient is collected in the padded picture of the cache, so a second call finds something "
    "else there. A cache is only read: make a new array.",
    see="computation-graphs",
)
def _(dout, cache, dx, dw, db):
    cache[0][...] = _padded(dx, *2 * [2 * [cache[3]]])
    return dx, dw, db


# --- maxpool2d_backward -----------------------------------------------------------------------


def maxpool2d_backward_cases(rng: Rng) -> list[Case]:
    """Windows side by side, overlapping and apart; ties, and windows without a positive pixel."""

    def distinct(rng: Rng, *shape: int) -> np.ndarray:
        count = int(np.prod(shape))
        return (rng.permutation(count).reshape(shape) - count // 2 + 0.5) / 10

    def inputs(
        shape: tuple[int, ...], size: int, stride: int, calls: int = 1, draw: Any = distinct
    ) -> dict[str, Any]:
        out = [(n - size) // stride + 1 for n in shape[2:]]
        return {
            "x": draw(rng, *shape),
            "size": size,
            "stride": stride,
            "dout": normal(rng, *shape[:2], *out),
            "calls": calls,
        }

    def negative(rng: Rng, *shape: int) -> np.ndarray:
        return distinct(rng, *shape) - np.prod(shape) / 20

    def two_values(rng: Rng, *shape: int) -> np.ndarray:
        return rng.choice([-2, -1], size=shape)

    return [
        Case(inputs((2, 1, 2, 4), 2, 2), "one channel, windows side by side"),
        Case(inputs((2, 3, 5, 7), 2, 2), "a row and a column are left over"),
        Case(inputs((2, 3, 5, 6), 3, 1), "windows overlap"),
        Case(inputs((3, 2, 7, 5), 3, 2, draw=negative), "windows overlap, no pixel is positive"),
        Case(inputs((2, 3, 5, 8), 2, 3), "pixels between the windows"),
        Case(inputs((2, 3, 7, 9), 3, 2, draw=two_values), "ties, whole numbers"),
        Case(inputs((2, 3, 4, 6), 2, 2, calls=2), "backward called twice, after another forward"),
    ]


@question(maxpool2d_backward_cases, parts={"dx": 3}, see="max-pooling", bonus=True)
def maxpool2d_backward(code: Any, x: Any, size: Any, stride: Any, dout: Any, calls: Any) -> Any:
    out, cache = code.maxpool2d_forward(x, size, stride)
    if calls > 1:
        code.maxpool2d_forward(-x, size, stride)
    for _ in range(calls):
        dx = code.maxpool2d_backward(dout, cache)
    return {"dx": dx}


def _share_mistake(id: str, says: str, see: str | None = None):
    """A wrong max pooling, written as a function of a window and its entry of dout: the shares."""

    def register(wrong):
        def backward(dout, cache):
            x, size, stride = cache
            dx = np.zeros_like(x)
            for n, c, r, s in np.ndindex(dout.shape):
                here = np.s_[n, c, r * stride : r * stride + size, s * stride : s * stride + size]
                dx[here] += wrong(x[here], dout[n, c, r, s])
            return dx

        maxpool2d_backward.misconception(id, says, see)(backward)
        return wrong

    return register


def _one_hot(shape, flat):
    share = np.zeros(shape)
    share.flat[flat] = 1.0
    return share


@_share_mistake(
    "ties-given-to-all",
    "Where several pixels are the largest, each of them gets the whole gradient, which is then "
    "counted several times. The first of them, in reading order, gets it; the others get nothing.",
)
def _(window, dout):
    return dout * (window == window.max())


@_share_mistake(
    "ties-shared",
    "Where several pixels are the largest, they share the gradient. By convention it goes to the "
    "first of them in reading order.",
)
def _(window, dout):
    largest = window == window.max()
    return dout * largest / largest.sum()


@_share_mistake(
    "ties-to-the-last",
    "Where several pixels are the largest, the last one gets the gradient. By convention it is the "
    "first in reading order; a loop that compares by >= instead of > goes on to the last.",
)
def _(window, dout):
    return dout * _one_hot(window.shape, window.size - 1 - window.flat[::-1].argmax())


@_share_mistake(
    "ties-in-column-order",
    "Where several pixels are the largest, the columns are searched first. Reading order goes along "
    "the first row, then the second.",
)
def _(window, dout):
    return dout * _one_hot(window.T.shape, window.T.argmax()).T


@_share_mistake(
    "gradient-to-whole-window",
    "Every pixel of the window gets the gradient. Only the largest reached the output; if another "
    "one moves a little, nothing happens.",
)
def _(window, dout):
    return dout


@_share_mistake(
    "average-for-max",
    "The gradient is spread evenly over the window: that is average pooling. Only the largest pixel "
    "reached the output.",
)
def _(window, dout):
    return dout / window.size


@_share_mistake(
    "upstream-ignored",
    "This marks the largest pixels (1 for each window). By the chain rule, dout multiplies it.",
)
def _(window, dout):
    return _one_hot(window.shape, window.argmax())


@_share_mistake(
    "value-for-slope",
    "dout is multiplied by the value of the largest pixel. The slope of the maximum by it is 1.",
)
def _(window, dout):
    return dout * window.max() * _one_hot(window.shape, window.argmax())


@_share_mistake(
    "largest-by-size",
    "The gradient goes to the pixel that is farthest from 0. The maximum is the largest number, and "
    "-1 is larger than -2.",
)
def _(window, dout):
    return dout * _one_hot(window.shape, np.abs(window).argmax())


@_share_mistake(
    "smallest-for-largest",
    "The gradient goes to the smallest pixel of each window, not the largest.",
)
def _(window, dout):
    return dout * _one_hot(window.shape, window.argmin())


@_share_mistake(
    "negative-maximum-lost",
    "Windows without a positive pixel pass nothing back, as if the maximum were searched from 0 on "
    "or a ReLU followed. -1 is the largest of -1 and -2.",
)
def _(window, dout):
    return dout * (window.max() > 0) * _one_hot(window.shape, window.argmax())


@maxpool2d_backward.misconception(
    "assigned-not-accumulated",
    "Where windows overlap, one pixel can be the largest of several. It gets the gradient of each of "
    "them, added up: +=, not =.",
)
def _(dout, cache):
    return _routed(dout, cache, accumulate=False)


@maxpool2d_backward.misconception(
    "windows-not-strided",
    "Backward takes the windows to be one pixel apart. The window of output row r started at row "
    "r * stride.",
)
def _(dout, cache):
    x, size, _ = cache
    return bp.maxpool2d_backward(dout, (x, size, 1))


@maxpool2d_backward.misconception(
    "stride-taken-for-size",
    "Backward takes the windows to lie side by side, size pixels apart. They are stride pixels apart.",
)
def _(dout, cache):
    x, size, stride = cache
    dx = np.zeros_like(x)
    for n, c, r, s in np.ndindex(dout.shape):
        window = x[n, c, r * size : r * size + size, s * size : s * size + size]
        if window.size:
            i, j = np.unravel_index(window.argmax(), window.shape)
            dx[n, c, r * size + i, s * size + j] += dout[n, c, r, s]
    return dx


@maxpool2d_backward.misconception(
    "one-place-for-all-channels",
    "All channels of a window send their gradient to the place of the first one's maximum. Each "
    "channel has a maximum of its own.",
)
def _(dout, cache):
    return _routed(dout, cache, guide=lambda x: np.repeat(x[:, :1], x.shape[1], axis=1))


@maxpool2d_backward.misconception(
    "channels-compete",
    "Only the largest pixel of all channels gets something. Each channel is pooled for itself.",
)
def _(dout, cache):
    x, size, stride = cache
    out = bp.maxpool2d_forward(x, size, stride)[0]
    return bp.maxpool2d_backward(dout * (out == out.max(axis=1, keepdims=True)), cache)


def _routed(dout, cache, accumulate=True, guide=lambda x: x):
    """maxpool2d_backward whose maxima are searched in guide(x), or which overwrites."""
    x, size, stride = cache
    searched, dx = guide(x), np.zeros_like(x)
    for n, c, r, s in np.ndindex(dout.shape):
        top, left = r * stride, s * stride
        window = searched[n, c, top : top + size, left : left + size]
        i, j = np.unravel_index(window.argmax(), window.shape)
        old = dx[n, c, top + i, left + j]
        dx[n, c, top + i, left + j] = dout[n, c, r, s] + (old if accumulate else 0)
    return dx


QUESTIONS = [conv2d_forward, conv2d_backward, maxpool2d_backward]
