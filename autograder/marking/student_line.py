"""Find the line of the student's code in which an error was raised, and the shapes in that line.

We only read variables: no code of the student runs here.
"""

import ast
import linecache
import sys
import textwrap
import traceback
from collections import ChainMap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from types import FrameType
from typing import Any

import numpy as np

from .shapes import Shape, product, shape_of_call, together

# The code in the book's pages is in the package in_page.
LIBRARIES = {"numpy", "autograder", "backprop", "in_page", *sys.stdlib_module_names} - {"__main__"}
DRIVER = "<driver"  # with this begins the file name of every driver
UNKNOWN = object()  # the value of an expression that we cannot know without running it
MAX_LINE = 120  # characters
MAX_LINES = 200  # of a function that is parsed


@dataclass(frozen=True)
class Place:
    """A line of code that was running, with the variables that it could read.

    line: the line without its indentation, or empty if it is unknown. function: the name of the
    function. nodes: the syntax trees of the statement; of a statement such as `for` or `if`, only
    those of its first line.
    """

    line: str = ""
    function: str = ""
    nodes: tuple[ast.AST, ...] = ()
    names: Mapping[str, Any] = field(default_factory=dict)

    def walk(self, *kinds: type) -> Iterator[Any]:
        """Yield the parts of the statement that are of these kinds."""
        for node in self.nodes:
            yield from (part for part in ast.walk(node) if isinstance(part, kinds))

    def calls(self) -> Iterator[tuple[str, ast.Call]]:
        """Yield the calls in the statement, each after the name of what it calls."""
        for call in self.walk(ast.Call):
            yield text(call.func), call

    def variables(self) -> dict[str, Any]:
        """Return the values of the variables in the statement, in the order of the line."""
        found = sorted(self.walk(ast.Name), key=lambda n: (n.lineno, n.col_offset))
        return {n.id: self.names[n.id] for n in found if n.id in self.names}

    def value(self, node: ast.AST) -> Any:
        """Return the value of an expression, or UNKNOWN."""
        if isinstance(node, ast.Constant):
            return node.value
        if isinstance(node, ast.Name):
            return self.names.get(node.id, UNKNOWN)
        if isinstance(node, ast.Attribute):
            owner = self.value(node.value)
            known = type(owner) is np.ndarray and node.attr in ("T", "shape", "ndim", "size")
            return getattr(owner, node.attr) if known else UNKNOWN
        if isinstance(node, ast.BinOp):
            return _sum(node.op, self.value(node.left), self.value(node.right))
        if isinstance(node, ast.UnaryOp):
            return _sum(node.op, 0, self.value(node.operand))
        if isinstance(node, ast.Subscript):
            return _item(self.value(node.value), self.value(node.slice))
        return UNKNOWN

    def shape(self, node: ast.AST) -> Shape | None:
        """Return the shape of an expression, or None if it is unknown."""
        value = self.value(node)
        if type(value) is np.ndarray:
            return value.shape
        if isinstance(value, int | float | np.generic):
            return ()
        if isinstance(node, ast.UnaryOp):
            return self.shape(node.operand)
        if isinstance(node, ast.BinOp):
            rule = product if isinstance(node.op, ast.MatMult) else together
            return rule(self.shape(node.left), self.shape(node.right))
        if isinstance(node, ast.Compare) and len(node.comparators) == 1:
            return together(self.shape(node.left), self.shape(node.comparators[0]))
        if isinstance(node, ast.Attribute) and node.attr == "T":
            shape = self.shape(node.value)
            return shape and shape[::-1]
        return shape_of_call(node, self.shape) if isinstance(node, ast.Call) else None


NOWHERE = Place()


def text(node: ast.AST) -> str:
    """Return an expression as short text."""
    words = ast.unparse(node)
    return words if len(words) <= 40 else words[:37] + "..."


def frames_of(error: BaseException) -> list[tuple[FrameType, int]]:
    """Return the frames of the student and of the driver, each with the number of its line.

    The innermost frame comes last. Frames of libraries are left out.
    """
    frames = traceback.walk_tb(error.__traceback__)
    return [(frame, number) for frame, number in frames if not _is_of_a_library(frame)]


def last_frame(error: BaseException) -> FrameType:
    """Return the frame in which an error was raised."""
    return list(traceback.walk_tb(error.__traceback__))[-1][0]


def is_of_a_driver(frame: FrameType) -> bool:
    """True if a frame belongs to the driver, and not to the student."""
    return frame.f_code.co_filename.startswith(DRIVER)


def place_of(frame: FrameType, number: int) -> Place:
    """Return the place that a frame has reached."""
    lines = linecache.getlines(frame.f_code.co_filename)
    first = frame.f_code.co_firstlineno
    line = lines[number - 1].strip() if 0 < number <= len(lines) else ""
    source = "".join(lines[first - 1 : first - 1 + MAX_LINES])
    return Place(
        line if len(line) <= MAX_LINE else line[: MAX_LINE - 3] + "...",
        frame.f_code.co_name,
        _statement(source, number - first + 1) or _one_line(line),
        ChainMap(dict(frame.f_locals), frame.f_globals),
    )


def _is_of_a_library(frame: FrameType) -> bool:
    if is_of_a_driver(frame):
        return False
    module = frame.f_globals.get("__name__")
    return isinstance(module, str) and module.split(".")[0] in LIBRARIES


def _sum(operation: ast.AST, left: Any, right: Any) -> Any:
    """Return the sum or the difference of two integers, or UNKNOWN."""
    if type(left) is not int or type(right) is not int:
        return UNKNOWN
    if isinstance(operation, ast.Add):
        return left + right
    return left - right if isinstance(operation, ast.Sub | ast.USub) else UNKNOWN


def _item(owner: Any, index: Any) -> Any:
    """Return an item of a list, tuple, dict or array, or UNKNOWN."""
    if type(owner) not in (list, tuple, dict, np.ndarray) or type(index) not in (int, str):
        return UNKNOWN
    try:
        return owner[index]
    except (LookupError, TypeError, ValueError):
        return UNKNOWN


@lru_cache(maxsize=64)
def _statement(source: str, number: int) -> tuple[ast.AST, ...]:
    """Return the trees of the innermost statement at a line of the function that begins a source.

    Returns an empty tuple if the source cannot be read.
    """
    try:
        tree = ast.parse(textwrap.dedent(_first_block(source)))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ()
    around = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.stmt) and node.lineno <= number <= (node.end_lineno or 0)
    ]
    if not around:
        return ()
    # Of several statements that span the same lines, the innermost comes last.
    around.reverse()
    return _first_line_of(min(around, key=lambda node: (node.end_lineno or 0) - node.lineno))


def _first_block(source: str) -> str:
    """Return the first function of a source, which ends before the next line of its indentation."""
    lines = source.splitlines(True)
    heads = ("def ", "class ", "async ", "@")
    depth = len(lines[0]) - len(lines[0].lstrip()) if lines else 0
    end = 0
    for end, line in enumerate(lines, 1):
        words = line.strip()
        inside = len(line) - len(line.lstrip()) > depth or not words or words[0] in "#)]}"
        before_the_body = all(each.startswith("@") for each in lines[: end - 1])
        if not inside and not (before_the_body and words.startswith(heads)):
            return "".join(lines[: end - 1])
    return "".join(lines[:end])


def _first_line_of(statement: ast.stmt) -> tuple[ast.AST, ...]:
    """Return the parts of a statement that its first line holds; the whole of a simple one."""
    if isinstance(statement, ast.If | ast.While):
        return (statement.test,)
    if isinstance(statement, ast.For):
        return (statement.iter, statement.target)
    if isinstance(statement, ast.With):
        return tuple(item.context_expr for item in statement.items)
    return () if hasattr(statement, "body") else (statement,)


def _one_line(line: str) -> tuple[ast.AST, ...]:
    """Return the tree of a line that is a statement by itself, or an empty tuple."""
    for source in (line, f"{line} pass"):
        try:
            (statement,) = ast.parse(source).body
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
        return _first_line_of(statement)
    return ()
