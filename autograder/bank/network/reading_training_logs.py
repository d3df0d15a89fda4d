"""Training logs that the student explains. A person marks the answer."""

from autograder.marking.question import ManualQuestion

reading_training_logs = ManualQuestion(
    "reading_training_logs",
    (
        (
            1,
            "run A: the cause, the numbers in the log that point to it, and an experiment that "
            "tests it",
        ),
        (1,
         "run B: the cause, the numbers in the log that point to it, and an experiment that tests "
         "it"),
        (1,
         "run C: the cause, the numbers in the log that point to it, and an experiment that tests "
         "it"),
    ),
)
