"""Write the texts of the pages into the site, so that the search can show excerpts.

Sphinx's own search asks for the pages that it has found, to cut excerpts from them. A browser
refuses that for a book on the disk. A script may be loaded from there, too. So each page gets a
script with its text by sections. book/_static/search.js loads it when a search has found the page.
"""

import json
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

NO_TEXT = (nodes.math_block, nodes.raw, nodes.comment, nodes.title, nodes.section)


def write_texts(app: Sphinx, page: str, template: str, context: dict[str, Any], tree: Any) -> None:
    """Write the texts of a page, and let the search page load the script that uses them."""
    if app.builder.name != "html":
        return
    if page == "search":
        app.add_js_file("search.js", loading_method="defer")
    if isinstance(tree, nodes.document):
        data = json.dumps(texts(tree), ensure_ascii=False, separators=(",", ":"))
        file = Path(app.outdir, "_static", "texts", f"{page}.js")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"SEARCH_TEXTS[{json.dumps(page)}]={data};\n", encoding="utf-8")


def texts(tree: nodes.document) -> list[list[str]]:
    """Return the address, the title and the text of each section of a page, with the code last."""
    found = []
    for section in tree.findall(nodes.section):
        titles = (each.astext() for each in section if isinstance(each, nodes.title))
        pieces = [piece for each in section for piece in plain(each)]
        text = " ".join(sorted(pieces, key=lambda piece: isinstance(piece, Code)))
        found.append([section["ids"][0], next(titles, ""), " ".join(text.split())])
    return found


class Code(str):
    """A piece of code or of its output."""


def plain(node: nodes.Node) -> list[str]:
    """Return the pieces of text in a node, without formulas and subsections."""
    if isinstance(node, NO_TEXT):
        return []
    if isinstance(node, nodes.literal_block):
        return [Code(node.astext())]
    if isinstance(node, nodes.Text | nodes.math):
        return [node.astext() if isinstance(node, nodes.Text) else "…"]
    pieces = [piece for child in node.children for piece in plain(child)]
    return ["".join(pieces)] if isinstance(node, nodes.TextElement) else pieces


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the extension with Sphinx."""
    app.connect("html-page-context", write_texts)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
