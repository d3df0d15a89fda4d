"""Training with many steps."""

from functools import partial
from typing import Any

from autograder.bank.backward._network import network_inputs
from autograder.bank.inputs import Rng
from autograder.marking.question import Case, question


def cases(rng: Rng) -> list[Case]:
    """Return cases with several steps; every loss is compared."""
    inputs = partial(network_inputs, rng)
    return [
        Case(inputs(4, 2, 3, steps=3, lr=0.2, reg=0.1), "one layer, three steps"),
        Case(inputs(5, 2, 6, 3, steps=4, lr=0.1, reg=0.05), "two layers, four steps"),
        Case(inputs(6, 3, 5, 4, steps=1, lr=0.1, reg=0.1), "one step"),
        Case(inputs(5, 2, 3, steps=12, lr=8.0, reg=0.0), "a learning rate that is too large"),
        Case(inputs(5, 3, 2, steps=3, lr=1e-5, reg=0.1), "a tiny learning rate"),
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
     "Every step uses the gradient of the first. The gradient belongs to one point: compute it "
     "anew after each step.",
     (START, f"{START}; grads = mlp_loss(params, x, y, reg)[1]"),
     (f"params, loss = {STEP}", f"loss = {LOSS}; params = sgd_step(params, grads, lr)"))
slip("restarted-every-step",
     "Every step starts from the first parameters again, so nothing adds up: pass the new "
     "parameters on.",
     ("params, loss =", "new, loss ="), ("return params", "return new"))
slip("loss-after-step",
     "Each loss is measured after its step. Record the loss before the step: the first one is "
     "that of the untrained network.",
     (NOTE, f"losses.append({LOSS})"))
slip("one-loss-too-many",
     "There are steps + 1 losses. One loss before each step makes exactly steps of them.",
     ("return params, losses", f"return params, [*losses, {LOSS}]"))
slip("one-step-short", "One step is missing: range(1, steps) runs steps - 1 times.",
     ("range(steps)", "range(1, steps)"))
slip("one-step-too-many", "One step too many is taken: steps says how many.",
     ("range(steps)", "range(steps + 1)"))
slip("gradients-accumulated",
     "The gradients of earlier steps are still in the sum. Start each step from a fresh gradient "
     "(what frameworks call zeroing the gradients).",
     (START, "losses, total = [], [(0.0, 0.0)] * len(params)"),
     (f"params, loss = {STEP}", "loss, grads = mlp_loss(params, x, y, reg)\n"
      "        total = [(tW + dW, tb + db) for (tW, tb), (dW, db) in zip(total, grads)]\n"
      "        params = sgd_step(params, total, lr)"))
slip("parameters-not-returned", "The first parameters come back instead of the trained ones.",
     (START, f"{START}; first = params"), ("return params", "return first"))
slip("uphill", "The steps go up the gradient: the losses grow.", ("lr, reg)", "-lr, reg)"))
slip("penalty-missing", "reg is not used: the penalty is missing in every step.",
     ("lr, reg)", "lr, 0.0)"), see="update-step")
slip("penalty-missing",
     "The recorded losses lack the penalty. Record the number that the steps go down on.",
     (f"params, loss = {STEP}", f"loss = mlp_loss(params, x, y, 0.0)[0]; params, _ = {STEP}"),
     see="update-step")
slip("learning-rate-decays", "The learning rate shrinks from step to step. Here it stays as given.",
     ("for _ in", "for i in"), ("lr, reg)", "lr / (i + 1), reg)"))
