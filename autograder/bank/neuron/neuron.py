"""One sigmoid neuron."""

from typing import Any

from autograder.bank.inputs import WHOLE_NUMBERS, Rng, normal, whole
from autograder.marking.question import Case, question


def cases(rng: Rng) -> list[Case]:
    """Return cases with one example of several lengths, and advice on integers."""

    def inputs(D: int, draw: Any = normal) -> dict[str, Any]:
        return {"x": draw(rng, D), "w": draw(rng, D), "b": draw(rng).item()}

    return [
        Case(inputs(2)),
        Case(inputs(5)),
        Case(inputs(1), "one input"),
        Case(inputs(9)),
        Case(inputs(3, draw=whole), advice=WHOLE_NUMBERS),
        Case({**inputs(3), "x": whole(rng, 3)}, advice=WHOLE_NUMBERS),
        Case({**inputs(4), "w": whole(rng, 4)}, advice=WHOLE_NUMBERS),
    ]


@question(cases, parts={"a": 1}, see="soft-neuron", uses=("sigmoid",))
def neuron(code: Any, x: Any, w: Any, b: Any) -> Any:
    return {"a": code.neuron(x, w, b)}


NEURON = "float(sigmoid(np.dot(x, w) + b))"
neuron.way((NEURON, "float(sigmoid(np.dot([x], w) + b)[0])"))
neuron.way((NEURON, "float(sigmoid(np.dot([x], np.reshape(w, (-1, 1))) + b)[0, 0])"))
slip = neuron.slip
SUM = "np.dot(x, w) + b"
ANSWER = f"float(sigmoid({SUM}))"

slip("bias-forgotten",
     "The bias is missing. So your neuron outputs 0.5 for an input of 0, whatever its weights are. "
     "Add b to the sum.",
     (SUM, "np.dot(x, w)"))
slip("bias-subtracted", "The bias is subtracted. Add it: the sum is w.x + b.",
     (SUM, "np.dot(x, w) - b"))
slip("bias-once-per-weight",
     "The bias is added to every product, so it counts once for each input. Add it once, to the "
     "finished sum.",
     (SUM, "np.sum(x * w + b)"))
slip("bias-once-per-weight",
     "The bias is added to the weights before the product, so the inputs scale it. Add it once, to "
     "the finished sum.",
     (SUM, "np.dot(x, w + b)"))
slip("products-not-summed",
     "Your code returns one number for every input. A neuron adds its products up and outputs one "
     "number, so use np.dot(x, w) or np.sum(x * w).",
     (ANSWER, "sigmoid(x * w + b)"))
slip("sigmoid-of-each-product",
     "The sigmoid is applied to each product, and the results are added. Add the products first, "
     "then the bias, and apply the sigmoid once, to the sum.",
     (ANSWER, "float(np.sum(sigmoid(x * w)) + b)"))
slip("sigmoid-of-each-product", None, (ANSWER, "float(np.sum(sigmoid(x * w + b)))"))
slip("mean-for-sum",
     "The products are averaged, so each input counts less if there are more inputs. A neuron adds "
     "the products up, so use a sum.",
     (SUM, "np.mean(x * w) + b"))
slip("one-input-only",
     "Your neuron uses only the first input. Let the loop add up the products of all inputs first, "
     "and put return after the loop.",
     (SUM, "x[0] * w[0] + b"))
slip("last-input-skipped",
     "The last input is missing, because range(len(x) - 1) stops before it. Use range(len(x)), or "
     "np.dot.",
     (SUM, "np.dot(x[:-1], w[:-1]) + b"))
slip("two-inputs-only",
     "Only the first two inputs are used. The neuron may have any number of them, so add the "
     "products with np.dot(x, w) or a loop.",
     (SUM, "x[0] * w[0] + x[1] * w[1] + b"))
slip("activation-forgotten",
     "Your function returns the weighted sum z. The neuron outputs sigmoid(z).",
     (ANSWER, SUM))
slip("sigmoid-applied-twice",
     "The sigmoid is applied to its own result. Apply it once, to the sum.",
     (ANSWER, f"float(sigmoid(sigmoid({SUM})))"))
slip("bias-after-activation",
     "The bias is added after the sigmoid. Add it to the sum, because it moves the place at which "
     "the neuron changes its answer.",
     (ANSWER, "sigmoid(np.dot(x, w)) + b"))
slip("step-for-sigmoid",
     "Your neuron is a step neuron, which outputs 0 or 1. Apply the sigmoid to the sum instead.",
     (ANSWER, "float(step_neuron(x, w, b))"))
slip("rounded",
     "The result is rounded. Later computations need all its digits, so return it as it is.",
     (ANSWER, f"round({ANSWER}, 3)"))
for digits in (1, 2, 4):
    slip("rounded", None, (ANSWER, f"round({ANSWER}, {digits})"))
slip("one-entry-array",
     "Your code returns an array with one entry. One neuron gives one number for one example, so "
     "return that number.",
     (ANSWER, f"np.array([{ANSWER}])"), see="shapes-and-batches")
