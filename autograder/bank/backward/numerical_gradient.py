"""A gradient from central differences."""

from typing import Any

import numpy as np

from autograder.bank.inputs import Rng, normal, whole
from autograder.marking.question import Case, question


def cases(rng: Rng) -> list[Case]:
    """Return cases with several shapes, a large h, integers, and a transposed view.

    With a large h the kinds of finite difference give different results.
    """

    def inputs(*shape: int, h: float = 1e-5, draw: Any = normal) -> dict[str, Any]:
        return {"x": draw(rng, *shape), "c": normal(rng, *shape), "h": h, "transposed": False}

    small, flat, far = inputs(2), inputs(2, 3), inputs(4, h=0.25)
    return [
        Case(small),
        Case(flat),
        Case({**far, "x": 3 * far["x"] + 5}, "a large h far from 0"),
        Case(inputs(3, h=0.5), "a large h, to tell the kinds of difference apart"),
        Case(inputs(3, 2, draw=whole), "x holds whole numbers"),
        Case(
            {"x": normal(rng, 3, 4), "c": normal(rng, 4, 3), "h": 1e-5, "transposed": True},
            "x is a transposed view of another array",
        ),
        Case(inputs(2, 1, 3)),
    ]


@question(
    cases,
    parts={"grad": 4},
    see="does-it-work",
    explains={
        "c": "f(x) is np.sum(c * x**3) + np.sum(np.prod(x, axis=-1))",
        "transposed": "your function gets x.T",
    },
)
def numerical_gradient(code: Any, x: Any, c: Any, h: Any, transposed: Any) -> Any:
    def f(v):  # has products of neighbours, so that each slope depends on other entries, too
        return float(np.sum(c * v**3) + np.sum(np.prod(v, axis=-1)))

    return {"grad": code.numerical_gradient(f, x.T if transposed else x, h)}


slip = numerical_gradient.slip
COPY = "x = np.array(x, dtype=float)"
ZEROS = "grad = np.zeros_like(x)"
ABOVE, BELOW = "x[i] = old + h", "x[i] = old - h"
UNDO = "        x[i] = old\n"

slip("one-sided-difference", None, (BELOW, "x[i] = old"), ("2.0 * h", "h"))
slip("one-sided-difference", None, (ABOVE, "x[i] = old"), ("2.0 * h", "h"))
slip("half-forgotten",
     "x + h and x - h are 2h apart, so divide by 2h: this gradient is twice too large.",
     ("2.0 * h", "h"))
slip("h-ignored", None, (ZEROS, f"{ZEROS}; h = 1e-5"))
slip("half-step", None, (ABOVE, f"{ABOVE} / 2"), (BELOW, f"{BELOW} / 2"), ("2.0 * h", "h"))
slip("difference-backwards", None, ("above - below", "below - above"))
slip("integers-truncated",
     "x stays an array of whole numbers, so x + h is cut back to x and every difference is 0 (or "
     "jumps by 1). Make a float copy first.",
     (COPY, "x = np.array(x)"), (ZEROS, "grad = np.zeros(x.shape)"), see="shapes-and-batches")
slip("integers-truncated",
     "The gradient is kept in an array of whole numbers, because zeros_like copied the type of x. "
     "Make it a float array.",
     (ZEROS, ""), (COPY, f"{ZEROS}; {COPY}"), see="shapes-and-batches")
slip("integers-truncated",
     "Both the copy of x and the gradient are arrays of whole numbers, which cut off what is "
     "shifted and what is measured. Make them float.",
     (COPY, "x = np.array(x)"), see="shapes-and-batches")
slip("flattened-copy-shifted",
     "The entries are shifted in a flattened copy, so f never sees the shift. reshape and ravel "
     "copy where the memory is not in row-major order (a transposed view, for one): index x "
     "itself.",
     (ZEROS, f"whole, x = x, x.reshape(-1); {ZEROS}"), ("above = f(x)", "above = f(whole)"),
     ("below = f(x)", "below = f(whole)"), ("return grad", "return grad.reshape(whole.shape)"),
     see="shapes-and-batches")
slip("shift-not-undone",
     "The entry is not put back before the next one is shifted, so later entries are measured at "
     "another point.",
     (UNDO, ""))
slip("argument-left-shifted", None,
     (COPY, f"given = x; {COPY}"), ("return grad", "given += h; return grad"))
slip("argument-left-shifted", None,
     (COPY, ""), (ZEROS, "grad = np.zeros(x.shape)"), (BELOW, "x[i] -= 2 * h"), (UNDO, ""))
slip("whole-row-shifted",
     "A whole row is shifted at once, so its entries share one number. Shift one entry at a time, "
     "whatever the shape.",
     ("np.ndindex(x.shape)", "range(len(x))"), ("old = x[i]", "old = x[i].copy()"))
slip("everything-shifted",
     "All entries are shifted together: that is one directional derivative, not a gradient.",
     (ZEROS, "return np.full(x.shape, (f(x + h) - f(x - h)) / (2.0 * h))"))
