"""Weights and biases of three gates. The outputs of neurons with them are compared."""

from typing import Any

import numpy as np

from autograder.bank.inputs import Rng
from autograder.bank.neuron._bits import CORNERS
from autograder.marking.question import Case, question


def cases(rng: Rng) -> list[Case]:
    """Return a case with all four pairs of bits, some of them twice or more, in random order."""
    extra = rng.integers(0, 4, 3)
    return [Case({"x": CORNERS[rng.permutation([0, 1, 2, 3, *extra])]})]


# Many weights are right, so we do not compare the weights but the outputs of neurons with them.
def measure_gate_weights(answer: Any, inputs: Any, held_back: Any) -> Any:
    """Compute the outputs of step neurons with these weights."""
    gates = {}
    for name in ("AND", "OR", "NAND"):
        w, b = answer["gates"][name]
        w, b = np.asarray(w, dtype=float).reshape(2), np.asarray(b, dtype=float).item()
        gates[name] = (inputs["x"] @ w + b > 0).astype(int)
    return {"gates": gates}


@question(
    cases,
    parts={"gates": 2},
    see="one-neuron",
    measure=measure_gate_weights,
    explains={"x": "the pairs of bits with which we try the gates"},
)
def gate_weights(code: Any, x: Any) -> Any:
    return {"gates": code.gate_weights()}


slip = gate_weights.slip
AND, OR, NAND = "(both, -1.5)", "(both, -0.5)", "(-both, 1.5)"

slip("on-the-boundary",
     "A sum of exactly 0 does not fire: the neuron answers 1 only above 0. Move the bias a little "
     "further, so that no example lies on the boundary.",
     (AND, "(both, -2)"), (OR, "(both, -1)"), (NAND, "(-both, 1)"))
slip("on-the-boundary",
     "A sum of exactly 0 does not fire: the neuron answers 1 only above 0. Move the bias of AND a "
     "little further, so that no example lies on the boundary.",
     (AND, "(both, -2)"))
slip("on-the-boundary",
     "A sum of exactly 0 does not fire: the neuron answers 1 only above 0. Move the biases of AND "
     "and OR a little further, so that no example lies on the boundary.",
     (AND, "(both, -2)"), (OR, "(both, -1)"))
slip("threshold-for-bias",
     "These are thresholds. The bias is minus the threshold: a neuron that fires when the sum is "
     "above 1.5 has the bias -1.5.",
     (AND, "(both, 1.5)"), (OR, "(both, 0.5)"), (NAND, "(-both, -1.5)"))
slip("threshold-for-bias",
     "AND and OR have thresholds in place of biases. The bias is minus the threshold: a neuron "
     "that fires when the sum is above 1.5 has the bias -1.5.",
     (AND, "(both, 1.5)"), (OR, "(both, 0.5)"))
slip("bias-forgotten",
     "The biases are 0. Then a single 1 is enough for AND, and nothing makes NAND fire: the bias "
     "is where the neuron keeps its threshold.",
     (AND, "(both, 0)"), (OR, "(both, 0)"), (NAND, "(-both, 0)"))
slip("and-or-swapped",
     "AND and OR are swapped. AND needs both inputs, so its threshold lies between 1 and 2; OR "
     "needs one, so its threshold lies between 0 and 1.",
     (f'"AND": {AND}, "OR": {OR}', f'"AND": {OR}, "OR": {AND}'))
slip("nor-for-nand",
     "NAND comes out as NOR: it fires for (0, 0) only. NAND fires in every case but (1, 1).",
     (NAND, "(-both, 0.5)"))
slip("nand-not-negated",
     "NAND answers like AND. It is the opposite of it: negate the weights and the bias.",
     (NAND, "(both, -1.5)"))
slip("half-negated",
     "NAND never fires. To turn a gate into its opposite, negate the weights and the bias as well.",
     (NAND, "(-both, -1.5)"))
slip("half-negated",
     "NAND always fires. To turn a gate into its opposite, negate the bias and the weights as "
     "well.",
     (NAND, "(both, 1.5)"))
slip("one-input-ignored",
     "AND looks at one input only. With the other weight at 0 it cannot tell (1, 1) from (1, 0).",
     (AND, "([1, 0], -0.5)"))
slip("one-input-ignored",
     "OR looks at one input only. With the other weight at 0 it does not notice that input.",
     (OR, "([1, 0], -0.5)"))
