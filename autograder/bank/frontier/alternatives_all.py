"""Assignment 06-frontier, bonus: other ways to learn, and curvature along a direction."""

from typing import Any

import numpy as np

import backprop as bp
from autograder.bank.inputs import DIGITS_LOST, Rng, normal, whole
from autograder.marking.question import Case, question

# --- feedback_alignment_grads -----------------------------------------------------------------


def feedback_alignment_grads_cases(rng: Rng) -> list[Case]:
    """N, D, H, C all different, whole numbers, one example, targets far away."""

    def inputs(N: int, D: int, H: int, C: int, draw: Any = normal) -> dict[str, Any]:
        return {
            "W1": 0.5 * normal(rng, D, H),
            "W2": normal(rng, H, C),
            "B": normal(rng, C, H),
            "x": draw(rng, N, D),
            "y": draw(rng, N, C),
        }

    far = inputs(3, 4, 5, 2)
    far["y"] = 1e12 * far["y"]
    return [
        Case(inputs(2, 3, 4, 1)),
        Case(inputs(5, 2, 3, 4)),
        Case(inputs(4, 3, 5, 2, draw=whole), "whole numbers"),
        Case(inputs(1, 4, 3, 2), "one example"),
        Case(far, DIGITS_LOST),
    ]


@question(
    feedback_alignment_grads_cases,
    parts={"dW1": 2, "dW2": 1},
    see="feedback-alignment",
    bonus=True,
)
def feedback_alignment_grads(code: Any, W1: Any, W2: Any, B: Any, x: Any, y: Any) -> Any:
    dW1, dW2 = code.feedback_alignment_grads(W1, W2, B, x, y)
    return {"dW1": dW1, "dW2": dW2}


def _alignment_mistake(
    id: str,
    says: str,
    see: str | None = None,
    out=lambda a, W2, B: a @ W2,
    activation=np.tanh,
    error=lambda yhat, y: (yhat - y) / len(y),
    back=lambda error, W2, B: error @ B,
    slope=lambda a, z: 1.0 - a**2,
    left=lambda a, z: a,
):
    """A wrong feedback_alignment_grads with some of its pieces replaced."""

    def wrong(W1, W2, B, x, y):
        z = x @ W1
        a = activation(z)
        e = error(out(a, W2, B), y)
        return x.T @ (back(e, W2, B) * slope(a, z)), left(a, z).T @ e

    feedback_alignment_grads.misconception(id, says, see)(wrong)


def _alignment_gradients(id: str, says: str, see: str | None = None):
    """A wrong feedback_alignment_grads, as a function of the inputs and the right answer."""

    def register(wrong):
        def grads(W1, W2, B, x, y):
            return wrong(W1, W2, B, x, y, *bp.feedback_alignment_grads(W1, W2, B, x, y))

        feedback_alignment_grads.misconception(id, says, see)(grads)
        return wrong

    return register


_alignment_mistake(
    "forward-weights-for-feedback",
    "The error goes back through the transposed W2: that is backpropagation. Here it goes through B.",
    back=lambda error, W2, B: error @ W2.T,
)
_alignment_mistake(
    "feedback-added-to-backpropagation",
    "The error goes back through W2 and through B. B stands in place of the transposed W2.",
    back=lambda error, W2, B: error @ (B + W2.T),
)
_alignment_mistake(
    "feedback-in-forward-pass",
    "B is used in the forward pass. It belongs to the way back only: the output is tanh(x W1) W2.",
    out=lambda a, W2, B: a @ B.T,
)
_alignment_mistake(
    "derivative-skipped",
    "The slope of tanh is left out. Only the weights on the way back are replaced; the slope stays.",
    slope=lambda a, z: 1.0,
)
_alignment_mistake(
    "tanh-applied-twice",
    "tanh is applied to its own output before it is squared.",
    see="gradient-of-each-part",
    slope=lambda a, z: 1.0 - np.tanh(a) ** 2,
)
_alignment_mistake(
    "input-for-output",
    "The slope 1 - t² is taken with t = x W1. It holds for what tanh gave.",
    see="gradient-of-each-part",
    slope=lambda a, z: 1.0 - z**2,
)
_alignment_mistake(
    "square-forgotten",
    "The slope of tanh is 1 - t², not 1 - t.",
    see="gradient-of-each-part",
    slope=lambda a, z: 1.0 - a,
)
_alignment_mistake(
    "sigmoid-slope-for-tanh",
    "t(1 - t) is the slope of the sigmoid. That of tanh is 1 - t².",
    see="gradient-of-each-part",
    slope=lambda a, z: a * (1.0 - a),
)
_alignment_mistake(
    "no-activation",
    "There is no tanh in the forward pass. The hidden layer is tanh(x W1).",
    activation=lambda z: z,
    slope=lambda a, z: 1.0,
)
_alignment_mistake(
    "no-activation",
    "There is no tanh in the forward pass. The hidden layer is tanh(x W1).",
    activation=lambda z: z,
    slope=lambda a, z: 1.0 - np.tanh(z) ** 2,
)
_alignment_mistake(
    "pre-activation-for-activation",
    "dW2 is built from x W1. What W2 was multiplied by is tanh of it.",
    left=lambda a, z: z,
)
MEAN = "The 1/N is missing. The loss is a mean over the examples."
_alignment_mistake("mean-forgotten", MEAN, error=lambda yhat, y: yhat - y)


@_alignment_gradients("mean-forgotten", MEAN)
def _(W1, W2, B, x, y, dW1, dW2):
    return dW1 * len(x), dW2


@_alignment_gradients("mean-forgotten", MEAN)
def _(W1, W2, B, x, y, dW1, dW2):
    return dW1, dW2 * len(x)


@_alignment_gradients(
    "divided-by-n-again",
    "dW1 is divided by N twice. The error at the output already holds the 1/N.",
)
def _(W1, W2, B, x, y, dW1, dW2):
    return dW1 / len(x), dW2


_alignment_mistake(
    "divided-by-classes-too",
    "The error is divided by the number of all entries. The loss sums over the outputs and is a mean "
    "over the examples: divide by N.",
    error=lambda yhat, y: (yhat - y) / y.size,
)
_alignment_mistake(
    "half-forgotten-in-loss",
    "The gradients are twice too large. The loss has a factor 0.5, which takes away the 2 of the "
    "square.",
    error=lambda yhat, y: 2.0 * (yhat - y) / len(y),
)
_alignment_mistake(
    "sign-flipped",
    "The gradients point the wrong way: the error is yhat - y.",
    error=lambda yhat, y: (y - yhat) / len(y),
)
_alignment_mistake(
    "label-not-subtracted",
    "The target is not subtracted: what goes back is the output itself. The error is yhat - y.",
    error=lambda yhat, y: yhat / len(y),
)


@_alignment_gradients(
    "gradients-in-wrong-order",
    "The two come back in another order. It is dW1, dW2.",
)
def _(W1, W2, B, x, y, dW1, dW2):
    return dW2, dW1


# --- forward_forward_loss ---------------------------------------------------------------------


def forward_forward_loss_cases(rng: Rng) -> list[Case]:
    """As many false examples as real ones or not, whole numbers, a large goodness, a far theta."""

    def inputs(N: int, M: int, D: int, H: int, draw: Any = normal) -> dict[str, Any]:
        """Drawn until both kinds have active and quiet units, none near the kink of ReLU."""
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
        Case(inputs(3, 4, 5, 2, draw=whole), "whole numbers"),
        Case(large, "a goodness of thousands"),
        Case({**inputs(3, 5, 4, 2), "theta": 1e12}, DIGITS_LOST),
    ]


@question(
    forward_forward_loss_cases,
    parts={"loss": 1, "dW": 1, "db": 1},
    see="forward-forward",
    bonus=True,
)
def forward_forward_loss(code: Any, W: Any, b: Any, x_pos: Any, x_neg: Any, theta: Any) -> Any:
    loss, dW, db = code.forward_forward_loss(W, b, x_pos, x_neg, theta)
    return {"loss": loss, "dW": dW, "db": db}


def _softplus(s):
    return np.logaddexp(0.0, s)


def _sigmoid(s):
    return bp.sigmoid_forward(s)[0]


def _local(
    W,
    b,
    x_pos,
    x_neg,
    theta,
    goodness=lambda h: np.sum(h**2, axis=1),
    by_h=lambda h: 2.0 * h,
    signs=(-1.0, 1.0),
    back_signs=None,
    kinds=(1.0, 1.0),
    softplus=_softplus,
    slope=_sigmoid,
    activation=lambda z: np.maximum(z, 0.0),
    share=lambda n, both: 1.0 / n,
    share_back=None,
    mask=lambda z: z > 0,
):
    """forward_forward_loss in pieces, so that a wrong version says which piece it has wrong."""
    loss, dW, db, both = 0.0, 0.0, 0.0, len(x_pos) + len(x_neg)
    pieces = zip((x_pos, x_neg), signs, back_signs or signs, kinds, strict=True)
    for x, sign, back_sign, kind in pieces:
        z = x @ W + b
        h = activation(z)
        s = sign * (goodness(h) - theta)
        loss += kind * np.sum(softplus(s)) * share(len(x), both)
        back = kind * back_sign * (share_back or share)(len(x), both)
        dz = back * slope(s)[:, None] * by_h(h) * mask(z)
        dW, db = dW + x.T @ dz, db + dz.sum(axis=0)
    return loss, dW, db


def _local_mistake(id: str, says: str, see: str | None = None, **pieces):
    """A wrong forward_forward_loss with some of its pieces replaced."""

    def wrong(W, b, x_pos, x_neg, theta):
        return _local(W, b, x_pos, x_neg, theta, **pieces)

    forward_forward_loss.misconception(id, says, see)(wrong)


def _local_gradients(id: str, says: str, see: str | None = None):
    """A wrong forward_forward_loss, as a function of the inputs and the right answer."""

    def register(wrong):
        def answer(W, b, x_pos, x_neg, theta):
            right = bp.forward_forward_loss(W, b, x_pos, x_neg, theta)
            return wrong(W, b, x_pos, x_neg, theta, *right)

        forward_forward_loss.misconception(id, says, see)(answer)
        return wrong

    return register


_local_mistake(
    "goodness-averaged",
    "The goodness is the mean of the squared activations. It is their sum over the units.",
    goodness=lambda h: np.mean(h**2, axis=1),
    by_h=lambda h: 2.0 * h / h.shape[1],
)
_local_mistake(
    "square-forgotten",
    "The goodness is the sum of the activations. It is the sum of their squares.",
    goodness=lambda h: np.sum(h, axis=1),
    by_h=np.ones_like,
)
_local_mistake(
    "square-root-taken",
    "The goodness is the length of the activations. It is the square of that length.",
    goodness=lambda h: np.linalg.norm(h, axis=1),
    by_h=lambda h: h / np.maximum(np.linalg.norm(h, axis=1, keepdims=True), 1e-30),
)
_local_mistake(
    "factor-2-forgotten",
    "The 2 is missing: the derivative of h² is 2h.",
    by_h=lambda h: h,
)
_local_mistake(
    "inner-derivative-forgotten",
    "The gradient stops at the goodness. Each activation enters it as a square, so 2h is a factor.",
    by_h=np.ones_like,
)
_local_mistake(
    "real-and-false-swapped",
    "The layer is made active for false examples and calm for real ones. theta - goodness belongs to "
    "the real ones.",
    signs=(1.0, -1.0),
)


@_local_gradients(
    "sign-flipped",
    "The gradient has the wrong sign: this step would make the loss larger.",
)
def _(W, b, x_pos, x_neg, theta, loss, dW, db):
    return loss, -dW, -db


_local_mistake(
    "minus-forgotten",
    "The real examples push the gradient the wrong way. Their goodness enters the loss with a minus "
    "sign.",
    back_signs=(1.0, 1.0),
)


_local_mistake(
    "derivative-skipped",
    "The slope of softplus is left out. It is the sigmoid of the same argument.",
    slope=np.ones_like,
)
_local_mistake(
    "slope-at-minus-s",
    "The slope of softplus is taken at the negative argument: softplus'(s) = sigmoid(s).",
    slope=lambda s: _sigmoid(-s),
)
_local_mistake(
    "value-for-slope",
    "The gradient is multiplied by softplus. Its slope is the sigmoid of the same argument.",
    slope=_softplus,
)
_local_mistake(
    "sigmoid-slope-for-softplus",
    "The slope of the sigmoid, p(1 - p), is used. That of softplus is the sigmoid itself.",
    slope=lambda s: _sigmoid(s) * (1.0 - _sigmoid(s)),
)
_local_mistake(
    "hinge-for-softplus",
    "softplus is replaced by max(0, s). That is close to it for large s only.",
    softplus=lambda s: np.maximum(s, 0.0),
    slope=lambda s: (s > 0) * 1.0,
)
_local_mistake(
    "exp-overflow",
    "exp overflows for a large argument. For large s softplus(s) is s: arrange the formula so that "
    "the exponent is never large and positive.",
    see="logits-to-loss",
    softplus=lambda s: np.log(1.0 + np.exp(s)),
)
_local_mistake(
    "exp-overflow",
    "exp overflows for a large argument, and inf / inf is nan. Arrange the formula so that the "
    "exponent is never large and positive.",
    see="logits-to-loss",
    softplus=lambda s: np.log(1.0 + np.exp(s)),
    slope=lambda s: np.exp(s) / (1.0 + np.exp(s)),
)
_local_mistake(
    "exp-overflow",
    "exp overflows for a large argument, and inf / inf is nan. Arrange the formula so that the "
    "exponent is never large and positive.",
    see="logits-to-loss",
    slope=lambda s: np.exp(s) / (1.0 + np.exp(s)),
)
_local_mistake(
    "no-activation",
    "There is no ReLU: the goodness is that of xW + b, where negative sums count as well.",
    activation=lambda z: z,
    mask=lambda z: 1.0,
)
_local_mistake(
    "mean-forgotten",
    "These are sums over the examples. The loss is a mean over the real ones plus a mean over the "
    "false ones.",
    share=lambda n, both: 1.0,
)
_local_mistake(
    "mean-forgotten",
    "The gradients are sums over the examples. The loss is a mean over the real ones plus a mean over "
    "the false ones, so each one's gradient is divided by their number.",
    share_back=lambda n, both: 1.0,
)
_local_mistake(
    "one-mean-for-both",
    "Real and false examples share one mean. Each kind has a mean of its own, and the two are added.",
    share=lambda n, both: 1.0 / both,
)
_local_mistake(
    "two-means-averaged",
    "The two means are averaged. They are added.",
    share=lambda n, both: 0.5 / n,
)


_local_mistake(
    "real-examples-only",
    "The false examples take no part. Without them the layer need only be active for everything.",
    kinds=(1.0, 0.0),
)


@_local_gradients(
    "threshold-ignored",
    "theta is not used. It is the goodness at which an example counts as neither real nor false.",
)
def _(W, b, x_pos, x_neg, theta, loss, dW, db):
    return bp.forward_forward_loss(W, b, x_pos, x_neg, 0.0)


@_local_gradients(
    "loss-of-mean-goodness",
    "The goodness is averaged over the examples first, and softplus is taken of the mean. Each "
    "example has a loss of its own.",
)
def _(W, b, x_pos, x_neg, theta, loss, dW, db):
    return _local(
        W,
        b,
        x_pos,
        x_neg,
        theta,
        goodness=lambda h: np.full(len(h), np.mean(np.sum(h**2, axis=1))),
    )


@_local_gradients(
    "bias-gradient-averaged",
    "db is averaged over the examples once more. Their 1/N is already in each one's share: sum.",
)
def _(W, b, x_pos, x_neg, theta, loss, dW, db):
    _, _, again = _local(W, b, x_pos, x_neg, theta, share=lambda n, both: 1.0 / n**2)
    return loss, dW, again


# --- hessian_vector_product -------------------------------------------------------------------


def hessian_vector_product_cases(rng: Rng) -> list[Case]:
    """Several shapes, a large h that tells the kinds of difference apart, whole numbers."""

    def inputs(*shape: int, h: float = 1e-5, draw: Any = normal) -> dict[str, Any]:
        size = int(np.prod(shape))
        x, v = draw(rng, *shape), draw(rng, *shape)
        return {"x": x, "v": v, "A": normal(rng, size, size + 1), "h": h}

    return [
        Case(inputs(2)),
        Case(inputs(3, 2)),
        Case(inputs(3, h=0.5), "a large h, to tell the kinds of difference apart"),
        Case(inputs(4, draw=whole), "x and v hold whole numbers"),
        Case(inputs(2, 1, 3, h=0.25), "three axes and a large h"),
    ]


@question(
    hessian_vector_product_cases, parts={"product": 2}, see="hessian-vector-product", bonus=True
)
def hessian_vector_product(code: Any, x: Any, v: Any, A: Any, h: Any) -> Any:
    def grad(w):  # of the sum of sin(w A) and of w^4 / 4, so that entries depend on each other
        w = np.asarray(w)
        slopes = np.cos(w.ravel() @ A) @ A.T
        return slopes.reshape(w.shape) + w**3

    return {"product": code.hessian_vector_product(grad, x, v, h)}


def _misread_product(id: str, says: str, see: str | None = None):
    def register(wrong):
        def product(grad, x, v, h=1e-5):
            return wrong(grad, np.array(x, dtype=float), np.array(v, dtype=float), h)

        hessian_vector_product.misconception(id, says, see)(product)
        return wrong

    return register


ONE_SIDED = (
    "The difference is one-sided. Its error shrinks like h; the central difference, a step to "
    "either side of x, shrinks like h²."
)


@_misread_product("one-sided-difference", ONE_SIDED, see="does-it-work")
def _(grad, x, v, h):
    return (grad(x + h * v) - grad(x)) / h


@_misread_product("one-sided-difference", ONE_SIDED, see="does-it-work")
def _(grad, x, v, h):
    return (grad(x) - grad(x - h * v)) / h


@_misread_product(
    "half-forgotten",
    "The two points are 2h v apart, so divide by 2h: this product is twice too large.",
    see="does-it-work",
)
def _(grad, x, v, h):
    return (grad(x + h * v) - grad(x - h * v)) / h


@_misread_product("h-ignored", "The argument h is not used. The caller chooses it.")
def _(grad, x, v, h):
    return (grad(x + 1e-5 * v) - grad(x - 1e-5 * v)) / 2e-5


@_misread_product(
    "half-step",
    "The points lie h/2 to either side. That is a fine estimate, but the course shifts by h.",
)
def _(grad, x, v, h):
    return (grad(x + h / 2 * v) - grad(x - h / 2 * v)) / h


@_misread_product(
    "difference-backwards", "The difference is taken the wrong way round: x + h v comes first."
)
def _(grad, x, v, h):
    return (grad(x - h * v) - grad(x + h * v)) / (2 * h)


@_misread_product(
    "not-divided", "The change of the gradient is not divided by 2h, so it depends on h."
)
def _(grad, x, v, h):
    return grad(x + h * v) - grad(x - h * v)


@_misread_product(
    "direction-normalised",
    "v is brought to length 1 first. The product is linear in v: twice the v, twice the result.",
)
def _(grad, x, v, h):
    v = v / np.linalg.norm(v)
    return (grad(x + h * v) - grad(x - h * v)) / (2 * h)


@_misread_product(
    "direction-normalised",
    "v is brought to length 1 for the shift and its length multiplied back. That is a fine estimate, "
    "but the course shifts by h v.",
)
def _(grad, x, v, h):
    length = np.linalg.norm(v)
    v = v / length
    return (grad(x + h * v) - grad(x - h * v)) / (2 * h) * length


@_misread_product(
    "shift-without-direction",
    "Every entry is shifted by h, and the result is multiplied by v. Shift along v: entry i moves by "
    "h times v_i.",
)
def _(grad, x, v, h):
    return (grad(x + h) - grad(x - h)) / (2 * h) * v


@_misread_product(
    "slope-for-curvature",
    "This is the gradient times v, one number: how the function changes along v. Asked is how the "
    "gradient changes.",
)
def _(grad, x, v, h):
    return np.sum(grad(x) * v)


@_misread_product(
    "slope-for-curvature",
    "This is the gradient times v, entry by entry. Asked is how the gradient changes along v.",
)
def _(grad, x, v, h):
    return grad(x) * v


@_misread_product(
    "result-times-v",
    "The result is multiplied by v once more, which gives one number, the curvature along v. Asked "
    "is the product before that.",
)
def _(grad, x, v, h):
    return np.sum((grad(x + h * v) - grad(x - h * v)) / (2 * h) * v)


def _columns(grad, x, h):
    """The Hessian by central differences, one column for each entry of x."""
    columns = []
    for i in np.ndindex(x.shape):
        e = np.zeros_like(x)
        e[i] = h
        columns.append(((grad(x + e) - grad(x - e)) / (2 * h)).ravel())
    return np.stack(columns, axis=1)


@_misread_product(
    "whole-hessian-built",
    "The whole Hessian is built, a shift for each entry, and then multiplied by v. That takes two "
    "gradients for each entry of x. Shift along v instead: two gradients in all.",
)
def _(grad, x, v, h):
    return (_columns(grad, x, h) @ v.ravel()).reshape(x.shape)


@_misread_product(
    "diagonal-only",
    "Only the diagonal of the Hessian takes part. Entries depend on each other: shift all of them at "
    "once, along v.",
)
def _(grad, x, v, h):
    return np.diag(_columns(grad, x, h)).reshape(x.shape) * v


@hessian_vector_product.misconception(
    "integers-truncated",
    "The shifted points are kept in an array of whole numbers, so the shift is cut off. Make a float "
    "copy first.",
    see="shapes-and-batches",
)
def _(grad, x, v, h=1e-5):
    above, below = np.array(x), np.array(x)
    above[...], below[...] = x + h * v, x - h * v
    return (grad(above) - grad(below)) / (2 * h)


@hessian_vector_product.misconception(
    "argument-left-shifted",
    "The caller's x comes back shifted. Work on new arrays.",
    see="computation-graphs",
)
def _(grad, x, v, h=1e-5):
    product = bp.hessian_vector_product(grad, x, v, h)
    x += (h * v).astype(x.dtype)
    return product


QUESTIONS = [feedback_alignment_grads, forward_forward_loss, hessian_vector_product]
