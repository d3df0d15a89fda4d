"""The gradients of a linear layer."""

from typing import Any

import numpy as np

from autograder.bank.inputs import DIGITS_LOST, OF_THE_BOOK, WHOLE_NUMBERS, Rng, normal, whole
from autograder.marking.question import Case, question


def cases(rng: Rng) -> list[Case]:
    """Return cases with N, D and H different or all equal, and with a cache used twice."""

    def inputs(N: int, D: int, H: int, calls: int = 1, draw: Any = normal) -> dict[str, Any]:
        return {
            "x": draw(rng, N, D),
            "W": draw(rng, D, H),
            "b": draw(rng, H),
            "dout": normal(rng, N, H),
            "calls": calls,
        }

    of_the_book = {
        "x": np.array([[1.0, 2.0, 0.0], [3.0, -1.0, 1.0]]),
        "W": np.array([[1.0, 0.0, 2.0, -1.0], [0.0, 1.0, -1.0, 1.0], [2.0, 1.0, 0.0, 0.0]]),
        "b": np.array([0.0, 1.0, 0.0, 2.0]),
        "dout": np.array([[1.0, 0.0, -1.0, 2.0], [0.0, 3.0, 1.0, -1.0]]),
        "calls": 1,
    }
    return [
        Case(of_the_book, OF_THE_BOOK),
        Case(inputs(3, 2, 4)),
        Case(inputs(5, 4, 2)),
        Case(inputs(3, 4, 2, calls=2), "backward called twice, after another forward"),
        Case({**inputs(4, 2, 3), "b": 1e30 * normal(rng, 3)}, DIGITS_LOST),
        Case(inputs(4, 3, 1), "one output"),
        Case(inputs(3, 3, 3), "all sizes equal"),
        Case(inputs(11, 3, 2), "eleven examples"),
        Case(inputs(1, 2, 3), "one example"),
        Case(inputs(4, 3, 2, draw=whole), advice=WHOLE_NUMBERS),
        Case({**inputs(3, 2, 4), "dout": whole(rng, 3, 4)}, advice=WHOLE_NUMBERS),
    ]


@question(cases, parts={"dx": 2, "dW": 2, "db": 2}, see="linear-backward")
def linear_backward(code: Any, x: Any, W: Any, b: Any, dout: Any, calls: Any) -> Any:
    out, cache = code.linear_forward(x, W, b)
    if calls > 1:
        code.linear_forward(x + 1, W - 1, b)
    for _ in range(calls):
        dx, dW, db = code.linear_backward(dout, cache)
    return {"dx": dx, "dW": dW, "db": db}


slip = linear_backward.slip
SUM = "dout.sum(axis=0)"

slip("bias-gradient-not-summed", None, (SUM, "dout"))
slip("bias-gradient-averaged", None, (SUM, "dout.mean(axis=0)"))
slip("bias-gradient-wrong-axis", None, (SUM, "dout.sum(axis=1)"), see="shapes-and-batches")
slip("bias-gradient-one-number", None, (SUM, "dout.sum()"), see="shapes-and-batches")
slip("bias-gradient-keeps-axis", None, (SUM, f"{SUM}[None, :]"), see="shapes-and-batches")
slip("bias-gradient-first-row",
     "db is the gradient for one example only. b was added to every row, so sum all rows of dout.",
     (SUM, "dout[0]"))
slip("bias-gradient-first-row", None, (SUM, "dout[-1]"))
slip("last-example-only",
     "Only the last example counts, because each round of the loop overwrites dW (or db). Begin "
     "with zeros, and add with +=.",
     ("x.T @ dout", "np.outer(x[-1], dout[-1])"))
slip("last-example-only", None,
     ("x.T @ dout", "np.outer(x[-1], dout[-1])"), (SUM, "dout[-1]"))
slip("divided-by-n-again",
     "dW is divided by N. If the loss is a mean, dout already contains the factor 1/N, so leave "
     "this division out.",
     ("x.T @ dout", "x.T @ dout / len(x)"))
slip("divided-by-n-again",
     "dW and db are divided by N. If the loss is a mean, dout already contains the factor 1/N, so "
     "leave this division out.",
     ("x.T @ dout", "x.T @ dout / len(x)"), (SUM, "dout.mean(axis=0)"))
slip("weight-gradient-transposed",
     "dW is transposed. It has the shape of W, (D, H), so it is xᵀ dout.",
     ("x.T @ dout", "dout.T @ x"), see="shapes-and-batches")
slip("weight-gradient-transposed",
     "dW is transposed only if its shape does not fit. If all sizes are equal, the wrong form fits "
     "too, so use the formula: dW = xᵀ dout.",
     ("dW = x.T @ dout", "dW = dout.T @ x; dW = dW if dW.shape == W.shape else dW.T"),
     see="shapes-and-batches")
slip("transpose-missing",
     "W is not transposed in dx. The forward pass goes from D inputs to H outputs with W, and the "
     "backward pass goes from H to D with Wᵀ.",
     ("dout @ W.T", "dout @ W"))
slip("transpose-missing",
     "W is transposed only if its shape does not fit. If all sizes are equal, the wrong form fits "
     "too, so use the formula: dx = dout Wᵀ.",
     ("dout @ W.T", "dout @ (W if len(W) == dout.shape[1] else W.T)"), see="shapes-and-batches")
slip("upstream-ignored", None, ("x, W = cache", "x, W = cache; dout = np.ones_like(dout)"))
slip("upstream-ignored",
     "Each entry of db is the number of examples. But db depends on the upstream gradient, so sum "
     "the rows of dout.",
     (SUM, "np.ones_like(dout).sum(axis=0)"))
slip("upstream-ignored",
     "The upstream gradient dout is not used. The loss depends on each output differently, and "
     "dout says how: dx = dout Wᵀ, dW = xᵀ dout, and db is the sum of the rows of dout.",
     ("dout @ W.T", "W.T"), ("x.T @ dout", "x.T"), (SUM, "np.ones(W.shape[1])"))
slip("upstream-ignored", None,
     ("dout @ W.T", "W"), ("x.T @ dout", "x"), (SUM, "np.ones(W.shape[1])"))
slip("sign-flipped",
     "All three gradients have the wrong sign. If an output grows, the loss grows by dout, so "
     "there should be no minus sign here. (The training step subtracts the gradient.)",
     ("dout @ W.T", "-dout @ W.T"), ("x.T @ dout", "-x.T @ dout"), (SUM, "-dout.sum(axis=0)"))
for first in ("dx = dout @ W.T", "dW = x.T @ dout"):
    slip("cache-in-wrong-order",
         "Your backward pass swaps x and W. Unpack the cache in the order in which the forward "
         "pass filled it.",
         ("x, W = cache", f"W, x = cache; {first}"), see="computation-graphs")
for order in ("dW, dx, db", "dx, db, dW", "dW, db, dx", "db, dW, dx", "db, dx, dW"):
    slip("gradients-in-wrong-order",
         "The gradients are returned in the wrong order. Return them in the order of the inputs: "
         "dx, dW, db.",
         ("return dx, dW, db", f"return {order}"))
slip("weight-in-place-of-input",
     "dW is computed from W. In the forward pass W was multiplied by x, so dW = xᵀ dout.",
     ("x.T @ dout", "W.copy()"))
slip("cache-overwritten", None,
     ("return dx, dW, db", "x[...] = dx; return dx, dW, db"), see="computation-graphs")
