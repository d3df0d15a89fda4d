"""The proof that no single neuron computes XOR. A person marks it."""

from autograder.marking.question import ManualQuestion

no_single_neuron_for_xor = ManualQuestion(
    "no_single_neuron_for_xor",
    (
        (1, "the four conditions on w1, w2 and b, with the right strict and non-strict signs"),
        (1, "a contradiction drawn from them, step by step, for all weights at once"),
        (1, "a reason why a sigmoid instead of the step changes nothing"),
    ),
)
