"""Compile cells in plain Python. Those that many notebooks share are compiled only once."""

import ast
import codeop
from collections.abc import Iterable
from dataclasses import dataclass
from types import CodeType
from typing import Any


@dataclass(frozen=True)
class CompiledCell:
    """The code of a cell in parts. has_value: True if the last part is a line with a value."""

    parts: list[CodeType]
    has_value: bool = False

    def named(self, name: str) -> "CompiledCell":
        """Return the same code as if it had been compiled with another name for its cell."""
        return CompiledCell([renamed(part, name) for part in self.parts], self.has_value)


def compiled_cells(sources: Iterable[str]) -> dict[str, CompiledCell]:
    """Return the code of each cell that is plain Python, by its source."""
    found = {}
    for source in sources:
        compiler = codeop.Compile()
        compiler.flags = 0
        try:
            cell = compiled(source, "<cell>", compiler)
        except (SyntaxError, ValueError):  # it is for IPython
            continue
        if not compiler.flags:  # an import from __future__ would also count for later cells
            found[source] = cell
    return found


def renamed(code: CodeType, name: str) -> CodeType:
    """Return the same code with another file name, also in the functions in it."""
    consts = (renamed(c, name) if isinstance(c, CodeType) else c for c in code.co_consts)
    return code.replace(co_filename=name, co_consts=tuple(consts))


def compiled(source: str, name: str, compiler: Any, with_await: bool = False) -> CompiledCell:
    """Return the code of a cell.

    with_await: True to allow `await` and the like outside functions. Raises the errors of the
    compiler if the source is not plain Python.
    """
    compiler.flags |= ast.PyCF_ALLOW_TOP_LEVEL_AWAIT if with_await else 0
    try:
        if ends_in_definition(source):  # we need no tree, which takes as long as compiling
            return CompiledCell([compiler(source, name, "exec")])
        tree = ast.parse(source, name)
        end = tree.body[-1] if tree.body else None
        if not isinstance(end, ast.Expr):
            return CompiledCell([compiler(tree, name, "exec")])
        tree.body.pop()
        last = ast.Expression(end.value)
        return CompiledCell([compiler(tree, name, "exec"), compiler(last, name, "eval")], True)
    finally:
        if with_await:
            compiler.flags &= ~ast.PyCF_ALLOW_TOP_LEVEL_AWAIT


def ends_in_definition(source: str) -> bool:
    """True if the last statement is surely a def or class, which has no value to show.

    False means only that we are not sure.
    """
    lines = source.splitlines()
    starts = (i for i in reversed(range(len(lines))) if lines[i][:1].strip())
    last = next(starts, 0)
    # An odd number of triple quotes would mean that the line is inside a string.
    quotes = "\n".join(lines[last:])
    even = all(quotes.count(mark) % 2 == 0 for mark in ('"""', "'''"))
    return bool(lines) and lines[last].startswith(("def ", "class ")) and even
