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
        Case(inputs((2, 3, 3, 4), (4, 3, 2, 3), 3, 2), "padding 2, stride 3"),
        Case(inputs((3, 1, 2, 4), (2, 1, 1, 2), 3, 1), "pixels between the windows"),
        Case(inputs((7, 3, 3, 4), (4, 3, 3, 2), 2, 1), "seven pictures, padding 1, stride 2"),
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
     "dx is as large as the padded picture. Zeros of the border are no inputs: cut pad rows and "
     "columns off each side.",
     (CUT, ""))
slip("padding-cut-by-negative-index",
     "The padding is cut off with pad:-pad. If pad is 0, this is 0:-0, and nothing is left, "
     "because -0 is 0. Count from the start instead: rows pad to pad + H, columns pad to pad + W.",
     (CUT, "[:, :, pad:-pad, pad:-pad]"))
slip("padding-taken-as-1",
     "Exactly one row and one column are cut off on each side, whatever pad is. Cut off pad rows "
     "and pad columns on each side; without padding that is none.",
     (CUT, "[:, :, 1:-1, 1:-1]"))
slip("padding-cut-on-one-side",
     "The padding is cut off dx on one side only, so every pixel gets its neighbour's gradient. "
     "It lies on both sides: cut pad from each.",
     (CUT, "[:, :, :H, :W]"))
slip("padding-cut-on-one-side", None, (CUT, "[:, :, -H:, -W:]"))
slip("filter-not-rotated",
     "dx goes through the filter in the wrong direction. Entry (i, j) of the filter took its "
     "pixel from i down and j right of the window's corner, and sends the gradient back to that "
     "very pixel. Written as a correlation of the padded dout, this takes the filter turned by "
     "180 degrees.",
     (WEIGHTS, "dout, w[:, :, -1 - i, -1 - j],"))
slip("weight-gradient-flipped",
     "dw comes out turned by 180 degrees. Entry (i, j) gathers the pixels that it was multiplied "
     "by, i down and j right of each window's corner.",
     ("dw[:, :, i, j]", "dw[:, :, -1 - i, -1 - j]"))
slip("assigned-not-accumulated",
     "A window's share of dx overwrites what others have put there. A pixel lies in several "
     "windows and under every filter, and gets a gradient from each: +=, not =.",
     BACKWARDS, ASSIGN)
slip("assigned-not-accumulated", None, BACKWARDS, ASSIGN, LAST_FILTER)
slip("assigned-not-accumulated", None, BACKWARDS, ASSIGN, LAST_FILTER, LAST_WINDOW)
slip("assigned-not-accumulated", None, ASSIGN)
slip("weight-gradient-overwritten",
     "dw is the share of the last window alone. A filter was laid on every window of every "
     "picture, and all of them add to its gradient: +=, not =.",
     LAST_WINDOW)
slip("weight-gradient-overwritten",
     "dw is the share of the last picture alone. All pictures of the batch add up.",
     (PIXELS, "dout[-1:], padded[pixels][-1:],"))
slip("weight-gradient-not-summed",
     "dw still has an axis for the examples. The same filter was laid on every picture: add them "
     "up.",
     ("np.zeros_like(w)", "np.zeros((len(dout), *w.shape))"),
     ("dw[:, :, i, j]", "dw[:, :, :, i, j]"), 
     (FOR_DW, "np.einsum('nfrs,ncrs->nfc', dout, padded[pixels])"))
slip("windows-not-strided",
     "Backward takes the windows to be one pixel apart. The window of output row r started at row "
     "r * stride of the padded picture, in both directions of the computation.",
     ("padded, w, stride, pad = cache", "padded, w, _, pad = cache; stride = 1"))
slip("windows-not-strided", None, ("dpadded[pixels]", f"d{UNSTRIDED}"))
slip("windows-not-strided", None, (PIXELS, f"dout, {UNSTRIDED},"))
slip("upstream-ignored",
     "The upstream gradient is not used: these are gradients of the sum of all outputs. dout says "
     "how much each of them matters.",
     ("rows, columns =", "dout = np.ones_like(dout); rows, columns ="))
slip("upstream-ignored",
     "db counts the windows. The upstream gradient says how much each of them matters: sum dout.",
     (SUM, "np.ones_like(dout).sum(axis=(0, 2, 3))"))
slip("first-filter-only",
     "Only the first filter sends something back to dx. A pixel was seen by every filter: add up "
     "their shares.",
     (WEIGHTS, "dout[:, :1], w[:1, :, i, j],"))
slip("channels-mixed",
     "Every channel of dx gets the sum of all channels. Channel c was multiplied by sheet c of "
     "the filter alone, and only that one leads back to it.",
     (FOR_DX, "np.einsum('nfrs,fc->nrs', dout, w[:, :, i, j])[:, None]"))
slip("channels-mixed",
     "Every sheet of dw gets the sum over all channels. Sheet c was multiplied by channel c alone.",
     (FOR_DW, "np.einsum('nfrs,ncrs->f', dout, padded[pixels])[:, None]"))
slip("weight-gradient-transposed",
     "The first two axes of dw are swapped. It has the shape of w: filters, then channels.",
     (RETURN, "return dx, np.swapaxes(dw, 0, 1),"), see="shapes-and-batches")
slip("divided-by-n-again",
     "dw is divided by N. If the loss is a mean, its 1/N is already in dout; here it comes in "
     "twice.",
     (RETURN, "return dx, dw / len(dout),"), see="gradient-of-each-part")
slip("divided-by-n-again",
     "dw and db are divided by N. If the loss is a mean, its 1/N is already in dout; here it "
     "comes in twice.",
     (RETURN, "return dx, dw / len(dout),"), (SUM, f"{SUM} / len(dout)"),
     see="gradient-of-each-part")
slip("bias-gradient-not-summed",
     "db is not summed over all windows of all pictures. b of a filter was added in each of these "
     "places, and every one sends its share back: axes 0, 2 and 3.",
     (SUM, "dout"))
slip("bias-gradient-not-summed", None, (SUM, "dout.sum(axis=0)"))
slip("bias-gradient-not-summed", None, (SUM, "dout.sum(axis=(2, 3))"))
slip("bias-gradient-averaged",
     "db is averaged. If the loss is a mean, its 1/N is already in dout: here all shares are "
     "summed, over the pictures and over the windows.",
     (SUM, "dout.mean(axis=(0, 2, 3))"))
slip("bias-gradient-averaged", None, (SUM, "dout.sum(axis=(2, 3)).mean(axis=0)"))
slip("bias-gradient-averaged", None, (SUM, "dout.mean(axis=(2, 3)).sum(axis=0)"))
slip("bias-gradient-wrong-axis",
     "db has one number for each picture. b has one entry for each filter: sum over all axes but "
     "that of the filters, axis 1.",
     (SUM, "dout.sum(axis=(1, 2, 3))"), see="shapes-and-batches")
slip("bias-gradient-one-number",
     "db is summed over everything. b has one entry for each filter: the filters' axis stays.",
     (SUM, "dout.sum()"), see="shapes-and-batches")
slip("bias-gradient-keeps-axis",
     "db keeps axes of length 1. A gradient has the shape of its parameter, and b is (F,).",
     (SUM, f"{SUM}[None, :, None, None]"), see="shapes-and-batches")
slip("gradients-in-wrong-order",
     "The gradients come back in another order. It is the order of the inputs: dx, dw, db.",
     (RETURN, "return dw, dx,"))
slip("cache-overwritten",
     "The gradient is collected in the padded picture of the cache, so a second call finds "
     "something else there. A cache is only read: make a new array.",
     (RETURN, f"padded[...] = dpadded\n    {RETURN}"), see="computation-graphs")
