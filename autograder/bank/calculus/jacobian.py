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
        # With odd factors, f gives integers for integers, and its slopes have halves.
        Case(
            {**inputs(3, 2, draw=whole), "A": rng.choice([-3, -1, 1, 3], size=(3, 2))},
            "f gives whole numbers for x",
        ),
        Case(inputs(3, 3), "as many outputs as inputs"),
        Case(inputs(9, 7), "nine outputs, seven inputs"),
    ]


@question(
    cases,
    parts={"J": 1, "whole numbers": 1},
    see="linear-map",
    explains={
        "A": (
            "f(x) is A @ (x**3 + np.sin(x)) + np.prod(x) * np.arange(1, len(A) + 1); if A holds "
            "integers, A @ (x * (x - 1) / 2) replaces the first term"
        ),
        "step": "your function gets x[::step]",
    },
)
def jacobian(code: Any, A: Any, x: Any, h: Any, step: Any) -> Any:
    def f(v):
        # The product makes each slope depend on other entries, too. No difference of a few points
        # is exact for a sine.
        v = np.asarray(v)
        product = np.prod(v) * np.arange(1, len(A) + 1)
        if A.dtype.kind == "f":
            return A @ (v**3 + np.sin(v)) + product
        values = A @ (v * (v - 1) / 2) + product
        return values.astype(int) if v.dtype.kind == "i" else values

    if x.dtype.kind == "f":
        J = code.jacobian(f, x[::step], h)
        return {"J": J, "whole numbers": J}
    try:  # integers can cost only their own part
        return {"J": "", "whole numbers": code.jacobian(f, x.copy(), h)}
    except (TypeError, ValueError) as error:
        return {"J": "", "whole numbers": f"{type(error).__name__}: {error}"}


slip = jacobian.slip
FLOAT, TWO_H, RESULT = "np.asarray(x, dtype=float)", "(2.0 * h)", "np.stack(columns, axis=1)"

slip("one-sided-difference", None, ("x - step", "x"), (TWO_H, "h"), see="does-it-work")
slip("one-sided-difference", None, ("x + step", "x"), (TWO_H, "h"))
slip("half-forgotten",
     "The difference is divided by h. The two points are 2h apart, so divide by 2h.",
     (TWO_H, "h"), see="does-it-work")
slip("division-before-product", None, (f"/ {TWO_H}", "/ 2.0 * h"), see="does-it-work")
slip("five-point-difference", None,
     ("columns.append((above - below) /",
      "far = np.array(f(x + 2 * step) - f(x - 2 * step), dtype=float)\n"
      "        columns.append((8 * (above - below) - far) /"), (TWO_H, "(12 * h)"),
     see="does-it-work")
slip("return-in-loop",
     "Only the first column is computed, because return is inside the loop. Put it after the loop, "
     "that is, further to the left.",
     ("/ (2.0 * h))", "/ (2.0 * h)); break"))
slip("one-array-for-both", None, ("above - below", "0 * (above - below)"))
slip("as-many-outputs-as-inputs",
     "Your matrix is square, (n, n), so it has no room for m outputs. Its shape is (m, n): one row "
     "for each output of f, and one column for each input.",
     (f"return {RESULT}", f"J = np.zeros((len(x), len(x))); J[...] = {RESULT}; return J"),
     see="shapes-and-batches")
slip("h-ignored", None, ("columns = []", "columns = []; h = 1e-5"), see="does-it-work")
slip("half-step", None, ("h * np.eye", "h / 2 * np.eye"), (TWO_H, "h"), see="does-it-work")
slip("difference-backwards", None, ("above - below", "below - above"))
slip("everything-shifted",
     "All inputs are shifted together, so all columns are equal. Shift one input at a time.",
     ("np.eye(len(x))", "np.ones((len(x), len(x)))"))
slip("jacobian-transposed",
     "Your matrix is transposed. It needs a row for each output and a column for each input, (m, "
     "n), so the shift of input j fills column j.",
     (RESULT, "np.stack(columns, axis=0)"))
slip("outputs-added",
     "The outputs are added up, so you get the slopes of their sum. Keep one row for each output.",
     ("np.array(f(x + step), dtype=float)", "np.sum(f(x + step))"),
     ("np.array(f(x - step), dtype=float)", "np.sum(f(x - step))"), (RESULT, "np.array(columns)"))
slip("diagonal-only",
     "Only the diagonal is filled. In general every output depends on every input, so fill all "
     "entries.",
     (RESULT, f"{RESULT} * np.eye(len(above), len(x))"))
slip("axis-dropped",
     "An axis of length 1 is missing. With one output, the result is a matrix with one row, and "
     "with one input, it is a matrix with one column.",
     (RESULT, f"{RESULT}.squeeze()"), see="shapes-and-batches")
slip("integers-truncated",
     "If x holds integers, x[j] + h becomes an integer again when it is stored, so the entry does "
     "not move by h. Begin with a float copy, np.array(x, dtype=float).",
     (FLOAT, "np.asarray(x)"), ("f(x + step)", "f((x + step).astype(x.dtype))"),
     ("f(x - step)", "f((x - step).astype(x.dtype))"), see="shapes-and-batches")
slip("integers-truncated",
     "If f returns integers at x, the slopes lose their fractional parts, because your matrix "
     "copies the type of f(x). Make it with np.zeros((m, n)).",
     (f"x = {FLOAT}", f"kind = np.asarray(f(np.asarray(x))).dtype; x = {FLOAT}"),
     (RESULT, f"{RESULT}.astype(kind)"), see="shapes-and-batches")
slip("shift-not-undone",
     "An input is not put back before the next one is shifted, so later columns are computed at "
     "another point. Restore each input.",
     ("below = np.array(f(x - step)", "x = x - step; below = np.array(f(x)"))
slip("argument-left-shifted", None,
     (f"x = {FLOAT}", f"given, x = x, {FLOAT}"), ("return np", "given += h; return np"))
