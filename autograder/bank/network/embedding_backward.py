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
     "A word that appears twice gets the gradient of one place only. dE[ids] += dout does not "
     "help: NumPy reads all rows first, then writes each of them, and the last one stays. Every "
     "place adds its share: a loop does it, or np.add.at.",
     (ADD, "dE[ids] = dout"))
slip("first-place-only",
     "A word that appears twice gets the gradient of its first place only. The same row of E went "
     "to every place, so all of them send gradient back, added up.",
     (ADD, "dE[ids[::-1, ::-1]] = dout[::-1, ::-1]"))
slip("averaged-over-places",
     "The gradient of a word is averaged over the places where it stands. If the loss is a mean, "
     "that is in dout already: add up.",
     ("return dE", "return dE / np.bincount(ids.ravel(), minlength=len(dE)).clip(1)[:, None]"))
slip("divided-by-n-again",
     "The gradient is divided by N. If the loss is a mean, its 1/N is already in dout; here it "
     "comes in twice.",
     ("return dE", "return dE / len(dout)"))
slip("upstream-ignored",
     "The words are counted, whatever the loss says. dout tells how much each place matters: add "
     "up dout.",
     (ADD, "np.add.at(dE, ids, 1)"))
slip("unused-words-left-out",
     "dE has rows only for the words that appear. It has the shape of E, with zeros for all "
     "others.",
     ("return dE", "return dE[np.unique(ids)]"), see="shapes-and-batches")
slip("unused-words-left-out",
     "dE ends at the largest id that appears. It has the shape of E, with zeros for all others.",
     ("return dE", "return dE[: ids.max() + 1]"), see="shapes-and-batches")
slip("not-added-up-at-all",
     "dout comes back as it is, one row for each place. The gradient belongs to E and has its "
     "shape: each place adds its row to the row of its word.",
     ("return dE", "return dout.copy()"), see="shapes-and-batches")
slip("word-0-left-out", "Word 0 gets no gradient. Here it is a word like any other, not padding.",
     ("return dE", "dE[0] = 0; return dE"))
slip("cache-overwritten",
     "dE is collected in an array of the cache, so a second call adds to what the first has left. "
     "A cache is only read: start from new zeros.",
     ("(ids, E.shape)", "(ids, np.zeros(E.shape))"), (ZEROS, "ids, dE = cache"),
     see="computation-graphs", of=BOTH)
