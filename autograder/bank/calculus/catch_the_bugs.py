"""A check, written by the student, that tells wrong backward passes from right ones.

The check gets sixteen layers. Each of them computes out = c act((x * s) @ W + b), where act is tanh
or a sigmoid, and c and s are numbers of its own. So its gradients are not those of a function that
the notebook gives, and to compare with such a function tells nothing. Four backward passes are
right. Twelve have one mistake each, which is only a different number in the same formula. The
job gets the numbers in a random order. Which of the layers are wrong is held back.
"""

from typing import Any

import numpy as np

from autograder.bank.inputs import Rng, drawn_until, normal
from autograder.bank.judgements import measure_judgements, multiply, shuffled
from autograder.marking.question import Case, question

Layer = dict[str, Any]
Sizes = tuple[int, int, int]  # examples, inputs, outputs
TANH_SLOPE, SIGMOID_SLOPE = (1.0, 0.0, -1.0), (0.0, 1.0, -1.0)


def cases(rng: Rng) -> list[Case]:
    """Return three cases with sixteen layers each, so that a student who guesses fails."""
    return [_case(rng, sizes) for sizes in ((2, 3, 2), (3, 2, 4), (4, 1, 3))]


def _case(rng: Rng, sizes: Sizes) -> Case:
    scales = [1e5, 1.0, 1.0, 1.0]  # a check with an absolute tolerance rejects the first one
    layers = [_right_layer(rng, sizes, scale) for scale in scales]
    layers += [_wrong_layer(rng, mistake, sizes) for mistake in MISTAKES]
    inputs, held_back = shuffled(rng, layers, len(scales))
    return Case({"layers": inputs}, held_back=held_back)


def _right_layer(rng: Rng, sizes: Sizes, scale: float = 1.0) -> Layer:
    """Return the numbers of a layer whose backward pass is right."""
    N, D, H = sizes

    def draw() -> Layer:
        c = scale * round(float(rng.uniform(1.3, 2.5)), 2)
        s = np.round(rng.choice([-1, 1], D) * rng.uniform(0.4, 0.8, D), 2)
        is_tanh = bool(rng.integers(2))
        return {
            "is_tanh": is_tanh,
            "c": c,
            "s": s,
            "inputs": [normal(rng, N, D), normal(rng, D, H), 0.5 * normal(rng, H)],
            "slope": TANH_SLOPE if is_tanh else SIGMOID_SLOPE,  # coefficients of 1, act and act²
            "upstream": (0.0, 1.0, 0.0),  # coefficients of 1, dout, and its mean over the rows
            "factors": [np.tile(c * s, (N, 1)), np.full((D, H), c), np.full(H, c)],
        }

    return drawn_until(_is_lively, draw)


def _is_lively(layer: Layer) -> bool:
    """True if no gradient is so small that rounding hides it, and no activation is saturated."""
    x, W, b = layer["inputs"]
    z = (x * layer["s"]) @ W + b
    return bool(np.abs(z).max() < 1.8 and min(np.abs(a).min() for a in (x, W, z)) > 0.05)


def _wrong_layer(rng: Rng, mistake: Any, sizes: Sizes) -> Layer:
    layer = _right_layer(rng, sizes)
    mistake(layer, *layer["factors"])
    return layer


def _scale_down(layer: Layer, dx: Any, dW: Any, db: Any) -> None:
    """Make all gradients tiny, and give db the wrong sign. An absolute tolerance misses that."""
    layer["c"] *= 1e-7
    for factor in (dx, dW, db):
        factor *= 1e-7
    db *= -1


def _scale_down_and_halve(layer: Layer, dx: Any, dW: Any, db: Any) -> None:
    _scale_down(layer, dx, dW, db)
    dx /= 2


def _slope_of_the_input(layer: Layer, dx: Any, dW: Any, db: Any) -> None:
    layer["slope"] = (1.0, -1.0, 0.0) if layer["is_tanh"] else (0.0, 1.0, 0.0)


MISTAKES = [  # the gradients have the numbers 0 for dx, 1 for dW, 2 for db
    lambda layer, dx, dW, db: layer.update(upstream=(1.0, 0.0, 0.0)),  # dout is not used
    lambda layer, dx, dW, db: layer.update(upstream=(0.0, 0.0, 1.0)),  # only its mean is used
    _slope_of_the_input,
    lambda layer, dx, dW, db: layer.update(slope=(1.0, 0.0, 0.0)),  # the slope is left out
    _scale_down,
    _scale_down_and_halve,
    multiply(1, ..., 1.01),  # dW is a hundredth too large
    multiply(2, -1, 0.98),  # one entry of db is two hundredths too small
    multiply(1, (-1, 0), -1.0),  # one entry of dW has the wrong sign
    multiply(0, -1, 0.0),  # the last row of dx is left out
    multiply(0, (..., 0), -1.0),  # the first column of dx has the wrong sign
    multiply(2, ..., 0.5),  # db is a mean over two examples
]


@question(
    cases,
    parts={"caught": 4},
    see="does-it-work",
    uses=("grad_check",),
    measure=measure_judgements,
    seconds=10.0,
    bonus=True,
    explains={
        "layers": "the numbers from which we build the sixteen layers; your function gets the "
                  "forward and the backward function of each layer and its inputs, but not these "
                  "numbers"
    },
)
def catch_the_bugs(code: Any, layers: Any) -> Any:
    def passes(layer):
        is_tanh, c, s = layer["is_tanh"], layer["c"], layer["s"]

        def forward(x, W, b):
            z = (x * s) @ W + b
            a = np.tanh(z) if is_tanh else 0.5 * (1 + np.tanh(0.5 * z))
            return c * a, (np.array(x), np.array(W), a)

        def backward(dout, cache):
            x, W, a = cache
            one, same, mean = layer["upstream"]
            dout = np.asarray(dout, dtype=float)
            dout = one + same * dout + mean * np.mean(dout, axis=0)
            first, second, third = layer["slope"]
            dz = dout * (first + second * a + third * a**2)
            right = dz @ W.T, (x * s).T @ dz, dz.sum(axis=0)
            return tuple(f * gradient for f, gradient in zip(layer["factors"], right, strict=True))

        return forward, backward

    caught = []
    for layer in layers:
        inputs = [np.array(array) for array in layer["inputs"]]
        caught.append(code.catch_the_bugs(*passes(layer), inputs))
    return {"caught": caught}


slip = catch_the_bugs.slip
DOUT, RESULT = "rng.normal(size=out.shape)", "not error < 1e-4"
CHECK = "grad_check(loss, inputs, grads)"

slip("nothing-caught",
     "Your check finds a bug in none of the layers. Return True if the gradients differ from what "
     "you measure, and False if they agree.",
     (RESULT, "False"))
slip("everything-caught",
     "Your check finds a bug in every layer, even in the correct ones. Measure the gradient of the "
     "sum of out * dout, with the same dout that backward gets. Then check that the tolerance is "
     "larger than rounding errors.",
     (RESULT, "True"))
slip("answer-reversed",
     "Your check returns False for layers with a bug and True for correct ones. It should return "
     "the opposite.",
     (RESULT, "error < 1e-4"))
slip("upstream-of-ones",
     "Your check misses backward passes that make too little use of dout, because all entries of "
     "your dout are equal. Use random numbers for dout.",
     (DOUT, "np.ones(out.shape)"))
slip("loss-without-upstream",
     "The loss of your check is the sum of the outputs, but backward gets a different dout. So "
     "your check compares the gradients of two different losses. Measure the sum of out * dout.",
     ("forward(*inputs)[0] * dout", "forward(*inputs)[0]"))
slip("first-gradient-only",
     "Your check looks at the first gradient only. A layer has three inputs, so compare dx, dW and "
     "db.",
     (CHECK, "grad_check(loss, inputs[:1], grads[:1])"))
slip("first-gradient-left-out",
     "Your check compares dW and db only. Compare dx as well, because the previous layer needs it.",
     (CHECK, "grad_check(loss, inputs[1:], grads[1:])"))
slip("last-gradient-left-out",
     "Your check compares dx and dW only. Compare db as well.",
     (CHECK, "grad_check(loss, inputs[:2], grads[:2])"))
slip("tolerance-too-loose",
     "Your check accepts gradients that are off by one per cent. For correct code, central "
     "differences agree to about six digits, so the tolerance can be 1e-4 or smaller.",
     (RESULT, "not error < 0.1"))


def _pairs(forward, backward, inputs):
    """Return a measured and a given gradient for each input of a layer."""
    out, cache = forward(*inputs)
    dout = np.random.default_rng(0).normal(size=out.shape)
    measured = []
    for i, array in enumerate(inputs):
        numeric = np.zeros(array.shape)
        for entry in np.ndindex(array.shape):
            sides = []
            for h in (1e-5, -1e-5):
                shifted = [a.copy() for a in inputs]
                shifted[i][entry] += h
                sides.append(np.sum(forward(*shifted)[0] * dout))
            numeric[entry] = (sides[0] - sides[1]) / 2e-5
        measured.append(numeric)
    return list(zip(measured, backward(dout, cache), strict=True))


@catch_the_bugs.misconception(
    "absolute-tolerance",
    "Your check compares the difference of two gradients with a fixed number. The gradients of one "
    "correct layer are about 1e5, so rounding errors alone are larger than that number. The "
    "gradients of two wrong layers are about 1e-7, so all differences are below that number. "
    "Divide by the size of the gradients.",
)
def absolute(forward, backward, inputs):
    pairs = _pairs(forward, backward, inputs)
    return bool(max(np.abs(n - a).max() for n, a in pairs) > 1e-6)


@catch_the_bugs.misconception(
    "only-the-size",
    "Your check compares the lengths of the gradients. A wrong sign does not change the length, so "
    "compare entry by entry.",
)
def only_the_size(forward, backward, inputs):
    pairs = _pairs(forward, backward, inputs)
    norm = np.linalg.norm
    return bool(max(abs(norm(n) - norm(a)) / (norm(n) + norm(a)) for n, a in pairs) > 1e-5)


@catch_the_bugs.misconception(
    "one-right-entry-suffices",
    "Your check accepts a gradient if one of its entries is right. Every entry must be right, so "
    "look at the largest error, not at the smallest.",
)
def one_right_entry(forward, backward, inputs):
    pairs = _pairs(forward, backward, inputs)
    errors = [np.abs(n - a) / (np.abs(n) + np.abs(a) + 1e-300) for n, a in pairs]
    return bool(max(error.min() for error in errors) > 1e-4)


@catch_the_bugs.misconception(
    "first-entry-only",
    "Your check compares the first entry of each gradient. A mistake can be in any entry, so "
    "compare all of them.",
)
def first_entry(forward, backward, inputs):
    pairs = _pairs(forward, backward, inputs)
    firsts = [(n.flat[0], a.flat[0]) for n, a in pairs]
    return bool(max(abs(n - a) / (abs(n) + abs(a)) for n, a in firsts) > 1e-4)
