"""Checks of equations: the pages with mathematics compute both sides of each one and compare them.

A cell calls `agree` for every equation of a section and then `report`. A page whose sides differ
is not built. The last cell of a page shows the `table` of all differences.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

MEASURED = 1e-8  # allowed if one side is a finite difference

checks: dict[str, float] = {}  # equation -> the largest difference that was found
unreported: list[float] = []  # the differences since the last report


def agree(equation: str, *sides: Any, within: float = 1e-12) -> None:
    """Record the largest difference between the sides of an equation.

    A difference is divided by the largest entry of all sides if that is above 1. Raises ValueError
    if the shapes of the sides differ, or if a difference is larger than `within` or not a number.
    """
    arrays = [np.asarray(side, dtype=float) for side in sides]
    if len({array.shape for array in arrays}) != 1:
        raise ValueError(f"{equation}: shapes {[array.shape for array in arrays]}")
    size = max(1.0, *(np.abs(array).max() for array in arrays))
    difference = max(np.abs(array - arrays[0]).max() for array in arrays[1:]) / size
    if not difference <= within:  # also true if the difference is NaN
        raise ValueError(f"{equation}: the sides differ by {difference:.0e}")
    checks[equation] = max(difference, checks.get(equation, 0.0))
    unreported.append(difference)


def report() -> None:
    """Print the largest difference since the last report."""
    print("checked:", as_text(max(unreported)))
    unreported.clear()


def as_text(difference: float) -> str:
    """Return a difference with one digit."""
    return f"{difference:.0e}" if difference else "0"


def inner(A: np.ndarray, B: np.ndarray) -> float:
    """Return the sum of the products of corresponding entries of two arrays of one shape."""
    assert A.shape == B.shape
    return np.sum(A * B)


def along(function: Callable, point: Any, step: Any, h: float = 1e-5) -> Any:
    """Return the slope of a function along one direction, by a central difference."""
    return (function(point + h * step) - function(point - h * step)) / (2 * h)


def table() -> str:
    """Return all differences as Markdown: first the numbered equations, then the other claims."""
    shown = {name: as_text(difference) for name, difference in checks.items()}
    numbered = {f"{{eq}}`{name}`": text for name, text in shown.items() if name.startswith("eq-")}
    others = {name: text for name, text in shown.items() if not name.startswith("eq-")}
    tables = [columns("equation", numbered, 3), columns("other claim", others, 2)]
    return "\n\n".join(tables if others else tables[:1])


def columns(title: str, entries: dict[str, str], count: int) -> str:
    """Return a table in Markdown that lists the entries in several pairs of columns."""
    height = -(-len(entries) // count)
    cells = [f"{name} | {text}" for name, text in entries.items()]
    cells += [" | "] * (height * count - len(cells))
    head = ["|" + f" {title} | difference |" * count, "|" + "---|" * 2 * count]
    return "\n".join(head + ["| " + " | ".join(cells[row::height]) + " |" for row in range(height)])
