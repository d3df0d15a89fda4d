"""A test, written by the student, that tells wrong training steps from right ones.

It gets sixteen training steps of small models, pred = c tanh((x * s) @ W + b) with a mean squared
error, where c and s are numbers of each model. Four steps are right. Twelve have one mistake each,
which is only a different number in the same program.
"""

from typing import Any

import numpy as np

from autograder.bank.inputs import Rng, drawn_until, normal
from autograder.bank.judgements import measure_judgements, multiply, shuffled
from autograder.marking.question import Case, question

Program = dict[str, Any]
Sizes = tuple[int, int, int]  # examples, inputs, outputs


def cases(rng: Rng) -> list[Case]:
    """Return three cases with sixteen steps each, so that a student who guesses fails."""
    return [_case(rng, sizes) for sizes in ((3, 2, 2), (4, 3, 2), (5, 2, 3))]


def _case(rng: Rng, sizes: Sizes) -> Case:
    scales = [1e4, 1.0, 1.0, 1.0]  # a test with an absolute tolerance rejects the first one
    programs = [_right_program(rng, sizes, scale) for scale in scales]
    for mistake in MISTAKES:
        programs.append(_right_program(rng, sizes))
        mistake(programs[-1], *programs[-1]["factors"])
    inputs, held_back = shuffled(rng, programs, len(scales))
    return Case({"programs": inputs}, held_back=held_back)


def _right_program(rng: Rng, sizes: Sizes, scale: float = 1.0) -> Program:
    """Return the numbers of a program whose training step is right."""
    N, D, H = sizes

    def draw() -> Program:
        return {
            "c": round(float(rng.uniform(0.8, 1.4)), 2),
            "s": np.round(rng.choice([-1, 1], D) * rng.uniform(0.4, 0.8, D), 2),
            "params": [normal(rng, D, H), 0.5 * normal(rng, H)],
            "x": normal(rng, N, D),
            "y": normal(rng, N, H),
            "scale": scale,  # of the loss
            "factors": [np.ones((D, H)), np.ones(H)],  # of the gradients
            "power": 1.0,  # of lr
            "reported": (1.0, 0.0),  # the shares of the losses before and after the step
            "new_weights": 0.0,  # 1 if the gradient of b belongs to the new W
            "in_place": 0.0,  # 1 if the old parameters are overwritten
        }

    return drawn_until(_is_lively, draw)


def _is_lively(program: Program) -> bool:
    """True if every entry of the gradients is clearly not 0, and so is the curvature."""
    W, b = program["params"]
    x, c = program["x"] * program["s"], program["c"]

    def gradients(W: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        a = np.tanh(x @ W + b)
        dz = 2 * c * (c * a - program["y"]) * (1 - a**2) / len(x)
        return x.T @ dz, dz.sum(axis=0)

    dW, db = gradients(W)
    after = gradients(W - 0.01 * dW)[1]
    bent = np.abs(after - db).max() / np.abs(db).max()
    smallest = min(np.abs(g).min() / np.abs(g).max() for g in (dW, db))
    return bool(np.abs(x @ W + b).max() < 1.8 and smallest > 0.05 and bent > 0.004)


def _tiny(program: Program, dW: Any, db: Any) -> None:
    """Make the loss tiny and reverse the step. An absolute tolerance does not notice it."""
    program["scale"] = 1e-7
    dW *= -1
    db *= -1


def _tiny_and_doubled(program: Program, dW: Any, db: Any) -> None:
    program["scale"] = 1e-7
    dW *= 2
    db *= 2


MISTAKES = [  # the gradients have the numbers 0 for dW, 1 for db
    _tiny,
    _tiny_and_doubled,
    lambda program, dW, db: program.update(power=0.0),  # lr is ignored
    lambda program, dW, db: program.update(power=2.0),  # lr acts twice
    lambda program, dW, db: program.update(reported=(0.0, 1.0)),  # the loss after the step
    lambda program, dW, db: program.update(reported=(0.98, 0.0)),  # the loss is a little too small
    lambda program, dW, db: program.update(new_weights=1.0),  # db belongs to the new W
    lambda program, dW, db: program.update(in_place=1.0),  # the old parameters are overwritten
    multiply(1, ..., 0.0),  # b stays as it is
    multiply(1, ..., 0.5),  # db is a mean over two examples
    multiply(0, ..., 1.01),  # dW is a hundredth too large
    multiply(0, (-1, 0), 0.0),  # one entry of W stays as it is
]


@question(
    cases,
    parts={"caught": 3},
    see="finding-bugs",
    measure=measure_judgements,
    seconds=10.0,
    bonus=True,
    explains={
        "programs": "the numbers from which we build the sixteen steps; your function gets the "
                    "step and the loss of each program, its params, x and y, but not these numbers"
    },
)
def catch_wrong_steps(code: Any, programs: Any) -> Any:
    def functions(program):
        c, s, scale = program["c"], program["s"], program["scale"]

        def loss(params, x, y):
            W, b = params
            error = c * np.tanh((x * s) @ W + b) - y
            return float(scale * np.sum(error**2) / len(x))

        def gradients(W, b, x, y):
            a = np.tanh((x * s) @ W + b)
            dz = 2 * scale * c * (c * a - y) * (1 - a**2) / len(x)
            return (x * s).T @ dz, dz.sum(axis=0)

        def step(params, x, y, lr):
            W, b = params
            of_W, of_b = program["factors"]
            rate = lr ** program["power"]
            new_W = W - rate * of_W * gradients(W, b, x, y)[0]
            seen = W + program["new_weights"] * (new_W - W)
            new_b = b - rate * of_b * gradients(seen, b, x, y)[1]
            before, after = program["reported"]
            told = before * loss([W, b], x, y) + after * loss([new_W, new_b], x, y)
            if program["in_place"]:
                W[...], b[...] = new_W, new_b
            return [np.array(new_W), np.array(new_b)], told

        return step, loss

    caught = []
    for program in programs:
        params = [np.array(param) for param in program["params"]]
        x, y = np.array(program["x"]), np.array(program["y"])
        caught.append(code.catch_wrong_steps(*functions(program), params, x, y))
    return {"caught": caught}


slip = catch_wrong_steps.slip
REPORTED, IN_PLACE = "abs(reported - right) / right", "return True\n    right"
RESULT, CHECK = f"not max(error, {REPORTED}) < 1e-4", "before, moved)"

slip("nothing-caught",
     "Your test finds no mistake in any step. Return True if the step differs from what you "
     "measure, and False if it agrees.",
     (IN_PLACE, "return False\n    right"), (RESULT, "False"))
slip("everything-caught",
     "Your test finds a mistake in every step, even in the correct ones. Compare the change in the "
     "parameters with -lr times the gradient. Then check that the tolerance is larger than "
     "rounding errors.",
     (RESULT, "True"))
slip("answer-reversed",
     "Your test returns False for steps with a mistake and True for correct ones. It should return "
     "the opposite.",
     (IN_PLACE, "return False\n    right"), (RESULT, f"max(error, {REPORTED}) < 1e-4"))
slip("loss-not-compared",
     "Your test does not look at the loss that the step returns. It should be the loss of the old "
     "parameters.",
     (REPORTED, "0.0"))
slip("learning-rate-of-one",
     "Your test takes a step with lr = 1. Then a step that ignores lr or squares it looks right. "
     "Choose another number.",
     ("lr, before = 0.3", "lr, before = 1.0"))
slip("tolerance-too-loose",
     "Your test accepts steps that are off by one per cent. Central differences agree to about six "
     "digits, so the tolerance can be 1e-4 or smaller.",
     (RESULT, f"not max(error, {REPORTED}) < 0.1"))
slip("first-parameter-only",
     "Your test compares W only. Compare the changes in all parameters.",
     (CHECK, "before[:1], moved[:1])"))
slip("last-parameter-only",
     "Your test compares b only. Compare the changes in all parameters.",
     (CHECK, "before[1:], moved[1:])"))


@catch_wrong_steps.misconception(
    "falling-loss-suffices",
    "Your test accepts every step after which the loss is lower. Most wrong steps lower it too. "
    "Compare the change in each parameter with -lr times its measured gradient.",
)
def falling_loss(step, loss, params, x, y):
    before = loss([param.copy() for param in params], x, y)
    new, _ = step(params, x, y, 0.01)
    return not loss(new, x, y) < before


@catch_wrong_steps.misconception(
    "absolute-tolerance",
    "Your test compares differences with a fixed number. For a correct step whose loss is about "
    "1e4, rounding errors alone are larger than that number. For losses of about 1e-7, all "
    "differences are below that number. Divide by the size of the gradient.",
)
def absolute(step, loss, params, x, y):
    before = [param.copy() for param in params]
    new, reported = step(params, x, y, 0.3)
    if any(np.any(param != old) for param, old in zip(params, before, strict=True)):
        return True
    errors = [abs(reported - loss(before, x, y))]
    for i, old in enumerate(before):
        for entry in np.ndindex(old.shape):
            sides = []
            for h in (1e-5, -1e-5):
                shifted = [param.copy() for param in before]
                shifted[i][entry] += h
                sides.append(loss(shifted, x, y))
            slope = (sides[0] - sides[1]) / 2e-5
            errors.append(abs(old[entry] - 0.3 * slope - new[i][entry]))
    return bool(max(errors) > 1e-6)
