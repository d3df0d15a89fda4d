"""The engine, the corrected program and the digits of the reference.

They are compared with PyTorch and with numbers computed by hand.
"""

import math
import re

import numpy as np
import pytest

import backprop as bp
from autograder.bank import QUESTIONS
from autograder.marking.answer_key import from_reference
from autograder.marking.explain import mark
from support.places import EXERCISES

TOLERANCE = 1e-9  # relative
TEXT = EXERCISES / "05-network.md"


def relative_error(ours, theirs):
    ours, theirs = np.asarray(ours), np.asarray(theirs)
    assert ours.shape == theirs.shape
    return np.max(np.abs(ours - theirs)) / np.max(np.abs(theirs))


class Node:
    def __init__(self, *parents):
        self.parents = parents


def random_graph(rng, size):
    nodes = [Node()]
    for _ in range(size):
        nodes.append(Node(*(nodes[i] for i in rng.integers(0, len(nodes), rng.integers(0, 4)))))
    return nodes


@pytest.mark.parametrize("seed", range(20))
def test_parents_come_first_and_each_needed_node_once(seed):
    root = random_graph(np.random.default_rng(seed), 40)[-1]
    order = bp.topological_order(root)
    place = {node: i for i, node in enumerate(order)}
    assert len(place) == len(order)
    assert order[-1] is root
    assert all(place[parent] < place[node] for node in order for parent in node.parents)
    assert all(any(node in other.parents for other in order) for node in order[:-1])


def test_a_chain_may_be_deep_and_have_many_ways_through_it():
    node = Node()
    for _ in range(20_000):
        node = Node(node, node)
    assert len(bp.topological_order(node)) == 20_001


OPERATIONS = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
    "negative": lambda a, b: -a,
    "power": lambda a, b: b**3 + a**-1.5 + a**2,
    "functions": lambda a, b: (b.tanh() * a).exp() - a.relu() + b.relu(),
    "number on the right": lambda a, b: (a + 2) * 3 - (b - 1.5) / 4,
    "number on the left": lambda a, b: 2 + 3 * a - (1.5 - b) * (4 / a),
    "reused": lambda a, b: (a * b) * (a * b + a) / (a + a) + (a * b).tanh(),
}


@pytest.mark.parametrize("name", OPERATIONS)
@pytest.mark.parametrize("seed", range(3))
def test_values_and_slopes_are_those_of_pytorch(torch, name, seed):
    rng = np.random.default_rng(seed)
    x, y = rng.uniform(0.5, 2), rng.uniform(-2, -0.5)
    a, b = bp.Value(x), bp.Value(y)
    out = OPERATIONS[name](a, b)
    out.backward()
    s, t = (torch.tensor(v, dtype=torch.float64, requires_grad=True) for v in (x, y))
    theirs = OPERATIONS[name](s, t)
    theirs.backward()
    slopes = [0.0 if v.grad is None else float(v.grad) for v in (s, t)]
    assert relative_error([out.data, a.grad, b.grad], [float(theirs.detach()), *slopes]) < TOLERANCE


COMBINATIONS = (
    lambda a, b: a * b,
    lambda a, b: a + b.tanh(),
    lambda a, b: a - b / 2,
    lambda a, b: (a * 0.3).exp(),
)


def combine(leaves, choices):
    """Build an expression; each choice is an operation and the indices of its two operands."""
    values = list(leaves)
    for kind, i, j in choices:
        values.append(COMBINATIONS[kind](values[i], values[j]).tanh())
    return sum(values[1:], values[0])


@pytest.mark.parametrize("seed", range(5))
def test_random_graphs_with_reused_values_agree_with_pytorch(torch, seed):
    rng = np.random.default_rng(seed)
    numbers = rng.normal(size=3)
    choices = [(rng.integers(4), *rng.integers(0, 3 + step, 2)) for step in range(30)]
    ours = [bp.Value(v) for v in numbers]
    theirs = [torch.tensor(v, requires_grad=True) for v in numbers]
    combine(ours, choices).backward()
    combine(theirs, choices).backward()
    assert relative_error([v.grad for v in ours], [float(t.grad) for t in theirs]) < TOLERANCE


def test_calls_add_up_also_where_two_outputs_share_a_value():
    a, b = bp.Value(0.7), bp.Value(-1.3)
    p = a * b
    p.exp().backward()
    (p * a).backward()
    p.backward()
    slope_of_p = math.exp(p.data) + 0.7 + 1
    assert math.isclose(p.grad, slope_of_p)
    assert math.isclose(a.grad, slope_of_p * -1.3 + p.data)
    assert math.isclose(b.grad, slope_of_p * 0.7)


def test_an_expression_may_be_deep():
    a = bp.Value(1.0)
    out = a
    for _ in range(20_000):
        out = out + a
    out.backward()
    assert a.grad == 20_001


def test_numpy_numbers_work_on_both_sides():
    a = bp.Value(np.float64(3))
    for out in (np.float64(2) * a, a * np.int64(2), a / np.int64(2) * 4, 2 * a):
        assert type(out) is bp.Value
        assert out.data == 6.0


def classifier(seed=0, N=7, D=3, H=5, C=4):
    rng = np.random.default_rng(seed)
    params = [rng.normal(size=shape) for shape in ((D, H), (H,), (H, C), (C,))]
    return params, rng.normal(size=(N, D)), rng.integers(0, C, N)


@pytest.mark.parametrize("seed", range(3))
def test_loss_and_gradients_of_the_mended_program_are_those_of_pytorch(torch, seed):
    params, x, y = classifier(seed)
    loss, cache = bp.classifier_loss(params, x, y, 0.3)
    grads = bp.classifier_gradients(params, cache, 0.3)
    W1, b1, W2, b2 = tensors = [torch.tensor(w, requires_grad=True) for w in params]
    logits = torch.tanh(torch.tensor(x) @ W1 + b1) @ W2 + b2
    theirs = torch.nn.functional.cross_entropy(logits, torch.tensor(y))
    theirs = theirs + 0.15 * (W1.square().sum() + W2.square().sum())
    theirs.backward()
    assert relative_error(loss, float(theirs.detach())) < TOLERANCE
    for ours, tensor in zip(grads, tensors, strict=True):
        assert relative_error(ours, tensor.grad.numpy()) < TOLERANCE


def test_momentum_of_the_mended_program_is_that_of_pytorch(torch):
    params, *_ = classifier()
    tensors = [torch.tensor(w, requires_grad=True) for w in params]
    optimiser = torch.optim.SGD(tensors, lr=0.2, momentum=0.8)
    velocities = [np.zeros_like(w) for w in params]
    rng = np.random.default_rng(1)
    for _ in range(4):
        grads = [rng.normal(size=w.shape) for w in params]
        params, velocities = bp.momentum_update(params, grads, velocities, 0.2, 0.8)
        for tensor, dw in zip(tensors, grads, strict=True):
            tensor.grad = torch.tensor(dw)
        optimiser.step()
    for ours, tensor in zip(params, tensors, strict=True):
        assert relative_error(ours, tensor.detach().numpy()) < TOLERANCE


@pytest.mark.parametrize("size", [4, 5, 12, 20])
def test_batches_hold_every_example_once(size):
    x = np.arange(24.0).reshape(12, 2)
    batches = bp.make_batches(x, x[:, 0].astype(int), size, np.random.default_rng(0))
    rows = np.concatenate([x_batch for x_batch, y_batch in batches])
    assert sorted(rows[:, 0]) == list(x[:, 0])
    assert np.array_equal(rows[:, 0], np.concatenate([y_batch for x_batch, y_batch in batches]))


def broken_program():
    (source,) = (
        cell
        for cell in re.findall(r"^```\{code\}\n(.*?)^```", TEXT.read_text(), re.M | re.S)
        if "def classifier_gradients" in cell
    )
    scope = {"np": np, "source": source}
    exec(source, scope)
    return scope


def test_the_broken_program_of_the_text_has_every_bug_and_each_is_named():
    question = QUESTIONS["find_the_bugs"]
    key = from_reference(question, vars(bp), 0)
    verdict = mark(key, key.observe(broken_program()))
    assert verdict.score == 0
    named = {
        wrong.says: wrong.id for wrong in question.misconceptions if wrong.says in verdict.message
    }
    assert set(named.values()) == {
        "last-batch-missing",
        "shift-by-global-maximum",
        "bias-gradient-averaged",
        "two-bugs-left",
        "old-velocity-used",
    }


def test_five_of_the_six_bugs_let_the_loss_fall_to_the_end():
    program = broken_program()
    slope = "(1 - h) ** 2"
    assert program["source"].count(slope) == 1
    exec(program["source"].replace(slope, "(1 - h**2)"), program)
    x, y = program["three_arms"](150, np.random.default_rng(1))
    params, losses = program["fit"](x, y)
    assert losses[-1] < 0.25 * losses[0]


def test_the_broken_program_seems_to_learn():
    broken = broken_program()
    x, y = broken["three_arms"](150, np.random.default_rng(1))
    params, losses = broken["fit"](x, y)
    assert np.isfinite(losses).all()
    assert min(losses) < 0.7 * losses[0]
    assert 0.6 < broken["share_right"](params, x, y) < 0.85


def test_the_mended_program_learns():
    repaired = broken_program()
    repaired.update({name: getattr(bp, name) for name in QUESTIONS["find_the_bugs"].writes})
    x, y = repaired["three_arms"](150, np.random.default_rng(1))
    params, losses = repaired["fit"](x, y)
    assert losses[-1] < 0.25
    assert repaired["share_right"](params, x, y) > 0.97


def test_digits_are_read_with_every_name_and_every_order_of_pixels():
    rng = np.random.default_rng(0)
    digits = bp.load_digits()
    x = np.concatenate([digits.x_train, digits.x_test])
    y = np.concatenate([digits.y_train, digits.y_test])
    order = rng.permutation(len(x))
    x, y = x[order][:, rng.permutation(64)], rng.permutation(10)[y[order]]
    found = bp.train_digits(x[:-500], y[:-500], x[-500:], 1)
    assert np.mean(found == y[-500:]) > 0.95
    assert np.array_equal(found, bp.train_digits(x[:-500], y[:-500], x[-500:], 1))


def test_a_value_shows_its_number_and_its_gradient():
    x = bp.Value(3)
    (x * 2.0).backward()
    assert repr([x]) == "[Value(data=3.0, grad=2.0)]"


# --- Powers -----------------------------------------------------------------------------------


POWERS_AT_0 = [0, 0.0, 1, 1.0, 1.5, 2, 3]


@pytest.mark.parametrize("exponent", POWERS_AT_0)
@pytest.mark.parametrize("at", [0.0, 2.0])
def test_powers_have_the_slopes_of_torch_also_at_0(torch, exponent, at):
    theirs = torch.tensor(at, dtype=torch.float64, requires_grad=True)
    (theirs**exponent).backward()
    x = bp.Value(at)
    out = 3 * x**exponent
    out.backward()
    assert (out.data, x.grad) == pytest.approx((3 * at**exponent, 3 * theirs.grad.item()))
    dual = bp.Dual(at, 0.5) ** exponent
    assert (dual.value, dual.slope) == pytest.approx((at**exponent, 0.5 * theirs.grad.item()))


@pytest.mark.parametrize("at", [0.0, -1.5])
def test_a_polynomial_may_be_written_as_a_sum_of_powers(at):
    def polynomial(x):
        return sum(c * x**k for k, c in enumerate([5.0, -2.0, 3.0]))

    x = bp.Value(at)
    polynomial(x).backward()
    dual = polynomial(bp.Dual(at, 1.0))
    assert x.grad == dual.slope == -2 + 6 * at


def test_an_infinite_slope_is_an_error():
    with pytest.raises(ZeroDivisionError):
        (bp.Value(0.0) ** 0.5).backward()
    for exponent in (-1, 0.5):
        with pytest.raises(ZeroDivisionError):
            bp.Dual(0.0, 1.0) ** exponent
