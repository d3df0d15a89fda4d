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
        Case(last, "the last step, after which the new cell is not used"),
        Case(inputs(1, 4, 2), "one example"),
        Case(inputs(3, 3, 3), "all sizes are equal"),
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
     "The gradient of the new cell is dc alone. The cell also reaches the loss through the new "
     "state, so add dh o (1 - tanh² c).",
     (CELL, "dc"))
slip("state-path-forgotten",
     "The old cell gets dc f. The new cell also reaches the loss through the new state, so "
     "multiply the sum of both gradients by f.",
     ("dc = dc +", "given, dc = dc, dc +"), ("dc * f", "given * f"))
slip("cell-path-forgotten",
     "The upstream gradient dc is not used. The new cell also goes to the next step, so add the "
     "gradient that comes back from there.",
     (CELL, TO_CELL))
slip("derivative-skipped",
     "The slope of tanh(c) is missing on the way from the state to the cell. Multiply by 1 - "
     "tanh² c.",
     (CELL, "dc + dh * o"))
slip("derivative-skipped",
     "The slopes of the gates are missing. Each gate is a sigmoid of its sum, so multiply by s(1 "
     "- s).",
     *FLAT)
slip("derivative-skipped",
     "The slope of the candidate is missing. It is tanh of its sum, so multiply by 1 - g².",
     (CANDIDATE, "dc * i"))
slip("derivative-skipped",
     "The gates are sigmoids of their sums, and the candidate is a tanh of its sum. So on the way "
     "back to the sums the chain rule multiplies by the slopes of sigmoid and tanh. These factors "
     "are missing.",
     *FLAT, (CANDIDATE, "dc * i"))
slip("tanh-applied-twice",
     "tanh is applied to tanh(c) before it is squared. The cached value is already tanh of the "
     "cell.",
     (TO_CELL, "tanh_backward(dh * o, np.tanh(tanh_c))"))
slip("input-for-output",
     "The slope 1 - t² is computed with t = c. The formula holds for t = tanh(c).",
     (TO_CELL, f"tanh_backward(dh * o, {NEW})"))
slip("output-gate-forgotten",
     "The output gate is missing on the way from the state to the cell. The state is h = o "
     "tanh(c), so multiply by o.",
     (TO_CELL, "tanh_backward(dh, tanh_c)"))
slip("forget-gate-forgotten",
     "The old cell gets the gradient of the new one unchanged. The new cell contains f c, so "
     "multiply by f.",
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
        "The gates are put together in a different order from that of the forward pass. The "
        "columns are i, f, o, g. (Some libraries use i, f, g, o.)",
        (GATES, order),
    )

slip("state-after-for-state-before",
     "The gradient of the forget gate is computed from the new cell. The gate was multiplied by "
     "the old one, so use that.",
     (FORGET, f"dc * {NEW}, f"))
slip("state-after-for-state-before",
     "dWh is computed from the new state. Wh was multiplied by the old one, so use that.",
     ("h.T @ dz", "(o * tanh_c).T @ dz"))
slip("own-factor-for-other",
     "The factors of the input gate and the candidate are swapped. In the product i g, the slope "
     "of i is g, and the slope of g is i.",
     (IN, "dc * i, i"), ("dc * i, g", "dc * g, g"))
slip("state-gradient-for-cell",
     "The gates i, f and g get dh. They act on the cell, so use the gradient of the cell.",
     (IN, "dh * g, i"), (FORGET, "dh * c, f"), ("dc * i, g", "dh * i, g"))
slip("cell-for-its-tanh",
     "The gradient of the output gate is computed from the cell. The gate was multiplied by tanh "
     "of the cell, so use that.",
     (OUT, f"dh * {NEW}, o"))
slip("sigmoid-slope-for-tanh",
     "The candidate gets the slope of the sigmoid. It is a tanh, and its slope is 1 - g².",
     (CANDIDATE, "sigmoid_backward(dc * i, g)"))
slip("tanh-slope-for-sigmoid",
     "The gates get the slope of tanh. They are sigmoids, and their slope is s(1 - s).",
     *((f"sigmoid_backward({gate})", f"tanh_backward({gate})") for gate in (IN, FORGET, OUT)))
slip("bias-gradient-not-summed",
     "db is not summed over the examples. The same b was added to every row, so sum over the "
     "rows.",
     ("dz.sum(axis=0)", "dz"))
slip("bias-gradient-averaged",
     "db is averaged over the examples. If the loss is a mean, dh and dc already contain the "
     "factor 1/N. Sum the rows instead.",
     ("dz.sum(axis=0)", "dz.mean(axis=0)"))
slip("upstream-ignored",
     "The upstream gradients are not used, so you get the gradients of the sum of all outputs. "
     "Multiply by dh and dc.",
     (CACHE, f"{CACHE}; dh, dc = np.ones_like(dh), np.ones_like(dc)"))
slip("gradients-in-wrong-order",
     "dh and dc are swapped. Return them in the order of the inputs: dx, dh, dc, dWx, dWh, db.",
     ("dz @ Wh.T, dc * f", "dc * f, dz @ Wh.T"))
slip("argument-changed-in-place",
     "The gradient that comes through the new state is added into dc itself, and the caller still "
     "needs dc. Make a new array: dc = dc + …",
     ("dc = dc +", "dc +="), see="computation-graphs")
