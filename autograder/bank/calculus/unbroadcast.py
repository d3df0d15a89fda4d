"""The backward pass of broadcasting."""

from typing import Any

import numpy as np

from autograder.bank.inputs import OF_THE_BOOK, WHOLE_NUMBERS, Rng, normal, whole
from autograder.marking.question import Case, question


def cases(rng: Rng) -> list[Case]:
    """Return cases with new axes, stretched axes, both or none, and axes of equal length."""

    def case(grad: tuple[int, ...], shape: tuple[int, ...], note: str) -> Case:
        return Case({"grad": normal(rng, *grad), "shape": shape}, note)

    of_the_book = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    return [
        Case({"grad": of_the_book, "shape": (2, 1)}, OF_THE_BOOK),
        Case({"grad": of_the_book.copy(), "shape": (3,)}, OF_THE_BOOK),
        case((4, 3), (3,), "a bias"),
        case((2, 3), (2, 1), "a column"),
        case((3, 2), (3, 2), "nothing was broadcast"),
        case((2, 3, 4), (3, 1), "a new axis and a stretched one"),
        case((2, 4), (), "a number"),
        case((2, 3, 4), (1, 3, 1), "two stretched axes"),
        case((3, 3), (3,), "two axes of the same length"),
        case((2, 3, 4), (1,), "everything into one entry"),
        case((3, 2, 4, 5), (4, 5), "two new axes"),
        case((1, 3), (1, 3), "an axis of length 1 that was not stretched"),
        case((2, 3), (1, 1), "both axes stretched"),
        case((9, 11), (11,), "nine examples"),
        Case({"grad": whole(rng, 3, 4), "shape": (4,)}, advice=WHOLE_NUMBERS),
    ]


@question(cases, parts={"grad": 2}, see="broadcasting-backward")
def unbroadcast(code: Any, grad: Any, shape: Any) -> Any:
    return {"grad": code.unbroadcast(grad, shape)}


slip = unbroadcast.slip
SUM = "grad.sum(axis=(*range(added), *stretched), keepdims=True).reshape(shape)"

slip("mean-for-sum",
     "The gradients of the copies are averaged. Every copy changes the loss, so add up their "
     "gradients.",
     ("grad.sum", "grad.mean"))
slip("stretched-axes-forgotten",
     "Only the new axes in front are summed over. An axis of length 1 that was stretched holds "
     "copies of one entry too, so sum over it as well.",
     (SUM, "grad.sum(axis=tuple(range(added)))"))
slip("new-axes-forgotten",
     "Only axes of length 1 are summed over. Broadcasting also puts new axes in front of a shorter "
     "shape, so sum over those as well.",
     (SUM, "grad.sum(axis=tuple(stretched), keepdims=True)"))
slip("keepdims-forgotten",
     "A stretched axis is missing after the sum. Keep it with keepdims=True, because the gradient "
     "has the given shape.",
     (", keepdims=True).reshape(shape)", ")"), see="shapes-and-batches")
slip("axis-kept",
     "The new axes are summed over, but they remain, with length 1. They were not there before "
     "broadcasting, so remove them.",
     (".reshape(shape)", ""), see="shapes-and-batches")
slip("first-copy-only",
     "Only the gradient of the first copy is used. Every copy changes the loss, so add up the "
     "gradients of all copies.",
     (f"return {SUM}",
      "for axis in (*range(added), *stretched):\n        grad = grad.take([0], axis)\n"
      "    return grad.reshape(shape)"))
slip("axis-0-only",
     "The sum always runs over axis 0, as for a bias. Compare the two shapes to find the axes that "
     "were copied.",
     (SUM, "grad.sum(axis=0)"))
slip("sum-over-everything",
     "Everything is summed into one number. Sum only over the axes that were copied.",
     (SUM, "np.full(shape, grad.sum())"))
slip("entries-cut-off",
     "The array is cut to the given shape, and the other entries are dropped. They are gradients "
     "of copies, so add them up.",
     (SUM, "np.resize(grad, shape)"))
slip("stretched-axes-forgotten",
     "Your function returns at once if the number of axes is right. An axis of length 1 that was "
     "stretched has to be summed over too.",
     (f"return {SUM}", f"return grad if added == 0 else {SUM}"))
slip("aligned-from-the-left",
     "The shapes are compared from the left. Broadcasting compares them from the right, so new "
     "axes are in front.",
     (f"return {SUM}", "padded = (*shape, *added * [1])\n"
      "    copied = tuple(i for i, n in enumerate(padded) if n != grad.shape[i])\n"
      "    return np.asarray(grad.sum(axis=copied))"))
slip("broadcast-again",
     "The result has the shape of grad. It should have the given shape, the one before "
     "broadcasting.",
     (SUM, f"np.broadcast_to({SUM}, grad.shape).copy()"))
slip("argument-changed-in-place",
     "Your code overwrites grad. Another branch of the graph may still need it, so make a new "
     "array.",
     ("grad = np", "given = grad\n    grad = np"),
     (f"return {SUM}", f"right = {SUM}; given[...] = right; return right"),
     see="computation-graphs")
