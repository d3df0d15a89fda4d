"""Attention in which no position sees a later one, with its gradients."""

from typing import Any

from autograder.bank.inputs import DIGITS_LOST, WHOLE_NUMBERS, Rng, normal, whole
from autograder.marking.question import Case, question


def cases(rng: Rng) -> list[Case]:
    """Return cases with all sizes different, scores up to 1000, and one huge value."""

    def inputs(T: int, d: int, D: int, calls: int = 1, draw: Any = normal) -> Any:
        arrays = {"Q": draw(rng, T, d), "K": draw(rng, T, d), "V": draw(rng, T, D)}
        return {**arrays, "dout": normal(rng, T, D), "calls": calls}

    large = inputs(5, 4, 2)  # scores of about 1000 and -1000, because d is 4
    large["Q"][:, 0] = [45.0, -45.0, 44.0, -44.0, 45.0]
    large["K"][:, 0] = [44.0, 44.0, -44.0, -44.0, 44.0]
    far = inputs(4, 2, 5)
    far["V"][0] *= 1e12
    return [
        Case(inputs(2, 3, 1)),
        Case(inputs(4, 5, 3)),
        Case(inputs(9, 2, 5), "nine positions"),
        Case(inputs(3, 3, 3), "all sizes are equal"),
        Case(large, "scores up to 1000"),
        Case(inputs(4, 3, 2, calls=2), "backward called twice, after another forward"),
        Case(far, DIGITS_LOST),
        Case(inputs(4, 2, 5, draw=whole), "whole numbers", advice=WHOLE_NUMBERS),
    ]


@question(
    cases,
    parts={"out": 1, "dQ": 1, "dK": 1, "dV": 1},
    see="attention-backward",
    writes=("causal_attention_forward", "causal_attention_backward"),
    uses=("attention_backward",),
    bonus=True,
)
def causal_attention_backward(code: Any, Q: Any, K: Any, V: Any, dout: Any, calls: Any) -> Any:
    out, cache = code.causal_attention_forward(Q, K, V)
    if calls > 1:
        code.causal_attention_forward(-Q, K + 1, V - 1)
    for _ in range(calls):
        dQ, dK, dV = code.causal_attention_backward(dout, cache)
    return {"out": out, "dQ": dQ, "dK": dK, "dV": dV}


slip = causal_attention_backward.slip
BOTH = ("causal_attention_forward", "attention_backward", "causal_attention_backward")
WAY_BACK = ("attention_backward", "causal_attention_backward")
FUTURE, MASKED = "np.triu(np.ones(S.shape, dtype=bool), k=1)", "np.where(future, -np.inf, S)"
CALL, ROOT = "return attention_backward(dout, cache)", "np.sqrt(K.shape[1])"
MEAN = "np.sum(dP * P, axis=1, keepdims=True)"
DS, DV = f"P * (dP - {MEAN})", "P.T @ dout"

slip("mask-forgotten",
     "Every position sees all keys, including later ones. Position t may see only the keys 0 to t, "
     "so give the others a score of -inf before the softmax.",
     (MASKED, "S"))
slip("masked-after-softmax",
     "The weights of later keys are set to 0 after the softmax, so the weights of a row no longer "
     "sum to 1. Mask the scores before the softmax.",
     (f"softmax({MASKED})", "softmax(S) * ~future"))
slip("masked-with-zero",
     "The scores of later keys are set to 0. e to the power 0 is 1, so these keys still get some "
     "weight. Set their scores to -inf.",
     (MASKED, "np.where(future, 0.0, S)"))
slip("masked-with-a-small-number",
     "The scores of later keys are set to a number that is not small enough, so these keys still "
     "get some weight. Set their scores to -inf.",
     (MASKED, "np.where(future, -10.0, S)"))
slip("infinity-times-zero",
     "The mask is multiplied by -inf, and 0 times inf is NaN. Choose between -inf and the score "
     "instead, for example with np.where.",
     (MASKED, "S + future * -np.inf"))
slip("own-position-hidden",
     "A position does not see its own key, so the first one sees no key at all, and its weights "
     "are NaN. Position t sees the keys 0 to t, including t.",
     ("k=1)", "k=0)"))
slip("one-position-ahead",
     "Every position also sees the key after its own. Position t sees the keys 0 to t only.",
     ("k=1)", "k=2)"))
slip("mask-reversed",
     "The mask covers the wrong side, so each position sees only the keys from its own onwards. "
     "Position t sees the keys 0 to t. The rows of the scores are queries.",
     (FUTURE, f"{FUTURE}.T"))
slip("scaling-forgotten",
     "The scores are not divided by the root of d in the forward pass.",
     (f"Q @ K.T / {ROOT}", "Q @ K.T"))
slip("scaling-forgotten",
     "The division by the root of d is missing from both the forward and the backward pass.",
     (f"Q @ K.T / {ROOT}", "Q @ K.T"), (f"dS /= {ROOT}", ""), of=BOTH)
slip("scaling-forgotten-on-the-way-back",
     "The division by the root of d is missing from the backward pass. The forward pass divided "
     "the scores by it, so divide dQ and dK by it too.",
     (f"dS /= {ROOT}", ""), of=WAY_BACK)
slip("softmax-over-queries",
     "The softmax runs over the queries. It should run over the keys, along each row.",
     (f"softmax({MASKED})", "softmax(np.where(future, -np.inf, S).T).T"), see="shapes-and-batches")
slip("mask-forgotten-on-the-way-back",
     "The backward pass computes the weights again without the mask. Use the weights of the "
     "forward pass.",
     (CALL, f"Q, K, V, P = cache; P = softmax(Q @ K.T / {ROOT}); "
            "return attention_backward(dout, (Q, K, V, P))"))
slip("weights-of-later-keys-in-the-sum",
     "The gradient of softmax uses the plain sum of dP, which includes later keys. It should use "
     "the mean of dP weighted by P.",
     (MEAN, "np.sum(dP, axis=1, keepdims=True)"), of=WAY_BACK)
slip("softmax-sum-forgotten",
     "Your dS is P times dP. The weights of a row sum to 1, so when one of them grows, the others "
     "shrink. Subtract the weighted mean of dP over the row first.",
     (DS, "P * dP"), of=WAY_BACK)
slip("elementwise-softmax-slope",
     "p(1 - p) is only the diagonal of the Jacobian of softmax. Every score changes every weight "
     "of its row, so dS is P times (dP minus its weighted mean).",
     (DS, "dP * P * (1.0 - P)"), of=WAY_BACK)
slip("derivative-skipped",
     "The gradient with respect to the weights is used as the gradient with respect to the scores. "
     "Softmax lies between the two, so its backward pass is needed.",
     (DS, "dP"), of=WAY_BACK)
slip("transpose-missing",
     "The weights are not transposed in dV. A value is used by its own position and by later ones, "
     "so collect from them with Pᵀ.",
     (DV, "P @ dout"), of=WAY_BACK)
slip("weights-forgotten",
     "Each value gets all of dout from its own and later positions. It should get dout times its "
     "weight, that is, Pᵀ dout.",
     (DV, "np.tri(len(V)).T @ dout"), of=WAY_BACK)
slip("upstream-ignored",
     "The upstream gradient is not used, so you get the gradients of the sum of all outputs. "
     "Multiply by dout.",
     (CALL, "return attention_backward(np.ones_like(dout), cache)"))
slip("gradients-in-wrong-order",
     "The gradients are returned in the wrong order. Return them in the order of the inputs: dQ, "
     "dK, dV.",
     (CALL, "dQ, dK, dV = attention_backward(dout, cache); return dK, dQ, dV"))
slip("cache-overwritten",
     "dS is written over the weights in the cache, so a second call finds the wrong numbers there. "
     "Never write to a cache. Make a new array.",
     ("dS /=", "P[...] = dS; dS /="), see="computation-graphs", of=WAY_BACK)
