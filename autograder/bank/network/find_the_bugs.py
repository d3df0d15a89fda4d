"""A training program in which the student finds and repairs bugs."""

from typing import Any

import numpy as np

from autograder.bank.inputs import DIGITS_LOST, Rng, labels, normal
from autograder.marking.question import Case, question


def cases(rng: Rng) -> list[Case]:
    """Return cases with equal and shorter batches, large logits, and a huge penalty."""

    def inputs(N: int, D: int, H: int, C: int, size: int) -> dict[str, Any]:
        shapes = [(D, H), (H,), (H, C), (C,)]
        small = [(1, 2), (2,), (2, 1), (1,)]
        return {
            "x": 3 * (np.arange(N)[:, None] / N - 0.5) + normal(rng, N, D) / 9,  # all rows differ
            "y": labels(rng, N, C),
            "size": size,
            "seed": int(rng.integers(1000)),
            "params": [normal(rng, *shape) for shape in shapes],
            "reg": round(float(rng.uniform(0.2, 0.9)), 2),
            "weights": [normal(rng, *shape) for shape in small],
            "velocities": [normal(rng, *shape) for shape in small],
            "steps": [tuple(normal(rng, *shape) for shape in small) for _ in range(2)],
            "lr": round(float(rng.uniform(0.2, 0.5)), 2),
            "mu": round(float(rng.uniform(0.55, 0.9)), 2),
            "large_logits": False,
        }

    apart = inputs(9, 2, 5, 3, 4)
    apart["params"][2] *= 1e5
    apart["params"][3] += 1e7
    apart["reg"] = 1e-9
    drowned = inputs(8, 3, 5, 2, 4)
    drowned["params"][0][0, 0] = 1e9
    return [
        Case(inputs(7, 1, 2, 3, 2), "the last batch is smaller"),
        Case(inputs(12, 4, 3, 2, 3), "the last batch is as large as the others"),
        Case({**apart, "large_logits": True},
             "large logits; only the loss and the batches are checked"),
        Case(drowned, DIGITS_LOST),
    ]


# The batches are in a random order, so we describe them in words. The other parts are compared.
def measure_program(answer: Any, inputs: Any, held_back: Any) -> dict[str, Any]:
    """Batches in any random order will do; everything else is compared as it is."""
    x, y, size = inputs["x"], inputs["y"], inputs["size"]

    def batches(found):
        if isinstance(found, str):
            return f"no batches: {found}"  # never a text that was sent, which could be a right one
        xs = [np.asarray(x_batch, dtype=float) for x_batch, y_batch in found]
        ys = [np.asarray(y_batch) for x_batch, y_batch in found]
        if [len(a) for a in xs] != [len(a) for a in ys]:
            return "different numbers of pictures and labels"
        apart = [np.abs(x - row).max(axis=1) for a in xs for row in a]
        if not all(distances.min() <= 1e-6 for distances in apart):
            return "pictures that are not those of x"
        rows = [int(np.argmin(distances)) for distances in apart]
        if len(set(rows)) < len(x):
            return "examples are missing"
        if len(rows) > len(x):
            return "examples appear twice"
        if np.any(np.concatenate(ys) != y[rows]):
            return "labels of other examples"
        if [len(a) for a in xs[:-1]] != [size] * (len(x) // size - (len(x) % size == 0)):
            return "batches of a different size"
        unshuffled = len(x) > 10 and rows == sorted(rows)  # fewer may stay in order by chance
        return "in the old order" if unshuffled else "every example once, shuffled"

    return {**answer, "batches": batches(answer["batches"])}


@question(
    cases,
    parts={"batches": 1, "loss": 1, "db2": 1, "gradients": 1, "momentum": 1},
    see="finding-bugs",
    writes=("make_batches", "classifier_loss", "classifier_gradients", "momentum_update"),
    measure=measure_program,
    explains={
        "seed": "the seed of rng",
        "weights": "the params of momentum_update",
        "steps": "the grads of momentum_update, one for each step",
        "large_logits": "only the loss and the batches are checked",
    },
)
def find_the_bugs(
    code, x, y, size, seed, params, reg, weights, velocities, steps, lr, mu, large_logits
):
    STUB = "not written yet"

    def batches():
        found = code.make_batches(x, y, size, np.random.default_rng(seed))
        return [(x_batch, y_batch) for x_batch, y_batch in found]

    def loss():
        return code.classifier_loss(params, x, y, reg)[0]

    def gradients():
        cache = code.classifier_loss(params, x, y, reg)[1]
        code.classifier_gradients(params, cache, reg)
        return list(code.classifier_gradients(params, cache, reg))

    def momentum():
        ws, vs, after = weights, velocities, []
        for grads in steps:
            ws, vs = code.momentum_update(ws, grads, vs, lr, mu)
            after.append((tuple(ws), tuple(vs)))
        return after

    def trying(ask):
        try:
            return ask()
        except NotImplementedError:
            return STUB
        except Exception as error:  # a failing function costs only its own part
            return f"{type(error).__name__}: {error}"

    program = [code.make_batches, code.classifier_loss, code.classifier_gradients]
    program.append(code.momentum_update)  # if a name is missing, this line reports it
    answer = {"batches": trying(batches), "loss": trying(loss), "db2": None, "gradients": None}
    if not large_logits:
        found = trying(gradients)
        whole = isinstance(found, list) and len(found) == 4
        answer["db2"] = found[3] if whole else found
        answer["gradients"] = found[:3] if whole else found
    answer["momentum"] = trying(momentum)
    if all(value is None or value is STUB for value in answer.values()):
        raise NotImplementedError
    return answer


slip = find_the_bugs.slip
DB1, DB2 = "dz.sum(axis=0)", "dlogits.sum(axis=0)"
SLOPE = "(1 - h**2)"
PENALTY_1, PENALTY_2 = " + reg * W1", " + reg * W2"

slip("last-batch-missing",
     "Each epoch leaves out the examples of the last batch. The loss falls nevertheless. Count "
     "the rows that make_batches returns.",
     ("range(0, len(x), size)", "range(0, len(x) - size, size)"))
slip("last-batch-missing",
     "Each epoch leaves out the last batch if it is smaller than the others. Every example should "
     "be in a batch.",
     ("range(0, len(x), size)", "range(0, len(x) - size + 1, size)"))
slip("labels-shuffled-apart",
     "Pictures and labels are shuffled in different orders, so an example gets the label of "
     "another. Use one order for both.",
     ("y[rows]) for", "y[rng.permutation(rows)]) for"))
slip("not-shuffled",
     "The examples stay in their original order. If they are sorted by class, each batch has "
     "examples from one class only. Shuffle them in every call.",
     ("rng.permutation(len(x))", "np.arange(len(x))"))
slip("shift-by-global-maximum",
     "All rows are shifted by the same number, the largest logit in the batch. In a row whose "
     "logits are far below it, all exponentials become 0, and log(0) is -inf. Subtract the maximum "
     "of each row.",
     ("logits.max(axis=1, keepdims=True)", "logits.max()"))
slip("no-shift",
     "The logits are not shifted, so large ones overflow. Subtract the maximum of each row.",
     ("logits - logits.max(axis=1, keepdims=True)", "logits"))
slip("epsilon-inside-log",
     "A small number is added inside the logarithm. This avoids log(0), but the loss for a very "
     "unlikely label, which should be in the hundreds, becomes far too small. Compute the "
     "logarithm of softmax directly from the shifted logits.",
     ("log_p[np.arange(len(y)), y]", "np.log(np.exp(log_p)[np.arange(len(y)), y] + 1e-12)"))
slip("bias-gradient-averaged",
     "db2 is the mean over the examples. The loss is already a mean, so dlogits already contains "
     "the factor 1/N. Sum the rows instead.",
     (DB2, "dlogits.mean(axis=0)"))
slip("square-in-wrong-place",
     "The slope of tanh is 1 - h², not (1 - h)². Both are 1 at h = 0 and never negative, so the "
     "loss still falls.",
     (SLOPE, "(1 - h) ** 2"))
slip("penalty-for-one-layer",
     "The loss has a penalty for both weight matrices, but the gradient has it for only one. So "
     "training does not minimise the loss that is reported. Add reg W for the other matrix too.",
     (PENALTY_1, ""))
slip("penalty-for-one-layer", None, (PENALTY_2, ""))
slip("two-bugs-left",
     "There are two more bugs in the weight gradients. One is in the slope of tanh, the other in "
     "the penalty, which the loss has for both weight matrices.",
     (SLOPE, "(1 - h) ** 2"), (PENALTY_1, ""))
slip("square-forgotten", "The slope of tanh is 1 - h², not 1 - h.", (SLOPE, "(1 - h)"))
slip("input-for-output",
     "The slope 1 - h² is computed from the pre-activation. It holds for h, the output of tanh.",
     (SLOPE, "(1 - (x @ W1 + b1) ** 2)"))
slip("derivative-skipped",
     "The slope of tanh is missing. Multiply by 1 - h².",
     (SLOPE, "1.0"))
slip("bias-gradient-averaged",
     "Both bias gradients are means over the examples. The loss is already a mean, so dlogits "
     "already contains the factor 1/N. Sum the rows instead.",
     (DB2, "dlogits.mean(axis=0)"), (DB1, "dz.mean(axis=0)"))
slip("penalty-gradient-doubled", None,
     (PENALTY_1, " + 2 * reg * W1"), (PENALTY_2, " + 2 * reg * W2"))
slip("biases-penalised",
     "The gradient has a penalty on the biases, but the loss has none. Leave it out.",
     (DB2, "dlogits.sum(axis=0) + reg * b2"), (DB1, "dz.sum(axis=0) + reg * b1"))
slip("cache-overwritten",
     "The probabilities in the cache are changed, so a second call on the same cache gives "
     "different gradients. Copy them first.",
     ("p.copy()", "p"))
slip("old-velocity-used",
     "w moves by the velocity from the previous step, so each gradient acts one step late. Add the "
     "new velocity.",
     ("zip(params, faster", "zip(params, velocities"))
slip("uphill",
     "The sign of the velocity is wrong. With v = mu v - lr dw it already points downhill, so add "
     "it to w.",
     ("[w + v for", "[w - v for"))
slip("velocities-not-kept",
     "The velocities are returned unchanged. Each step needs the velocities from the previous "
     "step, so return the new ones.",
     ("strict=True)], faster", "strict=True)], velocities"))
