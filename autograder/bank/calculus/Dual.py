"""Dual numbers, which carry their slope (forward mode)."""

from typing import Any

from autograder.bank.inputs import DIGITS_LOST, Rng
from autograder.marking.question import Case, question

INTEGERS = (
    "with integers this class gives different results. Store float(value) and float(slope), so "
    "that every operation computes with floats"
)


def cases(rng: Rng) -> list[Case]:
    """Return cases with several slopes, integers, negative values, and a saturated tanh."""

    def size(low: float, high: float) -> float:
        return round(float(rng.uniform(low, high)), 2)

    def inputs(*values: float) -> dict[str, Any]:
        return dict(zip(("x", "y", "dx", "dy", "z", "number"), values, strict=True))

    return [
        Case(inputs(size(0.5, 0.9), size(1.2, 1.8), 1.0, 0.0, size(0.3, 0.8), 3.0)),
        Case(inputs(size(1.2, 1.8), size(0.5, 0.9), 0.0, 1.0, -size(1.2, 1.8), size(2, 3))),
        Case(
            inputs(size(1.2, 1.6), -size(0.4, 0.9), size(0.4, 0.8), -size(1.2, 2), -1.1, 2.5),
            "any slopes",
        ),
        Case(
            inputs(2.0, -3.0, 3.0, -2.0, float(rng.choice([-2, -1])), 4),
            "numbers without decimals",
        ),
        Case(inputs(size(0.5, 0.9), size(1.2, 1.8), 0.7, -1.3, size(10, 11), 3.0), DIGITS_LOST),
        Case(inputs(2, int(rng.choice([-3, 3])), 3, -2, -2, 4), advice=INTEGERS),
    ]


@question(
    cases,
    parts={"arithmetic": 1, "powers_and_division": 1, "functions": 1, "chain": 1},
    see="dual-numbers",
    bonus=True,
    explains={
        "x": "x in an expression is Dual(x, dx)",
        "y": "y in an expression is Dual(y, dy)",
        "dx": "the slope of the Dual x",
        "dy": "the slope of the Dual y",
        "z": "z in an expression is Dual(z, dx)",
        "number": "a plain number",
    },
)
def Dual(code: Any, x: Any, y: Any, dx: Any, dy: Any, z: Any, number: Any) -> Any:
    a, b, c, n = code.Dual(x, dx), code.Dual(y, dy), code.Dual(z, dx), number

    def outcome(expression):
        try:
            dual = expression()
            return [dual.value, dual.slope]
        except Exception as error:  # a failing expression costs only its own part
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
            "-x": lambda: -a,
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


slip = Dual.slip
PRODUCT = "self.slope * other.value + self.value * other.slope"
POWER = "exponent * self.value ** (exponent - 1) * self.slope"
EXP, TANH = "Dual(value, value * self.slope)", "Dual(value, (1 - value**2) * self.slope)"
RELU = "self.slope * positive"
TO_DUAL = "other = other if isinstance(other, Dual) else Dual(other)\n        "


def quotient(slope: str) -> tuple[tuple[str, str], ...]:
    """Return the edits that make both divisions compute the quotient, with the given slope."""
    return (
        ("return self * other**-1", f"{TO_DUAL}return Dual(self.value / other.value, {slope})"),
        ("return self**-1 * other", "return Dual(other) / self"),
    )


left = tuple((f"def __r{name}__", f"def r{name}") for name in ("add", "sub", "mul", "truediv"))
slip("number-on-the-left",
     "A plain number on the left does not work. Python first tries the method of the number, which "
     "fails, and then calls your method with an r: __radd__, __rmul__ and so on.",
     *left)
for edit in left:
    slip("number-on-the-left", None, edit)
number_minus = ("return -self + other", "return self - other")
number_over = ("return self**-1 * other", "return self / other")
slip("sides-swapped",
     "number - x gives x - number. Python calls __rsub__ with the number as `other`, and the "
     "number is on the left, so return Dual(other) - self.",
     number_minus)
slip("sides-swapped",
     "number / x gives x / number. Python calls __rtruediv__ with the number as `other`, and the "
     "number is the numerator, so return Dual(other) / self.",
     number_over)
slip("sides-swapped",
     "With a number on the left, the two sides of - or / are swapped. The number is `other`, and "
     "it comes first.",
     number_minus, number_over)
slip("numbers-have-slope-1",
     "A plain number gets a slope of 1. It does not change when the input changes, so its slope is "
     "0.",
     ("slope: float = 0.0", "slope: float = 1.0"))
slip("slope-truncated", "The slope loses its fractional part. Store it as a float, like the value.",
     ("self.slope = float(slope)", "self.slope = float(int(slope))"))
slip("product-of-slopes",
     "The slope of a product is computed as the product of the slopes. It has two terms: each "
     "slope times the other value.",
     (PRODUCT, "self.slope * other.slope"))
slip("one-factor-only",
     "The slope of a product lacks a term, because only the left factor is treated as a variable. "
     "Add the left value times the right slope.",
     (PRODUCT, "self.slope * other.value"))
slip("one-factor-only",
     "The slope of a product lacks a term, because only the right factor is treated as a variable. "
     "Add the left slope times the right value.",
     (PRODUCT, "self.value * other.slope"))
slip("factors-not-crossed",
     "Each slope is multiplied by its own value. In a product the slope of one factor goes with "
     "the value of the other.",
     (PRODUCT, "self.slope * self.value + other.slope * other.value"))
slip("slope-not-subtracted",
     "x - y gets the sum of the slopes. If y grows, x - y falls, so subtract the slope of y.",
     ("return self + -other",
      f"{TO_DUAL}return Dual(self.value - other.value, self.slope + other.slope)"))
slip("slope-not-subtracted",
     "number - x gets the slope of x. If x grows, number - x falls, so change the sign of the "
     "slope.",
     ("return -self + other", "return Dual(other - self.value, self.slope)"))
# Both subtractions without __neg__, so that a mistake in it shows in -x alone.
OWN_MINUS = (
    ("return self + -other", "return self + -1 * other"),
    ("return -self + other", "return -1 * self + other"),
)
KEEPS_SLOPE = ("return self * -1", "return Dual(-self.value, self.slope)")
slip("negative-missing",
     "-x does not work, because Python calls x.__neg__() for it, and the class has no such method. "
     "Add this method, which can be very short if it uses another operation.",
     ("def __neg__", "def neg"), *OWN_MINUS)
slip("negative-keeps-slope",
     "-x has the slope of x. If x grows, -x falls by the same amount, so the slope changes its "
     "sign as well.",
     KEEPS_SLOPE, *OWN_MINUS)
slip("negative-keeps-slope",
     "-x has the slope of x, and so every difference that is computed with it is wrong. If x "
     "grows, -x falls by the same amount, so the slope changes its sign as well.",
     KEEPS_SLOPE)
slip("argument-changed-in-place",
     "An operation changes its operand, which may be used again. Return a new Dual.",
     ("return Dual(self.value + other.value, self.slope + other.slope)",
      "self.value += other.value; self.slope += other.slope; return self"))
slip("quotient-of-slopes",
     "The slope of the quotient contains only the slope of the numerator. The denominator changes "
     "too, which gives a second term.",
     *quotient("self.slope / other.value"))
slip("quotient-sign",
     "Both terms in the slope of the quotient have the wrong sign. It should be the slope of the "
     "numerator times the denominator, minus the numerator times the slope of the denominator.",
     *quotient("(self.value * other.slope - self.slope * other.value) / other.value**2"))
slip("quotient-sign",
     "The two terms in the slope of the quotient are added. When the denominator grows, the "
     "quotient gets smaller, so the term with the slope of the denominator needs a minus sign.",
     *quotient("(self.value * other.slope + self.slope * other.value) / other.value**2"))
slip("bottom-not-squared",
     "The slope of the quotient is divided by the denominator. Divide it by the square of the "
     "denominator.",
     *quotient("(self.slope * other.value - self.value * other.slope) / other.value"))
slip("inner-derivative-forgotten",
     "The slope of a power does not contain the slope of the base. The chain rule multiplies by "
     "it.",
     (POWER, "exponent * self.value ** (exponent - 1)"))
slip("exponent-not-lowered",
     "The power in the slope has the old exponent. It should be one less, as in n x^(n-1).",
     (POWER, "exponent * self.value**exponent * self.slope"))
slip("exponent-not-in-front",
     "The slope of the power lacks the factor n. The derivative of x^n is n x^(n-1), so multiply "
     "by the exponent. A division that uses the power is then wrong too.",
     (POWER, "self.value ** (exponent - 1) * self.slope"))
slip("slope-raised", "The slope is raised to the power as well. Multiply it by n x^(n-1) instead.",
     (POWER, "self.slope**exponent if self.slope else 0.0"))
slip("power-by-logarithm",
     "The slope is computed with a logarithm, so it fails if the base is negative. The rule n "
     "x^(n-1) needs no logarithm, so it works for negative bases too.",
     (POWER, "np.exp((exponent - 1) * np.log(self.value)) * exponent * self.slope"),
     ("Dual(self.value**exponent, slope)", "Dual(np.exp(exponent * np.log(self.value)), slope)"))
inner = (EXP, "Dual(value, value)"), (TANH, "Dual(value, 1 - value**2)"), (RELU, "positive")
INNER = (
    "exp, tanh or relu does not use the slope of its argument. The chain rule multiplies the slope "
    "of the function by the slope of the argument."
)
slip("inner-derivative-forgotten", INNER, *inner)
for edit in inner:
    slip("inner-derivative-forgotten", INNER, edit)
slip("derivative-skipped",
     "The slope passes through unchanged. Multiply it by the slope of the function at the value.",
     (EXP, "Dual(value, self.slope)"))
slip("derivative-skipped", None, (TANH, "Dual(value, self.slope)"))
slip("derivative-skipped",
     "relu sets a negative value to 0, but keeps its slope. There the output does not depend on "
     "the input, so the slope is 0 too.",
     (RELU, "self.slope"))
slip("slope-of-power-for-exp",
     "The slope of exp is computed like the slope of a power, as x exp(x). The exponential is its "
     "own slope.",
     (EXP, "Dual(value, self.value * value * self.slope)"))
slip("function-of-slope",
     "The function is applied to the slope. Multiply the slope by the function's derivative at the "
     "value instead.",
     (EXP, "Dual(value, np.exp(self.slope))"), (TANH, "Dual(value, np.tanh(self.slope))"))
slip("mask-from-slope",
     "relu uses the sign of the slope. Use the sign of the value instead.",
     (RELU, "max(self.slope, 0.0)"))
slip("input-for-output",
     "The slope of tanh is computed as 1 - x². The formula 1 - t² holds for the output t of tanh.",
     (TANH, "Dual(value, (1 - self.value**2) * self.slope)"))
slip("sigmoid-slope-for-tanh",
     "The slope t (1 - t) belongs to the sigmoid. The slope of tanh is 1 - t².",
     (TANH, "Dual(value, value * (1 - value) * self.slope)"))
slip("square-forgotten",
     "The slope of tanh is computed as 1 - t. It should be 1 - t², with the square.",
     (TANH, "Dual(value, (1 - value) * self.slope)"))
