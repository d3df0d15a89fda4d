"""A missing answer says why, in words that a student understands."""

import sys

import pytest

from autograder.marking import missing

NEWER = sys.version_info >= (3, 12)
OURS = ".".join(map(str, sys.version_info[:2]))


@pytest.mark.parametrize(
    ("name", "names", "found"),
    [
        ("mlp_forward", ["mlp_foward"], "mlp_foward"),
        ("softmax", ["Softmax", "np"], "Softmax"),
        ("softmax", ["soft_max"], "soft_max"),
        ("mse", ["MSE", "mse_loss"], "MSE"),
        ("linear_forward", ["linear_backward", "mlp_forward"], ""),
        ("causal_attention_forward", ["causal_attention_backward", "attention_forward"], ""),
        ("softmax", ["softmax_jacobian", "max", "s"], ""),
        ("softmax", [], ""),
        ("softmax", ["x" * 10**6, *(f"name{i}" for i in range(10**4))], ""),
    ],
)
def test_a_misspelt_name_is_found_and_another_name_is_not_taken_for_it(name, names, found):
    assert missing.close_name(name, names) == found
    words = missing.undefined(name, names)
    assert (f"There is a `{found}`: did you mean that?" in words) == bool(found)


SYNTAX = "SyntaxError: invalid syntax (in line 2: {})"
CAUSES = [
    ("ModuleNotFoundError: No module named 'scipy' (in <module>: import scipy)", "package scipy"),
    ("ModuleNotFoundError: No module named 'torch.nn' (in <module>: import x)", "package torch"),
    ("ModuleNotFoundError: No module named 'mine' (in <module>: import mine)", "hand it in"),
    ("FileNotFoundError: [Errno 2] No such file or directory: 'a.npy' (in <module>: x)", "a.npy"),
    ("FileNotFoundError: data/a.csv not found. (in <module>: x)", "data/a.csv"),
    ("EOFError: EOF when reading a line (in <module>: input())", "gets no reply"),
    ("SyntaxError: invalid character '“' (U+201C) (in line 2: print(“a”))", 'type " instead'),
    ("SyntaxError: invalid character '−' (U+2212) (in line 2: 3 − 2)", "type - instead"),
    ("SyntaxError: invalid non-printable character U+00A0 (in line 2: x)", "does not know"),
    (SYNTAX.format("I could not solve this one."), "The line is text"),
    (SYNTAX.format("x = = 3"), "Python cannot read line 2 of its cell, `x = = 3`. Python says"),
    ("ZeroDivisionError: division by zero (in <module>: 1 / 0)", "in the line `1 / 0`. Python"),
    ("SystemExit: 3", "stopped with an error. Python says: SystemExit: 3"),
]


@pytest.mark.parametrize(("error", "words"), CAUSES)
def test_what_stopped_a_cell_is_told_with_its_line_and_what_to_do(error, words):
    message = missing.stopped("softmax", error, "")
    assert message.startswith("`softmax` is not defined, because ")
    assert words in message
    assert message.endswith(f"Python says: {error.partition(' (in ')[0]}")


@pytest.mark.skipif(NEWER, reason="this Python can read it")
@pytest.mark.parametrize(
    ("error", "version"),
    [
        (SYNTAX.format("type Row = list[float]"), "3.12"),
        (SYNTAX.format("def first[T](x: T) -> T:"), "3.12"),
        (SYNTAX.format("class Stack[T]:"), "3.12"),
        ('SyntaxError: f-string: unmatched \'[\' (in line 2: print(f"{d["a"]}"))', "3.12"),
        ("SyntaxError: f-string expression part cannot include a backslash (in line 2: f)", "3.12"),
        ("SyntaxError: multiple exception types must be parenthesized (in line 2: x)", "3.14"),
        (SYNTAX.format('x = t"{1}"'), "3.14"),
        ("ImportError: cannot import name 'batched' from 'itertools' (in <module>: x)", "3.12"),
        ("AttributeError: module 'math' has no attribute 'sumprod' (in <module>: x)", "3.12"),
        ("ImportError: cannot import name 'TypeIs' from 'typing' (in <module>: x)", "3.13"),
    ],
)
def test_code_for_a_newer_python_is_told_as_that(error, version):
    words = f"needs Python {version} or newer; grading uses {OURS}."
    assert words in missing.stopped("softmax", error, "")


@pytest.mark.parametrize("line", ['print(f"{a}" + "b")', "x = f(t['a'])", "types = 3 4", "t = 'x"])
def test_ordinary_mistakes_are_not_taken_for_a_newer_python(line):
    assert "or newer" not in missing.stopped("softmax", SYNTAX.format(line), "")


def test_the_marks_of_a_merge_conflict_are_told():
    source = "x = 1\n<<<<<<< HEAD\nx = 2\n=======\nx = 3\n>>>>>>> theirs\n"
    words = missing.stopped("softmax", SYNTAX.format("<<<<<<< HEAD"), source)
    assert "merge conflict" in words


def test_no_path_of_the_grader_is_told():
    error = (
        "ImportError: cannot import name 'x' from 'typing' (/usr/lib/typing.py) (in <module>: y)"
    )
    assert "/usr" not in missing.stopped("softmax", error, "")
