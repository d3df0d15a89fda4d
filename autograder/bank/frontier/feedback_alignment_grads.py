"""The directions that feedback alignment gives for the weights."""

from typing import Any

from autograder.bank.inputs import DIGITS_LOST, WHOLE_NUMBERS, Rng, normal, whole
from autograder.marking.question import Case, question


def cases(rng: Rng) -> list[Case]:
    """Return cases with N, D, H and C all different, integers, one example, and far targets."""

    def inputs(N: int, D: int, H: int, C: int, draw: Any = normal) -> dict[str, Any]:
        return {
            "W1": 0.5 * normal(rng, D, H),
            "W2": normal(rng, H, C),
            "B": normal(rng, C, H),
            "x": draw(rng, N, D),
            "y": draw(rng, N, C),
        }

    far = inputs(3, 4, 5, 2)
    far["y"] = 1e12 * far["y"]
    return [
        Case(inputs(2, 3, 4, 1)),
        Case(inputs(5, 2, 3, 4)),
        Case(inputs(9, 3, 5, 2), "nine examples"),
        Case(inputs(1, 4, 3, 2), "one example"),
        Case(far, DIGITS_LOST),
        Case(inputs(4, 3, 5, 2, draw=whole), "whole numbers", advice=WHOLE_NUMBERS),
    ]


@question(
    cases,
    parts={"dW1": 2, "dW2": 1},
    see="feedback-alignment",
    bonus=True,
)
def feedback_alignment_grads(code: Any, W1: Any, W2: Any, B: Any, x: Any, y: Any) -> Any:
    dW1, dW2 = code.feedback_alignment_grads(W1, W2, B, x, y)
    return {"dW1": dW1, "dW2": dW2}


slip = feedback_alignment_grads.slip
BACK, N = "tanh_backward(error @ B, cache)", " / len(x)"

slip("forward-weights-for-feedback",
     "The error goes back through the transposed W2, as in backpropagation. Here it should go "
     "back through B.",
     ("error @ B", "error @ W2.T"))
slip("feedback-added-to-backpropagation",
     "The error goes back through both W2 and B. Use only B instead of the transposed W2.",
     ("error @ B", "error @ (B + W2.T)"))
slip("feedback-in-forward-pass",
     "B is used in the forward pass. It is needed only for the backward pass, and the output is "
     "tanh(x W1) W2.",
     ("hidden @ W2", "hidden @ B.T"))
slip("derivative-skipped",
     "The slope of tanh is missing. B replaces only the weights on the way back, so still "
     "multiply by 1 - h².",
     (BACK, "(error @ B)"))
slip("tanh-applied-twice",
     "tanh is applied to its own output before it is squared. The cached value is already tanh(x "
     "W1).",
     (BACK, "tanh_backward(error @ B, np.tanh(hidden))"), see="gradient-of-each-part")
slip("input-for-output",
     "The slope 1 - t² is computed with t = x W1. The formula holds for t = tanh(x W1).",
     (BACK, "tanh_backward(error @ B, x @ W1)"), see="gradient-of-each-part")
slip("square-forgotten", "The slope of tanh is 1 - t², not 1 - t.",
     (BACK, "(error @ B * (1.0 - hidden))"), see="gradient-of-each-part")
slip("sigmoid-slope-for-tanh",
     "The slope t(1 - t) belongs to the sigmoid. The slope of tanh is 1 - t².",
     (BACK, "sigmoid_backward(error @ B, hidden)"), see="gradient-of-each-part")
slip("no-activation",
     "The forward pass has no tanh. The hidden layer is tanh(x W1).",
     ("tanh_forward(x @ W1)", "x @ W1, None"), (BACK, "(error @ B)"))
slip("no-activation", None, ("tanh_forward(x @ W1)", "x @ W1, np.tanh(x @ W1)"))
slip("pre-activation-for-activation",
     "dW2 is computed from x W1. W2 was multiplied by tanh(x W1), so use that.",
     ("hidden.T @ error", "(x @ W1).T @ error"))
slip("mean-forgotten",
     "The factor 1/N is missing. The loss is a mean over the examples, so divide by N.",
     (N, ""))
slip("mean-forgotten", None, ("x.T @", "len(x) * x.T @"))
slip("mean-forgotten", None, ("hidden.T @ error", "hidden.T @ error * len(x)"))
slip("divided-by-n-again",
     "dW1 is divided by N twice. The error at the output already contains the factor 1/N.",
     ("x.T @", "x.T / len(x) @"))
slip("divided-by-classes-too",
     "The error is divided by the number of entries. The loss sums over the outputs and is a mean "
     "over the examples, so divide by N only.",
     (N, " / y.size"))
slip("half-forgotten-in-loss",
     "The gradients are too large by a factor of 2. The loss has a factor of 0.5, which cancels "
     "the 2 from the square.",
     (N, " * 2 / len(x)"))
slip("sign-flipped",
     "The gradients have the wrong sign. The error is yhat - y.",
     ("hidden @ W2 - y", "y - hidden @ W2"))
slip("label-not-subtracted",
     "The target is not subtracted, so the output itself goes back. The error is yhat - y.",
     ("hidden @ W2 - y", "hidden @ W2"))
slip("gradients-in-wrong-order",
     "The two gradients are returned in the wrong order. Return dW1, then dW2.",
     (f"x.T @ {BACK}, hidden.T @ error", f"hidden.T @ error, x.T @ {BACK}"))
