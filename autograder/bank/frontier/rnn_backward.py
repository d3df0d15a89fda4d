"""The gradients of a recurrent layer (backpropagation through time)."""

from typing import Any

import numpy as np

from autograder.bank.frontier._sequence import sequence
from autograder.bank.inputs import DIGITS_LOST, WHOLE_NUMBERS, Rng, normal, whole
from autograder.marking.question import Case, question


def cases(rng: Rng) -> list[Case]:
    """Return cases with N, T, D and H all different.

    In one case only the last state has a gradient, and in one tanh is saturated.
    """

    def inputs(*sizes: int, calls: int = 1, draw: Any = normal) -> Any:
        N, T, D, H = sizes
        drawn = sequence(rng, (N, T, D, H), draw)
        return {**drawn, "dh": normal(rng, N, T, H), "calls": calls}

    weights_whole = inputs(2, 3, 4, 5)
    for name in ("Wx", "Wh", "b"):
        weights_whole[name] = whole(rng, *weights_whole[name].shape)
    twelve_steps = {**inputs(3, 12, 2, 4), "b": 0.1 * normal(rng, 4)}
    twelve_steps["dh"] = 100.0 * np.abs(twelve_steps["dh"])  # so nothing cancels
    last = inputs(3, 4, 2, 5)
    last["dh"][:, :-1] = 0.0
    saturated = inputs(2, 3, 4, 5)
    saturated["b"] = 9.0 + 0.2 * saturated["b"]
    for name in ("h0", "Wx", "Wh"):
        saturated[name] = 0.2 * saturated[name]
    return [
        Case(inputs(2, 3, 1, 4)),
        Case(inputs(3, 5, 4, 2)),
        Case(inputs(9, 3, 2, 5), "nine examples"),
        Case(twelve_steps, "twelve steps, large gradients"),
        Case(last, "only the last state counts for the loss"),
        Case(inputs(1, 3, 4, 2), "one example"),
        Case(inputs(3, 4, 2, 5, calls=2), "backward called twice, after another forward"),
        Case(saturated, DIGITS_LOST),
        Case(inputs(4, 3, 2, 5, draw=whole), "whole numbers", advice=WHOLE_NUMBERS),
        Case(weights_whole, "whole numbers as weights", advice=WHOLE_NUMBERS),
    ]


@question(
    cases,
    parts={"dx": 1, "dh0": 1, "dWx": 1, "dWh": 1, "db": 1},
    see="through-time",
    uses=("rnn_forward",),
)
def rnn_backward(code: Any, x: Any, h0: Any, Wx: Any, Wh: Any, b: Any, dh: Any, calls: Any) -> Any:
    h, cache = code.rnn_forward(x, h0, Wx, Wh, b)
    if calls > 1:
        code.rnn_forward(-x, h0 + 1, Wx - 1, Wh + 1, b)
    for _ in range(calls):
        dx, dh0, dWx, dWh, db = code.rnn_backward(dh, cache)
    return {"dx": dx, "dh0": dh0, "dWx": dWx, "dWh": dWh, "db": db}


slip = rnn_backward.slip
MEET, SLOPE, BEFORE = "(dh[:, t] + dh_next)", "(1.0 - after**2)", "before.T @ dz"
CARRY, CACHE = "dh_next = dz @ Wh.T", "x, Wx, Wh, states = cache"
LAST, REST = "return dx, dh_next, ", "dWx, dWh, db"
WX, WH, B = ("dWx +=", "dWx ="), ("dWh +=", "dWh ="), ("db +=", "db =")

slip("later-steps-forgotten",
     "Nothing is carried from step to step. A state reaches the loss directly and through all "
     "later steps, so dz Whᵀ of the step after is added to dh of this one.",
     (MEET, "dh[:, t]"))
slip("later-steps-forgotten", None, (MEET, "dh[:, t]"), (LAST, "return dx, 0.0 * dh_next, "))
slip("last-upstream-only",
     "Only dh of the last step is used. The loss speaks to every state: add dh of each step when "
     "you come to it.",
     (MEET, "(dh_next if dh_next.any() else dh[:, t])"))
slip("carried-one-step-only",
     "What is carried back comes from the next step alone. It has to hold all later steps: pass "
     "on the total, not the share of one step.",
     (CARRY, f"dh_next = (dh[:, t] * {SLOPE} if t else dz) @ Wh.T"))
slip("time-not-reversed",
     "The loop runs from the first step to the last. The gradient of a state needs that of the "
     "state after it, so begin at the end.",
     ("reversed(range(x.shape[1]))", "range(x.shape[1])"))
slip("state-after-for-state-before",
     "dWh is built from the state after the step. What Wh was multiplied by is the state before: "
     "h_(t-1), and h0 at the first step.",
     (BEFORE, "after.T @ dz"))
slip("first-state-ignored",
     "The first step takes part in dWh with a state of 0. It started from h0, which is not 0.",
     (BEFORE, "(before * (t > 0)).T @ dz"))
slip("first-state-ignored",
     "dh0 is 0. The first state is an input like the others, and what step 1 hands back is its "
     "gradient.",
     (LAST, "return dx, np.zeros_like(dh_next), "))
slip("assigned-not-accumulated",
     "A step overwrites what other steps have put there. The same weights act at every step, so "
     "the shares of all steps are added up: +=, not =.",
     WX, WH, B)
slip("assigned-not-accumulated", None, WX, WH)
slip("assigned-not-accumulated", None, B)
slip("assigned-not-accumulated", None, WX)
slip("assigned-not-accumulated", None, WH)
slip("last-step-only",
     "The weights' gradients hold the share of the last step only. The same weights act at every "
     "step: add up the shares of all of them.",
     ("dWx +=", f"if t < x.shape[1] - 1: {CARRY}; continue\n        dWx +="))
slip("derivative-skipped",
     "The slope of tanh is left out: dh is taken for the gradient of the sum inside tanh. "
     "Multiply by 1 - h².",
     (f" * {SLOPE}", ""), see="gradient-of-each-part")
slip("derivative-skipped",
     "The slope of tanh is left out in what is carried to the step before. It is the same dz "
     "there as in the weights' gradients.",
     (CARRY, f"dh_next = {MEET} @ Wh.T"))
slip("derivative-skipped",
     "What comes from later steps is not multiplied by the slope of tanh. It reaches this state "
     "too before it goes on, so add it to dh first and multiply the sum by 1 - h².",
     (f"{MEET} * {SLOPE}", f"dh[:, t] * {SLOPE} + dh_next"))
slip("gradients-clipped",
     "The gradients are cut to the range from -5 to 5. Some programs do this before the update, "
     "but it is a separate step: rnn_backward returns the gradients as they are.",
     (LAST + REST, f"{LAST}*(np.clip(g, -5, 5) for g in ({REST}))"))
slip("tanh-applied-twice",
     "tanh is applied to the state before it is squared. The state already is tanh of the sum.",
     ("after**2", "np.tanh(after) ** 2"), see="gradient-of-each-part")
slip("input-for-output",
     "The slope 1 - t² is taken with the sum inside tanh. It holds for what tanh gave, the state.",
     ("after**2", "np.arctanh(after) ** 2"), see="gradient-of-each-part")
slip("square-forgotten", "The slope of tanh is 1 - h², not 1 - h.",
     ("after**2", "after"), see="gradient-of-each-part")
slip("sigmoid-slope-for-tanh",
     "h(1 - h) is the slope of the sigmoid. The states are tanh, and its slope is 1 - h².",
     (SLOPE, "after * (1.0 - after)"), see="gradient-of-each-part")
slip("state-before-for-state-after",
     "The slope of tanh is taken at the state before the step. tanh gave the state after it.",
     ("after**2", "before**2"))
slip("transpose-missing",
     "Wh is not transposed on the way back. It is a square matrix, so no error tells: forward "
     "goes by Wh, backward by Whᵀ.",
     (CARRY, "dh_next = dz @ Wh"))
slip("recurrent-weights-forgotten",
     "dz goes to the state before as it is. That state went through Wh, so its gradient is dz Whᵀ.",
     (CARRY, "dh_next = dz"))
slip("recurrent-weights-forgotten",
     "dh0 is dz of the first step. h0 went through Wh like every state, so its gradient is dz Whᵀ.",
     (LAST, "return dx, dz, "))
slip("weight-gradient-transposed",
     "dWh comes out transposed. It is a square matrix, so no error tells: the state before stands "
     "on the left, h_(t-1)ᵀ dz.",
     (LAST + REST, f"{LAST}dWx, dWh.T, db"), see="shapes-and-batches")
slip("bias-gradient-not-summed",
     "db is summed over the steps and not over the examples. The same b was added to every row at "
     "every step: sum over both.",
     ("np.zeros(len(Wh))", "0.0"), ("dz.sum(axis=0)", "dz"))
slip("bias-gradient-averaged",
     "db is averaged over the examples. If the loss is a mean, its 1/N is already in dh: here the "
     "rows are summed.",
     (LAST + REST, f"{LAST}dWx, dWh, db / len(x)"))
slip("averaged-over-time",
     "The weights' gradients are averaged over the steps. If the loss is a mean over time, its "
     "1/T is already in dh: here the shares are summed.",
     (LAST + REST, f"T = x.shape[1]\n    {LAST}dWx / T, dWh / T, db / T"))
slip("divided-by-n-again",
     "The weights' gradients are divided by N. If the loss is a mean, its 1/N is already in dh; "
     "here it comes in twice.",
     (LAST + REST, f"N = len(x)\n    {LAST}dWx / N, dWh / N, db / N"))
slip("upstream-ignored",
     "The upstream gradient is not used: these are gradients of the sum of all states. The loss "
     "may weigh each of them differently, and dh says how.",
     (CACHE, f"{CACHE}; dh = np.ones_like(dh)"))
slip("steps-in-reverse-order",
     "dx has its steps in the order in which they were computed, the last one first. Turn it "
     "round.",
     (LAST, "return dx[:, ::-1], dh_next, "))
slip("gradients-in-wrong-order",
     "The gradients come back in another order. It is the order of the inputs: dx, dh0, dWx, dWh, "
     "db.",
     (LAST + REST, f"return dx, {REST}, dh_next"))
slip("time-axis-first",
     "dx is (T, N, D). A gradient has the shape of what it belongs to, and x is (N, T, D).",
     (LAST, "return dx.swapaxes(0, 1), dh_next, "), see="shapes-and-batches")
slip("argument-changed-in-place",
     "What comes from later steps is added into dh itself. The caller still needs it: keep the "
     "sum in an array of your own.",
     (MEET, "dh[:, t]"), (CARRY, f"{CARRY}\n        if t: dh[:, t - 1] += dh_next"),
     see="computation-graphs")
slip("cache-overwritten",
     "The slopes are written into the states of the cache, so a second call finds something else "
     "there. A cache is only read: make a new array.",
     (LAST, f"states[:, 1:] = 1.0 - states[:, 1:] ** 2\n    {LAST}"), see="computation-graphs")
