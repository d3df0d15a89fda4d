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
    parts={"grad": 3, "whole numbers": 1},
    see="does-it-work",
    explains={
        "c": "f(x) is np.sum(c * x**3) + np.sum(np.prod(x, axis=-1)) + np.sum(np.sin(x))",
        "transposed": "your function gets x.T",
    },
)
def numerical_gradient(code: Any, x: Any, c: Any, h: Any, transposed: Any) -> Any:
    def f(v):
        # The products of neighbours make each slope depend on other entries, too. No difference of
        # a few points is exact for a sine.
        return float(np.sum(c * v**3) + np.sum(np.prod(v, axis=-1)) + np.sum(np.sin(v)))

    if x.dtype.kind == "f":
        grad = code.numerical_gradient(f, x.T if transposed else x, h)
        return {"grad": grad, "whole numbers": grad}
    try:  # integers can cost only their own part
        return {"grad": "", "whole numbers": code.numerical_gradient(f, x.copy(), h)}
    except (TypeError, ValueError) as error:
        return {"grad": "", "whole numbers": f"{type(error).__name__}: {error}"}


slip = numerical_gradient.slip
COPY = "x = np.array(x, dtype=float)"
ZEROS = "grad = np.zeros_like(x)"
ABOVE, BELOW = "x[i] = old + h", "x[i] = old - h"
UNDO = "        x[i] = old\n"

slip("one-sided-difference", None, (BELOW, "x[i] = old"), ("2.0 * h", "h"))
slip("one-sided-difference", None, (ABOVE, "x[i] = old"), ("2.0 * h", "h"))
slip("half-forgotten",
     "The difference is divided by h. The two points are 2h apart, so divide by 2h.",
     ("2.0 * h", "h"))
slip("division-before-product", None, ("/ (2.0 * h)", "/ 2.0 * h"))
slip("h-forgotten-in-denominator",
     "The difference is divided by 2, not by 2h. The two points are 2h apart, so divide by (2 * "
     "h).",
     ("/ (2.0 * h)", "/ 2.0"))
slip("h-forgotten-in-denominator",
     "The difference is not divided. The two points are 2h apart, so divide by (2 * h).",
     (" / (2.0 * h)", ""))
slip("h-ignored", None, (ZEROS, f"{ZEROS}; h = 1e-5"))
slip("h-scaled-by-entry",
     "The shift is larger for large entries. That can be a good idea, but the question asks for "
     "the given h.",
     (ABOVE, f"step = h * max(1.0, abs(old)); {ABOVE.replace('h', 'step')}"),
     (BELOW, BELOW.replace("h", "step")), ("2.0 * h", "2.0 * step"))
slip("return-in-loop", None,
     ("grad[i] = (above - below) / (2.0 * h)\n    return grad",
      "grad[i] = (above - below) / (2.0 * h)\n        return grad"))
slip("half-step", None, (ABOVE, f"{ABOVE} / 2"), (BELOW, f"{BELOW} / 2"), ("2.0 * h", "h"))
slip("difference-backwards", None, ("above - below", "below - above"))
slip("integers-truncated",
     "If x holds integers, x[i] + h becomes an integer again when it is stored, so the entry does "
     "not move by h. Begin with a float copy, np.array(x, dtype=float).",
     (COPY, "x = np.array(x)"), (ZEROS, "grad = np.zeros(x.shape)"), see="shapes-and-batches")
slip("integers-truncated",
     "If x holds integers, the gradient loses its fractional parts, because np.zeros_like copies "
     "the type of x. Make the array with np.zeros(x.shape).",
     (ZEROS, ""), (COPY, f"{ZEROS}; {COPY}"), see="shapes-and-batches")
slip("integers-truncated",
     "If x holds integers, the shifted entries and the gradient lose their fractional parts, "
     "because the arrays copy the type of x. Begin with a float copy, np.array(x, dtype=float).",
     (COPY, "x = np.array(x)"), see="shapes-and-batches")
slip("flattened-copy-shifted",
     "The entries are shifted in a flattened copy, so f does not see the shift. reshape and ravel "
     "make a copy of a transposed or strided array. Index x itself, for example with "
     "np.ndindex(x.shape).",
     (ZEROS, f"whole, x = x, x.reshape(-1); {ZEROS}"), ("above = f(x)", "above = f(whole)"),
     ("below = f(x)", "below = f(whole)"), ("return grad", "return grad.reshape(whole.shape)"),
     see="shapes-and-batches")
slip("shift-not-undone",
     "An entry is not put back before the next one is shifted, so later slopes are computed at "
     "another point. Restore each entry.",
     (UNDO, ""))
slip("argument-left-shifted", None,
     (COPY, f"given = x; {COPY}"), ("return grad", "given += h; return grad"))
slip("argument-left-shifted", None,
     (COPY, ""), (ZEROS, "grad = np.zeros(x.shape)"), (BELOW, "x[i] -= 2 * h"), (UNDO, ""))
slip("whole-row-shifted",
     "range(len(x)) runs over the first axis only, so a whole row is shifted at once. Shift one "
     "entry at a time, for any shape, for example with np.ndindex(x.shape).",
     ("np.ndindex(x.shape)", "range(len(x))"), ("old = x[i]", "old = x[i].copy()"))
slip("whole-row-shifted", None,
     ("np.ndindex(x.shape)", "range(len(x))"), ("old = x[i]", "old = x[i].copy()"),
     (ZEROS, "grad = np.zeros(len(x))"))
slip("everything-shifted",
     "All entries are shifted together, which gives one slope for all of them. Shift one entry at "
     "a time.",
     (ZEROS, "return np.full(x.shape, (f(x + h) - f(x - h)) / (2.0 * h))"))


@numerical_gradient.misconception("one-array-for-both")
def _(f, x, h=1e-5):
    x = np.array(x, dtype=float)
    grad = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        above = below = x
        above[i] += h
        below[i] -= h
        grad[i] = (f(above) - f(below)) / (2 * h)
    return grad


@numerical_gradient.misconception("five-point-difference")
def _(f, x, h=1e-5):
    x = np.asarray(x, dtype=float)
    grad = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        e = np.zeros(x.shape)
        e[i] = h
        far, near = f(x + 2 * e) - f(x - 2 * e), f(x + e) - f(x - e)
        grad[i] = (8 * near - far) / (12 * h)
    return grad


@numerical_gradient.misconception(
    "flattened-argument",
    "f is called with a flattened array. It needs an array with the shape of x, so bring each "
    "shifted array back with reshape(x.shape) before you call f.",
)
def _(f, x, h=1e-5):
    flat = np.asarray(x, dtype=float).ravel()
    slopes = [(f(flat + e) - f(flat - e)) / (2 * h) for e in h * np.eye(flat.size)]
    return np.array(slopes).reshape(np.shape(x))
