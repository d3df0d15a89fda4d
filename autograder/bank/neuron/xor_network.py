"""A network of three step neurons that computes XOR."""

from typing import Any

import numpy as np

from autograder.bank.neuron._bits import cases
from autograder.marking.question import question


@question(cases, parts={"out": 2}, see="xor", uses=("gate_weights",))
def xor_network(code: Any, x: Any) -> Any:
    out = code.xor_network(x)
    return {"out": out + 0 if isinstance(out, np.ndarray) else out}  # + 0 turns bools into integers


slip = xor_network.slip
ANSWER = 'step_neuron(np.stack(hidden, axis=1), *gates["AND"])'

slip("or-for-xor", "This is OR: it also fires for (1, 1). XOR asks for exactly one of the two.",
     (ANSWER, "hidden[0]"))
slip("nand-for-xor", "This is NAND: it also fires for (0, 0). XOR asks for exactly one of the two.",
     (ANSWER, "hidden[1]"))
slip("equal-for-different",
     "The answer is upside down: it fires where the two are equal. XOR fires where they differ.",
     ('"AND"', '"NAND"'))
slip("or-on-top",
     "OR stands on top, and one of OR and NAND always fires, so the answer is always 1. Both have "
     "to agree: the last gate is AND.",
     ('"AND"', '"OR"'))
slip("and-for-nand",
     "AND stands where NAND belongs. Both of OR and AND fire for (1, 1) only: the hidden NAND has "
     "to take that one out.",
     ('"NAND"', '"AND"'))
slip("hidden-not-combined",
     "The two hidden answers are added, without a neuron on top. Their sum is 1 or 2; the third "
     "neuron fires where it is 2.",
     (ANSWER, "hidden[0] + hidden[1]"))
slip("hidden-returned",
     "The answers of the two hidden neurons come back. They are the inputs of a third one.",
     (ANSWER, "np.stack(hidden, axis=1)"))
slip("half-of-xor",
     "It fires for one of (0, 1) and (1, 0), not for the other. That is what one neuron with "
     "weights of opposite sign can do; XOR needs both halves.",
     (ANSWER, "step_neuron(x, [1, -1], -0.5)"))
slip("half-of-xor", None, (ANSWER, "step_neuron(x, [-1, 1], -0.5)"))
slip("column-for-vector", "The result has shape (N, 1). One answer for each example is (N,).",
     (ANSWER, f"{ANSWER}[:, None]"), see="shapes-and-batches")
slip("first-example-only",
     "Only the first example is answered. Every row of x is an example of its own.",
     (ANSWER, f"{ANSWER}[:1]"), see="shapes-and-batches")
slip("first-example-only", None, (ANSWER, f"int({ANSWER}[0])"))
