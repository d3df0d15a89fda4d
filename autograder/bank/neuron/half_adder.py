"""The sum of two binary digits, computed by gates."""

from typing import Any

import numpy as np

from autograder.bank.neuron._bits import cases
from autograder.marking.question import question


@question(
    cases,
    parts={"out": 2},
    see="adding-with-neurons",
    uses=("gate_weights", "xor_network"),
    bonus=True,
)
def half_adder(code: Any, x: Any) -> Any:
    out = code.half_adder(x)
    return {"out": out + 0 if isinstance(out, np.ndarray) else out}  # + 0 turns bools into integers


slip = half_adder.slip
SUM, AND = "xor_network(x)", '"AND"'

slip("sum-and-carry-swapped",
     "The columns are swapped: first the digit of the sum, then the carry.",
     ("xor_network(x), carry", "carry, xor_network(x)"))
slip("result-transposed",
     "The result has one row for the sums and one for the carries. Rows are examples: (N, 2).",
     ("carry], axis=1", "carry], axis=0"), see="shapes-and-batches")
slip("or-for-xor", "1 + 1 is 10 in binary, so the digit of the sum is 0 there. OR gives 1.",
     (SUM, 'step_neuron(x, *gate_weights()["OR"])'))
slip("sum-not-in-binary",
     "The first column is the sum itself, which may be 2. In binary that is the digit 0 and a "
     "carry.",
     (SUM, "np.sum(x, axis=1)"))
slip("carry-forgotten", "The carry is always 0. It is 1 where both digits are 1.",
     ('step_neuron(x, *gate_weights()["AND"])', "np.zeros(len(x), dtype=int)"))
slip("or-for-carry",
     "The carry is 1 as soon as one digit is 1. It takes both: 1 + 0 fits into one digit.",
     (AND, '"OR"'))
slip("nand-for-carry",
     "The carry is upside down: it is 0 where both digits are 1, and 1 elsewhere.",
     (AND, '"NAND"'))
