"""One sigmoid neuron."""

from typing import Any

from autograder.bank.inputs import Rng, normal, whole
from autograder.marking.question import Case, question


def cases(rng: Rng) -> list[Case]:
    """Return cases with one example of several lengths, integers, and a sum far below 0."""

    def inputs(D: int, draw: Any = normal) -> dict[str, Any]:
        return {"x": draw(rng, D), "w": draw(rng, D), "b": draw(rng).item()}

    return [
        Case(inputs(2)),
        Case(inputs(5)),
        Case(inputs(1), "one input"),
        Case(inputs(3, draw=whole), "whole numbers"),
        Case({**inputs(3), "x": whole(rng, 3)}, "whole numbers as inputs"),
        Case({**inputs(4), "w": whole(rng, 4)}, "whole numbers as weights"),
    ]


@question(cases, parts={"a": 1}, see="soft-neuron", uses=("sigmoid",))
def neuron(code: Any, x: Any, w: Any, b: Any) -> Any:
    return {"a": code.neuron(x, w, b)}


slip = neuron.slip
SUM = "np.dot(x, w) + b"
ANSWER = f"float(sigmoid({SUM}))"

slip("bias-forgotten",
     "The bias is missing. Without b the neuron answers 0.5 to the input 0, whatever its weights "
     "are.",
     (SUM, "np.dot(x, w)"))
slip("bias-subtracted", "The bias is subtracted. It counts as it is: the sum plus b.",
     (SUM, "np.dot(x, w) - b"))
slip("bias-once-per-weight",
     "The bias is added once for every input. It is added once, to the finished sum.",
     (SUM, "np.sum(x * w + b)"))
slip("bias-once-per-weight",
     "The bias is added to the weights before the product, so the inputs scale it. It belongs to "
     "the finished sum.",
     (SUM, "np.dot(x, w + b)"))
slip("products-not-summed",
     "There is one number for every input. A neuron adds its products up and answers with one "
     "number.",
     (ANSWER, "sigmoid(x * w + b)"))
slip("activation-forgotten",
     "This is the weighted sum z. The neuron's answer is the sigmoid of it.",
     (ANSWER, SUM))
slip("bias-after-activation",
     "The bias is added after the sigmoid. It belongs inside, where it moves the place at which "
     "the neuron changes its mind.",
     (ANSWER, "sigmoid(np.dot(x, w)) + b"))
slip("step-for-sigmoid", "This is a step neuron. Here the answer is the sigmoid of the sum.",
     (ANSWER, "float(step_neuron(x, w, b))"))
slip("one-entry-array",
     "An array of one entry comes back. One neuron gives one number for one example.",
     (ANSWER, f"np.array([{ANSWER}])"), see="shapes-and-batches")
