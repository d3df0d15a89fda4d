"""Training with many steps."""

from functools import partial
from typing import Any

import numpy as np

import backprop as bp
from autograder.bank.backward._network import network_inputs
from autograder.bank.inputs import Rng, drawn_until
from autograder.marking.question import Case, question


def cases(rng: Rng) -> list[Case]:
    """Return cases with several steps; every loss is compared."""
    inputs = partial(network_inputs, rng)

    def rises(drawn: dict[str, Any]) -> bool:
        """True if a loss before the last one is the smallest, and the next is clearly larger."""
        params, losses = bp.train(**drawn)
        best = int(np.argmin(losses))
        end = bp.mlp_loss(params, drawn["x"], drawn["y"], drawn["reg"])[0]
        return best < len(losses) - 1 and min(losses[best + 1], end) > losses[best] + 0.01

    def improves_slowly(drawn: dict[str, Any]) -> bool:
        """True if each step lowers the loss by about 3e-5, and all together change W clearly."""
        params, losses = bp.train(**drawn)
        ((new, _),), ((old, _),) = params, drawn["params"]
        falls = -np.diff(losses)
        return bool(1.5e-5 < falls.min() <= falls.max() < 7e-5 and np.abs(new - old).max() > 5e-4)

    return [
        Case(inputs(4, 2, 3, steps=3, lr=0.2, reg=0.1), "one layer, three steps"),
        Case(inputs(5, 2, 6, 3, steps=4, lr=0.1, reg=0.05), "two layers, four steps"),
        Case(inputs(6, 3, 5, 4, steps=1, lr=0.1, reg=0.1), "one step"),
        Case(
            drawn_until(rises, lambda: inputs(5, 2, 3, steps=12, lr=8.0, reg=0.0)),
            "a learning rate that is too large",
        ),
        Case(
            drawn_until(improves_slowly, lambda: inputs(5, 3, 2, steps=30, lr=1e-4, reg=0.1)),
            "a tiny learning rate",
        ),
        Case(inputs(5, 3, 2, steps=4, lr=0.0, reg=0.1), "a learning rate of 0"),
        Case(inputs(9, 3, 3, 3, steps=2, lr=0.1, reg=0.1), "nine examples, equal widths"),
    ]


@question(
    cases,
    parts={"params": 2, "losses": 2},
    see="iterate-step",
    tolerance=1e-5,
    uses=("train_step", "mlp_loss", "sgd_step"),
)
def train(code: Any, params: Any, x: Any, y: Any, steps: Any, lr: Any, reg: Any) -> Any:
    new_params, losses = code.train(params, x, y, steps, lr, reg)
    return {"params": new_params, "losses": losses}


slip = train.slip
START, STEP, NOTE = "losses = []", "train_step(params, x, y, lr, reg)", "losses.append(loss)"
LOSS = "mlp_loss(params, x, y, reg)[0]"

slip("gradient-reused",
     "Every step uses the gradient of the first step. A gradient belongs to one point, so compute "
     "a new one for each step.",
     (START, f"{START}; grads = mlp_loss(params, x, y, reg)[1]"),
     (f"params, loss = {STEP}", f"loss = {LOSS}; params = sgd_step(params, grads, lr)"))
slip("restarted-every-step",
     "Every step starts from the initial parameters again, so the steps do not add up. Start each "
     "step from the parameters that the previous step returned.",
     ("params, loss =", "new, loss ="), ("return params", "return new"))
slip("return-in-loop",
     "Only one step is taken, because return is inside the loop and ends the function after the "
     "first round. Put it after the loop, that is, further to the left.",
     (NOTE, f"{NOTE}; return params, losses"))
slip("training-stopped-early",
     "The training stops when the loss rises. steps says how many steps to take, whatever the loss "
     "does.",
     (START, "losses, best = [], np.inf"), (f"params, loss = {STEP}", f"new, loss = {STEP}\n"
      "        if loss > best: break\n        params, best = new, loss"))
slip("training-stopped-early", None,
     (NOTE, f"{NOTE}\n        if len(losses) > 1 and loss > losses[-2]: break"))
for least in (1e-3, 1e-4, 1e-5, 1e-6, 1e-8):
    slip("training-stopped-early",
         "The training stops when the loss changes only a little. steps says how many steps to "
         "take, whatever the loss does.",
         (NOTE, f"{NOTE}\n        if len(losses) > 1 and abs(losses[-2] - loss) < {least}: break"))
slip("best-parameters-returned",
     "Your function returns the parameters with the smallest loss. Return the parameters after the "
     "last step.",
     (START, "losses, best, first = [], params, np.inf"),
     (f"params, loss = {STEP}", f"before = params; params, loss = {STEP}\n"
      "        best, first = (before, loss) if loss < first else (best, first)"),
     ("return params", "return best"))
slip("one-example-for-each-step",
     "Each step uses only one example. It should use the whole batch, x and y.",
     ("for _ in", "for i in"),
     (STEP, "train_step(params, x[[i % len(x)]], y[[i % len(x)]], lr, reg)"))
slip("lr-and-reg-swapped",
     "lr and reg are swapped. The order of train_step is (params, x, y, lr, reg).",
     ("lr, reg)", "reg, lr)"))
slip("losses-averaged",
     "The list contains running means of the losses. Put the loss of each step into it.",
     (NOTE, "losses.append(loss if not losses else (losses[-1] * len(losses) + loss) / "
            "(len(losses) + 1))"))
slip("only-last-loss",
     "Your function returns one loss. Return a list with the loss before each step.",
     ("return params, losses", "return params, loss"))
slip("loss-after-step",
     "Each loss is computed after its step. Record the loss before the step, so that the first one "
     "belongs to the untrained network.",
     (NOTE, f"losses.append({LOSS})"))
slip("one-loss-too-many",
     "Your list has steps + 1 losses. Record one loss before each step, and none after the last.",
     ("return params, losses", f"return params, [*losses, {LOSS}]"))
slip("one-step-short",
     "One step is missing, because range(1, steps) has steps - 1 rounds. Use range(steps).",
     ("range(steps)", "range(1, steps)"))
slip("one-step-too-many", "One step too many is taken. Use range(steps), which has steps rounds.",
     ("range(steps)", "range(steps + 1)"))
slip("gradients-accumulated",
     "From the second step on, the gradient is too large, because the gradients of earlier steps "
     "are added to it. Compute a new gradient at each step. (Frameworks call this zeroing the "
     "gradients.)",
     (START, "losses, total = [], [(0.0, 0.0)] * len(params)"),
     (f"params, loss = {STEP}", "loss, grads = mlp_loss(params, x, y, reg)\n"
      "        total = [(tW + dW, tb + db) for (tW, tb), (dW, db) in zip(total, grads)]\n"
      "        params = sgd_step(params, total, lr)"))
slip("parameters-not-returned",
     "Your function returns the initial parameters. Return the parameters after the last step.",
     (START, f"{START}; first = params"), ("return params", "return first"))
slip("uphill",
     "The steps go up the gradient, so the losses grow. Subtract lr times the gradient.",
     ("lr, reg)", "-lr, reg)"))
slip("penalty-missing", "reg is not used, so every step lacks the penalty. Pass it to train_step.",
     ("lr, reg)", "lr, 0.0)"), see="update-step")
slip("penalty-missing",
     "The recorded losses lack the penalty. Record the loss that train_step returns.",
     (f"params, loss = {STEP}", f"loss = mlp_loss(params, x, y, 0.0)[0]; params, _ = {STEP}"),
     see="update-step")
slip("learning-rate-decays",
     "The learning rate shrinks from step to step. Use the given rate at every step.",
     ("for _ in", "for i in"), ("lr, reg)", "lr / (i + 1), reg)"))
slip("learning-rate-decays", None,
     ("for _ in", "for i in"), ("lr, reg)", "lr * 0.5 ** (i // 10), reg)"))
