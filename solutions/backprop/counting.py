"""The cost of the forward pass: the naive recursion against the layer-by-layer pass."""

from collections.abc import Sequence

__all__ = ["count_evaluations"]


def count_evaluations(widths: Sequence[int]) -> tuple[int, int]:
    """Count neuron evaluations of one forward pass through a fully connected network.

    widths: [n0, ..., nL], neurons in each layer, inputs first; an input is its value and costs
    nothing. Returns (naive, layered) as Python integers: the evaluations made by the recursion
    that computes a neuron by computing the neurons that feed it, remembering nothing, and those
    made by the pass that computes each layer once.
    Book: chapter 3, "A recipe that never ends".
    """
    inputs, *layers = (int(n) for n in widths)
    evaluations_of_one, width_below = 0, inputs
    for width in layers:
        evaluations_of_one = 1 + width_below * evaluations_of_one
        width_below = width
    return width_below * evaluations_of_one, sum(layers)
