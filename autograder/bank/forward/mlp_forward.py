"""The forward pass of a whole network."""

from typing import Any

from autograder.bank.inputs import WHOLE_NUMBERS, Rng, mlp_inputs, whole
from autograder.marking.question import Case, question


def cases(rng: Rng) -> list[Case]:
    """Return cases with one to five layers, with different and with equal widths."""
    return [
        Case(mlp_inputs(rng, 4, 2, 3), "one layer"),
        Case(mlp_inputs(rng, 5, 2, 4, 3), "two layers"),
        Case(mlp_inputs(rng, 6, 3, 5, 4, 2), "three layers"),
        Case(mlp_inputs(rng, 5, 2, 3, 4, 3), "a hidden layer as wide as the last"),
        Case(mlp_inputs(rng, 3, 3, 3, 3), "all sizes equal"),
        Case(mlp_inputs(rng, 9, 2, 6, 5, 4, 5, 3), "nine examples, five layers"),
        Case({**mlp_inputs(rng, 5, 3, 4, 2), "x": whole(rng, 5, 3)}, advice=WHOLE_NUMBERS),
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
     "ReLU is also applied after the last layer. Logits may be negative, and a class whose logit "
     "is set to 0 gets no gradient. Leave the ReLU out after the last layer.",
     ("len(params) - 1", "len(params)"))
slip("relu-after-only-layer",
     "A network with one layer gets a ReLU. Its only layer is the last one, which has no ReLU. "
     "Test for the last layer, not for the first.",
     ("len(params) - 1", "max(len(params) - 1, 1)"))
slip("relu-after-first-layer-only",
     "Only the first layer is followed by a ReLU. Apply it after every layer but the last.",
     ("i < len(params) - 1", "i == 0 and len(params) > 1"))
slip("last-layer-found-by-width",
     "The last layer is recognised by its number of outputs. A hidden layer may have the same "
     "width, and then it gets no ReLU. Compare the layer's index with len(params) - 1.",
     ("i < len(params) - 1", "W.shape[1] != params[-1][0].shape[1]"))
slip("last-layer-found-by-width", None, ("i < len(params) - 1", "W.shape != params[-1][0].shape"))
slip("no-activation",
     "There is no activation between the layers. Two linear layers in a row can compute no more "
     "than one, so apply ReLU after every layer but the last.",
     (RELU, "pass"), see="activations")
slip("sigmoid-between-layers",
     "The sigmoid is applied between the layers. This network uses ReLU there.",
     ("relu_forward(out)", "sigmoid_forward(out)"))
slip("leaky-relu-between-layers",
     "A leaky ReLU is applied between the layers. This network uses ReLU there, which is exactly 0 "
     "for negative numbers.",
     (RELU, "out = np.where(out > 0, out, 0.01 * out)"), see="activations")
slip("tanh-between-layers",
     "tanh is applied between the layers. This network uses ReLU there.",
     ("relu_forward(out)", "tanh_forward(out)"))
slip("softmax-at-the-end",
     "Your network returns probabilities. It should return logits, because the loss applies "
     "softmax itself, in a form that does not overflow.",
     ("return out, cache", "return softmax(out), cache"), see="logits-to-loss")
slip("relu-on-the-input",
     "ReLU is applied to the input of each layer, so the data lose their negative entries. Apply "
     "it to the output of each layer but the last.",
     (LINEAR, "linear_forward(relu_forward(out)[0], W, b)"))
slip("bias-forgotten", "The biases are missing. Each layer computes xW + b.",
     (LINEAR, "linear_forward(out, W, 0 * b)"), see="layer")
slip("bias-after-activation",
     "The bias is added after the ReLU. Add it before, because it moves the point at which the "
     "neuron switches on.",
     (LINEAR, "linear_forward(out, W, 0 * b)"), ("cache.append", "out = out + b; cache.append"),
     see="layer")
slip("last-layer-skipped",
     "The last layer is missing, so your function returns hidden activations. Run x through all "
     "layers.",
     ("cache = []", "cache = []; params = params[:-1]"), ("len(params) - 1", "len(params)"))
slip("two-layers-only",
     "Your code computes exactly two layers, so it fails for other networks. params may have any "
     "number of layers, so use a loop over them.",
     ("cache = []", "cache = []; (W1, b1), (W2, b2) = params"))
slip("two-layers-only", None, ("cache = []", "cache = []; params = [params[0], params[1]]"))
slip("two-layers-only", None, ("cache = []", "cache = []; params = [params[0], params[-1]]"))
slip("first-layer-only",
     "Only the first layer is computed. Put return after the loop over the layers.",
     ("cache.append((linear_cache, relu_cache))",
      "cache.append((linear_cache, relu_cache)); return out, cache"))
slip("cache-forgotten", None, ("return out, cache", "return out"))
