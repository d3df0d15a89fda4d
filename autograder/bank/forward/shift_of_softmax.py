"""The proof that softmax may shift its rows. A person marks it."""

from autograder.marking.question import ManualQuestion

shift_of_softmax = ManualQuestion(
    "shift_of_softmax",
    (
        (1, "a proof that softmax does not change when a number is added to a whole row"),
        (1, "the error in floating point without the shift, and why the maximum prevents it"),
        (1, "what the shift still loses, and why cross-entropy is computed in one piece"),
    ),
)
