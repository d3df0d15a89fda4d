"""One step of Rosenblatt's rule."""

from typing import Any

import numpy as np

from autograder.bank.inputs import OF_THE_BOOK, WHOLE_NUMBERS, Rng, normal, whole
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

    of_the_book = {
        "w": np.array([1.0, -1.0]),
        "b": 0.0,
        "x": np.array([2.0, 3.0]),
        "y": 1,
        "lr": 0.5,
    }
    still = {"w": np.zeros(2), "b": 0.0, "x": normal(rng, 2)}
    return [
        Case(of_the_book, OF_THE_BOOK),
        Case(inputs(2, 0.5, wrong=True, fires=0), "it should have fired"),
        Case(inputs(3, 0.1, wrong=True, fires=1), "it should not have fired"),
        Case(inputs(4, 0.3, wrong=False, fires=1), "a right answer, 1"),
        Case(inputs(2, 2.0, wrong=False, fires=0), "a right answer, 0"),
        Case(only_by_its_bias(), "a bias that decides"),
        Case({"w": normal(rng, 2), "b": 40.0, "x": normal(rng, 2), "y": 0, "lr": 0.1}, "far wrong"),
        Case({**still, "y": 1, "lr": 0.4}, "a sum of exactly 0, where the neuron answers 0"),
        Case({**still, "y": 0, "lr": 0.4}, "a sum of exactly 0, where the neuron answers 0"),
        Case(whole_numbers(fires=0), advice=WHOLE_NUMBERS),
        Case(whole_numbers(fires=1), advice=WHOLE_NUMBERS),
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
     "The step goes the wrong way. A neuron that should have fired needs a larger sum, so the "
     "error is y minus the answer.",
     (ERROR, f"{ANSWER} - y"))
slip("sum-for-answer",
     "The error is computed from the sum w.x + b. Rosenblatt's rule compares the label with the "
     "answer, 0 or 1, and changes nothing if the answer is right.",
     (ANSWER, "(w @ x + b)"))
slip("sigmoid-for-step",
     "The error is computed from the sigmoid of the sum, so the weights change even after a right "
     "answer. Rosenblatt's neuron outputs 0 or 1, so use the step function.",
     (ANSWER, "sigmoid(w @ x + b)"))
slip("minus-one-for-zero",
     "Your neuron outputs -1 where the sum is not above 0. Here the labels are 0 and 1, so it has "
     "to output 0. Otherwise a right answer counts as wrong.",
     (ANSWER, "(1 if w @ x + b > 0 else -1)"))
slip("error-computed-again",
     "The answer is computed a second time, with the new weights, before b is changed. Compute the "
     "error once, from the old w and b, and use it for both steps.",
     (f"return {NEW_W}, {NEW_B}",
      f"w = {NEW_W}; error = y - int(step_neuron(x, w, b)); return w, {NEW_B}"))
slip("repeated-until-right",
     "The step is repeated until the answer is right. One call should take one step, even if the "
     "answer is still wrong after the step.",
     (f"return {NEW_W}, {NEW_B}",
      f"while error != 0:\n        w, b = {NEW_W}, {NEW_B}\n"
      "        error = y - int(step_neuron(x, w, b))\n    return w, b"))
slip("bias-not-returned",
     "Your function returns only the new weights. It should return two things, the new w and the "
     "new b.",
     (f"return {NEW_W}, {NEW_B}", f"return {NEW_W}"))
slip("answer-ignored",
     "The answer of the neuron is not used, so the weights move towards every example labelled 1. "
     "A right answer should change nothing, and after a wrong 1 the weights should move away from "
     "the example.",
     (ERROR, "y"))
slip("answer-ignored",
     "The weights move after every example, towards label 1 and away from label 0. A right answer "
     "should change nothing, so use the error, y minus the answer.",
     (ERROR, "2 * y - 1"))
slip("one-kind-of-mistake",
     "The weights change only for examples labelled 1. If the neuron fires when it should not, "
     "they have to move away from the example.",
     (ERROR, f"max({ERROR}, 0)"))
slip("one-kind-of-mistake",
     "Every mistake moves the weights towards the example. If the neuron fires when it should not, "
     "they have to move away from it, so keep the sign of the error.",
     (ERROR, f"abs({ERROR})"))
slip("bias-forgotten",
     "The answer is computed without the bias. The neuron fires where w.x + b is above 0, so add "
     "b.",
     (ANSWER, "int(step_neuron(x, w, 0.0))"), see="one-neuron")
slip("on-the-boundary",
     "Your neuron outputs 1 if the sum is exactly 0. It should fire only above 0.",
     (ANSWER, "int(w @ x + b >= 0)"), see="one-neuron")
slip("learning-rate-forgotten", "The learning rate is not used. Multiply the step by lr.",
     ("error = ", "lr = 1.0; error = "))
slip("learning-rate-forgotten",
     "The learning rate is not used for the bias. Multiply its step by lr too.",
     (NEW_B, "b + 1.0 * error"))
slip("biases-not-updated",
     "Only the weights change. The bias learns too, as if it were the weight of an input that is "
     "always 1.",
     (NEW_B, "b"))
slip("input-forgotten",
     "All weights change by the same amount. Each should change in proportion to its input, so "
     "multiply the step by x.",
     (NEW_W, "w + lr * error"))
slip("step-without-parameter",
     "Your function returns only the steps. The new weights are the old ones plus the step.",
     (NEW_W, "lr * error * x"), (NEW_B, "lr * error"))
slip("parameters-changed-in-place",
     "Your code overwrites the old weights. The caller may still need them, so return new ones. "
     "(w += ... changes the array itself; w = w + ... makes a new one.)",
     (f"return {NEW_W}", f"new = {NEW_W}; w[:] = new; return new"))
