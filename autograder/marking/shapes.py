"""Compute the shape of a NumPy expression from the shapes of its parts, without running it."""

import ast
import math
from collections.abc import Callable

import numpy as np

Shape = tuple[int, ...]
SAME_SHAPE = frozenset(
    "exp log log2 log10 log1p expm1 sqrt square abs absolute tanh cosh sinh sin cos sign negative "
    "maximum minimum where clip add subtract multiply divide power copy zeros_like ones_like array "
    "asarray astype".split()
)
REDUCTIONS = frozenset("sum mean max min var std prod amax amin argmax argmin any all".split())
PRODUCTS = frozenset(("dot", "matmul"))


def together(left: Shape | None, right: Shape | None) -> Shape | None:
    """Return the shape of an operation entry by entry, or None if it fails or is unknown."""
    if left is None or right is None:
        return None
    try:
        return np.broadcast_shapes(left, right)
    except ValueError:
        return None


def product(left: Shape | None, right: Shape | None) -> Shape | None:
    """Return the shape of a matrix product, or None if it fails or is unknown."""
    if not left or not right or inner_sizes(left, right) is not None:
        return None
    return (*left[:-1], *right[:-2], *right[-1:]) if len(right) > 1 else left[:-1]


def inner_sizes(left: Shape, right: Shape) -> tuple[int, int] | None:
    """Return the two sizes that had to agree in a matrix product, or None if they do."""
    sizes = left[-1], right[-2] if len(right) > 1 else right[0]
    return sizes if sizes[0] != sizes[1] else None


def shape_of_call(call: ast.Call, shape_of: Callable[[ast.AST], Shape | None]) -> Shape | None:
    """Return the shape of what a function of NumPy or a method of an array returns, or None."""
    if not isinstance(call.func, ast.Attribute):
        return None
    of_numpy = isinstance(call.func.value, ast.Name) and call.func.value.id in ("np", "numpy")
    name, arguments = call.func.attr, call.args if of_numpy else [call.func.value, *call.args]
    if not arguments:
        return None
    first = shape_of(arguments[0])
    if name in PRODUCTS and len(arguments) == 2:
        return product(first, shape_of(arguments[1]))
    if name in REDUCTIONS:
        return _reduced(first, call, arguments[1:])
    if name in ("ravel", "flatten"):
        return first and (math.prod(first),)
    if name == "transpose" and len(arguments) == 1:
        return first and first[::-1]
    if name not in SAME_SHAPE:
        return None
    if name in ("astype", "array", "asarray", "copy"):
        return first
    shape: Shape | None = ()
    for argument in arguments:
        shape = together(shape, shape_of(argument))
    return shape


def _reduced(shape: Shape | None, call: ast.Call, rest: list[ast.expr]) -> Shape | None:
    """Return the shape after a sum over an axis, or over all axes, or None if it is unknown."""
    options = {word.arg: word.value for word in call.keywords}
    axis_node = options.get("axis", rest[0] if rest else ast.Constant(None))
    axis, keep = _constant(axis_node), _constant(options.get("keepdims", ast.Constant(False)))
    if shape is None or not isinstance(keep, bool):
        return None
    if axis is None:
        return tuple(1 for _ in shape) if keep else ()
    if type(axis) is not int or not -len(shape) <= axis < len(shape):
        return None
    axis %= len(shape)
    return (*shape[:axis], *((1,) if keep else ()), *shape[axis + 1 :])


def _constant(node: ast.expr) -> object:
    """Return the value of a constant, also of a negative one; an expression is returned itself."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        value = _constant(node.operand)
        return -value if isinstance(value, int) else node
    return node.value if isinstance(node, ast.Constant) else node
