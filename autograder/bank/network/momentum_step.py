"""One step of gradient descent with momentum."""

from typing import Any

import numpy as np

from autograder.bank.inputs import Rng
from autograder.bank.network import _optimisers as shared
from autograder.marking.question import Case, question


def cases(rng: Rng) -> list[Case]:
    """Return cases with different mu, so that no two update rules agree."""
    return shared.stepping_cases(rng, mu=[0.9, 0.9, 0.8, 0.7, 0.95])


@question(cases, parts={"w": 2}, see="momentum", explains=shared.EXPLAINS)
def momentum_step(code: Any, params: Any, grads: Any, lrs: Any, mu: Any) -> Any:
    ws, path = list(params), []
    states: list[dict] = [{} for _ in params]
    for dws, lr in zip(grads, lrs, strict=True):
        for i, dw in enumerate(dws):
            ws[i], states[i] = code.momentum_step(ws[i], dw, states[i], lr, mu)
        path.append([np.copy(w) for w in ws])
    return {"w": path}


slip = momentum_step.slip
AFTER = "return w + v"

slip("uphill",
     "The step goes up the gradient, so the loss grows. Either lr dw is added to the velocity, or "
     "the velocity is subtracted from w. The new velocity is v = mu v - lr dw, and the step adds "
     "it: w + v.",
     ("- lr * dw", "+ lr * dw"))
slip("momentum-sign",
     "The old velocity has a minus sign, so it works against the movement. Add it with a plus "
     "sign, mu v, and subtract only the gradient.",
     ("mu * state", "-mu * state"))
slip("learning-rate-outside",
     "The learning rate multiplies the whole velocity, including its old part. This gives "
     "different steps when the rate changes. Every step multiplies its own gradient by its own "
     "rate, so write v = mu v - lr dw.",
     ("lr * dw", "dw"), (AFTER, "return w + lr * v"))
slip("learning-rate-forgotten",
     "The learning rate is missing. It says how much of the gradient enters the velocity: "
     "v = mu v - lr dw.",
     ("lr * dw", "dw"))
slip("learning-rate-twice",
     "The learning rate is applied twice, once in the velocity and once when the velocity is "
     "added to w. Add v as it is.",
     (AFTER, "return w + lr * v"))
slip("gradient-averaged",
     "The new gradient is multiplied by 1 - mu, as in a running average, so with mu = 0.9 your "
     "steps are ten times too small. Momentum adds the gradient in full: v = mu v - lr dw.",
     ("lr * dw", "(1 - mu) * lr * dw"))
slip("gradient-averaged", None, ("lr * dw", "(1 - mu) * dw"), (AFTER, "return w + lr * v"))
slip("decay-swapped",
     "mu and 1 - mu are swapped. mu is the share of the old velocity that is kept.",
     ("mu * state", "(1 - mu) * state"))
slip("decay-swapped", None, ("mu * state", "(1 - mu) * state"), ("lr * dw", "mu * lr * dw"))
slip("decay-on-gradient-too",
     "The new gradient is multiplied by mu as well. Multiply only the old velocity by mu.",
     ("lr * dw", "mu * lr * dw"))
slip("momentum-never-fades",
     "mu is not used, so no old gradient ever fades, and the velocity keeps growing. Multiply the "
     "old velocity by mu.",
     ("mu * state", "state"))
slip("nesterov",
     "Your step is Nesterov's variant, which looks one step ahead. It is a good rule too, but the "
     "question asks for w + v with v = mu v - lr dw.",
     (AFTER, "return w + mu * v - lr * dw"))
slip("old-velocity-used",
     "w moves by the velocity from the previous step, and the velocity is updated only afterwards. "
     "So the first step does not move w, and each gradient acts one step late. Compute the new v "
     "first, and then add it.",
     (AFTER, 'return w + state.get("v", 0.0)'))
slip("state-not-kept", shared.STATE_NOT_KEPT, ('{"v": v}', "{}"))
slip("step-for-parameter",
     "The first value returned is the velocity v. It should be the parameter after the step, w + "
     "v. Return that first.",
     (AFTER, "return v"))
slip("parameters-changed-in-place", shared.PARAMETERS_CHANGED_IN_PLACE,
     ("w, dw = np.asarray(w, dtype=float), ", "dw = "), (AFTER, "w[...] = w + v; return w"))
