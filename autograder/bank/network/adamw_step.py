"""One step of AdamW."""

from typing import Any

import numpy as np

from autograder.bank.inputs import Rng
from autograder.bank.network import _optimisers as shared
from autograder.marking.question import Case, question


def cases(rng: Rng) -> list[Case]:
    """Return cases with weak and strong decay and changing learning rates."""
    return shared.stepping_cases(
        rng,
        beta1=[0.9, 0.8, 0.7, 0.9, 0.6],
        beta2=[0.999, 0.95, 0.9, 0.99, 0.8],
        eps=[1e-8, 1e-8, 0.05, 1e-8, 1e-3],
        decay=[0.5, 0.1, 0.3, 0.01, 0.2],
    )


@question(
    cases,
    parts={"first": 1, "later": 2},
    see="adam",
    uses=("adam_step",),
    bonus=True,
    explains=shared.EXPLAINS,
)
def adamw_step(
    code: Any, params: Any, grads: Any, lrs: Any, beta1: Any, beta2: Any, eps: Any, decay: Any
) -> Any:
    ws, path = list(params), []
    states: list[dict] = [{} for _ in params]
    for dws, lr in zip(grads, lrs, strict=True):
        for i, dw in enumerate(dws):
            ws[i], states[i] = code.adamw_step(ws[i], dw, states[i], lr, beta1, beta2, eps, decay)
        path.append([np.copy(w) for w in ws])
    return {"first": path[0], "later": path[1:]}


slip = adamw_step.slip
SHRUNK = "w = (1 - lr * decay) * np.asarray(w, dtype=float)"
STEP = "adam_step(w, dw, state, lr, beta1, beta2, eps)"
BOTH = ("adam_step", "adamw_step")
FLOATS = "w = np.asarray(w, dtype=float)"
M_HAT, V_HAT = "m / (1 - beta1**t)", "v / (1 - beta2**t)"

# Both call adam_step with another w: one shrinks the old w afterwards, one asks for the step alone.
adamw_step.way(
    (SHRUNK, FLOATS), (f"return {STEP}", f"new, state = {STEP}; return new - lr * decay * w, state")
)
adamw_step.way(
    (SHRUNK, f"{SHRUNK}; old, w = w, 0 * w"),
    (f"return {STEP}", f"step, state = {STEP}; return old + step, state"),
)

slip("decay-in-the-gradient",
     "The decay is added to the gradient. There Adam divides it by the root of the mean square "
     "like everything else, so weights with large gradients hardly decay. Shrink w itself, and "
     "give Adam the gradient alone.",
     (SHRUNK, f"{FLOATS}; dw = dw + decay * w"))
slip("decay-in-the-mean-gradient",
     "The decay is added to the mean of the gradients, so the root of the mean square divides it "
     "too. Shrink w itself, and give Adam the gradient alone.",
     (SHRUNK, FLOATS), (f"return {STEP}", f"state = {{**state, 'w': decay * w}}; return {STEP}"),
     (M_HAT, "m / (1 - beta1**t) + state['w']"), of=BOTH)
slip("decay-without-learning-rate",
     "w is multiplied by 1 - decay. The decay should scale with the learning rate, so that a small "
     "step also shrinks w only a little. Multiply by 1 - lr * decay.",
     ("(1 - lr * decay)", "(1 - decay)"))
slip("decay-for-factor",
     "w is multiplied by lr * decay, so hardly any of it is left. Multiply it by 1 - lr * decay.",
     ("(1 - lr * decay)", "(lr * decay)"))
slip("decay-after-the-step",
     "The step of Adam is taken first, and then the new w is shrunk. So the step shrinks as well. "
     "Shrink the old w, and then take the step.",
     (SHRUNK, FLOATS),
     (f"return {STEP}", f"w, state = {STEP}; return (1 - lr * decay) * w, state"))
slip("decay-ignored",
     "The argument decay is not used, so this is Adam. Multiply w by 1 - lr * decay before the "
     "step.",
     ("(1 - lr * decay) * ", ""))
slip("decay-upside-down",
     "w is divided by 1 - lr * decay, which makes it grow. Multiply by 1 - lr * decay.",
     ("(1 - lr * decay) * np.asarray(w, dtype=float)",
      "np.asarray(w, dtype=float) / (1 - lr * decay)"))
slip("sign-flipped",
     "The sign of the decay is wrong, so the weights grow. Multiply w by 1 - lr * decay.",
     ("(1 - lr * decay)", "(1 + lr * decay)"))
slip("decay-halved",
     "The decay is half as strong as it should be. The factor is 1 - lr * decay, without a 0.5.",
     ("(1 - lr * decay)", "(1 - 0.5 * lr * decay)"))
slip("decay-doubled",
     "The decay is twice as strong as it should be. The factor is 1 - lr * decay, without a 2.",
     ("(1 - lr * decay)", "(1 - 2 * lr * decay)"))
slip("learning-rate-squared",
     "The decay is multiplied by the learning rate twice. Multiply w by 1 - lr * decay.",
     ("(1 - lr * decay)", "(1 - lr * lr * decay)"))
slip("fixed-pull",
     "The same number, lr * decay, is subtracted from every weight. The pull should be "
     "proportional to the weight, so multiply w by 1 - lr * decay.",
     ("(1 - lr * decay) * np.asarray(w, dtype=float)",
      "np.asarray(w, dtype=float) - lr * decay"))
slip("fixed-pull",
     "Every weight is pulled by the same amount towards 0, whatever its size. The pull should be "
     "proportional to the weight, so multiply w by 1 - lr * decay.",
     ("(1 - lr * decay) * np.asarray(w, dtype=float)",
      "np.asarray(w, dtype=float) - lr * decay * np.sign(w)"))
slip("first-step-only",
     "w is shrunk at the first step only. Shrink it at every step.",
     ("(1 - lr * decay)", "(1 if state else 1 - lr * decay)"))
slip("bias-correction-missing",
     "The averages are not corrected. They start at 0, so at first they are far too small. Divide "
     "m by 1 - beta1^t and v by 1 - beta2^t, as in Adam.",
     (M_HAT, "m"), (V_HAT, "v"), of=BOTH)
slip("step-not-counted",
     "The correction is 1 - beta at every step, as if t stayed 1. Keep t in the state and increase "
     "it at each step.",
     ('state.get("t", 0) + 1', "1"), of=BOTH)
slip("epsilon-inside-root", shared.EPSILON_INSIDE_ROOT,
     ("(np.sqrt(v_hat) + eps)", "np.sqrt(v_hat + eps)"), of=BOTH)
slip("state-not-kept", shared.STATE_NOT_KEPT, (f"return {STEP}", f"return {STEP}[0], {{}}"))
slip("uphill", None, ("w - lr * m_hat", "w + lr * m_hat"), of=BOTH)
slip("parameters-changed-in-place", shared.PARAMETERS_CHANGED_IN_PLACE,
     (SHRUNK, "w *= 1 - lr * decay"))
