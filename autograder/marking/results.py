"""Note what the functions of a student return, so that a wrong number of results can be told."""

from typing import Any

import numpy as np

from .compare import NUMBERS, describe
from .words import listed, number

MAX_SHOWN = 6  # items of a tuple that are described


class Results:
    """A note of the last value that a driver unpacked, to explain a wrong number of results."""

    def __init__(self) -> None:
        self._last: tuple[str, tuple[str, ...], Any] | None = None
        self.odd = ""  # about the first value that was unpacked and had another form or order

    def take(self, value: Any, function: str, names: tuple[str, ...]) -> Any:
        """Return the value that a function has returned, after a note of it.

        names: the names of the results that the driver wants.
        """
        self._last = function, names, value
        try:
            odd = not isinstance(value, tuple | list) or _has_the_cache_first(value, names)
            self.odd = self.odd or (self.explanation() if odd else "")
        except Exception:  # the value can be any object, and a note must cost no points
            pass
        return value

    def explanation(self) -> str:
        """Say what the last function should have returned, and what it has returned."""
        if self._last is None:
            return ""
        function, names, value = self._last
        wanted = f"{function} must return {number(len(names))} things"
        if all(names):
            wanted += f": {listed(names)}"
        if isinstance(value, tuple | list) and len(value) == len(names):
            wanted += ", in this order"
        return f"{wanted}. Yours returned {_returned(value)}."


def _has_the_cache_first(value: tuple[Any, ...] | list[Any], names: tuple[str, ...]) -> bool:
    """True if an array comes last, where a cache or state belongs, and something else first."""
    if len(value) != len(names) or not names[-1].startswith(("cache", "state")):
        return False
    return isinstance(value[-1], np.ndarray) and not isinstance(value[0], (np.ndarray, *NUMBERS))


def _returned(value: Any) -> str:
    """Return what was returned, in words."""
    if value is None:
        return "None, so a `return` is missing in at least one case"
    if isinstance(value, tuple | list):
        items = ["None" if item is None else describe(item) for item in value[:MAX_SHOWN]]
        more = ", ..." if len(value) > MAX_SHOWN else ""
        return f"{number(len(value))}: {', '.join(items)}{more}" if items else "none"
    if type(value) is dict:
        keys = ", ".join(repr(key)[:30] for key in [*value][:MAX_SHOWN])
        return f"a dictionary with the keys {keys}" if keys else "an empty dictionary"
    if isinstance(value, np.ndarray) and value.ndim:
        return f"one array of shape {value.shape}"
    return f"one thing, {describe(value)}"
