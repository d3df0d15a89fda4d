"""The gradient of softmax and cross-entropy, derived by hand."""

from autograder.marking.question import ManualQuestion

gradient_of_softmax_cross_entropy = ManualQuestion(
    "gradient_of_softmax_cross_entropy",
    (
        (1, "the loss of one example written in logits, or the right softmax Jacobian, both cases"),
        (
            1,
            "the chain rule over all classes, or the derivative of the log of the sum, step by "
            "step",
        ),
        (1, "the result p - onehot, and where the 1/N of the batch comes in"),
    ),
)
