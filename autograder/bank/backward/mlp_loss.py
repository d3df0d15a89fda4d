"""The loss of a multilayer perceptron and its gradients."""

from functools import partial
from typing import Any

import numpy as np

from autograder.bank.backward._network import network_inputs
from autograder.bank.inputs import DIGITS_LOST, Rng
from autograder.marking.question import Case, question


def cases(rng: Rng) -> list[Case]:
    """Return cases with one to three layers and all widths different."""
    inputs = partial(network_inputs, rng)

    def astray() -> dict[str, Any]:
        """Return a case in which the network finds the right label almost impossible.

        All labels are the same, so that the gradients of the examples cannot cancel.
        """
        case = inputs(4, 2, 3, reg=0.01)
        ((W, b),) = case["params"]
        return {**case, "params": [(500 * W, b - 8000 * (np.arange(3) == 1))], "y": np.full(4, 1)}

    def sure() -> dict[str, Any]:
        """Return a case in which the network is right and almost certain.

        All labels are the same, so the gradients, which are about 1e-9, cannot cancel.
        """
        case = inputs(4, 2, 5, 3, reg=0.0)
        (W1, b1), (W2, b2) = case["params"]
        params = [(W1, b1), (0.1 * W2, 0.1 * b2 - 20 * (np.arange(3) != 1))]
        return {**case, "params": params, "y": np.full(4, 1)}

    return [
        Case(inputs(4, 2, 3, reg=0.1), "one layer"),
        Case(inputs(4, 2, 5, 3, reg=0.3), "two layers"),
        Case(inputs(7, 3, 6, 5, 4, reg=0.2), "three layers"),
        Case(inputs(5, 3, 6, 2, reg=0.0), "no regularisation"),
        Case(sure(), DIGITS_LOST),
        Case(astray(), "large logits"),
    ]


LAYERS = ("linear_forward", "linear_backward", "relu_forward", "relu_backward")


@question(
    cases,
    parts={"loss": 2, "grads": 6},
    see="gradients-step",
    writes=("mlp_backward", "mlp_loss"),
    uses=(*LAYERS, "softmax_cross_entropy"),
)
def mlp_loss(code: Any, params: Any, x: Any, y: Any, reg: Any) -> Any:
    loss, grads = code.mlp_loss(params, x, y, reg)
    return {"loss": loss, "grads": grads}


slip = mlp_loss.slip
PENALTY = "0.5 * reg * sum(float(np.vdot(W, W)) for W, b in params)"
WITH_SLOPE = "dW + reg * W, db"  # the gradients of one layer, with the penalty
BACKWARD = "mlp_backward(dlogits, cache)"
# An edited mlp_backward is called only if mlp_loss is edited too, hence the comment as an edit.
CALLED = (BACKWARD, f"{BACKWARD}  # as edited")

slip("penalty-missing-in-gradient",
     "The penalty is in the loss but not in the gradient. Then training does not minimise the "
     "loss it reports: 0.5 reg W² adds reg W to dW.",
     (WITH_SLOPE, "dW, db"), see="update-step")
slip("penalty-missing-in-loss",
     "The penalty is in the gradient but not in the loss, so a gradient check cannot pass.",
     (PENALTY, "0.0"), see="update-step")
slip("penalty-missing", "The penalty on the weights is missing, in the loss and in the gradient.",
     (PENALTY, "0.0"), (WITH_SLOPE, "dW, db"), see="update-step")
slip("penalty-gradient-doubled", None, (WITH_SLOPE, "dW + 2 * reg * W, db"), see="update-step")
slip("half-forgotten-in-penalty",
     "The penalty in the loss lacks its half: it is 0.5 reg times the sum of squares.",
     ("0.5 * reg * sum", "reg * sum"), see="update-step")
slip("penalty-doubled",
     "The penalty is reg W² in the loss and 2 reg W in the gradient: twice what is asked, 0.5 reg "
     "W².",
     ("0.5 * reg * sum", "reg * sum"), (WITH_SLOPE, "dW + 2 * reg * W, db"), see="update-step")
slip("penalty-gradient-halved",
     "The penalty's gradient is 0.5 reg W: the 2 of the square has been forgotten.",
     (WITH_SLOPE, "dW + 0.5 * reg * W, db"), see="update-step")
slip("biases-penalised",
     "The biases are penalised too. A bias only shifts a neuron; the penalty is on weights.",
     ("np.vdot(W, W)", "np.vdot(W, W) + np.vdot(b, b)"), (WITH_SLOPE, "dW + reg * W, db + reg * b"),
     see="update-step")
slip("biases-penalised",
     "The biases' gradient carries a penalty too. A bias only shifts a neuron; the penalty is on "
     "weights.",
     (WITH_SLOPE, "dW + reg * W, db + reg * b"), see="update-step")
slip("penalty-divided-by-n",
     "The penalty is divided by N. The mean is over the examples' losses; the penalty is added "
     "once.",
     ("0.5 * reg * sum", "0.5 * reg / len(y) * sum"), (WITH_SLOPE, "dW + reg * W / len(y), db"),
     see="update-step")
slip("penalty-divided-by-n",
     "The penalty's gradient is divided by N. The penalty is added once, not for each example.",
     (WITH_SLOPE, "dW + reg * W / len(y), db"), see="update-step")
slip("derivative-skipped",
     "The gradient goes past the ReLUs unchanged. Units that were off pass nothing back.",
     ("relu_backward(dout, relu_cache)", "dout"), CALLED)
slip("mask-from-upstream",
     "The ReLU mask is taken from the sign of the gradient. It is a fact of the forward pass: "
     "where the pre-activation was positive.",
     ("relu_backward(dout, relu_cache)", "relu_backward(dout, dout > 0)"), CALLED)
slip("bias-gradient-averaged",
     "The bias gradients are averaged over the batch; the mean is already in dlogits. Sum.",
     (WITH_SLOPE, "dW + reg * W, db / len(y)"), see="gradient-of-each-part")
slip("divided-by-n-again",
     "dW and db are divided by N although dlogits already carries the 1/N of the mean.",
     (WITH_SLOPE, "dW / len(y) + reg * W, db / len(y)"), see="gradient-of-each-part")
slip("gradients-in-reverse-order", None, (BACKWARD, f"{BACKWARD}[::-1]"))
slip("mean-forgotten",
     "The gradients are those of the summed loss: the 1/N of the mean is missing.",
     (WITH_SLOPE, "len(y) * dW + reg * W, len(y) * db"), see="gradient-of-each-part")
slip("pre-activation-for-activation",
     "dW is built from the pre-activation of the layer below. What W was multiplied by is the "
     "activation, after ReLU.",
     (f"grads = {BACKWARD}",
      "below = [x] + [linear_forward(a, *p)[0] for ((a, _), _), p in zip(cache, params)][:-1]\n"
      "    cache = [((z, W), mask) for z, ((_, W), mask) in zip(below, cache)]\n"
      f"    grads = {BACKWARD}"))
