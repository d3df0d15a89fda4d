"""Assignment 06-frontier, second part: recurrent networks, attention, a step of an LSTM."""

from typing import Any

import numpy as np

import backprop as bp
from autograder.bank.inputs import DIGITS_LOST, Rng, normal, whole
from autograder.marking.question import Case, question

# --- rnn_forward ------------------------------------------------------------------------------


def _sequence(rng: Rng, N: int, T: int, D: int, H: int, draw: Any = normal) -> dict[str, Any]:
    """Inputs of a recurrent layer; its weights are small enough not to saturate tanh."""
    return {
        "x": draw(rng, N, T, D),
        "h0": draw(rng, N, H),
        "Wx": 0.5 * normal(rng, D, H),
        "Wh": 0.5 * normal(rng, H, H),
        "b": 0.5 * normal(rng, H),
    }


def rnn_forward_cases(rng: Rng) -> list[Case]:
    """N, T, D, H all different, a first state that is not 0, whole numbers, one step, one row."""
    return [
        Case(_sequence(rng, 2, 3, 1, 4)),
        Case(_sequence(rng, 3, 5, 4, 2)),
        Case(_sequence(rng, 4, 3, 2, 5, draw=whole), "whole numbers"),
        Case(_sequence(rng, 3, 1, 2, 4), "a single step"),
        Case(_sequence(rng, 1, 4, 3, 2), "one example"),
    ]


@question(rnn_forward_cases, parts={"h": 2}, see="recurrent-network")
def rnn_forward(code: Any, x: Any, h0: Any, Wx: Any, Wh: Any, b: Any) -> Any:
    h, cache = code.rnn_forward(x, h0, Wx, Wh, b)
    return {"h": h}


def _misread_step(id: str, says: str, see: str | None = None):
    """A wrong rnn_forward, as a function of x_t, the state before, the weights and the bias."""

    def register(step):
        def forward(x, h0, Wx, Wh, b):
            h, states = np.array(h0, dtype=float), []
            for t in range(x.shape[1]):
                h = step(x[:, t], h, Wx, Wh, b)
                states.append(h)
            return np.stack(states, axis=1), None

        rnn_forward.misconception(id, says, see)(forward)
        return step

    return register


@rnn_forward.misconception(
    "first-state-ignored",
    "The first step starts from 0. h0 is an argument: it is what the network remembers from before.",
)
def _(x, h0, Wx, Wh, b):
    return bp.rnn_forward(x, 0.0 * h0, Wx, Wh, b)


@rnn_forward.misconception(
    "state-not-passed-on",
    "Every step starts from h0 again. What a step has computed is the state before the next one.",
)
def _(x, h0, Wx, Wh, b):
    return np.tanh(x @ Wx + (h0 @ Wh)[:, None] + b), None


@_misread_step(
    "recurrence-forgotten",
    "The state before has no influence: h_(t-1) Wh is missing, so nothing is remembered.",
)
def _(x, h, Wx, Wh, b):
    return np.tanh(x @ Wx + b)


@_misread_step("bias-forgotten", "The bias is missing. It is added at every step.")
def _(x, h, Wx, Wh, b):
    return np.tanh(x @ Wx + h @ Wh)


@rnn_forward.misconception(
    "bias-at-first-step-only", "The bias is added at the first step only. It belongs to every step."
)
def _(x, h0, Wx, Wh, b):
    h, states = h0, []
    for t in range(x.shape[1]):
        h = np.tanh(x[:, t] @ Wx + h @ Wh + (b if t == 0 else 0.0))
        states.append(h)
    return np.stack(states, axis=1), None


@_misread_step("no-activation", "There is no tanh, so the states can grow without bounds.")
def _(x, h, Wx, Wh, b):
    return x @ Wx + h @ Wh + b


@rnn_forward.misconception(
    "pre-activation-passed-on",
    "The next step gets the sum before tanh. What is passed on is the state, after tanh.",
)
def _(x, h0, Wx, Wh, b):
    z, states = h0, []
    for t in range(x.shape[1]):
        z = x[:, t] @ Wx + z @ Wh + b
        states.append(np.tanh(z))
    return np.stack(states, axis=1), None


@_misread_step(
    "tanh-before-sum",
    "tanh is taken of the parts, and then they are added. Add up first: a state is tanh of one sum.",
)
def _(x, h, Wx, Wh, b):
    return np.tanh(x @ Wx) + np.tanh(h @ Wh) + b


@_misread_step(
    "tanh-before-sum",
    "tanh is taken of the parts, and then they are added. Add up first: a state is tanh of one sum.",
)
def _(x, h, Wx, Wh, b):
    return np.tanh(x @ Wx + b) + h @ Wh


@_misread_step(
    "tanh-before-sum",
    "The bias is added after tanh. Add up first: a state is tanh of one sum.",
)
def _(x, h, Wx, Wh, b):
    return np.tanh(x @ Wx + h @ Wh) + b


@_misread_step("sigmoid-for-tanh", "The activation is the sigmoid. This network uses tanh.")
def _(x, h, Wx, Wh, b):
    return bp.sigmoid_forward(x @ Wx + h @ Wh + b)[0]


@_misread_step(
    "weights-transposed",
    "Wh is used transposed. It is a square matrix, so no error tells: rows belong to the state "
    "before, columns to the new one.",
    see="shapes-and-batches",
)
def _(x, h, Wx, Wh, b):
    return np.tanh(x @ Wx + h @ Wh.T + b)


@_misread_step(
    "state-added-unweighted",
    "The state before is added as it is. It goes through Wh, as x goes through Wx.",
)
def _(x, h, Wx, Wh, b):
    return np.tanh(x @ Wx + h + b)


@rnn_forward.misconception(
    "last-state-only",
    "Only the last state comes back. The result holds the state after every step, (N, T, H).",
)
def _(x, h0, Wx, Wh, b):
    h, cache = bp.rnn_forward(x, h0, Wx, Wh, b)
    return h[:, -1], cache


@rnn_forward.misconception(
    "first-state-returned-too",
    "h0 is among the states, so there is one too many. The result begins with the state after x_1.",
)
def _(x, h0, Wx, Wh, b):
    h, cache = bp.rnn_forward(x, h0, Wx, Wh, b)
    return np.concatenate([h0[:, None], h], axis=1), cache


@rnn_forward.misconception(
    "one-step-late",
    "The states are those before each step: they begin with h0, and the last one is missing.",
)
def _(x, h0, Wx, Wh, b):
    h, cache = bp.rnn_forward(x, h0, Wx, Wh, b)
    return np.concatenate([h0[:, None], h[:, :-1]], axis=1), cache


@rnn_forward.misconception(
    "time-axis-first",
    "The result is (T, N, H). Examples come first here: (N, T, H). Stack along axis 1.",
    see="shapes-and-batches",
)
def _(x, h0, Wx, Wh, b):
    h, cache = bp.rnn_forward(x, h0, Wx, Wh, b)
    return h.swapaxes(0, 1), cache


@rnn_forward.misconception(
    "reshaped-for-transposed",
    "The states are brought to (N, T, H) by reshape, which keeps the order in memory and mixes "
    "examples with steps. Axes are swapped by transpose or swapaxes.",
    see="shapes-and-batches",
)
def _(x, h0, Wx, Wh, b):
    h, cache = bp.rnn_forward(x, h0, Wx, Wh, b)
    return h.swapaxes(0, 1).reshape(h.shape), cache


@rnn_forward.misconception(
    "one-array-for-all-steps",
    "All steps show the last state, because one array was overwritten and put aside several times. "
    "Make a new array at each step.",
)
def _(x, h0, Wx, Wh, b):
    h, cache = bp.rnn_forward(x, h0, Wx, Wh, b)
    return np.repeat(h[:, -1:], h.shape[1], axis=1), cache


@rnn_forward.misconception(
    "read-backwards", "The sequence is read from its end. Step 1 reads x_1 and starts from h0."
)
def _(x, h0, Wx, Wh, b):
    h, cache = bp.rnn_forward(x[:, ::-1], h0, Wx, Wh, b)
    return h[:, ::-1], cache


@rnn_forward.misconception(
    "input-changed-in-place",
    "h0 itself is overwritten. The caller still needs it: make a new array.",
    see="computation-graphs",
)
def _(x, h0, Wx, Wh, b):
    h, cache = bp.rnn_forward(x, h0, Wx, Wh, b)
    h0[...] = h[:, -1]
    return h, cache


@rnn_forward.misconception(
    "integers-truncated",
    "The states are kept in an array of whole numbers, because zeros_like copied the type of x or "
    "of h0. Make it a float array.",
    see="shapes-and-batches",
)
def _(x, h0, Wx, Wh, b):
    states = np.zeros((*x.shape[:2], len(b)), dtype=h0.dtype)
    h = h0
    for t in range(x.shape[1]):
        states[:, t] = np.tanh(x[:, t] @ Wx + h @ Wh + b)
        h = states[:, t]
    return states, None


@rnn_forward.misconception(
    "integers-truncated",
    "The states are kept in an array of whole numbers, because zeros_like copied the type of x or "
    "of h0. Make it a float array.",
    see="shapes-and-batches",
)
def _(x, h0, Wx, Wh, b):
    h, cache = bp.rnn_forward(x, h0, Wx, Wh, b)
    return h.astype(x.dtype), cache


# --- rnn_backward -----------------------------------------------------------------------------


def rnn_backward_cases(rng: Rng) -> list[Case]:
    """N, T, D, H all different, T >= 3, a cache used twice, a loss of the last state, saturation."""

    def inputs(N: int, T: int, D: int, H: int, calls: int = 1, draw: Any = normal) -> Any:
        sequence = _sequence(rng, N, T, D, H, draw)
        return {**sequence, "dh": normal(rng, N, T, H), "calls": calls}

    weights_whole = inputs(2, 3, 4, 5)
    for name in ("Wx", "Wh", "b"):
        weights_whole[name] = whole(rng, *weights_whole[name].shape)
    last = inputs(3, 4, 2, 5)
    last["dh"][:, :-1] = 0.0
    saturated = inputs(2, 3, 4, 5)
    saturated["b"] = 9.0 + 0.2 * saturated["b"]
    for name in ("h0", "Wx", "Wh"):
        saturated[name] = 0.2 * saturated[name]
    return [
        Case(inputs(2, 3, 1, 4)),
        Case(inputs(3, 5, 4, 2)),
        Case(inputs(4, 3, 2, 5, draw=whole), "whole numbers"),
        Case({**inputs(3, 12, 2, 4), "b": 0.1 * normal(rng, 4)}, "twelve steps"),
        Case(weights_whole, "whole numbers as weights"),
        Case(last, "only the last state counts for the loss"),
        Case(inputs(1, 3, 4, 2), "one example"),
        Case(inputs(3, 4, 2, 5, calls=2), "backward called twice, after another forward"),
        Case(saturated, DIGITS_LOST),
    ]


@question(
    rnn_backward_cases,
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


def _through_time(
    dh,
    cache,
    slope=lambda h: 1.0 - h**2,
    meet=lambda dh_t, later: dh_t + later,
    pass_on=lambda dz, dtotal, Wh: dz @ Wh.T,
    before=lambda states, t: states[:, t],
    keep=lambda total, share: total + share,
    keep_bias=None,
    order=reversed,
):
    """rnn_backward in pieces, so that a wrong version says which piece it has wrong."""
    x, Wx, Wh, states = cache
    dx, dWx, dWh, db = np.zeros_like(x), np.zeros_like(Wx), np.zeros_like(Wh), np.zeros(len(Wh))
    later = np.zeros_like(states[:, 0])
    for t in order(range(x.shape[1])):
        dtotal = meet(dh[:, t], later)
        dz = dtotal * slope(states[:, t + 1])
        dx[:, t] = dz @ Wx.T
        dWx = keep(dWx, x[:, t].T @ dz)
        dWh = keep(dWh, before(states, t).T @ dz)
        db = (keep_bias or keep)(db, dz.sum(axis=0))
        later = pass_on(dz, dtotal, Wh)
    return dx, later, dWx, dWh, db


def _time_mistake(id: str, says: str, see: str | None = None, **pieces):
    """A wrong rnn_backward with some of its pieces replaced."""

    def backward(dh, cache):
        return _through_time(dh, cache, **pieces)

    rnn_backward.misconception(id, says, see)(backward)


def _time_gradients(id: str, says: str, see: str | None = None):
    """A wrong rnn_backward, as a function of dh, the cache and the right gradients."""

    def register(wrong):
        def backward(dh, cache):
            return wrong(dh, cache, *bp.rnn_backward(dh, cache))

        rnn_backward.misconception(id, says, see)(backward)
        return wrong

    return register


LATER_FORGOTTEN = (
    "Nothing is carried from step to step. A state reaches the loss directly and through all later "
    "steps, so dz Whᵀ of the step after is added to dh of this one."
)
_time_mistake("later-steps-forgotten", LATER_FORGOTTEN, meet=lambda dh_t, later: dh_t)


@_time_gradients("later-steps-forgotten", LATER_FORGOTTEN)
def _(dh, cache, dx, dh0, dWx, dWh, db):
    dx, dh0, *rest = _through_time(dh, cache, meet=lambda dh_t, later: dh_t)
    return dx, 0.0 * dh0, *rest


_time_mistake(
    "last-upstream-only",
    "Only dh of the last step is used. The loss speaks to every state: add dh of each step when you "
    "come to it.",
    meet=lambda dh_t, later: later if later.any() else dh_t,
)


@rnn_backward.misconception(
    "carried-one-step-only",
    "What is carried back comes from the next step alone. It has to hold all later steps: pass on "
    "the total, not the share of one step.",
)
def _(dh, cache):
    x, Wx, Wh, states = cache
    own = dh * (1.0 - states[:, 1:] ** 2)
    carried = np.concatenate([own[:, 1:] @ Wh.T, np.zeros_like(dh[:, :1])], axis=1)
    dz = (dh + carried) * (1.0 - states[:, 1:] ** 2)
    dWx, dWh = np.einsum("ntd,nth->dh", x, dz), np.einsum("ntk,nth->kh", states[:, :-1], dz)
    return dz @ Wx.T, dz[:, 0] @ Wh.T, dWx, dWh, dz.sum(axis=(0, 1))


_time_mistake(
    "time-not-reversed",
    "The loop runs from the first step to the last. The gradient of a state needs that of the state "
    "after it, so begin at the end.",
    order=iter,
)
AFTER = (
    "dWh is built from the state after the step. What Wh was multiplied by is the state before: "
    "h_(t-1), and h0 at the first step."
)
_time_mistake("state-after-for-state-before", AFTER, before=lambda states, t: states[:, t + 1])
FIRST_STATE = (
    "The first step takes part in dWh with a state of 0. It started from h0, which is not 0."
)
_time_mistake(
    "first-state-ignored",
    FIRST_STATE,
    before=lambda states, t: states[:, t] if t else 0.0 * states[:, 0],
)


@_time_gradients(
    "first-state-ignored",
    "dh0 is 0. The first state is an input like the others, and what step 1 hands back is its "
    "gradient.",
)
def _(dh, cache, dx, dh0, dWx, dWh, db):
    return dx, np.zeros_like(dh0), dWx, dWh, db


ASSIGNED = (
    "A step overwrites what other steps have put there. The same weights act at every step, so the "
    "shares of all steps are added up: +=, not =."
)
_time_mistake("assigned-not-accumulated", ASSIGNED, keep=lambda total, share: share)
_time_mistake(
    "assigned-not-accumulated",
    ASSIGNED,
    keep=lambda total, share: share,
    keep_bias=lambda total, share: total + share,
)
_time_mistake("assigned-not-accumulated", ASSIGNED, keep_bias=lambda total, share: share)


@_time_gradients("assigned-not-accumulated", ASSIGNED)
def _(dh, cache, dx, dh0, dWx, dWh, db):
    return dx, dh0, _through_time(dh, cache, keep=lambda total, share: share)[2], dWh, db


@_time_gradients("assigned-not-accumulated", ASSIGNED)
def _(dh, cache, dx, dh0, dWx, dWh, db):
    return dx, dh0, dWx, _through_time(dh, cache, keep=lambda total, share: share)[3], db


LAST_SHARE = (
    "The weights' gradients hold the share of the last step only. The same weights act at every "
    "step: add up the shares of all of them."
)


@_time_gradients("last-step-only", LAST_SHARE)
def _(dh, cache, dx, dh0, dWx, dWh, db):
    x, Wx, Wh, states = cache
    dz = dh[:, -1] * (1.0 - states[:, -1] ** 2)
    return dx, dh0, x[:, -1].T @ dz, states[:, -2].T @ dz, dz.sum(axis=0)


_time_mistake(
    "derivative-skipped",
    "The slope of tanh is left out: dh is taken for the gradient of the sum inside tanh. Multiply "
    "by 1 - h².",
    see="gradient-of-each-part",
    slope=lambda h: 1.0,
)
_time_mistake(
    "derivative-skipped",
    "The slope of tanh is left out in what is carried to the step before. It is the same dz there "
    "as in the weights' gradients.",
    pass_on=lambda dz, dtotal, Wh: dtotal @ Wh.T,
)
_time_mistake(
    "tanh-applied-twice",
    "tanh is applied to the state before it is squared. The state already is tanh of the sum.",
    see="gradient-of-each-part",
    slope=lambda h: 1.0 - np.tanh(h) ** 2,
)
_time_mistake(
    "input-for-output",
    "The slope 1 - t² is taken with the sum inside tanh. It holds for what tanh gave, the state.",
    see="gradient-of-each-part",
    slope=lambda h: 1.0 - np.arctanh(h) ** 2,
)
_time_mistake(
    "square-forgotten",
    "The slope of tanh is 1 - h², not 1 - h.",
    see="gradient-of-each-part",
    slope=lambda h: 1.0 - h,
)
_time_mistake(
    "sigmoid-slope-for-tanh",
    "h(1 - h) is the slope of the sigmoid. The states are tanh, and its slope is 1 - h².",
    see="gradient-of-each-part",
    slope=lambda h: h * (1.0 - h),
)


@rnn_backward.misconception(
    "state-before-for-state-after",
    "The slope of tanh is taken at the state before the step. tanh gave the state after it.",
)
def _(dh, cache):
    states = cache[3]
    slopes = [1.0 - states[:, t] ** 2 for t in range(dh.shape[1])]
    return _through_time(dh, cache, slope=lambda h: slopes.pop())


_time_mistake(
    "transpose-missing",
    "Wh is not transposed on the way back. It is a square matrix, so no error tells: forward goes "
    "by Wh, backward by Whᵀ.",
    pass_on=lambda dz, dtotal, Wh: dz @ Wh,
)
_time_mistake(
    "recurrent-weights-forgotten",
    "dz goes to the state before as it is. That state went through Wh, so its gradient is dz Whᵀ.",
    pass_on=lambda dz, dtotal, Wh: dz,
)


@_time_gradients(
    "recurrent-weights-forgotten",
    "dh0 is dz of the first step. h0 went through Wh like every state, so its gradient is dz Whᵀ.",
)
def _(dh, cache, dx, dh0, dWx, dWh, db):
    return dx, np.linalg.solve(cache[2], dh0.T).T, dWx, dWh, db


@_time_gradients(
    "weight-gradient-transposed",
    "dWh comes out transposed. It is a square matrix, so no error tells: the state before stands on "
    "the left, h_(t-1)ᵀ dz.",
    see="shapes-and-batches",
)
def _(dh, cache, dx, dh0, dWx, dWh, db):
    return dx, dh0, dWx, dWh.T, db


@_time_gradients(
    "bias-gradient-not-summed",
    "db is summed over the steps and not over the examples. The same b was added to every row at "
    "every step: sum over both.",
)
def _(dh, cache, dx, dh0, dWx, dWh, db):
    x, Wx, Wh, states = cache
    rows = [(dh[n : n + 1], (x[n : n + 1], Wx, Wh, states[n : n + 1])) for n in range(len(x))]
    return dx, dh0, dWx, dWh, np.stack([bp.rnn_backward(*row)[4] for row in rows])


@_time_gradients(
    "bias-gradient-averaged",
    "db is averaged over the examples. If the loss is a mean, its 1/N is already in dh: here the "
    "rows are summed.",
)
def _(dh, cache, dx, dh0, dWx, dWh, db):
    return dx, dh0, dWx, dWh, db / len(dx)


@_time_gradients(
    "averaged-over-time",
    "The weights' gradients are averaged over the steps. If the loss is a mean over time, its 1/T is "
    "already in dh: here the shares are summed.",
)
def _(dh, cache, dx, dh0, dWx, dWh, db):
    T = dx.shape[1]
    return dx, dh0, dWx / T, dWh / T, db / T


@_time_gradients(
    "divided-by-n-again",
    "The weights' gradients are divided by N. If the loss is a mean, its 1/N is already in dh; here "
    "it comes in twice.",
)
def _(dh, cache, dx, dh0, dWx, dWh, db):
    N = len(dx)
    return dx, dh0, dWx / N, dWh / N, db / N


@_time_gradients(
    "upstream-ignored",
    "The upstream gradient is not used: these are gradients of the sum of all states. The loss may "
    "weigh each of them differently, and dh says how.",
)
def _(dh, cache, dx, dh0, dWx, dWh, db):
    return bp.rnn_backward(np.ones_like(dh), cache)


@_time_gradients(
    "steps-in-reverse-order",
    "dx has its steps in the order in which they were computed, the last one first. Turn it round.",
)
def _(dh, cache, dx, dh0, dWx, dWh, db):
    return dx[:, ::-1], dh0, dWx, dWh, db


@_time_gradients(
    "gradients-in-wrong-order",
    "The gradients come back in another order. It is the order of the inputs: dx, dh0, dWx, dWh, db.",
)
def _(dh, cache, dx, dh0, dWx, dWh, db):
    return dx, dWx, dWh, db, dh0


@_time_gradients(
    "time-axis-first",
    "dx is (T, N, D). A gradient has the shape of what it belongs to, and x is (N, T, D).",
    see="shapes-and-batches",
)
def _(dh, cache, dx, dh0, dWx, dWh, db):
    return dx.swapaxes(0, 1), dh0, dWx, dWh, db


@_time_gradients(
    "argument-changed-in-place",
    "What comes from later steps is added into dh itself. The caller still needs it: keep the sum in "
    "an array of your own.",
    see="computation-graphs",
)
def _(dh, cache, dx, dh0, dWx, dWh, db):
    x, Wx, Wh, states = cache
    for t in range(dh.shape[1] - 1, 0, -1):
        dh[:, t - 1] += (dh[:, t] * (1.0 - states[:, t + 1] ** 2)) @ Wh.T
    return dx, dh0, dWx, dWh, db


@_time_gradients(
    "cache-overwritten",
    "The slopes are written into the states of the cache, so a second call finds something else "
    "there. A cache is only read: make a new array.",
    see="computation-graphs",
)
def _(dh, cache, dx, dh0, dWx, dWh, db):
    states = cache[3]
    states[:, 1:] = 1.0 - states[:, 1:] ** 2
    return dx, dh0, dWx, dWh, db


@_time_gradients(
    "integers-truncated",
    "dx is kept in an array of whole numbers, because zeros_like copied the type of x. Make it a "
    "float array.",
    see="shapes-and-batches",
)
def _(dh, cache, dx, dh0, dWx, dWh, db):
    x = cache[0]
    return np.trunc(dx) if (x == np.round(x)).all() else dx, dh0, dWx, dWh, db


# --- attention_backward -----------------------------------------------------------------------


def attention_backward_cases(rng: Rng) -> list[Case]:
    """Queries, keys, d and value width all different, scores up to 1000, a weight of nearly 1."""

    def inputs(M: int, N: int, d: int, D: int, calls: int = 1, draw: Any = normal) -> Any:
        return {
            "Q": draw(rng, M, d),
            "K": draw(rng, N, d),
            "V": draw(rng, N, D),
            "dout": normal(rng, M, D),
            "calls": calls,
        }

    large = inputs(3, 5, 4, 2)  # d = 4: scores of about 1000 and -1000, several of each
    large["Q"][:, 0], large["K"][:, 0] = [45.0, -45.0, 44.0], [44.0, 44.0, -44.0, -44.0, 44.0]
    certain = inputs(2, 3, 5, 4)  # one key takes nearly all the weight, e^-17 is left to the others
    certain["Q"] = 0.3 * certain["Q"]
    certain["K"] = 0.3 * certain["K"]
    certain["Q"][:, 0] = 17.0 * np.sqrt(5.0)
    certain["K"][:, 0] = [0.0, 1.0, 0.0]
    far = inputs(3, 4, 2, 5)
    far["V"][1] *= 1e12
    return [
        Case(inputs(2, 3, 1, 4)),
        Case(inputs(4, 3, 5, 2)),
        Case(inputs(3, 4, 2, 5, draw=whole), "whole numbers"),
        Case(inputs(1, 4, 3, 2), "one query"),
        Case(large, "scores up to 1000"),
        Case(inputs(4, 2, 3, 5, calls=2), "backward called twice, after another forward"),
        Case(certain, DIGITS_LOST),
        Case(far, DIGITS_LOST),
    ]


@question(attention_backward_cases, parts={"dQ": 1, "dK": 1, "dV": 2}, see="attention-backward")
def attention_backward(code: Any, Q: Any, K: Any, V: Any, dout: Any, calls: Any) -> Any:
    out, cache = code.attention_forward(Q, K, V)
    if calls > 1:
        code.attention_forward(-Q, K + 1, V - 1)
    for _ in range(calls):
        dQ, dK, dV = code.attention_backward(dout, cache)
    return {"dQ": dQ, "dK": dK, "dV": dV}


def _score_mistake(id: str, says: str, see: str | None = None):
    """A wrong gradient by the scores: a function of P and dP that gives dS, not yet scaled."""

    def register(wrong):
        def backward(dout, cache):
            Q, K, V, P = cache
            dS = wrong(P, dout @ V.T) / np.sqrt(K.shape[1])
            return dS @ K, dS.T @ Q, P.T @ dout

        attention_backward.misconception(id, says, see)(backward)
        return wrong

    return register


def _attention_mistake(id: str, says: str, see: str | None = None):
    """A wrong attention_backward, as a function of dout, the cache and the right gradients."""

    def register(wrong):
        def backward(dout, cache):
            return wrong(dout, cache, *bp.attention_backward(dout, cache))

        attention_backward.misconception(id, says, see)(backward)
        return wrong

    return register


def _weights_mistake(id: str, says: str, see: str | None = None):
    """An attention_backward that computes the weights anew, and wrongly, from Q and K."""

    def register(weights):
        def backward(dout, cache):
            Q, K, V, P = cache
            return bp.attention_backward(dout, (Q, K, V, weights(Q, K)))

        attention_backward.misconception(id, says, see)(backward)
        return weights

    return register


SCALING = (
    "The division by the root of d is missing on the way back. Forward divided the scores by it, so "
    "it is a factor of dQ and of dK."
)


@_attention_mistake("scaling-forgotten", SCALING)
def _(dout, cache, dQ, dK, dV):
    root = np.sqrt(cache[1].shape[1])
    return dQ * root, dK * root, dV


@_attention_mistake("scaling-forgotten", SCALING)
def _(dout, cache, dQ, dK, dV):
    return dQ * np.sqrt(cache[1].shape[1]), dK, dV


@_attention_mistake("scaling-forgotten", SCALING)
def _(dout, cache, dQ, dK, dV):
    return dQ, dK * np.sqrt(cache[1].shape[1]), dV


@_weights_mistake(
    "scaling-forgotten",
    "The weights are computed anew without dividing the scores by the root of d. Use those of the "
    "forward pass.",
)
def _(Q, K):
    return bp.softmax(Q @ K.T)


@_attention_mistake(
    "scaled-twice",
    "The gradient is divided by d, that is, by its root twice. Forward divided once by the root.",
)
def _(dout, cache, dQ, dK, dV):
    root = np.sqrt(cache[1].shape[1])
    return dQ / root, dK / root, dV


@_attention_mistake(
    "values-scaled",
    "dV is divided by the root of d. Only the scores were; the values were not.",
)
def _(dout, cache, dQ, dK, dV):
    return dQ, dK, dV / np.sqrt(cache[1].shape[1])


@_attention_mistake(
    "scaled-by-value-width",
    "The root is that of the width of the values. Scores are sums over d products, and it is the "
    "root of that d which keeps their size.",
)
def _(dout, cache, dQ, dK, dV):
    Q, K, V, P = cache
    factor = np.sqrt(K.shape[1] / V.shape[1])
    return dQ * factor, dK * factor, dV


@_score_mistake(
    "elementwise-softmax-slope",
    "p(1 - p) is only the diagonal of the softmax Jacobian. Every score moves every weight of its "
    "row.",
)
def _(P, dP):
    return dP * P * (1.0 - P)


@_score_mistake(
    "softmax-sum-forgotten",
    "dS is P times dP. A row of weights sums to 1: where one weight grows the others shrink, and the "
    "weighted mean of dP over the row has to be subtracted.",
)
def _(P, dP):
    return P * dP


@_score_mistake(
    "derivative-skipped",
    "The gradient by the weights is taken for the gradient by the scores. Softmax stands between "
    "the two.",
)
def _(P, dP):
    return dP


@_score_mistake(
    "wrong-axis",
    "The sum runs over the queries. A row of weights belongs to one query and is normalised over the "
    "keys: sum along axis 1.",
    see="shapes-and-batches",
)
def _(P, dP):
    return P * (dP - np.sum(P * dP, axis=0, keepdims=True))


@_score_mistake(
    "sum-over-everything",
    "One number is subtracted in all rows. Each query has a softmax of its own: sum along axis 1.",
    see="shapes-and-batches",
)
def _(P, dP):
    return P * (dP - np.sum(P * dP))


@_score_mistake(
    "mean-not-weighted",
    "The sum of dP is subtracted without the weights. It is the mean weighted by P.",
)
def _(P, dP):
    return P * (dP - np.sum(dP, axis=1, keepdims=True))


@_score_mistake(
    "mean-not-weighted",
    "The plain mean of dP is subtracted. It is the mean weighted by P.",
)
def _(P, dP):
    return P * (dP - np.mean(dP, axis=1, keepdims=True))


@_score_mistake(
    "weights-forgotten",
    "The weights are missing in front: dS is P times (dP minus its weighted mean), entry by entry.",
)
def _(P, dP):
    return dP - np.sum(P * dP, axis=1, keepdims=True)


@_score_mistake("sign-flipped", "dS has the wrong sign: it is dP minus its weighted mean.")
def _(P, dP):
    return P * (np.sum(P * dP, axis=1, keepdims=True) - dP)


@_attention_mistake(
    "weights-as-constants",
    "dQ and dK are 0, as if the weights were constants. Q and K decide them, and V shows what a "
    "shift of weight changes in the output.",
)
def _(dout, cache, dQ, dK, dV):
    return 0.0 * dQ, 0.0 * dK, dV


@_weights_mistake(
    "wrong-axis",
    "The weights are computed anew with softmax over the queries. It runs over the keys.",
    see="shapes-and-batches",
)
def _(Q, K):
    return bp.softmax(K @ Q.T / np.sqrt(K.shape[1])).T


@_weights_mistake(
    "exp-overflow",
    "The weights are computed anew, and exp overflows above 709: inf / inf is nan. Use those of the "
    "forward pass, or subtract each row's maximum first.",
    see="logits-to-loss",
)
def _(Q, K):
    e = np.exp(Q @ K.T / np.sqrt(K.shape[1]))
    return e / e.sum(axis=1, keepdims=True)


@_attention_mistake(
    "scores-for-weights",
    "dV is built from the scores. The values were averaged with the weights, after softmax: Pᵀ dout.",
)
def _(dout, cache, dQ, dK, dV):
    Q, K, V, P = cache
    return dQ, dK, K @ Q.T / np.sqrt(K.shape[1]) @ dout


@_attention_mistake(
    "weights-forgotten",
    "Every value gets all of dout. A value gets as much of it as the weight that it had: Pᵀ dout.",
)
def _(dout, cache, dQ, dK, dV):
    return dQ, dK, np.tile(dout.sum(axis=0), (len(dV), 1))


@_attention_mistake(
    "transpose-missing",
    "The weights are not transposed in dV. Forward goes from keys to queries by P, backward from "
    "queries to keys by Pᵀ.",
)
def _(dout, cache, dQ, dK, dV):
    return dQ, dK, cache[3] @ dout


@_attention_mistake(
    "divided-by-n-again",
    "dV is averaged over the queries. If the loss is a mean, its 1/N is already in dout: here the "
    "queries add up.",
)
def _(dout, cache, dQ, dK, dV):
    return dQ, dK, dV / len(dout)


@_attention_mistake(
    "upstream-ignored",
    "The upstream gradient is not used: these are gradients of the sum of all outputs.",
)
def _(dout, cache, dQ, dK, dV):
    return bp.attention_backward(np.ones_like(dout), cache)


@_attention_mistake(
    "gradients-in-wrong-order",
    "The gradients come back in another order. It is the order of the inputs: dQ, dK, dV.",
)
def _(dout, cache, dQ, dK, dV):
    return dK, dQ, dV


@_attention_mistake(
    "cache-overwritten",
    "dS is written over the weights in the cache, so a second call finds something else there. A "
    "cache is only read: make a new array.",
    see="computation-graphs",
)
def _(dout, cache, dQ, dK, dV):
    Q, K, V, P = cache
    dP = dout @ V.T
    P *= dP - np.sum(dP * P, axis=1, keepdims=True)
    return dQ, dK, dV


# --- lstm_step_backward -----------------------------------------------------------------------


def lstm_step_backward_cases(rng: Rng) -> list[Case]:
    """N, D, H all different, both upstream gradients, a cache used twice, saturated gates."""

    def inputs(N: int, D: int, H: int, calls: int = 1, draw: Any = normal) -> dict[str, Any]:
        return {
            "x": draw(rng, N, D),
            "h": draw(rng, N, H),
            "c": draw(rng, N, H),
            "Wx": 0.5 * normal(rng, D, 4 * H),
            "Wh": 0.5 * normal(rng, H, 4 * H),
            "b": 0.5 * normal(rng, 4 * H),
            "dh": normal(rng, N, H),
            "dc": normal(rng, N, H),
            "calls": calls,
        }

    last = {**inputs(3, 2, 4), "dc": np.zeros((3, 4))}
    saturated = inputs(2, 4, 3)
    for name in ("Wx", "Wh", "b"):
        saturated[name] = 0.3 * saturated[name]
    saturated["b"] += np.repeat([18.0, 18.0, 18.0, 9.0], 3)
    return [
        Case(inputs(2, 1, 3)),
        Case(inputs(4, 3, 2)),
        Case(inputs(3, 2, 5, draw=whole), "whole numbers"),
        Case(last, "the last step: nobody uses the new cell"),
        Case(inputs(1, 4, 2), "one example"),
        Case(inputs(4, 2, 3, calls=2), "backward called twice, after another forward"),
        Case(saturated, DIGITS_LOST),
    ]


@question(
    lstm_step_backward_cases,
    parts={"dx": 1, "states": 1, "weights": 1, "db": 1},
    see="lstm",
    bonus=True,
)
def lstm_step_backward(
    code: Any, x: Any, h: Any, c: Any, Wx: Any, Wh: Any, b: Any, dh: Any, dc: Any, calls: Any
) -> Any:
    h_new, c_new, cache = code.lstm_step_forward(x, h, c, Wx, Wh, b)
    if calls > 1:
        code.lstm_step_forward(-x, h + 1, c - 1, Wx, Wh, b)
    for _ in range(calls):
        dx, dh_old, dc_old, dWx, dWh, db = code.lstm_step_backward(dh, dc, cache)
    states, weights = {"dh": dh_old, "dc": dc_old}, {"dWx": dWx, "dWh": dWh}
    return {"dx": dx, "states": states, "weights": weights, "db": db}


def _s_slope(s):
    return s * (1.0 - s)


def _t_slope(t):
    return 1.0 - t**2


def _step_back(
    dh,
    dc,
    cache,
    to_cell=lambda dh, dc, o, t, new: dc + dh * o * (1.0 - t**2),
    factors=lambda dh, dc, c, i, g, t, new: (dc * g, dc * c, dh * t, dc * i),
    gate_slope=_s_slope,
    candidate_slope=_t_slope,
    order=(0, 1, 2, 3),
):
    """lstm_step_backward in pieces, so that a wrong version says which piece it has wrong."""
    x, h, c, Wx, Wh, i, f, o, g, t = cache
    new = f * c + i * g
    dc = to_cell(dh, dc, o, t, new)
    d_i, d_f, d_o, d_g = factors(dh, dc, c, i, g, t, new)
    gates = [d_i * gate_slope(i), d_f * gate_slope(f), d_o * gate_slope(o)]
    gates.append(d_g * candidate_slope(g))
    dz = np.hstack([gates[k] for k in order])
    return dz @ Wx.T, dz @ Wh.T, dc * f, x.T @ dz, h.T @ dz, dz.sum(axis=0)


def _cell_mistake(id: str, says: str, see: str | None = None, **pieces):
    """A wrong lstm_step_backward with some of its pieces replaced."""

    def backward(dh, dc, cache):
        return _step_back(dh, dc, cache, **pieces)

    lstm_step_backward.misconception(id, says, see)(backward)


def _cell_gradients(id: str, says: str, see: str | None = None):
    """A wrong lstm_step_backward, as a function of the upstream, the cache and the right gradients."""

    def register(wrong):
        def backward(dh, dc, cache):
            return wrong(dh, dc, cache, *bp.lstm_step_backward(dh, dc, cache))

        lstm_step_backward.misconception(id, says, see)(backward)
        return wrong

    return register


_cell_mistake(
    "state-path-forgotten",
    "The gradient of the new cell is dc alone. The cell reaches the loss through the new state too: "
    "add dh o (1 - tanh² c).",
    to_cell=lambda dh, dc, o, t, new: dc,
)


@_cell_gradients(
    "state-path-forgotten",
    "What goes back to the old cell is dc f. The new cell also reached the loss through the new "
    "state: it is the sum of both ways that is multiplied by f.",
)
def _(dh, dc, cache, dx, dh_old, dc_old, dWx, dWh, db):
    return dx, dh_old, dc * cache[6], dWx, dWh, db


_cell_mistake(
    "cell-path-forgotten",
    "The upstream gradient dc is not used. The new cell also goes to the next step, and what comes "
    "back from there is added.",
    to_cell=lambda dh, dc, o, t, new: dh * o * (1.0 - t**2),
)
_cell_mistake(
    "derivative-skipped",
    "The slope of tanh(c) is left out on the way from the state to the cell.",
    to_cell=lambda dh, dc, o, t, new: dc + dh * o,
)
_cell_mistake(
    "derivative-skipped",
    "The slopes of the gates are left out. Each gate is a sigmoid of its sum.",
    gate_slope=lambda s: 1.0,
)
_cell_mistake(
    "derivative-skipped",
    "The slope of the candidate is left out. It is tanh of its sum.",
    candidate_slope=lambda g: 1.0,
)
_cell_mistake(
    "derivative-skipped",
    "The slopes of the gates and of the candidate are left out: between them and the sums stand "
    "sigmoid and tanh.",
    gate_slope=lambda s: 1.0,
    candidate_slope=lambda g: 1.0,
)
_cell_mistake(
    "tanh-applied-twice",
    "tanh is applied to tanh(c) before it is squared. The cached value already is tanh of the cell.",
    to_cell=lambda dh, dc, o, t, new: dc + dh * o * (1.0 - np.tanh(t) ** 2),
)
_cell_mistake(
    "input-for-output",
    "The slope 1 - t² is taken with t = c. It holds for what tanh gave: t = tanh(c).",
    to_cell=lambda dh, dc, o, t, new: dc + dh * o * (1.0 - new**2),
)
_cell_mistake(
    "output-gate-forgotten",
    "The output gate is missing on the way from the state to the cell: h = o tanh(c), so o is a "
    "factor.",
    to_cell=lambda dh, dc, o, t, new: dc + dh * (1.0 - t**2),
)


@_cell_gradients(
    "forget-gate-forgotten",
    "The old cell gets the gradient of the new one as it is. It went in as f c, so f is a factor.",
)
def _(dh, dc, cache, dx, dh_old, dc_old, dWx, dWh, db):
    x, h, c, Wx, Wh, i, f, o, g, t = cache
    return dx, dh_old, dc + dh * o * (1.0 - t**2), dWx, dWh, db


ORDER = (
    "The gates are put together in another order than on the way forward. The columns are i, f, o, "
    "g. (Some libraries have i, f, g, o.)"
)
for order in ((0, 1, 3, 2), (1, 0, 2, 3), (3, 0, 1, 2), (1, 0, 3, 2), (0, 3, 1, 2)):
    _cell_mistake("gates-in-another-order", ORDER, order=order)


_cell_mistake(
    "state-after-for-state-before",
    "The forget gate gets the new cell. What it was multiplied by is the old one.",
    factors=lambda dh, dc, c, i, g, t, new: (dc * g, dc * new, dh * t, dc * i),
)


@_cell_gradients(
    "state-after-for-state-before",
    "dWh is built from the new state. What Wh was multiplied by is the old one.",
)
def _(dh, dc, cache, dx, dh_old, dc_old, dWx, dWh, db):
    x, h, c, Wx, Wh, i, f, o, g, t = cache
    return dx, dh_old, dc_old, dWx, (o * t).T @ _columns(dh, dc, cache), db


def _columns(dh, dc, cache):
    """The right gradient by the sums of all gates, (N, 4H), from the bias gradient of each row."""
    x, h, c, Wx, Wh, *gates = cache
    rows = []
    for n in range(len(x)):
        one = slice(n, n + 1)
        cut = (x[one], h[one], c[one], Wx, Wh, *(gate[one] for gate in gates))
        rows.append(bp.lstm_step_backward(dh[one], dc[one], cut)[5])
    return np.stack(rows)


_cell_mistake(
    "own-factor-for-other",
    "The factors of the input gate and the candidate are swapped. In i g the gradient of i is g, and "
    "that of g is i.",
    factors=lambda dh, dc, c, i, g, t, new: (dc * i, dc * c, dh * t, dc * g),
)
_cell_mistake(
    "state-gradient-for-cell",
    "The gates of the cell get dh. i, f and g act on the cell, so it is the gradient of the cell "
    "that goes to them.",
    factors=lambda dh, dc, c, i, g, t, new: (dh * g, dh * c, dh * t, dh * i),
)
_cell_mistake(
    "cell-for-its-tanh",
    "The output gate gets the cell. What it was multiplied by is tanh of the cell.",
    factors=lambda dh, dc, c, i, g, t, new: (
        dc * g,
        dc * c,
        dh * new,
        dc * i,
    ),
)
_cell_mistake(
    "sigmoid-slope-for-tanh",
    "The candidate has the slope of the sigmoid. It is tanh, and its slope is 1 - g².",
    candidate_slope=_s_slope,
)
_cell_mistake(
    "tanh-slope-for-sigmoid",
    "The gates have the slope of tanh. They are sigmoids, and their slope is s(1 - s).",
    gate_slope=_t_slope,
)


@_cell_gradients(
    "bias-gradient-not-summed",
    "db is not summed over the examples. The same b was added to every row.",
)
def _(dh, dc, cache, dx, dh_old, dc_old, dWx, dWh, db):
    return dx, dh_old, dc_old, dWx, dWh, _columns(dh, dc, cache)


@_cell_gradients(
    "bias-gradient-averaged",
    "db is averaged over the examples. If the loss is a mean, its 1/N is already in dh and dc.",
)
def _(dh, dc, cache, dx, dh_old, dc_old, dWx, dWh, db):
    return dx, dh_old, dc_old, dWx, dWh, db / len(dx)


@_cell_gradients(
    "upstream-ignored",
    "The upstream gradients are not used: these are gradients of the sum of all outputs.",
)
def _(dh, dc, cache, dx, dh_old, dc_old, dWx, dWh, db):
    return bp.lstm_step_backward(np.ones_like(dh), np.ones_like(dc), cache)


@_cell_gradients(
    "gradients-in-wrong-order",
    "dh and dc have changed places. The order is that of the inputs: dx, dh, dc, dWx, dWh, db.",
)
def _(dh, dc, cache, dx, dh_old, dc_old, dWx, dWh, db):
    return dx, dc_old, dh_old, dWx, dWh, db


@_cell_gradients(
    "argument-changed-in-place",
    "What comes through the new state is added into dc itself. The caller still needs it: make a new "
    "array.",
    see="computation-graphs",
)
def _(dh, dc, cache, dx, dh_old, dc_old, dWx, dWh, db):
    x, h, c, Wx, Wh, i, f, o, g, t = cache
    dc += dh * o * (1.0 - t**2)
    return dx, dh_old, dc_old, dWx, dWh, db


QUESTIONS = [rnn_forward, rnn_backward, attention_backward, lstm_step_backward]
