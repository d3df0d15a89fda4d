"""Explanations of errors about names, attributes, keys and arguments.

They use the variables in the line of the student. Each function gets the match of a rule in
error_rules.py, and the place of the error. It returns a text for the student, or an empty text if
it has nothing to say.
"""

import ast
import difflib
import re
from collections.abc import Iterator

import numpy as np

from .missing import close_name
from .student_line import UNKNOWN, Place, text
from .words import (
    KINDS,
    NUMBER_TYPES,
    count,
    kind_in_error,
    listed,
    number,
    short_name,
)

Match = re.Match[str]
MAX_KEYS = 8  # of a dictionary that are told
OF_NUMPY = frozenset(
    "exp log sqrt tanh zeros ones array dot maximum minimum mean arange where outer eye "
    "zeros_like ones_like concatenate".split()
)
MODULES = frozenset("math scipy torch random tensorflow sklearn pd pandas sns".split())
ATTRIBUTES = "T shape ndim size sum mean max min dot reshape copy astype ravel flatten".split()
KEYWORDS = ["keepdims", "axis", "dtype", "shape", "out", "initial", "where", "size"]


# --- names, attributes and keys -------------------------------------------------------------------


def unknown_name(match: Match, place: Place) -> str:
    """Say that a name is unknown, and suggest one that is spelled nearly so."""
    name = match["name"]
    start = f"Python does not know the name `{name}` at this point."
    for own in (name, name.removeprefix("np"), name.removeprefix("np_")):
        if own in OF_NUMPY:
            return f"{start} In NumPy it is `np.{own}`."
    if name in MODULES:
        return f"{start} Is its `import` missing? Only NumPy and Matplotlib are available."
    if close := close_name(name, place.names):
        return f"{start} Did you mean `{close}`?"
    return (
        f"{start} Is it spelled differently elsewhere, does it belong to another function, or "
        "have you not yet run its cell?"
    )


def local_without_value(match: Match, place: Place) -> str:
    """Say that a local variable has no value yet."""
    return (
        f"`{match['name']}` has no value at this point. Your function assigns a value to it "
        "somewhere, so it is a local variable, but that line has not run yet. Give it a value "
        "before the loop or the `if`."
    )


def not_in_module(match: Match, place: Place) -> str:
    """Say that NumPy or another module has no such function."""
    module, name = match["module"], match["name"]
    start = f"{'NumPy' if module == 'numpy' else f'The module {module}'} has no `{name}`."
    if callable(place.names.get(name)):
        return f"{start} Your notebook has a `{name}`: call it without the module in front."
    if module != "numpy":
        return start
    if name in ("float", "int", "bool", "object"):
        return f"{start} It was removed. Write `{name}`."
    if close := difflib.get_close_matches(name, dir(np), 1, 0.8):
        return f"{start} Did you mean `np.{close[0]}`?"
    return f"{start} Compute it from functions that it has, such as `np.exp`."


def no_attribute(match: Match, place: Place) -> str:
    """Say which kind of value has no such attribute, and what is usually meant."""
    of, name = short_name(match["type"]), match["name"]
    if not place.line:
        words = kind_in_error(of)
        more = " Should it first become an object of your class?" if of in NUMBER_TYPES else ""
        return f"{words[0].upper()}{words[1:]} has no `.{name}`.{more}"
    whose = next(_expressions_of(place, of, name), "A value in this line")
    start = f"{whose} is {kind_in_error(of)} here, which has no `.{name}`."
    if name in ATTRIBUTES and of == "tuple":
        return f"{start} Did a function return several things, such as `out, cache`?"
    if name in ATTRIBUTES and of in ("list", *NUMBER_TYPES):
        return f"{start} Arrays have it: `np.asarray(...)` makes one."
    if of == "ndarray" and name == "append":
        return f"{start} An array cannot grow. Start from a list, `[]`, and append to that."
    if of == "ndarray":
        close = difflib.get_close_matches(name, ATTRIBUTES, 1)
        return f"{start} " + (
            f"Did you mean `.{close[0]}`?" if close else "Write products with `*` or `@`."
        )
    if of == "tuple":
        return f"{start} Its items are unpacked as in `a, b = ...`, or taken as `[0]` and `[1]`."
    if of == "dict":
        return f'{start} The item of a dictionary is written `d["{name}"]`.'
    if of in NUMBER_TYPES:
        return f"{start} Should it first become an object of your class?"
    more = "Look in the question, or in your class, for the names that it has."
    return start if of in KINDS else f"{start} {more}"


def _expressions_of(place: Place, of: str, attribute: str) -> Iterator[str]:
    """Yield the expressions with this attribute whose value has this type, or is unknown."""
    for node in place.walk(ast.Attribute):
        value = place.value(node.value)
        if node.attr == attribute and (value is UNKNOWN or type(value).__name__ == of):
            yield f"`{text(node.value)}`"


def no_key(match: Match, place: Place) -> str:
    """Say which keys the dictionary has."""
    for node in place.walk(ast.Subscript):
        owner, wanted = place.value(node.value), place.value(node.slice)
        if type(owner) is not dict or type(wanted) not in (str, int):
            continue
        if repr(wanted) != match["key"]:
            continue
        start = f"The dictionary `{text(node.value)}` has no key {match['key']}."
        if not owner:
            return (
                f"{start} It is empty in this case, as before the first step. `.get(key, value)` "
                "gives a value for a key that is missing."
            )
        keys = [repr(k)[:30] for k in [*owner][:MAX_KEYS] if type(k) in (str, int)]
        return f"{start} Its keys are {', '.join(keys)}." if keys else start
    return f"A dictionary in this line has no key {match['key']}."


# --- calls ----------------------------------------------------------------------------------------


def wrong_count(match: Match, place: Place) -> str:
    """Say how many arguments a function takes, and how many it got."""
    self = is_a_method(match["name"])  # the object itself is counted, too
    sizes, given = [int(n) - self for n in re.findall(r"\d+", match["takes"])], int(match["given"])
    least, most = sizes[0], sizes[-1]
    given -= self
    accepted = number(most) if least == most else f"{number(least)} to {number(most)}"
    name = called(match["name"])
    words = f"`{name}` gets {count(given, 'argument')}, but it accepts {accepted}."
    own = callable(place.names.get(name))
    return f"{words} Compare this line with the first line of `{name}`." if own else words


def missing_argument(match: Match, place: Place) -> str:
    """Say which arguments of a call are missing."""
    names = [f"`{name}`" for name in re.findall(r"'(\w+)'", match["names"])]
    return f"In the call to `{called(match['name'])}` the value for {listed(names)} is missing."


def unexpected_keyword(match: Match, place: Place) -> str:
    """Say that a function has no such argument, and suggest one of NumPy's."""
    name = match["keyword"]
    whose = called(match["name"])
    for function, call in place.calls():
        if any(word.arg == name for word in call.keywords):
            whose = function
    start = f"`{whose}` has no argument named `{name}`."
    close = difflib.get_close_matches(name, KEYWORDS, 1, 0.7)
    return f"{start} Did you mean `{close[0]}`?" if close else start


def called(name: str) -> str:
    """Return the name by which a function is called, from the longer one in an error."""
    parts = name.split(".")
    return parts[-2] if parts[-1] == "__init__" and len(parts) > 1 else parts[-1]


def is_a_method(name: str) -> bool:
    """True if the longer name of a function in an error belongs to a method."""
    return "." in name and not name.rpartition(".")[0].endswith("<locals>")


def not_callable(match: Match, place: Place) -> str:
    """Say that parentheses follow something that is not a function."""
    what, of = kind_in_error(match["type"]), short_name(match["type"])
    called = [(name, place.value(call.func)) for name, call in place.calls()]
    may_be = [name for name, value in called if value is UNKNOWN or type(value).__name__ == of]
    known = [name for name, value in called if type(value).__name__ == of]
    whose = f"`{(known or may_be)[0]}`" if known or len(may_be) == 1 else "Something in this line"
    return (
        f"{whose} is {what} here, and the parentheses after it call it like a function. Is a "
        "multiplication sign missing, did you mean square brackets, or does a variable have the "
        "same name as a function?"
    )
