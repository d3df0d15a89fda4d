"""Numbers that remember how they were computed: an engine for backpropagation."""

from typing import Any

from autograder.bank.inputs import DIGITS_LOST, WHOLE_NUMBERS, Rng
from autograder.marking.question import Case, question


def cases(rng: Rng) -> list[Case]:
    """Return cases with positive and negative numbers, integers, and a saturated tanh."""

    def size(low: float, high: float) -> float:
        return round(float(rng.uniform(low, high)), 2)

    return [
        Case({"x": size(1.2, 1.8), "y": size(0.5, 0.9), "z": size(-1.4, -0.6), "number": 3}),
        Case({"x": size(0.5, 0.9), "y": size(-2, -1.2), "z": size(-0.9, -0.5), "number": -1.7}),
        Case({"x": size(8, 9), "y": size(0.1, 0.2), "z": -9.5, "number": 0.25}, DIGITS_LOST),
        Case(
            {"x": 3, "y": int(rng.choice([-2, 2])), "z": int(rng.choice([-4, -5])), "number": 4},
            "whole numbers",
            advice=WHOLE_NUMBERS,
        ),
    ]


@question(
    cases,
    parts={"data": 1, "arithmetic": 1, "numbers": 1, "functions": 1},
    see="engine",
    uses=("topological_order",),
    explains={
        "x": "the number in the Value x",
        "y": "the number in the Value y",
        "z": "another number for exp, tanh and relu",
        "number": "a plain number beside x",
    },
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
    functions = {"exp": lambda a: a.exp(), "tanh": lambda a: a.tanh(), "relu": lambda a: a.relu()}

    def trying(ask):
        try:
            return ask()
        except NotImplementedError:
            return "not written yet"
        except Exception as error:  # a failing expression costs only its own part
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


slip = Value.slip
WRAP = "other = other if isinstance(other, Value) else Value(other)\n        "
# Pairs of texts for edits.
OWN_MINUS = ("self * -1", "Value(-self.data, (self,), lambda dout: (-dout,))")
OWN_DIVISION = (
    "return self * other**-1.0",
    f"{WRAP}a, b = self.data, other.data\n"
    "        return Value(a / b, (self, other), lambda dout: (dout / b, dout * -a / b**2))",
)
OWN_DIVISIONS = (OWN_DIVISION, ("self**-1.0 * other", "Value(other) / self"))
FROM_LEFT = [(f"__r{name}__", f"r{name}") for name in ("add", "sub", "mul", "truediv")]
SUBTRACT_SWAPPED = ("-self + other", "self - other")
DIVIDE_SWAPPED = ("self**-1.0 * other", "self / other")

slip("number-on-the-left",
     "An operation with a plain number on the left fails. Python first tries the method of the "
     "number, which fails, and then calls your method with an r in its name: __radd__, __rsub__, "
     "__rmul__ or __rtruediv__. Write all four.",
     *FROM_LEFT)
for edit in FROM_LEFT:
    slip("number-on-the-left", None, edit)
slip("number-on-the-right",
     "An operation with a plain number on the right fails, because a number has no .data. Make a "
     "Value of it first.",
     (f"{WRAP}return", "return"), (WRAP, ""), OWN_DIVISION, (WRAP, ""), OWN_MINUS)
slip("sides-swapped",
     "With a number on the left, the two sides of - or / are swapped. In __rsub__ and "
     "__rtruediv__ the number is `other`, and it comes first.",
     SUBTRACT_SWAPPED)
slip("sides-swapped", None, DIVIDE_SWAPPED)
slip("sides-swapped", None, SUBTRACT_SWAPPED, DIVIDE_SWAPPED)
slip("minus-for-both",
     "In x - y, the slope of y is computed as 1. When y grows, x - y gets smaller, so the slope is "
     "-1.",
     ("return self + -other",
      f"{WRAP}return Value(self.data - other.data, (self, other), lambda dout: (dout, dout))"))
slip("factors-not-crossed",
     "In x * y, each factor gets its own value as its slope. The slope of x is y, and the slope of "
     "y is x.",
     ("(dout * b, dout * a)", "(dout * a, dout * b)"), OWN_MINUS, *OWN_DIVISIONS)
slip("quotient-of-slopes",
     "The divisor gets no slope, or the wrong one. With respect to y, the slope of x / y is "
     "-x / y².",
     *OWN_DIVISIONS, ("dout * -a / b**2", "0.0"))
for wrong in ("dout / a", "dout * a", "dout"):
    slip("quotient-of-slopes", None, *OWN_DIVISIONS, ("dout * -a / b**2", wrong))
slip("quotient-sign",
     "The slope of the divisor has the wrong sign. When y grows, x / y gets smaller, so the slope "
     "is -x / y².",
     *OWN_DIVISIONS, ("-a / b**2", "a / b**2"))
slip("bottom-not-squared", "The slope of the divisor lacks the square. It should be -x / y².",
     *OWN_DIVISIONS, ("b**2", "b"))
for divisions in ((), OWN_DIVISIONS):
    slip(
        "exponent-not-lowered",
        "The power in the slope still has the old exponent. The derivative of x^n is n x^(n-1), "
        "so lower it by one.",
        ("a ** (exponent - 1)", "a**exponent"),
        *divisions,
    )
    slip(
        "exponent-not-in-front",
        "The slope of the power lacks the factor n. The derivative of x^n is n x^(n-1), so "
        "multiply by the exponent. A division that uses the power is then wrong too.",
        ("dout * exponent * a", "dout * a"),
        *divisions,
    )
slip("argument-changed-in-place",
     "An operation changes its operand, which may be used again. Return a new Value instead.",
     ("return Value(self.data + other.data, (self, other), lambda dout: (dout, dout))",
      "self.data += other.data\n        return self"))
slip("gradient-starts-at-1",
     "grad is 1 before any call of backward. It should start at 0.0, because only the output on "
     "which backward is called starts at 1.",
     ("self.grad = 0.0", "self.grad = 1.0"))
slip("derivative-skipped",
     "exp, tanh or relu passes dout back unchanged. By the chain rule, multiply dout by the slope "
     "of the function.",
     ("dout * out,", "dout,"))
slip("derivative-skipped", None, ("dout * (1 - out**2)", "dout"))
slip("derivative-skipped", None, ("dout * positive", "dout"))
slip("slope-of-power-for-exp",
     "The slope of exp is computed like the slope of a power, as x exp(x - 1) or x exp(x). The "
     "exponential is its own slope, so multiply dout by exp(x).",
     ("dout * out,", "dout * self.data * out,"))
slip("slope-of-power-for-exp", None, ("dout * out,", "dout * self.data * np.exp(self.data - 1),"))
slip("input-for-output",
     "The slope of tanh is computed as 1 - x². The formula 1 - t² holds for t, the output of tanh.",
     ("1 - out**2", "1 - self.data**2"))
slip("square-forgotten",
     "The slope of tanh is computed as 1 - t. It should be 1 - t², with the square.",
     ("1 - out**2", "1 - out"))
slip("sigmoid-slope-for-tanh",
     "The slope t (1 - t) belongs to the sigmoid. The slope of tanh is 1 - t².",
     ("1 - out**2", "out * (1 - out)"))
slip("value-for-slope",
     "The gradient is multiplied by the value of ReLU. Multiply by the slope, which is 1 where x > "
     "0.",
     ("dout * positive", "dout * self.data * positive"))
