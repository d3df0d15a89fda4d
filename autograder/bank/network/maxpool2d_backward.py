"""The gradient of max pooling."""

from typing import Any

import numpy as np

from autograder.bank.inputs import WHOLE_NUMBERS, Rng, normal
from autograder.marking.question import Case, question


def cases(rng: Rng) -> list[Case]:
    """Return cases with several strides, equal pixels, and windows without a positive pixel."""

    def distinct(rng: Rng, *shape: int) -> np.ndarray:
        count = int(np.prod(shape))
        return (rng.permutation(count).reshape(shape) - count // 2 + 0.5) / 10

    def inputs(
        shape: tuple[int, ...], size: int, stride: int, calls: int = 1, draw: Any = distinct
    ) -> dict[str, Any]:
        out = [(n - size) // stride + 1 for n in shape[2:]]
        x, dout = draw(rng, *shape), normal(rng, *shape[:2], *out)
        return {"x": x, "size": size, "stride": stride, "dout": dout, "calls": calls}

    def negative(rng: Rng, *shape: int) -> np.ndarray:
        return distinct(rng, *shape) - np.prod(shape) / 20

    def two_values(rng: Rng, *shape: int) -> np.ndarray:
        return rng.choice([-2.0, -1.0], size=shape)

    whole = inputs((2, 3, 4, 7), 2, 2, draw=two_values)
    return [
        Case(inputs((2, 1, 2, 4), 2, 2), "one channel, windows side by side"),
        Case(inputs((2, 3, 5, 7), 2, 2), "a row and a column are left over"),
        Case(inputs((2, 3, 5, 6), 3, 1), "windows overlap"),
        Case(inputs((3, 2, 7, 5), 3, 2, draw=negative), "windows overlap, no pixel is positive"),
        Case(inputs((2, 3, 5, 8), 2, 3), "pixels between the windows"),
        Case(inputs((2, 3, 7, 9), 3, 2, draw=two_values), "ties"),
        Case(inputs((2, 3, 4, 6), 2, 2, calls=2), "backward called twice, after another forward"),
        Case({**whole, "x": whole["x"].astype(int)}, "whole numbers", advice=WHOLE_NUMBERS),
    ]


@question(cases, parts={"dx": 3}, see="max-pooling", bonus=True)
def maxpool2d_backward(code: Any, x: Any, size: Any, stride: Any, dout: Any, calls: Any) -> Any:
    out, cache = code.maxpool2d_forward(x, size, stride)
    if calls > 1:
        code.maxpool2d_forward(-x, size, stride)
    for _ in range(calls):
        dx = code.maxpool2d_backward(dout, cache)
    return {"dx": dx}


PLAIN = (
    """windows = np.lib.stride_tricks.sliding_window_view(x, (size, size), axis=(2, 3))
    windows = windows[:, :, ::stride, ::stride].reshape(*dout.shape, size * size)
    i, j = np.divmod(windows.argmax(axis=4), size)  # the first of several equal pixels
    n, c, row, column = np.ogrid[tuple(map(slice, dout.shape))]
    dx = np.zeros_like(x)
    # dx[...] += dout would count a pixel once only, even if it is the largest of several windows.
    np.add.at(dx, (n, c, row * stride + i, column * stride + j), dout)
""",
    """dx = np.zeros_like(x)
    for n, c, row, column in np.ndindex(dout.shape):
        top, left = row * stride, column * stride
        window = x[n, c, top : top + size, left : left + size]
        i, j = np.unravel_index(window.argmax(), window.shape)
        dx[n, c, top + i, left + j] += dout[n, c, row, column]
""",
)


def slip(id: str, says: str | None, *edits: tuple[str, str]) -> None:
    """Register a mistake as edits of a loop over the windows, which gives the same gradients."""
    maxpool2d_backward.slip(id, says, PLAIN, *edits)


CORNER = "row * stride, column * stride"
LARGEST = "window.argmax()"
DOUT = "dout[n, c, row, column]"
TO_ALL = ("top + i, left + j", "top : top + size, left : left + size")

slip("ties-given-to-all",
     "Where several pixels are the largest, each of them gets the whole gradient, which is then "
     "counted several times. The first of them, in reading order, gets it; the others get nothing.",
     TO_ALL, (DOUT, f"{DOUT} * (window == window.max())"))
slip("ties-shared",
     "Where several pixels are the largest, they share the gradient. By convention it goes to the "
     "first of them in reading order.",
     TO_ALL, (DOUT, f"{DOUT} * (window == window.max()) / (window == window.max()).sum()"))
slip("ties-to-the-last",
     "Where several pixels are the largest, the last one gets the gradient. By convention it is "
     "the first in reading order; a loop that compares by >= instead of > goes on to the last.",
     (LARGEST, "window.size - 1 - window[::-1, ::-1].argmax()"))
slip("ties-in-column-order",
     "Where several pixels are the largest, the columns are searched first. Reading order goes "
     "along the first row, then the second.",
     ("i, j =", "j, i ="), (LARGEST, "window.T.argmax()"))
slip("gradient-to-whole-window",
     "Every pixel of the window gets the gradient. Only the largest reached the output; if "
     "another one moves a little, nothing happens.",
     TO_ALL)
slip("average-for-max",
     "The gradient is spread evenly over the window: that is average pooling. Only the largest "
     "pixel reached the output.",
     TO_ALL, (DOUT, f"{DOUT} / size**2"))
slip("upstream-ignored",
     "This marks the largest pixels (1 for each window). By the chain rule, dout multiplies it.",
     (DOUT, "1"))
slip("value-for-slope",
     "dout is multiplied by the value of the largest pixel. The slope of the maximum with respect "
     "to it is 1.",
     (DOUT, f"{DOUT} * window.max()"))
slip("largest-by-size",
     "The gradient goes to the pixel that is farthest from 0. The maximum is the largest number, "
     "and -1 is larger than -2.",
     (LARGEST, "np.abs(window).argmax()"))
slip("smallest-for-largest",
     "The gradient goes to the smallest pixel of each window, not the largest.",
     (LARGEST, "window.argmin()"))
slip("negative-maximum-lost",
     "Windows without a positive pixel pass nothing back, as if the maximum were searched from 0 "
     "on or a ReLU followed. -1 is the largest of -1 and -2.",
     (DOUT, f"{DOUT} * (window.max() > 0)"))
slip("assigned-not-accumulated",
     "Where windows overlap, one pixel can be the largest of several. It gets the gradient of "
     "each of them, added up: +=, not =.",
     ("+=", "="))
slip("assigned-not-accumulated",
     "A window writes its share over the whole window, zeros too, and so it erases what earlier "
     "windows have put there. Where windows overlap, a pixel can be the largest of several and "
     "gets the gradient of each: add with +=.",
     TO_ALL, ("+=", "="), (DOUT, f"{DOUT} * (window == window.max())"))
slip("assigned-not-accumulated", None, TO_ALL, ("+=", "="),
     (DOUT, f"{DOUT} * (np.arange(window.size).reshape(window.shape) == window.argmax())"))
slip("windows-not-strided",
     "Backward takes the windows to be one pixel apart. The window of output row r started at row "
     "r * stride.",
     (CORNER, "row, column"))
slip("stride-taken-for-size",
     "Backward takes the windows to lie side by side, size pixels apart. They are stride pixels "
     "apart.",
     (CORNER, "row * size, column * size"),
     ("i, j =", "if not window.size: continue\n        i, j ="))
slip("one-place-for-all-channels",
     "All channels of a window send their gradient to the place of the first one's maximum. Each "
     "channel has a maximum of its own.",
     ("window = x[n, c,", "window = x[n, 0,"))
slip("channels-compete",
     "Only the largest pixel of all channels gets something. Each channel is pooled for itself.",
     ("dx = ", "out = maxpool2d_forward(*cache)[0]\n    dx = "),
     (DOUT, f"{DOUT} * (out[n, c, row, column] == out[n, :, row, column].max())"))
