"""Let the reader edit and run the code cells of the book that have the tag `live`.

A live cell needs names that earlier cells of its page define. The statements that define them (see
needed.py) are written into the page beside the cell. The script book/live/js/cell.js runs them
first, and then what the reader has written.
"""

import json

from docutils import nodes
from needed import needed
from sphinx.application import Sphinx

SCRIPT = "live/live.js"
STYLES = ("try-it.css", "live-cell.css")  # the editor looks as in the boxes
LIVE = "tag_live"


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
            live = nodes.raw("", f"<live-cell>{script}</live-cell>", format="html")
            cell.insert(1, live)  # between the code and its output
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
        for style in STYLES:
            app.add_css_file(style)


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the extension with Sphinx."""
    app.connect("doctree-resolved", prepare)
    app.connect("html-page-context", load_script)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
