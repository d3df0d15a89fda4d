"""The half of the backward pass of a linear layer that can wait until the update."""

from typing import Any

from autograder.bank.frontier._halves import half_cases
from autograder.bank.inputs import Rng
from autograder.marking.question import Case, question


def cases(rng: Rng) -> list[Case]:
    """Return cases in which W may be large, because dW and db do not depend on it."""
    return half_cases(rng, "W")


@question(cases, parts={"dW": 1, "db": 1}, see="split-backward")
def linear_backward_weight(code: Any, x: Any, W: Any, b: Any, dout: Any, calls: Any) -> Any:
    out, cache = code.linear_forward(x, W, b)
    if calls > 1:
        code.linear_forward(x + 1, W - 1, b)
    for _ in range(calls):
        dW, db = code.linear_backward_weight(dout, cache)
    return {"dW": dW, "db": db}


slip = linear_backward_weight.slip
DW, DB, CACHE = "x.T @ dout", "dout.sum(axis=0)", "x, W = cache"

slip("bias-gradient-not-summed",
     "db is not summed over the examples. The same b was added to every row, so sum over the "
     "rows.",
     (DB, "dout"), see="gradient-of-each-part")
slip("bias-gradient-averaged", None, (DB, "dout.mean(axis=0)"), see="gradient-of-each-part")
slip("bias-gradient-wrong-axis", None, (DB, "dout.sum(axis=1)"), see="shapes-and-batches")
slip("bias-gradient-one-number", None, (DB, "dout.sum()"), see="shapes-and-batches")
slip("bias-gradient-keeps-axis", None, (DB, f"{DB}[None, :]"), see="shapes-and-batches")
slip("divided-by-n-again",
     "dW is divided by N. If the loss is a mean, dout already contains the factor 1/N, so leave "
     "this division out.",
     (DW, f"{DW} / len(x)"), see="gradient-of-each-part")
slip("divided-by-n-again",
     "dW and db are divided by N. If the loss is a mean, dout already contains the factor 1/N, so "
     "leave this division out.",
     (DW, f"{DW} / len(x)"), (DB, "dout.mean(axis=0)"), see="gradient-of-each-part")
slip("last-example-only",
     "dW comes from the last example alone, because each example overwrites the result of the one "
     "before. Every example used the same W, so add up the contributions of all of them.",
     (DW, "x[-1:].T @ dout[-1:]"), see="gradient-of-each-part")
slip("reshaped-for-transposed",
     "dW is computed transposed and then brought to its shape by reshape, which keeps the order "
     "of the numbers and so mixes them up. Use a transpose: xᵀ dout.",
     (DW, "(dout.T @ x).reshape(W.shape)"), see="shapes-and-batches")
slip("weight-gradient-transposed",
     "dW is transposed. It has the shape of W, (D, H), so the inputs come first: xᵀ dout.",
     (DW, "dout.T @ x"), see="shapes-and-batches")
slip("upstream-ignored",
     "The upstream gradient is not used, so you get the gradients of the sum of all outputs. "
     "Multiply by dout, which says how much each output matters.",
     (CACHE, f"{CACHE}; dout = np.ones_like(dout)"), see="gradient-of-each-part")
slip("gradients-in-wrong-order",
     "The gradients are returned in the wrong order. Return dW, then db.",
     (f"{DW}, {DB}", f"{DB}, {DW}"), see="gradient-of-each-part")
slip("weight-in-place-of-input",
     "dW is computed from W. In the forward pass W was multiplied by x, so use x.",
     (DW, "W.copy()"), see="gradient-of-each-part")
slip("both-halves-returned",
     "All three gradients are returned. Compute and return only dW and db here.",
     (f"{DW}, {DB}", "linear_backward(dout, cache)"))
