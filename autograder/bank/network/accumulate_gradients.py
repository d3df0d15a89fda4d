"""One gradient from many batches of unequal size."""

from typing import Any

import numpy as np

from autograder.bank.inputs import WHOLE_NUMBERS, Rng, drawn_until, normal, whole
from autograder.marking.question import Case, question


def cases(rng: Rng) -> list[Case]:
    """Return cases with equal and unequal batches, whose losses differ much from each other."""

    def inputs(D: int, C: int, *sizes: int, draw: Any = normal) -> dict[str, Any]:
        batches = [
            (normal(rng, n, D), np.round(normal(rng, n, C) + 3 * rng.normal(), 2)) for n in sizes
        ]
        return {"params": [draw(rng, D, C), draw(rng, C)], "batches": batches}

    def apart(D: int, C: int, *sizes: int) -> dict[str, Any]:
        """Draw until the losses of the batches differ, because then the shares matter."""
        return drawn_until(_losses_differ, lambda: inputs(D, C, *sizes))

    return [
        Case(apart(2, 1, 3, 1), "the last batch is smaller"),
        Case(apart(3, 2, 2, 2, 2), "all batches are equally large"),
        Case(apart(2, 3, 4, 4, 4, 3), "the last batch is a little smaller"),
        Case(apart(1, 2, 2, 5, 3), "the first batch is the smallest"),
        Case(inputs(3, 1, 4), "a single batch"),
        Case(apart(2, 2, 9, 9, 1), "nine examples in a batch"),
        Case(apart(2, 3, 1, 1, 1, 1, 1), "one example in each batch"),
        Case(inputs(2, 3, 3, 2, draw=whole), "whole numbers as parameters", advice=WHOLE_NUMBERS),
    ]


def _losses_differ(inputs: dict[str, Any]) -> bool:
    W, b = inputs["params"]
    losses = [np.sum((x @ W + b - y) ** 2) / (2 * len(x)) for x, y in inputs["batches"]]
    return bool(np.ptp(losses) > 1 and np.abs(np.diff(losses)).min() > 0.2)


@question(
    cases,
    parts={"loss": 1, "grads": 2},
    see="shapes-and-batches",
    bonus=True,
)
def accumulate_gradients(code: Any, params: Any, batches: Any) -> Any:
    room = max(len(x) for x, y in batches)

    def loss_and_grads(params, x, y):
        N = len(x)
        if room < N:
            raise MemoryError(f"{N} examples do not fit; the largest batch has {room}")
        error = x @ params[0] + params[1] - y
        return np.sum(error**2) / (2 * N), [x.T @ error / N, error.sum(axis=0) / N]

    loss, grads = code.accumulate_gradients(loss_and_grads, params, batches)
    return {"loss": loss, "grads": grads}


slip = accumulate_gradients.slip
SHARE, LOSS, ADD = "len(x) / total", "share * batch_loss", "grad + share * new"
TOTAL = "sum(len(x) for x, y in batches)"

slip("mean-of-means",
     "Each batch has the same weight, however many examples it has. So an example in a small batch "
     "counts for more than the others. Weight each batch by its number of examples.",
     (SHARE, "1 / len(batches)"))
slip("mean-of-means",
     "The gradients of all batches have the same weight, however many examples they have. Weight "
     "them by the number of examples, as you do with the loss.",
     (ADD, "grad + new / len(batches)"))
slip("mean-of-means",
     "The losses of all batches have the same weight, however many examples they have. Weight "
     "them by the number of examples, as you do with the gradients.",
     (LOSS, "batch_loss / len(batches)"))
slip("sum-of-means",
     "The means of the batches are added up, so the result grows with the number of batches. "
     "Weight each by its share of all examples.",
     (SHARE, "1"))
slip("sum-of-means",
     "The gradients of the batches are added up as they are. Weight each by its share of all "
     "examples.",
     (ADD, "grad + new"))
slip("sum-of-means",
     "The gradients of the batches are added up as they are, and the losses all have the same "
     "weight. Weight both by the share of all examples.",
     (ADD, "grad + new"), (LOSS, "batch_loss / len(batches)"))
slip("sum-for-mean",
     "The loss and gradients are sums over all examples. The question asks for the mean, so divide "
     "by the total number of examples.",
     (SHARE, "len(x)"))
slip("gradient-sum-for-mean",
     "The gradients are sums over all examples. Divide them by the total number of examples, as "
     "you do with the loss.",
     (ADD, "grad + len(x) * new"))
slip("divided-twice",
     "The result is divided by the number of batches as well. The shares already sum to 1, so "
     "leave this division out.",
     (SHARE, "len(x) / total / len(batches)"))
slip("last-batch-only",
     "The gradients of a batch replace those of the batches before it. Add them up.",
     (ADD, "share * new"))
slip("last-batch-only",
     "The loss and gradients come from the last batch alone. Add up the results of all batches.",
     (f"loss += {LOSS}", "loss = batch_loss"), (ADD, "new"))
slip("last-batch-only", None, (f"loss += {LOSS}", f"loss = {LOSS}"), (ADD, "share * new"))
slip("last-batch-dropped",
     "The last batch is left out if it is smaller than the first one. Its examples should count as "
     "much as any others.",
     (TOTAL, "sum(len(x) for x, y in batches if len(x) >= len(batches[0][0]))"),
     (SHARE, f"{SHARE} * (len(x) >= len(batches[0][0]))"))
slip("all-batches-like-the-first",
     "The total number of examples is computed as the number of batches times the size of the "
     "first one. Batches may differ in size, so add up the sizes of all batches.",
     (TOTAL, "len(batches) * len(batches[0][0])"))
slip("all-batches-like-the-first",
     "Every batch is weighted as if it had as many examples as the first one. Weight each by its "
     "own number of examples.",
     (SHARE, "len(batches[0][0]) / total"))
slip("running-mean",
     "Each new batch is averaged with everything before it, so the last batch gets half of the "
     "total weight. Weight each by its share of all examples.",
     (f"loss += {LOSS}", "first = x is batches[0][0]; "
      "loss = batch_loss if first else (loss + batch_loss) / 2"),
     (ADD, "new if first else (grad + new) / 2"))
slip("numbers-for-examples",
     "The total counts all entries of x. Rows are examples, so add up len(x).",
     (TOTAL, "sum(x.size for x, y in batches)"))
slip("sign-flipped",
     "The gradients have the wrong sign. Add them up without a minus sign, because the caller "
     "takes the step downhill.",
     (ADD, "grad - share * new"))


@accumulate_gradients.misconception(
    "all-at-once",
    "All examples are put into one batch. The result would be right, but such a batch does not fit "
    "into memory, which is why there are batches. Call loss_and_grads once for each batch.",
)
def all_at_once(loss_and_grads, params, batches):
    x, y = (np.concatenate(arrays) for arrays in zip(*batches, strict=True))
    return loss_and_grads(params, x, y)
