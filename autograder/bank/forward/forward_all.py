"""Assignment 02-forward: the forward pass."""

from itertools import pairwise
from typing import Any

import numpy as np

import backprop as bp
from autograder.bank.inputs import Rng, labels, mlp_params, normal, whole
from autograder.marking.question import Case, ManualQuestion, question

# --- linear_forward ---------------------------------------------------------------------------


def linear_cases(rng: Rng) -> list[Case]:
    """(N, D, H) all different; whole numbers last."""
    return [
        Case({"x": normal(rng, 3, 2), "W": normal(rng, 2, 4), "b": normal(rng, 4)}),
        Case({"x": normal(rng, 5, 4), "W": normal(rng, 4, 2), "b": normal(rng, 2)}),
        Case({"x": normal(rng, 1, 3), "W": normal(rng, 3, 5), "b": normal(rng, 5)}, "one example"),
        Case({"x": whole(rng, 4, 3), "W": whole(rng, 3, 2), "b": whole(rng, 2)}, "whole numbers"),
        Case(
            {"x": whole(rng, 2, 3), "W": whole(rng, 3, 4), "b": normal(rng, 4)},
            "whole numbers as inputs and weights",
        ),
        Case({"x": whole(rng, 3, 2), "W": normal(rng, 2, 4), "b": whole(rng, 4)}, "whole inputs"),
    ]


@question(linear_cases, parts={"out": 4}, see="layer")
def linear_forward(code: Any, x: Any, W: Any, b: Any) -> Any:
    out, cache = code.linear_forward(x, W, b)
    return {"out": out}


@linear_forward.misconception(
    "bias-forgotten",
    "The bias is missing. Without b every neuron's weighted sum is 0 for the input 0, so its "
    "boundary must pass through the origin.",
)
def _(x, W, b):
    return x @ W, None


@linear_forward.misconception(
    "bias-subtracted",
    "The bias is subtracted. Training would learn its negative, but every formula that follows "
    "assumes xW + b.",
)
def _(x, W, b):
    return x @ W - b, None


activation_inside_linear = linear_forward.misconception(
    "activation-inside-linear",
    "An activation is already applied here. A linear layer gives the plain sums xW + b; the "
    "activation is a step of its own, so that each step has its own backward.",
)


@activation_inside_linear
def _(x, W, b):
    return np.maximum(x @ W + b, 0), None


@activation_inside_linear
def _(x, W, b):
    return bp.sigmoid_forward(x @ W + b)[0], None


@linear_forward.misconception(
    "weights-transposed",
    "W is used transposed. Rows of W belong to inputs and columns to outputs, (D, H): xW, not xWᵀ.",
    see="shapes-and-batches",
)
def _(x, W, b):
    return x @ W.T + b, None


@linear_forward.misconception(
    "bias-once-per-weight",
    "The bias is added to the weights before the product, so it is counted once for every input "
    "and scaled by it. It belongs to the finished sum: xW + b.",
)
def _(x, W, b):
    return x @ (W + b), None


# --- activations ------------------------------------------------------------------------------


def activation_cases(rng: Rng) -> list[Case]:
    """Small and large arguments, several shapes, whole numbers."""
    return [
        Case({"x": normal(rng, 3)}),
        Case({"x": 2 * normal(rng, 3, 4)}),
        Case({"x": normal(rng, 2, 3, 5)}, "three axes"),
        Case({"x": whole(rng, 4, 3)}, "whole numbers"),
        Case({"x": np.array([-1000.0, -40.0, 40.0, 1000.0])}, "very large arguments"),
    ]


@question(activation_cases, parts={"out": 2}, see="three-activations")
def relu_forward(code: Any, x: Any) -> Any:
    out, cache = code.relu_forward(x)
    return {"out": out}


leaky_relu = relu_forward.misconception(
    "leaky-relu",
    "Negative entries keep a small slope: that is leaky ReLU. ReLU gives exactly 0 there.",
)


@leaky_relu
def _(x):
    return np.where(x > 0, x, 0.01 * x), None


@leaky_relu
def _(x):
    return np.where(x > 0, x, 0.1 * x), None


@relu_forward.misconception(
    "absolute-value", "Negative entries are mirrored instead of cut: that is |x|. ReLU gives 0."
)
def _(x):
    return np.abs(x), None


@relu_forward.misconception(
    "minimum-for-maximum", "The negative half is kept and the positive half is cut: max, not min."
)
def _(x):
    return np.minimum(x, 0), None


@relu_forward.misconception(
    "mask-for-value",
    "This is the mask (1 where x > 0), which is the slope of ReLU. The value there is x itself.",
)
def _(x):
    return (np.asarray(x) > 0) * 1.0, None


@relu_forward.misconception(
    "input-changed-in-place",
    "The input itself is overwritten. Whoever called still needs it (the backward pass of the "
    "layer before, for one): make a new array.",
    see="computation-graphs",
)
def _(x):
    x[x < 0] = 0
    return x, x > 0


@question(activation_cases, parts={"out": 3}, see="three-activations")
def sigmoid_forward(code: Any, x: Any) -> Any:
    out, cache = code.sigmoid_forward(x)
    return {"out": out}


@sigmoid_forward.misconception(
    "sign-of-exponent",
    "The exponent has the wrong sign, so the curve falls instead of rising: it is e to the minus x.",
)
def _(x):
    return 1 / (1 + np.exp(x)), None


@sigmoid_forward.misconception(
    "exp-overflow",
    "e^x overflows for large x, and inf / inf is nan. Arrange the formula so that the exponent is "
    "never large and positive.",
    see="stable-sigmoid",
)
def _(x):
    return np.exp(x) / (1 + np.exp(x)), None


@sigmoid_forward.misconception(
    "integers-truncated",
    "The result is written into an array of whole numbers, which cuts everything below 1 to 0. "
    "Make the output a float array: zeros_like copies the integer type.",
    see="shapes-and-batches",
)
def _(x):
    out = np.zeros_like(x)
    out[...] = bp.sigmoid_forward(x)[0]
    return out, None


@sigmoid_forward.misconception(
    "slope-for-value",
    "This is the slope s(1 - s). The forward pass needs the value s; the slope belongs to backward.",
)
def _(x):
    s = bp.sigmoid_forward(x)[0]
    return s * (1 - s), None


@sigmoid_forward.misconception(
    "tanh-for-sigmoid", "This is tanh, which runs from -1 to 1. The sigmoid runs from 0 to 1."
)
def _(x):
    return np.tanh(x), None


@question(activation_cases, parts={"out": 2}, see="three-activations")
def tanh_forward(code: Any, x: Any) -> Any:
    out, cache = code.tanh_forward(x)
    return {"out": out}


exp_overflow = tanh_forward.misconception(
    "exp-overflow",
    "Built from e^x, which overflows for large x, and inf / inf is nan. np.tanh is safe for every x.",
    see="stable-sigmoid",
)


@exp_overflow
def _(x):
    return (np.exp(x) - np.exp(-x)) / (np.exp(x) + np.exp(-x)), None


@exp_overflow
def _(x):
    return (np.exp(2 * x) - 1) / (np.exp(2 * x) + 1), None


@exp_overflow
def _(x):
    return (1 - np.exp(-2 * x)) / (1 + np.exp(-2 * x)), None


@tanh_forward.misconception(
    "sigmoid-for-tanh", "This is the sigmoid, which runs from 0 to 1. tanh runs from -1 to 1."
)
def _(x):
    return bp.sigmoid_forward(x)


@tanh_forward.misconception(
    "scaled-sigmoid-without-2x",
    "2 sigmoid(x) - 1 has the right range but half the slope: tanh(x) = 2 sigmoid(2x) - 1.",
)
def _(x):
    return 2 * bp.sigmoid_forward(x)[0] - 1, None


@tanh_forward.misconception(
    "slope-for-value",
    "This is the slope 1 - tanh². The forward pass needs the value; the slope belongs to backward.",
)
def _(x):
    return 1 - np.tanh(x) ** 2, None


# --- softmax ----------------------------------------------------------------------------------


def softmax_cases(rng: Rng) -> list[Case]:
    """Rows that sum to 1, logits that overflow, rows of very different size."""
    large = np.array([[1000.0, 999.0, 998.5], [0.5, -0.5, 1.0]])
    apart = np.array([[2000.0, 1999.0, 1998.0], [-2000.0, -2001.5, -2002.0]])
    return [
        Case({"z": normal(rng, 2, 3)}),
        Case({"z": 3 * normal(rng, 5, 4)}),
        Case({"z": whole(rng, 4, 3)}, "whole numbers"),
        Case({"z": large}, "large logits"),
        Case({"z": apart}, "rows of very different size"),
        Case({"z": 2 * normal(rng, 1, 4)}, "one row"),
        Case({"z": np.array([[2000.0, 0.0], [-3.0, 0.5]])}, "logits far apart in a row"),
    ]


@question(softmax_cases, parts={"p": 4}, see="softmax")
def softmax(code: Any, z: Any) -> Any:
    return {"p": code.softmax(z)}


@softmax.misconception(
    "no-shift",
    "Logits go into exp as they are, and exp overflows above 709: inf / inf is nan. Subtract each "
    "row's maximum first; softmax does not change by it.",
)
def _(z):
    e = np.exp(z)
    return e / e.sum(axis=1, keepdims=True)


wrong_axis = softmax.misconception(
    "wrong-axis",
    "Columns sum to 1 instead of rows. A row is one example, and its classes share the probability: "
    "sum over axis 1.",
    see="shapes-and-batches",
)


@wrong_axis
def _(z):
    e = np.exp(z - z.max(axis=0, keepdims=True))
    return e / e.sum(axis=0, keepdims=True)


@wrong_axis
def _(z):
    e = np.exp(z - z.max())
    return e / e.sum(axis=0)


@wrong_axis
def _(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=0, keepdims=True)


@softmax.misconception(
    "sum-over-everything",
    "The whole array sums to 1. Each example has probabilities of its own: each row sums to 1.",
)
def _(z):
    e = np.exp(z - z.max())
    return e / e.sum()


@softmax.misconception(
    "keepdims-forgotten",
    "The row sums have shape (N,), which lines up with the columns. keepdims=True keeps (N, 1), "
    "which lines up with the rows.",
    see="shapes-and-batches",
)
def _(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1)


@softmax.misconception(
    "keepdims-forgotten",
    "The row maxima have shape (N,), which lines up with the columns. keepdims=True keeps (N, 1), "
    "which lines up with the rows.",
    see="shapes-and-batches",
)
def _(z):
    e = np.exp(z - z.max(axis=1))
    return e / e.sum(axis=1, keepdims=True)


@softmax.misconception(
    "keepdims-forgotten",
    "Row maxima and row sums have shape (N,), which lines up with the columns. keepdims=True keeps "
    "(N, 1), which lines up with the rows.",
    see="shapes-and-batches",
)
def _(z):
    e = np.exp(z - z.max(axis=1))
    return e / e.sum(axis=1)


@softmax.misconception(
    "shift-by-global-maximum",
    "The largest logit of the whole array is subtracted from every row. A row far below it "
    "underflows to 0 / 0 = nan: subtract each row's own maximum.",
)
def _(z):
    e = np.exp(z - z.max())
    return e / e.sum(axis=1, keepdims=True)


@softmax.misconception(
    "log-softmax", "These are logarithms of probabilities. Softmax gives the probabilities."
)
def _(z):
    shifted = z - z.max(axis=1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))


@softmax.misconception(
    "logits-clipped",
    "The logits are clipped before exp. That hides the overflow, but logits beyond the limit all "
    "look the same. Subtract each row's maximum instead.",
)
def _(z):
    e = np.exp(np.clip(z, -500, 500))
    return e / e.sum(axis=1, keepdims=True)


@softmax.misconception(
    "exponential-forgotten",
    "The logits are divided by their sum without exp. Logits may be negative; exp makes every "
    "share positive.",
)
def _(z):
    return z / z.sum(axis=1, keepdims=True)


# --- mse --------------------------------------------------------------------------------------


def mse_cases(rng: Rng) -> list[Case]:
    """One axis and two, so that N and the number of entries differ."""
    return [
        Case({"pred": normal(rng, 3), "y": normal(rng, 3)}),
        Case({"pred": normal(rng, 3, 2), "y": normal(rng, 3, 2)}),
        Case({"pred": normal(rng, 4, 3), "y": whole(rng, 4, 3)}, "whole numbers as labels"),
        Case({"pred": whole(rng, 2, 5), "y": whole(rng, 2, 5) + 4}, "whole numbers"),
        Case({"pred": whole(rng, 3, 2), "y": normal(rng, 3, 2)}, "whole numbers as predictions"),
    ]


@question(mse_cases, parts={"loss": 3}, see="mean-squared-error")
def mse(code: Any, pred: Any, y: Any) -> Any:
    return {"loss": code.mse(pred, y)}


@mse.misconception(
    "sum-for-mean",
    "The squares are summed. The mean divides by the number of entries, so that the loss does not "
    "grow with the batch.",
)
def _(pred, y):
    return ((pred - y) ** 2).sum()


@mse.misconception(
    "divided-by-n-only",
    "The sum is divided by the number of rows. The mean is over all entries: N times the columns.",
)
def _(pred, y):
    return ((pred - y) ** 2).sum() / len(pred)


@mse.misconception(
    "half-squared-error",
    "There is a factor 1/2. Some texts put it there to lose the 2 of the derivative; here the loss "
    "is the plain mean.",
)
def _(pred, y):
    return 0.5 * ((pred - y) ** 2).mean()


@mse.misconception(
    "absolute-error", "These are absolute errors. The squared error squares before it averages."
)
def _(pred, y):
    return np.abs(pred - y).mean()


@mse.misconception("root-taken", "The root of the mean is the RMSE. The MSE is the mean itself.")
def _(pred, y):
    return np.sqrt(((pred - y) ** 2).mean())


@mse.misconception(
    "mean-over-one-axis",
    "One number for each column comes back. A loss is a single number: the mean over all entries.",
    see="shapes-and-batches",
)
def _(pred, y):
    return ((pred - y) ** 2).mean(axis=0)


@mse.misconception(
    "mean-over-one-axis",
    "One number for each row comes back. A loss is a single number: the mean over all entries.",
    see="shapes-and-batches",
)
def _(pred, y):
    return ((pred - y) ** 2).mean(axis=-1)


@mse.misconception(
    "square-after-mean",
    "The mean is taken before the square, so errors of opposite sign cancel. Square first.",
)
def _(pred, y):
    return (pred - y).mean() ** 2


# --- cross_entropy ----------------------------------------------------------------------------


def cross_entropy_cases(rng: Rng) -> list[Case]:
    """Batches of several sizes, right labels that are all but impossible, large logits."""
    impossible = np.array([[800.0, 0.0, -1.0], [0.5, 1e4, 2.0]])
    large = np.array([[1000.0, 1001.0, 999.0], [-1000.0, -999.0, -998.0]])
    return [
        Case({"logits": normal(rng, 2, 3), "y": labels(rng, 2, 3)}),
        Case({"logits": 2 * normal(rng, 5, 4), "y": labels(rng, 5, 4)}),
        Case({"logits": whole(rng, 4, 3), "y": labels(rng, 4, 3)}, "whole numbers"),
        Case({"logits": large, "y": np.array([2, 0])}, "large logits"),
        Case(
            {"logits": impossible, "y": np.array([1, 0])}, "labels that the model finds impossible"
        ),
    ]


@question(cross_entropy_cases, parts={"loss": 4}, see="cross-entropy", uses=("softmax",))
def cross_entropy(code: Any, logits: Any, y: Any) -> Any:
    return {"loss": code.cross_entropy(logits, y)}


def _picked(logits, y):
    p = bp.softmax(logits)
    return p[np.arange(len(y)), y]


@cross_entropy.misconception(
    "log-of-zero",
    "The probability of the right class underflows to 0, and log(0) is -inf. Compute log softmax "
    "in one piece: the shifted logit minus the log of the sum.",
    see="log-of-zero",
)
def _(logits, y):
    return -np.log(_picked(logits, y)).mean()


epsilon_inside_log = cross_entropy.misconception(
    "epsilon-inside-log",
    "A small number beside the probability (added, or as a lower bound) hides log(0) but caps the "
    "loss: a very wrong answer costs about 20 or 30 instead of thousands, and its gradient is lost. "
    "Compute log softmax in one piece instead.",
    see="log-of-zero",
)


def _with_epsilon(epsilon: float) -> None:
    @epsilon_inside_log
    def _(logits, y):
        return -np.log(_picked(logits, y) + epsilon).mean()

    @epsilon_inside_log
    def _(logits, y):
        return -np.log(np.clip(_picked(logits, y), epsilon, 1.0)).mean()

    @epsilon_inside_log
    def _(logits, y):  # without the shift
        e = np.exp(logits)
        p = e / e.sum(axis=1, keepdims=True)
        return -np.log(p[np.arange(len(y)), y] + epsilon).mean()


for epsilon in (1e-6, 1e-7, 1e-8, 1e-9, 1e-10, 1e-12, 1e-15, 1e-16, 1e-20, 1e-30, 1e-300):
    _with_epsilon(epsilon)


@cross_entropy.misconception(
    "exp-overflow",
    "exp overflows above 709, and inf / inf is nan. Subtract each row's maximum first.",
    see="softmax-overflow",
)
def _(logits, y):
    e = np.exp(logits)
    p = e / e.sum(axis=1, keepdims=True)
    return -np.log(p[np.arange(len(y)), y]).mean()


@cross_entropy.misconception(
    "exp-overflow",
    "exp overflows above 709, so the log of the sum is inf. Subtract each row's maximum first.",
    see="softmax-overflow",
)
def _(logits, y):
    return (np.log(np.exp(logits).sum(axis=1)) - logits[np.arange(len(y)), y]).mean()


@cross_entropy.misconception(
    "sum-for-mean",
    "The examples are summed. The mean divides by N, so that the loss does not grow with the batch.",
)
def _(logits, y):
    return bp.cross_entropy(logits, y) * len(y)


@cross_entropy.misconception(
    "divided-by-classes-too",
    "The mean is taken over N times C entries. Each example adds one number, so divide by N.",
)
def _(logits, y):
    return bp.cross_entropy(logits, y) / np.shape(logits)[1]


@cross_entropy.misconception(
    "divided-by-classes",
    "The sum is divided by the number of classes. Each example adds one number, so divide by N.",
)
def _(logits, y):
    return bp.cross_entropy(logits, y) * len(y) / np.shape(logits)[1]


@cross_entropy.misconception(
    "sign-forgotten",
    "The sign is missing. Log-probabilities are negative; the loss is minus their mean.",
)
def _(logits, y):
    return -bp.cross_entropy(logits, y)


@cross_entropy.misconception(
    "logits-as-probabilities",
    "The logits are taken for probabilities. They can be negative and sum to anything: softmax first.",
)
def _(logits, y):
    return -np.log(logits[np.arange(len(y)), y]).mean()


@cross_entropy.misconception(
    "log-forgotten",
    "This is minus the mean probability of the right class; its logarithm is missing.",
)
def _(logits, y):
    return -_picked(logits, y).mean()


@cross_entropy.misconception(
    "logarithm-base-2", "This is the base-2 logarithm (bits). The loss uses the natural one (nats)."
)
def _(logits, y):
    return bp.cross_entropy(logits, y) / np.log(2)


@cross_entropy.misconception(
    "wrong-axis",
    "Softmax runs over the examples (axis 0). The classes of one example share the probability.",
    see="shapes-and-batches",
)
def _(logits, y):
    p = bp.softmax(np.asarray(logits).T).T
    return -np.log(p[np.arange(len(y)), y]).mean()


@cross_entropy.misconception(
    "every-pair-indexed",
    "p[:, y] picks a column for every example and every label, N x N numbers. One number for each "
    "example is p[np.arange(N), y].",
    see="shapes-and-batches",
)
def _(logits, y):
    shifted = logits - np.max(logits, axis=1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return -log_p[:, y].mean()


# --- mlp_forward ------------------------------------------------------------------------------


def mlp_forward_cases(rng: Rng) -> list[Case]:
    """One layer, two, and three, all widths different."""
    return [
        Case({"params": mlp_params(rng, 2, 3), "x": normal(rng, 4, 2)}, "one layer"),
        Case({"params": mlp_params(rng, 2, 4, 3), "x": normal(rng, 5, 2)}, "two layers"),
        Case({"params": mlp_params(rng, 3, 5, 4, 2), "x": normal(rng, 6, 3)}, "three layers"),
        Case({"params": mlp_params(rng, 3, 4, 2), "x": whole(rng, 5, 3)}, "whole numbers"),
        Case({"params": mlp_params(rng, 2, 3, 4, 3), "x": normal(rng, 5, 2)}, "equal widths"),
    ]


@question(
    mlp_forward_cases,
    parts={"logits": 4},
    see="forward-pass",
    uses=("linear_forward", "relu_forward"),
)
def mlp_forward(code: Any, params: Any, x: Any) -> Any:
    logits, cache = code.mlp_forward(params, x)
    return {"logits": logits}


def _mlp(params, x, between, last=lambda out: out):
    for i, (W, b) in enumerate(params):
        x = x @ W + b
        x = between(x) if i < len(params) - 1 else last(x)
    return x, None


def _relu(z):
    return np.maximum(z, 0)


@mlp_forward.misconception(
    "relu-after-last-layer",
    "ReLU also follows the last layer. Logits must be free to be negative: a class whose logit is "
    "cut to 0 gets no gradient.",
)
def _(params, x):
    return _mlp(params, x, _relu, last=_relu)


@mlp_forward.misconception(
    "no-activation",
    "There is no activation between the layers. Linear after linear is one linear layer, however deep.",
    see="activations",
)
def _(params, x):
    return _mlp(params, x, lambda z: z)


@mlp_forward.misconception(
    "sigmoid-between-layers", "The layers are joined by the sigmoid; this network uses ReLU."
)
def _(params, x):
    return _mlp(params, x, lambda z: bp.sigmoid_forward(z)[0])


@mlp_forward.misconception(
    "leaky-relu-between-layers",
    "The layers are joined by a leaky ReLU; this network uses ReLU, which gives exactly 0 below 0.",
    see="activations",
)
def _(params, x):
    return _mlp(params, x, lambda z: np.where(z > 0, z, 0.01 * z))


@mlp_forward.misconception(
    "tanh-between-layers", "The layers are joined by tanh; this network uses ReLU."
)
def _(params, x):
    return _mlp(params, x, np.tanh)


@mlp_forward.misconception(
    "softmax-at-the-end",
    "These are probabilities. The network returns logits; the loss applies softmax in one stable piece.",
    see="logits-to-loss",
)
def _(params, x):
    return _mlp(params, x, _relu, last=bp.softmax)


@mlp_forward.misconception(
    "relu-on-the-input",
    "ReLU is applied to the input of each layer, so the data itself loses its negative entries.",
)
def _(params, x):
    for W, b in params:
        x = _relu(x) @ W + b
    return x, None


@mlp_forward.misconception(
    "bias-forgotten", "The biases are missing: each layer is xW + b.", see="layer"
)
def _(params, x):
    return _mlp([(W, 0) for W, b in params], x, _relu)


@mlp_forward.misconception(
    "bias-after-activation",
    "The bias is added after the ReLU. It belongs inside, where it moves the point at which the "
    "neuron switches on.",
    see="layer",
)
def _(params, x):
    for i, (W, b) in enumerate(params):
        x = _relu(x @ W) + b if i < len(params) - 1 else x @ W + b
    return x, None


@mlp_forward.misconception(
    "last-layer-skipped", "The last layer is missing: what comes back are hidden activations."
)
def _(params, x):
    return _mlp(params[:-1], x, _relu, last=_relu)


# --- count_evaluations ------------------------------------------------------------------------


def count_cases(rng: Rng) -> list[Case]:
    """From three numbers to a network whose count no float holds."""
    small = [int(n) for n in rng.permutation([2, 3, 4])]
    return [
        Case({"widths": [3, 2]}, "one layer"),
        Case({"widths": small}),
        Case({"widths": [int(n) for n in rng.permutation([3, 5, 2, 4, 6])]}),
        Case({"widths": [int(n) for n in rng.integers(10, 30, 60)]}, "sixty layers"),
    ]


@question(count_cases, parts={"naive": 3, "layered": 1}, see="broken-recipe")
def count_evaluations(code: Any, widths: Any) -> Any:
    naive, layered = code.count_evaluations(widths)
    return {"naive": naive, "layered": layered}


def _naive(widths, cost_of_input=0, own=1):
    cost = cost_of_input
    for below in widths[:-1]:
        cost = own + below * cost
    return widths[-1] * cost


@count_evaluations.misconception(
    "inputs-counted",
    "Inputs are counted as evaluations. An input neuron is its value: looking it up costs nothing.",
)
def _(widths):
    return _naive(widths, cost_of_input=1), sum(widths)


@count_evaluations.misconception(
    "paths-counted",
    "This is the number of paths from the inputs to the outputs. The recursion also evaluates each "
    "neuron on the way, once for every path that leads from it to an output.",
)
def _(widths):
    paths = 1
    for n in widths:
        paths *= n
    return paths, sum(widths[1:])


@count_evaluations.misconception(
    "paths-counted",
    "This is the number of paths from the first hidden layer to the outputs. The recursion also "
    "evaluates every neuron on the way, so the layers between count too.",
)
def _(widths):
    paths = 1
    for n in widths[1:]:
        paths *= n
    return paths, sum(widths[1:])


@count_evaluations.misconception(
    "one-output-only",
    "This is the cost of one output neuron. The last layer has several, and the recursion starts "
    "anew for each.",
)
def _(widths):
    return _naive(widths) // widths[-1], sum(widths[1:])


@count_evaluations.misconception(
    "weights-counted",
    "The layer-by-layer count is of weights (products of neighbouring widths). Evaluations are "
    "counted by neuron: each is computed once.",
)
def _(widths):
    return _naive(widths), sum(a * b for a, b in pairwise(widths))


floating_point_count = count_evaluations.misconception(
    "floating-point-count",
    "The count is kept in floating point, which holds 16 digits. Python integers have as many as "
    "they need: use // and int.",
)


@floating_point_count
def _(widths):
    cost, below = 0.0, widths[0]
    for width in widths[1:]:
        cost, below = 1.0 + below * cost, width
    return below * cost, sum(widths[1:])


@floating_point_count
def _(widths):
    n = np.array(widths, dtype=float)
    return int(sum(np.prod(n[k:]) for k in range(1, len(n)))), sum(widths[1:])


@count_evaluations.misconception(
    "fixed-size-integers",
    "The count is kept in a 64-bit integer, which wraps around. Python integers have as many digits "
    "as they need: convert NumPy integers with int.",
)
def _(widths):
    cost, below = np.int64(0), np.int64(widths[0])
    for width in widths[1:]:
        cost, below = 1 + below * cost, np.int64(width)
    return below * cost, sum(widths[1:])


@count_evaluations.misconception(
    "every-layer-restarted",
    "The recursion is started for every neuron of every layer. Only the outputs are asked for; the "
    "others are evaluated because an output needs them.",
)
def _(widths):
    return sum(_naive(widths[: i + 1]) for i in range(1, len(widths))), sum(widths[1:])


# --- log_probabilities ------------------------------------------------------------------------------


def log_probabilities_cases(rng: Rng) -> list[Case]:
    """Logits that overflow, probabilities that underflow, rows of very different size."""
    large = np.array([[1000.0, 999.0, 998.5], [-1000.0, -999.0, -998.0]])
    impossible = np.array([[800.0, 0.0, -1.0], [0.5, 1e4, 2.0]])
    apart = np.array([[2000.0, 1999.0, 1998.0], [-2000.0, -2001.5, -2002.0]])
    return [
        Case({"z": normal(rng, 2, 3)}),
        Case({"z": 3 * normal(rng, 5, 4)}),
        Case({"z": whole(rng, 4, 3)}, "whole numbers"),
        Case({"z": large}, "large logits"),
        Case({"z": impossible}, "classes that the model finds impossible"),
        Case({"z": apart}, "rows of very different size"),
    ]


@question(
    log_probabilities_cases, parts={"log_p": 2}, see="log-of-zero", uses=("softmax",), bonus=True
)
def log_probabilities(code: Any, z: Any) -> Any:
    return {"log_p": code.log_probabilities(z)}


@log_probabilities.misconception(
    "log-of-zero",
    "A probability underflows to 0, and log(0) is -inf. Take the log of softmax in one piece: the "
    "shifted logit minus the log of the sum.",
    see="log-of-zero",
)
def _(z):
    return np.log(bp.softmax(z))


epsilon_inside_log_probabilities = log_probabilities.misconception(
    "epsilon-inside-log",
    "A small number beside the probability hides log(0), but then nothing lies below -20 or -30. "
    "Take the log of softmax in one piece.",
    see="log-of-zero",
)


def _log_probabilities_with(epsilon: float) -> None:
    @epsilon_inside_log_probabilities
    def _(z):
        return np.log(bp.softmax(z) + epsilon)

    @epsilon_inside_log_probabilities
    def _(z):
        return np.log(np.maximum(bp.softmax(z), epsilon))


for epsilon in (1e-7, 1e-8, 1e-9, 1e-10, 1e-12, 1e-15, 1e-16, 1e-300):
    _log_probabilities_with(epsilon)


no_shift = log_probabilities.misconception(
    "no-shift",
    "Logits go into exp as they are, and exp overflows above 709 (and far below 0 all of a row is "
    "rounded to 0). Subtract each row's maximum first.",
)


@no_shift
def _(z):
    return z - np.log(np.exp(z).sum(axis=1, keepdims=True))


@no_shift
def _(z):
    e = np.exp(z)
    return np.log(e / e.sum(axis=1, keepdims=True))


shift_in_one_place = log_probabilities.misconception(
    "shift-in-one-place",
    "The maximum is subtracted in one place only. What is taken from the logits inside exp has to be "
    "taken from the logit outside too, or else the result is off by it.",
)


@shift_in_one_place
def _(z):
    return z - np.log(np.exp(z - z.max(axis=1, keepdims=True)).sum(axis=1, keepdims=True))


@log_probabilities.misconception(
    "shift-by-global-maximum",
    "The largest logit of the whole array is subtracted from every row. A row far below it underflows "
    "and its sum is 0: subtract each row's own maximum.",
)
def _(z):
    shifted = z - z.max()
    return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))


@log_probabilities.misconception(
    "wrong-axis",
    "Softmax runs over the examples (axis 0). The classes of one example share the probability.",
    see="shapes-and-batches",
)
def _(z):
    return bp.log_probabilities(z.T).T


@log_probabilities.misconception(
    "sum-over-everything",
    "The sum runs over the whole array. Each example has probabilities of its own: sum each row.",
)
def _(z):
    shifted = z - z.max(axis=1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum())


@log_probabilities.misconception(
    "log-forgotten", "These are the probabilities. Their logarithms are asked for."
)
def _(z):
    return bp.softmax(z)


@log_probabilities.misconception(
    "log-of-sum-forgotten",
    "Only the sum is divided away, not its logarithm subtracted: ln(a / b) is ln a - ln b.",
)
def _(z):
    shifted = z - z.max(axis=1, keepdims=True)
    return shifted / np.log(np.exp(shifted).sum(axis=1, keepdims=True))


@log_probabilities.misconception(
    "log-of-sum-forgotten",
    "The sum of the exponentials is subtracted without its logarithm: ln(a / b) is ln a - ln b.",
)
def _(z):
    shifted = z - z.max(axis=1, keepdims=True)
    return shifted - np.exp(shifted).sum(axis=1, keepdims=True)


@log_probabilities.misconception(
    "sign-reversed",
    "The signs are reversed. A probability is at most 1, so its logarithm is at most 0; the minus "
    "comes with the loss.",
)
def _(z):
    return -bp.log_probabilities(z)


@log_probabilities.misconception(
    "logarithm-base-2", "This is the base-2 logarithm. Use the natural one."
)
def _(z):
    return bp.log_probabilities(z) / np.log(2)


QUESTIONS = [
    linear_forward,
    relu_forward,
    sigmoid_forward,
    tanh_forward,
    softmax,
    mse,
    cross_entropy,
    mlp_forward,
    count_evaluations,
    log_probabilities,
]

MANUAL = ManualQuestion(
    "shift_of_softmax",
    (
        (1, "a proof that softmax does not change when a number is added to a whole row"),
        (1, "what goes wrong in floating point without the shift, and why the maximum cures it"),
        (1, "what the shift still loses, and why cross-entropy is computed in one piece"),
    ),
)
