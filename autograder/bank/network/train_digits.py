"""A network that learns to read digits, marked by its accuracy."""

import functools
from typing import Any

import numpy as np

import backprop as bp
from autograder.bank.inputs import Rng
from autograder.marking.question import Case, question


@functools.cache
def _digits() -> tuple[np.ndarray, np.ndarray]:
    """Return all pictures and their labels."""
    digits = bp.load_digits()
    x = np.concatenate([digits.x_train, digits.x_test])
    return x.astype(np.float32), np.concatenate([digits.y_train, digits.y_test])


def cases(rng: Rng) -> list[Case]:
    """Return a case with a new split of the digits, and with pixels and labels permuted.

    The number of held-back digits is drawn, so that labels that were made in advance do not fit.
    About one in seven of the training labels is wrong. A network finds the rule in spite of this,
    but the label of the nearest training picture is wrong as often.
    """
    x, y = _digits()
    order = rng.permutation(len(x))
    x, y = x[order][:, rng.permutation(64)], rng.permutation(10)[y[order]]
    held = bp.data.HELD_BACK - int(rng.integers(100))
    y_train = y[:-held].copy()
    wrong = rng.permutation(len(y_train))[: 3 * len(y_train) // 20]
    y_train[wrong] = (y_train[wrong] + rng.integers(1, 10, len(wrong))) % 10
    inputs = {
        "x_train": x[:-held],
        "y_train": y_train,
        "x_test": x[-held:],
        "seed": int(rng.integers(1000)),
    }
    note = "pixels shuffled in the same way in all pictures; labels renamed, and some of them wrong"
    return [Case(inputs, note, held_back={"y_test": y[-held:]})]


# Two good networks make different mistakes, so we do not compare their labels with ours. We compare
# a description of how accurate they are.
def measure_digits(answer: Any, inputs: Any, held_back: Any) -> dict[str, str]:
    """Say if the labels have the right form, and count those that are right."""
    y, unknown = held_back["y_test"], "unknown"
    found = np.asarray(answer["predictions"])
    if found.shape == inputs["y_train"].shape:
        return {"form": "as many labels as training digits", "accuracy": unknown}
    if found.shape != y.shape or found.dtype.kind not in "iuf":
        return {"form": f"shape {found.shape} for {len(y)} digits", "accuracy": unknown}
    right, shifted = np.mean(found == y), np.mean(found - 1 == y)
    x = np.asarray(inputs["x_train"], dtype=float)
    distances = (x**2).sum(axis=1) - 2 * np.asarray(inputs["x_test"], dtype=float) @ x.T
    nearest = np.asarray(inputs["y_train"])[distances.argmin(axis=1)]
    if np.any((found < 0) | (found > 9) | (found != np.floor(found))):
        form = "numbers that are not labels"
    else:
        form = "whole-number labels" if found.dtype.kind in "iu" else "labels, but not integers"
    if right >= 0.94:
        accuracy = "at least 94 % right"
    elif shifted >= 0.94:
        accuracy = "right, except that each label is 1 too large"
    elif len(np.unique(found)) == 1:
        accuracy = "the same label for all digits"
    elif np.mean(found == nearest) > 0.99:
        accuracy = "the labels of the nearest training pictures"
    elif right < 0.2:
        accuracy = "no better than guessing"
    else:
        accuracy = f"{100 * right:.1f} % right, fewer than 94 %"
    return {"form": form, "accuracy": accuracy}


@question(
    cases,
    parts={"form": 1, "accuracy": 3},
    see="training-on-digits",
    uses=("momentum_step", "adam_step"),
    measure=measure_digits,
    seconds=25.0,
)
def train_digits(code: Any, x_train: Any, y_train: Any, x_test: Any, seed: Any) -> Any:
    return {"predictions": code.train_digits(x_train, y_train, x_test, seed)}


slip = train_digits.slip
ANSWER = "logits.argmax(axis=1)"
# Training would take too long to be repeated for each slip, so these edits replace it. The label
# that most of the fifteen nearest training pictures have is about as good.
QUICK = (
    ("range(epochs)", "range(0)"),
    (
        "logits, _ = mlp_forward(params, x_test)",
        "distances = (x**2).sum(axis=1) - 2 * x_test @ x.T\n"
        "    logits = np.eye(10)[y[distances.argsort(axis=1)[:, :15]]].sum(axis=1)",
    ),
)

slip("training-digits-answered",
     "These are labels for the training pictures. Return the labels of x_test, which your function "
     "has to predict.",
     *QUICK, (ANSWER, "y.copy()"))
slip("scores-returned",
     "Your function returns ten scores for each picture. Return one label for each, the index of "
     "the largest score.",
     *QUICK, (ANSWER, "logits"))
slip("wrong-axis",
     "The largest score is searched for along the wrong axis, over the pictures of each class. "
     "Search over the classes of each picture: axis 1.",
     *QUICK, (ANSWER, "logits.argmax(axis=0)"))
slip("labels-as-column",
     "The labels are returned as a column. They should have one axis, like y_train.",
     *QUICK, (ANSWER, f"{ANSWER}[:, None]"))
slip("labels-as-floats",
     "The labels are floating-point numbers. Return integers, because a label is a class number.",
     *QUICK, (ANSWER, f"{ANSWER}.astype(float)"))
slip("labels-counted-from-1", "Your labels are counted from 1. The labels in y_train start at 0.",
     *QUICK, (ANSWER, f"{ANSWER} + 1"))
slip("one-label-for-all",
     "Your network gives every picture the same label, so it has not learned yet. Print the loss "
     "every few steps. If it becomes NaN, try a smaller learning rate. If it stays at about 2.3, "
     "check whether all weights start at 0.",
     *QUICK, (ANSWER, f"{ANSWER} * 0"))
slip("nearest-picture-copied",
     "Your labels are those of the nearest training pictures. About one in seven of these labels "
     "is wrong, so copying them gives wrong answers too. Train a network, because it learns the "
     "common features of many pictures, and individual wrong labels hardly disturb it.",
     ("range(epochs)", "range(0)"),
     ("logits, _ = mlp_forward(params, x_test)",
      "distances = (x**2).sum(axis=1) - 2 * x_test @ x.T\n"
      "    logits = np.eye(10)[y[distances.argmin(axis=1)]]"))
slip("no-better-than-guessing",
     "The labels are no better than guesses. Do you predict with the updated weights? Are pictures "
     "and labels shuffled in the same order?",
     *QUICK, (ANSWER, "rng.integers(0, 10, len(x_test))"))
