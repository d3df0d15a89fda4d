"""The forward and backward pass of layer normalisation."""

from typing import Any

from autograder.bank.calculus._normalisation import add_slips_of_both, norm_backward_cases
from autograder.marking.question import question


@question(
    norm_backward_cases,
    parts={"dx": 1, "dgamma": 1, "dbeta": 1},
    see="layer-norm",
    writes=("layernorm_forward", "layernorm_backward"),
    bonus=True,
)
def layernorm_backward(
    code: Any, x: Any, gamma: Any, beta: Any, eps: Any, dout: Any, calls: Any
) -> Any:
    out, cache = code.layernorm_forward(x, gamma, beta, eps)
    if calls > 1:
        code.layernorm_forward(1 - x * x, gamma, beta, eps)
    for _ in range(calls):
        dx, dgamma, dbeta = code.layernorm_backward(dout, cache)
    return {"dx": dx, "dgamma": dgamma, "dbeta": dbeta}


OVER = "axis=1, keepdims=True"
add_slips_of_both(layernorm_backward, "layernorm_forward", over=OVER, count="dout.shape[1]")
slip = layernorm_backward.slip

over_examples = (
    (f"dx_hat.mean({OVER})", "dx_hat.mean(axis=0)"),
    (f"x_hat).mean({OVER})", "x_hat).mean(axis=0)"),
)
slip("normalised-over-examples",
     "The means in dx run over the examples. The forward pass took the mean and variance within "
     "each example, so use axis 1 here too.",
     *over_examples)
slip("scale-outside-the-means",
     "dx is multiplied by gamma at the end. In batch normalisation this makes no difference. Here "
     "the means run over features with different gammas, so multiply dout by gamma before you take "
     "the means.",
     ("dout * gamma", "dout"), ("by_variance) / std", "by_variance) / std * gamma"))
slip("divided-by-examples",
     "The sums in dx are divided by N, the number of examples. They run over the D features of one "
     "example, so divide by D.",
     (f"dx_hat.mean({OVER})", f"dx_hat.sum({OVER}) / len(dout)"),
     (f"x_hat).mean({OVER})", f"x_hat).sum({OVER}) / len(dout)"))
slip("normalised-over-examples",
     "Mean and variance are taken over the examples, as in batch normalisation. Layer "
     "normalisation takes them within each example, over its features, so use axis 1.",
     (f"(x - x.mean({OVER}))", "(x - x.mean(axis=0))"), (f"x.var({OVER})", "x.var(axis=0)"),
     *over_examples)
