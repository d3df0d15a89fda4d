"""One step of Rosenblatt's rule."""

from typing import Any

import numpy as np

from autograder.bank.inputs import Rng, normal, whole
from autograder.marking.question import Case, question


def cases(rng: Rng) -> list[Case]:
    """Return cases in which the neuron fires rightly, fires wrongly, or has a sum of exactly 0."""

    def inputs(D: int, lr: float, wrong: bool, fires: int, draw: Any = normal) -> dict[str, Any]:
        w, x = draw(rng, D), draw(rng, D)
        b = draw(rng).item()
        if (np.dot(w, x) + b > 0) != fires:
            w, b = -w, -b
        if abs(np.dot(w, x) + b) < 0.1:
            b = b + (1.0 if fires else -1.0)
        return {"w": w, "b": b, "x": x, "y": 1 - fires if wrong else fires, "lr": lr}

    def whole_numbers(fires: int) -> dict[str, Any]:
        w, x = whole(rng, 2), whole(rng, 2)
        b = int(-(w @ x) + (2 if fires else -2))
        return {"w": w, "b": b, "x": x, "y": 1 - fires, "lr": 0.25}

    def only_by_its_bias() -> dict[str, Any]:
        """Return a case with a wrong answer that would be right without the bias."""
        w, x = normal(rng, 3), normal(rng, 3)
        w = w if w @ x > 0 else -w
        return {"w": w, "b": float(-(w @ x) - 1.5), "x": x, "y": 1, "lr": 0.7}

    still = {"w": np.zeros(2), "b": 0.0, "x": normal(rng, 2)}
    return [
        Case(inputs(2, 0.5, wrong=True, fires=0), "it should have fired"),
        Case(inputs(3, 0.1, wrong=True, fires=1), "it should not have fired"),
        Case(inputs(4, 0.3, wrong=False, fires=1), "a right answer, 1"),
        Case(inputs(2, 2.0, wrong=False, fires=0), "a right answer, 0"),
        Case(only_by_its_bias(), "a bias that decides"),
        Case({"w": normal(rng, 2), "b": 40.0, "x": normal(rng, 2), "y": 0, "lr": 0.1}, "far wrong"),
        Case(whole_numbers(fires=0), "whole numbers"),
        Case(whole_numbers(fires=1), "whole numbers"),
        Case({**still, "y": 1, "lr": 0.4}, "a sum of exactly 0, where the neuron answers 0"),
        Case({**still, "y": 0, "lr": 0.4}, "a sum of exactly 0, where the neuron answers 0"),
    ]


@question(cases, parts={"w": 2, "b": 1}, see="perceptron-rule")
def perceptron_update(code: Any, w: Any, b: Any, x: Any, y: Any, lr: Any) -> Any:
    new_w, new_b = code.perceptron_update(w, b, x, y, lr)
    return {"w": new_w, "b": new_b}


slip = perceptron_update.slip
ANSWER = "int(step_neuron(x, w, b))"
ERROR = f"y - {ANSWER}"
NEW_W, NEW_B = "np.asarray(w, dtype=float) + lr * error * np.asarray(x)", "b + lr * error"

slip("sign-flipped",
     "The step goes the wrong way. A neuron that should have fired needs a larger sum: the error "
     "is y minus the answer.",
     (ERROR, f"{ANSWER} - y"))
slip("sum-for-answer",
     "The error is taken from the sum w.x + b. Rosenblatt's rule compares the label with the "
     "answer, 0 or 1, and leaves the weights alone where that is right.",
     (ANSWER, "(w @ x + b)"))
slip("sigmoid-for-step",
     "The error is taken from the sigmoid of the sum, so something changes after a right answer "
     "too. Rosenblatt's neuron answers 0 or 1.",
     (ANSWER, "sigmoid(w @ x + b)"))
slip("answer-ignored",
     "The weights move towards every example with the label 1, whatever the neuron answered. A "
     "right answer changes nothing, and a wrong 1 has to be taken back.",
     (ERROR, "y"))
slip("answer-ignored",
     "The weights move after every example, towards label 1 and away from label 0. A right answer "
     "changes nothing.",
     (ERROR, "2 * y - 1"))
slip("one-kind-of-mistake",
     "Only examples with the label 1 are learned from. A neuron that fires where it should not "
     "has to move away from the example.",
     (ERROR, f"max({ERROR}, 0)"))
slip("one-kind-of-mistake",
     "Every mistake moves the weights towards the example. A neuron that fires where it should "
     "not has to move away from it: keep the sign of the error.",
     (ERROR, f"abs({ERROR})"))
slip("bias-forgotten",
     "The answer is computed without the bias. It is part of the sum that decides.",
     (ANSWER, "int(step_neuron(x, w, 0.0))"), see="one-neuron")
slip("on-the-boundary",
     "A sum of exactly 0 is taken for an answer of 1. The neuron fires only above 0.",
     (ANSWER, "int(w @ x + b >= 0)"), see="one-neuron")
slip("learning-rate-forgotten", "The learning rate is not used: it scales every step.",
     ("error = ", "lr = 1.0; error = "))
slip("learning-rate-forgotten", "The learning rate is not used for the bias: it scales every step.",
     (NEW_B, "b + 1.0 * error"))
slip("biases-not-updated",
     "Only the weights are updated. The bias learns too, as the weight of an input that is always "
     "1.",
     (NEW_B, "b"))
slip("input-forgotten",
     "All weights move by the same amount. Each weight moves in proportion to its input, so that "
     "those that took part in the mistake are changed.",
     (NEW_W, "w + lr * error"))
slip("step-without-parameter",
     "These are the steps alone. The new weights are the old ones plus the step.",
     (NEW_W, "lr * error * x"), (NEW_B, "lr * error"))
slip("integers-truncated",
     "The new weights are written into an array of whole numbers, which cuts the step off. Make a "
     "float array.",
     (f"return {NEW_W}", f"new = w.copy(); new[:] = {NEW_W}; return new"), see="shapes-and-batches")
slip("parameters-changed-in-place",
     "The old weights are overwritten. The caller may still need them: return new ones, and mind "
     "that += works in place.",
     (f"return {NEW_W}", f"new = {NEW_W}; w[:] = new; return new"))
slip("parameters-changed-in-place",
     "The old weights are overwritten by +=, which works in place (and fails where they are whole "
     "numbers). The caller may still need them: return new ones.",
     (f"return {NEW_W}", "w += lr * error * x; return w"))
