"""The gradients of attention from one number for each query, block by block."""

from typing import Any

import numpy as np

from autograder.bank.inputs import WHOLE_NUMBERS, Rng, normal, whole
from autograder.marking.question import Case, question


def cases(rng: Rng) -> list[Case]:
    """Return cases with all keys and with a block of them, and scores up to 1000."""

    def inputs(*sizes: int, others: int = 0, draw: Any = normal, large: bool = False) -> Any:
        M, N, d, D = sizes
        Q, K, V = draw(rng, M, d), draw(rng, N + others, d), draw(rng, N + others, D)
        if large:
            Q[:, 0], K[:, 0] = [45.0, -45.0, 44.0], [44.0, 44.0, -44.0, -44.0]
        S = Q @ K.T / np.sqrt(d)
        logsumexp = np.logaddexp.reduce(S, axis=1)
        out = np.exp(S - logsumexp[:, None]) @ V
        given = {"dout": normal(rng, M, D), "Q": Q, "K": K[:N], "V": V[:N]}
        return {**given, "out": out, "logsumexp": logsumexp}

    return [
        Case(inputs(2, 3, 4, 1), "all keys"),
        Case(inputs(3, 2, 5, 4, others=2), "two of four keys"),
        Case(inputs(4, 1, 3, 2, others=2), "one of three keys"),
        Case(inputs(9, 5, 2, 3, others=1), "nine queries, five of six keys"),
        Case(inputs(3, 4, 4, 2, large=True), "scores up to 1000"),
        Case(inputs(3, 3, 3, 3, others=3), "all sizes are equal"),
        Case(inputs(3, 4, 2, 5, others=1, draw=whole), "whole numbers", advice=WHOLE_NUMBERS),
    ]


@question(cases, parts={"dQ": 1, "dK": 1, "dV": 1}, see="attention-backward", bonus=True)
def flash_attention_backward(
    code: Any, dout: Any, Q: Any, K: Any, V: Any, out: Any, logsumexp: Any
) -> Any:
    dQ, dK, dV = code.flash_attention_backward(dout, Q, K, V, out, logsumexp)
    return {"dQ": dQ, "dK": dK, "dV": dV}


slip = flash_attention_backward.slip
P, MEAN = "np.exp(scale * (Q @ K.T) - lse[:, None])", "np.sum(dout * out, axis=1, keepdims=True)"
DS, DV = "scale * P * (dout @ V.T - mean)", "P.T @ dout"

slip("softmax-of-the-block",
     "The weights are a softmax over the keys of one block. Other blocks have keys as well, so the "
     "weights of a block need not sum to 1. Use logsumexp: P = exp(S - logsumexp).",
     (P, "softmax(scale * (Q @ K.T))"))
slip("mean-over-the-block",
     "The weighted mean of dP is taken over the keys of one block. It should run over all keys. "
     "The sum over the entries of dout * out is that mean, because out contains all keys.",
     (MEAN, "np.sum(P * (dout @ V.T), axis=1, keepdims=True)"))
slip("softmax-of-the-block",
     "Weights and mean are computed as if there were no keys outside the block. Other blocks have "
     "keys as well, so use logsumexp for the weights, and dout * out for the mean.",
     (P, "softmax(scale * (Q @ K.T))"), (MEAN, "np.sum(P * (dout @ V.T), axis=1, keepdims=True)"))
slip("log-sum-exp-forgotten",
     "The weights are e to the power of the scores, not divided by their sum, so they overflow for "
     "large scores. Subtract logsumexp from the scores first.",
     (P, "np.exp(scale * (Q @ K.T))"))
slip("log-sum-exp-divided",
     "e to the score is divided by the logarithm of the sum. Subtract the logarithm in the "
     "exponent.",
     (P, "np.exp(scale * (Q @ K.T)) / lse[:, None]"))
slip("exp-overflow",
     "e to the score is divided by e to logsumexp. Both overflow for large scores, and inf / inf "
     "is NaN. Subtract in the exponent instead.",
     (P, "np.exp(scale * (Q @ K.T)) / np.exp(lse)[:, None]"))
slip("scaling-forgotten-in-scores",
     "The scores are not divided by the root of d when they are computed again. logsumexp belongs "
     "to the divided scores.",
     (P, "np.exp(Q @ K.T - lse[:, None])"))
slip("scaling-forgotten",
     "The division by the root of d is missing from dQ and dK. The forward pass divided the scores "
     "by it, so divide their gradient by it too.",
     (DS, "P * (dout @ V.T - mean)"))
slip("scaled-twice",
     "dQ and dK are divided by d, which is the root of d applied twice. Divide by the root once.",
     (DS, "scale * scale * P * (dout @ V.T - mean)"))
slip("mean-forgotten",
     "Your dS is P times dP. The weights of a query sum to 1, so when one of them grows, the "
     "others shrink. Subtract the sum of dout * out first.",
     (DS, "scale * P * (dout @ V.T)"))
slip("weights-forgotten",
     "The factor P is missing from dS. It is P times (dP minus its weighted mean).",
     (DS, "scale * (dout @ V.T - mean)"))
slip("elementwise-softmax-slope",
     "p(1 - p) is only the diagonal of the Jacobian of softmax. Every score changes every weight "
     "of its row, so dS is P times (dP minus its weighted mean).",
     (DS, "scale * P * (1 - P) * (dout @ V.T)"))
slip("sum-over-everything",
     "The same number is subtracted for all queries. Each query has its own softmax, so sum dout * "
     "out along axis 1 only.",
     (MEAN, "np.sum(dout * out)"), see="shapes-and-batches")
slip("output-alone",
     "The mean is computed from out without dout. The mean of dP is the sum of dout * out.",
     (MEAN, "np.sum(out, axis=1, keepdims=True)"))
slip("sign-flipped",
     "dS has the wrong sign. It should be P times (dP minus its weighted mean).",
     (DS, "scale * P * (mean - dout @ V.T)"))
slip("scores-for-weights",
     "dV is computed from the scores. The values were multiplied by the weights: Pᵀ dout.",
     (DV, "scale * (K @ Q.T) @ dout"))
slip("gradient-of-scores-for-weights",
     "dV is computed from dS. The values were multiplied by the weights: Pᵀ dout.",
     (DV, "dS.T @ dout"))
slip("weights-and-scores-swapped",
     "P and dS are swapped, so dK is computed from P, and dV from dS. Write dK = dSᵀ Q and dV = Pᵀ "
     "dout.",
     (f"dS.T @ Q, {DV}", "P.T @ Q, dS.T @ dout"))
slip("upstream-ignored",
     "The upstream gradient is not used, so you get the gradients of the sum of all outputs. "
     "Multiply by dout.",
     ("scale = 1", "dout = np.ones_like(dout); scale = 1"))
