"""The errors of Python and NumPy that we can explain to a beginner.

Versions of Python and NumPy word their errors differently. So each rule looks at the type of the
error and at a few key words, and an error that fits no rule gets no explanation.
"""

import re
from collections.abc import Callable
from typing import NamedTuple

from . import error_names as names
from . import error_shapes as shapes
from . import error_values as values
from .student_line import NOWHERE, Place


class Rule(NamedTuple):
    """A kind of error.

    types: names of types of errors. pattern: words in the message. says: the explanation, or a
    function of the match and the place that returns it. An empty text means that a later rule may
    fit.
    """

    types: str
    pattern: str
    says: str | Callable[[re.Match[str], Place], str]


def sentence(error: str, place: Place = NOWHERE) -> str:
    """Return an explanation of an error, or an empty text.

    error: the type of the error, a colon and the message, in one line.
    """
    name, _, message = error.partition(": ")
    for rule in RULES:
        if name in rule.types.split() and (match := re.search(rule.pattern, message)):
            told = rule.says if isinstance(rule.says, str) else rule.says(match, place)
            if told:
                return told if place.line else told.replace(" in this line", "")
    return ""


SHAPE = r"\([\d,]*\)"
RULES = (
    Rule("TypeError AttributeError ValueError", "NoneType", values.none),
    Rule("TypeError", r"bitwise_(xor|and|or)|for [\^&|]=?:", values.bits),
    Rule("ValueError", "truth value of an", values.truth),
    Rule("ValueError", "inhomogeneous shape", values.not_an_array),
    Rule(
        "TypeError ValueError",
        "only .* arrays can be converted to Python|setting an array element|must be real number",
        values.one_number_only,
    ),
    Rule(
        "ValueError",
        "can only convert an array of size 1",
        "`.item()` needs an array with a single number, and this array has more.",
    ),
    # shapes
    Rule(
        "ValueError",
        r"mismatch in its core dimension .*\(size (?P<right>\d+) is different from (?P<left>\d+)\)",
        shapes.inner_sizes_differ,
    ),
    Rule(
        "ValueError",
        r"not aligned: (?P<left>\d+) \(dim \d+\) != (?P<right>\d+)",
        shapes.inner_sizes_differ,
    ),
    Rule("ValueError", "does not have enough dimensions", shapes.no_axis_for_product),
    Rule(
        "ValueError",
        rf"output operand with shape (?P<target>{SHAPE}) .*broadcast shape (?P<result>{SHAPE})",
        shapes.grows_in_place,
    ),
    Rule(
        "ValueError",
        "could not be broadcast together with shapes (?P<shapes>.*)",
        shapes.not_entry_by_entry,
    ),
    Rule(
        "ValueError",
        rf"broadcast input array from shape (?P<source>{SHAPE}) into shape (?P<target>{SHAPE})",
        shapes.does_not_fit_into,
    ),
    Rule(
        "ValueError",
        r"cannot reshape array of size (?P<size>\d+) into shape (?P<shape>.*)",
        shapes.other_number_of_entries,
    ),
    Rule(
        "AxisError ValueError IndexError",
        r"axis (?P<axis>-?\d+) is out of bounds for array of dimension (?P<axes>\d+)",
        shapes.no_such_axis,
    ),
    Rule("TypeError", r"Cannot interpret '\d+' as a data type", values.shape_in_pieces),
    Rule(
        "ValueError",
        "same number of dimensions|must match exactly",
        "The arrays to be joined have shapes that do not fit. All sizes except that of the joined "
        "axis must be equal.",
    ),
    Rule(
        "ValueError",
        "need at least one array|zero-size array|empty sequence|iterable argument is empty",
        "An array or list in this line is empty in this case, so there is nothing to join or to "
        "choose from.",
    ),
    Rule(
        "ValueError",
        "remapped shapes",
        "In `np.einsum`, the same letter stands for two different sizes. Write the shape of each "
        "array beside its letters.",
    ),
    Rule(
        "ValueError",
        "shape-mismatch for sum",
        lambda match, place: (
            "`np.tensordot` sums over axes of both arrays, and their lengths differ in this case. "
            + shapes.shapes_in(place)
        ),
    ),
    # types of numbers
    Rule(
        "UFuncTypeError TypeError",
        "Cannot cast|same_kind",
        "The array on the left holds integers, but the result has fractions. Start from floats: "
        "`np.asarray(x, dtype=float)`. A new array instead of `-=` or `+=` also leaves the "
        "caller's array unchanged.",
    ),
    Rule(
        "TypeError",
        "expected a sequence of integers",
        "A shape needs integers. `/` always gives a float, and `//` divides integers.",
    ),
    Rule(
        "ValueError",
        "could not convert string|invalid literal",
        "There is text where a number is needed.",
    ),
    Rule(
        "ValueError",
        "Integers to negative integer powers",
        "NumPy does not raise integers to negative powers. Start from floats: "
        "`np.asarray(x, dtype=float)`.",
    ),
    Rule(
        "TypeError",
        r"'(?P<type>[\w.]+)' object cannot be interpreted as an integer|only integer scalar",
        values.not_an_integer,
    ),
    # operators
    Rule(
        "TypeError",
        r"operand type\(s\) for (?P<sign>.+?): '(?P<left>[\w.]+)' and '(?P<right>[\w.]+)'",
        values.wrong_types,
    ),
    Rule(
        "TypeError",
        r"'(?P<sign>\S+)' not supported between .*'(?P<left>[\w.]+)' and '(?P<right>[\w.]+)'",
        values.wrong_types,
    ),
    Rule(
        "TypeError",
        r"can only (?P<sign>concatenate) (?P<left>\w+) \(not \"(?P<right>[\w.]+)\"\)",
        lambda match, place: values.wrong_types(match, place).replace("`concatenate`", "`+`"),
    ),
    Rule("TypeError", "can't multiply sequence by non-int", values.times_a_list),
    Rule(
        "TypeError", r"bad operand type for (?P<sign>.+?): '(?P<type>[\w.]+)'", values.bad_operand
    ),
    Rule(
        "TypeError UFuncTypeError",
        "ufunc '.*' not supported|loop of ufunc does not support|did not contain a loop",
        "A NumPy function got something other than numbers, such as a list of arrays of different "
        "shapes, a dictionary, a string or a function. Print what it gets.",
    ),
    # items, loops, calls of what is no function
    Rule("TypeError", r"'(?P<type>[\w.]+)' object is not subscriptable", values.not_subscriptable),
    Rule(
        "IndexError",
        "invalid index to scalar",
        "The square brackets ask for an entry of a single number, which has none.",
    ),
    Rule(
        "TypeError",
        r"'(?P<type>[\w.]+)' object is not iterable|non-iterable (?P<unpacked>[\w.]+) object"
        r"|object of type '(?P<length>[\w.]+)' has no len|over a 0-d array|unsized object",
        values.not_iterable,
    ),
    Rule("TypeError", r"'(?P<type>[\w.]+)' object is not callable", names.not_callable),
    Rule(
        "TypeError",
        "'tuple' object does not support item assignment",
        "A tuple cannot be changed. Make a new tuple, or a list.",
    ),
    Rule(
        "TypeError",
        "does not support item assignment",
        "There are no items to assign to. Is the value in front of the brackets a single number?",
    ),
    Rule(
        "TypeError",
        r"(?P<owner>list|tuple) indices must be integers or slices, not (?P<type>[\w.]+)",
        values.list_index,
    ),
    Rule(
        "TypeError",
        "unhashable type",
        "Arrays, lists and dictionaries can be neither keys of a dictionary nor items of a set. "
        "For objects, use `id(...)`.",
    ),
    # arguments
    Rule(
        "TypeError",
        r"(?P<name>[\w.<>]+)\(\) takes (?P<takes>(from \d+ to )?\d+) positional arguments? but "
        r"(?P<given>\d+)",
        names.wrong_count,
    ),
    Rule(
        "TypeError",
        r"(?P<name>[\w.<>]+)\(\) missing \d+ required .*arguments?: (?P<names>.*)",
        names.missing_argument,
    ),
    Rule(
        "TypeError",
        r"(?P<name>[\w.<>]+)\(\) got an unexpected keyword argument '(?P<keyword>\w+)'",
        names.unexpected_keyword,
    ),
    Rule(
        "TypeError",
        r"'(?P<keyword>\w+)' is an invalid keyword argument for (?P<name>\w+)",
        names.unexpected_keyword,
    ),
    Rule(
        "TypeError",
        "got multiple values for argument",
        "One argument is given twice, once by position and once by name.",
    ),
    # indices and unpacking
    Rule("IndexError", "(list|tuple) (assignment )?index out of range", values.index_of_a_list),
    Rule(
        "IndexError",
        r"index (?P<index>-?\d+) is out of bounds for axis (?P<axis>\d+) with size (?P<size>\d+)",
        values.index_of_an_array,
    ),
    Rule(
        "IndexError",
        r"array is (?P<axes>\d+)-dimensional, but (?P<given>\d+) were indexed",
        values.too_many_indices,
    ),
    Rule(
        "IndexError",
        "pop from empty",
        "The list is empty, so nothing can be taken out. Does an earlier call take items out of a "
        "list that it should leave as it is, such as the cache?",
    ),
    Rule(
        "IndexError",
        "arrays used as indices must be of integer|only integers, slices",
        values.not_an_index,
    ),
    Rule(
        "IndexError",
        "boolean index did not match",
        "The array of True and False between the brackets has a different shape from the array in "
        "front of them.",
    ),
    Rule(
        "IndexError",
        "shape mismatch: indexing arrays",
        "The arrays between the brackets have different lengths. To take one entry from each row, "
        "use `np.arange(N)` and an array of N columns.",
    ),
    Rule("ValueError", r"values to unpack \(expected (at least )?(?P<wanted>\d+)", values.unpacked),
    Rule(
        "ValueError",
        "either both or neither of x and y",
        "`np.where` takes a condition and two values: `np.where(condition, a, b)`.",
    ),
    # names
    Rule("NameError", r"free variable '(?P<name>\w+)'", names.local_without_value),
    Rule("NameError", r"name '(?P<name>\w+)' is not defined", names.unknown_name),
    Rule("UnboundLocalError", r"local variable '(?P<name>\w+)'", names.local_without_value),
    Rule(
        "AttributeError",
        r"module '(?P<module>[\w.]+)' has no attribute '(?P<name>\w+)'",
        names.not_in_module,
    ),
    Rule(
        "AttributeError",
        r"'(?P<type>[\w.]+)' object has no attribute '(?P<name>\w+)'",
        names.no_attribute,
    ),
    Rule(
        "ModuleNotFoundError",
        "No module named",
        "Answers are marked without this package. Only NumPy and Matplotlib are available.",
    ),
    Rule("ImportError", "cannot import name", "The module has nothing with this name."),
    Rule("KeyError", "^(?P<key>.+)$", names.no_key),
    # numbers
    Rule(
        "ZeroDivisionError",
        "",
        "A number is divided by 0 here, or 0 is raised to a negative power. Before this line, "
        "print the number that may be 0.",
    ),
    Rule(
        "OverflowError",
        "math range error|too large|out of range",
        "A number becomes larger than the largest float, about 1e308. Arrange the formula so that "
        "no exponent is large.",
    ),
    Rule(
        "OverflowError ValueError",
        "infinity to integer|NaN to integer|out of bounds for",
        "The number is infinite, not a number (nan) or too large, so it cannot become an integer.",
    ),
    Rule(
        "ValueError",
        "math domain error|expected a (positive|nonnegative|noninteger) ",
        "The function is not defined for this number. Examples are the logarithm and the root of a "
        "negative number.",
    ),
    Rule(
        "RuntimeWarning FloatingPointError",
        r"overflow encountered in (?P<name>\w+)",
        values.overflow,
    ),
    Rule(
        "RuntimeWarning FloatingPointError",
        "divide by zero",
        "A number is divided by 0, or the logarithm of 0 is taken. Which entries are 0?",
    ),
    Rule(
        "RuntimeWarning FloatingPointError",
        "invalid value",
        "The result is nan, that is, not a number. Usual causes are 0/0, inf - inf, and the "
        "logarithm or the root of a negative number.",
    ),
    Rule(
        "MemoryError _ArrayMemoryError",
        "",
        "An array would not fit into memory. Print the shape that this line asks for.",
    ),
    Rule(
        "RecursionError",
        "",
        "A function calls itself again and again, until Python stops it. Which case is answered "
        "without another call?",
    ),
    Rule(
        "ValueError",
        "read-only",
        "This array cannot be changed. Change a copy of it, which `.copy()` makes.",
    ),
    # the rest
    Rule(
        "AssertionError",
        "",
        "This `assert` is your own, and its condition is false in this case. Is the condition "
        "right for all inputs?",
    ),
    Rule(
        "SyntaxError IndentationError TabError",
        "",
        "Python cannot read this line. Look for a missing bracket, colon or quote, in this line or "
        "the one before.",
    ),
    Rule(
        "SystemExit",
        "",
        "Your code ends the program with `exit`, `quit` or `sys.exit`. Return the result instead.",
    ),
    Rule(
        "StopIteration",
        "",
        "`next` has found no more items. Has the iterator or generator been used up before?",
    ),
    Rule(
        "FileNotFoundError PermissionError",
        "",
        "The file is missing where answers are marked, or it cannot be read.",
    ),
    Rule(
        "EOFError StdinNotImplementedError",
        "",
        "`input` gets no reply while an answer is marked. Use the arguments of the function.",
    ),
)
