"""Bring MathJax into the site: the files that a page can ask for, and no more.

On the screen, book/_static/formulas.js sets a formula when the reader comes near it. The single
page that is printed has all of its formulas set at once.
"""

import re
from importlib.util import find_spec
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.fileutil import copy_asset

MATHJAX = Path(find_spec("sphinx-mathjax-offline").origin).parent / "static" / "mathjax"
# What `loader` in _config.yml names, and what these files ask for. MathJax's bundle of them also
# contains its menu, which makes up more than a third of it. A formula that needs an extension of
# TeX needs its file here too: for \cancel, this would be input/tex/extensions/cancel.js.
FILES = [
    "startup.js",
    "core.js",
    "input/tex.js",
    "output/chtml.js",
    "output/chtml/fonts/tex.js",
    "output/chtml/fonts/woff-v2",
    "a11y/assistive-mml.js",
]
# The theme's script lets the keyboard scroll what has this class, if it is wider than the page.
CLOSING = re.compile(r"[.,;:!?)\]’”]+")
SCROLLS = "pst-scrollable-table-container"


def let_formulas_wait(app: Sphinx) -> None:
    """Leave it to the script when a formula is set, except in print."""
    if app.builder.name == "html":
        settings = app.config.mathjax3_config or {}
        app.config.mathjax3_config = {**settings, "startup": {"typeset": False}}
        app.add_js_file("formulas.js", priority=900, loading_method="defer")  # after MathJax


def let_keyboard_scroll(app: Sphinx, doctree: nodes.document, page: str) -> None:
    """Mark the formulas that have a line for themselves."""
    for formula in doctree.findall(nodes.math_block):
        formula["classes"].append(SCROLLS)


def keep_together(app: Sphinx, doctree: nodes.document, page: str) -> None:
    """Keep a formula on one line with the point, comma or bracket that follows it."""
    for formula in list(doctree.findall(nodes.math)):
        parent = formula.parent
        after = formula.next_node(descend=False, siblings=True)
        found = CLOSING.match(after.astext()) if isinstance(after, nodes.Text) else None
        if found:
            place, rest = parent.index(formula), after.astext()[found.end() :]
            parent.remove(after)
            parent[place] = nodes.inline("", "", formula, nodes.Text(found[0]), classes=["nobreak"])
            if rest:
                parent.insert(place + 1, nodes.Text(rest))


def copy_mathjax(app: Sphinx, error: Exception | None) -> None:
    """Copy the files into the folder that `mathjax_path` in _config.yml names."""
    if error is None and app.builder.format == "html":
        folder = Path(app.outdir, "_static", "mathjax")
        for name in FILES:
            target = folder / name if (MATHJAX / name).is_dir() else (folder / name).parent
            copy_asset(MATHJAX / name, target)


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the extension with Sphinx."""
    app.connect("builder-inited", let_formulas_wait)
    app.connect("doctree-resolved", let_keyboard_scroll)
    app.connect("doctree-resolved", keep_together)
    app.connect("build-finished", copy_mathjax)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
