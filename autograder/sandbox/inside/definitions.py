"""Find the statements of a cell that only define something: imports, functions, classes, constants.

They count even if the rest of their cell could not run, because its time was over or because a
package is not there.
"""

import ast
import re
from functools import lru_cache

# Lines for IPython, and lines that only a shell understands. They are no Python.
FOREIGN = re.compile(
    r"^[ \t]*(?:[%!].*|(?:pip3?|conda|mamba|apt|apt-get|git|wget) .*)$", re.MULTILINE
)
IMPORTS = (ast.Import, ast.ImportFrom)
DEFINITIONS = (*IMPORTS, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Pass)
LIBRARIES = ("np", "numpy", "math")  # whose functions may compute a constant


def definitions(source: str, after: int = 0) -> list[ast.stmt]:
    """Return the statements of a cell that only define something.

    after: a line of the cell; statements that begin there or before are left out. The list is empty
    if the cell is not Python.
    """
    try:
        tree = ast.parse(FOREIGN.sub("", source))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    return [each for each in tree.body if each.lineno > after and only_defines(each)]


@lru_cache(maxsize=1000)
def imports(source: str) -> tuple[str, ...]:
    """Return the import statements of a cell, each as a line."""
    return tuple(ast.unparse(each) for each in definitions(source) if isinstance(each, IMPORTS))


@lru_cache(maxsize=1000)
def functions(source: str) -> dict[str, str]:
    """Return the source of each function and class that a cell defines, by its name."""
    kinds = (ast.FunctionDef, ast.ClassDef)
    return {d.name: ast.unparse(d) for d in definitions(source) if isinstance(d, kinds)}


def only_defines(statement: ast.stmt) -> bool:
    """True if a statement does nothing but define names, so that it surely ends soon."""
    if isinstance(statement, DEFINITIONS):
        return True
    if isinstance(statement, ast.Assign):
        return all(map(_is_name, statement.targets)) and _is_simple(statement.value)
    if isinstance(statement, ast.AnnAssign):
        return _is_name(statement.target) and _is_simple(statement.value)
    if isinstance(statement, ast.Try):  # such as an import that may fail
        handled = [each for handler in statement.handlers for each in handler.body]
        inner = [*statement.body, *handled, *statement.orelse, *statement.finalbody]
        return all(map(only_defines, inner))
    if isinstance(statement, ast.If):
        return _is_simple(statement.test) and all(
            map(only_defines, [*statement.body, *statement.orelse])
        )
    return False


def _is_name(target: ast.expr) -> bool:
    names = target.elts if isinstance(target, ast.Tuple) else [target]
    return all(isinstance(name, ast.Name) for name in names)


def _is_simple(value: ast.AST | None) -> bool:
    """True if a value is computed without a call, except of a function of NumPy or math.

    The body of a lambda is not looked at, because it does not run.
    """
    if value is None or isinstance(value, ast.Lambda):
        return True
    if isinstance(value, ast.Call) and not _is_of_a_library(value.func):
        return False
    if isinstance(value, ast.comprehension | ast.Await | ast.Yield | ast.YieldFrom):
        return False
    return all(map(_is_simple, ast.iter_child_nodes(value)))


def _is_of_a_library(function: ast.expr) -> bool:
    while isinstance(function, ast.Attribute):
        function = function.value
    return isinstance(function, ast.Name) and function.id in LIBRARIES
