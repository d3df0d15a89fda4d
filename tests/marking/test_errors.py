"""Everyday slips that end in an error are told in the student's own terms."""

import linecache
import math
import re

import numpy as np
import pytest

from autograder.marking.error_rules import sentence
from autograder.marking.errors import signature
from support.answers import REFERENCE, marked

SEED = 1


def headed(name, *arguments):
    """Return a function that turns the lines of a body into the source of a function."""
    return lambda *body: "\n    ".join([f"def {name}({', '.join(arguments)}):", *body])


sigmoid = headed("sigmoid", "z")
neuron = headed("neuron", "x", "w", "b")
layer = headed("layer", "x", "W", "b")
perceptron_update = headed("perceptron_update", "w", "b", "x", "y", "lr")
linear_forward = headed("linear_forward", "x", "W", "b")
relu_forward = headed("relu_forward", "x")
softmax = headed("softmax", "z")
mse = headed("mse", "pred", "y")
cross_entropy = headed("cross_entropy", "logits", "y")
mlp_forward = headed("mlp_forward", "params", "x")
numerical_gradient = headed("numerical_gradient", "f", "x", "h=1e-5")
linear_backward = headed("linear_backward", "dout", "cache")
sgd_step = headed("sgd_step", "params", "grads", "lr")
train = headed("train", "params", "x", "y", "steps", "lr", "reg")
train_step = headed("train_step", "params", "x", "y", "lr", "reg")
momentum_step = headed("momentum_step", "w", "dw", "state", "lr", "mu")
gates = headed("gate_weights")

# Each: the code, and words that its message must contain.
SLIPS = (
    # results
    (
        linear_forward("return x @ W + b"),
        "linear_forward must return two things: out and cache. Yours returned one array of shape",
    ),
    (linear_forward("return x @ W + b, x, W"), "Yours returned three: an array of shape (4, 3), "),
    (linear_forward("return {'out': x @ W + b}"), "a dictionary with the keys 'out'."),
    (
        linear_forward("return (x, W), x @ W + b"),
        "two things: out and cache, in this order. Yours returned two: a tuple of 2, an array of",
    ),
    (linear_forward("out = x @ W + b"), "Yours returned None, so a `return` is missing"),
    (
        perceptron_update("return w + lr * x"),
        "perceptron_update must return two things: w and b. Yours returned one array",
    ),
    (momentum_step("return w - lr * dw"), "must return two things: w and state"),
    (
        linear_backward("x, W = cache", "return dout @ W.T, x.T @ dout"),
        "three things: dx, dW and db",
    ),
    (headed("mse_loss", "pred", "y")("return np.mean(pred - y)"), "one thing, a single number"),
    (
        headed("relu_backward", "dout", "cache")("return relu_forward(dout)"),
        "yours is a tuple of 2",
    ),
    (neuron("return sigmoid(x @ w + b), 0"), "should be a single number, and yours is a tuple"),
    (sigmoid("1 / (1 + np.exp(-z))"), "yours is None (is a `return` missing?)"),
    (relu_forward("return np.max(x, 0), x"), "should be (5,), and yours is (), a single number"),
    (
        headed("topological_order", "root")("return None"),
        "cannot use what your code returned: it is None",
    ),
    # the form of answers that are measured
    (gates("return {'and': 1, 'or': 2, 'nand': 3}"), "yours has the keys ['and', 'nand', 'or']"),
    (gates("return [1, 1], -1.5"), "should be a dictionary with the keys 'AND', 'OR', 'NAND', and"),
    (
        headed("initialise", "widths", "rng", "scheme")("return np.zeros(9)"),
        "The result 'he' should be a list, and yours is an array of shape (9,)",
    ),
    # arguments
    (
        "def linear_forward(x, W):\n    return x @ W, None",
        "The check calls `linear_forward(x, W, b)` with three arguments, but your function accepts "
        "two. Compare the first line",
    ),
    (
        "def sigmoid():\n    return 0.5",
        "`sigmoid(z)` with one argument, but your function accepts none",
    ),
    ("def sigmoid(z, b):\n    return z", "but your function also needs `b`"),
    (
        train_step("return mlp_loss(params, x, y)"),
        "call to `mlp_loss` the value for `reg` is missing",
    ),
    (
        softmax("return z.max(axis=1, keepdim=True)"),
        "`z.max` has no argument named `keepdim`",
    ),
    # single numbers and arrays
    (
        sigmoid("return 1 / (1 + math.exp(-z))"),
        "`math.exp` takes a single number, and `-z` is an array of shape (2,). `np.exp` takes",
    ),
    (sigmoid("if z >= 0:", "    return z"), "Use `np.where(condition, a, b)`"),
    (
        relu_forward("return max(x, 0), x"),
        "`np.maximum` takes two arrays, or an array and a number",
    ),
    (relu_forward("if x > 0 and x < 9:", "    return x, x"), "Between arrays write `&`"),
    (relu_forward("return np.max(0, x), x"), "The second argument of `np.max` is an axis"),
    (
        momentum_step("v = dw or 0 * w", "return w + v, {'v': v}"),
        "compare with `is None`",
    ),
    (sigmoid("return [1 / (1 + np.exp(-v)) for v in z]"), "`z` is a single number in this case"),
    (
        softmax("p = np.zeros(len(z))", "for i in range(len(z)):", "    p[i] = z[i]"),
        "One entry of an array can hold one number",
    ),
    (neuron("return np.matmul(w, b)"), "`b` is a single number here, and a matrix product needs"),
    # shapes
    (
        layer("return sigmoid(W @ x + b)"),
        "`W` has the shape (2, 2) and `x` has the shape (1, 2), and 2 is not 1",
    ),
    (linear_forward("return np.dot(W + 1, x), x"), "`W + 1` has the shape (2, 3) and `x` has"),
    (
        linear_forward("return x * W, x"),
        "NumPy cannot combine `x` of shape (4, 2) with `W` of shape (2, 3) entry by entry",
    ),
    (
        headed("softmax_backward", "dout", "s")("return s * (dout - (dout * s).sum(axis=1))"),
        "`(dout * s).sum(axis=1)` of shape (2,) entry by entry. It compares shapes from the right, "
        "and 3 and 2 differ. Did a sum or a mean remove an axis",
    ),
    (layer("out = np.zeros(x.shape[0], 3)", "return out"), "a tuple: `np.zeros((x.shape[0], 3))`"),
    (headed("unbroadcast", "grad", "shape")("return grad.reshape(shape)"), "keeps all 6 entries"),
    (
        relu_forward("return x.sum(axis=1), x"),
        "has one axis in this case, axis 0, and the line asks",
    ),
    (
        numerical_gradient(
            "v = x.ravel()",
            "shifts = h * np.eye(v.size)",
            "return [(f(v + s) - f(v - s)) / (2 * h) for s in shifts]",
        ),
        "inside `f`, which the check passes to your function. Your line calls it with an array of "
        "shape (6,)",
    ),
    # integers
    (
        headed("jacobian", "f", "x", "h=1e-5")("x = np.array([1, 2])", "x += h", "return x"),
        "Start from floats: `np.asarray(x, dtype=float)`",
    ),
    # operators
    (mse("return (pred - y) ^ 2"), "Write powers with `**`"),
    (
        sgd_step("return params - lr * grads"),
        "instead of multiplying its items. `grads`",
    ),
    (
        sgd_step("return [p - g for p, g in zip(params, grads)]"),
        "cannot combine a tuple and a tuple",
    ),
    (mse("return np.mean - y"), "Are the parentheses of a call missing?"),
    (momentum_step("return w + mu * state.get('v'), state"), "Give `get` a second argument"),
    (
        mlp_forward("out = None", "return out + 1, None"),
        "`out` is None in this line. A function returns None if it ends without `return`",
    ),
    # indices, keys, unpacking
    (
        relu_forward("return np.zeros((x.shape[0], x.shape[1])), x"),
        "`x.shape` is (5,) in this case, so there is no `x.shape[1]`. The array has one axis",
    ),
    (
        mlp_forward("return params[1][0] @ x, None"),
        "`params` has one item, so the last one has",
    ),
    (softmax("return z[len(z)]"), "which has one entry. The last one has index 0"),
    (sigmoid("return z[0, 0]"), "uses two indices, but the array has one axis"),
    (momentum_step("return w + state['v'], state"), "`state` has no key 'v'. It is empty"),
    (
        headed("half_adder", "x")("g = gate_weights()", "return g['and']"),
        "The dictionary `g` has no key 'and'. Its keys are 'AND', 'OR', 'NAND'",
    ),
    (linear_backward("return cache['x']"), "`cache` is a tuple, whose indices are integers"),
    (
        mse("N, D, C = pred.shape", "return 0.0"),
        "three names, and the right side gives two values, because `pred.shape` is (2, 2) here",
    ),
    (linear_backward("x, W, b = cache"), "gives two values, because `cache` has two items here"),
    (train("for i in steps:", "    pass"), "To count up to it, write `range(steps)`"),
    # names
    (sigmoid("return 1 / (1 + exp(-z))"), "`exp` at this point. In NumPy it is `np.exp`"),
    (cross_entropy("p = sofmax(logits)"), "Did you mean `softmax`?"),
    (sigmoid("return np.sigmoid(z)"), "NumPy has no `sigmoid`. Your notebook has a `sigmoid`"),
    (sigmoid("import scipy.special"), "Answers are marked without this package"),
    (
        train("for i in range(steps):", "    losses.append(i)", "losses = []"),
        "`losses` has no value at this point",
    ),
    (
        train("losses = np.zeros(0)", "losses.append(1)"),
        "An array cannot grow. Start from a list, `[]`",
    ),
    (neuron("return b.dot(x)"), "`b` is a single number here, which has no `.dot`"),
    (neuron("return x(w) + b"), "`x` is an array here, and the parentheses after it call it"),
    (
        "class Value:\n    def __init__(self, data):\n        self.data, self.grad = data, 0.0",
        "`+` between two objects of the class Value needs the method `__add__`",
    ),
    # the rest
    (mse("return 1 / (len(y) - len(pred))"), "A number is divided by 0 here"),
    (sigmoid("return 1 / (1 + np.exp(-z))"), "there was a warning, overflow"),
    (
        headed("count_evaluations", "widths")("return count_evaluations(widths)"),
        "calls itself again and again",
    ),
    (linear_forward("assert x.shape == W.shape", "return x, W"), "This `assert` is your own"),
    (linear_forward("raise ValueError('no')"), "Your own code raises this error"),
    (mse("quit()"), "Your code ends the program with `exit`, `quit` or `sys.exit`"),
)


def verdict_on(code):
    """Return the verdict on a notebook with this cell."""
    question = re.findall(r"^(?:def|class) (\w+)", code, re.MULTILINE)[-1]
    linecache.cache["<cell 1>"] = (len(code), None, code.splitlines(True), "<cell 1>")
    scope = {**REFERENCE, "np": np, "math": math, "__name__": "__main__"}
    exec(compile(code, "<cell 1>", "exec"), scope)
    return marked(question, SEED, scope)


def message(code):
    """Return the message about a notebook with this cell, as if the bank knew no mistake."""
    verdict = verdict_on(code)
    return "\n".join([verdict.headline, *verdict.hints])


@pytest.mark.parametrize(("code", "words"), SLIPS, ids=[words[:40] for _, words in SLIPS])
def test_a_slip_is_told_in_the_terms_of_the_student(code, words):
    told = message(code)
    assert words in told
    assert "code." not in told
    assert "_received" not in told


def test_the_line_comes_first_and_the_words_of_python_last():
    lines = message(layer("return sigmoid(W @ x + b)")).splitlines()
    assert (
        lines[0] == "Your function stopped with an error in the line `return sigmoid(W @ x + b)`."
    )
    assert lines[-1].startswith("Python says: ValueError: matmul: ")


def test_an_error_in_another_function_names_it():
    code = "def helper(x):\n    return x.T.T[9]\n" + relu_forward("return helper(x), x")
    assert "in the line `return x.T.T[9]` of `helper`." in message(code)


def test_a_result_that_cannot_be_described_costs_no_points():
    class Pair:
        __class__ = property(lambda self: 1 / 0)

        def __init__(self, *items):
            self.items = items

        def __iter__(self):
            return iter(self.items)

    code = {**REFERENCE, "linear_forward": lambda x, W, b: Pair(x @ W + b, None)}
    assert marked("linear_forward", SEED, code).verdict == "correct"


def test_a_name_that_is_no_function_is_told():
    verdict = marked("softmax", SEED, {**REFERENCE, "softmax": 3})
    assert verdict.headline == "The check calls `softmax`, but it is not a function."


def test_an_error_without_an_explanation_is_quoted():
    code = "class OddError(Exception): pass\n" + mse("def f(e): raise e", "f(OddError('so'))")
    assert message(code).endswith("Python says: OddError: so")


def test_an_error_that_cannot_be_told_is_still_an_error():
    body = "def __str__(self): raise self"
    code = f"class OddError(Exception):\n    {body}\n" + mse("raise OddError")
    assert message(code).endswith("Python says: OddError")


# The same errors in the words of other versions, and words of their explanation.
OTHER_VERSIONS = (
    ("ValueError: too many values to unpack (expected 2, got 3)", "Two values are needed here"),
    ("ValueError: not enough values to unpack (expected at least 3, got 1)", "Three values"),
    ("TypeError: only size-1 arrays can be converted to Python scalars", "a single number"),
    ("TypeError: only length-1 arrays can be converted to Python scalars", "a single number"),
    ("UnboundLocalError: local variable 'x' referenced before assignment", "`x` has no value"),
    (
        "UnboundLocalError: cannot access local variable 'x' where it is not associated with a "
        "value",
        "`x` has no value",
    ),
    ("AxisError: axis 1 is out of bounds for array of dimension 1", "one axis"),
    ("TypeError: cannot use 'list' as a dict key (unhashable type: 'list')", "keys of a dict"),
    ("ValueError: expected a positive input, got 0.0", "not defined for this number"),
    ("OverflowError: Python integer 300 out of bounds for uint8", "cannot become an integer"),
    ("TypeError: unsupported operand type(s) for ** or pow(): 'list' and 'int'", "a loop"),
    (
        "ValueError: matmul: Input operand 1 has a mismatch in its core dimension 0, with gufunc "
        "signature (n?,k),(k,m?)->(n?,m?) (size 3 is different from 4)",
        "Here they are 4 and 3",
    ),
    (
        "ValueError: The truth value of an array with more than one element is ambiguous. Use "
        "a.any() or a.all()",
        "np.where",
    ),
    (
        "TypeError: Value.__init__() takes from 2 to 3 positional arguments but 4 were given",
        "`Value` gets three arguments, but it accepts one to two",
    ),
)


@pytest.mark.parametrize(("error", "words"), OTHER_VERSIONS)
def test_an_error_is_known_by_a_few_words(error, words):
    assert words in sentence(error)


def test_the_same_sizes_are_one_error_however_the_product_is_written():
    x, W = np.zeros((2, 3)), np.zeros((4, 5))
    texts = set()
    for multiply in (np.matmul, np.dot):
        with pytest.raises(ValueError, match="3") as error:
            multiply(x, W)
        texts.add(f"ValueError: {error.value}")
    assert len(texts) == 2
    assert {signature(each) for each in texts} == {"inner sizes 3 and 4"}
