"""The gradients of a linear layer."""

from typing import Any

from autograder.bank.inputs import DIGITS_LOST, Rng, normal, whole
from autograder.marking.question import Case, question


def cases(rng: Rng) -> list[Case]:
    """Return cases with N, D and H all different, and with a cache used twice."""

    def inputs(N: int, D: int, H: int, calls: int = 1, draw: Any = normal) -> dict[str, Any]:
        return {
            "x": draw(rng, N, D),
            "W": draw(rng, D, H),
            "b": draw(rng, H),
            "dout": normal(rng, N, H),
            "calls": calls,
        }

    return [
        Case(inputs(3, 2, 4)),
        Case(inputs(5, 4, 2)),
        Case(inputs(4, 3, 2, draw=whole), "whole numbers"),
        Case(inputs(3, 4, 2, calls=2), "backward called twice, after another forward"),
        Case({**inputs(4, 2, 3), "b": 1e30 * normal(rng, 3)}, DIGITS_LOST),
        Case(inputs(4, 3, 1), "one output"),
        Case({**inputs(3, 2, 4), "dout": whole(rng, 3, 4)}, "whole numbers from upstream"),
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
slip("bias-gradient-first-row", "db is the share of one example only. All rows add up to it.",
     (SUM, "dout[0]"))
slip("divided-by-n-again",
     "dW is divided by N. If the loss is a mean, its 1/N is already in dout; here it comes in "
     "twice.",
     ("x.T @ dout", "x.T @ dout / len(x)"))
slip("divided-by-n-again",
     "dW and db are divided by N. If the loss is a mean, its 1/N is already in dout; here it "
     "comes in twice.",
     ("x.T @ dout", "x.T @ dout / len(x)"), (SUM, "dout.mean(axis=0)"))
slip("weight-gradient-transposed",
     "dW comes out transposed. It has the shape of W, (D, H): inputs on the left, xᵀ dout.",
     ("x.T @ dout", "dout.T @ x"), see="shapes-and-batches")
slip("transpose-missing",
     "W is not transposed in dx. Forward mixes D inputs into H outputs by W; backward goes the "
     "other way, from H to D, by Wᵀ.",
     ("dout @ W.T", "dout @ W"))
slip("upstream-ignored", None, ("x, W = cache", "x, W = cache; dout = np.ones_like(dout)"))
slip("upstream-ignored",
     "db counts the examples. The upstream gradient says how much each of them matters: sum dout.",
     (SUM, "np.ones_like(dout).sum(axis=0)"))
slip("gradients-in-wrong-order",
     "The gradients come back in another order. It is the order of the inputs: dx, dW, db.",
     ("return dx, dW, db", "return dW, dx, db"))
slip("weight-in-place-of-input",
     "dW is built from W. What W was multiplied by in the forward pass is x: dW = xᵀ dout.",
     ("x.T @ dout", "W.copy()"))
