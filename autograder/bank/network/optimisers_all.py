"""Assignment 05-network: optimisers that remember."""

from typing import Any

import numpy as np

import backprop as bp
from autograder.bank.inputs import Rng, normal, whole
from autograder.marking.question import Case, Question, question

# Each driver steps several parameters in turn, each with a state of its own. An answer holds one
# list for every step: the parameters after it.


def some_zero(rng: Rng, *shape: int) -> np.ndarray:
    """A gradient of which the first entry is exactly 0."""
    dw = normal(rng, *shape)
    dw.flat[0] = 0.0
    return dw


def stepping_cases(rng: Rng, **constants: list[float]) -> list[Case]:
    """One step, several, a changing learning rate, two parameters in turn, a large eps.

    constants: for each constant of the optimiser, one value for every case.
    """

    def inputs(i: int, shapes: list[tuple[int, ...]], lrs: list[float], draw: Any = normal) -> Any:
        return {
            "params": [normal(rng, *shape) for shape in shapes],
            "grads": [[draw(rng, *shape) for shape in shapes] for _ in lrs],
            "lrs": lrs,
            **{name: values[i] for name, values in constants.items()},
        }

    return [
        Case(inputs(0, [(3,)], [0.1]), "one step"),
        Case(inputs(1, [(2, 3)], [0.2, 0.2, 0.2]), "three steps"),
        Case(inputs(2, [(3,)], [0.1, 0.4, 0.05, 0.2]), "the learning rate changes between steps"),
        Case(inputs(3, [(2, 4), (4,)], [0.3, 0.1, 0.2]), "two parameters in turn"),
        Case(inputs(4, [(3,), (3,)], [0.1, 0.2], some_zero), "an entry of the gradient is 0"),
        Case(
            {**inputs(0, [(4,)], [0.5, 0.25, 0.5]), "params": [whole(rng, 4)]},
            "whole numbers as parameters",
        ),
        Case(
            {**inputs(1, [(3,)], [0.1, 0.2]), "grads": [[normal(rng, 3)], [some_zero(rng, 3)]]},
            "an entry of the gradient becomes 0",
        ),
    ]


def _in_place(step):
    """The step, written into the array that it was given."""

    def wrong(w, dw, state, *constants):
        new, state = step(w, dw, state, *constants)
        w[...] = new
        return w, state

    return wrong


IN_PLACE = (
    "parameters-changed-in-place",
    "The array w itself is overwritten. The caller may still need the old parameter: return a new "
    "array, and mind that += and -= work in place.",
)
STATE_NOT_KEPT = (
    "state-not-kept",
    "Every step starts from an empty memory: what the last step left in the state is not read, or "
    "not given back.",
)
AVERAGE_SWAPPED = (
    "decay-swapped",
    "The two shares of the running average are swapped: the old average keeps the large share, and "
    "1 minus that goes to what is new.",
)
IGNORES_EPS = (
    "epsilon-ignored",
    "The argument eps is not used. It sets how large the steps for tiny gradients can get, and "
    "without any eps a gradient of 0 gives 0/0.",
)
EPS_INSIDE = (
    "epsilon-inside-root",
    "eps is added under the root. Here it stands outside: sqrt(c) + eps. Under the root 1e-8 would "
    "act like 1e-4 outside.",
)
ROOT_FORGOTTEN = (
    "root-forgotten",
    "The root is missing. A gradient over its mean square gets smaller steps the larger it is; over "
    "the root of it, the step does not depend on the gradient's scale.",
)
SQUARE_FORGOTTEN = (
    "square-forgotten",
    "The average is one of |dw|, not of dw². It is the squares that are averaged, and the root is "
    "taken at the end.",
)
ONE_RATE = (
    "one-rate-for-all",
    "One number is kept for the whole array. Every entry has an average of its own; that is what "
    "gives every weight a step size of its own.",
)
NEVER_FORGETS = (
    "never-forgets",
    "The squares are added up and nothing fades, so the steps can only get smaller. (That is "
    "AdaGrad.) In a running average the new square counts 1 - decay.",
)


# --- momentum_step ----------------------------------------------------------------------------


def momentum_step_cases(rng: Rng) -> list[Case]:
    """Different mu, so that no two rules agree."""
    return stepping_cases(rng, mu=[0.9, 0.9, 0.8, 0.7, 0.95])


@question(momentum_step_cases, parts={"w": 2}, see="momentum")
def momentum_step(code: Any, params: Any, grads: Any, lrs: Any, mu: Any) -> Any:
    ws, path = list(params), []
    states: list[dict] = [{} for _ in params]
    for dws, lr in zip(grads, lrs, strict=True):
        for i, dw in enumerate(dws):
            ws[i], states[i] = code.momentum_step(ws[i], dw, states[i], lr, mu)
        path.append([np.copy(w) for w in ws])
    return {"w": path}


def _momentum_mistake(id: str, says: str):
    """A wrong momentum_step, written as (v, dw, lr, mu) -> (change of w, next v)."""

    def register(rule):
        def step(w, dw, state, lr, mu):
            change, v = rule(state.get("v", np.zeros_like(dw)), dw, lr, mu)
            return w + change, {"v": v}

        momentum_step.misconception(id, says)(step)
        return rule

    return register


UPHILL = (
    "The step goes up the gradient, and the momentum with it. The gradient points to where the "
)
UPHILL += "loss grows: subtract."


@_momentum_mistake("uphill", UPHILL)
def _(v, dw, lr, mu):
    v = mu * v + lr * dw
    return v, v


@_momentum_mistake(
    "momentum-sign",
    "The old velocity is turned round, so it works against the direction of travel. It is kept: "
    "+ mu v. Only the gradient comes with a minus.",
)
def _(v, dw, lr, mu):
    v = -mu * v - lr * dw
    return v, v


@_momentum_mistake(
    "learning-rate-outside",
    "The learning rate multiplies the whole velocity, the old part too. That is another rule as soon "
    "as the rate changes: here each gradient enters with the rate of its own step.",
)
def _(v, dw, lr, mu):
    v = mu * v - dw
    return lr * v, v


@_momentum_mistake(
    "learning-rate-twice",
    "The learning rate comes in twice: once in the velocity, once when it is added to w.",
)
def _(v, dw, lr, mu):
    v = mu * v - lr * dw
    return lr * v, v


AVERAGED = (
    "The new gradient is weighed with 1 - mu, as in a running average. Momentum adds it in full: "
    "v = mu v - lr dw. With mu = 0.9 your steps are ten times too small."
)


@_momentum_mistake("gradient-averaged", AVERAGED)
def _(v, dw, lr, mu):
    v = mu * v - (1 - mu) * lr * dw
    return v, v


@_momentum_mistake("gradient-averaged", AVERAGED)
def _(v, dw, lr, mu):
    v = mu * v - (1 - mu) * dw
    return lr * v, v


@_momentum_mistake(
    "decay-swapped",
    "mu and 1 - mu are swapped: mu is the share of the old velocity that is kept.",
)
def _(v, dw, lr, mu):
    v = (1 - mu) * v - lr * dw
    return v, v


@_momentum_mistake(
    "decay-swapped",
    "mu and 1 - mu are swapped: mu is the share of the old velocity that is kept.",
)
def _(v, dw, lr, mu):
    v = (1 - mu) * v - mu * lr * dw
    return v, v


@_momentum_mistake(
    "decay-on-gradient-too",
    "The new gradient is multiplied by mu as well. Only the old velocity fades.",
)
def _(v, dw, lr, mu):
    v = mu * (v - lr * dw)
    return v, v


@_momentum_mistake(
    "momentum-never-fades",
    "mu is not used: every old gradient counts in full for ever, and the velocity only grows.",
)
def _(v, dw, lr, mu):
    v = v - lr * dw
    return v, v


@_momentum_mistake(
    "nesterov",
    "This is Nesterov's variant, which looks one step ahead. It is a good rule too; asked for is "
    "w + v with v = mu v - lr dw.",
)
def _(v, dw, lr, mu):
    v = mu * v - lr * dw
    return mu * v - lr * dw, v


@_momentum_mistake(
    "old-velocity-used",
    "w moves by the velocity of the step before, and only then is the velocity renewed. The first "
    "step goes nowhere, and each gradient acts one step late.",
)
def _(v, dw, lr, mu):
    return v, mu * v - lr * dw


@momentum_step.misconception(*STATE_NOT_KEPT)
def _(w, dw, state, lr, mu):
    return w - lr * dw, {}


@momentum_step.misconception(
    "step-for-parameter",
    "What comes back first is the velocity. Asked for is the parameter after the step, w + v.",
)
def _(w, dw, state, lr, mu):
    _, state = bp.momentum_step(w, dw, state, lr, mu)
    return state["v"], state


momentum_step.misconception(*IN_PLACE)(_in_place(bp.momentum_step))


# --- adam_step --------------------------------------------------------------------------------


def adam_step_cases(rng: Rng) -> list[Case]:
    """Constants far from each other, and a large eps once, which shows where it stands."""
    cases = stepping_cases(
        rng,
        beta1=[0.9, 0.8, 0.7, 0.9, 0.6],
        beta2=[0.999, 0.95, 0.9, 0.99, 0.8],
        eps=[1e-8, 1e-8, 0.05, 1e-8, 1e-3],
    )
    note = cases[2].note + ", and eps is large"
    return [*cases[:2], Case(cases[2].inputs, note), *cases[3:]]


@question(adam_step_cases, parts={"first": 1, "later": 3}, see="adam")
def adam_step(
    code: Any, params: Any, grads: Any, lrs: Any, beta1: Any, beta2: Any, eps: Any
) -> Any:
    ws, path = list(params), []
    states: list[dict] = [{} for _ in params]
    for dws, lr in zip(grads, lrs, strict=True):
        for i, dw in enumerate(dws):
            ws[i], states[i] = code.adam_step(ws[i], dw, states[i], lr, beta1, beta2, eps)
        path.append([np.copy(w) for w in ws])
    return {"first": path[0], "later": path[1:]}


def _correct(average, beta, t):
    return average / np.float64(1 - beta**t)  # a NumPy number, so that t = 0 gives inf and NaN


def _adam_with(start=0, counts=1, shares=None, correct_m=_correct, correct_v=_correct, rule=None):
    """adam_step with single things changed.

    start: t before the first step. counts: by how much a step raises t. shares: (beta1, beta2) ->
    (old m, new m, old v, new v). correct_m, correct_v: (average, beta, t) -> corrected average.
    rule: (m_hat, v_hat, eps) -> the step per lr.
    """
    shares = shares or (lambda beta1, beta2: (beta1, 1 - beta1, beta2, 1 - beta2))
    rule = rule or (lambda m_hat, v_hat, eps: m_hat / (np.sqrt(v_hat) + eps))

    def step(w, dw, state, lr, beta1, beta2, eps):
        old_m, new_m, old_v, new_v = shares(beta1, beta2)
        t = state.get("t", start) + counts
        m = old_m * state.get("m", 0.0) + new_m * dw
        v = old_v * state.get("v", 0.0) + new_v * dw**2
        m_hat, v_hat = correct_m(m, beta1, t), correct_v(v, beta2, t)
        return w - lr * rule(m_hat, v_hat, eps), {"t": t, "m": m, "v": v}

    return step


def _adam_mistake(id: str, says: str, **changes: Any) -> None:
    adam_step.misconception(id, says)(_adam_with(**changes))


def _uncorrected(average, beta, t):
    return average


_adam_mistake(
    "bias-correction-missing",
    "The averages are not corrected. They start at 0 and are far too small at first: after one step "
    "m is only (1 - beta1) dw. Divide by 1 - beta1^t and 1 - beta2^t.",
    correct_m=_uncorrected,
    correct_v=_uncorrected,
)
_adam_mistake(
    "bias-correction-on-one-average",
    "Only m is corrected. v starts at 0 as well, and is even slower to grow: divide it by "
    "1 - beta2^t.",
    correct_v=_uncorrected,
)
_adam_mistake(
    "bias-correction-on-one-average",
    "Only v is corrected. m starts at 0 as well: divide it by 1 - beta1^t.",
    correct_m=_uncorrected,
)
_adam_mistake(
    "bias-correction-upside-down",
    "The averages are multiplied by 1 - beta^t. They are too small at first, so divide.",
    correct_m=lambda m, beta, t: m * (1 - beta**t),
    correct_v=lambda v, beta, t: v * (1 - beta**t),
)
_adam_mistake(
    "times-for-power",
    "The correction uses beta times t. It is beta to the power t: after t steps, beta^t of the "
    "starting value 0 is left in the average.",
    correct_m=lambda m, beta, t: m / np.float64(1 - beta * t),
    correct_v=lambda v, beta, t: v / np.float64(1 - beta * t),
)
_adam_mistake(
    "step-counted-from-0",
    "t is 0 in the first step, so the correction divides by 1 - beta^0 = 0. Count the step before "
    "you correct: t = 1 in the first.",
    start=-1,
)
_adam_mistake(
    "step-counted-from-2",
    "t is 2 already in the first step: it starts at 1 and is raised once more. In the first step the "
    "correction divides by 1 - beta^1.",
    start=1,
)


@adam_step.misconception(
    "step-not-counted",
    "The correction is 1 - beta in every step, as if t stayed 1. Keep t in the state and take beta to "
    "the power t: the correction fades away as the averages fill.",
)
def _(w, dw, state, lr, beta1, beta2, eps):
    return _adam_with()(w, dw, {k: v for k, v in state.items() if k != "t"}, lr, beta1, beta2, eps)


@adam_step.misconception(
    "corrected-average-kept",
    "The corrected averages go into the state and are corrected again in the next step. Keep m and v "
    "as they are; the corrected ones are for this step only.",
)
def _(w, dw, state, lr, beta1, beta2, eps):
    new, state = bp.adam_step(w, dw, state, lr, beta1, beta2, eps)
    t, m, v = state["t"], state["m"], state["v"]
    return new, {"t": t, "m": m / (1 - beta1**t), "v": v / (1 - beta2**t)}


@adam_step.misconception(
    "betas-swapped",
    "beta1 and beta2 are swapped. beta1 belongs to the mean of the gradients, beta2 to the mean of "
    "their squares.",
)
def _(w, dw, state, lr, beta1, beta2, eps):
    return bp.adam_step(w, dw, state, lr, beta2, beta1, eps)


_adam_mistake(
    "moments-swapped",
    "m and v are swapped in the step: the mean of the squares is above and the root of the mean "
    "gradient below. A negative mean gradient has no root, hence the NaN.",
    rule=lambda m_hat, v_hat, eps: v_hat / (np.sqrt(m_hat) + eps),
)
_adam_mistake(
    "gradient-for-mean",
    "The step uses dw of this step alone, divided by the root. Adam moves by the mean of the "
    "gradients, m.",
    shares=lambda beta1, beta2: (0.0, 1.0, beta2, 1 - beta2),
    correct_m=_uncorrected,
)
_adam_mistake(*AVERAGE_SWAPPED, shares=lambda beta1, beta2: (1 - beta1, beta1, 1 - beta2, beta2))
_adam_mistake(*EPS_INSIDE, rule=lambda m_hat, v_hat, eps: m_hat / np.sqrt(v_hat + eps))
_adam_mistake(*IGNORES_EPS, rule=lambda m_hat, v_hat, eps: m_hat / (np.sqrt(v_hat) + 1e-8))
_adam_mistake(*IGNORES_EPS, rule=lambda m_hat, v_hat, eps: m_hat / np.sqrt(v_hat))
_adam_mistake(*ROOT_FORGOTTEN, rule=lambda m_hat, v_hat, eps: m_hat / (v_hat + eps))
_adam_mistake(
    "uphill",
    "The step goes up the gradient. The gradient points to where the loss grows: subtract.",
    rule=lambda m_hat, v_hat, eps: -m_hat / (np.sqrt(v_hat) + eps),
)


@adam_step.misconception(
    "epsilon-before-correction",
    "eps is added to the root of v before the correction. That form is in use too, but eps then "
    "weighs more at first. Here it is added last: sqrt(v_hat) + eps.",
)
def _(w, dw, state, lr, beta1, beta2, eps):
    _, state = bp.adam_step(w, dw, state, lr, beta1, beta2, eps)
    rate = lr * np.sqrt(1 - beta2 ** state["t"]) / (1 - beta1 ** state["t"])
    return w - rate * state["m"] / (np.sqrt(state["v"]) + eps), state


@adam_step.misconception(*SQUARE_FORGOTTEN)
def _(w, dw, state, lr, beta1, beta2, eps):
    t = state.get("t", 0) + 1
    m = beta1 * state.get("m", 0.0) + (1 - beta1) * dw
    v = beta2 * state.get("v", 0.0) + (1 - beta2) * np.abs(dw)
    step = m / (1 - beta1**t) / (np.sqrt(v / (1 - beta2**t)) + eps)
    return w - lr * step, {"t": t, "m": m, "v": v}


@adam_step.misconception(*ONE_RATE)
def _(w, dw, state, lr, beta1, beta2, eps):
    t = state.get("t", 0) + 1
    m = beta1 * state.get("m", 0.0) + (1 - beta1) * dw
    v = beta2 * state.get("v", 0.0) + (1 - beta2) * np.mean(dw**2)
    step = m / (1 - beta1**t) / (np.sqrt(v / (1 - beta2**t)) + eps)
    return w - lr * step, {"t": t, "m": m, "v": v}


@adam_step.misconception(*STATE_NOT_KEPT)
def _(w, dw, state, lr, beta1, beta2, eps):
    return bp.adam_step(w, dw, {}, lr, beta1, beta2, eps)


@adam_step.misconception(
    "averages-not-kept",
    "Only t is kept in the state; m and v start from 0 in every step.",
)
def _(w, dw, state, lr, beta1, beta2, eps):
    return bp.adam_step(w, dw, {"t": state.get("t", 0)}, lr, beta1, beta2, eps)


adam_step.misconception(*IN_PLACE)(_in_place(bp.adam_step))


# --- rmsprop_step -----------------------------------------------------------------------------


def rmsprop_step_cases(rng: Rng) -> list[Case]:
    """Decays far from one half, and a large eps once, which shows where it stands."""
    cases = stepping_cases(
        rng, decay=[0.9, 0.9, 0.8, 0.7, 0.95], eps=[1e-8, 1e-8, 0.05, 1e-8, 1e-3]
    )
    note = cases[2].note + ", and eps is large"
    return [*cases[:2], Case(cases[2].inputs, note), *cases[3:]]


@question(rmsprop_step_cases, parts={"w": 2}, see="rmsprop", bonus=True)
def rmsprop_step(code: Any, params: Any, grads: Any, lrs: Any, decay: Any, eps: Any) -> Any:
    ws, path = list(params), []
    states: list[dict] = [{} for _ in params]
    for dws, lr in zip(grads, lrs, strict=True):
        for i, dw in enumerate(dws):
            ws[i], states[i] = code.rmsprop_step(ws[i], dw, states[i], lr, decay, eps)
        path.append([np.copy(w) for w in ws])
    return {"w": path}


def _mean_square(c, dw, decay):
    return decay * c + (1 - decay) * dw**2


def _rmsprop_with(average=_mean_square, rule=None, first=0.0):
    """rmsprop_step with single things changed.

    average: (c, dw, decay) -> next c. rule: (dw, c, eps) -> the step per lr. first: c before the
    first step.
    """
    rule = rule or (lambda dw, c, eps: dw / (np.sqrt(c) + eps))

    def step(w, dw, state, lr, decay, eps):
        c = average(state.get("c", first), dw, decay)
        return w - lr * rule(dw, c, eps), {"c": c}

    return step


def _rmsprop_mistake(id: str, says: str, **changes: Any) -> None:
    rmsprop_step.misconception(id, says)(_rmsprop_with(**changes))


_rmsprop_mistake(*AVERAGE_SWAPPED, average=lambda c, dw, decay: (1 - decay) * c + decay * dw**2)
_rmsprop_mistake(*NEVER_FORGETS, average=lambda c, dw, decay: c + dw**2)
_rmsprop_mistake(
    "new-square-in-full",
    "The new square is added in full to what is left of the old. In an average the shares sum to 1: "
    "the new square counts 1 - decay.",
    average=lambda c, dw, decay: decay * c + dw**2,
)
_rmsprop_mistake(
    *SQUARE_FORGOTTEN, average=lambda c, dw, decay: decay * c + (1 - decay) * np.abs(dw)
)
_rmsprop_mistake(*ONE_RATE, average=lambda c, dw, decay: decay * c + (1 - decay) * np.mean(dw**2))
_rmsprop_mistake(*STATE_NOT_KEPT, average=lambda c, dw, decay: (1 - decay) * dw**2)
_rmsprop_mistake(*EPS_INSIDE, rule=lambda dw, c, eps: dw / np.sqrt(c + eps))
_rmsprop_mistake(*IGNORES_EPS, rule=lambda dw, c, eps: dw / (np.sqrt(c) + 1e-8))
_rmsprop_mistake(*IGNORES_EPS, rule=lambda dw, c, eps: dw / np.sqrt(c))
_rmsprop_mistake(*ROOT_FORGOTTEN, rule=lambda dw, c, eps: dw / (c + eps))
_rmsprop_mistake(
    "average-starts-at-one",
    "The average starts at 1. It starts at 0, so the first steps are large.",
    first=1.0,
)
_rmsprop_mistake(
    "uphill",
    "The step goes up the gradient. The gradient points to where the loss grows: subtract.",
    rule=lambda dw, c, eps: -dw / (np.sqrt(c) + eps),
)


@rmsprop_step.misconception(
    "average-starts-at-the-first-square",
    "The average starts at the first squared gradient. It starts at 0, so after one step it is "
    "(1 - decay) dw².",
)
def _(w, dw, state, lr, decay, eps):
    return bp.rmsprop_step(w, dw, state or {"c": dw**2}, lr, decay, eps)


@rmsprop_step.misconception(
    "old-average-used",
    "The step divides by the average of the step before. First bring c up to date, then step.",
)
def _(w, dw, state, lr, decay, eps):
    _, new_state = bp.rmsprop_step(w, dw, state, lr, decay, eps)
    return w - lr * dw / (np.sqrt(state.get("c", 0.0)) + eps), new_state


@rmsprop_step.misconception(
    "bias-correction-too",
    "The average is corrected for its start at 0. That is Adam's idea; RMSProp takes c as it is.",
)
def _(w, dw, state, lr, decay, eps):
    _, new = bp.rmsprop_step(w, dw, state, lr, decay, eps)
    t = state.get("t", 0) + 1
    return w - lr * dw / (np.sqrt(new["c"] / (1 - decay**t)) + eps), {**new, "t": t}


rmsprop_step.misconception(*IN_PLACE)(_in_place(bp.rmsprop_step))


QUESTIONS: list[Question] = [momentum_step, adam_step, rmsprop_step]
