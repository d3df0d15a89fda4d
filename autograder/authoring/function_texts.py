"""Turn functions of the reference into texts for readers: without types, and whole or as a stub."""

import ast
import re
import textwrap
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import backprop

from ..marking.question import source

STUB_LINE = "raise NotImplementedError()  # write your code here"
WIDTH = 76  # characters that a line of a page has room for
# Where a docstring goes on to errors and to the book, after the arguments and the results.
ASIDES = re.compile(r"\s*\b(?:Raises|Book:) ")
SHAPE = re.compile(r"\([^()]{,30}\)")

Write = Callable[[ast.FunctionDef, list[str]], list[str]]


def texts(
    names: Iterable[str],
    begin: str = "",
    end: str = "",
    reference: Mapping[str, Any] = vars(backprop),
) -> str:
    """Return functions and classes of a reference, with their bodies between two marks."""

    def write(node: ast.FunctionDef, lines: list[str]) -> list[str]:
        inner = " " * (node.col_offset + 4)
        marks = [[inner + mark] if mark else [] for mark in (begin, end)]
        return [*_docstring_lines(node, lines), *marks[0], *_body_lines(node, lines), *marks[1]]

    return "\n\n\n".join(_text(reference[name], write) for name in names)


def stubs(names: Iterable[str]) -> str:
    """Return functions and classes of the reference with a line in place of each body.

    Of a docstring we keep the sentences about arguments and results.
    """

    def write(node: ast.FunctionDef, lines: list[str]) -> list[str]:
        inner = " " * (node.col_offset + 4)
        about = _about_arguments(ast.get_docstring(node) or "")
        return [inner + line for line in (*_wrapped(about, WIDTH - len(inner)), STUB_LINE)]

    return "\n\n\n".join(_text(getattr(backprop, name), write) for name in names)


def _text(thing: Any, write: Write) -> str:
    """Return a function or a class. `write` returns the lines below the header of a function."""
    lines = source(thing).splitlines()
    (node,) = ast.parse("\n".join(lines)).body
    if isinstance(node, ast.FunctionDef):
        return "\n".join([*_header(node), *write(node, lines)])
    assert isinstance(node, ast.ClassDef)
    parts, position = [], node.lineno - 1
    for method in node.body:
        if isinstance(method, ast.FunctionDef):
            first = min([method.lineno, *(d.lineno for d in method.decorator_list)]) - 1
            parts += [*lines[position:first], *_header(method), *write(method, lines)]
            position = method.end_lineno or first
    return "\n".join([*parts, *lines[position:]])


def _header(node: ast.FunctionDef) -> list[str]:
    """Return the decorators and the signature, without types."""
    for argument in ast.walk(node.args):
        if isinstance(argument, ast.arg):
            argument.annotation = None
    left = " " * node.col_offset
    decorators = [f"{left}@{ast.unparse(d)}" for d in node.decorator_list]
    return [*decorators, f"{left}def {node.name}({ast.unparse(node.args)}):"]


def _docstring_lines(node: ast.FunctionDef, lines: list[str]) -> list[str]:
    """Return the lines of the docstring as they are written."""
    docstring = node.body[0]
    return lines[docstring.lineno - 1 : docstring.end_lineno]


def _body_lines(node: ast.FunctionDef, lines: list[str]) -> list[str]:
    """Return the lines below the docstring as they are written: the tree has no comments."""
    return lines[node.body[0].end_lineno or 0 : node.end_lineno]


def _wrapped(words: str, width: int) -> list[str]:
    """Return a docstring in lines of this width. A shape such as (N, D) stays in one line."""
    kept = SHAPE.sub(lambda shape: shape[0].replace(" ", "\xa0"), f'"""{words}"""')
    lines = textwrap.wrap(kept, width, break_on_hyphens=False)
    return [line.replace("\xa0", " ") for line in lines]


def _about_arguments(docstring: str) -> str:
    """Return what a docstring says below its summary about arguments and results."""
    summary, _, details = docstring.partition("\n\n")
    return " ".join(ASIDES.split(details or summary)[0].split())
