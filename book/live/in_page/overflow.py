"""Let NumPy in a page warn when the exponential overflows, as it does elsewhere.

WebAssembly does not report overflow, so NumPy never warns there. But the stable formulas of the
course are about these warnings.
"""

import sys
import warnings
from functools import wraps
from typing import Any

import numpy as np

_exp = np.exp


@wraps(_exp)
def exp(x: Any, *args: Any, **kwargs: Any) -> Any:
    """Return the exponential, and warn if finite numbers give infinity."""
    result = _exp(x, *args, **kwargs)
    wanted = np.geterr()["over"]
    if wanted in ("warn", "raise") and _has_overflown(x, result):
        words = "overflow encountered in exp"
        if wanted == "raise":
            raise FloatingPointError(words)
        warnings.warn(words, RuntimeWarning, stacklevel=2)
    return result


def _has_overflown(x: Any, result: Any) -> bool:
    is_float = np.asarray(result).dtype.kind == "f"
    return is_float and bool(np.any(np.isinf(result) & np.isfinite(x)))


if sys.platform == "emscripten":
    np.exp = exp
