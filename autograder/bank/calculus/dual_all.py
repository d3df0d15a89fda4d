"""Assignment 04-calculus: forward mode by dual numbers."""

import types
from typing import Any

import numpy as np

import backprop as bp
from autograder.bank.inputs import DIGITS_LOST, Rng
from autograder.marking.question import Case, question

# --- Dual -------------------------------------------------------------------------------------


def dual_cases(rng: Rng) -> list[Case]:
    """Slopes that are neither 0 nor 1, whole numbers, a negative value, a saturated tanh."""

    def size(low: float, high: float) -> float:
        return round(float(rng.uniform(low, high)), 2)

    def inputs(x: float, y: float, dx: float, dy: float, z: float, number: float) -> dict[str, Any]:
        return {"x": x, "y": y, "dx": dx, "dy": dy, "z": z, "number": number}

    return [
        Case(inputs(size(0.5, 0.9), size(1.2, 1.8), 1.0, 0.0, size(0.3, 0.8), 3.0)),
        Case(inputs(size(1.2, 1.8), size(0.5, 0.9), 0.0, 1.0, -size(1.2, 1.8), size(2, 3))),
        Case(
            inputs(size(1.2, 1.6), -size(0.4, 0.9), size(0.4, 0.8), -size(1.2, 2), -1.1, 2.5),
            "any slopes",
        ),
        Case(
            inputs(2, int(rng.choice([-3, 3])), 3, -2, int(rng.choice([-2, -1])), 4),
            "whole numbers",
        ),
        Case(inputs(size(0.5, 0.9), size(1.2, 1.8), 0.7, -1.3, size(10, 11), 3.0), DIGITS_LOST),
    ]


@question(
    dual_cases,
    parts={"arithmetic": 1, "powers_and_division": 1, "functions": 1, "chain": 1},
    see="dual-numbers",
    bonus=True,
)
def Dual(code: Any, x: Any, y: Any, dx: Any, dy: Any, z: Any, number: Any) -> Any:
    a, b, c, n = code.Dual(x, dx), code.Dual(y, dy), code.Dual(z, dx), number

    def outcome(expression):
        try:
            dual = expression()
            return [dual.value, dual.slope]
        except Exception as error:  # an expression that fails costs its own part only
            return f"{type(error).__name__}: {error}"

    def loop():
        w = a
        for _ in range(4):
            w = (w * b + a * w).tanh()
        return w

    def reused():
        p = a * b
        q = p + a
        return p * q - q / p + p * p

    expressions = {
        "arithmetic": {
            "Dual(number)": lambda: code.Dual(n),
            "x + y": lambda: a + b,
            "x - y": lambda: a - b,
            "x * y": lambda: a * b,
            "x + number": lambda: a + n,
            "number + x": lambda: n + a,
            "x - number": lambda: a - n,
            "number - x": lambda: n - a,
            "x * number": lambda: a * n,
            "number * x": lambda: n * a,
            "x * x": lambda: a * a,
            "x - x": lambda: a - a,
        },
        "powers_and_division": {
            "x / y": lambda: a / b,
            "x / number": lambda: a / n,
            "number / x": lambda: n / a,
            "x ** 2": lambda: a**2,
            "x ** -1.5": lambda: a**-1.5,
            "z ** 3": lambda: c**3,
            "x ** 1": lambda: a**1,
            "0.0 ** 2": lambda: code.Dual(0.0, dx) ** 2,
        },
        "functions": {
            "x.exp()": lambda: a.exp(),
            "y.exp()": lambda: b.exp(),
            "x.tanh()": lambda: a.tanh(),
            "1e9 times the slope of z.tanh()": lambda: code.Dual(0, 1e9 * c.tanh().slope),
            "1e9 times the slope of (z + 0.3).tanh()": lambda: code.Dual(
                0, 1e9 * (c + 0.3).tanh().slope
            ),
            "1e9 times the slope of (z + 0.6).tanh()": lambda: code.Dual(
                0, 1e9 * (c + 0.6).tanh().slope
            ),
            "x.relu()": lambda: a.relu(),
            "z.relu()": lambda: c.relu(),
            "y.relu()": lambda: b.relu(),
        },
        "chain": {
            "sigmoid of x y": lambda: 1 / (1 + (-1 * a * b).exp()),
            "(x + y / x) ** 3": lambda: (a + b / a) ** 3,
            "relu of 2 x - y": lambda: (2 * a - b).relu() * b + (b - 2 * a).relu() * a,
            "an intermediate result used again": reused,
            "a loop": loop,
            "x afterwards": lambda: a,
        },
    }
    return {
        part: {name: outcome(expression) for name, expression in named.items()}
        for part, named in expressions.items()
    }


def _class_with(**wrong):
    """The reference class with some methods replaced, and the new class for all results."""
    scope = {"np": np}
    methods = {k: v for k, v in vars(bp.Dual).items() if isinstance(v, types.FunctionType)}
    methods.update(wrong)
    rebound = {
        name: types.FunctionType(f.__code__, scope, name, f.__defaults__, f.__closure__)
        for name, f in methods.items()
        if f is not None
    }
    scope["Dual"] = type("Dual", (), rebound)
    return scope["Dual"]


def _mistake(id: str, says: str, see: str | None = None, **methods):
    """A wrong class: `methods` replace those of the reference; None takes one away."""
    Dual.misconception(id, says, see)(_class_with(**methods))


# In the functions below `type(self)` makes a Dual: the name itself is the question here.

ONE_SIDE = (
    "A plain number on the left does not work. Python asks the number first, which does not know "
    "your class, and then your method with an r: __radd__, __rmul__ and so on."
)
_mistake("number-on-the-left", ONE_SIDE, __radd__=None, __rsub__=None, __rmul__=None,
         __rtruediv__=None)  # fmt: skip
_mistake("number-on-the-left", ONE_SIDE, __radd__=None)
_mistake("number-on-the-left", ONE_SIDE, __rsub__=None)
_mistake("number-on-the-left", ONE_SIDE, __rmul__=None)
_mistake("number-on-the-left", ONE_SIDE, __rtruediv__=None)
_mistake(
    "sides-swapped",
    "number - x comes out as x - number. __rsub__ is called with the number as `other`, and the "
    "number is on the left.",
    __rsub__=lambda self, other: self - other,
)
_mistake(
    "sides-swapped",
    "number / x comes out as x / number. __rtruediv__ is called with the number as `other`, and the "
    "number is on top.",
    __rtruediv__=lambda self, other: self / other,
)
_mistake(
    "sides-swapped",
    "With a number on the left, - and / are taken the wrong way round. The number, which is `other`, "
    "comes first.",
    __rsub__=lambda self, other: self - other,
    __rtruediv__=lambda self, other: self / other,
)


def _number_with_slope(self, value, slope=1.0):
    self.value, self.slope = float(value), float(slope)


_mistake(
    "numbers-have-slope-1",
    "A plain number has slope 1. It does not move when the input moves: its slope is 0.",
    __init__=_number_with_slope,
)


def _integers_kept(self, value, slope=0.0):
    self.value, self.slope = float(value), float(int(slope))


_mistake(
    "slope-truncated",
    "The slope is cut to a whole number. It is a number like the value.",
    __init__=_integers_kept,
)


def _mul(slope):
    def multiply(self, other):
        other = other if isinstance(other, type(self)) else type(self)(other)
        return type(self)(self.value * other.value, slope(self, other))

    return multiply


_mistake(
    "product-of-slopes",
    "The slope of a product is not the product of the slopes. Each factor moves while the other "
    "holds: two terms.",
    __mul__=_mul(lambda a, b: a.slope * b.slope),
)
_mistake(
    "one-factor-only",
    "The product has one term of two: only the left factor moves. The right one may move as well.",
    __mul__=_mul(lambda a, b: a.slope * b.value),
)
_mistake(
    "one-factor-only",
    "The product has one term of two: only the right factor moves. The left one may move as well.",
    __mul__=_mul(lambda a, b: a.value * b.slope),
)
_mistake(
    "factors-not-crossed",
    "Each slope is multiplied by its own value. In a product the slope of one factor goes with the "
    "value of the other.",
    __mul__=_mul(lambda a, b: a.slope * a.value + b.slope * b.value),
)


def _sub_adds_slopes(self, other):
    slope = other.slope if isinstance(other, type(self)) else 0.0
    value = other.value if isinstance(other, type(self)) else other
    return type(self)(self.value - value, self.slope + slope)


_mistake(
    "slope-not-subtracted",
    "x - y has the sum of the slopes. If y grows, x - y falls: subtract the slope as well.",
    __sub__=_sub_adds_slopes,
)
_mistake(
    "slope-not-subtracted",
    "number - x has the slope of x. If x grows, number - x falls: the sign changes.",
    __rsub__=lambda self, other: type(self)(other - self.value, self.slope),
)


def _changed_in_place(self, other):
    other = other if isinstance(other, type(self)) else type(self)(other)
    self.value += other.value
    self.slope += other.slope
    return self


_mistake(
    "argument-changed-in-place",
    "An operation changes its operand. x may be used again: return a new Dual.",
    __add__=_changed_in_place,
)


def _div(slope):
    def divide(self, other):
        other = other if isinstance(other, type(self)) else type(self)(other)
        return type(self)(self.value / other.value, slope(self, other))

    return divide


def _rdiv(self, other):
    return type(self)(other) / self


_mistake(
    "quotient-of-slopes",
    "The slope of a quotient is the slope of the top alone, over the bottom. The bottom moves too.",
    __truediv__=_div(lambda a, b: a.slope / b.value),
    __rtruediv__=_rdiv,
)
_mistake(
    "quotient-sign",
    "The two terms of the quotient have the wrong signs: top' bottom - top bottom', in this order.",
    __truediv__=_div(lambda a, b: (a.value * b.slope - a.slope * b.value) / b.value**2),
    __rtruediv__=_rdiv,
)
_mistake(
    "quotient-sign",
    "The two terms of the quotient are added. If the bottom grows, the quotient falls: a minus.",
    __truediv__=_div(lambda a, b: (a.value * b.slope + a.slope * b.value) / b.value**2),
    __rtruediv__=_rdiv,
)
_mistake(
    "bottom-not-squared",
    "The quotient's slope is divided by the bottom, not by its square.",
    __truediv__=_div(lambda a, b: (a.slope * b.value - a.value * b.slope) / b.value),
    __rtruediv__=_rdiv,
)


def _pow(slope):
    return lambda self, exponent: type(self)(self.value**exponent, slope(self, exponent))


_mistake(
    "inner-derivative-forgotten",
    "The slope of a power does not use the slope of what is raised. The chain rule multiplies by it.",
    __pow__=_pow(lambda a, n: n * a.value ** (n - 1)),
)
_mistake(
    "exponent-not-lowered",
    "The power in the slope still has the old exponent. It goes down by one: n x^(n-1).",
    __pow__=_pow(lambda a, n: n * a.value**n * a.slope),
)
_mistake(
    "exponent-not-in-front",
    "The exponent does not come down in front: the slope of a power is n x^(n-1).",
    __pow__=_pow(lambda a, n: a.value ** (n - 1) * a.slope),
)
_mistake(
    "slope-raised",
    "The slope is raised to the power as well. It is multiplied by n x^(n-1).",
    __pow__=_pow(lambda a, n: a.slope**n if a.slope else 0.0),
)
_mistake(
    "power-by-logarithm",
    "The power is taken by a logarithm, which a negative number does not have. n x^(n-1) needs none.",
    __pow__=lambda self, exponent: type(self)(
        np.exp(exponent * np.log(self.value)),
        np.exp((exponent - 1) * np.log(self.value)) * exponent * self.slope,
    ),
)

INNER = (
    "exp, tanh or relu does not use the slope of what goes into it. The chain rule multiplies the "
    "slope of the function by it."
)


def _function(value, slope):
    return lambda self: type(self)(value(self.value), slope(self.value, self.slope))


def _positive(v):
    return max(v, 0.0)


_wrong_exp = _function(np.exp, lambda v, s: np.exp(v))
_wrong_tanh = _function(np.tanh, lambda v, s: 1 - np.tanh(v) ** 2)
_wrong_relu = _function(_positive, lambda v, s: float(v > 0))
_mistake("inner-derivative-forgotten", INNER, exp=_wrong_exp, tanh=_wrong_tanh, relu=_wrong_relu)
_mistake("inner-derivative-forgotten", INNER, exp=_wrong_exp)
_mistake("inner-derivative-forgotten", INNER, tanh=_wrong_tanh)
_mistake("inner-derivative-forgotten", INNER, relu=_wrong_relu)
DERIVATIVE = (
    "The slope passes through unchanged. The function has a slope of its own there: multiply by it."
)
_mistake("derivative-skipped", DERIVATIVE, exp=_function(np.exp, lambda v, s: s))
_mistake("derivative-skipped", DERIVATIVE, tanh=_function(np.tanh, lambda v, s: s))
_mistake(
    "derivative-skipped",
    "relu cuts the value and lets the slope through. Where the output is 0 whatever the input does, "
    "the slope is 0.",
    relu=_function(_positive, lambda v, s: s),
)
_mistake(
    "slope-of-power-for-exp",
    "The slope of exp is taken like that of a power, x exp(x). The exponential is its own slope.",
    exp=_function(np.exp, lambda v, s: v * np.exp(v) * s),
)
_mistake(
    "function-of-slope",
    "The function is applied to the slope. The slope is multiplied by the function's derivative at "
    "the value.",
    exp=_function(np.exp, lambda v, s: np.exp(s)),
    tanh=_function(np.tanh, lambda v, s: np.tanh(s)),
)
_mistake(
    "mask-from-slope",
    "relu looks at the sign of the slope. What decides is the sign of the value.",
    relu=_function(_positive, lambda v, s: max(s, 0.0)),
)
_mistake(
    "input-for-output",
    "The slope of tanh is taken as 1 - x². The formula 1 - t² holds for the output t of tanh.",
    tanh=_function(np.tanh, lambda v, s: (1 - v**2) * s),
)
_mistake(
    "sigmoid-slope-for-tanh",
    "This is the slope of the sigmoid, t (1 - t). That of tanh is 1 - t².",
    tanh=_function(np.tanh, lambda v, s: np.tanh(v) * (1 - np.tanh(v)) * s),
)
_mistake(
    "square-forgotten",
    "The slope of tanh is taken as 1 - t. It is 1 - t², with the square.",
    tanh=_function(np.tanh, lambda v, s: (1 - np.tanh(v)) * s),
)


QUESTIONS = [Dual]
