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
    """Compute the outputs of step neurons with these weights.

    Where a pair does not have the form (w, b), its measure is a text that says so.
    """

    def outputs(pair):
        if not isinstance(pair, list | tuple) or len(pair) != 2:
            return "a value that is not a pair (w, b)"
        try:
            w, b = (np.asarray(value, dtype=float) for value in pair)
        except (TypeError, ValueError):
            return "a pair that does not hold numbers"
        if w.size != 2 or b.size != 1:
            return f"a pair with {w.size} and {b.size} numbers, where w has 2 and b has 1"
        return (inputs["x"] @ w.reshape(2) + b.item() > 0).astype(int)

    given = answer["gates"]
    if not isinstance(given, dict):
        return {"gates": given}
    if set(given) != {"AND", "OR", "NAND"}:
        return {"gates": "the keys " + str(sorted(map(str, given)))[:80]}
    return {"gates": {name: outputs(pair) for name, pair in given.items()}}


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
     "For some inputs the sum is exactly 0, and then the neuron outputs 0, because it fires only "
     "above 0. Move the biases a little, so that no sum is 0.",
     (AND, "(both, -2)"), (OR, "(both, -1)"), (NAND, "(-both, 1)"))
slip("on-the-boundary",
     "For (1, 1) the weighted sum of your AND neuron is exactly 0, so it outputs 0, because it "
     "fires only above 0. Move the bias of AND a little.",
     (AND, "(both, -2)"))
slip("on-the-boundary",
     "For some inputs the sums of AND and OR are exactly 0, and then the neuron outputs 0, because "
     "it fires only above 0. Move the biases of both a little.",
     (AND, "(both, -2)"), (OR, "(both, -1)"))
slip("threshold-for-bias",
     "Your biases are thresholds. A neuron fires where w.x + b is above 0, so its bias is minus "
     "the threshold. For example, a neuron that should fire above 1.5 has a bias of -1.5.",
     (AND, "(both, 1.5)"), (OR, "(both, 0.5)"), (NAND, "(-both, -1.5)"))
slip("threshold-for-bias",
     "AND and OR have thresholds where their biases should be. A neuron fires where w.x + b is "
     "above 0, so its bias is minus the threshold.",
     (AND, "(both, 1.5)"), (OR, "(both, 0.5)"))
slip("bias-forgotten",
     "The biases are 0, so a single 1 makes AND fire, and nothing makes NAND fire. Give each gate "
     "a bias, which is minus its threshold.",
     (AND, "(both, 0)"), (OR, "(both, 0)"), (NAND, "(-both, 0)"))
slip("and-or-swapped",
     "AND and OR are swapped. AND needs both inputs, so its threshold lies between 1 and 2. OR "
     "needs one, so its threshold lies between 0 and 1.",
     (f'"AND": {AND}, "OR": {OR}', f'"AND": {OR}, "OR": {AND}'))
slip("nor-for-nand",
     "Your NAND is a NOR, which fires for (0, 0) only. NAND fires for every pair but (1, 1), so "
     "its bias has to be larger.",
     (NAND, "(-both, 0.5)"))
slip("nand-not-negated",
     "Your NAND gives the same answers as AND. It should give the opposite ones, so negate the "
     "weights and the bias of AND.",
     (NAND, "(both, -1.5)"))
slip("half-negated",
     "Your NAND never fires. To turn a gate into its opposite, negate the bias too, not only the "
     "weights.",
     (NAND, "(-both, -1.5)"))
slip("half-negated",
     "Your NAND always fires. To turn a gate into its opposite, negate the weights too, not only "
     "the bias.",
     (NAND, "(both, 1.5)"))
slip("one-input-ignored",
     "Your AND uses one input only. The other input has a weight of 0, so (1, 1) and (1, 0) give "
     "the same answer. Give both inputs a weight.",
     (AND, "([1, 0], -0.5)"))
slip("one-input-ignored",
     "Your OR uses one input only. The other input has a weight of 0, so it changes nothing. Give "
     "both inputs a weight.",
     (OR, "([1, 0], -0.5)"))
slip("keys-in-lower-case",
     "The keys of your dictionary are written in lower case. The question asks for \"AND\", \"OR\" "
     "and \"NAND\", and Python distinguishes them from \"and\", \"or\" and \"nand\".",
     ('"AND": ', '"and": '), ('"OR": ', '"or": '), ('"NAND": ', '"nand": '))
slip("gate-missing",
     "A gate is missing from your dictionary. It needs the three keys \"AND\", \"OR\" and "
     "\"NAND\".",
     (f', "NAND": {NAND}', ""))
slip("gate-missing", None, (f', "OR": {OR}', ""))
slip("gate-missing", None, (f'"AND": {AND}, ', ""))
slip("pair-in-wrong-order",
     "Each of your pairs begins with the bias. The order should be (w, b): the two weights, then "
     "the bias.",
     (AND, "(-1.5, both)"), (OR, "(-0.5, both)"), (NAND, "(1.5, -both)"))
slip("weights-not-grouped",
     "Each of your gates consists of three numbers in a row. It should be a pair (w, b), where w "
     "holds both weights: ([1, 1], -1.5).",
     (AND, "(1, 1, -1.5)"), (OR, "(1, 1, -0.5)"), (NAND, "(-1, -1, 1.5)"))
slip("tuple-for-dictionary",
     "Your function returns the three gates in a tuple or a list. It should return a dictionary "
     "with the keys \"AND\", \"OR\" and \"NAND\".",
     (f'{{"AND": {AND}, "OR": {OR}, "NAND": {NAND}}}', f"({AND}, {OR}, {NAND})"))
