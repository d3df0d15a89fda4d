"""The gradients of one step of an LSTM."""

from typing import Any

import numpy as np

from autograder.bank.inputs import DIGITS_LOST, WHOLE_NUMBERS, Rng, normal, whole
from autograder.marking.question import Case, question


def cases(rng: Rng) -> list[Case]:
    """Return cases with N, D and H all different, a cache used twice, and saturated gates."""

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
        Case(inputs(9, 2, 5), "nine examples"),
        Case(last, "the last step: nobody uses the new cell"),
        Case(inputs(1, 4, 2), "one example"),
        Case(inputs(4, 2, 3, calls=2), "backward called twice, after another forward"),
        Case(saturated, DIGITS_LOST),
        Case(inputs(3, 2, 5, draw=whole), "whole numbers", advice=WHOLE_NUMBERS),
    ]


@question(
    cases,
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


slip = lstm_step_backward.slip
CELL, CACHE = "dc + tanh_backward(dh * o, tanh_c)", "Wx, Wh, i, f, o, g, tanh_c = cache"
TO_CELL, GATES, NEW = "tanh_backward(dh * o, tanh_c)", "dz_i, dz_f, dz_o, dz_g", "(f * c + i * g)"
CANDIDATE, IN, FORGET, OUT = "tanh_backward(dc * i, g)", "dc * g, i", "dc * c, f", "dh * tanh_c, o"
FLAT = tuple((f"sigmoid_backward({gate})", gate.split(", ")[0]) for gate in (IN, FORGET, OUT))

slip("state-path-forgotten",
     "The gradient of the new cell is dc alone. The cell reaches the loss through the new state "
     "too: add dh o (1 - tanh² c).",
     (CELL, "dc"))
slip("state-path-forgotten",
     "What goes back to the old cell is dc f. The new cell also reached the loss through the new "
     "state: it is the sum of both ways that is multiplied by f.",
     ("dc = dc +", "given, dc = dc, dc +"), ("dc * f", "given * f"))
slip("cell-path-forgotten",
     "The upstream gradient dc is not used. The new cell also goes to the next step, and what "
     "comes back from there is added.",
     (CELL, TO_CELL))
slip("derivative-skipped",
     "The slope of tanh(c) is left out on the way from the state to the cell.",
     (CELL, "dc + dh * o"))
slip("derivative-skipped",
     "The slopes of the gates are left out. Each gate is a sigmoid of its sum.",
     *FLAT)
slip("derivative-skipped", "The slope of the candidate is left out. It is tanh of its sum.",
     (CANDIDATE, "dc * i"))
slip("derivative-skipped",
     "The slopes of the gates and of the candidate are left out: between them and the sums stand "
     "sigmoid and tanh.",
     *FLAT, (CANDIDATE, "dc * i"))
slip("tanh-applied-twice",
     "tanh is applied to tanh(c) before it is squared. The cached value already is tanh of the "
     "cell.",
     (TO_CELL, "tanh_backward(dh * o, np.tanh(tanh_c))"))
slip("input-for-output",
     "The slope 1 - t² is taken with t = c. It holds for what tanh gave: t = tanh(c).",
     (TO_CELL, f"tanh_backward(dh * o, {NEW})"))
slip("output-gate-forgotten",
     "The output gate is missing on the way from the state to the cell: h = o tanh(c), so o is a "
     "factor.",
     (TO_CELL, "tanh_backward(dh, tanh_c)"))
slip("forget-gate-forgotten",
     "The old cell gets the gradient of the new one as it is. It went in as f c, so f is a factor.",
     ("dc * f", "dc"))
for order in (
    "dz_i, dz_f, dz_g, dz_o",
    "dz_f, dz_i, dz_o, dz_g",
    "dz_g, dz_i, dz_f, dz_o",
    "dz_f, dz_i, dz_g, dz_o",
    "dz_i, dz_g, dz_f, dz_o",
):
    slip(
        "gates-in-another-order",
        "The gates are put together in another order than on the way forward. The columns are i, "
        "f, o, g. (Some libraries have i, f, g, o.)",
        (GATES, order),
    )

slip("state-after-for-state-before",
     "The forget gate gets the new cell. What it was multiplied by is the old one.",
     (FORGET, f"dc * {NEW}, f"))
slip("state-after-for-state-before",
     "dWh is built from the new state. What Wh was multiplied by is the old one.",
     ("h.T @ dz", "(o * tanh_c).T @ dz"))
slip("own-factor-for-other",
     "The factors of the input gate and the candidate are swapped. In i g the gradient of i is g, "
     "and that of g is i.",
     (IN, "dc * i, i"), ("dc * i, g", "dc * g, g"))
slip("state-gradient-for-cell",
     "The gates of the cell get dh. i, f and g act on the cell, so it is the gradient of the cell "
     "that goes to them.",
     (IN, "dh * g, i"), (FORGET, "dh * c, f"), ("dc * i, g", "dh * i, g"))
slip("cell-for-its-tanh",
     "The output gate gets the cell. What it was multiplied by is tanh of the cell.",
     (OUT, f"dh * {NEW}, o"))
slip("sigmoid-slope-for-tanh",
     "The candidate has the slope of the sigmoid. It is tanh, and its slope is 1 - g².",
     (CANDIDATE, "sigmoid_backward(dc * i, g)"))
slip("tanh-slope-for-sigmoid",
     "The gates have the slope of tanh. They are sigmoids, and their slope is s(1 - s).",
     *((f"sigmoid_backward({gate})", f"tanh_backward({gate})") for gate in (IN, FORGET, OUT)))
slip("bias-gradient-not-summed",
     "db is not summed over the examples. The same b was added to every row.",
     ("dz.sum(axis=0)", "dz"))
slip("bias-gradient-averaged",
     "db is averaged over the examples. If the loss is a mean, its 1/N is already in dh and dc.",
     ("dz.sum(axis=0)", "dz.mean(axis=0)"))
slip("upstream-ignored",
     "The upstream gradients are not used: these are gradients of the sum of all outputs.",
     (CACHE, f"{CACHE}; dh, dc = np.ones_like(dh), np.ones_like(dc)"))
slip("gradients-in-wrong-order",
     "dh and dc have changed places. The order is that of the inputs: dx, dh, dc, dWx, dWh, db.",
     ("dz @ Wh.T, dc * f", "dc * f, dz @ Wh.T"))
slip("argument-changed-in-place",
     "What comes through the new state is added into dc itself. The caller still needs it: make a "
     "new array.",
     ("dc = dc +", "dc +="), see="computation-graphs")
