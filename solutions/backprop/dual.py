"""Forward mode: numbers that compute their slope together with their value."""

from __future__ import annotations

import numpy as np

__all__ = ["Dual"]


# ruff: noqa: E731 - students get __repr__ as it stands here; they would have to write a def.
class Dual:
    """A value and its slope: how fast the value changes as the one chosen input grows.

    Dual(x, 1.0) is that input; any other number has slope 0. value, slope: floats. `+ - * /` work
    with Duals and plain numbers on either side, `**` with a number as exponent, and `-x` works
    too. Each operation gives a new Dual.
    Book: chapter 4, "Dual numbers".
    """

    def __init__(self, value: float, slope: float = 0.0) -> None:
        """Keep the value and the slope, both as floats."""
        self.value = float(value)
        self.slope = float(slope)

    # Given to students: what print shows, such as Dual(value=3.0, slope=1.0).
    __repr__ = lambda self: "Dual(value={value}, slope={slope})".format(**vars(self))

    def __neg__(self) -> Dual:
        """Return -self."""
        return self * -1

    def __add__(self, other: Dual | float) -> Dual:
        """Return self + other, where other is a Dual or a number."""
        other = other if isinstance(other, Dual) else Dual(other)
        return Dual(self.value + other.value, self.slope + other.slope)

    def __radd__(self, other: float) -> Dual:
        """Return other + self, where other is a number."""
        return self + other

    def __sub__(self, other: Dual | float) -> Dual:
        """Return self - other, where other is a Dual or a number."""
        return self + -other

    def __rsub__(self, other: float) -> Dual:
        """Return other - self, where other is a number."""
        return -self + other

    def __mul__(self, other: Dual | float) -> Dual:
        """Return self * other, where other is a Dual or a number."""
        other = other if isinstance(other, Dual) else Dual(other)
        slope = self.slope * other.value + self.value * other.slope
        return Dual(self.value * other.value, slope)

    def __rmul__(self, other: float) -> Dual:
        """Return other * self, where other is a number."""
        return self * other

    def __truediv__(self, other: Dual | float) -> Dual:
        """Return self / other, where other is a Dual or a number."""
        return self * other**-1

    def __rtruediv__(self, other: float) -> Dual:
        """Return other / self, where other is a number."""
        return self**-1 * other

    def __pow__(self, exponent: float) -> Dual:
        """Return self ** exponent, where exponent is a number.

        Raises ZeroDivisionError at 0 if exponent is below 0, or between 0 and 1, because the slope
        is infinite there. Raises TypeError if the power is not real.
        """
        # x ** 0 has the slope 0 everywhere, but at x = 0 the formula would divide by 0.
        slope = exponent * self.value ** (exponent - 1) * self.slope if exponent else 0.0
        return Dual(self.value**exponent, slope)

    def exp(self) -> Dual:
        """Return the exponential function of self."""
        value = np.exp(self.value)
        return Dual(value, value * self.slope)

    def tanh(self) -> Dual:
        """Return the hyperbolic tangent of self."""
        value = np.tanh(self.value)
        return Dual(value, (1 - value**2) * self.slope)

    def relu(self) -> Dual:
        """Return self where it is positive, otherwise 0."""
        positive = self.value > 0
        return Dual(self.value * positive, self.slope * positive)
