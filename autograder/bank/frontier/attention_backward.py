"""The gradients of attention."""

from typing import Any

import numpy as np

from autograder.bank.inputs import DIGITS_LOST, OF_THE_BOOK, WHOLE_NUMBERS, Rng, normal, whole
from autograder.marking.question import Case, question


def cases(rng: Rng) -> list[Case]:
    """Return cases with all sizes different, scores up to 1000, and a weight of nearly 1."""

    def inputs(*sizes: int, calls: int = 1, draw: Any = normal) -> Any:
        M, N, d, D = sizes
        return {
            "Q": draw(rng, M, d),
            "K": draw(rng, N, d),
            "V": draw(rng, N, D),
            "dout": normal(rng, M, D),
            "calls": calls,
        }

    of_the_book = {
        "Q": np.array([[2.0, 0.0, 0.0, 0.0]]),
        "K": np.array([[np.log(3.0), 0.0, 0.0, 0.0], [0.0, 0.0, 0.0, 0.0]]),
        "V": np.array([[2.0], [6.0]]),
        "dout": np.array([[1.0]]),
        "calls": 1,
    }
    large = inputs(3, 5, 4, 2)  # scores of about 1000 and -1000, because d is 4
    large["Q"][:, 0], large["K"][:, 0] = [45.0, -45.0, 44.0], [44.0, 44.0, -44.0, -44.0, 44.0]
    certain = inputs(2, 3, 5, 4)  # one key gets nearly all the weight, the others about e^-17
    certain["Q"] = 0.3 * certain["Q"]
    certain["K"] = 0.3 * certain["K"]
    certain["Q"][:, 0] = 17.0 * np.sqrt(5.0)
    certain["K"][:, 0] = [0.0, 1.0, 0.0]
    far = inputs(3, 4, 2, 5)
    far["V"][1] *= 1e12
    return [
        Case(of_the_book, OF_THE_BOOK),
        Case(inputs(2, 3, 1, 4)),
        Case(inputs(4, 3, 5, 2)),
        Case(inputs(9, 8, 2, 5), "nine queries, eight keys"),
        Case(inputs(1, 4, 3, 2), "one query"),
        Case(inputs(3, 3, 3, 3), "all sizes are equal"),
        Case(large, "scores up to 1000"),
        Case(inputs(4, 2, 3, 5, calls=2), "backward called twice, after another forward"),
        Case(certain, DIGITS_LOST),
        Case(far, DIGITS_LOST),
        Case(inputs(3, 4, 2, 5, draw=whole), "whole numbers", advice=WHOLE_NUMBERS),
    ]


@question(cases, parts={"dQ": 1, "dK": 1, "dV": 2}, see="attention-backward")
def attention_backward(code: Any, Q: Any, K: Any, V: Any, dout: Any, calls: Any) -> Any:
    out, cache = code.attention_forward(Q, K, V)
    if calls > 1:
        code.attention_forward(-Q, K + 1, V - 1)
    for _ in range(calls):
        dQ, dK, dV = code.attention_backward(dout, cache)
    return {"dQ": dQ, "dK": dK, "dV": dV}


slip = attention_backward.slip
MEAN, CACHE, SCALE = (
    "np.sum(dP * P, axis=1, keepdims=True)",
    "Q, K, V, P = cache",
    "np.sqrt(K.shape[1])",
)
DS, DV = f"P * (dP - {MEAN})", "P.T @ dout"

slip("scaling-forgotten",
     "The division by the root of d is missing from the backward pass. The forward pass divided "
     "the scores by it, so divide dQ and dK by it too.",
     (f"dS /= {SCALE}", ""))
for part, product in (("dQ", "dS @ K"), ("dK", "dS.T @ Q")):
    slip("scaling-forgotten",
         f"The division by the root of d is missing from {part}. The forward pass divided the "
         f"scores by it, and both dQ and dK come from the scores. So divide {part} by it too.",
         (product, f"{product} * {SCALE}"))
slip("scaling-forgotten",
     "The weights are computed again, without dividing the scores by the root of d. Use the "
     "weights of the forward pass.",
     (CACHE, f"{CACHE}; P = softmax(Q @ K.T)"))
slip("scaled-twice",
     "The gradient is divided by d, that is, by the root of d twice. The forward pass divided by "
     "the root once.",
     (SCALE, "K.shape[1]"))
slip("values-scaled",
     "dV is divided by the root of d. Only the scores were divided by it, not the values.",
     (DV, f"{DV} / {SCALE}"))
slip("scaled-by-value-width",
     "Your code takes the root of the width of the values. The scores are sums over the d entries "
     "of a query, so use the width of the queries and keys.",
     ("K.shape[1]", "V.shape[1]"))
slip("elementwise-softmax-slope",
     "p(1 - p) is only the diagonal of the Jacobian of softmax. Every score changes every weight "
     "of its row, so the other entries are needed too. Compute P times (dP minus its weighted "
     "mean).",
     (DS, "dP * P * (1.0 - P)"))
slip("softmax-sum-forgotten",
     "Your dS is P times dP. The weights of a row sum to 1, so when one of them grows, the others "
     "shrink. Subtract the weighted mean of dP over the row first.",
     (DS, "P * dP"))
slip("log-softmax-formula",
     "Your dS is computed by the backward pass of log-softmax. Here dP is the gradient with "
     "respect to the weights themselves, so subtract its weighted mean and multiply by P.",
     (DS, "dP - P * np.sum(dP, axis=1, keepdims=True)"))
slip("derivative-skipped",
     "The gradient with respect to the weights is used as the gradient with respect to the scores. "
     "Softmax lies between the two, so its backward pass is needed.",
     (DS, "dP"))
slip("wrong-axis",
     "The sum runs over the queries. The weights of one query sum to 1 over the keys, so sum "
     "along axis 1.",
     ("axis=1, keepdims", "axis=0, keepdims"), see="shapes-and-batches")
slip("sum-over-everything",
     "The same number is subtracted in all rows. Each query has its own softmax, so sum along "
     "axis 1.",
     (MEAN, "np.sum(P * dP)"), see="shapes-and-batches")
slip("mean-not-weighted",
     "The plain sum of dP is subtracted. It should be the mean weighted by P: the sum of P times "
     "dP.",
     (MEAN, "np.sum(dP, axis=1, keepdims=True)"))
slip("mean-not-weighted",
     "The plain mean of dP is subtracted. It should be the mean weighted by P: the sum of P times "
     "dP.",
     (MEAN, "np.mean(dP, axis=1, keepdims=True)"))
slip("weights-forgotten",
     "The factor P is missing. dS is P times (dP minus its weighted mean), entry by entry.",
     (DS, f"dP - {MEAN}"))
slip("sign-flipped",
     "dS has the wrong sign. It should be P times (dP minus its weighted mean).",
     (DS, f"P * ({MEAN} - dP)"))
slip("weights-as-constants",
     "dQ and dK are 0, as if the weights were constants. They depend on Q and K, so the gradient "
     "goes on through softmax and the scores.",
     ("dS @ K, dS.T @ Q", "0.0 * Q, 0.0 * K"))
slip("wrong-axis",
     "The weights are computed again with softmax over the queries. Softmax should run over the "
     "keys.",
     (CACHE, f"{CACHE}; P = softmax(K @ Q.T / {SCALE}).T"), see="shapes-and-batches")
slip("exp-overflow",
     "The weights are computed again, and exp overflows above 709, so inf / inf gives NaN. Use "
     "the weights of the forward pass, or subtract the maximum of each row first.",
     (CACHE, f"{CACHE}; e = np.exp(Q @ K.T / {SCALE}); P = e / e.sum(axis=1, keepdims=True)"),
     see="logits-to-loss")
slip("scores-for-weights",
     "dV is computed from the scores. The values were multiplied by the weights, after softmax: "
     "Pᵀ dout.",
     (DV, f"K @ Q.T / {SCALE} @ dout"))
slip("weights-forgotten",
     "Every value gets all of dout. A value should get dout times its weight, that is, Pᵀ dout.",
     (DV, "np.tile(dout.sum(axis=0), (len(V), 1))"))
slip("transpose-missing",
     "The weights are not transposed in dV. The forward pass goes from keys to queries with P, so "
     "the backward pass goes from queries to keys with Pᵀ.",
     (DV, "P @ dout"))
slip("divided-by-n-again",
     "dV is averaged over the queries. If the loss is a mean, dout already contains that factor. "
     "Sum over the queries.",
     (DV, f"{DV} / len(dout)"))
slip("upstream-ignored",
     "The upstream gradient is not used, so you get the gradients of the sum of all outputs. "
     "Multiply by dout.",
     (CACHE, f"{CACHE}; dout = np.ones_like(dout)"))
slip("gradients-in-wrong-order",
     "The gradients are returned in the wrong order. Return them in the order of the inputs: dQ, "
     "dK, dV.",
     ("dS @ K, dS.T @ Q", "dS.T @ Q, dS @ K"))
slip("cache-overwritten",
     "dS is written over the weights in the cache, so a second call finds the wrong numbers there. "
     "Never write to a cache. Make a new array.",
     ("dS /=", "P[...] = dS; dS /="), see="computation-graphs")
