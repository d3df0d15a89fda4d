"""The gradients of einsum with two arrays."""

from typing import Any

import numpy as np

from autograder.bank.inputs import WHOLE_NUMBERS, Rng, drawn_until, normal, whole
from autograder.marking.question import Case, question


def cases(rng: Rng) -> list[Case]:
    """Return cases with products, batches of them, and letters that only one array has."""

    def inputs(subscripts: str, draw: Any = normal, **sizes: int) -> dict[str, Any]:
        of_arrays, of_out = subscripts.replace(" ", "").split("->")
        a, b = (draw(rng, *(sizes[c] for c in letters)) for letters in of_arrays.split(","))
        dout = normal(rng, *(sizes[c] for c in of_out))
        return {"dout": dout, "subscripts": subscripts, "a": a, "b": b}

    alone = drawn_until(_sums_are_not_0, lambda: inputs("nd,h->n", n=2, d=3, h=4))
    return [
        Case(inputs("nd,dh->nh", n=2, d=3, h=4), "a matrix product"),
        Case(inputs("i,j->ij", i=3, j=2), "an outer product"),
        Case(inputs("ij,ij->i", i=2, j=3), "a dot product in each row"),
        Case(inputs("ab, cb -> ca", a=2, b=3, c=4), "with spaces, and the result transposed"),
        Case(inputs("bij,bjk->bik", b=2, i=3, j=4, k=5), "a batch of matrix products"),
        Case(alone, "letters that only one array has are summed"),
        Case(inputs("ijk,j->", i=2, j=3, k=4), "the result is a number"),
        Case(inputs("ab,bc->ca", a=3, b=3, c=3), "all sizes are equal"),
        Case(inputs("nd,dh->nh", n=9, d=2, h=5), "nine examples"),
        Case(inputs("nd,dh->nh", whole, n=3, d=2, h=4), "whole numbers", advice=WHOLE_NUMBERS),
    ]


def _sums_are_not_0(drawn: dict[str, Any]) -> bool:
    """True if the gradients of "nd,h->n" are not just rounding errors."""
    sums = drawn["b"].sum(), drawn["dout"] @ drawn["a"].sum(axis=1)
    return bool(np.abs(sums).min() > 0.2)


@question(cases, parts={"da": 1, "db": 1}, see="broadcasting-backward", bonus=True)
def einsum_backward(code: Any, dout: Any, subscripts: Any, a: Any, b: Any) -> Any:
    da, db = code.einsum_backward(dout, subscripts, a, b)
    return {"da": da, "db": db}


slip = einsum_backward.slip
DA = 'np.einsum(f"{of_out},{of_b},{of_a}->{of_a}", dout, b, np.ones(a.shape))'
DB = 'np.einsum(f"{of_out},{of_a},{of_b}->{of_b}", dout, a, np.ones(b.shape))'
FLOATS = "(np.asarray(array, dtype=float) for array in (dout, a, b))"

slip("gradients-in-wrong-order",
     "da and db are swapped. Return them in the order of the arrays.",
     ("return da, db", "return db, da"))
slip("other-array-forgotten",
     "da and db do not use the other array. Each entry of a is multiplied by an entry of b, so the "
     "gradient with respect to a contains b, and the gradient with respect to b contains a.",
     ("dout, b, np.ones(a", "dout, np.ones_like(b), np.ones(a"),
     ("dout, a, np.ones(b", "dout, np.ones_like(a), np.ones(b"))
slip("own-array-in-the-product",
     "da contains a itself, but should not. Each entry of a is multiplied by an entry of b, so the "
     "gradient contains b and dout only. The same holds for db.",
     ("dout, b, np.ones(a.shape)", "dout, b, a"), ("dout, a, np.ones(b.shape)", "dout, a, b"))
slip("upstream-ignored",
     "The upstream gradient dout is not used, so you get the gradients of the sum of the result. "
     "Multiply by dout.",
     (FLOATS, f"{FLOATS}; dout = np.ones_like(dout)"))
slip("averaged-over-summed-letters",
     "Along the axis of a letter that only one array has, the gradient is divided by the length. "
     "The forward pass summed over the letter, and in a sum every entry counts in full. Copy the "
     "gradient instead.",
     (DA, f"{DA} / np.prod([n for c, n in zip(of_a, a.shape) if c not in of_out + of_b])"),
     (DB, f"{DB} / np.prod([n for c, n in zip(of_b, b.shape) if c not in of_out + of_a])"))
slip("first-entry-of-summed-letters",
     "Along the axis of a letter that only one array has, only the first entry gets a gradient. "
     "The forward pass summed over the letter, so every entry gets the same gradient.",
     (DA, f"{DA} * (np.indices(a.shape) * np.array([c not in of_out + of_b for c in of_a])"
          ".reshape(-1, *[1] * a.ndim) == 0).all(axis=0)"),
     (DB, f"{DB} * (np.indices(b.shape) * np.array([c not in of_out + of_a for c in of_b])"
          ".reshape(-1, *[1] * b.ndim) == 0).all(axis=0)"))
slip("averaged-over-the-sum",
     "da and db are divided by the number of examples. If the loss is a mean, dout already "
     "contains that division.",
     ("return da, db", "return da / len(a), db / len(a)"))
slip("doubled",
     "da and db are twice as large as they should be. The result contains each product once.",
     ("return da, db", "return 2 * da, 2 * db"))
slip("sign-flipped",
     "da and db have the wrong sign.",
     ("return da, db", "return -da, -db"))


@einsum_backward.misconception(
    "matrix-product-only",
    "Your code computes the gradients of a matrix product, whatever the letters are. Read from "
    "subscripts which axes belong together.",
)
def of_a_matrix_product(dout, subscripts, a, b):
    try:
        return dout @ b.T, a.T @ dout
    except ValueError:
        return np.zeros_like(a), np.zeros_like(b)


@einsum_backward.misconception(
    "letters-sorted",
    "The axes of da and db are in alphabetical order. They should be in the order of a and of b.",
)
def letters_sorted(dout, subscripts, a, b):
    (of_a, of_b), of_out = _letters(subscripts)
    first, second = "".join(sorted(of_a)), "".join(sorted(of_b))
    da = np.einsum(f"{of_out},{of_b},{of_a}->{first}", dout, b, np.ones(a.shape))
    return da, np.einsum(f"{of_out},{of_a},{of_b}->{second}", dout, a, np.ones(b.shape))


@einsum_backward.misconception(
    "summed-letters-left-out",
    "The axis of a letter that only one array has is missing from its gradient, or has length 1. A "
    "gradient has the shape of its array, so copy it along that axis.",
)
def summed_letters_left_out(dout, subscripts, a, b):
    (of_a, of_b), of_out = _letters(subscripts)
    in_a = "".join(c for c in of_a if c in of_out + of_b)
    in_b = "".join(c for c in of_b if c in of_out + of_a)
    da = np.einsum(f"{of_out},{of_b}->{in_a}", dout, b)
    return da, np.einsum(f"{of_out},{of_a}->{in_b}", dout, a)


def _letters(subscripts):
    """Return the letters of the two arrays, and those of the result."""
    of_arrays, of_out = subscripts.replace(" ", "").split("->")
    return of_arrays.split(","), of_out
