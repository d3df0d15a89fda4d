"""The gradients of a layer with a bypass."""

from typing import Any

import numpy as np

from autograder.bank.frontier._relu import off_the_kinks
from autograder.bank.inputs import DIGITS_LOST, OF_THE_BOOK, WHOLE_NUMBERS, Rng, normal, whole
from autograder.marking.question import Case, question


def cases(rng: Rng) -> list[Case]:
    """Return cases with all sizes different, and a huge input that only the bypass uses."""

    def inputs(N: int, D: int, H: int, calls: int = 1, draw: Any = normal) -> dict[str, Any]:
        return {
            "x": draw(rng, N, D),
            "W1": draw(rng, D, H),
            "W2": draw(rng, H, D),
            "dout": normal(rng, N, D),
            "calls": calls,
        }

    def drawn(*sizes: int, **more: Any) -> dict[str, Any]:
        return off_the_kinks(lambda: inputs(*sizes, **more), lambda i: [i["x"] @ i["W1"]])

    of_the_book = {
        "x": np.array([[2.0]]),
        "W1": np.array([[0.1]]),
        "W2": np.array([[0.5]]),
        "dout": np.array([[3.0]]),
        "calls": 1,
    }
    large = drawn(3, 4, 5)  # the branch multiplies the huge column by 0
    large["x"][:, 0] = 1e18
    large["W1"][0] = 0.0
    return [
        Case(of_the_book, OF_THE_BOOK),
        Case(drawn(3, 2, 4)),
        Case(drawn(4, 3, 2)),
        Case(drawn(9, 2, 3), "nine examples"),
        Case(drawn(3, 3, 3), "all sizes are equal"),
        Case(drawn(1, 3, 5), "a batch of one example"),
        Case(drawn(3, 4, 2, calls=2), "backward called twice, after another forward"),
        Case(large, DIGITS_LOST),
        Case(drawn(4, 2, 3, draw=whole), "whole numbers", advice=WHOLE_NUMBERS),
    ]


@question(cases, parts={"dx": 1, "dW1": 1, "dW2": 1}, see="residual-connections")
def residual_backward(code: Any, x: Any, W1: Any, W2: Any, dout: Any, calls: Any) -> Any:
    out, cache = code.residual_forward(x, W1, W2)
    if calls > 1:
        code.residual_forward(-x, W1 + 1, W2 - 1)
    for _ in range(calls):
        dx, dW1, dW2 = code.residual_backward(dout, cache)
    return {"dx": dx, "dW1": dW1, "dW2": dW2}


slip = residual_backward.slip
DX, DZ, RETURN = "dout + dz @ W1.T", "relu_backward(dout @ W2.T, relu_cache)", "return dx, dW1, dW2"
CACHE = "x, W1, W2, hidden, relu_cache = cache"

slip("skip-path-forgotten",
     "dx holds only the gradient from the branch. x also went straight to the output, and along "
     "that path the gradient comes back unchanged. Add dout.",
     (DX, "dz @ W1.T"))
slip("branch-forgotten",
     "dx is dout alone, the gradient from the bypass. x also went through the branch, so add the "
     "gradient along that path.",
     (DX, "dout.copy()"))
slip("skip-path-twice",
     "dout is added twice. x goes straight to the output once, so add it once.",
     (DX, "2 * dout + dz @ W1.T"))
slip("skip-path-as-one",
     "The number 1 is added instead of dout. The slope of the bypass is 1, so its gradient is 1 "
     "times dout.",
     (DX, "1 + dz @ W1.T"))
slip("paths-multiplied",
     "The gradients along the two paths are multiplied. If a value is used twice, its gradients "
     "are added.",
     (DX, "dout * (dz @ W1.T)"), see="computation-graphs")
slip("relu-after-sum",
     "The upstream gradient is masked by the whole output, as if ReLU came after the sum. ReLU is "
     "inside the branch, and the bypass has no activation.",
     (CACHE, f"{CACHE}; dout = dout * (x + hidden @ W2 > 0)"))
slip("derivative-skipped",
     "The ReLU mask is missing on the way back through the branch. Units that were not active pass "
     "no gradient.",
     (DZ, "dout @ W2.T"))
slip("derivative-skipped",
     "The ReLU mask is missing from dx, but not from dW1. Use the same dz for both.",
     (DX, "dout + dout @ W2.T @ W1.T"))
slip("derivative-skipped",
     "The ReLU mask is missing from dW1, but not from dx. Use the same dz for both.",
     ("x.T @ dz", "x.T @ (dout @ W2.T)"))
slip("mask-from-upstream",
     "The mask is taken from the sign of the upstream gradient. A unit is active where x W1 > 0, "
     "whatever the sign of its gradient is.",
     (DZ, "np.maximum(dout @ W2.T, 0)"))
slip("mask-inverted",
     "The mask is inverted, so the gradient passes where ReLU gave 0. It should pass where x W1 > "
     "0.",
     (DZ, "dout @ W2.T * ~relu_cache"))
slip("value-for-slope",
     "The gradient is multiplied by the output of ReLU. Multiply by its slope, which is 1 where "
     "the unit was active.",
     (DZ, "dout @ W2.T * hidden"))
slip("pre-activation-for-activation",
     "dW2 is computed from x W1, before ReLU. W2 was multiplied by relu(x W1), so use that.",
     ("hidden.T @ dout", "(x @ W1).T @ dout"))
slip("transpose-missing",
     "W2 is not transposed in the backward pass. The forward pass goes from H to D with W2, so the "
     "backward pass goes from D to H with its transpose.",
     ("dout @ W2.T", "dout @ W2"), see="gradient-of-each-part")
slip("transpose-missing",
     "W1 is not transposed in the backward pass. The forward pass goes from D to H with W1, so the "
     "backward pass goes from H to D with its transpose.",
     (DX, "dout + dz @ W1"), see="gradient-of-each-part")
slip("weight-gradient-transposed",
     "dW1 and dW2 are transposed. Each gradient has the shape of its weights.",
     (RETURN, "return dx, dW1.T, dW2.T"), see="shapes-and-batches")
slip("divided-by-n-again",
     "The weight gradients are divided by N. If the loss is a mean, dout already contains the "
     "factor 1/N, so leave this division out.",
     (RETURN, "return dx, dW1 / len(x), dW2 / len(x)"), see="gradient-of-each-part")
slip("upstream-ignored",
     "The upstream gradient is not used, so you get the gradients of the sum of all outputs. "
     "Multiply by dout, which says how much each output counts.",
     (CACHE, f"{CACHE}; dout = np.ones_like(dout)"), see="gradient-of-each-part")
slip("gradients-in-wrong-order",
     "The gradients are returned in the wrong order. Return them in the order of the inputs: dx, "
     "dW1, dW2.",
     (RETURN, "return dx, dW2, dW1"))
slip("gradients-in-wrong-order",
     "The gradients are returned in the order in which they are computed. Return them in the "
     "order of the inputs: dx, dW1, dW2.",
     (RETURN, "return dW2, dW1, dx"))
slip("argument-changed-in-place",
     "After dx = dout, both names mean the same array, so dx += … changes the caller's upstream "
     "gradient. Write dx = dout + … instead.",
     (RETURN, f"dx = dout; dx += dz @ W1.T\n    {RETURN}"), see="computation-graphs")
slip("cache-overwritten",
     "The gradient is written into the cache, so a second call finds the wrong numbers there. "
     "Never write to a cache. Make a new array.",
     (RETURN, f"hidden[...] = dz\n    {RETURN}"), see="computation-graphs")
