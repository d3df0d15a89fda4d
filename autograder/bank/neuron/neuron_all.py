"""Assignment 01-neuron: single neurons, gates, Rosenblatt's rule."""

from typing import Any

import numpy as np

import backprop as bp
from autograder.bank.inputs import Rng, normal, whole
from autograder.marking.question import Case, ManualQuestion, question

# --- sigmoid ----------------------------------------------------------------------------------


def sigmoid_cases(rng: Rng) -> list[Case]:
    """Several shapes, plain numbers, whole numbers, arguments that overflow."""
    large = np.array([[-1000.0, 1000.0, -710.0], [40.0, -30.0, 750.0]])
    return [
        Case({"z": normal(rng, 3)}),
        Case({"z": round(float(normal(rng)), 3)}, "a single number"),
        Case({"z": 2 * normal(rng, 2, 4, 3)}, "three axes"),
        Case({"z": whole(rng, 4, 3)}, "whole numbers"),
        Case({"z": int(whole(rng))}, "a single whole number"),
        Case({"z": large + normal(rng, 2, 3)}, "very large arguments"),
    ]


@question(sigmoid_cases, parts={"out": 2}, see="soft-neuron")
def sigmoid(code: Any, z: Any) -> Any:
    import warnings

    with np.errstate(over="warn"), warnings.catch_warnings():
        warnings.simplefilter("error", RuntimeWarning)  # a warning in a notebook is an error here
        out = code.sigmoid(z)
    return {"out": float(out) if isinstance(out, np.floating) else out}


exp_overflow = sigmoid.misconception(
    "exp-overflow",
    "e to a large number overflows: NumPy warns, and what follows may be inf or nan. Arrange the "
    "formula so that the exponent is never large and positive.",
    see="stable-sigmoid",
)


@exp_overflow
def _(z):
    return 1 / (1 + np.exp(-np.asarray(z)))


@exp_overflow
def _(z):
    return np.exp(z) / (1 + np.exp(z))


@exp_overflow
def _(z):  # both branches of where are computed
    z = np.asarray(z, dtype=float)
    return np.where(z >= 0, 1 / (1 + np.exp(-z)), np.exp(z) / (1 + np.exp(z)))


@sigmoid.misconception(
    "sign-of-exponent",
    "The exponent has the wrong sign, so the curve falls instead of rising: it is e to the minus z.",
)
def _(z):
    return bp.sigmoid(-np.asarray(z))


@sigmoid.misconception(
    "sign-of-exponent",
    "The exponent has the wrong sign, so the curve falls instead of rising: it is e to the minus z. "
    "Besides, it overflows for large z.",
)
def _(z):
    return np.where(np.abs(z) < 700, bp.sigmoid(-np.asarray(z)), 1 / (1 + np.exp(z)))


@sigmoid.misconception(
    "integers-truncated",
    "The result is written into an array of whole numbers, which cuts everything below 1 to 0. "
    "Make the output a float array: zeros_like copies the integer type.",
    see="shapes-and-batches",
)
def _(z):
    out = np.zeros_like(z)
    out[...] = bp.sigmoid(z)
    return out


def _only_arrays(z):
    z = np.asarray(z, dtype=float)
    return bp.sigmoid(z) if z.ndim else np.array([bp.sigmoid(z)])


sigmoid.misconception(
    "number-becomes-array",
    "A single number comes back as an array of one entry. The output has the shape of the input, "
    "and a number has the shape ().",
    see="shapes-and-batches",
)(_only_arrays)


@sigmoid.misconception(
    "slope-for-value",
    "This is the slope s(1 - s). The neuron answers with the value s; the slope comes in later "
    "chapters.",
)
def _(z):
    s = bp.sigmoid(z)
    return s * (1 - s)


@sigmoid.misconception(
    "tanh-for-sigmoid", "This is tanh, which runs from -1 to 1. The sigmoid runs from 0 to 1."
)
def _(z):
    return np.tanh(z)


@sigmoid.misconception(
    "step-for-sigmoid",
    "This is the step: it jumps from 0 to 1. The sigmoid passes through everything between.",
)
def _(z):
    return (np.asarray(z) > 0) * 1.0


@sigmoid.misconception(
    "one-forgotten",
    "The 1 in the denominator is missing, so this is a plain exponential, which grows without end.",
)
def _(z):
    return np.exp(np.minimum(z, 700.0))


# --- neuron -----------------------------------------------------------------------------------


def neuron_cases(rng: Rng) -> list[Case]:
    """One example, several lengths, whole numbers, a sum far below 0."""

    def inputs(D: int, draw: Any = normal) -> dict[str, Any]:
        return {"x": draw(rng, D), "w": draw(rng, D), "b": draw(rng).item()}

    return [
        Case(inputs(2)),
        Case(inputs(5)),
        Case(inputs(1), "one input"),
        Case(inputs(3, draw=whole), "whole numbers"),
        Case({**inputs(3), "x": whole(rng, 3)}, "whole numbers as inputs"),
        Case({**inputs(4), "w": whole(rng, 4)}, "whole numbers as weights"),
    ]


@question(neuron_cases, parts={"a": 1}, see="soft-neuron", uses=("sigmoid",))
def neuron(code: Any, x: Any, w: Any, b: Any) -> Any:
    return {"a": code.neuron(x, w, b)}


@neuron.misconception(
    "bias-forgotten",
    "The bias is missing. Without b the neuron answers 0.5 to the input 0, whatever its weights are.",
)
def _(x, w, b):
    return bp.neuron(x, w, 0.0)


@neuron.misconception(
    "bias-subtracted", "The bias is subtracted. It counts as it is: the sum plus b."
)
def _(x, w, b):
    return bp.neuron(x, w, -b)


@neuron.misconception(
    "bias-once-per-weight",
    "The bias is added once for every input. It is added once, to the finished sum.",
)
def _(x, w, b):
    return bp.sigmoid(np.sum(x * w + b))


@neuron.misconception(
    "bias-once-per-weight",
    "The bias is added to the weights before the product, so the inputs scale it. It belongs to the "
    "finished sum.",
)
def _(x, w, b):
    return bp.sigmoid(np.dot(x, w + b))


@neuron.misconception(
    "products-not-summed",
    "There is one number for every input. A neuron adds its products up and answers with one number.",
)
def _(x, w, b):
    return bp.sigmoid(x * w + b)


@neuron.misconception(
    "activation-forgotten",
    "This is the weighted sum z. The neuron's answer is the sigmoid of it.",
)
def _(x, w, b):
    return np.dot(x, w) + b


@neuron.misconception(
    "bias-after-activation",
    "The bias is added after the sigmoid. It belongs inside, where it moves the place at which the "
    "neuron changes its mind.",
)
def _(x, w, b):
    return bp.neuron(x, w, 0.0) + b


@neuron.misconception(
    "step-for-sigmoid", "This is a step neuron. Here the answer is the sigmoid of the sum."
)
def _(x, w, b):
    return float(bp.step_neuron(x, w, b))


@neuron.misconception(
    "one-entry-array",
    "An array of one entry comes back. One neuron gives one number for one example.",
    see="shapes-and-batches",
)
def _(x, w, b):
    return np.array([bp.neuron(x, w, b)])


# --- layer ------------------------------------------------------------------------------------


def layer_cases(rng: Rng) -> list[Case]:
    """(N, D, H) all different; whole numbers last."""

    def inputs(N: int, D: int, H: int, draw: Any = normal) -> dict[str, Any]:
        return {"x": draw(rng, N, D), "W": draw(rng, D, H), "b": draw(rng, H)}

    return [
        Case(inputs(3, 2, 4)),
        Case(inputs(5, 4, 2)),
        Case(inputs(1, 3, 5), "one example"),
        Case(inputs(3, 2, 1), "one neuron"),
        Case(inputs(4, 3, 2, draw=whole), "whole numbers"),
        Case({**inputs(3, 4, 2), "x": whole(rng, 3, 4)}, "whole numbers as inputs"),
        Case({**inputs(2, 3, 4), "W": whole(rng, 3, 4)}, "whole numbers as weights"),
    ]


@question(layer_cases, parts={"out": 2}, see="soft-neuron", uses=("sigmoid", "neuron"))
def layer(code: Any, x: Any, W: Any, b: Any) -> Any:
    return {"out": code.layer(x, W, b)}


@layer.misconception(
    "bias-forgotten", "The biases are missing: every neuron adds its own to its sum."
)
def _(x, W, b):
    return bp.layer(x, W, np.zeros(len(b)))


@layer.misconception(
    "bias-subtracted", "The biases are subtracted. They count as they are: xW + b."
)
def _(x, W, b):
    return bp.layer(x, W, -b)


@layer.misconception(
    "bias-once-per-weight",
    "The bias is added to the weights before the product, so the inputs scale it. It belongs to the "
    "finished sum: xW + b.",
)
def _(x, W, b):
    return bp.sigmoid(x @ (W + b))


@layer.misconception(
    "activation-forgotten",
    "These are the weighted sums. The layer's answer is the sigmoid of them.",
)
def _(x, W, b):
    return x @ W + b


@layer.misconception(
    "bias-after-activation",
    "The biases are added after the sigmoid. They belong inside: the sigmoid of xW + b.",
)
def _(x, W, b):
    return bp.sigmoid(x @ W) + b


@layer.misconception(
    "weights-transposed",
    "W is used transposed. Rows of W belong to inputs and columns to neurons, (D, H): xW, not xWᵀ.",
    see="shapes-and-batches",
)
def _(x, W, b):
    return bp.sigmoid(x @ W.T + b)


@layer.misconception(
    "result-transposed",
    "The result is (H, N). Rows are examples, and columns are neurons.",
    see="shapes-and-batches",
)
def _(x, W, b):
    return bp.layer(x, W, b).T


@layer.misconception(
    "first-example-only",
    "Only the first example is answered. Every row of x is an example of its own.",
    see="shapes-and-batches",
)
def _(x, W, b):
    return bp.layer(x[:1], W, b)


@layer.misconception(
    "one-bias-for-all",
    "All neurons share one bias. Each column of W has a bias of its own.",
)
def _(x, W, b):
    return bp.sigmoid(x @ W + b[0])


@layer.misconception(
    "step-for-sigmoid", "These are step neurons. Here the answer is the sigmoid of the sum."
)
def _(x, W, b):
    return (x @ W + b > 0) * 1.0


# --- gate_weights -----------------------------------------------------------------------------

CORNERS = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])


def gate_cases(rng: Rng) -> list[Case]:
    """The four pairs of bits, each at least once, in some order."""
    extra = rng.integers(0, 4, 3)
    return [Case({"x": CORNERS[rng.permutation([0, 1, 2, 3, *extra])]})]


def measure_gate_weights(answer: Any, inputs: Any, held_back: Any) -> Any:
    """What step neurons with these weights answer: any weights that work are equally good."""
    gates = {}
    for name in ("AND", "OR", "NAND"):
        w, b = answer["gates"][name]
        w, b = np.asarray(w, dtype=float).reshape(2), np.asarray(b, dtype=float).item()
        gates[name] = (inputs["x"] @ w + b > 0).astype(int)
    return {"gates": gates}


@question(gate_cases, parts={"gates": 2}, see="one-neuron", measure=measure_gate_weights)
def gate_weights(code: Any, x: Any) -> Any:
    return {"gates": code.gate_weights()}


def _gates_mistake(id: str, says: str, **gates: tuple[int, int, float]) -> None:
    """Wrong gates, each as w1, w2, b; those not given are right."""
    wrong = {name: (np.array([w1, w2]), b) for name, (w1, w2, b) in gates.items()}
    gate_weights.misconception(id, says)(lambda: {**bp.gate_weights(), **wrong})


_gates_mistake(
    "on-the-boundary",
    "A sum of exactly 0 does not fire: the neuron answers 1 only above 0. Move the bias a little "
    "further, so that no example lies on the boundary.",
    AND=(1, 1, -2),
    OR=(1, 1, -1),
    NAND=(-1, -1, 1),
)
_gates_mistake(
    "on-the-boundary",
    "A sum of exactly 0 does not fire: the neuron answers 1 only above 0. Move the bias of AND a "
    "little further, so that no example lies on the boundary.",
    AND=(1, 1, -2),
)
_gates_mistake(
    "on-the-boundary",
    "A sum of exactly 0 does not fire: the neuron answers 1 only above 0. Move the biases of AND and "
    "OR a little further, so that no example lies on the boundary.",
    AND=(1, 1, -2),
    OR=(1, 1, -1),
)
_gates_mistake(
    "threshold-for-bias",
    "These are thresholds. The bias is minus the threshold: a neuron that fires when the sum is above "
    "1.5 has the bias -1.5.",
    AND=(1, 1, 1.5),
    OR=(1, 1, 0.5),
    NAND=(-1, -1, -1.5),
)
_gates_mistake(
    "threshold-for-bias",
    "AND and OR have thresholds in place of biases. The bias is minus the threshold: a neuron that "
    "fires when the sum is above 1.5 has the bias -1.5.",
    AND=(1, 1, 1.5),
    OR=(1, 1, 0.5),
)
_gates_mistake(
    "bias-forgotten",
    "The biases are 0. Then a single 1 is enough for AND, and nothing makes NAND fire: the bias is "
    "where the neuron keeps its threshold.",
    AND=(1, 1, 0),
    OR=(1, 1, 0),
    NAND=(-1, -1, 0),
)
_gates_mistake(
    "and-or-swapped",
    "AND and OR are swapped. AND needs both inputs, so its threshold lies between 1 and 2; OR needs "
    "one, so its threshold lies between 0 and 1.",
    AND=(1, 1, -0.5),
    OR=(1, 1, -1.5),
)
_gates_mistake(
    "nor-for-nand",
    "NAND comes out as NOR: it fires for (0, 0) only. NAND fires in every case but (1, 1).",
    NAND=(-1, -1, 0.5),
)
_gates_mistake(
    "nand-not-negated",
    "NAND answers like AND. It is the opposite of it: negate the weights and the bias.",
    NAND=(1, 1, -1.5),
)
_gates_mistake(
    "half-negated",
    "NAND never fires. To turn a gate into its opposite, negate the weights and the bias as well.",
    NAND=(-1, -1, -1.5),
)
_gates_mistake(
    "half-negated",
    "NAND always fires. To turn a gate into its opposite, negate the bias and the weights as well.",
    NAND=(1, 1, 1.5),
)
_gates_mistake(
    "one-input-ignored",
    "AND looks at one input only. With the other weight at 0 it cannot tell (1, 1) from (1, 0).",
    AND=(1, 0, -0.5),
)
_gates_mistake(
    "one-input-ignored",
    "OR looks at one input only. With the other weight at 0 it does not notice that input.",
    OR=(1, 0, -0.5),
)


# --- xor_network ------------------------------------------------------------------------------


def bit_cases(rng: Rng) -> list[Case]:
    """All four pairs of bits in some order, more rows than that, one row, floats."""

    def rows(n: int) -> np.ndarray:
        return CORNERS[rng.permutation(np.arange(n) % 4)]

    return [
        Case({"x": CORNERS[rng.permutation(4)]}),
        Case({"x": rows(7)}, "rows that repeat"),
        Case({"x": CORNERS[rng.integers(1, 3, 1)]}, "one row"),
        Case({"x": rows(6).astype(float)}, "0.0 and 1.0"),
    ]


@question(bit_cases, parts={"out": 2}, see="xor", uses=("gate_weights",))
def xor_network(code: Any, x: Any) -> Any:
    out = code.xor_network(x)
    return {"out": out + 0 if isinstance(out, np.ndarray) else out}  # + 0: a bool is a bit too


def _gate(name, x):
    return bp.step_neuron(x, *bp.gate_weights()[name])


def _two_layers(first, second, last):
    return lambda x: _gate(last, np.stack([_gate(first, x), _gate(second, x)], axis=1))


xor_network.misconception(
    "or-for-xor",
    "This is OR: it also fires for (1, 1). XOR asks for exactly one of the two.",
)(lambda x: _gate("OR", x))
xor_network.misconception(
    "nand-for-xor",
    "This is NAND: it also fires for (0, 0). XOR asks for exactly one of the two.",
)(lambda x: _gate("NAND", x))
xor_network.misconception(
    "equal-for-different",
    "The answer is upside down: it fires where the two are equal. XOR fires where they differ.",
)(_two_layers("OR", "NAND", "NAND"))
xor_network.misconception(
    "or-on-top",
    "OR stands on top, and one of OR and NAND always fires, so the answer is always 1. Both have to "
    "agree: the last gate is AND.",
)(_two_layers("OR", "NAND", "OR"))
xor_network.misconception(
    "and-for-nand",
    "AND stands where NAND belongs. Both of OR and AND fire for (1, 1) only: the hidden NAND has to "
    "take that one out.",
)(_two_layers("OR", "AND", "AND"))


@xor_network.misconception(
    "hidden-not-combined",
    "The two hidden answers are added, without a neuron on top. Their sum is 1 or 2; the third "
    "neuron fires where it is 2.",
)
def _(x):
    return _gate("OR", x) + _gate("NAND", x)


@xor_network.misconception(
    "hidden-returned",
    "The answers of the two hidden neurons come back. They are the inputs of a third one.",
)
def _(x):
    return np.stack([_gate("OR", x), _gate("NAND", x)], axis=1)


half_of_xor = xor_network.misconception(
    "half-of-xor",
    "It fires for one of (0, 1) and (1, 0), not for the other. That is what one neuron with weights "
    "of opposite sign can do; XOR needs both halves.",
)


@half_of_xor
def _(x):
    return bp.step_neuron(x, [1, -1], -0.5)


@half_of_xor
def _(x):
    return bp.step_neuron(x, [-1, 1], -0.5)


@xor_network.misconception(
    "column-for-vector",
    "The result has shape (N, 1). One answer for each example is (N,).",
    see="shapes-and-batches",
)
def _(x):
    return bp.xor_network(x)[:, None]


@xor_network.misconception(
    "first-example-only",
    "Only the first example is answered. Every row of x is an example of its own.",
    see="shapes-and-batches",
)
def _(x):
    return bp.xor_network(x)[:1]


@xor_network.misconception(
    "first-example-only",
    "Only the first example is answered. Every row of x is an example of its own.",
    see="shapes-and-batches",
)
def _(x):
    return int(bp.xor_network(x)[0])


# --- perceptron_update ------------------------------------------------------------------------


def perceptron_cases(rng: Rng) -> list[Case]:
    """Wrong both ways and right both ways, whole numbers, a sum of exactly 0."""

    def inputs(D: int, lr: float, wrong: bool, fires: int, draw: Any = normal) -> dict[str, Any]:
        w, x = draw(rng, D), draw(rng, D)
        b = draw(rng).item()
        if (np.dot(w, x) + b > 0) != fires:
            w, b = -w, -b
        if abs(np.dot(w, x) + b) < 0.1:
            b = b + (1.0 if fires else -1.0)
        return {"w": w, "b": b, "x": x, "y": 1 - fires if wrong else fires, "lr": lr}

    def whole_numbers(fires: int) -> dict[str, Any]:
        w, x = whole(rng, 2), whole(rng, 2)
        b = int(-(w @ x) + (2 if fires else -2))
        return {"w": w, "b": b, "x": x, "y": 1 - fires, "lr": 0.25}

    def only_by_its_bias() -> dict[str, Any]:
        """Without the bias the answer would be right; with it, it is wrong."""
        w, x = normal(rng, 3), normal(rng, 3)
        w = w if w @ x > 0 else -w
        return {"w": w, "b": float(-(w @ x) - 1.5), "x": x, "y": 1, "lr": 0.7}

    still = {"w": np.zeros(2), "b": 0.0, "x": normal(rng, 2)}
    return [
        Case(inputs(2, 0.5, wrong=True, fires=0), "it should have fired"),
        Case(inputs(3, 0.1, wrong=True, fires=1), "it should not have fired"),
        Case(inputs(4, 0.3, wrong=False, fires=1), "a right answer, 1"),
        Case(inputs(2, 2.0, wrong=False, fires=0), "a right answer, 0"),
        Case(only_by_its_bias(), "a bias that decides"),
        Case({"w": normal(rng, 2), "b": 40.0, "x": normal(rng, 2), "y": 0, "lr": 0.1}, "far wrong"),
        Case(whole_numbers(fires=0), "whole numbers"),
        Case(whole_numbers(fires=1), "whole numbers"),
        Case({**still, "y": 1, "lr": 0.4}, "a sum of exactly 0, where the neuron answers 0"),
        Case({**still, "y": 0, "lr": 0.4}, "a sum of exactly 0, where the neuron answers 0"),
    ]


@question(perceptron_cases, parts={"w": 2, "b": 1}, see="perceptron-rule")
def perceptron_update(code: Any, w: Any, b: Any, x: Any, y: Any, lr: Any) -> Any:
    new_w, new_b = code.perceptron_update(w, b, x, y, lr)
    return {"w": new_w, "b": new_b}


def _perceptron_mistake(id: str, says: str, see: str | None = None):
    """A wrong rule, written as error(w, b, x, y), the y - a of the rule."""

    def register(error):
        def update(w, b, x, y, lr):
            step = lr * error(w, b, x, y)
            return w + step * x, b + step

        perceptron_update.misconception(id, says, see)(update)
        return error

    return register


def _error(w, b, x, y):
    return y - int(w @ x + b > 0)


@_perceptron_mistake(
    "sign-flipped",
    "The step goes the wrong way. A neuron that should have fired needs a larger sum: the error is "
    "y minus the answer.",
)
def _(w, b, x, y):
    return -_error(w, b, x, y)


@_perceptron_mistake(
    "sum-for-answer",
    "The error is taken from the sum w.x + b. Rosenblatt's rule compares the label with the answer, "
    "0 or 1, and leaves the weights alone where that is right.",
)
def _(w, b, x, y):
    return y - (w @ x + b)


@_perceptron_mistake(
    "sigmoid-for-step",
    "The error is taken from the sigmoid of the sum, so something changes after a right answer too. "
    "Rosenblatt's neuron answers 0 or 1.",
)
def _(w, b, x, y):
    return y - bp.sigmoid(w @ x + b)


@_perceptron_mistake(
    "answer-ignored",
    "The weights move towards every example with the label 1, whatever the neuron answered. A right "
    "answer changes nothing, and a wrong 1 has to be taken back.",
)
def _(w, b, x, y):
    return y


@_perceptron_mistake(
    "answer-ignored",
    "The weights move after every example, towards label 1 and away from label 0. A right answer "
    "changes nothing.",
)
def _(w, b, x, y):
    return 2 * y - 1


@_perceptron_mistake(
    "one-kind-of-mistake",
    "Only examples with the label 1 are learned from. A neuron that fires where it should not has to "
    "move away from the example.",
)
def _(w, b, x, y):
    return max(_error(w, b, x, y), 0)


@_perceptron_mistake(
    "one-kind-of-mistake",
    "Every mistake moves the weights towards the example. A neuron that fires where it should not "
    "has to move away from it: keep the sign of the error.",
)
def _(w, b, x, y):
    return abs(_error(w, b, x, y))


@_perceptron_mistake(
    "bias-forgotten",
    "The answer is computed without the bias. It is part of the sum that decides.",
    see="one-neuron",
)
def _(w, b, x, y):
    return _error(w, 0.0, x, y)


@_perceptron_mistake(
    "on-the-boundary",
    "A sum of exactly 0 is taken for an answer of 1. The neuron fires only above 0.",
    see="one-neuron",
)
def _(w, b, x, y):
    return y - int(w @ x + b >= 0)


@perceptron_update.misconception(
    "learning-rate-forgotten", "The learning rate is not used: it scales every step."
)
def _(w, b, x, y, lr):
    return bp.perceptron_update(w, b, x, y, 1.0)


@perceptron_update.misconception(
    "learning-rate-forgotten", "The learning rate is not used for the bias: it scales every step."
)
def _(w, b, x, y, lr):
    return bp.perceptron_update(w, b, x, y, lr)[0], bp.perceptron_update(w, b, x, y, 1.0)[1]


@perceptron_update.misconception(
    "biases-not-updated",
    "Only the weights are updated. The bias learns too, as the weight of an input that is always 1.",
)
def _(w, b, x, y, lr):
    return bp.perceptron_update(w, b, x, y, lr)[0], b


@perceptron_update.misconception(
    "input-forgotten",
    "All weights move by the same amount. Each weight moves in proportion to its input, so that "
    "those that took part in the mistake are changed.",
)
def _(w, b, x, y, lr):
    step = lr * _error(w, b, x, y)
    return w + step, b + step


@perceptron_update.misconception(
    "step-without-parameter",
    "These are the steps alone. The new weights are the old ones plus the step.",
)
def _(w, b, x, y, lr):
    step = lr * _error(w, b, x, y)
    return step * x, step


@perceptron_update.misconception(
    "integers-truncated",
    "The new weights are written into an array of whole numbers, which cuts the step off. Make a "
    "float array.",
    see="shapes-and-batches",
)
def _(w, b, x, y, lr):
    new = w.copy()
    new[:], b = bp.perceptron_update(w, b, x, y, lr)
    return new, b


@perceptron_update.misconception(
    "parameters-changed-in-place",
    "The old weights are overwritten. The caller may still need them: return new ones, and mind that "
    "+= works in place.",
)
def _(w, b, x, y, lr):
    new, b = bp.perceptron_update(w, b, x, y, lr)
    w[:] = new
    return new, b


@perceptron_update.misconception(
    "parameters-changed-in-place",
    "The old weights are overwritten by +=, which works in place (and fails where they are whole "
    "numbers). The caller may still need them: return new ones.",
)
def _(w, b, x, y, lr):
    error = _error(w, b, x, y)
    w += lr * error * x
    return w, b + lr * error


# --- half_adder -------------------------------------------------------------------------------


@question(
    bit_cases,
    parts={"out": 2},
    see="adding-with-neurons",
    uses=("gate_weights", "xor_network"),
    bonus=True,
)
def half_adder(code: Any, x: Any) -> Any:
    out = code.half_adder(x)
    return {"out": out + 0 if isinstance(out, np.ndarray) else out}  # + 0: a bool is a bit too


def _adder(total, carry):
    return lambda x: np.stack([total(x), carry(x)], axis=1)


half_adder.misconception(
    "sum-and-carry-swapped", "The columns are swapped: first the digit of the sum, then the carry."
)(lambda x: bp.half_adder(x)[:, ::-1])
half_adder.misconception(
    "result-transposed",
    "The result has one row for the sums and one for the carries. Rows are examples: (N, 2).",
    see="shapes-and-batches",
)(lambda x: bp.half_adder(x).T)
half_adder.misconception(
    "or-for-xor", "1 + 1 is 10 in binary, so the digit of the sum is 0 there. OR gives 1."
)(_adder(lambda x: _gate("OR", x), lambda x: _gate("AND", x)))
half_adder.misconception(
    "sum-not-in-binary",
    "The first column is the sum itself, which may be 2. In binary that is the digit 0 and a carry.",
)(_adder(lambda x: np.sum(x, axis=1), lambda x: _gate("AND", x)))
half_adder.misconception(
    "carry-forgotten",
    "The carry is always 0. It is 1 where both digits are 1.",
)(_adder(bp.xor_network, lambda x: np.zeros(len(x), dtype=int)))
half_adder.misconception(
    "or-for-carry",
    "The carry is 1 as soon as one digit is 1. It takes both: 1 + 0 fits into one digit.",
)(_adder(bp.xor_network, lambda x: _gate("OR", x)))
half_adder.misconception(
    "nand-for-carry",
    "The carry is upside down: it is 0 where both digits are 1, and 1 elsewhere.",
)(_adder(bp.xor_network, lambda x: _gate("NAND", x)))


QUESTIONS = [
    sigmoid,
    neuron,
    layer,
    gate_weights,
    xor_network,
    perceptron_update,
    half_adder,
]

MANUAL = ManualQuestion(
    "no_single_neuron_for_xor",
    (
        (1, "the four conditions on w1, w2 and b, with the right strict and non-strict signs"),
        (1, "a contradiction drawn from them, step by step, for all weights at once"),
        (1, "what a sigmoid in place of the step changes: nothing, with a reason"),
    ),
)
