"""The forward and backward pass of batch normalisation after training."""

from typing import Any

from autograder.bank.calculus._normalisation import BOTH, CACHE, WORDS, norm_backward_inputs
from autograder.bank.inputs import DIGITS_LOST, WHOLE_NUMBERS, Rng, normal, whole
from autograder.marking.question import Case, question


def cases(rng: Rng) -> list[Case]:
    """Return cases with one example, a large eps, a stored variance of 0, a cache used twice."""

    def inputs(N: int, D: int, **more: Any) -> dict[str, Any]:
        drawn = norm_backward_inputs(rng, N, D, **more)
        return {**drawn, "mean": normal(rng, D), "var": rng.uniform(0.2, 4, size=D).round(3)}

    zero, lost = inputs(3, 4, eps=1e-3), inputs(5, 3)
    zero["var"][1] = 0.0
    return [
        Case(inputs(3, 2)),
        Case(inputs(4, 3, eps=0.5), "a large eps"),
        Case(inputs(1, 3), "a batch of one example"),
        Case(zero, "a stored variance of 0"),
        Case(inputs(4, 3, calls=2), "backward called twice, after another forward"),
        Case({**lost, "beta": 1e30 * lost["beta"]}, DIGITS_LOST),
        Case(inputs(4, 4), "as many features as examples"),
        Case(inputs(9, 2), "nine examples"),
        Case(inputs(5, 2, draw=whole), advice=WHOLE_NUMBERS),
    ]


@question(
    cases,
    parts={"out": 1, "gradients": 1},
    see="batch-norm-eval",
    writes=("batchnorm_eval_forward", "batchnorm_eval_backward"),
    bonus=True,
)
def batchnorm_eval(
    code: Any, x: Any, gamma: Any, beta: Any, eps: Any, dout: Any, calls: Any, mean: Any, var: Any
) -> Any:
    out, cache = code.batchnorm_eval_forward(x, gamma, beta, mean, var, eps)
    if calls > 1:
        code.batchnorm_eval_forward(1 - x * x, gamma, beta, mean + 1, 2 * var, eps)
    for _ in range(calls):
        dx, dgamma, dbeta = code.batchnorm_eval_backward(dout, cache)
    return {"out": out, "gradients": {"dx": dx, "dgamma": dgamma, "dbeta": dbeta}}


slip = batchnorm_eval.slip
STD, DX = "np.sqrt(var + eps)", "dx = dout * gamma / std"

slip("batch-statistics-used",
     "Your mean and variance come from the batch. After training, an output must not depend on the "
     "other examples in the batch, so use the stored mean and variance.",
     (f"std = {STD}", f"mean, var = x.mean(axis=0), x.var(axis=0)\n    std = {STD}"))
slip("epsilon-outside-root", None, (STD, "np.sqrt(var) + eps"))
slip("epsilon-ignored", None, (STD, "np.sqrt(var)"))
slip("variance-for-deviation", WORDS["variance-for-deviation"], (STD, "var + eps"))
slip("not-centred", "The stored mean is not subtracted. Subtract it before you divide.",
     ("(x - mean)", "x"))
slip("mean-added", "The stored mean is added. Subtract it, then divide.",
     ("(x - mean)", "(x + mean)"))
slip("statistics-not-constant",
     "dx contains the terms from the mean and the variance, as in training. The stored mean and "
     "variance do not depend on x, so leave these terms out.",
     (DX, "dx = batchnorm_backward(dout, cache)[0]"))
slip("scale-not-applied", WORDS["scale-not-applied"], (DX, "dx = dout / std"))
slip("deviation-not-divided", WORDS["deviation-not-divided"], (DX, "dx = dout * gamma"))
slip("upstream-ignored",
     "The upstream gradient is not used, so you get the gradients of the sum of all outputs. "
     "Multiply by dout.",
     (CACHE, f"{CACHE}; dout = np.ones_like(dout)"))
slip("input-not-normalised",
     "dgamma is computed from x minus the mean. In the forward pass gamma was multiplied by the "
     "normalised x, so divide by the deviation first.",
     ("(dout * x_hat)", "(dout * x_hat * std)"))
for id, edit in (
    ("bias-gradient-averaged", "(dout * x_hat).mean(axis=0), dout.mean(axis=0)"),
    ("bias-gradient-not-summed", "dout * x_hat, dout"),
    ("bias-gradient-wrong-axis", "(dout * x_hat).sum(axis=1), dout.sum(axis=1)"),
    ("gradients-in-wrong-order", "dout.sum(axis=0), (dout * x_hat).sum(axis=0)"),
):
    see = "shapes-and-batches" if id == "bias-gradient-wrong-axis" else None
    slip(id, WORDS[id], (BOTH, edit), see=see)
slip("parameters-treated-as-fixed",
     "dgamma and dbeta are 0, as if gamma and beta could not be trained. The stored mean and "
     "variance are fixed, but these two are still parameters.",
     (BOTH, "np.zeros_like(gamma), np.zeros_like(gamma)"))
