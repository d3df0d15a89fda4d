"""The gradients of a convolution."""

from typing import Any

from autograder.bank.inputs import DIGITS_LOST, WHOLE_NUMBERS, Rng, normal, whole
from autograder.marking.question import Case, question


def cases(rng: Rng) -> list[Case]:
    """Return cases with windows that overlap or leave gaps, and with a cache used twice."""

    def inputs(x: Any, w: Any, stride: int, pad: int, draw: Any = normal) -> dict[str, Any]:
        size = [(n + 2 * pad - m) // stride + 1 for n, m in zip(x[2:], w[2:], strict=True)]
        layer = {"x": draw(rng, *x), "w": draw(rng, *w), "b": normal(rng, w[0])}
        dout = normal(rng, x[0], w[0], *size)
        return {**layer, "stride": stride, "pad": pad, "dout": dout, "calls": 1}

    def with_huge_bias(made: dict[str, Any]) -> dict[str, Any]:
        return {**made, "b": 1e30 * made["b"]}

    return [
        Case(inputs((2, 1, 3, 4), (1, 1, 2, 3), 1, 0), "one channel, one filter"),
        Case(inputs((3, 2, 2, 3), (4, 2, 3, 2), 1, 1), "padding 1"),
        Case(inputs((3, 1, 6, 5), (2, 1, 3, 2), 2, 0), "a row and a column are left over"),
        Case(inputs((1, 3, 3, 4), (4, 3, 2, 3), 3, 2), "one picture, padding 2, stride 3"),
        Case(inputs((3, 1, 2, 4), (2, 1, 1, 2), 3, 1), "pixels between the windows"),
        Case(inputs((7, 3, 3, 4), (4, 3, 3, 2), 2, 1), "seven pictures, padding 1, stride 2"),
        Case(inputs((3, 3, 3, 3), (3, 3, 2, 2), 1, 0), "square pictures and filters"),
        Case(
            {**inputs((2, 1, 3, 4), (3, 1, 2, 3), 1, 0), "calls": 2},
            "backward called twice, after another forward",
        ),
        Case(with_huge_bias(inputs((2, 1, 3, 4), (3, 1, 2, 3), 1, 0)), DIGITS_LOST),
        Case(
            inputs((2, 3, 3, 4), (4, 3, 3, 2), 2, 1, draw=whole),
            "whole numbers",
            advice=WHOLE_NUMBERS,
        ),
    ]


@question(cases, parts={"dx": 2, "dw": 1, "db": 1}, see="convolution-backward")
def conv2d_backward(
    code: Any, x: Any, w: Any, b: Any, stride: Any, pad: Any, dout: Any, calls: Any
) -> Any:
    out, cache = code.conv2d_forward(x, w, b, stride, pad)
    if calls > 1:
        code.conv2d_forward(x + 1, w - 1, b, stride, pad)
    for _ in range(calls):
        dx, dw, db = code.conv2d_backward(dout, cache)
    return {"dx": dx, "dw": dw, "db": db}


slip = conv2d_backward.slip
ENTRIES = "np.ndindex(w.shape[2:])"
PIXELS = "dout, padded[pixels],"
WEIGHTS = "dout, w[:, :, i, j],"
FOR_DW = f"np.tensordot({PIXELS} axes=((0, 2, 3), (0, 2, 3)))"
FOR_DX = f"np.moveaxis(np.tensordot({WEIGHTS} axes=(1, 0)), 3, 1)"
ADD = "dpadded[pixels] +="
CUT = "[:, :, pad : pad + H, pad : pad + W]"
SUM = "dout.sum(axis=(0, 2, 3))"
RETURN = "return dx, dw,"
# Pairs of texts for edits.
ASSIGN = (ADD, "dpadded[pixels] =")
BACKWARDS = (ENTRIES, f"reversed([*{ENTRIES}])")  # so that the last window overwrites the others
LAST_FILTER = (WEIGHTS, "dout[:, -1:], w[-1:, :, i, j],")
LAST_WINDOW = (PIXELS, "dout[-1:, :, -1:, -1:], padded[pixels][-1:, :, -1:, -1:],")
UNSTRIDED = "padded[:, :, i : i + rows, j : j + columns]"

slip("padding-not-removed",
     "dx is as large as the padded picture. The zeros of the border are not inputs, so cut pad "
     "rows and pad columns off each side.",
     (CUT, ""))
slip("padding-cut-by-negative-index",
     "The padding is cut off with pad:-pad. If pad is 0, this is 0:-0, and nothing is left, "
     "because -0 is 0. Count from the start instead: rows pad to pad + H, columns pad to pad + W.",
     (CUT, "[:, :, pad:-pad, pad:-pad]"))
slip("padding-taken-as-1",
     "Exactly one row and one column are cut off on each side, whatever pad is. Cut off pad rows "
     "and pad columns on each side, that is, none if pad is 0.",
     (CUT, "[:, :, 1:-1, 1:-1]"))
slip("padding-cut-on-one-side",
     "The padding is cut off dx on one side only, so every pixel gets the gradient of a "
     "neighbour. Cut pad rows and columns off each side.",
     (CUT, "[:, :, :H, :W]"))
slip("padding-cut-on-one-side", None, (CUT, "[:, :, -H:, -W:]"))
slip("filter-not-rotated",
     "In dx, the filter is used in the wrong direction. In the forward pass, entry (i, j) of the "
     "filter was multiplied by the pixel i rows below and j columns right of the window's corner. "
     "Send the gradient back to that pixel. If you compute dx as a correlation of the padded dout, "
     "turn the filter by 180 degrees.",
     (WEIGHTS, "dout, w[:, :, -1 - i, -1 - j],"))
slip("weight-gradient-flipped",
     "dw is turned by 180 degrees. Entry (i, j) of the filter was multiplied by the pixels i rows "
     "below and j columns right of each window's corner. Use these pixels for entry (i, j) of dw.",
     ("dw[:, :, i, j]", "dw[:, :, -1 - i, -1 - j]"))
slip("assigned-not-accumulated",
     "The contribution of one window overwrites those of other windows in dx. A pixel lies in "
     "several windows and under every filter, and it gets a gradient from each of them, so use += "
     "instead of =.",
     BACKWARDS, ASSIGN)
slip("assigned-not-accumulated", None, BACKWARDS, ASSIGN, LAST_FILTER)
slip("assigned-not-accumulated", None, BACKWARDS, ASSIGN, LAST_FILTER, LAST_WINDOW)
slip("assigned-not-accumulated", None, ASSIGN)
slip("weight-gradient-overwritten",
     "dw holds the contribution of the last window only. A filter was applied to every window of "
     "every picture, so add up the contributions of all windows with += instead of =.",
     LAST_WINDOW)
slip("weight-gradient-overwritten",
     "dw holds the contribution of the last picture only. Add up the contributions of all pictures "
     "in the batch.",
     (PIXELS, "dout[-1:], padded[pixels][-1:],"))
slip("weight-gradient-not-summed",
     "dw still has an axis for the examples. The same filter was applied to every picture, so sum "
     "over the pictures.",
     ("np.zeros_like(w)", "np.zeros((len(dout), *w.shape))"),
     ("dw[:, :, i, j]", "dw[:, :, :, i, j]"), 
     (FOR_DW, "np.einsum('nfrs,ncrs->nfc', dout, padded[pixels])"))
slip("windows-not-strided",
     "The backward pass treats the windows as if they were one pixel apart. The window of output "
     "row r starts at row r * stride of the padded picture. Use the same start for dx and for dw.",
     ("padded, w, stride, pad = cache", "padded, w, _, pad = cache; stride = 1"))
slip("windows-not-strided", None, ("dpadded[pixels]", f"d{UNSTRIDED}"))
slip("windows-not-strided", None, (PIXELS, f"dout, {UNSTRIDED},"))
slip("upstream-ignored",
     "The upstream gradient is not used, so you get the gradients of the sum of all outputs. "
     "Multiply by dout, which says how much each output matters for the loss.",
     ("rows, columns =", "dout = np.ones_like(dout); rows, columns ="))
slip("upstream-ignored",
     "db counts the windows. dout says how much each of them matters for the loss, so sum dout.",
     (SUM, "np.ones_like(dout).sum(axis=(0, 2, 3))"))
slip("first-filter-only",
     "dx comes from the first filter alone. Every filter was applied to each pixel, so add up the "
     "contributions of all filters.",
     (WEIGHTS, "dout[:, :1], w[:1, :, i, j],"))
slip("channels-mixed",
     "Every channel of dx gets the sum over all channels. Channel c was multiplied only by "
     "channel c of each filter, so only these weights lead back to it.",
     (FOR_DX, "np.einsum('nfrs,fc->nrs', dout, w[:, :, i, j])[:, None]"))
slip("channels-mixed",
     "Every channel of dw gets the sum over all channels. Channel c of a filter was multiplied "
     "only by channel c of the picture.",
     (FOR_DW, "np.einsum('nfrs,ncrs->f', dout, padded[pixels])[:, None]"))
slip("weight-gradient-transposed",
     "The first two axes of dw are swapped. It has the shape of w: filters, then channels.",
     (RETURN, "return dx, np.swapaxes(dw, 0, 1),"), see="shapes-and-batches")
slip("divided-by-n-again",
     "dw is divided by N. If the loss is a mean, dout already contains the factor 1/N, so leave "
     "this division out.",
     (RETURN, "return dx, dw / len(dout),"), see="gradient-of-each-part")
slip("divided-by-n-again",
     "dw and db are divided by N. If the loss is a mean, dout already contains the factor 1/N, so "
     "leave this division out.",
     (RETURN, "return dx, dw / len(dout),"), (SUM, f"{SUM} / len(dout)"),
     see="gradient-of-each-part")
slip("bias-gradient-not-summed",
     "db is not summed over all windows of all pictures. The bias of a filter was added at each of "
     "these places, and each sends a gradient back. Sum over axes 0, 2 and 3.",
     (SUM, "dout"))
slip("bias-gradient-not-summed", None, (SUM, "dout.sum(axis=0)"))
slip("bias-gradient-not-summed", None, (SUM, "dout.sum(axis=(2, 3))"))
slip("bias-gradient-averaged",
     "db is a mean. If the loss is a mean, dout already contains the factor 1/N. Sum over the "
     "pictures and the windows instead.",
     (SUM, "dout.mean(axis=(0, 2, 3))"))
slip("bias-gradient-averaged", None, (SUM, "dout.sum(axis=(2, 3)).mean(axis=0)"))
slip("bias-gradient-averaged", None, (SUM, "dout.mean(axis=(2, 3)).sum(axis=0)"))
slip("bias-gradient-wrong-axis",
     "db has one number for each picture. b has one entry for each filter, so sum over all axes "
     "except axis 1, the filter axis.",
     (SUM, "dout.sum(axis=(1, 2, 3))"), see="shapes-and-batches")
slip("bias-gradient-one-number",
     "db is summed over everything. b has one entry for each filter, so keep the filter axis.",
     (SUM, "dout.sum()"), see="shapes-and-batches")
slip("bias-gradient-keeps-axis",
     "db keeps axes of length 1. A gradient has the shape of its parameter, and b has the shape "
     "(F,).",
     (SUM, f"{SUM}[None, :, None, None]"), see="shapes-and-batches")
slip("gradients-in-wrong-order",
     "The gradients are returned in the wrong order. Return them in the order of the inputs: dx, "
     "dw, db.",
     (RETURN, "return dw, dx,"))
slip("cache-overwritten",
     "The gradient is written into the padded picture in the cache, so a second call finds the "
     "wrong numbers there. Never write to a cache. Collect the gradient in a new array.",
     (RETURN, f"padded[...] = dpadded\n    {RETURN}"), see="computation-graphs")
