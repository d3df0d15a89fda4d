"""The data that ships with the course: 8x8 pictures of handwritten digits."""

import gzip
from importlib.resources import files
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["Digits", "load_digits"]

HELD_BACK = 500


class Digits(NamedTuple):
    """Digits, split for training and testing.

    x_train, x_test: (N, 64) float64 from 0 to 1. y_train, y_test: (N,) integers from 0 to 9.
    """

    x_train: NDArray[np.float64]
    y_train: NDArray[np.int64]
    x_test: NDArray[np.float64]
    y_test: NDArray[np.int64]


def load_digits() -> Digits:
    """Read the 1,797 digits; the last 500 are held back for testing.

    Returns `Digits`: x_train float64 (1297, 64), y_train integers (1297,), and x_test (500, 64)
    and y_test (500,) likewise.
    Source: E. Alpaydin and C. Kaynak, "Optical Recognition of Handwritten Digits", UCI Machine
    Learning Repository (1998), doi 10.24432/C50P49, CC BY 4.0; see `digits/README.md`.
    """
    with (
        (files("backprop") / "digits" / "digits.csv.gz").open("rb") as packed,
        gzip.open(packed) as csv,
    ):
        table = np.loadtxt(csv, delimiter=",")
    x, y = table[:, :64] / 16.0, table[:, 64].astype(np.int64)
    return Digits(x[:-HELD_BACK], y[:-HELD_BACK], x[-HELD_BACK:], y[-HELD_BACK:])
