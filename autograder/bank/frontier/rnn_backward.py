"""The gradients of a recurrent layer (backpropagation through time)."""

from typing import Any

import numpy as np

from autograder.bank.frontier._sequence import sequence, sequence_of_the_book
from autograder.bank.inputs import DIGITS_LOST, OF_THE_BOOK, WHOLE_NUMBERS, Rng, normal, whole
from autograder.marking.question import Case, question


def cases(rng: Rng) -> list[Case]:
    """Return cases with N, T, D and H all different.

    In one case only the last state has a gradient, and in one tanh is saturated.
    """

    def inputs(*sizes: int, calls: int = 1, draw: Any = normal) -> Any:
        N, T, D, H = sizes
        drawn = sequence(rng, (N, T, D, H), draw)
        return {**drawn, "dh": normal(rng, N, T, H), "calls": calls}

    of_the_book = {**sequence_of_the_book(), "dh": np.ones((1, 2, 1)), "calls": 1}
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
        Case(of_the_book, OF_THE_BOOK),
        Case(inputs(2, 3, 1, 4)),
        Case(inputs(3, 5, 4, 2)),
        Case(inputs(9, 3, 2, 5), "nine examples"),
        Case(twelve_steps, "twelve steps, large gradients"),
        Case(last, "only the last state counts for the loss"),
        Case(inputs(1, 3, 4, 2), "one example"),
        Case(inputs(2, 1, 3, 4), "a single step"),
        Case(inputs(3, 3, 3, 3), "all sizes are equal"),
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
     "Nothing is carried from one step to the previous one. A state reaches the loss directly and "
     "through all later steps, so add dz Whᵀ from the next step to dh of this step.",
     (MEET, "dh[:, t]"))
slip("later-steps-forgotten", None, (MEET, "dh[:, t]"), (LAST, "return dx, 0.0 * dh_next, "))
slip("last-upstream-only",
     "Only dh from the last step is used. The loss depends on every state directly, so add dh for "
     "each step when you reach it.",
     (MEET, "(dh_next if dh_next.any() else dh[:, t])"))
slip("carried-one-step-only",
     "The gradient that is carried back comes from the next step alone. It has to include all "
     "later steps, so pass on the total.",
     (CARRY, f"dh_next = (dh[:, t] * {SLOPE} if t else dz) @ Wh.T"))
slip("time-not-reversed",
     "The loop runs from the first step to the last. The gradient of a state needs the gradient of "
     "the state after it, so begin with the last step.",
     ("reversed(range(x.shape[1]))", "range(x.shape[1])"))
slip("state-after-for-state-before",
     "dWh is computed from the state after the step. Wh was multiplied by the previous state, that "
     "is, by h_(t-1), and by h0 at the first step.",
     (BEFORE, "after.T @ dz"))
slip("first-state-ignored",
     "At the first step, dWh is computed with a state of 0. That step started from h0, so use h0.",
     (BEFORE, "(before * (t > 0)).T @ dz"))
slip("first-state-ignored",
     "dh0 is 0. The first state is an input like the others, and its gradient is dz Whᵀ of the "
     "first step.",
     (LAST, "return dx, np.zeros_like(dh_next), "))
slip("assigned-not-accumulated",
     "Each step overwrites the gradients of the weights. The same weights are used at every step, "
     "so add up the contributions of all steps with += instead of =.",
     WX, WH, B)
slip("assigned-not-accumulated", None, WX, WH)
slip("assigned-not-accumulated", None, B)
slip("assigned-not-accumulated", None, WX)
slip("assigned-not-accumulated", None, WH)
slip("last-step-only",
     "The weight gradients hold the contribution of the last step only. The same weights are used "
     "at every step, so add up the contributions of all steps.",
     ("dWx +=", f"if t < x.shape[1] - 1: {CARRY}; continue\n        dWx +="))
slip("derivative-skipped",
     "The slope of tanh is missing, because dh is used as the gradient of the sum inside tanh. "
     "Multiply by 1 - h².",
     (f" * {SLOPE}", ""), see="gradient-of-each-part")
slip("derivative-skipped",
     "The slope of tanh is missing from the gradient that is carried to the previous step. Use the "
     "same dz as in the weight gradients.",
     (CARRY, f"dh_next = {MEET} @ Wh.T"))
slip("derivative-skipped",
     "The gradient from the later steps is not multiplied by the slope of tanh. Like dh, it is a "
     "gradient with respect to the output of this tanh. So add the two first, and multiply the sum "
     "by 1 - h².",
     (f"{MEET} * {SLOPE}", f"dh[:, t] * {SLOPE} + dh_next"))
slip("gradients-clipped",
     "The gradients are cut to the range from -5 to 5. Some programs do this before the update, "
     "but it is a separate step: rnn_backward should return the gradients unchanged.",
     (LAST + REST, f"{LAST}*(np.clip(g, -5, 5) for g in ({REST}))"))
slip("tanh-applied-twice",
     "tanh is applied to the state before it is squared. The state is already tanh of the sum.",
     ("after**2", "np.tanh(after) ** 2"), see="gradient-of-each-part")
slip("input-for-output",
     "The slope 1 - t² is computed with the sum inside tanh. The formula holds for the output of "
     "tanh, the state.",
     ("after**2", "np.arctanh(after) ** 2"), see="gradient-of-each-part")
slip("square-forgotten", "The slope of tanh is 1 - h², not 1 - h.",
     ("after**2", "after"), see="gradient-of-each-part")
slip("sigmoid-slope-for-tanh",
     "h(1 - h) is the slope of the sigmoid. The states are outputs of tanh, whose slope is 1 - "
     "h².",
     (SLOPE, "after * (1.0 - after)"), see="gradient-of-each-part")
slip("state-before-for-state-after",
     "The slope of tanh is computed from the state before the step. Use the state after it, which "
     "is the output of tanh.",
     ("after**2", "before**2"))
slip("transpose-missing",
     "Wh is not transposed in the backward pass. It is a square matrix, so there is no error "
     "message. Multiply by Whᵀ.",
     (CARRY, "dh_next = dz @ Wh"))
slip("recurrent-weights-forgotten",
     "The previous state gets dz unchanged. It was multiplied by Wh in the forward pass, so its "
     "gradient is dz Whᵀ.",
     (CARRY, "dh_next = dz"))
slip("recurrent-weights-forgotten",
     "dh0 is dz of the first step. h0 was multiplied by Wh like every state, so its gradient is "
     "dz Whᵀ.",
     (LAST, "return dx, dz, "))
slip("weight-gradient-transposed",
     "dWh is transposed. It is a square matrix, so there is no error message. The previous state "
     "comes first: h_(t-1)ᵀ dz.",
     (LAST + REST, f"{LAST}dWx, dWh.T, db"), see="shapes-and-batches")
slip("bias-gradient-not-summed",
     "db is summed over the steps, but not over the examples. The same b was added to every row "
     "at every step, so sum over both.",
     ("np.zeros(len(Wh))", "0.0"), ("dz.sum(axis=0)", "dz"))
slip("bias-gradient-averaged",
     "db is averaged over the examples. If the loss is a mean, dh already contains the factor "
     "1/N. Sum the rows instead.",
     (LAST + REST, f"{LAST}dWx, dWh, db / len(x)"))
slip("averaged-over-time",
     "The weight gradients are averaged over the steps. If the loss is a mean over time, dh "
     "already contains the factor 1/T. Sum the contributions instead.",
     (LAST + REST, f"T = x.shape[1]\n    {LAST}dWx / T, dWh / T, db / T"))
slip("divided-by-n-again",
     "The weight gradients are divided by N. If the loss is a mean, dh already contains the factor "
     "1/N, so leave this division out.",
     (LAST + REST, f"N = len(x)\n    {LAST}dWx / N, dWh / N, db / N"))
slip("upstream-ignored",
     "The upstream gradient is not used, so you get the gradients of the sum of all states. "
     "Multiply by dh, which says how much each state matters.",
     (CACHE, f"{CACHE}; dh = np.ones_like(dh)"))
slip("steps-in-reverse-order",
     "dx has its steps in the order in which they were computed, the last one first. Reverse it.",
     (LAST, "return dx[:, ::-1], dh_next, "))
slip("gradients-in-wrong-order",
     "The gradients are returned in the wrong order. Return them in the order of the inputs: dx, "
     "dh0, dWx, dWh, db.",
     (LAST + REST, f"return dx, {REST}, dh_next"))
slip("time-axis-first",
     "dx has the shape (T, N, D). It should have the shape of x, (N, T, D).",
     (LAST, "return dx.swapaxes(0, 1), dh_next, "), see="shapes-and-batches")
slip("argument-changed-in-place",
     "The gradient from later steps is added into dh itself, and the caller still needs dh. Keep "
     "the sum in a new array.",
     (MEET, "dh[:, t]"), (CARRY, f"{CARRY}\n        if t: dh[:, t - 1] += dh_next"),
     see="computation-graphs")
slip("cache-overwritten",
     "The slopes are written into the states of the cache, so a second call finds the wrong "
     "numbers there. Never write to a cache. Make a new array.",
     (LAST, f"states[:, 1:] = 1.0 - states[:, 1:] ** 2\n    {LAST}"), see="computation-graphs")
