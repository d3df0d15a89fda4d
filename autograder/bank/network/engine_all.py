"""Assignment 05-network: numbers that remember where they came from."""

import inspect
from typing import Any

import numpy as np

import backprop.engine
from autograder.bank.inputs import DIGITS_LOST, Rng
from autograder.marking.question import Case, Question, question

# --- topological_order ------------------------------------------------------------------------

CHAIN = [(1, 0), (2, 1), (3, 2)]
LONG_WAY_FIRST = [(1, 0), (2, 1), (3, 2), (4, 3), (4, 1), (5, 4), (5, 0), (6, 5), (6, 4)]
SHORT_WAY_FIRST = [(1, 0), (2, 1), (3, 2), (4, 1), (4, 3), (5, 0), (5, 4), (6, 4), (6, 5)]
A_SQUARE_AND_MORE = [(1, 0), (1, 0), (2, 0), (3, 2), (4, 1), (4, 3)]
USED_TWICE = [(2, 0), (2, 1), (3, 2), (3, 2), (4, 3), (4, 2), (5, 1), (5, 4)]


def topological_order_cases(rng: Rng) -> list[Case]:
    """Graphs as rows (node, parent); the numbers of the nodes are shuffled and say nothing."""

    def case(edges: list[tuple[int, int]], roots: list[int], note: str = "") -> Case:
        count = max(node for edge in [*edges, (0, 0)] for node in edge) + 1
        names = rng.permutation(count)
        inputs = {
            "edges": names[np.array(edges, dtype=int).reshape(-1, 2)],
            "count": count,
            "roots": [int(names[root]) for root in roots],
        }
        return Case(inputs, note)

    doublings = [(i + 1, i) for i in range(60) for _ in range(2)]
    return [
        case([], [0], "one node without parents"),
        case(CHAIN, [3], "a chain"),
        case(SHORT_WAY_FIRST, [6], "two ways of different length"),
        case(LONG_WAY_FIRST, [6], "two ways of different length"),
        case(USED_TWICE, [5], "a node that is both parents of another"),
        case(A_SQUARE_AND_MORE, [4], "both parents of another, and parent of a third"),
        case(LONG_WAY_FIRST, [4, 6, 6], "called three times, on two roots"),
        case(doublings, [60], "a chain of doublings: 2^60 ways lead back to its start"),
        case([(i + 1, i) for i in range(5000)], [5000], "a chain 5,000 deep"),
    ]


def measure_order(answer: Any, inputs: Any, held_back: Any) -> dict[str, str]:
    """Any order will do in which each needed node appears once, and after its parents."""
    if isinstance(answer["orders"], str):
        return dict.fromkeys(("nodes", "order"), answer["orders"])
    parents: list[list[int]] = [[] for _ in range(inputs["count"])]
    for node, parent in inputs["edges"].tolist():
        parents[node].append(parent)

    def distances(root):
        far, last = {root: 0}, [root]
        while last:
            step = far[last[0]] + 1
            last = list({p for node in last for p in parents[node] if p not in far})
            far.update(dict.fromkeys(last, step))
        return far

    def which(root, order, far):
        missing = set(far) - set(order)
        if set(order) - set(far):
            return "something that the root was not made from"
        if missing == set(far):
            return "no nodes"
        if root in missing:
            return "the root is missing"
        if missing == {node for node in far if not parents[node]}:
            return "the nodes without parents are missing"
        if missing:
            return "nodes are missing"
        return "some nodes appear twice" if len(set(order)) < len(order) else "each node once"

    def how(order, far):
        if set(order) != set(far):
            return "not to be told, as these are not the right nodes"
        place = {node: i for i, node in reversed(list(enumerate(order)))}
        pairs = [(place[node], place[parent]) for node in far for parent in parents[node]]
        if all(parent < node for node, parent in pairs):
            return "parents first"
        if all(parent > node for node, parent in pairs):
            return "parents last, the wrong way round"
        steps = np.diff([far[node] for node in order])
        if np.all(steps >= 0) or np.all(steps <= 0):
            return "by the distance from the root, so that some parent comes after its child"
        return "some parent comes after its child"

    nodes, order = "each node once", "parents first"
    for call in reversed(range(len(inputs["roots"]))):
        root, found = inputs["roots"][call], [int(node) for node in answer["orders"][call]]
        far, where = distances(root), ", in a later call" if call else ""
        if (words := which(root, found, far)) != "each node once":
            nodes = words + where
        if (words := how(found, far)) != "parents first":
            order = words + where
    return {"nodes": nodes, "order": order}


@question(
    topological_order_cases,
    parts={"nodes": 1, "order": 1},
    see="parents-first",
    measure=measure_order,
)
def topological_order(code: Any, edges: Any, count: Any, roots: Any) -> Any:
    class TooManyVisitsError(Exception):
        pass

    visits = []

    class Node:
        def __init__(self):
            self.made_from = []

        @property
        def parents(self):
            visits.append(1)
            if len(visits) > 100_000:
                raise TooManyVisitsError
            return tuple(self.made_from)

    nodes = [Node() for _ in range(count)]
    for node, parent in edges:
        nodes[node].made_from.append(nodes[parent])
    number = {id(node): i for i, node in enumerate(nodes)}
    try:
        found = [code.topological_order(nodes[root]) for root in roots]
    except TooManyVisitsError:
        return {"orders": "the same nodes are visited again and again"}
    except RecursionError:
        return {"orders": "the recursion is too deep for Python"}
    return {"orders": [[number.get(id(node), -1) for node in order] for order in found]}


def _walk(root, on_entry=False, follow=lambda node: node.parents):
    """Depth first without recursion; the order in which nodes are entered, or left."""
    order, seen, stack = [], set(), [(root, False)]
    while stack:
        node, leaving = stack.pop()
        if leaving:
            order.append(node)
        elif node not in seen:
            seen.add(node)
            if on_entry:
                order.append(node)
            else:
                stack.append((node, True))
            stack += [(parent, False) for parent in reversed(follow(node))]
    return order


def _recursive(root, on_entry=False, remember=True):
    order, seen = [], set()

    def visit(node):
        if node in seen:
            return
        if remember:
            seen.add(node)
        if on_entry:
            order.append(node)
        for parent in node.parents:
            visit(parent)
        if not on_entry:
            order.append(node)

    visit(root)
    return order


TOO_DEEP = (
    "recursion-too-deep",
    "The walk calls itself once for each node of a chain, and Python allows about 1,000 calls inside "
    "each other. Keep a list of what is still to do, or raise the limit with sys.setrecursionlimit.",
)
topological_order.misconception(*TOO_DEEP)(_recursive)

ON_ENTRY = (
    "added-on-entry",
    "A node is put on the list when it is entered. At that time its parents may not be there yet, or "
    "one of its children may still be to come. Add it when it is left, after all its parents.",
)
topological_order.misconception(*ON_ENTRY)(lambda root: _walk(root, on_entry=True))
topological_order.misconception(*ON_ENTRY)(lambda root: _walk(root, on_entry=True)[::-1])
topological_order.misconception(*ON_ENTRY)(lambda root: _recursive(root, on_entry=True))
topological_order.misconception(*ON_ENTRY)(lambda root: _recursive(root, on_entry=True)[::-1])

REVERSED = (
    "children-first",
    "The order is right, the direction is not: root comes first here. Asked for is parents first, "
    "root last.",
)
topological_order.misconception(*REVERSED)(lambda root: _walk(root)[::-1])
topological_order.misconception(*REVERSED)(lambda root: _recursive(root)[::-1])

AGAIN = (
    "visited-again",
    "Nothing tells the walk that it has been somewhere. A node with several children is visited from "
    "each of them, with all that is behind it: in a chain of doublings that never ends.",
)
topological_order.misconception(*AGAIN)(lambda root: _recursive(root, remember=False))


@topological_order.misconception(*AGAIN)
def _(root):
    order, stack = [], [(root, False)]
    while stack:
        node, leaving = stack.pop()
        if leaving:
            order.append(node)
        else:
            stack.append((node, True))
            stack += [(parent, False) for parent in node.parents]
    return order


def _by_distance(root):
    order, seen, last = [root], {root}, [root]
    while last:
        new = []
        for node in last:
            for parent in node.parents:
                if parent not in seen:
                    seen.add(parent)
                    new.append(parent)
        order += new
        last = new
    return order


DISTANCE = (
    "order-of-distance",
    "Nodes are sorted by their distance from the root. If a short and a long way lead to one node, "
    "it is near the root by the one, and yet it must come before all that is on the other.",
)
topological_order.misconception(*DISTANCE)(lambda root: _by_distance(root)[::-1])
topological_order.misconception(*DISTANCE)(_by_distance)


KEPT = (
    "seen-kept-between-calls",
    "What one call has seen is still marked as seen in the next, which finds little or nothing. A "
    "default argument seen=set() is made only once; begin each call with a new set.",
)


@topological_order.misconception(*KEPT)
def _(root):
    order = [node for node in _walk(root) if not hasattr(node, "seen")]
    for node in order:
        node.seen = True
    return order


topological_order.misconception(
    "root-left-out", "The root itself is not on the list. It belongs there, as the last one."
)(lambda root: _walk(root)[:-1])
topological_order.misconception(
    "leaves-left-out",
    "Nodes without parents are left out. They are what one wants the gradient by.",
)(lambda root: [node for node in _walk(root) if node.parents])
topological_order.misconception(
    "first-parent-only",
    "Only the first parent of each node is followed. An operation may have two.",
)(lambda root: _walk(root, follow=lambda node: node.parents[:1]))
topological_order.misconception(
    "one-level-only",
    "The parents of the root are there, and not the parents of these. Go on until there are none.",
)(lambda root: [*dict.fromkeys(root.parents), root])


# --- Value ------------------------------------------------------------------------------------


def value_cases(rng: Rng) -> list[Case]:
    """Positive and negative numbers, whole ones, a saturated tanh."""

    def size(low: float, high: float) -> float:
        return round(float(rng.uniform(low, high)), 2)

    return [
        Case({"x": size(1.2, 1.8), "y": size(0.5, 0.9), "z": size(-1.4, -0.6), "number": 3.0}),
        Case({"x": size(0.5, 0.9), "y": size(-2, -1.2), "z": size(-0.9, -0.5), "number": -1.7}),
        Case(
            {"x": 3, "y": int(rng.choice([-2, 2])), "z": int(rng.choice([-4, -5])), "number": 4},
            "whole numbers",
        ),
        Case({"x": size(8, 9), "y": size(0.1, 0.2), "z": -9.5, "number": 0.25}, DIGITS_LOST),
    ]


@question(
    value_cases,
    parts={"data": 1, "arithmetic": 1, "numbers": 1, "functions": 1},
    see="engine",
    uses=("topological_order",),
)
def Value(code: Any, x: Any, y: Any, z: Any, number: Any) -> Any:
    n = number
    two = {
        "x + y": lambda a, b: a + b,
        "x - y": lambda a, b: a - b,
        "x * y": lambda a, b: a * b,
        "x / y": lambda a, b: a / b,
        "y / x": lambda a, b: b / a,
        "-x": lambda a, b: -a,
        "x ** 2": lambda a, b: a**2,
        "x ** 1": lambda a, b: a**1,
        "x ** -2": lambda a, b: a**-2,
        "x ** -1.5": lambda a, b: a**-1.5,
        "y ** 3": lambda a, b: b**3,
    }
    one = {
        "x + number": lambda a: a + n,
        "number + x": lambda a: n + a,
        "x - number": lambda a: a - n,
        "number - x": lambda a: n - a,
        "x * number": lambda a: a * n,
        "number * x": lambda a: n * a,
        "x / number": lambda a: a / n,
        "number / x": lambda a: n / a,
    }
    functions = {
        "exp": lambda a: a.exp(),
        "tanh": lambda a: a.tanh(),
        "relu": lambda a: a.relu(),
    }

    def trying(ask):
        try:
            return ask()
        except NotImplementedError:
            return "not written yet"
        except Exception as error:  # one that fails costs its own part only
            return f"{type(error).__name__}: {error}".split(" at 0x")[0]

    def data(f):
        a, b = code.Value(x), code.Value(y)
        return {"value": f(a, b).data, "x afterwards": a.data, "y afterwards": b.data}

    def slopes(f):
        a, b = code.Value(x), code.Value(y)
        f(a, b).backward()
        return {"slope of x": a.grad, "slope of y": b.grad}

    def both(f, start):
        a = code.Value(start)
        out = f(a)
        out.backward()
        return {"value": out.data, "slope": a.grad}

    fresh = code.Value(x)
    answer = {
        "data": {"Value(x)": trying(lambda: {"data": fresh.data, "grad": fresh.grad})},
        "arithmetic": {name: trying(lambda f=f: slopes(f)) for name, f in two.items()},
        "numbers": {name: trying(lambda f=f: both(f, x)) for name, f in one.items()},
        "functions": {
            f"{name} of {at}": trying(lambda f=f, at=at: both(f, at))
            for name, f in functions.items()
            for at in (x, z)
        },
    }
    answer["numbers"]["0.0 ** 2"] = trying(lambda: both(lambda a: a**2, 0.0))
    answer["data"].update({name: trying(lambda f=f: data(f)) for name, f in two.items()})
    return answer


def _engine(**methods):
    """A copy of the class Value with some methods replaced; None takes one away."""
    scope: dict[str, Any] = {"__name__": "engine"}
    exec(inspect.getsource(backprop.engine), scope)
    for name, method in methods.items():
        if method is None:
            delattr(scope["Value"], name)
        else:
            setattr(scope["Value"], name, method)
    return scope["Value"]


def _value_mistake(id: str, says: str, see: str | None = None, **methods):
    Value.misconception(id, says, see)(_engine(**methods))


# In the functions below `type(self)` makes a Value of the same copy.


def _made(out, *operands):
    """A new Value: its number, and pairs of an operand and its local slope."""
    parents = tuple(operand for operand, slope in operands)
    return type(parents[0])(
        out, parents, lambda dout: tuple(dout * slope for operand, slope in operands)
    )


def _binary(value, slopes):
    """An operation on two Values or a Value and a number. slopes(a, b): one for each."""

    def operation(self, other):
        other = other if isinstance(other, type(self)) else type(self)(other)
        da, db = slopes(self.data, other.data)
        return _made(value(self.data, other.data), (self, da), (other, db))

    return operation


def _unary(value, slope):
    return lambda self: _made(value(self.data), (self, slope(self.data)))


ONE_SIDE = (
    "number-on-the-left",
    "A plain number on the left does not work. Python asks the number first, which does not know "
    "your class, and then your method with an r: __radd__, __rmul__ and so on.",
)
_value_mistake(*ONE_SIDE, __radd__=None, __rsub__=None, __rmul__=None, __rtruediv__=None)
_value_mistake(*ONE_SIDE, __radd__=None)
_value_mistake(*ONE_SIDE, __rsub__=None)
_value_mistake(*ONE_SIDE, __rmul__=None)
_value_mistake(*ONE_SIDE, __rtruediv__=None)

_value_mistake(
    "number-on-the-right",
    "A plain number on the right does not work: it has no .data. Make a Value of it first.",
    __add__=lambda self, other: _made(self.data + other.data, (self, 1.0), (other, 1.0)),
    __mul__=lambda self, other: _made(
        self.data * other.data, (self, other.data), (other, self.data)
    ),
    __neg__=_unary(lambda a: -a, lambda a: -1.0),
    __truediv__=lambda self, other: _made(
        self.data / other.data,
        (self, 1 / other.data),
        (other, -self.data / other.data**2),
    ),
)
SWAPPED = (
    "sides-swapped",
    "With a number on the left, - or / is taken the wrong way round. The number, which the method "
    "gets as `other`, comes first.",
)
_value_mistake(*SWAPPED, __rsub__=lambda self, other: self - other)
_value_mistake(*SWAPPED, __rtruediv__=lambda self, other: self / other)
_value_mistake(
    *SWAPPED,
    __rsub__=lambda self, other: self - other,
    __rtruediv__=lambda self, other: self / other,
)
_value_mistake(
    "minus-for-both",
    "In x - y the slope of y is taken as 1. If y grows, x - y falls: it is -1.",
    __sub__=_binary(lambda a, b: a - b, lambda a, b: (1.0, 1.0)),
)
_value_mistake(
    "factors-not-crossed",
    "In x * y each slope is the number itself. The slope of x is y, and that of y is x.",
    __mul__=_binary(lambda a, b: a * b, lambda a, b: (a, b)),
    __neg__=_unary(lambda a: -a, lambda a: -1.0),
    __truediv__=_binary(lambda a, b: a / b, lambda a, b: (1 / b, -a / b**2)),
    __rtruediv__=lambda self, other: type(self)(other) / self,
)
QUOTIENT = (
    "quotient-of-slopes",
    "The divisor gets no slope, or the wrong one. If y grows, x / y falls: its slope is -x / y².",
)
for _slope in (lambda a, b: 0.0, lambda a, b: 1 / a, lambda a, b: a, lambda a, b: 1.0):
    _value_mistake(
        *QUOTIENT,
        __truediv__=_binary(lambda a, b: a / b, lambda a, b, f=_slope: (1 / b, f(a, b))),
        __rtruediv__=lambda self, other: type(self)(other) / self,
    )
_value_mistake(
    "quotient-sign",
    "The slope of the divisor has the wrong sign. If y grows, x / y falls: it is -x / y².",
    __truediv__=_binary(lambda a, b: a / b, lambda a, b: (1 / b, a / b**2)),
    __rtruediv__=lambda self, other: type(self)(other) / self,
)
_value_mistake(
    "bottom-not-squared",
    "The slope of the divisor is -x / y², with the square.",
    __truediv__=_binary(lambda a, b: a / b, lambda a, b: (1 / b, -a / b)),
    __rtruediv__=lambda self, other: type(self)(other) / self,
)


def _power(slope):
    return lambda self, n: _made(self.data**n, (self, slope(self.data, n)))


def _own_division():
    """Division that does not go through a power."""
    divide = _binary(lambda a, b: a / b, lambda a, b: (1 / b, -a / b**2))
    return {
        "__truediv__": divide,
        "__rtruediv__": lambda self, other: divide(type(self)(other), self),
    }


for _more in (dict[str, Any](), _own_division()):
    _value_mistake(
        "exponent-not-lowered",
        "The power in the slope still has the old exponent. It goes down by one: n x^(n-1).",
        __pow__=_power(lambda a, n: n * a**n),
        **_more,
    )
    _value_mistake(
        "exponent-not-in-front",
        "The exponent does not come down in front: the slope of a power is n x^(n-1).",
        __pow__=_power(lambda a, n: a ** (n - 1)),
        **_more,
    )


def _changed_in_place(self, other):
    other = other if isinstance(other, type(self)) else type(self)(other)
    self.data += other.data
    return self


_value_mistake(
    "argument-changed-in-place",
    "An operation changes its operand. It may be used again: return a new Value.",
    __add__=_changed_in_place,
)


def _started(grad):
    def init(self, data, parents=(), send_back=lambda dout: ()):
        self.data, self.grad = float(data), grad
        self.parents, self.send_back = parents, send_back

    return init


_value_mistake(
    "gradient-starts-at-1",
    "grad is 1 before anything has been asked. It starts at 0.0: only the output of a backward call "
    "gets a 1 to begin with.",
    __init__=_started(1.0),
)


def _truncated(self, data, parents=(), send_back=lambda dout: ()):
    _started(0.0)(self, data, parents, send_back)
    self.data = data if not parents else type(parents[0].data)(data)


_value_mistake(
    "integers-truncated",
    "Values made from whole numbers stay whole, and what they are divided into is cut off. Make data "
    "a float.",
    __init__=_truncated,
)
_value_mistake(
    "integers-truncated",
    "Whole numbers are divided with //, which cuts off. Make data a float, and divide with /.",
    __truediv__=_binary(lambda a, b: a // b, lambda a, b: (1 / b, -a / b**2)),
)


def _relu(a):
    return max(a, 0.0)


SKIPPED = (
    "derivative-skipped",
    "exp, tanh or relu sends dout back as it is. The function has a slope of its own: multiply by "
    "it.",
)
for _wrong in (
    {"exp": _unary(np.exp, lambda a: 1.0)},
    {"tanh": _unary(np.tanh, lambda a: 1.0)},
    {"relu": _unary(_relu, lambda a: 1.0)},
):
    _value_mistake(*SKIPPED, **_wrong)
_value_mistake(
    "slope-of-power-for-exp",
    "The slope of exp is taken like that of a power, x exp(x - 1) or x exp(x). The exponential is "
    "its own slope.",
    exp=_unary(np.exp, lambda a: a * np.exp(a)),
)
_value_mistake(
    "slope-of-power-for-exp",
    "The slope of exp is taken like that of a power, x exp(x - 1) or x exp(x). The exponential is "
    "its own slope.",
    exp=_unary(np.exp, lambda a: a * np.exp(a - 1)),
)
_value_mistake(
    "input-for-output",
    "The slope of tanh is taken as 1 - x². The formula 1 - t² holds for the output t of tanh.",
    tanh=_unary(np.tanh, lambda a: 1 - a**2),
)
_value_mistake(
    "square-forgotten",
    "The slope of tanh is taken as 1 - t. It is 1 - t², with the square.",
    tanh=_unary(np.tanh, lambda a: 1 - np.tanh(a)),
)
_value_mistake(
    "sigmoid-slope-for-tanh",
    "This is the slope of the sigmoid, t (1 - t). That of tanh is 1 - t².",
    tanh=_unary(np.tanh, lambda a: np.tanh(a) * (1 - np.tanh(a))),
)
_value_mistake(
    "value-for-slope",
    "The gradient is multiplied by the value of ReLU. Its slope is 1 where x > 0, not x.",
    relu=_unary(_relu, _relu),
)


# --- backward ---------------------------------------------------------------------------------


def backward_cases(rng: Rng) -> list[Case]:
    """Random numbers; a large constant; a chain that is deep."""

    def inputs(constant: float, depth: int) -> dict[str, Any]:
        sizes = [round(float(size), 2) for size in rng.uniform(0.4, 1.1, size=4)]
        return {"x": sizes[0], "y": -sizes[1], "z": sizes[2], "constant": constant, "depth": depth}

    return [
        Case(inputs(0.5, 3)),
        Case(inputs(-1.5, 20)),
        Case(inputs(1e12, 4), DIGITS_LOST),
        Case(inputs(0.7, 2500), "with a chain of 5,000 operations"),
    ]


@question(
    backward_cases,
    parts={"tree": 1, "reuse": 1, "again": 1, "deep": 1},
    see="engine-backward",
    writes=(),
    uses=("topological_order",),
)
def backward(code: Any, x: Any, y: Any, z: Any, constant: Any, depth: Any) -> Any:
    a = b = c = None

    def grads(**values):
        return {f"grad of {name}": value.grad for name, value in values.items()}

    def tree():
        p = a * b
        q = p.tanh()
        out = constant + q * c.exp()
        out.backward()
        return grads(a=a, b=b, c=c, p=p, q=q, out=out)

    def same_operand_twice():
        p = a * a
        out = p + p + a
        out.backward()
        return grads(a=a, p=p)

    def short_way_second():
        p = a * b
        q = (p + c).tanh().exp()
        out = q * p + q * a
        out.backward()
        return grads(a=a, b=b, c=c, p=p, q=q)

    def short_way_first():
        p = a * b
        q = (c + p).tanh().exp()
        out = a * q + p * q
        out.backward()
        return grads(a=a, b=b, c=c, p=p, q=q)

    def ladder():
        p = a
        for _ in range(10):
            p = p * b - p.tanh()
        p.backward()
        return grads(a=a, b=b)

    def two_outputs():
        p = a * b
        q, r = p.exp(), p * c
        q.backward()
        r.backward()
        return grads(a=a, b=b, c=c, p=p)

    def inside_first():
        p = a * b
        q = p.tanh()
        p.backward()
        (q * c).backward()
        return grads(a=a, b=b, c=c)

    def twice():
        p = a * b
        out = p.tanh() * c
        out.backward()
        out.backward()
        return grads(a=a, b=b, c=c, p=p, out=out)

    def zeroed_between():
        (a * b).exp().backward()
        a.grad = 0.0
        b.grad = 0.0
        (a * b * c).backward()
        return grads(a=a, b=b, c=c)

    def chain():
        p = a
        for _ in range(depth):
            p = p * 0.999 + c
        p.backward()
        return grads(a=a, c=c)

    def others(asked):
        nonlocal a, b, c
        answers = {}
        for ask in asked:
            a, b, c = code.Value(x), code.Value(y), code.Value(z)
            try:
                answers[ask.__name__] = ask()
            except NotImplementedError:
                raise
            except RecursionError:
                answers[ask.__name__] = "RecursionError"
            except Exception as error:  # one that fails costs its own part only
                answers[ask.__name__] = f"{type(error).__name__}: {error}".split(" at 0x")[0]
        return answers

    return {
        "tree": others([tree]),
        "reuse": others([same_operand_twice, short_way_second, short_way_first, ladder]),
        "again": others([two_outputs, inside_first, twice, zeroed_between]),
        "deep": others([chain]),
    }


def _backward_mistake(id: str, says: str, see: str | None = None):
    """A wrong Value.backward, in a copy of the class of its own."""

    def register(wrong):
        backward.misconception(id, says, see, replaces="Value")(_engine(backward=wrong))
        return wrong

    return register


def _contributions(node, dout):
    return list(zip(node.parents, node.send_back(dout), strict=True))


def _send(order, slopes):
    """Send the slopes over the nodes in the given order, from wherever they start."""
    for node in order:
        for parent, slope in _contributions(node, slopes.get(node, 0.0)):
            slopes[parent] = slopes.get(parent, 0.0) + slope
    return slopes


def _add(slopes):
    for node, slope in slopes.items():
        node.grad += slope


ASSIGNED = (
    "assigned-not-accumulated",
    "A gradient overwrites the one that came before it. A value that is used in several places gets "
    "a gradient from each, added up: +=, not =.",
)


@_backward_mistake(*ASSIGNED)
def _(self):
    slopes = {self: 1.0}
    for node in reversed(_walk(self)):
        slopes.update(_contributions(node, slopes[node]))
    _add(slopes)


@_backward_mistake(*ASSIGNED)
def _(self):
    self.grad = 1.0
    for node in reversed(_walk(self)):
        for parent, slope in _contributions(node, node.grad):
            parent.grad = slope


EARLIER_LOST = (
    "earlier-gradients-lost",
    "A call forgets what earlier calls have found. Where two outputs share a value, its gradient is "
    "the sum: add to grad, and leave it to the caller to set it to 0.",
)


@_backward_mistake(*EARLIER_LOST)
def _(self):
    for node, slope in _send(reversed(_walk(self)), {self: 1.0}).items():
        node.grad = slope


SENT_AGAIN = (
    "earlier-gradients-sent-again",
    "What an earlier call left in the grad of an intermediate value is sent back once more. Each call "
    "sends only its own gradient; keep it apart from grad, and add it there.",
)


@_backward_mistake(*SENT_AGAIN)
def _(self):
    self.grad = 1.0
    for node in reversed(_walk(self)):
        for parent, slope in _contributions(node, node.grad):
            parent.grad += slope


@_backward_mistake(*SENT_AGAIN)
def _(self):
    self.grad += 1.0
    for node in reversed(_walk(self)):
        for parent, slope in _contributions(node, node.grad):
            parent.grad += slope


UNORDERED = (
    "recursion-without-order",
    "A value sends its gradient back each time something arrives, together with all that had arrived "
    "before. What came first is sent twice. Send once, when all has arrived: children before parents.",
)


@_backward_mistake(*UNORDERED)
def _(self):
    slopes, todo = {self: 1.0}, [self]
    while todo:
        node = todo.pop(0)
        for parent, slope in _contributions(node, slopes[node]):
            slopes[parent] = slopes.get(parent, 0.0) + slope
            todo.append(parent)
        if len(todo) > 5000:
            break
    _add(slopes)


def _push(node, grads):
    for parent, slope in _contributions(node, grads[node]):
        grads[parent] = grads.get(parent, 0.0) + slope
        _push(parent, grads)


@_backward_mistake(*UNORDERED)
def _(self):
    slopes = {self: 1.0}
    _push(self, slopes)
    _add(slopes)


ON_THE_WAY = (
    "gradient-pushed-on-entry",
    "A value sends its gradient back as soon as the search enters it. Another of its children may "
    "still be waiting, and its share never goes on. Find the whole order first, then send.",
)


@_backward_mistake(*ON_THE_WAY)
def _(self):
    _add(_send(_walk(self, on_entry=True), {self: 1.0}))


@_backward_mistake(*ON_THE_WAY)
def _(self):
    slopes, seen = {self: 1.0}, set()

    def visit(node):
        seen.add(node)
        for parent, slope in _contributions(node, slopes[node]):
            slopes[parent] = slopes.get(parent, 0.0) + slope
            if parent not in seen:
                visit(parent)

    visit(self)
    _add(slopes)


@_backward_mistake(
    "gradient-pushed-on-exit",
    "Only the operands of the last operation get a gradient. If you go through the parents-first order "
    "as it is, or send when the search leaves a value, then parents send before anything has reached "
    "them. Go through the order from its end.",
)
def _(self):
    _add(_send(_walk(self), {self: 1.0}))


@_backward_mistake(
    "order-of-distance",
    "Values send in the order of their distance from the output. If a short and a long way lead to "
    "one value, it sends before the gradient from the long way has arrived.",
    see="parents-first",
)
def _(self):
    _add(_send(_by_distance(self), {self: 1.0}))


@_backward_mistake(
    "output-gradient-not-1",
    "The output starts with the gradient 0, and 0 is all that goes back. The slope of a value by "
    "itself is 1.",
)
def _(self):
    _add(_send(reversed(_walk(self)), {self: 0.0}))


@_backward_mistake(
    "output-gradient-not-1",
    "The output starts with its own number as gradient. The slope of a value by itself is 1, "
    "whatever its size.",
)
def _(self):
    _add(_send(reversed(_walk(self)), {self: self.data}))


@_backward_mistake(
    "gradient-of-leaves-only",
    "Intermediate values get no grad. Every value that the output was made from is to have one.",
)
def _(self):
    slopes = _send(reversed(_walk(self)), {self: 1.0})
    _add({node: slope for node, slope in slopes.items() if not node.parents or node is self})


@_backward_mistake(
    "same-operand-once",
    "In x * x or p + p both operands are the same value, and it gets one gradient of two. Do not keep "
    "the operands in a set, or their gradients in a dict by operand.",
)
def _(self):
    slopes = {self: 1.0}
    for node in reversed(_walk(self)):
        for parent, slope in dict(_contributions(node, slopes[node])).items():
            slopes[parent] = slopes.get(parent, 0.0) + slope
    _add(slopes)


@_backward_mistake(
    "upstream-ignored",
    "Each operation sends back its own slope only. By the chain rule it is multiplied by the "
    "gradient that has arrived, dout.",
)
def _(self):
    slopes = {self: 1.0}
    for node in reversed(_walk(self)):
        for parent, slope in _contributions(node, 1.0):
            slopes[parent] = slopes.get(parent, 0.0) + slope
    _add(slopes)


@_backward_mistake(
    "seen-kept-between-calls",
    "What one call has visited is still marked in the next, which finds little or nothing. Begin each "
    "call with a new set.",
    see="parents-first",
)
def _(self):
    order = [node for node in reversed(_walk(self)) if not hasattr(node, "seen")]
    for node in order:
        node.seen = True
    _add(_send(order, {self: 1.0}))


def _visit(node, order, seen):
    if node not in seen:
        seen.add(node)
        for parent in node.parents:
            _visit(parent, order, seen)
        order.append(node)


@_backward_mistake(*TOO_DEEP, see="parents-first")
def _(self):
    order = []
    _visit(self, order, set())
    _add(_send(reversed(order), {self: 1.0}))


QUESTIONS: list[Question] = [topological_order, Value, backward]
