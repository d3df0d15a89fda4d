"""Backpropagation through any expression."""

from functools import partial
from typing import Any

from autograder.bank.inputs import DIGITS_LOST, Rng
from autograder.marking.question import Case, question


def cases(rng: Rng) -> list[Case]:
    """Return cases with random numbers, a large constant, and a deep chain."""

    def inputs(constant: float, depth: int) -> dict[str, Any]:
        # All numbers differ, so what is kept under a number is not mixed up by chance.
        sizes = [round(low + float(rng.uniform(0, 0.1)), 3) + 0.0005 for low in (0.4, 0.6, 0.8, 1)]
        values = {"x": sizes[0], "y": -sizes[1], "z": sizes[2]}
        # The factor is drawn, because the gradients of the chain depend on no other drawn number.
        return {**values, "constant": constant, "depth": depth, "factor": 1 - sizes[3] / 1000}

    return [
        Case(inputs(0.5, 3)),
        Case(inputs(-1.5, 20)),
        Case(inputs(1e12, 4), DIGITS_LOST),
        Case(inputs(0.7, 2500), "with a chain of 5,000 operations"),
    ]


@question(
    cases,
    parts={"tree": 1, "reuse": 1, "again": 1, "deep": 1},
    see="engine-backward",
    writes=(),
    uses=("topological_order",),
    explains={
        "x": "a is Value(x)",
        "y": "b is Value(y)",
        "z": "c is Value(z)",
        "constant": "a plain number in the expression",
        "depth": "how many times the chain goes from p to p * factor + c",
        "factor": "a plain number in the chain",
    },
)
def backward(code: Any, x: Any, y: Any, z: Any, constant: Any, depth: Any, factor: Any) -> Any:
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

    def equal_numbers():
        d = code.Value(x)
        out = a * b + d * c
        out.backward()
        return grads(a=a, d=d)

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
            p = p * factor + c
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
            except Exception as error:  # a failing expression costs only its own part
                answers[ask.__name__] = f"{type(error).__name__}: {error}".split(" at 0x")[0]
        return answers

    return {
        "tree": others([tree]),
        "reuse": others(
            [same_operand_twice, equal_numbers, short_way_second, short_way_first, ladder]
        ),
        "again": others([two_outputs, inside_first, twice, zeroed_between]),
        "deep": others([chain]),
    }


slip = partial(backward.slip, of=("topological_order", "Value"))
ON_ENTRY = ("stack.append((node, True))", "order.append(node)")
FIRST_PARENT_FIRST = ("in node.parents]", "in reversed(node.parents)]")
START = "slopes[self] = 1.0"
FROM_END = "for node in reversed(order):"
ADD = "node.grad += slopes[node]"
ADD_AT_END = f"\n        for node in order:\n            {ADD}"
SEND = "slopes[parent] += slope"
SENT = "send_back(slopes[node])"
# Edits: the slopes of a call are kept in grad itself.
IN_GRAD = ((START, "self.grad = 1.0"), (ADD, "pass"), (SENT, "send_back(node.grad)"))
# Edits: the loop runs from the start of the order, and a second loop adds the slopes to grad.
FROM_START = ((FROM_END, "for node in order:"), (ADD, "pass"), (SEND, SEND + ADD_AT_END))
# Edits: a recursive walk. Each visit sends slopes to the parents and then visits them.
RECURSIVE = (
    (FROM_END, "seen = set()\n\n        def visit(node: Any) -> None:"),
    (ADD, "seen.add(node)"),
    (SEND, f"{SEND}\n                visit(parent)\n\n        visit(self){ADD_AT_END}"),
)

slip("assigned-not-accumulated",
     "A gradient overwrites the one that arrived before it. A value that is used in several "
     "places gets a gradient from each of them, so add with += instead of =.",
     FIRST_PARENT_FIRST, (SEND, "slopes[parent] = slope"))
slip("assigned-not-accumulated", None, FIRST_PARENT_FIRST, *IN_GRAD, (SEND, "parent.grad = slope"))
slip("earlier-gradients-lost",
     "A call discards the gradients of earlier calls. If two outputs share a value, its gradient "
     "is the sum of the two gradients. Add to grad, and let the caller set it to 0.",
     (ADD, "node.grad = slopes[node]"))
slip("earlier-gradients-sent-again",
     "If an earlier call left a gradient in an intermediate value, that gradient is sent back "
     "again. Each call should send back only its own gradients. Collect them outside grad, and "
     "then add them to grad.",
     *IN_GRAD, (SEND, "parent.grad += slope"))
slip("earlier-gradients-sent-again", None,
     *IN_GRAD, (SEND, "parent.grad += slope"), ("self.grad = 1.0", "self.grad += 1.0"))
slip("recursion-without-order",
     "A value sends its whole gradient back each time a part of it arrives, so earlier parts are "
     "sent twice. A value should send it once, after all its children have sent theirs.",
     (FROM_END, "todo = [self]\n        while 0 < len(todo) <= 5000:"),
     (ADD, "node = todo.pop(0); todo += node.parents"), (SEND, SEND + ADD_AT_END))
slip("recursion-without-order", None, *RECURSIVE)
slip("gradient-pushed-on-entry",
     "A value sends its gradient back as soon as the search enters it. A gradient that arrives "
     "later, from another of its children, is then never sent on. Find the whole order first, and "
     "send the gradients afterwards.",
     ON_ENTRY, FIRST_PARENT_FIRST, *FROM_START)
slip("gradient-pushed-on-entry", None,
     *RECURSIVE, ("visit(parent)", "if parent not in seen: visit(parent)"))
slip("gradient-pushed-on-exit",
     "Only the operands of the last operation get a gradient, because parents send their gradients "
     "before any have arrived. Go through the parents-first order backwards.",
     *FROM_START)
slip("order-of-distance",
     "Values send their gradients in the order of their distance from the output. If a short and a "
     "long path lead to the same value, it sends its gradient before the one along the long path "
     "has arrived. Go through the parents-first order backwards.",
     ("stack.pop()", "stack.pop(0)"), ON_ENTRY, *FROM_START, see="parents-first")
slip("output-gradient-not-1",
     "The output starts with a gradient of 0, so only zeros go back. The slope of a value with "
     "respect to itself is 1, so start with 1.",
     (START, "slopes[self] = 0.0"))
slip("output-gradient-not-1",
     "The gradient of the output starts as the value of the output. The slope of a value with "
     "respect to itself is 1, so start with 1.",
     (START, "slopes[self] = self.data"))
slip("gradient-of-leaves-only",
     "Intermediate values get no grad. Set grad in every value from which the output was computed.",
     (ADD, f"if node is self or not node.parents:\n                {ADD}"))
slip("same-operand-once",
     "In x * x or p + p, both operands are the same value, and it gets only one of its two "
     "gradients. Do not keep the operands in a set, or their gradients in a dict with operands as "
     "keys.",
     ("in zip(", "in dict(zip("), ("strict=True):", "strict=True)).items():"))
slip("upstream-ignored",
     "Each operation sends back only its own slope. By the chain rule, multiply it by the "
     "gradient that has arrived, dout.",
     (SENT, "send_back(1.0)"))
slip("seen-kept-between-calls",
     "The values that one call has visited are still marked in the next call, which then visits "
     "few of them or none. Begin each call with a new set.",
     (ADD, f"{ADD}\n            if hasattr(node, 'seen'): continue\n            node.seen = True"),
     see="parents-first")
slip("recursion-too-deep",
     "The function calls itself once for each node of a chain, and Python allows only about 1,000 "
     "nested calls. Keep a list of the nodes that are still to do, or raise the limit with "
     "sys.setrecursionlimit.",
     ("order =",
      "def visit(n): return [m for p in n.parents for m in visit(p)] + [n]\n        order ="),
     ("topological_order(self)", "list(dict.fromkeys(visit(self)))"), see="parents-first")
