"""Explanations of errors about None, numbers, indices, loops and operators.

They use the variables in the line of the student. Each function gets the match of a rule in
error_rules.py, and the place of the error. It returns a text for the student, or an empty text if
it has nothing to say.
"""

import ast
import re

import numpy as np

from .error_shapes import shapes_in
from .student_line import UNKNOWN, Place, text
from .words import (
    FUNCTION_TYPES,
    KINDS,
    NUMBER_TYPES,
    count,
    kind_in_error,
    listed,
    number,
    short_name,
)

Match = re.Match[str]
METHODS = {"+": "add", "-": "sub", "*": "mul", "/": "truediv", "**": "pow", "@": "matmul"}


# --- None and single numbers ----------------------------------------------------------------------


def none(match: Match, place: Place) -> str:
    """Say which value is None, and where a None usually comes from."""
    for name, call in place.calls():
        if name.endswith(".get") and len(call.args) == 1:
            return (
                f"`{text(call)}` is None if the key is missing, as it is at the first step. Give "
                "`get` a second argument, which it returns then."
            )
    nones = [f"`{name}`" for name, value in place.variables().items() if value is None]
    start = f"{nones[0]} is None in this line." if nones else "A value in this line is None."
    return (
        f"{start} A function returns None if it ends without `return`, and so do methods that "
        "change a list, such as `append`. Check that each function called here returns its result "
        "in all cases."
    )


def truth(match: Match, place: Place) -> str:
    """Say which construct needs a single True or False."""
    for name, call in place.calls():
        if name in ("max", "min") and len(call.args) > 1:
            return (
                f"Python's `{name}` compares whole values, not the entries of arrays. "
                f"`np.{name}imum` takes two arrays, or an array and a number, and compares them "
                "entry by entry."
            )
        if name in ("max", "min", "sorted") and call.args:
            of_numpy = {"sorted": "sort"}.get(name, name)
            return f"Python's `{name}` compares whole rows here. Use `np.{of_numpy}` for arrays."
    start = "This line needs a single True or False, but it got an array of them, one for each "
    for operation in place.walk(ast.BoolOp):
        word, sign = ("and", "&") if isinstance(operation.op, ast.And) else ("or", "|")
        if not any(isinstance(side, ast.Compare) for side in operation.values):
            return (
                f"`{word}` asks whether its left side is true, and an array is neither true nor "
                "false. To choose another value if one is missing, compare with `is None`."
            )
        return (
            f"{start}entry. `{word}` works with single values only. Between arrays write "
            f"`{sign}`, with each comparison in parentheses."
        )
    return (
        f"{start}entry. Use `np.where(condition, a, b)` to choose entry by entry, or `.any()` or "
        "`.all()` if you want one answer for the whole array."
    )


def one_number_only(match: Match, place: Place) -> str:
    """Say which function of `math` got an array, or which entry should take one."""
    for name, call in place.calls():
        function = place.value(call.func)
        of_math = name.startswith("math.") or getattr(function, "__module__", "") == "math"
        if not call.args or not (of_math or name in ("float", "int")):
            continue
        shape = place.shape(call.args[0])
        what = f"an array of shape {shape}" if shape else "not a single number"
        start = f"`{name}` takes a single number, and `{text(call.args[0])}` is {what}."
        return f"{start} `np.{name.removeprefix('math.')}` takes arrays, too." * of_math or start
    if any(place.walk(ast.Assign)):
        words = "One entry of an array can hold one number, but the value on the right is an array."
        return f"{words} {shapes_in(place)}".rstrip()
    return "A function in this line works with a single number, but it got an array."


def not_an_array(match: Match, place: Place) -> str:
    """Say which list or tuple cannot become an array."""
    return (
        "A list or tuple of arrays with different shapes cannot become an array."
        f"{_first_named(place, ['list', 'tuple'])} Should it be unpacked first, as in `out, cache "
        "= ...`?"
    )


def not_an_integer(match: Match, place: Place) -> str:
    """Say what needs an integer: a range, a shape or an index."""
    for name, call in place.calls():
        if name in ("np.max", "np.min") and len(call.args) > 1:
            return (
                f"The second argument of `{name}` is an axis. To compare entry by entry, use "
                f"`{name}imum`."
            )
    start = "`range`, a shape and an index need integers, and "
    of = short_name(match["type"] or "ndarray")
    whose = [f"`{n}`" for n, v in place.variables().items() if type(v).__name__ == of]
    what = f"{listed(whose)} {'are' if len(whose) > 1 else 'is'}" if whose else "there is"
    if of in ("float", "float64"):
        one = "floats" if len(whose) > 1 else "a float"
        return f"{start}{what} {one}. `/` always gives a float, and `//` divides integers."
    what = f"{whose[0]} is" if whose else "there is"
    more = " Did you mean its length, `len(...)`?" if of in ("list", "tuple") else ""
    return f"{start}{what} {kind_in_error(of)}.{more}"


def shape_in_pieces(match: Match, place: Place) -> str:
    """Say that a shape is one argument."""
    for name, call in place.calls():
        if len(call.args) > 1:
            arguments = ", ".join(map(text, call.args))
            return f"The shape is one argument, a tuple: `{name}(({arguments}))`."
    return "The shape is one argument, a tuple, such as `np.zeros((3, 4))`."


def overflow(match: Match, place: Place) -> str:
    """Say which numbers overflow."""
    ranges = [
        f"`{name}` goes from {value.min():.4g} to {value.max():.4g}"
        for name, value in place.variables().items()
        if type(value) is np.ndarray and value.size and value.dtype.kind in "iuf"
    ]
    where = f" Here {listed(ranges[:2])}." if ranges else ""
    return (
        f"The result of `{match['name']}` is too large for a float, so it becomes inf.{where} "
        f"Arrange the formula so that no exponent is large. `np.where` does "
        "not help, because it computes both of its formulas for all entries."
    )


# --- indices, loops and unpacking -----------------------------------------------------------------


def index_of_a_list(match: Match, place: Place) -> str:
    """Say how long the list or shape is, if an index is too large."""
    for node in place.walk(ast.Subscript):
        owner, index = place.value(node.value), place.value(node.slice)
        if type(owner) not in (list, tuple) or type(index) is not int:
            continue
        if -len(owner) <= index < len(owner):
            continue
        name, size = text(node.value), len(owner)
        if name.endswith(".shape"):
            return (
                f"`{name}` is {owner} in this case, so there is no `{text(node)}`. The array has "
                f"{count(size, 'axis')}, and your function must work for it, too."
            )
        last = f", so the last one has index {size - 1}" if owner else ""
        return f"`{name}` has {count(size, 'item')}{last}, and this line asks for item {index}."
    return (
        "An index in this line is too large. The index of the last item is length - 1. Before this "
        "line, print the length and the index."
    )


def index_of_an_array(match: Match, place: Place) -> str:
    """Say how long an axis is, if an index is too large."""
    size = int(match["size"])
    start = f"The line asks for index {match['index']} along axis {match['axis']}, which has "
    last = f" The last one has index {size - 1}." if size else ""
    return f"{start}{count(size, 'entry')}.{last} {shapes_in(place)}".rstrip()


def too_many_indices(match: Match, place: Place) -> str:
    """Say how many axes an array has."""
    axes, given = count(int(match["axes"]), "axis"), count(int(match["given"]), "index")
    words = f"The line uses {given}, but the array has {axes} in this case."
    return f"{words} {shapes_in(place)}".rstrip()


def list_index(match: Match, place: Place) -> str:
    """Say why a list or a tuple cannot be indexed like that."""
    owner = match["owner"]
    whose = next(
        (
            f"`{text(node.value)}` is"
            for node in place.walk(ast.Subscript)
            if type(place.value(node.value)).__name__ == owner
        ),
        "In front of the square brackets is",
    )
    start = f"{whose} a {owner}, whose indices are integers"
    tuples = (n.slice for n in place.walk(ast.Subscript) if type(place.value(n.slice)) is tuple)
    if index := next(tuples, None):
        return f"{start}, and `{text(index)}` is a tuple. A loop over a list gives the items."
    if match["type"] == "tuple":
        return f"{start}. Write `[i][j]` instead of `[i, j]`, or make an array with `np.array`."
    if match["type"] == "str":
        return f"{start}: 0, 1 and so on. Only a dictionary has names as keys."
    return f"{start}. `//` divides integers. A loop over a list gives the items themselves."


def unpacked(match: Match, place: Place) -> str:
    """Say how many values a line unpacks, and how many there are."""
    wanted = int(match["wanted"])
    if not place.line:
        return f"{number(wanted).capitalize()} values are needed here, but there are more or fewer."
    start = f"The left side has {count(wanted, 'name')}, and the right side "
    for name, _ in place.calls():
        if name in ("enumerate", "zip") and any(place.walk(ast.Tuple)):
            pairs = {"enumerate": "i, (a, b)", "zip": "(a, b), (c, d)"}[name]
            return f"`{name}` gives pairs. To unpack nested pairs, write `{pairs}` on the left."
    for node in place.walk(ast.Assign, ast.For, ast.comprehension):
        source = node.value if isinstance(node, ast.Assign) else node.iter
        value = place.value(source)
        if type(value) is tuple and isinstance(source, ast.Attribute):
            values = count(len(value), "value")
            return f"{start}gives {values}, because `{text(source)}` is {value} here."
        if isinstance(node, ast.Assign) and type(value) in (list, tuple, dict):
            values, items = count(len(value), "value"), count(len(value), "item")
            return f"{start}gives {values}, because `{text(source)}` has {items} here."
        if isinstance(node, ast.Assign) and type(value) is np.ndarray:
            return f"{start}is one array, `{text(source)}` of shape {value.shape}."
    return f"{start}gives a different number of values. What does the right side return or contain?"


def not_iterable(match: Match, place: Place) -> str:
    """Say that a single number or the like has no items, in a loop or where it is unpacked."""
    of = short_name(match["type"] or match["unpacked"] or match["length"] or "float")
    if match["unpacked"]:
        return (
            f"The left side has several names, but the right side is {kind_in_error(of)}. Does a "
            "function that is called here return one value instead of several?"
        )
    whose = [n for n, v in place.variables().items() if type(v).__name__ == of]
    if match["length"]:
        return f"Only arrays, lists and similar objects have a length.{_first_named(place, [of])}"
    if of == "int" and whose:
        return f"`{whose[0]}` is a single number. To count up to it, write `range({whose[0]})`."
    if of in NUMBER_TYPES:
        what = f"`{whose[0]}` is" if whose else "There is"
        return (
            f"{what} a single number in this case, so a loop cannot go through it. NumPy "
            "functions, such as `np.exp`, take numbers and arrays, without a loop."
        )
    return f"This line goes through the items of {kind_in_error(of)}, which has none."


# --- operators ------------------------------------------------------------------------------------


def wrong_types(match: Match, place: Place) -> str:
    """Say which two kinds of values an operator cannot combine."""
    types = short_name(match["left"]), short_name(match["right"])
    sign = match["sign"].split(" ")[0]
    if words := _missing_method(sign, *types):
        return words
    named = _first_named(place, [of for of in types if of in ("list", "tuple", "dict", "str")])
    start = f"`{sign}` cannot combine {' and '.join(map(kind_in_error, types))}.{named}"
    if set(types) & {*FUNCTION_TYPES}:
        return f"{start} Are the parentheses of a call missing?"
    if "tuple" in types:
        return f"{start} Unpack it first, as in `out, cache = ...`, or take one of its items."
    if "list" in types:
        return f"{start} Go through the list in a loop, or make an array of it with `np.array`."
    if "dict" in types:
        return f"{start} Take the item that you need out of the dictionary."
    return start


def _missing_method(sign: str, left: str, right: str) -> str:
    """Say which method of a class of the student does not fit, or return an empty text."""
    method = METHODS.get(sign.rstrip("="))
    if method is None or {left, right} <= KINDS.keys():
        return ""
    if left == right:
        return f"`{sign}` between two objects of the class {left} needs the method `__{method}__`."
    if left in KINDS:
        return (
            f"`{sign}` with {kind_in_error(left)} on the left of an object of the class {right} "
            f"needs the method `__r{method}__` of the class."
        )
    return (
        f"`{sign}` with {kind_in_error(right)} on the right does not work. The method "
        f"`__{method}__` of the class {left} should accept it."
    )


def times_a_list(match: Match, place: Place) -> str:
    """Say that `*` does not multiply the items of a list."""
    factors = (
        factor
        for node in place.walk(ast.BinOp)
        if isinstance(node.op, ast.Mult)
        for factor in (node.left, node.right)
    )
    named = next(filter(None, (_named(factor, place, ["list", "tuple"]) for factor in factors)), "")
    return (
        f"`*` repeats a list or a tuple instead of multiplying its items.{named} Go "
        "through its items in a loop, or make an array of it with `np.array`."
    )


def bits(match: Match, place: Place) -> str:
    """Say that ^ is no power, or that & and | stand without parentheses."""
    if "xor" in match[0] or "^" in match[0]:
        return (
            "`^` works on the bits of integers, and these are not integers. Write powers with `**`."
        )
    return "`&` and `|` bind more tightly than comparisons. Put each comparison in parentheses."


def bad_operand(match: Match, place: Place) -> str:
    """Say to which kind of value a sign cannot be applied."""
    types = [short_name(match["type"])]
    what = f"{kind_in_error(match['type'])}.{_first_named(place, types)}"
    return f"`{match['sign'].split()[-1]}` cannot be applied to {what}"


def not_an_index(match: Match, place: Place) -> str:
    """Say which index is a float, and that a loop over an array gives no indices."""
    for node in place.walk(ast.Subscript):
        index = place.value(node.slice)
        if isinstance(index, float | np.floating):
            return (
                f"`{text(node.slice)}` is a float, so it cannot be an index. A loop over an array "
                "gives its entries. A loop over `range(len(...))` gives the indices."
            )
    return (
        "An index must be an integer, a slice, or an array of integers or of True and False. This "
        "one is something else, such as an array of floats."
    )


def not_subscriptable(match: Match, place: Place) -> str:
    """Say that square brackets follow something without items."""
    of = short_name(match["type"])
    if of in FUNCTION_TYPES:
        return "The square brackets follow a function. Calls have parentheses: `f(x)`."
    named = _first_named(place, [of])
    return f"Square brackets ask for an item, and {kind_in_error(of)} has none.{named}"


def _first_named(place: Place, types: list[str]) -> str:
    """Return a sentence about the first expression in the line of these types, or nothing."""
    nodes = place.walk(ast.Name, ast.Subscript)
    return next(filter(None, (_named(node, place, types) for node in nodes)), "")


def _named(node: ast.AST, place: Place, types: list[str]) -> str:
    """Return a sentence that tells the type of an expression if it is one of these, or nothing."""
    value = place.value(node)
    if value is UNKNOWN or type(value).__name__ not in types:
        return ""
    return f" `{text(node)}` is {kind_in_error(type(value).__name__)} here."
