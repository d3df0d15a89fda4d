"""The loss of a multilayer perceptron and its gradients."""

from functools import partial
from typing import Any

import numpy as np

from autograder.bank.backward._network import network_inputs
from autograder.bank.inputs import DIGITS_LOST, Rng, drawn_until
from autograder.marking.question import Case, question


def cases(rng: Rng) -> list[Case]:
    """Return cases with one to three layers and all widths different."""
    inputs = partial(network_inputs, rng)

    def astray() -> dict[str, Any]:
        """Return a case in which the network finds the right label almost impossible.

        All labels are the same, so that the gradients of the examples cannot cancel. The other
        logits are so large that their exponentials overflow.
        """
        case = inputs(4, 2, 3, reg=0.01)
        ((W, b),) = case["params"]
        params = [(500 * W, b + 4000 - 8000 * (np.arange(3) == 1))]
        return {**case, "params": params, "y": np.full(4, 1)}

    def overflows(case: dict[str, Any]) -> bool:
        ((W, b),) = case["params"]
        logits = case["x"] @ W + b
        return bool((logits[:, [0, 2]] > 1000).all() and np.abs(logits).max() < 10000)

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
        Case(drawn_until(overflows, astray), "large logits"),
        Case(inputs(3, 3, 3, 3, reg=0.2), "all sizes equal"),
        Case(inputs(9, 2, 5, 4, 5, 3, reg=0.1), "nine examples, four layers"),
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


ONLY_WEIGHT = "dW, db = linear_backward_weight(dout, linear_cache)"
mlp_loss.way((ONLY_WEIGHT, "_, dW, db = linear_backward(dout, linear_cache)"))
slip = mlp_loss.slip
PENALTY = "0.5 * reg * sum(float(np.vdot(W, W)) for W, b in params)"
WITH_SLOPE = "dW + reg * W, db"  # the gradients of one layer, with the penalty
BACKWARD = "mlp_backward(dlogits, cache)"
# An edited mlp_backward is called only if mlp_loss is edited too, hence the comment as an edit.
CALLED = (BACKWARD, f"{BACKWARD}  # as edited")

slip("penalty-missing-in-gradient",
     "The penalty is in the loss but not in the gradient, so training does not minimise the loss "
     "that it reports. 0.5 reg W² adds reg W to dW.",
     (WITH_SLOPE, "dW, db"), see="update-step")
slip("penalty-missing-in-loss",
     "The penalty is in the gradient but not in the loss, so no gradient check can pass. Add 0.5 "
     "reg times the sum of the squared weights to the loss.",
     (PENALTY, "0.0"), see="update-step")
slip("penalty-missing",
     "The penalty on the weights is missing from both the loss and the gradient. Add 0.5 reg W² to "
     "the loss for every W, and reg W to its dW.",
     (PENALTY, "0.0"), (WITH_SLOPE, "dW, db"), see="update-step")
slip("penalty-gradient-doubled", None, (WITH_SLOPE, "dW + 2 * reg * W, db"), see="update-step")
slip("half-forgotten-in-penalty",
     "The penalty in the loss lacks the factor 0.5. It is 0.5 reg times the sum of the squared "
     "weights.",
     ("0.5 * reg * sum", "reg * sum"), see="update-step")
slip("penalty-doubled",
     "The penalty is reg W² in the loss and 2 reg W in the gradient. The question asks for half of "
     "each: 0.5 reg W² and reg W.",
     ("0.5 * reg * sum", "reg * sum"), (WITH_SLOPE, "dW + 2 * reg * W, db"), see="update-step")
slip("penalty-gradient-halved",
     "The gradient of the penalty is 0.5 reg W. The derivative of W² is 2 W, so the gradient of "
     "0.5 reg W² is reg W.",
     (WITH_SLOPE, "dW + 0.5 * reg * W, db"), see="update-step")
slip("biases-penalised",
     "The biases have a penalty too. The penalty is for the weights only, so leave the biases out.",
     ("np.vdot(W, W)", "np.vdot(W, W) + np.vdot(b, b)"), (WITH_SLOPE, "dW + reg * W, db + reg * b"),
     see="update-step")
slip("biases-penalised",
     "The gradient of the biases contains a penalty. The penalty is for the weights only, so leave "
     "it out of db.",
     (WITH_SLOPE, "dW + reg * W, db + reg * b"), see="update-step")
slip("penalty-divided-by-n",
     "The penalty is divided by N. The mean is over the losses of the examples, and the penalty is "
     "added once, without a factor of 1/N.",
     ("0.5 * reg * sum", "0.5 * reg / len(y) * sum"), (WITH_SLOPE, "dW + reg * W / len(y), db"),
     see="update-step")
slip("penalty-divided-by-n",
     "The gradient of the penalty is divided by N. The penalty is added once, not for each "
     "example, so its gradient is reg W.",
     (WITH_SLOPE, "dW + reg * W / len(y), db"), see="update-step")
slip("penalty-absolute",
     "Your penalty uses the sizes of the weights, |W|. It should use their squares: 0.5 reg W² in "
     "the loss, and reg W in the gradient.",
     (PENALTY, "0.5 * reg * sum(np.abs(W).sum() for W, b in params)"),
     (WITH_SLOPE, "dW + 0.5 * reg * np.sign(W), db"), see="update-step")
slip("penalty-absolute", None,
     (PENALTY, "reg * sum(np.abs(W).sum() for W, b in params)"),
     (WITH_SLOPE, "dW + reg * np.sign(W), db"))
slip("penalty-absolute",
     "The penalty in the loss uses the sizes of the weights, |W|. It should use their squares: 0.5 "
     "reg times the sum of W².",
     (PENALTY, "0.5 * reg * sum(np.abs(W).sum() for W, b in params)"), see="update-step")
slip("penalty-of-one-layer",
     "The penalty in the loss contains only one of the layers. Add it inside the loop, for every "
     "W.",
     (PENALTY, "0.5 * reg * float(np.vdot(params[-1][0], params[-1][0]))"), see="update-step")
slip("penalty-of-one-layer", None, (PENALTY, "0.5 * reg * np.vdot(params[0][0], params[0][0])"))
slip("penalty-not-squared",
     "The penalty in the loss is the norm of the weights, which is the root of the sum of squares. "
     "Take the sum of squares itself.",
     (PENALTY, "0.5 * reg * sum(np.linalg.norm(W) for W, b in params)"), see="update-step")
slip("derivative-skipped",
     "The gradient passes through the ReLUs unchanged. If a unit was not active, its gradient is "
     "0, so apply relu_backward.",
     ("relu_backward(dout, relu_cache)", "dout"), CALLED)
slip("mask-from-upstream",
     "The ReLU gate is taken from the sign of the gradient. The forward pass decides which gates "
     "are open, so use the cache.",
     ("relu_backward(dout, relu_cache)", "relu_backward(dout, dout > 0)"), CALLED)
slip("bias-gradient-averaged",
     "db is the mean over the rows. The loss is already a mean, so dlogits already contains the "
     "factor 1/N. Sum the rows instead.",
     (WITH_SLOPE, "dW + reg * W, db / len(y)"), see="gradient-of-each-part")
slip("divided-by-n-again",
     "dW and db are divided by N. The loss is already a mean, so dlogits already contains the "
     "factor 1/N. Leave this division out.",
     (WITH_SLOPE, "dW / len(y) + reg * W, db / len(y)"), see="gradient-of-each-part")
slip("gradients-in-reverse-order", None, (BACKWARD, f"{BACKWARD}[::-1]"))
slip("gradients-in-reverse-order", None, ("return loss, grads", "return loss, grads[::-1]"))
slip("layers-in-forward-order",
     "The layers are visited from the first to the last. The gradient of a layer needs the "
     "gradient of the layer after it, so go through the cache backwards.",
     ("reversed(list(enumerate(cache)))", "enumerate(cache)"), CALLED)
slip("two-layers-only",
     "Your code computes exactly two layers, so it fails for other networks. params may have any "
     "number of layers, so use a loop.",
     (f"grads = {BACKWARD}", f"(W1, b1), (W2, b2) = params; grads = {BACKWARD}"))
slip("sign-flipped",
     "All gradients have the wrong sign. A gradient points in the direction in which the loss "
     "grows, and the training step subtracts it.",
     (WITH_SLOPE, "-(dW + reg * W), -db"))
slip("mean-forgotten",
     "Your gradients are those of the sum over the examples. The loss is a mean, so the factor 1/N "
     "is missing.",
     (WITH_SLOPE, "len(y) * dW + reg * W, len(y) * db"), see="gradient-of-each-part")
slip("pre-activation-for-activation",
     "dW is computed from the pre-activations of the layer below. In the forward pass W was "
     "multiplied by the activations, that is, by the values after ReLU. Use those.",
     (f"grads = {BACKWARD}",
      "below = [x] + [linear_forward(a, *p)[0] for ((a, _), _), p in zip(cache, params)][:-1]\n"
      "    cache = [((z, W), mask) for z, ((_, W), mask) in zip(below, cache)]\n"
      f"    grads = {BACKWARD}"))
