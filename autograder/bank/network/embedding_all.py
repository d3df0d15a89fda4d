"""Assignment 05-network: embeddings."""

from typing import Any

import numpy as np

import backprop as bp
from autograder.bank.inputs import DIGITS_LOST, Rng, normal, whole
from autograder.marking.question import Case, Question, question


def embedding_backward_cases(rng: Rng) -> list[Case]:
    """Words that repeat in a row and between rows, words that never appear, huge numbers in E."""

    def inputs(N: int, T: int, V: int, D: int, calls: int = 1, draw: Any = normal) -> Any:
        ids = rng.integers(0, V - 2, (N, T))  # the last two words never appear
        ids[0, :2] = ids[-1, -1] = 1
        ids[-1, 0] = 0
        return {"ids": ids, "E": draw(rng, V, D), "dout": normal(rng, N, T, D), "calls": calls}

    once = inputs(2, 3, 8, 4)
    once["ids"] = rng.permutation(8)[:6].reshape(2, 3)
    huge = inputs(3, 2, 7, 4)
    huge["E"] *= 1e13
    return [
        Case(once, "no word twice"),
        Case(inputs(2, 3, 6, 4), "words that repeat"),
        Case(inputs(3, 4, 7, 2, draw=whole), "E holds whole numbers, words repeat"),
        Case(inputs(4, 3, 5, 2, calls=2), "backward called twice, after another forward"),
        Case(huge, DIGITS_LOST),
    ]


@question(embedding_backward_cases, parts={"dE": 2}, see="embeddings", bonus=True)
def embedding_backward(code: Any, ids: Any, E: Any, dout: Any, calls: Any) -> Any:
    out, cache = code.embedding_forward(ids, E)
    if calls > 1:
        code.embedding_forward(ids[::-1] * 0, E + 1)
    for _ in range(calls):
        dE = code.embedding_backward(dout, cache)
    return {"dE": dE}


@embedding_backward.misconception(
    "assigned-not-accumulated",
    "A word that appears twice gets the gradient of one place only. dE[ids] += dout does not help: "
    "NumPy reads all rows first, then writes each of them, and the last one stays. Every place adds "
    "its share: a loop does it, or np.add.at.",
)
def _(dout, cache):
    ids, shape = cache
    dE = np.zeros(shape)
    for index in np.ndindex(ids.shape):
        dE[ids[index]] = dout[index]
    return dE


@embedding_backward.misconception(
    "first-place-only",
    "A word that appears twice gets the gradient of its first place only. The same row of E went to "
    "every place, so all of them send gradient back, added up.",
)
def _(dout, cache):
    ids, shape = cache
    dE = np.zeros(shape)
    for index in reversed(list(np.ndindex(ids.shape))):
        dE[ids[index]] = dout[index]
    return dE


@embedding_backward.misconception(
    "averaged-over-places",
    "The gradient of a word is averaged over the places where it stands. If the loss is a mean, that "
    "is in dout already: add up.",
)
def _(dout, cache):
    ids, shape = cache
    counts = np.bincount(ids.ravel(), minlength=shape[0])
    return bp.embedding_backward(dout, cache) / np.maximum(counts, 1)[:, None]


@embedding_backward.misconception(
    "divided-by-n-again",
    "The gradient is divided by N. If the loss is a mean, its 1/N is already in dout; here it comes in "
    "twice.",
)
def _(dout, cache):
    return bp.embedding_backward(dout, cache) / len(dout)


@embedding_backward.misconception(
    "upstream-ignored",
    "The words are counted, whatever the loss says. dout tells how much each place matters: add up "
    "dout.",
)
def _(dout, cache):
    return bp.embedding_backward(np.ones_like(dout), cache)


@embedding_backward.misconception(
    "unused-words-left-out",
    "dE has rows only for the words that appear. It has the shape of E, with zeros for all others.",
    see="shapes-and-batches",
)
def _(dout, cache):
    ids, _ = cache
    return bp.embedding_backward(dout, cache)[np.unique(ids)]


@embedding_backward.misconception(
    "unused-words-left-out",
    "dE ends at the largest id that appears. It has the shape of E, with zeros for all others.",
    see="shapes-and-batches",
)
def _(dout, cache):
    ids, _ = cache
    return bp.embedding_backward(dout, cache)[: ids.max() + 1]


@embedding_backward.misconception(
    "not-added-up-at-all",
    "dout comes back as it is, one row for each place. The gradient belongs to E and has its shape: "
    "each place adds its row to the row of its word.",
    see="shapes-and-batches",
)
def _(dout, cache):
    return dout.copy()


@embedding_backward.misconception(
    "word-0-left-out",
    "Word 0 gets no gradient. Here it is a word like any other, not padding.",
)
def _(dout, cache):
    dE = bp.embedding_backward(dout, cache)
    dE[0] = 0.0
    return dE


@embedding_backward.misconception(
    "integers-truncated",
    "Where E holds whole numbers, zeros_like(E) does too, and the gradient is cut to whole numbers. "
    "Make dE a float array.",
    see="shapes-and-batches",
    replaces="embedding_forward",
)
def _(ids, E):
    return np.asarray(E, dtype=float)[ids], (np.array(ids), E)


def _truncated_backward(dout, cache):
    ids, E = cache
    dE = np.zeros_like(E)
    for index in np.ndindex(ids.shape):
        dE[ids[index]] += dout[index].astype(dE.dtype)
    return dE


embedding_backward.misconceptions[-1].functions["embedding_backward"] = _truncated_backward


@embedding_backward.misconception(
    "cache-overwritten",
    "dE is collected in an array of the cache, so a second call adds to what the first has left. A "
    "cache is only read: start from new zeros.",
    see="computation-graphs",
    replaces="embedding_forward",
)
def _(ids, E):
    return np.asarray(E, dtype=float)[ids], (np.array(ids), np.zeros(np.shape(E)))


def _overwriting_backward(dout, cache):
    ids, dE = cache
    np.add.at(dE, ids, dout)
    return dE


embedding_backward.misconceptions[-1].functions["embedding_backward"] = _overwriting_backward


QUESTIONS: list[Question] = [embedding_backward]
