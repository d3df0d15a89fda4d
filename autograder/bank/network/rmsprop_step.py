"""One step of RMSProp."""

from typing import Any

import numpy as np

from autograder.bank.inputs import OF_THE_BOOK, Rng
from autograder.bank.network import _optimisers as shared
from autograder.marking.question import Case, question


def cases(rng: Rng) -> list[Case]:
    """Return cases with decays far from 0.5; a large eps shows where it is added."""
    # From weights of 0, with lr = 1, the new weights show the steps as numbers of learning rates.
    of_the_book = {
        "params": [np.zeros(2)],
        "grads": [[np.array([100.0, 0.01])]],
        "lrs": [1.0],
        "decay": 0.9,
        "eps": 1e-8,
    }
    others = shared.stepping_cases(
        rng, decay=[0.9, 0.9, 0.8, 0.7, 0.95], eps=[1e-8, 1e-8, 0.05, 1e-8, 1e-3]
    )
    return [Case(of_the_book, OF_THE_BOOK), *others]


@question(cases, parts={"w": 2}, see="rmsprop", bonus=True, explains=shared.EXPLAINS)
def rmsprop_step(code: Any, params: Any, grads: Any, lrs: Any, decay: Any, eps: Any) -> Any:
    ws, path = list(params), []
    states: list[dict] = [{} for _ in params]
    for dws, lr in zip(grads, lrs, strict=True):
        for i, dw in enumerate(dws):
            ws[i], states[i] = code.rmsprop_step(ws[i], dw, states[i], lr, decay, eps)
        path.append([np.copy(w) for w in ws])
    return {"w": path}


slip = rmsprop_step.slip
OLD, NEW = "decay * state", "(1 - decay) * dw"
STEP = "dw / (np.sqrt(c) + eps)"

slip("decay-swapped", shared.DECAY_SWAPPED, (NEW, "decay * dw"), (OLD, "(1 - decay) * state"))
slip("never-forgets",
     "The squares are added up and none of them fades, so the steps can only get smaller. (That "
     "rule is called AdaGrad.) In a running average the old value is multiplied by decay and the "
     "new square by 1 - decay.",
     (OLD, "state"), (NEW, "dw"))
slip("new-square-in-full",
     "The new square is added in full to the remaining share of the old average. The two shares of "
     "an average sum to 1, so multiply the new square by 1 - decay.",
     (NEW, "dw"))
slip("square-forgotten", shared.SQUARE_FORGOTTEN, ("dw**2", "np.abs(dw)"))
slip("one-rate-for-all", shared.ONE_RATE_FOR_ALL, ("dw**2", "np.mean(dw**2)"))
slip("state-not-kept", shared.STATE_NOT_KEPT, ('{"c": c}', "{}"))
slip("epsilon-inside-root", shared.EPSILON_INSIDE_ROOT, (STEP, "dw / np.sqrt(c + eps)"))
slip("epsilon-outside-fraction", shared.EPSILON_OUTSIDE_FRACTION,
     (f"lr * {STEP}", "lr * (dw / np.sqrt(c) + eps)"))
slip("epsilon-outside-fraction", None, (f"lr * {STEP}", "(lr * dw / np.sqrt(c) + eps)"))
slip("epsilon-ignored", shared.EPSILON_IGNORED, (STEP, "dw / (np.sqrt(c) + 1e-8)"))
slip("epsilon-ignored", None, (STEP, "dw / np.sqrt(c)"))
slip("root-forgotten", shared.ROOT_FORGOTTEN, (STEP, "dw / (c + eps)"))
slip("average-starts-at-one",
     "The average starts at 1. It should start at 0, so that the first steps are large.",
     ('"c", 0.0', '"c", 1.0'))
slip("uphill", None, ("w - lr *", "w + lr *"))
slip("average-starts-at-the-first-square",
     "The average starts at the first squared gradient. It should start at 0, so that it is (1 - "
     "decay) dw² after one step.",
     ('"c", 0.0', '"c", dw**2'))
slip("old-average-used",
     "The step divides by the root of the average from the previous step. Update c first, and then "
     "take the step.",
     ("np.sqrt(c)", 'np.sqrt(state.get("c", 0.0))'))
slip("bias-correction-too",
     "The average is corrected for starting at 0. Adam does this, but RMSProp takes c as it is.",
     ("return w", 't = state.get("t", 0) + 1; return w'),
     ("np.sqrt(c)", "np.sqrt(c / (1 - decay**t))"), ('{"c": c}', '{"c": c, "t": t}'))
slip("parameters-changed-in-place", shared.PARAMETERS_CHANGED_IN_PLACE,
     ("w, dw = np.asarray(w, dtype=float), ", "dw = "),
     (f"return w - lr * {STEP}", f"w[...] = w - lr * {STEP}; return w"))
