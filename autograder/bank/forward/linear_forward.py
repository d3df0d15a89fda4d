"""The forward pass of a linear layer."""

from typing import Any

import numpy as np

from autograder.bank.inputs import OF_THE_BOOK, WHOLE_NUMBERS, Rng, normal, whole
from autograder.marking.question import Case, question


def cases(rng: Rng) -> list[Case]:
    """Return cases with N, D and H different or all equal, and advice on integers."""
    of_the_book = {
        "x": np.array([[2.0, 1.0], [0.0, 1.0], [-1.0, 3.0], [3.0, 0.0]]),
        "W": np.array([[0.5, 1.0, -1.0], [-1.5, 2.0, 0.5]]),
        "b": np.array([1.0, -1.0, 0.0]),
    }
    return [
        Case(of_the_book, OF_THE_BOOK),
        Case({"x": normal(rng, 3, 2), "W": normal(rng, 2, 4), "b": normal(rng, 4)}),
        Case({"x": normal(rng, 5, 4), "W": normal(rng, 4, 2), "b": normal(rng, 2)}),
        Case({"x": normal(rng, 1, 3), "W": normal(rng, 3, 5), "b": normal(rng, 5)}, "one example"),
        Case({"x": normal(rng, 3, 3), "W": normal(rng, 3, 3), "b": normal(rng, 3)}, "equal sizes"),
        Case({"x": normal(rng, 9, 2), "W": normal(rng, 2, 3), "b": normal(rng, 3)}, "9 examples"),
        *(
            Case({"x": whole(rng, 4, 3), "W": W(rng, 3, 2), "b": b(rng, 2)}, advice=WHOLE_NUMBERS)
            for W, b in ((whole, whole), (whole, normal), (normal, whole))
        ),
    ]


@question(cases, parts={"out": 4}, see="layer")
def linear_forward(code: Any, x: Any, W: Any, b: Any) -> Any:
    out, cache = code.linear_forward(x, W, b)
    return {"out": out}


slip = linear_forward.slip
# The body of the reference. The edits also drop its first line, which converts to float, because
# most learners do not convert.
BODY = """x, W = np.asarray(x, dtype=float), np.asarray(W, dtype=float)
    return x @ W + b"""

slip("bias-forgotten",
     "The bias is missing, so for an input of 0 every sum is 0, and every boundary passes through "
     "the origin. Add b to every row of xW.",
     (BODY, "return x @ W"))
slip("bias-subtracted",
     "The bias is subtracted. Add it, because every later formula starts from xW + b.",
     (BODY, "return x @ W - b"))
slip("activation-inside-linear",
     "Your code already applies an activation here. A linear layer returns the sums xW + b. The "
     "activation is a separate function, because the two have separate backward passes.",
     (BODY, "return np.maximum(x @ W + b, 0)"))
slip("activation-inside-linear", None, (BODY, "return sigmoid(x @ W + b)"))
slip("weights-transposed",
     "W is transposed. Its rows belong to the inputs and its columns to the outputs, so its shape "
     "is (D, H) and the product is xW, not xWᵀ.",
     (BODY, "return x @ W.T + b"), see="shapes-and-batches")
slip("bias-once-per-weight",
     "The bias is added to the weights before the product, so the inputs scale it. Add it to the "
     "finished sum: xW + b.",
     (BODY, "return x @ (W + b)"))
slip("bias-once-per-weight",
     "The bias is added once for every input, as part of the sum over the inputs. Add it once, to "
     "the finished sum: xW + b.",
     (BODY, "return x @ W + len(W) * b"))
slip("one-bias-for-all",
     "All outputs get the same bias. Each column of W has its own, so add the vector b.",
     (BODY, "return x @ W + b[0]"))
slip("one-bias-for-all", None, (BODY, "return x @ W + b.sum()"))
slip("mean-for-sum", "The products are averaged over the inputs. A linear layer adds them: xW + b.",
     (BODY, "return x @ W / len(W) + b"))
slip("result-transposed",
     "The result has the shape (H, N). Rows are examples, so it should be (N, H).",
     (BODY, "return (x @ W + b).T"), see="shapes-and-batches")
slip("last-example-only",
     "Only the last example is computed. A loop over the examples has to keep every row, so write "
     "each one into its place, or multiply all of them at once: xW + b.",
     (BODY, "return x[-1] @ W + b"), see="shapes-and-batches")
slip("last-example-only", None, (BODY, "return x[-1:] @ W + b"))
slip("last-example-skipped",
     "The last row of the result is 0, because range(N - 1) leaves out the last example. Use "
     "range(N).",
     (BODY, "return (x @ W + b) * (np.arange(len(x)) < len(x) - 1)[:, None]"),
     see="shapes-and-batches")
slip("first-example-only",
     "The loop returns after the first example. Put return after the loop, so that every row of x "
     "is computed.",
     (BODY, "return x[0] @ W + b"), see="shapes-and-batches")
slip("cache-forgotten", None, (f"{BODY}, (x, W)", "return x @ W + b"))
