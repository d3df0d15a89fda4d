"""The check of analytic gradients against central differences."""

from typing import Any

import numpy as np

from autograder.bank.calculus._inputs import moderate
from autograder.bank.inputs import Rng
from autograder.marking.question import Case, question


def cases(rng: Rng) -> list[Case]:
    """Return cases with right and wrong gradients, large and small losses, kinks, and NaN."""

    def inputs(
        scale: float = 1.0, h: float = 1e-5, transposed: bool = False, broken: bool = False
    ) -> dict[str, Any]:
        params = [moderate(rng, 3), moderate(rng, 2, 4)]
        params[1][0, 1], params[1][1, 2] = -0.4, 0.4  # so that one ReLU is always off and one is on
        c = [moderate(rng, 3), moderate(rng, 4, 2) if transposed else moderate(rng, 2, 4)]
        seen = params[1].T if transposed else params[1]
        slopes = 3 * params[0] ** 2 + np.cos(params[0])
        grads = [scale * c[0] * slopes, scale * c[1] * (seen > 0)]
        more = {"h": h, "transposed": transposed, "broken": broken}
        return {"params": params, "c": c, "grads": grads, "scale": scale, **more}

    def planted(array: int, where: Any, change: Any, **options: Any) -> dict[str, Any]:
        made = inputs(**options)
        grad = made["grads"][array]
        grad[where] = change(grad[where])
        return made

    smooth = inputs(h=0.5)
    smooth["params"][1] = 1 + np.abs(smooth["params"][1])
    # All slopes are above 0. So a sum of slopes has the right sign, and a difference that is taken
    # backwards has not.
    smooth["c"] = [np.abs(c) for c in smooth["c"]]
    smooth["grads"] = [np.abs(smooth["grads"][0]), smooth["c"][1].copy()]
    off = inputs()
    off["params"][1] = -np.abs(off["params"][1])
    off["grads"][1] = np.zeros((2, 4))
    return [
        Case(inputs(), "right gradients"),
        Case(planted(1, (1, 2), lambda g: g - 0.01 * abs(g)), "one entry wrong by a hundredth"),
        Case(planted(0, 1, lambda g: -g), "one entry with the wrong sign"),
        Case(inputs(scale=1e7), "right gradients of a large loss"),
        Case(planted(0, 2, lambda g: 0.0, scale=1e-7), "one entry of a small loss missing"),
        Case(planted(0, 0, lambda g: -g, scale=1e-12), "gradients smaller than the floor"),
        Case(off, "right gradients, an array of zeros among them"),
        Case(inputs(h=0.5), "a large h, across kinks"),
        Case(smooth, "a large h, with no kink near"),
        Case(planted(0, 1, lambda g: g - 0.01 * abs(g)), "one entry a little too low"),
        Case(inputs(transposed=True), "right gradients, one array is a transposed view"),
        Case(planted(0, 1, lambda g: np.nan), "a gradient is NaN"),
        Case(inputs(broken=True), "the loss is NaN"),
    ]


# If the gradients are right, only the fact that the error is small counts, not its size.
def _grad_check_verdict(answer: Any, inputs: Any, held_back: Any) -> Any:
    error = answer["error"]
    if isinstance(error, bool | str) or np.ndim(error) != 0:
        raise TypeError("the largest error is one number")
    pairs = zip(inputs["params"], answer["params"], strict=True)
    if any(np.max(np.abs(before - np.asarray(after))) > 1e-9 for before, after in pairs):
        return {"error": "the arrays come back shifted"}
    error = float(error)
    passes, small = -1e-12 <= error < 1e-5, "a number below 1e-5"
    if inputs["broken"] or any(np.isnan(grad).any() for grad in inputs["grads"]):
        return {"error": small if passes else "nan, or a number that is not small"}
    if not np.isfinite(error):
        return {"error": "not a finite number"}
    return {"error": small if passes else error}


@question(
    cases,
    parts={"error": 3},
    see="does-it-work",
    tolerance=1e-3,
    measure=_grad_check_verdict,
    explains={
        "c": (
            "f() is scale * (np.sum(c[0] * params[0]**3) + "
            "np.sum(c[1] * np.maximum(params[1], 0)))"
        ),
        "scale": "the factor in f",
        "transposed": "your function gets the transpose of params[1]",
        "broken": "f() is nan",
    },
)
def grad_check(
    code: Any, params: Any, c: Any, grads: Any, scale: Any, h: Any, transposed: Any, broken: Any
) -> Any:
    own = [np.array(p) for p in params]  # f reads these; they may change by rounding
    seen = [own[0], own[1].T if transposed else own[1]]

    def f():  # cubes and sines of the first array, and the ReLU of the second
        smooth = seen[0] ** 3 + np.sin(seen[0])
        total = np.sum(c[0] * smooth) + np.sum(c[1] * np.maximum(seen[1], 0))
        return float("nan") if broken else float(scale * total)

    return {"error": code.grad_check(f, seen, grads, h), "params": own}


slip = grad_check.slip
SIZES, ERROR = "np.abs(grad) + np.abs(numeric)", "np.abs(grad - numeric)"
ABOVE, BELOW, TWO_H = "param[i] = old + h", "param[i] = old - h", "(2.0 * h)"
NUMERIC = "numeric = np.empty_like(param)"
EACH_ERROR = (
    f"errors.append(np.max({ERROR} / scale, initial=0.0))",
    f"errors.extend(({ERROR} / scale).flat)",
)
LARGEST = "np.max(errors, initial=0.0)"

slip("absolute-error",
     "The error is absolute. An error of 1e-6 is large for a small gradient and small for a large "
     "one, so divide by |a| + |n|.",
     (f"{ERROR} / scale", ERROR))
slip("no-floor",
     "If both gradients are 0, your code divides 0 by 0. Divide by at least 1e-8: "
     "max(1e-8, |a| + |n|).",
     (f"np.maximum(1e-8, {SIZES})", SIZES))
slip("another-denominator",
     "The error is not divided by |a| + |n|. Other denominators can work too, but errors can be "
     "compared only if all of them use the same one. Divide by |a| + |n|.",
     (SIZES, "np.abs(numeric)"))
slip("another-denominator", None, (SIZES, "np.abs(grad)"))
slip("another-denominator", None, (SIZES, "np.maximum(np.abs(grad), np.abs(numeric))"))
slip("another-denominator", None, (SIZES, f"({SIZES}) / 2"))
slip("epsilon-added",
     "1e-8 is added to |a| + |n|. The question asks for the larger of the two, "
     "max(1e-8, |a| + |n|), so that the floor does not change the error of a small gradient.",
     (f"np.maximum(1e-8, {SIZES})", f"1e-8 + {SIZES}"))
slip("division-before-product", None, (f"/ {TWO_H}", "/ 2.0 * h"))
slip("five-point-difference", None,
     ("above = f()", "above = f(); param[i] = old + 2 * h; far = f()"),
     ("below = f()", "below = f(); param[i] = old - 2 * h; far -= f()"),
     ("(above - below)", "(8 * (above - below) - far)"), (TWO_H, "(12 * h)"))
slip("signs-cancel-below",
     "The denominator is |a + n|. If a and n have opposite signs, it can be almost 0, so use |a| + "
     "|n|.",
     (SIZES, "np.abs(grad + numeric)"))
slip("sign-of-error-kept",
     "The difference a - n has a sign, so a gradient that is too small seems better than a right "
     "one. Use |a - n|.",
     (f"{ERROR} / scale, initial=0.0", "(grad - numeric) / scale"), (LARGEST, "np.max(errors)"))
slip("sizes-compared",
     "Only the sizes are compared, so a wrong sign is not noticed. Use |a - n|, not |a| - |n|.",
     (ERROR, "np.abs(np.abs(grad) - np.abs(numeric))"))
slip("mean-for-maximum",
     "Your function returns the mean of the errors. One wrong entry among thousands hardly "
     "changes a mean, so return the largest error.",
     EACH_ERROR, (LARGEST, "np.mean(errors)"))
slip("sum-for-maximum", "The errors are added up. Return the largest one.",
     EACH_ERROR, (LARGEST, "np.sum(errors)"))
slip("smallest-error",
     "Your function returns the smallest error. Return the largest one.",
     EACH_ERROR, (LARGEST, "np.min(errors)"))
slip("nan-passes",
     "NaN is ignored, so broken gradients seem right. Python's max(0.0, nan) is 0.0, because every "
     "comparison with NaN is False. np.max keeps the NaN.",
     EACH_ERROR, (LARGEST, "max([0.0, *errors])"))
slip("nan-passes", None, EACH_ERROR, (LARGEST, "np.nanmax([0.0, *errors])"))
slip("one-array-only",
     "Your code checks only one of the arrays. Check every entry of every array, and keep the "
     "largest error of all.",
     ("zip(params, grads,", "zip(params[:1], grads[:1],"))
slip("one-array-only", None, ("zip(params, grads,", "zip(params[-1:], grads[-1:],"))
slip("one-sided-difference", None, (BELOW, "param[i] = old"), (TWO_H, "h"))
slip("half-forgotten",
     "The difference is divided by h. The two points are 2h apart, so divide by 2h.",
     (TWO_H, "h"))
slip("difference-backwards",
     "The sign of the numeric gradient is wrong. Subtract the value at -h from the value at +h.",
     ("above - below", "below - above"))
slip("h-ignored", None, ("errors = []", "errors = []; h = 1e-5"))
slip("half-step", None, ("old + h", "old + h / 2"), ("old - h", "old - h / 2"), (TWO_H, "h"))
slip("everything-shifted",
     "All entries of an array are shifted together. Shift one entry at a time.",
     ("old = param[i]", "old = param.copy()"), (ABOVE, "param[...] = old + h"),
     (BELOW, "param[...] = old - h"), ("param[i] = old", "param[...] = old"))
slip("copy-shifted",
     "A copy is shifted, but f reads the arrays in params, so it does not see the shift. Shift "
     "those arrays, and restore them.",
     (NUMERIC, f"param = param.copy(); {NUMERIC}"))
slip("flattened-copy-shifted",
     "The entries are shifted in a flattened copy, so f does not see the shift. reshape and ravel "
     "make a copy of a transposed or strided array. Index the array itself.",
     (NUMERIC, f"param, grad = param.reshape(-1), grad.reshape(-1); {NUMERIC}"),
     see="shapes-and-batches")
slip("argument-left-shifted",
     "The entries are not restored after each shift. So later slopes are computed at another "
     "point, and the caller's network stays changed.",
     ("param[i] = old\n", "\n"))
slip("argument-left-shifted",
     "Your function leaves the arrays shifted, so the caller's network stays changed. Restore "
     "every entry.",
     ("return float", "for param in params:\n        param -= h\n    return float"))
