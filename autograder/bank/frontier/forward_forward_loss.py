"""The loss of a layer that learns to tell real examples from false ones."""

from typing import Any

from autograder.bank.inputs import DIGITS_LOST, WHOLE_NUMBERS, Rng, normal, whole
from autograder.marking.question import Case, question


def cases(rng: Rng) -> list[Case]:
    """Return cases with equal and different numbers of examples, and a large goodness or theta."""

    def inputs(N: int, M: int, D: int, H: int, draw: Any = normal) -> dict[str, Any]:
        """Return inputs with active and quiet units for both kinds, none near the kink of ReLU."""
        while True:
            W, b = 0.5 * normal(rng, D, H), 0.5 * normal(rng, H)
            x_pos, x_neg = draw(rng, N, D), draw(rng, M, D)
            sums = [x @ W + b for x in (x_pos, x_neg)]
            if all(abs(z).min() > 1e-2 and (z > 0).any() and (z < 0).any() for z in sums):
                return {"W": W, "b": b, "x_pos": x_pos, "x_neg": x_neg, "theta": 1.5}

    large = inputs(4, 2, 3, 5)
    for name in ("W", "b"):
        large[name] = 100.0 * large[name]
    return [
        Case(inputs(2, 2, 3, 4)),
        Case(inputs(5, 2, 3, 4)),
        Case(inputs(9, 8, 5, 2), "nine and eight examples"),
        Case(large, "a goodness of thousands"),
        Case({**inputs(3, 5, 4, 2), "theta": 1e12}, DIGITS_LOST),
        Case(inputs(3, 4, 5, 2, draw=whole), "whole numbers", advice=WHOLE_NUMBERS),
    ]


@question(
    cases,
    parts={"loss": 1, "dW": 1, "db": 1},
    see="forward-forward",
    bonus=True,
)
def forward_forward_loss(code: Any, W: Any, b: Any, x_pos: Any, x_neg: Any, theta: Any) -> Any:
    loss, dW, db = code.forward_forward_loss(W, b, x_pos, x_neg, theta)
    return {"loss": loss, "dW": dW, "db": db}


slip = forward_forward_loss.slip
GOODNESS, INNER = "np.sum(h**2, axis=1, keepdims=True)", " * 2.0 * h"
SOFTPLUS, SLOPE = "np.logaddexp(0.0, s)", "slope, _ = sigmoid_forward(s)"
EXP = "np.exp(s) / (1.0 + np.exp(s))"
BOTH, RETURN, N = "(x_pos, -1.0), (x_neg, 1.0)", "return loss, dW, db", " / len(x)"

slip("goodness-averaged",
     "The goodness is the mean of the squared activations. It is their sum over the units.",
     ("np.sum(h**2", "np.mean(h**2"), (INNER, f"{INNER} / h.shape[1]"))
slip("square-forgotten",
     "The goodness is the sum of the activations. It is the sum of their squares.",
     ("h**2", "h"), (INNER, ""))
slip("square-root-taken",
     "The goodness is the length of the activations. It is the square of that length.",
     (GOODNESS, "np.linalg.norm(h, axis=1, keepdims=True)"),
     (INNER, " * h / np.maximum(np.linalg.norm(h, axis=1, keepdims=True), 1e-30)"))
slip("factor-2-forgotten", "The 2 is missing: the derivative of h² is 2h.", (INNER, " * h"))
slip("inner-derivative-forgotten",
     "The gradient stops at the goodness. Each activation enters it as a square, so 2h is a "
     "factor.",
     (INNER, ""))
slip("real-and-false-swapped",
     "The layer is made active for false examples and calm for real ones. theta - goodness "
     "belongs to the real ones.",
     (BOTH, "(x_pos, 1.0), (x_neg, -1.0)"))
slip("sign-flipped", "The gradient has the wrong sign: this step would make the loss larger.",
     (RETURN, "return loss, -dW, -db"))
slip("minus-forgotten",
     "The real examples push the gradient the wrong way. Their goodness enters the loss with a "
     "minus sign.",
     ("sign * slope", "slope"))
slip("derivative-skipped",
     "The slope of softplus is left out. It is the sigmoid of the same argument.",
     ("sign * slope", "sign"))
slip("slope-at-minus-s",
     "The slope of softplus is taken at the negative argument: softplus'(s) = sigmoid(s).",
     (SLOPE, "slope, _ = sigmoid_forward(-s)"))
slip("value-for-slope",
     "The gradient is multiplied by softplus. Its slope is the sigmoid of the same argument.",
     (SLOPE, f"slope = {SOFTPLUS}"))
slip("sigmoid-slope-for-softplus",
     "The slope of the sigmoid, p(1 - p), is used. That of softplus is the sigmoid itself.",
     ("sign * slope", "sign * slope * (1.0 - slope)"))
slip("hinge-for-softplus",
     "softplus is replaced by max(0, s). That is close to it for large s only.",
     (SOFTPLUS, "np.maximum(s, 0.0)"), (SLOPE, "slope = s > 0"))
slip("exp-overflow",
     "exp overflows for a large argument. For large s softplus(s) is s: arrange the formula so "
     "that the exponent is never large and positive.",
     (SOFTPLUS, "np.log(1.0 + np.exp(s))"), see="logits-to-loss")
slip("exp-overflow",
     "exp overflows for a large argument, and inf / inf is nan. Arrange the formula so that the "
     "exponent is never large and positive.",
     (SOFTPLUS, "np.log(1.0 + np.exp(s))"), (SLOPE, f"slope = {EXP}"), see="logits-to-loss")
slip("exp-overflow",
     "exp overflows for a large argument, and inf / inf is nan. Arrange the formula so that the "
     "exponent is never large and positive.",
     (SLOPE, f"slope = {EXP}"), see="logits-to-loss")
slip("no-activation",
     "There is no ReLU: the goodness is that of xW + b, where negative sums count as well.",
     ("relu_forward(x @ W + b)", "x @ W + b, True"))
slip("mean-forgotten",
     "These are sums over the examples. The loss is a mean over the real ones plus a mean over "
     "the false ones.",
     (f"np.mean({SOFTPLUS})", f"np.sum({SOFTPLUS})"), (N, ""))
slip("mean-forgotten",
     "The gradients are sums over the examples. The loss is a mean over the real ones plus a mean "
     "over the false ones, so each one's gradient is divided by their number.",
     (N, ""))
slip("counts-exchanged",
     "The gradient of the real examples is divided by the number of false ones, or the other way "
     "round. Divide the share of each kind by the number of examples of that kind.",
     (N, " / (len(x_pos) + len(x_neg) - len(x))"))
slip("one-mean-for-both",
     "Real and false examples share one mean. Each kind has a mean of its own, and the two are "
     "added.",
     (f"np.mean({SOFTPLUS})", f"np.sum({SOFTPLUS}) / (len(x_pos) + len(x_neg))"),
     (N, " / (len(x_pos) + len(x_neg))"))
slip("two-means-averaged", "The two means are averaged. They are added.",
     (RETURN, "return loss / 2, dW / 2, db / 2"))
slip("real-examples-only",
     "The false examples take no part. Without them the layer need only be active for everything.",
     (BOTH, "(x_pos, -1.0),"))
slip("threshold-ignored",
     "theta is not used. It is the goodness at which an example counts as neither real nor false.",
     ("=True) - theta", "=True)"))
slip("loss-of-mean-goodness",
     "The goodness is averaged over the examples first, and softplus is taken of the mean. Each "
     "example has a loss of its own.",
     (GOODNESS, "np.mean(np.sum(h**2, axis=1))"))
slip("bias-gradient-averaged",
     "db is averaged over the examples once more. Their 1/N is already in each one's share: sum.",
     ("dz.sum(axis=0)", "dz.mean(axis=0)"))
