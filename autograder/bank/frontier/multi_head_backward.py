"""Self-attention with several heads, with its gradients."""

from typing import Any

from autograder.bank.inputs import DIGITS_LOST, WHOLE_NUMBERS, Rng, normal, whole
from autograder.marking.question import Case, question


def cases(rng: Rng) -> list[Case]:
    """Return cases with one head, several heads, heads of one column, and a huge value."""

    def inputs(T: int, D: int, heads: int, calls: int = 1, draw: Any = normal) -> Any:
        weights = {name: draw(rng, D, D) for name in ("Wq", "Wk", "Wv", "Wo")}
        x = {"x": draw(rng, T, D), **weights, "heads": heads}
        return {**x, "dout": normal(rng, T, D), "calls": calls}

    far = inputs(3, 4, 2)
    far["Wv"][:, :2] *= 1e12
    return [
        Case(inputs(3, 4, 2)),
        Case(inputs(5, 6, 2)),
        Case(inputs(2, 6, 3), "three heads"),
        Case(inputs(4, 3, 1), "one head"),
        Case(inputs(4, 4, 4), "as many heads as columns, and as many positions"),
        Case(inputs(9, 4, 2), "nine positions"),
        Case(inputs(3, 6, 2, calls=2), "backward called twice, after another forward"),
        Case(far, DIGITS_LOST),
        Case(inputs(3, 4, 2, draw=whole), "whole numbers", advice=WHOLE_NUMBERS),
    ]


@question(
    cases,
    parts={"out": 1, "dx": 1, "dWq": 1, "dWk": 1, "dWv": 1, "dWo": 1},
    see="attention-backward",
    writes=("multi_head_forward", "multi_head_backward"),
    uses=("attention_backward",),
    bonus=True,
)
def multi_head_backward(
    code: Any,
    x: Any,
    Wq: Any,
    Wk: Any,
    Wv: Any,
    Wo: Any,
    heads: Any,
    dout: Any,
    calls: Any,
) -> Any:
    out, cache = code.multi_head_forward(x, Wq, Wk, Wv, Wo, heads)
    if calls > 1:
        code.multi_head_forward(1 - x, Wk, Wq, Wo, Wv, heads)
    for _ in range(calls):
        dx, dWq, dWk, dWv, dWo = code.multi_head_backward(dout, cache)
    return {"out": out, "dx": dx, "dWq": dWq, "dWk": dWk, "dWv": dWv, "dWo": dWo}


slip = multi_head_backward.slip
PASSES = ("multi_head_forward", "multi_head_backward")
WAY_BACK = ("attention_backward", "multi_head_backward")
SPLIT, DOUTS = "np.split(x @ W, heads, axis=1)", "np.split(dout @ Wo.T, len(caches), axis=1)"
HEAD, JOINED = "attention_forward(*of_head)", "np.concatenate([out for out, _ in pairs], axis=1)"
OF_HEADS = "[attention_backward(*pair) for pair in zip(douts, caches, strict=True)]"
DX, PARTS = "dQ @ Wq.T + dK @ Wk.T + dV @ Wv.T", "np.concatenate(parts, axis=1)"
WEIGHTS, CACHES = "x.T @ dQ, x.T @ dK, x.T @ dV", "[cache for _, cache in pairs]"
NARROWER = "attention_forward(of_head[0] / np.sqrt(heads), *of_head[1:])"
MEAN = "np.sum(dP * P, axis=1, keepdims=True)"

slip("heads-ignored",
     "All columns are in one head. Split the columns of Q, K and V into as many parts as there are "
     "heads, and compute attention in each of them.",
     (SPLIT, "np.split(x @ W, 1, axis=1)"))
slip("heads-interleaved",
     "The columns are dealt out one by one, so head 0 has columns 0, heads, 2 heads and so on. "
     "Each head should have neighbouring columns.",
     (SPLIT, "[(x @ W)[:, h::heads] for h in range(heads)]"),
     (JOINED, "np.stack([out for out, _ in pairs], axis=2).reshape(x.shape)"),
     (DOUTS, "[(dout @ Wo.T)[:, h :: len(caches)] for h in range(len(caches))]"),
     (PARTS, "np.stack(parts, axis=2).reshape(x.shape)"))
slip("reshaped-without-transpose",
     "A reshape to (heads, T, D / heads) cuts the rows into pieces and mixes the positions. Each "
     "head needs some columns of all rows, so reshape to (T, heads, D / heads), and then swap the "
     "first two axes.",
     (SPLIT, "(x @ W).reshape(heads, len(x), -1)"),
     (JOINED, "np.reshape([out for out, _ in pairs], x.shape)"),
     (DOUTS, "(dout @ Wo.T).reshape(len(caches), len(x), -1)"),
     (PARTS, "np.reshape(parts, x.shape)"))
slip("joined-without-transpose",
     "The outputs of the heads are joined by a reshape alone, which mixes the positions. Put their "
     "columns side by side.",
     (JOINED, "np.reshape([out for out, _ in pairs], x.shape)"))
slip("scaled-by-whole-width",
     "The scores of each head are divided by the root of D. They are sums over the columns of one "
     "head, so divide by the root of D / heads.",
     (HEAD, NARROWER), (DX, f"(dQ / np.sqrt(len(caches))) @ Wq.T + {DX[12:]}"),
     (WEIGHTS, WEIGHTS.replace("dQ", "dQ / np.sqrt(len(caches))")))
slip("scaled-by-whole-width",
     "The scores of each head are divided by the root of D in the forward pass. They are sums over "
     "the columns of one head, so divide by the root of D / heads.",
     (HEAD, NARROWER))
slip("scaling-forgotten",
     "The scores are not divided by the root of the width of a head.",
     (HEAD, "attention_forward(of_head[0] * np.sqrt(of_head[0].shape[1]), *of_head[1:])"),
     (DX, f"(dQ * np.sqrt(x.shape[1] / len(caches))) @ Wq.T + {DX[12:]}"),
     (WEIGHTS, WEIGHTS.replace("dQ", "dQ * np.sqrt(x.shape[1] / len(caches))")))
slip("scaling-forgotten-on-the-way-back",
     "The division by the root of the width is missing from the backward pass. The forward pass "
     "divided the scores by it, so divide their gradient by it too.",
     ("dS /= np.sqrt(K.shape[1])", ""), of=WAY_BACK)
slip("output-weights-forgotten",
     "The outputs of the heads are returned unchanged. Multiply them by Wo.",
     ("joined @ Wo,", "joined,"))
slip("output-weights-skipped-on-the-way-back",
     "dout goes to the heads unchanged. The forward pass multiplied their outputs by Wo, so "
     "multiply dout by the transpose of Wo first.",
     (DOUTS, "np.split(dout, len(caches), axis=1)"))
slip("transpose-missing",
     "dout is multiplied by Wo. On the way back it should be multiplied by the transpose of Wo.",
     (DOUTS, "np.split(dout @ Wo, len(caches), axis=1)"))
slip("transpose-missing",
     "The weights are not transposed in dx. Where the forward pass computes x W, the backward pass "
     "multiplies by the transpose of W.",
     (DX, "dQ @ Wq + dK @ Wk + dV @ Wv"))
slip("paths-of-x-forgotten",
     "dx contains only the path through the values. Queries and keys come from x as well, so add "
     "up the gradients along all three paths.",
     (DX, "dV @ Wv.T"))
slip("paths-of-x-forgotten",
     "dx contains only the path through the queries. Keys and values come from x as well, so add "
     "up the gradients along all three paths.",
     (DX, "dQ @ Wq.T"))
slip("paths-of-x-forgotten",
     "dx lacks the path through the values. Queries, keys and values all come from x, so add up "
     "the gradients along all three paths.",
     (DX, "dQ @ Wq.T + dK @ Wk.T"))
slip("paths-of-x-averaged",
     "dx is the mean over its three paths. If an array is used three times, the gradients are "
     "added up.",
     (DX, f"({DX}) / 3"))
slip("input-for-joined",
     "dWo is computed from x. The forward pass multiplied Wo by the joined outputs of the heads, "
     "so use these.",
     ("joined.T @ dout", "x.T @ dout"))
slip("output-gradient-transposed",
     "dWo is transposed. The joined outputs come first: joinedᵀ dout.",
     ("joined.T @ dout", "dout.T @ joined"))
slip("weight-gradients-transposed",
     "dWq, dWk and dWv are transposed. x comes first, as in xᵀ dQ.",
     (WEIGHTS, "dQ.T @ x, dK.T @ x, dV.T @ x"))
slip("heads-in-wrong-order",
     "On the way back the gradients go to the heads in reverse order. Each head should get the "
     "columns that it wrote.",
     (f"douts = {DOUTS}", f"douts = {DOUTS}[::-1]"))
slip("cache-of-the-last-head",
     "The backward pass of every head uses the cache of the last one. Keep a cache for each head.",
     (CACHES, "[pairs[-1][1] for _ in pairs]"))
slip("softmax-sum-forgotten",
     "In the gradient of softmax, dS is computed as P times dP. The weights of a row sum to 1, so "
     "subtract the weighted mean of dP over the row first.",
     (f"P * (dP - {MEAN})", "P * dP"), of=WAY_BACK)
slip("upstream-ignored",
     "The upstream gradient is not used, so you get the gradients of the sum of all outputs. "
     "Multiply by dout.",
     ("dout = np.asarray(dout, dtype=float)", "dout = np.ones_like(dout)"))
slip("gradients-in-wrong-order",
     "The gradients with respect to Wq and Wk are swapped. Return them in the order of the inputs.",
     (WEIGHTS, "x.T @ dK, x.T @ dQ, x.T @ dV"))
slip("cache-overwritten",
     "The joined outputs in the cache are overwritten, so a second call finds the wrong numbers "
     "there. Never write to a cache.",
     (f"return dx, {WEIGHTS}, joined.T @ dout",
      f"dWo = joined.T @ dout; joined[...] = dout; return dx, {WEIGHTS}, dWo"),
     see="computation-graphs")
