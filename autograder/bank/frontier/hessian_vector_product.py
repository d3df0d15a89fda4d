"""The product of the Hessian and a vector."""

from typing import Any

import numpy as np

from autograder.bank.inputs import WHOLE_NUMBERS, Rng, normal, whole
from autograder.marking.question import Case, question


def cases(rng: Rng) -> list[Case]:
    """Return cases with several shapes, integers, and a large h.

    With a large h the kinds of finite difference give different results.
    """

    def inputs(*shape: int, h: float = 1e-5, draw: Any = normal) -> dict[str, Any]:
        size = int(np.prod(shape))
        x, v = draw(rng, *shape), draw(rng, *shape)
        return {"x": x, "v": v, "A": normal(rng, size, size + 1), "h": h}

    def large_h(h: float, lengths: list[float], *shape: int) -> dict[str, Any]:
        """Return inputs with |v| = 1, so that shifts by h v and by h v / |v| are the same.

        All entries of x are larger than 1, so a shift that grows with x is another one.
        """
        v = rng.permutation(lengths) * rng.choice([-1, 1], len(lengths))
        made = inputs(*shape, h=h)
        return {**made, "x": made["x"] + 1.5 * np.sign(made["x"]), "v": v.reshape(shape)}

    return [
        Case(inputs(2)),
        Case(inputs(3, 2)),
        Case(
            large_h(0.5, [0.48, 0.6, 0.64], 3), "a large h, to tell the kinds of difference apart"
        ),
        Case(
            large_h(0.25, [0.1, 0.3, 0.3, 0.4, 0.4, 0.7], 2, 1, 3), "three axes and a large h"
        ),
        Case(inputs(4, draw=whole), "x and v hold whole numbers", advice=WHOLE_NUMBERS),
    ]


@question(
    cases,
    parts={"product": 2},
    see="hessian-vector-product",
    bonus=True,
    explains={"A": "grad(x) is np.cos(x.ravel() @ A) @ A.T, in the shape of x, plus x**3"},
)
def hessian_vector_product(code: Any, x: Any, v: Any, A: Any, h: Any) -> Any:
    def grad(w):  # the gradient of the sum of sin(w A) and w^4 / 4
        w = np.asarray(w)
        slopes = np.cos(w.ravel() @ A) @ A.T
        return slopes.reshape(w.shape) + w**3

    return {"product": code.hessian_vector_product(grad, x, v, h)}


PLAIN = (
    """length = np.hypot.reduce(v.ravel())  # the norm of v, which cannot overflow in this way
    if length == 0.0:
        return np.zeros_like(x)
    step = h * (v / length)
    return (np.asarray(grad(x + step)) - grad(x - step)) / (2.0 * h) * length
""",
    """return (np.asarray(grad(x + h * v)) - grad(x - h * v)) / (2.0 * h)
""",
)


def slip(id: str, says: str | None, *edits: tuple[str, str], see: str | None = None) -> None:
    """Register a mistake as edits of the version that shifts by h v, which is right as well."""
    hessian_vector_product.slip(id, says, PLAIN, *edits, see=see)


ABOVE, BELOW, APART = "grad(x + h * v)", "grad(x - h * v)", "(2.0 * h)"
PRODUCT = f"(np.asarray({ABOVE}) - {BELOW}) / {APART}"
ENTRIES = "np.eye(x.size).reshape(-1, *x.shape)"  # each e is 1 at one entry and 0 at the others
COLUMN = f"(grad(x + h * e) - grad(x - h * e)) / {APART}"

slip("one-sided-difference", None, (f"{BELOW}) / {APART}", "grad(x)) / h"), see="does-it-work")
slip("one-sided-difference", None, (PRODUCT, f"(grad(x) - {BELOW}) / h"))
slip("half-forgotten",
     "The product is too large by a factor of 2. The two points are 2h v apart, so divide by 2h.",
     (APART, "h"), see="does-it-work")
slip("h-ignored",
     "The argument h is not used. Use the h that the caller passes.",
     (f"return {PRODUCT}", f"h = 1e-5\n    return {PRODUCT}"))
slip("half-step", None, (f"return {PRODUCT}", f"h = h / 2\n    return {PRODUCT}"))
slip("difference-backwards",
     "The difference has the wrong sign. Subtract the gradient at x - h v from the gradient at x + "
     "h v.",
     (APART, "(-2.0 * h)"))
slip("not-divided",
     "The change in the gradient is not divided by 2h, so the result depends on h.",
     (f" / {APART}", ""))
slip("direction-normalised",
     "v is scaled to length 1, which is good for the shift. But the product is linear in v, so "
     "doubling v doubles the result. Multiply the result by the length of v.",
     (f"return {PRODUCT}", f"v = v / np.linalg.norm(v)\n    return {PRODUCT}"))
slip("shift-without-direction",
     "Every entry is shifted by h, and the result is multiplied by v. Shift along v: entry i "
     "moves by h times v_i.",
     (PRODUCT, f"(grad(x + h) - grad(x - h)) / {APART} * v"))
slip("slope-for-curvature",
     "Your function returns the gradient times v, one number that says how the function changes "
     "along v. The question asks how the gradient changes along v.",
     (PRODUCT, "np.sum(grad(x) * v)"))
slip("slope-for-curvature",
     "Your function returns the gradient times v, entry by entry. The question asks how the "
     "gradient changes along v.",
     (PRODUCT, "grad(x) * v"))
slip("result-times-v",
     "The result is multiplied by v once more, which gives one number, the curvature along v. The "
     "question asks for the product before this step.",
     (PRODUCT, f"np.sum({PRODUCT} * v)"))
slip("result-times-v",
     "The result is multiplied by v once more, entry by entry. The change in the gradient along v, "
     "divided by 2h, is already the product.",
     (PRODUCT, f"{PRODUCT} * v"))
slip("whole-hessian-built",
     "The whole Hessian is built, with a shift for each entry, and then multiplied by v. That "
     "needs two gradients for each entry of x. Shift along v instead, which needs two gradients "
     "in all.",
     (PRODUCT, f"sum(np.sum(v * e) * {COLUMN} for e in {ENTRIES})"))
slip("diagonal-only",
     "Only the diagonal of the Hessian is used. The entries of the gradient depend on all entries "
     "of x, so shift all of them at once, along v.",
     (PRODUCT, f"sum(e * {COLUMN} for e in {ENTRIES}) * v"))
slip("argument-left-shifted",
     "x is still shifted after the call. Work on new arrays.",
     (f"return {PRODUCT}", f"product = {PRODUCT}\n    x += h * v\n    return product"),
     see="computation-graphs")
