"""Words for numbers and for kinds of values, as the messages use them."""

import re
from collections.abc import Sequence

ERROR = re.compile(r"([A-Z]\w*)?(Error|Exception|Warning|Exit)(: |$)")
NUMBERS = "none one two three four five six seven eight nine ten".split()
PLURALS = {"axis": "axes", "entry": "entries", "index": "indices"}
KINDS = {
    "list": "a list",
    "tuple": "a tuple",
    "dict": "a dictionary",
    "int": "a single number",
    "float": "a single number",
    "complex": "a complex number",
    "float64": "a single number",
    "float32": "a single number",
    "int64": "a single number",
    "bool": "True or False",
    "ndarray": "an array of objects that are not numbers",
    "str": "a text",
    "function": "a function",
    "method": "a function",
    "builtin_function_or_method": "a function",
    "ufunc": "a function",
    "_ArrayFunctionDispatcher": "a function",
    "type": "a class",
    "module": "a module",
    "NoneType": "None",
    "generator": "a generator",
}
NUMBER_TYPES = ("int", "float", "float64", "int64")
FUNCTION_TYPES = tuple(name for name, words in KINDS.items() if words in ("a function", "a class"))


def number(size: int) -> str:
    """Return a small number as a word."""
    return NUMBERS[size] if 0 <= size < len(NUMBERS) else str(size)


def is_ordinary(number: float) -> bool:
    """True if a number tells a student something: one that is neither tiny nor huge."""
    return number == 0 or 1e-4 <= abs(number) <= 1e5


def count(size: int, noun: str) -> str:
    """Return a number with a noun, such as "two arguments"."""
    return (
        f"{number(size) if size else 'no'} {noun if size == 1 else PLURALS.get(noun, noun + 's')}"
    )


def listed(items: Sequence[str]) -> str:
    """Return some items as "a, b and c"."""
    return " and ".join([", ".join(items[:-1]), items[-1]] if len(items) > 1 else items)


def short_name(type_name: str) -> str:
    """Return the name of a type without its module."""
    return type_name.rpartition(".")[2]


def kind(type_name: str) -> str:
    """Return a type in words. Errors name the type of an array when they mean any array."""
    name = short_name(type_name)
    return KINDS.get(name) or f"an object of the class {name}"


def kind_in_error(type_name: str) -> str:
    """Return a type in words, as it appears in the message of an error."""
    return "an array" if short_name(type_name) == "ndarray" else kind(type_name)


def looks_like_an_error(text: str) -> bool:
    """True if a text is the type of an error, alone or with its message."""
    return bool(ERROR.match(text))


def error_in(text: str) -> str:
    """Return the error in a text of a driver, such as "no batches: ValueError: ...", or nothing."""
    rest = text.partition(": ")[2]
    return next((each for each in (text, rest) if ERROR.match(each)), "")
