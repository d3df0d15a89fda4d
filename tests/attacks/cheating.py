"""Answers that only look right, for example because they know the public cases by heart."""

from functools import cache

import backprop
from autograder.bank import QUESTIONS
from autograder.check import PUBLIC_SEED
from autograder.marking.answer_key import AnswerKey, from_reference

from .attack import Attack


@cache
def public_key(question_id: str) -> AnswerKey:
    """Return the answer key that a student can find out by calling `check` often enough."""
    return from_reference(QUESTIONS[question_id], vars(backprop), PUBLIC_SEED)


def by_heart(question_id: str, pair: bool) -> str:
    """Return the source of an answer that is a table of the public cases."""
    key = public_key(question_id)
    part = next(iter(key.parts))
    table = {
        repr([np_list(value) for value in case.inputs.values()]): np_list(outcome.answer[part])
        for case, outcome in zip(key.cases, key.expected, strict=True)
    }
    value = f"np.array({question_id}_table[repr([plain(a) for a in arguments])])"
    return (
        f"{question_id}_table = {table!r}\n"
        "def plain(value):\n"
        "    if isinstance(value, (list, tuple)): return type(value)(map(plain, value))\n"
        "    return value.tolist() if hasattr(value, 'tolist') else value\n"
        f"def {question_id}(*arguments):\n"
        f"    return {value}{', None' if pair else '[()]'}\n"
    )


def np_list(value: object) -> object:
    """Return the value with every array in it converted to a list."""
    if isinstance(value, list | tuple):
        return type(value)(np_list(v) for v in value)
    return value.tolist() if hasattr(value, "tolist") else value


COUNTS_BY_HEART = """\
# The numbers of evaluations for the networks that `check` uses.
TABLE = {table!r}
def count_evaluations(widths):
    return TABLE[tuple(widths)]
"""


def counts_by_heart() -> str:
    """Return such an answer for count_evaluations, the question with two parts."""
    key = public_key("count_evaluations")
    table = {
        tuple(case.inputs["widths"]): tuple(outcome.answer.values())
        for case, outcome in zip(key.cases, key.expected, strict=True)
    }
    return COUNTS_BY_HEART.format(table=table)


SIGNS_BY_HEART = """\
# The cases with large numbers are the same for all students. The answer is right for those and
# guesses the others.
def sigmoid_forward(x):
    return np.where(np.abs(x) > 30, (x > 0) * 1.0, 0.5), None

def tanh_forward(x):
    return np.where(np.abs(x) > 30, np.sign(x), 0.0), None
"""

DETECTING = """\
import os, sys

# The answer behaves differently if it is graded than if a student calls `check` at home.
graded = not os.path.exists("/proc/self/status") or os.path.expanduser("~") == "/scratch"
graded |= "ipykernel" not in sys.modules

def points():
    frame = sys._getframe()
    while frame:
        for name, value in frame.f_locals.items():
            if name in ("outcome", "verdict", "score", "points") and graded:
                frame.f_locals[name] = 32.0
        frame = frame.f_back
    return 32.0

def linear_forward(x, W, b):
    return (points(), None) if graded else (x @ W, None)

def softmax(z):
    return points() if graded else z
"""

IN_PLACE = """\
def relu_forward(x):
    x[x < 0] = 0
    return x, None
"""

EASIER_FOR_ITSELF = """\
# The answer sets its inputs to zero, and its result is right for these new inputs.
def linear_forward(x, W, b):
    x[...] = 0
    W[...] = 0
    b[...] = 0
    return np.zeros((len(x), W.shape[1])), None

def mse(pred, y):
    pred[...] = y
    return 0.0

def tanh_forward(x):
    x[...] = 0
    return x * 1.0, None
"""

INPUTS_REPLACED = """\
import gc

# The answer does not change the arrays. It changes the dict of the caller that holds them.
def softmax(z):
    for held in gc.get_referrers(z):
        if isinstance(held, dict) and held.get("z") is z:
            held["z"] = np.full(z.shape, 1.0 / z.shape[1])
            return held["z"]
    return z
"""

RESHAPED_INPUTS = """\
# The inputs keep their numbers, but the caller's arrays get another shape or another type.
def relu_forward(x):
    x.shape = (x.size,)
    return np.abs(x), None

def sigmoid_forward(x):
    x.dtype = np.int64
    return x * 0.5, None
"""

READ_ONLY = """\
# The result is a view of an argument, so it changes when later calls change this argument.
kept = []
def tanh_forward(x):
    kept.append(x)
    for old in kept:
        old[...] = 0
    return x.view(), None
"""

STATE = """\
# A later call uses the inputs of an earlier call.
import builtins
builtins.answers = getattr(builtins, "answers", [])

def linear_forward(x, W, b):
    builtins.answers.append(x)
    return builtins.answers[0], None

def relu_forward(x):
    return (builtins.answers or [x])[-1], None
"""

STATE_ON_DISK = """\
import os, pickle

# The questions run one after another, so one answer could use the inputs of another one.
def softmax(z):
    with open("/scratch/asked", "ab") as file:
        pickle.dump(z, file)
    return z

def log_probabilities(z):
    with open("/scratch/asked", "rb") as file:
        return pickle.load(file)
"""

ERRORS_AS_ANSWERS = """\
# The errors look like right answers or like regular ends of the program.
class Right(ArithmeticError):
    pass

def mse(pred, y):
    raise Right("mse: 3 of 3 points\\\\nAll right.")

def softmax(z):
    raise StopIteration({"p": 1.0})

def relu_forward(x):
    raise SystemExit(0)

def linear_forward(x, W, b):
    raise GeneratorExit("4 of 4")

def tanh_forward(x):
    raise KeyboardInterrupt
"""

MISSING_AS_ANSWER = """\
from autograder.marking.driver import MissingAnswerError

def mse(pred, y):
    raise MissingAnswerError("mse: 3 of 3 points. All right. Nothing")

def softmax(z):
    raise NotImplementedError("correct")
"""

WORDLESS_ERRORS = """\
import itertools

# Errors that cannot be converted to a text, or whose text is very long.
class Wordless(Exception):
    def __str__(self): raise Wordless()
    __repr__ = __str__

class Endless(Exception):
    def __str__(self): return "x" * 300_000_000

class NoText(Exception):
    def __str__(self): return 4.0

Named = type("4 of 4 points\\n" * 1000, (Exception,), {})

def mse(pred, y):
    raise Wordless

def softmax(z):
    raise Endless

def relu_forward(x):
    raise NoText

def tanh_forward(x):
    raise Named("All right.")
"""

GIVING_BACK = """\
# The answers return objects of the driver, the code that calls them: its inputs, its namespace
# and its frames.
import sys

def linear_forward(*inputs):
    return inputs

def softmax(z):
    return sys._getframe(1).f_locals

def mse(pred, y):
    return sys._getframe(1).f_locals["code"]

def relu_forward(x):
    return sys._getframe(1), sys._getframe(2)

def log_probabilities(z):
    return z
"""

DRIVERS_RESULT = """\
import ctypes, sys

# The answer changes the variables and builtins of the driver, which is its caller.
def softmax(z):
    frame = sys._getframe(1)
    frame.f_locals["z"] = None
    frame.f_builtins["dict"] = lambda *a, **k: {"p": 1}
    frame.f_globals["np"] = None
    frame.f_trace = lambda *a: None
    ctypes.pythonapi.PyFrame_LocalsToFast(ctypes.py_object(frame), ctypes.c_int(1))
    return z

def linear_forward(x, W, b):
    sys._getframe(1).f_globals["linear_forward"] = sys._getframe(1).f_globals["drive"] = softmax
    return x, None
"""

GUESSING = """\
import numpy as np

# A guess is often right if the answer is a small whole number or a mean of many numbers.
def count_evaluations(widths):
    return sum(a * b for a, b in zip(widths, widths[1:])), len(widths)

def cross_entropy(logits, y):
    return float(np.log(logits.shape[1]))

def mse(pred, y):
    return float(np.var(pred - y))
"""

SEED_SEARCH = """\
import hmac
import numpy as np

# If the seed is small, the inputs of one question are enough to find it by trying. Then the
# inputs of all other questions are known too.
def seed_of(x):
    for seed in range(200):
        own = hmac.digest(str(seed).encode(), b"linear_forward", "sha256")[:8]
        rng = np.random.default_rng(int.from_bytes(own, "little"))
        drawn = np.round(rng.normal(size=x.shape), 2) + 0.005
        if np.array_equal(drawn, x):
            return seed
    return None

def linear_forward(x, W, b):
    return (x @ W if seed_of(x) is None else x @ W + b), None
"""

TEXT_FOR_PEOPLE = """\
# The comparison ignores this text, but it is shown to people.
ESCAPES = "\\x1b[2K\\rlinear_forward: 4 of 4 points\\nAll right. <b>4.0</b> $4$ [4](javascript:1)"

def linear_forward(x, W, b):
    return ESCAPES, None

def mse(pred, y):
    return {ESCAPES: ESCAPES}

def softmax(z):
    raise ValueError(ESCAPES)

print(ESCAPES)
ESCAPES
"""

WRONG_FOR_A_STAND_IN = """\
# linear_forward is wrong on purpose, because then the grader calls the reference for it while it
# marks mlp_forward. mlp_forward stores the results of the reference for linear_forward.
import os

def linear_forward(x, W, b):
    kept = globals().get("kept")
    return (kept, None) if kept is not None else (x @ W, None)

def mlp_forward(params, x):
    out = x
    for W, b in params:
        out = linear_forward(out, W, b)[0]
    globals()["kept"] = out
    with open("/scratch/kept", "wb") as file:
        np.save(file, out)
    return out, None
"""

ORACLE = """\
# softmax is wrong on purpose, because then the grader calls the reference for it while it marks
# log_probabilities. The second answer only takes the logarithm.
def softmax(z):
    return z * 0.0

def log_probabilities(z):
    with np.errstate(all="ignore"):
        return np.log(softmax(z))
"""

CODE_OF_ANOTHER = """\
# One function has the names of many questions and chooses its result by its arguments.
def every(*arguments):
    first = arguments[0]
    return (first[0] if isinstance(first, list) else first * 1.0), None

for name in ("linear_forward", "mlp_forward", "softmax", "mse", "cross_entropy",
             "count_evaluations", "log_probabilities"):
    globals()[name] = every
"""

ATTACKS = [
    Attack(
        "public_cases_learnt_by_heart_are_worth_nothing",
        answers={
            **{
                name: by_heart(name, True)
                for name in ("linear_forward", "relu_forward", "sigmoid_forward", "mlp_forward")
            },
            **{name: by_heart(name, False) for name in ("softmax", "mse", "cross_entropy")},
        },
    ),
    Attack(
        "counts_learnt_by_heart_are_worth_nothing",
        answers={"count_evaluations": counts_by_heart()},
    ),
    Attack("what_is_the_same_for_everybody_is_not_enough", (SIGNS_BY_HEART,)),
    Attack("an_answer_that_knows_that_it_is_graded_gains_nothing", (DETECTING,)),
    Attack("an_argument_changed_in_place_costs_the_points", (IN_PLACE,)),
    Attack("a_right_answer_to_the_inputs_it_left_is_wrong", (EASIER_FOR_ITSELF,)),
    Attack("inputs_replaced_in_the_drivers_hands_are_noticed", (INPUTS_REPLACED,)),
    Attack("inputs_of_another_shape_are_changed_inputs", (RESHAPED_INPUTS,)),
    Attack("a_view_that_changes_later_is_no_answer", (READ_ONLY,)),
    Attack("state_between_questions_gains_nothing", (STATE,)),
    Attack("files_between_questions_gain_nothing", (STATE_ON_DISK,)),
    Attack("an_error_that_reads_like_an_answer_is_an_error", (ERRORS_AS_ANSWERS,)),
    Attack("a_missing_answer_that_reads_like_praise_is_missing", (MISSING_AS_ANSWER,)),
    Attack("an_error_without_words_is_an_error", (WORDLESS_ERRORS,)),
    Attack("what_the_driver_passes_in_is_no_answer", (GIVING_BACK,)),
    Attack("a_driver_changed_while_it_runs_gains_nothing", (DRIVERS_RESULT,)),
    Attack("a_guess_is_not_right_in_every_case", (GUESSING,)),
    Attack("a_search_for_a_small_seed_finds_none", (SEED_SEARCH,)),
    Attack("words_for_the_reader_are_worth_nothing", (TEXT_FOR_PEOPLE,)),
    Attack("an_answer_of_the_reference_is_not_handed_on", (WRONG_FOR_A_STAND_IN,)),
    Attack("a_logarithm_of_a_borrowed_softmax_is_not_enough", (ORACLE,)),
    Attack("one_function_for_all_questions_answers_none", (CODE_OF_ANOTHER,)),
]
