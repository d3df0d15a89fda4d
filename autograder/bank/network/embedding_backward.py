"""The gradient with respect to the table of an embedding."""

from typing import Any

from autograder.bank.inputs import DIGITS_LOST, WHOLE_NUMBERS, Rng, normal, whole
from autograder.marking.question import Case, question


def cases(rng: Rng) -> list[Case]:
    """Return cases with repeated words, words that never appear, and huge numbers in E."""

    def inputs(*sizes: int, calls: int = 1, draw: Any = normal) -> Any:
        N, T, V, D = sizes
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
        Case(inputs(9, 4, 7, 3), "nine examples"),
        Case(inputs(4, 3, 5, 2, calls=2), "backward called twice, after another forward"),
        Case(huge, DIGITS_LOST),
        Case(inputs(3, 4, 7, 2, draw=whole), "E holds whole numbers", advice=WHOLE_NUMBERS),
    ]


@question(cases, parts={"dE": 2}, see="embeddings", bonus=True)
def embedding_backward(code: Any, ids: Any, E: Any, dout: Any, calls: Any) -> Any:
    out, cache = code.embedding_forward(ids, E)
    if calls > 1:
        code.embedding_forward(ids[::-1] * 0, E + 1)
    for _ in range(calls):
        dE = code.embedding_backward(dout, cache)
    return {"dE": dE}


slip = embedding_backward.slip
BOTH = ("embedding_forward", "embedding_backward")
ADD = "np.add.at(dE, ids, dout)"
ZEROS = "ids, shape = cache\n    dE = np.zeros(shape)"

slip("assigned-not-accumulated",
     "A word that appears twice gets the gradient from one place only. dE[ids] += dout does not "
     "help, because NumPy reads all rows first and then writes each of them, so the last one "
     "stays. Add the gradient from every place, with a loop or with np.add.at.",
     (ADD, "dE[ids] = dout"))
slip("first-place-only",
     "A word that appears twice gets the gradient from its first place only. The same row of E was "
     "used at every place, so add up the gradients of all of them.",
     (ADD, "dE[ids[::-1, ::-1]] = dout[::-1, ::-1]"))
slip("averaged-over-places",
     "The gradient of a word is averaged over its places. If the loss is a mean, dout already "
     "contains that division. Add the gradients up.",
     ("return dE", "return dE / np.bincount(ids.ravel(), minlength=len(dE)).clip(1)[:, None]"))
slip("divided-by-n-again",
     "The gradient is divided by N. If the loss is a mean, dout already contains the factor 1/N, "
     "so leave this division out.",
     ("return dE", "return dE / len(dout)"))
slip("upstream-ignored",
     "The result counts how many times each word appears. dout says how much each place matters "
     "for the loss, so add up dout instead of 1.",
     (ADD, "np.add.at(dE, ids, 1)"))
slip("unused-words-left-out",
     "dE has rows only for the words that appear. It should have the shape of E, with zeros for "
     "all other words.",
     ("return dE", "return dE[np.unique(ids)]"), see="shapes-and-batches")
slip("unused-words-left-out",
     "dE ends at the largest id that appears. It should have the shape of E, with zeros for all "
     "other words.",
     ("return dE", "return dE[: ids.max() + 1]"), see="shapes-and-batches")
slip("not-added-up-at-all",
     "dout is returned as it is, with one row for each place. The gradient belongs to E and has "
     "its shape, so add the row of each place to the row of its word.",
     ("return dE", "return dout.copy()"), see="shapes-and-batches")
slip("word-0-left-out",
     "Word 0 gets no gradient. In this question it is a word like any other, not padding.",
     ("return dE", "dE[0] = 0; return dE"))
slip("cache-overwritten",
     "dE is collected in an array in the cache, so a second call adds to what the first one left "
     "there. Never write to a cache. Start from new zeros.",
     ("(ids, E.shape)", "(ids, np.zeros(E.shape))"), (ZEROS, "ids, dE = cache"),
     see="computation-graphs", of=BOTH)
