"""Assignment 04-calculus: chains, Jacobians, deltas, broadcasting, and the gradient check."""

from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import numpy as np

import backprop as bp
from autograder.bank.inputs import DIGITS_LOST, Rng, normal, whole
from autograder.marking.question import Case, ManualQuestion, question

# --- chain_rule_toy ---------------------------------------------------------------------------


def _moderate(rng: Rng, *shape: int) -> np.ndarray:
    """Numbers of either sign from 0.3 to 1.5: no slope on the chain is lost in rounding."""
    return np.round(rng.choice([-1, 1], size=shape) * rng.uniform(0.3, 1.5, size=shape), 2)


def chain_rule_toy_cases(rng: Rng) -> list[Case]:
    """Numbers of either sign, whole numbers, a last bias beside which every shift is lost."""

    def inputs() -> dict[str, Any]:
        x, y = _moderate(rng, 2)
        return {"params": _moderate(rng, 8), "x": float(x), "y": float(y)}

    far = inputs()
    far["params"][7] = 1e30
    down = inputs()
    w1, b1, w2, b2, w3, *_ = down["params"]
    down["params"][5] = 2.8 - w3 * np.exp(w2 * np.tanh(w1 * down["x"] + b1) + b2)
    whole_numbers = {"params": rng.choice([-2, -1, 1, 2], size=8), "x": 2, "y": -1}
    return [
        Case(inputs()),
        Case(inputs()),
        Case(whole_numbers, "whole numbers"),
        Case(far, DIGITS_LOST),
        Case({**inputs(), "x": 3.0}),
        Case(down, "a sine on its way down"),
    ]


@question(
    chain_rule_toy_cases,
    parts=dict.fromkeys(("dw1", "db1", "dw2", "db2", "dw3", "db3", "dw4", "db4"), 1),
    see="chain-by-hand",
)
def chain_rule_toy(code: Any, params: Any, x: Any, y: Any) -> Any:
    loss, grads = code.chain_rule_toy(params, x, y)
    dw1, db1, dw2, db2, dw3, db3, dw4, db4 = (np.asarray(grad) for grad in grads)
    parts = dict(dw1=dw1, db1=db1, dw2=dw2, db2=db2, dw3=dw3, db3=db3, dw4=dw4, db4=db4)
    loss = np.asarray(loss)  # an array is shown in four digits
    return {name: {"loss": loss, "gradient": grad} for name, grad in parts.items()}


def _chain(
    d4=lambda v: 2 * v.error,
    d3=lambda v: v.d4 * v.w4 * np.cos(v.z3),
    d2=lambda v: v.d3 * v.w3 * v.h2,
    d1=lambda v: v.d2 * v.w2 * (1 - v.h1**2),
    inputs=lambda v: (v.x, v.h1, v.h2, v.h3),
    answer=lambda v: (v.error**2, v.grads),
):
    """chain_rule_toy with some of its lines replaced; v has every number worked out so far."""

    def wrong(params, x, y):
        v = SimpleNamespace(x=x, params=params)
        v.w1, v.b1, v.w2, v.b2, v.w3, v.b3, v.w4, v.b4 = params
        v.z1 = v.w1 * x + v.b1
        v.h1 = np.tanh(v.z1)
        v.z2 = v.w2 * v.h1 + v.b2
        v.h2 = np.exp(v.z2)
        v.z3 = v.w3 * v.h2 + v.b3
        v.h3 = np.sin(v.z3)
        v.error = v.w4 * v.h3 + v.b4 - y
        v.d4 = d4(v)
        v.d3 = d3(v)
        v.d2 = d2(v)
        v.d1 = d1(v)
        ds = (v.d1, v.d2, v.d3, v.d4)
        v.grads = np.array([g for d, a in zip(ds, inputs(v), strict=True) for g in (d * a, d)])
        return answer(v)

    return wrong


def _chain_mistake(id: str, says: str, see: str | None = None, **lines: Any) -> None:
    chain_rule_toy.misconception(id, says, see)(_chain(**lines))


_chain_mistake(
    "factor-2-forgotten",
    "The 2 is missing at the start: the derivative of a square is 2 times its inside. Everything "
    "before it inherits the factor.",
    d4=lambda v: v.error,
)
_chain_mistake(
    "half-squared-error",
    "Loss and gradients carry a factor 1/2. Some texts put it there to lose the 2; here the loss is "
    "the plain square.",
    d4=lambda v: v.error,
    answer=lambda v: (v.error**2 / 2, v.grads),
)
_chain_mistake(
    "sign-flipped",
    "All gradients have the wrong sign: the slope of (yhat - y)² by yhat is 2(yhat - y), not "
    "2(y - yhat).",
    d4=lambda v: -2 * v.error,
)
_chain_mistake(
    "sine-slope-negated",
    "The slope of sin is cos, without a minus. The minus belongs to the slope of cos.",
    d3=lambda v: -v.d4 * v.w4 * np.cos(v.z3),
)
_chain_mistake(
    "value-for-slope",
    "The third link is passed by multiplying with the value of sin. Its slope is cos, at the same "
    "place.",
    d3=lambda v: v.d4 * v.w4 * v.h3,
)
_chain_mistake(
    "slope-at-output",
    "The cosine is taken at the output of the sine. A slope is taken where the function was "
    "evaluated: at the input, w3 h2 + b3.",
    d3=lambda v: v.d4 * v.w4 * np.cos(v.h3),
)
for rules in (
    {"d3": lambda v: v.d4 * v.w4},
    {"d2": lambda v: v.d3 * v.w3},
    {"d1": lambda v: v.d2 * v.w2},
    {
        "d3": lambda v: v.d4 * v.w4,
        "d2": lambda v: v.d3 * v.w3,
        "d1": lambda v: v.d2 * v.w2,
    },
):
    _chain_mistake(
        "derivative-skipped",
        "A function on the chain is passed as if it were not there. Each of tanh, exp and sin "
        "multiplies what comes back by its slope.",
        None,
        **rules,
    )
for rules in (
    {"d3": lambda v: v.d4 * np.cos(v.z3)},
    {"d2": lambda v: v.d3 * v.h2},
    {"d1": lambda v: v.d2 * (1 - v.h1**2)},
    {
        "d3": lambda v: v.d4 * np.cos(v.z3),
        "d2": lambda v: v.d3 * v.h2,
        "d1": lambda v: v.d2 * (1 - v.h1**2),
    },
):
    _chain_mistake(
        "weight-on-the-path-forgotten",
        "A weight on the way back is left out. From w h + b to h the slope is w: every weight "
        "between a parameter and the loss is a factor.",
        None,
        **rules,
    )
_chain_mistake(
    "slope-of-power-for-exp",
    "exp is derived like a power, exponent in front and one less above. Here the exponent varies: "
    "the slope of exp is exp itself.",
    d2=lambda v: v.d3 * v.w3 * v.z2 * np.exp(v.z2 - 1),
)
_chain_mistake(
    "sigmoid-slope-for-tanh",
    "h(1 - h) is the slope of the sigmoid. That of tanh is 1 - h².",
    d1=lambda v: v.d2 * v.w2 * v.h1 * (1 - v.h1),
)
_chain_mistake(
    "square-forgotten",
    "The slope of tanh is 1 - h², with the square.",
    d1=lambda v: v.d2 * v.w2 * (1 - v.h1),
)
_chain_mistake(
    "tanh-applied-twice",
    "tanh is applied to its own output before 1 - h² is taken. h1 already is the tanh.",
    d1=lambda v: v.d2 * v.w2 * (1 - np.tanh(v.h1) ** 2),
)
_chain_mistake(
    "pre-activation-for-activation",
    "The weights are multiplied by sums from before the functions. What w2 was multiplied by is h1, "
    "after tanh, and so on.",
    inputs=lambda v: (v.x, v.z1, v.z2, v.z3),
)
_chain_mistake(
    "input-of-weight-forgotten",
    "Weights and biases get the same gradient. A bias is added as it is, a weight is multiplied by "
    "what came in: that is a factor of its slope.",
    inputs=lambda v: (1, 1, 1, 1),
)
_chain_mistake(
    "weight-in-place-of-input",
    "The slope of a weight is multiplied by the weight itself. What w was multiplied by in the "
    "forward pass is the value that came in.",
    inputs=lambda v: (v.w1, v.w2, v.w3, v.w4),
)
_chain_mistake(
    "bias-treated-as-weight",
    "The biases get the gradients of their weights. A bias is multiplied by nothing, so its slope "
    "has no factor for what came in.",
    answer=lambda v: (v.error**2, np.repeat(v.grads[::2], 2)),
)
_chain_mistake(
    "upstream-ignored",
    "Each link has its own slope only. What the links after it do to the loss multiplies it: keep "
    "one number and take it along on the way back.",
    d3=lambda v: np.cos(v.z3),
    d2=lambda v: v.h2,
    d1=lambda v: 1 - v.h1**2,
)
_chain_mistake(
    "gradients-in-reverse-order",
    "The gradients are listed from the loss to the input. They belong in the order of params.",
    answer=lambda v: (v.error**2, v.grads[::-1]),
)
_chain_mistake(
    "gradients-in-wrong-order",
    "All weights come first and then all biases. The order is that of params: w1, b1, w2, b2, ...",
    answer=lambda v: (v.error**2, np.concatenate([v.grads[::2], v.grads[1::2]])),
)
_chain_mistake(
    "integers-truncated",
    "The gradients are kept in an array of whole numbers, because zeros_like copied the type of "
    "params. Make it a float array.",
    see="shapes-and-batches",
    answer=lambda v: (v.error**2, v.grads.astype(v.params.dtype)),
)

# --- jacobian ---------------------------------------------------------------------------------


def jacobian_cases(rng: Rng) -> list[Case]:
    """More outputs than inputs and fewer, one output, a large h, whole numbers, a strided view."""

    def inputs(
        m: int, n: int, h: float = 1e-5, step: int = 1, draw: Any = normal
    ) -> dict[str, Any]:
        return {"A": normal(rng, m, n), "x": draw(rng, n * step), "h": h, "step": step}

    return [
        Case(inputs(3, 2)),
        Case(inputs(2, 4)),
        Case(inputs(3, 2, h=0.5), "a large h, to tell the kinds of difference apart"),
        Case(inputs(1, 3), "one output"),
        Case(inputs(4, 1), "one input"),
        Case(inputs(4, 3, draw=whole), "x holds whole numbers"),
        Case(inputs(2, 3, step=2), "x is every second entry of another array"),
        Case({**inputs(3, 2, draw=whole), "A": whole(rng, 3, 2)}, "f gives whole numbers for x"),
    ]


@question(jacobian_cases, parts={"J": 2}, see="linear-map")
def jacobian(code: Any, A: Any, x: Any, h: Any, step: Any) -> Any:
    def f(v):  # a sum of cubes and a product of neighbours, so that slopes depend on the place
        return A @ np.asarray(v) ** 3 + np.prod(v) * np.arange(1, len(A) + 1)

    return {"J": code.jacobian(f, x[::step], h)}


def _columns(rule):
    def wrong(f, x, h=1e-5):
        x = np.array(x, dtype=float)
        return np.stack([rule(f, x, e, h) for e in np.eye(len(x))], axis=1)

    return wrong


def _misread_jacobian(id: str, says: str, see: str | None = None):
    def register(rule):
        jacobian.misconception(id, says, see)(_columns(rule))
        return rule

    return register


ONE_SIDED = (
    "The difference is one-sided. Its error shrinks like h; the central difference, a step to "
    "either side of x, shrinks like h²."
)


@_misread_jacobian("one-sided-difference", ONE_SIDED, see="does-it-work")
def _(f, x, e, h):
    return (f(x + h * e) - f(x)) / h


@_misread_jacobian("one-sided-difference", ONE_SIDED, see="does-it-work")
def _(f, x, e, h):
    return (f(x) - f(x - h * e)) / h


@_misread_jacobian(
    "half-forgotten",
    "x + h and x - h are 2h apart, so divide by 2h: these slopes are twice too large.",
    see="does-it-work",
)
def _(f, x, e, h):
    return (f(x + h * e) - f(x - h * e)) / h


@_misread_jacobian(
    "h-ignored",
    "The argument h is not used. The caller chooses it, because the best h depends on f.",
    see="does-it-work",
)
def _(f, x, e, h):
    return (f(x + 1e-5 * e) - f(x - 1e-5 * e)) / 2e-5


@_misread_jacobian(
    "half-step",
    "The points lie h/2 to either side. That is a fine estimate, but the course shifts by h.",
    see="does-it-work",
)
def _(f, x, e, h):
    return (f(x + h / 2 * e) - f(x - h / 2 * e)) / h


@_misread_jacobian(
    "difference-backwards", "The difference is taken the wrong way round: f(x + h) comes first."
)
def _(f, x, e, h):
    return (f(x - h * e) - f(x + h * e)) / (2 * h)


@_misread_jacobian(
    "everything-shifted",
    "All inputs are shifted together, so every column is the same. Shift one input at a time.",
)
def _(f, x, e, h):
    return (f(x + h) - f(x - h)) / (2 * h)


@jacobian.misconception(
    "jacobian-transposed",
    "This is the transpose. A row belongs to an output, a column to an input: (m, n). Shifting "
    "input j fills column j.",
)
def _(f, x, h=1e-5):
    return bp.jacobian(f, x, h).T


@jacobian.misconception(
    "outputs-added",
    "The outputs are added up before the difference is taken. Every output keeps a row of its own.",
)
def _(f, x, h=1e-5):
    return bp.numerical_gradient(lambda v: np.sum(f(v)), x, h)


@jacobian.misconception(
    "diagonal-only",
    "Only the slope of output i by input i is kept. In general every output depends on every input.",
)
def _(f, x, h=1e-5):
    J = bp.jacobian(f, x, h)
    return np.where(np.eye(*J.shape, dtype=bool), J, 0)


@jacobian.misconception(
    "axis-dropped",
    "An axis of length 1 is dropped. One output still makes a matrix with one row, and one input a "
    "matrix with one column.",
    see="shapes-and-batches",
)
def _(f, x, h=1e-5):
    return bp.jacobian(f, x, h).squeeze()


@jacobian.misconception(
    "integers-truncated",
    "x stays an array of whole numbers, so x + h is cut back to x and every difference is 0 (or "
    "jumps by 1). Make a float copy first.",
    see="shapes-and-batches",
)
def _(f, x, h=1e-5):
    x, columns = np.array(x), []
    for j in range(len(x)):
        above, below = x.copy(), x.copy()
        above[j] = x[j] + h
        below[j] = x[j] - h
        columns.append((f(above) - f(below)) / (2 * h))
    return np.stack(columns, axis=1)


@jacobian.misconception(
    "shift-not-undone",
    "An input is not put back before the next one is shifted, so later columns are measured at "
    "another point.",
)
def _(f, x, h=1e-5):
    x, columns = np.array(x, dtype=float), []
    for j in range(len(x)):
        x[j] += h
        above = f(x)
        x[j] -= 2 * h
        columns.append((above - f(x)) / (2 * h))
    return np.stack(columns, axis=1)


@jacobian.misconception(
    "argument-left-shifted",
    "The caller's x comes back shifted. Restore every entry, or work on a copy.",
)
def _(f, x, h=1e-5):
    J = bp.jacobian(f, x, h)
    x += h
    return J


# --- softmax_jacobian and softmax_backward ----------------------------------------------------


def _probabilities(rng: Rng, N: int, C: int) -> np.ndarray:
    e = np.exp(normal(rng, N, C))
    return e / e.sum(axis=1, keepdims=True)


def _decided(rng: Rng, N: int, C: int) -> np.ndarray:
    """Probabilities so close to 0 and 1 that a shift of the logits is lost in rounding."""
    z = np.round(rng.uniform(-20.2, -19.4, size=(N, C)), 2)
    z[np.arange(N), rng.integers(C, size=N)] = 0.0
    e = np.exp(z)
    return e / e.sum(axis=1, keepdims=True)


def softmax_jacobian_cases(rng: Rng) -> list[Case]:
    """Several numbers of classes, and an example that is decided."""
    return [
        Case({"s": _probabilities(rng, 1, 2)[0]}),
        Case({"s": _probabilities(rng, 1, 3)[0]}),
        Case({"s": _probabilities(rng, 1, 5)[0]}),
        Case({"s": _decided(rng, 1, 4)[0]}, DIGITS_LOST),
        Case({"s": np.array([0.0, 1.0, 0.0])}, "probabilities of exactly 0 and 1"),
        Case({"s": np.array([1.0])}, "one class"),
    ]


@question(softmax_jacobian_cases, parts={"J": 2}, see="softmax-jacobian")
def softmax_jacobian(code: Any, s: Any) -> Any:
    return {"J": code.softmax_jacobian(s)}


def _wrong_softmax_jacobian(id: str, says: str, see: str | None = None):
    return softmax_jacobian.misconception(id, says, see)


@_wrong_softmax_jacobian(
    "elementwise-softmax-slope",
    "Only the diagonal s(1 - s) is there. Every logit moves every probability: beside the diagonal "
    "stands -s_i s_j.",
)
def _(s):
    return np.diag(s * (1 - s))


@_wrong_softmax_jacobian(
    "elementwise-softmax-slope",
    "These are C slopes, s(1 - s), as if softmax worked entry by entry. The Jacobian is (C, C): "
    "every logit moves every probability.",
)
def _(s):
    return s * (1 - s)


@_wrong_softmax_jacobian(
    "off-diagonal-sign",
    "The entries beside the diagonal have the wrong sign. If one logit grows, the other "
    "probabilities shrink, so the slopes are negative and each row sums to 0.",
)
def _(s):
    outer = np.outer(s, s)
    return np.where(np.eye(len(s), dtype=bool), np.diag(s) - outer, outer)


@_wrong_softmax_jacobian(
    "diagonal-like-the-rest",
    "The diagonal is -s² like everything else. A logit also stands in the numerator of its own "
    "probability, which adds s: s - s².",
)
def _(s):
    return -np.outer(s, s)


@_wrong_softmax_jacobian(
    "denominator-held-constant",
    "The sum in the denominator is treated as a constant. It grows with every logit, which is "
    "where -s_i s_j comes from.",
)
def _(s):
    return np.diag(s)


@_wrong_softmax_jacobian(
    "sign-flipped",
    "Every entry has the wrong sign. A probability grows with its own logit: the diagonal is not "
    "negative.",
)
def _(s):
    return np.outer(s, s) - np.diag(s)


@_wrong_softmax_jacobian(
    "identity-for-diagonal",
    "The diagonal holds 1 - s² in place of s - s². The numerator's slope is the probability s "
    "itself, not 1.",
)
def _(s):
    return np.eye(len(s)) - np.outer(s, s)


@_wrong_softmax_jacobian(
    "row-factor-forgotten",
    "The factor s_i is missing: each row is its indicator minus s. Multiply row i by s_i.",
)
def _(s):
    return np.eye(len(s)) - s


@_wrong_softmax_jacobian(
    "softmax-applied-twice",
    "softmax is applied to s once more. The argument already is the output of softmax.",
)
def _(s):
    return bp.softmax_jacobian(bp.softmax(s[None])[0])


@_wrong_softmax_jacobian(
    "matrix-product-for-outer",
    "s @ s is one number, the sum of squares, and is taken off everywhere. The products of all "
    "pairs are np.outer(s, s).",
    see="shapes-and-batches",
)
def _(s):
    return np.diag(s) - s @ s


@_wrong_softmax_jacobian(
    "diagonal-not-spread",
    "s is not put on a diagonal, so it is broadcast over all rows. np.diag(s) makes the matrix.",
    see="shapes-and-batches",
)
def _(s):
    return s - np.outer(s, s)


def softmax_backward_cases(rng: Rng) -> list[Case]:
    """N and C different, one example, decided examples, whole numbers from upstream."""

    def inputs(N: int, C: int, draw: Any = normal) -> dict[str, Any]:
        return {"dout": draw(rng, N, C), "s": _probabilities(rng, N, C)}

    # away from 0, so that the loss is rounded like a number of size 1
    bounded = np.round(rng.choice([-1, 1], size=(3, 4)) * rng.uniform(1, 2, size=(3, 4)), 2)
    return [
        Case(inputs(2, 3)),
        Case(inputs(4, 3)),
        Case(inputs(1, 4), "one example"),
        Case(inputs(3, 5, draw=whole), "whole numbers from upstream"),
        Case({"dout": bounded, "s": _decided(rng, 3, 4)}, DIGITS_LOST),
        Case({"dout": 1e3 * normal(rng, 3, 2), "s": _probabilities(rng, 3, 2)}),
    ]


@question(
    softmax_backward_cases, parts={"dlogits": 3}, see="softmax-jacobian", uses=("softmax_jacobian",)
)
def softmax_backward(code: Any, dout: Any, s: Any) -> Any:
    return {"dlogits": code.softmax_backward(dout, s)}


def _wrong_softmax(id: str, says: str, see: str | None = None):
    return softmax_backward.misconception(id, says, see)


@_wrong_softmax(
    "elementwise-softmax-slope",
    "dout is multiplied by s(1 - s), the diagonal of the Jacobian only. Every logit moves every "
    "probability, so the whole row of dout matters for each entry.",
)
def _(dout, s):
    return dout * s * (1 - s)


@_wrong_softmax(
    "upstream-ignored",
    "The upstream gradient is replaced by ones. The probabilities always sum to 1, so this is 0 "
    "everywhere up to rounding.",
)
def _(dout, s):
    return np.zeros(np.shape(s))


@_wrong_softmax(
    "upstream-ignored",
    "dout is not used: s(1 - s) are slopes, not yet a gradient of the loss.",
)
def _(dout, s):
    return s * (1 - s)


@_wrong_softmax(
    "weighted-mean-forgotten",
    "dout is multiplied by s and no more. The denominator of softmax grows with every logit: the "
    "mean of dout, weighed by s, has to be taken off.",
)
def _(dout, s):
    return dout * s


@_wrong_softmax(
    "mean-not-weighted",
    "The plain mean of dout is taken off. It is the mean weighed by the probabilities, the sum of "
    "dout times s.",
)
def _(dout, s):
    return s * (dout - dout.mean(axis=1, keepdims=True))


@_wrong_softmax(
    "mean-not-weighted",
    "The plain sum of dout is taken off. It must be weighed by the probabilities: sum dout times s.",
)
def _(dout, s):
    return s * (dout - dout.sum(axis=1, keepdims=True))


@_wrong_softmax(
    "wrong-axis",
    "The sum runs over the examples (axis 0). The classes of one example share the probability: "
    "sum along the row.",
    see="shapes-and-batches",
)
def _(dout, s):
    return s * (dout - np.sum(dout * s, axis=0, keepdims=True))


@_wrong_softmax(
    "sum-over-everything",
    "The sum runs over the whole array, so the examples mix. Each row has a sum of its own.",
    see="shapes-and-batches",
)
def _(dout, s):
    return s * (dout - np.sum(dout * s))


@_wrong_softmax(
    "probability-not-in-front",
    "The mean is taken off without the factor s in front of it: s dout minus the mean. Both terms "
    "are multiplied by s.",
)
def _(dout, s):
    return s * dout - np.sum(dout * s, axis=1, keepdims=True)


@_wrong_softmax(
    "sign-flipped",
    "Every entry has the wrong sign. A logit is pushed up where its dout is above the mean.",
)
def _(dout, s):
    return -bp.softmax_backward(dout, s)


@_wrong_softmax(
    "denominator-sign",
    "The mean is added. It belongs to the denominator and is taken off.",
)
def _(dout, s):
    return s * (dout + np.sum(dout * s, axis=1, keepdims=True))


@_wrong_softmax(
    "softmax-applied-twice",
    "softmax is applied to s once more. The argument already is the output of softmax.",
)
def _(dout, s):
    return bp.softmax_backward(dout, bp.softmax(s))


@_wrong_softmax(
    "cross-entropy-shortcut",
    "s - dout is the gradient of the cross-entropy if dout holds labels. Here dout is any upstream "
    "gradient.",
)
def _(dout, s):
    return s - dout


@_wrong_softmax(
    "divided-by-n-again",
    "The gradient is divided by N. If the loss is a mean, its 1/N is already in dout.",
)
def _(dout, s):
    return bp.softmax_backward(dout, s) / len(s)


@_wrong_softmax(
    "argument-changed-in-place",
    "dout itself is overwritten. Another branch of the graph may still need it: make a new array.",
    see="computation-graphs",
)
def _(dout, s):
    right = bp.softmax_backward(dout, s)
    dout[...] = right
    return right


# --- layer_deltas -----------------------------------------------------------------------------


def layer_deltas_cases(rng: Rng) -> list[Case]:
    """One to three layers, sizes all different, one example, whole numbers, saturated outputs."""

    def inputs(N: int, *widths: int, draw: Any = normal) -> dict[str, Any]:
        params = [
            (np.clip(draw(rng, a, b), -2, 2), np.clip(draw(rng, b), -2, 2))
            for a, b in pairwise(widths)
        ]
        y = np.round(rng.uniform(1.5, 3, size=(N, widths[-1])), 2)
        return {"params": params, "x": np.clip(draw(rng, N, widths[0]), -2, 2), "y": y}

    far = inputs(2, 3, 4, 2)
    far["params"][0] = (far["params"][0][0], far["params"][0][1] + 800)
    saturated = inputs(3, 4, 2, 3)
    W, b = saturated["params"][-1]
    saturated["params"][-1] = (W, b + 18)
    return [
        Case(inputs(2, 3, 2)),
        Case(inputs(3, 2, 4, 2)),
        Case(inputs(4, 3, 5, 2, 3), "three layers"),
        Case(inputs(1, 3, 2, 4), "one example"),
        Case(inputs(3, 2, 3, 2, draw=whole), "whole numbers"),
        Case(far, "pre-activations of about 800"),
        Case({**saturated, "y": 1e12 * saturated["y"]}, DIGITS_LOST),
    ]


@question(layer_deltas_cases, parts={"deltas": 2, "dW": 1, "db": 1}, see="four-equations")
def layer_deltas(code: Any, params: Any, x: Any, y: Any) -> Any:
    deltas, grads = code.layer_deltas(params, x, y)
    return {"deltas": deltas, "dW": [dW for dW, db in grads], "db": [db for dW, db in grads]}


def _deltas(
    start=lambda a, y: (a - y) / len(a),
    slope=lambda a, z: a * (1 - a),
    back=lambda delta, W, a: delta @ W.T,
    dW=lambda a, z, delta: a.T @ delta,
    db=lambda delta: delta.sum(axis=0),
    hidden=None,
    answer=lambda deltas, grads: (deltas, grads),
):
    """layer_deltas with some of its lines replaced. hidden: the slope of layers below the last."""

    def wrong(params, x, y):
        zs, activations = [np.asarray(x, dtype=float)], [np.asarray(x, dtype=float)]
        for W, b in params:
            zs.append(activations[-1] @ W + b)
            activations.append(bp.sigmoid_forward(zs[-1])[0])
        da, deltas, rule = start(activations[-1], y), [], slope
        for (W, _), a, z in zip(params[::-1], activations[:0:-1], zs[:0:-1], strict=True):
            deltas.insert(0, da * rule(a, z))
            da, rule = back(deltas[0], W, a), hidden or slope
        below = zip(activations[:-1], zs[:-1], deltas, strict=True)
        return answer(deltas, [(dW(a, z, delta), db(delta)) for a, z, delta in below])

    return wrong


def _deltas_mistake(id: str, says: str, see: str | None = None, **lines: Any) -> None:
    layer_deltas.misconception(id, says, see)(_deltas(**lines))


def _one(a, z):
    return np.ones_like(a)


_deltas_mistake(
    "derivative-skipped",
    "The slope of the sigmoid is missing in every layer. A delta is the gradient by z, before the "
    "sigmoid, so a(1 - a) is a factor.",
    slope=_one,
)
_deltas_mistake(
    "derivative-skipped",
    "The slope of the last sigmoid is missing. It would cancel against cross-entropy; with the "
    "squared error it stays.",
    slope=_one,
    hidden=lambda a, z: a * (1 - a),
)
_deltas_mistake(
    "derivative-skipped",
    "The slope of the sigmoid is missing in the hidden layers. Going back through W gives the "
    "gradient by a; a(1 - a) turns it into the delta.",
    hidden=_one,
)
_deltas_mistake(
    "sigmoid-applied-twice",
    "The sigmoid is applied to activations before s(1 - s) is taken. An activation already is the "
    "sigmoid of z.",
    slope=lambda a, z: bp.sigmoid_forward(a)[0] * (1 - bp.sigmoid_forward(a)[0]),
)
_deltas_mistake(
    "input-for-output",
    "The slope is z(1 - z). The formula wants the output of the sigmoid: a(1 - a).",
    slope=lambda a, z: z * (1 - z),
)
_deltas_mistake(
    "tanh-slope-for-sigmoid",
    "1 - a² is the slope of tanh. That of the sigmoid is a(1 - a).",
    slope=lambda a, z: 1 - a**2,
)
_deltas_mistake(
    "value-for-slope",
    "The factor is the value a. The slope is a(1 - a): the factor 1 - a is missing.",
    slope=lambda a, z: a,
)
_deltas_mistake(
    "mean-forgotten",
    "The 1/N of the loss is missing. It enters once, in the delta of the last layer, and every "
    "other gradient inherits it.",
    start=lambda a, y: a - y,
)
_deltas_mistake(
    "divided-by-n-again",
    "dW and db are divided by N. The 1/N is already in the deltas; here it comes in twice.",
    dW=lambda a, z, delta: a.T @ delta / len(a),
    db=lambda delta: delta.mean(axis=0),
)
_deltas_mistake(
    "mean-taken-late",
    "The 1/N is missing in the deltas and added in dW and db. The delta is the gradient of the "
    "loss, which is a mean, so 1/N belongs to it from the start.",
    start=lambda a, y: a - y,
    dW=lambda a, z, delta: a.T @ delta / len(a),
    db=lambda delta: delta.mean(axis=0),
)
_deltas_mistake(
    "factor-2-doubled",
    "There is a factor 2. The loss has a 1/2 in front, which cancels the 2 of the square.",
    start=lambda a, y: 2 * (a - y) / len(a),
)
_deltas_mistake(
    "divided-by-classes-too",
    "The error is divided by N times C. The loss is divided by 2N only.",
    start=lambda a, y: (a - y) / a.size,
)
_deltas_mistake(
    "sign-flipped",
    "All signs are wrong: the slope by a is a - y, not y - a.",
    start=lambda a, y: (y - a) / len(a),
)
_deltas_mistake(
    "pre-activation-for-activation",
    "dW is built from the pre-activations of the layer below. What W was multiplied by is the "
    "activation, after the sigmoid.",
    dW=lambda a, z, delta: z.T @ delta,
)
_deltas_mistake(
    "weight-gradient-transposed",
    "dW comes out transposed. It has the shape of W: inputs on the left, aᵀ delta.",
    see="shapes-and-batches",
    dW=lambda a, z, delta: delta.T @ a,
)
_deltas_mistake(
    "bias-gradient-not-summed",
    "db is not summed over the examples. All rows share b, so their deltas add up.",
    db=lambda delta: delta,
)
_deltas_mistake(
    "bias-gradient-averaged",
    "db is averaged over the examples. The 1/N is already in the deltas: here the rows are summed.",
    db=lambda delta: delta.mean(axis=0),
)
_deltas_mistake(
    "bias-gradient-keeps-axis",
    "db has shape (1, H). A gradient has the shape of its parameter, and b is (H,).",
    see="shapes-and-batches",
    db=lambda delta: delta.sum(axis=0, keepdims=True),
)
_deltas_mistake(
    "bias-gradient-wrong-axis",
    "db is summed over the neurons, one number for each example. b has one entry for each neuron: "
    "sum over the examples, axis 0.",
    see="shapes-and-batches",
    db=lambda delta: delta.sum(axis=1),
)
_deltas_mistake(
    "gradients-in-reverse-order",
    "The lists start at the last layer, in the order in which they were found. They belong in the "
    "order of params.",
    answer=lambda deltas, grads: (deltas[::-1], grads[::-1]),
)
_deltas_mistake(
    "gradients-in-reverse-order",
    "The deltas are listed from the last layer to the first. They belong in the order of params.",
    answer=lambda deltas, grads: (deltas[::-1], grads),
)
_deltas_mistake(
    "gradients-in-reverse-order",
    "The gradients are listed from the last layer to the first. They belong in the order of params.",
    answer=lambda deltas, grads: (deltas, grads[::-1]),
)


@layer_deltas.misconception(
    "no-activation-at-the-end",
    "The last layer has no sigmoid here, as if it gave logits. In this network every layer ends in "
    "a sigmoid, the last one too.",
)
def _(params, x, y):
    a = np.asarray(x, dtype=float)
    for W, b in params[:-1]:
        a = bp.sigmoid_forward(a @ W + b)[0]
    W, b = params[-1]
    delta = (a @ W + b - y) / len(a)
    grads = [(a.T @ delta, delta.sum(axis=0))]
    if len(params) == 1:
        return [delta], grads
    da, deltas = delta @ W.T, [delta]
    activations = [np.asarray(x, dtype=float)]
    for W, b in params[:-1]:
        activations.append(bp.sigmoid_forward(activations[-1] @ W + b)[0])
    for i in reversed(range(len(params) - 1)):
        deltas.insert(0, da * activations[i + 1] * (1 - activations[i + 1]))
        grads.insert(0, (activations[i].T @ deltas[0], deltas[0].sum(axis=0)))
        da = deltas[0] @ params[i][0].T
    return deltas, grads


# --- unbroadcast ------------------------------------------------------------------------------


def unbroadcast_cases(rng: Rng) -> list[Case]:
    """New axes, stretched axes, both, none; a number; lengths that occur twice."""

    def case(grad: tuple[int, ...], shape: tuple[int, ...], note: str, draw: Any = normal) -> Case:
        return Case({"grad": draw(rng, *grad), "shape": shape}, note)

    return [
        case((4, 3), (3,), "a bias"),
        case((2, 3), (2, 1), "a column"),
        case((3, 2), (3, 2), "nothing was broadcast"),
        case((2, 3, 4), (3, 1), "a new axis and a stretched one"),
        case((2, 4), (), "a number"),
        case((2, 3, 4), (1, 3, 1), "two stretched axes"),
        case((3, 3), (3,), "two axes of the same length"),
        case((2, 3, 4), (1,), "everything into one entry"),
        case((3, 2, 4, 5), (4, 5), "two new axes"),
        case((1, 3), (1, 3), "an axis of length 1 that was not stretched"),
        case((2, 3), (1, 1), "both axes stretched"),
        case((3, 4), (4,), "whole numbers", whole),
    ]


@question(unbroadcast_cases, parts={"grad": 2}, see="broadcasting-backward")
def unbroadcast(code: Any, grad: Any, shape: Any) -> Any:
    return {"grad": code.unbroadcast(grad, shape)}


def _stretched(grad, shape):
    added = grad.ndim - len(shape)
    return tuple(range(added)), tuple(added + i for i, n in enumerate(shape) if n == 1)


@unbroadcast.misconception(
    "mean-for-sum",
    "The copies are averaged. Each of them had its own effect on the loss, and effects add up.",
)
def _(grad, shape):
    new, stretched = _stretched(grad, shape)
    return grad.mean(axis=(*new, *stretched), keepdims=True).reshape(shape)


@unbroadcast.misconception(
    "stretched-axes-forgotten",
    "Only the new axes in front are summed. An axis of length 1 that was stretched also holds "
    "copies of one entry.",
)
def _(grad, shape):
    return grad.sum(axis=tuple(range(grad.ndim - len(shape))))


@unbroadcast.misconception(
    "new-axes-forgotten",
    "Only axes of length 1 are summed. Broadcasting also puts new axes in front of a shorter shape.",
)
def _(grad, shape):
    return grad.sum(axis=_stretched(grad, shape)[1], keepdims=True)


@unbroadcast.misconception(
    "keepdims-forgotten",
    "A stretched axis is summed away. It must stay, with length 1: the gradient has the shape of "
    "what it belongs to.",
    see="shapes-and-batches",
)
def _(grad, shape):
    new, stretched = _stretched(grad, shape)
    return grad.sum(axis=(*new, *stretched))


@unbroadcast.misconception(
    "axis-kept",
    "The new axes are summed but stay, with length 1. They were not there before broadcasting.",
    see="shapes-and-batches",
)
def _(grad, shape):
    new, stretched = _stretched(grad, shape)
    return grad.sum(axis=(*new, *stretched), keepdims=True)


@unbroadcast.misconception(
    "first-copy-only",
    "The gradient of the first copy is taken for all. Every copy sends its own share.",
)
def _(grad, shape):
    new, stretched = _stretched(grad, shape)
    first = tuple(slice(0, 1) if i in new + stretched else slice(None) for i in range(grad.ndim))
    return grad[first].reshape(shape)


@unbroadcast.misconception(
    "axis-0-only",
    "The sum always runs over axis 0, as for a bias. Which axes were copied depends on the two "
    "shapes.",
)
def _(grad, shape):
    return grad.sum(axis=0)


@unbroadcast.misconception(
    "sum-over-everything",
    "Everything is summed into one number. Only axes that were copied are summed.",
)
def _(grad, shape):
    return np.broadcast_to(grad.sum(), shape).copy()


@unbroadcast.misconception(
    "entries-cut-off",
    "The array is cut to the shape. The entries that fall off were copies and have their shares.",
)
def _(grad, shape):
    return np.resize(grad, shape)


@unbroadcast.misconception(
    "aligned-from-the-left",
    "The shapes are lined up from the left. Broadcasting lines them up from the right: new axes "
    "come in front.",
)
def _(grad, shape):
    padded = tuple(shape) + (1,) * (grad.ndim - len(shape))
    axes = tuple(i for i, (n, m) in enumerate(zip(padded, grad.shape, strict=True)) if n != m)
    return grad.sum(axis=axes, keepdims=True).reshape(grad.sum(axis=axes).shape)


@unbroadcast.misconception(
    "broadcast-again",
    "The result has the shape of grad. The sum goes back to the shape before broadcasting.",
)
def _(grad, shape):
    return np.broadcast_to(bp.unbroadcast(grad, shape), grad.shape).copy()


@unbroadcast.misconception(
    "argument-changed-in-place",
    "grad itself is overwritten while summing. Another branch of the graph may still need it.",
    see="computation-graphs",
)
def _(grad, shape):
    right = bp.unbroadcast(grad, shape)
    grad[...] = np.broadcast_to(right, grad.shape)
    return right


# --- grad_check -------------------------------------------------------------------------------


def grad_check_cases(rng: Rng) -> list[Case]:
    """Right gradients, wrong ones of several kinds, large and small losses, kinks, NaN."""

    def inputs(
        scale: float = 1.0, h: float = 1e-5, transposed: bool = False, broken: bool = False
    ) -> dict[str, Any]:
        params = [_moderate(rng, 3), _moderate(rng, 2, 4)]
        params[1][0, 1], params[1][1, 2] = -0.4, 0.4  # one unit is off and one is on, always
        c = [_moderate(rng, 3), _moderate(rng, 4, 2) if transposed else _moderate(rng, 2, 4)]
        seen = params[1].T if transposed else params[1]
        grads = [scale * 3 * c[0] * params[0] ** 2, scale * c[1] * (seen > 0)]
        more = {"h": h, "transposed": transposed, "broken": broken}
        return {"params": params, "c": c, "grads": grads, "scale": scale, **more}

    def planted(array: int, where: Any, change: Any, **options: Any) -> dict[str, Any]:
        made = inputs(**options)
        grad = made["grads"][array]
        grad[where] = change(grad[where])
        return made

    smooth = inputs(h=0.5)
    smooth["params"][1] = 1 + np.abs(smooth["params"][1])
    smooth["grads"][1] = smooth["c"][1].copy()
    off = inputs()
    off["params"][1] = -np.abs(off["params"][1])
    off["grads"][1] = np.zeros((2, 4))
    return [
        Case(inputs(), "right gradients"),
        Case(planted(1, (1, 2), lambda g: g - 0.01 * abs(g)), "one entry wrong by a hundredth"),
        Case(planted(0, 1, lambda g: -g), "one entry with the wrong sign"),
        Case(inputs(scale=1e7), "right gradients of a large loss"),
        Case(planted(0, 2, lambda g: 0.0, scale=1e-6), "one entry of a small loss missing"),
        Case(planted(0, 0, lambda g: -g, scale=1e-12), "gradients smaller than the floor"),
        Case(off, "right gradients, an array of zeros among them"),
        Case(inputs(h=0.5), "a large h, across kinks"),
        Case(smooth, "a large h, with no kink near"),
        Case(planted(0, 1, lambda g: g - 0.01 * abs(g)), "one entry a little too low"),
        Case(inputs(transposed=True), "right gradients, one array is a transposed view"),
        Case(planted(0, 1, lambda g: np.nan), "a gradient is NaN"),
        Case(inputs(broken=True), "the loss is NaN"),
    ]


def _grad_check_verdict(answer: Any, inputs: Any, held_back: Any) -> Any:
    error = answer["error"]
    if isinstance(error, bool) or np.ndim(error) != 0:
        raise TypeError("the largest error is one number")
    pairs = zip(inputs["params"], answer["params"], strict=True)
    if any(np.max(np.abs(before - np.asarray(after))) > 1e-9 for before, after in pairs):
        return {"error": "the arrays come back shifted"}
    error = float(error)
    passes = -1e-12 <= error < 1e-5
    if inputs["broken"] or any(np.isnan(grad).any() for grad in inputs["grads"]):
        return {"error": "passes" if passes else "does not pass"}
    if not np.isfinite(error):
        return {"error": "not a finite number"}
    return {"error": "passes" if passes else error}


@question(
    grad_check_cases,
    parts={"error": 3},
    see="does-it-work",
    tolerance=1e-3,
    measure=_grad_check_verdict,
)
def grad_check(
    code: Any, params: Any, c: Any, grads: Any, scale: Any, h: Any, transposed: Any, broken: Any
) -> Any:
    own = [np.array(p) for p in params]  # f reads these; restored up to rounding is restored
    seen = [own[0], own[1].T if transposed else own[1]]

    def f():  # cubes of the first array, the second through ReLU
        total = np.sum(c[0] * seen[0] ** 3) + np.sum(c[1] * np.maximum(seen[1], 0))
        return float("nan") if broken else float(scale * total)

    return {"error": code.grad_check(f, seen, grads, h), "params": own}


def _central(f, p, i, h):
    old = p[i]
    p[i] = old + h
    above = f()
    p[i] = old - h
    below = f()
    p[i] = old
    return (above - below) / (2 * h)


def _above(f, p, i, h):
    old, here = p[i], f()
    p[i] = old + h
    above = f()
    p[i] = old
    return (above - here) / h


def _everything(f, p, i, h):
    old = p.copy()
    p += h
    above = f()
    p -= 2 * h
    below = f()
    p[...] = old
    return (above - below) / (2 * h)


def _left_shifted(f, p, i, h):
    p[i] += h
    above = f()
    p[i] -= 2 * h
    return (above - f()) / (2 * h)


def _ratio(a, n):
    return abs(a - n) / max(1e-8, abs(a) + abs(n))


def _checker(slope=_central, ratio=_ratio, collect=np.max, look=lambda p: p, arrays=slice(None)):
    """grad_check with some of its steps replaced. look: the array that is shifted, given the one."""

    def wrong(f, params, grads, h=1e-5):
        errors = [
            ratio(g[i], slope(f, p, i, h))
            for p, g in [
                (look(p), np.reshape(g, np.shape(look(p))))
                for p, g in zip(params[arrays], grads[arrays], strict=True)
            ]
            for i in np.ndindex(p.shape)
        ]
        return float(collect(errors))

    return wrong


def _check_mistake(id: str, says: str, see: str | None = None, **steps: Any) -> None:
    grad_check.misconception(id, says, see)(_checker(**steps))


_check_mistake(
    "absolute-error",
    "The error is absolute. Whether 1e-6 is much depends on the gradient: divide by |a| + |n|, or a "
    "large loss fails although all is right and a small one passes although all is wrong.",
    ratio=lambda a, n: abs(a - n),
)
_check_mistake(
    "no-floor",
    "Where both gradients are 0 this divides 0 by 0. The floor of 1e-8 under the denominator is for "
    "that.",
    ratio=lambda a, n: abs(a - n) / (abs(a) + abs(n)),
)
ANOTHER_DENOMINATOR = (
    "The error is measured against something else than |a| + |n|. Any choice can work, but the number "
    "is comparable only if all use the same."
)
for denominator in (
    lambda a, n: abs(n),
    lambda a, n: abs(a),
    lambda a, n: max(abs(a), abs(n)),
    lambda a, n: (abs(a) + abs(n)) / 2,
):
    _check_mistake(
        "another-denominator",
        ANOTHER_DENOMINATOR,
        ratio=lambda a, n, d=denominator: abs(a - n) / max(1e-8, d(a, n)),
    )
_check_mistake(
    "signs-cancel-below",
    "The denominator is |a + n|. With opposite signs it is almost 0: take |a| + |n|.",
    ratio=lambda a, n: abs(a - n) / max(1e-8, abs(a + n)),
)
_check_mistake(
    "sign-of-error-kept",
    "The difference a - n keeps its sign, so a gradient that is too small looks better than a right "
    "one. Take |a - n|.",
    ratio=lambda a, n: (a - n) / max(1e-8, abs(a) + abs(n)),
)
_check_mistake(
    "sizes-compared",
    "Only the sizes are compared, so a wrong sign passes. Take |a - n|, not |a| - |n|.",
    ratio=lambda a, n: abs(abs(a) - abs(n)) / max(1e-8, abs(a) + abs(n)),
)
_check_mistake(
    "mean-for-maximum",
    "The mean of the errors is returned. One wrong entry among thousands hides in a mean: take the "
    "largest.",
    collect=np.mean,
)
_check_mistake(
    "sum-for-maximum",
    "The errors are added up. Asked for is the largest one.",
    collect=np.sum,
)
_check_mistake(
    "smallest-error",
    "The smallest error is returned. It says nothing about the others: take the largest.",
    collect=np.min,
)
for collect in (lambda errors: max([0.0, *errors]), np.nanmax):
    _check_mistake(
        "nan-passes",
        "A NaN is passed over, so broken gradients look right: Python's max(0.0, nan) is 0.0, and every "
        "comparison with NaN is False. np.max keeps it.",
        collect=lambda errors, f=collect: f(errors) if not np.isnan(errors).all() else 0.0,
    )
for arrays in (slice(0, 1), slice(-1, None)):
    _check_mistake(
        "one-array-only",
        "Only one of the arrays counts. Every entry of every array is checked: keep the largest "
        "error across all of them.",
        arrays=arrays,
    )
_check_mistake("one-sided-difference", ONE_SIDED, slope=_above)
_check_mistake(
    "half-forgotten",
    "The two points are 2h apart, so divide by 2h: the numeric gradient is twice too large.",
    slope=lambda f, p, i, h: 2 * _central(f, p, i, h),
)
_check_mistake(
    "difference-backwards",
    "The difference is taken the wrong way round: f above comes first.",
    slope=lambda f, p, i, h: -_central(f, p, i, h),
)
_check_mistake(
    "h-ignored",
    "The argument h is not used. The caller chooses it, because the best h depends on f.",
    slope=lambda f, p, i, h: _central(f, p, i, 1e-5),
)
_check_mistake(
    "half-step",
    "The points lie h/2 to either side. That is a fine estimate, but the course shifts by h.",
    slope=lambda f, p, i, h: _central(f, p, i, h / 2),
)
_check_mistake(
    "everything-shifted",
    "All entries of an array are shifted together. Shift one entry at a time.",
    slope=_everything,
)
_check_mistake(
    "copy-shifted",
    "A copy is shifted, and f never sees it: f reads the arrays in params. Shift those, and restore "
    "them.",
    look=lambda p: p.copy(),
)
_check_mistake(
    "flattened-copy-shifted",
    "The entries are shifted in a flattened copy, so f never sees the shift. reshape and ravel copy "
    "where the memory is not in row-major order (a transposed view, for one): index the array itself.",
    see="shapes-and-batches",
    look=lambda p: p.reshape(-1),
)
_check_mistake(
    "argument-left-shifted",
    "The arrays are not restored after each shift. Later entries are measured at another point, and "
    "the caller's network is a different one afterwards.",
    slope=_left_shifted,
)


@grad_check.misconception(
    "argument-left-shifted",
    "The arrays come back shifted. Restore every entry, or the check damages what it checks.",
)
def _(f, params, grads, h=1e-5):
    error = bp.grad_check(f, params, grads, h)
    for p in params:
        p -= h
    return error


QUESTIONS = [
    chain_rule_toy,
    jacobian,
    softmax_jacobian,
    softmax_backward,
    layer_deltas,
    unbroadcast,
    grad_check,
]

MANUAL = ManualQuestion(
    "weight_gradient_by_indices",
    (
        (1, "out_nj written as a sum with indices, and its slope by W_kl, zero unless j = l"),
        (1, "the chain rule as a sum over all outputs, examples included, and what is left of it"),
        (1, "the sum recognised as an entry of xᵀ dout, shapes checked, and db in the same way"),
    ),
)
