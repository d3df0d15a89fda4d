"""Show the figures of a notebook, and draw only those that the grader does not know yet.

Drawing takes most of the time of a notebook with figures, and most students draw the same ones: the
figures of the course itself. The grader has drawn these before, from the solutions. So a job first
tells the fingerprint of a figure, which it can make only if it has the whole content of the figure.
"""

import hashlib
import io
import math
import pickle
from collections.abc import Callable
from typing import Any

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
from IPython.core.pylabtools import print_figure
from matplotlib.figure import Figure
from matplotlib.transforms import TransformNode

from autograder.sandbox.inside.messages import KNOWN_FIGURE

FEW = 16  # numbers in an array


def picture(figure: Figure, salt: str, is_known: Callable[[str], bool]) -> bytes | None:
    """Return the PNG picture of a figure, or a reference to one that the grader knows.

    salt: an empty text if the grader knows no figure. is_known: asks the grader if it knows a
    fingerprint. Returns None for an empty figure.
    """
    found = fingerprint(figure, salt.encode()) if salt else None
    if found and is_known(found):
        return KNOWN_FIGURE + found.encode()
    drawn: bytes | None = print_figure(figure, "png")
    return drawn


def warm_up() -> None:
    """Draw a small figure, so that the fonts and all that drawing needs is loaded before a fork."""
    figure, axes = plt.subplots()
    axes.plot([0, 1], label="a")
    axes.scatter([0, 1], [0, 1], c=[0, 1])
    axes.legend()
    fingerprint(figure, b"salt")
    print_figure(figure, "png")
    plt.close(figure)


def fingerprint(figure: Figure, salt: bytes) -> str | None:
    """Return a digest of everything that a figure shows, or None if it cannot be made.

    salt: a secret of this sandbox. Because of it, nobody can know a digest without having the
    whole content of the figure. Numbers count with seven digits, so that two ways to compute the
    same curve give the same digest.
    """
    content = io.BytesIO()
    try:
        _ContentPickler(content, 5).dump((figure, sorted(mpl.rcParams.items())))
    except Exception:  # for example, because of a class of the notebook that cannot be pickled
        return None
    return hashlib.blake2b(content.getbuffer(), key=salt, digest_size=32).hexdigest()


def _new(kind: type) -> Any:
    return object.__new__(kind)


class _ContentPickler(pickle.Pickler):
    """A pickler whose result depends only on what a figure shows. It cannot be loaded again."""

    def reducer_override(self, thing: Any) -> Any:
        masked = isinstance(thing, np.ma.MaskedArray) and bool(np.ma.getmaskarray(thing).any())
        if masked or getattr(thing, "__module__", "") == "__main__":
            # We would leave the mask out, and pickle stores only the names of what cells define.
            raise pickle.PicklingError("a figure with this is always drawn")
        if isinstance(thing, np.ndarray | np.generic) and thing.dtype.kind == "f":
            values = np.asarray(thing, np.float64)
            return bytes, (_digits(values),), {"shape": values.shape}
        if isinstance(thing, TransformNode):
            # Its parents are stored by their addresses, which differ from run to run.
            state = {**vars(thing), "_parents": {}}
            return _new, (type(thing),), state
        return NotImplemented


def _digits(values: np.ndarray) -> bytes:
    """Return the first seven digits of numbers, and of their distances from the smallest number.

    A linear axis shows the distances, and a logarithmic one the digits.
    """
    if values.size <= FEW:  # a figure has hundreds of small arrays, for which NumPy is slow
        return _digits_of_few(values.ravel().tolist())
    finite = values[np.isfinite(values)]
    least, spread = (finite.min(), np.ptp(finite)) if finite.size else (0.0, 0.0)
    with np.errstate(all="ignore"):
        mantissas, exponents = np.frexp(values)
        distances = (values - least) / 2.0 ** np.frexp(spread)[1]
        rounded = [np.round(part * 2**23) + 0.0 for part in (mantissas, distances)]
    return b"".join(part.tobytes() for part in (*rounded, exponents))


def _digits_of_few(numbers: list[float]) -> bytes:
    finite = [number for number in numbers if math.isfinite(number)]
    least = min(finite, default=0.0)
    spread = max(finite, default=0.0) - least or 1.0
    digits = (f"{number + 0.0:.6e} {(number - least) / spread:.6f}" for number in numbers)
    return " ".join(digits).encode()
