"""The memory that checkpoints save and the time they cost. A person marks the answer."""

from autograder.marking.question import ManualQuestion

memory_for_time = ManualQuestion(
    "memory_for_time",
    (
        (
            1,
            "the stored inputs with and without checkpoints, in MiB, and the best length of a "
            "segment",
        ),
        (1,
         "the time of a step, and why it grows by at most one forward pass, whatever the length"),
        (1,
         "a quantity that checkpoints do not make smaller, and a case in which they are of no use"),
    ),
)
