"""Bring MathJax into the site: the parts that the pages load, and no more.

The parts are loaded one by one because a ready bundle has a third more, above all a menu. On the
screen, book/_static/formulas.js sets a formula when the reader comes near it. The single page that
is printed has all of its formulas set at once.
"""

from importlib.util import find_spec
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.fileutil import copy_asset

MATHJAX = Path(find_spec("sphinx-mathjax-offline").origin).parent / "static" / "mathjax"
PARTS = ["core", "input/tex", "output/chtml", "a11y/assistive-mml"]
STARTING = "startup"  # loads the parts
LOADED_BY_PARTS = [
    "output/chtml/fonts/tex.js",
    "output/chtml/fonts/woff-v2",
    "input/tex/extensions",  # for the formulas that need one, for example for \cancel
]
# The theme's script lets the keyboard scroll what has this class, if it is wider than the page.
SCROLLS = "pst-scrollable-table-container"


def configure(app: Sphinx) -> None:
    """Tell MathJax what to load and when to set the formulas."""
    settings = {**(app.config.mathjax3_config or {}), "loader": {"load": PARTS}}
    if app.builder.name == "html":
        settings["startup"] = {"typeset": False}
        app.add_js_file("formulas.js", priority=900, loading_method="defer")  # after MathJax
    app.config.mathjax3_config = settings


def let_keyboard_scroll(app: Sphinx, doctree: nodes.document, page: str) -> None:
    """Mark the formulas that have a line for themselves."""
    for formula in doctree.findall(nodes.math_block):
        formula["classes"].append(SCROLLS)


def copy_mathjax(app: Sphinx, error: Exception | None) -> None:
    """Copy the files into the folder that `mathjax_path` in _config.yml names."""
    if error is None and app.builder.format == "html":
        folder = Path(app.outdir, "_static", "mathjax")
        for name in [f"{part}.js" for part in [STARTING, *PARTS]] + LOADED_BY_PARTS:
            target = folder / name if (MATHJAX / name).is_dir() else (folder / name).parent
            copy_asset(MATHJAX / name, target, excluded=lambda path: "all-packages" in path)


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the extension with Sphinx."""
    app.connect("builder-inited", configure)
    app.connect("doctree-resolved", let_keyboard_scroll)
    app.connect("build-finished", copy_mathjax)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
