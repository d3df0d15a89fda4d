"""The half of the backward pass of a linear layer that the layer before needs."""

from typing import Any

from autograder.bank.frontier._halves import half_cases
from autograder.bank.inputs import Rng
from autograder.marking.question import Case, question


def cases(rng: Rng) -> list[Case]:
    """Return cases in which x may be large, because dx does not depend on it."""
    return half_cases(rng, "x")


@question(cases, parts={"dx": 1}, see="split-backward")
def linear_backward_input(code: Any, x: Any, W: Any, b: Any, dout: Any, calls: Any) -> Any:
    out, cache = code.linear_forward(x, W, b)
    if calls > 1:
        code.linear_forward(x + 1, W - 1, b)
    for _ in range(calls):
        dx = code.linear_backward_input(dout, cache)
    return {"dx": dx}


slip = linear_backward_input.slip
slip("transpose-missing",
     "W is not transposed. The forward pass goes from D inputs to H outputs with W, so the "
     "backward pass goes from H to D with its transpose.",
     ("W.T", "W"), see="gradient-of-each-part")
slip("reshaped-for-transposed",
     "W is brought to the shape of its transpose by reshape, which keeps the order of the numbers "
     "and so mixes them up. Use W.T, which swaps rows and columns.",
     ("W.T", "W.reshape(W.shape[::-1])"), see="shapes-and-batches")
slip("upstream-ignored",
     "The upstream gradient is not used, so you get the gradient of the sum of all outputs. "
     "Multiply by dout, which says how much each output matters.",
     ("dout @", "np.ones_like(dout) @"), see="gradient-of-each-part")
slip("other-half-returned",
     "Your function returns the gradient with respect to the weights. The previous layer needs the "
     "other half, dx.",
     ("dout @ W.T", "x.T @ dout"))
slip("other-half-returned",
     "Your function returns the gradients with respect to the parameters. The previous layer needs "
     "the other half, dx.",
     ("dout @ W.T", "x.T @ dout, dout.sum(axis=0)"))
slip("both-halves-returned",
     "All three gradients are returned. Compute and return only dx here, because the other two "
     "can wait.",
     ("dout @ W.T", "linear_backward(dout, cache)"))
slip("divided-by-n-again",
     "dx is divided by N. If the loss is a mean, dout already contains the factor 1/N, so leave "
     "this division out.",
     ("dout @ W.T", "dout @ W.T / len(dout)"), see="gradient-of-each-part")
slip("weights-for-gradient",
     "W itself is returned. It holds the slopes of the outputs with respect to the inputs. "
     "Multiply it by dout.",
     ("dout @ W.T", "W.T"), see="gradient-of-each-part")
slip("input-gradient-summed",
     "dx is summed over the examples. Every example has its own inputs. Sum only the gradients of "
     "parameters, which all examples share.",
     ("dout @ W.T", "(dout @ W.T).sum(axis=0)"), see="shapes-and-batches")
