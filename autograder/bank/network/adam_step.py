"""One step of Adam."""

from typing import Any

import numpy as np

from autograder.bank.inputs import Rng
from autograder.bank.network import _optimisers as shared
from autograder.marking.question import Case, question


def cases(rng: Rng) -> list[Case]:
    """Return cases with different constants; a large eps shows where it is added."""
    return shared.stepping_cases(
        rng,
        beta1=[0.9, 0.8, 0.7, 0.9, 0.6],
        beta2=[0.999, 0.95, 0.9, 0.99, 0.8],
        eps=[1e-8, 1e-8, 0.05, 1e-8, 1e-3],
    )


@question(cases, parts={"first": 1, "later": 3}, see="adam", explains=shared.EXPLAINS)
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


slip = adam_step.slip
M_HAT, V_HAT = "m / (1 - beta1**t)", "v / (1 - beta2**t)"
STEP = "m_hat / (np.sqrt(v_hat) + eps)"

slip("bias-correction-missing",
     "The averages are not corrected. They start at 0, so at first they are far too small. After "
     "one step, m is only (1 - beta1) dw. Divide m by 1 - beta1^t and v by 1 - beta2^t.",
     (M_HAT, "m"), (V_HAT, "v"))
slip("bias-correction-on-one-average",
     "Only m is corrected. The average v starts at 0 as well, and it grows even more slowly. "
     "Divide it by 1 - beta2^t.",
     (V_HAT, "v"))
slip("bias-correction-on-one-average",
     "Only v is corrected. The average m starts at 0 as well. Divide it by 1 - beta1^t.",
     (M_HAT, "m"))
slip("bias-correction-upside-down",
     "The averages are multiplied by 1 - beta^t, which makes them smaller. They are too small at "
     "first, so divide.",
     (M_HAT, "m * (1 - beta1**t)"), (V_HAT, "v * (1 - beta2**t)"))
slip("times-for-power",
     "The correction uses beta times t. After t steps, the starting value 0 still has a share of "
     "beta to the power t, so divide by 1 - beta**t.",
     ("beta1**t", "beta1 * t"), ("beta2**t", "beta2 * t"))
slip("step-counted-from-0",
     "t is 0 at the first step, so the correction divides by 1 - beta^0, which is 0. Increase t "
     "before you use it, so that it is 1 at the first step.",
     ('state.get("t", 0)', 'state.get("t", -1)'))
slip("step-counted-from-2",
     "t is already 2 at the first step, because it starts at 1 and is then increased. It should be "
     "1 at the first step, so start at 0.",
     ('state.get("t", 0)', 'state.get("t", 1)'))
slip("step-not-counted",
     "The correction is 1 - beta at every step, as if t stayed 1. Keep t in the state and increase "
     "it at each step, so that the correction fades as the averages fill.",
     ('state.get("t", 0) + 1', "1"))
slip("corrected-average-kept",
     "The corrected averages go into the state and are corrected again at the next step. Keep the "
     "uncorrected m and v in the state, and use the corrected values at this step only.",
     ('"m": m, "v": v', '"m": m_hat, "v": v_hat'))
slip("betas-swapped",
     "beta1 and beta2 are swapped. beta1 belongs to the mean of the gradients, beta2 to the mean "
     "of their squares.",
     ("t = state", "beta1, beta2 = beta2, beta1; t = state"))
slip("moments-swapped",
     "m and v are swapped in the step, so the mean of the squares is divided by the root of the "
     "mean gradient. A negative mean gradient has no root, which gives NaN. Put m on top and v "
     "under the root.",
     (STEP, "v_hat / (np.sqrt(m_hat) + eps)"))
slip("gradient-for-mean",
     "The step uses the gradient dw of this step alone. Adam moves by the corrected mean of the "
     "gradients, so put that above the root.",
     (STEP, "dw / (np.sqrt(v_hat) + eps)"))
slip("decay-swapped", shared.DECAY_SWAPPED,
     ("+ (1 - beta1)", "+ beta1"), ("beta1 * state", "(1 - beta1) * state"),
     ("+ (1 - beta2)", "+ beta2"), ("beta2 * state", "(1 - beta2) * state"))
slip("epsilon-inside-root", shared.EPSILON_INSIDE_ROOT, (STEP, "m_hat / np.sqrt(v_hat + eps)"))
slip("epsilon-outside-fraction", shared.EPSILON_OUTSIDE_FRACTION,
     (STEP, "(m_hat / np.sqrt(v_hat) + eps)"))
slip("one-beta-for-both",
     "Both averages are corrected with the same beta. The average v fades with beta2, so divide "
     "it by 1 - beta2^t, and m by 1 - beta1^t.",
     (V_HAT, "v / (1 - beta1**t)"))
slip("one-beta-for-both", None, (M_HAT, "m / (1 - beta2**t)"))
slip("one-beta-for-both",
     "The two betas are swapped in the correction. The average m fades with beta1, so divide it "
     "by 1 - beta1^t, and v by 1 - beta2^t.",
     (M_HAT, "m / (1 - beta2**t)"), (V_HAT, "v / (1 - beta1**t)"))
slip("epsilon-ignored", shared.EPSILON_IGNORED, (STEP, "m_hat / (np.sqrt(v_hat) + 1e-8)"))
slip("epsilon-ignored", None, (STEP, "m_hat / np.sqrt(v_hat)"))
slip("root-forgotten", shared.ROOT_FORGOTTEN, (STEP, "m_hat / (v_hat + eps)"))
slip("uphill", None, ("w - lr", "w + lr"))
slip("epsilon-before-correction",
     "eps is added to the root of v before the correction. Some programs do this too, but then eps "
     "weighs more in the first steps. The question adds eps last: sqrt(v_hat) + eps.",
     (STEP, "m_hat * np.sqrt(1 - beta2**t) / (np.sqrt(v) + eps)"))
slip("square-forgotten", shared.SQUARE_FORGOTTEN, ("dw**2", "np.abs(dw)"))
slip("share-squared",
     "The share 1 - beta2 is squared together with the gradient, so v is far too small. Square "
     "only dw: (1 - beta2) * dw**2.",
     ("(1 - beta2) * dw**2", "((1 - beta2) * dw)**2"))
slip("one-rate-for-all", shared.ONE_RATE_FOR_ALL, ("dw**2", "np.mean(dw**2)"))
slip("state-not-kept", shared.STATE_NOT_KEPT, ('{"t": t, "m": m, "v": v}', "{}"))
slip("averages-not-kept",
     "Only t is kept in the state, so m and v start from 0 at every step. Put m and v into the "
     "state too.",
     ('"t": t, "m": m, "v": v', '"t": t'))
slip("parameters-changed-in-place", shared.PARAMETERS_CHANGED_IN_PLACE,
     ("w, dw = np.asarray(w, dtype=float), ", "dw = "),
     (f"return w - lr * {STEP}", f"w[...] = w - lr * {STEP}; return w"))
