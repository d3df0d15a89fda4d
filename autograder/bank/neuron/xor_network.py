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

slip("or-for-xor",
     "Your network is OR, which also fires for (1, 1). XOR should fire only where exactly one "
     "input is 1.",
     (ANSWER, "hidden[0]"))
slip("nand-for-xor",
     "Your network is NAND, which also fires for (0, 0). XOR should fire only where exactly one "
     "input is 1.",
     (ANSWER, "hidden[1]"))
slip("equal-for-different",
     "Your network fires where the two inputs are equal. XOR is the opposite and fires where they "
     "differ.",
     ('"AND"', '"NAND"'))
slip("or-on-top",
     "The last gate is OR. At least one of the hidden gates, OR and NAND, always fires, so the "
     "answer is always 1. For XOR, both have to fire, so the last gate should be AND.",
     ('"AND"', '"OR"'))
slip("and-for-nand",
     "The second hidden gate is AND. AND and OR both fire for (1, 1) only, so the network is an "
     "AND. Use NAND there, which rules out (1, 1).",
     ('"NAND"', '"AND"'))
slip("hidden-not-combined",
     "The two hidden answers are added, and their sum is 1 or 2. The network needs a third neuron, "
     "which fires where the sum is 2.",
     (ANSWER, "hidden[0] + hidden[1]"))
slip("hidden-returned",
     "Your function returns the answers of the two hidden neurons. They are the inputs of a third "
     "neuron, whose answer should be returned.",
     (ANSWER, "np.stack(hidden, axis=1)"))
slip("half-of-xor",
     "Your network fires for only one of (0, 1) and (1, 0). One neuron with weights of opposite "
     "signs can do that. XOR fires for both, so combine two hidden neurons.",
     (ANSWER, "step_neuron(x, [1, -1], -0.5)"))
slip("half-of-xor", None, (ANSWER, "step_neuron(x, [-1, 1], -0.5)"))
slip("column-for-vector",
     "The result has the shape (N, 1). There is one answer for each example, so it should be (N,).",
     (ANSWER, f"{ANSWER}[:, None]"), see="shapes-and-batches")
slip("first-example-only",
     "Your function computes the answer for the first example only. Every row of x is an example, "
     "so return N answers.",
     (ANSWER, f"{ANSWER}[:1]"), see="shapes-and-batches")
slip("first-example-only", None, (ANSWER, f"int({ANSWER}[0])"))
