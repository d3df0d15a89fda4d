"""The backward pass of broadcasting."""

from typing import Any

from autograder.bank.inputs import WHOLE_NUMBERS, Rng, normal, whole
from autograder.marking.question import Case, question


def cases(rng: Rng) -> list[Case]:
    """Return cases with new axes, stretched axes, both or none, and axes of equal length."""

    def case(grad: tuple[int, ...], shape: tuple[int, ...], note: str) -> Case:
        return Case({"grad": normal(rng, *grad), "shape": shape}, note)

    return [
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
     "The copies are averaged. Each of them had its own effect on the loss, and effects add up.",
     ("grad.sum", "grad.mean"))
slip("stretched-axes-forgotten",
     "Only the new axes in front are summed. An axis of length 1 that was stretched also holds "
     "copies of one entry.",
     (SUM, "grad.sum(axis=tuple(range(added)))"))
slip("new-axes-forgotten",
     "Only axes of length 1 are summed. Broadcasting also puts new axes in front of a shorter "
     "shape.",
     (SUM, "grad.sum(axis=tuple(stretched), keepdims=True)"))
slip("keepdims-forgotten",
     "A stretched axis is summed away. It must stay, with length 1: the gradient has the shape of "
     "what it belongs to.",
     (", keepdims=True).reshape(shape)", ")"), see="shapes-and-batches")
slip("axis-kept",
     "The new axes are summed but stay, with length 1. They were not there before broadcasting.",
     (".reshape(shape)", ""), see="shapes-and-batches")
slip("first-copy-only",
     "The gradient of the first copy is taken for all. Every copy sends its own share.",
     (f"return {SUM}",
      "for axis in (*range(added), *stretched):\n        grad = grad.take([0], axis)\n"
      "    return grad.reshape(shape)"))
slip("axis-0-only",
     "The sum always runs over axis 0, as for a bias. Which axes were copied depends on the two "
     "shapes.",
     (SUM, "grad.sum(axis=0)"))
slip("sum-over-everything",
     "Everything is summed into one number. Only axes that were copied are summed.",
     (SUM, "np.full(shape, grad.sum())"))
slip("entries-cut-off",
     "The array is cut to the shape. The entries that fall off were copies and have their shares.",
     (SUM, "np.resize(grad, shape)"))
slip("stretched-axes-forgotten",
     "Your function returns at once if the number of axes is right. An axis of length 1 that was "
     "stretched has to be summed too.",
     (f"return {SUM}", f"return grad if added == 0 else {SUM}"))
slip("aligned-from-the-left",
     "The shapes are lined up from the left. Broadcasting lines them up from the right: new axes "
     "come in front.",
     (f"return {SUM}", "padded = (*shape, *added * [1])\n"
      "    copied = tuple(i for i, n in enumerate(padded) if n != grad.shape[i])\n"
      "    return np.asarray(grad.sum(axis=copied))"))
slip("broadcast-again",
     "The result has the shape of grad. The sum goes back to the shape before broadcasting.",
     (SUM, f"np.broadcast_to({SUM}, grad.shape).copy()"))
slip("argument-changed-in-place",
     "grad itself is overwritten while summing. Another branch of the graph may still need it.",
     ("grad = np", "given = grad\n    grad = np"),
     (f"return {SUM}", f"right = {SUM}; given[...] = right; return right"),
     see="computation-graphs")
