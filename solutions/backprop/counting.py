"""The cost of the forward pass, for a naive recursion and layer by layer."""

from collections.abc import Sequence

__all__ = ["count_evaluations"]


def count_evaluations(widths: Sequence[int]) -> tuple[int, int]:
    """Count neuron evaluations of one forward pass through a fully connected network.

    widths: [n0, ..., nL], neurons in each layer, inputs first; an input costs nothing, because its
    value is known. Returns (naive, layered) as Python integers. naive: the evaluations of a
    recursion that computes a neuron by computing all neurons that feed it, each time again.
    layered: the evaluations of a pass that computes each layer once.
    Book: chapter 3, "A recipe that never ends".
    """
    inputs, *layers = (int(n) for n in widths)
    evaluations_of_one, width_below = 0, inputs
    for width in layers:
        evaluations_of_one = 1 + width_below * evaluations_of_one
        width_below = width
    return width_below * evaluations_of_one, sum(layers)
