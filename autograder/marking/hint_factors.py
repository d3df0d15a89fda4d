"""Recognise an answer that is the right one times a number."""

from collections.abc import Iterator, Sequence

import numpy as np

from .pairs import Answers, Hint, Pair, evidence
from .words import is_ordinary

MIN_EVIDENCE = 3  # different numbers: with one or two, some factor fits too easily
NAME = "wrong-factor"
CONSTANT = "constant-factor"
WRONG_SIGN = "wrong-sign"
Named = tuple[str, float]  # a number with its name in words


def off_by_a_factor(answers: Answers) -> Hint | None:
    """Return the hint about a factor if one factor explains all arrays of all cases, else None."""
    if any(value is None for value in (*answers.right, *answers.observed)):
        return None
    # We leave out pairs of zeros, because they fit every factor. One other pair is not enough.
    moving = [p for p in answers.pairs if p.right.any() or p.observed.any()]
    if len(moving) < 2 or all(p.same_shape and p.like(p.right, p.observed) for p in moving):
        return None
    with np.errstate(all="ignore"):
        return factor_hint(moving)


def factor_hint(pairs: Sequence[Pair]) -> Hint | None:
    """Recognise a factor that is the same in all arrays, or the number of examples or entries."""
    if (factors := _factors(pairs)) is None:
        return None
    if _near(factors, [-1.0] * len(factors)):
        return Hint("The sizes are right, but every sign is wrong.", WRONG_SIGN)
    if _near(factors, [factors[0]] * len(factors)) and is_ordinary(factors[0]):
        words = f"It is {factors[0]:.6g} times the right answer in every example."
        return Hint(words, CONSTANT)
    for words, sizes in (
        ("the number of examples", [float(p.rows) for p in pairs]),
        ("the number of its entries", [float(p.right.size) for p in pairs]),
    ):
        if all(sizes) and _near(factors, sizes):
            return Hint(f"It is too large by a factor: {words}.", "mean-forgotten")
        if all(sizes) and _near(factors, [1 / size for size in sizes]):
            return Hint(f"It is too small by a factor: {words}.", "divided-by-n-again")
    return None


def factor_of_the_case(pairs: Sequence[Pair]) -> Hint | None:
    """Recognise a factor that each case has: a number among its inputs, or one of their sizes."""
    if (factors := _factors(pairs)) is None:
        return None
    known = [dict(_numbers_of(p)) for p in pairs]
    for words in known[0]:
        numbers = [of_case.get(words, 0.0) for of_case in known]
        if not all(numbers):
            continue
        if _near(factors, numbers):
            return Hint(f"It is the right answer times {words}.", NAME)
        if _near(factors, [1 / number for number in numbers]):
            return Hint(f"It is the right answer divided by {words}.", NAME)
        if _near(factors, [-number for number in numbers]):
            return Hint(f"It is the right answer times {words}, with the wrong sign.", NAME)
    if all(p.right.size > 1 for p in pairs):
        return Hint("It is off by a factor that differs from example to example.")
    return None


def _factors(pairs: Sequence[Pair]) -> list[float] | None:
    """Return the factor of each pair, or None if one has none or there are too few numbers."""
    if evidence(p.right for p in pairs if p.same_shape) < MIN_EVIDENCE:
        return None
    factors: list[float] = []
    for p in pairs:
        if (factor := _factor_between(p)) is None:
            return None
        factors.append(factor)
    return factors


def _factor_between(p: Pair) -> float | None:
    """Return the number c with observed = c * right, or None if there is none."""
    # The least-squares solution for c; then we check that it fits every entry.
    scale = np.vdot(p.right, p.right) if p.same_shape else 0.0
    if not scale > 0 or not np.isfinite(p.observed).all():
        return None
    factor = float(np.vdot(p.right, p.observed) / scale)
    return factor if factor != 0 and p.like(factor * p.right, p.observed) else None


def _near(factors: list[float], others: list[float]) -> bool:
    """True if each factor is near the other one."""
    pairs = zip(factors, others, strict=True)
    return all(abs(f - other) <= 1e-5 * abs(other) for f, other in pairs)


def _numbers_of(p: Pair) -> Iterator[Named]:
    """Yield the numbers of a case that can be a factor by mistake."""
    if p.rows > 1:
        yield "N / (N - 1), where N is the number of examples", p.rows / (p.rows - 1)
        yield "the square of the number of examples", p.rows**2
    for name, value in p.case.inputs.items():
        if isinstance(value, int | float) and not isinstance(value, bool):
            yield name, float(value)
            yield f"{name} squared", float(value) ** 2
            yield f"2 {name}", 2 * float(value)
            yield f"(1 - {name})", 1 - float(value)
        elif isinstance(value, np.ndarray):
            for axis, size in enumerate(value.shape):
                yield f"{name}.shape[{axis}]", float(size)
                yield f"the root of {name}.shape[{axis}]", float(size) ** 0.5
        elif isinstance(value, list):
            yield f"len({name})", float(len(value))
