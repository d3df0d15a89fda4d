"""The backward pass of batch normalisation."""

from typing import Any

from autograder.bank.calculus._normalisation import add_slips_of_both, norm_backward_cases
from autograder.marking.question import question


@question(
    norm_backward_cases,
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
