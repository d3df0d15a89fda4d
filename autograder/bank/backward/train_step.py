"""One complete step of training."""

from functools import partial
from typing import Any

import backprop as bp
from autograder.bank.backward._network import network_inputs
from autograder.bank.inputs import Rng
from autograder.marking.question import Case, question


def cases(rng: Rng) -> list[Case]:
    """Return cases with networks of one to three layers, and with regularisation."""
    inputs = partial(network_inputs, rng)
    return [
        Case(inputs(4, 2, 3, lr=0.5, reg=0.1), "one layer"),
        Case(inputs(5, 2, 6, 3, lr=0.5, reg=0.2), "two layers"),
        Case(inputs(6, 3, 7, 5, 4, lr=0.25, reg=0.05), "three layers"),
    ]


@question(cases, parts={"params": 3, "loss": 1}, see="update-step", uses=("mlp_loss", "sgd_step"))
def train_step(code: Any, params: Any, x: Any, y: Any, lr: Any, reg: Any) -> Any:
    new_params, loss = code.train_step(params, x, y, lr, reg)
    return {"params": new_params, "loss": loss}


slip = train_step.slip
STEP = "sgd_step(params, grads, lr)"
RETURN = f"return {STEP}, loss"

slip("loss-after-step",
     "The loss is measured after the step. What belongs to the gradient just used is the loss "
     "before it.",
     (RETURN, f"new = {STEP}; return new, mlp_loss(new, x, y, reg)[0]"))
slip("penalty-missing",
     "The loss comes without the penalty. Report the number that the step goes down on.",
     (RETURN, f"return {STEP}, mlp_loss(params, x, y, 0.0)[0]"))
slip("penalty-missing", "reg is not passed on: neither the loss nor the step knows the penalty.",
     ("mlp_loss(params, x, y, reg)", "mlp_loss(params, x, y, 0.0)"))
slip("penalty-twice",
     "The penalty's gradient is subtracted a second time. mlp_loss has already put it into dW.",
     (RETURN,
      f"grads = [(dW + reg * W, db) for (dW, db), (W, _) in zip(grads, params)]\n    {RETURN}"))


@train_step.misconception(
    "updated-while-going-back",
    "A layer's weights are updated before the gradient of the layer below is computed from them. "
    "Every gradient comes from the old parameters: first all gradients, then the update.",
)
def _(params, x, y, lr, reg):
    logits, cache = bp.mlp_forward(params, x)
    dout, new = bp.softmax_cross_entropy(logits, y)[1], []
    for (W, b), ((a, _), mask) in zip(reversed(params), reversed(cache), strict=True):
        if mask is not None:
            dout = dout * mask
        W, b = W - lr * (a.T @ dout + reg * W), b - lr * dout.sum(axis=0)
        dout, new = dout @ W.T, [(W, b), *new]
    return new, bp.mlp_loss(params, x, y, reg)[0]


slip("updated-while-going-back",
     "Layers are updated one after another, each gradient taken after the layers before it have "
     "moved. Every gradient comes from the old parameters: first all gradients, then the update.",
     (RETURN, "for i in range(len(params)):\n" "        grads = mlp_loss(params, x, y, reg)[1]\n"
      f"        params = [*params[:i], {STEP}[i], *params[i + 1 :]]\n" "    return params, loss"))
slip("uphill", "The step goes up the gradient: the loss grows. Subtract lr times the gradient.",
     ("grads, lr)", "grads, -lr)"))
slip("step-not-taken", "The parameters come back as they were.", (STEP, "params"))
slip("two-steps", "Two steps are taken: the update is applied twice. One call is one step.",
     (RETURN, f"params = {STEP}; grads = mlp_loss(params, x, y, reg)[1]; {RETURN}"))
slip("parameters-changed-in-place",
     "The caller's arrays are overwritten. Return new parameters; -= works in place.",
     (RETURN, "for (W, b), (dW, db) in zip(params, grads): W -= lr * dW; b -= lr * db\n"
      "    return params, loss"))
