"""Find the statements of earlier cells that a code cell needs, so that it can run alone.

We go through the statements from the last to the first and keep track of the names that are wanted.
A statement that changes a wanted name is kept, and then we want what it reads. To want a function
means to want what its body reads, because it is read when the function is called. A change by a
method, such as losses.append(1), is not seen, so a live cell must not need one. How NumPy prints is
kept in any case.
"""

import ast
import symtable
from collections.abc import Iterable, Iterator

Block = ast.For | ast.While | ast.With | ast.If | ast.Try
SETTING = "np.set_printoptions"  # a function that changes how every later cell prints
Bodies = dict[str, set[str]]  # what the body of each function reads


def needed(earlier: list[str], code: str) -> str:
    """Return the statements of earlier cells that the code of a cell needs, in their order."""
    cells = [ast.parse(cell).body for cell in earlier]
    own = ast.parse(code).body
    bodies = read_by_functions([*cells, own])
    wanted = wanted_before(own, set(), bodies)
    kept: list[str] = []
    for cell, statements in zip(reversed(earlier), reversed(cells), strict=True):
        for statement in reversed(statements):
            if changed(statement) & wanted or is_setting(statement):
                kept.append(ast.get_source_segment(cell, statement) or "")
                wanted = wanted_before([statement], wanted, bodies)
    return "\n".join(reversed(kept))


def is_setting(statement: ast.stmt) -> bool:
    """True if a statement changes how later cells print."""
    call = statement.value if isinstance(statement, ast.Expr) else None
    return isinstance(call, ast.Call) and ast.unparse(call.func) == SETTING


def read_by_functions(cells: list[list[ast.stmt]]) -> Bodies:
    """Return the names that the bodies of functions read, by the names of the functions."""
    statements = [statement for cell in cells for statement in cell]
    return {each.name: read(each) for each in statements if isinstance(each, ast.FunctionDef)}


def wanted_before(statements: list[ast.stmt], wanted: set[str], bodies: Bodies) -> set[str]:
    """Return the names that are wanted before these statements, from those wanted after them."""
    for statement in reversed(statements):
        found, new = set(), reads(statement, bodies)
        while new:  # of a function that is read, its body is read too, and so on
            found |= new
            new = set().union(*(bodies.get(name, set()) for name in new)) - found
        wanted = (wanted - defined(statement)) | found
    return wanted


def reads(statement: ast.stmt, bodies: Bodies) -> set[str]:
    """Return the names that a statement reads before it gives them a value itself."""
    if isinstance(statement, ast.AugAssign):
        return read(statement) | {_root(statement.target)}
    if isinstance(statement, ast.FunctionDef):
        defaults = [each for each in statement.args.kw_defaults if each]
        at_once = [*statement.decorator_list, *statement.args.defaults, *defaults]
        return set().union(*map(read, at_once))
    if not isinstance(statement, Block):
        return read(statement)
    inside = set().union(*(wanted_before(each, set(), bodies) for each in _parts(statement)))
    if isinstance(statement, ast.For):
        return read(statement.iter) | (inside - set(_names(statement.target)))
    if isinstance(statement, ast.With):
        opened = {n for i in statement.items if i.optional_vars for n in _names(i.optional_vars)}
        return inside - opened | set().union(*(read(i.context_expr) for i in statement.items))
    return inside | (read(statement.test) if isinstance(statement, ast.If | ast.While) else set())


def read(tree: ast.AST) -> set[str]:
    """Return the names that a piece of code reads, without the local names of its functions."""
    return _read(symtable.symtable(ast.unparse(tree), "cell", "exec"))


def _read(table: symtable.SymbolTable) -> set[str]:
    whole = table.get_type() == "module"
    own = {
        s.get_name() for s in table.get_symbols() if s.is_referenced() and (whole or s.is_global())
    }
    return own.union(*map(_read, table.get_children()))


def defined(statement: ast.stmt) -> set[str]:
    """Return the names that a statement gives a new value, whatever they were before."""
    if isinstance(statement, ast.FunctionDef | ast.ClassDef):
        return {statement.name}
    if isinstance(statement, ast.Import | ast.ImportFrom):
        return {(name.asname or name.name).split(".")[0] for name in statement.names}
    if isinstance(statement, ast.Assign):
        return {name for target in statement.targets for name in _names(target)}
    return set()


def changed(statement: ast.stmt) -> set[str]:
    """Return the names that a statement defines or changes, also in its blocks."""
    if isinstance(statement, ast.FunctionDef | ast.ClassDef):
        return defined(statement)
    places = (n for n in ast.walk(statement) if isinstance(getattr(n, "ctx", None), ast.Store))
    return defined(statement) | {_root(place) for place in places}


def _parts(block: Block) -> Iterable[list[ast.stmt]]:
    names = ("body", "orelse", "finalbody")
    handlers = [handler.body for handler in getattr(block, "handlers", [])]
    return [*(getattr(block, name, []) for name in names), *handlers]


def _names(target: ast.expr) -> Iterator[str]:
    """Yield the plain names in the target of an assignment."""
    if isinstance(target, ast.Name):
        yield target.id
    if isinstance(target, ast.Starred):
        yield from _names(target.value)
    if isinstance(target, ast.Tuple | ast.List):
        for each in target.elts:
            yield from _names(each)


def _root(node: ast.AST) -> str:
    """Return the name at the start of an expression such as x.y[0], or an empty text."""
    while isinstance(node, ast.Attribute | ast.Subscript | ast.Starred):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""
