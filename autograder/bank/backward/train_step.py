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
        Case(inputs(9, 3, 3, 3, lr=0.25, reg=0.1), "nine examples, equal widths"),
    ]


@question(cases, parts={"params": 3, "loss": 1}, see="update-step", uses=("mlp_loss", "sgd_step"))
def train_step(code: Any, params: Any, x: Any, y: Any, lr: Any, reg: Any) -> Any:
    new_params, loss = code.train_step(params, x, y, lr, reg)
    return {"params": new_params, "loss": loss}


slip = train_step.slip
STEP = "sgd_step(params, grads, lr)"
RETURN = f"return {STEP}, loss"

slip("loss-after-step",
     "The loss is computed after the step. Return the loss before the step, which belongs to the "
     "gradient that was used.",
     (RETURN, f"new = {STEP}; return new, mlp_loss(new, x, y, reg)[0]"))
slip("loss-not-returned",
     "Your function returns only the new parameters. It should return two things, (params, loss).",
     (RETURN, f"return {STEP}"))
slip("lr-and-reg-swapped",
     "lr and reg are swapped. lr belongs to sgd_step, and reg to mlp_loss.",
     ("mlp_loss(params, x, y, reg)", "mlp_loss(params, x, y, lr)"), ("grads, lr)", "grads, reg)"))
slip("divided-by-n-twice",
     "The step is too small by a factor of N, because the gradient is divided by N twice. mlp_loss "
     "has already divided it by N.",
     ("grads, lr)", "grads, lr / len(y))"))
slip("learning-rate-forgotten", "The learning rate is not used. Pass lr to sgd_step.",
     ("grads, lr)", "grads, 1.0)"))
slip("penalty-missing",
     "The loss lacks the penalty. Return the loss that mlp_loss computes with reg, because the "
     "step makes this number smaller.",
     (RETURN, f"return {STEP}, mlp_loss(params, x, y, 0.0)[0]"))
slip("penalty-missing",
     "reg is not passed on, so the penalty is missing from the loss and the step. Pass it to "
     "mlp_loss.",
     ("mlp_loss(params, x, y, reg)", "mlp_loss(params, x, y, 0.0)"))
slip("penalty-twice",
     "The gradient of the penalty is used twice. mlp_loss has already added it to dW.",
     (RETURN,
      f"grads = [(dW + reg * W, db) for (dW, db), (W, _) in zip(grads, params)]\n    {RETURN}"))


@train_step.misconception(
    "updated-while-going-back",
    "The weights of a layer are updated before the gradient of the layer below is computed from "
    "them. Every gradient needs the old parameters, so compute all gradients first and then "
    "update.",
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
     "The layers are updated one after another, and each gradient is computed after the layers "
     "before it have changed. Every gradient needs the old parameters, so compute all gradients "
     "first and then update.",
     (RETURN, "for i in range(len(params)):\n" "        grads = mlp_loss(params, x, y, reg)[1]\n"
      f"        params = [*params[:i], {STEP}[i], *params[i + 1 :]]\n" "    return params, loss"))
slip("uphill",
     "The step goes up the gradient, so the loss grows. Subtract lr times the gradient.",
     ("grads, lr)", "grads, -lr)"))
slip("step-not-taken",
     "Your function returns the old parameters. Return what sgd_step returns.",
     (STEP, "params"))
slip("two-steps", "Two steps are taken. One call should take one step.",
     (RETURN, f"params = {STEP}; grads = mlp_loss(params, x, y, reg)[1]; {RETURN}"))
slip("parameters-changed-in-place",
     "Your code overwrites the caller's arrays. Return new ones. (W -= ... changes the array "
     "itself; W = W - ... makes a new one.)",
     (RETURN, "for (W, b), (dW, db) in zip(params, grads): W -= lr * dW; b -= lr * db\n"
      "    return params, loss"))
