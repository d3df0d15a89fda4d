"""Assignment 04-calculus: batch and layer normalisation."""

from typing import Any

import numpy as np

import backprop as bp
from autograder.bank.inputs import DIGITS_LOST, Rng, normal, whole
from autograder.marking.question import Case, question

EPS_OUTSIDE = (
    "eps is added to the standard deviation. Here it belongs to the variance, under the root: "
    "sqrt(var + eps)."
)
EPS_IGNORED = (
    "The argument eps is not used. It keeps the division possible where a variance is 0, and it "
    "changes the result everywhere else."
)
ROOT_FORGOTTEN = (
    "The division is by the variance. Dividing by its root, the standard deviation, is what makes "
    "the spread 1."
)
FAR_FROM_ZERO = "numbers far from 0"


def _inputs(rng: Rng, N: int, D: int, eps: float = 1e-5, draw: Any = normal) -> dict[str, Any]:
    """x with a scale and a middle of its own in every feature, and what goes with it."""
    x = draw(rng, N, D)
    if draw is normal:
        x = np.round(x * rng.uniform(0.5, 3, size=D) + rng.uniform(-2, 2, size=D), 2)
    return {
        "x": x,
        "gamma": normal(rng, D) + rng.choice([-2, 2], size=D),
        "beta": normal(rng, D),
        "eps": eps,
    }


def _one_feature_constant(inputs: dict[str, Any]) -> dict[str, Any]:
    x = inputs["x"].copy()
    x[:, 1] = 3
    return {**inputs, "x": x}


def _statistics(x, axis):
    x = np.asarray(x, dtype=float)
    return x, x.mean(axis=axis, keepdims=True), x.var(axis=axis, keepdims=True)


# --- batchnorm_forward ------------------------------------------------------------------------


def batchnorm_forward_cases(rng: Rng) -> list[Case]:
    """A large eps, a constant feature, whole numbers, one example, numbers far from 0."""
    far = _inputs(rng, 5, 3)
    return [
        Case(_inputs(rng, 3, 2)),
        Case(_inputs(rng, 5, 4)),
        Case(_inputs(rng, 4, 3, eps=0.5), "a large eps"),
        Case(_inputs(rng, 6, 3, draw=whole), "whole numbers"),
        Case(_one_feature_constant(_inputs(rng, 4, 2, draw=whole)), "one feature is constant"),
        Case(_inputs(rng, 1, 3), "a batch of one example"),
        Case({**far, "x": far["x"] + 1e7}, FAR_FROM_ZERO),
    ]


@question(batchnorm_forward_cases, parts={"out": 2}, see="batch-norm")
def batchnorm_forward(code: Any, x: Any, gamma: Any, beta: Any, eps: Any) -> Any:
    out, cache = code.batchnorm_forward(x, gamma, beta, eps)
    return {"out": out}


def _batchnorm_out(id: str, says: str, see: str | None = None):
    """A wrong batchnorm_forward, written as a function of x, gamma, beta, eps that gives out."""

    def register(wrong):
        def forward(x, gamma, beta, eps):
            return wrong(x, gamma, beta, eps), bp.batchnorm_forward(x, gamma, beta, eps)[1]

        batchnorm_forward.misconception(id, says, see)(forward)
        return wrong

    return register


@_batchnorm_out(
    "normalised-over-features",
    "Each example is normalised over its features. Batch normalisation compares the examples: one "
    "mean and one variance for each feature, over axis 0.",
)
def _(x, gamma, beta, eps):
    return bp.layernorm_forward(x, gamma, beta, eps)[0]


@_batchnorm_out(
    "one-mean-for-all-features",
    "There is one mean and one variance for the whole array. Each feature has its own.",
)
def _(x, gamma, beta, eps):
    return gamma * (x - x.mean()) / np.sqrt(x.var() + eps) + beta


@_batchnorm_out(
    "variance-by-n-minus-one",
    "The variance is divided by N - 1. That estimates a larger population; the batch is normalised "
    "by its own variance, the mean of the squares, divided by N.",
)
def _(x, gamma, beta, eps):
    var = x.var(axis=0) * np.divide(len(x), len(x) - 1)  # like ddof=1, without its warning
    return gamma * (x - x.mean(axis=0)) / np.sqrt(var + eps) + beta


@_batchnorm_out("epsilon-outside-root", EPS_OUTSIDE)
def _(x, gamma, beta, eps):
    return gamma * (x - x.mean(axis=0)) / (x.std(axis=0) + eps) + beta


@_batchnorm_out("epsilon-ignored", EPS_IGNORED)
def _(x, gamma, beta, eps):
    return gamma * (x - x.mean(axis=0)) / x.std(axis=0) + beta


@_batchnorm_out("epsilon-ignored", "eps is always 1e-5. The caller chooses it: use the argument.")
def _(x, gamma, beta, eps):
    return bp.batchnorm_forward(x, gamma, beta, 1e-5)[0]


@_batchnorm_out("variance-for-deviation", ROOT_FORGOTTEN)
def _(x, gamma, beta, eps):
    return gamma * (x - x.mean(axis=0)) / (x.var(axis=0) + eps) + beta


@_batchnorm_out(
    "not-centred", "The mean is not subtracted: the features are scaled, but stay off their middle."
)
def _(x, gamma, beta, eps):
    return gamma * x / np.sqrt(x.var(axis=0) + eps) + beta


@_batchnorm_out(
    "mean-square-for-variance",
    "The mean of x² takes the place of the variance. The variance is measured from the mean.",
)
def _(x, gamma, beta, eps):
    return gamma * (x - x.mean(axis=0)) / np.sqrt((x**2.0).mean(axis=0) + eps) + beta


@_batchnorm_out(
    "scale-and-shift-forgotten",
    "gamma and beta are missing. They let the network undo the normalisation where that is better.",
)
def _(x, gamma, beta, eps):
    return bp.batchnorm_forward(x, 1.0, 0.0, eps)[0]


@_batchnorm_out(
    "scale-not-applied",
    "gamma is missing: after the normalisation each feature is multiplied by its gamma.",
)
def _(x, gamma, beta, eps):
    return bp.batchnorm_forward(x, 1.0, beta, eps)[0]


@_batchnorm_out("shift-not-applied", "beta is missing: it is added at the end, to each feature.")
def _(x, gamma, beta, eps):
    return bp.batchnorm_forward(x, gamma, 0.0, eps)[0]


@_batchnorm_out(
    "scale-and-shift-swapped", "gamma and beta are swapped: gamma multiplies, beta is added."
)
def _(x, gamma, beta, eps):
    return bp.batchnorm_forward(x, beta, gamma, eps)[0]


@_batchnorm_out(
    "shift-before-scale",
    "beta is added first and multiplied by gamma with the rest. Scale first, then shift.",
)
def _(x, gamma, beta, eps):
    return bp.batchnorm_forward(x, gamma, gamma * beta, eps)[0]


@_batchnorm_out(
    "variance-cancels",
    "The variance is computed as the mean of x² minus the square of the mean. Far from 0 these are "
    "two huge numbers of which nearly all digits cancel. Subtract the mean first, then square.",
)
def _(x, gamma, beta, eps):
    var = (x**2).mean(axis=0) - x.mean(axis=0) ** 2
    return gamma * (x - x.mean(axis=0)) / np.sqrt(var + eps) + beta


@_batchnorm_out(
    "integers-truncated",
    "The result is kept in an array of whole numbers, because it copied the type of x.",
    see="shapes-and-batches",
)
def _(x, gamma, beta, eps):
    out = np.zeros_like(x)
    out[...] = bp.batchnorm_forward(x, gamma, beta, eps)[0]
    return out


# --- backward passes: batch, layer and stored statistics ---------------------------------------


def _backward_inputs(rng: Rng, N: int, D: int, calls: int = 1, **more: Any) -> dict[str, Any]:
    return {**_inputs(rng, N, D, **more), "dout": normal(rng, N, D), "calls": calls}


def norm_backward_cases(rng: Rng) -> list[Case]:
    """Three examples or more, a large eps, a constant feature, a cache used twice."""
    lost = _backward_inputs(rng, 5, 3, eps=1e-17)
    return [
        Case(_backward_inputs(rng, 4, 3)),
        Case(_backward_inputs(rng, 3, 5)),
        Case(_backward_inputs(rng, 5, 3, eps=0.5), "a large eps"),
        Case(_backward_inputs(rng, 6, 4, draw=whole), "whole numbers"),
        Case(_one_feature_constant(_backward_inputs(rng, 5, 4)), "one feature is constant"),
        Case(_backward_inputs(rng, 4, 3, calls=2), "backward called twice, after another forward"),
        Case({**lost, "x": 1e-7 * lost["x"], "beta": 1e30 * lost["beta"]}, DIGITS_LOST),
    ]


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


def _norm_mistake(target, id: str, says: str, see: str | None = None):
    """A wrong backward: a function of dout, the upstream gradient of x_hat, and a namespace.

    The namespace n holds x, gamma, eps, mean, var, std, x_hat, `m` (the mean over what the
    statistics are taken over), `count` (how many numbers that are), and the right dx, dgamma, dbeta.
    The forward pass stays right; only its cache is another one.
    """
    name = target.id.removesuffix("_backward")
    forward, right = getattr(bp, f"{name}_forward"), getattr(bp, target.id)
    axis = 0 if name == "batchnorm" else 1

    def register(wrong):
        def remember(x, gamma, beta, eps):
            out, cache = forward(x, gamma, beta, eps)
            return out, (np.array(x, dtype=float), gamma, beta, eps, out, cache)

        def backward(dout, cache):
            x, gamma, beta, eps, out, right_cache = cache
            x, mean, var = _statistics(x, axis)
            std = np.sqrt(var + eps)
            dx, dgamma, dbeta = right(dout, right_cache)
            n = _Names(
                x=x, gamma=gamma, beta=beta, eps=eps, out=out, mean=mean, var=var, std=std,
                x_hat=(x - mean) / std, count=x.shape[axis], dx=dx, dgamma=dgamma, dbeta=dbeta,
                m=lambda a: a.mean(axis=axis, keepdims=True),
            )  # fmt: skip
            return wrong(dout, dout * gamma, n)

        target.misconception(id, says, see, replaces=f"{name}_forward")(remember)
        target.misconceptions[-1].functions[target.id] = backward
        return wrong

    return register


class _Names:
    def __init__(self, **names):
        vars(self).update(names)


def _both(id: str, says: str, see: str | None = None):
    """The same mistake for batch and for layer normalisation."""

    def register(wrong):
        for target in (batchnorm_backward, layernorm_backward):
            _norm_mistake(target, id, says, see)(wrong)
        return wrong

    return register


def _staged(dout, dx_hat, n, power=-1.5, two=2.0, root=0.5):
    """dx the long way, by the gradients of the variance and of the mean."""
    dvar = (dx_hat * (n.x - n.mean) * -root * (n.var + n.eps) ** power).sum(
        axis=0 if n.mean.shape[0] == 1 else 1, keepdims=True
    )
    dmean = -n.m(dx_hat / n.std)
    return dx_hat / n.std + dvar * two * (n.x - n.mean) / n.count + dmean


@_both(
    "statistics-as-constants",
    "Mean and variance are treated as constants. Every x moves both of them, and through them all "
    "the other entries: dx has three terms.",
)
def _(dout, dx_hat, n):
    return dx_hat / n.std, n.dgamma, n.dbeta


@_both(
    "variance-path-forgotten",
    "The path through the variance is missing. An x far from the mean makes the variance larger "
    "and pulls all outputs together.",
)
def _(dout, dx_hat, n):
    return (dx_hat - n.m(dx_hat)) / n.std, n.dgamma, n.dbeta


@_both(
    "mean-path-forgotten",
    "The path through the mean is missing. If all entries move up together the output stays, so "
    "dx must sum to 0 where the statistics were taken.",
)
def _(dout, dx_hat, n):
    return (dx_hat - n.x_hat * n.m(dx_hat * n.x_hat)) / n.std, n.dgamma, n.dbeta


@_both(
    "variance-by-n-minus-one",
    "The path through the variance is divided by one less than the number of entries. The variance "
    "of the forward pass is a mean over all of them.",
)
def _(dout, dx_hat, n):
    by_variance = n.x_hat * n.m(dx_hat * n.x_hat) * n.count / (n.count - 1)
    return (dx_hat - n.m(dx_hat) - by_variance) / n.std, n.dgamma, n.dbeta


@_both(
    "mean-forgotten",
    "The paths through the statistics are sums. Mean and variance are divided by the number of "
    "entries, so each entry moves them only that much less.",
)
def _(dout, dx_hat, n):
    by_statistics = n.m(dx_hat) + n.x_hat * n.m(dx_hat * n.x_hat)
    return (dx_hat - n.count * by_statistics) / n.std, n.dgamma, n.dbeta


@_both(
    "sign-flipped",
    "The paths through the statistics are added. The mean is subtracted and the deviation divides, "
    "so both come back with a minus.",
)
def _(dout, dx_hat, n):
    return (
        (dx_hat + n.m(dx_hat) + n.x_hat * n.m(dx_hat * n.x_hat)) / n.std,
        n.dgamma,
        n.dbeta,
    )


@_both(
    "factor-2-forgotten",
    "The path through the variance has half its size: the derivative of (x - mean)² is "
    "2 (x - mean).",
)
def _(dout, dx_hat, n):
    return _staged(dout, dx_hat, n, two=1.0), n.dgamma, n.dbeta


@_both(
    "root-not-differentiated",
    "The path through the variance is twice too large: the derivative of v to the power -1/2 is "
    "-1/2 times v to the power -3/2.",
)
def _(dout, dx_hat, n):
    return _staged(dout, dx_hat, n, root=1.0), n.dgamma, n.dbeta


@_both(
    "exponent-not-lowered",
    "The gradient by the variance has the power -1/2. The derivative of v to the power -1/2 is -1/2 "
    "times v to the power -3/2: the exponent goes down by one.",
)
def _(dout, dx_hat, n):
    return _staged(dout, dx_hat, n, power=-0.5), n.dgamma, n.dbeta


@_both(
    "upstream-ignored",
    "The upstream gradient is not used: these are gradients of the sum of all outputs. The loss may "
    "weigh each output differently, and dout says how.",
)
def _(dout, dx_hat, n):
    ones = np.ones_like(dout)
    dx_hat = ones * n.gamma
    dx = (dx_hat - n.m(dx_hat) - n.x_hat * n.m(dx_hat * n.x_hat)) / n.std
    return dx, n.x_hat.sum(axis=0), ones.sum(axis=0)


@_both(
    "upstream-ignored",
    "dgamma and dbeta do not use the upstream gradient. dout says how much each output matters.",
)
def _(dout, dx_hat, n):
    return n.dx, n.x_hat.sum(axis=0), np.ones_like(dout).sum(axis=0)


@_both(
    "scale-not-applied",
    "gamma is missing in dx. The output was gamma times the normalised x, so a push on that arrives "
    "gamma times as large.",
)
def _(dout, dx_hat, n):
    return (
        (dout - n.m(dout) - n.x_hat * n.m(dout * n.x_hat)) / n.std,
        n.dgamma,
        n.dbeta,
    )


@_both("epsilon-outside-root", EPS_OUTSIDE)
def _(dout, dx_hat, n):
    std = np.sqrt(n.var) + n.eps
    x_hat = (n.x - n.mean) / std
    dx = (dx_hat - n.m(dx_hat) - x_hat * n.m(dx_hat * x_hat)) / std
    return dx, (dout * x_hat).sum(axis=0), n.dbeta


@_both("epsilon-outside-root", EPS_OUTSIDE)
def _(dout, dx_hat, n):
    dx = (dx_hat - n.m(dx_hat) - n.x_hat * n.m(dx_hat * n.x_hat)) / (np.sqrt(n.var) + n.eps)
    return dx, n.dgamma, n.dbeta


@_both("epsilon-ignored", EPS_IGNORED)
def _(dout, dx_hat, n):
    std = np.sqrt(n.var)
    x_hat = (n.x - n.mean) / std
    dx = (dx_hat - n.m(dx_hat) - x_hat * n.m(dx_hat * x_hat)) / std
    return dx, (dout * x_hat).sum(axis=0), n.dbeta


@_both("epsilon-ignored", EPS_IGNORED)
def _(dout, dx_hat, n):
    dx = (dx_hat - n.m(dx_hat) - n.x_hat * n.m(dx_hat * n.x_hat)) / np.sqrt(n.var)
    return dx, n.dgamma, n.dbeta


@_both(
    "deviation-not-divided",
    "The division by the standard deviation is missing in dx. The forward pass divided x by it, so "
    "a push on x arrives that much smaller.",
)
def _(dout, dx_hat, n):
    return n.dx * n.std, n.dgamma, n.dbeta


@_both(
    "variance-for-deviation",
    "dx is divided by the variance. The forward pass divided by its root, the standard deviation.",
)
def _(dout, dx_hat, n):
    return n.dx / n.std, n.dgamma, n.dbeta


@_both(
    "input-not-normalised",
    "dgamma is built from x. What gamma was multiplied by is the normalised x.",
)
def _(dout, dx_hat, n):
    return n.dx, (dout * n.x).sum(axis=0), n.dbeta


@_both(
    "output-for-normalised",
    "dgamma is built from the output. What gamma was multiplied by is the normalised x, before "
    "scale and shift.",
)
def _(dout, dx_hat, n):
    return n.dx, (dout * n.out).sum(axis=0), n.dbeta


@_both(
    "bias-gradient-averaged",
    "dgamma and dbeta are averaged over the examples. If the loss is a mean, its 1/N is already in "
    "dout: here the rows are summed.",
)
def _(dout, dx_hat, n):
    return n.dx, n.dgamma / len(dout), n.dbeta / len(dout)


@_both(
    "bias-gradient-averaged",
    "dbeta is averaged over the examples. If the loss is a mean, its 1/N is already in dout: here "
    "the rows are summed.",
)
def _(dout, dx_hat, n):
    return n.dx, n.dgamma, n.dbeta / len(dout)


@_both(
    "bias-gradient-not-summed",
    "dgamma and dbeta are not summed over the examples. The same gamma and beta served every row, "
    "so every row's share comes back to them, added up.",
)
def _(dout, dx_hat, n):
    return n.dx, dout * n.x_hat, dout


@_both(
    "bias-gradient-wrong-axis",
    "dgamma and dbeta are summed over the features, one number for each example. They have one "
    "entry for each feature: sum over the examples, axis 0.",
    see="shapes-and-batches",
)
def _(dout, dx_hat, n):
    return n.dx, (dout * n.x_hat).sum(axis=1), dout.sum(axis=1)


@_both(
    "bias-gradient-keeps-axis",
    "dgamma and dbeta have shape (1, D). A gradient has the shape of its parameter, (D,).",
    see="shapes-and-batches",
)
def _(dout, dx_hat, n):
    return n.dx, n.dgamma[None, :], n.dbeta[None, :]


@_both(
    "gradients-in-wrong-order",
    "The gradients come back in another order. It is the order of the inputs: dx, dgamma, dbeta.",
)
def _(dout, dx_hat, n):
    return n.dx, n.dbeta, n.dgamma


@_norm_mistake(
    batchnorm_backward,
    "normalised-over-features",
    "The means in dx run over the features. They belong to the statistics of the forward pass, "
    "which were taken over the examples: axis 0.",
)
def _(dout, dx_hat, n):
    by_mean = dx_hat.mean(axis=1, keepdims=True)
    by_variance = n.x_hat * (dx_hat * n.x_hat).mean(axis=1, keepdims=True)
    return (dx_hat - by_mean - by_variance) / n.std, n.dgamma, n.dbeta


@_norm_mistake(
    batchnorm_backward,
    "mean-over-everything",
    "The means in dx run over the whole array. Each feature has statistics of its own: axis 0.",
)
def _(dout, dx_hat, n):
    dx = dx_hat - dx_hat.mean() - n.x_hat * (dx_hat * n.x_hat).mean()
    return dx / n.std, n.dgamma, n.dbeta


@_norm_mistake(
    layernorm_backward,
    "normalised-over-examples",
    "The means in dx run over the examples. They belong to the statistics of the forward pass, "
    "which were taken within each example: axis 1.",
)
def _(dout, dx_hat, n):
    by_variance = n.x_hat * (dx_hat * n.x_hat).mean(axis=0)
    return (dx_hat - dx_hat.mean(axis=0) - by_variance) / n.std, n.dgamma, n.dbeta


@_norm_mistake(
    layernorm_backward,
    "scale-outside-the-means",
    "gamma is multiplied at the end. In batch normalisation that is the same; here the means run "
    "over features, each with its own gamma, so it belongs inside.",
)
def _(dout, dx_hat, n):
    dx = (dout - n.m(dout) - n.x_hat * n.m(dout * n.x_hat)) / n.std
    return n.gamma * dx, n.dgamma, n.dbeta


@_norm_mistake(
    layernorm_backward,
    "divided-by-examples",
    "The sums in dx are divided by N, the number of examples. They run over the D features of one "
    "example: divide by D.",
)
def _(dout, dx_hat, n):
    by_statistics = n.m(dx_hat) + n.x_hat * n.m(dx_hat * n.x_hat)
    return (dx_hat - by_statistics * n.count / len(dout)) / n.std, n.dgamma, n.dbeta


layernorm_backward.misconception(
    "normalised-over-examples",
    "This is batch normalisation: the statistics are taken over the examples. Layer normalisation "
    "takes them within each example, over its features: axis 1.",
    replaces="layernorm_forward",
)(bp.batchnorm_forward)
layernorm_backward.misconceptions[-1].functions["layernorm_backward"] = bp.batchnorm_backward


# --- batchnorm_eval ---------------------------------------------------------------------------


def batchnorm_eval_cases(rng: Rng) -> list[Case]:
    """One example, a large eps, a stored variance of 0, whole numbers, a cache used twice."""

    def inputs(N: int, D: int, **more: Any) -> dict[str, Any]:
        drawn = _backward_inputs(rng, N, D, **more)
        return {**drawn, "mean": normal(rng, D), "var": rng.uniform(0.2, 4, size=D).round(3)}

    zero, lost = inputs(3, 4, eps=1e-3), inputs(5, 3)
    zero["var"][1] = 0.0
    return [
        Case(inputs(3, 2)),
        Case(inputs(4, 3, eps=0.5), "a large eps"),
        Case(inputs(1, 3), "a batch of one example"),
        Case(inputs(5, 2, draw=whole), "whole numbers"),
        Case(zero, "a stored variance of 0"),
        Case(inputs(4, 3, calls=2), "backward called twice, after another forward"),
        Case({**lost, "beta": 1e30 * lost["beta"]}, DIGITS_LOST),
    ]


@question(
    batchnorm_eval_cases,
    parts={"out": 1, "gradients": 1},
    see="batch-norm-eval",
    writes=("batchnorm_eval_forward", "batchnorm_eval_backward"),
    bonus=True,
)
def batchnorm_eval(
    code: Any,
    x: Any,
    gamma: Any,
    beta: Any,
    eps: Any,
    dout: Any,
    calls: Any,
    mean: Any,
    var: Any,
) -> Any:
    out, cache = code.batchnorm_eval_forward(x, gamma, beta, mean, var, eps)
    if calls > 1:
        code.batchnorm_eval_forward(1 - x * x, gamma, beta, mean + 1, 2 * var, eps)
    for _ in range(calls):
        dx, dgamma, dbeta = code.batchnorm_eval_backward(dout, cache)
    return {"out": out, "gradients": {"dx": dx, "dgamma": dgamma, "dbeta": dbeta}}


def _eval_forward_mistake(id: str, says: str):
    """A wrong pair: the forward answers for other mean, var and eps, and backward follows it."""

    def register(other):
        def forward(x, gamma, beta, mean, var, eps):
            mean, var, eps = other(np.asarray(x, dtype=float), mean, var, eps)
            return bp.batchnorm_eval_forward(x, gamma, beta, mean, var, eps)

        batchnorm_eval.misconception(id, says, replaces="batchnorm_eval_forward")(forward)
        return other

    return register


@_eval_forward_mistake(
    "batch-statistics-used",
    "The statistics are those of the batch. After training, an answer must not depend on what else "
    "is in the batch: use the stored mean and variance.",
)
def _(x, mean, var, eps):
    return x.mean(axis=0), x.var(axis=0), eps


@_eval_forward_mistake("epsilon-outside-root", EPS_OUTSIDE)
def _(x, mean, var, eps):
    return mean, (np.sqrt(var) + eps) ** 2, 0.0


@_eval_forward_mistake("epsilon-ignored", EPS_IGNORED)
def _(x, mean, var, eps):
    return mean, var, 0.0


@_eval_forward_mistake("variance-for-deviation", ROOT_FORGOTTEN)
def _(x, mean, var, eps):
    return mean, (var + eps) ** 2, 0.0


@_eval_forward_mistake(
    "not-centred", "The stored mean is not subtracted: the features stay off their middle."
)
def _(x, mean, var, eps):
    return 0.0 * mean, var, eps


@_eval_forward_mistake(
    "mean-added", "The stored mean is added. Normalising takes it away, then divides."
)
def _(x, mean, var, eps):
    return -mean, var, eps


def _eval_backward_mistake(id: str, says: str, see: str | None = None):
    """A wrong backward, written as a function of dout, x_hat, std, gamma and the right gradients."""

    def register(wrong):
        def backward(dout, cache):
            return wrong(dout, *cache, *bp.batchnorm_eval_backward(dout, cache))

        batchnorm_eval.misconception(id, says, see, replaces="batchnorm_eval_backward")(backward)
        return wrong

    return register


@_eval_backward_mistake(
    "statistics-not-constant",
    "dx has the terms for mean and variance of training. The stored ones do not depend on x, so "
    "nothing flows through them.",
)
def _(dout, x_hat, std, gamma, dx, dgamma, dbeta):
    return bp.batchnorm_backward(dout, (x_hat, std, gamma))


@_eval_backward_mistake(
    "scale-not-applied",
    "gamma is missing in dx. The output was gamma times the normalised x, so a push on that arrives "
    "gamma times as large.",
)
def _(dout, x_hat, std, gamma, dx, dgamma, dbeta):
    return dout / std, dgamma, dbeta


@_eval_backward_mistake(
    "deviation-not-divided",
    "The division by the standard deviation is missing in dx. The forward pass divided x by it, so "
    "a push on x arrives that much smaller.",
)
def _(dout, x_hat, std, gamma, dx, dgamma, dbeta):
    return dout * gamma, dgamma, dbeta


@_eval_backward_mistake(
    "upstream-ignored",
    "The upstream gradient is not used: these are gradients of the sum of all outputs. dout says "
    "how much each output matters.",
)
def _(dout, x_hat, std, gamma, dx, dgamma, dbeta):
    return bp.batchnorm_eval_backward(np.ones_like(dout), (x_hat, std, gamma))


@_eval_backward_mistake(
    "input-not-normalised",
    "dgamma is built from x. What gamma was multiplied by is the normalised x, without mean and "
    "deviation.",
)
def _(dout, x_hat, std, gamma, dx, dgamma, dbeta):
    return dx, (dout * x_hat * std).sum(axis=0), dbeta


@_eval_backward_mistake(
    "bias-gradient-averaged",
    "dgamma and dbeta are averaged over the examples. If the loss is a mean, its 1/N is already in "
    "dout: here the rows are summed.",
)
def _(dout, x_hat, std, gamma, dx, dgamma, dbeta):
    return dx, dgamma / len(dout), dbeta / len(dout)


@_eval_backward_mistake(
    "bias-gradient-not-summed",
    "dgamma and dbeta are not summed over the examples. The same gamma and beta served every row, "
    "so every row's share comes back to them, added up.",
)
def _(dout, x_hat, std, gamma, dx, dgamma, dbeta):
    return dx, dout * x_hat, dout


@_eval_backward_mistake(
    "bias-gradient-wrong-axis",
    "dgamma and dbeta are summed over the features, one number for each example. They have one "
    "entry for each feature: sum over the examples, axis 0.",
    see="shapes-and-batches",
)
def _(dout, x_hat, std, gamma, dx, dgamma, dbeta):
    return dx, (dout * x_hat).sum(axis=1), dout.sum(axis=1)


@_eval_backward_mistake(
    "gradients-in-wrong-order",
    "The gradients come back in another order. It is the order of the inputs: dx, dgamma, dbeta.",
)
def _(dout, x_hat, std, gamma, dx, dgamma, dbeta):
    return dx, dbeta, dgamma


QUESTIONS = [batchnorm_forward, batchnorm_backward, layernorm_backward, batchnorm_eval]
