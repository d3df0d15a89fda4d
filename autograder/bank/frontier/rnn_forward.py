"""The states of a recurrent layer."""

from typing import Any

from autograder.bank.frontier._sequence import sequence, sequence_of_the_book
from autograder.bank.inputs import OF_THE_BOOK, WHOLE_NUMBERS, Rng, whole
from autograder.marking.question import Case, question


def cases(rng: Rng) -> list[Case]:
    """Return cases with N, T, D and H all different, integers, one step, and one example."""
    return [
        Case(sequence_of_the_book(), OF_THE_BOOK),
        Case(sequence(rng, (2, 3, 1, 4))),
        Case(sequence(rng, (3, 5, 4, 2))),
        Case(sequence(rng, (9, 3, 2, 5)), "nine examples"),
        Case(sequence(rng, (3, 1, 2, 4)), "a single step"),
        Case(sequence(rng, (1, 4, 3, 2)), "one example"),
        Case(sequence(rng, (4, 3, 2, 5), draw=whole), "whole numbers", advice=WHOLE_NUMBERS),
    ]


@question(cases, parts={"h": 2}, see="recurrent-network")
def rnn_forward(code: Any, x: Any, h0: Any, Wx: Any, Wh: Any, b: Any) -> Any:
    h, cache = code.rnn_forward(x, h0, Wx, Wh, b)
    return {"h": h}


slip = rnn_forward.slip
SUM = "x[:, t] @ Wx + states[-1] @ Wh + b"
STEP, STACK, FLOAT = f"np.tanh({SUM})", "np.stack(states[1:], axis=1)", "v, dtype=float"

slip("first-state-ignored",
     "The first step starts from 0. Start from the argument h0, which is the memory of the "
     "network.",
     ("[h0]", "[0.0 * h0]"))
slip("state-not-passed-on",
     "Every step starts from h0 again. Use the state that the previous step has computed.",
     ("states[-1]", "h0"))
slip("recurrence-forgotten",
     "The previous state is not used, so the network remembers nothing. Add h_(t-1) Wh.",
     (" + states[-1] @ Wh", ""))
slip("bias-forgotten",
     "The bias is missing. Add it at every step.",
     ("@ Wh + b", "@ Wh"))
slip("bias-at-first-step-only",
     "The bias is added at the first step only. Add it at every step.",
     ("@ Wh + b", "@ Wh + b * (t == 0)"))
slip("no-activation",
     "There is no tanh, so the states can grow without bound. A state is tanh of the sum.",
     (STEP, SUM))
slip("pre-activation-passed-on",
     "The next step gets the sum before tanh. Pass on the state, after tanh.",
     (STEP, SUM), (STACK, f"np.tanh({STACK})"))
slip("tanh-before-sum",
     "tanh is applied to the parts, and then they are added. Add them up first, and apply tanh to "
     "the sum.",
     (STEP, "np.tanh(x[:, t] @ Wx) + np.tanh(states[-1] @ Wh) + b"))
slip("tanh-before-sum", None, (STEP, "np.tanh(x[:, t] @ Wx + b) + states[-1] @ Wh"))
slip("tanh-before-sum",
     "The bias is added after tanh. Add everything up first, and apply tanh to the sum.",
     (STEP, "np.tanh(x[:, t] @ Wx + states[-1] @ Wh) + b"))
slip("sigmoid-for-tanh", "The activation is the sigmoid. This network uses tanh.",
     (STEP, f"sigmoid_forward({SUM})[0]"))
slip("weights-transposed",
     "Wh is transposed. It is a square matrix, so there is no error message. Its rows belong to "
     "the previous state, and its columns to the new state.",
     ("@ Wh +", "@ Wh.T +"), see="shapes-and-batches")
slip("state-added-unweighted",
     "The previous state is added unchanged. Multiply it by Wh, as x is multiplied by Wx.",
     ("states[-1] @ Wh", "states[-1]"))
slip("last-state-only",
     "Only the last state is returned. The result should hold the state after every step, (N, T, "
     "H).",
     (STACK, "states[-1]"))
slip("first-state-returned-too",
     "h0 is among the states, so there is one too many. The result begins with the state after "
     "x_1.",
     ("states[1:]", "states"))
slip("one-step-late",
     "Your result has the states before each step, so it begins with h0, and the last state is "
     "missing. Return the states after each step.",
     ("states[1:]", "states[:-1]"))
slip("time-axis-first",
     "The result has the shape (T, N, H). Examples come first in this course: (N, T, H). Stack "
     "along axis 1.",
     (STACK, "np.stack(states[1:])"), see="shapes-and-batches")
slip("reshaped-for-transposed",
     "The states are brought to (N, T, H) by reshape. This keeps the order of the numbers and so "
     "mixes examples with steps. Swap axes with transpose or swapaxes.",
     (STACK, "np.stack(states[1:]).reshape(len(x), -1, len(b))"), see="shapes-and-batches")
slip("one-array-for-all-steps",
     "All steps show the last state, because the same array was overwritten at each step. Make a "
     "new array at each step.",
     ("states[1:]", "states[-1:] * x.shape[1]"))
slip("read-backwards",
     "The sequence is read from its end. Step 1 reads x_1 and starts from h0.",
     ("range(x.shape[1])", "reversed(range(x.shape[1]))"), ("states[1:]", "states[:0:-1]"))
slip("input-changed-in-place",
     "h0 itself is overwritten, and the caller still needs it. Make a new array.",
     ("x, h0, Wx, Wh = (", "given = h0\n    x, h0, Wx, Wh = ("),
     ("return np", "given[...] = states[-1]\n    return np"), see="computation-graphs")
