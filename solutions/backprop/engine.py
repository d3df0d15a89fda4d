"""Backpropagation through any expression: numbers that remember how they were computed.

Every operation makes a new `Value` and stores a small backward function in it, which turns the
upstream gradient into one gradient for each operand. `backward` walks over them in reverse order.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

__all__ = ["Value", "topological_order"]

Number = float | int


def topological_order(root: Any) -> list[Any]:
    """List root and all nodes it was computed from, each once and after its parents.

    root: an object with `.parents`, a sequence of such objects. Chains may be thousands of nodes
    deep. Returns a list that ends with root. Book: chapter 5, "Parents first".
    """
    order, seen = [], set()
    stack = [(root, False)]
    while stack:
        node, parents_done = stack.pop()
        if parents_done:
            order.append(node)
        elif node not in seen:
            seen.add(node)
            stack.append((node, True))  # this entry comes up when all its parents are in the order
            stack += [(parent, False) for parent in node.parents]
    return order


# ruff: noqa: E731 - students get __repr__ as it stands here; they would have to write a def.
class Value:
    """A number in an expression, together with the slope of an output with respect to it.

    data: the number, a float. grad: starts at 0.0; every `backward` adds to it. parents: the
    Values it was computed from. `+ - * /` work with Values and numbers on either side, `**` with a
    number as exponent. Book: chapter 5, "An engine for any expression".
    """

    def __init__(
        self,
        data: Number,
        parents: tuple[Value, ...] = (),
        send_back: Callable[[float], tuple[float, ...]] = lambda dout: (),
    ) -> None:
        """Keep data, parents and send_back: upstream gradient -> one gradient for each parent."""
        self.data = float(data)
        self.grad = 0.0
        self.parents = parents
        self.send_back = send_back

    # Given to students: what print shows, such as Value(data=3.0, grad=0.0).
    __repr__ = lambda self: "Value(data={data}, grad={grad})".format(**vars(self))

    def __add__(self, other: Value | Number) -> Value:
        """Return self + other, where other is a Value or a number."""
        other = other if isinstance(other, Value) else Value(other)
        return Value(self.data + other.data, (self, other), lambda dout: (dout, dout))

    def __mul__(self, other: Value | Number) -> Value:
        """Return self * other, where other is a Value or a number."""
        other = other if isinstance(other, Value) else Value(other)
        a, b = self.data, other.data
        return Value(a * b, (self, other), lambda dout: (dout * b, dout * a))

    def __pow__(self, exponent: Number) -> Value:
        """Return self ** exponent, where exponent is a number.

        Raises ZeroDivisionError at 0 if exponent is below 0. If it is between 0 and 1, the slope
        at 0 is infinite, and `backward` raises it. Raises TypeError if the power is not real.
        """
        a = self.data
        # a ** 0 has the slope 0 everywhere, but at a = 0 the formula would divide by 0.
        return Value(
            a**exponent,
            (self,),
            lambda dout: (dout * exponent * a ** (exponent - 1) if exponent else 0.0,),
        )

    def exp(self) -> Value:
        """Return the exponential function of self."""
        out = float(np.exp(self.data))
        return Value(out, (self,), lambda dout: (dout * out,))

    def tanh(self) -> Value:
        """Return the hyperbolic tangent of self."""
        out = float(np.tanh(self.data))
        return Value(out, (self,), lambda dout: (dout * (1 - out**2),))

    def relu(self) -> Value:
        """Return self where it is positive, otherwise 0."""
        positive = self.data > 0
        return Value(self.data * positive, (self,), lambda dout: (dout * positive,))

    def __neg__(self) -> Value:
        """Return -self."""
        return self * -1

    def __sub__(self, other: Value | Number) -> Value:
        """Return self - other, where other is a Value or a number."""
        return self + -other

    def __truediv__(self, other: Value | Number) -> Value:
        """Return self / other, where other is a Value or a number."""
        return self * other**-1.0

    def __radd__(self, other: Number) -> Value:
        """Return other + self, where other is a number."""
        return self + other

    def __rsub__(self, other: Number) -> Value:
        """Return other - self, where other is a number."""
        return -self + other

    def __rmul__(self, other: Number) -> Value:
        """Return other * self, where other is a number."""
        return self * other

    def __rtruediv__(self, other: Number) -> Value:
        """Return other / self, where other is a number."""
        return self**-1.0 * other

    def backward(self) -> None:
        """Add the slope of self with respect to each Value behind it to the grad of that Value.

        The Values behind self are all Values that it was computed from, and self, with the slope
        1.0. Each call adds its slopes, also if another output has called `backward` before.
        """
        order = topological_order(self)
        slopes = dict.fromkeys(order, 0.0)  # of this call only, because grad may hold earlier ones
        slopes[self] = 1.0
        for node in reversed(order):
            node.grad += slopes[node]
            for parent, slope in zip(node.parents, node.send_back(slopes[node]), strict=True):
                slopes[parent] += slope
