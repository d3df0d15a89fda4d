"""The gradient of max pooling."""

from typing import Any

import numpy as np

from autograder.bank.inputs import OF_THE_BOOK, WHOLE_NUMBERS, Rng, normal
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

    of_the_book = {
        "x": np.array([[[[3.0, 7.0], [2.0, 5.0]]]]),
        "size": 2,
        "stride": 2,
        "dout": np.array([[[[10.0]]]]),
        "calls": 1,
    }
    whole = inputs((2, 3, 4, 7), 2, 2, draw=two_values)
    return [
        Case(of_the_book, OF_THE_BOOK),
        Case(inputs((2, 1, 2, 4), 2, 2), "one channel, windows side by side"),
        Case(inputs((2, 3, 5, 7), 2, 2), "a row and a column are left over"),
        Case(inputs((2, 3, 5, 6), 3, 1), "windows overlap"),
        Case(inputs((3, 2, 7, 5), 3, 2, draw=negative), "windows overlap, no pixel is positive"),
        Case(inputs((1, 3, 5, 8), 2, 3), "one picture, pixels between the windows"),
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
     "If several pixels share the maximum, each of them gets the whole gradient, so it is counted "
     "several times. Give it to the first of them in reading order, and nothing to the others.",
     TO_ALL, (DOUT, f"{DOUT} * (window == window.max())"))
slip("ties-shared",
     "If several pixels share the maximum, they also share the gradient. By convention, give it to "
     "the first of them in reading order.",
     TO_ALL, (DOUT, f"{DOUT} * (window == window.max()) / (window == window.max()).sum()"))
slip("ties-to-the-last",
     "If several pixels share the maximum, the last one gets the gradient. By convention, it is "
     "the first in reading order. In a loop, compare with > instead of >=.",
     (LARGEST, "window.size - 1 - window[::-1, ::-1].argmax()"))
slip("ties-in-column-order",
     "If several pixels share the maximum, your code searches the columns first. In reading order, "
     "you search along the first row, then along the second.",
     ("i, j =", "j, i ="), (LARGEST, "window.T.argmax()"))
slip("gradient-to-whole-window",
     "Every pixel of the window gets the gradient. Only the largest one reached the output, so "
     "only that one should get it.",
     TO_ALL)
slip("average-for-max",
     "The gradient is spread evenly over the window. That is average pooling. In max pooling only "
     "the largest pixel reached the output, so it gets the whole gradient.",
     TO_ALL, (DOUT, f"{DOUT} / size**2"))
slip("upstream-ignored",
     "The largest pixels get a 1 for each window. By the chain rule, multiply it by dout.",
     (DOUT, "1"))
slip("value-for-slope",
     "dout is multiplied by the value of the largest pixel. The slope of the maximum with respect "
     "to that pixel is 1.",
     (DOUT, f"{DOUT} * window.max()"))
slip("largest-by-size",
     "The gradient goes to the pixel that is farthest from 0. The maximum is the largest number, "
     "and -1 is larger than -2.",
     (LARGEST, "np.abs(window).argmax()"))
slip("smallest-for-largest",
     "The gradient goes to the smallest pixel of each window. It belongs to the largest one.",
     (LARGEST, "window.argmin()"))
slip("negative-maximum-lost",
     "Windows without a positive pixel get no gradient, as if the search for the maximum started "
     "at 0. Start with the first pixel of the window, because -1 is the larger of -1 and -2.",
     (DOUT, f"{DOUT} * (window.max() > 0)"))
slip("assigned-not-accumulated",
     "If windows overlap, one pixel can be the largest of several windows. It gets the gradient of "
     "each of them, so use += instead of =.",
     ("+=", "="))
slip("assigned-not-accumulated",
     "Each window also writes zeros to its other pixels, so it erases the contributions of earlier "
     "windows. If windows overlap, a pixel can be the largest of several windows and gets the "
     "gradient of each, so add with +=.",
     TO_ALL, ("+=", "="), (DOUT, f"{DOUT} * (window == window.max())"))
slip("assigned-not-accumulated", None, TO_ALL, ("+=", "="),
     (DOUT, f"{DOUT} * (np.arange(window.size).reshape(window.shape) == window.argmax())"))
slip("windows-not-strided",
     "The backward pass treats the windows as if they were one pixel apart. The window of output "
     "row r starts at row r * stride.",
     (CORNER, "row, column"))
slip("stride-taken-for-size",
     "The backward pass treats the windows as if they were size pixels apart. They are stride "
     "pixels apart.",
     (CORNER, "row * size, column * size"),
     ("i, j =", "if not window.size: continue\n        i, j ="))
slip("one-place-for-all-channels",
     "In all channels the gradient goes to the place of the first channel's maximum. Find the "
     "maximum of each channel separately.",
     ("window = x[n, c,", "window = x[n, 0,"))
slip("channels-compete",
     "Only the channel with the largest pixel gets a gradient. Each channel is pooled separately, "
     "so each should get one.",
     ("dx = ", "out = maxpool2d_forward(*cache)[0]\n    dx = "),
     (DOUT, f"{DOUT} * (out[n, c, row, column] == out[n, :, row, column].max())"))
