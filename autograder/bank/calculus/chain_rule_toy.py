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
     "The 2 is missing at the start: the derivative of a square is 2 times its inside. Everything "
     "before it inherits the factor.",
     (D4, "error"))
slip("half-squared-error",
     "Loss and gradients carry a factor 1/2. Some texts put it there to lose the 2; here the loss "
     "is the plain square.",
     (D4, "error"), (LOSS, "float(error**2 / 2)"))
slip("sign-flipped",
     "All gradients have the wrong sign: the slope of (yhat - y)² with respect to yhat is 2(yhat "
     "- y), not 2(y - yhat).",
     (D4, "-2.0 * error"))
slip("sine-slope-negated",
     "The slope of sin is cos, without a minus. The minus belongs to the slope of cos.",
     (D3, "-d4 * w4 * np.cos(z3)"))
slip("value-for-slope",
     "The third link is passed by multiplying with the value of sin. Its slope is cos, at the "
     "same place.",
     (D3, "d4 * w4 * h3"))
slip("slope-at-output",
     "The cosine is taken at the output of the sine. A slope is taken where the function was "
     "evaluated: at the input, w3 h2 + b3.",
     (D3, "d4 * w4 * np.cos(h3)"))
skipped = (D3, "d4 * w4"), (D2, "d3 * w3"), (D1, "d2 * w2")
slip("derivative-skipped",
     "A function on the chain is passed as if it were not there. Each of tanh, exp and sin "
     "multiplies what comes back by its slope.",
     skipped[0])
slip("derivative-skipped", None, skipped[1])
slip("derivative-skipped", None, skipped[2])
slip("derivative-skipped", None, *skipped)
no_weight = (D3, "d4 * np.cos(z3)"), (D2, "d3 * h2"), (D1, "d2 * (1.0 - h1**2)")
slip("weight-on-the-path-forgotten",
     "A weight on the way back is left out. From w h + b to h the slope is w: every weight "
     "between a parameter and the loss is a factor.",
     no_weight[0])
slip("weight-on-the-path-forgotten", None, no_weight[1])
slip("weight-on-the-path-forgotten", None, no_weight[2])
slip("weight-on-the-path-forgotten", None, *no_weight)
slip("slope-of-power-for-exp",
     "exp is derived like a power, exponent in front and one less above. Here the exponent "
     "varies: the slope of exp is exp itself.",
     (D2, "d3 * w3 * (w2 * h1 + b2) * np.exp(w2 * h1 + b2 - 1)"))
slip("sigmoid-slope-for-tanh", "h(1 - h) is the slope of the sigmoid. That of tanh is 1 - h².",
     (D1, "d2 * w2 * h1 * (1.0 - h1)"))
slip("square-forgotten", "The slope of tanh is 1 - h², with the square.",
     (D1, "d2 * w2 * (1.0 - h1)"))
slip("tanh-applied-twice",
     "tanh is applied to its own output before 1 - h² is taken. h1 already is the tanh.",
     (D1, "d2 * w2 * (1.0 - np.tanh(h1) ** 2)"))
slip("pre-activation-for-activation",
     "The weights are multiplied by sums from before the functions. What w2 was multiplied by is "
     "h1, after tanh, and so on.",
     ("d2 * h1, d2, d3 * h2", "d2 * (w1 * x + b1), d2, d3 * (w2 * h1 + b2)"),
     ("d4 * h3, d4", "d4 * z3, d4"))
slip("input-of-weight-forgotten",
     "Weights and biases get the same gradient. A bias is added as it is, a weight is multiplied "
     "by what came in: that is a factor of its slope.",
     (GRADS, "[d1, d1, d2, d2, d3, d3, d4, d4])"))
slip("weight-in-place-of-input",
     "The slope of a weight is multiplied by the weight itself. What w was multiplied by in the "
     "forward pass is the value that came in.",
     (GRADS, "[d1 * w1, d1, d2 * w2, d2, d3 * w3, d3, d4 * w4, d4])"))
slip("bias-treated-as-weight",
     "The biases get the gradients of their weights. A bias is multiplied by nothing, so its "
     "slope has no factor for what came in.",
     (GRADS, "[d1 * x, d1 * x, d2 * h1, d2 * h1, d3 * h2, d3 * h2, d4 * h3, d4 * h3])"))
slip("upstream-ignored",
     "Each link has its own slope only. What the links after it do to the loss multiplies it: "
     "keep one number and take it along on the way back.",
     (D3, "np.cos(z3)"), (D2, "h2"), (D1, "1.0 - h1**2"))
slip("gradients-in-reverse-order",
     "The gradients are listed from the loss to the input. They belong in the order of params.",
     (GRADS, f"{GRADS}[::-1]"))
slip("gradients-in-wrong-order",
     "All weights come first and then all biases. The order is that of params: w1, b1, w2, b2, ...",
     (GRADS, "[d1 * x, d2 * h1, d3 * h2, d4 * h3, d1, d2, d3, d4])"))
