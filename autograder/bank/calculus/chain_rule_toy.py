"""A chain of four functions, differentiated by hand."""

from typing import Any

import numpy as np

from autograder.bank.calculus._inputs import moderate
from autograder.bank.inputs import DIGITS_LOST, WHOLE_NUMBERS, Rng
from autograder.marking.question import Case, question


def cases(rng: Rng) -> list[Case]:
    """Return cases with numbers of either sign, integers, and a huge last bias."""

    def inputs() -> dict[str, Any]:
        x, y = moderate(rng, 2)
        return {"params": moderate(rng, 8), "x": float(x), "y": float(y)}

    far = inputs()
    far["params"][7] = 1e30
    down = inputs()
    w1, b1, w2, b2, w3, *_ = down["params"]
    down["params"][5] = 2.8 - w3 * np.exp(w2 * np.tanh(w1 * down["x"] + b1) + b2)
    whole_numbers = {"params": rng.choice([-2, -1, 1, 2], size=8), "x": 2, "y": -1}
    return [
        Case(inputs()),
        Case(inputs()),
        Case(far, DIGITS_LOST),
        Case({**inputs(), "x": 3.0}),
        Case(down, "a sine on its way down"),
        Case(whole_numbers, advice=WHOLE_NUMBERS),
    ]


@question(
    cases,
    parts=dict.fromkeys(("dw1", "db1", "dw2", "db2", "dw3", "db3", "dw4", "db4"), 1),
    see="chain-by-hand",
)
def chain_rule_toy(code: Any, params: Any, x: Any, y: Any) -> Any:
    loss, grads = code.chain_rule_toy(params, x, y)
    dw1, db1, dw2, db2, dw3, db3, dw4, db4 = (np.asarray(grad) for grad in grads)
    parts = dict(dw1=dw1, db1=db1, dw2=dw2, db2=db2, dw3=dw3, db3=db3, dw4=dw4, db4=db4)
    loss = np.asarray(loss)  # as an array, because arrays are shown with few digits
    return {name: {"loss": loss, "gradient": grad} for name, grad in parts.items()}


slip = chain_rule_toy.slip
D4, D3, D2, D1 = "2.0 * error", "d4 * w4 * np.cos(z3)", "d3 * w3 * h2", "d2 * w2 * (1.0 - h1**2)"
LOSS, GRADS = "float(error**2)", "[d1 * x, d1, d2 * h1, d2, d3 * h2, d3, d4 * h3, d4])"

slip("factor-2-forgotten",
     "The factor 2 is missing from all gradients. The derivative of (yhat - y)² is 2 (yhat - y).",
     (D4, "error"))
slip("half-squared-error",
     "The loss and gradients have a factor of 1/2. Some texts put it there so that it cancels the "
     "2 from the derivative. Here the loss is the square without this factor.",
     (D4, "error"), (LOSS, "float(error**2 / 2)"))
slip("sign-flipped",
     "All gradients have the wrong sign. The slope of (yhat - y)² with respect to yhat is "
     "2 (yhat - y), not 2 (y - yhat).",
     (D4, "-2.0 * error"))
slip("sine-slope-negated",
     "The slope of sin is cos, without a minus sign. The minus sign belongs to the slope of cos.",
     (D3, "-d4 * w4 * np.cos(z3)"))
slip("value-for-slope",
     "The gradient is multiplied by the value of sin. Multiply by its slope, which is cos at the "
     "same place.",
     (D3, "d4 * w4 * h3"))
slip("slope-at-output",
     "The cosine is computed at the output of the sine. Compute a slope at the input of its "
     "function, w3 h2 + b3.",
     (D3, "d4 * w4 * np.cos(h3)"))
skipped = (D3, "d4 * w4"), (D2, "d3 * w3"), (D1, "d2 * w2")
slip("derivative-skipped",
     "The slope of a function in the chain is missing. On the way back through tanh, exp or sin, "
     "the gradient is multiplied by the slope of that function.",
     skipped[0])
slip("derivative-skipped", None, skipped[1])
slip("derivative-skipped", None, skipped[2])
slip("derivative-skipped", None, *skipped)
no_weight = (D3, "d4 * np.cos(z3)"), (D2, "d3 * h2"), (D1, "d2 * (1.0 - h1**2)")
slip("weight-on-the-path-forgotten",
     "A weight is missing from the product. The slope of w h + b with respect to h is w, so every "
     "weight between a parameter and the loss is a factor.",
     no_weight[0])
slip("weight-on-the-path-forgotten", None, no_weight[1])
slip("weight-on-the-path-forgotten", None, no_weight[2])
slip("weight-on-the-path-forgotten", None, *no_weight)
slip("slope-of-power-for-exp",
     "exp is differentiated like a power. Here the variable is in the exponent, so the slope of "
     "exp is exp itself.",
     (D2, "d3 * w3 * (w2 * h1 + b2) * np.exp(w2 * h1 + b2 - 1)"))
slip("sigmoid-slope-for-tanh", "h(1 - h) is the slope of the sigmoid. The slope of tanh is 1 - h².",
     (D1, "d2 * w2 * h1 * (1.0 - h1)"))
slip("square-forgotten", "The slope of tanh lacks the square. It should be 1 - h².",
     (D1, "d2 * w2 * (1.0 - h1)"))
slip("tanh-applied-twice",
     "tanh is applied to h1 before 1 - h² is computed. h1 is already the output of tanh, so the "
     "slope is 1 - h1².",
     (D1, "d2 * w2 * (1.0 - np.tanh(h1) ** 2)"))
slip("pre-activation-for-activation",
     "The gradients of the weights contain the sums before the functions are applied. In the "
     "forward pass w2 was multiplied by h1, the value after tanh, and so on. Use these values.",
     ("d2 * h1, d2, d3 * h2", "d2 * (w1 * x + b1), d2, d3 * (w2 * h1 + b2)"),
     ("d4 * h3, d4", "d4 * z3, d4"))
slip("input-of-weight-forgotten",
     "Each weight and its bias get the same gradient. A weight is multiplied by its input, so its "
     "gradient has that input as a factor.",
     (GRADS, "[d1, d1, d2, d2, d3, d3, d4, d4])"))
slip("weight-in-place-of-input",
     "The gradient of a weight is multiplied by the weight itself. In the forward pass w was "
     "multiplied by its input. Use that.",
     (GRADS, "[d1 * w1, d1, d2 * w2, d2, d3 * w3, d3, d4 * w4, d4])"))
slip("bias-treated-as-weight",
     "The biases get the gradients of their weights. A bias is only added, so leave the input out "
     "of its gradient.",
     (GRADS, "[d1 * x, d1 * x, d2 * h1, d2 * h1, d3 * h2, d3 * h2, d4 * h3, d4 * h3])"))
slip("upstream-ignored",
     "Each gradient contains only the slope of its own function. The chain rule multiplies it by "
     "the slopes of all functions after it. Keep one number, and multiply it by each slope on the "
     "way back.",
     (D3, "np.cos(z3)"), (D2, "h2"), (D1, "1.0 - h1**2"))
slip("gradients-in-reverse-order",
     "The gradients are listed from the loss to the input. Return them in the order of params.",
     (GRADS, f"{GRADS}[::-1]"))
slip("gradients-in-wrong-order",
     "Your list has all weights first and then all biases. Return them in the order of params: w1, "
     "b1, w2, b2, ...",
     (GRADS, "[d1 * x, d2 * h1, d3 * h2, d4 * h3, d1, d2, d3, d4])"))
