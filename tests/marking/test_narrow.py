"""The sentences that narrow down a mistake: each is true of the numbers, and is said once."""

import numpy as np
import pytest

import backprop
from autograder.marking.compare import difference
from autograder.marking.driver import Outcome
from autograder.marking.hint_cases import hints_from_cases, named_by_cases
from autograder.marking.hint_numbers import hints_from_numbers, last_resort
from autograder.marking.judge import Judgement
from autograder.marking.narrow import narrow
from autograder.marking.pairs import Answers
from autograder.marking.question import Case
from support.answers import REFERENCE, marked

RNG = np.random.default_rng(3)
RIGHT = [RNG.normal(size=(3, 4)), RNG.normal(size=(5, 2))]
SQUARE = [RNG.normal(size=(n, n)) for n in (3, 4)]
PICTURES = [RNG.normal(size=(2, 1, 4, 5)), RNG.normal(size=(1, 2, 6, 4))]


def cases_for(right):
    """Return cases with an input x like each right array, a vector c and a number h."""
    rng = np.random.default_rng(7)
    return [
        Case({"x": rng.normal(size=r.shape), "c": 1 + np.arange(r.shape[-1]), "h": 0.1 + i})
        for i, r in enumerate(right)
    ]


def said(wrong, right=RIGHT, cases=None):
    """Return the sentences about answers that `wrong` makes of the right ones and their inputs."""
    cases = cases or cases_for(right)
    found = [wrong(r, **case.inputs) for r, case in zip(right, cases, strict=True)]
    answers = Answers(cases, right, found, 1e-6)
    hints = hints_from_numbers(answers) or last_resort(answers)
    return " ".join(hint.words for hint in hints)


def with_zeros(r, *where):
    out = r.copy()
    out[where] = 0
    return out


HOW = [
    (lambda r, **_: r, ""),
    (lambda r, **_: -r, "The sizes are right, but every sign is wrong."),
    (lambda r, **_: 2 * r, "It is 2 times the right answer in every example"),
    (lambda r, **_: r * len(r), "too large by a factor: the number of examples"),
    (lambda r, **_: r / len(r), "too small by a factor: the number of examples"),
    (lambda r, **_: r / r.size, "too small by a factor: the number of its entries"),
    (lambda r, h, **_: r * h**2, "It is the right answer times h squared."),
    (lambda r, h, **_: r / h, "It is the right answer divided by h."),
    (lambda r, **_: r * len(r) / (len(r) - 1), "times N / (N - 1)"),
    (lambda r, **_: r * r.std(), "by a factor that differs from example to example"),
    (lambda r, **_: r.T, "the transpose"),
    (lambda r, **_: r[None], "The numbers are right, but the shape is not"),
    (lambda r, **_: np.stack([r, r]) / 2, "Your answer still has to be summed over axis 0"),
    (lambda r, **_: r.sum(axis=0), "the right numbers, summed over axis 0"),
    (lambda r, **_: r.mean(axis=1), "the right numbers, averaged over axis 1"),
    (lambda r, **_: r[0], "only part of the right answer: its first entry along axis 0"),
    (lambda r, **_: r[:, 1:], "all but its first entry along the last axis"),
    (lambda r, **_: np.trunc(r), "The part after the decimal point is lost."),
    (lambda r, **_: np.round(r, 2), "rounded to 2 decimal places"),
    (lambda r, **_: r[::-1], "their order along axis 0 is reversed"),
    (lambda r, **_: np.exp(r), "It is exp of the right answer"),
    (lambda r, **_: np.exp(-r), "It is exp of minus the right answer"),
    (lambda r, **_: 1 - r, "It is 1 minus the right answer"),
    (lambda r, **_: np.log(np.abs(r) + 2), "none of the numbers is right"),
    (lambda r, x, **_: r + x, "It is the right answer plus x."),
    (lambda r, x, **_: x - r, "It is x minus the right answer."),
    (lambda r, c, **_: r * c, "It is the right answer times c."),
    (lambda r, x, **_: r / x, "It still has to be multiplied by x."),
    (lambda r, x, **_: r * (1 + np.exp(-x)), "It still has to be multiplied by sigmoid(x)."),
    (lambda r, **_: r + 0.5, "It is too large by 0.5 everywhere."),
    (lambda r, **_: r * np.arange(2.0, len(r) + 2)[:, None], "Each row is off by its own factor"),
    (lambda r, **_: r + np.arange(1.0, r.shape[1] + 1) ** 3, "In each column, all entries are off"),
    (lambda r, **_: np.where(r > 1, np.nan, r), "Some entries are nan, and all others are right."),
    (lambda r, **_: np.full_like(r, -np.inf), "It is -inf."),
    (lambda r, **_: 0 * r, "All of it is 0."),
    (lambda r, **_: 0 * r + 7, "All entries are the same number"),
    (lambda r, **_: r * (1 + 1e-4 * np.cos(np.arange(r.size).reshape(r.shape))), "nearly right"),
    (lambda r, **_: np.arange(9.0), "one axis too few"),
    (lambda r, **_: np.arange(81.0).reshape(9, 9), "Axis 0 of your result is too long."),
]


@pytest.mark.parametrize(("wrong", "words"), HOW)
def test_says_how_it_is_wrong(wrong, words):
    assert words in said(wrong)
    assert bool(words) == bool(said(wrong))


WHERE = [
    (lambda r, **_: with_zeros(r, -1), "Only the last row is wrong. The wrong entries are 0."),
    (lambda r, **_: with_zeros(r, slice(1, None)), "Only the first row is right."),
    (lambda r, **_: with_zeros(r, slice(0, 2)), "Only the first 2 rows are wrong."),
    (lambda r, **_: with_zeros(r, slice(None), 0), "Only the first column is wrong."),
    (lambda r, x, **_: np.where(x < 0, -r, r), "exactly where x is negative. The wrong entries"),
    (lambda r, x, **_: np.where(x > 0, r + 1, r), "exactly where x is positive."),
    (lambda r, x, **_: np.where(np.abs(x) > 1, 5, r), "where |x| is above 1. The wrong entries"),
    (lambda r, **_: np.maximum(r, 0), "It is the ReLU of the right answer"),
    (lambda r, **_: np.minimum(r, 0.5), "and wrong where it is at least"),
    (lambda r, **_: np.where(r > 0, r, 9), "exactly where the right answer is negative."),
]


@pytest.mark.parametrize(("wrong", "words"), WHERE)
def test_says_where_it_is_wrong(wrong, words):
    assert words in said(wrong)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (lambda r, **_: r.swapaxes(2, 3), "The axes 2 and 3 have been swapped."),
        (lambda r, **_: with_zeros(r, ..., -1), "Only the last entry along axis 3 is wrong."),
    ],
)
def test_says_where_pictures_are_wrong(wrong, words):
    assert words in said(wrong, PICTURES)


def test_says_that_only_the_column_of_the_label_is_wrong():
    labels = [np.array([0, 3, 1]), np.array([1, 0, 0, 1, 0])]
    cases = [Case({"y": y}) for y in labels]

    def forgets_labels(r, y):
        return np.where(np.arange(r.shape[1]) == y[:, None], r - 1, r)

    words = "In each row i, only the entry in the column y[i] is wrong."
    assert words in said(forgets_labels, RIGHT, cases)


def test_does_not_call_the_rest_wrong_if_some_of_it_is_right():
    right = [np.ones((9, 3)), RNG.normal(size=(9, 3))]
    right[0][4] = 0

    def keeps_one_row(r, **_):
        return with_zeros(r, slice(1, None))

    assert "The first row is right, and nearly all of the rest is wrong." in said(
        keeps_one_row, right, [Case({}), Case({})]
    )


@pytest.mark.parametrize("finite", [lambda r: -r, lambda r: r + 1, lambda r: np.zeros_like(r)])
def test_a_wrong_finite_entry_is_never_called_right(finite):
    words = said(lambda r, **_: np.where(r > 1, np.nan, finite(r)))
    assert words
    assert "all others are right" not in words


def test_one_number_is_no_evidence_of_a_factor():
    assert "times" not in said(lambda r, **_: 3 * r, [np.array(0.7)], [Case({})])


def test_a_sentence_must_hold_in_every_case():
    found = [2 * RIGHT[0], 3 * RIGHT[1]]
    (hint,) = hints_from_numbers(Answers([Case({}), Case({})], RIGHT, found, 1e-6))
    assert hint.words == "It is off by a factor that differs from example to example."


PARAMS = [[(r, r[0]) for r in RIGHT], [(r, r[0]) for r in [*RIGHT, *SQUARE]]]


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (lambda i, last, W, b: (2 * W, 2 * b), "2 times"),
        (lambda i, last, W, b: (W, 0 * b), "Only the weights W are right"),
        (lambda i, last, W, b: (W, b) if i else (-W, -b), "Only the first layer is wrong"),
        (lambda i, last, W, b: (W, b) if last else (-W, -b), "Only the last layer is right"),
        (lambda i, last, W, b: (W, -b) if last else (W, b), "Only the b of the last layer is"),
    ],
)
def test_says_which_arrays_of_a_list_are_wrong(wrong, words):
    found = [[wrong(i, i == len(p) - 1, *pair) for i, pair in enumerate(p)] for p in PARAMS]
    hints = hints_from_numbers(Answers([Case({}), Case({})], PARAMS, found, 1e-6))
    assert words in hints[0].words


def test_says_that_a_list_is_reversed():
    found = [p[::-1] for p in PARAMS]
    (hint,) = hints_from_numbers(Answers([Case({}), Case({})], PARAMS, found, 1e-6))
    assert "in reverse order" in hint.words


@pytest.mark.parametrize("nonsense", [None, "text", [1, "a"], {}, np.zeros((0, 3)), object()])
def test_says_nothing_of_what_is_no_array(nonsense):
    answers = Answers(cases_for(RIGHT), RIGHT, [nonsense, nonsense], 1e-6)
    assert hints_from_numbers(answers) == []


# --- what the wrong cases share -------------------------------------------------------------------


def matrix(rows, columns):
    return {"x": np.ones((rows, columns))}


@pytest.mark.parametrize(
    ("wrong", "right", "words"),
    [
        ([matrix(3, 5), matrix(4, 3)], [matrix(1, 2), matrix(6, 2)], "x has 2 columns, and wrong"),
        (
            [matrix(3, 5), matrix(2, 4)],
            [matrix(1, 3), matrix(1, 9)],
            "It is right where x has 1 row",
        ),
        ([{"p": [1, 2]}, {"p": [1, 2, 3]}], [{"p": [1]}], "p has 1 item, and wrong where p has 2"),
        ([{"reg": 0.1}, {"reg": 0.2}], [{"reg": 0.0}], "It is right where reg is 0, and wrong"),
        ([{"on": True}], [{"on": False}, {"on": False}], "and wrong where on is True"),
        (
            [{"x": np.ones(2)}, {"x": np.ones(7)}],
            [matrix(2, 2), matrix(3, 1)],
            "It is right where x has 2 axes, and wrong where x has 1 axis.",
        ),
        (
            [{**matrix(3, 3), "y": np.array([0, 1, 1])}],
            [{**matrix(3, 3), "y": np.array([0, 2, 1])}],
            "wrong where no label in y is the last class",
        ),
        ([matrix(3, 5)], [matrix(4, 5), matrix(6, 5)], ""),  # 3 rows in one case are chance
        ([matrix(3, 5), matrix(7, 4)], [matrix(3, 3), matrix(4, 4)], ""),  # so are square ones
        ([matrix(6, 2), matrix(7, 2)], [matrix(3, 2), matrix(4, 2)], ""),  # and larger ones
        (
            [{**matrix(3, 2), "W": np.ones((4, 2))}],
            [{**matrix(4, 2), "W": np.ones((4, 2))}, {**matrix(2, 2), "W": np.ones((2, 2))}],
            "",
        ),
        ([{"p": [1]}, {"p": [1, 2, 3]}], [{"p": [1, 2]}], ""),  # a number of items in the middle
    ],
)
def test_says_what_the_wrong_cases_share(wrong, right, words):
    hints = hints_from_cases([Case(i) for i in wrong], [Case(i) for i in right])
    assert words in " ".join(hint.words for hint in hints)
    assert bool(words) == bool(hints)


def test_a_note_is_told_if_it_is_the_only_one_and_a_long_list_is_not():
    plain = [Case({}), Case({})]
    (hint,) = hints_from_cases([Case({}, "large"), Case({}, "large")], plain)
    assert hint.words == "It is wrong only in this case: large. All others are right."
    assert hints_from_cases([Case({}, note) for note in "abc"], plain) == []


def test_two_mistakes_are_named_by_the_cases_that_show_them():
    whole, fractions = Case({"x": np.array([1, 2])}), Case({"x": np.array([1.0, 2.0])})
    assert named_by_cases([whole], [fractions]).name == "integers-truncated"
    once, twice = Case({"calls": 1}), Case({"calls": 2})
    assert named_by_cases([twice], [once]).name == "state-between-calls"
    assert named_by_cases([once], [twice]) is None


# --- the parts of an answer -----------------------------------------------------------------------


class Key:
    """The part of an answer key that the hints read."""

    def __init__(self, right, inputs=({}, {}, {})):
        self.id, self.tolerance, self.mistakes, self.explains = "made up", 1e-6, [], {}
        self.parts = dict.fromkeys(right, 1.0)
        self.cases = [Case(i) for i in inputs]
        self.expected = [
            Outcome("answer", {p: v[i] for p, v in right.items()}) for i in range(len(inputs))
        ]


def narrowed(right, found, *errors):
    """Return the sentences about an answer, of which some cases may be errors."""
    key = Key(right)
    observed, faults = [], []
    for i, expected in enumerate(key.expected):
        answer = {part: values[i] for part, values in found.items()}
        outcome = Outcome("error", text="ValueError") if i in errors else Outcome("answer", answer)
        observed.append(outcome)
        faults.append(
            {p: "wrong" for p in key.parts if difference(expected.part(p), outcome.part(p), 1e-6)}
        )
    return [hint.words for hint in narrow(Judgement(key, tuple(observed), tuple(faults)))]


DX = [RNG.normal(size=(n, 3)) for n in (2, 3, 4)]
DB = [RNG.normal(size=3) for _ in range(3)]
DW = [RNG.normal(size=(3, 3)) for _ in range(3)]


def negative(arrays):
    return [-a for a in arrays]


def test_one_sentence_is_said_once_for_all_parts():
    right = {"dx": DX, "dW": DW, "db": DB}
    wrong = {part: negative(values) for part, values in right.items()}
    assert narrowed(right, wrong) == ["The sizes are right, but every sign is wrong."]


def test_a_sentence_about_some_parts_names_them():
    right = {"dx": DX, "dW": DW, "db": DB}
    wrong = {"dx": negative(DX), "dW": negative(DW), "db": [2 * b for b in DB]}
    assert narrowed(right, wrong) == [
        "About dx and dW: The sizes are right, but every sign is wrong.",
        "About db: It is 2 times the right answer in every example.",
    ]


def test_says_which_results_are_swapped():
    (words,) = narrowed({"dx": DX, "db": DB}, {"dx": DB, "db": DX})
    assert words == (
        "The results are in the wrong order: what you return as dx is db, and what you return as "
        "db is dx."
    )


def test_says_that_results_with_wrong_numbers_have_each_other_s_form():
    (words,) = narrowed({"dx": DX, "db": DB}, {"dx": negative(DB), "db": negative(DX)})
    assert "your dx has the form of db" in words


def test_where_some_cases_are_errors_no_sentence_calls_them_right():
    inputs = {"out": DX}
    words = narrowed(inputs, {"out": [DX[0], -DX[1], DX[2]]}, 2)
    assert not any("others are right" in sentence for sentence in words)
    assert words


# --- whole answers --------------------------------------------------------------------------------


def constant_for_negatives(x):
    out = np.where(np.asarray(x) < 0, 0.25, np.tanh(x))
    return out, out


def forgets_the_last_example(x, W, b):
    out = np.zeros((len(x), W.shape[1]))
    out[:-2] = (x @ W + b)[:-2]
    return out, (x, W)


def returns_the_loss_last(pred, y):
    return backprop.mse_loss(pred, y)[::-1]


def leaves_the_last_layer(params, grads, lr):
    return [*backprop.sgd_step(params[:-1], grads[:-1], lr), params[-1]]


SLIPS = [
    ("tanh_forward", constant_for_negatives, "x is negative. The wrong entries are all 0.25."),
    ("linear_forward", forgets_the_last_example, "the last 2 rows"),
    ("sgd_step", leaves_the_last_layer, "Only the last layer is wrong"),
    ("mse_loss", returns_the_loss_last, "The results are in the wrong order"),
]


@pytest.mark.parametrize(("question", "answer", "words"), SLIPS)
def test_a_slip_is_narrowed_down(question, answer, words):
    verdict = marked(question, 1, {**REFERENCE, question: answer})
    assert verdict.score < verdict.max_score
    assert words in " ".join(verdict.hints)


def test_hints_are_there_for_the_steps_even_if_the_mistake_has_a_name():
    verdict = marked("mse", 1, {**REFERENCE, "mse": lambda p, y: backprop.mse(p, y) ** 0.5})
    assert verdict.misconception == "root-taken"
    assert "It is the square root of the right answer, in every example." in verdict.hints


def test_no_hint_sends_to_earlier_questions_that_are_right():
    verdict = marked("neuron", 1, {**REFERENCE, "neuron": lambda x, w, b: 0.25})
    assert verdict.hints
    assert not any("sigmoid" in hint for hint in verdict.hints)
