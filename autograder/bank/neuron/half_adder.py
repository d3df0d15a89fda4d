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
     "The columns are swapped. The first should be the digit of the sum, and the second should be "
     "the carry.",
     ("xor_network(x), carry", "carry, xor_network(x)"))
slip("result-transposed",
     "The result has one row for the sums and one for the carries. Rows are examples, so its shape "
     "should be (N, 2).",
     ("carry], axis=1", "carry], axis=0"), see="shapes-and-batches")
slip("reshaped-for-transposed",
     "The two rows, sums and carries, are brought into the shape (N, 2) by reshape. That keeps "
     "the order of the numbers, so the columns are mixed up. Use np.stack(..., axis=1) or .T.",
     ("carry], axis=1)", "carry], axis=0).reshape(-1, 2)"), see="shapes-and-batches")
slip("or-for-xor",
     "The digit of the sum comes from OR, which gives 1 for 1 + 1. In binary, 1 + 1 is 10, so the "
     "digit is 0 there. Use XOR.",
     (SUM, 'step_neuron(x, *gate_weights()["OR"])'))
slip("sum-not-in-binary",
     "The first column is the sum itself, which may be 2. In binary, 2 is written 10: the digit is "
     "0, and 1 is carried. Use XOR for the digit.",
     (SUM, "np.sum(x, axis=1)"))
slip("carry-forgotten", "The carry is always 0. It should be 1 if both digits are 1, so use AND.",
     ('step_neuron(x, *gate_weights()["AND"])', "np.zeros(len(x), dtype=int)"))
slip("or-for-carry",
     "The carry is 1 as soon as one digit is 1. But 1 + 0 fits into one digit, so the carry should "
     "be 1 only if both digits are 1. Use AND.",
     (AND, '"OR"'))
slip("nand-for-carry",
     "The carry is 0 where both digits are 1, and 1 elsewhere. It should be the opposite, so use "
     "AND.",
     (AND, '"NAND"'))
