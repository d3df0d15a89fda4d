"""Let the reader edit and run the code cells of the book that have the tag `live`.

A live cell needs the names that earlier cells of its page define. This extension finds the
statements that define them, and writes them into the page beside the cell. The script
book/live/js/cell.js runs them before what the reader has written.
"""

import ast
import json
from collections.abc import Iterator

from docutils import nodes
from sphinx.application import Sphinx

SCRIPT = "live/live.js"
STYLE = "live-cell.css"
LIVE = "tag_live"


def needed(earlier: list[str], code: str) -> str:
    """Return the statements of earlier cells that define what the code of a cell uses.

    We go from the last statement to the first and keep those that change a name that is wanted. A
    change by a method, such as losses.append(1), is not seen, so no live cell can need one.
    """
    wanted = used(ast.parse(code))
    kept: list[str] = []
    for cell in reversed(earlier):
        for statement in reversed(ast.parse(cell).body):
            if changed(statement) & wanted:
                kept.append(ast.get_source_segment(cell, statement, padded=True) or "")
                wanted = (wanted - defined(statement)) | used(statement)
    return "\n".join(reversed(kept))


def used(tree: ast.AST) -> set[str]:
    """Return the names whose values a piece of code reads."""
    names = (node for node in ast.walk(tree) if isinstance(node, ast.Name))
    return {name.id for name in names if isinstance(name.ctx, ast.Load)}


def defined(statement: ast.stmt) -> set[str]:
    """Return the names that a statement gives a new value, whatever they were before."""
    if isinstance(statement, ast.FunctionDef | ast.ClassDef):
        return {statement.name}
    if isinstance(statement, ast.Import | ast.ImportFrom):
        return {(name.asname or name.name).split(".")[0] for name in statement.names}
    if isinstance(statement, ast.Assign):
        return {name for target in statement.targets for name in _plain_names(target)}
    return set()


def changed(statement: ast.stmt) -> set[str]:
    """Return the names that a statement defines or changes by an assignment."""
    if isinstance(statement, ast.FunctionDef | ast.ClassDef):
        return defined(statement)
    stores = (n for n in ast.walk(statement) if isinstance(getattr(n, "ctx", None), ast.Store))
    return defined(statement) | {_root(node) for node in stores}


def _plain_names(target: ast.expr) -> Iterator[str]:
    if isinstance(target, ast.Name):
        yield target.id
    if isinstance(target, ast.Tuple | ast.List):
        for each in target.elts:
            yield from _plain_names(each)


def _root(node: ast.AST) -> str:
    """Return the name at the start of an expression such as x.y[0], or an empty text."""
    while isinstance(node, ast.Attribute | ast.Subscript | ast.Starred):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def prepare(app: Sphinx, doctree: nodes.document, page: str) -> None:
    """Add to each live cell what it needs, as data for the script."""
    if app.builder.name != "html":
        return
    earlier: list[str] = []
    for cell in doctree.findall(_is_cell):
        code = _source(cell)
        if LIVE in cell["classes"]:
            data = json.dumps({"code": code, "before": needed(earlier, code)})
            safe = data.replace("<", "\\u003c")  # else a text in the code could end the script
            script = f'<script type="application/json">{safe}</script>'
            cell += nodes.raw("", f"<live-cell>{script}</live-cell>", format="html")
        earlier.append(code)


def _is_cell(node: nodes.Node) -> bool:
    return isinstance(node, nodes.container) and node.get("nb_element") == "cell_code"


def _source(cell: nodes.container) -> str:
    """Return the code of a cell of the page."""
    inputs = (n for n in cell.findall(nodes.container) if n.get("nb_element") == "cell_code_source")
    return "".join(each.astext() for each in inputs)


def load_script(app: Sphinx, page: str, template: str, context: object, doctree: object) -> None:
    """Let a page with live cells load their script and their style."""
    if app.builder.name != "html" or not isinstance(doctree, nodes.document):
        return
    if any(LIVE in cell["classes"] for cell in doctree.findall(_is_cell)):
        app.add_js_file(SCRIPT, loading_method="defer")
        app.add_css_file(STYLE, priority=800)


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the extension with Sphinx."""
    app.connect("doctree-resolved", prepare)
    app.connect("html-page-context", load_script)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
