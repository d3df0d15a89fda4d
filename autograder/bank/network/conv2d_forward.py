"""A convolution."""

from typing import Any

from autograder.bank.inputs import WHOLE_NUMBERS, Rng, normal, whole
from autograder.marking.question import Case, question


def cases(rng: Rng) -> list[Case]:
    """Return cases with windows that overlap, leave gaps or do not fit.

    Neither pictures nor filters are square, so that mixed-up axes show.
    """

    def inputs(x: Any, w: Any, stride: int, pad: int, draw: Any = normal) -> dict[str, Any]:
        layer = {"x": draw(rng, *x), "w": draw(rng, *w), "b": normal(rng, w[0])}
        return {**layer, "stride": stride, "pad": pad}

    return [
        Case(inputs((2, 1, 3, 4), (1, 1, 2, 3), 1, 0), "one channel, one filter"),
        Case(inputs((3, 2, 2, 3), (4, 2, 3, 2), 1, 1), "padding 1"),
        Case(inputs((3, 1, 6, 5), (2, 1, 3, 2), 2, 0), "a row and a column are left over"),
        Case(inputs((1, 3, 3, 4), (4, 3, 2, 3), 3, 2), "one picture, padding 2, stride 3"),
        Case(inputs((2, 3, 3, 2), (4, 3, 3, 2), 1, 0), "the filter is as large as the picture"),
        Case(inputs((3, 1, 2, 4), (2, 1, 1, 2), 3, 1), "pixels between the windows"),
        Case(inputs((7, 3, 3, 4), (4, 3, 3, 2), 2, 1), "seven pictures, padding 1, stride 2"),
        Case(inputs((3, 3, 3, 3), (3, 3, 2, 2), 1, 0), "square pictures and filters"),
        Case(
            inputs((2, 3, 3, 4), (4, 3, 3, 2), 2, 1, draw=whole),
            "whole numbers",
            advice=WHOLE_NUMBERS,
        ),
    ]


@question(cases, parts={"out": 3}, see="convolution")
def conv2d_forward(code: Any, x: Any, w: Any, b: Any, stride: Any, pad: Any) -> Any:
    out, cache = code.conv2d_forward(x, w, b, stride, pad)
    return {"out": out}


slip = conv2d_forward.slip
INPUTS = "x, w, b = (np"
MARGINS = "(pad, pad), (pad, pad)"
STRIDES = "::stride, ::stride"
MULTIPLY, MOVE = "windows, w,", "np.moveaxis(out, 3, 1)"
BIAS = "b[:, None, None]"

slip("filter-flipped",
     "The filter is turned by 180 degrees before it is applied. Mathematicians call that a "
     "convolution. Here, and in every framework, the filter is applied as it is.",
     (MULTIPLY, "windows, w[:, :, ::-1, ::-1],"))
slip("filter-flipped",
     "The filter is mirrored from left to right before it is applied. Apply it as it is.",
     (MULTIPLY, "windows, w[:, :, :, ::-1],"))
slip("bias-forgotten",
     "The biases are missing. Add the bias of a filter to each of its outputs.",
     (f" + {BIAS}", ""))
slip("bias-added-for-every-channel",
     "The bias is added once for each channel. It belongs to the filter, so add it once, after "
     "the sum over the channels.",
     (BIAS, f"x.shape[1] * {BIAS}"))
slip("bias-on-wrong-axis",
     "NumPy aligns b with the last axis of the output, the columns. b has one entry for each "
     "filter, so give it the shape (F, 1, 1).",
     (BIAS, "b"), see="shapes-and-batches")
slip("stride-ignored",
     "There is a window at every pixel. The next window should start stride pixels further on.",
     (STRIDES, ":, :"))
slip("windows-not-strided",
     "The output has the right size, but its windows are one pixel apart. The window of row r "
     "starts at row r * stride of the padded picture, not at row r.",
     (STRIDES, ": -(-windows.shape[2] // stride), : -(-windows.shape[3] // stride)"))
slip("padding-ignored",
     "The picture is not padded. pad says how many rows and columns of zeros to put on each side.",
     (MARGINS, "(0, 0), (0, 0)"))
slip("padded-on-one-side",
     "The output is too small, as if there were zeros only at the top and on the left. Put pad "
     "rows and columns of zeros on each side, so that the picture is H + 2 pad high, not H + pad.",
     (MARGINS, "(pad, 0), (pad, 0)"))
slip("padded-on-one-side",
     "The output is too small, as if there were zeros only at the bottom and on the right. Put "
     "pad rows and columns of zeros on each side, so that the picture is H + 2 pad high, not H + "
     "pad.",
     (MARGINS, "(0, pad), (0, pad)"))
for how in ("'edge'", "'symmetric'", "'wrap'", "constant_values=1", "constant_values=-1"):
    slip(
        "padding-not-zero",
        "The border is padded with something other than zeros (ones, or pixels of the picture). "
        "Padding should add nothing to any sum, so use zeros.",
        (f"{MARGINS})", f"{MARGINS}), {how}"),
    )
slip("last-window-missing",
     "The last row and the last column of windows are missing. There are (H + 2 pad - HH) // "
     "stride steps from the first window to the last, so there is one more window than there are "
     "steps.",
     (f"{STRIDES}]", f"{STRIDES}][:, :, :-1, :-1]"))
slip("window-over-the-edge",
     "Some windows stick out over the edge of the padded picture. Leave out a window that does not "
     "fit, that is, round the size of the output down.",
     ("padded =",
      "below, right = (np.subtract(w.shape, x.shape)[2:] - 2 * pad) % stride\n    padded ="),
     (MARGINS, "(pad, pad + below), (pad, pad + right)"))
slip("rows-and-columns-swapped",
     "Rows and columns are swapped, so the output is transposed. Axis 2 goes down the picture, and "
     "axis 3 goes to the right.",
     (MOVE, f"{MOVE}.swapaxes(2, 3)"), see="shapes-and-batches")
slip("filters-last",
     "The filter axis is the last one. The output is a picture too, of shape (N, F, rows, "
     "columns), so that the next layer can use F as its channels.",
     (MOVE, "out"), (BIAS, "b"), see="shapes-and-batches")
slip("filters-first",
     "The filter axis comes before the example axis. The output has the shape (N, F, rows, "
     "columns).",
     (MOVE, "np.moveaxis(out, 3, 0)"), (BIAS, "b[:, None, None, None]"), see="shapes-and-batches")
slip("first-channel-only",
     "Only the first channel is used. A filter has weights for each channel, and the products of "
     "all channels are added up to give one number.",
     (MULTIPLY, "windows[:, :1], w[:, :1],"))
slip("first-channel-only",
     "Each channel overwrites the result of the one before, so only the last is left. Add up the "
     "products of all channels.",
     (MULTIPLY, "windows[:, -1:], w[:, -1:],"))
slip("channels-averaged",
     "The channels are averaged. A filter has separate weights for each channel, and the products "
     "are added up.",
     (MULTIPLY, "windows, w / x.shape[1],"))
slip("channels-mixed",
     "Channels and weights are summed separately before they are multiplied, so every channel is "
     "multiplied by the weights of all. Multiply channel c only by channel c of the filter, and "
     "sum afterwards.",
     (MULTIPLY, "windows.sum(axis=1, keepdims=True), w.sum(axis=1, keepdims=True),"))
slip("channels-in-reverse-order",
     "Each channel is multiplied by the weights of another channel. Channel c of the filter "
     "belongs to channel c of the picture.",
     (MULTIPLY, "windows[:, ::-1], w,"))
slip("channels-not-summed",
     "The output still has an axis for the channels. A filter gives one number for each window, so "
     "sum over the channels too.",
     ("np.tensordot(windows, w, axes=((1, 4, 5), (1, 2, 3)))",
      "np.einsum('ncrsij,fcij->ncrsf', windows, w)"),
     (MOVE, "np.moveaxis(out, 4, 1)"), (BIAS, "b[:, None, None, None]"))
slip("first-filter-only",
     "Every output channel is computed with the first filter. Output channel f belongs to filter "
     "f.",
     (MULTIPLY, "windows, w[[0] * len(w)],"))
slip("first-filter-only",
     "Only one filter is applied. There are F of them, and each gives one output channel.",
     (MULTIPLY, "windows, w[:1],"), (BIAS, "b[:1, None, None]"))
slip("filters-summed",
     "The filters are added up to make a single filter. Each of them should give its own output "
     "channel.",
     ("return out", "return out.sum(axis=1)"))
slip("first-example-only",
     "Every picture in the batch gets the output of the first one. Compute each from its own "
     "pixels.",
     (MULTIPLY, "windows[[0] * len(x)], w,"))
