"""The gradient of a weight, derived by hand with indices."""

from autograder.marking.question import ManualQuestion

weight_gradient_by_indices = ManualQuestion(
    "weight_gradient_by_indices",
    (
        (
            1,
            "out_nj written as a sum with indices, and its slope with respect to W_kl, zero unless "
            "j = l",
        ),
        (1, "the chain rule as a sum over all outputs of all examples, and the terms that remain"),
        (1, "the sum as an entry of xᵀ dout, a check of the shapes, and db in the same way"),
    ),
)
