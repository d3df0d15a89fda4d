"""Assignment 03-backward: gradients, and the training that uses them."""

from typing import Any

import numpy as np

import backprop as bp
from autograder.bank.inputs import DIGITS_LOST, Rng, labels, mlp_params, normal, whole
from autograder.marking.question import Case, ManualQuestion, question

# --- numerical_gradient -----------------------------------------------------------------------


def numerical_gradient_cases(rng: Rng) -> list[Case]:
    """Several shapes, a large h that shows which difference is taken, integers, a transposed view."""
    return [
        Case({"x": normal(rng, 2), "c": normal(rng, 2), "h": 1e-5, "transposed": False}),
        Case({"x": normal(rng, 2, 3), "c": normal(rng, 2, 3), "h": 1e-5, "transposed": False}),
        Case(
            {"x": 3 * normal(rng, 4) + 5, "c": normal(rng, 4), "h": 0.25, "transposed": False},
            "a large h far from 0",
        ),
        Case(
            {"x": normal(rng, 3), "c": normal(rng, 3), "h": 0.5, "transposed": False},
            "a large h, to tell the kinds of difference apart",
        ),
        Case(
            {"x": whole(rng, 3, 2), "c": normal(rng, 3, 2), "h": 1e-5, "transposed": False},
            "x holds whole numbers",
        ),
        Case(
            {"x": normal(rng, 3, 4), "c": normal(rng, 4, 3), "h": 1e-5, "transposed": True},
            "x is a transposed view of another array",
        ),
        Case(
            {"x": normal(rng, 2, 1, 3), "c": normal(rng, 2, 1, 3), "h": 1e-5, "transposed": False}
        ),
    ]


@question(numerical_gradient_cases, parts={"grad": 4}, see="does-it-work")
def numerical_gradient(code: Any, x: Any, c: Any, h: Any, transposed: Any) -> Any:
    def f(v):  # the sum of c v^3 and a product of neighbours, so that entries depend on each other
        return float(np.sum(c * v**3) + np.sum(np.prod(v, axis=-1)))

    return {"grad": code.numerical_gradient(f, x.T if transposed else x, h)}


def _by_entry(rule):
    def gradient(f, x, h=1e-5):
        x = np.array(x, dtype=float)
        grad = np.zeros_like(x)
        for i in np.ndindex(x.shape):
            e = np.zeros_like(x)
            e[i] = 1.0
            grad[i] = rule(f, x, e, h)
        return grad

    return gradient


def _misread_difference(id: str, says: str):
    def register(rule):
        numerical_gradient.misconception(id, says)(_by_entry(rule))
        return rule

    return register


@_misread_difference(
    "one-sided-difference",
    "The difference is one-sided. Its error shrinks like h; the central difference, a step to "
    "either side of x, shrinks like h².",
)
def _(f, x, e, h):
    return (f(x + h * e) - f(x)) / h


@_misread_difference(
    "one-sided-difference",
    "The difference is one-sided. Its error shrinks like h; the central difference, a step to "
    "either side of x, shrinks like h².",
)
def _(f, x, e, h):
    return (f(x) - f(x - h * e)) / h


@_misread_difference(
    "half-forgotten",
    "x + h and x - h are 2h apart, so divide by 2h: this gradient is twice too large.",
)
def _(f, x, e, h):
    return (f(x + h * e) - f(x - h * e)) / h


@_misread_difference(
    "h-ignored",
    "The argument h is not used. The caller chooses it, because the best h depends on f.",
)
def _(f, x, e, h):
    return (f(x + 1e-5 * e) - f(x - 1e-5 * e)) / 2e-5


@_misread_difference(
    "half-step",
    "The points lie h/2 to either side. That is a fine estimate, but the course shifts by h.",
)
def _(f, x, e, h):
    return (f(x + h / 2 * e) - f(x - h / 2 * e)) / h


@_misread_difference(
    "difference-backwards", "The difference is taken the wrong way round: f(x + h) comes first."
)
def _(f, x, e, h):
    return (f(x - h * e) - f(x + h * e)) / (2 * h)


def _shift_in_place(f, x, entries, grad, h):
    """Central differences of f(x) by shifting each of `entries`, which should be those of x."""
    for i in np.ndindex(entries.shape):
        old = entries[i]
        entries[i] = old + h
        above = f(x)
        entries[i] = old - h
        below = f(x)
        entries[i] = old
        grad[i] = (above - below) / (2 * h)
    return grad


def _shift_and_leave(f, x, h):
    """Central differences of f(x) that leave every entry of x shifted by -h."""
    grad = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        x[i] += h
        above = f(x)
        x[i] -= 2 * h
        grad[i] = (above - f(x)) / (2 * h)
    return grad


@numerical_gradient.misconception(
    "integers-truncated",
    "x stays an array of whole numbers, so x + h is cut back to x and every difference is 0 (or "
    "jumps by 1). Make a float copy first.",
    see="shapes-and-batches",
)
def _(f, x, h=1e-5):
    x = np.array(x)
    return _shift_in_place(f, x, x, np.zeros(x.shape), h)


@numerical_gradient.misconception(
    "integers-truncated",
    "The gradient is kept in an array of whole numbers, because zeros_like copied the type of x. "
    "Make it a float array.",
    see="shapes-and-batches",
)
def _(f, x, h=1e-5):
    grad = np.zeros_like(x)
    grad[...] = bp.numerical_gradient(f, x, h)
    return grad


@numerical_gradient.misconception(
    "integers-truncated",
    "Both the copy of x and the gradient are arrays of whole numbers, which cut off what is shifted "
    "and what is measured. Make them float.",
    see="shapes-and-batches",
)
def _(f, x, h=1e-5):
    x = np.array(x)
    return _shift_in_place(f, x, x, np.zeros_like(x), h)


@numerical_gradient.misconception(
    "flattened-copy-shifted",
    "The entries are shifted in a flattened copy, so f never sees the shift. reshape and ravel copy "
    "where the memory is not in row-major order (a transposed view, for one): index x itself.",
    see="shapes-and-batches",
)
def _(f, x, h=1e-5):
    x = np.array(x, dtype=float)
    return _shift_in_place(f, x, x.reshape(-1), np.zeros(x.size), h).reshape(x.shape)


@numerical_gradient.misconception(
    "shift-not-undone",
    "The entry is not put back before the next one is shifted, so later entries are measured at "
    "another point.",
)
def _(f, x, h=1e-5):
    return _shift_and_leave(f, np.array(x, dtype=float), h)


@numerical_gradient.misconception(
    "argument-left-shifted",
    "The caller's x comes back shifted. Restore every entry, or work on a copy.",
)
def _(f, x, h=1e-5):
    grad = bp.numerical_gradient(f, x, h)
    x += h
    return grad


@numerical_gradient.misconception(
    "argument-left-shifted",
    "The caller's x comes back shifted. Restore every entry, or work on a copy.",
)
def _(f, x, h=1e-5):
    return _shift_and_leave(f, x, h)


@numerical_gradient.misconception(
    "whole-row-shifted",
    "A whole row is shifted at once, so its entries share one number. Shift one entry at a time, "
    "whatever the shape.",
)
def _(f, x, h=1e-5):
    x = np.array(x, dtype=float)
    grad = np.zeros_like(x)
    for i in range(len(x)):
        e = np.zeros_like(x)
        e[i] = 1.0
        grad[i] = (f(x + h * e) - f(x - h * e)) / (2 * h)
    return grad


@numerical_gradient.misconception(
    "everything-shifted",
    "All entries are shifted together: that is one directional derivative, not a gradient.",
)
def _(f, x, h=1e-5):
    x = np.array(x, dtype=float)
    return np.full(x.shape, (f(x + h) - f(x - h)) / (2 * h))


# --- activations ------------------------------------------------------------------------------


def activation_cases(saturate: Any) -> Any:
    """Cases for an activation. saturate(z): makes random numbers inputs where differences fail."""

    def cases(rng: Rng) -> list[Case]:
        """A random upstream gradient of either sign, a cache used twice."""

        def inputs(*shape: int, calls: int = 1, draw: Any = normal) -> dict[str, Any]:
            return {"x": draw(rng, *shape), "dout": normal(rng, *shape), "calls": calls}

        return [
            Case(inputs(4)),
            Case(inputs(3, 5)),
            Case(inputs(4, 3, draw=whole), "whole numbers"),
            Case(inputs(2, 3, calls=2), "backward called twice, after another forward"),
            Case({**inputs(2, 4), "x": saturate(normal(rng, 2, 4))}, DIGITS_LOST),
            Case({**inputs(4), "x": np.array([-1000.0, -0.5, 0.75, 1000.0])}, "large arguments"),
            Case({**inputs(3, 2), "dout": whole(rng, 3, 2)}, "whole numbers from upstream"),
        ]

    return cases


@question(activation_cases(lambda z: 1e30 * z), parts={"dx": 2}, see="relu-backward")
def relu_backward(code: Any, x: Any, dout: Any, calls: Any) -> Any:
    out, cache = code.relu_forward(x)
    if calls > 1:
        code.relu_forward(-x)
    for _ in range(calls):
        dx = code.relu_backward(dout, cache)
    return {"dx": dx}


def _activation_mistake(target, id: str, says: str, see: str | None = None):
    """A wrong backward of an activation, written as a function of x and dout."""
    name = target.id.removesuffix("_backward")
    forward = getattr(bp, f"{name}_forward")

    def register(wrong):
        target.misconception(id, says, see, replaces=f"{name}_forward")(
            lambda x: (forward(x)[0], np.asarray(x, dtype=float))
        )
        target.misconceptions[-1].functions[target.id] = lambda dout, x: wrong(x, dout)
        return wrong

    return register


@_activation_mistake(
    relu_backward,
    "mask-from-upstream",
    "The mask is taken from the sign of dout. Whether a unit was on is a fact of the forward pass: "
    "it was on where x > 0.",
)
def _(x, dout):
    return dout * (dout > 0)


@_activation_mistake(
    relu_backward,
    "derivative-skipped",
    "dout passes through as if there were no ReLU. Where x < 0 the output does not depend on x, so "
    "nothing flows back there.",
)
def _(x, dout):
    return dout.copy()


@_activation_mistake(
    relu_backward,
    "upstream-ignored",
    "This is the slope of ReLU alone. By the chain rule it multiplies the upstream gradient dout.",
)
def _(x, dout):
    return (x > 0) * 1.0


@_activation_mistake(
    relu_backward,
    "value-for-slope",
    "dout is multiplied by the value of ReLU. Its slope is 1 where x > 0, not x.",
)
def _(x, dout):
    return dout * np.maximum(x, 0)


@_activation_mistake(
    relu_backward,
    "mask-inverted",
    "The mask is upside down: the gradient passes where the unit was on (x > 0) and stops elsewhere.",
)
def _(x, dout):
    return dout * (x <= 0)


@_activation_mistake(
    relu_backward,
    "upstream-clipped",
    "ReLU is applied to dout. Backward does not repeat the forward function; it multiplies by its "
    "slope at x.",
)
def _(x, dout):
    return np.maximum(dout, 0) * (x > 0)


@_activation_mistake(
    relu_backward,
    "argument-changed-in-place",
    "dout itself is overwritten. Another branch of the graph may still need it: make a new array.",
    see="computation-graphs",
)
def _(x, dout):
    dout[x <= 0] = 0
    return dout


@question(activation_cases(lambda z: 20 + 0.3 * z), parts={"dx": 3}, see="sigmoid-backward")
def sigmoid_backward(code: Any, x: Any, dout: Any, calls: Any) -> Any:
    out, cache = code.sigmoid_forward(x)
    if calls > 1:
        code.sigmoid_forward(-x)
    for _ in range(calls):
        dx = code.sigmoid_backward(dout, cache)
    return {"dx": dx}


def _s(x):
    return bp.sigmoid_forward(x)[0]


@_activation_mistake(
    sigmoid_backward,
    "sigmoid-applied-twice",
    "The sigmoid is applied to its own output before s(1 - s) is taken. The cached value already is "
    "s.",
)
def _(x, dout):
    return dout * _s(_s(x)) * (1 - _s(_s(x)))


@_activation_mistake(
    sigmoid_backward,
    "input-for-output",
    "s(1 - s) is taken with s = x. It holds for the output of the sigmoid: s = sigmoid(x).",
)
def _(x, dout):
    return dout * x * (1 - x)


@_activation_mistake(
    sigmoid_backward,
    "derivative-skipped",
    "dout passes through as if there were no sigmoid. The chain rule multiplies it by the slope "
    "s(1 - s), which is never more than 1/4.",
)
def _(x, dout):
    return dout.copy()


@_activation_mistake(
    sigmoid_backward,
    "upstream-ignored",
    "This is the slope of the sigmoid alone. By the chain rule it multiplies the upstream gradient.",
)
def _(x, dout):
    return _s(x) * (1 - _s(x))


@_activation_mistake(
    sigmoid_backward,
    "tanh-slope-for-sigmoid",
    "1 - s² is the slope of tanh written with its output. For the sigmoid it is s(1 - s).",
)
def _(x, dout):
    return dout * (1 - _s(x) ** 2)


@_activation_mistake(
    sigmoid_backward,
    "value-for-slope",
    "dout is multiplied by the value s. The slope is s(1 - s): the factor 1 - s is missing.",
)
def _(x, dout):
    return dout * _s(x)


@_activation_mistake(
    sigmoid_backward,
    "slope-of-upstream",
    "s(1 - s) is taken with s = sigmoid(dout). The slope belongs to the forward pass, at x.",
)
def _(x, dout):
    return _s(dout) * (1 - _s(dout))


@sigmoid_backward.misconception(
    "cache-overwritten",
    "The result is written into the cache, so a second call finds something else there. A cache is "
    "only read: make a new array.",
    see="computation-graphs",
)
def _(dout, cache):
    cache *= 1 - cache
    cache *= dout
    return cache


@question(activation_cases(lambda z: 10 + 0.2 * z), parts={"dx": 2}, see="tanh-backward")
def tanh_backward(code: Any, x: Any, dout: Any, calls: Any) -> Any:
    out, cache = code.tanh_forward(x)
    if calls > 1:
        code.tanh_forward(-x)
    for _ in range(calls):
        dx = code.tanh_backward(dout, cache)
    return {"dx": dx}


@_activation_mistake(
    tanh_backward,
    "tanh-applied-twice",
    "tanh is applied to its own output before it is squared. The cached value already is tanh(x).",
)
def _(x, dout):
    return dout * (1 - np.tanh(np.tanh(x)) ** 2)


@_activation_mistake(
    tanh_backward,
    "input-for-output",
    "1 - t² is taken with t = x. It holds for the output of tanh: t = tanh(x).",
)
def _(x, dout):
    return dout * (1 - x**2)


@_activation_mistake(
    tanh_backward,
    "square-forgotten",
    "The slope is 1 - t², not 1 - t: without the square it is 2 where tanh saturates at -1.",
)
def _(x, dout):
    return dout * (1 - np.tanh(x))


@_activation_mistake(
    tanh_backward,
    "sigmoid-slope-for-tanh",
    "t(1 - t) is the sigmoid's slope written with its output. For tanh it is 1 - t².",
)
def _(x, dout):
    return dout * np.tanh(x) * (1 - np.tanh(x))


@_activation_mistake(
    tanh_backward,
    "upstream-ignored",
    "This is the slope of tanh alone. By the chain rule it multiplies the upstream gradient.",
)
def _(x, dout):
    return 1 - np.tanh(x) ** 2


@_activation_mistake(
    tanh_backward,
    "derivative-skipped",
    "dout passes through as if there were no tanh. The chain rule multiplies it by 1 - t².",
)
def _(x, dout):
    return dout.copy()


# --- losses -----------------------------------------------------------------------------------


def mse_loss_cases(rng: Rng) -> list[Case]:
    """One axis and two, so that N and the number of entries differ."""
    far = normal(rng, 3, 2)
    far[1, 0] = 1e15
    return [
        Case({"pred": normal(rng, 3), "y": normal(rng, 3)}),
        Case({"pred": normal(rng, 3, 2), "y": normal(rng, 3, 2)}),
        Case({"pred": whole(rng, 2, 5), "y": whole(rng, 2, 5) + 4}, "whole numbers"),
        Case({"pred": normal(rng, 3, 2), "y": far}, DIGITS_LOST),
    ]


@question(mse_loss_cases, parts={"loss": 1, "dpred": 3}, see="mean-squared-error-backward")
def mse_loss(code: Any, pred: Any, y: Any) -> Any:
    loss, dpred = code.mse_loss(pred, y)
    return {"loss": loss, "dpred": dpred}


@mse_loss.misconception(
    "factor-2-forgotten",
    "The 2 is missing: the derivative of a square is 2 times its inside.",
)
def _(pred, y):
    return bp.mse(pred, y), (pred - y) / np.size(pred)


@mse_loss.misconception(
    "divided-by-n-only",
    "The gradient is divided by the number of rows. The mean is over all entries, N times the "
    "columns, and so is its gradient.",
)
def _(pred, y):
    return bp.mse(pred, y), 2 * (pred - y) / len(pred)


@mse_loss.misconception(
    "divided-by-n-only",
    "Loss and gradient are divided by the number of rows. The mean is over all entries, N times the "
    "columns.",
)
def _(pred, y):
    return np.sum((pred - y) ** 2) / len(pred), 2 * (pred - y) / len(pred)


@mse_loss.misconception(
    "mean-forgotten",
    "The gradient is that of the sum. The loss is a mean, so its gradient carries 1 / (number of "
    "entries).",
)
def _(pred, y):
    return bp.mse(pred, y), 2.0 * (pred - y)


@mse_loss.misconception(
    "sum-for-mean", "Loss and gradient are those of the sum. The loss is the mean over all entries."
)
def _(pred, y):
    return np.sum((pred - y) ** 2), 2.0 * (pred - y)


@mse_loss.misconception(
    "half-squared-error",
    "Loss and gradient carry a factor 1/2. Some texts put it there to lose the 2; here the loss is "
    "the plain mean.",
)
def _(pred, y):
    return 0.5 * bp.mse(pred, y), (pred - y) / np.size(pred)


@mse_loss.misconception(
    "sign-flipped",
    "The gradient points the wrong way: it is taken by pred, so it is pred - y, not y - pred.",
)
def _(pred, y):
    return bp.mse(pred, y), 2 * (y - pred) / np.size(pred)


def softmax_cross_entropy_cases(rng: Rng) -> list[Case]:
    """Batches of several sizes, whole numbers, logits that overflow."""
    extreme = np.array([[1e4, 9999.0, 0.0], [-1e4, 3.0, 2.0], [1.0, -1.0, 0.5]])
    y = labels(rng, 4, 3)
    sure = 0.1 * normal(rng, 4, 3) - 20 * (1 - np.eye(3)[y])  # and right: p - 1 is about 1e-9
    return [
        Case({"logits": normal(rng, 2, 3), "y": labels(rng, 2, 3)}),
        Case({"logits": 2 * normal(rng, 5, 4), "y": labels(rng, 5, 4)}),
        Case({"logits": whole(rng, 4, 3), "y": labels(rng, 4, 3)}, "whole numbers"),
        Case({"logits": extreme, "y": np.array([1, 0, 2])}, "logits up to 10,000"),
        Case({"logits": sure, "y": y}, DIGITS_LOST),
    ]


@question(softmax_cross_entropy_cases, parts={"loss": 1, "dlogits": 4}, see="softmax-cross-entropy")
def softmax_cross_entropy(code: Any, logits: Any, y: Any) -> Any:
    loss, dlogits = code.softmax_cross_entropy(logits, y)
    return {"loss": loss, "dlogits": dlogits}


def _cross_entropy_mistake(id: str, says: str, see: str | None = None):
    """A wrong dlogits, written as a function of probabilities, labels, and one-hot labels."""

    def register(wrong):
        def loss(logits, y):
            p = bp.softmax(logits)
            return bp.cross_entropy(logits, y), wrong(p, y, np.eye(p.shape[1])[y])

        softmax_cross_entropy.misconception(id, says, see)(loss)
        return wrong

    return register


@_cross_entropy_mistake(
    "mean-forgotten",
    "The 1/N is missing. The loss is a mean over the examples, so each one's gradient is divided by N.",
)
def _(p, y, onehot):
    return p - onehot


@_cross_entropy_mistake(
    "divided-by-n-twice", "The gradient is divided by N twice. One mean, one 1/N."
)
def _(p, y, onehot):
    return (p - onehot) / len(y) ** 2


@_cross_entropy_mistake(
    "label-not-subtracted",
    "These are the probabilities over N. The gradient is p - 1 for the right class: that is what "
    "pushes its logit up.",
)
def _(p, y, onehot):
    return p / len(y)


@_cross_entropy_mistake(
    "sign-flipped", "The gradient points the wrong way: it is probabilities minus labels."
)
def _(p, y, onehot):
    return (onehot - p) / len(y)


@_cross_entropy_mistake(
    "elementwise-softmax-slope",
    "s(1 - s) is only the diagonal of the softmax Jacobian. Every logit moves every probability; "
    "with the off-diagonal terms the sum collapses to p - onehot.",
)
def _(p, y, onehot):
    return (p - onehot) * p * (1 - p) / len(y)


@_cross_entropy_mistake(
    "right-class-only",
    "Only the logit of the right class gets a gradient, as if softmax' were s(1 - s). Its "
    "off-diagonal terms are missing: the other logits share the probability and are pushed down.",
)
def _(p, y, onehot):
    return (p - 1) * onehot / len(y)


@_cross_entropy_mistake(
    "every-row-indexed",
    "p[:, y] -= 1 subtracts at every label in every row. One entry for each row is "
    "p[np.arange(N), y].",
    see="shapes-and-batches",
)
def _(p, y, onehot):
    q = p.copy()
    q[:, y] -= 1
    return q / len(y)


@_cross_entropy_mistake(
    "divided-by-classes-too",
    "The gradient is divided by N times C. Each example adds one number to the mean, so divide by N.",
)
def _(p, y, onehot):
    return (p - onehot) / p.size


def _naive_softmax_cross_entropy(logits, y):
    e = np.exp(logits)
    p = e / e.sum(axis=1, keepdims=True)
    N = len(y)
    dlogits = p.copy()
    dlogits[np.arange(N), y] -= 1
    return p, dlogits / N


@softmax_cross_entropy.misconception(
    "exp-overflow",
    "exp overflows above 709, and inf / inf is nan. Subtract each row's maximum first.",
    see="softmax-overflow",
)
def _(logits, y):
    p, dlogits = _naive_softmax_cross_entropy(logits, y)
    return -np.log(p[np.arange(len(y)), y]).mean(), dlogits


@softmax_cross_entropy.misconception(
    "log-of-zero",
    "The probability of the right class underflows to 0, and log(0) is -inf. Take the log of softmax "
    "in one piece: the shifted logit minus the log of the sum.",
    see="log-of-zero",
)
def _(logits, y):
    p = bp.softmax(logits)
    loss = -np.log(p[np.arange(len(y)), y]).mean()
    return loss, bp.softmax_cross_entropy(logits, y)[1]


def _with_epsilon(epsilon: float):
    @softmax_cross_entropy.misconception(
        "epsilon-inside-log",
        "A small number inside the log hides log(0) but caps the loss: a very wrong answer costs "
        "about 20 or 30 instead of thousands. Take the log of softmax in one piece.",
        see="log-of-zero",
    )
    def _(logits, y):
        p = bp.softmax(logits)
        loss = -np.log(p[np.arange(len(y)), y] + epsilon).mean()
        return loss, bp.softmax_cross_entropy(logits, y)[1]


for epsilon in (1e-8, 1e-9, 1e-10, 1e-12, 1e-15, 1e-16):
    _with_epsilon(epsilon)


@softmax_cross_entropy.misconception(
    "sum-for-mean",
    "Loss and gradient are sums over the examples. The mean divides both by N.",
)
def _(logits, y):
    loss, dlogits = bp.softmax_cross_entropy(logits, y)
    return loss * len(y), dlogits * len(y)


# --- mlp_loss ---------------------------------------------------------------------------------


def mlp_loss_cases(rng: Rng) -> list[Case]:
    """One to three layers, all widths different, regularisation on."""

    def inputs(N: int, *widths: int, reg: float, scale: float = 1.0) -> dict[str, Any]:
        params = [(scale * W, b) for W, b in mlp_params(rng, *widths)]
        return {
            "params": params,
            "x": normal(rng, N, widths[0]),
            "y": labels(rng, N, widths[-1]),
            "reg": reg,
        }

    def astray() -> dict[str, Any]:
        """All labels the same, and taken for all but impossible: no gradients that cancel to 0."""
        case = inputs(4, 2, 3, reg=0.01, scale=500.0)
        ((W, b),) = case["params"]
        return {**case, "params": [(W, b - 8000 * (np.arange(3) == 1))], "y": np.full(4, 1)}

    def sure() -> dict[str, Any]:
        """All labels the same and rightly taken for almost certain: gradients of about 1e-9."""
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


@question(
    mlp_loss_cases,
    parts={"loss": 2, "grads": 6},
    see="gradients-step",
    writes=("mlp_backward", "mlp_loss"),
    uses=(
        "linear_forward",
        "linear_backward",
        "relu_forward",
        "relu_backward",
        "softmax_cross_entropy",
    ),
)
def mlp_loss(code: Any, params: Any, x: Any, y: Any, reg: Any) -> Any:
    loss, grads = code.mlp_loss(params, x, y, reg)
    return {"loss": loss, "grads": grads}


def mlp_loss_with(backward=bp.mlp_backward, loss_penalty=None, grad_penalty=None):
    """mlp_loss with a part of it replaced.

    backward(dlogits, cache) -> grads. loss_penalty(params, N) and grad_penalty(W, b, N) are in
    units of reg; the right ones are half the sum of squared weights, and (W, 0).
    """

    def mlp_loss(params, x, y, reg):
        N = len(y)
        logits, cache = bp.mlp_forward(params, x)
        loss, dlogits = bp.softmax_cross_entropy(logits, y)
        half_squares = 0.5 * sum(float((W**2).sum()) for W, b in params)
        loss += reg * (half_squares if loss_penalty is None else loss_penalty(params, N))
        penalty = grad_penalty or (lambda W, b, N: (W, 0.0))
        grads = []
        for (dW, db), (W, b) in zip(backward(dlogits, cache), params, strict=True):
            pW, pb = penalty(W, b, N)
            grads.append((dW + reg * pW, db + reg * pb))
        return loss, grads

    return mlp_loss


def backward_with(activation=bp.relu_backward, linear=bp.linear_backward, last_activation=None):
    """mlp_backward with a part of it replaced: activation(dout, mask), linear(dout, cache)."""

    def mlp_backward(dlogits, cache):
        dout, grads = dlogits, []
        for linear_cache, mask in reversed(cache):
            if mask is not None:
                dout = activation(dout, mask)
            dout, dW, db = linear(dout, linear_cache)
            grads.append((dW, db))
        return grads[::-1]

    return mlp_backward


def _mlp_mistake(id: str, says: str, see: str | None = None, **parts: Any) -> None:
    mlp_loss.misconception(id, says, see)(mlp_loss_with(**parts))


def _squares(params):
    return sum(float((W**2).sum()) for W, b in params)


_mlp_mistake(
    "penalty-missing-in-gradient",
    "The penalty is in the loss but not in the gradient. Then training does not minimise the loss it "
    "reports: 0.5 reg W² adds reg W to dW.",
    see="update-step",
    grad_penalty=lambda W, b, N: (0.0, 0.0),
)
_mlp_mistake(
    "penalty-missing-in-loss",
    "The penalty is in the gradient but not in the loss, so a gradient check cannot pass.",
    see="update-step",
    loss_penalty=lambda params, N: 0.0,
)
_mlp_mistake(
    "penalty-missing",
    "The penalty on the weights is missing, in the loss and in the gradient.",
    see="update-step",
    loss_penalty=lambda params, N: 0.0,
    grad_penalty=lambda W, b, N: (0.0, 0.0),
)
_mlp_mistake(
    "penalty-gradient-doubled",
    "The penalty's gradient is 2 reg W. The loss has 0.5 reg W², and the half cancels the 2.",
    see="update-step",
    grad_penalty=lambda W, b, N: (2 * W, 0.0),
)
_mlp_mistake(
    "half-forgotten-in-penalty",
    "The penalty in the loss lacks its half: it is 0.5 reg times the sum of squares.",
    see="update-step",
    loss_penalty=lambda params, N: _squares(params),
)
_mlp_mistake(
    "penalty-doubled",
    "The penalty is reg W² in the loss and 2 reg W in the gradient: twice what is asked, 0.5 reg W².",
    see="update-step",
    loss_penalty=lambda params, N: _squares(params),
    grad_penalty=lambda W, b, N: (2 * W, 0.0),
)
_mlp_mistake(
    "penalty-gradient-halved",
    "The penalty's gradient is 0.5 reg W: the 2 of the square has been forgotten.",
    see="update-step",
    grad_penalty=lambda W, b, N: (0.5 * W, 0.0),
)
_mlp_mistake(
    "biases-penalised",
    "The biases are penalised too. A bias only shifts a neuron; the penalty is on weights.",
    see="update-step",
    loss_penalty=lambda params, N: 0.5 * sum((W**2).sum() + (b**2).sum() for W, b in params),
    grad_penalty=lambda W, b, N: (W, b),
)
_mlp_mistake(
    "biases-penalised",
    "The biases' gradient carries a penalty too. A bias only shifts a neuron; the penalty is on "
    "weights.",
    see="update-step",
    grad_penalty=lambda W, b, N: (W, b),
)
_mlp_mistake(
    "penalty-divided-by-n",
    "The penalty is divided by N. The mean is over the examples' losses; the penalty is added once.",
    see="update-step",
    loss_penalty=lambda params, N: 0.5 * _squares(params) / N,
    grad_penalty=lambda W, b, N: (W / N, 0.0),
)
_mlp_mistake(
    "penalty-divided-by-n",
    "The penalty's gradient is divided by N. The penalty is added once, not for each example.",
    see="update-step",
    grad_penalty=lambda W, b, N: (W / N, 0.0),
)
_mlp_mistake(
    "derivative-skipped",
    "The gradient goes past the ReLUs unchanged. Units that were off pass nothing back.",
    backward=backward_with(activation=lambda dout, mask: dout),
)
_mlp_mistake(
    "mask-from-upstream",
    "The ReLU mask is taken from the sign of the gradient. It is a fact of the forward pass: where "
    "the pre-activation was positive.",
    backward=backward_with(activation=lambda dout, mask: dout * (dout > 0)),
)
_mlp_mistake(
    "bias-gradient-averaged",
    "The bias gradients are averaged over the batch; the mean is already in dlogits. Sum.",
    see="gradient-of-each-part",
    backward=backward_with(
        linear=lambda dout, cache: (
            dout @ cache[1].T,
            cache[0].T @ dout,
            dout.mean(axis=0),
        )
    ),
)
_mlp_mistake(
    "divided-by-n-again",
    "dW and db are divided by N although dlogits already carries the 1/N of the mean.",
    see="gradient-of-each-part",
    backward=backward_with(
        linear=lambda dout, cache: (
            dout @ cache[1].T,
            cache[0].T @ dout / len(dout),
            dout.sum(axis=0) / len(dout),
        )
    ),
)
_mlp_mistake(
    "gradients-in-reverse-order",
    "The gradients are listed from the last layer to the first. They belong in the order of params.",
    backward=lambda dlogits, cache: bp.mlp_backward(dlogits, cache)[::-1],
)


@mlp_loss.misconception(
    "mean-forgotten",
    "The gradients are those of the summed loss: the 1/N of the mean is missing.",
    see="gradient-of-each-part",
)
def _(params, x, y, reg):
    loss, grads = bp.mlp_loss(params, x, y, reg)
    without_penalty = bp.mlp_loss(params, x, y, 0.0)[1]
    return loss, [
        (len(y) * dW + reg * W, len(y) * db)
        for (dW, db), (W, b) in zip(without_penalty, params, strict=True)
    ]


@mlp_loss.misconception(
    "pre-activation-for-activation",
    "dW is built from the pre-activation of the layer below. What W was multiplied by is the "
    "activation, after ReLU.",
)
def _(params, x, y, reg):
    loss, grads = bp.mlp_loss(params, x, y, reg)
    logits, cache = bp.mlp_forward(params, x)
    _, dout = bp.softmax_cross_entropy(logits, y)
    wrong = []
    for i in reversed(range(len(params))):
        (a, W), mask = cache[i]
        if mask is not None:
            dout = bp.relu_backward(dout, mask)
        below = a if i == 0 else cache[i - 1][0][0] @ params[i - 1][0] + params[i - 1][1]
        wrong.append((below.T @ dout + reg * W, dout.sum(axis=0)))
        dout = dout @ W.T
    return loss, wrong[::-1]


# --- the update -------------------------------------------------------------------------------


def sgd_step_cases(rng: Rng) -> list[Case]:
    """One to three layers; parameters and gradients of the same shapes."""

    def inputs(lr: float, *widths: int) -> dict[str, Any]:
        return {"params": mlp_params(rng, *widths), "grads": mlp_params(rng, *widths), "lr": lr}

    return [
        Case(inputs(0.1, 2, 3), "one layer"),
        Case(inputs(0.03, 2, 4, 3), "two layers"),
        Case(inputs(2.0, 3, 5, 4, 2), "three layers, a large learning rate"),
        Case({**inputs(0.1, 2, 3), "params": [(whole(rng, 2, 3), whole(rng, 3))]}, "whole numbers"),
        Case({**inputs(0.1, 2, 3), "grads": [(30 * normal(rng, 2, 3), 30 * normal(rng, 3))]}),
    ]


@question(sgd_step_cases, parts={"params": 3}, see="update-step")
def sgd_step(code: Any, params: Any, grads: Any, lr: Any) -> Any:
    return {"params": code.sgd_step(params, grads, lr)}


def _update(rule_W, rule_b=None):
    """sgd_step by a rule for weights and one for biases: rule(old, gradient, lr) -> new."""

    def sgd_step(params, grads, lr):
        return [
            (rule_W(W, dW, lr), (rule_b or rule_W)(b, db, lr))
            for (W, b), (dW, db) in zip(params, grads, strict=True)
        ]

    return sgd_step


sgd_step.misconception(
    "uphill",
    "The step goes up the gradient. The gradient points to where the loss grows: subtract.",
)(_update(lambda p, g, lr: p + lr * g))
sgd_step.misconception("learning-rate-forgotten", "The learning rate is not used.")(
    _update(lambda p, g, lr: p - g)
)
sgd_step.misconception(
    "biases-not-updated", "Only the weights are updated. Biases are parameters too."
)(_update(lambda p, g, lr: p - lr * g, lambda b, db, lr: b))
sgd_step.misconception(
    "parameter-shrunk",
    "The learning rate multiplies the parameter too. Only the gradient is scaled: p - lr * g.",
)(_update(lambda p, g, lr: lr * (p - g)))
sgd_step.misconception(
    "step-without-parameter", "This is the step alone. The new parameter is the old one minus it."
)(_update(lambda p, g, lr: -lr * g))
sgd_step.misconception(
    "learning-rate-divides", "The gradient is divided by the learning rate; it is multiplied."
)(_update(lambda p, g, lr: p - g / lr))


@sgd_step.misconception(
    "parameters-changed-in-place",
    "The old arrays are overwritten. The caller may still need them (to compare, or to go back): "
    "return new ones, and mind that -= works in place.",
)
def _(params, grads, lr):
    for (W, b), (dW, db) in zip(params, grads, strict=True):
        W -= lr * dW
        b -= lr * db
    return params


# --- train_step -------------------------------------------------------------------------------


def train_step_cases(rng: Rng) -> list[Case]:
    """A batch, a network, regularisation on."""

    def inputs(N: int, *widths: int, lr: float, reg: float) -> dict[str, Any]:
        return {
            "params": mlp_params(rng, *widths),
            "x": normal(rng, N, widths[0]),
            "y": labels(rng, N, widths[-1]),
            "lr": lr,
            "reg": reg,
        }

    return [
        Case(inputs(4, 2, 3, lr=0.5, reg=0.1), "one layer"),
        Case(inputs(5, 2, 6, 3, lr=0.5, reg=0.2), "two layers"),
        Case(inputs(6, 3, 7, 5, 4, lr=0.25, reg=0.05), "three layers"),
    ]


@question(
    train_step_cases,
    parts={"params": 3, "loss": 1},
    see="update-step",
    uses=("mlp_loss", "sgd_step"),
)
def train_step(code: Any, params: Any, x: Any, y: Any, lr: Any, reg: Any) -> Any:
    new_params, loss = code.train_step(params, x, y, lr, reg)
    return {"params": new_params, "loss": loss}


@train_step.misconception(
    "loss-after-step",
    "The loss is measured after the step. What belongs to the gradient just used is the loss before it.",
)
def _(params, x, y, lr, reg):
    new = bp.train_step(params, x, y, lr, reg)[0]
    return new, bp.mlp_loss(new, x, y, reg)[0]


@train_step.misconception(
    "penalty-missing",
    "The loss comes without the penalty. Report the number that the step goes down on.",
)
def _(params, x, y, lr, reg):
    return bp.train_step(params, x, y, lr, reg)[0], bp.mlp_loss(params, x, y, 0.0)[0]


@train_step.misconception(
    "penalty-missing", "reg is not passed on: neither the loss nor the step knows the penalty."
)
def _(params, x, y, lr, reg):
    return bp.train_step(params, x, y, lr, 0.0)


@train_step.misconception(
    "penalty-twice",
    "The penalty's gradient is subtracted a second time. mlp_loss has already put it into dW.",
)
def _(params, x, y, lr, reg):
    new, loss = bp.train_step(params, x, y, lr, reg)
    pairs = zip(new, params, strict=True)
    return [(W - lr * reg * old_W, b) for (W, b), (old_W, _) in pairs], loss


@train_step.misconception(
    "updated-while-going-back",
    "A layer's weights are updated before the gradient of the layer below is computed from them. "
    "Every gradient comes from the old parameters: first all gradients, then the update.",
)
def _(params, x, y, lr, reg):
    logits, cache = bp.mlp_forward(params, x)
    loss = bp.mlp_loss(params, x, y, reg)[0]
    _, dout = bp.softmax_cross_entropy(logits, y)
    new = []
    for (W, b), ((a, _), mask) in zip(reversed(params), reversed(cache), strict=True):
        if mask is not None:
            dout = dout * mask
        W, b = W - lr * (a.T @ dout + reg * W), b - lr * dout.sum(axis=0)
        dout = dout @ W.T
        new.append((W, b))
    return new[::-1], loss


@train_step.misconception(
    "updated-while-going-back",
    "Layers are updated one after another, each gradient taken after the layers before it have "
    "moved. Every gradient comes from the old parameters: first all gradients, then the update.",
)
def _(params, x, y, lr, reg):
    loss = bp.mlp_loss(params, x, y, reg)[0]
    new = list(params)
    for i in range(len(params)):
        dW, db = bp.mlp_loss(new, x, y, reg)[1][i]
        new[i] = (new[i][0] - lr * dW, new[i][1] - lr * db)
    return new, loss


@train_step.misconception(
    "uphill", "The step goes up the gradient: the loss grows. Subtract lr times the gradient."
)
def _(params, x, y, lr, reg):
    return bp.train_step(params, x, y, -lr, reg)


@train_step.misconception("step-not-taken", "The parameters come back as they were.")
def _(params, x, y, lr, reg):
    return params, bp.mlp_loss(params, x, y, reg)[0]


@train_step.misconception(
    "two-steps", "Two steps are taken: the update is applied twice. One call is one step."
)
def _(params, x, y, lr, reg):
    first, loss = bp.train_step(params, x, y, lr, reg)
    return bp.train_step(first, x, y, lr, reg)[0], loss


@train_step.misconception(
    "parameters-changed-in-place",
    "The caller's arrays are overwritten. Return new parameters; -= works in place.",
)
def _(params, x, y, lr, reg):
    new, loss = bp.train_step(params, x, y, lr, reg)
    for (W, b), (new_W, new_b) in zip(params, new, strict=True):
        W[...], b[...] = new_W, new_b
    return params, loss


# --- train ------------------------------------------------------------------------------------


def train_cases(rng: Rng) -> list[Case]:
    """Several steps, exactly compared."""

    def inputs(N: int, *widths: int, steps: int, lr: float, reg: float) -> dict[str, Any]:
        return {
            "params": mlp_params(rng, *widths),
            "x": normal(rng, N, widths[0]),
            "y": labels(rng, N, widths[-1]),
            "steps": steps,
            "lr": lr,
            "reg": reg,
        }

    return [
        Case(inputs(4, 2, 3, steps=3, lr=0.2, reg=0.1), "one layer, three steps"),
        Case(inputs(5, 2, 6, 3, steps=4, lr=0.1, reg=0.05), "two layers, four steps"),
        Case(inputs(6, 3, 5, 4, steps=1, lr=0.1, reg=0.1), "one step"),
        Case(inputs(5, 2, 3, steps=12, lr=8.0, reg=0.0), "a learning rate that is too large"),
        Case(inputs(5, 3, 2, steps=3, lr=1e-5, reg=0.1), "a tiny learning rate"),
    ]


@question(
    train_cases,
    parts={"params": 2, "losses": 2},
    see="iterate-step",
    tolerance=1e-5,
    uses=("train_step", "mlp_loss", "sgd_step"),
)
def train(code: Any, params: Any, x: Any, y: Any, steps: Any, lr: Any, reg: Any) -> Any:
    new_params, losses = code.train(params, x, y, steps, lr, reg)
    return {"params": new_params, "losses": losses}


@train.misconception(
    "gradient-reused",
    "Every step uses the gradient of the first. The gradient belongs to one point: compute it anew "
    "after each step.",
)
def _(params, x, y, steps, lr, reg):
    grads = bp.mlp_loss(params, x, y, reg)[1]
    losses = []
    for _ in range(steps):
        losses.append(bp.mlp_loss(params, x, y, reg)[0])
        params = bp.sgd_step(params, grads, lr)
    return params, losses


@train.misconception(
    "restarted-every-step",
    "Every step starts from the first parameters again, so nothing adds up: pass the new parameters "
    "on.",
)
def _(params, x, y, steps, lr, reg):
    new, losses = params, []
    for _ in range(steps):
        new, loss = bp.train_step(params, x, y, lr, reg)
        losses.append(loss)
    return new, losses


@train.misconception(
    "loss-after-step",
    "Each loss is measured after its step. Record the loss before the step: the first one is that of "
    "the untrained network.",
)
def _(params, x, y, steps, lr, reg):
    losses = []
    for _ in range(steps):
        params, _loss = bp.train_step(params, x, y, lr, reg)
        losses.append(bp.mlp_loss(params, x, y, reg)[0])
    return params, losses


@train.misconception(
    "one-loss-too-many",
    "There are steps + 1 losses. One loss before each step makes exactly steps of them.",
)
def _(params, x, y, steps, lr, reg):
    params, losses = bp.train(params, x, y, steps, lr, reg)
    return params, [*losses, bp.mlp_loss(params, x, y, reg)[0]]


@train.misconception("one-step-short", "One step is missing: range(1, steps) runs steps - 1 times.")
def _(params, x, y, steps, lr, reg):
    return bp.train(params, x, y, steps - 1, lr, reg)


@train.misconception("one-step-too-many", "One step too many is taken: steps says how many.")
def _(params, x, y, steps, lr, reg):
    return bp.train(params, x, y, steps + 1, lr, reg)


@train.misconception(
    "gradients-accumulated",
    "The gradients of earlier steps are still in the sum. Start each step from a fresh gradient "
    "(what frameworks call zeroing the gradients).",
)
def _(params, x, y, steps, lr, reg):
    total, losses = None, []
    for _ in range(steps):
        loss, grads = bp.mlp_loss(params, x, y, reg)
        if total is not None:
            pairs = zip(total, grads, strict=True)
            grads = [(tW + dW, tb + db) for (tW, tb), (dW, db) in pairs]
        total = grads
        losses.append(loss)
        params = bp.sgd_step(params, grads, lr)
    return params, losses


@train.misconception(
    "parameters-not-returned", "The first parameters come back instead of the trained ones."
)
def _(params, x, y, steps, lr, reg):
    return params, bp.train(params, x, y, steps, lr, reg)[1]


@train.misconception("uphill", "The steps go up the gradient: the losses grow.")
def _(params, x, y, steps, lr, reg):
    return bp.train(params, x, y, steps, -lr, reg)


@train.misconception(
    "penalty-missing", "reg is not used: the penalty is missing in every step.", see="update-step"
)
def _(params, x, y, steps, lr, reg):
    return bp.train(params, x, y, steps, lr, 0.0)


@train.misconception(
    "penalty-missing",
    "The recorded losses lack the penalty. Record the number that the steps go down on.",
    see="update-step",
)
def _(params, x, y, steps, lr, reg):
    losses = []
    for _ in range(steps):
        losses.append(bp.mlp_loss(params, x, y, 0.0)[0])
        params = bp.train_step(params, x, y, lr, reg)[0]
    return params, losses


@train.misconception(
    "learning-rate-decays",
    "The learning rate shrinks from step to step. Here it stays as given.",
)
def _(params, x, y, steps, lr, reg):
    losses = []
    for i in range(steps):
        params, loss = bp.train_step(params, x, y, lr / (i + 1), reg)
        losses.append(loss)
    return params, losses


# --- hinge_loss -------------------------------------------------------------------------------


def hinge_loss_cases(rng: Rng) -> list[Case]:
    """No term is within 0.004 of the corner: differences of scores end in two digits, margins not."""

    def inputs(N: int, C: int, margin: float, draw: Any = normal) -> dict[str, Any]:
        return {"scores": draw(rng, N, C), "y": labels(rng, N, C), "margin": margin}

    satisfied = inputs(4, 3, 1.005)
    right = 5 * np.eye(3)[satisfied["y"]] * np.array([[1.0], [0.0], [1.0], [0.0]])
    return [
        Case(inputs(2, 3, 1.005)),
        Case(inputs(5, 4, 0.705)),
        Case(inputs(4, 3, 1.5, draw=whole), "whole numbers"),
        Case({**satisfied, "scores": satisfied["scores"] + right}, "some rows without any loss"),
        Case(inputs(3, 5, 20.0), "a margin that nothing reaches"),
        Case({**inputs(4, 3, 1.005), "scores": 1e30 * normal(rng, 4, 3)}, DIGITS_LOST),
    ]


@question(
    hinge_loss_cases, parts={"loss": 1, "dscores": 2}, see="gradient-of-each-part", bonus=True
)
def hinge_loss(code: Any, scores: Any, y: Any, margin: Any) -> Any:
    loss, dscores = code.hinge_loss(scores, y, margin)
    return {"loss": loss, "dscores": dscores}


def _hinge_mistake(id: str, says: str):
    """A wrong hinge loss: sums over the examples, from excess (0 for the right class) and one-hot."""

    def register(wrong):
        def loss(scores, y, margin):
            scores = np.asarray(scores, dtype=float)
            onehot = np.eye(scores.shape[1])[y]
            right = (scores * onehot).sum(axis=1, keepdims=True)
            excess = np.maximum(scores - right + margin, 0) * (1 - onehot)
            total, gradient = wrong(excess, onehot)
            return total / len(y), gradient / len(y)

        hinge_loss.misconception(id, says)(loss)
        return wrong

    return register


def _hinge_gradient(excess, onehot):
    on = (excess > 0) * 1.0
    return on - onehot * on.sum(axis=1, keepdims=True)


@_hinge_mistake(
    "right-class-counted-once",
    "The right class gets -1 where there is any loss. It takes part in every term above 0: count them.",
)
def _(excess, onehot):
    on = (excess > 0) * 1.0
    return excess.sum(), on - onehot * (on.sum(axis=1, keepdims=True) > 0)


@_hinge_mistake(
    "right-class-forgotten",
    "The right class has no gradient. Its score stands in every term with a minus, so raising it "
    "lowers the loss.",
)
def _(excess, onehot):
    return excess.sum(), (excess > 0) * 1.0


@_hinge_mistake(
    "right-class-only",
    "Only the right class has a gradient. The classes that come too close are pushed down as well.",
)
def _(excess, onehot):
    return excess.sum(), _hinge_gradient(excess, onehot) * onehot


@_hinge_mistake(
    "sign-flipped",
    "The gradient points the wrong way: the loss grows with the scores of the wrong classes.",
)
def _(excess, onehot):
    return excess.sum(), -_hinge_gradient(excess, onehot)


@_hinge_mistake(
    "value-for-slope",
    "The gradient is the size of each term. The slope of max(0, t) is 1 where t > 0, however large "
    "t is.",
)
def _(excess, onehot):
    return excess.sum(), excess - onehot * excess.sum(axis=1, keepdims=True)


@_hinge_mistake(
    "every-class-pushed",
    "Every wrong class is pushed down. A term at 0 has no slope: a class that keeps the margin is "
    "left alone.",
)
def _(excess, onehot):
    return excess.sum(), (1 - onehot) - onehot * (excess.shape[1] - 1)


@_hinge_mistake(
    "worst-class-only",
    "Only the worst class counts. That is another hinge loss; this one sums over all wrong classes.",
)
def _(excess, onehot):
    worst = excess * (excess == excess.max(axis=1, keepdims=True))
    return worst.sum(), _hinge_gradient(worst, onehot)


@_hinge_mistake(
    "squared-hinge",
    "The terms are squared. Here they count as they are: max(0, s_j - s_y + margin).",
)
def _(excess, onehot):
    return (excess**2).sum(), 2 * (excess - onehot * excess.sum(axis=1, keepdims=True))


@_hinge_mistake(
    "divided-by-classes-too",
    "Loss and gradient are divided by the number of classes as well. Each example adds its sum over "
    "the classes to the mean, so divide by N.",
)
def _(excess, onehot):
    C = excess.shape[1]
    return excess.sum() / C, _hinge_gradient(excess, onehot) / C


@hinge_loss.misconception(
    "mean-forgotten",
    "The gradient is that of the sum. The loss is a mean over the examples, so each one's gradient is "
    "divided by N.",
)
def _(scores, y, margin):
    loss, dscores = bp.hinge_loss(scores, y, margin)
    return loss, dscores * len(y)


@hinge_loss.misconception(
    "sum-for-mean", "Loss and gradient are sums over the examples. The mean divides both by N."
)
def _(scores, y, margin):
    loss, dscores = bp.hinge_loss(scores, y, margin)
    return loss * len(y), dscores * len(y)


@hinge_loss.misconception(
    "divided-by-n-twice", "The gradient is divided by N twice. One mean, one 1/N."
)
def _(scores, y, margin):
    loss, dscores = bp.hinge_loss(scores, y, margin)
    return loss, dscores / len(y)


@hinge_loss.misconception(
    "right-class-in-the-sum",
    "The right class is in the sum, where it adds the margin to the loss of every example. The sum "
    "runs over the wrong classes only.",
)
def _(scores, y, margin):
    loss, dscores = bp.hinge_loss(scores, y, margin)
    return loss + margin, dscores


@hinge_loss.misconception(
    "margin-subtracted",
    "The margin has the wrong sign. It is added: a wrong class has to stay below the right one by "
    "that much.",
)
def _(scores, y, margin):
    return bp.hinge_loss(scores, y, -margin)


@hinge_loss.misconception(
    "margin-ignored",
    "The margin is taken to be 1. It is an argument: the caller chooses it.",
)
def _(scores, y, margin):
    return bp.hinge_loss(scores, y, 1.0)


@hinge_loss.misconception(
    "margin-ignored",
    "The margin is left out. It is an argument: how far a wrong class has to stay below the right one.",
)
def _(scores, y, margin):
    return bp.hinge_loss(scores, y, 0.0)


@hinge_loss.misconception(
    "difference-reversed",
    "The difference is taken the wrong way round: it punishes wrong classes that score low. It is "
    "s_j - s_y.",
)
def _(scores, y, margin):
    loss, dscores = bp.hinge_loss(-np.asarray(scores), y, margin)
    return loss, -dscores


@hinge_loss.misconception(
    "terms-not-cut",
    "The terms are not cut off at 0, so classes that are far below pay for others that are not.",
)
def _(scores, y, margin):
    scores, (N, C) = np.asarray(scores, dtype=float), np.shape(scores)
    onehot = np.eye(C)[y]
    right = (scores * onehot).sum(axis=1, keepdims=True)
    return ((scores - right + margin) * (1 - onehot)).sum() / N, (1 - C * onehot) / N


QUESTIONS = [
    numerical_gradient,
    relu_backward,
    sigmoid_backward,
    tanh_backward,
    mse_loss,
    softmax_cross_entropy,
    mlp_loss,
    sgd_step,
    train_step,
    train,
    hinge_loss,
]

MANUAL = ManualQuestion(
    "gradient_of_softmax_cross_entropy",
    (
        (1, "the loss of one example written in logits, or the right softmax Jacobian, both cases"),
        (
            1,
            "the chain rule over all classes, or the derivative of the log of the sum, step by step",
        ),
        (1, "the result p - onehot, and where the 1/N of the batch comes in"),
    ),
)
