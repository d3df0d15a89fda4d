"""The Jacobian of a function from central differences."""

from typing import Any

import numpy as np

from autograder.bank.inputs import Rng, normal, whole
from autograder.marking.question import Case, question


def cases(rng: Rng) -> list[Case]:
    """Return cases with more or fewer outputs than inputs, a large h, and a strided view."""

    def inputs(
        m: int, n: int, h: float = 1e-5, step: int = 1, draw: Any = normal
    ) -> dict[str, Any]:
        return {"A": normal(rng, m, n), "x": draw(rng, n * step), "h": h, "step": step}

    return [
        Case(inputs(3, 2)),
        Case(inputs(2, 4)),
        Case(inputs(3, 2, h=0.5), "a large h, to tell the kinds of difference apart"),
        Case(inputs(1, 3), "one output"),
        Case(inputs(4, 1), "one input"),
        Case(inputs(4, 3, draw=whole), "x holds whole numbers"),
        Case(inputs(2, 3, step=2), "x is every second entry of another array"),
        Case({**inputs(3, 2, draw=whole), "A": whole(rng, 3, 2)}, "f gives whole numbers for x"),
    ]


@question(
    cases,
    parts={"J": 2},
    see="linear-map",
    explains={
        "A": "f(x) is A @ x**3 + np.prod(x) * np.arange(1, len(A) + 1)",
        "step": "your function gets x[::step]",
    },
)
def jacobian(code: Any, A: Any, x: Any, h: Any, step: Any) -> Any:
    def f(v):  # has products of neighbours, so that each slope depends on other entries, too
        return A @ np.asarray(v) ** 3 + np.prod(v) * np.arange(1, len(A) + 1)

    return {"J": code.jacobian(f, x[::step], h)}


slip = jacobian.slip
FLOAT, TWO_H, RESULT = "np.asarray(x, dtype=float)", "(2.0 * h)", "np.stack(columns, axis=1)"

slip("one-sided-difference", None, ("x - step", "x"), (TWO_H, "h"), see="does-it-work")
slip("one-sided-difference", None, ("x + step", "x"), (TWO_H, "h"))
slip("half-forgotten",
     "x + h and x - h are 2h apart, so divide by 2h: these slopes are twice too large.",
     (TWO_H, "h"), see="does-it-work")
slip("h-ignored", None, ("columns = []", "columns = []; h = 1e-5"), see="does-it-work")
slip("half-step", None, ("h * np.eye", "h / 2 * np.eye"), (TWO_H, "h"), see="does-it-work")
slip("difference-backwards", None, ("above - below", "below - above"))
slip("everything-shifted",
     "All inputs are shifted together, so every column is the same. Shift one input at a time.",
     ("np.eye(len(x))", "np.ones((len(x), len(x)))"))
slip("jacobian-transposed",
     "This is the transpose. A row belongs to an output, a column to an input: (m, n). Shifting "
     "input j fills column j.",
     (RESULT, "np.stack(columns, axis=0)"))
slip("outputs-added",
     "The outputs are added up before the difference is taken. Every output keeps a row of its "
     "own.",
     ("np.array(f(x + step), dtype=float)", "np.sum(f(x + step))"),
     ("np.array(f(x - step), dtype=float)", "np.sum(f(x - step))"), (RESULT, "np.array(columns)"))
slip("diagonal-only",
     "Only the slope of output i with respect to input i is kept. In general every output depends "
     "on every input.",
     (RESULT, f"{RESULT} * np.eye(len(above), len(x))"))
slip("axis-dropped",
     "An axis of length 1 is dropped. One output still makes a matrix with one row, and one input "
     "a matrix with one column.",
     (RESULT, f"{RESULT}.squeeze()"), see="shapes-and-batches")
slip("integers-truncated",
     "x stays an array of whole numbers, so x + h is cut back to x and every difference is 0 (or "
     "jumps by 1). Make a float copy first.",
     (FLOAT, "np.asarray(x)"), ("f(x + step)", "f((x + step).astype(x.dtype))"),
     ("f(x - step)", "f((x - step).astype(x.dtype))"), see="shapes-and-batches")
slip("shift-not-undone",
     "An input is not put back before the next one is shifted, so later columns are measured at "
     "another point.",
     ("below = np.array(f(x - step)", "x = x - step; below = np.array(f(x)"))
slip("argument-left-shifted", None,
     (f"x = {FLOAT}", f"given, x = x, {FLOAT}"), ("return np", "given += h; return np"))
