"""Assignment 05-network: a program with bugs, a network for digits, and logs to be read."""

import functools
import inspect
from typing import Any

import numpy as np

import backprop as bp
import backprop.classifier
from autograder.bank.inputs import DIGITS_LOST, Rng, labels, normal
from autograder.marking.question import Case, ManualQuestion, Question, question

# --- find_the_bugs ----------------------------------------------------------------------------


def find_the_bugs_cases(rng: Rng) -> list[Case]:
    """A batch that fits and one that does not, large logits, a penalty that drowns the loss."""

    def inputs(N: int, D: int, H: int, C: int, size: int) -> dict[str, Any]:
        shapes = [(D, H), (H,), (H, C), (C,)]
        small = [(1, 2), (2,), (2, 1), (1,)]
        return {
            "x": 3 * (np.arange(N)[:, None] / N - 0.5) + normal(rng, N, D) / 9,  # no two rows alike
            "y": labels(rng, N, C),
            "size": size,
            "seed": int(rng.integers(1000)),
            "params": [normal(rng, *shape) for shape in shapes],
            "reg": round(float(rng.uniform(0.2, 0.9)), 2),
            "weights": [normal(rng, *shape) for shape in small],
            "velocities": [normal(rng, *shape) for shape in small],
            "steps": [tuple(normal(rng, *shape) for shape in small) for _ in range(2)],
            "lr": 0.3,
            "mu": 0.7,
            "large_logits": False,
        }

    apart = inputs(9, 2, 5, 3, 4)
    apart["params"][2] *= 1e5
    apart["params"][3] += 1e7
    apart["reg"] = 1e-9
    drowned = inputs(8, 3, 5, 2, 4)
    drowned["params"][0][0, 0] = 1e9
    return [
        Case(inputs(5, 1, 2, 3, 2), "the last batch is smaller"),
        Case(inputs(12, 4, 3, 2, 3), "the last batch is as large as the others"),
        Case({**apart, "large_logits": True}, "large logits; only loss and batches are looked at"),
        Case(drowned, DIGITS_LOST),
    ]


def measure_program(answer: Any, inputs: Any, held_back: Any) -> dict[str, Any]:
    """Batches in any random order will do; everything else is compared as it is."""
    x, y, size = inputs["x"], inputs["y"], inputs["size"]

    def batches(found):
        if isinstance(found, str):
            return found
        xs = [np.asarray(x_batch, dtype=float) for x_batch, y_batch in found]
        ys = [np.asarray(y_batch) for x_batch, y_batch in found]
        if [len(a) for a in xs] != [len(a) for a in ys]:
            return "pictures and labels of different number"
        rows = [int(np.argmin(np.sum((x - row) ** 2, axis=1))) for a in xs for row in a]
        if len(set(rows)) < len(x):
            return "examples are missing"
        if len(rows) > len(x):
            return "examples appear twice"
        if np.any(np.concatenate(ys) != y[rows]):
            return "labels of other examples"
        if [len(a) for a in xs[:-1]] != [size] * (len(x) // size - (len(x) % size == 0)):
            return "batches of another size"
        unshuffled = len(x) > 10 and rows == sorted(rows)  # with few examples it happens by chance
        return "in the old order" if unshuffled else "every example once, shuffled"

    return {**answer, "batches": batches(answer["batches"])}


@question(
    find_the_bugs_cases,
    parts={"batches": 1, "loss": 1, "db2": 1, "gradients": 1, "momentum": 1},
    see="finding-bugs",
    writes=("make_batches", "classifier_loss", "classifier_gradients", "momentum_update"),
    measure=measure_program,
)
def find_the_bugs(
    code: Any,
    x: Any,
    y: Any,
    size: Any,
    seed: Any,
    params: Any,
    reg: Any,
    weights: Any,
    velocities: Any,
    steps: Any,
    lr: Any,
    mu: Any,
    large_logits: Any,
) -> Any:
    STUB = "not written yet"

    def batches():
        found = code.make_batches(x, y, size, np.random.default_rng(seed))
        return [(x_batch, y_batch) for x_batch, y_batch in found]

    def loss():
        return code.classifier_loss(params, x, y, reg)[0]

    def gradients():
        cache = code.classifier_loss(params, x, y, reg)[1]
        code.classifier_gradients(params, cache, reg)
        return list(code.classifier_gradients(params, cache, reg))

    def momentum():
        ws, vs, after = weights, velocities, []
        for grads in steps:
            ws, vs = code.momentum_update(ws, grads, vs, lr, mu)
            after.append((tuple(ws), tuple(vs)))
        return after

    def trying(ask):
        try:
            return ask()
        except NotImplementedError:
            return STUB
        except Exception as error:  # one that fails costs its own part only
            return f"{type(error).__name__}: {error}"

    program = [code.make_batches, code.classifier_loss, code.classifier_gradients]
    program.append(code.momentum_update)  # a name that is missing is missing here already
    answer = {"batches": trying(batches), "loss": trying(loss), "db2": None, "gradients": None}
    if not large_logits:
        found = trying(gradients)
        whole = isinstance(found, list) and len(found) == 4
        answer["db2"] = found[3] if whole else found
        answer["gradients"] = found[:3] if whole else found
    answer["momentum"] = trying(momentum)
    if all(value is None or value is STUB for value in answer.values()):
        raise NotImplementedError
    return answer


def _edited(name: str, *changes: tuple[str, str]) -> Any:
    """A function of the program with other text in some places."""
    source = inspect.getsource(getattr(backprop.classifier, name))
    for old, new in changes:
        assert source.count(old) == 1, (name, old)
        source = source.replace(old, new)
    scope = dict(vars(backprop.classifier))
    exec(source, scope)
    return scope[name]


def _left(id: str, says: str, name: str, *changes: tuple[str, str]) -> None:
    find_the_bugs.misconception(id, says, replaces=name)(_edited(name, *changes))


_left(
    "last-batch-missing",
    "Each round leaves out the examples of the last batch. The loss falls all the same. Count the "
    "rows that come out of make_batches.",
    "make_batches",
    ("range(0, len(x), size)", "range(0, len(x) - size, size)"),
)
_left(
    "last-batch-missing",
    "Each round leaves out the examples of the last batch if it is smaller. Every example belongs in "
    "a batch.",
    "make_batches",
    ("range(0, len(x), size)", "range(0, len(x) - size + 1, size)"),
)
_left(
    "labels-shuffled-apart",
    "Pictures and labels are shuffled apart, so that an example gets the label of another. Use one "
    "order for both.",
    "make_batches",
    ("y[rows]) for", "y[rng.permutation(rows)]) for"),
)
_left(
    "not-shuffled",
    "The examples stay in their old order. If they are sorted by class, each batch shows one class "
    "only.",
    "make_batches",
    ("rng.permutation(len(x))", "np.arange(len(x))"),
)
_left(
    "shift-by-global-maximum",
    "One shift for the whole batch. A row whose logits are far below the largest of all loses all its "
    "exponentials, and the logarithm of 0 follows: each row has a maximum of its own.",
    "classifier_loss",
    ("logits.max(axis=1, keepdims=True)", "logits.max()"),
)
_left(
    "no-shift",
    "The logits are not shifted, so large ones overflow. Subtract the maximum of each row.",
    "classifier_loss",
    ("logits - logits.max(axis=1, keepdims=True)", "logits"),
)
_left(
    "epsilon-inside-log",
    "A small number inside the logarithm keeps it from 0 and makes the loss wrong: a very unlikely "
    "label costs hundreds and is counted with less. Compute the logarithm of softmax without "
    "softmax.",
    "classifier_loss",
    ("log_p[np.arange(len(y)), y]", "np.log(np.exp(log_p)[np.arange(len(y)), y] + 1e-12)"),
)
_left(
    "bias-gradient-averaged",
    "A gradient by biases is averaged over the examples. The 1/N of the mean is in dlogits already: "
    "here the rows are summed.",
    "classifier_gradients",
    ("dlogits.sum(axis=0)", "dlogits.mean(axis=0)"),
)
SLOPE = ("(1 - h**2)", "(1 - h) ** 2")
PENALTY = ("dW1 = x.T @ dz + reg * W1", "dW1 = x.T @ dz")
PENALTY_SAYS = (
    "The penalty is in the loss for both weight matrices, and in the gradient for one only. Then "
    "training does not minimise the loss it reports."
)
_left(
    "square-in-wrong-place",
    "The slope of tanh is 1 - h², not (1 - h)². Both are 1 at h = 0 and never negative, so the loss "
    "still falls.",
    "classifier_gradients",
    SLOPE,
)
_left("penalty-for-one-layer", PENALTY_SAYS, "classifier_gradients", PENALTY)
_left(
    "penalty-for-one-layer",
    PENALTY_SAYS,
    "classifier_gradients",
    ("h.T @ dlogits + reg * W2", "h.T @ dlogits"),
)
_left(
    "two-bugs-left",
    "Two bugs are left in the weight gradients. One is in the slope of tanh, the other in the "
    "penalty, which the loss has for both weight matrices.",
    "classifier_gradients",
    SLOPE,
    PENALTY,
)
_left(
    "square-forgotten",
    "The slope of tanh is 1 - h², not 1 - h.",
    "classifier_gradients",
    ("(1 - h**2)", "(1 - h)"),
)
_left(
    "input-for-output",
    "The slope 1 - h² is taken with the pre-activation. It holds for h, what tanh gave.",
    "classifier_gradients",
    ("(1 - h**2)", "(1 - (x @ W1 + b1) ** 2)"),
)
_left(
    "derivative-skipped",
    "The slope of tanh is left out: multiply by 1 - h².",
    "classifier_gradients",
    ("(1 - h**2)", "1.0"),
)
_left(
    "bias-gradient-averaged",
    "Both gradients by biases are averaged over the examples. The 1/N of the mean is in dlogits "
    "already: here the rows are summed.",
    "classifier_gradients",
    ("dlogits.sum(axis=0)", "dlogits.mean(axis=0)"),
    ("dz.sum(axis=0)", "dz.mean(axis=0)"),
)
_left(
    "penalty-gradient-doubled",
    "The penalty's gradient is 2 reg W. The loss has 0.5 reg W², and the half cancels the 2.",
    "classifier_gradients",
    ("+ reg * W1", "+ 2 * reg * W1"),
    ("+ reg * W2", "+ 2 * reg * W2"),
)
_left(
    "biases-penalised",
    "The gradient has a penalty on the biases, and the loss has none.",
    "classifier_gradients",
    ("dlogits.sum(axis=0)", "dlogits.sum(axis=0) + reg * b2"),
    ("dz.sum(axis=0)", "dz.sum(axis=0) + reg * b1"),
)
_left(
    "cache-overwritten",
    "The probabilities in the cache are changed. A second call on the same cache gives other "
    "gradients: copy them first.",
    "classifier_gradients",
    ("p.copy()", "p"),
)
_left(
    "old-velocity-used",
    "w moves by the velocity of the step before, and the new one is only kept. The first step goes "
    "nowhere, and each gradient acts one step late.",
    "momentum_update",
    ("zip(params, faster", "zip(params, velocities"),
)
_left(
    "uphill",
    "The sign is turned: with v = mu v - lr dw the velocity points downhill already, and is added to "
    "w.",
    "momentum_update",
    ("[w + v for", "[w - v for"),
)
_left(
    "velocities-not-kept",
    "The velocities come back as they were given. Each step needs those of the step before.",
    "momentum_update",
    ("strict=True)], faster", "strict=True)], velocities"),
)


# --- train_digits -----------------------------------------------------------------------------


@functools.cache
def _digits() -> tuple[np.ndarray, np.ndarray]:
    digits = bp.load_digits()
    x = np.concatenate([digits.x_train, digits.x_test])
    return x.astype(np.float32), np.concatenate([digits.y_train, digits.y_test])


def train_digits_cases(rng: Rng) -> list[Case]:
    """Another split each time, the pixels and the names of the classes permuted."""
    x, y = _digits()
    order = rng.permutation(len(x))
    x, y = x[order][:, rng.permutation(64)], rng.permutation(10)[y[order]]
    held = bp.data.HELD_BACK
    inputs = {
        "x_train": x[:-held],
        "y_train": y[:-held],
        "x_test": x[-held:],
        "seed": int(rng.integers(1000)),
    }
    note = "pixels shuffled, alike in all pictures; labels renamed"
    return [Case(inputs, note, held_back={"y_test": y[-held:]})]


def measure_digits(answer: Any, inputs: Any, held_back: Any) -> dict[str, str]:
    """Whether the labels have the right form, and how many of them are right."""
    y, unknown = held_back["y_test"], "not to be told"
    found = np.asarray(answer["predictions"])
    if found.shape == inputs["y_train"].shape:
        return {"form": "as many labels as training digits", "accuracy": unknown}
    if found.shape != y.shape or found.dtype.kind not in "iuf":
        return {"form": f"shape {found.shape} for {len(y)} digits", "accuracy": unknown}
    right, shifted = np.mean(found == y), np.mean(found - 1 == y)
    if np.any((found < 0) | (found > 9) | (found != np.floor(found))):
        form = "numbers that are no labels"
    else:
        form = "whole-number labels" if found.dtype.kind in "iu" else "labels, but not integers"
    if right >= 0.95:
        accuracy = "at least 95 % right"
    elif shifted >= 0.95:
        accuracy = "right, but for a label that is 1 too large"
    elif len(np.unique(found)) == 1:
        accuracy = "the same label for all digits"
    elif right < 0.2:
        accuracy = "no better than guessing"
    else:
        accuracy = f"{100 * right:.1f} % right, fewer than 95 %"
    return {"form": form, "accuracy": accuracy}


@question(
    train_digits_cases,
    parts={"form": 1, "accuracy": 3},
    see="training-on-digits",
    uses=("momentum_step", "adam_step"),
    measure=measure_digits,
    seconds=25.0,
)
def train_digits(code: Any, x_train: Any, y_train: Any, x_test: Any, seed: Any) -> Any:
    return {"predictions": code.train_digits(x_train, y_train, x_test, seed)}


def _nearest(x_train, y_train, x_test):
    """The label of the nearest training picture: as good as a network here, and quick."""
    distances = (x_train**2).sum(axis=1) - 2 * x_test @ x_train.T
    return y_train[distances.argmin(axis=1)]


@train_digits.misconception(
    "training-digits-answered",
    "These are labels for the training pictures. Asked for are those of x_test, which nobody told you.",
)
def _(x_train, y_train, x_test, seed):
    return y_train.copy()


@train_digits.misconception(
    "scores-returned",
    "Ten scores for each picture come back. Asked for is one label each: the place of the largest.",
)
def _(x_train, y_train, x_test, seed):
    return np.eye(10)[_nearest(x_train, y_train, x_test)]


@train_digits.misconception(
    "wrong-axis",
    "The largest score is looked for along the wrong axis: over the pictures of each class, not over "
    "the classes of each picture.",
)
def _(x_train, y_train, x_test, seed):
    return np.eye(10)[_nearest(x_train, y_train, x_test)].argmax(axis=0)


@train_digits.misconception(
    "labels-as-column",
    "The labels come back as a column. They have one axis, like y_train.",
)
def _(x_train, y_train, x_test, seed):
    return _nearest(x_train, y_train, x_test)[:, None]


@train_digits.misconception(
    "labels-as-floats", "The labels are floating-point numbers. A label is the number of a class."
)
def _(x_train, y_train, x_test, seed):
    return _nearest(x_train, y_train, x_test).astype(float)


@train_digits.misconception(
    "labels-counted-from-1", "The labels are counted from 1. Those of y_train start at 0."
)
def _(x_train, y_train, x_test, seed):
    return _nearest(x_train, y_train, x_test) + 1


@train_digits.misconception(
    "one-label-for-all",
    "Every picture gets the same label. Print the loss of some steps: is it NaN, from a learning rate "
    "that is too large? Does it not move, because all weights start at 0?",
)
def _(x_train, y_train, x_test, seed):
    return np.zeros(len(x_test), dtype=int)


@train_digits.misconception(
    "no-better-than-guessing",
    "The labels are no better than guesses. Does the update reach the weights that you predict with? "
    "Are pictures and labels shuffled by the same order?",
)
def _(x_train, y_train, x_test, seed):
    return np.random.default_rng(seed).integers(0, 10, len(x_test))


QUESTIONS: list[Question] = [find_the_bugs, train_digits]

MANUAL = ManualQuestion(
    "reading_training_logs",
    (
        (
            1,
            "run A: the cause, the numbers of the log that point to it, and an experiment that tests it",
        ),
        (1, "run B: the same"),
        (1, "run C: the same"),
    ),
)
