"""The backward pass of batch normalisation."""

from typing import Any

import numpy as np

from autograder.bank.calculus._normalisation import add_slips_of_both, norm_backward_cases
from autograder.bank.inputs import OF_THE_BOOK, Rng
from autograder.marking.question import Case, question


def cases(rng: Rng) -> list[Case]:
    """Return the example of the book, and the cases that layer normalisation has, too."""
    of_the_book = {
        "x": np.array([[1.0], [1.0], [5.0], [5.0]]),
        "gamma": np.array([1.0]),
        "beta": np.array([0.0]),
        "eps": 0.0,
        "dout": np.array([[1.0], [0.0], [0.0], [0.0]]),
        "calls": 1,
    }
    return [Case(of_the_book, OF_THE_BOOK), *norm_backward_cases(rng)]


@question(
    cases,
    parts={"dx": 4, "dgamma": 1, "dbeta": 1},
    see="batch-norm-backward",
    uses=("batchnorm_forward",),
)
def batchnorm_backward(
    code: Any, x: Any, gamma: Any, beta: Any, eps: Any, dout: Any, calls: Any
) -> Any:
    out, cache = code.batchnorm_forward(x, gamma, beta, eps)
    if calls > 1:
        code.batchnorm_forward(1 - x * x, gamma, beta, eps)
    for _ in range(calls):
        dx, dgamma, dbeta = code.batchnorm_backward(dout, cache)
    return {"dx": dx, "dgamma": dgamma, "dbeta": dbeta}


add_slips_of_both(batchnorm_backward, "batchnorm_forward", over="axis=0", count="len(dout)")
slip = batchnorm_backward.slip

slip("normalised-over-features",
     "The means in dx run over the features. The forward pass took the mean and variance over the "
     "examples, so use axis 0 here too.",
     ("dx_hat.mean(axis=0)", "dx_hat.mean(axis=1, keepdims=True)"),
     ("x_hat).mean(axis=0)", "x_hat).mean(axis=1, keepdims=True)"))
slip("mean-over-everything",
     "The means in dx run over the whole array. Each feature has its own mean and variance, so use "
     "axis 0.",
     ("dx_hat.mean(axis=0)", "dx_hat.mean()"), ("x_hat).mean(axis=0)", "x_hat).mean()"))
