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
     "The goodness is computed as the mean of the squared activations. It should be their sum over "
     "the units.",
     ("np.sum(h**2", "np.mean(h**2"), (INNER, f"{INNER} / h.shape[1]"))
slip("square-forgotten",
     "The goodness is computed as the sum of the activations. It should be the sum of their "
     "squares.",
     ("h**2", "h"), (INNER, ""))
slip("square-root-taken",
     "The goodness is computed as the length of the activations. It should be the square of that "
     "length, so leave the root out.",
     (GOODNESS, "np.linalg.norm(h, axis=1, keepdims=True)"),
     (INNER, " * h / np.maximum(np.linalg.norm(h, axis=1, keepdims=True), 1e-30)"))
slip("factor-2-forgotten",
     "The factor 2 is missing. The derivative of h² is 2h.",
     (INNER, " * h"))
slip("inner-derivative-forgotten",
     "The slope of the goodness is missing. The goodness contains the square of each activation, "
     "so multiply by 2h.",
     (INNER, ""))
slip("real-and-false-swapped",
     "Real and false examples are swapped, so the layer becomes active for the false ones. Use "
     "theta - goodness for the real ones.",
     (BOTH, "(x_pos, 1.0), (x_neg, -1.0)"))
slip("sign-flipped",
     "The gradient has the wrong sign, so a step against it makes the loss larger.",
     (RETURN, "return loss, -dW, -db"))
slip("minus-forgotten",
     "The gradient for the real examples has the wrong sign. Their goodness enters the loss with a "
     "minus sign.",
     ("sign * slope", "slope"))
slip("derivative-skipped",
     "The slope of softplus is missing. It is the sigmoid of the same argument.",
     ("sign * slope", "sign"))
slip("slope-at-minus-s",
     "The slope of softplus is taken at the negative argument. It is sigmoid(s), not sigmoid(-s).",
     (SLOPE, "slope, _ = sigmoid_forward(-s)"))
slip("value-for-slope",
     "The gradient is multiplied by the value of softplus. Multiply by its slope, the sigmoid of "
     "the same argument.",
     (SLOPE, f"slope = {SOFTPLUS}"))
slip("sigmoid-slope-for-softplus",
     "The slope of the sigmoid, p(1 - p), is used. The slope of softplus is the sigmoid itself.",
     ("sign * slope", "sign * slope * (1.0 - slope)"))
slip("hinge-for-softplus",
     "softplus is replaced by max(0, s). The two are close only for large |s|. Use log(1 + "
     "exp(s)).",
     (SOFTPLUS, "np.maximum(s, 0.0)"), (SLOPE, "slope = s > 0"))
slip("exp-overflow",
     "exp overflows for a large argument. For large s, softplus(s) is s. Arrange the formula so "
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
     "There is no ReLU, so negative sums count as well. Compute the goodness of relu(xW + b).",
     ("relu_forward(x @ W + b)", "x @ W + b, True"))
slip("mean-forgotten",
     "The loss and gradients are sums over the examples. The loss is a mean over the real examples "
     "plus a mean over the false ones.",
     (f"np.mean({SOFTPLUS})", f"np.sum({SOFTPLUS})"), (N, ""))
slip("mean-forgotten",
     "The gradients are sums over the examples. The loss is a mean over the real examples plus a "
     "mean over the false ones, so divide the contribution of each kind by its number of examples.",
     (N, ""))
slip("counts-exchanged",
     "The gradient for the real examples is divided by the number of false ones, and the gradient "
     "for the false ones by the number of real ones. Divide the contribution of each kind by the "
     "number of examples of that kind.",
     (N, " / (len(x_pos) + len(x_neg) - len(x))"))
slip("one-mean-for-both",
     "Real and false examples share one mean. Take a separate mean for each kind, and add the "
     "two.",
     (f"np.mean({SOFTPLUS})", f"np.sum({SOFTPLUS}) / (len(x_pos) + len(x_neg))"),
     (N, " / (len(x_pos) + len(x_neg))"))
slip("two-means-averaged",
     "The two means are averaged. Add them.",
     (RETURN, "return loss / 2, dW / 2, db / 2"))
slip("real-examples-only",
     "The false examples are not used. Without them, the layer learns only to be active for every "
     "input.",
     (BOTH, "(x_pos, -1.0),"))
slip("threshold-ignored",
     "theta is not used. It is the goodness at which an example counts as neither real nor false, "
     "so subtract it from the goodness.",
     ("=True) - theta", "=True)"))
slip("loss-of-mean-goodness",
     "The goodness is averaged over the examples before softplus is taken. Each example has its "
     "own loss, so average after softplus.",
     (GOODNESS, "np.mean(np.sum(h**2, axis=1))"))
slip("bias-gradient-averaged",
     "db is averaged over the examples once more. The factor 1/N is already in the gradient for "
     "each example, so sum the rows.",
     ("dz.sum(axis=0)", "dz.mean(axis=0)"))
