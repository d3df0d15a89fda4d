"""GELU in its tanh form, with its gradient."""

import math
from typing import Any

import numpy as np

from autograder.bank.backward._activation import activation_cases
from autograder.marking.question import question

cases = activation_cases(lambda z: 1e30 * np.abs(z))


@question(
    cases,
    parts={"out": 1, "dx": 2},
    see="gradient-of-each-part",
    writes=("gelu_forward", "gelu_backward"),
    bonus=True,
)
def gelu_backward(code: Any, x: Any, dout: Any, calls: Any) -> Any:
    out, cache = code.gelu_forward(x)
    if calls > 1:
        code.gelu_forward(-x)
    for _ in range(calls):
        dx = code.gelu_backward(dout, cache)
    return {"out": out, "dx": dx}


slip = gelu_backward.slip
U, DU = "np.sqrt(2 / np.pi) * (x + 0.044715 * x**3)", "1 + 3 * 0.044715 * x**2"
OUT = "0.5 * x * (1 + t), (x, t)"
VALUE, GATE = "0.5 * (1 + t) + ", "0.5 * x * (1 - t**2) * du"
SLOPE = f"{VALUE}{GATE}"
TANH_OF_X = "x, t = cache\n    t = np.tanh(x)"

slip("cubic-term-forgotten",
     "The cubic term is missing. The argument of tanh is sqrt(2/pi) times x + 0.044715 x³.",
     (U, "np.sqrt(2 / np.pi) * x"))
slip("cubic-term-forgotten", None, (U, "np.sqrt(2 / np.pi) * x"), (DU, "1"))
slip("cube-of-the-product",
     "The factor 0.044715 is cubed together with x. Cube x alone.",
     (U, "np.sqrt(2 / np.pi) * (x + (0.044715 * x)**3)"))
slip("square-for-cube",
     "The second term of the argument of tanh has x². It should be x³, because the argument has to "
     "change its sign with x.",
     (U, "np.sqrt(2 / np.pi) * (x + 0.044715 * x**2)"))
slip("constant-forgotten",
     "The factor sqrt(2/pi), which is about 0.798, is missing from the argument of tanh.",
     (U, "x + 0.044715 * x**3"), (f"np.sqrt(2 / np.pi) * ({DU})", DU))
slip("constant-forgotten", None, (U, "x + 0.044715 * x**3"))
slip("constant-without-root",
     "The argument of tanh is multiplied by 2/pi. Multiply it by the root of 2/pi instead.",
     (U, "2 / np.pi * (x + 0.044715 * x**3)"),
     (f"np.sqrt(2 / np.pi) * ({DU})", f"2 / np.pi * ({DU})"))
slip("constant-inverted",
     "The factor is the root of pi/2. It should be the root of 2/pi.",
     (U, "np.sqrt(np.pi / 2) * (x + 0.044715 * x**3)"))
slip("half-forgotten",
     "The factor 0.5 is missing. 1 + tanh ranges from 0 to 2, so half of it is a gate between 0 "
     "and 1.",
     (OUT, "x * (1 + t), (x, t)"), (SLOPE, "(1 + t) + x * (1 - t**2) * du"))
slip("half-forgotten", None, (OUT, "x * (1 + t), (x, t)"))
slip("gate-without-input",
     "The output is the gate itself. GELU multiplies x by its gate.",
     (OUT, "0.5 * (1 + t), (x, t)"))
slip("one-forgotten",
     "The output is 0.5 x tanh(u). The gate is 0.5 (1 + tanh(u)), which is between 0 and 1.",
     (OUT, "0.5 * x * t, (x, t)"))


@gelu_backward.misconception(
    "exact-form",
    "Your function is GELU with the error function, which differs from the tanh form in the fourth "
    "digit. Both are in use, but this question asks for the tanh form.",
    gelu_forward=lambda x: (x * _normal_share(x), x),
)
def exact_backward(dout, cache):
    density = np.exp(-(cache**2) / 2) / np.sqrt(2 * np.pi)
    return dout * (_normal_share(cache) + cache * density)


def _normal_share(x):
    """Return the share of a standard normal distribution below each entry of x."""
    return np.vectorize(lambda v: 0.5 * math.erfc(-v / math.sqrt(2)), otypes=[float])(x)


def _sigmoid(x, sharpness):
    return np.exp(-np.logaddexp(0.0, -sharpness * np.asarray(x, dtype=float)))


@gelu_backward.misconception(
    "sigmoid-form",
    "Your function is x times the sigmoid of 1.702 x, another approximation of GELU. This question "
    "asks for the form with tanh.",
    gelu_forward=lambda x: (x * _sigmoid(x, 1.702), x),
)
def sigmoid_form(dout, cache):
    s = _sigmoid(cache, 1.702)
    return dout * (s + cache * 1.702 * s * (1 - s))


@gelu_backward.misconception(
    "swish-for-gelu",
    "Your function is x times the sigmoid of x, which is called SiLU or swish. The gate of GELU is "
    "0.5 (1 + tanh(u)).",
    gelu_forward=lambda x: (x * _sigmoid(x, 1.0), x),
)
def swish(dout, cache):
    s = _sigmoid(cache, 1.0)
    return dout * (s + cache * s * (1 - s))


slip("gate-as-constant",
     "The gate is treated as a constant. It depends on x too, so the product rule gives a second "
     "term: x times the slope of the gate.",
     (SLOPE, "0.5 * (1 + t)"))
slip("value-path-forgotten",
     "Only the gate is differentiated. The x in front of it changes too, so the product rule gives "
     "another term: the gate itself.",
     (SLOPE, GATE))
slip("inner-derivative-forgotten",
     "The slope of the argument of tanh is missing. The chain rule multiplies 1 - t² by "
     "sqrt(2/pi) (1 + 3 * 0.044715 x²).",
     (GATE, "0.5 * x * (1 - t**2)"))
slip("inner-derivative-incomplete",
     "The slope of the argument of tanh lacks the factor sqrt(2/pi).",
     (f"np.sqrt(2 / np.pi) * ({DU})", DU))
slip("inner-derivative-incomplete",
     "The slope of the argument of tanh lacks the cubic term. The slope of x³ is 3x².",
     (DU, "1"))
slip("power-not-in-front",
     "The slope of x³ is computed as x². It should be 3x².",
     (DU, "1 + 0.044715 * x**2"))
slip("power-not-lowered",
     "The slope of x³ is computed as 3x³. It should be 3x².",
     (DU, "1 + 3 * 0.044715 * x**3"))
slip("tanh-slope-forgotten",
     "The slope of tanh, 1 - t², is missing from the second term.",
     (GATE, "0.5 * x * du"))
slip("square-forgotten",
     "The slope of tanh is computed as 1 - t. It should be 1 - t².",
     ("(1 - t**2)", "(1 - t)"))
slip("input-forgotten",
     "The second term lacks the factor x. The product rule gives x times the slope of the gate.",
     (GATE, "0.5 * (1 - t**2) * du"))
slip("half-forgotten-in-slope",
     "The second term lacks the factor 0.5. The gate is 0.5 (1 + t), so its slope contains the "
     "0.5 as well.",
     (GATE, "x * (1 - t**2) * du"))
slip("sign-flipped",
     "The second term has the wrong sign. The gate opens as x grows, so its slope is positive.",
     (SLOPE, f"{VALUE[:-2]}- {GATE}"))
slip("tanh-of-input",
     "Your backward pass uses tanh(x). The forward pass used tanh(u) with u = sqrt(2/pi) (x + "
     "0.044715 x³). Keep tanh(u) in the cache.",
     ("x, t = cache", TANH_OF_X))
slip("value-for-slope",
     "dout is multiplied by the value of GELU. The chain rule multiplies it by the slope.",
     (SLOPE, "0.5 * x * (1 + t)"))
slip("upstream-ignored",
     "Your function returns only the slope of GELU. The chain rule multiplies it by the upstream "
     "gradient dout.",
     (f"dout * ({SLOPE})", SLOPE))
slip("derivative-skipped",
     "dout passes through unchanged. The chain rule multiplies it by the slope of GELU.",
     (f"dout * ({SLOPE})", "dout.copy()"))
slip("argument-changed-in-place",
     "Your code overwrites dout. Another branch of the graph may still need it, so make a new "
     "array.",
     (f"return dout * ({SLOPE})", f"dout *= {SLOPE}; return dout"), see="computation-graphs")
