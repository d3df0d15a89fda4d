"""The gradient of softmax and cross-entropy, derived by hand."""

from autograder.marking.question import ManualQuestion

gradient_of_softmax_cross_entropy = ManualQuestion(
    "gradient_of_softmax_cross_entropy",
    (
        (1,
         "the loss of one example as a function of the logits, or the softmax Jacobian, right in "
         "both cases"),
        (
            1,
            "the chain rule over all classes, or the derivative of the log of the sum, step by "
            "step",
        ),
        (1, "the result p - onehot, and the step that brings in the 1/N of the batch"),
    ),
)
