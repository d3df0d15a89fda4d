"""Say in words why the shapes in a line do not fit, with the student's own names."""

import ast
import re
from collections.abc import Iterator

import numpy as np

from .shapes import SAME_SHAPE, Shape, inner_sizes, together
from .student_line import Place, text
from .words import count, listed

ARITHMETIC = ast.Add | ast.Sub | ast.Mult | ast.Div | ast.Pow | ast.Mod | ast.FloorDiv
MAX_SHOWN = 4  # variables whose shapes are told


def inner_sizes_differ(match: re.Match[str], place: Place) -> str:
    """Say which sizes had to agree in a matrix product. The match has both sizes."""
    rule = "In a matrix product, the left factor has as many columns as the right one has rows. "
    told = int(match["left"]), int(match["right"])
    for left, right in _products(place):
        a, b = place.shape(left), place.shape(right)
        if a and b and (sizes := inner_sizes(a, b)) == told:
            return (
                f"{rule}Here `{text(left)}` has the shape {a} and `{text(right)}` has the shape "
                f"{b}, and {sizes[0]} is not {sizes[1]}. Should one of them be transposed, or "
                "should they swap places?"
            )
    return f"{rule}Here they are {told[0]} and {told[1]}. {shapes_in(place)}".rstrip()


def no_axis_for_product(match: re.Match[str], place: Place) -> str:
    """Say which factor of a matrix product is a single number."""
    for pair in _products(place):
        for factor in pair:
            if place.shape(factor) == ():
                return (
                    f"`{text(factor)}` is a single number here, and a matrix product needs "
                    "arrays. Use `*` to multiply by a number."
                )
    return "One factor of this matrix product is a single number. Use `*` to multiply by a number."


def not_entry_by_entry(match: re.Match[str], place: Place) -> str:
    """Say which two shapes cannot be combined. The match has both."""
    shapes = [_shape(words) for words in re.findall(r"\([\d,]*\)", match["shapes"])]
    for left, right in _pairs(place):
        a, b = place.shape(left), place.shape(right)
        if a in shapes and b in shapes and together(a, b) is None:
            return (
                f"NumPy cannot combine `{text(left)}` of shape {a} with `{text(right)}` of shape "
                f"{b} entry by entry. {_why_apart(a, b)}"
            )
    apart = [(a, b) for a in shapes for b in shapes if together(a, b) is None]
    if not apart:
        return ""
    a, b = apart[0]
    start = f"NumPy cannot combine arrays of the shapes {a} and {b} entry by entry. "
    return f"{start}{_why_apart(a, b)} {shapes_in(place)}".rstrip()


def does_not_fit_into(match: re.Match[str], place: Place) -> str:
    """Say that an array does not fit into the place to which it is assigned."""
    a, b = _shape(match["source"]), _shape(match["target"])
    if 0 in b and 0 not in a:
        return (
            f"The place on the left is empty: its shape is {b}. A slice such as `p:-p` is empty "
            "if p is 0. Write the end of the slice as start + length."
        )
    return f"The place on the left has the shape {b}, and the array on the right the shape {a}."


def other_number_of_entries(match: re.Match[str], place: Place) -> str:
    """Say that `reshape` cannot change the number of entries."""
    return (
        f"`reshape` keeps all {match['size']} entries, so it cannot give the shape "
        f"{match['shape']}. Should some entries be summed first? {shapes_in(place)}"
    ).rstrip()


def grows_in_place(match: re.Match[str], place: Place) -> str:
    """Say that the result of += or the like has more entries than the array on the left."""
    return (
        f"The array on the left has the shape {_shape(match['target'])}, and the result would have "
        f"the shape {_shape(match['result'])}. `+=` cannot change a shape. "
        f"{shapes_in(place)}"
    ).rstrip()


def no_such_axis(match: re.Match[str], place: Place) -> str:
    """Say how many axes an array has, if a line asks for another one."""
    axes = int(match["axes"])
    last = f", axis 0 to axis {axes - 1}" if axes > 1 else ", axis 0" if axes else ""
    words = f"The array has {count(axes, 'axis')} in this case{last}, and the line asks for axis "
    return f"{words}{match['axis']}. {shapes_in(place)}".rstrip()


def shapes_in(place: Place) -> str:
    """Return a sentence with the shapes of the arrays in a line, or an empty text."""
    arrays = [(n, v.shape) for n, v in place.variables().items() if type(v) is np.ndarray]
    shown = [f"`{name}` has the shape {shape}" for name, shape in arrays[:MAX_SHOWN]]
    return f"In this line {listed(shown)}." if shown else ""


def _products(place: Place) -> Iterator[tuple[ast.AST, ast.AST]]:
    """Yield the two factors of every matrix product in a line, the inner ones first."""
    for node in reversed(list(place.walk(ast.BinOp, ast.Call))):
        if isinstance(node, ast.BinOp):
            if isinstance(node.op, ast.MatMult):
                yield node.left, node.right
        elif isinstance(node.func, ast.Attribute) and node.func.attr in ("dot", "matmul"):
            if len(node.args) == 2:
                yield node.args[0], node.args[1]
            elif len(node.args) == 1:
                yield node.func.value, node.args[0]


def _pairs(place: Place) -> Iterator[tuple[ast.AST, ast.AST]]:
    """Yield the two sides of every operation entry by entry in a line, the inner ones first."""
    kinds = (ast.BinOp, ast.AugAssign, ast.Compare, ast.Call)
    for node in reversed(list(place.walk(*kinds))):
        if isinstance(node, ast.BinOp) and isinstance(node.op, ARITHMETIC):
            yield node.left, node.right
        elif isinstance(node, ast.AugAssign):
            yield node.target, node.value
        elif isinstance(node, ast.Compare) and len(node.comparators) == 1:
            yield node.left, node.comparators[0]
        elif isinstance(node, ast.Call) and len(node.args) == 2 and _keeps_shapes(node.func):
            yield node.args[0], node.args[1]


def _keeps_shapes(function: ast.expr) -> bool:
    return isinstance(function, ast.Attribute) and function.attr in SAME_SHAPE


def _why_apart(a: Shape, b: Shape) -> str:
    """Return the rule by which two shapes cannot be combined, and the usual cause."""
    pairs = zip(reversed(a), reversed(b), strict=False)
    x, y = next((x, y) for x, y in pairs if x != y and 1 not in (x, y))
    words = f"It compares shapes from the right, and {x} and {y} differ."
    if len(a) > 1 and a[::-1] == b:
        return f"{words} Should one of them be transposed?"
    if len(a) != len(b) and min(a, b, key=len) == max(a, b, key=len)[: min(len(a), len(b))]:
        return f"{words} Did a sum or a mean remove an axis that is still needed?"
    return words


def _shape(words: str) -> Shape:
    """Return the shape in an error message, such as (2,3) or (3,)."""
    return tuple(int(size) for size in re.findall(r"\d+", words))
