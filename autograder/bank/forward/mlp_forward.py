"""The forward pass of a whole network."""

from typing import Any

from autograder.bank.inputs import Rng, mlp_params, normal, whole
from autograder.marking.question import Case, question


def cases(rng: Rng) -> list[Case]:
    """Return cases with one to three layers and all widths different."""
    return [
        Case({"params": mlp_params(rng, 2, 3), "x": normal(rng, 4, 2)}, "one layer"),
        Case({"params": mlp_params(rng, 2, 4, 3), "x": normal(rng, 5, 2)}, "two layers"),
        Case({"params": mlp_params(rng, 3, 5, 4, 2), "x": normal(rng, 6, 3)}, "three layers"),
        Case({"params": mlp_params(rng, 3, 4, 2), "x": whole(rng, 5, 3)}, "whole numbers"),
        Case({"params": mlp_params(rng, 2, 3, 4, 3), "x": normal(rng, 5, 2)}, "equal widths"),
    ]


@question(
    cases,
    parts={"logits": 4},
    see="forward-pass",
    uses=("linear_forward", "relu_forward"),
)
def mlp_forward(code: Any, params: Any, x: Any) -> Any:
    logits, cache = code.mlp_forward(params, x)
    return {"logits": logits}


slip = mlp_forward.slip
LINEAR, RELU = "linear_forward(out, W, b)", "out, relu_cache = relu_forward(out)"

slip("relu-after-last-layer",
     "ReLU also follows the last layer. Logits must be free to be negative: a class whose logit "
     "is cut to 0 gets no gradient.",
     ("len(params) - 1", "len(params)"))
slip("no-activation",
     "There is no activation between the layers. Linear after linear is one linear layer, however "
     "deep.",
     (RELU, "pass"), see="activations")
slip("sigmoid-between-layers", "The layers are joined by the sigmoid; this network uses ReLU.",
     ("relu_forward(out)", "sigmoid_forward(out)"))
slip("leaky-relu-between-layers",
     "The layers are joined by a leaky ReLU; this network uses ReLU, which gives exactly 0 below "
     "0.",
     (RELU, "out = np.where(out > 0, out, 0.01 * out)"), see="activations")
slip("tanh-between-layers", "The layers are joined by tanh; this network uses ReLU.",
     ("relu_forward(out)", "tanh_forward(out)"))
slip("softmax-at-the-end",
     "These are probabilities. The network returns logits; the loss applies softmax in one stable "
     "piece.",
     ("return out, cache", "return softmax(out), cache"), see="logits-to-loss")
slip("relu-on-the-input",
     "ReLU is applied to the input of each layer, so the data itself loses its negative entries.",
     (LINEAR, "linear_forward(relu_forward(out)[0], W, b)"))
slip("bias-forgotten", "The biases are missing: each layer is xW + b.",
     (LINEAR, "linear_forward(out, W, 0 * b)"), see="layer")
slip("bias-after-activation",
     "The bias is added after the ReLU. It belongs inside, where it moves the point at which the "
     "neuron switches on.",
     (LINEAR, "linear_forward(out, W, 0 * b)"), ("cache.append", "out = out + b; cache.append"),
     see="layer")
slip("last-layer-skipped", "The last layer is missing: what comes back are hidden activations.",
     ("cache = []", "cache = []; params = params[:-1]"), ("len(params) - 1", "len(params)"))
