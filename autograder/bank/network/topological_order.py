"""The nodes of a graph in an order in which parents come first."""

from typing import Any

import numpy as np

from autograder.bank.inputs import OF_THE_BOOK, Rng
from autograder.marking.question import Case, question

CHAIN = [(1, 0), (2, 1), (3, 2)]
LONG_WAY_FIRST = [(1, 0), (2, 1), (3, 2), (4, 3), (4, 1), (5, 4), (5, 0), (6, 5), (6, 4)]
SHORT_WAY_FIRST = [(1, 0), (2, 1), (3, 2), (4, 1), (4, 3), (5, 0), (5, 4), (6, 4), (6, 5)]
A_SQUARE_AND_MORE = [(1, 0), (1, 0), (2, 0), (3, 2), (4, 1), (4, 3)]
USED_TWICE = [(2, 0), (2, 1), (3, 2), (3, 2), (4, 3), (4, 2), (5, 1), (5, 4)]


def cases(rng: Rng) -> list[Case]:
    """Return cases with graphs, given as rows (node, parent).

    The nodes have random numbers, so that sorting them does not give the right order. Two nodes
    are made from the root, so they do not belong in its order. Without them, all nodes would be
    needed in most cases, and the list of all numbers would be right for every seed. Only the graph
    of the book, which comes first, is as in the book.
    """

    def case(edges: list[tuple[int, int]], roots: list[int], note: str = "") -> Case:
        last = max(node for edge in [*edges, (0, 0)] for node in edge)
        count = last + 3
        names = rng.permutation(count)
        inputs = {
            "edges": names[np.array([*edges, (last + 1, roots[0]), (last + 2, last + 1)])],
            "count": count,
            "roots": [int(names[root]) for root in roots],
        }
        return Case(inputs, note)

    # x, a = x x, b = a a and c = a + b have the numbers 0 to 3.
    of_the_book = {
        "edges": np.array([(1, 0), (1, 0), (2, 1), (2, 1), (3, 1), (3, 2)]),
        "count": 4,
        "roots": [3],
    }
    doublings = [(i + 1, i) for i in range(60) for _ in range(2)]
    return [
        Case(of_the_book, OF_THE_BOOK),
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


# Many orders are right, so we describe in words which nodes are there and how they are ordered.
def measure_order(answer: Any, inputs: Any, held_back: Any) -> dict[str, str]:
    """Any order will do in which each needed node appears once, and after its parents."""
    failures = {
        "visits": "the same nodes are visited again and again",
        "recursion": "the recursion is too deep for Python",
    }
    if "failure" in answer:
        return dict.fromkeys(("nodes", "order"), failures[answer["failure"]])
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
            return "a node from which the root was not computed"
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
            return "unknown, because these are not the right nodes"
        place = {node: i for i, node in reversed(list(enumerate(order)))}
        pairs = [(place[node], place[parent]) for node in far for parent in parents[node]]
        if all(parent < node for node, parent in pairs):
            return "parents first"
        if all(parent > node for node, parent in pairs):
            return "parents last"
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
    cases,
    parts={"nodes": 1, "order": 1},
    see="parents-first",
    measure=measure_order,
    explains={
        "edges": "each row holds the numbers of a node and of one of its parents",
        "count": "how many nodes there are",
        "roots": "the nodes with which your function is called",
    },
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
        return {"failure": "visits"}
    except RecursionError:
        return {"failure": "recursion"}
    return {"orders": [[number.get(id(node), -1) for node in order] for order in found]}


slip = topological_order.slip
ON_ENTRY = ("stack.append((node, True))", "order.append(node)")
FIRST_PARENT_FIRST = ("in node.parents]", "in reversed(node.parents)]")
BACKWARDS = ("return order", "return order[::-1]")
RECURSIVE = (
    ("stack = [(root, False)]\n    while stack:", "def visit(node):"),
    ("node, parents_done = stack.pop()\n        if parents_done:\n            ", ""),
    ("order.append(node)\n        elif", "if"),
    ("stack.append((node, True))", "for parent in node.parents: visit(parent)"),
    (
        "stack += [(parent, False) for parent in node.parents]",
        "order.append(node)\n    visit(root)",
    ),
)
RECURSIVE_ON_ENTRY = (
    *RECURSIVE,
    ("order.append(node)", "pass"),
    ("seen.add(node)", "seen.add(node); order.append(node)"),
)

slip("recursion-too-deep",
     "The function calls itself once for each node of a chain, and Python allows only about 1,000 "
     "nested calls. Keep a list of the nodes that are still to do, or raise the limit with "
     "sys.setrecursionlimit.",
     *RECURSIVE)
slip("added-on-entry",
     "A node is added to the list when the search enters it. At that time some of its parents may "
     "not be in the list yet. Add it when the search leaves it, after all its parents.",
     ON_ENTRY, FIRST_PARENT_FIRST)
slip("added-on-entry", None, ON_ENTRY, FIRST_PARENT_FIRST, BACKWARDS)
slip("added-on-entry", None, *RECURSIVE_ON_ENTRY)
slip("added-on-entry", None, *RECURSIVE_ON_ENTRY, BACKWARDS)
slip("children-first",
     "The list begins with the root. The question asks for parents first and the root last, so "
     "reverse the list.",
     BACKWARDS)
slip("children-first", None, *RECURSIVE, BACKWARDS)
slip("visited-again",
     "The search visits a node with several children once from each of them, and its parents just "
     "as many times. In a chain of doublings that takes far too long. Keep a set of the nodes that "
     "you have seen.",
     *RECURSIVE, ("seen.add(node)", "pass"))
slip("visited-again", None, ("elif node not in seen:", "else:"))
slip("order-of-distance",
     "The nodes are sorted by their distance from the root. If a short and a long path lead to the "
     "same node, the short path puts it near the root. But the node must come before everything on "
     "the long path.",
     ("stack.pop()", "stack.pop(0)"), ON_ENTRY, BACKWARDS)
slip("order-of-distance", None, ("stack.pop()", "stack.pop(0)"), ON_ENTRY)
slip("seen-kept-between-calls",
     "The nodes that one call has seen are still marked in the next call, which then finds few of "
     "them or none. A default argument such as seen=set() is created only once. Begin each call "
     "with a new set.",
     ("(root: Any)", "(root: Any, seen: Any = set())"), ("order, seen = [], set()", "order = []"))
slip("root-left-out",
     "The root itself is not in the list. Add it as the last node.",
     ("return order", "return order[:-1]"))
slip("leaves-left-out",
     "Nodes without parents are missing. They belong in the list too, because we often need their "
     "gradients most of all.",
     ("return order", "return [node for node in order if node.parents]"))
slip("first-parent-only",
     "Only the first parent of each node is followed. Follow all of them, because an operation may "
     "have two.",
     ("in node.parents]", "in node.parents[:1]]"))
slip("one-level-only",
     "The list stops at the parents of the root. Go on until there are no more parents.",
     ("in node.parents]", "in node.parents if node is root]"))
